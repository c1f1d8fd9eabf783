//! Modules that map a tensor to a tensor.

use crate::context::Applied;
use crate::{Context, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// A module that maps a tensor to a tensor.
///
/// See [`Module`] for one of one's own.
pub trait Layer<E: Scalar = f32>: Module<E> {
    /// The layer's value at `x`.
    ///
    /// # Errors
    /// If the shape of `x` is not one that the layer takes: its path, the expected and the given shape.
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError>;
}

impl Context {
    /// Applies a layer that is a part, of this name, of the module being applied.
    ///
    /// # Errors
    /// Those of the layer, with its path.
    ///
    /// ```
    /// use latent_layers::{Context, Linear};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let head = Linear::<f32>::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
    /// let error = Context::evaluate().apply("head", &head, &Tensor::ones(&[5, 4])).unwrap_err();
    /// assert_eq!(error.to_string(), "head: linear: expected (..., 3), got the shape [5, 4]");
    /// ```
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
}

impl<E: Scalar, L: Layer<E> + ?Sized> Layer<E> for Box<L> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        (**self).forward(x, context)
    }
}
