//! The gradient penalties of the literature: settings and points.

use super::{GradientPenalty, Penalized, Side, interpolates, perturbations};
use crate::Output;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// `lambda E[(||grad D(x)|| - 1)^2]` on lines between real and generated samples: WGAN-GP (Gulrajani et al. 2017,
/// equation 3; `lambda = 10`).
///
/// # Shapes
/// `real` and `fake` have one shape (samples, ...); see [`interpolates`]. Give `fake` detached where only the critic
/// is trained.
///
/// # Errors
/// Those of the critic, if it returns a `Result`; see [`Output`].
///
/// # Panics
/// If the shapes differ, or the critic has not a row for each sample.
///
/// ```
/// use latent_numeric::random::Stream;
/// use latent_regularizers::wgan_gp;
/// use latent_tensor::Tensor;
///
/// let (real, fake) = (Tensor::<f64>::ones(&[4, 3]), Tensor::zeros(&[4, 3]));
/// let mut stream = Stream::new(7, "gradient penalty", &[0]);
/// // The gradient of a sum of three elements is as long as the square root of three.
/// let gp = wgan_gp(|x| x.sum_axes(&[1], false), &real, &fake, 10.0, &mut stream);
/// assert!((gp.penalty.item() - 10.0 * (3.0_f64.sqrt() - 1.0).powi(2)).abs() < 1e-12);
/// ```
#[track_caller]
pub fn wgan_gp<E: Scalar, R: Output<E>>(
    critic: impl FnOnce(&Tensor<E>) -> R,
    real: &Tensor<E>,
    fake: &Tensor<E>,
    lambda: f64,
    stream: &mut Stream,
) -> R::With<Penalized<E>> {
    GradientPenalty { lambda, center: 1.0, side: Side::Both }.at(critic, &interpolates(real, fake, stream))
}

/// `lambda E[max(||grad D(x)|| - 1, 0)^2]` on lines between real and generated samples: the one-sided penalty, WGAN-LP
/// (Petzka, Fischer and Lukovnikov 2018, equation 8).
///
/// For shapes, errors and panics see [`wgan_gp`].
///
/// ```
/// use latent_numeric::random::Stream;
/// use latent_regularizers::wgan_lp;
/// use latent_tensor::Tensor;
///
/// let (real, fake) = (Tensor::<f64>::ones(&[4, 3]), Tensor::zeros(&[4, 3]));
/// let mut stream = Stream::new(7, "gradient penalty", &[0]);
/// let gp = wgan_lp(|x| x.sum_axes(&[1], false) * 0.5, &real, &fake, 10.0, &mut stream);
/// assert!(gp.penalty.item() == 0.0 && (gp.mean_norm - 0.75_f64.sqrt()).abs() < 1e-12);
/// ```
#[track_caller]
pub fn wgan_lp<E: Scalar, R: Output<E>>(
    critic: impl FnOnce(&Tensor<E>) -> R,
    real: &Tensor<E>,
    fake: &Tensor<E>,
    lambda: f64,
    stream: &mut Stream,
) -> R::With<Penalized<E>> {
    GradientPenalty { lambda, center: 1.0, side: Side::Above }.at(critic, &interpolates(real, fake, stream))
}

/// `lambda E[||grad D(x)||^2]` on lines between real and generated samples: the zero-centred penalty of Thanh-Tung, Tran
/// and Venkatesh 2019, equation 7.
///
/// For shapes, errors and panics see [`wgan_gp`].
///
/// ```
/// use latent_numeric::random::Stream;
/// use latent_regularizers::zero_centered;
/// use latent_tensor::Tensor;
///
/// let (real, fake) = (Tensor::<f64>::ones(&[4, 3]), Tensor::zeros(&[4, 3]));
/// let mut stream = Stream::new(7, "gradient penalty", &[0]);
/// let gp = zero_centered(|x| x.sum_axes(&[1], false), &real, &fake, 100.0, &mut stream);
/// assert_eq!(gp.penalty.item(), 300.0);
/// ```
#[track_caller]
pub fn zero_centered<E: Scalar, R: Output<E>>(
    critic: impl FnOnce(&Tensor<E>) -> R,
    real: &Tensor<E>,
    fake: &Tensor<E>,
    lambda: f64,
    stream: &mut Stream,
) -> R::With<Penalized<E>> {
    GradientPenalty { lambda, center: 0.0, side: Side::Both }.at(critic, &interpolates(real, fake, stream))
}

/// `lambda E[(||grad D(x + e)|| - 1)^2]` with `e ~ N(0, std^2 I)`, around real samples: DRAGAN (Kodali et al. 2017,
/// equation 2).
///
/// # Shapes
/// `real` is (samples, ...); see [`perturbations`].
///
/// # Errors
/// Those of the critic, if it returns a `Result`; see [`Output`].
///
/// # Panics
/// If the critic has not a row for each sample.
///
/// ```
/// use latent_numeric::random::Stream;
/// use latent_regularizers::dragan;
/// use latent_tensor::Tensor;
///
/// let real = Tensor::<f64>::ones(&[4, 3]);
/// let mut stream = Stream::new(7, "gradient penalty", &[0]);
/// let gp = dragan(|x| x.sum_axes(&[1], false), &real, 0.5, 10.0, &mut stream);
/// assert!((gp.mean_norm - 3.0_f64.sqrt()).abs() < 1e-12);
/// ```
#[track_caller]
pub fn dragan<E: Scalar, R: Output<E>>(
    critic: impl FnOnce(&Tensor<E>) -> R,
    real: &Tensor<E>,
    std: f64,
    lambda: f64,
    stream: &mut Stream,
) -> R::With<Penalized<E>> {
    GradientPenalty { lambda, center: 1.0, side: Side::Both }.at(critic, &perturbations(real, std, stream))
}

/// `gamma / 2 E[||grad D(x)||^2]` at real samples (Mescheder, Geiger and Nowozin 2018, equation 9).
///
/// # Shapes
/// `real` is (samples, ...).
///
/// # Errors
/// Those of the critic, if it returns a `Result`; see [`Output`].
///
/// # Panics
/// If the critic has not a row for each sample.
///
/// ```
/// use latent_regularizers::r1;
/// use latent_tensor::Tensor;
///
/// let real = Tensor::constant(ndarray::array![[1.0, 2.0], [0.0, 1.0]]);
/// // The gradient of x_1^2 + x_2^2 is 2 x.
/// let r1 = r1(|x| x.square().sum_axes(&[1], false), &real, 1.0);
/// assert_eq!(r1.penalty.item(), 0.5 * (20.0 + 4.0) / 2.0);
/// ```
#[track_caller]
pub fn r1<E: Scalar, R: Output<E>>(
    critic: impl FnOnce(&Tensor<E>) -> R,
    real: &Tensor<E>,
    gamma: f64,
) -> R::With<Penalized<E>> {
    GradientPenalty { lambda: gamma / 2.0, center: 0.0, side: Side::Both }.at(critic, real)
}

/// [`r1`] at generated samples (Mescheder, Geiger and Nowozin 2018, equation 10).
///
/// Give `fake` detached where only the critic is trained.
///
/// ```
/// use latent_regularizers::r2;
/// use latent_tensor::Tensor;
///
/// let fake = Tensor::constant(ndarray::array![[3.0, 4.0]]);
/// assert_eq!(r2(|x| x.square().sum_axes(&[1], false), &fake, 2.0).mean_norm, 10.0);
/// ```
#[track_caller]
pub fn r2<E: Scalar, R: Output<E>>(
    critic: impl FnOnce(&Tensor<E>) -> R,
    fake: &Tensor<E>,
    gamma: f64,
) -> R::With<Penalized<E>> {
    r1(critic, fake, gamma)
}
