//! `N(x; m, L L^T)`: `ln p(x) = -1/2 ||L^-1 (x - m)||^2 - sum_i ln L_ii - d/2 ln 2 pi`

use super::{Distribution, Reparameterized, check_factor, half_log_determinant, squares};
use crate::error::LossError;
use crate::{PerSample, Reduction};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use std::f64::consts::PI;

/// Gaussians with full covariances: means (N, ..., d) and the lower triangular factors (N, ..., d, d) of the
/// covariances `L L^T`.
#[derive(Clone, Debug)]
pub struct Gaussian<E: Scalar> {
    mean: Tensor<E>,
    scale_tril: Tensor<E>,
}

impl<E: Scalar> Gaussian<E> {
    /// Gaussians with these means and factors; what is above the diagonal of a factor is not looked at.
    ///
    /// ```
    /// use latent_losses::distributions::{Distribution, Gaussian};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let factor = Tensor::constant(array![[[2.0, 0.0], [1.0, 1.0]]]);
    /// let q = Gaussian::new(Tensor::zeros(&[1, 2]), factor)?;
    /// let at_mean = q.log_prob(&Tensor::zeros(&[1, 2])).item();
    /// assert!((at_mean + 2.0_f64.ln() + (2.0 * std::f64::consts::PI).ln()).abs() < 1e-14);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    ///
    /// # Errors
    /// [`LossError::FactorDiagonal`] if a diagonal element is not positive and finite.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn new(mean: Tensor<E>, scale_tril: Tensor<E>) -> Result<Self, LossError> {
        check_shapes(&mean, &scale_tril);
        check_factor("Gaussian: scale_tril", &scale_tril)?;
        Ok(Self { mean, scale_tril: scale_tril.tril() })
    }

    /// Gaussians with these means and covariances.
    ///
    /// ```
    /// use latent_losses::distributions::Gaussian;
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let covariance = Tensor::constant(array![[[4.0, 2.0], [2.0, 10.0]]]);
    /// let q = Gaussian::from_covariance(Tensor::zeros(&[1, 2]), &covariance)?;
    /// assert_eq!(q.scale_tril().to_array(), array![[[2.0, 0.0], [1.0, 3.0]]].into_dyn());
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    ///
    /// # Errors
    /// [`LossError::Linalg`] if one is not positive definite to working precision.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn from_covariance(mean: Tensor<E>, covariance: &Tensor<E>) -> Result<Self, LossError> {
        check_shapes(&mean, covariance);
        Ok(Self { mean, scale_tril: covariance.cholesky()? })
    }

    /// The means.
    ///
    /// ```
    /// # use latent_losses::distributions::Gaussian;
    /// # use latent_tensor::Tensor;
    /// let q = Gaussian::from_covariance(Tensor::zeros(&[1, 1]), &Tensor::full(&[1, 1, 1], 9.0))?;
    /// assert_eq!(q.mean().shape(), [1, 1]);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn mean(&self) -> &Tensor<E> {
        &self.mean
    }

    /// The factors of the covariances, lower triangular.
    ///
    /// ```
    /// # use latent_losses::distributions::Gaussian;
    /// # use latent_tensor::Tensor;
    /// let q = Gaussian::from_covariance(Tensor::zeros(&[1, 1]), &Tensor::full(&[1, 1, 1], 9.0))?;
    /// assert_eq!(q.scale_tril().item(), 3.0);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn scale_tril(&self) -> &Tensor<E> {
        &self.scale_tril
    }

    /// `||L^-1 (x - m)||^2`, shape (N, ...).
    pub(crate) fn mahalanobis(&self, x: &Tensor<E>) -> Tensor<E> {
        let difference = (x - &self.mean).unsqueeze(self.mean.rank());
        squares(&self.scale_tril.triangular_solve(&difference, false), 2)
    }
}

#[track_caller]
fn check_shapes<E: Scalar>(mean: &Tensor<E>, matrix: &Tensor<E>) {
    let (mean, matrix) = (mean.shape(), matrix.shape());
    let fits = mean.len() > 1
        && matrix.len() == mean.len() + 1
        && matrix.starts_with(mean)
        && matrix[mean.len()] == mean[mean.len() - 1];
    assert!(
        fits,
        "Gaussian: means of the shape {mean:?} and matrices of the shape {matrix:?}, not (N, ..., d) and (N, ..., d, d)"
    );
}

impl<E: Scalar> Distribution<E> for Gaussian<E> {
    #[track_caller]
    fn log_prob(&self, x: &Tensor<E>) -> Tensor<E> {
        crate::error::check_same_shape("Gaussian", ("x", x), ("mean", &self.mean));
        let d = self.mean.shape()[self.mean.rank() - 1] as f64;
        let quadratic = self.mahalanobis(x) * E::of(-0.5) - half_log_determinant(&self.scale_tril);
        PerSample.reduce(&(quadratic - E::of(0.5 * d * (2.0 * PI).ln())))
    }

    fn sample(&self, stream: &mut Stream) -> Tensor<E> {
        no_grad(|| self.rsample(stream))
    }
}

impl<E: Scalar> Reparameterized<E> for Gaussian<E> {
    fn rsample(&self, stream: &mut Stream) -> Tensor<E> {
        let rank = self.mean.rank();
        let noise = Tensor::normal(self.mean.shape(), stream).unsqueeze(rank);
        &self.mean + self.scale_tril.matmul(&noise).squeeze(rank)
    }
}
