//! The nuclear norm of a matrix.

use super::{FenchelConjugate, Prox, ProxError, check_len, check_step, non_negative, soft_threshold, sums};
use latent_numeric::Scalar;
use latent_numeric::linalg::{singular_values, svd};
use latent_numeric::matmul::{Threads, matmul_into};
use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1, s};

/// `g(Z) = lambda sum_i sigma_i(Z)` of a (rows, cols) matrix, given as its entries in row order.
///
/// Its prox `U diag(max(sigma_i - step * lambda, 0)) V'` soft-thresholds the singular values (Cai, Candes and
/// Shen 2010, theorem 2.1). A matrix with an entry that is not finite becomes NaN as a whole.
///
/// ```
/// use latent_sparse::prox::{NuclearNorm, Prox};
/// use ndarray::array;
///
/// let penalty = NuclearNorm::new(1.0_f64, (2, 2))?;
/// let mut z = array![3.0, 0.0, 0.0, 0.5];
/// assert!((penalty.value(z.view()) - 3.5).abs() < 1e-14);
/// penalty.apply(z.view_mut(), 1.0);
/// assert!((z - array![2.0, 0.0, 0.0, 0.0]).iter().all(|d| d.abs() < 1e-14));
/// # Ok::<(), latent_sparse::prox::ProxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NuclearNorm<E> {
    lambda: E,
    shape: (usize, usize),
}

impl<E: Scalar> NuclearNorm<E> {
    /// The penalty with factor `lambda >= 0` on vectors of length `rows * cols`.
    ///
    /// # Errors
    /// If `lambda` is negative or not finite, or the shape has no entries or too many to count.
    pub fn new(lambda: E, (rows, cols): (usize, usize)) -> Result<Self, ProxError> {
        match rows.checked_mul(cols) {
            None | Some(0) => Err(ProxError::Shape { rows, cols }),
            Some(_) => Ok(Self { lambda: non_negative("lambda", lambda)?, shape: (rows, cols) }),
        }
    }

    /// The factor `lambda` of the penalty.
    pub fn lambda(&self) -> E {
        self.lambda
    }

    /// The shape of the matrix, (rows, cols).
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    fn matrix(&self, z: ArrayView1<E>) -> Array2<E> {
        let (rows, cols) = self.shape;
        check_len("NuclearNorm", rows * cols, z.len());
        Array2::from_shape_vec(self.shape, z.to_vec()).expect("the length was checked")
    }

    /// The singular values; one NaN if an entry is not finite.
    fn singular_values(&self, z: ArrayView1<E>) -> Array1<E> {
        singular_values(self.matrix(z).view()).unwrap_or_else(|_| Array1::from_elem(1, E::nan()))
    }
}

impl<E: Scalar> Prox<E> for NuclearNorm<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        self.lambda.as_f64() * sums::l1_norm(self.singular_values(z).view())
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let matrix = self.matrix(z.view());
        let Ok(mut svd) = svd(matrix.view()) else {
            z.fill(E::nan());
            return;
        };
        let t = step * self.lambda;
        let rank = svd.s.iter().take_while(|&&s| s > t).count();
        let mut left = svd.u.slice_mut(s![.., ..rank]);
        left *= &svd.s.slice(s![..rank]).mapv(|s| soft_threshold(s, t));
        let mut product = Array2::zeros(self.shape);
        // One thread: rows of a batch are in parallel already.
        matmul_into(E::one(), left.view(), svd.vt.slice(s![..rank, ..]), E::zero(), product.view_mut(), Threads::One);
        z.iter_mut().zip(&product).for_each(|(z, p)| *z = *p);
    }

    fn dimension(&self) -> Option<usize> {
        Some(self.shape.0 * self.shape.1)
    }
}

impl<E: Scalar> FenchelConjugate<E> for NuclearNorm<E> {
    /// The indicator of `sigma_1(Y) <= lambda`, the spectral ball.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        let largest = sums::linf_norm(self.singular_values(y.view()).view());
        sums::indicator::<E>(largest, self.lambda.as_f64(), y.len())
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        let largest = sums::linf_norm(self.singular_values(y.view()).view());
        sums::scale_to::<E>(largest, self.lambda.as_f64(), y.len())
    }
}
