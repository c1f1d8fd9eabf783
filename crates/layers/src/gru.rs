//! `h' = (1 - z) n + z h`, `r = s(i_r + h_r)`, `z = s(i_z + h_z)`, `n = tanh(i_n + r h_n)`, step after step

use crate::recurrent::{self, Stack};
use crate::{Context, Layer, LayerError, Module, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Gated recurrent units, in one or more layers; see [`Tensor::gru_cell`] for a step.
///
/// # Shapes
/// Sequences (samples, steps, inputs) give (samples, steps, hidden), the states of the last layer. With `k` the layer,
/// `weight_ih_lk` is (3 hidden, inputs), `weight_hh_lk` (3 hidden, hidden), `bias_ih_lk` and `bias_hh_lk` (3 hidden), as
/// in PyTorch with `batch_first`; the rows are reset, update and new gate.
///
/// ```
/// use latent_layers::{Context, Gru};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let layer = Gru::<f32>::new(3, 5, 2, &mut Stream::new(1, "initialisation", &[])).unwrap();
/// let (outputs, last) = layer.run(&Tensor::ones(&[4, 7, 3]), None, &Context::evaluate()).unwrap();
/// assert_eq!(outputs.shape(), [4, 7, 5]);
/// assert_eq!(last.shape(), [2, 4, 5]);
/// ```
#[derive(Debug)]
pub struct Gru<E: Scalar = f32> {
    stack: Stack<E>,
}

const KIND: &str = "gru";

impl<E: Scalar> Gru<E> {
    /// A stack of so many layers with as many hidden units each, all weights and biases drawn uniformly in
    /// `+- 1 / sqrt(hidden)`, as PyTorch draws them.
    ///
    /// # Errors
    /// If a number is zero.
    pub fn new(inputs: usize, hidden: usize, layers: usize, stream: &mut Stream) -> Result<Self, LayerError> {
        Ok(Self { stack: Stack::new(KIND, 3, inputs, hidden, layers, stream)? })
    }

    /// The same layer without its biases.
    ///
    /// ```
    /// # use latent_layers::{Gru, Module};
    /// # use latent_numeric::random::Stream;
    /// let layer = Gru::<f32>::new(3, 5, 1, &mut Stream::new(1, "initialisation", &[])).unwrap().without_bias();
    /// let names: Vec<String> = layer.parameters().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["weight_ih_l0", "weight_hh_l0"]);
    /// ```
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { stack: self.stack.without_bias() }
    }

    /// The states of the last layer after each step, and the last state of each layer, (layers, samples, hidden), which
    /// is also the shape of the initial ones; those are zeros if not given.
    ///
    /// # Errors
    /// If the shapes are others.
    ///
    /// ```
    /// # use latent_layers::{Context, Gru};
    /// # use latent_numeric::random::Stream;
    /// # use latent_tensor::Tensor;
    /// let layer = Gru::<f32>::new(3, 5, 1, &mut Stream::new(1, "initialisation", &[])).unwrap();
    /// let error = layer.run(&Tensor::ones(&[4, 7, 2]), None, &Context::evaluate()).unwrap_err();
    /// assert_eq!(error.to_string(), "gru: expected (samples, steps >= 1, 3), got the shape [4, 7, 2]");
    /// ```
    pub fn run(
        &self,
        x: &Tensor<E>,
        initial: Option<&Tensor<E>>,
        context: &Context,
    ) -> Result<(Tensor<E>, Tensor<E>), LayerError> {
        self.stack.check_input(x, context)?;
        let states = self.stack.first_states(initial, x.shape()[0], context)?;
        let mut outputs = x.clone();
        let mut last = Vec::with_capacity(states.len());
        for (layer, h) in self.stack.layers.iter().zip(states) {
            let [states, h] = recurrent::gru(&outputs, &h, &layer.values());
            outputs = states;
            last.push(h);
        }
        Ok((outputs, Tensor::stack(&last, 0)))
    }
}

impl<E: Scalar> Module<E> for Gru<E> {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.stack.visit(visitor);
    }
}

/// The states after each step, from zeros.
impl<E: Scalar> Layer<E> for Gru<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        Ok(self.run(x, None, context)?.0)
    }
}
