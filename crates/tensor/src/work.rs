//! How much work is worth another thread.

/// Elements that one thread treats at a time. Each output element depends on its own inputs alone, so how work is
/// cut makes no difference to any bit.
pub(crate) const BLOCK: usize = 1 << 14;

/// Below this many elements, cheap work is done on the calling thread: to wake another one takes longer.
pub(crate) const PARALLEL_FROM: usize = 1 << 16;
