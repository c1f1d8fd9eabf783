//! The course of the learning rate in a configuration.

use super::{Check, Problems};
use serde::{Deserialize, Serialize};

/// How the learning rate changes from step to step: perhaps a warm-up, then a decay.
///
/// ```toml
/// [optimizer.schedule]
/// kind = "cosine"
/// end = 0.01         # of the learning rate is left at the last step
/// warm_up = 500      # steps from (nearly) nothing up to the learning rate
/// ```
///
/// | kind | learning rate times, after `n` of a player's steps | options |
/// |---|---|---|
/// | `constant` | `1` | |
/// | `step` | `factor^floor(n / every)` | `every` (1000), `factor` (0.1) |
/// | `milestones` | `factor^k`, for `k` milestones at or before `n` | `milestones`, `factor` (0.1) |
/// | `exponential` | `factor^n` | `factor` (0.9999) |
/// | `cosine` | half a cosine from 1 to `end` over all steps after the warm-up | `end` (0) |
/// | `one_cycle` | up to 1 in the first `rise` of the steps, then down to nearly 0 | `rise` (0.3) |
///
/// ```
/// use latent_train::config::{Decay, Schedule};
///
/// let config = Schedule { kind: Decay::Cosine, warm_up: 10, ..Schedule::default() };
/// let schedule = config.over(110);
/// assert_eq!([10, 60, 110].map(|n| (schedule.factor(n) * 1e9).round() / 1e9), [1.0, 0.5, 0.0]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Schedule {
    /// The form of the decay.
    pub kind: Decay,
    /// Steps in which the learning rate grows linearly, beginning at `1 / (warm_up + 1)` of it.
    pub warm_up: u64,
    /// Of `step`: the steps between two falls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// Of `step`, `milestones` and `exponential`: what the learning rate is multiplied with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// Of `milestones`: after how many steps the learning rate falls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestones: Option<Vec<u64>>,
    /// Of `cosine`: the share that is left at the last step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<f64>,
    /// Of `one_cycle`: the share of the steps in which the learning rate grows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rise: Option<f64>,
}

/// The form in which a learning rate decays; see [`Schedule`] for the formulas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Decay {
    #[default]
    Constant,
    Step,
    Milestones,
    Exponential,
    Cosine,
    OneCycle,
}

impl Decay {
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Constant => &[],
            Self::Step => &["every", "factor"],
            Self::Milestones => &["milestones", "factor"],
            Self::Exponential => &["factor"],
            Self::Cosine => &["end"],
            Self::OneCycle => &["rise"],
        }
    }
}

impl Schedule {
    fn factor(&self) -> f64 {
        self.factor.unwrap_or(if self.kind == Decay::Exponential { 0.9999 } else { 0.1 })
    }

    /// The schedule for a player that makes so many steps in all.
    pub fn over(&self, steps: u64) -> latent_optim::Schedule {
        use latent_optim::Schedule as To;
        let after = steps.saturating_sub(self.warm_up).max(1);
        let decay = match self.kind {
            Decay::Constant => To::Constant,
            Decay::Step => To::Step { every: self.every.unwrap_or(1000), factor: self.factor() },
            Decay::Milestones => {
                To::MultiStep { milestones: self.milestones.clone().unwrap_or_default(), factor: self.factor() }
            }
            Decay::Exponential => To::Exponential { factor: self.factor() },
            Decay::Cosine => To::Cosine { steps: after, end: self.end.unwrap_or(0.0) },
            // With fewer steps there is no cycle.
            Decay::OneCycle if steps < LEAST_OF_A_CYCLE => To::Constant,
            Decay::OneCycle => {
                // More than one step up, and one down.
                let rise = self.rise.unwrap_or(0.3).max(1.5 / steps as f64);
                To::OneCycle { steps, rise, start_divisor: 25.0, end_divisor: 1e4 }
            }
        };
        let Some(start) = (self.warm_up > 0).then(|| 1.0 / (self.warm_up + 1) as f64) else { return decay };
        let warm_up = To::LinearWarmUp { steps: self.warm_up, start };
        match self.kind {
            Decay::Cosine => To::Sequence { parts: vec![(self.warm_up, warm_up)], then: Box::new(decay) },
            // Those whose numbers count from the first step.
            _ => To::Product(vec![warm_up, decay]),
        }
    }
}

const LEAST_OF_A_CYCLE: u64 = 4;

impl Check for Schedule {
    fn check(&self, problems: &mut Problems) {
        let given = [
            ("every", self.every.is_some()),
            ("factor", self.factor.is_some()),
            ("milestones", self.milestones.is_some()),
            ("end", self.end.is_some()),
            ("rise", self.rise.is_some()),
        ];
        let options = self.kind.options();
        let known = if options.is_empty() {
            "it has no options".to_owned()
        } else {
            format!("its options are {}", options.join(", "))
        };
        for (name, given) in given {
            let message = format!("{} has none; {known}", super::optimizer::word(&self.kind));
            problems.require(!given || options.contains(&name), name, message);
        }
        let least_one = |value: Option<u64>| value.is_none_or(|value| value >= 1);
        problems.require(least_one(self.every), "every", "must be at least 1 step, got 0");
        let positive = self.factor.is_none_or(|factor| factor.is_finite() && factor > 0.0);
        problems.require(positive, "factor", format!("must be above 0, got {}", self.factor.unwrap_or(0.0)));
        let share = self.end.is_none_or(|end| (0.0..=1.0).contains(&end));
        problems.require(share, "end", format!("must be in [0, 1], got {}", self.end.unwrap_or(0.0)));
        let inner = self.rise.is_none_or(|rise| rise > 0.0 && rise < 1.0);
        problems.require(inner, "rise", format!("must be between 0 and 1, got {}", self.rise.unwrap_or(0.0)));
        let cycle = self.kind != Decay::OneCycle || self.warm_up == 0;
        problems.require(cycle, "warm_up", "must be 0: one_cycle has a rise of its own");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_schedule_is_in_its_domain_and_never_above_the_learning_rate(
            kind in prop::sample::select(vec![Decay::Constant, Decay::Step, Decay::Milestones, Decay::Exponential, Decay::Cosine, Decay::OneCycle]),
            steps in 1_u64..300,
            warm_up in 0_u64..40,
        ) {
            let warm_up = if kind == Decay::OneCycle { 0 } else { warm_up };
            let schedule = Schedule { kind, warm_up, ..Schedule::default() }.over(steps);
            prop_assert!(schedule.check().is_ok(), "{:?}", schedule);
            let factors: Vec<f64> = (0..steps).map(|n| schedule.factor(n)).collect();
            prop_assert!(factors.iter().all(|factor| (0.0..=1.0 + 1e-12).contains(factor)));
            let rising = factors.iter().take(warm_up as usize).is_sorted();
            prop_assert!(rising && (warm_up == 0 || factors[0] > 0.0));
        }
    }
}
