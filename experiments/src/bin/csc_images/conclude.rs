//! From the learned filters to what a run leaves.

use super::outcome::{Bank, Drawn, Outcome};
use super::{Config, figures, results, sections};
use latent_report as report;
use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams};
use latent_sparse::lasso::Stop;
use latent_sparse::train::FilterBanksTask;
use latent_study::failure::Failure;
use latent_study::parts::Parts;
use latent_study::sparse::banks::Reconstruction;
use latent_study::sparse::windows::{Coded, WindowSplits};
use latent_train::interrupt::Interrupt;
use latent_train::session::Ended;
use ndarray::{Array4, Axis};
use std::time::Duration;

/// Iterations of the solver for the maps of a whole photograph.
const DRAWN_ITERATIONS: usize = 60;

/// Writes arrays, figures and the results of what was learned, also where it was stopped.
pub fn conclude(
    config: &Config,
    task: &FilterBanksTask,
    data: &WindowSplits,
    ended: &Ended,
) -> Result<report::Study, Failure> {
    let (folder, interrupt) = (ended.records.folder(), &ended.interrupt);
    for (place, size) in task.sizes().enumerate() {
        folder.npy(&format!("filters_{size}.npy"), &task.filters(place)?.array())?;
    }
    let banks = banks(config, task, data, interrupt)?;
    let drawn = if interrupt.raised() { None } else { Some(photograph(config, task, data)?) };
    let (windows, size) = (data.train.nrows() as u64, config.training.batch_size as u64);
    let outcome = Outcome {
        // The last batch of an epoch may be smaller than the others.
        seen: ended.outcome.epoch * windows
            + (ended.outcome.step * config.training.accumulate % windows.div_ceil(size) * size).min(windows),
        stopped: !ended.is_complete(),
        learning: Duration::from_secs_f64(ended.records.seconds()),
        banks,
        drawn,
    };
    figures::draw(&folder, task, data, &outcome)?;
    Ok(results::results(config, data, &outcome).publish(&folder, sections::report(config, data, &outcome))?)
}

/// Each bank on the test windows: the first one always, the others until somebody asks for the end.
fn banks(
    config: &Config,
    task: &FilterBanksTask,
    data: &WindowSplits,
    interrupt: &Interrupt,
) -> Result<Vec<Bank>, Failure> {
    let (solver, stop) = (config.solver.solver(), Stop::gap(config.test_gap).max_iterations(config.test_iterations));
    let parts = Parts::new("coding the test windows", config.filters.len() * data.test.nrows(), "windows", interrupt);
    let mut banks = Vec::new();
    for (place, size) in task.sizes().enumerate() {
        parts.note(&format!("{size} filters"));
        let made = || parts.made(1).or_else(|asked| if place == 0 { Ok(()) } else { Err(asked) });
        let coded = data.coded_test(size, |window| task.code(place, window, solver.as_ref(), &stop), made);
        match coded {
            Ok(Coded { judged, order }) => {
                banks.push(Bank { filters: size, density: judged.nonzeros_by_pixel / size as f64, judged, order });
            }
            Err(failure) if failure.is_interruption() => break,
            Err(failure) => return Err(failure),
        }
    }
    Ok(banks)
}

/// The maps of the whole photograph on the bank that is to be drawn.
fn photograph(config: &Config, task: &FilterBanksTask, data: &WindowSplits) -> Result<Drawn, Failure> {
    let place = task.sizes().position(|size| size == config.drawn).expect("a checked configuration");
    let filters = task.filters(place)?;
    let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(config.lambda as f32))?;
    let stop = Stop::gap(config.test_gap).max_iterations(DRAWN_ITERATIONS);
    let maps: Array4<f32> = problem.solve(data.photograph.high.view(), config.solver.solver().as_ref(), &stop)?.maps;
    let made = Reconstruction::of(&problem, maps.view(), &data.photograph)?;
    Ok(Drawn { maps: maps.index_axis_move(Axis(0), 0), made, filters })
}
