//! Maps that take pixels to pixels: flips, quarter turns, shifts by whole pixels, crops and pads. Values are copied.

use super::Homography;
use crate::image::{Border, Shape};

/// `source = (a x + b y + e, c x + d y + f)` in integers, where each axis of the result runs along one of the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lattice {
    linear: [[i64; 2]; 2],
    offset: [i64; 2],
}

impl Lattice {
    /// The map in integers, if it is one.
    pub(super) fn of(map: &Homography) -> Option<Self> {
        let [[a, b, e], [c, d, f], _] = map.matrix();
        let whole = |x: f64| x.fract() == 0.0 && x.abs() < 1e9;
        if !(map.is_affine() && [a, b, c, d, e, f].into_iter().all(whole)) {
            return None;
        }
        let linear = [[a as i64, b as i64], [c as i64, d as i64]];
        let signed_axes = matches!(linear, [[1 | -1, 0], [0, 1 | -1]] | [[0, 1 | -1], [1 | -1, 0]]);
        signed_axes.then_some(Self { linear, offset: [e as i64, f as i64] })
    }

    pub(super) fn is_identity(&self) -> bool {
        self.linear == [[1, 0], [0, 1]] && self.offset == [0, 0]
    }

    /// Copies a channel. `table` is memory to work with.
    pub(super) fn copy(
        &self,
        from: &[f32],
        input: Shape,
        to: &mut [f32],
        output: Shape,
        border: Border,
        table: &mut Vec<Option<usize>>,
    ) {
        let [[a, b], [c, d]] = self.linear;
        let [e, f] = self.offset;
        let transposed = a == 0;
        // Along a row of the result runs a row of the source, or a column.
        let (along, step_along, across, step_across) = if transposed { (c, f, b, e) } else { (a, e, d, f) };
        let (length, stride) = if transposed { (input.height, input.width) } else { (input.width, 1) };
        let (other_length, other_stride) = if transposed { (input.width, 1) } else { (input.height, input.width) };
        table.clear();
        table
            .extend((0..output.width as i64).map(|x| border.index(along * x + step_along, length).map(|i| i * stride)));
        let fill = border.fill();
        let straight =
            !transposed && along == 1 && step_along >= 0 && step_along as usize + output.width <= input.width;
        for (y, row) in to.chunks_exact_mut(output.width).enumerate() {
            let Some(base) = border.index(across * y as i64 + step_across, other_length) else {
                row.fill(fill);
                continue;
            };
            let base = base * other_stride;
            if straight {
                row.copy_from_slice(&from[base + step_along as usize..][..output.width]);
                continue;
            }
            for (value, place) in row.iter_mut().zip(&*table) {
                *value = place.map_or(fill, |place| from[base + place]);
            }
        }
    }
}
