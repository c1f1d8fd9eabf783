//! Convolution by matrix products.
//!
//! Patches are laid out for a few samples, or rows of one, at a time, in memory of bounded size that threads keep,
//! and multiplied by [`matmul_into`].

mod patches;

use super::{Geometry, PARALLEL_FROM, fill, scratch};
use crate::Scalar;
use crate::matmul::{Threads, matmul_into};
use crate::parallel;
use ndarray::{ArrayView2, ArrayViewMut2};
use patches::{Fold, Layout, Unfold};
use pulp::Arch;
use std::ops::Range;

/// Elements of the matrix of patches: half of a second-level cache in single precision.
const PATCHES: usize = 1 << 17;
/// Columns of it that are enough for a fast product.
const COLUMNS: usize = 1 << 10;
/// Parts that a batch is cut into at least, if it has as many samples.
const PARTS: usize = 16;
/// Sums of the gradient with respect to the weight that are made independently.
const SUMS: usize = 8;

/// See [`super::output`].
pub fn output<E: Scalar>(g: &Geometry, x: &[E], w: &[E], bias: Option<&[E]>, y: &mut [E]) {
    let tile = Tile::new(g, g.samples.div_ceil(PARTS));
    let (x_sample, y_sample) = (x.len() / g.samples, y.len() / g.samples);
    chunks(g, y, tile.samples * y_sample, |i, y| {
        let x = &x[i * tile.samples * x_sample..][..y.len() / y_sample * x_sample];
        tile.each(g, y.len() / y_sample, |layout, rows, [strip, patches, product]| {
            for group in 0..g.groups {
                Arch::new().dispatch(Unfold { layout, group, x, strip, patches });
                let columns = layout.columns();
                let patches = matrix(patches, g.terms(), columns);
                let direct = layout_is_contiguous(g, columns, y.len() / y_sample);
                let target = if direct { group_of(g, y, group) } else { &mut product[..] };
                let target = matrix_mut(target, g.group(), columns);
                matmul_into(E::one(), weight_of(g, w, group), patches, E::zero(), target, threads(g));
                if !direct {
                    runs(g, group, y.len() / y_sample, &rows, |y_at, at| y[y_at].copy_from_slice(&product[at]));
                }
            }
        });
        for (plane, &bias) in y.chunks_exact_mut(g.pixels()).zip(bias.unwrap_or_default().iter().cycle()) {
            plane.iter_mut().for_each(|y| *y += bias);
        }
    });
}

/// See [`super::input`].
pub fn input<E: Scalar>(g: &Geometry, w: &[E], y: &[E], bias: Option<&[E]>, x: &mut [E]) {
    let tile = Tile::new(g, g.samples.div_ceil(PARTS));
    let (x_sample, y_sample) = (x.len() / g.samples, y.len() / g.samples);
    chunks(g, x, tile.samples * x_sample, |i, x| {
        let samples = x.len() / x_sample;
        fill(x, bias, g.input[0] * g.input[1]);
        let y = &y[i * tile.samples * y_sample..][..samples * y_sample];
        tile.each(g, samples, |layout, rows, [strip, patches, product]| {
            for group in 0..g.groups {
                let columns = layout.columns();
                let y = cotangent(g, y, group, samples, &rows, columns, product);
                let target = matrix_mut(patches, g.terms(), columns);
                matmul_into(E::one(), weight_of(g, w, group).reversed_axes(), y, E::zero(), target, threads(g));
                Arch::new().dispatch(Fold { layout, group, x, strip, patches });
            }
        });
    });
}

/// See [`super::weight`]. The sum over samples is made of blocks that depend on their number alone.
pub fn weight<E: Scalar>(g: &Geometry, x: &[E], y: &[E], w: &mut [E]) {
    let block = g.samples.div_ceil(SUMS);
    let tile = Tile::new(g, block);
    let (x_sample, y_sample, len) = (x.len() / g.samples, y.len() / g.samples, w.len());
    scratch::with(g.samples.div_ceil(block) * len, |sums: &mut [E]| {
        chunks(g, sums, len, |i, sum| {
            let mut beta = E::zero();
            let end = ((i + 1) * block).min(g.samples);
            for first in (i * block..end).step_by(tile.samples) {
                let samples = tile.samples.min(end - first);
                let x = &x[first * x_sample..][..samples * x_sample];
                let y = &y[first * y_sample..][..samples * y_sample];
                tile.each(g, samples, |layout, rows, [strip, patches, product]| {
                    for group in 0..g.groups {
                        let columns = layout.columns();
                        Arch::new().dispatch(Unfold { layout, group, x, strip, patches });
                        let y = cotangent(g, y, group, samples, &rows, columns, product);
                        let patches = matrix(patches, g.terms(), columns).reversed_axes();
                        let size = g.group() * g.terms();
                        let target = matrix_mut(&mut sum[group * size..], g.group(), g.terms());
                        matmul_into(E::one(), y, patches, beta, target, threads(g));
                    }
                    beta = E::one();
                });
            }
        });
        let count = sums.len() / len;
        let mut step = 1;
        while step < count {
            for i in (0..count - step).step_by(2 * step) {
                let (left, right) = sums[i * len..].split_at_mut(step * len);
                left[..len].iter_mut().zip(&right[..len]).for_each(|(left, &right)| *left += right);
            }
            step *= 2;
        }
        w.copy_from_slice(&sums[..len]);
    });
}

/// What is computed at once: some whole samples, or some rows of one.
struct Tile {
    samples: usize,
    rows: usize,
}

impl Tile {
    fn new(g: &Geometry, most: usize) -> Self {
        let columns = (PATCHES / g.terms()).min(COLUMNS);
        if g.pixels() <= columns {
            Self { samples: (columns / g.pixels()).clamp(1, most), rows: g.output[0] }
        } else {
            Self { samples: 1, rows: (columns / g.output[1]).clamp(1, g.output[0]) }
        }
    }

    /// Calls `f(layout, rows, [strip, patches, product])` for all rows, in blocks.
    fn each<E: Scalar>(&self, g: &Geometry, samples: usize, mut f: impl FnMut(&Layout, Range<usize>, [&mut [E]; 3])) {
        for rows in parallel::blocks(g.output[0], self.rows) {
            let layout = Layout::new(g, samples, rows.clone());
            let lens = [layout.strip_len(), layout.patches_len(), g.group() * layout.columns()];
            scratch::with(lens.iter().sum(), |memory| {
                let (strip, memory) = memory.split_at_mut(lens[0]);
                let (patches, product) = memory.split_at_mut(lens[1]);
                f(&layout, rows, [strip, patches, product]);
            });
        }
    }
}

/// Calls `work(i, chunk)` for chunks of `out`, in parallel where it pays.
fn chunks<E: Scalar>(g: &Geometry, out: &mut [E], size: usize, work: impl Fn(usize, &mut [E]) + Sync) {
    if g.flop() < PARALLEL_FROM {
        out.chunks_mut(size).enumerate().for_each(|(i, chunk)| work(i, chunk));
    } else {
        parallel::each(out.chunks_mut(size), work);
    }
}

/// One sample leaves the other threads to the product.
fn threads(g: &Geometry) -> Threads {
    if g.samples == 1 { Threads::Pool } else { Threads::One }
}

fn matrix<E>(slice: &[E], rows: usize, columns: usize) -> ArrayView2<'_, E> {
    ArrayView2::from_shape((rows, columns), &slice[..rows * columns]).expect("as many elements")
}

fn matrix_mut<E>(slice: &mut [E], rows: usize, columns: usize) -> ArrayViewMut2<'_, E> {
    ArrayViewMut2::from_shape((rows, columns), &mut slice[..rows * columns]).expect("as many elements")
}

fn weight_of<'a, E>(g: &Geometry, w: &'a [E], group: usize) -> ArrayView2<'a, E> {
    matrix(&w[group * g.group() * g.terms()..], g.group(), g.terms())
}

fn group_of<'a, E>(g: &Geometry, y: &'a mut [E], group: usize) -> &'a mut [E] {
    let len = g.group() * g.pixels();
    &mut y[group * len..(group + 1) * len]
}

/// Whether the outputs of a group, as a matrix of a row for each channel, are contiguous as they are.
fn layout_is_contiguous(g: &Geometry, columns: usize, samples: usize) -> bool {
    samples == 1 && columns == g.pixels()
}

/// Calls `f(in y, in the matrix)` with ranges of the same elements of the outputs of a group.
fn runs(
    g: &Geometry,
    group: usize,
    samples: usize,
    rows: &Range<usize>,
    mut f: impl FnMut(Range<usize>, Range<usize>),
) {
    let (run, channels) = (rows.len() * g.output[1], g.group());
    for channel in 0..channels {
        for n in 0..samples {
            let at = (channel * samples + n) * run;
            let y_at = (n * g.out_channels + group * channels + channel) * g.pixels() + rows.start * g.output[1];
            f(y_at..y_at + run, at..at + run);
        }
    }
}

/// The outputs of a group as a matrix of a row for each channel, copied to `product` if need be.
fn cotangent<'a, E: Scalar>(
    g: &Geometry,
    y: &'a [E],
    group: usize,
    samples: usize,
    rows: &Range<usize>,
    columns: usize,
    product: &'a mut [E],
) -> ArrayView2<'a, E> {
    if layout_is_contiguous(g, columns, samples) {
        return matrix(&y[group * g.group() * columns..], g.group(), columns);
    }
    runs(g, group, samples, rows, |y_at, at| product[at].copy_from_slice(&y[y_at]));
    matrix(product, g.group(), columns)
}
