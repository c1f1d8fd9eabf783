//! `sum_j max(lambda, mean_n KL_nj)`

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The divergence with free bits, in nats per sample: every latent dimension, or group of them, is charged at least
/// `lambda` nats, so that there is no gain in pushing it below.
///
/// Kingma et al., *Improved variational inference with inverse autoregressive flow*, 2016, equation 15. The mean is
/// taken over the batch before the maximum. Below `lambda` a dimension has no gradient; at `lambda` it has half.
///
/// # Shapes
/// Divergences (N, ...), unreduced, as the reduction [`Elements`](crate::Elements) gives them; the result has no axes.
///
/// ```
/// use latent_losses::divergence::free_bits;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let kl = Tensor::constant(array![[0.0, 3.0], [0.25, 5.0]]);
/// assert_eq!(free_bits(&kl, 0.5).item(), 0.5 + 4.0);
/// ```
///
/// # Panics
/// If there is no axis of samples.
#[must_use]
#[track_caller]
pub fn free_bits<E: Scalar>(kl: &Tensor<E>, lambda: E) -> Tensor<E> {
    assert!(kl.rank() > 0, "free_bits: divergences of no axes have no axis of samples");
    kl.mean_axes(&[0], false).maximum(&Tensor::scalar(lambda)).sum()
}
