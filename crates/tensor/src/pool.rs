//! Memory that goes from one tensor to the next.
//!
//! A training step makes the same arrays again and again. Asking the system for them anew costs more than
//! computing them, as every fresh page is cleared first; so large buffers come back here when their tensor goes,
//! and leave again for the next one of the same length. No more of a length are kept than ever were asked for at once:
//! arrays that were made elsewhere, such as a batch of data in each step, would pile up otherwise.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Shorter buffers are left to the allocator, which is fast for them.
const SMALLEST: usize = 1 << 10;
/// No more than this stays here unused, for each type.
const MOST_BYTES: usize = 1 << 30;

static F32: LazyLock<Mutex<Shelf<f32>>> = LazyLock::new(Mutex::default);
static F64: LazyLock<Mutex<Shelf<f64>>> = LazyLock::new(Mutex::default);
static U32: LazyLock<Mutex<Shelf<u32>>> = LazyLock::new(Mutex::default);

struct Shelf<E> {
    bytes: usize,
    /// By length.
    buffers: HashMap<usize, Buffers<E>>,
}

struct Buffers<E> {
    here: Vec<Vec<E>>,
    /// How many are out.
    lent: usize,
}

impl<E> Default for Shelf<E> {
    fn default() -> Self {
        Self { bytes: 0, buffers: HashMap::new() }
    }
}

impl<E> Default for Buffers<E> {
    fn default() -> Self {
        Self { here: Vec::new(), lent: 0 }
    }
}

fn shelf<T: 'static>() -> &'static Mutex<Shelf<T>> {
    let shelves: [&'static dyn Any; 3] = [&*F32, &*F64, &*U32];
    shelves.iter().find_map(|shelf| shelf.downcast_ref()).expect("buffers hold f32, f64 or u32")
}

/// A buffer of this length; what it holds is of no meaning.
pub(crate) fn take<T: Copy + Default + 'static>(len: usize) -> Vec<T> {
    if len >= SMALLEST {
        let mut shelf = shelf::<T>().lock().unwrap_or_else(PoisonError::into_inner);
        let buffers = shelf.buffers.entry(len).or_default();
        buffers.lent += 1;
        if let Some(buffer) = buffers.here.pop() {
            shelf.bytes -= len * size_of::<T>();
            return buffer;
        }
    }
    vec![T::default(); len]
}

/// Gives a buffer back.
pub(crate) fn give<T: Copy + Default + 'static>(buffer: Vec<T>) {
    let (len, bytes) = (buffer.len(), buffer.len() * size_of::<T>());
    if len < SMALLEST {
        return;
    }
    let mut shelf = shelf::<T>().lock().unwrap_or_else(PoisonError::into_inner);
    let room = shelf.bytes + bytes <= MOST_BYTES;
    let Some(buffers) = shelf.buffers.get_mut(&len).filter(|buffers| buffers.lent > 0) else { return };
    buffers.lent -= 1;
    if room {
        buffers.here.push(buffer);
        shelf.bytes += bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back() {
        // A length that no other test uses.
        let len = SMALLEST + 12_347;
        let buffer: Vec<f32> = take(len);
        let address = buffer.as_ptr();
        give(buffer);
        let again: Vec<f32> = take(len);
        assert_eq!((again.as_ptr(), again.len()), (address, len));
        assert_eq!(take::<f64>(len).len(), len);
    }

    #[test]
    fn what_nobody_asked_for_does_not_stay() {
        let len = SMALLEST + 12_349;
        give(vec![0.0_f32; len]);
        let held = || shelf::<f32>().lock().unwrap().buffers.get(&len).map_or(0, |buffers| buffers.here.len());
        assert_eq!(held(), 0);
        let (first, second): (Vec<f32>, Vec<f32>) = (take(len), take(len));
        for buffer in [first, second, vec![0.0; len], vec![0.0; len]] {
            give(buffer);
        }
        assert_eq!(held(), 2);
    }
}
