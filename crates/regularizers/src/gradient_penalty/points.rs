//! Where gradients are penalised.

use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// `a_n x_n + (1 - a_n) y_n` with `a_n` uniform in `[0, 1)`: a point on the line between each real sample and a
/// generated one (Gulrajani et al. 2017, algorithm 1).
///
/// # Shapes
/// `real` and `fake` have one shape (samples, ...), that of the result; one draw a sample, in order.
///
/// # Panics
/// If the shapes differ, or have no axis.
///
/// ```
/// use latent_numeric::random::Stream;
/// use latent_regularizers::interpolates;
/// use latent_tensor::Tensor;
///
/// let (real, fake) = (Tensor::<f32>::ones(&[4, 3]), Tensor::zeros(&[4, 3]));
/// let x = interpolates(&real, &fake, &mut Stream::new(7, "gradient penalty", &[0])).to_array();
/// assert!(x.iter().all(|&x| (0.0..1.0).contains(&x)) && x[[0, 0]] == x[[0, 2]] && x[[0, 0]] != x[[1, 0]]);
/// ```
#[track_caller]
pub fn interpolates<E: Scalar>(real: &Tensor<E>, fake: &Tensor<E>, stream: &mut Stream) -> Tensor<E> {
    assert!(
        real.rank() > 0 && real.shape() == fake.shape(),
        "interpolates: real samples of shape {:?} and generated ones of shape {:?}",
        real.shape(),
        fake.shape()
    );
    let mut one_each = vec![1; real.rank()];
    one_each[0] = real.shape()[0];
    let a = Tensor::uniform(&one_each, stream);
    real * &a + fake * (Tensor::ones(&one_each) - &a)
}

/// `x_n + e_n` with `e_n ~ N(0, std^2 I)`: points around the real samples (Kodali et al. 2017, equation 2, whose `c` is
/// `std^2`).
///
/// # Shapes
/// Those of `real`.
///
/// ```
/// use latent_numeric::random::Stream;
/// use latent_regularizers::perturbations;
/// use latent_tensor::Tensor;
///
/// let real = Tensor::<f32>::ones(&[4, 3]);
/// let x = perturbations(&real, 0.1, &mut Stream::new(7, "gradient penalty", &[0]));
/// assert!(x.array().iter().all(|&x| x != 1.0 && (x - 1.0).abs() < 1.0));
/// ```
pub fn perturbations<E: Scalar>(real: &Tensor<E>, std: f64, stream: &mut Stream) -> Tensor<E> {
    real + Tensor::normal(real.shape(), stream) * E::of(std)
}
