//! L-BFGS.

mod line_search;
mod memory;

use crate::block::Transform;
use crate::error::Check;
use crate::parameters::{Known, Named};
use crate::{Clip, Evaluation, OptimError, Optimizer, SavedState, StepOptions, StepReport, gradient_norm};
use latent_numeric::{Scalar, parallel};
use latent_tensor::Tensor;
use line_search::{Point, Points, strong_wolfe};
use memory::{Memory, Pair, dot, zip};
use ndarray::{ArrayD, IxDyn};
use serde::{Deserialize, Serialize};

/// L-BFGS: steps along `-H g`, where the inverse Hessian `H` comes from the last changes of the parameters and of the
/// gradient (Nocedal and Wright, *Numerical optimization*, 2006, chapter 7), as `torch.optim.LBFGS` takes them.
///
/// For losses that are the same at every evaluation: those of a whole data set, not of changing batches.
/// [`Optimizer::step_closure`] makes up to `iterations` of them. [`Optimizer::step`], with gradients alone, makes one,
/// of the length `learning_rate`, and needs `line_search` [`None`](LineSearch::None). The numbers that belong to no
/// element are kept in double precision.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_optim::{Lbfgs, Optimizer, StepOptions};
/// use latent_tensor::{GradOptions, grad};
/// use ndarray::array;
///
/// // Rosenbrock's function: (1 - x)^2 + 100 (y - x^2)^2
/// let w = Parameter::<f64>::new(array![-1.5, 2.0]);
/// let mut evaluate = || {
///     let p = w.tensor();
///     let (x, y) = (p.slice_axis(0, (0..1).into()), p.slice_axis(0, (1..2).into()));
///     let loss = ((&x - 1.0).square() + (y - x.square()).square() * 100.0).sum();
///     Ok((loss.item(), grad(&[loss], &[p], GradOptions::default())))
/// };
/// let mut lbfgs = Lbfgs { iterations: 100, change_tolerance: 1e-16, ..Lbfgs::default() }.optimizer().unwrap();
/// lbfgs.step_closure(&[("w".into(), &w)], &mut evaluate, StepOptions::default()).unwrap();
/// assert!((w.tensor().to_array() - 1.0).iter().all(|d| d.abs() < 1e-6));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lbfgs {
    /// The step length that is tried first, or taken without a line search; > 0.
    pub learning_rate: f64,
    /// The most iterations, each a direction with its step length, in one call of `step_closure`; >= 1.
    pub iterations: usize,
    /// The most evaluations a step, >= 1; `5/4 iterations` if not given, as in PyTorch. For few iterations with a line
    /// search that is too little to find a lower point where the first trial is none: give it 25 then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluations: Option<usize>,
    /// A step ends where no element of the gradient is larger; >= 0.
    pub gradient_tolerance: f64,
    /// A step ends with an iteration that changes no element of the parameters, or not the loss, by more; >= 0.
    pub change_tolerance: f64,
    /// How many changes of parameters and gradient the inverse Hessian is made from; >= 1. Each takes twice the memory
    /// of the parameters.
    pub history: usize,
    /// How the step length of an iteration is found.
    pub line_search: LineSearch,
}

/// How the step length of an iteration of L-BFGS is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineSearch {
    /// It is the learning rate, without any search; in the first iteration ever, that times `min(1, 1 / ||g||_1)`.
    None,
    /// By a line search for a point where the strong Wolfe conditions hold, with constants `1e-4` and `0.9`.
    #[default]
    StrongWolfe,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self {
            learning_rate: 1.0,
            iterations: 20,
            evaluations: None,
            gradient_tolerance: 1e-7,
            change_tolerance: 1e-9,
            history: 100,
            line_search: LineSearch::StrongWolfe,
        }
    }
}

const NAME: &str = "lbfgs";

impl Lbfgs {
    /// The optimiser with these settings.
    ///
    /// ```
    /// use latent_optim::Lbfgs;
    ///
    /// let error = Lbfgs { history: 0, ..Lbfgs::default() }.optimizer::<f32>().unwrap_err();
    /// assert_eq!(error.to_string(), "lbfgs: history is 0, expected a whole number >= 1");
    /// ```
    ///
    /// # Errors
    /// If a setting is outside its domain.
    pub fn optimizer<E: Scalar>(self) -> Result<LimitedMemory<E>, OptimError> {
        self.check()?;
        Ok(LimitedMemory { settings: self, steps: 0, state: None })
    }

    /// Whether the settings are in their domains.
    ///
    /// # Errors
    /// If not: which one, what it is, and the domain.
    pub fn check(&self) -> Result<(), OptimError> {
        Check(NAME)
            .positive("learning_rate", self.learning_rate)?
            .at_least("iterations", self.iterations as u64, 1)?
            .at_least("evaluations", self.most_evaluations() as u64, 1)?
            .not_negative("gradient_tolerance", self.gradient_tolerance)?
            .not_negative("change_tolerance", self.change_tolerance)?
            .at_least("history", self.history as u64, 1)?;
        Ok(())
    }

    fn most_evaluations(&self) -> usize {
        self.evaluations.unwrap_or(self.iterations * 5 / 4)
    }
}

/// The optimiser of [`Lbfgs`], with the changes of parameters and gradient that it remembers.
#[derive(Debug)]
pub struct LimitedMemory<E: Scalar = f32> {
    settings: Lbfgs,
    steps: u64,
    /// Nothing before the first step.
    state: Option<State<E>>,
}

#[derive(Clone, Debug)]
struct State<E: Scalar> {
    known: Known,
    memory: Memory<E>,
    /// The parameters at the start of an iteration.
    start: Vec<E>,
    points: Points<E>,
}

impl<E: Scalar> State<E> {
    fn new(parameters: &Named<'_, E>) -> Result<Self, OptimError> {
        let known = Known::new(parameters)?;
        let len = parameters.iter().map(|(_, parameter)| parameter.len()).sum();
        let [found, trial, other] = std::array::from_fn(|_| Point::new(len));
        let (memory, start) = (Memory::new(len), vec![E::zero(); len]);
        Ok(Self { known, memory, start, points: Points { found, trial, other } })
    }

    /// The next direction, from the gradient at `points.found`; the step length to try, and the slope.
    fn advance(&mut self, settings: &Lbfgs) -> (f64, f64) {
        let gradient = &self.points.found.gradient;
        self.memory.advance(gradient, settings.history);
        let first = if self.memory.iterations == 1 { (1.0 / sum_of_sizes(gradient)).min(1.0) } else { 1.0 };
        (first * settings.learning_rate, dot(gradient, &self.memory.direction))
    }

    fn keep_start(&mut self, parameters: &Named<'_, E>) {
        let mut rest = &mut self.start[..];
        for (_, parameter) in parameters {
            let elements = parameter.elements();
            rest.split_off_mut(..elements.len()).expect("as many in all").copy_from_slice(&elements);
        }
    }
}

/// The parameters become `start + t direction`.
fn move_to<E: Scalar>(parameters: &Named<'_, E>, start: &[E], direction: &[E], t: f64) {
    let (t, mut at) = (E::of(t), 0);
    for (_, parameter) in parameters {
        let mut elements = parameter.elements();
        let range = at..at + elements.len();
        at = range.end;
        elements.copy_from_slice(&start[range.clone()]);
        zip(&mut elements, &direction[range], move |p, d| *p += t * d);
    }
}

/// Writes all gradients, clipped, one after the other.
fn flatten<E: Scalar>(gradients: &[Tensor<E>], transform: Transform<E>, out: &mut [E]) {
    let mut at = 0;
    for gradient in gradients {
        let range = at..at + gradient.len();
        at = range.end;
        match gradient.array().as_slice() {
            Some(from) => zip(&mut out[range], from, move |out, g| *out = transform.apply(g)),
            None => out[range].iter_mut().zip(gradient.array()).for_each(|(out, &g)| *out = transform.apply(g)),
        }
    }
}

const BLOCK: usize = 1 << 14;

fn sum_of_sizes<E: Scalar>(values: &[E]) -> f64 {
    let block = |range: std::ops::Range<usize>| values[range].iter().map(|value| value.as_f64().abs()).sum::<f64>();
    parallel::reduce_blocks(values.len(), BLOCK, block, |a, b| a + b).unwrap_or(0.0)
}

fn largest<E: Scalar>(values: &[E]) -> f64 {
    let block = |range: std::ops::Range<usize>| values[range].iter().fold(E::zero(), |a, b| a.max(b.abs()));
    parallel::reduce_blocks(values.len(), BLOCK, block, E::max).map_or(0.0, E::as_f64)
}

/// Evaluates the closure: checked, clipped, and counted.
struct Evaluations<'a, 'p, E: Scalar> {
    parameters: &'a Named<'p, E>,
    evaluate: &'a mut dyn FnMut() -> Evaluation<E>,
    clip: Clip,
    count: usize,
    /// The norm of the first.
    norm: Option<f64>,
}

impl<E: Scalar> Evaluations<'_, '_, E> {
    /// The loss and the gradient where the parameters are.
    fn here(&mut self, gradient: &mut [E]) -> Result<f64, OptimError> {
        self.count += 1;
        let (loss, gradients) = (self.evaluate)().map_err(OptimError::Closure)?;
        if !loss.is_finite() {
            return Err(OptimError::NonFiniteLoss { value: loss, evaluation: self.count });
        }
        // Always computed, as it finds what is not finite.
        let norm = gradient_norm(self.parameters, &gradients)?;
        let (transform, _) = self.clip.transform(self.parameters, &gradients)?;
        if self.count == 1 {
            self.norm = Some(norm);
        }
        flatten(&gradients, transform, gradient);
        Ok(loss)
    }
}

impl<E: Scalar> LimitedMemory<E> {
    /// The settings that it was made with.
    pub fn settings(&self) -> &Lbfgs {
        &self.settings
    }

    fn prepare(&mut self, parameters: &Named<'_, E>) -> Result<(), OptimError> {
        match &self.state {
            Some(state) => state.known.check(parameters),
            None => {
                self.state = Some(State::new(parameters)?);
                Ok(())
            }
        }
    }
}

impl<E: Scalar> Optimizer<E> for LimitedMemory<E> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn evaluates_loss(&self) -> bool {
        true
    }

    fn learning_rates(&self) -> Vec<f64> {
        vec![self.settings.learning_rate]
    }

    fn step_with(
        &mut self,
        parameters: &Named<'_, E>,
        gradients: &[Tensor<E>],
        mut options: StepOptions<'_, E>,
    ) -> Result<StepReport, OptimError> {
        if self.settings.line_search != LineSearch::None {
            return Err(OptimError::NeedsClosure(NAME));
        }
        let gradient_norm = Some(gradient_norm(parameters, gradients)?);
        let (transform, _) = options.clip.transform(parameters, gradients)?;
        self.prepare(parameters)?;
        let state = self.state.as_mut().expect("prepared");
        flatten(gradients, transform, &mut state.points.found.gradient);
        if largest(&state.points.found.gradient) > self.settings.gradient_tolerance {
            let (t, slope) = state.advance(&self.settings);
            state.memory.step_size = t;
            if slope <= -self.settings.change_tolerance {
                state.keep_start(parameters);
                move_to(parameters, &state.start, &state.memory.direction, t);
            }
        }
        self.steps += 1;
        options.average.as_mut().map_or(Ok(()), |average| average.update(parameters))?;
        Ok(StepReport { gradient_norm, loss: None })
    }

    fn step_closure(
        &mut self,
        parameters: &Named<'_, E>,
        evaluate: &mut dyn FnMut() -> Evaluation<E>,
        mut options: StepOptions<'_, E>,
    ) -> Result<StepReport, OptimError> {
        self.prepare(parameters)?;
        let settings = &self.settings;
        let state = self.state.as_mut().expect("prepared");
        let most = settings.most_evaluations();
        let mut evaluations = Evaluations { parameters, evaluate, clip: options.clip, count: 0, norm: None };
        let first_loss = evaluations.here(&mut state.points.found.gradient)?;
        state.points.found.loss = first_loss;
        let mut iteration = 0;
        while largest(&state.points.found.gradient) > settings.gradient_tolerance {
            iteration += 1;
            let previous_loss = state.points.found.loss;
            let (t, slope) = state.advance(settings);
            state.memory.step_size = t;
            if slope > -settings.change_tolerance {
                break;
            }
            state.keep_start(parameters);
            let State { memory, start, points, .. } = state;
            let direction = &memory.direction;
            if settings.line_search == LineSearch::StrongWolfe {
                (points.found.t, points.found.slope) = (0.0, slope);
                let room = most - evaluations.count;
                let search = |point: &mut Point<E>| {
                    move_to(parameters, start, direction, point.t);
                    point.loss = evaluations.here(&mut point.gradient)?;
                    point.slope = dot(&point.gradient, direction);
                    Ok(())
                };
                let (longest, smallest) = (largest(direction), settings.change_tolerance);
                let searched = strong_wolfe(points, &memory.gradient, t, longest, smallest, room, search);
                if let Err(error) = searched {
                    move_to(parameters, start, direction, 0.0);
                    memory.step_size = 0.0;
                    return Err(error);
                }
                memory.step_size = points.found.t;
                move_to(parameters, start, direction, points.found.t);
            } else {
                move_to(parameters, start, direction, t);
                if iteration < settings.iterations {
                    match evaluations.here(&mut points.found.gradient) {
                        Ok(loss) => points.found.loss = loss,
                        Err(error) => {
                            move_to(parameters, start, direction, 0.0);
                            memory.step_size = 0.0;
                            return Err(error);
                        }
                    }
                }
            }
            let moved = memory.step_size.abs() * largest(&memory.direction);
            let still = moved <= settings.change_tolerance
                || (points.found.loss - previous_loss).abs() < settings.change_tolerance;
            if iteration == settings.iterations || evaluations.count >= most || still {
                break;
            }
        }
        self.steps += 1;
        options.average.as_mut().map_or(Ok(()), |average| average.update(parameters))?;
        Ok(StepReport { gradient_norm: evaluations.norm, loss: Some(first_loss) })
    }

    fn save(&self) -> SavedState<E> {
        let mut saved = SavedState { of: NAME.into(), steps: self.steps, ..SavedState::default() };
        let Some(State { known, memory, .. }) = self.state.as_ref().filter(|state| state.memory.iterations > 0) else {
            return saved;
        };
        let mut vectors = vec![("direction".into(), &memory.direction), ("gradient".into(), &memory.gradient)];
        for (i, pair) in memory.pairs.iter().enumerate() {
            vectors.extend([(format!("step.{i}"), &pair.step), (format!("change.{i}"), &pair.change)]);
            saved.scalars.insert(format!("rho.{i}"), pair.rho);
        }
        for (name, vector) in vectors {
            let mut rest = &vector[..];
            for (path, shape) in known.iter() {
                let part = rest.split_off(..shape.iter().product()).expect("as many in all");
                let array = ArrayD::from_shape_vec(IxDyn(shape), part.to_vec()).expect("one for each element");
                saved.tensors.insert(format!("{path}.{name}"), array);
            }
        }
        let scalars =
            [("scale", memory.scale), ("step_size", memory.step_size), ("iterations", memory.iterations as f64)];
        saved.scalars.extend(scalars.map(|(name, value)| (name.into(), value)));
        saved
    }

    fn load(&mut self, parameters: &Named<'_, E>, saved: &SavedState<E>) -> Result<(), OptimError> {
        let mut state = State::new(parameters)?;
        if saved.tensors.is_empty() && saved.scalars.is_empty() {
            saved.check(NAME, &[], &[])?;
        } else {
            let pairs = saved.scalars.keys().filter(|name| name.starts_with("rho.")).count();
            let mut scalars: Vec<String> = ["scale", "step_size", "iterations"].map(String::from).into();
            let mut vectors: Vec<String> = ["direction", "gradient"].map(String::from).into();
            for i in 0..pairs {
                scalars.push(format!("rho.{i}"));
                vectors.extend([format!("step.{i}"), format!("change.{i}")]);
            }
            let of_vector =
                |name| state.known.iter().map(move |(path, shape)| (format!("{path}.{name}"), shape.clone()));
            saved.check(NAME, &vectors.iter().flat_map(of_vector).collect::<Vec<_>>(), &scalars)?;
            let read = |name: &str| -> Vec<E> {
                state
                    .known
                    .iter()
                    .flat_map(|(path, _)| saved.tensors[&format!("{path}.{name}")].iter().copied())
                    .collect()
            };
            let pair = |i| Pair {
                step: read(&format!("step.{i}")),
                change: read(&format!("change.{i}")),
                rho: saved.scalars[&format!("rho.{i}")],
            };
            state.memory = Memory {
                pairs: (0..pairs).map(pair).collect(),
                scale: saved.scalars["scale"],
                direction: read("direction"),
                step_size: saved.scalars["step_size"],
                gradient: read("gradient"),
                iterations: saved.scalars["iterations"] as u64,
            };
        }
        self.steps = saved.steps;
        self.state = Some(state);
        Ok(())
    }
}
