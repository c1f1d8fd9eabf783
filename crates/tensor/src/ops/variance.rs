//! `y = sum_i (x_i - m)^2 / (n - ddof)` over some axes, with the mean `m`; `dy/dx_i = 2 (x_i - m) / (n - ddof)`

use crate::rows::{self, Rows};
use crate::{Arguments, Operator, Tensor, pool};
use latent_numeric::{Scalar, parallel};
use ndarray::Array2;

/// Over the rows of a matrix, to a column.
struct Variance<E> {
    /// `n - ddof`
    divisor: E,
}

impl<E: Scalar> Operator<E> for Variance<E> {
    fn name(&self) -> &'static str {
        "variance"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        let centred = x - x.mean_axes(&[1], true);
        vec![Some(centred * (cotangent * (E::of(2.0) / self.divisor)))]
    }
}

impl<E: Scalar> Tensor<E> {
    /// The variance over some axes, which vanish, or stay with length one if `keep`: the sum of squared deviations
    /// from the mean over `n - ddof`, where `n` elements go into each result.
    ///
    /// `ddof = 0` is the biased variance (maximum likelihood), `ddof = 1` the unbiased one. Deviations are taken
    /// in a second pass, so that a large mean costs no accuracy.
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice, or `n` is not above `ddof`.
    #[must_use]
    #[track_caller]
    pub fn variance(&self, axes: &[usize], ddof: usize, keep: bool) -> Self {
        let rows = Rows::new("variance", self, axes);
        let n = rows.width();
        assert!(
            n > ddof,
            "variance: {n} elements along the axes {axes:?} of the shape {:?} with ddof = {ddof}",
            self.shape()
        );
        let divisor = E::of((n - ddof) as f64);
        let values = rows::map(&rows.matrix, |row| squared_deviations(row) / divisor);
        let value = Array2::from_shape_vec((values.len(), 1), values).expect("one a row");
        rows.restore(&Self::from_operator(Variance { divisor }, vec![rows.matrix.clone()], value), keep)
    }
}

fn squared_deviations<E: Scalar>(row: &[E]) -> E {
    let mean = parallel::sum(row) / E::of(row.len() as f64);
    let mut deviations = pool::take(row.len());
    deviations.iter_mut().zip(row).for_each(|(deviation, &x)| *deviation = x - mean);
    let sum = parallel::sum_of_squares(&deviations);
    pool::give(deviations);
    sum
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
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
    #[should_panic(expected = "variance: 1 elements along the axes [0] of the shape [1, 2] with ddof = 1")]
    fn too_few_elements() {
        let _ = Tensor::<f32>::zeros(&[1, 2]).variance(&[0], 1, false);
    }
}
