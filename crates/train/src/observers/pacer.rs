//! Which steps are logged.

use std::collections::BTreeMap;

/// The first step of each player in each window of so many steps.
///
/// A fixed stride would meet the same player every time where players take turns.
#[derive(Clone, Debug)]
pub(super) struct Pacer {
    every: u64,
    last: BTreeMap<String, u64>,
}

impl Pacer {
    /// With the steps that were logged last before.
    pub fn new(every: u64, last: BTreeMap<String, u64>) -> Self {
        Self { every: every.max(1), last }
    }

    /// Whether to log this step, the first being 1.
    pub fn is_due(&mut self, player: &str, step: u64) -> bool {
        let window = |step: u64| step.saturating_sub(1) / self.every;
        if self.last.get(player).is_some_and(|&last| window(last) >= window(step)) {
            return false;
        }
        self.last.insert(player.to_owned(), step);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_player_is_logged_once_a_window_also_after_a_break(every in 1_u64..9, steps in 1_u64..60, at in 0_u64..60) {
            let player = |step: u64| if step.is_multiple_of(2) { "generator" } else { "discriminator" };
            let logged = |from: u64, to: u64, pacer: &mut Pacer| {
                (from + 1..=to).filter(|&step| pacer.is_due(player(step), step)).collect::<Vec<_>>()
            };
            let mut pacer = Pacer::new(every, BTreeMap::new());
            let whole = logged(0, steps, &mut pacer);
            for window in 0..steps.div_ceil(every) {
                for name in ["generator", "discriminator"] {
                    let mine = |step: &u64| (step - 1) / every == window && player(*step) == name;
                    let made = (1..=steps).any(|step| mine(&step));
                    prop_assert_eq!(whole.iter().filter(|step| mine(step)).count(), usize::from(made));
                }
            }
            let at = at.min(steps);
            let mut first = Pacer::new(every, BTreeMap::new());
            let mut parts = logged(0, at, &mut first);
            let last = parts.iter().map(|&step| (player(step).to_owned(), step)).collect();
            parts.extend(logged(at, steps, &mut Pacer::new(every, last)));
            prop_assert_eq!(parts, whole);
        }
    }
}
