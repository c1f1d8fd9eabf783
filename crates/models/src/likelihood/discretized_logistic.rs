//! `P(x | m, b) = s((x + w/2 - m) / b) - s((x - w/2 - m) / b)` for levels `x` that are `w` apart

use super::DataDistribution;
use crate::error::ModelError;
use latent_layers::{Context, Module, Parameter, Visitor};
use latent_losses::PerSample;
use latent_losses::reconstruction::{Levels, discretized_logistic_nll};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::arr1;

/// Independent pixels of 256 levels from 0 to 1 around these locations, with one scale for all, the parameter
/// `log_scale`: Kingma et al. 2016; Salimans et al., *PixelCNN++*, 2017.
#[derive(Debug)]
pub struct DiscretizedLogistic<E: Scalar = f32> {
    log_scale: Parameter<E>,
}

const LEVELS: usize = 256;

/// `ln` of the scale before training: about a tenth of the range.
const FIRST_LOG_SCALE: f64 = -2.3;

impl<E: Scalar> DiscretizedLogistic<E> {
    /// With a scale of about a tenth.
    pub fn new() -> Self {
        Self { log_scale: Parameter::new(arr1(&[E::of(FIRST_LOG_SCALE)])) }
    }
}

impl<E: Scalar> Default for DiscretizedLogistic<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Scalar> Module<E> for DiscretizedLogistic<E> {
    fn kind(&self) -> &'static str {
        "discretized_logistic"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.parameter("log_scale", &self.log_scale);
    }
}

impl<E: Scalar> DataDistribution<E> for DiscretizedLogistic<E> {
    fn nll(&self, output: &Tensor<E>, x: &Tensor<E>, _: &Context) -> Result<Tensor<E>, ModelError> {
        let log_scale = self.log_scale.tensor().broadcast_to(output.shape());
        let levels = Levels::new(0.0, 1.0, LEVELS)?;
        Ok(discretized_logistic_nll(output, &log_scale, x, levels, PerSample)?)
    }

    /// The locations within the range: the mean but for what the ends cut off.
    fn mean(&self, output: &Tensor<E>) -> Tensor<E> {
        output.clamp(E::zero(), E::one())
    }

    fn sample(&self, output: &Tensor<E>, noise: &mut Stream) -> Tensor<E> {
        let scale = self.log_scale.tensor().item().as_f64().exp();
        let last = (LEVELS - 1) as f64;
        let draw = |location: E| {
            let u: f64 = noise.uniform();
            let x = location.as_f64() + scale * (u / (1.0 - u)).ln();
            E::of((x * last).round().clamp(0.0, last) / last)
        };
        Tensor::constant(output.to_array().mapv_into(draw))
    }
}
