//! `p(z) = 1/K sum_k q(z | u_k)`: the mixture of the posteriors of learned pseudo-inputs

use super::Prior;
use crate::error::{ModelError, require};
use crate::repeat::repeat_rows;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Module, Parameter, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::Array2;

/// The variational mixture of posteriors: Tomczak and Welling, *VAE with a VampPrior*, 2018, equation 9.
///
/// The pseudo-inputs `u_k` are parameters, (components, features), held within `[0, 1]` where they are encoded.
#[derive(Debug)]
pub struct VampPrior<E: Scalar = f32> {
    pseudo_inputs: Parameter<E>,
}

impl<E: Scalar> VampPrior<E> {
    /// The mean of pseudo-inputs before training, and their standard deviation: those of the published code for digits.
    const FIRST: (f64, f64) = (0.4, 0.05);

    /// So many pseudo-inputs of this size, drawn near a uniform grey.
    ///
    /// # Errors
    /// If there is none.
    pub fn new(components: usize, features: usize, stream: &mut Stream) -> Result<Self, ModelError> {
        require(components > 0, "prior.components", components, "at least 1")?;
        let (mean, deviation) = Self::FIRST;
        let grey = stream.normal_array::<E, _, _>((components, features));
        Ok(Self::of(grey.mapv_into(|x| E::of(mean + deviation * x.as_f64()))))
    }

    /// With these pseudo-inputs, (components, features): images of the training set, for example.
    pub fn of(pseudo_inputs: Array2<E>) -> Self {
        Self { pseudo_inputs: Parameter::new(pseudo_inputs) }
    }

    fn inputs(&self) -> Tensor<E> {
        self.pseudo_inputs.tensor().clamp(E::zero(), E::one())
    }

    fn components(&self) -> usize {
        self.pseudo_inputs.tensor().shape()[0]
    }
}

impl<E: Scalar> Module<E> for VampPrior<E> {
    fn kind(&self) -> &'static str {
        "vamp_prior"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.parameter("pseudo_inputs", &self.pseudo_inputs);
    }
}

impl<E: Scalar> Prior<E> for VampPrior<E> {
    fn log_prob(
        &self,
        z: &Tensor<E>,
        _: &Observation<E>,
        model: &LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        let (samples, components) = (z.shape()[0], self.components());
        let posterior = model.infer(&Observation::new(self.inputs()), context)?;
        let each: Vec<usize> = (0..samples * components).map(|pair| pair % components).collect();
        let log_q = posterior.select(&each).log_prob(&repeat_rows(z, components), context)?;
        let log_q = log_q.ok_or_else(|| {
            ModelError::setting(
                "prior",
                "vamp",
                "a posterior whose density is known at any code, which this one has not",
            )
        })?;
        Ok(log_q.reshape(&[samples, components]).logsumexp(&[1], false) - E::of((components as f64).ln()))
    }

    fn sample(
        &self,
        samples: usize,
        _: Option<&Tensor<E>>,
        model: &LatentVariableModel<E>,
        noise: &mut Stream,
    ) -> Result<Tensor<E>, ModelError> {
        let context = &mut Context::evaluate();
        let chosen: Vec<usize> = (0..samples).map(|_| noise.below(self.components())).collect();
        let posterior = model.infer(&Observation::new(self.inputs()), context)?;
        Ok(posterior.select(&chosen).draw(context, noise)?.z)
    }
}
