//! Whether operations are remembered.

use std::cell::Cell;

thread_local! {
    static RECORDING: Cell<bool> = const { Cell::new(true) };
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

/// Runs `work` with recording on or off, then sets it back, also when `work` panics.
pub(crate) fn with_recording<R>(on: bool, work: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            RECORDING.set(self.0);
        }
    }
    let _restore = Restore(RECORDING.replace(on));
    work()
}
