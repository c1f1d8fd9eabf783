//! Any optimiser, as a configuration names it.

use crate::{Adagrad, Adam, AdamW, Algorithm, Lbfgs, OptimError, Optimizer, RmsProp, Schedule, Sgd};
use latent_numeric::Scalar;
use serde::{Deserialize, Serialize};

/// The settings of any of the optimisers here, by its name.
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
    /// The optimiser with these settings for all parameters and this schedule.
    ///
    /// # Errors
    /// If a setting is outside its domain, or L-BFGS is to follow a schedule.
    pub fn optimizer<E: Scalar>(self, schedule: Schedule) -> Result<Box<dyn Optimizer<E>>, OptimError> {
        fn first_order<E: Scalar>(a: impl Algorithm, s: Schedule) -> Result<Box<dyn Optimizer<E>>, OptimError> {
            Ok(Box::new(a.optimizer()?.with_schedule(s)?))
        }
        match self {
            Self::Sgd(settings) => first_order(settings, schedule),
            Self::RmsProp(settings) => first_order(settings, schedule),
            Self::Adam(settings) => first_order(settings, schedule),
            Self::AdamW(settings) => first_order(settings, schedule),
            Self::Adagrad(settings) => first_order(settings, schedule),
            Self::Lbfgs(settings) if schedule == Schedule::Constant => Ok(Box::new(settings.optimizer()?)),
            Self::Lbfgs(_) => Err(OptimError::Setting {
                of: "lbfgs",
                name: "schedule",
                value: format!("{schedule:?}"),
                expected: "a constant one",
            }),
        }
    }
}
