//! `y = sqrt(sum_i x_i^2)` over some axes; `dy/dx_i = x_i / y`, and 0 where `y = 0`

use crate::{Arguments, Operator, Tensor, elementwise, reduce, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::IxDyn;

/// To a result that keeps the axes, with length one.
struct Norm;

impl<E: Scalar> Operator<E> for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, y) = (arguments.input(0), arguments.output());
        if y.array().iter().all(|&y| y != E::zero()) {
            return vec![Some(x * (cotangent / y))];
        }
        let is = |on: E, off: E| {
            Tensor::constant(elementwise::map(y.array(), move |y| if y == E::zero() { on } else { off }))
        };
        let (zero, positive) = (is(E::one(), E::zero()), is(E::zero(), E::one()));
        vec![Some(x * (cotangent * positive / (y + zero)))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The Euclidean norm over some axes, which vanish, or stay with length one if `keep`.
    ///
    /// At zero, where it has no gradient, all gradients are zero: the subgradient of least norm. Squares are
    /// not scaled: elements should be well inside the square root of the range of the type.
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice.
    #[must_use]
    #[track_caller]
    pub fn norm(&self, axes: &[usize], keep: bool) -> Self {
        let axes = shape::sorted_axes("norm", axes, self.shape());
        let (kept, left) = shape::reduced(self.shape(), &axes);
        let mut value = reduce::squares(self.array(), &axes);
        value.mapv_inplace(E::sqrt);
        let value = value.into_shape_with_order(IxDyn(&kept)).expect("the same elements");
        let norm = Self::from_operator(Norm, vec![self.clone()], value);
        if keep { norm } else { norm.reshape(&left) }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use crate::{GradOptions, Tensor, grad};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), chosen: [bool; 3], keep: bool) {
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let a = array(seed, &shape, 0.5, 2.0);
            let x = Tensor::constant(a.clone());
            let squares = (&x * &x).sum_axes(&axes, keep).to_array();
            let got = x.norm(&axes, keep).to_array();
            prop_assert_eq!(got.shape(), squares.shape());
            prop_assert!(got.iter().zip(&squares).all(|(y, s)| (y - s.sqrt()).abs() < 1e-13));
            prop_assert_eq!(gradients(&[a], |x| x[0].norm(&axes, keep)), Ok(()));
        }
    }

    #[test]
    fn zeros_have_zero_gradients() {
        let x = Tensor::variable(ndarray::array![[0.0, 0.0], [3.0, 4.0]]);
        let first = grad(&[x.norm(&[1], false)], std::slice::from_ref(&x), GradOptions::create_graph()).remove(0);
        let slope = first.to_array();
        assert_eq!(row(&slope, 0), [0.0, 0.0]);
        assert!((slope[[1, 0]] - 0.6).abs() < 1e-15 && (slope[[1, 1]] - 0.8).abs() < 1e-15);
        let second = grad(&[first.sum()], &[x], GradOptions::default()).remove(0).to_array();
        assert_eq!(row(&second, 0), [0.0, 0.0]);
        // (I - u u') 1 / y with u = (0.6, 0.8), y = 5.
        assert!((second[[1, 0]] - (1.0 - 0.6 * 1.4) / 5.0).abs() < 1e-15);
        assert!((second[[1, 1]] - (1.0 - 0.8 * 1.4) / 5.0).abs() < 1e-15);
    }

    fn row(a: &ndarray::ArrayD<f64>, i: usize) -> [f64; 2] {
        [a[[i, 0]], a[[i, 1]]]
    }
}
