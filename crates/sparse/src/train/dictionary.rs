//! A dictionary that is learned online, as a task.

use super::samples;
use crate::dictionary::{DictionaryLearner, DictionaryParams, Learned, Samples};
use crate::lasso::{Admm, Codes, Lasso, Solver, Stop};
use crate::{Dictionary, SparseError};
use latent_layers::{Module, State, Visitor};
use latent_optim::SavedState;
use latent_train::checkpoint::PlayerState;
use latent_train::sources::ImageBatch;
use latent_train::{Batches, Name, Pass, Step, StepError, TaskError, Terms, Trainable};
use ndarray::{Array1, Array2, ArrayView2, Ix2};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Learns a dictionary: the player `dictionary`, whose trainer is a [`DictionaryLearner`].
///
/// A step codes its batch with the atoms there are, each of the processes that train together a share of it, takes the codes into the learner's statistics, and improves the
/// atoms. What is saved is the `dictionary`, (features, atoms), and beside it the statistics, how long each atom went
/// unused, and the numbers of batches and of replaced atoms.
pub struct DictionaryTask {
    atoms: State,
    replaced: AtomicUsize,
    learner: DictionaryLearner<f32>,
    solver: Box<dyn Solver<f32>>,
    stop: Stop,
}

/// The name of the only player.
const PLAYER: &str = "dictionary";
/// What its saved state is of.
const STATE: &str = "online_dictionary_learning";

impl DictionaryTask {
    /// The first atoms for these samples, which `solver` is to code while learning. Evaluations code until `stop`.
    ///
    /// # Errors
    /// If the parameters make no sense, or there are too few samples for the first atoms.
    pub fn new(
        params: DictionaryParams<f32>,
        samples: &dyn Samples<f32>,
        solver: Box<dyn Solver<f32>>,
        stop: Stop,
    ) -> Result<Self, SparseError> {
        let mut learner = DictionaryLearner::new(params)?;
        learner.initialise(samples)?;
        let atoms = State::new(atoms_of(&learner));
        Ok(Self { atoms, replaced: AtomicUsize::new(0), learner, solver, stop })
    }

    /// What learns, with the first atoms.
    pub fn learner(&self) -> DictionaryLearner<f32> {
        self.learner.clone()
    }

    /// How the dictionary is learned.
    pub fn params(&self) -> &DictionaryParams<f32> {
        self.learner.params()
    }

    /// What codes the batches.
    pub fn solver(&self) -> &dyn Solver<f32> {
        self.solver.as_ref()
    }

    /// The atoms at present, (features, atoms).
    pub fn atoms(&self) -> Array2<f32> {
        let atoms = self.atoms.tensor();
        atoms.view_as::<Ix2>().to_owned()
    }

    /// The same, to code with.
    ///
    /// # Errors
    /// If they are not finite.
    pub fn dictionary(&self) -> Result<Dictionary<f32>, SparseError> {
        Dictionary::new(self.atoms())
    }

    /// Dead atoms replaced so far.
    pub fn replaced(&self) -> usize {
        self.replaced.load(Ordering::Relaxed)
    }

    /// Codes as evaluations do: by [ADMM](Admm), which is finished exactly, whatever codes while learning.
    ///
    /// # Errors
    /// If samples are not finite or of another length than the atoms.
    pub fn code(&self, x: ArrayView2<'_, f32>) -> Result<Codes<f32>, SparseError> {
        let dictionary = self.dictionary()?;
        Lasso::new(&dictionary, self.params().penalty.clone())?.solve(x, &Admm::default(), &self.stop)
    }

    fn keep(&self, learner: &DictionaryLearner<f32>) -> Result<(), TaskError> {
        self.atoms.set(atoms_of(learner))?;
        self.replaced.store(learner.replaced(), Ordering::Relaxed);
        Ok(())
    }
}

fn atoms_of(learner: &DictionaryLearner<f32>) -> Array2<f32> {
    learner.atoms().expect("a learner that has its first atoms")
}

impl Module for DictionaryTask {
    fn kind(&self) -> &'static str {
        "dictionary"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        visitor.state("dictionary", &self.atoms);
    }
}

impl Trainable for DictionaryTask {
    type Batch = ImageBatch;
    type Trainer = DictionaryLearner<f32>;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<Name> {
        vec![PLAYER.into()]
    }

    fn step<'t>(
        &'t self,
        learner: &mut DictionaryLearner<f32>,
        _player: usize,
        batches: &Batches<'_, ImageBatch>,
    ) -> Result<Step<'t>, StepError> {
        let x = samples(batches);
        learner.set_ranks(batches.ranks().clone());
        let codes = match learner.partial_fit(x.view_as::<Ix2>(), self.solver.as_ref()) {
            Ok(codes) => codes,
            Err(SparseError::NonFinite { what, value, .. }) => {
                return Err(batches.non_finite(0, PLAYER, what, value).into());
            }
            Err(error) => return Err(error.into()),
        };
        self.keep(learner)?;
        let values = [
            ("objective", codes.objective),
            ("data_term", codes.data_term),
            ("l1_term", codes.l1_term),
            ("nonzeros", codes.nonzeros),
            ("relative_gap", codes.mean_relative_gap),
            ("worst_relative_gap", codes.worst_relative_gap),
            ("iterations", codes.iterations),
            ("dead_atoms_replaced", learner.replaced() as f64),
        ];
        Ok(Step::new(PLAYER, values, codes.samples))
    }

    fn evaluate(&self, batch: &ImageBatch, _pass: &mut Pass) -> Result<Terms, TaskError> {
        let codes = self.code(batch.x.view_as::<Ix2>())?.summary();
        Ok(Terms::computed(codes.objective, codes.samples).with_values([
            ("data_term", codes.data_term),
            ("l1_term", codes.l1_term),
            ("nonzeros", codes.nonzeros),
            ("relative_gap", codes.mean_relative_gap),
        ]))
    }

    fn save(&self, learner: &DictionaryLearner<f32>) -> Vec<PlayerState> {
        let learned = learner.saved().expect("a learner that has its first atoms");
        // Beyond the limit all numbers mean the same.
        let limit = learner.params().dead_after;
        let idle: Array1<f32> = learned.idle.iter().map(|&idle| idle.min(limit) as f32).collect();
        let mut scalars = BTreeMap::from([("replaced".to_owned(), learned.replaced as f64)]);
        scalars.extend(learned.unit.map(|unit| ("unit".to_owned(), f64::from(unit))));
        let tensors = [
            ("codes".to_owned(), learned.codes.into_dyn()),
            ("samples".to_owned(), learned.samples.into_dyn()),
            ("idle".to_owned(), idle.into_dyn()),
        ];
        let optimizer = SavedState {
            of: STATE.to_owned(),
            steps: learned.batches as u64,
            scalars,
            tensors: BTreeMap::from(tensors),
        };
        vec![PlayerState { optimizer, average: None, last_norm: None }]
    }

    fn load(&self, learner: &mut DictionaryLearner<f32>, states: &[PlayerState]) -> Result<(), String> {
        let [PlayerState { optimizer: saved, .. }] = states else {
            return Err(format!("there are states of {} players, expected one", states.len()));
        };
        if saved.of != STATE {
            return Err(format!("it is the state of {}, not of {STATE}", saved.of));
        }
        let tensor = |name: &str| saved.tensors.get(name).ok_or_else(|| format!("{name} is missing"));
        let matrix =
            |name: &str| tensor(name)?.clone().into_dimensionality::<Ix2>().map_err(|error| format!("{name}: {error}"));
        let learned = Learned {
            atoms: self.atoms(),
            unit: saved.scalars.get("unit").map(|&unit| unit as f32),
            codes: matrix("codes")?,
            samples: matrix("samples")?,
            idle: tensor("idle")?.iter().map(|&idle| idle as usize).collect(),
            batches: saved.steps as usize,
            replaced: *saved.scalars.get("replaced").ok_or("replaced is missing")? as usize,
        };
        learner.restore(learned).map_err(|error| error.to_string())?;
        self.keep(learner).map_err(|error| error.to_string())
    }
}
