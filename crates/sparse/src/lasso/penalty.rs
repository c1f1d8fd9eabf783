//! The penalty of one sample.

use latent_numeric::Scalar;

/// The penalty of one sample: `lambda` times the weights, the l2 weight and the sign constraint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Penalty<'a, E> {
    pub lambda: E,
    pub weights: Option<&'a [E]>,
    pub l2: E,
    pub positive: bool,
}

impl<E: Scalar> Penalty<'_, E> {
    /// The threshold `lambda w_j` of atom `j`.
    #[inline(always)]
    pub fn threshold(&self, j: usize) -> E {
        match self.weights {
            Some(w) => self.lambda * w[j],
            None => self.lambda,
        }
    }
}
