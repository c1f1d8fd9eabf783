//! Working memory that each thread keeps from one call to the next.

use crate::Scalar;
use std::any::Any;
use std::cell::RefCell;

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
    if buffer.len() < len {
        buffer.resize(len, E::zero());
    }
    let result = work(&mut buffer[..len]);
    KEPT.with_borrow_mut(|kept| kept.push(buffer));
    result
}
