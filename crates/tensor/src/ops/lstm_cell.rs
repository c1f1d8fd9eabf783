//! `c' = f c + i g`, `h' = o tanh(c')`, with `i, f, o = s(.)` and `g = tanh(.)` of the four parts of `x W' + b + h U' + d`

use crate::{Activation, Tensor};
use latent_numeric::Scalar;

impl<E: Scalar> Tensor<E> {
    /// One step of a long short-term memory from the state `h` and the cell `c`; `self` is the input `x`. Answers with the
    /// next `h` and `c`.
    ///
    /// The gates are in the order input `i`, forget `f`, cell `g`, output `o`, as PyTorch stores them. Source: Hochreiter
    /// and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000.
    ///
    /// # Shapes
    /// `x` is (batch, inputs), `h`, `c` and the results (batch, hidden), `input_weight` (4 hidden, inputs),
    /// `hidden_weight` (4 hidden, hidden), each bias (4 hidden).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn lstm_cell(
        &self,
        [h, c]: [&Self; 2],
        [input_weight, hidden_weight]: [&Self; 2],
        [input_bias, hidden_bias]: [Option<&Self>; 2],
    ) -> (Self, Self) {
        let lengths = [h.shape().last().copied().unwrap_or(0); 4];
        let from_input = self.linear(input_weight, input_bias, Activation::Identity);
        let from_state = h.linear(hidden_weight, hidden_bias, Activation::Identity);
        let gates = (from_input + from_state).split(1, &lengths);
        let cell = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
        (gates[3].sigmoid() * cell.tanh(), cell)
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
