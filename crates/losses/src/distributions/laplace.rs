//! `p(x) = prod_i 1 / (2 b_i) e^(-|x_i - m_i| / b_i)`

use super::{Distribution, Reparameterized};
use crate::error::check_same_shape;
use crate::special::times_exp;
use crate::{PerSample, Reduction};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use ndarray::ArrayD;

/// Independent Laplace distributions, given by locations and log-scales `ln b` of any shape (N, ...).
#[derive(Clone, Debug)]
pub struct Laplace<E: Scalar> {
    location: Tensor<E>,
    log_scale: Tensor<E>,
}

impl<E: Scalar> Laplace<E> {
    /// Laplace distributions with these locations and log-scales.
    ///
    /// ```
    /// use latent_losses::distributions::{Distribution, Laplace};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let q = Laplace::new(Tensor::constant(array![[1.0]]), Tensor::zeros(&[1, 1]));
    /// let log_prob = q.log_prob(&Tensor::constant(array![[3.0]])).item();
    /// assert!((log_prob + 2.0 + 2.0_f64.ln()).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn new(location: Tensor<E>, log_scale: Tensor<E>) -> Self {
        check_same_shape("Laplace", ("location", &location), ("log_scale", &log_scale));
        Self { location, log_scale }
    }

    /// The locations.
    ///
    /// ```
    /// # use latent_losses::distributions::Laplace;
    /// # use latent_tensor::Tensor;
    /// let q = Laplace::new(Tensor::<f32>::ones(&[4, 2]), Tensor::zeros(&[4, 2]));
    /// assert_eq!(q.location().sum().item(), 8.0);
    /// ```
    pub fn location(&self) -> &Tensor<E> {
        &self.location
    }

    /// The logarithms of the scales.
    ///
    /// ```
    /// # use latent_losses::distributions::Laplace;
    /// # use latent_tensor::Tensor;
    /// let q = Laplace::new(Tensor::<f32>::ones(&[4, 2]), Tensor::zeros(&[4, 2]));
    /// assert_eq!(q.log_scale().sum().item(), 0.0);
    /// ```
    pub fn log_scale(&self) -> &Tensor<E> {
        &self.log_scale
    }
}

impl<E: Scalar> Distribution<E> for Laplace<E> {
    #[track_caller]
    fn log_prob(&self, x: &Tensor<E>) -> Tensor<E> {
        check_same_shape("Laplace", ("x", x), ("location", &self.location));
        let distance = times_exp(&(x - &self.location), &-&self.log_scale).abs();
        PerSample.reduce(&-(distance + &self.log_scale + E::of(2.0_f64.ln())))
    }

    fn sample(&self, stream: &mut Stream) -> Tensor<E> {
        no_grad(|| self.rsample(stream))
    }
}

impl<E: Scalar> Reparameterized<E> for Laplace<E> {
    fn rsample(&self, stream: &mut Stream) -> Tensor<E> {
        // The distribution function inverted: -sign(u) ln(1 - 2 |u|) with u uniform in (-1/2, 1/2).
        let draw = |stream: &mut Stream| {
            // In this order every sum is exact, and no end of the interval is reached.
            let u = stream.uniform::<f64>() - 0.5 + 2.0_f64.powi(-54);
            E::of(-u.signum() * (-2.0 * u.abs()).ln_1p())
        };
        let noise = ArrayD::from_shape_simple_fn(self.location.shape(), || draw(stream));
        &self.location + self.log_scale.exp() * Tensor::constant(noise)
    }
}
