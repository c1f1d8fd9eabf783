//! A value that is computed when first asked for.

use std::sync::OnceLock;

/// A value that is computed when first asked for, where the computation may itself be parallel.
///
/// A thread that waits inside [`OnceLock::get_or_init`] does no other work, and one that computes in parallel takes up
/// other work while it waits for its parts: where that work asks for the same value, all threads wait for each other
/// for ever. Here nobody waits. Threads that ask at the same time each compute, and the first result is kept; so the
/// computation must give the same each time.
///
/// ```
/// use latent_numeric::parallel::Cached;
///
/// let square = Cached::new();
/// assert_eq!(*square.get_or_compute(|| 3 * 3), 9);
/// assert_eq!(*square.get_or_compute(|| unreachable!()), 9);
/// ```
#[derive(Clone, Debug)]
pub struct Cached<T>(OnceLock<T>);

impl<T> Cached<T> {
    /// Not computed yet.
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The value, computed if it is not there.
    pub fn get_or_compute(&self, compute: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.0.get() {
            return value;
        }
        let value = compute();
        self.0.get_or_init(|| value)
    }
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::{map_blocks, with_threads};
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn parallel_work_asks_for_a_value_that_is_computed_in_parallel() {
        let (done, wait) = channel();
        thread::spawn(move || {
            let rounds = with_threads(4, || {
                (0..200).all(|_| {
                    let cached = Cached::new();
                    let sum =
                        || map_blocks(64, 1, |block| thread::sleep(Duration::from_micros(block.start as u64))).len();
                    map_blocks(16, 1, |_| *cached.get_or_compute(sum)) == vec![64; 16]
                })
            });
            done.send(rounds.unwrap())
        });
        assert_eq!(wait.recv_timeout(Duration::from_secs(60)), Ok(true), "threads wait for each other");
    }
}
