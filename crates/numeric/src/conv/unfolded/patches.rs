//! The matrix of patches of a part of the output.

use crate::Scalar;
use crate::conv::Geometry;
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Elements moved at once. Rows of a small image are shorter: moving a little too much is faster than counting.
const LANES: usize = 8;

/// Where things are in the working memory for some rows of some samples.
///
/// The *strip* holds what these rows see of the input channels of one group, padding included, with each plane taken
/// apart by the remainder of the coordinates modulo the stride. What one tap sees of it is then contiguous.
/// The *patches* are a matrix of a row for each term (channel, tap) and a column for each output pixel
/// (sample, row, column).
pub struct Layout {
    geometry: Geometry,
    samples: usize,
    rows: Range<usize>,
    /// Rows of the input, padding included, from the first that is seen.
    height: usize,
    /// Columns of a plane in the strip.
    width: usize,
    /// Elements of the strip for a channel of a sample.
    plane: usize,
    /// Where in a plane each tap begins.
    taps: Vec<usize>,
    /// For each remainder modulo the horizontal stride: the columns of the strip inside of the image, and the image's
    /// column at the first.
    remainders: Vec<(Range<usize>, usize)>,
}

impl Layout {
    pub fn new(geometry: &Geometry, samples: usize, rows: Range<usize>) -> Self {
        let g = *geometry;
        let [s, t] = g.stride;
        let height = (rows.len() - 1) * s + (g.kernel[0] - 1) * g.dilation[0] + 1;
        let width = ((g.output[1] - 1) * t + (g.kernel[1] - 1) * g.dilation[1] + 1).div_ceil(t);
        let part = height.div_ceil(s) * width;
        let mut taps = Vec::with_capacity(g.kernel[0] * g.kernel[1]);
        for i in (0..g.kernel[0]).map(|i| i * g.dilation[0]) {
            for j in (0..g.kernel[1]).map(|j| j * g.dilation[1]) {
                taps.push((i % s * t + j % t) * part + i / s * width + j / t);
            }
        }
        let (padding, image) = (g.padding[1], g.input[1]);
        let inside = |r: usize| {
            let start = padding.saturating_sub(r).div_ceil(t);
            let end = (padding + image).saturating_sub(r).div_ceil(t).min(width);
            let start = start.min(end);
            (start..end, (start * t + r).saturating_sub(padding).min(image))
        };
        let remainders = (0..t).map(inside).collect();
        Self { geometry: g, samples, rows, height, width, plane: s * t * part, taps, remainders }
    }

    /// Columns of the matrix.
    pub fn columns(&self) -> usize {
        self.samples * self.rows.len() * self.geometry.output[1]
    }

    /// Elements of the strip, with room to move too much.
    pub fn strip_len(&self) -> usize {
        self.geometry.weight_shape()[1] * self.samples * self.plane + LANES
    }

    /// Elements of the matrix, with room to move too much.
    pub fn patches_len(&self) -> usize {
        self.geometry.terms() * self.columns() + LANES
    }

    /// Calls `f(image row, strip range, remainder)` for what lies inside of the image.
    #[inline(always)]
    fn inside(&self, group: usize, mut f: impl FnMut(Range<usize>, Range<usize>, usize)) {
        let g = &self.geometry;
        let [s, t] = g.stride;
        let (channels, [h, w]) = (g.in_channels / g.groups, g.input);
        let part = self.plane / (s * t);
        let first = self.rows.start * s;
        for c in 0..channels {
            for n in 0..self.samples {
                let image = (n * g.in_channels + group * channels + c) * h * w;
                let plane = (c * self.samples + n) * self.plane;
                let top = g.padding[0].saturating_sub(first).min(self.height);
                let bottom = (g.padding[0] + h).saturating_sub(first).clamp(top, self.height);
                let (mut up, mut row) = (top % s, top / s);
                for i in top..bottom {
                    let from = image + (first + i - g.padding[0]) * w;
                    for (r, (columns, _)) in self.remainders.iter().enumerate() {
                        let to = plane + (up * t + r) * part + row * self.width;
                        f(from..from + w, to + columns.start..to + columns.end, r);
                    }
                    up += 1;
                    if up == s {
                        (up, row) = (0, row + 1);
                    }
                }
            }
        }
    }

    /// Calls `f(strip, patches)` with the beginnings of each run of a row of pixels, in the order of the patches.
    #[inline(always)]
    fn runs(&self, mut f: impl FnMut(usize, usize)) {
        let mut to = 0;
        for c in 0..self.geometry.weight_shape()[1] {
            for tap in &self.taps {
                for n in 0..self.samples {
                    let mut from = (c * self.samples + n) * self.plane + tap;
                    for _ in self.rows.clone() {
                        f(from, to);
                        from += self.width;
                        to += self.geometry.output[1];
                    }
                }
            }
        }
    }
}

/// Fills the patches of one group from the images `x` of the samples.
pub struct Unfold<'a, E> {
    pub layout: &'a Layout,
    pub group: usize,
    pub x: &'a [E],
    pub strip: &'a mut [E],
    pub patches: &'a mut [E],
}

impl<E: Scalar> WithSimd for Unfold<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { layout, group, x, strip, patches } = self;
        let t = layout.geometry.stride[1];
        strip.fill(E::zero());
        layout.inside(group, |row, to, r| {
            let (from, to) = (&x[row][layout.remainders[r].1..], &mut strip[to]);
            match t {
                1 => to.copy_from_slice(&from[..to.len()]),
                2 => {
                    let (pairs, last) = from.as_chunks::<2>();
                    let whole = to.len().min(pairs.len());
                    for (to, pair) in to.iter_mut().zip(pairs) {
                        *to = pair[0];
                    }
                    let rest = &mut to[whole..];
                    rest.copy_from_slice(&last[..rest.len()]);
                }
                _ => to.iter_mut().zip(from.iter().step_by(t)).for_each(|(to, &from)| *to = from),
            }
        });
        let width = layout.geometry.output[1];
        layout.runs(|from, to| {
            let blocks = width.div_ceil(LANES) * LANES;
            let (from, _) = strip[from..from + blocks].as_chunks::<LANES>();
            let (to, _) = patches[to..to + blocks].as_chunks_mut::<LANES>();
            for (to, from) in to.iter_mut().zip(from) {
                *to = *from;
            }
        });
    }
}

/// The adjoint of [`Unfold`]: adds the patches of one group to the images `x` of the samples.
pub struct Fold<'a, E> {
    pub layout: &'a Layout,
    pub group: usize,
    pub x: &'a mut [E],
    pub strip: &'a mut [E],
    pub patches: &'a [E],
}

impl<E: Scalar> WithSimd for Fold<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { layout, group, x, strip, patches } = self;
        let t = layout.geometry.stride[1];
        strip.fill(E::zero());
        let width = layout.geometry.output[1];
        let whole = width / LANES * LANES;
        let tail: [bool; LANES] = std::array::from_fn(|lane| whole + lane < width);
        layout.runs(|to, from| {
            let (from, to) = (&patches[from..from + whole + LANES], &mut strip[to..to + whole + LANES]);
            let (from, _) = from.as_chunks::<LANES>();
            let (to, _) = to.as_chunks_mut::<LANES>();
            let blocks = from.len() - 1;
            for (to, from) in to[..blocks].iter_mut().zip(&from[..blocks]) {
                for lane in 0..LANES {
                    to[lane] += from[lane];
                }
            }
            let (to, from) = (&mut to[blocks], &from[blocks]);
            *to = std::array::from_fn(|lane| if tail[lane] { to[lane] + from[lane] } else { to[lane] });
        });
        layout.inside(group, |row, from, r| {
            let (to, from) = (&mut x[row][layout.remainders[r].1..], &strip[from]);
            if t == 1 {
                to.iter_mut().zip(from).for_each(|(to, &from)| *to += from);
            } else {
                to.iter_mut().step_by(t).zip(from).for_each(|(to, &from)| *to += from);
            }
        });
    }
}
