//! Samples several times in a row.

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Each row `times` times in a row: (N, features) becomes (N times, features), in the order of
/// [`DiagonalGaussian::repeat`](latent_losses::distributions::DiagonalGaussian::repeat).
pub(crate) fn repeat_rows<E: Scalar>(x: &Tensor<E>, times: usize) -> Tensor<E> {
    if times == 1 {
        return x.clone();
    }
    let (samples, features) = (x.shape()[0], x.shape()[1]);
    x.unsqueeze(1).broadcast_to(&[samples, times, features]).reshape(&[samples * times, features])
}
