//! Sums over any axes.
//!
//! Axes that are neighbours and alike, summed or kept, count as one. What is left is reduced from the innermost summed
//! axis on: along rows if it is the last one, else down columns. Both cut the axis by its length alone and add up in a
//! fixed order, so that bits depend neither on the number of threads nor on the width of vectors.

use crate::work::{BLOCK, PARALLEL_FROM};
use crate::{elementwise, layout, pool, shape};
use latent_numeric::Scalar;
use ndarray::{ArcArray, ArrayD, IxDyn};
use std::borrow::Cow;

/// Elements of a row that are added up in lanes; longer ones are cut, and the pieces added in pairs.
const PIECE: usize = 1 << 14;

/// Rows that are added up one after the other, column by column; of more, the sums of blocks are.
const ROWS: usize = 64;

/// The sums over some sorted axes, in row-major order of what is left.
///
/// The rounding error is at most that of pairwise summation in blocks: `(log2(n) + 512) eps sum |x_i|` for each of the
/// runs of axes.
pub(crate) fn total<E: Scalar>(array: &ArcArray<E, IxDyn>, axes: &[usize]) -> ArrayD<E> {
    let (_, left) = shape::reduced(array.shape(), axes);
    if array.is_empty() {
        let mut zeros = pool::take(left.iter().product());
        zeros.fill(E::zero());
        return shape::array(&left, zeros);
    }
    let mut runs = runs(array.shape(), axes);
    let mut values = layout::row_major(array);
    while let Some(last) = runs.iter().rposition(|run| run.summed) {
        let of = Summed::new(&runs, last);
        let sums = plain_sums(&values, of);
        layout::give(std::mem::replace(&mut values, Cow::Owned(sums)));
        runs.remove(last);
    }
    shape::array(&left, values.into_owned())
}

/// The sums of `(x - mean)^2` over some sorted axes, as [`total`]; the mean has length one along them.
pub(crate) fn squared_deviations<E: Scalar>(
    array: &ArcArray<E, IxDyn>,
    mean: &ArcArray<E, IxDyn>,
    axes: &[usize],
) -> ArrayD<E> {
    let innermost = Summed::innermost(array.shape(), axes).filter(|_| !array.is_empty());
    let Some((of, kept)) = innermost else {
        let squares = elementwise::zip("variance", array, mean, |x, mean| (x - mean) * (x - mean));
        return total(&squares.into_shared(), axes);
    };
    let (values, mean) = (layout::row_major(array), layout::spread(mean, &kept));
    let [squares] = sums([&values, &values], &mean, of, |x, _, mean| [(x - mean) * (x - mean)]);
    layout::give(values);
    total(&shape::array(&kept, squares).into_shared(), axes)
}

/// The sums of `x^2` over some sorted axes, as [`total`].
pub(crate) fn squares<E: Scalar>(array: &ArcArray<E, IxDyn>, axes: &[usize]) -> ArrayD<E> {
    let innermost = Summed::innermost(array.shape(), axes).filter(|_| !array.is_empty());
    let Some((of, kept)) = innermost else {
        return total(&elementwise::map(array, |x| x * x).into_shared(), axes);
    };
    let values = layout::row_major(array);
    let [squares] = sums([&values, &values], &[], of, |x, _, _| [x * x]);
    layout::give(values);
    total(&shape::array(&kept, squares).into_shared(), axes)
}

/// Neighbouring axes that are all summed or all kept.
struct Run {
    len: usize,
    summed: bool,
}

fn runs(shape: &[usize], axes: &[usize]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::with_capacity(shape.len());
    for (axis, &len) in shape.iter().enumerate().filter(|&(_, &len)| len != 1) {
        let summed = axes.contains(&axis);
        match runs.last_mut() {
            Some(run) if run.summed == summed => run.len *= len,
            _ => runs.push(Run { len, summed }),
        }
    }
    runs
}

/// A row-major array of three axes, of which the middle one is summed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summed {
    pub outer: usize,
    pub len: usize,
    pub inner: usize,
}

impl Summed {
    fn new(runs: &[Run], summed: usize) -> Self {
        let product = |runs: &[Run]| runs.iter().map(|run| run.len).product();
        Self { outer: product(&runs[..summed]), len: runs[summed].len, inner: product(&runs[summed + 1..]) }
    }

    /// Of the innermost summed run of axes, where the shape has no axis of length zero; and the shape of the sums over
    /// it, with axes of length one for the summed ones. Nothing if all of `axes` are of length one.
    pub fn innermost(shape: &[usize], axes: &[usize]) -> Option<(Self, Vec<usize>)> {
        let runs = runs(shape, axes);
        let last = runs.iter().rposition(|run| run.summed)?;
        let of = Self::new(&runs, last);
        let mut kept = shape.to_vec();
        let mut after = 1;
        for (axis, len) in kept.iter_mut().enumerate().rev() {
            let full = *len;
            if axes.contains(&axis) && after >= of.inner && after < of.inner * of.len {
                *len = 1;
            }
            after *= full;
        }
        Some((of, kept))
    }
}

/// The sums of the terms `f(a, b, p)`, `M` at a time, where there is one `p` for each sum, or none and it is zero.
pub(crate) fn sums<E: Scalar, const M: usize>(
    [a, b]: [&[E]; 2],
    p: &[E],
    of: Summed,
    f: impl Fn(E, E, E) -> [E; M] + Copy + Sync,
) -> [Vec<E>; M] {
    let Summed { outer, len, inner } = of;
    if inner == 1 {
        let pieces = len.div_ceil(PIECE);
        let mut sums: [Vec<E>; M] = std::array::from_fn(|_| pool::take(outer * pieces));
        in_parts(sums.each_mut().map(|sums| &mut sums[..]), len.min(PIECE), 1, &|start, sums| {
            row_sums([a, b], p, len, start, sums, f);
        });
        if pieces == 1 { sums } else { sums.map(|sums| sums.chunks(pieces).map(pairwise).collect()) }
    } else {
        let blocks = len.div_ceil(ROWS);
        let mut sums: [Vec<E>; M] = std::array::from_fn(|_| pool::take(outer * blocks * inner));
        in_parts(sums.each_mut().map(|sums| &mut sums[..]), len.min(ROWS), 64, &|start, sums| {
            column_sums([a, b], p, of, start, sums, f);
        });
        if blocks == 1 {
            return sums;
        }
        sums.map(|partial| {
            let sums = plain_sums(&partial, Summed { len: blocks, ..of });
            pool::give(partial);
            sums
        })
    }
}

/// The sums of the elements themselves.
pub(crate) fn plain_sums<E: Scalar>(values: &[E], of: Summed) -> Vec<E> {
    let [sums] = sums([values, values], &[], of, |x, _, _| [x]);
    sums
}

fn pairwise<E: Scalar>(values: &[E]) -> E {
    match values {
        [] => E::zero(),
        [value] => *value,
        _ => {
            let (left, right) = values.split_at(values.len().next_power_of_two() / 2);
            pairwise(left) + pairwise(right)
        }
    }
}

/// Runs `work(start, outputs)` on parts of `M` equally long outputs, each of which costs as much as `cost` elements.
/// Parts begin at multiples of `unit`.
fn in_parts<E: Scalar, const M: usize>(
    outputs: [&mut [E]; M],
    cost: usize,
    unit: usize,
    work: &(impl Fn(usize, [&mut [E]; M]) + Sync),
) {
    if outputs[0].len() * cost <= PARALLEL_FROM {
        work(0, outputs);
    } else {
        halves(0, outputs, (BLOCK / cost).max(1).next_multiple_of(unit), work);
    }
}

/// Cuts the outputs in halves until they are no longer than `longest`, a multiple of which each part begins at.
fn halves<E: Scalar, const M: usize>(
    start: usize,
    mut outputs: [&mut [E]; M],
    longest: usize,
    work: &(impl Fn(usize, [&mut [E]; M]) + Sync),
) {
    let len = outputs[0].len();
    if len <= longest {
        return work(start, outputs);
    }
    let middle = (len / 2).next_multiple_of(longest);
    let left = outputs.each_mut().map(|output| output.split_off_mut(..middle).expect("inside"));
    rayon::join(|| halves(start, left, longest, work), || halves(start + middle, outputs, longest, work));
}

/// Sums side by side: enough that the compiler makes them wide vectors instead of unrolling the loop.
const LANES: usize = 64;

latent_numeric::vectorized! {
    fn row_sums<E: Scalar, const M: usize, F: Fn(E, E, E) -> [E; M] + Copy>(
        [a, b]: [&[E]; 2], p: &[E], len: usize, start: usize, mut out: [&mut [E]; M], f: F,
    ) {
        let pieces = len.div_ceil(PIECE);
        for k in 0..out[0].len() {
            let (row, piece) = if pieces == 1 { (start + k, 0) } else { ((start + k) / pieces, (start + k) % pieces) };
            let from = row * len + piece * PIECE;
            let to = (from + PIECE).min((row + 1) * len);
            let p = if p.is_empty() { E::zero() } else { p[row] };
            let sums = lane_sums([&a[from..to], &b[from..to]], p, f);
            for (out, sum) in out.iter_mut().zip(sums) {
                out[k] = sum;
            }
        }
    }

    fn column_sums<E: Scalar, const M: usize, F: Fn(E, E, E) -> [E; M] + Copy>(
        terms: [&[E]; 2], p: &[E], of: Summed, start: usize, mut out: [&mut [E]; M], f: F,
    ) {
        let blocks = of.len.div_ceil(ROWS);
        let (mut done, len) = (0, out[0].len());
        while done < len {
            let (unit, column) = ((start + done) / of.inner, (start + done) % of.inner);
            let (outer, block) = (unit / blocks, unit % blocks);
            let width = (of.inner - column).min(len - done);
            let rows = block * ROWS..((block + 1) * ROWS).min(of.len);
            let first = (outer * of.len + rows.start) * of.inner;
            let mut at = 0;
            while at < width {
                let from = Stripe { first: first + column + at, step: of.inner, rows: rows.len() };
                let p = if p.is_empty() { p } else { &p[outer * of.inner + column + at..] };
                let mut out = out.each_mut().map(|out| &mut out[done + at..]);
                at += match width - at {
                    64.. => stripe::<E, M, 64, F>(terms, p, from, &mut out, f),
                    16.. => stripe::<E, M, 16, F>(terms, p, from, &mut out, f),
                    4.. => stripe::<E, M, 4, F>(terms, p, from, &mut out, f),
                    _ => stripe::<E, M, 1, F>(terms, p, from, &mut out, f),
                };
            }
            done += width;
        }
    }
}

/// Where some neighbouring columns lie.
#[derive(Clone, Copy)]
struct Stripe {
    first: usize,
    step: usize,
    rows: usize,
}

/// The sums of `S` columns, and `S`.
#[inline(always)]
fn stripe<E: Scalar, const M: usize, const S: usize, F: Fn(E, E, E) -> [E; M]>(
    [a, b]: [&[E]; 2],
    p: &[E],
    from: Stripe,
    out: &mut [&mut [E]; M],
    f: F,
) -> usize {
    let p: [E; S] = if p.is_empty() { [E::zero(); S] } else { *p.first_chunk().expect("a stripe") };
    let mut sums = [[E::zero(); S]; M];
    for row in 0..from.rows {
        let at = from.first + row * from.step;
        let (a, b): (&[E; S], &[E; S]) =
            (a[at..].first_chunk().expect("a stripe"), b[at..].first_chunk().expect("a stripe"));
        for k in 0..S {
            let terms = f(a[k], b[k], p[k]);
            for (sums, term) in sums.iter_mut().zip(terms) {
                sums[k] += term;
            }
        }
    }
    for (out, sums) in out.iter_mut().zip(sums) {
        out[..S].copy_from_slice(&sums);
    }
    S
}

/// The sums of the terms of two rows.
#[inline(always)]
pub(crate) fn lane_sums<E: Scalar, const M: usize>([a, b]: [&[E]; 2], p: E, f: impl Fn(E, E, E) -> [E; M]) -> [E; M] {
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    if a_chunks.is_empty() {
        let mut sums = [E::zero(); M];
        for (&a, &b) in a_rest.iter().zip(b_rest) {
            for (sum, term) in sums.iter_mut().zip(f(a, b, p)) {
                *sum += term;
            }
        }
        return sums;
    }
    let mut lanes = [[E::zero(); LANES]; M];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for k in 0..LANES {
            let terms = f(a[k], b[k], p);
            for (lanes, term) in lanes.iter_mut().zip(terms) {
                lanes[k] += term;
            }
        }
    }
    for (k, (&a, &b)) in a_rest.iter().zip(b_rest).enumerate() {
        for (lanes, term) in lanes.iter_mut().zip(f(a, b, p)) {
            lanes[k] += term;
        }
    }
    lanes.map(|mut lanes| {
        let mut half = LANES / 2;
        while half > 0 {
            for k in 0..half {
                let other = lanes[k + half];
                lanes[k] += other;
            }
            half /= 2;
        }
        lanes[0]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::tests::any_layout;
    use latent_numeric::parallel::with_threads;
    use latent_numeric::random::Stream;
    use ndarray::Axis;
    use proptest::prelude::*;

    fn plain(array: &ArcArray<f64, IxDyn>, axes: &[usize]) -> ArrayD<f64> {
        axes.iter().rev().fold(array.to_owned(), |sum, &axis| sum.sum_axis(Axis(axis)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_axes_of_any_layout(seed: u64, shape in proptest::collection::vec(0_usize..40, 0..5), chosen: [bool; 4]) {
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let a = any_layout(seed, &shape);
            let want = plain(&a, &axes);
            let got = total(&a, &axes);
            prop_assert!(got.is_standard_layout());
            prop_assert_eq!(got.shape(), want.shape());
            prop_assert!(got.iter().zip(&want).all(|(x, y)| (x - y).abs() <= 1e-12 * y.abs().max(1.0)));
            if let Some((of, kept)) = Summed::innermost(&shape, &axes).filter(|_| !a.is_empty()) {
                prop_assert_eq!(of.outer * of.inner, kept.iter().product::<usize>());
                prop_assert_eq!(of.outer * of.inner * of.len, a.len());
                prop_assert!((0..shape.len()).all(|axis| kept[axis] == shape[axis] || axes.contains(&axis)));
            }
        }

        #[test]
        fn several_terms_at_once(seed: u64, outer in 1_usize..20, len in 1_usize..150, inner in 1_usize..100) {
            let mut stream = Stream::new(seed, "values", &[]);
            let [a, b]: [Vec<f64>; 2] = std::array::from_fn(|_| (0..outer * len * inner).map(|_| stream.normal()).collect());
            let p: Vec<f64> = (0..outer * inner).map(|_| stream.normal()).collect();
            let f = |a: f64, b: f64, p: f64| [a * b, a * (b - p), p];
            let got = sums([&a, &b], &p, Summed { outer, len, inner }, f);
            for i in 0..outer * inner {
                let mut want = [0.0; 3];
                for row in 0..len {
                    let at = (i / inner * len + row) * inner + i % inner;
                    want.iter_mut().zip(f(a[at], b[at], p[i])).for_each(|(want, term)| *want += term);
                }
                prop_assert!(got.iter().zip(want).all(|(got, want)| (got[i] - want).abs() < 1e-11));
            }
        }
    }

    #[test]
    fn bits_do_not_depend_on_the_number_of_threads_and_sums_are_accurate() {
        let shapes: [(&[usize], &[usize]); 6] = [
            (&[200_003], &[0]),
            (&[3, 50_001], &[1]),
            (&[700, 301], &[0]),
            (&[5000, 3], &[0]),
            (&[64, 16, 150], &[0, 2]),
            (&[30, 40, 130], &[1]),
        ];
        for (shape, axes) in shapes {
            let mut stream = Stream::new(1, "values", &[]);
            let a = (stream.uniform_array::<f32, _, _>(shape) + 1.0).into_shared();
            let one = with_threads(1, || total(&a, axes)).unwrap();
            for threads in [2, 3] {
                assert_eq!(with_threads(threads, || total(&a, axes)).unwrap(), one, "{shape:?}, {threads} threads");
            }
            let exact = total(&a.mapv(f64::from).into_shared(), axes);
            // 64 additions for a block of rows, and twice for those of two runs; half an ulp each.
            let bound = 530.0 * f64::from(f32::EPSILON);
            assert!(one.iter().zip(&exact).all(|(&x, &y)| (f64::from(x) - y).abs() <= bound * y), "{shape:?}");
        }
    }
}
