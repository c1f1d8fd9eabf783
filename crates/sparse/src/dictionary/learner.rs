//! The learner: coding and updating in turns.

use super::coding::code;
use super::dead_atoms::Usage;
use super::statistics::Statistics;
use super::{DictionaryParams, Init, Learned, Method, Samples, block_coordinate, epoch_order, ksvd, least_squares};
use crate::lasso::{Codes, Lasso, Solver, Stop, Summary};
use crate::units::{check_unit, greatest, norm_of, unit_of, unit_of_some};
use crate::{Dictionary, SparseError};
use latent_numeric::random::Stream;
use latent_numeric::ranks::{Alone, Ranks};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Array2, ArrayView2};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Rounds of block coordinate descent after an epoch of [`Method::Alternating`].
const ALTERNATING_ROUNDS: usize = 20;

/// Learns a dictionary from samples.
#[derive(Clone, Debug)]
pub struct DictionaryLearner<E: Scalar> {
    params: DictionaryParams<E>,
    ranks: Arc<dyn Ranks>,
    state: Option<State<E>>,
}

/// What has been learned so far.
#[derive(Clone, Debug)]
struct State<E> {
    /// In rows, (atoms, features).
    atoms: Array2<E>,
    /// The power of two that samples are divided by before anything is learned from them, no larger than the largest
    /// value seen; none before a value that is not zero.
    unit: Option<E>,
    /// Of samples and codes in this unit.
    statistics: Statistics<E>,
    usage: Usage,
    batches: usize,
    replaced: usize,
}

/// What an observer is told after each batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// The batch in the epoch, counted from 0.
    pub batch: usize,
    /// Batches in an epoch.
    pub batches: usize,
    /// The codes of this batch, on the atoms before their update.
    pub codes: Summary,
    /// Dead atoms replaced so far.
    pub replaced: usize,
}

/// What a call of [`fit`](DictionaryLearner::fit) did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitReport {
    /// Epochs that were finished.
    pub epochs: usize,
    /// Samples that were coded.
    pub samples: usize,
    /// The mean objective over the batches of the last epoch, each on the atoms before its update.
    pub objective: f64,
    /// Dead atoms replaced.
    pub replaced: usize,
    /// Whether the observer ended the fit.
    pub interrupted: bool,
}

#[compiled_here]
impl<E: Scalar> DictionaryLearner<E> {
    /// A learner with these parameters, which are checked. It has no atoms yet.
    ///
    /// # Errors
    /// If a count is zero or a parameter is out of its domain.
    pub fn new(params: DictionaryParams<E>) -> Result<Self, SparseError> {
        params.check()?;
        Ok(Self { params, ranks: Arc::new(Alone), state: None })
    }

    /// The same learner as one of several processes that learn the same dictionary together.
    ///
    /// Each has the same parameters, samples and solver, calls the same methods, and ends up with the bits that one process
    /// would have. Every batch is coded in blocks of 128 samples, which the processes share, and the codes are given to
    /// all; the update of the atoms, a small part of the work, is made by each. So a batch should have 128 samples or more
    /// for each process. A process sends its share of the codes, `batch_size * atoms` numbers in all for every batch.
    ///
    /// ```
    /// use latent_numeric::ranks::crew;
    /// use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams};
    /// use latent_sparse::lasso::{Admm, LassoParams};
    /// use ndarray::Array2;
    ///
    /// let x = Array2::from_shape_fn((512, 4), |(i, j)| ((7 * i + 3 * j) % 11) as f64 - 5.0);
    /// let learn = |size| {
    ///     crew(size, |ranks| {
    ///         let mut learner = DictionaryLearner::new(DictionaryParams::new(6, LassoParams::new(0.5)))?.on(ranks);
    ///         learner.fit(&x, &Admm::default())?;
    ///         Ok::<_, latent_sparse::SparseError>(learner.dictionary().unwrap().into_atoms())
    ///     })
    /// };
    /// let alone = learn(1).remove(0)?;
    /// for atoms in learn(2) {
    ///     assert_eq!(atoms?, alone);
    /// }
    /// # Ok::<(), latent_sparse::SparseError>(())
    /// ```
    #[must_use]
    pub fn on(mut self, ranks: Arc<dyn Ranks>) -> Self {
        self.set_ranks(ranks);
        self
    }

    /// The processes that learn together from now on; see [`on`](Self::on).
    pub fn set_ranks(&mut self, ranks: Arc<dyn Ranks>) {
        self.ranks = ranks;
    }

    /// The checked parameters.
    pub fn params(&self) -> &DictionaryParams<E> {
        &self.params
    }

    /// What has been learned so far, atoms in columns.
    ///
    /// # Errors
    /// [`SparseError::NotFitted`] before the first samples.
    pub fn dictionary(&self) -> Result<Dictionary<E>, SparseError> {
        Dictionary::new(self.atoms().ok_or(SparseError::NotFitted { what: "dictionary" })?)
    }

    /// The atoms so far, (features, atoms); `None` before the first samples.
    pub fn atoms(&self) -> Option<Array2<E>> {
        self.state.as_ref().map(|state| columns(&state.atoms))
    }

    /// Dead atoms replaced so far.
    pub fn replaced(&self) -> usize {
        self.state.as_ref().map_or(0, |state| state.replaced)
    }

    /// Learns from all samples, for the epochs of the parameters, going on from what has been learned.
    ///
    /// # Errors
    /// If there are too few samples for the first atoms, samples are not finite or of another length than
    /// before, or the solver refuses the problem; or if another process was given something else.
    pub fn fit(&mut self, samples: &dyn Samples<E>, solver: &dyn Solver<E>) -> Result<FitReport, SparseError> {
        self.fit_observed(samples, solver, &mut |_| ControlFlow::Continue(()))
    }

    /// [`fit`](Self::fit) with a look at every batch; the fit ends cleanly where `observe` breaks, on any process.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_observed(
        &mut self,
        samples: &dyn Samples<E>,
        solver: &dyn Solver<E>,
        observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<FitReport, SparseError> {
        let count = samples.count();
        if count == 0 {
            return Err(SparseError::TooFewSamples { what: "dictionary learning", needed: 1, found: 0 });
        }
        if self.state.is_none() {
            self.initialise(samples)?;
        }
        let batch_size = if self.params.method == Method::Ksvd { count } else { self.params.batch_size.min(count) };
        let batches = count.div_ceil(batch_size);
        let mut report =
            FitReport { epochs: 0, samples: 0, objective: 0.0, replaced: self.replaced(), interrupted: false };
        let mut buffer = Array2::zeros((batch_size, samples.features()));
        for epoch in 0..self.params.epochs {
            let order = epoch_order(count, self.params.seed, epoch as u64);
            let mut objective = 0.0;
            self.begin_epoch();
            for (batch, indices) in order.chunks(batch_size).enumerate() {
                let mut x = buffer.slice_mut(ndarray::s![..indices.len(), ..]);
                samples.read(indices, x.view_mut());
                let codes = self.learn_batch(x.view(), solver)?;
                objective += codes.objective * indices.len() as f64;
                report.samples += indices.len();
                report.objective = objective / (batch * batch_size + indices.len()) as f64;
                let progress = Progress { epoch, batch, batches, codes, replaced: self.replaced() };
                if self.ranks.any(observe(&progress).is_break()) {
                    report.interrupted = true;
                    break;
                }
            }
            self.end_epoch()?;
            if report.interrupted {
                break;
            }
            report.epochs += 1;
        }
        report.replaced = self.replaced() - report.replaced;
        Ok(report)
    }

    /// Learns from one batch of samples, in rows; for every method but the online one the batch counts as an
    /// epoch. Batches in the order of [`epoch_order`], after [`initialise`](Self::initialise) on all samples, leave
    /// what [`fit`](Self::fit) with the online method leaves, bit for bit.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn partial_fit(&mut self, x: ArrayView2<'_, E>, solver: &dyn Solver<E>) -> Result<Summary, SparseError> {
        if self.state.is_none() {
            self.initialise(&x)?;
        }
        self.begin_epoch();
        let summary = self.learn_batch(x, solver)?;
        self.end_epoch()?;
        Ok(summary)
    }

    /// Codes samples with the atoms learned so far.
    ///
    /// # Shapes
    /// `x` is (samples, features), the codes (samples, atoms).
    ///
    /// # Errors
    /// If nothing has been learned yet, or as [`Lasso::solve`].
    pub fn transform(
        &self,
        x: ArrayView2<'_, E>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<Codes<E>, SparseError> {
        let dictionary = self.dictionary()?;
        Lasso::new(&dictionary, self.params.penalty.clone())?.solve(x, solver, stop)
    }

    /// Codes samples with the atoms learned so far and adds them up again: `W z` for each row.
    ///
    /// # Shapes
    /// `x` and the result are (samples, features).
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn reconstruct(
        &self,
        x: ArrayView2<'_, E>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<Array2<E>, SparseError> {
        Ok(self.dictionary()?.reconstruct(self.transform(x, solver, stop)?.codes.view()))
    }

    /// All that has been learned; `None` before the first samples.
    pub fn saved(&self) -> Option<Learned<E>> {
        let State { atoms, unit, statistics, usage, batches, replaced } = self.state.as_ref()?;
        Some(Learned {
            atoms: columns(atoms),
            unit: *unit,
            codes: statistics.codes.clone(),
            samples: statistics.samples.clone(),
            idle: usage.idle.clone(),
            batches: *batches,
            replaced: *replaced,
        })
    }

    /// Takes up what another learner had learned when it was [`saved`](Self::saved).
    ///
    /// # Errors
    /// If it is of another number of atoms, has arrays that do not fit together, values that are not finite, or a unit that
    /// is no power of two.
    pub fn restore(&mut self, learned: Learned<E>) -> Result<(), SparseError> {
        let Learned { atoms, unit, codes, samples, idle, batches, replaced } = learned;
        let (count, features) = (self.params.atoms, atoms.nrows());
        let shapes = [
            ("the saved atoms", atoms.shape(), &[features.max(1), count][..]),
            ("the saved sums of codes", codes.shape(), &[count, count]),
            ("the saved sums of codes and samples", samples.shape(), &[count, features]),
            ("the saved use of atoms", &[idle.len()], &[count]),
        ];
        for (what, found, expected) in shapes {
            if found != expected {
                return Err(SparseError::Shape { what, found: found.to_vec(), expected: expected.to_vec() });
            }
        }
        Dictionary::new(atoms.clone())?;
        check_unit(unit, codes.iter().chain(&samples))?;
        crate::atoms::check_finite("the saved sums of codes", codes.view())?;
        crate::atoms::check_finite("the saved sums of codes and samples", samples.view())?;
        let atoms = atoms.t().as_standard_layout().into_owned();
        self.state = Some(State {
            atoms,
            unit,
            statistics: Statistics { codes, samples },
            usage: Usage { idle },
            batches,
            replaced,
        });
        Ok(())
    }

    fn state_mut(&mut self) -> &mut State<E> {
        self.state.as_mut().expect("initialised before learning")
    }

    /// Forgets what was learned and takes the first atoms, of samples or as the parameters say. A learner that has none
    /// does so when it meets its first samples.
    ///
    /// # Errors
    /// If there are too few samples for the first atoms, or they are not finite.
    pub fn initialise(&mut self, samples: &dyn Samples<E>) -> Result<(), SparseError> {
        let (count, features) = (self.params.atoms, samples.features());
        if features == 0 {
            return Err(SparseError::EmptyDictionary { features, atoms: count });
        }
        let mut stream = Stream::new(self.params.seed, "dictionary init", &[]);
        let mut atoms = match &self.params.init {
            Init::Gaussian => stream.normal_array((count, features)),
            Init::Given(atoms) => atoms.t().as_standard_layout().into_owned(),
            Init::Samples => {
                if samples.count() < count {
                    let what = "choosing the first atoms among the samples";
                    return Err(SparseError::TooFewSamples { what, needed: count, found: samples.count() });
                }
                let order = stream.permutation(samples.count());
                let mut atoms = Array2::zeros((count, features));
                samples.read(&order[..count], atoms.view_mut());
                atoms
            }
        };
        // Given atoms of the wrong length, or values that are not finite, are found here.
        crate::atoms::check_finite("the first atoms", atoms.view())?;
        if atoms.ncols() != features {
            return Err(SparseError::Shape {
                what: "the first atoms",
                found: vec![atoms.ncols(), atoms.nrows()],
                expected: vec![features, count],
            });
        }
        let unit = unit_of(&atoms);
        atoms.mapv_inplace(|v| v / unit);
        let norms: Vec<f64> = atoms.rows().into_iter().map(|atom| norm_of(&atom)).collect();
        // A blank sample makes no atom, nor does one that is blank but for rounding beside the others.
        let blank = if self.params.init == Init::Samples {
            greatest(norms.iter().copied()) * E::epsilon().as_f64()
        } else {
            0.0
        };
        for (mut atom, norm) in atoms.rows_mut().into_iter().zip(norms) {
            let unit = unit_of(&atom);
            atom.mapv_inplace(|v| v / unit);
            let mut norm = if norm <= blank { E::zero() } else { atom.dot(&atom).sqrt() };
            while norm == E::zero() {
                atom.mapv_inplace(|_| stream.normal());
                norm = atom.dot(&atom).sqrt();
            }
            atom.mapv_inplace(|v| v / norm);
        }
        let mut given = format!("{:?}, {} samples", self.params, samples.count()).into_bytes();
        given.extend_from_slice(bytemuck::cast_slice(atoms.as_slice().expect("standard layout")));
        if let Some(rank) = self.ranks.differing(&given) {
            return Err(SparseError::RanksDiffer { rank });
        }
        self.state = Some(State {
            atoms,
            unit: None,
            statistics: Statistics::new(count, features),
            usage: Usage::new(count),
            batches: 0,
            replaced: 0,
        });
        Ok(())
    }

    /// Codes a batch and takes it into the statistics; the online method updates the atoms too.
    fn learn_batch(&mut self, x: ArrayView2<'_, E>, solver: &dyn Solver<E>) -> Result<Summary, SparseError> {
        let Self { params, ranks, state } = self;
        let state = state.as_mut().expect("initialised before learning");
        let dictionary = Dictionary::new(columns(&state.atoms))?;
        let lasso = Lasso::new(&dictionary, params.penalty.clone())?;
        lasso.dictionary().check_samples(x)?;
        let prepared = solver.prepare(&lasso)?;
        let unit = match (state.unit, unit_of_some(x.iter())) {
            (Some(before), Some(now)) => Some(before.max(now)),
            (before, now) => before.or(now),
        };
        let measure = unit.unwrap_or_else(E::one);
        let (mut codes, certificates) = code(ranks.as_ref(), &lasso, x, prepared.as_ref(), &params.stop, measure)?;
        drop(prepared);
        // Before anything is taken into the statistics.
        if let Some(row) = certificates.iter().position(|certificate| !certificate.objective().is_finite()) {
            let value = certificates[row].objective();
            return Err(SparseError::NonFinite { what: "the objective of the codes", row, column: 0, value });
        }

        if let (Some(before), Some(now)) = (state.unit, unit) {
            state.statistics.scale(before / now);
        }
        state.unit = unit;
        let x = x.mapv(|v| v / measure);
        let x = x.view();
        state.batches += 1;
        state.usage.count(codes.view());
        let keep = match params.method {
            Method::Online { forgetting } => (1.0 - 1.0 / state.batches as f64).powf(forgetting),
            Method::Alternating | Method::Mod | Method::Ksvd => 1.0,
        };
        if params.method == Method::Ksvd {
            ksvd::round(x, &mut codes, &mut state.atoms, params.penalty.positive);
        } else {
            state.statistics.add(E::of(keep), x, codes.view());
        }
        if let Method::Online { .. } = params.method {
            block_coordinate::round(&state.statistics, &mut state.atoms);
        }
        let dead = state.usage.dead(params.dead_after);
        if !dead.is_empty() {
            let data_terms: Vec<f64> = certificates.iter().map(|c| c.data_term).collect();
            state.replaced +=
                state.usage.replace(&dead, x, codes.view(), &data_terms, &mut state.atoms, &mut state.statistics);
        }
        Ok(Summary::of(&certificates))
    }

    /// The online method remembers across epochs, the others begin anew.
    fn begin_epoch(&mut self) {
        if !matches!(self.params.method, Method::Online { .. }) {
            self.state_mut().statistics.clear();
        }
    }

    fn end_epoch(&mut self) -> Result<(), SparseError> {
        let method = self.params.method;
        let state = self.state_mut();
        match method {
            Method::Online { .. } | Method::Ksvd => Ok(()),
            Method::Alternating => {
                let tolerance = E::of(1e-4);
                block_coordinate::to_convergence(&state.statistics, &mut state.atoms, tolerance, ALTERNATING_ROUNDS);
                Ok(())
            }
            Method::Mod => least_squares::update(&state.statistics, &mut state.atoms),
        }
    }
}

/// Atoms in rows as atoms in columns.
fn columns<E: Scalar>(rows: &Array2<E>) -> Array2<E> {
    rows.t().as_standard_layout().into_owned()
}
