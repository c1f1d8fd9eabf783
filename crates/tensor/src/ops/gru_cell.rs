//! `h' = (1 - z) n + z h`: one step of a gated recurrent unit.

use crate::Tensor;
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// One step of a gated recurrent unit from the state `h`; `self` is the input `x`. See [`gru`](Self::gru), which is
    /// faster where the inputs of several steps are known.
    ///
    /// # Shapes
    /// `x` is (batch, inputs), `h` and the result (batch, hidden), `input_weight` (3 hidden, inputs), `hidden_weight`
    /// (3 hidden, hidden), each bias (3 hidden).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn gru_cell(&self, h: &Self, weights: [&Self; 2], biases: [Option<&Self>; 2]) -> Self {
        self.unsqueeze(0).gru(h, weights, biases).reshape(h.shape())
    }
}

#[cfg(test)]
mod tests {
    use crate::check::gradients;
    use crate::ops::testing::array;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn gradients_of_all_arguments(seed: u64, batch in 1_usize..4, inputs in 1_usize..4, hidden in 1_usize..4) {
            let gates = 3 * hidden;
            let shapes: [&[usize]; 6] = [&[batch, inputs], &[batch, hidden], &[gates, inputs], &[gates, hidden], &[gates], &[gates]];
            let arguments: Vec<_> = shapes.iter().zip(seed % 1000..).map(|(shape, seed)| array(seed, shape, -1.0, 1.0)).collect();
            let step = |x: &[crate::Tensor<f64>]| x[0].gru_cell(&x[1], [&x[2], &x[3]], [Some(&x[4]), Some(&x[5])]);
            prop_assert_eq!(gradients(&arguments, step), Ok(()));
        }
    }
}
