//! Convolution of samples side by side: a vector holds the same pixel of as many samples as it has lanes.
//!
//! Groups of samples are transposed into (channel, row, column, sample) and back. In between every stride, dilation and
//! width of image is alike: a pixel is a vector, and taps in the padding are left out of the sums.

mod axis;
mod interleave;
mod tile;
mod weight;

pub use weight::weight;

use super::{Geometry, PARALLEL_FROM, scratch};
use crate::{Scalar, parallel};
use axis::{Class, classes};
use interleave::{deinterleave, interleave};
use pulp::Arch;
use std::ops::Range;
use tile::{Loops, Shape, TimesNumbers};

/// Elements of images that are held transposed at once, if that is more than one group of samples.
const HELD: usize = 1 << 21;
/// Larger groups of samples than this are not worth it: they would not stay in a cache.
const GROUP: usize = 1 << 21;
/// Pixels transposed at once: what fits in the first-level cache.
const PIXELS: usize = 64;

/// How many of the samples, from the first, are best computed side by side.
///
/// Whole vectors are, and a last one that is at least half full; not if vectors are short or images large.
pub fn samples<E: Scalar>(g: &Geometry) -> usize {
    let lanes = Shape::of::<E>().lanes;
    let largest = (g.in_channels * g.input[0] * g.input[1]).max(g.out_channels * g.pixels()) * lanes;
    if lanes < 4 || largest > GROUP {
        return 0;
    }
    let whole = g.samples / lanes * lanes;
    if (g.samples - whole) * 2 >= lanes { g.samples } else { whole }
}

/// Some channels of a group of channels that are computed together.
struct Block {
    group: usize,
    channels: Range<usize>,
}

/// Cuts `0..channels` into as many of the largest tiles' size as there are, and powers of two.
fn powers(channels: usize, largest: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let left = channels - start;
        (left > 0).then(|| {
            let size = if left >= largest { largest } else { 1 << left.ilog2() };
            start += size;
            start - size..start
        })
    })
}

/// A linear map of images: convolution, or its transpose.
struct Map<'a, E> {
    groups: usize,
    /// Channels of a group that are summed over, and of one that are computed.
    channels: [usize; 2],
    from: [usize; 2],
    to: [usize; 2],
    kernel: [usize; 2],
    axes: [Vec<Class>; 2],
    /// The kernels of a group, a source channel and a target channel.
    weight: &'a (dyn Fn(usize, usize, usize) -> &'a [E] + Sync),
    bias: Option<&'a [E]>,
}

/// See [`super::output`].
pub fn output<E: Scalar>(g: &Geometry, x: &[E], w: &[E], bias: Option<&[E]>, y: &mut [E]) {
    let axes = [0, 1].map(|a| classes(g.output[a], g.kernel[a], |r, i| g.source(a, r, i)));
    let taps = g.kernel[0] * g.kernel[1];
    let (channels, weight) = ([g.in_channels / g.groups, g.group()], |group, c, o| {
        &w[((group * g.group() + o) * (g.in_channels / g.groups) + c) * taps..][..taps]
    });
    let (groups, kernel) = (g.groups, g.kernel);
    Map { groups, channels, from: g.input, to: g.output, kernel, axes, weight: &weight, bias }.apply(x, y, g.flop());
}

/// See [`super::input`].
pub fn input<E: Scalar>(g: &Geometry, w: &[E], y: &[E], bias: Option<&[E]>, x: &mut [E]) {
    let axes = [0, 1].map(|a| {
        let target = |u: usize, i: usize| {
            let moved = (u + g.padding[a]).checked_sub(g.dilation[a] * i)?;
            (moved.is_multiple_of(g.stride[a]) && moved / g.stride[a] < g.output[a]).then(|| moved / g.stride[a])
        };
        classes(g.input[a], g.kernel[a], target)
    });
    let taps = g.kernel[0] * g.kernel[1];
    let (channels, weight) = ([g.group(), g.in_channels / g.groups], |group, o, c| {
        &w[((group * g.group() + o) * (g.in_channels / g.groups) + c) * taps..][..taps]
    });
    let (groups, kernel) = (g.groups, g.kernel);
    Map { groups, channels, from: g.output, to: g.input, kernel, axes, weight: &weight, bias }.apply(y, x, g.flop());
}

impl<E: Scalar> Map<'_, E> {
    fn apply(&self, from: &[E], to: &mut [E], flop: usize) {
        let Shape { lanes, factors } = Shape::of::<E>();
        let [sources, targets] = self.channels;
        let (plane, taps) = (self.from[0] * self.from[1], self.kernel[0] * self.kernel[1]);
        let (from_sample, to_sample) = (self.groups * sources * plane, self.groups * targets * self.to[0] * self.to[1]);
        let blocks: Vec<_> = (0..self.groups)
            .flat_map(|group| powers(targets, factors).map(move |channels| Block { group, channels }))
            .collect();
        let held = (HELD / (from_sample * lanes)).max(1);
        let lens =
            [self.groups * sources * targets * taps, held.min(to.len() / to_sample / lanes + 1) * from_sample * lanes];
        scratch::with(lens[0] + lens[1], |memory| {
            // Vectors come first: their beginning is aligned.
            let (images, weights) = memory.split_at_mut(lens[1]);
            let mut packed = Vec::with_capacity(blocks.len());
            let mut rest = &mut *weights;
            for block in &blocks {
                let (own, others) = rest.split_at_mut(sources * taps * block.channels.len());
                packed.push((block, own));
                rest = others;
            }
            each(flop, &mut packed, |(block, packed)| self.pack(block, packed));
            for (from, to) in from.chunks(held * lanes * from_sample).zip(to.chunks_mut(held * lanes * to_sample)) {
                side_by_side(from, from_sample, lanes, flop, images);
                let mut tasks = Vec::new();
                for (i, group) in to.chunks_mut(lanes * to_sample).enumerate() {
                    let mut rests: Vec<_> = group.chunks_mut(to_sample).collect();
                    for (block, packed) in &packed {
                        let len = block.channels.len() * self.to[0] * self.to[1];
                        let own: Vec<_> =
                            rests.iter_mut().map(|rest| rest.split_off_mut(..len).expect("its channels")).collect();
                        tasks.push((&images[i * lanes * from_sample..], *block, &**packed, own));
                    }
                }
                each(flop, &mut tasks, |(images, block, packed, to)| self.block(images, block, packed, to, lanes));
            }
        });
    }

    /// Weights of a block in the order that tiles take them: (source channel, tap, target channel).
    fn pack(&self, block: &Block, packed: &mut [E]) {
        let (width, taps) = (block.channels.len(), self.kernel[0] * self.kernel[1]);
        scratch::with(width * taps, |spare| {
            for (source, out) in packed.chunks_mut(width * taps).enumerate() {
                let rows = block.channels.clone().map(|target| (self.weight)(block.group, source, target));
                let rows: Vec<_> = rows.collect();
                interleave(&rows, width, out, spare);
            }
        });
    }

    /// Computes a block of channels of a group of samples.
    fn block(&self, images: &[E], block: &Block, packed: &[E], to: &mut [&mut [E]], lanes: usize) {
        let [sources, _] = self.channels;
        let [height, columns] = self.from;
        let (plane, pixels, width) = (height * columns, self.to[0] * self.to[1], block.channels.len());
        let images = &images[block.group * sources * plane * lanes..][..sources * plane * lanes];
        let tile = width * pixels * lanes;
        scratch::with(tile + 2 * PIXELS * lanes, |memory| {
            let (out, spare) = memory.split_at_mut(tile);
            let mut targets = Vec::new();
            for up in &self.axes[0] {
                for across in &self.axes[1] {
                    targets.clear();
                    for &[r, u] in &up.targets {
                        targets.extend(across.targets.iter().map(|&[q, v]| [u * columns + v, r * self.to[1] + q]));
                    }
                    let down = (columns.cast_signed(), (self.kernel[1] * width).cast_signed());
                    let loops = Loops {
                        counts: [sources, up.taps, across.taps],
                        vectors: [plane.cast_signed(), up.source_step * down.0, across.source_step],
                        factors: [
                            (self.kernel[0] * self.kernel[1] * width).cast_signed(),
                            up.tap_step * down.1,
                            across.tap_step * width.cast_signed(),
                        ],
                    };
                    Arch::new().dispatch(TimesNumbers {
                        loops,
                        vectors: images,
                        targets: &targets,
                        numbers: packed,
                        start: (up.first * self.kernel[1] + across.first) * width,
                        width,
                        out,
                        step: pixels,
                    });
                }
            }
            apart(out, lanes, to, spare);
            if let Some(bias) = self.bias {
                let bias = &bias[block.group * self.channels[1]..][block.channels.clone()];
                for sample in to {
                    for (plane, &bias) in sample.chunks_exact_mut(pixels).zip(bias) {
                        plane.iter_mut().for_each(|y| *y += bias);
                    }
                }
            }
        });
    }
}

/// Calls `work` for each item, in parallel where it pays.
fn each<T: Send>(flop: usize, items: &mut [T], work: impl Fn(&mut T) + Sync) {
    if flop < PARALLEL_FROM {
        items.iter_mut().for_each(work);
    } else {
        parallel::each(items, |_, item| work(item));
    }
}

/// Images of `sample` elements side by side, each group of samples in turn.
fn side_by_side<E: Scalar>(images: &[E], sample: usize, lanes: usize, flop: usize, out: &mut [E]) {
    // A part of a group, from a pixel on.
    let part = |group: &[E], first: usize, out: &mut [E]| {
        scratch::with(PIXELS * lanes, |spare| {
            let mut rows = [&[][..]; 64];
            let rows = &mut rows[..group.len() / sample];
            for (i, out) in out.chunks_mut(PIXELS * lanes).enumerate() {
                let (start, len) = (first + i * PIXELS, out.len() / lanes);
                for (row, image) in rows.iter_mut().zip(group.chunks_exact(sample)) {
                    *row = &image[start..start + len];
                }
                interleave(rows, lanes, out, &mut spare[..len * lanes]);
            }
        });
    };
    let groups = images.chunks(lanes * sample).zip(out.chunks_mut(lanes * sample));
    if flop < PARALLEL_FROM {
        groups.for_each(|(group, out)| part(group, 0, out));
    } else {
        let parts = groups.flat_map(|(group, out)| {
            out.chunks_mut(32 * PIXELS * lanes).enumerate().map(move |(i, out)| (group, i * 32 * PIXELS, out))
        });
        parallel::each(parts, |_, (group, first, out)| part(group, first, out));
    }
}

/// Samples of the same length from side by side to where they belong.
fn apart<E: Scalar>(images: &mut [E], lanes: usize, to: &mut [&mut [E]], spare: &mut [E]) {
    for (i, from) in images.chunks_mut(PIXELS * lanes).enumerate() {
        let len = from.len() / lanes;
        let spare = &mut spare[..len * lanes];
        let rows = deinterleave(lanes, from, spare);
        for (sample, row) in to.iter_mut().zip(rows.chunks_exact(len)) {
            sample[i * PIXELS..][..len].copy_from_slice(row);
        }
    }
}
