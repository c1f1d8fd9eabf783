//! Moments of the brightness of an image, and the parallelogram about it.

use ndarray::ArrayView2;

/// The part of the brightness that a side of the parallelogram leaves outside, a hundredth: two for both.
const OUTSIDE: f64 = 0.01;

/// Mean place and second moments, in pixels.
pub(super) struct Moments {
    /// The mean height, from the top.
    pub(super) middle: f64,
    /// How far the middle of a row moves to the right from one row to the next below: `mu_11 / mu_02`.
    pub(super) shear: f64,
}

impl Moments {
    /// Of an image that is not all zero.
    pub(super) fn of(image: ArrayView2<f64>) -> Self {
        let mean = |of: &dyn Fn(f64, f64) -> f64| {
            let sum = |mass: bool| {
                let term = |((y, x), v): ((usize, usize), &f64)| v * if mass { 1.0 } else { of(x as f64, y as f64) };
                image.indexed_iter().map(term).sum::<f64>()
            };
            sum(false) / sum(true)
        };
        let (centre, middle) = (mean(&|x, _| x), mean(&|_, y| y));
        let shear = mean(&|x, y| (x - centre) * (y - middle)) / mean(&|_, y| (y - middle).powi(2));
        Self { middle, shear }
    }

    /// Width and height of the parallelogram with two sides level and two along the shear, each of which leaves a
    /// hundredth of the brightness outside.
    pub(super) fn bounds(&self, image: ArrayView2<f64>) -> (f64, f64) {
        let pixels = || image.indexed_iter().map(|((y, x), &v)| (x as f64, y as f64, v));
        let width = span(pixels().map(|(x, y, v)| (x + 0.5 - self.shear * (y - self.middle), v)));
        (width, span(pixels().map(|(_, y, v)| (y + 0.5, v))))
    }
}

/// The length that is left of a line when a hundredth of what lies on it is cut off at each end. What lies between two
/// whole numbers counts as spread evenly between them.
fn span(weighted: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let ends =
        weighted.clone().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (at, _)| (at.min(low), at.max(high)));
    let first = ends.0.floor();
    let mut bins = vec![0.0; (ends.1.floor() - first) as usize + 1];
    weighted.for_each(|(at, weight)| bins[(at.floor() - first) as usize] += weight);
    let total: f64 = bins.iter().sum();
    let quantile = |part: f64| {
        let mut below = 0.0;
        for (i, bin) in bins.iter().enumerate() {
            let wanted = part * total - below;
            if wanted <= *bin && *bin > 0.0 {
                return i as f64 + wanted / bin;
            }
            below += bin;
        }
        bins.len() as f64
    };
    quantile(1.0 - OUTSIDE) - quantile(OUTSIDE)
}
