//! The test images, coded.

use crate::failure::Failure;
use latent_datasets::LabelledImages;
use latent_sparse::lasso::{Certificate, Lasso, Solver, Stop, Summary};
use latent_train::interrupt::Interrupt;
use latent_train::progress::Progress;
use ndarray::{Array1, Array2, Axis, concatenate};
use std::time::{Duration, Instant};

/// Images coded between two looks at the progress and at Ctrl-C.
const CHUNK: usize = 1_000;

/// Codes of test images.
pub struct Evaluated {
    /// (images, atoms).
    pub codes: Array2<f32>,
    /// One for each image.
    pub certificates: Vec<Certificate>,
    /// Time spent coding.
    pub time: Duration,
}

impl Evaluated {
    /// The means over the images.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.certificates)
    }

    /// For each atom, the mean over images of `|z_j|`: how much it contributes.
    pub fn weight_of_atoms(&self) -> Array1<f64> {
        let total = self.codes.map_axis(Axis(0), |column| column.iter().map(|z| f64::from(z.abs())).sum::<f64>());
        total / self.codes.nrows().max(1) as f64
    }

    /// The mean over images of `||x - W z||^2 / ||x||^2`, blank images left out.
    pub fn relative_error(&self, images: &LabelledImages) -> f64 {
        let x = images.rows::<f32>(0..self.codes.nrows());
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

/// For each atom, the share of codes, (images, atoms), that use it.
pub fn use_of_atoms(codes: &Array2<f32>) -> Array1<f64> {
    let used = codes.map_axis(Axis(0), |column| column.iter().filter(|z| **z != 0.0).count());
    used.mapv(|n| n as f64 / codes.nrows().max(1) as f64)
}

/// Codes the test images; on Ctrl-C, at least the first thousand.
pub fn evaluate(
    lasso: &Lasso<'_, f32>,
    solver: &dyn Solver<f32>,
    stop: &Stop,
    test: &LabelledImages,
    interrupt: &Interrupt,
) -> Result<Evaluated, Failure> {
    let progress = Progress::new("coding the test images", test.len() as u64, "images");
    let (mut codes, mut certificates, mut time) = (Vec::new(), Vec::new(), Duration::ZERO);
    for first in (0..test.len()).step_by(CHUNK) {
        let x = test.rows::<f32>(first..(first + CHUNK).min(test.len()));
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
    Ok(Evaluated { codes: concatenate(Axis(0), &views)?, certificates, time })
}
