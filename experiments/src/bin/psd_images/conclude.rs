//! From learned filters and encoders to what a run leaves.

use super::outcome::{Bank, Drawn, Outcome};
use super::{Config, figures, results, sections};
use latent_report as report;
use latent_sparse::convolutional::{ConvolutionalLasso, Filters};
use latent_sparse::lasso::{Fista, Stop};
use latent_sparse::train::PredictiveBanksTask;
use latent_study::failure::Failure;
use latent_study::parts::Parts;
use latent_study::sparse::banks::Reconstruction;
use latent_study::sparse::equivalent_iterations::equivalent_iterations;
use latent_study::sparse::windows::{Coded, Judged, WindowSplits};
use latent_train::session::Ended;
use ndarray::{Array4, ArrayView3};
use std::time::{Duration, Instant};

/// Where FISTA from zero is stopped to be compared with predicted codes.
const ITERATIONS: [usize; 9] = [1, 2, 3, 4, 6, 9, 13, 20, 30];

/// Writes arrays, figures and the results of what was learned.
pub fn conclude(
    config: &Config,
    task: &PredictiveBanksTask,
    data: &WindowSplits,
    ended: &Ended,
) -> Result<report::Study, Failure> {
    let folder = ended.records.folder();
    // As predicted, and the optimum; what FISTA takes to come as far is not known before.
    let all = 2 * config.filters.len() * data.test.nrows();
    let parts = Parts::new("coding the test windows", all, "windows", &ended.interrupt);
    let mut banks = Vec::new();
    for (place, size) in task.sizes().enumerate() {
        folder.npy(&format!("decoder_{size}.npy"), &task.decoder(place)?.array())?;
        folder.npy(&format!("encoder_{size}.npy"), &task.encoder(place).view())?;
        parts.note(&format!("{size} filters"));
        banks.push(bank(config, task, data, (place, size), &parts)?);
    }
    drop(parts);
    let drawn = photograph(config, task, data)?;
    let learning = Duration::from_secs_f64(ended.records.seconds());
    let outcome = Outcome { banks, drawn, steps: ended.outcome.step, learning };
    figures::draw(&folder, task, data, &outcome)?;
    Ok(results::results(config, data, &outcome).publish(&folder, sections::report(config, data, &outcome))?)
}

fn bank(
    config: &Config,
    task: &PredictiveBanksTask,
    data: &WindowSplits,
    (place, size): (usize, usize),
    parts: &Parts<'_>,
) -> Result<Bank, Failure> {
    let decoder = task.decoder(place)?;
    let problem = task.problem(&decoder)?;
    let start = Instant::now();
    let maps = task.predict(place, data.test_images())?;
    let time = start.elapsed();
    let predicted = data.judged(&problem.certify(data.test_images(), maps.view(), config.test_gap)?, time);
    drop(maps);
    parts.made(data.test.nrows())?;
    let stop = Stop::gap(config.test_gap).max_iterations(config.test_iterations);
    let Coded { judged: optimal, order } =
        data.coded_test(size, |window| problem.solve(window, &Fista::restarted(), &stop), || parts.made(1))?;
    Ok(Bank {
        filters: size,
        equivalent_iterations: iterations_of_fista(&problem, data, &predicted, parts)?,
        similarity: similarity(&decoder, &task.encoder(place)),
        predicted,
        optimal,
        order,
    })
}

/// The iterations after which FISTA has as low an objective as predicted codes, each point a run from zero.
fn iterations_of_fista(
    problem: &ConvolutionalLasso<'_, f32>,
    data: &WindowSplits,
    predicted: &Judged,
    parts: &Parts<'_>,
) -> Result<Option<f64>, Failure> {
    let (mut points, reached) = (Vec::new(), predicted.codes.objective);
    for iterations in ITERATIONS {
        let stop = Stop::after(iterations);
        let filters = problem.filters().len();
        let coded =
            data.coded_test(filters, |window| problem.solve(window, &Fista::default(), &stop), || parts.made(0))?;
        let objective = coded.judged.codes.objective;
        points.push((iterations, objective));
        if objective <= reached {
            break;
        }
    }
    Ok(equivalent_iterations(points, reached))
}

fn similarity(decoder: &Filters<f32>, encoder: &Array4<f32>) -> f64 {
    let cosine = |(d, w): (ArrayView3<'_, f32>, ArrayView3<'_, f32>)| {
        let inner = |a: &ArrayView3<'_, f32>, b: &ArrayView3<'_, f32>| {
            a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>()
        };
        inner(&d, &w).abs() / (inner(&d, &d) * inner(&w, &w)).sqrt().max(f64::MIN_POSITIVE)
    };
    let filters = encoder.dim().0.max(1) as f64;
    decoder.array().outer_iter().zip(encoder.outer_iter()).map(cosine).sum::<f64>() / filters
}

/// The whole photograph with the bank that is to be drawn.
fn photograph(config: &Config, task: &PredictiveBanksTask, data: &WindowSplits) -> Result<Drawn, Failure> {
    let place = task.sizes().position(|size| size == config.drawn).expect("a checked configuration");
    let decoder = task.decoder(place)?;
    let problem = task.problem(&decoder)?;
    let high = &data.photograph.high;
    let stop = Stop::gap(config.test_gap).max_iterations(config.test_iterations);
    let made = |maps: Array4<f32>| Reconstruction::of(&problem, maps.view(), &data.photograph);
    let predicted = made(task.predict(place, high.view())?)?;
    let optimal = made(problem.solve(high.view(), &Fista::restarted(), &stop)?.maps)?;
    Ok(Drawn { predicted, optimal })
}
