//! Named random streams.
//!
//! Every random draw in the workspace belongs to a stream named by `(seed, purpose, indices)`, for
//! example `(7, "shuffle", [epoch])` or `(7, "deform", [sample])`. Two streams with different names
//! are independent, a stream always gives the same values, and no stream depends on which worker
//! asks first: that is what makes a run the same bits on any number of threads.
//!
//! The generator is ChaCha8, which is counter-based: word `k` of a stream is a function of the name
//! and `k` alone, so a stream can be left and taken up again anywhere ([`Stream::position`],
//! [`Stream::seek`]). The key is the SHA-256 of the seed, the purpose with its length before it, and the
//! indices, all numbers as eight bytes: no two names are written alike.
//!
//! ```
//! use latent_numeric::random::Stream;
//! use ndarray::Array2;
//! use ndarray_rand::{RandomExt, rand_distr::Gamma};
//!
//! let mut stream = Stream::new(7, "noise", &[3]);
//! let x: f64 = stream.normal();
//! // Any distribution of `ndarray-rand` draws from a stream.
//! let a = Array2::random_using((2, 3), Gamma::new(2.0, 1.0).unwrap(), &mut stream);
//! assert_eq!(Stream::new(7, "noise", &[3]).normal::<f64>(), x);
//! assert_eq!(a.dim(), (2, 3));
//! ```

use crate::Scalar;
use ndarray::{Array, Dimension, ShapeBuilder};
use ndarray_rand::rand::{Rng, RngCore, SeedableRng};
use ndarray_rand::rand_distr::{Distribution, StandardNormal};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// A random stream named by `(seed, purpose, indices)`; see the [module](self).
///
/// It is an [`RngCore`], so every distribution of `rand_distr` and `ndarray-rand` works on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// The stream of this name, at its beginning.
    pub fn new(seed: u64, purpose: &str, indices: &[u64]) -> Self {
        let mut name = Sha256::new();
        name.update(seed.to_le_bytes());
        name.update((purpose.len() as u64).to_le_bytes());
        name.update(purpose.as_bytes());
        for index in indices {
            name.update(index.to_le_bytes());
        }
        Self { generator: ChaCha8Rng::from_seed(name.finalize().into()) }
    }

    /// How many 32-bit words have been drawn, modulo 2^68.
    pub fn position(&self) -> u128 {
        self.generator.get_word_pos()
    }

    /// Moves to the given [`position`](Self::position).
    pub fn seek(&mut self, position: u128) {
        self.generator.set_word_pos(position);
    }

    /// A uniform draw from `[0, 1)`, a multiple of 2^-24 in `f32` and of 2^-53 in `f64`.
    pub fn uniform<E: Scalar>(&mut self) -> E {
        let bits = E::MANTISSA_BITS;
        E::of((self.generator.next_u64() >> (64 - bits)) as f64 / (1_u64 << bits) as f64)
    }

    /// A uniform draw from `[low, high)`, for finite `low < high`; `low` where the two are equal.
    ///
    /// What would be rounded to `high` is the number before it.
    pub fn uniform_in<E: Scalar>(&mut self, low: E, high: E) -> E {
        let (u, width) = (self.uniform::<E>(), high - low);
        // The width of two finite ends can be beyond the range of the type.
        let x = if width.is_finite() { low + width * u } else { low * (E::one() - u) + high * u };
        if low < high && x >= high { high.next_down() } else { x }
    }

    /// A uniform draw from `0..n`, without bias.
    ///
    /// # Panics
    /// If `n` is zero.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "Stream::below: cannot draw from the empty range 0..0");
        self.generator.random_range(0..n as u64) as usize
    }

    /// A draw from the standard normal distribution N(0, 1).
    pub fn normal<E: Scalar>(&mut self) -> E {
        E::of(StandardNormal.sample(&mut self.generator))
    }

    /// `true` with probability `p`; outside `[0, 1]` the nearest end counts.
    pub fn bernoulli(&mut self, p: f64) -> bool {
        self.uniform::<f64>() < p
    }

    /// A uniformly random permutation of `0..n` (Fisher and Yates).
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for last in (1..n).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }

    /// An array of independent standard normal draws.
    pub fn normal_array<E: Scalar, D: Dimension, S: ShapeBuilder<Dim = D>>(&mut self, shape: S) -> Array<E, D> {
        Array::from_shape_simple_fn(shape, || self.normal())
    }

    /// An array of independent uniform draws from `[0, 1)`.
    pub fn uniform_array<E: Scalar, D: Dimension, S: ShapeBuilder<Dim = D>>(&mut self, shape: S) -> Array<E, D> {
        Array::from_shape_simple_fn(shape, || self.uniform())
    }
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        self.generator.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.generator.next_u64()
    }

    fn fill_bytes(&mut self, dst: &mut [u8]) {
        self.generator.fill_bytes(dst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::prop;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn names_are_told_apart() {
        let names: [(u64, &str, &[u64]); 6] =
            [(1, "a", &[]), (2, "a", &[]), (1, "b", &[]), (1, "a", &[0]), (1, "a", &[0, 0]), (1, "ab", &[])];
        let firsts: Vec<u64> = names.iter().map(|(s, p, i)| Stream::new(*s, p, i).next_u64()).collect();
        for (i, a) in firsts.iter().enumerate() {
            assert!(!firsts[..i].contains(a), "streams {:?} collide", names[i]);
        }
    }

    #[test]
    fn values_never_change() {
        // A change of these numbers changes every recorded run.
        let mut stream = Stream::new(2026, "golden", &[1, 2]);
        let words: [u32; 3] = std::array::from_fn(|_| stream.next_u32());
        assert_eq!(words, GOLDEN, "the stream (2026, golden, [1, 2]) has changed");
    }

    const GOLDEN: [u32; 3] = [1_575_130_806, 2_234_824_749, 3_930_000_310];

    /// Half of the numbers next below the end are rounded to it, and one range has none between its ends.
    #[test]
    fn the_upper_end_is_never_drawn() {
        let mut s = Stream::new(3, "range", &[]);
        let next = f64::from_bits(1.0_f64.to_bits() + 1);
        assert!((0..100).all(|_| s.uniform_in(1.0, next) == 1.0));
        let (low, high) = (16_777_214.0_f32, 16_777_216.0_f32);
        assert!((0..1000).all(|_| (low..high).contains(&s.uniform_in(low, high))));
    }

    #[test]
    fn moments_of_the_distributions() {
        let n = 200_000;
        let mut s = Stream::new(5, "moments", &[]);
        let u: Vec<f64> = (0..n).map(|_| s.uniform()).collect();
        let z: Vec<f64> = (0..n).map(|_| s.normal()).collect();
        let b = (0..n).filter(|_| s.bernoulli(0.3)).count() as f64 / f64::from(n);
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let second = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>() / v.len() as f64;
        // Five standard errors each.
        let within = |got: f64, want: f64, sd: f64| (got - want).abs() < 5.0 * sd / f64::from(n).sqrt();
        assert!(within(mean(&u), 0.5, (1.0_f64 / 12.0).sqrt()));
        assert!(within(second(&u), 1.0 / 3.0, 0.3));
        assert!(within(mean(&z), 0.0, 1.0) && within(second(&z), 1.0, 2.0_f64.sqrt()));
        assert!(within(b, 0.3, 0.21_f64.sqrt()));
    }

    #[test]
    fn permutations_are_uniform() {
        let mut s = Stream::new(9, "orders", &[]);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..24_000 {
            *counts.entry(s.permutation(4)).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        let chi2: f64 = counts.values().map(|&c| (f64::from(c) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi2 < 49.7, "chi-square with 23 degrees of freedom, {chi2}, has p < 0.001");
    }

    proptest! {
        #[test]
        fn taken_up_where_it_was_left(seed: u64, skip in 0_usize..300, index: u64) {
            let mut a = Stream::new(seed, "resume", &[index]);
            for _ in 0..skip { a.next_u32(); }
            let mut b = Stream::new(seed, "resume", &[index]);
            b.seek(a.position());
            prop_assert_eq!((0..40).map(|_| a.next_u64()).collect::<Vec<_>>(), (0..40).map(|_| b.next_u64()).collect::<Vec<_>>());
        }

        #[test]
        fn uniform_stays_in_its_range(seed: u64) {
            let mut s = Stream::new(seed, "range", &[]);
            for _ in 0..100 {
                let (x, y): (f32, f64) = (s.uniform(), s.uniform());
                prop_assert!((0.0..1.0).contains(&x) && (0.0..1.0).contains(&y));
                let k = s.below(7);
                prop_assert!(k < 7);
            }
        }

        #[test]
        fn uniform_in_stays_below_its_upper_end(
            seed: u64, low in -1e30_f32..1e30, scale in -60_i32..20, ends in prop::array::uniform2(-1e308_f64..1e308),
        ) {
            let mut s = Stream::new(seed, "range", &[]);
            let high = low + (low.abs() + 1.0) * (scale as f32).exp2();
            prop_assert_eq!(s.uniform_in(low, low), low);
            let (from, to) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
            for _ in 0..200 {
                let (x, y) = (s.uniform_in(low, high), s.uniform_in(from, to));
                prop_assert!(low <= x && (x < high || low == high), "{x} of [{low}, {high})");
                prop_assert!(from <= y && (y < to || from == to), "{y} of [{from}, {to})");
            }
        }

        #[test]
        fn permutation_holds_every_index_once(seed: u64, n in 0_usize..200) {
            let mut p = Stream::new(seed, "order", &[]).permutation(n);
            p.sort_unstable();
            prop_assert_eq!(p, (0..n).collect::<Vec<_>>());
        }
    }
}
