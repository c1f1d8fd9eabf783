//! How well Gabor functions fit images.

use crate::gabor::{Fit, Fitter};
use latent_study::parts::Parts;
use latent_train::interrupt::Interrupted;
use ndarray::ArrayView2;
use serde::Serialize;
use std::f64::consts::PI;

/// From this `R^2` on, an image is called a Gabor function.
pub const GOOD: f64 = 0.8;
/// Classes of orientations, whose entropy is taken.
pub const CLASSES: usize = 8;

/// Fits of Gabor functions to the columns of a matrix.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// One fit a column.
    pub fits: Vec<Fit>,
}

impl Judged {
    /// Fits a Gabor function to each column of (pixels, images), and counts them as parts of the work.
    ///
    /// # Errors
    /// If somebody asks for the end.
    pub(super) fn columns(
        images: ArrayView2<'_, f32>,
        shape: (usize, usize),
        parts: &Parts<'_>,
    ) -> Result<Self, Interrupted> {
        Ok(Self { fits: Fitter::new(shape).columns(images, || parts.made(1))? })
    }

    /// The median of `R^2`; `NaN` without images.
    pub fn median(&self) -> f64 {
        let mut values: Vec<f64> = self.fits.iter().map(|fit| fit.r_squared).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        match values.len() {
            0 => f64::NAN,
            even if even % 2 == 0 => 0.5 * (values[middle - 1] + values[middle]),
            _ => values[middle],
        }
    }

    /// The share of images above [`GOOD`].
    pub fn share_of_good(&self) -> f64 {
        self.good().count() as f64 / self.fits.len().max(1) as f64
    }

    /// The fits above [`GOOD`].
    pub fn good(&self) -> impl Iterator<Item = &Fit> {
        self.fits.iter().filter(|fit| fit.r_squared > GOOD)
    }

    /// How many good fits run in each of [`CLASSES`] directions, the first of which is that of rows: class `k` is within
    /// half a class of `k pi / CLASSES`.
    pub fn orientations(&self) -> [usize; CLASSES] {
        let mut counts = [0; CLASSES];
        for fit in self.good() {
            counts[(fit.gabor.orientation / PI * CLASSES as f64).round() as usize % CLASSES] += 1;
        }
        counts
    }

    /// The entropy of these classes over `ln CLASSES`: 1 if all orientations are as frequent, 0 if there is one. None
    /// without good fits.
    pub fn orientation_entropy(&self) -> Option<f64> {
        let counts = self.orientations();
        let all: usize = counts.iter().sum();
        let term = |count: usize| {
            let share = count as f64 / all as f64;
            if count == 0 { 0.0 } else { -share * share.ln() }
        };
        (all > 0).then(|| counts.into_iter().map(term).sum::<f64>() / (CLASSES as f64).ln())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gabor::Gabor;

    fn judged(values: &[(f64, f64)]) -> Judged {
        let gabor = Gabor {
            x: 0.0,
            y: 0.0,
            across: 1.0,
            along: 1.0,
            orientation: 0.0,
            frequency: 0.1,
            phase: 0.0,
            amplitude: 1.0,
        };
        let fit = |&(r_squared, orientation): &(f64, f64)| Fit { gabor: Gabor { orientation, ..gabor }, r_squared };
        Judged { fits: values.iter().map(fit).collect() }
    }

    #[test]
    fn medians_and_shares() {
        let all = judged(&[(0.9, 0.0), (0.1, 0.0), (0.85, 0.0)]);
        assert_eq!((all.median(), all.share_of_good()), (0.85, 2.0 / 3.0));
        assert_eq!(judged(&[(0.2, 0.0), (0.4, 0.0)]).median(), 0.5 * (0.2 + 0.4));
        assert!(judged(&[]).median().is_nan() && judged(&[]).orientation_entropy().is_none());
    }

    #[test]
    fn entropy_is_between_one_orientation_and_all() {
        let turn = |k: usize| PI * k as f64 / CLASSES as f64;
        let all: Vec<_> = (0..CLASSES).map(|k| (0.9, turn(k))).collect();
        assert!((judged(&all).orientation_entropy().unwrap() - 1.0).abs() < 1e-12);
        // A little below pi is the first class, as a little above 0; poor fits do not count.
        let one = judged(&[(0.9, 0.01), (0.9, PI - 0.01), (0.1, 1.0)]);
        assert_eq!((one.orientations()[0], one.orientation_entropy()), (2, Some(0.0)));
        let two = judged(&[(0.9, turn(1)), (0.9, turn(5))]);
        assert!((two.orientation_entropy().unwrap() - 2_f64.ln() / 8_f64.ln()).abs() < 1e-12);
    }
}
