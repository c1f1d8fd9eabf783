//! Convolution along columns, then along rows, with the same kernel.

use super::lanes::{Piece, accumulate, cover};
use super::{Buffers, Kernel};
use crate::image::frame::Frame;
use crate::image::{Border, Shape};

/// Replaces the frame by its convolution with `k(x) k(y)`.
pub(crate) fn separable(frame: &mut Frame, kernel: &Kernel, border: Border, buffers: &mut Buffers) {
    let shape @ Shape { height, width, .. } = frame.shape();
    let weights = kernel.weights();
    let radius = weights.len() / 2;
    let table = |len: usize, table: &mut Vec<Option<usize>>| {
        table.clear();
        table.extend((-(radius as i64)..(len + radius) as i64).map(|at| border.index(at, len)));
    };
    let Buffers { other, rows, columns, padded } = buffers;
    table(height, rows);
    table(width, columns);
    padded.clear();
    padded.resize(width + 2 * radius, 0.0);
    other.resize(shape);
    for (from, to) in frame.planes().zip(other.planes_mut()) {
        plane(from, to, width, weights, border.fill(), rows, columns, padded);
    }
    std::mem::swap(frame, other);
}

latent_numeric::vectorized! {
    fn plane(
        from: &[f32],
        to: &mut [f32],
        width: usize,
        weights: &[f32],
        fill: f32,
        rows: &[Option<usize>],
        columns: &[Option<usize>],
        padded: &mut [f32],
    ) {
        let radius = weights.len() / 2;
        for (y, to) in to.chunks_exact_mut(width).enumerate() {
            let rows = &rows[y..y + weights.len()];
            cover(width, &mut Down { from, width, weights, fill, rows, to: &mut padded[radius..radius + width] });
            for (at, column) in columns[..radius].iter().enumerate() {
                padded[at] = column.map_or(fill, |column| padded[radius + column]);
            }
            for (at, column) in columns[radius + width..].iter().enumerate() {
                padded[radius + width + at] = column.map_or(fill, |column| padded[radius + column]);
            }
            cover(width, &mut Across { padded, weights, to });
        }
    }
}

struct Down<'a> {
    from: &'a [f32],
    width: usize,
    weights: &'a [f32],
    fill: f32,
    rows: &'a [Option<usize>],
    to: &'a mut [f32],
}

impl Piece for Down<'_> {
    #[inline(always)]
    fn piece<const L: usize>(&mut self, start: usize) {
        let mut sum = [0.0; L];
        for (&weight, row) in self.weights.iter().zip(self.rows) {
            match row {
                Some(row) => accumulate(&mut sum, weight, &self.from[row * self.width + start..]),
                None => sum.iter_mut().for_each(|sum| *sum += weight * self.fill),
            }
        }
        self.to[start..start + L].copy_from_slice(&sum);
    }
}

struct Across<'a> {
    padded: &'a [f32],
    weights: &'a [f32],
    to: &'a mut [f32],
}

impl Piece for Across<'_> {
    #[inline(always)]
    fn piece<const L: usize>(&mut self, start: usize) {
        let mut sum = [0.0; L];
        for (k, &weight) in self.weights.iter().enumerate() {
            accumulate(&mut sum, weight, &self.padded[start + k..]);
        }
        self.to[start..start + L].copy_from_slice(&sum);
    }
}
