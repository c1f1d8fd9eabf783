//! Memory that goes from one tensor to the next.
//!
//! A training step makes the same arrays again and again. Asking the system for them anew costs more than computing
//! them, as every fresh page is cleared first; so large buffers come back here when their tensor goes, and leave again
//! for the next one of the same length. No more of a length are kept than ever were asked for at once: arrays that were
//! made elsewhere, such as a batch of data in each step, would pile up otherwise.
//!
//! What is kept is bounded ([`set_limit`]): the buffers that have lain unused for longest make room for others, and go
//! on their own when many others have come and gone since. [`trim`] frees them all.
//!
//! ```standalone_crate
//! use latent_tensor::{Tensor, pool};
//!
//! drop(Tensor::<f32>::zeros(&[512, 2047]));
//! assert!(pool::kept() >= 512 * 2047 * 4);
//! pool::trim();
//! assert_eq!(pool::kept(), 0);
//! ```

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Shorter buffers are left to the allocator, which is fast for them.
const SMALLEST: usize = 1 << 10;
/// How many bytes are kept at first.
const LIMIT: usize = 1 << 30;
/// A buffer that was not asked for while this many others came back is freed: far more than a step of training has.
const LONGEST: u64 = 1 << 20;

static POOL: LazyLock<Mutex<Pool>> = LazyLock::new(|| Mutex::new(Pool::new(LIMIT, LONGEST)));

/// Buffers of one type and length.
type Kind = (TypeId, usize);

/// A `Vec` of numbers.
type Buffer = Box<dyn Any + Send>;

struct Pool {
    limit: usize,
    longest: u64,
    /// Bytes kept.
    kept: usize,
    /// How many buffers have come back.
    returned: u64,
    shelves: HashMap<Kind, Shelf>,
    /// The kind of each buffer that is kept, by when it came back, and its bytes.
    order: BTreeMap<u64, (Kind, usize)>,
}

#[derive(Default)]
struct Shelf {
    /// Each with when it came back; the last one leaves first.
    here: VecDeque<(u64, Buffer)>,
    /// How many are out.
    lent: usize,
}

impl Pool {
    fn new(limit: usize, longest: u64) -> Self {
        Self { limit, longest, kept: 0, returned: 0, shelves: HashMap::new(), order: BTreeMap::new() }
    }

    fn take<T: 'static>(&mut self, len: usize) -> Option<Vec<T>> {
        let shelf = self.shelves.entry((TypeId::of::<T>(), len)).or_default();
        shelf.lent += 1;
        let (when, buffer) = shelf.here.pop_back()?;
        let (_, bytes) = self.order.remove(&when).expect("what is here has its place in the order");
        self.kept -= bytes;
        Some(*buffer.downcast().expect("a buffer of its kind"))
    }

    /// Keeps a buffer, or not; and what is to be freed, which is better done without the lock.
    fn give<T: Send + 'static>(&mut self, buffer: Vec<T>) -> Vec<Buffer> {
        let (kind, bytes) = ((TypeId::of::<T>(), buffer.len()), size_of_val(&buffer[..]));
        let Some(shelf) = self.shelves.get_mut(&kind).filter(|shelf| shelf.lent > 0) else { return Vec::new() };
        shelf.lent -= 1;
        self.returned += 1;
        if bytes <= self.limit {
            shelf.here.push_back((self.returned, Box::new(buffer)));
            self.order.insert(self.returned, (kind, bytes));
            self.kept += bytes;
        } else if shelf.lent == 0 && shelf.here.is_empty() {
            self.shelves.remove(&kind);
        }
        self.forget()
    }

    /// Takes out the oldest buffers while there are too many bytes, and those that are too old.
    fn forget(&mut self) -> Vec<Buffer> {
        let mut gone = Vec::new();
        while let Some(oldest) = self.order.first_entry()
            && (self.kept > self.limit || self.returned - oldest.key() > self.longest)
        {
            let (kind, bytes) = oldest.remove();
            self.kept -= bytes;
            let shelf = self.shelves.get_mut(&kind).expect("it is on a shelf");
            gone.extend(shelf.here.pop_front().map(|(_, buffer)| buffer));
            if shelf.here.is_empty() && shelf.lent == 0 {
                self.shelves.remove(&kind);
            }
        }
        gone
    }
}

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A buffer of this length; what it holds is of no meaning.
pub(crate) fn take<T: Copy + Default + 'static>(len: usize) -> Vec<T> {
    let kept = if len < SMALLEST { None } else { pool().take(len) };
    kept.unwrap_or_else(|| vec![T::default(); len])
}

/// Gives a buffer back.
pub(crate) fn give<T: Copy + Default + Send + 'static>(buffer: Vec<T>) {
    if buffer.len() >= SMALLEST {
        let gone = pool().give(buffer);
        drop(gone);
    }
}

/// The bytes of the buffers that are kept for later tensors, of all types together.
pub fn kept() -> usize {
    pool().kept
}

/// Frees all buffers that are kept for later tensors.
pub fn trim() {
    let mut pool = pool();
    let limit = std::mem::replace(&mut pool.limit, 0);
    let gone = pool.forget();
    pool.limit = limit;
    drop(pool);
    drop(gone);
}

/// Keeps no more than this many bytes for later tensors, 1 GiB if never called, and frees what is too much.
///
/// ```standalone_crate
/// use latent_tensor::pool;
///
/// pool::set_limit(1 << 20);
/// assert!(pool::kept() <= 1 << 20);
/// ```
pub fn set_limit(bytes: usize) {
    let mut pool = pool();
    pool.limit = bytes;
    let gone = pool.forget();
    drop(pool);
    drop(gone);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back() {
        let mut pool = Pool::new(1 << 20, 100);
        assert_eq!(pool.take::<f32>(3), None);
        let buffer = vec![1.0_f32; 3];
        let address = buffer.as_ptr();
        assert_eq!((pool.give(buffer).len(), pool.kept), (0, 12));
        assert!(pool.take::<f64>(3).is_none() && pool.take::<f32>(4).is_none());
        let again: Vec<f32> = pool.take(3).unwrap();
        assert_eq!(again.as_ptr(), address);
        assert_eq!((pool.kept, pool.order.len()), (0, 0));
    }

    #[test]
    fn what_nobody_asked_for_does_not_stay() {
        let mut pool = Pool::new(1 << 20, 100);
        pool.give(vec![0.0_f32; 5]);
        assert_eq!((pool.kept, pool.shelves.len()), (0, 0));
        pool.take::<f32>(5);
        pool.take::<f32>(5);
        (0..4).for_each(|_| drop(pool.give(vec![0.0_f32; 5])));
        assert_eq!(pool.kept, 2 * 20);
    }

    /// All types count together.
    #[test]
    fn the_oldest_make_room() {
        let mut pool = Pool::new(100, 1000);
        for len in 1..=4 {
            pool.take::<f64>(len);
            pool.take::<f32>(len);
        }
        for len in 1..=4 {
            pool.give(vec![0.0_f64; len]);
            pool.give(vec![0.0_f32; len]);
        }
        // Of 8 + 4 + 16 + 8 + 24 + 12 + 32 + 16 bytes the first three have gone.
        assert_eq!((pool.kept, pool.order.len(), pool.shelves.len()), (92, 5, 5));
        assert!(pool.take::<f64>(2).is_none() && pool.take::<f32>(2).is_some());
        // One that is larger than the limit is not kept, and nothing goes for it.
        pool.take::<f64>(50);
        assert_eq!((pool.give(vec![0.0_f64; 50]).len(), pool.kept), (0, 84));
    }

    #[test]
    fn the_unused_are_forgotten() {
        let mut pool = Pool::new(1 << 20, 10);
        pool.take::<f64>(2);
        pool.give(vec![0.0_f64; 2]);
        let step = |pool: &mut Pool| {
            let buffer = pool.take::<f64>(3).unwrap_or_else(|| vec![0.0; 3]);
            pool.give(buffer).len()
        };
        assert_eq!((0..10).map(|_| step(&mut pool)).sum::<usize>(), 0);
        assert_eq!((step(&mut pool), pool.kept, pool.shelves.len()), (1, 24, 1));
    }

    /// However many lengths there were before, those of the present are kept.
    #[test]
    fn many_other_lengths_leave_room() {
        let mut pool = Pool::new(1 << 20, 1 << 20);
        for len in 1..900 {
            pool.take::<f64>(len);
            pool.give(vec![0.0_f64; len]);
        }
        pool.take::<f64>(20_000);
        pool.give(vec![0.0_f64; 20_000]);
        assert!(pool.take::<f64>(20_000).is_some());
    }
}
