//! From the learned filters to what a run leaves.

use super::summary::Summary;
use super::{Config, figures, sections};
use latent_report as report;
use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams, Filters};
use latent_sparse::lasso::Stop;
use latent_sparse::train::FilterBanksTask;
use latent_study::failure::Failure;
use latent_study::parts::Parts;
use latent_study::print::summarise;
use latent_study::sparse::windows::{Coded, Judged, WindowSplits, decibels};
use latent_train::interrupt::Interrupt;
use latent_train::session::Ended;
use ndarray::{Array4, Axis};
use serde::Serialize;
use serde_json::json;
use std::time::Duration;

/// Iterations of the solver for the maps of a whole photograph.
const DRAWN_ITERATIONS: usize = 60;

/// What was learned, and what is known of it.
pub struct Concluded<'c> {
    /// What the run depends on.
    pub config: &'c Config,
    /// The windows.
    pub data: &'c WindowSplits,
    /// Each bank on the test windows; on Ctrl-C as many as were judged.
    pub banks: Vec<Bank>,
    /// A whole photograph, unless somebody asked for the end before.
    pub drawn: Option<Drawn>,
    /// Windows seen while learning.
    pub seen: u64,
    /// Whether somebody asked for the end.
    pub stopped: bool,
    /// Time spent learning, evaluations while learning among it.
    pub learning: Duration,
}

/// A bank of filters on the test windows.
#[derive(Clone, Debug, Serialize)]
pub struct Bank {
    /// How many filters.
    pub filters: usize,
    /// Its codes.
    #[serde(flatten)]
    pub judged: Judged,
    /// The share of coefficients that are not zero.
    pub density: f64,
    /// Filters by descending weight in the codes.
    #[serde(skip)]
    pub order: Vec<usize>,
}

/// A photograph in maps.
pub struct Drawn {
    /// The bank.
    pub filters: Filters<f32>,
    /// (filters, height, width).
    pub maps: ndarray::Array3<f32>,
    /// What they and the smooth part make, (channels, height, width).
    pub reconstruction: ndarray::Array3<f32>,
    /// In dB.
    pub psnr: f64,
}

/// Writes arrays, figures and the summary of what was learned, also where it was stopped.
pub fn conclude(
    config: &Config,
    task: &FilterBanksTask,
    data: &WindowSplits,
    ended: &Ended,
) -> Result<report::Study, Failure> {
    let learning = Duration::from_secs_f64(ended.records.seconds());
    let (folder, interrupt) = (ended.records.folder(), &ended.interrupt);
    for (place, size) in task.sizes().enumerate() {
        folder.npy(&format!("filters_{size}.npy"), &task.filters(place)?.array())?;
    }
    let banks = banks(config, task, data, interrupt)?;
    let drawn = if interrupt.raised() { None } else { Some(photograph(config, task, data)?) };
    let (windows, size) = (data.train.nrows() as u64, config.training.batch_size as u64);
    let concluded = Concluded {
        // The last batch of an epoch may be smaller than the others.
        seen: ended.outcome.epoch * windows
            + (ended.outcome.step * config.training.accumulate % windows.div_ceil(size) * size).min(windows),
        stopped: !ended.is_complete(),
        config,
        data,
        banks,
        drawn,
        learning,
    };
    figures::draw(&folder, task, &concluded)?;
    folder.json(
        "test.json",
        &json!({
            "windows": data.test.nrows(), "banks": concluded.banks, "solver": config.solver.to_string(),
            "photograph_psnr": concluded.drawn.as_ref().map(|drawn| drawn.psnr),
            "stopped_early": concluded.stopped, "seconds": { "learning": learning.as_secs_f64() },
        }),
    )?;
    let text = Summary(&concluded).to_string();
    summarise(&folder, &text)?;
    Ok(sections::report(&concluded))
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
    let high = &data.photograph.high;
    let maps: Array4<f32> = problem.solve(high.view(), config.solver.solver().as_ref(), &stop)?.maps;
    let made = problem.reconstruct(maps.view())?;
    let error = (&made - high).mapv(|d| f64::from(d).powi(2)).mean().unwrap_or_default();
    let reconstruction = (made + &data.photograph.low).index_axis_move(Axis(0), 0);
    Ok(Drawn { maps: maps.index_axis_move(Axis(0), 0), reconstruction, psnr: decibels(error), filters })
}
