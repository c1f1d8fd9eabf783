//! Learning rates that change with the step.

use crate::OptimError;
use crate::error::Check;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A schedule of the learning rate: the factor that it is multiplied with, a pure function of how many steps were made
/// before, `n`.
///
/// ```
/// use latent_optim::Schedule;
///
/// // A warm-up over 10 steps, then half a cosine over 90.
/// let schedule = Schedule::Sequence {
///     parts: vec![(10, Schedule::LinearWarmUp { steps: 10, start: 0.1 })],
///     then: Box::new(Schedule::Cosine { steps: 90, end: 0.0 }),
/// };
/// schedule.check().unwrap();
/// assert_eq!(schedule.factor(0), 0.1);
/// assert_eq!(schedule.factor(10), 1.0);
/// assert!((schedule.factor(55) - 0.5).abs() < 1e-12);
/// assert_eq!(schedule.factor(100), 0.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// The learning rate stays: `1`.
    #[default]
    Constant,
    /// The learning rate falls every so many steps: `factor^floor(n / every)`.
    Step {
        /// >= 1
        every: u64,
        /// > 0
        factor: f64,
    },
    /// `factor^k`, for `k` milestones at or before `n`.
    MultiStep {
        /// In any order; one that is there twice counts twice.
        milestones: Vec<u64>,
        /// > 0
        factor: f64,
    },
    /// The learning rate falls by the same factor in every step: `factor^n`.
    Exponential {
        /// > 0
        factor: f64,
    },
    /// `end + (1 - end) (1 + cos(pi n / steps)) / 2`, then `end` (Loshchilov and Hutter, *SGDR: stochastic gradient
    /// descent with warm restarts*, ICLR 2017, without restarts).
    Cosine {
        /// >= 1
        steps: u64,
        /// In [0, 1]
        end: f64,
    },
    /// `start + (1 - start) n / steps`, then `1`.
    LinearWarmUp {
        /// >= 1
        steps: u64,
        /// In [0, 1]. With 0, the first step changes nothing.
        start: f64,
    },
    /// Up along half a cosine from `1 / start_divisor` to 1 in the first `rise` of the steps, then down along another
    /// to `1 / (start_divisor end_divisor)`, where it stays (Smith and Topin, *Super-convergence*, 2018; the momentum
    /// stays as it is). The learning rate of the settings is the largest.
    OneCycle {
        /// With the last of them, the end is reached; >= 2.
        steps: u64,
        /// In (0, 1), and with `1 < rise steps < steps`.
        rise: f64,
        /// >= 1
        start_divisor: f64,
        /// >= 1
        end_divisor: f64,
    },
    /// One schedule after the other, each counting from zero.
    Sequence {
        /// How many steps (>= 1), and of what.
        parts: Vec<(u64, Schedule)>,
        /// All steps after these.
        then: Box<Schedule>,
    },
    /// The product of several schedules.
    Product(Vec<Schedule>),
}

impl Schedule {
    /// What the learning rate is multiplied with after `n` steps.
    ///
    /// ```
    /// use latent_optim::Schedule;
    ///
    /// let halves = Schedule::Step { every: 10, factor: 0.5 };
    /// assert_eq!([0, 9, 10, 25].map(|n| halves.factor(n)), [1.0, 1.0, 0.5, 0.25]);
    /// ```
    pub fn factor(&self, n: u64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Step { every, factor } => factor.powf((n / every) as f64),
            Self::MultiStep { milestones, factor } => {
                factor.powf(milestones.iter().filter(|&&milestone| milestone <= n).count() as f64)
            }
            Self::Exponential { factor } => factor.powf(n as f64),
            Self::Cosine { steps, end } => half_cosine(1.0, *end, n as f64 / *steps as f64),
            Self::LinearWarmUp { steps, start } => start + (1.0 - start) * (n.min(*steps) as f64 / *steps as f64),
            Self::OneCycle { steps, rise, start_divisor, end_divisor } => {
                let (top, last) = (rise * *steps as f64 - 1.0, (*steps - 1) as f64);
                let (start, n) = (1.0 / start_divisor, n as f64);
                if n <= top {
                    half_cosine(start, 1.0, n / top)
                } else {
                    half_cosine(1.0, start / end_divisor, (n - top) / (last - top))
                }
            }
            Self::Sequence { parts, then } => {
                let mut n = n;
                for (steps, part) in parts {
                    if n < *steps {
                        return part.factor(n);
                    }
                    n -= steps;
                }
                then.factor(n)
            }
            Self::Product(all) => all.iter().map(|schedule| schedule.factor(n)).product(),
        }
    }

    /// Whether the settings are in their domains.
    ///
    /// ```
    /// use latent_optim::Schedule;
    ///
    /// let error = Schedule::Cosine { steps: 0, end: 0.0 }.check().unwrap_err();
    /// assert_eq!(error.to_string(), "cosine: steps is 0, expected a whole number >= 1");
    /// ```
    ///
    /// # Errors
    /// If not: which one, what it is, and the domain.
    pub fn check(&self) -> Result<(), OptimError> {
        match self {
            Self::Constant => Ok(()),
            Self::Step { every, factor } => {
                Check("step").at_least("every", *every, 1)?.positive("factor", *factor).map(|_| ())
            }
            Self::MultiStep { factor, .. } => Check("multi_step").positive("factor", *factor).map(|_| ()),
            Self::Exponential { factor } => Check("exponential").positive("factor", *factor).map(|_| ()),
            Self::Cosine { steps, end } => {
                Check("cosine").at_least("steps", *steps, 1)?.fraction("end", *end).map(|_| ())
            }
            Self::LinearWarmUp { steps, start } => {
                Check("linear_warm_up").at_least("steps", *steps, 1)?.fraction("start", *start).map(|_| ())
            }
            Self::OneCycle { steps, rise, start_divisor, end_divisor } => {
                let top = rise * *steps as f64;
                Check("one_cycle")
                    .at_least("steps", *steps, 2)?
                    .holds("rise", *rise, top > 1.0 && top < *steps as f64, "1 < rise * steps < steps")?
                    .holds("start_divisor", *start_divisor, (1.0..f64::INFINITY).contains(start_divisor), ">= 1")?
                    .holds("end_divisor", *end_divisor, (1.0..f64::INFINITY).contains(end_divisor), ">= 1")
                    .map(|_| ())
            }
            Self::Sequence { parts, then } => {
                for (steps, part) in parts {
                    Check("sequence").at_least("steps", *steps, 1)?;
                    part.check()?;
                }
                then.check()
            }
            Self::Product(all) => all.iter().try_for_each(Self::check),
        }
    }
}

/// From `start` to `end` along half a cosine, where it stays from `done` = 1 on.
fn half_cosine(start: f64, end: f64, done: f64) -> f64 {
    if done >= 1.0 { end } else { end + (start - end) / 2.0 * (1.0 + (PI * done).cos()) }
}
