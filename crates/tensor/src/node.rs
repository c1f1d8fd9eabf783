//! The nodes of the graph of computation: values with their histories.

use crate::operator::Operator;
use crate::pool;
use crate::tensor::Tensor;
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArcArray, IxDyn};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tracked nodes are numbered as they are made, so that inputs always come before outputs.
static NEXT: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Node<E: Scalar> {
    pub value: ArcArray<E, IxDyn>,
    pub history: Option<Box<History<E>>>,
}

/// The operator and the inputs that a tracked tensor was computed from.
pub(crate) struct History<E: Scalar> {
    pub id: u64,
    /// The number of the first variable that this one is a later value of: its own, unless elements were changed.
    pub first: u64,
    /// `None` for a variable.
    pub operator: Option<Box<dyn Operator<E>>>,
    pub inputs: Vec<Tensor<E>>,
}

impl<E: Scalar> History<E> {
    pub fn new(operator: Option<Box<dyn Operator<E>>>, inputs: Vec<Tensor<E>>) -> Box<Self> {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Box::new(Self { id, first: id, operator, inputs })
    }

    /// Of a variable that takes the place of this one.
    pub fn successor(&self) -> Box<Self> {
        let mut history = Self::new(None, Vec::new());
        if self.operator.is_none() {
            history.first = self.first;
        }
        history
    }
}

/// The number that the next tracked tensor gets, or a smaller one than that.
pub(crate) fn next_id() -> u64 {
    NEXT.load(Ordering::Relaxed)
}

impl<E: Scalar> Node<E> {
    /// Leaves an empty value behind.
    pub fn take_value(&mut self) -> ArcArray<E, IxDyn> {
        let empty = ArcArray::from_shape_vec(IxDyn(&[0]), Vec::new()).expect("no elements");
        std::mem::replace(&mut self.value, empty)
    }
}

impl<E: Scalar> Drop for Node<E> {
    fn drop(&mut self) {
        release(self);
    }
}

#[compiled_here]
fn release<E: Scalar>(node: &mut Node<E>) {
    // A history can be a chain of millions of nodes, each the last owner of the next. They are taken apart in a loop:
    // dropping one inside the other would need as deep a stack.
    if let Some(history) = node.history.take() {
        let mut waiting = history.inputs;
        while let Some(tensor) = waiting.pop() {
            if let Some(mut node) = Arc::into_inner(tensor.node)
                && let Some(mut history) = node.history.take()
            {
                waiting.append(&mut history.inputs);
            }
        }
    }
    if let Ok(array) = node.take_value().try_into_owned_nocopy() {
        pool::give(array.into_raw_vec_and_offset().0);
    }
}
