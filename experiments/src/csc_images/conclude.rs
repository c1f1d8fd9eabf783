//! From the learned filters to what a run leaves.

use super::summary::Summary;
use super::{Config, figures, sections};
use crate::failure::Failure;
use crate::print::summarise;
use crate::tasks::FilterBanksTask;
use crate::windows::WindowSplits;
use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams, Filters};
use latent_sparse::lasso::{Stop, Summary as Codes};
use latent_train::progress::Progress;
use latent_train::report;
use latent_train::session::Ended;
use ndarray::{Array1, Array4, Axis};
use serde::Serialize;
use serde_json::json;
use std::time::{Duration, Instant};

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
    /// Means over the windows.
    pub codes: Codes,
    /// The share of coefficients that are not zero.
    pub density: f64,
    /// The same by pixel of a window.
    pub nonzeros_by_pixel: f64,
    /// The mean over windows of `10 log10(1 / mse)` in dB, pixels in [0, 1].
    pub psnr: f64,
    /// Time spent coding.
    pub seconds: f64,
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
    let progress = Progress::new("coding the test windows", config.filters.len() as u64, "banks");
    let mut banks = Vec::new();
    for (place, size) in task.sizes().enumerate() {
        folder.npy(&format!("filters_{size}.npy"), &task.filters(place)?.array())?;
        if banks.is_empty() || !interrupt.raised() {
            banks.push(bank(config, task, data, place, size)?);
        }
        progress.advance(1);
    }
    progress.finish();
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

fn bank(
    config: &Config,
    task: &FilterBanksTask,
    data: &WindowSplits,
    place: usize,
    size: usize,
) -> Result<Bank, Failure> {
    let (start, stop) = (Instant::now(), Stop::gap(config.test_gap).max_iterations(config.test_iterations));
    let solver = config.solver.solver();
    let pixels = data.test.ncols();
    let positions = config.windows.side.pow(2) as f64;
    let (mut certificates, mut weight) = (Vec::new(), Array1::<f64>::zeros(size));
    // One window after the other, so that the maps of a large bank need not be held for all.
    for window in data.test_images().axis_chunks_iter(Axis(0), 1) {
        let codes = task.code(place, window, solver.as_ref(), &stop)?;
        for (weight, map) in weight.iter_mut().zip(codes.maps.index_axis(Axis(0), 0).outer_iter()) {
            *weight += map.iter().map(|z| f64::from(z.abs())).sum::<f64>();
        }
        certificates.extend(codes.certificates);
    }
    let psnr = |data_term: f64| decibels(2.0 * data_term / pixels as f64);
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| weight[b].total_cmp(&weight[a]).then(a.cmp(&b)));
    let codes = Codes::of(&certificates);
    Ok(Bank {
        filters: size,
        density: codes.nonzeros / (size as f64 * positions),
        nonzeros_by_pixel: codes.nonzeros / positions,
        psnr: certificates.iter().map(|c| psnr(c.data_term)).sum::<f64>() / certificates.len().max(1) as f64,
        codes,
        seconds: start.elapsed().as_secs_f64(),
        order,
    })
}

fn decibels(mean_square: f64) -> f64 {
    -10.0 * mean_square.log10()
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
