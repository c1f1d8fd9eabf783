//! The learner: coding and updating in turns.

use super::admm::{ADAPT_AT, State};
use super::filter_update::to_convergence;
use super::filters::check_pixels;
use super::first_filters;
use super::operator::Operator;
use super::problem::Prepared;
use super::statistics::Statistics;
use super::{
    Admm, Channels, ConvolutionalCodes, ConvolutionalLasso, FilterMethod, FilterParams, Filters, Images,
    LearnedFilters, Solver,
};
use crate::SparseError;
use crate::atoms::check_finite;
use crate::error::require;
use crate::lasso::Stop;
use crate::units::{check_unit, from_unit, squares_from, unit_of};
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, compiled_here, parallel};
use ndarray::{Array2, Array3, Array4, ArrayView3, ArrayView4, Axis};
use std::ops::ControlFlow;

/// Rounds of block coordinate descent in an update, and the change of a filter at which they end before.
const ROUNDS: usize = 8;
const TOLERANCE: f64 = 1e-3;
/// Images whose statistics are held at the same time.
const TOGETHER: usize = 16;

/// Learns filters from images.
#[derive(Clone, Debug)]
pub struct FilterLearner<E: Scalar> {
    params: FilterParams<E>,
    learned: Option<Learned<E>>,
    maps: Option<Array4<E>>,
}

/// What has been learned so far.
#[derive(Clone, Debug)]
struct Learned<E> {
    channels: usize,
    /// (filters, channels height width)
    filters: Array2<E>,
    /// The power of two that images are divided by before anything is learned from them, no larger than the largest
    /// value seen; none before a value that is not zero.
    unit: Option<E>,
    /// Of images and maps in this unit.
    statistics: Statistics<E>,
    /// Images since the last one that used the filter.
    idle: Vec<usize>,
    batches: usize,
    replaced: usize,
}

/// What an observer is told after each update of the filters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterProgress {
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// The batch in the epoch, counted from 0.
    pub batch: usize,
    /// Batches in an epoch.
    pub batches: usize,
    /// The sum over the images of the batch of their objectives, on the filters before the update.
    pub objective: f64,
    /// Coefficients that are not zero in this batch.
    pub nonzeros: usize,
    /// Dead filters replaced so far.
    pub replaced: usize,
}

/// What a call of [`fit`](FilterLearner::fit) did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterReport {
    /// Epochs that were finished.
    pub epochs: usize,
    /// The sum of the objectives over the last epoch, each on the filters before their update.
    pub objective: f64,
    /// Dead filters replaced.
    pub replaced: usize,
    /// Whether the observer ended the fit.
    pub interrupted: bool,
}

/// What coding an image has told.
struct Coded<E> {
    statistics: Statistics<E>,
    /// The factor of the statistics, the largest weight of a pixel.
    weight: E,
    objective: f64,
    nonzeros: usize,
    residual: Array3<E>,
    /// The size of the image, a power of two.
    size: E,
}

#[compiled_here]
impl<E: Scalar> FilterLearner<E> {
    /// A learner with these parameters, which are checked. It has no filters yet.
    ///
    /// # Errors
    /// If a count is zero, a parameter is out of its domain, or given filters have another shape.
    pub fn new(params: FilterParams<E>) -> Result<Self, SparseError> {
        params.check()?;
        Ok(Self { params, learned: None, maps: None })
    }

    /// The checked parameters.
    pub fn params(&self) -> &FilterParams<E> {
        &self.params
    }

    /// The filters learned so far.
    ///
    /// # Errors
    /// [`SparseError::NotFitted`] before the first images.
    pub fn filters(&self) -> Result<Filters<E>, SparseError> {
        let learned = self.learned.as_ref().ok_or(SparseError::NotFitted { what: "filters" })?;
        Filters::new(self.shaped(learned))
    }

    /// The maps that the last fit by [`FilterMethod::Alternating`] ended with, which the last update of the filters was
    /// made for; `None` otherwise.
    pub fn maps(&self) -> Option<&Array4<E>> {
        self.maps.as_ref()
    }

    /// Learns from all images, for the epochs of the parameters, going on from the filters learned so far.
    ///
    /// # Errors
    /// If there are no images, or as [`ConvolutionalLasso::solve`].
    pub fn fit<'a>(&mut self, images: impl Into<Images<'a, E>>) -> Result<FilterReport, SparseError> {
        self.fit_observed(images, &mut |_| ControlFlow::Continue(()))
    }

    /// [`fit`](Self::fit) with a look at every update; the fit ends cleanly where `observe` breaks.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_observed<'a>(
        &mut self,
        images: impl Into<Images<'a, E>>,
        observe: &mut dyn FnMut(&FilterProgress) -> ControlFlow<()>,
    ) -> Result<FilterReport, SparseError> {
        let images = images.into();
        let count = images.pixels.dim().0;
        if count == 0 {
            return Err(SparseError::TooFewSamples { what: "learning filters", needed: 1, found: 0 });
        }
        self.first_filters(images)?;
        let replaced = self.state().replaced;
        let mut report = FilterReport { epochs: 0, objective: 0.0, replaced: 0, interrupted: false };
        let filters = Filters::new(self.shaped(self.state()))?;
        let problem = ConvolutionalLasso::new(&filters, self.params.penalty)?;
        let online = matches!(self.params.method, FilterMethod::Online { .. });
        // The statistics of online learning go on, those of alternating learning are those of all images.
        // What is wrong with any image is found before the work.
        let all = problem.prepare(images)?;
        let mut prepared = if online { None } else { Some(all) };
        if let Some(prepared) = &mut prepared {
            self.measure(prepared);
        }
        let mut states: Vec<Option<State<E>>> = (0..prepared.as_ref().map_or(0, Prepared::len)).map(|_| None).collect();
        let batch_size = if online { self.params.batch_size.min(count) } else { count };
        let batches = count.div_ceil(batch_size);
        for epoch in 0..self.params.epochs {
            let order = Stream::new(self.params.seed, "filter order", &[epoch as u64]).permutation(count);
            report.objective = 0.0;
            for (batch, indices) in order.chunks(batch_size).enumerate() {
                let (objective, nonzeros) = if let Some(prepared) = &mut prepared {
                    self.learn(prepared, Some(&mut states), epoch)?
                } else {
                    let select = |a: ArrayView4<'_, E>| a.select(Axis(0), indices);
                    let pixels = select(images.pixels);
                    let mask = images.mask.map(select);
                    self.learn_from_zero(Images { pixels: pixels.view(), mask: mask.as_ref().map(|m| m.view()) })?
                };
                report.objective += objective;
                let replaced = self.state().replaced;
                let progress = FilterProgress { epoch, batch, batches, objective, nonzeros, replaced };
                if observe(&progress).is_break() {
                    report.interrupted = true;
                    break;
                }
            }
            if report.interrupted {
                break;
            }
            report.epochs += 1;
        }
        report.replaced = self.state().replaced - replaced;
        let mut maps = prepared.and_then(|prepared| {
            let states: Option<Vec<State<E>>> = states.into_iter().collect();
            let dim = problem.maps_dim(images.pixels.dim());
            let unit = self.unit();
            states.map(|states| {
                (codes(&prepared.operator, &states).into_shape_with_order(dim).expect("as many elements"), unit)
            })
        });
        if let Some((maps, unit)) = &mut maps {
            from_unit("the maps (images, maps x rows x columns)", 0, *unit, maps)?;
        }
        self.maps = maps.map(|(maps, _)| maps);
        Ok(report)
    }

    /// Draws the first filters, as windows of these images or as the parameters say otherwise, unless there are some.
    ///
    /// # Errors
    /// If there are no images, or as [`ConvolutionalLasso::solve`].
    pub fn initialise<'a>(&mut self, images: impl Into<Images<'a, E>>) -> Result<(), SparseError> {
        let images = images.into();
        if images.pixels.dim().0 == 0 {
            return Err(SparseError::TooFewSamples { what: "the first filters", needed: 1, found: 0 });
        }
        self.first_filters(images)
    }

    /// Learns from one batch of images: codes it from zero with the filters there are, then updates these. Begins with
    /// filters from this batch if there are none. Answers with the objective and the coefficients that are not zero on the
    /// filters before the update; epoch and batch are counted as if each batch were an epoch.
    ///
    /// [`FilterMethod::Alternating`] forgets here what came before the batch.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn partial_fit<'a>(&mut self, images: impl Into<Images<'a, E>>) -> Result<FilterProgress, SparseError> {
        let images = images.into();
        self.initialise(images)?;
        let epoch = self.state().batches;
        let (objective, nonzeros) = self.learn_from_zero(images)?;
        self.maps = None;
        Ok(FilterProgress { epoch, batch: 0, batches: 1, objective, nonzeros, replaced: self.state().replaced })
    }

    /// Everything that has been learned; `None` before the first images.
    pub fn saved(&self) -> Option<LearnedFilters<E>> {
        self.learned.as_ref().map(|learned| LearnedFilters {
            filters: self.shaped(learned),
            unit: learned.unit,
            codes: learned.statistics.codes(),
            samples: learned.statistics.samples.clone(),
            idle: learned.idle.clone(),
            batches: learned.batches,
            replaced: learned.replaced,
        })
    }

    /// Takes up what another learner had learned: what follows is, bit for bit, what would have followed where it was
    /// [`saved`](Self::saved).
    ///
    /// # Errors
    /// If something is of another shape than the parameters say, or not finite, or the unit is no power of two; then nothing
    /// is changed.
    pub fn restore(&mut self, saved: LearnedFilters<E>) -> Result<(), SparseError> {
        let (count, size) = (self.params.filters, self.params.size);
        let channels = saved.filters.dim().1;
        let pixels = channels * size.0 * size.1;
        let shapes: [(&'static str, &[usize], Vec<usize>); 4] = [
            ("saved filters", saved.filters.shape(), vec![count, channels, size.0, size.1]),
            ("saved statistics of maps", saved.codes.shape(), vec![count, count, 2 * size.0 - 1, 2 * size.1 - 1]),
            ("saved statistics of images", saved.samples.shape(), vec![count, pixels]),
            ("saved idle times", &[saved.idle.len()], vec![count]),
        ];
        for (what, found, expected) in shapes {
            if found != expected {
                return Err(SparseError::Shape { what, found: found.to_vec(), expected });
            }
        }
        check_pixels("the saved statistics of maps", saved.codes.view())?;
        check_finite("the saved statistics of images", saved.samples.view())?;
        check_unit(saved.unit, saved.codes.iter().chain(&saved.samples))?;
        let filters = Filters::new(saved.filters)?.into_array();
        self.learned = Some(Learned {
            channels,
            filters: filters.into_shape_with_order((count, pixels)).expect("as many elements"),
            unit: saved.unit,
            statistics: Statistics::restored(size, saved.codes, saved.samples),
            idle: saved.idle,
            batches: saved.batches,
            replaced: saved.replaced,
        });
        self.maps = None;
        Ok(())
    }

    /// Finds the maps of images with the filters learned so far.
    ///
    /// # Errors
    /// If nothing has been learned yet, or as [`ConvolutionalLasso::solve`].
    pub fn transform<'a>(
        &self,
        images: impl Into<Images<'a, E>>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<ConvolutionalCodes<E>, SparseError> {
        let filters = self.filters()?;
        ConvolutionalLasso::new(&filters, self.params.penalty)?.solve(images, solver, stop)
    }

    /// Codes these images from zero and updates the filters.
    fn learn_from_zero(&mut self, images: Images<'_, E>) -> Result<(f64, usize), SparseError> {
        let filters = Filters::new(self.shaped(self.state()))?;
        let mut prepared = ConvolutionalLasso::new(&filters, self.params.penalty)?.prepare(images)?;
        self.measure(&mut prepared);
        self.learn(&mut prepared, None, 0)
    }

    /// Measures images, and the statistics, in one unit for all images seen so far.
    fn measure(&mut self, prepared: &mut Prepared<E>) {
        let learned = self.learned.as_mut().expect("initialised before learning");
        let unit = match (learned.unit, prepared.largest_unit()) {
            (Some(before), Some(now)) => Some(before.max(now)),
            (before, now) => before.or(now),
        };
        if let (Some(before), Some(now)) = (learned.unit, unit) {
            learned.statistics.scale(before / now);
        }
        learned.unit = unit;
        prepared.measure_in(self.unit());
    }

    fn unit(&self) -> E {
        self.state().unit.unwrap_or_else(E::one)
    }

    fn state(&self) -> &Learned<E> {
        self.learned.as_ref().expect("initialised before learning")
    }

    fn shaped(&self, learned: &Learned<E>) -> Array4<E> {
        let (h, w) = self.params.size;
        let shape = (self.params.filters, learned.channels, h, w);
        learned.filters.clone().into_shape_with_order(shape).expect("as many elements")
    }

    /// The pixels of a channel, if they must add up to zero.
    fn mean(&self) -> Option<usize> {
        self.params.zero_mean.then_some(self.params.size.0 * self.params.size.1)
    }

    /// Codes all prepared images a little further, updates the filters and prepares the operator with them. Answers
    /// with the objective before the update and the coefficients that are not zero.
    fn learn(
        &mut self,
        prepared: &mut Prepared<E>,
        mut states: Option<&mut [Option<State<E>>]>,
        epoch: usize,
    ) -> Result<(f64, usize), SparseError> {
        let count = prepared.len();
        let operator = &prepared.operator;
        let k = operator.filters;
        let mut batch = Statistics::new(k, operator.channels, operator.size);
        let (mut objective, mut nonzeros) = (0.0, 0);
        let mut used = vec![false; k];
        let mut worst: Option<(f64, Array3<E>, E)> = None;
        let mut fresh: Vec<Option<State<E>>> = Vec::new();
        let learner = &*self;
        for start in (0..count).step_by(TOGETHER) {
            let end = (start + TOGETHER).min(count);
            let states = match &mut states {
                Some(states) => &mut states[start..end],
                None => {
                    fresh.clear();
                    fresh.resize_with(end - start, || None);
                    &mut fresh[..]
                }
            };
            for coded in parallel::map(states, |i, state| learner.code(prepared, start + i, state, epoch)) {
                batch.add(E::one(), coded.weight, &coded.statistics);
                objective += coded.objective;
                nonzeros += coded.nonzeros;
                for (k, used) in used.iter_mut().enumerate() {
                    *used |= coded.statistics.energy(k) > E::zero();
                }
                if worst.as_ref().is_none_or(|(most, ..)| coded.objective > *most) {
                    worst = Some((coded.objective, coded.residual, coded.size));
                }
            }
        }
        let mean = self.mean();
        let (method, seed, dead_after) = (self.params.method, self.params.seed, self.params.dead_after);
        let learned = self.learned.as_mut().expect("initialised before learning");
        learned.batches += 1;
        let forget = match method {
            FilterMethod::Online { forgetting } => (1.0 - 1.0 / learned.batches as f64).powf(forgetting),
            FilterMethod::Alternating => 0.0,
        };
        learned.statistics.add(E::of(forget), E::one(), &batch);
        to_convergence(&learned.statistics, &mut learned.filters, mean, E::of(TOLERANCE), ROUNDS);
        for (idle, used) in learned.idle.iter_mut().zip(used) {
            *idle = if used { 0 } else { *idle + count };
        }
        if let Some((_, residual, size)) = worst {
            for dead in (0..k).filter(|&k| learned.idle[k] >= dead_after).collect::<Vec<_>>() {
                let mut stream = Stream::new(seed, "dead filters", &[learned.replaced as u64]);
                if let Some(d) = first_filters::window(residual.view(), size, self.params.size, mean, &mut stream) {
                    learned.filters.row_mut(dead).assign(&d);
                    learned.statistics.forget(dead);
                    learned.idle[dead] = 0;
                    learned.replaced += 1;
                }
            }
        }
        let filters = Filters::new(self.shaped(self.state()))?;
        prepared.operator = prepared.operator.with_filters(&filters);
        Ok((squares_from(self.unit(), objective), nonzeros))
    }

    /// Codes one image further, in the unit of the images.
    fn code(&self, prepared: &Prepared<E>, i: usize, state: &mut Option<State<E>>, epoch: usize) -> Coded<E> {
        let lambda = prepared.lambda(i, &self.params.penalty.lambda);
        let sample = &prepared.sample(i, lambda, Stop::default());
        let operator: &Operator<E> = sample.operator;
        let mut maps = vec![E::zero(); operator.len()];
        let first = state.is_none();
        let state = state.get_or_insert_with(|| State::new(Admm::default(), sample, &maps));
        if !first {
            state.refresh(sample);
        }
        let before = if first { 0 } else { epoch * self.params.coding_iterations };
        for step in 1..=self.params.coding_iterations {
            state.step(sample, ADAPT_AT.contains(&(before + step)));
        }
        state.codes(&mut maps);
        let image = operator.synthesize(&maps);
        let (nonzeros, l1) = sample.count_and_l1(&maps);
        let weight = sample.largest_weight();
        let mut residual = sample.residual(&image);
        if weight > E::zero() {
            residual /= weight;
        }
        // Where weights are below the largest, the image is filled in by what its maps make: the fit to the
        // completed image lies above the weighted fit and touches it at these filters.
        let statistics = Statistics::of(operator, &(&image + &residual), &maps);
        let objective = sample.data_term(&image) + lambda.as_f64() * l1;
        let size = unit_of(sample.signal);
        Coded { statistics, weight, objective, nonzeros, residual, size }
    }

    /// The first filters, once.
    fn first_filters(&mut self, images: Images<'_, E>) -> Result<(), SparseError> {
        let channels = match self.params.penalty.channels {
            Channels::Shared => images.pixels.dim().1,
            Channels::Separate => 1,
        };
        if self.learned.is_some() {
            return Ok(());
        }
        require(channels > 0, "the channels of the images", channels as f64, "at least 1")?;
        let filters = first_filters::drawn(&self.params, channels, self.mean(), images)?;
        self.learned = Some(Learned {
            channels,
            filters,
            unit: None,
            statistics: Statistics::new(self.params.filters, channels, self.params.size),
            idle: vec![0; self.params.filters],
            batches: 0,
            replaced: 0,
        });
        Ok(())
    }
}

/// The maps of all images as their last iteration left them, (images, filters, rows, columns).
fn codes<E: Scalar>(operator: &Operator<E>, states: &[State<E>]) -> Array4<E> {
    let (k, rows, columns) = (operator.filters, operator.rows, operator.columns);
    let mut out = Array4::zeros((states.len(), k, rows, columns));
    let mut maps = vec![E::zero(); operator.len()];
    for (state, mut out) in states.iter().zip(out.outer_iter_mut()) {
        state.codes(&mut maps);
        let by_rows = ArrayView3::from_shape((rows, k, columns), &maps).expect("as many elements");
        out.assign(&by_rows.permuted_axes([1, 0, 2]));
    }
    out
}
