//! `lambda sum_g sqrt(p_g) ||w_g||`

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `lambda sum_g sqrt(p) ||w_g||_2`, where group `g` holds the `p` elements at index `g` of an axis (Yuan and Lin 2006,
/// equation 2.1).
///
/// Whole groups become zero together. For weights of shape (outputs, inputs, ...), axis 0 has a group for each output
/// or filter, and axis 1 one for each input (Scardapane et al. 2017). A group of zeros has a gradient of zero.
///
/// # Shapes
/// `w` is of any shape with the axis; the result has no axes.
///
/// # Panics
/// If the axis is not below the rank.
///
/// ```
/// use latent_regularizers::group_lasso;
/// use latent_tensor::Tensor;
///
/// let w = Tensor::constant(ndarray::array![[3.0, 4.0], [0.0, 0.0]]);
/// assert!((group_lasso(&w, 1.0, 0).item() - 5.0 * 2.0_f64.sqrt()).abs() < 1e-14);
/// assert!((group_lasso(&w, 1.0, 1).item() - 7.0 * 2.0_f64.sqrt()).abs() < 1e-14);
/// ```
#[track_caller]
pub fn group_lasso<E: Scalar>(w: &Tensor<E>, lambda: f64, axis: usize) -> Tensor<E> {
    assert!(axis < w.rank(), "group_lasso: the axis {axis} of a tensor of shape {:?}", w.shape());
    let within: Vec<usize> = (0..w.rank()).filter(|&other| other != axis).collect();
    let size: usize = within.iter().map(|&other| w.shape()[other]).product();
    w.norm(&within, false).sum() * E::of(lambda * (size as f64).sqrt())
}
