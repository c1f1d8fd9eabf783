//! `c' = f c + i g`, `h' = o tanh(c')`: one step of a long short-term memory.

use crate::Tensor;
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// One step of a long short-term memory from the state `h` and the cell `c`; `self` is the input `x`. Answers with the
    /// next `h` and `c`. See [`lstm`](Self::lstm), which is faster where the inputs of several steps are known.
    ///
    /// # Shapes
    /// `x` is (batch, inputs), `h`, `c` and the results (batch, hidden), `input_weight` (4 hidden, inputs),
    /// `hidden_weight` (4 hidden, hidden), each bias (4 hidden).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn lstm_cell(&self, states: [&Self; 2], weights: [&Self; 2], biases: [Option<&Self>; 2]) -> (Self, Self) {
        let (h, c) = self.unsqueeze(0).lstm(states, weights, biases);
        (h.reshape(&h.shape()[1..]), c.reshape(&c.shape()[1..]))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::array;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn gradients_of_all_arguments(seed: u64, batch in 1_usize..4, inputs in 1_usize..4, hidden in 1_usize..4) {
            let gates = 4 * hidden;
            let state: &[usize] = &[batch, hidden];
            let shapes: [&[usize]; 7] = [&[batch, inputs], state, state, &[gates, inputs], &[gates, hidden], &[gates], &[gates]];
            let arguments: Vec<_> = shapes.iter().zip(seed % 1000..).map(|(shape, seed)| array(seed, shape, -1.0, 1.0)).collect();
            let step = |x: &[Tensor<f64>]| {
                let (h, c) = x[0].lstm_cell([&x[1], &x[2]], [&x[3], &x[4]], [Some(&x[5]), Some(&x[6])]);
                Tensor::concatenate(&[h, c], 1)
            };
            prop_assert_eq!(gradients(&arguments, step), Ok(()));
        }
    }
}
