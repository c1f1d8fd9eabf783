//! `A = L L^T`; `A' = (S + S^T) / 2`, `S = L^-T Phi(L^T L') L^-1`, `Phi` the lower triangle with half the diagonal.
//!
//! I. Murray, *Differentiation of the Cholesky decomposition*, 2016, equation 10; M. B. Giles, *Collected matrix
//! derivative results for forward and reverse mode algorithmic differentiation*, 2008.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::linalg::{self, LinalgError};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArrayView2, ArrayViewMut2};
use rayon::prelude::*;

struct Cholesky;

impl<E: Scalar> Operator<E> for Cholesky {
    fn name(&self) -> &'static str {
        "cholesky"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (l, half) = (arguments.output(), E::of(0.5));
        let phi = l.transpose().matmul(&cotangent.tril()).tril_weighted(half);
        let left = l.triangular_solve(&phi, true);
        let s = l.triangular_solve(&left.transpose(), true);
        vec![Some((&s + s.transpose()) * half)]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The Cholesky factors of the symmetric positive definite matrices in the last two axes: lower triangular `L`
    /// with a positive diagonal and `A = L L^T`.
    ///
    /// Only the lower triangle of `A` is used. The gradient is that with respect to symmetric changes of `A`, a
    /// symmetric matrix.
    ///
    /// ```
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let a = Tensor::constant(array![[4.0, 2.0], [2.0, 10.0]]);
    /// assert_eq!(a.cholesky()?.to_array(), array![[2.0, 0.0], [1.0, 3.0]].into_dyn());
    /// # Ok::<(), latent_numeric::linalg::LinalgError>(())
    /// ```
    ///
    /// # Errors
    /// That of the first matrix in row-major order that is not positive definite to working precision, or holds a
    /// NaN or an infinity.
    ///
    /// # Panics
    /// If the last two axes are missing or differ in length.
    #[track_caller]
    pub fn cholesky(&self) -> Result<Self, LinalgError> {
        let (_, n) = shape::square("cholesky", self.shape());
        let a = self.array().as_standard_layout();
        let a = a.as_slice().expect("row-major");
        let mut out = pool::take(a.len());
        let size = n.pow(2).max(1);
        let factor = |(a, out): (&[E], &mut [E])| {
            let a = ArrayView2::from_shape((n, n), a).expect("n^2 elements");
            let cholesky = linalg::Cholesky::new(a)?;
            ArrayViewMut2::from_shape((n, n), out).expect("n^2 elements").assign(&cholesky.factor());
            Ok(())
        };
        if a.len() * n < PARALLEL_FROM {
            a.chunks(size).zip(out.chunks_mut(size)).try_for_each(factor)?;
        } else {
            // All are collected, so that the error does not depend on which thread is first.
            let done: Vec<_> = a.par_chunks(size).zip(out.par_chunks_mut(size)).map(factor).collect();
            done.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(Self::from_operator(Cholesky, vec![self.clone()], shape::array(self.shape(), out)))
    }
}

/// Batches of fewer multiplications, about, are computed on the calling thread.
const PARALLEL_FROM: usize = 1 << 17;

#[cfg(test)]
mod tests {
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, positive_definite, shapes};
    use crate::{GradOptions, Tensor, grad};
    use latent_numeric::linalg::LinalgError;
    use ndarray::array;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, batch in shapes(2, 0), n in 0_usize..5) {
            let m = array(seed, &[&batch[..], &[n, n]].concat(), -1.0, 1.0);
            let a = positive_definite(&Tensor::constant(m.clone()));
            let l = a.cholesky().unwrap();
            prop_assert_eq!(l.tril().to_array(), l.to_array());
            prop_assert!(l.diagonal().array().iter().all(|&x| x > 0.0));
            prop_assert!(distance(&l.matmul(&l.transpose()).to_array(), &a.to_array()) < 1e-13);
            prop_assert_eq!(gradients(&[m], |m| positive_definite(&m[0]).cholesky().unwrap()), Ok(()));
        }
    }

    #[test]
    fn large_batches_are_factored_in_parallel() {
        let a = positive_definite(&Tensor::constant(array(0, &[40, 16, 16], -1.0, 1.0)));
        let l = a.cholesky().unwrap();
        assert!(distance(&l.matmul(&l.transpose()).to_array(), &a.to_array()) < 1e-12);
        assert!(a.len() * 16 >= super::PARALLEL_FROM);
    }

    #[test]
    fn the_gradient_is_symmetric() {
        let a = Tensor::variable(positive_definite(&Tensor::constant(array(3, &[3, 3], -1.0, 1.0))).to_array());
        let slope = grad(&[a.cholesky().unwrap()], &[a], GradOptions::default()).remove(0);
        assert!(distance(&slope.to_array(), &slope.transpose().to_array()) < 1e-15);
    }

    #[test]
    fn the_first_bad_matrix_of_a_batch_is_an_error() {
        let a = Tensor::constant(array![[[2.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]], [[-1.0, 0.0], [0.0, 1.0]]]);
        assert_eq!(a.cholesky().unwrap_err(), LinalgError::NotPositiveDefinite { pivot: 1, size: 2 });
        let nan = Tensor::constant(array![[f64::NAN]]).cholesky();
        assert!(matches!(nan, Err(LinalgError::NotFinite { row: 0, col: 0, .. })));
    }

    #[test]
    #[should_panic(expected = "cholesky: the last two axes of the shape [2, 3] are not those of square matrices")]
    fn matrices_that_are_not_square() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).cholesky();
    }
}
