//! The parts of a step, shared by the processes that train together.

use super::exchange::{NonFiniteTerm, Report, exchange};
use crate::non_finite::NonFiniteValue;
use crate::step_error::StepError;
use crate::task::TaskError;
use crate::terms::{MeanTerms, Terms};
use crate::trainable::Batches;
use bytemuck::{cast_slice, pod_collect_to_vec};
use latent_layers::{Module, Slot, SlotValue, Visitor};
use latent_numeric::ranks::{OrderedSum, Ranks};
use latent_optim::Named;
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::ArrayD;

/// What the parts of a step come to together.
pub(super) struct Sum<'m> {
    pub mean: MeanTerms,
    pub samples: usize,
    pub gradients: Vec<Tensor>,
    /// What the state of the model was before the step.
    pub before: StatesBefore<'m>,
}

/// Computes all parts of a step, each by one of the ranks, and takes their mean over samples: terms, gradients and the
/// state of the model, on every rank the same bits, whatever the number of ranks.
///
/// A part of `n_k` samples weighs `n_k / (n_1 + n_2 + ...)`, so that the gradient is that of the mean that is reported,
/// and of one batch of all samples where the loss is a mean over them. In each round the ranks compute as many parts as
/// there are ranks, and forget them again. How many samples there are in all is known after the last round: until then
/// a part weighs `n_k / (n_1 parts)`, which is the same where all have as many.
///
/// # Errors
/// If a term is not finite, or a loss cannot be computed; the state of the model is left as it was then.
pub(super) fn sum_of_parts<'m, B: Send>(
    batches: &Batches<'_, B>,
    model: &'m dyn Module,
    name: &str,
    trained: &Named<'_, f32>,
    loss: impl FnMut(u64) -> Result<Terms, TaskError>,
) -> Result<Sum<'m>, StepError> {
    let before = StatesBefore::of(model);
    match add_up(batches, &before, name, trained, loss) {
        Ok((mean, samples, gradients)) => Ok(Sum { mean, samples, gradients, before }),
        Err(error) => {
            before.put_back()?;
            Err(error)
        }
    }
}

type Added = (MeanTerms, usize, Vec<Tensor>);

fn add_up<B: Send>(
    batches: &Batches<'_, B>,
    before: &StatesBefore<'_>,
    name: &str,
    trained: &Named<'_, f32>,
    mut loss: impl FnMut(u64) -> Result<Terms, TaskError>,
) -> Result<Added, StepError> {
    let (ranks, parts) = (batches.ranks().as_ref(), batches.parts());
    let (rank, size) = (ranks.rank() as u64, ranks.size() as u64);
    let mut states = MeanStates { before, sum: Vec::new(), weights: 0.0 };
    let (mut mean, mut samples) = (MeanTerms::default(), 0);
    let mut gradients = Gradients::new(ranks);
    // Samples of the first part.
    let mut unit = None;
    for first in (0..parts).step_by(ranks.size()) {
        let givers = size.min(parts - first);
        let terms = if rank < givers { loss(first + rank).map(Some) } else { Ok(None) };
        let (mut usable, mut report) = (None, Ok(None));
        match terms {
            Err(error) => report = Err(error),
            Ok(None) => {}
            Ok(Some(terms)) => match NonFiniteTerm::among(&terms) {
                Some(found) => report = Ok(Some(Err(found))),
                None => {
                    report = Ok(Some(Ok(Report::of(&terms))));
                    usable = Some(terms);
                }
            },
        }
        let reports = exchange::<Option<Result<Report, NonFiniteTerm>>>(ranks, report)?;
        let mut weights = Vec::new();
        for (part, report) in (first..).zip(reports.into_iter().flatten()) {
            match report {
                Ok(Report { samples: 0, .. }) => {
                    return Err("the terms of a batch are means over no samples: expected at least one".into());
                }
                Ok(report) => {
                    samples += report.samples;
                    weights.push(report.samples as f64 / *unit.get_or_insert(report.samples) as f64);
                    mean.add_values(report.samples, &report.values());
                }
                Err(found) => {
                    let value = batches.non_finite(part, name.to_owned(), found.name.clone(), found.value());
                    return Err(NonFiniteValue { origin: found.origin(), ..value }.into());
                }
            }
        }
        if parts > 1 {
            states.take(ranks, &weights)?;
        }
        let of_part = usable.map(|terms| {
            let weight = weights[rank as usize] / parts as f64;
            gradients_of(terms.objective(), trained, weight as f32)
        });
        gradients.add(givers as usize, of_part, trained);
    }
    if parts > 1 {
        states.leave()?;
    }
    let all = parts as f64 * unit.unwrap_or(1) as f64 / samples as f64;
    Ok((mean, samples, gradients.finish(trained, all as f32)))
}

/// The gradients of a loss, times a weight.
fn gradients_of(objective: &Tensor, trained: &Named<'_, f32>, weight: f32) -> Vec<Tensor> {
    let scale = Tensor::full(objective.shape(), weight);
    let options = GradOptions::default().cotangents(vec![scale]);
    let variables: Vec<Tensor> = trained.iter().map(|(_, parameter)| parameter.tensor()).collect();
    grad(std::slice::from_ref(objective), &variables, options)
}

/// The sum of gradients: of one process as they are, of several in one array, which is exchanged.
enum Gradients<'r> {
    One(Vec<Tensor>),
    Several(&'r dyn Ranks, Option<OrderedSum<'r, f32>>),
}

impl<'r> Gradients<'r> {
    fn new(ranks: &'r dyn Ranks) -> Self {
        if ranks.size() == 1 { Self::One(Vec::new()) } else { Self::Several(ranks, None) }
    }

    fn add(&mut self, givers: usize, of_part: Option<Vec<Tensor>>, trained: &Named<'_, f32>) {
        match self {
            Self::One(sum) => {
                let of_part = of_part.expect("one process computes every part");
                *sum = if sum.is_empty() { of_part } else { sum.iter().zip(&of_part).map(|(a, b)| a + b).collect() };
            }
            Self::Several(ranks, sum) => {
                let elements = || trained.iter().map(|(_, parameter)| parameter.len()).sum();
                let sum = sum.get_or_insert_with(|| OrderedSum::new(*ranks, elements()));
                let mut flat = Vec::new();
                for tensor in of_part.iter().flatten() {
                    match tensor.array().as_slice() {
                        Some(elements) => flat.extend_from_slice(elements),
                        None => flat.extend(tensor.array()),
                    }
                }
                sum.add(givers, &flat);
            }
        }
    }

    /// All of them together, times a weight.
    fn finish(self, trained: &Named<'_, f32>, weight: f32) -> Vec<Tensor> {
        let mut flat = match self {
            Self::One(sum) if weight == 1.0 => return sum,
            Self::One(sum) => return sum.iter().map(|tensor| tensor * weight).collect(),
            Self::Several(_, sum) => sum.map(OrderedSum::finish).unwrap_or_default(),
        };
        flat.iter_mut().for_each(|element| *element *= weight);
        let mut rest = &flat[..];
        let mut tensor = |parameter: &latent_layers::Parameter| {
            let (elements, others) = rest.split_at(parameter.len());
            rest = others;
            let array = ArrayD::from_shape_vec(parameter.shape(), elements.to_vec()).expect("as many elements");
            Tensor::constant(array)
        };
        trained.iter().map(|(_, parameter)| tensor(parameter)).collect()
    }
}

/// The state of a model, such as running means, and its counts, as they were before a step.
pub(super) struct StatesBefore<'m> {
    slots: Vec<Slot<'m>>,
    values: Vec<SlotValue>,
}

impl<'m> StatesBefore<'m> {
    pub fn of(model: &'m dyn Module) -> Self {
        let slots = Visitor::entries(model).into_iter().map(|entry| entry.slot);
        let slots: Vec<_> = slots.filter(|slot| !matches!(slot, Slot::Parameter(_))).collect();
        Self { values: slots.iter().map(Slot::value).collect(), slots }
    }

    /// Makes it that again.
    pub fn put_back(&self) -> Result<(), TaskError> {
        for (slot, before) in self.slots.iter().zip(&self.values) {
            slot.set(before)?;
        }
        Ok(())
    }
}

/// The mean over samples of the states that the parts of a step leave.
///
/// No part sees what another one did to it: each begins with the state before the step, and the mean of what they leave
/// is the state after it. A step of one part leaves what that part left.
struct MeanStates<'b, 'm> {
    before: &'b StatesBefore<'m>,
    /// In double precision, in which the mean of equal numbers is that number.
    sum: Vec<f64>,
    weights: f64,
}

impl MeanStates<'_, '_> {
    /// Takes what the parts of the first ranks left, which weigh so much, and puts back what was before.
    fn take(&mut self, ranks: &dyn Ranks, weights: &[f64]) -> Result<(), TaskError> {
        let slots = &self.before.slots;
        if slots.is_empty() {
            return Ok(());
        }
        let mut here: Vec<f64> = Vec::new();
        for slot in slots {
            match slot.value() {
                SlotValue::Tensor(tensor) => here.extend(tensor.array().iter().map(|&x| f64::from(x))),
                SlotValue::Count(count) => here.push(count as f64),
            }
        }
        let all = if ranks.size() == 1 { vec![cast_slice(&here).to_vec()] } else { ranks.gather(cast_slice(&here)) };
        // To which a number is added without becoming another, -0.0 among them.
        self.sum.resize(here.len(), -0.0);
        for (bytes, weight) in all.iter().zip(weights) {
            let left = pod_collect_to_vec::<u8, f64>(bytes);
            self.sum.iter_mut().zip(left).for_each(|(sum, left)| *sum += weight * left);
            self.weights += weight;
        }
        self.before.put_back()
    }

    /// Leaves the mean.
    fn leave(self) -> Result<(), TaskError> {
        let mut mean = self.sum.into_iter().map(|sum| sum / self.weights);
        for (slot, before) in self.before.slots.iter().zip(&self.before.values) {
            let value = match before {
                SlotValue::Count(_) => SlotValue::Count(mean.next().ok_or("a count is missing")?.round() as u64),
                SlotValue::Tensor(tensor) => {
                    let elements: Vec<f32> = mean.by_ref().take(tensor.len()).map(|x| x as f32).collect();
                    SlotValue::Tensor(Tensor::constant(ArrayD::from_shape_vec(tensor.shape(), elements)?))
                }
            };
            slot.set(&value)?;
        }
        Ok(())
    }
}
