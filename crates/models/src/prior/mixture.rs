//! `p(z) = sum_k w_k N(z; m_k, diag s_k^2)`

use super::Prior;
use crate::error::{ModelError, require};
use crate::repeat::repeat_rows;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Module, Parameter, Visitor};
use latent_losses::distributions::{DiagonalGaussian, Distribution, Reparameterized};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{Array1, Array2};

/// A mixture of Gaussians whose weights, means and variances are learned along with the model (Dilokthanakul et al.
/// 2016 have one whose components depend on a further code).
#[derive(Debug)]
pub struct MixturePrior<E: Scalar = f32> {
    /// (components)
    logits: Parameter<E>,
    /// (components, latent_dim)
    means: Parameter<E>,
    /// (components, latent_dim)
    log_vars: Parameter<E>,
}

impl<E: Scalar> MixturePrior<E> {
    /// So many components of one weight and variance one, with means drawn from `N(0, I)`.
    ///
    /// # Errors
    /// If there is none.
    pub fn new(components: usize, latent_dim: usize, stream: &mut Stream) -> Result<Self, ModelError> {
        require(components > 0, "prior.components", components, "at least 1")?;
        let means = stream.normal_array((components, latent_dim));
        Ok(Self {
            logits: Parameter::new(Array1::zeros(components)),
            means: Parameter::new(means),
            log_vars: Parameter::new(Array2::zeros((components, latent_dim))),
        })
    }

    fn components(&self) -> usize {
        self.logits.tensor().len()
    }

    fn chosen(&self, components: &[usize]) -> DiagonalGaussian<E> {
        let [means, log_vars] = [&self.means, &self.log_vars].map(|of| of.tensor().index_select(0, components));
        DiagonalGaussian::new(means, log_vars)
    }
}

impl<E: Scalar> Module<E> for MixturePrior<E> {
    fn kind(&self) -> &'static str {
        "mixture_prior"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.parameter("logits", &self.logits);
        visitor.parameter("means", &self.means);
        visitor.parameter("log_vars", &self.log_vars);
    }
}

impl<E: Scalar> Prior<E> for MixturePrior<E> {
    fn log_prob(
        &self,
        z: &Tensor<E>,
        _: &Observation<E>,
        _: &LatentVariableModel<E>,
        _: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        let (samples, components) = (z.shape()[0], self.components());
        let each: Vec<usize> = (0..samples * components).map(|pair| pair % components).collect();
        let log = self.chosen(&each).log_prob(&repeat_rows(z, components)).reshape(&[samples, components]);
        Ok((log + self.logits.tensor().log_softmax(0)).logsumexp(&[1], false))
    }

    fn sample(
        &self,
        samples: usize,
        _: Option<&Tensor<E>>,
        _: &LatentVariableModel<E>,
        noise: &mut Stream,
    ) -> Result<Tensor<E>, ModelError> {
        let weights = self.logits.tensor().softmax(0).to_array();
        let draw = |u: f64| {
            let mut left = u;
            weights.iter().position(|weight| {
                left -= weight.as_f64();
                left < 0.0
            })
        };
        let last = self.components() - 1;
        let chosen: Vec<usize> = (0..samples).map(|_| draw(noise.uniform()).unwrap_or(last)).collect();
        Ok(self.chosen(&chosen).rsample(noise))
    }
}
