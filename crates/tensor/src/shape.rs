//! Shapes and how they combine.

use latent_numeric::Scalar;
use ndarray::{ArrayD, IxDyn};

/// An array from a row-major buffer.
pub(crate) fn array<E: Scalar>(shape: &[usize], buffer: Vec<E>) -> ArrayD<E> {
    ArrayD::from_shape_vec(IxDyn(shape), buffer).expect("a buffer has as many elements as its shape")
}

/// The shape that two shapes broadcast to: axes are matched from the last one on, and an axis of length one, or a
/// missing one, stretches.
///
/// # Panics
/// If two lengths differ and neither is one; the message names the operator and both shapes.
#[track_caller]
pub(crate) fn broadcast(operator: &str, a: &[usize], b: &[usize]) -> Vec<usize> {
    let rank = a.len().max(b.len());
    let at = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |i| shape[i]);
    (0..rank)
        .map(|axis| match (at(a, axis), at(b, axis)) {
            (1, n) | (n, 1) => n,
            (n, m) if n == m => n,
            _ => panic!("{operator}: the shapes {a:?} and {b:?} do not broadcast"),
        })
        .collect()
}

/// Checks axes: each below the rank, none twice. Returns them sorted.
///
/// # Panics
/// If they are not; the message names the operator and the shape.
#[track_caller]
pub(crate) fn sorted_axes(operator: &str, axes: &[usize], shape: &[usize]) -> Vec<usize> {
    let mut sorted = axes.to_vec();
    sorted.sort_unstable();
    let distinct = sorted.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(
        distinct && sorted.last().is_none_or(|&last| last < shape.len()),
        "{operator}: axes {axes:?} of the shape {shape:?}: each must be below {} and none twice",
        shape.len()
    );
    sorted
}

/// The leading axes of a batch of square matrices, and their order.
///
/// # Panics
/// If the last two axes are missing or differ; the message names the operator and the shape.
#[track_caller]
pub(crate) fn square<'a>(operator: &str, shape: &'a [usize]) -> (&'a [usize], usize) {
    match shape {
        [batch @ .., m, n] if m == n => (batch, *n),
        _ => panic!("{operator}: the last two axes of the shape {shape:?} are not those of square matrices"),
    }
}
