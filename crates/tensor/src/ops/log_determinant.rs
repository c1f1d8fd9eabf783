//! `ln det A = 2 sum_i ln L_ii` with `A = L L^T`; composed.

use crate::Tensor;
use latent_numeric::linalg::LinalgError;
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The logarithms of the determinants of the symmetric positive definite matrices in the last two axes, in nats.
    ///
    /// They neither overflow nor underflow where the determinant would; that of a matrix of no rows is 0. The gradient
    /// is `A^-1`.
    ///
    /// # Shapes
    /// (..., n, n) gives (...).
    ///
    /// # Errors
    /// As [`cholesky`](Self::cholesky).
    ///
    /// # Panics
    /// If the last two axes are missing or differ in length.
    #[track_caller]
    pub fn log_determinant(&self) -> Result<Self, LinalgError> {
        let diagonal = self.cholesky()?.diagonal();
        Ok(diagonal.ln().sum_axes(&[diagonal.rank() - 1], false) * E::of(2.0))
    }
}

#[cfg(test)]
mod tests {
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, positive_definite, shapes};
    use crate::{GradOptions, Tensor, grad};
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn gradients_and_inverse(seed: u64, batch in shapes(2, 0), n in 0_usize..5) {
            let m = array(seed, &[&batch[..], &[n, n]].concat(), -1.0, 1.0);
            prop_assert_eq!(gradients(std::slice::from_ref(&m), |m| positive_definite(&m[0]).log_determinant().unwrap()), Ok(()));
            let a = Tensor::variable(positive_definite(&Tensor::constant(m)).to_array());
            let value = a.log_determinant().unwrap();
            prop_assert_eq!(value.shape(), &batch[..]);
            let inverse = grad(&[value], std::slice::from_ref(&a), GradOptions::default()).remove(0);
            let identity = Tensor::constant(Array2::<f64>::eye(n)).broadcast_to(a.shape()).to_array();
            prop_assert!(distance(&a.matmul(&inverse).to_array(), &identity) < 1e-12);
        }

        #[test]
        fn two_by_two(seed: u64) {
            let a = positive_definite(&Tensor::constant(array(seed, &[2, 2], -1.0, 1.0)));
            let v = a.view();
            let want = (v[[0, 0]] * v[[1, 1]] - v[[0, 1]] * v[[1, 0]]).ln();
            prop_assert!((a.log_determinant().unwrap().item() - want).abs() < 1e-13);
        }
    }

    #[test]
    fn the_determinant_may_overflow() {
        let a = Tensor::constant(array![[1e200, 0.0], [0.0, 1e200]]);
        assert!((a.log_determinant().unwrap().item() - 400.0 * 10_f64.ln()).abs() < 1e-10);
        assert!(Tensor::constant(array![[0.0]]).log_determinant().is_err());
    }
}
