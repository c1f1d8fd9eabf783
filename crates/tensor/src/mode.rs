//! Whether operations are remembered.

use std::cell::Cell;
use std::thread::LocalKey;

thread_local! {
    static RECORDING: Cell<bool> = const { Cell::new(true) };
    static RECOMPUTING: Cell<bool> = const { Cell::new(false) };
}

/// Whether operations on this thread are remembered: true outside [`no_grad`].
pub fn is_recording() -> bool {
    RECORDING.get()
}

/// Runs `work` without remembering any operation; its results are constants.
///
/// ```
/// use latent_tensor::{Tensor, no_grad};
///
/// let x = Tensor::variable(ndarray::array![2.0]);
/// assert!((&x * &x).is_tracked());
/// assert!(!no_grad(|| &x * &x).is_tracked());
/// ```
pub fn no_grad<R>(work: impl FnOnce() -> R) -> R {
    with_recording(false, work)
}

/// Runs `work` with its operations remembered, also inside of [`no_grad`].
///
/// ```
/// use latent_tensor::{Tensor, enable_grad, no_grad};
///
/// let x = Tensor::variable(ndarray::array![2.0]);
/// assert!(no_grad(|| enable_grad(|| &x * &x)).is_tracked());
/// ```
pub fn enable_grad<R>(work: impl FnOnce() -> R) -> R {
    with_recording(true, work)
}

/// Whether this thread computes a [`checkpoint`](crate::checkpoint) once more, for its gradient.
///
/// What is to happen once for each pass, such as an update of running statistics, is left out then.
pub fn is_recomputing() -> bool {
    RECOMPUTING.get()
}

/// Runs `work` with recording on or off, then sets it back, also when `work` panics.
pub(crate) fn with_recording<R>(on: bool, work: impl FnOnce() -> R) -> R {
    with(&RECORDING, on, work)
}

/// Runs `work` as what is computed once more.
pub(crate) fn recomputing<R>(work: impl FnOnce() -> R) -> R {
    with(&RECOMPUTING, true, work)
}

fn with<R>(mode: &'static LocalKey<Cell<bool>>, value: bool, work: impl FnOnce() -> R) -> R {
    struct Restore(&'static LocalKey<Cell<bool>>, bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    let _restore = Restore(mode, mode.replace(value));
    work()
}
