//! Working memory that each thread keeps from one call to the next.

use crate::Scalar;
use std::any::Any;
use std::cell::RefCell;

/// Bytes that buffers are aligned to: a line of cache, the widest vector.
const LINE: usize = 64;

thread_local! {
    static KEPT: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Calls `work` with a buffer of this length; what it holds is of no meaning. Calls may be nested.
pub fn with<E: Scalar, R>(len: usize, work: impl FnOnce(&mut [E]) -> R) -> R {
    let kept = KEPT.with_borrow_mut(|kept| {
        let last = kept.iter().rposition(|buffer| buffer.is::<Vec<E>>());
        last.map(|i| kept.remove(i).downcast::<Vec<E>>().expect("its type was checked"))
    });
    let mut buffer = kept.unwrap_or_default();
    let most = len + LINE / size_of::<E>();
    if buffer.len() < most {
        // Nothing of the old contents is worth moving.
        *buffer = Vec::new();
        *buffer = vec![E::zero(); most];
    }
    let start = buffer.as_ptr().align_offset(LINE).min(most - len);
    let result = work(&mut buffer[start..start + len]);
    KEPT.with_borrow_mut(|kept| kept.push(buffer));
    result
}
