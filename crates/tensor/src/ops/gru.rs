//! `h_t = (1 - z) n + z h`, `r = s(i_r + u_r)`, `z = s(i_z + u_z)`, `n = tanh(i_n + r u_n)`, `i = x_t W' + b`, `u = h U' + c`, with `h = h_{t-1}`

use crate::recurrence::{self, Cell};
use crate::{Activation, Tensor};
use latent_numeric::{Scalar, compiled_here, math};

/// What is saved: `r`, `z`, `n` and `u_n`.
struct Gru;

impl Cell<1> for Gru {
    const NAME: &'static str = "gru";
    const GATES: usize = 3;
    const SAVED: usize = 4;
    const SEPARATE: bool = true;

    fn step<E: Scalar>([x, u]: [&[E]; 2], bias: &[E], [h]: [&[E]; 1], saved: &mut [E], [next]: [&mut [E]; 1]) {
        let (gates, rest) = saved.split_at_mut(2 * h.len());
        recurrence::add(x, u, bias, gates);
        math::sigmoid(gates);
        let (reset, update) = gates.split_at(h.len());
        let (new, from_state) = rest.split_at_mut(h.len());
        let third = 2 * h.len()..;
        candidate([&x[third.clone()], &u[third.clone()], &bias[third]], reset, new, from_state);
        math::tanh(new);
        mix([new, update, h], next);
    }

    fn step_back<E: Scalar>(saved: &[E], [h]: [&[E]; 1], [of_h]: [&mut [E]; 1], [of_x, of_u]: [&mut [E]; 2]) {
        back(saved, h, of_h, of_x, of_u);
    }

    fn composed<E: Scalar>([x, u]: [&Tensor<E>; 2], [h]: [Tensor<E>; 1]) -> [Tensor<E>; 1] {
        let lengths = [h.shape()[1]; 3];
        let (x, u) = (x.split(1, &lengths), u.split(1, &lengths));
        let reset = (&x[0] + &u[0]).sigmoid();
        let update = (&x[1] + &u[1]).sigmoid();
        let new = (&x[2] + &(reset * &u[2])).tanh();
        [&new + &(update * (h - &new))]
    }
}

latent_numeric::vectorized! {
    fn candidate<E: Scalar>([x, u, bias]: [&[E]; 3], reset: &[E], new: &mut [E], from_state: &mut [E]) {
        let maps = x.iter().zip(u).zip(bias).zip(reset);
        for ((new, from_state), (((&x, &u), &bias), &reset)) in new.iter_mut().zip(from_state).zip(maps) {
            *from_state = u + bias;
            *new = x + reset * *from_state;
        }
    }

    fn mix<E: Scalar>([new, update, h]: [&[E]; 3], next: &mut [E]) {
        for (((next, &n), &z), &h) in next.iter_mut().zip(new).zip(update).zip(h) {
            *next = n + z * (h - n);
        }
    }

    fn back<E: Scalar>(saved: &[E], h: &[E], of_h: &mut [E], of_x: &mut [E], of_u: &mut [E]) {
        let (n, one) = (h.len(), E::one());
        let [reset, update, new, from_state] = [0, 1, 2, 3].map(|part| &saved[part * n..][..n]);
        let (x_reset, x_rest) = of_x.split_at_mut(n);
        let (x_update, x_new) = x_rest.split_at_mut(n);
        let (u_reset, u_rest) = of_u.split_at_mut(n);
        let (u_update, u_new) = u_rest.split_at_mut(n);
        let (x_new, u_new, of_h) = (&mut x_new[..n], &mut u_new[..n], &mut of_h[..n]);
        for j in 0..n {
            let (r, z, new, c) = (reset[j], update[j], new[j], of_h[j]);
            let of_new = c * (one - z) * (one - new * new);
            let of_update = c * (h[j] - new) * z * (one - z);
            let of_reset = of_new * from_state[j] * r * (one - r);
            of_h[j] = c * z;
            x_reset[j] = of_reset;
            x_update[j] = of_update;
            x_new[j] = of_new;
            u_reset[j] = of_reset;
            u_update[j] = of_update;
            u_new[j] = of_new * r;
        }
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// A gated recurrent unit over a sequence from the state `h`: its states after each step.
    ///
    /// The gates are in the order reset `r`, update `z`, new `n`, as PyTorch stores them. Source: Cho et al. 2014, in the
    /// variant that applies the reset gate after the recurrent product.
    ///
    /// The products with the input weights are one for all steps, and so is the one that gives the gradient of the
    /// recurrent weights.
    ///
    /// ```
    /// use latent_tensor::Tensor;
    ///
    /// // Two steps of a batch of one. Without weights the gates are 1/2 and the new state is 0, so h halves.
    /// let (x, h) = (Tensor::zeros(&[2, 1, 3]), Tensor::ones(&[1, 1]));
    /// let weights = [&Tensor::<f64>::zeros(&[3, 3]), &Tensor::zeros(&[3, 1])];
    /// let states = x.gru(&h, weights, [None, None]);
    /// assert_eq!(states.to_array(), ndarray::array![[[0.5]], [[0.25]]].into_dyn());
    /// ```
    ///
    /// # Shapes
    /// `x`, this tensor, is (steps, batch, inputs), `h` (batch, hidden), the result (steps, batch, hidden),
    /// `input_weight` (3 hidden, inputs), `hidden_weight` (3 hidden, hidden), each bias (3 hidden).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn gru(
        &self,
        h: &Self,
        [input_weight, hidden_weight]: [&Self; 2],
        [input_bias, hidden_bias]: [Option<&Self>; 2],
    ) -> Self {
        assert!(self.rank() == 3, "gru: a sequence of the shape {:?}: three axes are needed", self.shape());
        let x = self.linear(input_weight, input_bias, Activation::Identity);
        let states = recurrence::run::<E, Gru, 1>(&x, hidden_weight, [h], hidden_bias);
        let shape = states.shape()[1..].to_vec();
        states.reshape(&shape)
    }
}

#[cfg(test)]
mod tests {
    use super::Gru;
    use crate::Tensor;
    use crate::check::gradients;
    use crate::recurrence::testing;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn gradients_of_all_arguments(seed: u64, sizes in testing::sizes(), biased: bool) {
            let arguments = testing::arguments(seed, 3, 1, sizes, biased);
            let f = |x: &[Tensor<f64>]| x[0].gru(&x[3], [&x[1], &x[2]], [x.get(4), x.get(5)]);
            prop_assert_eq!(gradients(&arguments, f), Ok(()));
        }

        #[test]
        fn it_is_its_cells_in_a_row(seed: u64, sizes in testing::sizes(), biased: bool) {
            testing::holds_against_composition::<Gru, 1>(seed, sizes, biased)?;
        }
    }

    #[test]
    fn the_same_bits_on_any_number_of_threads() {
        testing::same_bits::<Gru, 1>();
    }

    #[test]
    #[should_panic(expected = "gru: recurrent weights of the shape [4, 1] beside input weights for 3 gates")]
    fn weights_that_do_not_fit() {
        let (x, h) = (Tensor::<f32>::zeros(&[2, 2, 1]), Tensor::zeros(&[2, 1]));
        let _ = x.gru(&h, [&Tensor::zeros(&[3, 1]), &Tensor::zeros(&[4, 1])], [None, None]);
    }
}
