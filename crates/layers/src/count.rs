//! How often something happened.

use std::sync::atomic::{AtomicU64, Ordering};

/// A whole number that belongs to a module and says how often something happened, such as the batches that a running
/// mean has seen. It is exact, and an integer in files.
///
/// ```
/// use latent_layers::Count;
///
/// let batches = Count::new(1 << 24);
/// assert_eq!(batches.increment(), (1 << 24) + 1);
/// batches.set(3);
/// assert_eq!(batches.value(), 3);
/// ```
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// A count that stands at this number.
    pub fn new(value: u64) -> Self {
        Self(AtomicU64::new(value))
    }

    /// The present number.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets the count to another number.
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// Adds one; the new number.
    pub fn increment(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// A copy with a number of its own.
impl Clone for Count {
    fn clone(&self) -> Self {
        Self::new(self.value())
    }
}
