//! Banks of convolutional filters that are learned online, as a task.

use super::{check_sizes, images, samples};
use crate::SparseError;
use crate::convolutional::{
    ConvolutionalCodes, ConvolutionalLasso, FilterLearner, FilterParams, Filters, Images, LearnedFilters, Solver,
};
use crate::lasso::Stop;
use latent_layers::{Module, State, Visitor};
use latent_optim::SavedState;
use latent_train::checkpoint::PlayerState;
use latent_train::sources::ImageBatch;
use latent_train::{Batches, Name, Pass, Step, StepError, TaskError, Terms, Trainable};
use ndarray::{Array1, Array4, ArrayView4, Ix4};
use std::collections::BTreeMap;

/// The name of the only player.
const PLAYER: &str = "filters";
/// What its saved state is of.
const STATE: &str = "online_filter_learning";

/// Learns several banks of filters from the same images: the player `filters`, whose trainer is a [`FilterLearner`] for
/// each bank.
///
/// A step codes its batch with the filters that each bank has, and updates these from statistics of all batches so far. A
/// bank of `k` filters is saved as `filters_k`, (filters, channels, height, width), and beside it the statistics, how long
/// each filter went unused, and the numbers of batches and of replaced filters. The objective of a step or an evaluation is
/// the mean over the banks; `objective_k` is that of one, an image's mean.
pub struct FilterBanksTask {
    banks: Vec<Bank>,
    /// Channels, height and width of images.
    image: (usize, usize, usize),
    solver: Box<dyn Solver<f32>>,
    stop: Stop,
}

struct Bank {
    size: usize,
    name: String,
    filters: State,
    learner: FilterLearner<f32>,
}

impl Bank {
    /// Its figures, with their names.
    fn figures(&self, objective: f64, density: f64) -> [(String, f64); 2] {
        [(format!("objective_{}", self.size), objective), (format!("density_{}", self.size), density)]
    }
}

impl FilterBanksTask {
    /// The first filters of banks with these parameters, from images (images, channels, height, width). Evaluations code by
    /// `solver` until `stop`.
    ///
    /// # Errors
    /// If parameters make no sense, two banks have the same number of filters, or images are smaller than filters or not
    /// finite.
    pub fn new(
        banks: impl IntoIterator<Item = FilterParams<f32>>,
        images: ArrayView4<'_, f32>,
        solver: Box<dyn Solver<f32>>,
        stop: Stop,
    ) -> Result<Self, SparseError> {
        let bank = |params: FilterParams<f32>| {
            let size = params.filters;
            let mut learner = FilterLearner::new(params)?;
            learner.initialise(images)?;
            let filters = State::new(array(&learner));
            Ok(Bank { size, name: format!("filters_{size}"), filters, learner })
        };
        let banks: Vec<FilterParams<f32>> = banks.into_iter().collect();
        check_sizes(banks.iter().map(|params| params.filters))?;
        let banks = banks.into_iter().map(bank).collect::<Result<_, SparseError>>()?;
        let (_, channels, height, width) = images.dim();
        Ok(Self { banks, image: (channels, height, width), solver, stop })
    }

    /// What learns, with the first filters.
    pub fn learners(&self) -> Vec<FilterLearner<f32>> {
        self.banks.iter().map(|bank| bank.learner.clone()).collect()
    }

    /// The numbers of filters of the banks.
    pub fn sizes(&self) -> impl Iterator<Item = usize> {
        self.banks.iter().map(|bank| bank.size)
    }

    /// The filters of a bank, by its place.
    ///
    /// # Errors
    /// If they are not finite.
    ///
    /// # Panics
    /// If there is no such bank.
    pub fn filters(&self, bank: usize) -> Result<Filters<f32>, SparseError> {
        Filters::new(self.banks[bank].filters.tensor().view_as::<Ix4>().to_owned())
    }

    /// The maps of images (images, channels, height, width) on a bank, by its place.
    ///
    /// # Errors
    /// If images are not finite, smaller than filters, or of other channels.
    ///
    /// # Panics
    /// If there is no such bank.
    pub fn code(
        &self,
        bank: usize,
        images: ArrayView4<'_, f32>,
        solver: &dyn Solver<f32>,
        stop: &Stop,
    ) -> Result<ConvolutionalCodes<f32>, SparseError> {
        let penalty = self.banks[bank].learner.params().penalty;
        ConvolutionalLasso::new(&self.filters(bank)?, penalty)?.solve(Images::from(images), solver, stop)
    }

    /// Coefficients of an image.
    fn maps_of(&self, bank: &Bank) -> f64 {
        let (_, height, width) = self.image;
        (bank.size * height * width) as f64
    }

    fn keep(&self, learners: &[FilterLearner<f32>]) -> Result<(), TaskError> {
        for (bank, learner) in self.banks.iter().zip(learners) {
            bank.filters.set(array(learner))?;
        }
        Ok(())
    }
}

fn array(learner: &FilterLearner<f32>) -> Array4<f32> {
    learner.filters().expect("a learner that has its first filters").into_array()
}

impl Module for FilterBanksTask {
    fn kind(&self) -> &'static str {
        "filter_banks"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        for bank in &self.banks {
            visitor.state(&bank.name, &bank.filters);
        }
    }
}

impl Trainable for FilterBanksTask {
    type Batch = ImageBatch;
    type Trainer = Vec<FilterLearner<f32>>;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<Name> {
        vec![PLAYER.into()]
    }

    fn step<'t>(
        &'t self,
        learners: &mut Self::Trainer,
        _player: usize,
        batches: &Batches<'_, ImageBatch>,
    ) -> Result<Step<'t>, StepError> {
        let images = images(&samples(batches), self.image);
        let count = images.dim().0 as f64;
        let (mut values, mut sum) = (Vec::new(), 0.0);
        for (bank, learner) in self.banks.iter().zip(learners.iter_mut()) {
            let made = match learner.partial_fit(images.view()) {
                Ok(made) => made,
                Err(SparseError::NonFinite { what, value, .. }) => {
                    return Err(batches.non_finite(0, PLAYER, what, value).into());
                }
                Err(error) => return Err(error.into()),
            };
            sum += made.objective / count;
            values.extend(bank.figures(made.objective / count, made.nonzeros as f64 / (count * self.maps_of(bank))));
        }
        values.insert(0, ("objective".to_owned(), sum / self.banks.len() as f64));
        self.keep(learners)?;
        Ok(Step::new(PLAYER, values, images.dim().0))
    }

    fn evaluate(&self, batch: &ImageBatch, _pass: &mut Pass) -> Result<Terms, TaskError> {
        let images = images(&batch.x, self.image);
        let mut values = Vec::new();
        let mut sum = 0.0;
        for (place, bank) in self.banks.iter().enumerate() {
            let codes = self.code(place, images.view(), self.solver.as_ref(), &self.stop)?.summary();
            sum += codes.objective;
            values.extend(bank.figures(codes.objective, codes.nonzeros / self.maps_of(bank)));
        }
        Ok(Terms::computed(sum / self.banks.len() as f64, images.dim().0).with_values(values))
    }

    fn save(&self, learners: &Self::Trainer) -> Vec<PlayerState> {
        let (mut scalars, mut tensors) = (BTreeMap::new(), BTreeMap::new());
        let mut steps = 0;
        for (bank, learner) in self.banks.iter().zip(learners) {
            let LearnedFilters { unit, codes, samples, idle, batches, replaced, .. } =
                learner.saved().expect("a learner that has its first filters");
            // Beyond the limit all numbers mean the same.
            let limit = learner.params().dead_after;
            let idle: Array1<f32> = idle.iter().map(|&idle| idle.min(limit) as f32).collect();
            let size = bank.size;
            tensors.insert(format!("codes_{size}"), codes.into_dyn());
            tensors.insert(format!("samples_{size}"), samples.into_dyn());
            tensors.insert(format!("idle_{size}"), idle.into_dyn());
            scalars.insert(format!("replaced_{size}"), replaced as f64);
            scalars.extend(unit.map(|unit| (format!("unit_{size}"), f64::from(unit))));
            steps = batches as u64;
        }
        let optimizer = SavedState { of: STATE.to_owned(), steps, scalars, tensors };
        vec![PlayerState { optimizer, average: None, last_norm: None }]
    }

    fn load(&self, learners: &mut Self::Trainer, states: &[PlayerState]) -> Result<(), String> {
        let [PlayerState { optimizer: saved, .. }] = states else {
            return Err(format!("there are states of {} players, expected one", states.len()));
        };
        if saved.of != STATE {
            return Err(format!("it is the state of {}, not of {STATE}", saved.of));
        }
        for (place, (bank, learner)) in self.banks.iter().zip(learners.iter_mut()).enumerate() {
            let tensor = |name: &str| {
                let name = format!("{name}_{}", bank.size);
                saved.tensors.get(&name).cloned().ok_or_else(|| format!("{name} is missing"))
            };
            let shape = |error: ndarray::ShapeError| format!("the state of {}: {error}", bank.name);
            let replaced = format!("replaced_{}", bank.size);
            let learned = LearnedFilters {
                filters: self.filters(place).map_err(|error| error.to_string())?.into_array(),
                unit: saved.scalars.get(&format!("unit_{}", bank.size)).map(|&unit| unit as f32),
                codes: tensor("codes")?.into_dimensionality().map_err(shape)?,
                samples: tensor("samples")?.into_dimensionality().map_err(shape)?,
                idle: tensor("idle")?.iter().map(|&idle| idle as usize).collect(),
                batches: saved.steps as usize,
                replaced: *saved.scalars.get(&replaced).ok_or_else(|| format!("{replaced} is missing"))? as usize,
            };
            learner.restore(learned).map_err(|error| error.to_string())?;
        }
        self.keep(learners).map_err(|error| error.to_string())
    }
}
