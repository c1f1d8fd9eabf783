//! Samples several times in a row.

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Each row `times` times in a row: (N, ...) becomes (N times, ...), in the order of
/// [`DiagonalGaussian::repeat`](latent_losses::distributions::DiagonalGaussian::repeat).
pub(crate) fn repeat_rows<E: Scalar>(x: &Tensor<E>, times: usize) -> Tensor<E> {
    if times == 1 {
        return x.clone();
    }
    let (samples, rest) = x.shape().split_first().expect("an axis of samples");
    let wide: Vec<usize> = [*samples, times].iter().chain(rest).copied().collect();
    let long: Vec<usize> = [samples * times].iter().chain(rest).copied().collect();
    x.unsqueeze(1).broadcast_to(&wide).reshape(&long)
}
