//! Layers one after the other, of which some look at the class of a sample.

use super::classes::Classes;
use latent_layers::{Context, Conv2d, Layer, LayerError, Linear, Module, Visitor};
use latent_numeric::Scalar;
use latent_regularizers::{
    AffineNetwork, ClassTables, ConditionalBatchNorm, SpectralNorm, SpectralNormOptions, WeightOperator,
};
use latent_tensor::Tensor;

/// Layers named `0`, `1`, ... as in PyTorch's `Sequential`.
pub(super) struct Chain<E: Scalar> {
    stages: Vec<Stage<E>>,
}

/// A layer; apart from the others where something has to be known of it.
pub(super) enum Stage<E: Scalar> {
    Linear(Linear<E>),
    /// With height and width of its input.
    Conv2d(Conv2d<E>, [usize; 2]),
    ByTables(ConditionalBatchNorm<E, ClassTables<E>>),
    ByNetwork(ConditionalBatchNorm<E, AffineNetwork<E>>),
    Other(Box<dyn Layer<E>>),
}

impl<E: Scalar> Chain<E> {
    pub fn new() -> Self {
        Self { stages: Vec::new() }
    }

    pub fn push(&mut self, stage: Stage<E>) {
        self.stages.push(stage);
    }

    pub fn then(&mut self, layer: impl Layer<E> + 'static) {
        self.push(Stage::Other(Box::new(layer)));
    }

    /// What comes out, with the classes of the samples for the layers that look at them.
    pub fn forward(
        &self,
        x: &Tensor<E>,
        classes: Option<&Classes<E>>,
        context: &mut Context,
    ) -> Result<Tensor<E>, LayerError> {
        let mut x = x.clone();
        for (i, stage) in self.stages.iter().enumerate() {
            let name = i.to_string();
            x = match (stage, classes) {
                (Stage::Linear(layer), _) => context.apply(&name, layer, &x)?,
                (Stage::Conv2d(layer, _), _) => context.apply(&name, layer, &x)?,
                (Stage::Other(layer), _) => context.apply(&name, layer, &x)?,
                (Stage::ByTables(norm), Some(classes)) => {
                    context.within(&name, |context| norm.forward_with(&x, &classes.indices, context))?
                }
                (Stage::ByNetwork(norm), Some(classes)) => {
                    context.within(&name, |context| norm.forward_with(&x, &classes.one_hot, context))?
                }
                (Stage::ByTables(_) | Stage::ByNetwork(_), None) => unreachable!("classes were asked for"),
            };
        }
        Ok(x)
    }

    /// The largest singular values of the linear maps that the layers use, by path.
    pub fn singular_values(&self) -> Result<Vec<(String, f64)>, LayerError> {
        let mut values = Vec::new();
        for (i, stage) in self.stages.iter().enumerate() {
            let (weight, operator) = match stage {
                Stage::Linear(layer) => (&layer.weight, WeightOperator::LINEAR),
                Stage::Conv2d(layer, input) => {
                    (&layer.weight, WeightOperator::Conv2d { options: layer.options(), input: *input })
                }
                _ => continue,
            };
            values.push((i.to_string(), singular_value(&weight.tensor(&Context::evaluate()), operator)?));
        }
        Ok(values)
    }
}

/// The largest singular value of the map that a weight stands for.
pub(super) fn singular_value<E: Scalar>(weight: &Tensor<E>, operator: WeightOperator) -> Result<f64, LayerError> {
    let weight = weight.detach();
    let norm = SpectralNorm::new(&weight, SpectralNormOptions::new(operator))?;
    Ok(norm.sigma(&weight).item().as_f64())
}

impl<E: Scalar> Module<E> for Chain<E> {
    fn kind(&self) -> &'static str {
        "chain"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        for (i, stage) in self.stages.iter().enumerate() {
            let name = i.to_string();
            match stage {
                Stage::Linear(layer) => visitor.module(&name, layer),
                Stage::Conv2d(layer, _) => visitor.module(&name, layer),
                Stage::ByTables(norm) => visitor.module(&name, norm),
                Stage::ByNetwork(norm) => visitor.module(&name, norm),
                Stage::Other(layer) => visitor.module(&name, layer),
            }
        }
    }
}
