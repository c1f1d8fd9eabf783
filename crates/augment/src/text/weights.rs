//! Draws in proportion to weights.

use latent_numeric::random::Stream;

/// A distribution over `0..n` in proportion to weights that are not negative, uniform where all are 0.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weights {
    cumulated: Vec<f64>,
}

impl Weights {
    /// The distribution of these weights.
    pub(crate) fn new(weights: &[f64]) -> Self {
        let uniform = weights.iter().all(|&weight| weight == 0.0);
        let mut sum = 0.0;
        let cumulated = weights.iter().map(|&weight| {
            sum += if uniform { 1.0 } else { weight };
            sum
        });
        Self { cumulated: cumulated.collect() }
    }

    /// The probability of one of them.
    pub(crate) fn probability(&self, index: usize) -> f64 {
        let before = if index == 0 { 0.0 } else { self.cumulated[index - 1] };
        (self.cumulated[index] - before) / self.cumulated[self.cumulated.len() - 1]
    }

    /// A draw; there must be a weight.
    pub(crate) fn draw(&self, stream: &mut Stream) -> usize {
        let sum = self.cumulated[self.cumulated.len() - 1];
        let at = stream.uniform::<f64>() * sum;
        let index = self.cumulated.partition_point(|&cumulated| cumulated <= at);
        if index < self.cumulated.len() {
            return index;
        }
        // The product has been rounded up to the sum: the last that has a weight.
        self.cumulated.partition_point(|&cumulated| cumulated < sum)
    }
}
