//! An optimiser in a configuration.

use super::{Average, Check, Problems, Schedule};
use crate::Player;
use latent_layers::Module;
use latent_optim::{Adagrad, Adam, AdamW, Clip, OptimError, OptimizerSettings, RmsProp, Sgd, WeightDecay};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a player is trained: an optimiser, what happens to gradients before a step, and to weights after it.
///
/// ```toml
/// [optimizer]
/// kind = "adam"
/// learning_rate = 1e-3
/// betas = [0.9, 0.999]
/// clip_norm = 1.0
///
/// [optimizer.schedule]
/// kind = "cosine"
/// warm_up = 500
///
/// [optimizer.average]
/// decay = 0.999
/// ```
///
/// | kind | options beside `learning_rate` and `weight_decay` |
/// |---|---|
/// | `sgd` | `momentum` (0), `dampening` (0), `nesterov` (false) |
/// | `rms_prop` | `momentum` (0), `alpha` (0.99), `epsilon` (1e-8), `centered` (false) |
/// | `adam`, `adam_w` | `betas` ([0.9, 0.999]), `epsilon` (1e-8), `amsgrad` (false) |
/// | `adagrad` | `learning_rate_decay` (0), `epsilon` (1e-10), `initial_accumulator` (0) |
///
/// `weight_decay` is that of the optimiser's original: coupled through the gradient, and decoupled for `adam_w`. The
/// configuration that a run saves has the values of all options of its kind.
///
/// ```
/// use latent_train::config::{self, Algorithm, Optimizer};
///
/// let optimizer: Optimizer = config::read("kind = 'sgd'\nlearning_rate = 0.1\nmomentum = 0.9", &[])?;
/// assert_eq!((optimizer.kind, optimizer.momentum), (Algorithm::Sgd, Some(0.9)));
/// let error = config::read::<Optimizer>("momentum = 0.9", &[]).unwrap_err().to_string();
/// assert!(error.contains("momentum: adam has none; its options are betas, epsilon, amsgrad"));
/// # Ok::<(), config::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", default)]
pub struct Optimizer {
    /// The algorithm.
    pub kind: Algorithm,
    /// The learning rate, before the schedule; above 0.
    pub learning_rate: f64,
    /// The coefficient of weight decay, at least 0: of the penalty `1/2 lambda ||w||^2`, or of the decoupled decay of
    /// AdamW.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<f64>,
    /// Of Adam: the decay rates of the means of gradients and of their squares, in [0, 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub betas: Option<[f64; 2]>,
    /// The number added to the denominator of RMSprop, Adam and Adagrad; at least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epsilon: Option<f64>,
    /// Of Adam: whether the largest mean of squares so far is used (AMSGrad).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amsgrad: Option<bool>,
    /// The momentum of SGD and RMSprop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub momentum: Option<f64>,
    /// The dampening of the momentum of SGD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dampening: Option<f64>,
    /// Whether SGD uses Nesterov momentum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nesterov: Option<bool>,
    /// Of RMSprop: the decay rate of the mean of squares, in [0, 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
    /// Of RMSprop: whether gradients are divided by an estimate of their standard deviation, in the place of the root
    /// mean square.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centered: Option<bool>,
    /// The decay of the learning rate of Adagrad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate_decay: Option<f64>,
    /// The initial value of the sums of squares of Adagrad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_accumulator: Option<f64>,
    /// The largest norm of the whole gradient, to which longer ones are scaled down; above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f64>,
    /// The largest absolute value of an element of a gradient, to which larger ones are cut off; above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip_value: Option<f64>,
    /// How the learning rate changes from step to step.
    pub schedule: Schedule,
    /// The moving average of the weights, if one is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average: Option<Average>,
}

/// The algorithm of an optimiser; see [`Optimizer`] for the options of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Algorithm {
    Sgd,
    RmsProp,
    #[default]
    Adam,
    AdamW,
    Adagrad,
}

impl Algorithm {
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Sgd => &["momentum", "dampening", "nesterov"],
            Self::RmsProp => &["momentum", "alpha", "epsilon", "centered"],
            Self::Adam | Self::AdamW => &["betas", "epsilon", "amsgrad"],
            Self::Adagrad => &["learning_rate_decay", "epsilon", "initial_accumulator"],
        }
    }
}

impl Serialize for Optimizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(&self.resolved(), serializer)
    }
}

impl<'de> Deserialize<'de> for Optimizer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl Default for Optimizer {
    /// Adam with its published settings.
    fn default() -> Self {
        Self {
            kind: Algorithm::Adam,
            learning_rate: 1e-3,
            weight_decay: None,
            betas: None,
            epsilon: None,
            amsgrad: None,
            momentum: None,
            dampening: None,
            nesterov: None,
            alpha: None,
            centered: None,
            learning_rate_decay: None,
            initial_accumulator: None,
            clip_norm: None,
            clip_value: None,
            schedule: Schedule::default(),
            average: None,
        }
    }
}

impl Optimizer {
    /// A player of the training loop that trains this module with these settings, in so many steps of its own.
    ///
    /// # Errors
    /// If a setting is outside its domain, which [`Check`] would have told.
    pub fn player(&self, steps: u64, module: &dyn Module) -> Result<Player, OptimError> {
        let player = Player::new(self.settings().optimizer(self.schedule.over(steps))?).clip(self.clip());
        match self.average {
            Some(average) => player.average(average.into(), module),
            None => Ok(player),
        }
    }

    /// The settings of the optimiser itself.
    pub fn settings(&self) -> OptimizerSettings {
        let learning_rate = self.learning_rate;
        let coupled = match self.weight_decay {
            Some(lambda) if lambda != 0.0 => WeightDecay::Coupled(lambda),
            _ => WeightDecay::None,
        };
        match self.kind {
            Algorithm::Sgd => {
                let default = Sgd::default();
                OptimizerSettings::Sgd(Sgd {
                    learning_rate,
                    momentum: self.momentum.unwrap_or(default.momentum),
                    dampening: self.dampening.unwrap_or(default.dampening),
                    nesterov: self.nesterov.unwrap_or(default.nesterov),
                    weight_decay: coupled,
                })
            }
            Algorithm::RmsProp => {
                let default = RmsProp::default();
                OptimizerSettings::RmsProp(RmsProp {
                    learning_rate,
                    alpha: self.alpha.unwrap_or(default.alpha),
                    epsilon: self.epsilon.unwrap_or(default.epsilon),
                    momentum: self.momentum.unwrap_or(default.momentum),
                    centered: self.centered.unwrap_or(default.centered),
                    weight_decay: coupled,
                })
            }
            Algorithm::Adam => {
                let default = Adam::default();
                OptimizerSettings::Adam(Adam {
                    learning_rate,
                    betas: self.betas.unwrap_or(default.betas),
                    epsilon: self.epsilon.unwrap_or(default.epsilon),
                    amsgrad: self.amsgrad.unwrap_or(default.amsgrad),
                    weight_decay: coupled,
                })
            }
            Algorithm::AdamW => {
                let default = AdamW::default();
                OptimizerSettings::AdamW(AdamW {
                    learning_rate,
                    betas: self.betas.unwrap_or(default.betas),
                    epsilon: self.epsilon.unwrap_or(default.epsilon),
                    amsgrad: self.amsgrad.unwrap_or(default.amsgrad),
                    weight_decay: self.weight_decay.unwrap_or(default.weight_decay),
                })
            }
            Algorithm::Adagrad => {
                let default = Adagrad::default();
                OptimizerSettings::Adagrad(Adagrad {
                    learning_rate,
                    learning_rate_decay: self.learning_rate_decay.unwrap_or(default.learning_rate_decay),
                    epsilon: self.epsilon.unwrap_or(default.epsilon),
                    initial_accumulator: self.initial_accumulator.unwrap_or(default.initial_accumulator),
                    weight_decay: coupled,
                })
            }
        }
    }

    /// The clipping of gradients before a step.
    pub fn clip(&self) -> Clip {
        match (self.clip_norm, self.clip_value) {
            (Some(norm), _) => Clip::GlobalNorm(norm),
            (None, Some(value)) => Clip::Value(value),
            (None, None) => Clip::None,
        }
    }

    /// With a value for every option of its kind, and none else.
    fn resolved(&self) -> Self {
        let decay = |decay: WeightDecay| match decay {
            WeightDecay::None => 0.0,
            WeightDecay::Coupled(lambda) | WeightDecay::Decoupled(lambda) => lambda,
        };
        let base = Self {
            kind: self.kind,
            learning_rate: self.learning_rate,
            clip_norm: self.clip_norm,
            clip_value: self.clip_value,
            schedule: self.schedule.clone(),
            average: self.average,
            ..Self::default()
        };
        match self.settings() {
            OptimizerSettings::Sgd(sgd) => Self {
                momentum: Some(sgd.momentum),
                dampening: Some(sgd.dampening),
                nesterov: Some(sgd.nesterov),
                weight_decay: Some(decay(sgd.weight_decay)),
                ..base
            },
            OptimizerSettings::RmsProp(rms_prop) => Self {
                alpha: Some(rms_prop.alpha),
                epsilon: Some(rms_prop.epsilon),
                momentum: Some(rms_prop.momentum),
                centered: Some(rms_prop.centered),
                weight_decay: Some(decay(rms_prop.weight_decay)),
                ..base
            },
            OptimizerSettings::Adam(adam) => Self {
                betas: Some(adam.betas),
                epsilon: Some(adam.epsilon),
                amsgrad: Some(adam.amsgrad),
                weight_decay: Some(decay(adam.weight_decay)),
                ..base
            },
            OptimizerSettings::AdamW(adam) => Self {
                betas: Some(adam.betas),
                epsilon: Some(adam.epsilon),
                amsgrad: Some(adam.amsgrad),
                weight_decay: Some(adam.weight_decay),
                ..base
            },
            OptimizerSettings::Adagrad(adagrad) => Self {
                learning_rate_decay: Some(adagrad.learning_rate_decay),
                epsilon: Some(adagrad.epsilon),
                initial_accumulator: Some(adagrad.initial_accumulator),
                weight_decay: Some(decay(adagrad.weight_decay)),
                ..base
            },
            OptimizerSettings::Lbfgs(_) => unreachable!("not among the kinds"),
        }
    }
}

impl Check for Optimizer {
    fn check(&self, problems: &mut Problems) {
        let given = [
            ("betas", self.betas.is_some()),
            ("epsilon", self.epsilon.is_some()),
            ("amsgrad", self.amsgrad.is_some()),
            ("momentum", self.momentum.is_some()),
            ("dampening", self.dampening.is_some()),
            ("nesterov", self.nesterov.is_some()),
            ("alpha", self.alpha.is_some()),
            ("centered", self.centered.is_some()),
            ("learning_rate_decay", self.learning_rate_decay.is_some()),
            ("initial_accumulator", self.initial_accumulator.is_some()),
        ];
        only_options_of(&self.kind, self.kind.options(), &given, problems);
        let mut number = |key: &str, value: Option<f64>, expected: &str, fits: fn(f64) -> bool| {
            if let Some(value) = value {
                problems.require(fits(value), key, format!("must be {expected}, got {value}"));
            }
        };
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let not_negative = |x: f64| x.is_finite() && x >= 0.0;
        number("learning_rate", Some(self.learning_rate), "above 0", positive);
        number("weight_decay", self.weight_decay, "at least 0", not_negative);
        for beta in self.betas.into_iter().flatten() {
            number("betas", Some(beta), "in [0, 1)", |x| (0.0..1.0).contains(&x));
        }
        number("epsilon", self.epsilon, "at least 0", not_negative);
        number("momentum", self.momentum, "at least 0", not_negative);
        number("dampening", self.dampening, "in [0, 1]", |x| (0.0..=1.0).contains(&x));
        number("alpha", self.alpha, "in [0, 1)", |x| (0.0..1.0).contains(&x));
        number("learning_rate_decay", self.learning_rate_decay, "at least 0", not_negative);
        number("initial_accumulator", self.initial_accumulator, "at least 0", not_negative);
        number("clip_norm", self.clip_norm, "above 0", positive);
        number("clip_value", self.clip_value, "above 0", positive);
        let nesterov = self.nesterov != Some(true)
            || (self.momentum.is_some_and(|momentum| momentum > 0.0) && self.dampening.unwrap_or(0.0) == 0.0);
        problems.require(nesterov, "nesterov", "needs a momentum above 0 and no dampening");
        problems.alternatives([("clip_norm", self.clip_norm.is_some()), ("clip_value", self.clip_value.is_some())]);
        problems.table("schedule", &self.schedule);
        if let Some(average) = &self.average {
            problems.table("average", average);
        }
    }
}

/// Notes options that are given but belong to other kinds.
pub(super) fn only_options_of(
    kind: &impl Serialize,
    options: &[&str],
    given: &[(&str, bool)],
    problems: &mut Problems,
) {
    let kind = serde_json::to_value(kind).ok();
    let kind = kind.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    let known = if options.is_empty() {
        "it has no options".to_owned()
    } else {
        format!("its options are {}", options.join(", "))
    };
    for (name, given) in given {
        problems.require(!given || options.contains(name), name, format!("{kind} has none; {known}"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ConfigError, read};
    use super::*;

    const KINDS: [Algorithm; 5] =
        [Algorithm::Sgd, Algorithm::RmsProp, Algorithm::Adam, Algorithm::AdamW, Algorithm::Adagrad];

    #[test]
    fn what_is_saved_has_every_option_and_reads_back_the_same() {
        for kind in KINDS {
            let optimizer = Optimizer { kind, weight_decay: Some(0.02), ..Optimizer::default() };
            let text = toml::to_string(&optimizer).unwrap();
            assert!(kind.options().iter().all(|option| text.contains(&format!("{option} = "))), "{text}");
            let back: Optimizer = read(&text, &[]).unwrap();
            assert_eq!(back.settings(), optimizer.settings());
            assert_eq!(toml::to_string(&back).unwrap(), text);
            assert!(optimizer.settings().optimizer::<f32>(optimizer.schedule.over(10)).is_ok());
        }
    }

    #[test]
    fn defaults_are_those_of_the_optimisers() {
        let of = |kind| Optimizer { kind, ..Optimizer::default() }.settings();
        assert_eq!(of(Algorithm::Adam), OptimizerSettings::Adam(Adam::default()));
        assert_eq!(of(Algorithm::AdamW), OptimizerSettings::AdamW(AdamW::default()));
        let sgd = Sgd { learning_rate: 1e-3, ..Sgd::default() };
        assert_eq!(of(Algorithm::Sgd), OptimizerSettings::Sgd(sgd));
    }

    #[test]
    fn all_mistakes_are_told_with_their_keys() {
        let text = "kind = 'rms_prop'\nlearning_rate = 0\nbetas = [0.9, 0.99]\nclip_norm = 1\nclip_value = -1\n\
                    [schedule]\nkind = 'cosine'\nevery = 3\nend = 2\n[average]\ndecay = 1\n";
        let Err(ConfigError::Problems(problems)) = read::<Optimizer>(text, &[]) else { panic!() };
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        let want =
            ["betas", "learning_rate", "clip_value", "clip_value", "schedule.every", "schedule.end", "average.decay"];
        assert_eq!(keys, want);
    }
}
