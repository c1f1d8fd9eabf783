//! FISTA in tensor operations.

use super::checked;
use crate::{Dictionary, SparseError};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The codes after some iterations of [`Fista`](crate::lasso::Fista) from zero, with their history.
///
/// The step size `1/L` counts as a constant: it says how fast the iterates move, not where to, so that gradients with
/// respect to the dictionary tend to those of the minimiser.
///
/// # Shapes
/// `x` (samples, features), `dictionary` (features, atoms), `lambda` one element; (samples, atoms).
///
/// # Errors
/// If shapes do not fit, a value of the dictionary is not finite, or lambda is negative or not finite.
///
/// See the [module](super) for an example.
pub fn unrolled_fista<E: Scalar>(
    x: &Tensor<E>,
    dictionary: &Tensor<E>,
    lambda: &Tensor<E>,
    iterations: usize,
) -> Result<Tensor<E>, SparseError> {
    let atoms = Dictionary::new(checked(x, dictionary, lambda)?)?;
    let lipschitz = if atoms.lipschitz() > E::zero() { atoms.lipschitz() } else { E::one() };
    let threshold = lambda / lipschitz;
    let transposed = dictionary.transpose();
    let zero = Tensor::zeros(&[x.shape()[0], atoms.len()]);
    let (mut z, mut y, mut t) = (zero.clone(), zero, 1.0_f64);
    for _ in 0..iterations {
        let descended = &y + (x - y.matmul(&transposed)).matmul(dictionary) / lipschitz;
        let next = descended.soft_threshold_with(&threshold);
        let longer = f64::midpoint(1.0, (1.0 + 4.0 * t * t).sqrt());
        y = &next + (&next - z) * E::of((t - 1.0) / longer);
        (z, t) = (next, longer);
    }
    Ok(z)
}
