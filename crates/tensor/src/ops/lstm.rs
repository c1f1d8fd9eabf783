//! `c_t = f c + i g`, `h_t = o tanh(c_t)`, with `i, f, o = s(.)` and `g = tanh(.)` of the four parts of `x_t W' + b + h U' + d`, `h = h_{t-1}`, `c = c_{t-1}`

use crate::recurrence::{self, Cell};
use crate::{Activation, Tensor};
use latent_numeric::{Scalar, compiled_here, math};
use ndarray::s;

/// What is saved: `i`, `f`, `g`, `o` and the `tanh` of the next `c`.
struct Lstm;

impl Cell<2> for Lstm {
    const NAME: &'static str = "lstm";
    const GATES: usize = 4;
    const SAVED: usize = 5;
    const SEPARATE: bool = false;

    fn step<E: Scalar>([x, u]: [&[E]; 2], bias: &[E], [h, c]: [&[E]; 2], saved: &mut [E], next: [&mut [E]; 2]) {
        let n = h.len();
        let (gates, tanh) = saved.split_at_mut(4 * n);
        recurrence::add(x, u, bias, gates);
        math::sigmoid(&mut gates[..2 * n]);
        math::tanh(&mut gates[2 * n..3 * n]);
        math::sigmoid(&mut gates[3 * n..]);
        let [of_h, of_c] = next;
        cell(gates, c, of_c);
        math::tanh_into(of_c, tanh);
        output(&gates[3 * n..], tanh, of_h);
    }

    fn step_back<E: Scalar>(saved: &[E], [_, c]: [&[E]; 2], cotangents: [&mut [E]; 2], [_, linear]: [&mut [E]; 2]) {
        back(saved, c, cotangents, linear);
    }

    fn composed<E: Scalar>([x, u]: [&Tensor<E>; 2], [h, c]: [Tensor<E>; 2]) -> [Tensor<E>; 2] {
        let gates = (x + u).split(1, &[h.shape()[1]; 4]);
        let cell = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
        [gates[3].sigmoid() * cell.tanh(), cell]
    }
}

latent_numeric::vectorized! {
    fn cell<E: Scalar>(gates: &[E], c: &[E], next: &mut [E]) {
        let n = c.len();
        let [i, f, g] = [0, 1, 2].map(|part| &gates[part * n..][..n]);
        for ((((next, &i), &f), &g), &c) in next.iter_mut().zip(i).zip(f).zip(g).zip(c) {
            *next = f * c + i * g;
        }
    }

    fn output<E: Scalar>(o: &[E], tanh: &[E], h: &mut [E]) {
        for ((h, &o), &tanh) in h.iter_mut().zip(o).zip(tanh) {
            *h = o * tanh;
        }
    }

    fn back<E: Scalar>(saved: &[E], c: &[E], [of_h, of_c]: [&mut [E]; 2], linear: &mut [E]) {
        let (n, one) = (c.len(), E::one());
        let [i, f, g, o, tanh] = [0, 1, 2, 3, 4].map(|part| &saved[part * n..][..n]);
        let (of_i, rest) = linear.split_at_mut(n);
        let (of_f, rest) = rest.split_at_mut(n);
        let (of_g, of_o) = rest.split_at_mut(n);
        let (of_o, of_h, of_c) = (&mut of_o[..n], &mut of_h[..n], &mut of_c[..n]);
        for j in 0..n {
            let (i, f, g, o, tanh) = (i[j], f[j], g[j], o[j], tanh[j]);
            let of_next = of_c[j] + of_h[j] * o * (one - tanh * tanh);
            of_i[j] = of_next * g * i * (one - i);
            of_f[j] = of_next * c[j] * f * (one - f);
            of_g[j] = of_next * i * (one - g * g);
            of_o[j] = of_h[j] * tanh * o * (one - o);
            of_h[j] = E::zero();
            of_c[j] = of_next * f;
        }
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// A long short-term memory over a sequence from the state `h` and the cell `c`: all `h` and all `c` after each step.
    ///
    /// The gates are in the order input `i`, forget `f`, cell `g`, output `o`, as PyTorch stores them. Source: Hochreiter
    /// and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000.
    ///
    /// The products with the input weights are one for all steps, and so is the one that gives the gradient of the
    /// recurrent weights.
    ///
    /// ```
    /// use latent_tensor::Tensor;
    ///
    /// // Two steps of a batch of one. Without weights the gates are 1/2 and the input is 0, so c halves.
    /// let (x, h, c) = (Tensor::zeros(&[2, 1, 3]), Tensor::ones(&[1, 1]), Tensor::ones(&[1, 1]));
    /// let weights = [&Tensor::zeros(&[4, 3]), &Tensor::zeros(&[4, 1])];
    /// let (outputs, cells) = x.lstm([&h, &c], weights, [None, None]);
    /// assert_eq!(cells.to_array(), ndarray::array![[[0.5]], [[0.25]]].into_dyn());
    /// assert_eq!(outputs.to_array(), (cells.tanh() * 0.5).to_array());
    /// ```
    ///
    /// # Shapes
    /// `x`, this tensor, is (steps, batch, inputs), `h` and `c` (batch, hidden), the results (steps, batch, hidden),
    /// `input_weight` (4 hidden, inputs), `hidden_weight` (4 hidden, hidden), each bias (4 hidden).
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn lstm(
        &self,
        states: [&Self; 2],
        [input_weight, hidden_weight]: [&Self; 2],
        [input_bias, hidden_bias]: [Option<&Self>; 2],
    ) -> (Self, Self) {
        assert!(self.rank() == 3, "lstm: a sequence of the shape {:?}: three axes are needed", self.shape());
        let x = self.linear(input_weight, input_bias, Activation::Identity);
        let states = recurrence::run::<E, Lstm, 2>(&x, hidden_weight, states, hidden_bias);
        (states.slice(s![0, .., .., ..]), states.slice(s![1, .., .., ..]))
    }
}

#[cfg(test)]
mod tests {
    use super::Lstm;
    use crate::Tensor;
    use crate::check::gradients;
    use crate::recurrence::testing;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn gradients_of_all_arguments(seed: u64, sizes in testing::sizes(), biased: bool) {
            let arguments = testing::arguments(seed, 4, 2, sizes, biased);
            let f = |x: &[Tensor<f64>]| {
                let (h, c) = x[0].lstm([&x[3], &x[4]], [&x[1], &x[2]], [x.get(5), x.get(6)]);
                Tensor::concatenate(&[h, c], 0)
            };
            prop_assert_eq!(gradients(&arguments, f), Ok(()));
        }

        #[test]
        fn it_is_its_cells_in_a_row(seed: u64, sizes in testing::sizes(), biased: bool) {
            testing::holds_against_composition::<Lstm, 2>(seed, sizes, biased)?;
        }
    }

    #[test]
    fn the_same_bits_on_any_number_of_threads() {
        testing::same_bits::<Lstm, 2>();
    }

    #[test]
    #[should_panic(expected = "lstm: a state of the shape [2, 3] where [2, 1] is needed")]
    fn a_state_that_does_not_fit() {
        let (x, h, c) = (Tensor::<f32>::zeros(&[2, 2, 1]), Tensor::zeros(&[2, 1]), Tensor::zeros(&[2, 3]));
        let _ = x.lstm([&h, &c], [&Tensor::zeros(&[4, 1]), &Tensor::zeros(&[4, 1])], [None, None]);
    }
}
