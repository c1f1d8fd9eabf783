//! From learned filters and encoders to what a run leaves.

use super::summary::Summary;
use super::{Config, figures, sections};
use crate::failure::Failure;
use crate::print::summarise;
use crate::tasks::PredictiveBanksTask;
use crate::windows::WindowSplits;
use crate::worth::iterations_worth;
use latent_sparse::convolutional::{ConvolutionalLasso, Filters};
use latent_sparse::lasso::{Certificate, Fista, Stop, Summary as Codes};
use latent_train::progress::Progress;
use latent_train::report;
use latent_train::session::Ended;
use ndarray::{Array1, Array3, Array4, ArrayView4, Axis};
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

/// Codes of the test windows.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// Means over the windows.
    pub codes: Codes,
    /// Coefficients that are not zero, by pixel of a window.
    pub nonzeros_by_pixel: f64,
    /// The mean over windows of `10 log10(1 / mse)` in dB, pixels in [0, 1].
    pub psnr: f64,
    /// Time spent coding.
    pub seconds: f64,
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
    let progress = Progress::new("coding the test windows", config.filters.len() as u64, "banks");
    let mut banks = Vec::new();
    for (place, size) in task.sizes().enumerate() {
        folder.npy(&format!("decoder_{size}.npy"), &task.decoder(place)?.array())?;
        folder.npy(&format!("encoder_{size}.npy"), &task.encoder(place).view())?;
        banks.push(bank(config, task, data, place, size)?);
        progress.advance(1);
    }
    progress.finish();
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
    place: usize,
    size: usize,
) -> Result<Bank, Failure> {
    let decoder = task.decoder(place)?;
    let problem = task.problem(&decoder)?;
    let start = Instant::now();
    let maps = task.predict(place, data.test_images())?;
    let seconds = start.elapsed().as_secs_f64();
    let predicted = judged(&problem.certify(data.test_images(), maps.view(), config.test_gap)?, data, seconds);
    drop(maps);

    let mut weight = Array1::<f64>::zeros(size);
    let mut certificates = Vec::new();
    let start = Instant::now();
    let stop = Stop::gap(config.test_gap).max_iterations(config.test_iterations);
    // One window after the other, so that the maps of a large bank need not be held for all.
    for window in data.test_images().axis_chunks_iter(Axis(0), 1) {
        let codes = problem.solve(window, &Fista::restarted(), &stop)?;
        for (weight, map) in weight.iter_mut().zip(codes.maps.index_axis(Axis(0), 0).outer_iter()) {
            *weight += map.iter().map(|z| f64::from(z.abs())).sum::<f64>();
        }
        certificates.extend(codes.certificates);
    }
    let optimal = judged(&certificates, data, start.elapsed().as_secs_f64());
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| weight[b].total_cmp(&weight[a]).then(a.cmp(&b)));
    let worth = worth(&problem, data.test_images(), &predicted)?;
    Ok(Bank { filters: size, predicted, optimal, worth, similarity: similarity(&decoder, &task.encoder(place)), order })
}

fn judged(certificates: &[Certificate], data: &WindowSplits, seconds: f64) -> Judged {
    let (pixels, codes) = (data.test.ncols(), Codes::of(certificates));
    let (_, height, width) = data.image;
    let psnr = |certificate: &Certificate| decibels(2.0 * certificate.data_term / pixels as f64);
    Judged {
        nonzeros_by_pixel: codes.nonzeros / (height * width) as f64,
        psnr: certificates.iter().map(psnr).sum::<f64>() / certificates.len().max(1) as f64,
        codes,
        seconds,
    }
}

fn decibels(mean_square: f64) -> f64 {
    -10.0 * mean_square.log10()
}

/// Of objectives, each run of FISTA from zero.
fn worth(
    problem: &ConvolutionalLasso<'_, f32>,
    images: ArrayView4<'_, f32>,
    predicted: &Judged,
) -> Result<Option<f64>, Failure> {
    let mut points = Vec::new();
    for iterations in ITERATIONS {
        let mut certificates = Vec::new();
        for window in images.axis_chunks_iter(Axis(0), 1) {
            certificates.extend(problem.solve(window, &Fista::default(), &Stop::after(iterations))?.certificates);
        }
        let objective = Codes::of(&certificates).objective;
        points.push((iterations, objective));
        if objective <= predicted.codes.objective {
            break;
        }
    }
    Ok(iterations_worth(points, predicted.codes.objective))
}

fn similarity(decoder: &Filters<f32>, encoder: &Array4<f32>) -> f64 {
    let cosine = |(d, w): (ndarray::ArrayView3<'_, f32>, ndarray::ArrayView3<'_, f32>)| {
        let inner = |a: &ndarray::ArrayView3<'_, f32>, b: &ndarray::ArrayView3<'_, f32>| {
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
