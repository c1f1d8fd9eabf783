//! How long and how often, in a configuration.

use super::{Check, Problems};
use crate::early_stopping::{EarlyStopping, EarlyStoppingError, Mode};
use crate::{Every, Limit, Settings};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How long training goes on, and how often it is evaluated, saved and logged.
///
/// ```toml
/// [training]
/// epochs = 20                  # or steps = 10_000; of two sources the more specific one decides
/// batch_size = 128
/// accumulate = 1               # batches whose gradients make one step
/// validate_every = "1 epoch"   # or "500 steps", or "never"
/// checkpoint_every = "1 epoch"
/// log_every = 1                # steps between two lines of metrics
/// histograms_every = "1 epoch" # of weights and gradients, for TensorBoard; "never" unless given
/// keep = 2                     # checkpoints, beside the best one
/// watch = "objective"          # the value of the validation that decides what is best
///
/// [training.early_stopping]
/// patience = 5                 # validations in a row without improvement, after which it stops
/// min_change = 0.01
/// ```
///
/// ```
/// use latent_train::config::{self, Training};
/// use latent_train::Limit;
///
/// let training: Training = config::read("epochs = 20", &["steps=500".parse()?])?;
/// assert_eq!(training.limit(), Limit::Steps(500));
/// assert!(!toml::to_string(&training)?.contains("epochs ="));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", default)]
pub struct Training {
    /// Passes over the training data; 10 if neither this nor `steps` is given, which cannot go together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// The number of steps, to be given in the place of `epochs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// The number of samples in a batch.
    pub batch_size: usize,
    /// The number of batches whose mean gradient makes one step.
    pub accumulate: u64,
    /// How often held-out or test samples are evaluated; they always are at the end.
    pub validate_every: Every,
    /// How often a checkpoint is written; one always is at the end.
    pub checkpoint_every: Every,
    /// Each player has a line in `metrics.jsonl` once in so many steps.
    pub log_every: u64,
    /// How often TensorBoard gets histograms of weights and gradients: of the first step in so many steps or epochs.
    #[serde(skip_serializing_if = "is_never")]
    pub histograms_every: Every,
    /// How many of the last checkpoints are kept, beside the best one.
    pub keep: usize,
    /// The term of evaluations that early stopping and the best checkpoint go by.
    pub watch: String,
    /// Whether smaller or larger values of that term are better.
    pub mode: Mode,
    /// When to stop because that term no longer improves; never if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_stopping: Option<EarlyStop>,
}

/// When to stop because the watched term of evaluations no longer improves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EarlyStop {
    /// After how many evaluations in a row without improvement training stops.
    pub patience: u64,
    /// By how much better than the best a value must be, strictly, to be an improvement; at least 0.
    pub min_change: f64,
}

impl EarlyStop {
    fn policy(self, mode: Mode) -> Result<EarlyStopping, EarlyStoppingError> {
        EarlyStopping::new(mode).patience(self.patience).min_change(self.min_change)
    }
}

impl Default for EarlyStop {
    fn default() -> Self {
        Self { patience: 10, min_change: 0.0 }
    }
}

impl Default for Training {
    fn default() -> Self {
        Self {
            epochs: None,
            steps: None,
            batch_size: 128,
            accumulate: 1,
            validate_every: Every::Epochs(1),
            checkpoint_every: Every::Epochs(1),
            log_every: 1,
            histograms_every: Every::Never,
            keep: 2,
            watch: "objective".to_owned(),
            mode: Mode::Min,
            early_stopping: None,
        }
    }
}

fn is_never(every: &Every) -> bool {
    *every == Every::Never
}

impl Serialize for Training {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (epochs, steps) = match self.limit() {
            Limit::Epochs(epochs) => (Some(epochs), None),
            Limit::Steps(steps) => (None, Some(steps)),
        };
        Self::serialize(&Self { epochs, steps, ..self.clone() }, serializer)
    }
}

impl<'de> Deserialize<'de> for Training {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl Training {
    /// After how many steps or epochs training is finished.
    pub fn limit(&self) -> Limit {
        match (self.steps, self.epochs) {
            (Some(steps), _) => Limit::Steps(steps),
            (None, epochs) => Limit::Epochs(epochs.unwrap_or(10)),
        }
    }

    /// The number of steps of all players together, if an epoch has so many batches.
    pub fn total_steps(&self, batches: usize) -> u64 {
        self.limit().steps(crate::every::Pace { epoch: batches.max(1) as u64, step: self.accumulate.max(1) })
    }

    /// The settings of the executor with this seed; the table was [checked](Check::check).
    ///
    /// # Panics
    /// If it was not, and the `min_change` of early stopping is negative or not finite.
    pub fn settings(&self, seed: u64) -> Settings {
        let early = |stop: EarlyStop| stop.policy(self.mode).expect("a configuration that was checked");
        Settings {
            accumulate: self.accumulate,
            validate: self.validate_every,
            watch: self.watch.clone(),
            mode: self.mode,
            early_stopping: self.early_stopping.map(early),
            ..Settings::new(self.limit(), seed)
        }
    }
}

impl Check for Training {
    fn check(&self, problems: &mut Problems) {
        problems.alternatives([("epochs", self.epochs.is_some()), ("steps", self.steps.is_some())]);
        problems.at_least_one([
            ("epochs", self.epochs.unwrap_or(1)),
            ("steps", self.steps.unwrap_or(1)),
            ("batch_size", self.batch_size as u64),
            ("accumulate", self.accumulate),
            ("log_every", self.log_every),
            ("keep", self.keep as u64),
        ]);
        if let Some(stop) = self.early_stopping {
            let fits = stop.policy(self.mode).is_ok();
            let message = format!("must be at least 0, got {}", stop.min_change);
            problems.require(fits, "early_stopping.min_change", message);
            let told = self.validate_every != Every::Never;
            problems.require(told, "early_stopping", "needs validations, but validate_every is never");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ConfigError, read};
    use super::*;

    #[test]
    fn the_documented_table_is_read() {
        let text = "steps = 10_000\nbatch_size = 64\nvalidate_every = '500 steps'\nkeep = 3\nmode = 'max'\n\
                    [early_stopping]\npatience = 5\n";
        let training: Training = read(text, &[]).unwrap();
        let settings = training.settings(4);
        assert_eq!((settings.limit, settings.validate), (Limit::Steps(10_000), Every::Steps(500)));
        assert_eq!(settings.early_stopping, Some(EarlyStopping::new(Mode::Max).patience(5)));
        let back: Training = read(&toml::to_string(&training).unwrap(), &[]).unwrap();
        assert_eq!(back.settings(4), settings);
        assert_eq!(training.total_steps(7), 10_000);
        assert_eq!(Training { accumulate: 2, ..Training::default() }.total_steps(7), 35);
    }

    #[test]
    fn all_mistakes_are_told() {
        let text = "epochs = 0\nbatch_size = 0\ncheckpoint_every = 'weekly'\nlog_evry = 1\nvalidate_every = 'never'\n\
                    [early_stopping]\nmin_change = -1\n";
        let Err(ConfigError::Problems(problems)) = read::<Training>(text, &[]) else { panic!() };
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        let want =
            ["checkpoint_every", "log_evry", "epochs", "batch_size", "early_stopping.min_change", "early_stopping"];
        assert_eq!(keys, want);
    }
}
