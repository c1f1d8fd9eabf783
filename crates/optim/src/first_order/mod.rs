//! Optimisers that treat every element by itself.

mod algorithm;
mod segments;

pub use algorithm::Algorithm;

use crate::block::{Block, MAX_SLOTS};
use crate::optimizer::{StepOptions, StepReport};
use crate::parameters::{Known, Named, matched};
use crate::{OptimError, Optimizer, SavedState, Schedule, Selection};
use latent_layers::Elements;
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::{ArrayD, IxDyn};
use segments::{Gradients, Pass, Segment, cut};
use std::collections::BTreeSet;

/// The optimiser of an [`Algorithm`], with groups of parameters, a schedule, and the numbers that it keeps for each
/// element.
///
/// A step reads and writes every parameter and everything kept for it once, all parameters together cut into blocks
/// for the threads. The bits do not depend on their number, nor on how elements are grouped into tensors.
///
/// ```
/// use latent_layers::{Linear, Module};
/// use latent_numeric::random::Stream;
/// use latent_optim::{AdamW, Algorithm, Optimizer, Schedule, Selection};
///
/// let no_decay = AdamW { weight_decay: 0.0, ..AdamW::default() };
/// let optimizer = AdamW::default()
///     .optimizer::<f32>()?
///     .with_group(Selection::matching(|path| path.ends_with("bias")), no_decay)?
///     .with_schedule(Schedule::LinearWarmUp { steps: 100, start: 0.01 })?;
/// assert_eq!(optimizer.learning_rates(), [1e-5, 1e-5]);
/// # Ok::<(), latent_optim::OptimError>(())
/// ```
#[derive(Debug)]
pub struct FirstOrder<A: Algorithm, E: Scalar = f32> {
    /// The first for all parameters that no other selects.
    settings: Vec<A>,
    /// One less than there are settings.
    selections: Vec<Selection>,
    schedule: Schedule,
    steps: u64,
    /// Nothing before the first step.
    state: Option<State<E>>,
}

#[derive(Clone, Debug)]
struct State<E> {
    known: Known,
    kept: Vec<Kept<E>>,
}

/// For one parameter.
#[derive(Clone, Debug)]
struct Kept<E> {
    group: usize,
    slots: [Vec<E>; MAX_SLOTS],
}

impl<A: Algorithm, E: Scalar> FirstOrder<A, E> {
    /// With these settings for all parameters.
    ///
    /// # Errors
    /// If a setting is outside its domain.
    pub fn new(settings: A) -> Result<Self, OptimError> {
        settings.check()?;
        let schedule = Schedule::Constant;
        Ok(Self { settings: vec![settings], selections: vec![], schedule, steps: 0, state: None })
    }

    /// With other settings for some parameters. Of several groups that select a parameter, the first has it.
    ///
    /// ```
    /// use latent_layers::Parameter;
    /// use latent_optim::{FirstOrder, Optimizer, Selection, Sgd};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let (w, b) = (Parameter::new(array![1.0_f64]), Parameter::new(array![1.0]));
    /// let at = |learning_rate| Sgd { learning_rate, ..Sgd::default() };
    /// let mut sgd = FirstOrder::new(at(0.5))?.with_group(Selection::paths(["bias"]), at(0.25))?;
    /// assert_eq!(sgd.settings(), [at(0.5), at(0.25)]);
    /// sgd.step(&[("weight".into(), &w), ("bias".into(), &b)], &[Tensor::ones(&[1]), Tensor::ones(&[1])])?;
    /// assert_eq!((w.tensor().item(), b.tensor().item()), (0.5, 0.75));
    /// # Ok::<(), latent_optim::OptimError>(())
    /// ```
    ///
    /// # Errors
    /// If a setting is outside its domain.
    pub fn with_group(mut self, selection: Selection, settings: A) -> Result<Self, OptimError> {
        settings.check()?;
        self.settings.push(settings);
        self.selections.push(selection);
        Ok(self)
    }

    /// With a schedule, by whose factor the learning rates of all groups are multiplied in every step.
    ///
    /// ```
    /// use latent_optim::{FirstOrder, Optimizer, Schedule, Sgd};
    ///
    /// let sgd = FirstOrder::<_, f32>::new(Sgd { learning_rate: 0.1, ..Sgd::default() })?;
    /// let sgd = sgd.with_schedule(Schedule::LinearWarmUp { steps: 4, start: 0.5 })?;
    /// assert_eq!(sgd.learning_rates(), [0.05]);
    /// # Ok::<(), latent_optim::OptimError>(())
    /// ```
    ///
    /// # Errors
    /// If a setting of the schedule is outside its domain.
    pub fn with_schedule(mut self, schedule: Schedule) -> Result<Self, OptimError> {
        schedule.check()?;
        self.schedule = schedule;
        Ok(self)
    }

    /// The settings: of all parameters in no group, then of the groups.
    pub fn settings(&self) -> &[A] {
        &self.settings
    }

    /// What is kept at the start for these parameters.
    fn start(&self, parameters: &Named<'_, E>) -> Result<State<E>, OptimError> {
        let known = Known::new(parameters)?;
        let paths: BTreeSet<&str> = known.iter().map(|(path, _)| path.as_str()).collect();
        for (i, selection) in self.selections.iter().enumerate() {
            selection.check(i + 1, &paths)?;
        }
        let kept = known.iter().map(|(path, shape)| {
            let group = self.selections.iter().position(|selection| selection.contains(path)).map_or(0, |i| i + 1);
            let settings = &self.settings[group];
            let mut slots = [const { Vec::new() }; MAX_SLOTS];
            for (slot, _) in slots.iter_mut().zip(settings.slots()) {
                *slot = vec![E::of(settings.initial()); shape.iter().product()];
            }
            Kept { group, slots }
        });
        let kept = kept.collect();
        Ok(State { known, kept })
    }

    /// The parameters' own names and shapes with those of what is kept for them.
    fn named<'a>(&self, state: &'a State<E>) -> impl Iterator<Item = (String, &'a [usize], &'a Vec<E>)> {
        state.known.iter().zip(&state.kept).flat_map(|((path, shape), kept)| {
            let names = self.settings[kept.group].slots();
            names.into_iter().zip(&kept.slots).map(move |(name, slot)| (format!("{path}.{name}"), &shape[..], slot))
        })
    }
}

impl<A: Algorithm, E: Scalar> Optimizer<E> for FirstOrder<A, E> {
    fn name(&self) -> &'static str {
        A::NAME
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn learning_rates(&self) -> Vec<f64> {
        let factor = self.schedule.factor(self.steps);
        self.settings.iter().map(|settings| settings.learning_rate() * factor).collect()
    }

    fn step_with(
        &mut self,
        parameters: &Named<'_, E>,
        gradients: &[Tensor<E>],
        mut options: StepOptions<'_, E>,
    ) -> Result<StepReport, OptimError> {
        matched(parameters, gradients)?;
        match &self.state {
            Some(state) => state.known.check(parameters)?,
            None => self.state = Some(self.start(parameters)?),
        }
        let (transform, gradient_norm) = options.clip.transform(parameters, gradients)?;
        let mut averages = options.average.as_mut().map(|average| average.next(parameters)).transpose()?;
        let coefficients: Vec<A::Coefficients<E>> = self
            .settings
            .iter()
            .zip(self.learning_rates())
            .map(|(settings, learning_rate)| settings.coefficients(learning_rate, self.steps + 1))
            .collect();
        let mut elements: Vec<Elements<'_, E>> = parameters.iter().map(|(_, parameter)| parameter.elements()).collect();
        let mut pieces = Vec::new();
        let kept = &mut self.state.as_mut().expect("since the first step").kept;
        for ((elements, gradient), kept) in elements.iter_mut().zip(gradients).zip(kept) {
            let view = gradient.view();
            let gradients = match gradient.array().as_slice() {
                Some(values) => Gradients::RowMajor(values),
                None => Gradients::Strided(view, 0),
            };
            let average = averages.as_mut().and_then(|(_, averages)| averages.next()).map(|average| &mut average[..]);
            let slots = kept.slots.each_mut().map(|slot| &mut slot[..]);
            cut(Segment { group: kept.group, parameters: elements, gradients, slots, average }, &mut pieces);
        }
        let blend = averages.as_ref().map_or(E::zero(), |(weight, _)| *weight);
        Pass { transform, blend, update: |group: usize, block: Block<'_, E>| A::update(&coefficients[group], block) }
            .run(&mut pieces);
        self.steps += 1;
        Ok(StepReport { gradient_norm, loss: None })
    }

    fn save(&self) -> SavedState<E> {
        let mut saved = SavedState { of: A::NAME.into(), steps: self.steps, ..SavedState::default() };
        if let Some(state) = self.state.as_ref().filter(|_| self.steps > 0) {
            let tensors = self.named(state).map(|(name, shape, slot)| {
                (name, ArrayD::from_shape_vec(IxDyn(shape), slot.clone()).expect("one for each element"))
            });
            saved.tensors = tensors.collect();
        }
        saved
    }

    fn load(&mut self, parameters: &Named<'_, E>, saved: &SavedState<E>) -> Result<(), OptimError> {
        let mut state = self.start(parameters)?;
        let expected: Vec<_> = self.named(&state).map(|(name, shape, _)| (name, shape.to_vec())).collect();
        if saved.steps == 0 && saved.tensors.is_empty() {
            saved.check(A::NAME, &[], &[])?;
        } else {
            saved.check(A::NAME, &expected, &[])?;
            let mut names = expected.iter();
            for kept in &mut state.kept {
                let count = self.settings[kept.group].slots().len();
                for slot in &mut kept.slots[..count] {
                    let (name, _) = names.next().expect("as many as there are slots");
                    slot.iter_mut().zip(&saved.tensors[name]).for_each(|(to, &from)| *to = from);
                }
            }
        }
        self.steps = saved.steps;
        self.state = Some(state);
        Ok(())
    }
}
