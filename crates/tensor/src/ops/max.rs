//! `y = max of x over some axes` (or min); the cotangent goes to the first element that attains it.

use crate::rows::{self, Rows};
use crate::{Arguments, Operator, Tensor};
use latent_numeric::{Scalar, compiled_here};
use ndarray::Array2;

/// Over the rows of a matrix, to a column.
struct Extremum {
    name: &'static str,
}

impl<E: Scalar> Operator<E> for Extremum {
    fn name(&self) -> &'static str {
        self.name
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, y) = (arguments.input(0), arguments.output());
        let values: Vec<E> = y.array().iter().copied().collect();
        let positions = rows::map(x, |i, row| rows::first(row, values[i]));
        let positions = Array2::from_shape_vec((positions.len(), 1), positions).expect("one a row");
        vec![Some(Tensor::zeros(x.shape()).scatter_add(1, &positions.into_dyn().into_shared(), cotangent))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The largest element over some axes; these vanish, or stay with length one if `keep`. NaN if there is one.
    ///
    /// Among equal largest elements the first in row-major order gets the gradient (an element of the
    /// subdifferential). Where the largest is unique, gradients of every order are exact.
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice, or there is a result that no element goes into.
    #[must_use]
    #[track_caller]
    pub fn max_axes(&self, axes: &[usize], keep: bool) -> Self {
        extremum("max", self, axes, keep, |x, best| x > best)
    }

    /// The smallest element over some axes, in every other way as [`max_axes`](Self::max_axes).
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice, or there is a result that no element goes into.
    #[must_use]
    #[track_caller]
    pub fn min_axes(&self, axes: &[usize], keep: bool) -> Self {
        extremum("min", self, axes, keep, |x, best| x < best)
    }
}

#[track_caller]
fn extremum<E: Scalar>(
    name: &'static str,
    x: &Tensor<E>,
    axes: &[usize],
    keep: bool,
    better: impl Fn(E, E) -> bool + Copy + Sync,
) -> Tensor<E> {
    let rows = Rows::new(name, x, axes);
    let count = rows.matrix.shape()[0];
    assert!(rows.width() > 0 || count == 0, "{name}: no elements along the axes {axes:?} of the shape {:?}", x.shape());
    let values = rows::map(&rows.matrix, |_, row| rows::best(row, row[0], better));
    let values = Array2::from_shape_vec((count, 1), values).expect("one a row");
    rows.restore(&Tensor::from_operator(Extremum { name }, vec![rows.matrix.clone()], values), keep)
}

#[cfg(test)]
mod tests {
    use crate::check::gradients;
    use crate::ops::testing::shapes;
    use crate::{GradOptions, Tensor, grad};
    use latent_numeric::random::Stream;
    use ndarray::{ArrayD, Axis, IxDyn, array};
    use proptest::prelude::*;

    /// All elements differ by 0.1 and more, in random order.
    fn apart(seed: u64, shape: &[usize]) -> ArrayD<f64> {
        let order = Stream::new(seed, "order", &[]).permutation(shape.iter().product());
        let a = ArrayD::from_shape_vec(IxDyn(shape), order.iter().map(|&i| 0.1 * i as f64 - 3.0).collect()).unwrap();
        if seed.is_multiple_of(2) { a } else { a.reversed_axes() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 1), chosen: [bool; 3], keep: bool) {
            let a = apart(seed, &shape);
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let (mut most, mut least) = (a.clone(), a.clone());
            for &axis in axes.iter().rev() {
                most = most.map_axis(Axis(axis), |row| row.fold(f64::NEG_INFINITY, |m, &x| m.max(x)));
                least = least.map_axis(Axis(axis), |row| row.fold(f64::INFINITY, |m, &x| m.min(x)));
                if keep {
                    most = most.insert_axis(Axis(axis));
                    least = least.insert_axis(Axis(axis));
                }
            }
            let x = Tensor::constant(a.clone());
            prop_assert_eq!(x.max_axes(&axes, keep).to_array(), most);
            prop_assert_eq!(x.min_axes(&axes, keep).to_array(), least);
            let squared = |y: Tensor<f64>| &y * &y;
            prop_assert_eq!(gradients(std::slice::from_ref(&a), |x| squared(x[0].max_axes(&axes, keep))), Ok(()));
            prop_assert_eq!(gradients(&[a], |x| squared(x[0].min_axes(&axes, keep))), Ok(()));
        }

        #[test]
        fn long_rows(seed: u64, n in 1_usize..100) {
            let a = apart(seed, &[n]);
            let x = Tensor::constant(a.clone());
            prop_assert_eq!(x.max_axes(&[0], false).item(), a.fold(f64::NEG_INFINITY, |m, &x| m.max(x)));
            prop_assert_eq!(x.min_axes(&[0], false).item(), a.fold(f64::INFINITY, |m, &x| m.min(x)));
        }
    }

    #[test]
    fn ties_and_nan() {
        let x = Tensor::variable(array![[1.0, 3.0, 3.0], [2.0, f64::NAN, 5.0]]);
        let y = x.max_axes(&[1], false);
        assert_eq!(y.array()[[0]], 3.0);
        assert!(y.array()[[1]].is_nan());
        let slope = grad(&[y], &[x], GradOptions::default()).remove(0);
        assert_eq!(slope.to_array(), array![[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]].into_dyn());
    }

    #[test]
    #[should_panic(expected = "max: no elements along the axes [1] of the shape [2, 0]")]
    fn nothing_to_choose_from() {
        let _ = Tensor::<f32>::zeros(&[2, 0]).max_axes(&[1], false);
    }
}
