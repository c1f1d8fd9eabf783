//! `lambda_1 ||W||_1 + lambda_2 / 2 ||W||^2`

use crate::{l1, l2};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `lambda_1 sum_i |w_i| + lambda_2 / 2 sum_i w_i^2` (Zou and Hastie 2005, equation 3, whose `lambda_2` is half of ours).
///
/// # Shapes
/// Any; the result has no axes.
///
/// ```
/// use latent_regularizers::elastic_net;
/// use latent_tensor::Tensor;
///
/// let w = Tensor::constant(ndarray::array![1.0, -2.0]);
/// assert_eq!(elastic_net(&w, 0.5, 2.0).item(), 1.5 + 5.0);
/// ```
pub fn elastic_net<E: Scalar>(w: &Tensor<E>, lambda_1: f64, lambda_2: f64) -> Tensor<E> {
    l1(w, lambda_1) + l2(w, lambda_2)
}
