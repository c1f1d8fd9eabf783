//! `h' = (1 - z) n + z h`, `r = s(i_r + h_r)`, `z = s(i_z + h_z)`, `n = tanh(i_n + r h_n)`, `i = x W' + b`, `h_. = h U' + c`

use crate::{Activation, Tensor};
use latent_numeric::Scalar;

impl<E: Scalar> Tensor<E> {
    /// One step of a gated recurrent unit from the state `h`; `self` is the input `x`.
    ///
    /// The gates are in the order reset `r`, update `z`, new `n`, as PyTorch stores them. Source: Cho et al. 2014, in the
    /// variant that applies the reset gate after the recurrent product.
    ///
    /// # Shapes
    /// `x` is (batch, inputs), `h` and the result (batch, hidden), `input_weight` (3 hidden, inputs), `hidden_weight`
    /// (3 hidden, hidden), each bias (3 hidden).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn gru_cell(
        &self,
        h: &Self,
        [input_weight, hidden_weight]: [&Self; 2],
        [input_bias, hidden_bias]: [Option<&Self>; 2],
    ) -> Self {
        let lengths = [h.shape().last().copied().unwrap_or(0); 3];
        let from_input = self.linear(input_weight, input_bias, Activation::Identity).split(1, &lengths);
        let from_state = h.linear(hidden_weight, hidden_bias, Activation::Identity).split(1, &lengths);
        let reset = (&from_input[0] + &from_state[0]).sigmoid();
        let update = (&from_input[1] + &from_state[1]).sigmoid();
        let new = (&from_input[2] + &(reset * &from_state[2])).tanh();
        // (1 - z) n + z h
        &new + &(update * (h - &new))
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
