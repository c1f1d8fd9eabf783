//! `e^(x_i - m)` along rows, with `m` the largest of a row: what softmax and its relatives share.
//!
//! Short rows are computed side by side, one in each lane of a vector. Each row is summed on its own, in an order that
//! depends on its length alone.

use super::softmax::last;
use crate::elementwise::BLOCK;
use crate::{Tensor, pool};
use latent_numeric::Scalar;
use rayon::prelude::*;

/// Rows up to this length are transposed.
const SHORT: usize = 32;
/// Rows side by side, and running results of a long row.
const LANES: usize = 16;
/// Elements that are treated before the next ones are looked at, so that they stay in the first cache.
const CACHED: usize = 1 << 11;

/// Writes `e^(x - m)`, and of each row its largest element `m`, in which NaN is passed over, and the sum of the
/// exponentials.
pub(super) fn exponentials<E: Scalar>(x: &[E], width: usize, exp: &mut [E], largest: &mut [E], sums: &mut [E]) {
    assert_eq!((x.len(), exp.len(), sums.len()), (width * largest.len(), x.len(), largest.len()));
    if width <= SHORT { short(x, width, exp, largest, sums) } else { long(x, width, exp, largest, sums) }
}

/// The sum of each row.
pub(super) fn row_sums<E: Scalar>(x: &[E], width: usize, sums: &mut [E]) {
    assert_eq!(x.len(), width * sums.len());
    if width <= SHORT { short_sums(x, width, sums) } else { long_sums(x, width, sums) }
}

/// Runs `work(rows, out)` on blocks of rows of `x`, a matrix whose rows are its last axis, with one element of the
/// result for each; `work` is told the number of its first row too.
pub(super) fn reduce<E: Scalar>(x: &Tensor<E>, work: impl Fn(usize, &[E], &mut [E]) + Sync) -> Vec<E> {
    let width = last(x.shape());
    let mut out = pool::take(x.shape()[..x.rank() - 1].iter().product());
    let row_major = x.array().as_standard_layout();
    let values = row_major.as_slice().expect("row-major");
    if values.len() <= 2 * BLOCK {
        work(0, values, &mut out);
    } else {
        let rows = BLOCK.div_ceil(width);
        let blocks = out.par_chunks_mut(rows).zip(values.par_chunks(rows * width)).enumerate();
        blocks.for_each(|(i, (out, values))| work(i * rows, values, out));
    }
    out
}

/// `ln sum e^(x - m)` of each row, and `m`.
pub(super) fn log_sums<E: Scalar>(x: &[E], width: usize, largest: &mut [E], logs: &mut [E]) {
    let rows = CACHED.div_ceil(width);
    let mut exp = pool::take(rows.min(logs.len()) * width);
    for ((x, largest), logs) in x.chunks(rows * width).zip(largest.chunks_mut(rows)).zip(logs.chunks_mut(rows)) {
        exponentials(x, width, &mut exp[..x.len()], largest, logs);
    }
    pool::give(exp);
    latent_numeric::math::ln(logs);
}

latent_numeric::vectorized! {
    fn short<E: Scalar>(x: &[E], width: usize, exp: &mut [E], largest: &mut [E], sums: &mut [E]) {
        let mut tile = [[E::zero(); LANES]; SHORT];
        let tile = &mut tile[..width];
        let blocks = x.chunks(LANES * width).zip(exp.chunks_mut(LANES * width));
        for (((x, exp), largest), sums) in blocks.zip(largest.chunks_mut(LANES)).zip(sums.chunks_mut(LANES)) {
            transpose(x, tile);
            let mut most = [E::neg_infinity(); LANES];
            for column in tile.iter() {
                most = larger(most, column);
            }
            for column in tile.iter_mut() {
                column.iter_mut().zip(&most).for_each(|(x, &most)| *x = *x - most);
            }
            for x in tile.as_flattened_mut() {
                *x = E::exp_kernel(*x);
            }
            let sum = sum_columns(tile);
            for (lane, exp) in exp.chunks_exact_mut(width).enumerate() {
                exp.iter_mut().zip(tile.iter()).for_each(|(exp, column)| *exp = column[lane]);
            }
            largest.copy_from_slice(&most[..largest.len()]);
            sums.copy_from_slice(&sum[..sums.len()]);
        }
    }

    fn long<E: Scalar>(x: &[E], width: usize, exp: &mut [E], largest: &mut [E], sums: &mut [E]) {
        let rows = CACHED.div_ceil(width);
        let blocks = x.chunks(rows * width).zip(exp.chunks_mut(rows * width));
        for (((x, exp), largest), sums) in blocks.zip(largest.chunks_mut(rows)).zip(sums.chunks_mut(rows)) {
            for ((x, exp), largest) in x.chunks_exact(width).zip(exp.chunks_exact_mut(width)).zip(largest) {
                let most = largest_of(x);
                exp.iter_mut().zip(x).for_each(|(exp, &x)| *exp = x - most);
                *largest = most;
            }
            for exp in exp.iter_mut() {
                *exp = E::exp_kernel(*exp);
            }
            exp.chunks_exact(width).zip(sums).for_each(|(exp, sum)| *sum = sum_of(exp));
        }
    }

    fn short_sums<E: Scalar>(x: &[E], width: usize, sums: &mut [E]) {
        let mut tile = [[E::zero(); LANES]; SHORT];
        let tile = &mut tile[..width];
        for (x, sums) in x.chunks(LANES * width).zip(sums.chunks_mut(LANES)) {
            transpose(x, tile);
            sums.copy_from_slice(&sum_columns(tile)[..sums.len()]);
        }
    }

    fn long_sums<E: Scalar>(x: &[E], width: usize, sums: &mut [E]) {
        x.chunks_exact(width).zip(sums).for_each(|(x, sum)| *sum = sum_of(x));
    }

    /// Each row times a number of its own.
    pub(super) fn scale_rows<E: Scalar>(out: &mut [E], width: usize, by: &[E]) {
        for (out, &by) in out.chunks_exact_mut(width).zip(by) {
            out.iter_mut().for_each(|out| *out *= by);
        }
    }
}

/// Rows to columns; what is left over in the last lanes is of no meaning.
#[inline(always)]
fn transpose<E: Scalar>(x: &[E], tile: &mut [[E; LANES]]) {
    for (lane, x) in x.chunks_exact(tile.len()).enumerate() {
        tile.iter_mut().zip(x).for_each(|(column, &x)| column[lane] = x);
    }
}

#[inline(always)]
fn sum_columns<E: Scalar>(tile: &[[E; LANES]]) -> [E; LANES] {
    let mut sum = [E::zero(); LANES];
    for column in tile {
        sum.iter_mut().zip(column).for_each(|(sum, &x)| *sum += x);
    }
    sum
}

#[inline(always)]
fn larger<E: Scalar>(a: [E; LANES], b: &[E; LANES]) -> [E; LANES] {
    std::array::from_fn(|i| if b[i] > a[i] { b[i] } else { a[i] })
}

#[inline(always)]
fn largest_of<E: Scalar>(row: &[E]) -> E {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut most = [[E::neg_infinity(); LANES]; 4];
    let (quads, singles) = chunks.as_chunks::<4>();
    for quad in quads {
        for (most, chunk) in most.iter_mut().zip(quad) {
            *most = larger(*most, chunk);
        }
    }
    for chunk in singles {
        most[0] = larger(most[0], chunk);
    }
    let most = larger(larger(most[0], &most[1]), &larger(most[2], &most[3]));
    most.iter().chain(rest).fold(E::neg_infinity(), |most, &x| if x > most { x } else { most })
}

#[inline(always)]
fn sum_of<E: Scalar>(row: &[E]) -> E {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut sums = [[E::zero(); LANES]; 4];
    let (quads, singles) = chunks.as_chunks::<4>();
    for quad in quads {
        for (sums, chunk) in sums.iter_mut().zip(quad) {
            sums.iter_mut().zip(chunk).for_each(|(sum, &x)| *sum += x);
        }
    }
    for (sums, chunk) in sums.iter_mut().zip(singles) {
        sums.iter_mut().zip(chunk).for_each(|(sum, &x)| *sum += x);
    }
    let mut sum: [E; LANES] = std::array::from_fn(|i| (sums[0][i] + sums[1][i]) + (sums[2][i] + sums[3][i]));
    sum.iter_mut().zip(rest).for_each(|(sum, &x)| *sum += x);
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            let other = sum[i + half];
            sum[i] += other;
        }
        half /= 2;
    }
    sum[0]
}
