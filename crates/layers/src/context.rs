//! What a layer knows of the forward pass that it is part of.

use crate::LayerError;
use latent_numeric::random::Stream;

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
    /// What was applied so far, if that is kept.
    pub(crate) trace: Option<Vec<Applied>>,
}

/// A layer that was applied in a forward pass, with the shapes of its input and output.
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
    ///
    /// ```
    /// use latent_layers::{Context, Dropout, Layer};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// // Step 12: a stream of its own, so that a run can be taken up anywhere.
    /// let mut context = Context::train(Stream::new(7, "dropout", &[12]));
    /// let y = Dropout::new(0.5).unwrap().forward(&Tensor::<f32>::ones(&[4]), &mut context).unwrap();
    /// assert!(y.array().iter().all(|&y| y == 0.0 || y == 2.0));
    /// ```
    pub fn train(stream: Stream) -> Self {
        Self { stream: Some(stream), path: Vec::new(), trace: None }
    }

    /// For evaluation: nothing is random and no state changes.
    ///
    /// ```
    /// # use latent_layers::Context;
    /// assert!(Context::evaluate().stream().is_none());
    /// ```
    pub fn evaluate() -> Self {
        Self { stream: None, path: Vec::new(), trace: None }
    }

    /// For evaluation, keeping a list of all layers applied.
    ///
    /// ```
    /// use latent_layers::{Activation, Context, Layer, Sequential};
    /// use latent_tensor::Tensor;
    ///
    /// let mut context = Context::trace();
    /// let model: Sequential = Sequential::new().then(Activation::Relu).then(Activation::Tanh);
    /// model.forward(&Tensor::ones(&[2]), &mut context).unwrap();
    /// let kinds: Vec<_> = context.applied().iter().map(|applied| (applied.path.as_str(), applied.kind)).collect();
    /// assert_eq!(kinds, [("0", "relu"), ("1", "tanh")]);
    /// ```
    pub fn trace() -> Self {
        Self { trace: Some(Vec::new()), ..Self::evaluate() }
    }

    /// Whether this is a step of training.
    ///
    /// ```
    /// # use latent_layers::Context;
    /// assert!(!Context::trace().is_training());
    /// ```
    pub fn is_training(&self) -> bool {
        self.stream.is_some()
    }

    /// The random stream of a step of training.
    ///
    /// ```
    /// # use latent_layers::Context;
    /// # use latent_numeric::random::Stream;
    /// let mut context = Context::train(Stream::new(7, "noise", &[]));
    /// let noise: f64 = context.stream().unwrap().normal();
    /// assert_eq!(noise, Stream::new(7, "noise", &[]).normal::<f64>());
    /// ```
    pub fn stream(&mut self) -> Option<&mut Stream> {
        self.stream.as_mut()
    }

    /// The path of the layer that is being applied.
    ///
    /// ```
    /// # use latent_layers::Context;
    /// let mut context = Context::evaluate();
    /// let path = context.within("decoder", |context| context.within("0", |context| context.path()));
    /// assert_eq!(path, "decoder.0");
    /// ```
    pub fn path(&self) -> String {
        self.path.join(".")
    }

    /// The layers applied so far, outer ones before those inside them; empty without [`trace`](Self::trace).
    ///
    /// ```
    /// # use latent_layers::Context;
    /// assert!(Context::evaluate().applied().is_empty());
    /// ```
    pub fn applied(&self) -> &[Applied] {
        self.trace.as_deref().unwrap_or_default()
    }

    /// Runs `work` as a part, of this name, of the module being applied: for layers that take something else than
    /// one tensor.
    ///
    /// ```
    /// use latent_layers::{Context, Gru};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let gru = Gru::<f32>::new(3, 4, 1, &mut Stream::new(1, "initialisation", &[])).unwrap();
    /// let x = Tensor::ones(&[2, 5, 3]);
    /// let (_, last) = Context::evaluate().within("encoder", |context| gru.run(&x, None, context)).unwrap();
    /// assert_eq!(last.shape(), [1, 2, 4]);
    /// ```
    pub fn within<R>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> R) -> R {
        self.path.push(name.into());
        let result = work(self);
        self.path.pop();
        result
    }

    /// The error of a layer that was given a tensor of another shape than it takes.
    ///
    /// ```
    /// # use latent_layers::Context;
    /// let error = Context::evaluate().within("0", |context| context.shape_error("pairs", "(samples, 2)", &[4, 3]));
    /// assert_eq!(error.to_string(), "0: pairs: expected (samples, 2), got the shape [4, 3]");
    /// ```
    pub fn shape_error(&self, layer: &'static str, expected: impl Into<String>, given: &[usize]) -> LayerError {
        LayerError::shape(&self.path(), layer, expected, given)
    }
}
