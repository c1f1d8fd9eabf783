//! Memory that a loop works with.

use super::each::unlocked;
use std::sync::Mutex;

/// Memory that goes from one item of a parallel loop to the next, so that there is no more of it than threads.
///
/// What it holds is left from another item, any of them: a result must not depend on it.
///
/// ```
/// use latent_numeric::parallel::{Spare, map};
///
/// let spare = Spare::default();
/// let reversed = map(["sparse", "code"], |_, word| {
///     spare.with(Vec::new, |letters| {
///         letters.clear();
///         letters.extend(word.chars().rev());
///         letters.iter().collect::<String>()
///     })
/// });
/// assert_eq!(reversed, ["esraps", "edoc"]);
/// ```
#[derive(Debug)]
pub struct Spare<T>(Mutex<Vec<T>>);

impl<T> Spare<T> {
    /// Calls `work` with memory that no other thread has at the time, `make`s it where there is none left.
    pub fn with<R>(&self, make: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        let kept = unlocked(&self.0).pop();
        let mut memory = kept.unwrap_or_else(make);
        let result = work(&mut memory);
        unlocked(&self.0).push(memory);
        result
    }
}

impl<T> Default for Spare<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::{each_index, with_threads};

    #[test]
    fn no_more_than_threads_and_never_shared() {
        for threads in [1, 3] {
            let spare = Spare::default();
            let work = |memory: &mut Vec<usize>, i| {
                memory.clear();
                memory.extend([i; 100]);
                assert!(memory.iter().all(|&other| other == i));
            };
            with_threads(threads, || each_index(1_000, &|i| spare.with(Vec::new, |memory| work(memory, i)))).unwrap();
            assert!((1..=threads).contains(&unlocked(&spare.0).len()));
        }
    }
}
