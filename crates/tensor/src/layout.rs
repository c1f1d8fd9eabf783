//! Arrays of any strides read at full speed: as few loops as they allow, long runs at once, transposed ones by tiles.

use crate::work::PARALLEL_FROM;
use crate::{pool, shape};
use latent_numeric::Scalar;
use ndarray::{ArcArray, ArrayD, IxDyn};
use rayon::prelude::*;
use std::borrow::Cow;

/// A loop over a row-major result, with the step that each of `N` operands takes in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Loop<const N: usize> {
    pub len: usize,
    pub strides: [isize; N],
}

/// The fewest loops, the innermost last, that run over the elements of a shape in row-major order. At least one. The
/// operands broadcast to the shape, which has elements.
pub(crate) fn loops<E: Scalar, const N: usize>(shape: &[usize], operands: [&ArcArray<E, IxDyn>; N]) -> Vec<Loop<N>> {
    let mut loops: Vec<Loop<N>> = Vec::with_capacity(shape.len().max(1));
    for (axis, &len) in shape.iter().enumerate().filter(|&(_, &len)| len != 1) {
        let strides = operands.map(|operand| match axis.checked_sub(shape.len() - operand.ndim()) {
            Some(own) if operand.shape()[own] != 1 => operand.strides()[own],
            _ => 0,
        });
        match loops.last_mut() {
            Some(last) if (0..N).all(|k| last.strides[k] == strides[k] * len.cast_signed()) => {
                *last = Loop { len: last.len * len, strides };
            }
            _ => loops.push(Loop { len, strides }),
        }
    }
    if loops.is_empty() {
        loops.push(Loop { len: 1, strides: [0; N] });
    }
    loops
}

/// The memory that an array lies in, and where in it its first element is.
pub(crate) fn memory<E: Scalar>(array: &ArcArray<E, IxDyn>) -> (&[E], usize) {
    if array.is_empty() {
        return (&[], 0);
    }
    let (mut before, mut after) = (0, 0);
    for (&len, &stride) in array.shape().iter().zip(array.strides()) {
        let reach = (len - 1) * stride.unsigned_abs();
        if stride < 0 { before += reach } else { after += reach }
    }
    // SAFETY: from its lowest to its highest element an array lies in one allocation, a vector whose elements are all
    // initialised. Nobody writes to them while this array is borrowed, because its storage is shared: a writer makes
    // a copy first.
    let memory = unsafe { std::slice::from_raw_parts(array.as_ptr().sub(before), before + after + 1) };
    (memory, before)
}

/// Where in their memories the operands' runs begin, for the innermost runs of some loops in order.
pub(crate) struct Runs<'a, const N: usize> {
    outer: &'a [Loop<N>],
    index: Vec<usize>,
    at: [isize; N],
}

impl<'a, const N: usize> Runs<'a, N> {
    /// From run number `run` on.
    pub fn new(outer: &'a [Loop<N>], starts: [usize; N], run: usize) -> Self {
        let (mut rest, mut at) = (run, starts.map(usize::cast_signed));
        let mut index = vec![0; outer.len()];
        for (index, of) in index.iter_mut().zip(outer).rev() {
            *index = rest % of.len;
            rest /= of.len;
            for (at, stride) in at.iter_mut().zip(of.strides) {
                *at += (*index).cast_signed() * stride;
            }
        }
        Self { outer, index, at }
    }

    /// Where the current run begins.
    pub fn at(&self) -> [usize; N] {
        self.at.map(isize::cast_unsigned)
    }

    /// Goes on to the next run; after the last one to the first.
    pub fn next(&mut self) {
        for (index, of) in self.index.iter_mut().zip(self.outer).rev() {
            *index += 1;
            let back = if *index == of.len { of.len } else { 0 };
            for (at, stride) in self.at.iter_mut().zip(of.strides) {
                *at += stride * (1 - back.cast_signed());
            }
            if back == 0 {
                return;
            }
            *index = 0;
        }
    }
}

/// The elements in row-major order; without a copy where they are.
pub(crate) fn row_major<E: Scalar>(array: &ArcArray<E, IxDyn>) -> Cow<'_, [E]> {
    spread(array, array.shape())
}

/// The elements repeated to a shape that they broadcast to, in row-major order; without a copy where they are.
pub(crate) fn spread<'a, E: Scalar>(array: &'a ArcArray<E, IxDyn>, shape: &[usize]) -> Cow<'a, [E]> {
    let len = shape.iter().product();
    match array.as_slice() {
        Some(values) if values.len() == len => Cow::Borrowed(values),
        _ => Cow::Owned(spread_buffer(array, shape, len)),
    }
}

/// As [`spread`], but always a new array.
pub(crate) fn spread_array<E: Scalar>(array: &ArcArray<E, IxDyn>, shape: &[usize]) -> ArrayD<E> {
    shape::array(shape, spread_buffer(array, shape, shape.iter().product()))
}

/// Gives the buffer of what was not borrowed back.
pub(crate) fn give<E: Scalar>(values: Cow<'_, [E]>) {
    if let Cow::Owned(buffer) = values {
        pool::give(buffer);
    }
}

/// The side of a tile: as many `f32` as a cache line has.
const TILE: usize = 16;

/// Elements that one thread copies at a time.
const COPIED: usize = 1 << 14;

fn spread_buffer<E: Scalar>(array: &ArcArray<E, IxDyn>, shape: &[usize], len: usize) -> Vec<E> {
    let mut out = pool::take(len);
    if len == 0 {
        return out;
    }
    let (memory, start) = memory(array);
    let loops = loops(shape, [array]);
    let (run, outer) = loops.split_last().expect("at least one loop");
    let stride = |of: &Loop<1>| of.strides[0].unsigned_abs();
    // An outer loop that goes along the memory, while the innermost one goes across.
    let along = (0..outer.len()).filter(|&k| stride(&outer[k]) > 0).min_by_key(|&k| stride(&outer[k]));
    match along {
        Some(along) if stride(run) > 1 && stride(&outer[along]) < stride(run) => {
            transpose(memory, start, &loops, along, &mut out);
        }
        _ => {
            let rows = (COPIED / run.len).max(1);
            let work = |i: usize, out: &mut [E]| {
                copy_runs(memory, *run, Runs::new(outer, [start], i * rows), out);
            };
            if len <= PARALLEL_FROM {
                work(0, &mut out);
            } else {
                out.par_chunks_mut(rows * run.len).enumerate().for_each(|(i, out)| work(i, out));
            }
        }
    }
    out
}

/// Tiles of the loop `along` and the innermost one.
fn transpose<E: Scalar>(memory: &[E], start: usize, loops: &[Loop<1>], along: usize, out: &mut [E]) {
    let (lead, rest) = loops.split_at(along);
    let (rows, inside) = (rest[0], &rest[1..]);
    let row: usize = inside.iter().map(|of| of.len).product();
    // Bands of whole tiles, each of one index of the leading loops.
    let band = COPIED.div_ceil(row * TILE) * TILE;
    let mut leads = Runs::new(lead, [start], 0);
    let mut bands = Vec::new();
    for slab in out.chunks_mut(rows.len * row) {
        let [at] = leads.at();
        leads.next();
        bands.extend(slab.chunks_mut(band * row).enumerate().map(|(i, out)| {
            let first = (i * band).cast_signed() * rows.strides[0];
            (at.wrapping_add_signed(first), out)
        }));
    }
    let work = |(at, out): (usize, &mut [E])| transpose_band(memory, at, rows.strides[0], inside, row, out);
    if bands.iter().map(|(_, out)| out.len()).sum::<usize>() <= PARALLEL_FROM {
        bands.into_iter().for_each(work);
    } else {
        bands.into_par_iter().for_each(work);
    }
}

latent_numeric::vectorized! {
    fn copy_runs<E: Scalar>(memory: &[E], run: Loop<1>, mut runs: Runs<'_, 1>, out: &mut [E]) {
        let [stride] = run.strides;
        for out in out.chunks_exact_mut(run.len) {
            let [at] = runs.at();
            match stride {
                0 => out.fill(memory[at]),
                1 => out.copy_from_slice(&memory[at..at + run.len]),
                _ => {
                    let mut at = at;
                    for out in out {
                        *out = memory[at];
                        at = at.wrapping_add_signed(stride);
                    }
                }
            }
            runs.next();
        }
    }

    /// Rows of `out`, each of `width` elements: neighbours in a column are `down` apart in memory, and those in a row
    /// are where the loops inside say.
    fn transpose_band<E: Scalar>(
        memory: &[E], start: usize, down: isize, inside: &[Loop<1>], width: usize, out: &mut [E],
    ) {
        let (run, outer) = inside.split_last().expect("the innermost loop");
        let [across] = run.strides;
        let place = |at: usize, i: usize, j: usize| at.wrapping_add_signed(i.cast_signed() * down + j.cast_signed() * across);
        for (tile_rows, out) in out.chunks_mut(TILE * width).enumerate() {
            let height = out.len() / width;
            let first = start.wrapping_add_signed((tile_rows * TILE).cast_signed() * down);
            let mut runs = Runs::new(outer, [first], 0);
            for left in (0..width).step_by(run.len) {
                let [at] = runs.at();
                runs.next();
                for j in (0..run.len).step_by(TILE) {
                    let columns = TILE.min(run.len - j);
                    if height == TILE && columns == TILE && down == 1 {
                        let mut tile = [[E::zero(); TILE]; TILE];
                        for (k, column) in tile.iter_mut().enumerate() {
                            let from = place(at, 0, j + k);
                            column.copy_from_slice(&memory[from..from + TILE]);
                        }
                        for (i, out) in out.chunks_exact_mut(width).enumerate() {
                            let row: [E; TILE] = std::array::from_fn(|k| tile[k][i]);
                            out[left + j..left + j + TILE].copy_from_slice(&row);
                        }
                    } else {
                        for (i, out) in out.chunks_exact_mut(width).enumerate() {
                            for (k, out) in out[left + j..left + j + columns].iter_mut().enumerate() {
                                *out = memory[place(at, i, j + k)];
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use latent_numeric::parallel::with_threads;
    use latent_numeric::random::Stream;
    use ndarray::{Axis, Slice};
    use proptest::prelude::*;

    /// An array of numbers in any order of axes, with any of them cut, reversed or of length one.
    pub(crate) fn any_layout(seed: u64, shape: &[usize]) -> ArcArray<f64, IxDyn> {
        let mut stream = Stream::new(seed, "layout", &[]);
        let order = stream.permutation(shape.len());
        let mut lengths = vec![0; shape.len()];
        let cuts: Vec<usize> = shape.iter().map(|_| stream.below(3)).collect();
        order
            .iter()
            .enumerate()
            .for_each(|(axis, &k)| lengths[k] = shape[axis] * (1 + cuts[axis] % 2) + cuts[axis] / 2);
        let mut a = stream.uniform_array::<f64, _, _>(&lengths[..]).permuted_axes(&order[..]);
        for axis in 0..shape.len() {
            let step = [1_isize, 2, 1][cuts[axis]];
            let end = shape[axis] * step.cast_unsigned();
            a.slice_axis_inplace(
                Axis(axis),
                Slice::new(0, Some(end.cast_signed()), if seed.is_multiple_of(5) { -step } else { step }),
            );
        }
        a.into_shared()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_layout_in_row_major_order(seed: u64, shape in proptest::collection::vec(0_usize..40, 0..4), wide in 1_usize..4) {
            let a = any_layout(seed, &shape);
            prop_assert_eq!(a.shape(), &shape[..]);
            let want: Vec<f64> = a.iter().copied().collect();
            prop_assert_eq!(&row_major(&a)[..], &want[..]);
            // Repeated along a leading axis, and along every axis of length one.
            let stretched: Vec<usize> = std::iter::once(2).chain(shape.iter().map(|&n| if n == 1 { wide } else { n })).collect();
            let want: Vec<f64> = a.broadcast(&stretched[..]).unwrap().iter().copied().collect();
            prop_assert_eq!(&spread(&a, &stretched)[..], &want[..]);
        }
    }

    #[test]
    fn large_ones_on_several_threads() {
        for (seed, shape) in
            [(1, vec![300, 500]), (2, vec![17, 90, 70]), (3, vec![7, 33, 50, 20]), (10, vec![40_000, 3])]
        {
            for seed in seed..seed + 6 {
                let a = any_layout(seed, &shape);
                let want: Vec<f64> = a.iter().copied().collect();
                for threads in [1, 3] {
                    assert_eq!(with_threads(threads, || row_major(&a).into_owned()).unwrap(), want, "{shape:?}");
                }
            }
        }
    }

    #[test]
    fn loops_are_merged() {
        let a = ArrayD::<f64>::zeros(&[2, 3, 1, 4][..]).into_shared();
        let of = |len, stride| Loop { len, strides: [stride] };
        assert_eq!(loops(&[2, 3, 1, 4], [&a]), [of(24, 1)]);
        assert_eq!(loops(&[5, 2, 3, 6, 4], [&a]), [of(5, 0), of(6, 4), of(6, 0), of(4, 1)]);
        assert_eq!(loops(&[3, 1], [&ArrayD::<f64>::zeros(&[][..]).into_shared()]), [of(3, 0)]);
    }
}
