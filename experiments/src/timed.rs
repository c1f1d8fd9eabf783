//! How long something takes.

use std::time::Instant;

/// Seconds spent on timing one thing, at least.
const ENOUGH: f64 = 0.02;
/// Runs of it, at least: whatever else the machine does falls into some of them.
const RUNS: usize = 5;

/// The result of some work and its fastest time in several runs, in seconds: a first one may find caches cold and
/// threads asleep.
///
/// # Errors
/// That of the work.
pub fn timed<T, E>(work: impl Fn() -> Result<T, E>) -> Result<(T, f64), E> {
    let (mut best, mut spent) = (f64::INFINITY, 0.0);
    for run in 1.. {
        let start = Instant::now();
        let result = work()?;
        let seconds = start.elapsed().as_secs_f64();
        best = best.min(seconds);
        spent += seconds;
        if spent > ENOUGH && run >= RUNS {
            return Ok((result, best));
        }
    }
    unreachable!("time passes")
}
