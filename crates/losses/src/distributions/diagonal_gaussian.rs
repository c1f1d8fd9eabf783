//! `N(x; m, diag s^2)`: `ln p(x) = -1/2 sum_i [ln 2 pi + ln s_i^2 + (x_i - m_i)^2 / s_i^2]`

use super::{Distribution, Reparameterized};
use crate::error::check_same_shape;
use crate::special::{square, times_exp};
use crate::{PerSample, Reduction};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use std::f64::consts::PI;

/// Independent Gaussians, given by means and log-variances of any shape (N, ...).
#[derive(Clone, Debug)]
pub struct DiagonalGaussian<E: Scalar> {
    mean: Tensor<E>,
    log_var: Tensor<E>,
}

impl<E: Scalar> DiagonalGaussian<E> {
    /// Gaussians with these means and log-variances `ln s^2`.
    ///
    /// ```
    /// use latent_losses::distributions::{DiagonalGaussian, Distribution};
    /// use latent_tensor::Tensor;
    ///
    /// let q = DiagonalGaussian::new(Tensor::zeros(&[1, 2]), Tensor::<f64>::zeros(&[1, 2]));
    /// let log_prob = q.log_prob(&Tensor::zeros(&[1, 2])).item();
    /// assert!((log_prob + (2.0 * std::f64::consts::PI).ln()).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn new(mean: Tensor<E>, log_var: Tensor<E>) -> Self {
        check_same_shape("DiagonalGaussian", ("mean", &mean), ("log_var", &log_var));
        Self { mean, log_var }
    }

    /// `N(0, I)` of this shape.
    ///
    /// ```
    /// let prior = latent_losses::distributions::DiagonalGaussian::<f32>::standard(&[8, 20]);
    /// assert_eq!(prior.mean().shape(), [8, 20]);
    /// ```
    pub fn standard(shape: &[usize]) -> Self {
        Self { mean: Tensor::zeros(shape), log_var: Tensor::zeros(shape) }
    }

    /// The means.
    ///
    /// ```
    /// let prior = latent_losses::distributions::DiagonalGaussian::<f32>::standard(&[8, 20]);
    /// assert_eq!(prior.mean().sum().item(), 0.0);
    /// ```
    pub fn mean(&self) -> &Tensor<E> {
        &self.mean
    }

    /// The logarithms of the variances.
    ///
    /// ```
    /// let prior = latent_losses::distributions::DiagonalGaussian::<f32>::standard(&[8, 20]);
    /// assert_eq!(prior.log_var().shape(), [8, 20]);
    /// ```
    pub fn log_var(&self) -> &Tensor<E> {
        &self.log_var
    }

    /// Each sample's distribution `draws` times in a row: (N, ...) becomes (N draws, ...), for importance-weighted
    /// bounds. A result of shape (N draws) is reshaped to (N, draws).
    ///
    /// ```
    /// use latent_losses::distributions::DiagonalGaussian;
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let q = DiagonalGaussian::new(Tensor::constant(array![[1.0], [2.0]]), Tensor::zeros(&[2, 1]));
    /// assert_eq!(q.repeat(2).mean().to_array(), array![[1.0], [1.0], [2.0], [2.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If there is no axis of samples.
    #[must_use]
    #[track_caller]
    pub fn repeat(&self, draws: usize) -> Self {
        let repeat = |x: &Tensor<E>| {
            let (samples, rest) = x.shape().split_first().expect("repeat: there is no axis of samples");
            let wide: Vec<usize> = [*samples, draws].iter().chain(rest).copied().collect();
            let long: Vec<usize> = [samples * draws].iter().chain(rest).copied().collect();
            x.unsqueeze(1).broadcast_to(&wide).reshape(&long)
        };
        Self { mean: repeat(&self.mean), log_var: repeat(&self.log_var) }
    }

    /// The same distributions with constant parameters.
    ///
    /// ```
    /// use latent_losses::distributions::DiagonalGaussian;
    /// use latent_tensor::Tensor;
    ///
    /// let q = DiagonalGaussian::new(Tensor::variable(ndarray::array![1.0]), Tensor::zeros(&[1]));
    /// assert!(!q.detach().mean().is_tracked());
    /// ```
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { mean: self.mean.detach(), log_var: self.log_var.detach() }
    }
}

/// The log-density of each element; means and log-variances are broadcast to the shape of `x - mean`.
pub(crate) fn log_density<E: Scalar>(x: &Tensor<E>, mean: &Tensor<E>, log_var: &Tensor<E>) -> Tensor<E> {
    let standard = times_exp(&(x - mean), &(log_var * E::of(-0.5)));
    (square(&standard) + log_var + E::of((2.0 * PI).ln())) * E::of(-0.5)
}

impl<E: Scalar> Distribution<E> for DiagonalGaussian<E> {
    #[track_caller]
    fn log_prob(&self, x: &Tensor<E>) -> Tensor<E> {
        check_same_shape("DiagonalGaussian", ("x", x), ("mean", &self.mean));
        PerSample.reduce(&log_density(x, &self.mean, &self.log_var))
    }

    fn sample(&self, stream: &mut Stream) -> Tensor<E> {
        no_grad(|| self.rsample(stream))
    }
}

impl<E: Scalar> Reparameterized<E> for DiagonalGaussian<E> {
    fn rsample(&self, stream: &mut Stream) -> Tensor<E> {
        let noise = Tensor::normal(self.mean.shape(), stream);
        &self.mean + (&self.log_var * E::of(0.5)).exp() * noise
    }
}
