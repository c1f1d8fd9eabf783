//! The gradient with respect to the weight, with samples side by side.

use super::tile::{Loops, Shape, SumLanes, TimesVectors};
use super::{HELD, each, powers, side_by_side};
use crate::Scalar;
use crate::conv::{Geometry, scratch};
use crate::parallel;
use pulp::Arch;
use std::ops::Range;

/// Parts that the work is cut into at least, where its size allows.
const PARTS: usize = 16;
/// Pixels that a tile runs over at once. What they see of eight channels, every second vector, fits in half of a
/// first-level cache.
const PIXELS: usize = 32;

/// Terms (tap, channel) of a group of channels that make the factors of a tile.
struct Chunk {
    group: usize,
    /// Numbers `tap channels + channel`.
    terms: Range<usize>,
}

/// Chunks and output channels of their group that a thread computes, and where in the results they begin.
struct Part {
    chunks: Range<usize>,
    outputs: Range<usize>,
}

/// See [`conv::weight`](crate::conv::weight).
pub fn weight<E: Scalar>(g: &Geometry, x: &[E], y: &[E], w: &mut [E]) {
    let Shape { lanes, factors } = Shape::of::<E>();
    let (channels, taps) = (g.in_channels / g.groups, g.kernel[0] * g.kernel[1]);
    // Taps differ in what they see of the image. With few channels several taps share a tile, and a sum over all pixels
    // of padded images; with many each has its own.
    let padded = channels < factors;
    let size = if padded { [0, 1].map(|a| g.extent(a)) } else { g.input };
    let mut chunks = Vec::new();
    for group in 0..g.groups {
        let run = if padded { taps * channels } else { channels };
        for run in parallel::blocks(taps * channels, run) {
            let cut = powers(run.len(), factors).map(|r| run.start + r.start..run.start + r.end);
            chunks.extend(cut.map(|terms| Chunk { group, terms }));
        }
    }
    let together = chunks.len().div_ceil(PARTS);
    let sets = parallel::blocks(chunks.len(), together);
    let outputs = g.group().div_ceil(PARTS.div_ceil(sets.len())).next_multiple_of(3);
    let parts: Vec<_> = sets
        .flat_map(|chunks| {
            parallel::blocks(g.group(), outputs).map(move |outputs| Part { chunks: chunks.clone(), outputs })
        })
        .collect();

    let x_sample = g.in_channels * size[0] * size[1];
    let (image, y_sample) = (x.len() / g.samples, y.len() / g.samples);
    let held = (HELD / ((x_sample + y_sample) * lanes)).clamp(1, g.samples.div_ceil(lanes));
    let plain = if padded { image * lanes * held } else { 0 };
    let lens = [x_sample * lanes * held, y_sample * lanes * held, plain, w.len()];
    scratch::with(lens.iter().sum(), |memory| {
        let (images, memory) = memory.split_at_mut(lens[0]);
        let (cotangents, memory) = memory.split_at_mut(lens[1]);
        let (plain, sums) = memory.split_at_mut(lens[2]);
        sums.fill(E::zero());
        let mut tasks = Vec::with_capacity(parts.len());
        let mut rest = &mut *sums;
        for part in &parts {
            let terms: usize = chunks[part.chunks.clone()].iter().map(|chunk| chunk.terms.len()).sum();
            let (own, others) = rest.split_at_mut(terms * part.outputs.len());
            tasks.push((part, own));
            rest = others;
        }
        for (x, y) in x.chunks(held * lanes * image).zip(y.chunks(held * lanes * y_sample)) {
            let groups = (x.len() / image).div_ceil(lanes);
            if padded {
                side_by_side(x, image, lanes, g.flop(), plain);
                pad(g, size, lanes, plain, &mut images[..groups * lanes * x_sample]);
            } else {
                side_by_side(x, image, lanes, g.flop(), images);
            }
            side_by_side(y, y_sample, lanes, g.flop(), cotangents);
            each(g.flop(), &mut tasks, |(part, sums)| {
                let mut rest = &mut **sums;
                for chunk in &chunks[part.chunks.clone()] {
                    let (own, others) = rest.split_at_mut(chunk.terms.len() * part.outputs.len());
                    add(g, [images, cotangents], groups, size, chunk, part.outputs.clone(), own);
                    rest = others;
                }
            });
        }
        for (part, sums) in tasks {
            let mut rest = &*sums;
            for chunk in &chunks[part.chunks.clone()] {
                for o in part.outputs.clone() {
                    let row = &mut w[(chunk.group * g.group() + o) * g.terms()..][..g.terms()];
                    let (own, others) = rest.split_at(chunk.terms.len());
                    for (term, &sum) in chunk.terms.clone().zip(own) {
                        row[term % channels * taps + term / channels] = sum;
                    }
                    rest = others;
                }
            }
        }
    });
}

/// Adds what some groups of samples give for a chunk: `sums[o, term]`.
fn add<E: Scalar>(
    g: &Geometry,
    [images, cotangents]: [&[E]; 2],
    groups: usize,
    size: [usize; 2],
    chunk: &Chunk,
    outputs: Range<usize>,
    sums: &mut [E],
) {
    let channels = g.in_channels / g.groups;
    let padded = channels < Shape::of::<E>().factors;
    // The first pixel of a tap along an axis, their number, and the coordinate that the first sees.
    let span = |a: usize, tap: usize| {
        if padded {
            return [0, g.output[a], g.dilation[a] * tap];
        }
        let mut seen = (0..g.output[a]).filter_map(|r| Some((r, g.source(a, r, tap)?)));
        seen.next().map_or([0; 3], |(first, from)| [first, 1 + seen.count(), from])
    };
    let place = |tap: usize| [span(0, tap / g.kernel[1]), span(1, tap % g.kernel[1])];
    let [[row, rows, _], [column, columns, _]] = place(chunk.terms.start / channels);
    let mut at = [0; 8];
    for (at, term) in at.iter_mut().zip(chunk.terms.clone()) {
        let [[.., u], [.., v]] = place(term / channels);
        *at = ((chunk.group * channels + term % channels) * size[0] + u) * size[1] + v;
    }
    let width = chunk.terms.len();
    let first = |o: usize| ((chunk.group * g.group() + o) * g.output[0] + row) * g.output[1] + column;
    let targets: Vec<_> = outputs.clone().map(|o| [first(o), (o - outputs.start) * width]).collect();
    let (y_sample, x_sample) = (g.out_channels * g.pixels(), g.in_channels * size[0] * size[1]);
    let Shape { lanes, .. } = Shape::of::<E>();
    let at_once = (PIXELS / columns.max(1)).max(1);
    scratch::with(sums.len() * lanes, |totals| {
        totals.fill(E::zero());
        for group in 0..groups {
            for rows in parallel::blocks(rows, at_once) {
                let cotangents = &cotangents[(group * y_sample + rows.start * g.output[1]) * lanes..];
                let images = &images[(group * x_sample + rows.start * g.stride[0] * size[1]) * lanes..];
                let loops = Loops {
                    counts: [1, rows.len(), columns],
                    vectors: [0, g.output[1].cast_signed(), 1],
                    factors: [0, (g.stride[0] * size[1]).cast_signed(), g.stride[1].cast_signed()],
                };
                let (targets, at) = (&targets[..], &at[..width]);
                let out = &mut *totals;
                Arch::new().dispatch(TimesVectors { loops, vectors: cotangents, targets, factors: images, at, out });
            }
        }
        Arch::new().dispatch(SumLanes { vectors: totals, sums });
    });
}

/// Images in frames of zeros, as wide as the output sees.
fn pad<E: Scalar>(g: &Geometry, size: [usize; 2], lanes: usize, plain: &[E], out: &mut [E]) {
    out.fill(E::zero());
    let [height, width] = g.input;
    let [rows, columns] = [0, 1].map(|a| g.input[a].min(size[a].saturating_sub(g.padding[a])));
    if columns == 0 {
        return;
    }
    let planes = out.chunks_exact_mut(size[0] * size[1] * lanes).zip(plain.chunks_exact(height * width * lanes));
    for (to, from) in planes {
        for row in 0..rows {
            let to = &mut to[((g.padding[0] + row) * size[1] + g.padding[1]) * lanes..][..columns * lanes];
            to.copy_from_slice(&from[row * width * lanes..][..columns * lanes]);
        }
    }
}
