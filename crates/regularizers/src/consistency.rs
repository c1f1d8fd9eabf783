//! `lambda mean_n ||D(x_n) - D(T(x_n))||^2`

use crate::Output;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `lambda mean over n of ||D(x_n) - D(T(x_n))||^2`: the critic's answer should not change under an augmentation
/// (Zhang et al. 2020, equation 3).
///
/// Applied to real samples it is the term of CR-GAN; see [`balanced_consistency`] for real and generated ones.
/// Gradients go through both answers.
///
/// # Shapes
/// `x` and the transformed samples are what the critic takes, its answers (samples, ...); the result has no axes.
///
/// # Errors
/// Those of the critic, if it returns a `Result`; see [`Output`].
///
/// # Panics
/// If the critic's two answers differ in shape, or have no axis.
///
/// ```
/// use latent_regularizers::consistency;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[1.0, 2.0], [4.0, 4.0]]);
/// let first = |x: &Tensor<f64>| x.slice(ndarray::s![.., 0]);
/// // Mirrored, the first column is the second: (1 - 2)^2 and (4 - 4)^2.
/// assert_eq!(consistency(first, |x| x.flip(&[1]), &x, 10.0).item(), 5.0);
/// ```
#[track_caller]
pub fn consistency<E: Scalar, R: Output<E>>(
    critic: impl Fn(&Tensor<E>) -> R,
    transform: impl FnOnce(&Tensor<E>) -> Tensor<E>,
    x: &Tensor<E>,
    lambda: f64,
) -> R::With<Tensor<E>> {
    R::wrap(distance(&critic, transform, x, lambda))
}

/// `lambda_real mean ||D(x) - D(T(x))||^2 + lambda_fake mean ||D(G(z)) - D(T(G(z)))||^2`: balanced consistency, the bCR
/// of Zhao et al. 2021, section 3.1.
///
/// # Shapes
/// As [`consistency`], for real and for generated samples.
///
/// # Errors
/// As [`consistency`].
///
/// # Panics
/// As [`consistency`].
///
/// ```
/// use latent_regularizers::balanced_consistency;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let (real, fake) = (Tensor::constant(array![[1.0, 2.0]]), Tensor::constant(array![[0.0, 3.0]]));
/// let first = |x: &Tensor<f64>| x.slice(ndarray::s![.., 0]);
/// let mirror = |x: &Tensor<f64>| x.flip(&[1]);
/// assert_eq!(balanced_consistency(first, mirror, &real, &fake, [10.0, 1.0]).item(), 19.0);
/// ```
#[track_caller]
pub fn balanced_consistency<E: Scalar, R: Output<E>>(
    critic: impl Fn(&Tensor<E>) -> R,
    mut transform: impl FnMut(&Tensor<E>) -> Tensor<E>,
    real: &Tensor<E>,
    fake: &Tensor<E>,
    [lambda_real, lambda_fake]: [f64; 2],
) -> R::With<Tensor<E>> {
    let of_real = distance(&critic, &mut transform, real, lambda_real);
    R::wrap(of_real.and_then(|of_real| Ok(of_real + distance(&critic, &mut transform, fake, lambda_fake)?)))
}

#[track_caller]
fn distance<E: Scalar, R: Output<E>>(
    critic: impl Fn(&Tensor<E>) -> R,
    transform: impl FnOnce(&Tensor<E>) -> Tensor<E>,
    x: &Tensor<E>,
    lambda: f64,
) -> Result<Tensor<E>, R::Error> {
    let plain = critic(x).into_result()?;
    let transformed = critic(&transform(x)).into_result()?;
    assert!(
        plain.rank() > 0 && plain.shape() == transformed.shape(),
        "consistency: answers of shapes {:?} and {:?}, before and after the transformation",
        plain.shape(),
        transformed.shape()
    );
    let samples = plain.shape()[0] as f64;
    Ok((plain - transformed).square().sum() * E::of(lambda / samples))
}
