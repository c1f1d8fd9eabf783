//! Codes of test samples, with a progress bar.

use crate::failure::Failure;
use latent_sparse::dictionary::Samples;
use latent_sparse::lasso::{Certificate, Lasso, Solver, Stop, Summary};
use latent_train::interrupt::Interrupt;
use latent_train::progress::Progress;
use ndarray::{Array1, Array2, Axis, concatenate};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Samples coded between two looks at the progress and at Ctrl-C.
const CHUNK: usize = 1_000;

/// Codes of samples.
pub struct Coded {
    /// (samples, atoms).
    pub codes: Array2<f32>,
    /// One for each sample.
    pub certificates: Vec<Certificate>,
    /// Time spent coding.
    pub time: Duration,
}

impl Coded {
    /// The means over the samples.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.certificates)
    }

    /// For each atom, the mean over samples of `|z_j|`: how much it contributes.
    pub fn weight_of_atoms(&self) -> Array1<f64> {
        let total = self.codes.map_axis(Axis(0), |column| column.iter().map(|z| f64::from(z.abs())).sum::<f64>());
        total / self.codes.nrows().max(1) as f64
    }

    /// The atoms by descending contribution.
    pub fn order_of_atoms(&self) -> Vec<usize> {
        let weight = self.weight_of_atoms();
        let mut order: Vec<usize> = (0..weight.len()).collect();
        order.sort_by(|&a, &b| weight[b].total_cmp(&weight[a]).then(a.cmp(&b)));
        order
    }

    /// Atoms that no sample uses.
    pub fn unused(&self) -> usize {
        self.weight_of_atoms().iter().filter(|weight| **weight == 0.0).count()
    }

    /// The mean over samples of `||x - W z||^2 / ||x||^2`, those of zeros left out.
    pub fn relative_error(&self, samples: &dyn Samples<f32>) -> f64 {
        let x = rows(samples, 0..self.codes.nrows());
        let errors: Vec<f64> = x
            .rows()
            .into_iter()
            .zip(&self.certificates)
            .map(|(x, c)| (x.dot(&x), c))
            .filter(|(squared, _)| *squared > 0.0)
            .map(|(squared, c)| 2.0 * c.data_term / f64::from(squared))
            .collect();
        errors.iter().sum::<f64>() / errors.len().max(1) as f64
    }
}

/// For each atom, the share of codes, (samples, atoms), that use it.
pub fn use_of_atoms(codes: &Array2<f32>) -> Array1<f64> {
    let used = codes.map_axis(Axis(0), |column| column.iter().filter(|z| **z != 0.0).count());
    used.mapv(|n| n as f64 / codes.nrows().max(1) as f64)
}

/// Codes samples, called `what`; on Ctrl-C, at least the first thousand.
///
/// # Errors
/// If they are not finite, or of another length than the atoms.
pub fn code(
    lasso: &Lasso<'_, f32>,
    solver: &dyn Solver<f32>,
    stop: &Stop,
    (what, test): (&'static str, &dyn Samples<f32>),
    interrupt: &Interrupt,
) -> Result<Coded, Failure> {
    let progress = Progress::new(&format!("coding the {what}"), test.count() as u64, what);
    let (mut codes, mut certificates, mut time) = (Vec::new(), Vec::new(), Duration::ZERO);
    for first in (0..test.count()).step_by(CHUNK) {
        let x = rows(test, first..(first + CHUNK).min(test.count()));
        let start = Instant::now();
        let chunk = lasso.solve(x.view(), solver, stop)?;
        time += start.elapsed();
        progress.advance(x.nrows() as u64);
        codes.push(chunk.codes);
        certificates.extend(chunk.certificates);
        if interrupt.raised() {
            break;
        }
    }
    progress.finish();
    let views: Vec<_> = codes.iter().map(|c| c.view()).collect();
    Ok(Coded { codes: concatenate(Axis(0), &views)?, certificates, time })
}

fn rows(samples: &dyn Samples<f32>, chosen: Range<usize>) -> Array2<f32> {
    let mut rows = Array2::zeros((chosen.len(), samples.features()));
    samples.read(&chosen.collect::<Vec<_>>(), rows.view_mut());
    rows
}
