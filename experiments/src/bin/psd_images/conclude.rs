//! From learned filters and encoders to what a run leaves.

use super::summary::Summary;
use super::{Config, figures, sections};
use latent_report as report;
use latent_sparse::convolutional::{ConvolutionalLasso, Filters};
use latent_sparse::lasso::{Fista, Stop};
use latent_sparse::train::PredictiveBanksTask;
use latent_study::failure::Failure;
use latent_study::parts::Parts;
use latent_study::print::summarise;
use latent_study::sparse::equivalent_iterations::equivalent_iterations;
use latent_study::sparse::windows::{Coded, Judged, WindowSplits, decibels};
use latent_train::session::Ended;
use ndarray::{Array3, Array4, ArrayView3, Axis};
use serde::Serialize;
use serde_json::json;
use std::time::{Duration, Instant};

/// Where FISTA from zero is stopped to see what a prediction is worth.
const ITERATIONS: [usize; 9] = [1, 2, 3, 4, 6, 9, 13, 20, 30];

/// What was learned, and what is known of it.
pub struct Concluded<'c> {
    /// What the run depends on.
    pub config: &'c Config,
    /// The windows.
    pub data: &'c WindowSplits,
    /// Each bank on the test windows.
    pub banks: Vec<Bank>,
    /// A whole photograph.
    pub drawn: Drawn,
    /// Steps made.
    pub steps: u64,
    /// Time spent learning, evaluations while learning among it.
    pub learning: Duration,
}

/// A bank on the test windows.
#[derive(Clone, Debug, Serialize)]
pub struct Bank {
    /// How many filters.
    pub filters: usize,
    /// What the encoder says.
    pub predicted: Judged,
    /// The lasso's own codes with the decoder.
    pub optimal: Judged,
    /// After how many iterations FISTA, from zero, has as low an objective as the predicted codes.
    pub worth: Option<f64>,
    /// The mean over filters of the absolute cosine of the angle between those of encoder and decoder.
    pub similarity: f64,
    /// Filters by descending weight in the optimal codes.
    #[serde(skip)]
    pub order: Vec<usize>,
}

/// A photograph, its smooth part added to what the maps of a bank make: as predicted, and the optimum.
pub struct Drawn {
    /// (channels, height, width).
    pub reconstructions: [Array3<f32>; 2],
    /// In dB.
    pub psnr: [f64; 2],
}

/// Writes arrays, figures and the summary of what was learned.
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
    let concluded = Concluded { config, data, banks, drawn, steps: ended.outcome.step, learning };
    figures::draw(&folder, task, &concluded)?;
    folder.json(
        "test.json",
        &json!({
            "windows": data.test.nrows(), "banks": concluded.banks, "photograph_psnr": {
                "predicted": concluded.drawn.psnr[0], "optimal": concluded.drawn.psnr[1],
            },
        }),
    )?;
    summarise(&folder, &Summary(&concluded).to_string())?;
    Ok(sections::report(&concluded))
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
    let worth = worth(&problem, data, &predicted, parts)?;
    Ok(Bank { filters: size, predicted, optimal, worth, similarity: similarity(&decoder, &task.encoder(place)), order })
}

/// Of objectives, each run of FISTA from zero.
fn worth(
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
    let predicted = problem.reconstruct(task.predict(place, high.view())?.view())?;
    let optimal = problem.reconstruct(problem.solve(high.view(), &Fista::restarted(), &stop)?.maps.view())?;
    let psnr = [&predicted, &optimal]
        .map(|made| decibels((made - high).mapv(|d| f64::from(d).powi(2)).mean().unwrap_or_default()));
    let reconstructions = [predicted, optimal].map(|made| (made + &data.photograph.low).index_axis_move(Axis(0), 0));
    Ok(Drawn { reconstructions, psnr })
}
