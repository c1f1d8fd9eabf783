//! Parallel loops and sums whose bits do not depend on the number of threads.
//!
//! The rule: work is cut into blocks by its *size*, never by the number of workers, and partial
//! results are combined in a fixed binary tree over the blocks. Which thread computes a block then
//! makes no difference. Loops run in the current `rayon` pool; [`with_threads`] makes one.
//!
//! ```
//! use latent_numeric::parallel;
//!
//! let x: Vec<f32> = (0..100_000).map(|i| (i as f32).sin()).collect();
//! let one = parallel::with_threads(1, || parallel::sum(&x)).unwrap();
//! let four = parallel::with_threads(4, || parallel::sum(&x)).unwrap();
//! assert_eq!(one.to_bits(), four.to_bits());
//! ```

mod cached;
mod each;
mod spare;

pub use cached::Cached;
pub use each::{each, each_index, map};
pub use spare::Spare;

use crate::{Scalar, compiled_here};
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Elements in a block of [`sum`] and [`dot`].
const SUM_BLOCK: usize = 1 << 14;

/// Independent partial sums inside a block: enough to fill the vector units.
const LANES: usize = 32;

/// A pool of threads could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {threads} worker threads: {source}")]
pub struct ThreadError {
    /// How many were asked for.
    pub threads: usize,
    source: rayon::ThreadPoolBuildError,
}

/// Runs `work` in a pool of `threads` threads; 0 means one per core.
///
/// # Errors
/// If the system gives no more threads.
pub fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> Result<R, ThreadError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| ThreadError { threads, source })?;
    Ok(pool.install(work))
}

/// The ranges of length `block` that cover `0..len`; the last may be shorter.
///
/// # Panics
/// If `block` is zero.
pub fn blocks(len: usize, block: usize) -> impl ExactSizeIterator<Item = Range<usize>> + Clone {
    assert!(block > 0, "parallel::blocks: the block length must be positive");
    (0..len.div_ceil(block)).map(move |i| i * block..((i + 1) * block).min(len))
}

/// The number of whole rows of this width that have about so many elements together, at least one: what is worth an item
/// of a parallel loop.
///
/// ```
/// use latent_numeric::parallel::rows_together;
///
/// assert_eq!((rows_together(4_096, 784), rows_together(4_096, 10_000)), (5, 1));
/// ```
pub fn rows_together(elements: usize, width: usize) -> usize {
    (elements / width.max(1)).max(1)
}

/// Applies `work` to every block of `0..len` in parallel and returns the results in order.
///
/// # Panics
/// If `block` is zero.
pub fn map_blocks<T: Send>(len: usize, block: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    map(blocks(len, block), |_, range| work(range))
}

/// Maps every block of `0..len` in parallel, then combines the results pairwise in a tree whose
/// shape depends on `len` and `block` alone. `None` when `len` is zero.
///
/// # Panics
/// If `block` is zero.
pub fn reduce_blocks<T: Send>(
    len: usize,
    block: usize,
    map: impl Fn(Range<usize>) -> T + Sync,
    combine: impl Fn(T, T) -> T,
) -> Option<T> {
    tree(map_blocks(len, block, map), combine)
}

/// Combines neighbours until one value is left.
fn tree<T>(mut level: Vec<T>, combine: impl Fn(T, T) -> T) -> Option<T> {
    while level.len() > 1 {
        let mut next = Vec::with_capacity(level.len().div_ceil(2));
        let mut items = level.into_iter();
        while let Some(left) = items.next() {
            next.push(match items.next() {
                Some(right) => combine(left, right),
                None => left,
            });
        }
        level = next;
    }
    level.pop()
}

/// The sum of all values, by pairwise summation.
///
/// The rounding error is at most about `(log2(n) + n_lane) * eps * sum |x_i|` with `n_lane` = 512
/// additions in a lane, instead of `n * eps * sum |x_i|` for a plain loop.
#[compiled_here]
pub fn sum<E: Scalar>(values: &[E]) -> E {
    reduce_blocks(
        values.len(),
        SUM_BLOCK,
        |r| Arch::new().dispatch(LaneSums { values: &values[r], map: |x| x }),
        |a, b| a + b,
    )
    .unwrap_or_else(E::zero)
}

/// The inner product `sum_i a_i b_i`, summed as in [`sum`].
///
/// # Panics
/// If the lengths differ.
pub fn dot<E: Scalar>(a: &[E], b: &[E]) -> E {
    assert_eq!(a.len(), b.len(), "parallel::dot: lengths {} and {} differ", a.len(), b.len());
    sum_of_products(a, b)
}

/// [`dot`] of slices of the same length.
#[compiled_here]
pub(crate) fn sum_of_products<E: Scalar>(a: &[E], b: &[E]) -> E {
    let block = |r: Range<usize>| Arch::new().dispatch(LaneProducts { a: &a[r.clone()], b: &b[r] });
    reduce_blocks(a.len(), SUM_BLOCK, block, |a, b| a + b).unwrap_or_else(E::zero)
}

/// The sum of squares, summed as in [`sum`].
#[compiled_here]
pub fn sum_of_squares<E: Scalar>(values: &[E]) -> E {
    reduce_blocks(
        values.len(),
        SUM_BLOCK,
        |r| Arch::new().dispatch(LaneSums { values: &values[r], map: |x| x * x }),
        |a, b| a + b,
    )
    .unwrap_or_else(E::zero)
}

/// The sum of `map(x)` over a block, in the widest vectors that the processor has. There is no
/// fused multiply-add in it, so their width makes no difference to the bits.
struct LaneSums<'a, E, F> {
    values: &'a [E],
    map: F,
}

impl<E: Scalar, F: Fn(E) -> E> WithSimd for LaneSums<'_, E, F> {
    type Output = E;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> E {
        let mut acc = [E::zero(); LANES];
        let (rows, tail) = self.values.as_chunks::<LANES>();
        for row in rows {
            for (s, term) in acc.iter_mut().zip(row.map(&self.map)) {
                *s += term;
            }
        }
        for (s, &x) in acc.iter_mut().zip(tail) {
            *s += (self.map)(x);
        }
        fold_lanes(acc)
    }
}

/// As [`LaneSums`], of the products of two blocks.
struct LaneProducts<'a, E> {
    a: &'a [E],
    b: &'a [E],
}

impl<E: Scalar> WithSimd for LaneProducts<'_, E> {
    type Output = E;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> E {
        let mut acc = [E::zero(); LANES];
        let (a_rows, a_tail) = self.a.as_chunks::<LANES>();
        let (b_rows, b_tail) = self.b.as_chunks::<LANES>();
        for (x, y) in a_rows.iter().zip(b_rows) {
            let products: [E; LANES] = std::array::from_fn(|i| x[i] * y[i]);
            for (s, product) in acc.iter_mut().zip(products) {
                *s += product;
            }
        }
        for (s, (&x, &y)) in acc.iter_mut().zip(a_tail.iter().zip(b_tail)) {
            *s += x * y;
        }
        fold_lanes(acc)
    }
}

#[inline(always)]
fn fold_lanes<E: Scalar>(mut acc: [E; LANES]) -> E {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            let other = acc[i + half];
            acc[i] += other;
        }
        half /= 2;
    }
    acc[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;
    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;

    const THREADS: [usize; 5] = [1, 2, 3, 4, 7];

    fn on_every_thread_count<T: PartialEq + std::fmt::Debug + Send>(work: impl Fn() -> T + Send + Sync) {
        let want = with_threads(1, &work).unwrap();
        for threads in THREADS {
            assert_eq!(with_threads(threads, &work).unwrap(), want, "{threads} threads");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn same_bits_on_every_thread_count(seed: u64, n in 0_usize..120_000, block in 1_usize..5_000) {
            let mut s = Stream::new(seed, "values", &[]);
            let x: Vec<f32> = (0..n).map(|_| s.normal::<f32>() * 1e3).collect();
            on_every_thread_count(|| (sum(&x).to_bits(), dot(&x, &x).to_bits(), sum_of_squares(&x).to_bits()));
            on_every_thread_count(|| reduce_blocks(n, block, |r| x[r].iter().sum::<f32>(), |a, b| a + b).map(f32::to_bits));
            on_every_thread_count(|| map_blocks(n, block, |r| r.start));
        }

        #[test]
        fn sums_are_accurate(seed: u64, n in 0_usize..100_000) {
            let mut s = Stream::new(seed, "values", &[]);
            let x: Vec<f32> = (0..n).map(|_| s.normal()).collect();
            let exact: f64 = x.iter().map(|&v| f64::from(v)).sum();
            let size: f64 = x.iter().map(|&v| f64::from(v.abs())).sum();
            assert_abs_diff_eq!(f64::from(sum(&x)), exact, epsilon = 530.0 * f64::from(f32::EPSILON) * size);
            let squares: f64 = x.iter().map(|&v| f64::from(v).powi(2)).sum();
            assert_abs_diff_eq!(f64::from(sum_of_squares(&x)), squares, epsilon = 530.0 * f64::from(f32::EPSILON) * squares);
            prop_assert_eq!(sum_of_squares(&x).to_bits(), dot(&x, &x).to_bits());
        }

        #[test]
        fn blocks_cover_once(len in 0_usize..1_000, block in 1_usize..300) {
            let all: Vec<usize> = blocks(len, block).flatten().collect();
            prop_assert_eq!(all, (0..len).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_to_sum() {
        assert_eq!(sum::<f64>(&[]), 0.0);
        assert_eq!(reduce_blocks(0, 4, |_| 1, |a: i32, b| a + b), None);
    }
}
