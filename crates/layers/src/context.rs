//! What a layer knows of the pass it is part of.

use crate::{Layer, LayerError, Module};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// The mode of a forward pass, its random stream, and where in the model it is.
///
/// ```
/// use latent_layers::Context;
/// use latent_numeric::random::Stream;
///
/// assert!(Context::train(Stream::new(7, "dropout", &[0])).is_training());
/// assert!(!Context::evaluate().is_training());
/// ```
#[derive(Debug)]
pub struct Context {
    /// `None` for evaluation, where nothing is random.
    stream: Option<Stream>,
    path: Vec<String>,
    trace: Option<Vec<Applied>>,
}

/// A layer that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Where it is in the model.
    pub path: String,
    /// What kind of layer it is.
    pub kind: &'static str,
    /// The shape of what it was given.
    pub input: Vec<usize>,
    /// The shape of its result.
    pub output: Vec<usize>,
    /// The number of elements of its parameters, those of layers inside included.
    pub parameters: usize,
}

impl Context {
    /// For a step of training: layers may draw from the stream and update their state.
    pub fn train(stream: Stream) -> Self {
        Self { stream: Some(stream), path: Vec::new(), trace: None }
    }

    /// For evaluation: nothing is random and no state changes.
    pub fn evaluate() -> Self {
        Self { stream: None, path: Vec::new(), trace: None }
    }

    /// For evaluation, keeping a list of all layers applied.
    pub fn trace() -> Self {
        Self { trace: Some(Vec::new()), ..Self::evaluate() }
    }

    /// Whether this is a step of training.
    pub fn is_training(&self) -> bool {
        self.stream.is_some()
    }

    /// The random stream of a step of training.
    pub fn stream(&mut self) -> Option<&mut Stream> {
        self.stream.as_mut()
    }

    /// The path of the layer that is being applied.
    pub fn path(&self) -> String {
        self.path.join(".")
    }

    /// The layers applied so far, outer ones before those inside them; empty without [`trace`](Self::trace).
    pub fn applied(&self) -> &[Applied] {
        self.trace.as_deref().unwrap_or_default()
    }

    /// Applies a layer that is a part, of this name, of the module being applied.
    ///
    /// # Errors
    /// Those of the layer, with its path.
    pub fn apply<E: Scalar, L: Layer<E> + ?Sized>(
        &mut self,
        name: &str,
        layer: &L,
        x: &Tensor<E>,
    ) -> Result<Tensor<E>, LayerError> {
        self.within(name, |context| {
            let place = context.trace.as_mut().map(|trace| {
                let kind = layer.kind();
                let parameters = Module::parameter_count(layer);
                trace.push(Applied {
                    path: String::new(),
                    kind,
                    input: x.shape().to_vec(),
                    output: vec![],
                    parameters,
                });
                trace.len() - 1
            });
            let y = layer.forward(x, context)?;
            let path = context.path();
            if let (Some(trace), Some(place)) = (&mut context.trace, place) {
                trace[place].path = path;
                trace[place].output = y.shape().to_vec();
            }
            Ok(y)
        })
    }

    /// Runs `work` as a part, of this name, of the module being applied: for layers that take something else than
    /// one tensor.
    pub fn within<R>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> R) -> R {
        self.path.push(name.into());
        let result = work(self);
        self.path.pop();
        result
    }

    /// The error of a layer that was given a tensor of another shape than it takes.
    pub fn shape_error(&self, layer: &'static str, expected: impl Into<String>, given: &[usize]) -> LayerError {
        LayerError::shape(&self.path(), layer, expected, given)
    }
}
