//! Convolution with a kernel of two dimensions, given by its entries that are not zero.

use super::Buffers;
use super::lanes::{Piece, accumulate, cover};
use crate::image::frame::Frame;
use crate::image::{Border, Shape};

/// An entry of a kernel: `weight` for the pixel `down` rows below and `right` columns to the right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tap {
    pub down: i64,
    pub right: i64,
    pub weight: f32,
}

/// Replaces the frame by its convolution with the kernel.
pub(crate) fn convolve(frame: &mut Frame, taps: &[Tap], border: Border, buffers: &mut Buffers) {
    let shape @ Shape { height, width, .. } = frame.shape();
    let radius = taps.iter().map(|tap| tap.down.abs().max(tap.right.abs())).max().unwrap_or(0);
    let stride = width + 2 * radius as usize;
    let Buffers { other, rows, columns, padded } = buffers;
    let table = |len: usize, table: &mut Vec<Option<usize>>| {
        table.clear();
        table.extend((-radius..len as i64 + radius).map(|at| border.index(at, len)));
    };
    table(height, rows);
    table(width, columns);
    other.resize(shape);
    for (from, to) in frame.planes().zip(other.planes_mut()) {
        padded.clear();
        for row in &*rows {
            let row = row.map(|row| &from[row * width..(row + 1) * width]);
            let value = |column: Option<usize>| row.zip(column).map_or(border.fill(), |(row, column)| row[column]);
            padded.extend(columns.iter().map(|&column| value(column)));
        }
        plane(padded, stride, radius, taps, to, width);
    }
    std::mem::swap(frame, other);
}

latent_numeric::vectorized! {
    fn plane(padded: &[f32], stride: usize, radius: i64, taps: &[Tap], to: &mut [f32], width: usize) {
        for (y, to) in to.chunks_exact_mut(width).enumerate() {
            cover(width, &mut Row { padded: &padded[y * stride..], stride, radius, taps, to });
        }
    }
}

struct Row<'a> {
    padded: &'a [f32],
    stride: usize,
    radius: i64,
    taps: &'a [Tap],
    to: &'a mut [f32],
}

impl Piece for Row<'_> {
    #[inline(always)]
    fn piece<const L: usize>(&mut self, start: usize) {
        let mut sum = [0.0; L];
        for tap in self.taps {
            let at = (tap.down + self.radius) as usize * self.stride + (tap.right + self.radius) as usize;
            accumulate(&mut sum, tap.weight, &self.padded[at + start..]);
        }
        self.to[start..start + L].copy_from_slice(&sum);
    }
}
