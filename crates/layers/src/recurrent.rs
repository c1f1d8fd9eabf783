//! What the recurrent layers share: their weights, and the steps through a sequence.

use crate::{Context, Init, LayerError, Parameter, Visitor, settings};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::s;

/// Recurrent layers one above the other.
#[derive(Debug)]
pub(crate) struct Stack<E: Scalar> {
    kind: &'static str,
    inputs: usize,
    hidden: usize,
    pub layers: Vec<Weights<E>>,
}

/// The weights of one layer; the rows are gate after gate.
#[derive(Debug)]
pub(crate) struct Weights<E: Scalar> {
    /// From the input and from the state.
    weights: [Parameter<E>; 2],
    biases: Option<[Parameter<E>; 2]>,
}

/// The present values of [`Weights`].
pub(crate) struct Values<E: Scalar> {
    weights: [Tensor<E>; 2],
    biases: [Option<Tensor<E>>; 2],
}

impl<E: Scalar> Weights<E> {
    pub fn values(&self) -> Values<E> {
        let bias = |i: usize| self.biases.as_ref().map(|biases| biases[i].tensor());
        Values { weights: self.weights.each_ref().map(Parameter::tensor), biases: [bias(0), bias(1)] }
    }
}

impl<E: Scalar> Stack<E> {
    /// Everything uniform in `+- 1 / sqrt(hidden)`, as PyTorch draws it.
    pub fn new(
        kind: &'static str,
        gates: usize,
        inputs: usize,
        hidden: usize,
        layers: usize,
        stream: &mut Stream,
    ) -> Result<Self, LayerError> {
        let numbers = [("the inputs", inputs), ("the hidden units", hidden), ("the layers", layers)];
        for (name, number) in numbers {
            settings::positive(kind, &[(name, &[number])])?;
        }
        let init = Init::Uniform(1.0 / (hidden as f64).sqrt());
        let rows = gates * hidden;
        let layers = (0..layers).map(|layer| {
            let columns = if layer == 0 { inputs } else { hidden };
            Weights {
                weights: [columns, hidden].map(|columns| Parameter::new(init.array(&[rows, columns], stream))),
                biases: Some([(); 2].map(|()| Parameter::new(init.array(&[rows], stream)))),
            }
        });
        Ok(Self { kind, inputs, hidden, layers: layers.collect() })
    }

    pub fn without_bias(mut self) -> Self {
        self.layers.iter_mut().for_each(|layer| layer.biases = None);
        self
    }

    pub fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        for (i, layer) in self.layers.iter().enumerate() {
            let mut show = |kind: &str, parts: &'a [Parameter<E>; 2]| {
                for (from, part) in ["ih", "hh"].into_iter().zip(parts) {
                    visitor.parameter(&format!("{kind}_{from}_l{i}"), part);
                }
            };
            show("weight", &layer.weights);
            if let Some(biases) = &layer.biases {
                show("bias", biases);
            }
        }
    }

    /// The input must be (samples, steps, inputs).
    pub fn check_input(&self, x: &Tensor<E>, context: &Context) -> Result<(), LayerError> {
        if matches!(x.shape(), &[_, steps, inputs] if steps > 0 && inputs == self.inputs) {
            return Ok(());
        }
        let expected = format!("(samples, steps >= 1, {})", self.inputs);
        Err(context.shape_error(self.kind, expected, x.shape()))
    }

    /// The first state of each layer: zeros where none is given.
    pub fn first_states(
        &self,
        initial: Option<&Tensor<E>>,
        samples: usize,
        context: &Context,
    ) -> Result<Vec<Tensor<E>>, LayerError> {
        let (layers, hidden) = (self.layers.len(), self.hidden);
        let Some(initial) = initial else {
            return Ok(vec![Tensor::zeros(&[samples, hidden]); layers]);
        };
        if initial.shape() != [layers, samples, hidden] {
            let expected = format!("a state of shape ({layers}, {samples}, {hidden}) for (layers, samples, hidden)");
            return Err(context.shape_error(self.kind, expected, initial.shape()));
        }
        Ok((0..layers).map(|layer| initial.slice(s![layer.cast_signed(), .., ..])).collect())
    }
}

/// One gated recurrent layer through a sequence: its states (samples, steps, hidden) and the last one.
pub(crate) fn gru<E: Scalar>(x: &Tensor<E>, h: &Tensor<E>, values: &Values<E>) -> [Tensor<E>; 2] {
    let (weights, biases) = (values.weights.each_ref(), values.biases.each_ref().map(Option::as_ref));
    let states = x.permute(&[1, 0, 2]).gru(h, weights, biases);
    [states.permute(&[1, 0, 2]), last(&states)]
}

/// One long short-term memory through a sequence: its states `h` (samples, steps, hidden), and the last `h` and `c`.
pub(crate) fn lstm<E: Scalar>(
    x: &Tensor<E>,
    [h, c]: [&Tensor<E>; 2],
    values: &Values<E>,
) -> (Tensor<E>, [Tensor<E>; 2]) {
    let (weights, biases) = (values.weights.each_ref(), values.biases.each_ref().map(Option::as_ref));
    let (states, cells) = x.permute(&[1, 0, 2]).lstm([h, c], weights, biases);
    (states.permute(&[1, 0, 2]), [last(&states), last(&cells)])
}

/// The last step of (steps, samples, hidden).
fn last<E: Scalar>(states: &Tensor<E>) -> Tensor<E> {
    states.slice(s![-1, .., ..])
}
