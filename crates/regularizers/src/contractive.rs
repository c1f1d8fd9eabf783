//! `lambda mean_n ||J(x_n)||_F^2` of an encoder

use crate::Output;
use crate::jacobian::exact_norm;
use crate::recorded::Recorded;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `lambda mean over n of ||J(x_n)||_F^2`, where `J` is the Jacobian of the encoder: the penalty of contractive
/// autoencoders (Rifai et al. 2011, equation 5, which has the sum over samples).
///
/// Twice [`jacobian`](crate::jacobian), and computed as that is: the two differ by what their authors call lambda. For
/// an encoder of one layer of sigmoids, [`contractive_sigmoid`] needs no backward pass at all.
///
/// # Shapes
/// `x` is (samples, ...), the encoder's value (samples, ...); the result has no axes.
///
/// # Errors
/// Those of the encoder, if it returns a `Result`; see [`Output`].
///
/// # Panics
/// If the value has not a row for each sample.
///
/// ```
/// use latent_regularizers::contractive;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[0.0, 0.0]]);
/// // The slope of a sigmoid at zero is a quarter.
/// assert_eq!(contractive(|x| x.sigmoid(), &x, 0.1).item(), 0.1 * 2.0 / 16.0);
/// ```
#[track_caller]
pub fn contractive<E: Scalar, R: Output<E>>(
    encoder: impl FnOnce(&Tensor<E>) -> R,
    x: &Tensor<E>,
    lambda: f64,
) -> R::With<Tensor<E>> {
    R::wrap(Recorded::new("contractive", encoder, x).map(|at| exact_norm(&at) * E::of(lambda)))
}

/// [`contractive`] in closed form for `h = sigmoid(x W' + b)`: `lambda mean over n of sum_j (h_j (1 - h_j))^2 ||w_j||^2`
/// (Rifai et al. 2011, equation 7).
///
/// # Shapes
/// `h` is (samples, outputs), `weight` (outputs, inputs); the result has no axes.
///
/// # Panics
/// If the shapes do not fit.
///
/// ```
/// use latent_regularizers::{contractive, contractive_sigmoid};
/// use latent_tensor::{Activation, Tensor};
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[0.5, -1.0], [2.0, 0.0]]);
/// let weight = Tensor::constant(array![[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]]);
/// let encoder = |x: &Tensor<f64>| x.linear(&weight, None, Activation::Sigmoid);
/// let closed = contractive_sigmoid(&encoder(&x), &weight, 0.1).item();
/// assert!((closed - contractive(encoder, &x, 0.1).item()).abs() < 1e-15);
/// ```
#[track_caller]
pub fn contractive_sigmoid<E: Scalar>(h: &Tensor<E>, weight: &Tensor<E>, lambda: f64) -> Tensor<E> {
    let fits = h.rank() == 2 && weight.rank() == 2 && h.shape()[1] == weight.shape()[0];
    assert!(fits, "contractive_sigmoid: codes of shape {:?} of weights of shape {:?}", h.shape(), weight.shape());
    let slopes = h - h.square();
    let lengths = weight.square().sum_axes(&[1], false);
    (slopes.square() * lengths).sum() * E::of(lambda / h.shape()[0] as f64)
}
