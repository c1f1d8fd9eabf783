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

/// What is left of a shape without some sorted axes: with these of length one, and without them.
pub(crate) fn reduced(shape: &[usize], axes: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut kept = shape.to_vec();
    axes.iter().for_each(|&axis| kept[axis] = 1);
    let left = (0..shape.len()).filter(|axis| !axes.contains(axis)).map(|axis| shape[axis]).collect();
    (kept, left)
}

/// Checks that an axis is below the rank.
///
/// # Panics
/// If it is not; the message names the operator and the shape.
#[track_caller]
pub(crate) fn check_axis(operator: &str, axis: usize, shape: &[usize]) {
    assert!(axis < shape.len(), "{operator}: axis {axis} of the shape {shape:?}: it must be below {}", shape.len());
}

/// The length of the last axis, of a shape that has one.
pub(crate) fn last(shape: &[usize]) -> usize {
    *shape.last().expect("an axis was checked")
}

/// The numbers of elements before an axis, along it, and after it.
pub(crate) fn around(shape: &[usize], axis: usize) -> (usize, usize, usize) {
    (shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product())
}

/// Checks indices along an axis.
///
/// # Panics
/// If one is not below the length of the axis; the message names the operator, the index and the length.
#[track_caller]
pub(crate) fn check_indices<'a>(operator: &str, indices: impl IntoIterator<Item = &'a usize>, axis: usize, len: usize) {
    if let Some(index) = indices.into_iter().find(|&&index| index >= len) {
        panic!("{operator}: index {index} along axis {axis}, whose length is {len}");
    }
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
