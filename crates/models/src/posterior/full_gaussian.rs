//! `q(z | x) = N(z; m(x), L(x) L(x)^T)`

use super::{Draw, Inference, Posterior};
use crate::error::ModelError;
use crate::posterior::gaussian::encoded;
use crate::prior::{Prior, StandardNormal};
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Layer, Module, Visitor};
use latent_losses::distributions::{Distribution, Gaussian, Reparameterized};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use std::any::Any;

/// Layers that give the mean and the lower triangular factor `L` of the covariance of a Gaussian whose dimensions depend
/// on each other (Kingma and Welling, *An introduction to variational autoencoders*, 2019, section 2.5.1).
///
/// # Shapes
/// The layers map (N, features) to (N, 2 d + d (d - 1) / 2): means, logarithms of the diagonal of `L`, and its elements
/// below the diagonal row by row.
pub struct FullGaussianEncoder<E: Scalar = f32> {
    layers: Box<dyn Layer<E>>,
    features: usize,
    latent_dim: usize,
}

impl<E: Scalar> FullGaussianEncoder<E> {
    /// Of these layers, for data and codes of these sizes.
    pub fn new(layers: impl Layer<E> + 'static, features: usize, latent_dim: usize) -> Self {
        Self { layers: Box::new(layers), features, latent_dim }
    }

    /// The numbers that the layers give for a code of `d` dimensions: `2 d + d (d - 1) / 2`.
    ///
    /// ```
    /// assert_eq!(latent_models::posterior::FullGaussianEncoder::<f32>::outputs(3), 9);
    /// ```
    pub fn outputs(latent_dim: usize) -> usize {
        2 * latent_dim + latent_dim * latent_dim.saturating_sub(1) / 2
    }
}

impl<E: Scalar> Module<E> for FullGaussianEncoder<E> {
    fn kind(&self) -> &'static str {
        "full_gaussian"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.layers.visit(visitor);
    }
}

impl<E: Scalar> Inference<E> for FullGaussianEncoder<E> {
    fn infer<'m>(
        &'m self,
        observed: &Observation<E>,
        _: &'m LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Box<dyn Posterior<E> + 'm>, ModelError> {
        let (d, outputs) = (self.latent_dim, Self::outputs(self.latent_dim));
        let all = encoded(
            &*self.layers,
            observed,
            self.features,
            outputs,
            format_args!("means, the logarithms of the factor's diagonal, and what is below it"),
            context,
        )?;
        let [mean, log_diagonal, below] =
            <[_; 3]>::try_from(all.split(1, &[d, d, outputs - 2 * d])).expect("three parts");
        Ok(Box::new(FullPosterior::new(mean, log_diagonal, &below)?))
    }
}

/// A Gaussian with the logarithms of its factor's diagonal.
struct FullPosterior<E: Scalar> {
    gaussian: Gaussian<E>,
    log_diagonal: Tensor<E>,
}

impl<E: Scalar> FullPosterior<E> {
    fn new(mean: Tensor<E>, log_diagonal: Tensor<E>, below: &Tensor<E>) -> Result<Self, ModelError> {
        let (samples, d) = (mean.shape()[0], mean.shape()[1]);
        let diagonal = log_diagonal.exp().diag_embed();
        // Elements below the diagonal in their places, and zeros, the last of the numbers to choose from, elsewhere.
        let place = |i: usize, j: usize| if j < i { i * (i - 1) / 2 + j } else { below.shape()[1] };
        let places: Vec<usize> = (0..d * d).map(|at| place(at / d, at % d)).collect();
        let with_zero = Tensor::concatenate(&[below.clone(), Tensor::zeros(&[samples, 1])], 1);
        let strictly_below = with_zero.index_select(1, &places).reshape(&[samples, d, d]);
        Ok(Self { gaussian: Gaussian::new(mean, diagonal + strictly_below)?, log_diagonal })
    }
}

impl<E: Scalar> Posterior<E> for FullPosterior<E> {
    fn draw(&self, _: &mut Context, noise: &mut Stream) -> Result<Draw<E>, ModelError> {
        let z = self.gaussian.rsample(noise);
        let log_q = self.gaussian.log_prob(&z);
        Ok(Draw::new(z, log_q))
    }

    fn mean(&self) -> Tensor<E> {
        self.gaussian.mean().clone()
    }

    fn select(&self, rows: &[usize]) -> Box<dyn Posterior<E> + '_> {
        let of = |tensor: &Tensor<E>| tensor.index_select(0, rows);
        let gaussian = Gaussian::new(of(self.gaussian.mean()), of(self.gaussian.scale_tril()));
        let gaussian = gaussian.expect("factors that are Gaussians' already");
        Box::new(Self { gaussian, log_diagonal: of(&self.log_diagonal) })
    }

    fn log_prob(&self, z: &Tensor<E>, _: &mut Context) -> Result<Option<Tensor<E>>, ModelError> {
        Ok(Some(self.gaussian.log_prob(z)))
    }

    /// `1/2 (|L|^2 + |m|^2 - d) - sum_i ln L_ii`
    fn kl(&self, prior: &dyn Prior<E>) -> Option<Tensor<E>> {
        (prior as &dyn Any).is::<StandardNormal>().then(|| {
            let d = self.gaussian.mean().shape()[1];
            let squares = self.gaussian.scale_tril().square().sum_axes(&[1, 2], false)
                + self.gaussian.mean().square().sum_axes(&[1], false);
            (squares - E::of(d as f64)) * E::of(0.5) - self.log_diagonal.sum_axes(&[1], false)
        })
    }
}
