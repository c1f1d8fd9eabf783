//! How long something takes.

use std::time::Instant;

/// Seconds spent on timing one thing, at least and, but for its first run, at most.
const ENOUGH: [f64; 2] = [0.02, 0.1];
/// Runs of it, at least, if there is time: whatever else the machine does falls into some of them.
const RUNS: usize = 5;

/// The result of some work and its fastest time in several runs, in seconds: a first one may find caches cold and
/// threads asleep.
///
/// # Errors
/// That of the work.
pub fn timed<T, E>(work: impl Fn() -> Result<T, E>) -> Result<(T, f64), E> {
    let (mut best, mut spent, mut runs) = (f64::INFINITY, 0.0, 0);
    loop {
        let start = Instant::now();
        let result = work()?;
        let seconds = start.elapsed().as_secs_f64();
        best = best.min(seconds);
        spent += seconds;
        runs += 1;
        if spent > ENOUGH[1] || (spent > ENOUGH[0] && runs >= RUNS) {
            return Ok((result, best));
        }
    }
}
