//! A tensor behind a lock that a thread cannot wait for while it holds it itself.

use latent_numeric::Scalar;
use latent_tensor::Tensor;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

pub(crate) struct Locked<E: Scalar> {
    value: Mutex<Tensor<E>>,
    /// The thread that has the elements, zero if none has.
    holder: AtomicUsize,
}

/// A number that no other running thread has, and that is not zero.
fn this_thread() -> usize {
    thread_local!(static PLACE: u8 = const { 0 });
    PLACE.with(|place| std::ptr::from_ref(place).addr())
}

impl<E: Scalar> Locked<E> {
    pub fn new(value: Tensor<E>) -> Self {
        Self { value: Mutex::new(value), holder: AtomicUsize::new(0) }
    }

    /// Waits for other threads.
    ///
    /// # Panics
    /// If this thread has the elements: it would wait for itself.
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, Tensor<E>> {
        match self.value.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                assert!(
                    self.holder.load(Ordering::Relaxed) != this_thread(),
                    "a parameter or state is used while its elements() are held on the same thread: let go of them first"
                );
                self.value.lock().unwrap_or_else(PoisonError::into_inner)
            }
        }
    }

    /// The elements, which this thread has until they are dropped.
    #[track_caller]
    pub fn elements(&self) -> Elements<'_, E> {
        let mut value = self.lock();
        value.elements_mut();
        self.holder.store(this_thread(), Ordering::Relaxed);
        Elements { value, holder: &self.holder }
    }
}

/// The elements of a [`Parameter`](crate::Parameter) or a [`State`](crate::State), which stays locked meanwhile.
///
/// Other threads that use it wait. On the same thread that would be for ever: it panics there.
pub struct Elements<'a, E: Scalar> {
    value: MutexGuard<'a, Tensor<E>>,
    holder: &'a AtomicUsize,
}

impl<E: Scalar> Deref for Elements<'_, E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        self.value.array().as_slice().expect("row-major since they were asked for")
    }
}

impl<E: Scalar> DerefMut for Elements<'_, E> {
    fn deref_mut(&mut self) -> &mut [E] {
        self.value.elements_mut()
    }
}

impl<E: Scalar> Drop for Elements<'_, E> {
    fn drop(&mut self) {
        self.holder.store(0, Ordering::Relaxed);
    }
}
