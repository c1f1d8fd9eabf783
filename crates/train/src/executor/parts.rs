//! The parts of a step, shared by the processes that train together.

use super::exchange::{Report, Unusable, exchange};
use crate::task::TaskError;
use crate::terms::{MeanTerms, Terms};
use bytemuck::{cast_slice, pod_collect_to_vec};
use latent_layers::{Module, Slot, SlotValue, Visitor};
use latent_numeric::ranks::{OrderedSum, Ranks};
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::ArrayD;

/// What the parts of a step come to together.
pub(super) struct Sum {
    pub mean: MeanTerms,
    pub samples: usize,
    pub gradients: Vec<Tensor>,
}

/// Computes all parts of a step, each by one of the ranks, and adds them up in their order: on every rank the same bits,
/// whatever the number of ranks. The inner error is a term that is not finite, with its
/// part.
///
/// In each round the ranks compute as many parts as there are ranks, and forget them again.
pub(super) fn sum_of_parts(
    ranks: &dyn Ranks,
    parts: u64,
    model: &dyn Module,
    player: &dyn Module,
    mut loss: impl FnMut(u64) -> Result<Terms, TaskError>,
) -> Result<Result<Sum, (u64, Unusable)>, TaskError> {
    let (rank, size) = (ranks.rank() as u64, ranks.size() as u64);
    let mut states = States::of(model, parts);
    let (mut mean, mut samples) = (MeanTerms::default(), 0);
    let mut gradients = Gradients::new(ranks);
    for first in (0..parts).step_by(ranks.size()) {
        let givers = size.min(parts - first);
        let terms = if rank < givers { loss(first + rank).map(Some) } else { Ok(None) };
        let (mut of_part, mut report) = (None, Ok(None));
        match terms {
            Err(error) => report = Err(error),
            Ok(None) => {}
            Ok(Some(terms)) => match Unusable::among(&terms) {
                Some(unusable) => report = Ok(Some(Err(unusable))),
                None => {
                    report = Ok(Some(Ok(Report::of(&terms))));
                    of_part = Some(gradients_of(terms.objective(), player, parts));
                }
            },
        }
        let reports = exchange::<Option<Result<Report, Unusable>>>(ranks, report)?;
        for (part, report) in (first..).zip(reports.into_iter().flatten()) {
            match report {
                Ok(report) => {
                    samples += report.samples;
                    mean.add_values(report.samples, &report.values);
                }
                Err(unusable) => {
                    states.put_back()?;
                    return Ok(Err((part, unusable)));
                }
            }
        }
        states.take(ranks, givers as usize)?;
        gradients.add(givers as usize, of_part, player);
    }
    states.leave(parts)?;
    Ok(Ok(Sum { mean, samples, gradients: gradients.finish(player) }))
}

/// The gradients of a part of the loss.
fn gradients_of(objective: &Tensor, player: &dyn Module, parts: u64) -> Vec<Tensor> {
    let scale = Tensor::full(objective.shape(), 1.0 / parts as f32);
    let options = GradOptions::default().cotangents(vec![scale]);
    grad(std::slice::from_ref(objective), &player.variables(), options)
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

    fn add(&mut self, givers: usize, of_part: Option<Vec<Tensor>>, player: &dyn Module) {
        match self {
            Self::One(sum) => {
                let of_part = of_part.expect("one process computes every part");
                *sum = if sum.is_empty() { of_part } else { sum.iter().zip(&of_part).map(|(a, b)| a + b).collect() };
            }
            Self::Several(ranks, sum) => {
                let sum = sum.get_or_insert_with(|| OrderedSum::new(*ranks, player.parameter_count()));
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

    fn finish(self, player: &dyn Module) -> Vec<Tensor> {
        let flat = match self {
            Self::One(sum) => return sum,
            Self::Several(_, sum) => sum.map(OrderedSum::finish).unwrap_or_default(),
        };
        let mut rest = &flat[..];
        let mut tensor = |parameter: &latent_layers::Parameter| {
            let (elements, others) = rest.split_at(parameter.len());
            rest = others;
            let array = ArrayD::from_shape_vec(parameter.shape(), elements.to_vec()).expect("as many elements");
            Tensor::constant(array)
        };
        player.parameters().into_iter().map(|(_, parameter)| tensor(parameter)).collect()
    }
}

/// The state of a model over the parts of a step, such as running means, and its counts.
///
/// No part sees what another one did to it: each begins with the state before the step, and the mean of what they leave
/// is the state after it. A step of one part leaves what that part left.
struct States<'m> {
    slots: Vec<Slot<'m>>,
    before: Vec<SlotValue>,
    /// In double precision, in which the mean of equal numbers is that number.
    sum: Vec<f64>,
}

impl<'m> States<'m> {
    fn of(model: &'m dyn Module, parts: u64) -> Self {
        let slots = if parts == 1 { Vec::new() } else { Visitor::entries(model) }.into_iter().map(|entry| entry.slot);
        let slots: Vec<_> = slots.filter(|slot| !matches!(slot, Slot::Parameter(_))).collect();
        Self { before: slots.iter().map(Slot::value).collect(), slots, sum: Vec::new() }
    }

    fn put_back(&self) -> Result<(), TaskError> {
        for (slot, before) in self.slots.iter().zip(&self.before) {
            slot.set(before)?;
        }
        Ok(())
    }

    /// Takes what the parts of these ranks left, and puts back what was before.
    fn take(&mut self, ranks: &dyn Ranks, givers: usize) -> Result<(), TaskError> {
        if self.slots.is_empty() {
            return Ok(());
        }
        let mut here: Vec<f64> = Vec::new();
        for slot in &self.slots {
            match slot.value() {
                SlotValue::Tensor(tensor) => here.extend(tensor.array().iter().map(|&x| f64::from(x))),
                SlotValue::Count(count) => here.push(count as f64),
            }
        }
        let all = if ranks.size() == 1 { vec![cast_slice(&here).to_vec()] } else { ranks.gather(cast_slice(&here)) };
        for left in all.into_iter().take(givers).map(|bytes| pod_collect_to_vec::<u8, f64>(&bytes)) {
            if self.sum.is_empty() {
                self.sum = left;
            } else {
                self.sum.iter_mut().zip(left).for_each(|(sum, left)| *sum += left);
            }
        }
        self.put_back()
    }

    /// Leaves the mean.
    fn leave(self, parts: u64) -> Result<(), TaskError> {
        let mut mean = self.sum.into_iter().map(|sum| sum / parts as f64);
        for (slot, before) in self.slots.iter().zip(&self.before) {
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
