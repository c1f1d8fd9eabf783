//! `lambda ||W||_1`

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `lambda sum_i |w_i|`, with the gradient `lambda sign(w)`, zero at zero (Tibshirani 1996).
///
/// # Shapes
/// Any; the result has no axes.
///
/// ```
/// use latent_regularizers::l1;
/// use latent_tensor::Tensor;
///
/// let w = Tensor::constant(ndarray::array![[1.0, -2.0], [0.0, 3.0]]);
/// assert_eq!(l1(&w, 0.5).item(), 3.0);
/// ```
pub fn l1<E: Scalar>(w: &Tensor<E>, lambda: f64) -> Tensor<E> {
    w.abs().sum() * E::of(lambda)
}
