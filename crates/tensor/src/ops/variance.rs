//! `y = sum_i (x_i - m)^2 / (n - ddof)` over some axes, with the mean `m`; `dy/dx_i = 2 (x_i - m) / (n - ddof)`

use crate::{Arguments, Operator, Tensor, reduce, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArrayD, IxDyn};

/// To a result that keeps the axes, with length one.
struct Variance<E> {
    /// Sorted.
    axes: Vec<usize>,
    /// `n - ddof`
    divisor: E,
}

impl<E: Scalar> Operator<E> for Variance<E> {
    fn name(&self) -> &'static str {
        "variance"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        let centred = x - x.mean_axes(&self.axes, true);
        vec![Some(centred * (cotangent * (E::of(2.0) / self.divisor)))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The variance over some axes, which vanish, or stay with length one if `keep`: the sum of squared deviations
    /// from the mean over `n - ddof`, where `n` elements go into each result.
    ///
    /// `ddof = 0` is the biased variance (maximum likelihood), `ddof = 1` the unbiased one. Deviations are taken
    /// in a second pass, so that a large mean costs no accuracy. Where `n` is not above `ddof` it is NaN, as the mean of
    /// nothing is, and so is its gradient.
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice.
    #[must_use]
    #[track_caller]
    pub fn variance(&self, axes: &[usize], ddof: usize, keep: bool) -> Self {
        let sorted = shape::sorted_axes("variance", axes, self.shape());
        let n: usize = sorted.iter().map(|&axis| self.shape()[axis]).product();
        let divisor = if n > ddof { E::of((n - ddof) as f64) } else { E::nan() };
        let (kept, left) = shape::reduced(self.shape(), &sorted);
        let wide = |array: ArrayD<E>| array.into_shape_with_order(IxDyn(&kept)).expect("the same elements");
        let mean = wide(reduce::total(self.array(), &sorted)).mapv(|sum| sum / E::of(n as f64));
        let value = wide(reduce::squared_deviations(self.array(), &mean.into_shared(), &sorted)) / divisor;
        let variance = Self::from_operator(Variance { axes: sorted, divisor }, vec![self.clone()], value);
        if keep { variance } else { variance.reshape(&left) }
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
        fn value_and_gradients(seed: u64, shape in shapes(3, 1), chosen: [bool; 3], unbiased: bool, keep: bool) {
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let n: usize = axes.iter().map(|&axis| shape[axis]).product();
            let ddof = usize::from(unbiased && n > 1);
            let a = array(seed, &shape, -2.0, 2.0);
            // E x^2 - (E x)^2, times n / (n - ddof).
            let x = Tensor::constant(a.clone());
            let mean = x.mean_axes(&axes, keep);
            let want = ((&x * &x).mean_axes(&axes, keep) - &mean * &mean) * (n as f64 / (n - ddof) as f64);
            let got = x.variance(&axes, ddof, keep);
            prop_assert_eq!(got.shape(), want.shape());
            prop_assert!(got.array().iter().zip(want.array()).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert_eq!(gradients(&[a], |x| x[0].variance(&axes, ddof, keep)), Ok(()));
        }
    }

    #[test]
    fn a_large_mean_costs_nothing() {
        let x = Tensor::<f32>::constant(ndarray::array![10_000_001.0, 10_000_003.0]);
        assert_eq!(x.variance(&[0], 0, false).item(), 1.0);
        assert_eq!(x.variance(&[0], 1, false).item(), 2.0);
    }

    #[test]
    fn too_few_elements() {
        let x = Tensor::<f64>::variable(ndarray::array![[1.0, 2.0]]);
        let y = x.variance(&[0], 1, false);
        assert_eq!(y.shape(), [2]);
        assert!(y.array().iter().all(|y| y.is_nan()));
        assert!(grad(&[y], &[x], GradOptions::default())[0].array().iter().all(|slope| slope.is_nan()));
        let nothing = Tensor::<f64>::zeros(&[3, 0]);
        assert!(nothing.variance(&[1], 0, true).array().iter().all(|y| y.is_nan()));
        assert!(nothing.variance(&[0, 1], 0, false).item().is_nan());
        assert_eq!(nothing.variance(&[0], 0, false).shape(), [0]);
    }
}
