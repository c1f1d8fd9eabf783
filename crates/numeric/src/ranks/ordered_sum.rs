//! Sums of terms that lie on several ranks.

use super::Ranks;
use crate::Scalar;
use crate::parallel::blocks;
use bytemuck::{cast_slice, cast_slice_mut};
use std::ops::Range;

/// Elements that are exchanged together: what bounds the memory that an exchange takes.
const WINDOW: usize = 1 << 24;

/// A sum of arrays, `((t_0 + t_1) + t_2) + ...`, of which each rank has some: the bits do not depend on their number.
///
/// Terms come in rounds. In a round the first ranks have a term each, and the terms follow one another as their ranks do.
/// Every rank adds up a share of the elements, which is why nobody needs more memory than for a term of its own, a share
/// of the sum, and a window of what is being exchanged. With `n` elements of `b` bytes and `r` ranks, a rank sends
/// `n b (r - 1) / r` bytes in each round, and as much once more for the result.
#[derive(Debug)]
pub struct OrderedSum<'r, E> {
    ranks: &'r dyn Ranks,
    length: usize,
    window: usize,
    /// This rank's share of each window, one after the other.
    share: Vec<E>,
    begun: bool,
}

impl<'r, E: Scalar> OrderedSum<'r, E> {
    /// Of arrays of this length.
    pub fn new(ranks: &'r dyn Ranks, length: usize) -> Self {
        Self::with_window(ranks, length, WINDOW)
    }

    fn with_window(ranks: &'r dyn Ranks, length: usize, window: usize) -> Self {
        Self { ranks, length, window, share: Vec::new(), begun: false }
    }

    /// The windows, and what each rank adds up of them.
    fn windows(&self) -> impl Iterator<Item = (Range<usize>, Vec<usize>)> + use<E> {
        let size = self.ranks.size();
        blocks(self.length, self.window).map(move |window| {
            let length = window.len();
            let chunk = length.div_ceil(size);
            (window, (0..size).map(|rank| length.saturating_sub(rank * chunk).min(chunk)).collect())
        })
    }

    /// Adds the terms of the first `givers` ranks. What the others give is not looked at.
    ///
    /// # Panics
    /// If there are no givers or more than ranks, or the term of one has another length.
    pub fn add(&mut self, givers: usize, term: &[E]) {
        let (rank, size) = (self.ranks.rank(), self.ranks.size());
        assert!((1..=size).contains(&givers), "OrderedSum: {givers} givers among {size} ranks");
        let gives = rank < givers;
        assert!(!gives || term.len() == self.length, "OrderedSum: {} elements in {}", term.len(), self.length);
        let bytes = size_of::<E>();
        let mut done = 0;
        for (window, lengths) in self.windows() {
            let mine = lengths[rank];
            let give: &[E] = if gives { &term[window] } else { &[] };
            let given: Vec<usize> = lengths.iter().map(|length| if gives { length * bytes } else { 0 }).collect();
            let taken: Vec<usize> = (0..size).map(|from| if from < givers { mine * bytes } else { 0 }).collect();
            let mut take = vec![E::zero(); mine * givers];
            self.ranks.all_to_all(cast_slice(give), &given, cast_slice_mut(&mut take), &taken);
            let (first, mut rest) = take.split_at(mine);
            if self.begun {
                rest = &take;
            } else {
                self.share.extend_from_slice(first);
            }
            let share = &mut self.share[done..done + mine];
            for term in rest.chunks_exact(mine.max(1)) {
                share.iter_mut().zip(term).for_each(|(sum, &term)| *sum += term);
            }
            done += mine;
        }
        self.begun = true;
    }

    /// The sum, on all ranks; zeros if nothing was added.
    pub fn finish(self) -> Vec<E> {
        let mut sum = vec![E::zero(); self.length];
        if !self.begun {
            return sum;
        }
        let mut share = &self.share[..];
        for (window, lengths) in self.windows() {
            let (give, rest) = share.split_at(lengths[self.ranks.rank()]);
            let taken: Vec<usize> = lengths.iter().map(|length| length * size_of::<E>()).collect();
            self.ranks.all_gather(cast_slice(give), cast_slice_mut(&mut sum[window]), &taken);
            share = rest;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;
    use crate::ranks::crew;
    use proptest::prelude::*;

    fn term<E: Scalar>(seed: u64, k: usize, length: usize) -> Vec<E> {
        let mut stream = Stream::new(seed, "terms", &[k as u64]);
        // Of very different sizes, so that every other order of the sum is seen.
        (0..length).map(|_| E::of(stream.normal::<f64>() * 10.0_f64.powf(4.0 * stream.normal::<f64>()))).collect()
    }

    fn ordered<E: Scalar>(seed: u64, terms: usize, length: usize) -> Vec<u64> {
        let mut sum = term::<E>(seed, 0, length);
        for k in 1..terms {
            sum.iter_mut().zip(term::<E>(seed, k, length)).for_each(|(sum, term)| *sum += term);
        }
        bits(&sum)
    }

    fn bits<E: Scalar>(values: &[E]) -> Vec<u64> {
        values.iter().map(|x| x.as_f64().to_bits()).collect()
    }

    fn on_ranks<E: Scalar>(size: usize, seed: u64, terms: usize, length: usize, window: usize) -> Vec<Vec<u64>> {
        crew(size, |ranks| {
            let mut sum = OrderedSum::<E>::with_window(&*ranks, length, window);
            for first in (0..terms).step_by(size) {
                let k = first + ranks.rank();
                let mine = if k < terms { term(seed, k, length) } else { Vec::new() };
                sum.add((terms - first).min(size), &mine);
            }
            bits(&sum.finish())
        })
    }

    proptest! {
        #[test]
        fn it_has_the_bits_of_one_process(
            size in 1_usize..7,
            terms in 1_usize..12,
            length in 0_usize..40,
            window in 1_usize..50,
            seed: u64,
        ) {
            let want = ordered::<f32>(seed, terms, length);
            prop_assert!(on_ranks::<f32>(size, seed, terms, length, window).iter().all(|got| *got == want));
            let want = ordered::<f64>(seed, terms, length);
            prop_assert!(on_ranks::<f64>(size, seed, terms, length, window).iter().all(|got| *got == want));
        }
    }

    #[test]
    fn the_terms_are_such_that_another_order_is_seen() {
        let all: Vec<Vec<f32>> = (0..5).map(|k| term(1, k, 40)).collect();
        let pairs = (0..40).map(|i| (all[0][i] + all[1][i]) + ((all[2][i] + all[3][i]) + all[4][i]));
        assert_ne!(bits(&pairs.collect::<Vec<f32>>()), ordered::<f32>(1, 5, 40));
    }
}
