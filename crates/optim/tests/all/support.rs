//! What several tests need.

use latent_layers::{Module, Parameter, State, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_optim::{
    Adagrad, Adam, AdamW, Algorithm, Lbfgs, LineSearch, Optimizer, OptimizerSettings, RmsProp, Schedule, Sgd,
    WeightDecay,
};
use latent_tensor::Tensor;
use ndarray::{ArrayD, Axis, IxDyn};

/// Parameters and state with their paths.
pub struct Model<E: Scalar> {
    pub parameters: Vec<(String, Parameter<E>)>,
    pub states: Vec<(String, State<E>)>,
}

impl<E: Scalar> Model<E> {
    pub fn new(shapes: &[&[usize]], stream: &mut Stream) -> Self {
        let parameter = |(i, shape): (usize, &&[usize])| (format!("p{i}"), Parameter::new(normal(shape, stream)));
        Self { parameters: shapes.iter().enumerate().map(parameter).collect(), states: vec![] }
    }

    /// A copy with values of its own.
    pub fn copy(&self) -> Self {
        Self { parameters: self.parameters.clone(), states: self.states.clone() }
    }

    pub fn named(&self) -> Vec<(String, &Parameter<E>)> {
        self.parameters()
    }

    /// All elements as bits.
    pub fn bits(&self) -> Vec<u64> {
        self.parameters
            .iter()
            .flat_map(|(_, p)| p.elements().iter().map(|x| x.as_f64().to_bits()).collect::<Vec<_>>())
            .collect()
    }
}

impl<E: Scalar> Module<E> for Model<E> {
    fn kind(&self) -> &'static str {
        "model"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        for (path, parameter) in &self.parameters {
            visitor.parameter(path, parameter);
        }
        for (path, state) in &self.states {
            visitor.state(path, state);
        }
    }
}

pub fn normal<E: Scalar>(shape: &[usize], stream: &mut Stream) -> ArrayD<E> {
    ArrayD::from_shape_simple_fn(IxDyn(shape), || stream.normal())
}

/// Gradients in various layouts: every second one as a transposed view of more than two rows.
pub fn gradients<E: Scalar>(model: &Model<E>, stream: &mut Stream) -> Vec<Tensor<E>> {
    let gradient = |(i, (_, p)): (usize, &(String, Parameter<E>))| {
        let mut shape = p.shape();
        if i % 2 == 0 {
            return Tensor::constant(normal(&shape, stream));
        }
        shape.reverse();
        Tensor::constant(normal(&shape, stream).reversed_axes())
    };
    model.parameters.iter().enumerate().map(gradient).collect()
}

/// The same gradients in row-major order.
pub fn row_major<E: Scalar>(gradients: &[Tensor<E>]) -> Vec<Tensor<E>> {
    let copy = |g: &Tensor<E>| ArrayD::from_shape_vec(IxDyn(g.shape()), g.array().iter().copied().collect()).unwrap();
    gradients.iter().map(|g| Tensor::constant(copy(g))).collect()
}

/// One parameter of all elements of a model.
pub fn joined<E: Scalar>(parts: impl Iterator<Item = ArrayD<E>>) -> ArrayD<E> {
    let flat: Vec<ArrayD<E>> = parts.map(|a| a.iter().copied().collect::<ndarray::Array1<E>>().into_dyn()).collect();
    ndarray::concatenate(Axis(0), &flat.iter().map(|a| a.view()).collect::<Vec<_>>()).unwrap()
}

/// Every optimiser, with all that can be switched on.
pub fn all() -> Vec<OptimizerSettings> {
    let weight_decay = WeightDecay::Coupled(0.05);
    let adam = Adam { learning_rate: 0.05, ..Adam::default() };
    let rms_prop = RmsProp { weight_decay, ..RmsProp::default() };
    vec![
        OptimizerSettings::Sgd(Sgd { learning_rate: 0.05, weight_decay, ..Sgd::default() }),
        OptimizerSettings::Sgd(Sgd { learning_rate: 0.05, momentum: 0.8, dampening: 0.1, ..Sgd::default() }),
        OptimizerSettings::Sgd(Sgd { learning_rate: 0.05, momentum: 0.8, nesterov: true, ..Sgd::default() }),
        OptimizerSettings::RmsProp(rms_prop.clone()),
        OptimizerSettings::RmsProp(RmsProp { momentum: 0.5, ..rms_prop.clone() }),
        OptimizerSettings::RmsProp(RmsProp { centered: true, ..rms_prop.clone() }),
        OptimizerSettings::RmsProp(RmsProp { momentum: 0.5, centered: true, ..rms_prop }),
        OptimizerSettings::Adam(adam.clone()),
        OptimizerSettings::Adam(Adam { amsgrad: true, weight_decay, ..adam }),
        OptimizerSettings::AdamW(AdamW { learning_rate: 0.05, ..AdamW::default() }),
        OptimizerSettings::Adagrad(Adagrad { learning_rate: 0.1, learning_rate_decay: 0.01, ..Adagrad::default() }),
        OptimizerSettings::Lbfgs(Lbfgs {
            learning_rate: 0.05,
            history: 3,
            line_search: LineSearch::None,
            ..Lbfgs::default()
        }),
    ]
}

/// With a schedule where there can be one.
pub fn scheduled<E: Scalar>(settings: &OptimizerSettings) -> Box<dyn Optimizer<E>> {
    let cosine = Schedule::Cosine { steps: 30, end: 0.1 };
    let schedule = if matches!(settings, OptimizerSettings::Lbfgs(_)) { Schedule::Constant } else { cosine };
    settings.clone().optimizer(schedule).unwrap()
}

/// Adam at this learning rate.
pub fn adam<E: Scalar>(learning_rate: f64) -> impl Optimizer<E> {
    Adam { learning_rate, ..Adam::default() }.optimizer().unwrap()
}
