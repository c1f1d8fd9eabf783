//! `lambda / 2 ||W||^2`

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `lambda / 2 sum_i w_i^2`, with the gradient `lambda w` (Hoerl and Kennard 1970).
///
/// As a term of the loss it is coupled weight decay: an adaptive optimiser rescales its gradient with the rest.
///
/// # Shapes
/// Any; the result has no axes.
///
/// ```
/// use latent_regularizers::l2;
/// use latent_tensor::{GradOptions, Tensor, grad};
/// use ndarray::array;
///
/// let w = Tensor::variable(array![3.0, -4.0]);
/// let penalty = l2(&w, 0.1);
/// assert!((penalty.item() - 1.25_f64).abs() < 1e-15);
/// let slope = grad(&[penalty], &[w], GradOptions::default()).remove(0);
/// assert_eq!(slope.to_array(), (array![3.0, -4.0] * 0.1).into_dyn());
/// ```
pub fn l2<E: Scalar>(w: &Tensor<E>, lambda: f64) -> Tensor<E> {
    w.square().sum() * E::of(lambda / 2.0)
}
