//! `c' = f c + i g`, `h' = o tanh(c')`, step after step

use crate::recurrent::{self, Stack};
use crate::{Context, Layer, LayerError, Module, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Long short-term memories, in one or more layers; see [`Tensor::lstm_cell`] for a step.
///
/// # Shapes
/// Sequences (samples, steps, inputs) give (samples, steps, hidden), the states `h` of the last layer. With `k` the
/// layer, `weight_ih_lk` is (4 hidden, inputs), `weight_hh_lk` (4 hidden, hidden), `bias_ih_lk` and `bias_hh_lk`
/// (4 hidden), as in PyTorch with `batch_first`; the rows are input, forget, cell and output gate.
///
/// ```
/// use latent_layers::{Context, Lstm};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let layer = Lstm::<f32>::new(3, 5, 2, &mut Stream::new(1, "initialisation", &[])).unwrap();
/// let (outputs, [h, c]) = layer.run(&Tensor::ones(&[4, 7, 3]), None, &Context::evaluate()).unwrap();
/// assert_eq!(outputs.shape(), [4, 7, 5]);
/// assert_eq!([h.shape(), c.shape()], [[2, 4, 5]; 2]);
/// ```
#[derive(Debug)]
pub struct Lstm<E: Scalar = f32> {
    stack: Stack<E>,
}

const KIND: &str = "lstm";

/// The outputs of each step, and the last `h` and `c` of each layer.
type Run<E> = (Tensor<E>, [Tensor<E>; 2]);

impl<E: Scalar> Lstm<E> {
    /// A stack of so many layers with as many hidden units each, all weights and biases drawn uniformly in
    /// `+- 1 / sqrt(hidden)`, as PyTorch draws them.
    ///
    /// # Errors
    /// If a number is zero.
    pub fn new(inputs: usize, hidden: usize, layers: usize, stream: &mut Stream) -> Result<Self, LayerError> {
        Ok(Self { stack: Stack::new(KIND, 4, inputs, hidden, layers, stream)? })
    }

    /// The same layer without its biases.
    ///
    /// ```
    /// # use latent_layers::{Lstm, Module};
    /// # use latent_numeric::random::Stream;
    /// let layer = Lstm::<f32>::new(3, 5, 1, &mut Stream::new(1, "initialisation", &[])).unwrap().without_bias();
    /// assert_eq!(layer.parameter_count(), 20 * 3 + 20 * 5);
    /// ```
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { stack: self.stack.without_bias() }
    }

    /// The states `h` of the last layer after each step, and the last `h` and `c` of each layer,
    /// (layers, samples, hidden) each, which is also the shape of the initial ones; those are zeros if not given.
    ///
    /// # Errors
    /// If the shapes are others.
    ///
    /// ```
    /// # use latent_layers::{Context, Lstm};
    /// # use latent_numeric::random::Stream;
    /// # use latent_tensor::Tensor;
    /// let layer = Lstm::<f32>::new(3, 5, 1, &mut Stream::new(1, "initialisation", &[])).unwrap();
    /// let (x, h, c) = (Tensor::ones(&[4, 7, 3]), Tensor::ones(&[1, 4, 5]), Tensor::ones(&[1, 4, 4]));
    /// let error = layer.run(&x, Some([&h, &c]), &Context::evaluate()).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "lstm: expected a state of shape (1, 4, 5) for (layers, samples, hidden), got the shape [1, 4, 4]"
    /// );
    /// ```
    pub fn run(
        &self,
        x: &Tensor<E>,
        initial: Option<[&Tensor<E>; 2]>,
        context: &Context,
    ) -> Result<Run<E>, LayerError> {
        self.stack.check_input(x, context)?;
        let first = |i: usize| self.stack.first_states(initial.map(|states| states[i]), x.shape()[0], context);
        let states = first(0)?.into_iter().zip(first(1)?);
        let mut outputs = x.clone();
        let (mut last_h, mut last_c) = (Vec::new(), Vec::new());
        for (layer, (h, c)) in self.stack.layers.iter().zip(states) {
            let (states, [h, c]) = recurrent::lstm(&outputs, [&h, &c], &layer.values());
            outputs = states;
            last_h.push(h);
            last_c.push(c);
        }
        Ok((outputs, [last_h, last_c].map(|last| Tensor::stack(&last, 0))))
    }
}

impl<E: Scalar> Module<E> for Lstm<E> {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.stack.visit(visitor);
    }
}

/// The states `h` after each step, from zeros.
impl<E: Scalar> Layer<E> for Lstm<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        Ok(self.run(x, None, context)?.0)
    }
}
