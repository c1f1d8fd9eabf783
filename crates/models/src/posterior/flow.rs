//! `q(z | x)` by flows from a Gaussian: `z = f_K(... f_1(z_0))`, `ln q(z | x) = ln N(z_0; m(x), diag s(x)^2) - sum_k ln |det f_k'|`

use super::{DiagonalPosterior, Draw, GaussianEncoder, Inference, Posterior};
use crate::error::ModelError;
use crate::flow::Flow;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Module, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};

/// A Gaussian encoder with normalising flows after it (Rezende and Mohamed 2015, section 3.2), whose parameters are the
/// same for all data. Without flows it is the Gaussian encoder.
pub struct FlowEncoder<E: Scalar = f32> {
    base: GaussianEncoder<E>,
    flows: Vec<Box<dyn Flow<E>>>,
}

impl<E: Scalar> FlowEncoder<E> {
    /// These flows, one after the other, of codes of this encoder.
    pub fn new(base: GaussianEncoder<E>, flows: Vec<Box<dyn Flow<E>>>) -> Self {
        Self { base, flows }
    }
}

impl<E: Scalar> Module<E> for FlowEncoder<E> {
    fn kind(&self) -> &'static str {
        "flow"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.module("base", &self.base);
        for (number, flow) in self.flows.iter().enumerate() {
            visitor.module(&format!("flows.{number}"), flow);
        }
    }
}

impl<E: Scalar> Inference<E> for FlowEncoder<E> {
    fn infer<'m>(
        &'m self,
        observed: &Observation<E>,
        _: &'m LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Box<dyn Posterior<E> + 'm>, ModelError> {
        Ok(Box::new(Flowed { base: DiagonalPosterior(self.base.gaussian(observed, context)?), flows: &self.flows }))
    }
}

struct Flowed<'m, E: Scalar> {
    base: DiagonalPosterior<E>,
    flows: &'m [Box<dyn Flow<E>>],
}

impl<E: Scalar> Flowed<'_, E> {
    fn transform(&self, z: Tensor<E>, context: &mut Context) -> Result<(Tensor<E>, Tensor<E>), ModelError> {
        let mut all = (z, Tensor::scalar(E::zero()));
        for flow in self.flows {
            let (z, log_det) = flow.transform(&all.0, context)?;
            all = (z, all.1 + log_det);
        }
        Ok(all)
    }
}

impl<E: Scalar> Posterior<E> for Flowed<'_, E> {
    fn draw(&self, context: &mut Context, noise: &mut Stream) -> Result<Draw<E>, ModelError> {
        let base = self.base.draw(context, noise)?;
        let (z, log_det) = self.transform(base.z, context)?;
        Ok(Draw { z, log_q: base.log_q.map(|log_q| log_q - log_det), losses: base.losses })
    }

    /// Where the flows take the mean of the Gaussian.
    fn mean(&self) -> Tensor<E> {
        let moved = no_grad(|| self.transform(self.base.mean(), &mut Context::evaluate()));
        moved.expect("flows that were applied when the model was made").0
    }

    fn select(&self, rows: &[usize]) -> Box<dyn Posterior<E> + '_> {
        Box::new(Flowed { base: DiagonalPosterior(self.base.of_rows(rows)), flows: self.flows })
    }
}
