//! Batches made ahead of the step that asks for them.

use crate::task::Source;
use rayon::{Scope, Yield};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Makes the next batch of a source while a step is made of this one.
///
/// The work is done by threads of the pool that have nothing else to do; a pool of one thread has none, and makes a batch
/// when it is asked for. Batches that are asked for lie at the same distance from each other, so the next one is guessed
/// from the last two; a wrong guess costs work and nothing else. A batch is a function of its epoch and place, so that no
/// bit depends on who makes it and when.
pub(super) struct Ahead<'s, B> {
    source: &'s dyn Source<Batch = B>,
    state: Mutex<State<B>>,
}

/// Batches are numbered through all epochs.
struct State<B> {
    last: Option<u64>,
    distance: u64,
    next: Next<B>,
}

enum Next<B> {
    Nothing,
    Wanted(u64),
    InWork(u64),
    Made(u64, B),
}

impl<'s, B: Send> Ahead<'s, B> {
    pub fn of(source: &'s dyn Source<Batch = B>) -> Self {
        Self { source, state: Mutex::new(State { last: None, distance: 1, next: Next::Nothing }) }
    }

    /// The source, as long as threads of this scope can work for it.
    pub fn within<'f, 'scope>(&'scope self, scope: &'f Scope<'scope>) -> Within<'f, 'scope, 's, B> {
        Within { ahead: self, scope }
    }

    fn state(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make(&self, number: u64) -> B {
        let batches = self.source.batches() as u64;
        self.source.batch(number / batches, (number % batches) as usize)
    }

    /// A batch that was made ahead, or is just being made.
    fn take(&self, number: u64) -> Option<B> {
        loop {
            let mut state = self.state();
            match mem::replace(&mut state.next, Next::Nothing) {
                Next::Made(made, batch) if made == number => return Some(batch),
                Next::InWork(other) => {
                    state.next = Next::InWork(other);
                    if other != number {
                        return None;
                    }
                }
                _ => return None,
            }
            drop(state);
            // Parts of the work may lie with this thread.
            if rayon::yield_now() != Some(Yield::Executed) {
                thread::yield_now();
            }
        }
    }

    /// Whether there is something to do for another thread, now that this batch was asked for.
    fn expects_another(&self, number: u64) -> bool {
        let mut state = self.state();
        if let Some(distance) = state.last.and_then(|last| number.checked_sub(last)).filter(|&distance| distance > 0) {
            state.distance = distance;
        }
        state.last = Some(number);
        if matches!(state.next, Next::InWork(_)) {
            return false;
        }
        state.next = Next::Wanted(number + state.distance);
        true
    }

    fn make_wanted(&self) {
        let mut state = self.state();
        let Next::Wanted(number) = state.next else { return };
        state.next = Next::InWork(number);
        drop(state);
        // Where making it panics, who asks for the batch makes it, and panics as it would have.
        let mut left = Left { ahead: self, next: Next::Nothing };
        left.next = Next::Made(number, self.make(number));
    }
}

/// What another thread leaves, however it ends.
struct Left<'a, 's, B: Send> {
    ahead: &'a Ahead<'s, B>,
    next: Next<B>,
}

impl<B: Send> Drop for Left<'_, '_, B> {
    fn drop(&mut self) {
        self.ahead.state().next = mem::replace(&mut self.next, Next::Nothing);
    }
}

/// A source whose next batch is made ahead.
pub(super) struct Within<'f, 'scope, 's, B> {
    ahead: &'scope Ahead<'s, B>,
    scope: &'f Scope<'scope>,
}

impl<'scope, B: Send> Source for Within<'_, 'scope, '_, B> {
    type Batch = B;

    fn batches(&self) -> usize {
        self.ahead.source.batches()
    }

    fn batch(&self, epoch: u64, index: usize) -> B {
        let number = epoch * self.batches() as u64 + index as u64;
        let batch = self.ahead.take(number).unwrap_or_else(|| self.ahead.make(number));
        if rayon::current_num_threads() > 1 && self.ahead.expects_another(number) {
            let ahead: &'scope Ahead<'_, B> = self.ahead;
            self.scope.spawn(move |_| ahead.make_wanted());
        }
        batch
    }

    fn fingerprint(&self) -> String {
        self.ahead.source.fingerprint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::parallel::{map_blocks, with_threads};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    /// Numbers that are computed in parallel; how often each was.
    #[derive(Default)]
    struct Slow {
        made: Mutex<BTreeMap<(u64, usize), usize>>,
        parts: AtomicUsize,
    }

    impl Source for Slow {
        type Batch = (u64, usize);

        fn batches(&self) -> usize {
            5
        }

        fn batch(&self, epoch: u64, index: usize) -> (u64, usize) {
            let parts = map_blocks(8, 1, |_| {
                thread::sleep(Duration::from_micros(20));
                self.parts.fetch_add(1, Ordering::Relaxed)
            });
            assert_eq!(parts.len(), 8);
            *self.made.lock().unwrap().entry((epoch, index)).or_default() += 1;
            (epoch, index)
        }

        fn fingerprint(&self) -> String {
            String::new()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn whatever_is_asked_for_is_what_the_source_has(
            asked in prop::collection::vec(0_u64..40, 1..20), threads in 1_usize..4,
        ) {
            let source = Slow::default();
            let got: Vec<_> = with_threads(threads, || {
                let ahead = Ahead::of(&source);
                rayon::in_place_scope(|scope| {
                    let source = ahead.within(scope);
                    asked.iter().map(|number| source.batch(number / 5, (number % 5) as usize)).collect()
                })
            }).unwrap();
            prop_assert_eq!(got, asked.iter().map(|number| (number / 5, (number % 5) as usize)).collect::<Vec<_>>());
        }

        #[test]
        fn a_batch_is_made_once_and_at_most_two_in_vain(
            first in 0_u64..5, distance in 1_u64..4, count in 1_u64..30, threads in 1_usize..4,
        ) {
            let source = Slow::default();
            let asked: Vec<u64> = (0..count).map(|k| first + k * distance).collect();
            with_threads(threads, || {
                let ahead = Ahead::of(&source);
                rayon::in_place_scope(|scope| {
                    let source = ahead.within(scope);
                    for number in &asked {
                        source.batch(number / 5, (number % 5) as usize);
                        map_blocks(4, 1, |_| thread::sleep(Duration::from_micros(30)));
                    }
                });
            }).unwrap();
            let made = source.made.into_inner().unwrap();
            let in_vain = made.keys().filter(|(epoch, index)| !asked.contains(&(epoch * 5 + *index as u64))).count();
            prop_assert!(in_vain <= if threads == 1 { 0 } else { 2 }, "{made:?}");
            prop_assert!(made.values().all(|&times| times == 1), "{made:?}");
        }
    }

    #[test]
    fn work_goes_on_while_a_step_is_made() {
        let source = Slow::default();
        let ahead_of_time = with_threads(2, || {
            let ahead = Ahead::of(&source);
            rayon::in_place_scope(|scope| {
                let within = ahead.within(scope);
                within.batch(0, 0);
                let waited = (0..2000).find(|_| {
                    thread::sleep(Duration::from_millis(5));
                    source.made.lock().unwrap().contains_key(&(0, 1))
                });
                waited.is_some()
            })
        });
        assert!(ahead_of_time.unwrap());
    }

    /// Whose third batch cannot be made.
    struct Broken;

    impl Source for Broken {
        type Batch = usize;

        fn batches(&self) -> usize {
            5
        }

        fn batch(&self, _: u64, index: usize) -> usize {
            assert_ne!(index, 2, "batch 2 cannot be made");
            index
        }

        fn fingerprint(&self) -> String {
            String::new()
        }
    }

    #[test]
    #[should_panic(expected = "batch 2 cannot be made")]
    fn a_batch_that_cannot_be_made_ends_the_run() {
        let _ = with_threads(2, || {
            let ahead = Ahead::of(&Broken);
            rayon::in_place_scope(|scope| {
                let source = ahead.within(scope);
                (0..5).for_each(|index| {
                    source.batch(0, index);
                    thread::sleep(Duration::from_millis(2));
                });
            });
        });
    }
}
