//! `e^(x_i - m)` along rows, with `m` the largest of a row: what softmax and its relatives share.
//!
//! Short rows are computed side by side, one in each lane of a vector. Each row is summed on its own, in an order that
//! depends on its length alone.

use crate::shape::last;
use crate::work::BLOCK;
use crate::{Tensor, pool};
use latent_numeric::Scalar;
use rayon::prelude::*;

/// Rows up to this length are transposed.
const SHORT: usize = 32;
/// Rows side by side.
const LANES: usize = 16;
/// Running results of a long row.
const PARTS: usize = 64;
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

// Plain loops: closures are not always compiled for the instruction set of the function around them.
latent_numeric::vectorized! {
    fn short<E: Scalar>(x: &[E], width: usize, exp: &mut [E], largest: &mut [E], sums: &mut [E]) {
        let mut tile = [[E::zero(); LANES]; SHORT];
        let tile = &mut tile[..width];
        let blocks = x.chunks(LANES * width).zip(exp.chunks_mut(LANES * width));
        for (((x, exp), largest), sums) in blocks.zip(largest.chunks_mut(LANES)).zip(sums.chunks_mut(LANES)) {
            transpose(x, tile);
            let mut most = [E::neg_infinity(); LANES];
            for column in tile.iter() {
                for (most, &x) in most.iter_mut().zip(column) {
                    *most = if x > *most { x } else { *most };
                }
            }
            for column in tile.iter_mut() {
                for (x, &most) in column.iter_mut().zip(&most) {
                    *x -= most;
                }
            }
            for x in tile.as_flattened_mut() {
                *x = E::exp_kernel(*x);
            }
            let sum = sum_columns(tile);
            for (lane, exp) in exp.chunks_exact_mut(width).enumerate() {
                for (exp, column) in exp.iter_mut().zip(tile.iter()) {
                    *exp = column[lane];
                }
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
                for (exp, &x) in exp.iter_mut().zip(x) {
                    *exp = x - most;
                }
                *largest = most;
            }
            for exp in exp.iter_mut() {
                *exp = E::exp_kernel(*exp);
            }
            for (exp, sum) in exp.chunks_exact(width).zip(sums) {
                *sum = sum_of(exp);
            }
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
        for (x, sum) in x.chunks_exact(width).zip(sums) {
            *sum = sum_of(x);
        }
    }

    /// Each row times a number of its own.
    pub(super) fn scale_rows<E: Scalar>(out: &mut [E], width: usize, by: &[E]) {
        for (out, &by) in out.chunks_exact_mut(width).zip(by) {
            for out in out {
                *out *= by;
            }
        }
    }
}

/// Rows to columns; what is left over in the last lanes is of no meaning.
#[inline(always)]
fn transpose<E: Scalar>(x: &[E], tile: &mut [[E; LANES]]) {
    for (lane, x) in x.chunks_exact(tile.len()).enumerate() {
        for (column, &x) in tile.iter_mut().zip(x) {
            column[lane] = x;
        }
    }
}

#[inline(always)]
fn sum_columns<E: Scalar>(tile: &[[E; LANES]]) -> [E; LANES] {
    let mut sum = [E::zero(); LANES];
    for column in tile {
        for (sum, &x) in sum.iter_mut().zip(column) {
            *sum += x;
        }
    }
    sum
}

#[inline(always)]
fn largest_of<E: Scalar>(row: &[E]) -> E {
    let mut most = [E::neg_infinity(); PARTS];
    let (chunks, rest) = row.as_chunks::<PARTS>();
    for chunk in chunks {
        for (most, &x) in most.iter_mut().zip(chunk) {
            *most = if x > *most { x } else { *most };
        }
    }
    for (most, &x) in most.iter_mut().zip(rest) {
        *most = if x > *most { x } else { *most };
    }
    halve(most, |a, b| if b > a { b } else { a })
}

#[inline(always)]
fn sum_of<E: Scalar>(row: &[E]) -> E {
    let mut sums = [E::zero(); PARTS];
    let (chunks, rest) = row.as_chunks::<PARTS>();
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum += x;
        }
    }
    for (sum, &x) in sums.iter_mut().zip(rest) {
        *sum += x;
    }
    halve(sums, |a, b| a + b)
}

/// Combines the two halves until one number is left.
#[inline(always)]
fn halve<E: Scalar>(mut parts: [E; PARTS], combine: impl Fn(E, E) -> E) -> E {
    let mut half = PARTS / 2;
    while half > 0 {
        for i in 0..half {
            parts[i] = combine(parts[i], parts[i + half]);
        }
        half /= 2;
    }
    parts[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::parallel::with_threads;
    use latent_numeric::random::Stream;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Short and long rows, also where they do not fill the last lanes.
        #[test]
        fn each_row_on_its_own(seed: u64, rows in 0_usize..40, width in 1_usize..200) {
            let mut stream = Stream::new(seed, "test", &[]);
            let x: Vec<f64> = (0..rows * width).map(|_| 3.0 * stream.normal::<f64>()).collect();
            let mut exp = vec![0.0; x.len()];
            let (mut largest, mut sums, mut plain) = (vec![0.0; rows], vec![0.0; rows], vec![0.0; rows]);
            exponentials(&x, width, &mut exp, &mut largest, &mut sums);
            row_sums(&x, width, &mut plain);
            for (i, (x, exp)) in x.chunks(width).zip(exp.chunks(width)).enumerate() {
                prop_assert_eq!(largest[i], x.iter().copied().fold(f64::NEG_INFINITY, f64::max));
                for (x, exp) in x.iter().zip(exp) {
                    prop_assert!((exp / (x - largest[i]).exp() - 1.0).abs() < 1e-15);
                }
                prop_assert!((sums[i] / exp.iter().sum::<f64>() - 1.0).abs() < 1e-13);
                let size: f64 = x.iter().map(|x| x.abs()).sum();
                prop_assert!((plain[i] - x.iter().sum::<f64>()).abs() <= 1e-13 * size);
                let mut alone = (vec![0.0; width], [0.0], [0.0]);
                exponentials(x, width, &mut alone.0, &mut alone.1, &mut alone.2);
                prop_assert_eq!((&alone.0[..], alone.2[0].to_bits()), (exp, sums[i].to_bits()));
            }
        }
    }

    #[test]
    fn same_bits_on_every_number_of_threads() {
        for shape in [[5000, 10], [128, 784]] {
            let x = Tensor::<f32>::normal(&shape, &mut Stream::new(1, "test", &[]));
            let classes: Vec<usize> = (0..shape[0]).map(|i| i % shape[1]).collect();
            let all = || {
                let results = [x.softmax(1), x.log_softmax(1), x.logsumexp(&[1], false), x.cross_entropy(&classes)];
                results.map(|y| y.array().iter().map(|y| y.to_bits()).collect::<Vec<_>>())
            };
            assert_eq!(with_threads(1, all).unwrap(), with_threads(3, all).unwrap(), "{shape:?}");
        }
    }
}
