//! Any optimiser, as a configuration names it.

use crate::{Adagrad, Adam, AdamW, Algorithm, Lbfgs, OptimError, Optimizer, ParameterGroup, RmsProp, Schedule, Sgd};
use latent_numeric::Scalar;
use serde::{Deserialize, Serialize};

/// One of the optimisers with its settings, by its name.
///
/// ```
/// use latent_optim::{AdamW, Optimizer, OptimizerSettings, Schedule};
///
/// let text = r#"{"adam_w": {"learning_rate": 3e-4, "weight_decay": 0.05}}"#;
/// let settings: OptimizerSettings = serde_json::from_str(text).unwrap();
/// let expected = AdamW { learning_rate: 3e-4, weight_decay: 0.05, ..AdamW::default() };
/// assert_eq!(settings, OptimizerSettings::AdamW(expected));
/// let optimizer: Box<dyn Optimizer> = settings.optimizer(Schedule::Constant).unwrap();
/// assert_eq!(optimizer.name(), "adam_w");
///
/// let text = r#"{"adam": {"betas": [0.9, 1.0]}}"#;
/// let settings: OptimizerSettings = serde_json::from_str(text).unwrap();
/// let error = settings.optimizer::<f32>(Schedule::Constant).err().unwrap();
/// assert_eq!(error.to_string(), "adam: betas[1] is 1, expected a number in [0, 1)");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerSettings {
    /// Stochastic gradient descent.
    Sgd(Sgd),
    /// RMSprop.
    RmsProp(RmsProp),
    /// Adam.
    Adam(Adam),
    /// Adam with decoupled weight decay.
    AdamW(AdamW),
    /// Adagrad.
    Adagrad(Adagrad),
    /// L-BFGS, which follows no schedule.
    Lbfgs(Lbfgs),
}

impl OptimizerSettings {
    /// All optimisers, with their default settings.
    pub fn all() -> [Self; 6] {
        [
            Self::Sgd(Sgd::default()),
            Self::RmsProp(RmsProp::default()),
            Self::Adam(Adam::default()),
            Self::AdamW(AdamW::default()),
            Self::Adagrad(Adagrad::default()),
            Self::Lbfgs(Lbfgs::default()),
        ]
    }

    /// The learning rate, before any schedule.
    pub fn learning_rate(&self) -> f64 {
        match self {
            Self::Sgd(settings) => settings.learning_rate,
            Self::RmsProp(settings) => settings.learning_rate,
            Self::Adam(settings) => settings.learning_rate,
            Self::AdamW(settings) => settings.learning_rate,
            Self::Adagrad(settings) => settings.learning_rate,
            Self::Lbfgs(settings) => settings.learning_rate,
        }
    }

    /// Whether the settings are in their domains.
    ///
    /// # Errors
    /// If not: which one, what it is, and the domain.
    pub fn check(&self) -> Result<(), OptimError> {
        match self {
            Self::Sgd(settings) => settings.check(),
            Self::RmsProp(settings) => settings.check(),
            Self::Adam(settings) => settings.check(),
            Self::AdamW(settings) => settings.check(),
            Self::Adagrad(settings) => settings.check(),
            Self::Lbfgs(settings) => settings.check(),
        }
    }

    /// The optimiser with these settings for all parameters and this schedule.
    ///
    /// # Errors
    /// If a setting is outside its domain, or L-BFGS is to follow a schedule.
    pub fn optimizer<E: Scalar>(self, schedule: Schedule) -> Result<Box<dyn Optimizer<E>>, OptimError> {
        self.grouped(schedule, &[])
    }

    /// The optimiser with these settings and this schedule, in which groups of parameters differ. Those that are frozen
    /// are not to be given to it.
    ///
    /// ```
    /// use latent_optim::{Adam, Optimizer, OptimizerSettings, ParameterGroup, Schedule};
    ///
    /// let settings = OptimizerSettings::Adam(Adam { learning_rate: 0.5, ..Adam::default() });
    /// let biases = ParameterGroup { parameters: "*.bias".into(), learning_rate_factor: 0.5, ..Default::default() };
    /// let optimizer = settings.grouped::<f32>(Schedule::Constant, &[biases])?;
    /// assert_eq!(optimizer.learning_rates(), [0.5, 0.25]);
    /// # Ok::<(), latent_optim::OptimError>(())
    /// ```
    ///
    /// # Errors
    /// If a setting is outside its domain, or L-BFGS is to follow a schedule or to treat groups in different ways.
    pub fn grouped<E: Scalar>(
        self,
        schedule: Schedule,
        groups: &[ParameterGroup],
    ) -> Result<Box<dyn Optimizer<E>>, OptimError> {
        groups.iter().try_for_each(ParameterGroup::check)?;
        let trained: Vec<&ParameterGroup> = groups.iter().filter(|group| !group.frozen).collect();
        match self {
            Self::Sgd(all) => first_order(all, schedule, &trained, |all, group| {
                let learning_rate = all.learning_rate * group.learning_rate_factor;
                Sgd { learning_rate, weight_decay: group.decay(all.weight_decay), ..all.clone() }
            }),
            Self::RmsProp(all) => first_order(all, schedule, &trained, |all, group| {
                let learning_rate = all.learning_rate * group.learning_rate_factor;
                RmsProp { learning_rate, weight_decay: group.decay(all.weight_decay), ..all.clone() }
            }),
            Self::Adam(all) => first_order(all, schedule, &trained, |all, group| {
                let learning_rate = all.learning_rate * group.learning_rate_factor;
                Adam { learning_rate, weight_decay: group.decay(all.weight_decay), ..all.clone() }
            }),
            Self::AdamW(all) => first_order(all, schedule, &trained, |all, group| {
                let learning_rate = all.learning_rate * group.learning_rate_factor;
                AdamW { learning_rate, weight_decay: group.weight_decay.unwrap_or(all.weight_decay), ..all.clone() }
            }),
            Self::Adagrad(all) => first_order(all, schedule, &trained, |all, group| {
                let learning_rate = all.learning_rate * group.learning_rate_factor;
                Adagrad { learning_rate, weight_decay: group.decay(all.weight_decay), ..all.clone() }
            }),
            Self::Lbfgs(settings) => {
                let refused = |name, value, expected| Err(OptimError::Setting { of: "lbfgs", name, value, expected });
                if schedule != Schedule::Constant {
                    return refused("schedule", format!("{schedule:?}"), "a constant one");
                }
                if let Some(group) = trained.first() {
                    return refused("groups", format!("{:?}", group.parameters), "only groups that are frozen");
                }
                Ok(Box::new(settings.optimizer()?))
            }
        }
    }
}

/// A first-order optimiser whose settings for a group are a variation of those for all.
fn first_order<A: Algorithm, E: Scalar>(
    all: A,
    schedule: Schedule,
    groups: &[&ParameterGroup],
    varied: impl Fn(&A, &ParameterGroup) -> A,
) -> Result<Box<dyn Optimizer<E>>, OptimError> {
    let mut optimizer = all.clone().optimizer()?.with_schedule(schedule)?;
    for group in groups {
        optimizer = optimizer.with_group(group.selection(), varied(&all, group))?;
    }
    Ok(Box::new(optimizer))
}

macro_rules! from {
    ($($settings:ident),*) => {$(
        impl From<$settings> for OptimizerSettings {
            fn from(settings: $settings) -> Self {
                Self::$settings(settings)
            }
        }
    )*};
}

from!(Sgd, RmsProp, Adam, AdamW, Adagrad, Lbfgs);
