//! Kernels of one dimension.

/// An odd number of weights, the middle one for the pixel itself; their sum is one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kernel {
    weights: Vec<f32>,
}

impl Kernel {
    /// `k(i) ~ exp(-i^2 / (2 sigma^2))`, cut off after `floor(4 sigma + 1/2)` pixels on each side or at the given odd
    /// size, and divided by its sum.
    pub(crate) fn gaussian(sigma: f64, size: Option<usize>) -> Self {
        let radius = size.map_or_else(|| Self::radius(sigma), |size| size / 2);
        let weight = |i: usize| (-0.5 * ((i as f64 - radius as f64) / sigma).powi(2)).exp();
        let sum: f64 = (0..=2 * radius).map(weight).sum();
        Self { weights: (0..=2 * radius).map(|i| (weight(i) / sum) as f32).collect() }
    }

    /// Where a Gaussian is cut off if nothing else is said.
    pub(crate) fn radius(sigma: f64) -> usize {
        (4.0 * sigma + 0.5).floor() as usize
    }

    pub(crate) fn weights(&self) -> &[f32] {
        &self.weights
    }
}
