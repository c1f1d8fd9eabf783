//! The distributions that the losses are about: log-densities and draws.
//!
//! Parameters are tensors whose first axis counts samples: row n of the parameters is the distribution of sample n.

mod bernoulli;
mod categorical;
mod diagonal_gaussian;
mod gaussian;
mod laplace;
mod matrix_normal;
mod von_mises_fisher;

pub use bernoulli::Bernoulli;
pub use categorical::Categorical;
pub use diagonal_gaussian::DiagonalGaussian;
pub(crate) use diagonal_gaussian::log_density as gaussian_log_density;
pub use gaussian::Gaussian;
pub use laplace::Laplace;
pub use matrix_normal::{LowRankMatrixNormal, MatrixNormal};
pub use von_mises_fisher::VonMisesFisher;

use crate::error::LossError;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// A batch of distributions, one for each sample.
pub trait Distribution<E: Scalar> {
    /// The log-density (or log-probability) of each sample of `x` under its own distribution, in nats, shape (N).
    ///
    /// ```
    /// use latent_losses::distributions::{Distribution, Laplace};
    /// use latent_tensor::Tensor;
    ///
    /// let laplace = Laplace::new(Tensor::zeros(&[2, 1]), Tensor::<f64>::zeros(&[2, 1]));
    /// assert_eq!(laplace.log_prob(&Tensor::zeros(&[2, 1])).to_array()[[0]], -(2.0_f64.ln()));
    /// ```
    ///
    /// # Panics
    /// If `x` does not have the shape of a draw.
    fn log_prob(&self, x: &Tensor<E>) -> Tensor<E>;

    /// One draw for each sample, a constant.
    ///
    /// ```
    /// use latent_losses::distributions::{Bernoulli, Distribution};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let coins = Bernoulli::new(Tensor::<f32>::zeros(&[2, 5]));
    /// let x = coins.sample(&mut Stream::new(1, "coins", &[]));
    /// assert!(x.array().iter().all(|&x| x == 0.0 || x == 1.0));
    /// ```
    fn sample(&self, stream: &mut Stream) -> Tensor<E>;
}

/// Distributions whose draws are smooth functions of their parameters.
pub trait Reparameterized<E: Scalar>: Distribution<E> {
    /// One draw for each sample, with its gradient with respect to the parameters (Kingma and Welling 2014,
    /// section 2.4). It has the value of [`sample`](Distribution::sample) with the same stream.
    ///
    /// ```
    /// use latent_losses::distributions::{DiagonalGaussian, Reparameterized};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::{GradOptions, Tensor, grad};
    ///
    /// let mean = Tensor::variable(ndarray::array![[1.0, 2.0]]);
    /// let q = DiagonalGaussian::new(mean.clone(), Tensor::zeros(&[1, 2]));
    /// let z = q.rsample(&mut Stream::new(1, "posterior", &[]));
    /// let slope = grad(&[z.sum()], &[mean], GradOptions::default()).remove(0);
    /// assert_eq!(slope.to_array(), ndarray::array![[1.0, 1.0]].into_dyn());
    /// ```
    fn rsample(&self, stream: &mut Stream) -> Tensor<E>;
}

/// `2 sum ln L_ii` over two, for factors in the last two axes.
pub(crate) fn half_log_determinant<E: Scalar>(factor: &Tensor<E>) -> Tensor<E> {
    let diagonal = factor.diagonal();
    diagonal.ln().sum_axes(&[diagonal.rank() - 1], false)
}

/// The sum of squares over the last axes.
pub(crate) fn squares<E: Scalar>(x: &Tensor<E>, axes: usize) -> Tensor<E> {
    x.square().sum_axes(&(x.rank() - axes..x.rank()).collect::<Vec<_>>(), false)
}

/// Holds the diagonals of triangular factors against zero.
fn check_factor<E: Scalar>(what: &'static str, factor: &Tensor<E>) -> Result<(), LossError> {
    let diagonal = factor.diagonal();
    match diagonal.array().iter().position(|x| !(*x > E::zero() && x.is_finite())) {
        None => Ok(()),
        Some(index) => {
            let value = diagonal.array().iter().nth(index).map_or(f64::NAN, |x| x.as_f64());
            Err(LossError::FactorDiagonal { what, index, value })
        }
    }
}
