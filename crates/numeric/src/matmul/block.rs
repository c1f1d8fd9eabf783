//! One block of a product, computed by one thread.
//!
//! Every element is the same function of its row and its column, whatever the shape of the block: fused multiply-adds
//! in the order of the inner dimension, in runs of [`DEPTH`], whose sums are added up. `faer` has other orders for
//! vectors and for small products; these are brought onto the same path here.

use super::{mat_mut, mat_ref};
use crate::{Scalar, parallel};
use faer::{Accum, MatRef, Par};
use ndarray::{ArrayView, ArrayView1, ArrayView2, ArrayViewMut, ArrayViewMut1, ArrayViewMut2, Axis, Dimension, s};

/// The length of the runs in which the innermost kernels of `faer` go along the inner dimension.
const DEPTH: usize = 512;

/// Products of no more multiplications are computed by `faer` in one run, whatever their depth.
const SMALL: usize = 16 * 16 * 16;

/// Columns that are computed at a time beside a copy of themselves.
const COPIED: usize = 512;

/// `c <- alpha a b`, or `c <- c + alpha a b`. No dimension is zero.
pub(super) fn product<E: Scalar>(
    alpha: E,
    a: ArrayView2<E>,
    b: ArrayView2<E>,
    accumulate: Accum,
    mut c: ArrayViewMut2<E>,
) {
    let ((m, k), n) = (a.dim(), b.ncols());
    match (m, k, n) {
        (_, 1, _) => outer(alpha, a.column(0), b.row(0), accumulate, c),
        (_, _, 1) => one_column(alpha, a, b, accumulate, c),
        (1, _, _) => one_row(alpha, a, b, accumulate, c.row_mut(0)),
        _ if m * n * k <= SMALL => small(alpha, a, b, accumulate, c),
        _ => plain(alpha, mat_ref(&a), b, accumulate, c.view_mut()),
    }
}

fn plain<E: Scalar>(alpha: E, a: MatRef<'_, E>, b: ArrayView2<E>, accumulate: Accum, mut c: ArrayViewMut2<E>) {
    faer::linalg::matmul::matmul(mat_mut(&mut c), accumulate, a, mat_ref(&b), alpha, Par::Seq);
}

/// Of a column and a row.
fn outer<E: Scalar>(alpha: E, a: ArrayView1<E>, b: ArrayView1<E>, accumulate: Accum, mut c: ArrayViewMut2<E>) {
    for (mut c, &a) in c.rows_mut().into_iter().zip(a) {
        c.zip_mut_with(&b, |c, &b| {
            let sum = alpha * (a * b);
            *c = if accumulate == Accum::Replace { sum } else { *c + sum };
        });
    }
}

/// Run by run, with rows of `b` and `c` that are contiguous: for other layouts `faer` adds up small products in another
/// order. The multiple of a sum is rounded before it is added.
fn small<E: Scalar>(alpha: E, a: ArrayView2<E>, b: ArrayView2<E>, accumulate: Accum, mut c: ArrayViewMut2<E>) {
    // No dimension is one.
    let (mut copy, mut buffer) = ([E::zero(); SMALL / 2], [E::zero(); SMALL / 2]);
    let mut accumulate = accumulate;
    for (a, b) in a.axis_chunks_iter(Axis(1), DEPTH).zip(b.axis_chunks_iter(Axis(0), DEPTH)) {
        let mut rows = ArrayViewMut2::from_shape(b.dim(), &mut copy[..b.len()]).expect("as many elements");
        let b = if b.strides()[1] == 1 {
            b
        } else {
            rows.assign(&b);
            rows.view()
        };
        if c.strides()[1] == 1 && (accumulate == Accum::Replace || alpha.abs() == E::one()) {
            plain(alpha, mat_ref(&a), b, accumulate, c.view_mut());
        } else {
            let sums = ArrayViewMut2::from_shape(c.dim(), &mut buffer[..c.len()]);
            let mut sums = sums.expect("as many elements");
            plain(E::one(), mat_ref(&a), b, Accum::Replace, sums.view_mut());
            add(alpha, sums.view(), accumulate, c.view_mut());
        }
        accumulate = Accum::Add;
    }
}

fn add<E: Scalar, D: Dimension>(alpha: E, sums: ArrayView<E, D>, accumulate: Accum, mut c: ArrayViewMut<E, D>) {
    match accumulate {
        Accum::Replace => c.zip_mut_with(&sums, |c, &sum| *c = alpha * sum),
        Accum::Add => c.zip_mut_with(&sums, |c, &sum| *c += alpha * sum),
    }
}

/// Of a single row: down the rows of `b` where they are contiguous, else twice over, as two rows that are equal.
fn one_row<E: Scalar>(alpha: E, a: ArrayView2<E>, b: ArrayView2<E>, accumulate: Accum, mut c: ArrayViewMut1<E>) {
    if b.strides()[1] == 1 {
        return combination(alpha, a.row(0), b, accumulate, c);
    }
    let twice = a.broadcast((2, a.ncols())).expect("one row");
    let mut buffer = [[E::zero(); COPIED]; 2];
    for (b, mut c) in b.axis_chunks_iter(Axis(1), COPIED).zip(c.axis_chunks_iter_mut(Axis(0), COPIED)) {
        let mut both = ArrayViewMut2::from(&mut buffer);
        let mut both = both.slice_mut(s![.., ..c.len()]);
        both.assign(&c);
        product(alpha, twice, b, accumulate, both.view_mut());
        c.assign(&both.row(0));
    }
}

/// Of a single column: along the rows of `a`, or down its columns if these are contiguous.
fn one_column<E: Scalar>(alpha: E, a: ArrayView2<E>, b: ArrayView2<E>, accumulate: Accum, mut c: ArrayViewMut2<E>) {
    match *a.strides() {
        [_, 1] => {
            let column = b.column(0);
            let column = column.as_standard_layout();
            let column = column.as_slice().expect("a copy is contiguous");
            for (row, c) in a.rows().into_iter().zip(&mut c) {
                let sum = alpha * parallel::sum_of_products(row.as_slice().expect("contiguous"), column);
                *c = if accumulate == Accum::Replace { sum } else { *c + sum };
            }
        }
        [1, _] => combination(alpha, b.column(0), a.reversed_axes(), accumulate, c.column_mut(0)),
        _ => {
            let columns = a.reversed_axes();
            combination(alpha, b.column(0), columns.as_standard_layout().view(), accumulate, c.column_mut(0));
        }
    }
}

/// `y <- alpha sum_l x_l b_l`, or that added to `y`, of the contiguous rows of `b`.
fn combination<E: Scalar>(alpha: E, x: ArrayView1<E>, b: ArrayView2<E>, accumulate: Accum, mut y: ArrayViewMut1<E>) {
    let mut run = [E::zero(); DEPTH];
    let mut accumulate = accumulate;
    for (x, b) in x.axis_chunks_iter(Axis(0), DEPTH).zip(b.axis_chunks_iter(Axis(0), DEPTH)) {
        run.iter_mut().zip(x).for_each(|(to, &from)| *to = from);
        let run = &run[..x.len()];
        let step = b.strides()[0];
        for start in (0..b.ncols()).step_by(COPIED) {
            let width = COPIED.min(b.ncols() - start);
            let mut sums = [E::zero(); COPIED];
            let sums = &mut sums[..width];
            let rows = b.slice(s![.., start..start + width]);
            if let Ok(step) = usize::try_from(step) {
                // SAFETY: a view of contiguous rows, a step apart that is not negative: all of its elements lie from its
                // first to its last one, in one allocation.
                let memory = unsafe { std::slice::from_raw_parts(rows.as_ptr(), (rows.nrows() - 1) * step + width) };
                combine(run, memory, step, sums);
            } else {
                for (l, row) in rows.rows().into_iter().enumerate() {
                    combine_one(run[l], row.as_slice().expect("contiguous"), sums);
                }
            }
            add(alpha, ArrayView1::from(&*sums), accumulate, y.slice_mut(s![start..start + width]));
        }
        accumulate = Accum::Add;
    }
}

crate::vectorized! {
    /// Adds `sum_l x_l b_l` to the sums, where row `l` begins at `l step`.
    fn combine<E: Scalar>(x: &[E], b: &[E], step: usize, sums: &mut [E]) {
        let mut start = 0;
        while start < sums.len() {
            let (b, sums) = (&b[start..], &mut sums[start..]);
            start += match sums.len() {
                128.. => stripe::<E, 128>(x, b, step, sums),
                32.. => stripe::<E, 32>(x, b, step, sums),
                8.. => stripe::<E, 8>(x, b, step, sums),
                _ => stripe::<E, 1>(x, b, step, sums),
            };
        }
    }

    fn combine_one<E: Scalar>(x: E, b: &[E], sums: &mut [E]) {
        for (sum, &b) in sums.iter_mut().zip(b) {
            *sum = x.mul_add(b, *sum);
        }
    }
}

/// Of `S` columns; and `S`.
#[inline(always)]
fn stripe<E: Scalar, const S: usize>(x: &[E], b: &[E], step: usize, sums: &mut [E]) -> usize {
    let mut total = [E::zero(); S];
    for (l, &x) in x.iter().enumerate() {
        let b: &[E; S] = b[l * step..].first_chunk().expect("a stripe");
        for k in 0..S {
            total[k] = x.mul_add(b[k], total[k]);
        }
    }
    sums[..S].copy_from_slice(&total);
    S
}
