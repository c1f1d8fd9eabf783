//! Reductions as functions of rows.

use crate::work::BLOCK;
use crate::{Tensor, layout, shape};
use latent_numeric::{Scalar, parallel};

/// A tensor as a matrix whose rows run over the axes that are reduced.
pub(crate) struct Rows<E: Scalar> {
    /// Of shape (what is left, what is reduced), with the tensor's history.
    pub matrix: Tensor<E>,
    kept: Vec<usize>,
    left: Vec<usize>,
}

impl<E: Scalar> Rows<E> {
    /// # Panics
    /// If an axis is not below the rank, or named twice; the message names the operator.
    #[track_caller]
    pub fn new(operator: &str, x: &Tensor<E>, axes: &[usize]) -> Self {
        let axes = shape::sorted_axes(operator, axes, x.shape());
        let (kept, left) = shape::reduced(x.shape(), &axes);
        let width = axes.iter().map(|&axis| x.shape()[axis]).product();
        let rank = x.rank();
        let trailing = axes.iter().rev().enumerate().all(|(i, &axis)| axis == rank - 1 - i);
        let matrix = [left.iter().product(), width];
        let matrix = if trailing {
            x.reshape(&matrix)
        } else {
            let mut order: Vec<usize> = (0..rank).filter(|axis| !axes.contains(axis)).collect();
            order.extend(&axes);
            x.permute(&order).reshape(&matrix)
        };
        Self { matrix, kept, left }
    }

    /// The length of a row.
    pub fn width(&self) -> usize {
        self.matrix.shape()[1]
    }

    /// What was computed from each row, in the tensor's shape with the reduced axes of length one, or gone.
    pub fn restore(&self, reduced: &Tensor<E>, keep: bool) -> Tensor<E> {
        reduced.reshape(if keep { &self.kept } else { &self.left })
    }
}

/// `f(i, row)` of every row of a matrix, in order.
pub(crate) fn map<E: Scalar, T: Send>(matrix: &Tensor<E>, f: impl Fn(usize, &[E]) -> T + Sync) -> Vec<T> {
    let values = layout::row_major(matrix.array());
    let (rows, width) = (matrix.shape()[0], matrix.shape()[1]);
    let row = |i: usize| f(i, &values[i * width..(i + 1) * width]);
    if values.len() <= 2 * BLOCK {
        (0..rows).map(row).collect()
    } else {
        let blocks = parallel::map_blocks(rows, BLOCK.div_ceil(width), |block| block.map(row).collect::<Vec<T>>());
        blocks.into_iter().flatten().collect()
    }
}

/// Running results side by side, so that the loop is vectorised.
const LANES: usize = 64;

latent_numeric::vectorized! {
    /// The best of `first` and a row, or NaN if there is one.
    pub(crate) fn best<E: Scalar, F: Fn(E, E) -> bool>(row: &[E], first: E, better: F) -> E {
        // A NaN is taken, and nothing is better than it.
        let pick = |best: E, x: E| if better(x, best) || x.is_nan() { x } else { best };
        let mut lanes = [first; LANES];
        let (chunks, rest) = row.as_chunks::<LANES>();
        for chunk in chunks {
            for (best, &x) in lanes.iter_mut().zip(chunk) {
                *best = pick(*best, x);
            }
        }
        if !chunks.is_empty() {
            let mut half = LANES / 2;
            while half > 0 {
                for i in 0..half {
                    lanes[i] = pick(lanes[i], lanes[i + half]);
                }
                half /= 2;
            }
        }
        rest.iter().fold(lanes[0], |best, &x| pick(best, x))
    }

    /// Where a value that is in the row, or the first NaN if it is NaN, is first.
    pub(crate) fn first<E: Scalar>(row: &[E], value: E) -> usize {
        // Without leaving in the middle of a chunk, so that the search is vectorised.
        let mut start = 0;
        for chunk in row.chunks(LANES) {
            let mut found = false;
            for &x in chunk {
                found |= (x == value) | (x.is_nan() & value.is_nan());
            }
            if found {
                break;
            }
            start += chunk.len();
        }
        let is_value = |&x: &E| x == value || (x.is_nan() && value.is_nan());
        start + row[start..].iter().position(is_value).expect("it is one of them")
    }
}
