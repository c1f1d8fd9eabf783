//! Loops over elements, compiled for several instruction sets, in parallel where it pays.

use crate::layout::{Loop, Runs};
use crate::work::{BLOCK, PARALLEL_FROM};
use crate::{layout, pool, shape};
use latent_numeric::{Scalar, parallel};
use ndarray::{ArcArray, ArrayD, IxDyn};

/// Runs shorter than this are spelled out in row-major order first.
const SHORTEST_RUN: usize = 8;

/// The same for functions of slices, which cost more to call.
const SHORTEST_SLICE: usize = 32;

/// `f(a)` for every element, in row-major order.
pub(crate) fn map<E: Scalar>(a: &ArcArray<E, IxDyn>, f: impl Fn(E) -> E + Copy + Sync) -> ArrayD<E> {
    map_runs(a, SHORTEST_RUN, &|from, to| map_slice(from, to, f))
}

/// Applies `f(from, to)` to blocks of elements: for functions that are vectorised over slices.
pub(crate) fn map_slices<E: Scalar>(a: &ArcArray<E, IxDyn>, f: impl Fn(&[E], &mut [E]) + Sync) -> ArrayD<E> {
    map_runs(a, SHORTEST_SLICE, &f)
}

/// The same, where runs of less than `shortest` elements are spelled out first.
fn map_runs<E: Scalar>(a: &ArcArray<E, IxDyn>, shortest: usize, f: &(dyn Fn(&[E], &mut [E]) + Sync)) -> ArrayD<E> {
    let mut out = pool::take(a.len());
    if a.as_slice().is_none() && !a.is_empty() {
        let loops = layout::loops(a.shape(), [a]);
        let (run, outer) = loops.split_last().expect("at least one loop");
        if run.len >= shortest && run.strides == [1] {
            let (memory, start) = layout::memory(a);
            row_blocks(&mut out, run.len, |first, out| {
                let mut runs = Runs::new(outer, [start], first / run.len);
                for out in out.chunks_exact_mut(run.len) {
                    let [at] = runs.at();
                    f(&memory[at..at + run.len], out);
                    runs.next();
                }
            });
            return shape::array(a.shape(), out);
        }
    }
    let from = layout::row_major(a);
    blocks(&mut out, |start, out| f(&from[start..start + out.len()], out));
    layout::give(from);
    shape::array(a.shape(), out)
}

/// `f(a, b)` for every pair of elements, with broadcasting, in row-major order.
///
/// # Panics
/// If the shapes do not broadcast; the message names the operator and both shapes.
#[track_caller]
pub(crate) fn zip<E: Scalar>(
    operator: &str,
    a: &ArcArray<E, IxDyn>,
    b: &ArcArray<E, IxDyn>,
    f: impl Fn(E, E) -> E + Copy + Sync,
) -> ArrayD<E> {
    let shape = shape::broadcast(operator, a.shape(), b.shape());
    let slices = |x: &[E], y: &[E], out: &mut [E]| zip_slice(x, y, out, f);
    let runs = |memory: [&[E]; 2], run, runs: Runs<'_, 2>, skipped, out: &mut [E]| {
        zip_runs(memory, run, runs, skipped, out, f);
    };
    zip_all(&shape, a, b, &slices, &runs)
}

/// A function of two slices of the same length and the one to write to.
type Slices<'f, E> = &'f (dyn Fn(&[E], &[E], &mut [E]) + Sync);

/// [`zip_runs`] of one function.
type ZipRuns<'f, E> = &'f (dyn Fn([&[E]; 2], Loop<2>, Runs<'_, 2>, usize, &mut [E]) + Sync);

fn zip_all<E: Scalar>(
    shape: &[usize],
    a: &ArcArray<E, IxDyn>,
    b: &ArcArray<E, IxDyn>,
    of_slices: Slices<'_, E>,
    of_runs: ZipRuns<'_, E>,
) -> ArrayD<E> {
    let mut out = pool::take(shape.iter().product());
    if let (Some(x), Some(y)) = (a.as_slice(), b.as_slice())
        && x.len() == out.len()
        && y.len() == out.len()
    {
        zip_slices(x, y, &mut out, of_slices);
    } else if !out.is_empty() {
        let loops = layout::loops(shape, [a, b]);
        let (run, outer) = loops.split_last().expect("at least one loop");
        let plain = run.strides.iter().all(|&stride| stride == 0 || stride == 1);
        if plain && (run.len >= SHORTEST_RUN || outer.is_empty()) {
            let ((x, x_start), (y, y_start)) = (layout::memory(a), layout::memory(b));
            cheap_blocks(&mut out, |start, out| {
                let runs = Runs::new(outer, [x_start, y_start], start / run.len);
                of_runs([x, y], *run, runs, start % run.len, out);
            });
        } else {
            let (x, y) = (layout::spread(a, shape), layout::spread(b, shape));
            zip_slices(&x, &y, &mut out, of_slices);
            layout::give(x);
            layout::give(y);
        }
    }
    shape::array(shape, out)
}

fn zip_slices<E: Scalar>(x: &[E], y: &[E], out: &mut [E], f: Slices<'_, E>) {
    cheap_blocks(out, |start, out| f(&x[start..start + out.len()], &y[start..start + out.len()], out));
}

/// [`blocks`] where there is little to do for an element.
fn cheap_blocks<E: Scalar>(out: &mut [E], work: impl Fn(usize, &mut [E]) + Sync) {
    if out.len() <= PARALLEL_FROM { work(0, out) } else { blocks(out, work) }
}

/// Runs `work(start, block)` over blocks of `out`.
pub(crate) fn blocks<E: Scalar>(out: &mut [E], work: impl Fn(usize, &mut [E]) + Sync) {
    if out.len() <= 2 * BLOCK {
        work(0, out);
    } else {
        in_chunks(out, BLOCK, &work);
    }
}

/// Runs `work(start, row)` over rows of `out`.
pub(crate) fn rows<E: Scalar>(out: &mut [E], width: usize, work: impl Fn(usize, &mut [E]) + Sync) {
    row_blocks(out, width, |start, block| {
        block.chunks_mut(width).enumerate().for_each(|(k, row)| work(start + k * width, row));
    });
}

/// Runs `work(start, block)` over blocks of whole rows of `out`; not at all if there are no elements.
pub(crate) fn row_blocks<E: Scalar>(out: &mut [E], width: usize, work: impl Fn(usize, &mut [E]) + Sync) {
    if out.is_empty() {
        return;
    }
    if out.len() <= 2 * BLOCK {
        work(0, out);
    } else {
        in_chunks(out, BLOCK.div_ceil(width) * width, &work);
    }
}

/// Runs `work(start, chunk)` over chunks of `out` in parallel.
fn in_chunks<E: Scalar>(out: &mut [E], size: usize, work: &(dyn Fn(usize, &mut [E]) + Sync)) {
    parallel::each(out.chunks_mut(size), |i, chunk| work(i * size, chunk));
}

latent_numeric::vectorized! {
    fn map_slice<E: Scalar, F: Fn(E) -> E>(a: &[E], out: &mut [E], f: F) {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = f(a);
        }
    }

    fn zip_slice<E: Scalar, F: Fn(E, E) -> E>(a: &[E], b: &[E], out: &mut [E], f: F) {
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *out = f(a, b);
        }
    }
    /// From inside a run on; the operands' strides along it are zero or one.
    fn zip_runs<E: Scalar, F: Fn(E, E) -> E>(
        [x, y]: [&[E]; 2], run: Loop<2>, mut runs: Runs<'_, 2>, skipped: usize, out: &mut [E], f: F,
    ) {
        let (mut rest, mut skipped) = (out, skipped);
        while !rest.is_empty() {
            let (out, later) = rest.split_at_mut((run.len - skipped).min(rest.len()));
            let [i, j] = runs.at();
            match run.strides {
                [0, 0] => out.fill(f(x[i], y[j])),
                [0, _] => {
                    let x = x[i];
                    let from = j + skipped;
                    for (out, &y) in out.iter_mut().zip(&y[from..]) {
                        *out = f(x, y);
                    }
                }
                [_, 0] => {
                    let y = y[j];
                    let from = i + skipped;
                    for (out, &x) in out.iter_mut().zip(&x[from..]) {
                        *out = f(x, y);
                    }
                }
                _ => {
                    for ((out, &x), &y) in out.iter_mut().zip(&x[i + skipped..]).zip(&y[j + skipped..]) {
                        *out = f(x, y);
                    }
                }
            }
            runs.next();
            (rest, skipped) = (later, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::tests::any_layout;
    use latent_numeric::parallel::with_threads;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_two_layouts(seed: u64, shape in proptest::collection::vec(0_usize..50, 0..4), thin: [bool; 8], cut in 0_usize..3) {
            let part = |thin: &[bool]| -> Vec<usize> { shape.iter().zip(thin).map(|(&n, &one)| if one { 1 } else { n }).collect() };
            let a = any_layout(seed, &part(&thin[..4]));
            let b = any_layout(seed / 3, &part(&thin[4..])[cut.min(shape.len())..]);
            let whole = shape::broadcast("test", a.shape(), b.shape());
            let f = |x: f64, y: f64| x - 2.0 * y;
            let (x, y) = (a.broadcast(&whole[..]).unwrap(), b.broadcast(&whole[..]).unwrap());
            let want: Vec<f64> = x.iter().zip(y).map(|(&x, &y)| f(x, y)).collect();
            for threads in [1, 3] {
                let got = with_threads(threads, || zip("test", &a, &b, f)).unwrap();
                prop_assert_eq!(got.shape(), &whole[..]);
                prop_assert_eq!(got.as_slice().expect("row-major"), &want[..]);
            }
            let want: Vec<f64> = a.iter().map(|&x| 3.0 * x).collect();
            let got = map(&a, |x| 3.0 * x);
            prop_assert_eq!(got.as_slice().expect("row-major"), &want[..]);
            let got = map_slices(&a, |from, to| to.iter_mut().zip(from).for_each(|(y, &x)| *y = 3.0 * x));
            prop_assert_eq!(got.as_slice().expect("row-major"), &want[..]);
        }
    }
}
