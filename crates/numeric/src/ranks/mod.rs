//! Several processes that compute the same thing, each a part of it, with the bits of one.
//!
//! A [`Ranks`] is one process's view of them all. The rule is that of [`parallel`](crate::parallel): work is cut by its
//! size, never by the number of processes, and what the pieces come to is combined in the order of the pieces. Which
//! process computes a piece then makes no difference: [`OrderedSum`] adds terms from any number of processes in the order
//! of the terms.
//!
//! [`Alone`] is a process by itself. [`crew`] makes threads of one process into ranks, to try things without any
//! launcher. Other crates bring implementations that send messages.
//!
//! ```
//! use latent_numeric::ranks::{OrderedSum, crew};
//!
//! // Seven terms of a sum that floating point does not add the same way in another order.
//! let term = |k: usize| [1e8_f32, 1.0, -1e8].map(|x| x / (k + 1) as f32);
//! let sums = |size| {
//!     crew(size, |ranks| {
//!         let mut sum = OrderedSum::new(&*ranks, 3);
//!         for first in (0..7).step_by(size) {
//!             sum.add((7 - first).min(size), &term(first + ranks.rank()));
//!         }
//!         sum.finish()
//!     })
//! };
//! let [alone, three] = [sums(1), sums(3)];
//! assert!(three.iter().all(|sum| *sum == alone[0]));
//! ```

mod crew;
mod ordered_sum;

pub use crew::crew;
pub use ordered_sum::OrderedSum;

use sha2::{Digest, Sha256};
use std::fmt;
use std::ops::Range;

/// Bytes of a piece in which long messages are sent.
const PIECE: usize = 1 << 28;

/// The processes that compute together, as one of them sees them.
///
/// All methods that exchange something are collective: every rank calls the same ones in the same order, or all wait for
/// ever. What cannot be sent ends the program: there is nothing that one process could do about it.
pub trait Ranks: fmt::Debug + Send + Sync {
    /// This process's number, from 0.
    fn rank(&self) -> usize;

    /// How many there are.
    fn size(&self) -> usize;

    /// Gives each rank its piece of `give`, and takes from each its piece for this one, in the order of ranks.
    ///
    /// `given` and `taken` are the lengths of the pieces in bytes, which are those of `give` and `take` together; at most
    /// 2^31 - 1 bytes each.
    ///
    /// # Panics
    /// If the lengths do not fit.
    fn all_to_all(&self, give: &[u8], given: &[usize], take: &mut [u8], taken: &[usize]);

    /// Gives all ranks the same, and takes what each gives; as [`all_to_all`](Self::all_to_all) otherwise.
    ///
    /// # Panics
    /// If the lengths do not fit.
    fn all_gather(&self, give: &[u8], take: &mut [u8], taken: &[usize]) {
        let size = self.size();
        self.all_to_all(&give.repeat(size), &vec![give.len(); size], take, taken);
    }

    /// What each rank gives, of any length.
    fn gather(&self, give: &[u8]) -> Vec<Vec<u8>> {
        let size = self.size();
        let mut lengths = vec![0; 8 * size];
        self.all_gather(&(give.len() as u64).to_le_bytes(), &mut lengths, &vec![8; size]);
        let (lengths, _) = lengths.as_chunks::<8>();
        let lengths: Vec<usize> = lengths.iter().map(|&bytes| u64::from_le_bytes(bytes) as usize).collect();
        let mut all: Vec<Vec<u8>> = lengths.iter().map(|&length| Vec::with_capacity(length)).collect();
        let piece = PIECE / size;
        for start in (0..lengths.iter().copied().max().unwrap_or(0)).step_by(piece) {
            let taken: Vec<usize> = lengths.iter().map(|length| length.saturating_sub(start).min(piece)).collect();
            let mut take = vec![0; taken.iter().sum()];
            let rest = &give[start.min(give.len())..];
            self.all_gather(&rest[..rest.len().min(piece)], &mut take, &taken);
            let mut rest = &take[..];
            for (all, &length) in all.iter_mut().zip(&taken) {
                let (head, tail) = rest.split_at(length);
                all.extend_from_slice(head);
                rest = tail;
            }
        }
        all
    }

    /// What rank 0 gives; what the others give is not looked at.
    fn broadcast(&self, give: &[u8]) -> Vec<u8> {
        let give = if self.rank() == 0 { give } else { &[] };
        self.gather(give).swap_remove(0)
    }

    /// Whether it is true on any rank.
    fn any(&self, here: bool) -> bool {
        let mut all = vec![0; self.size()];
        self.all_gather(&[u8::from(here)], &mut all, &vec![1; self.size()]);
        all.contains(&1)
    }

    /// The first rank that gives something else than rank 0, if any: on all the same answer.
    fn differing(&self, give: &[u8]) -> Option<usize> {
        let digests = self.gather(&Sha256::digest(give));
        digests.iter().position(|digest| *digest != digests[0])
    }

    /// Waits until all ranks are here.
    fn wait(&self) {
        self.any(false);
    }
}

/// A process by itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Ranks for Alone {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn all_to_all(&self, give: &[u8], given: &[usize], take: &mut [u8], taken: &[usize]) {
        assert_eq!((given, taken), (&[give.len()][..], &[take.len()][..]), "all_to_all: one piece each");
        take.copy_from_slice(give);
    }
}

/// The share of a rank in `0..count`: contiguous, in the order of ranks, of lengths that differ by one at most.
///
/// ```
/// use latent_numeric::ranks::share;
///
/// assert_eq!([0, 1, 2].map(|rank| share(7, rank, 3)), [0..2, 2..4, 4..7]);
/// ```
pub fn share(count: usize, rank: usize, size: usize) -> Range<usize> {
    count * rank / size..count * (rank + 1) / size
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(rank: usize, length: usize) -> Vec<u8> {
        (0..length).map(|i| (31 * rank + i) as u8).collect()
    }

    proptest! {
        #[test]
        fn everyone_gets_what_everyone_gives(lengths in prop::collection::vec(0_usize..50, 1..6)) {
            let all = crew(lengths.len(), |ranks| ranks.gather(&message(ranks.rank(), lengths[ranks.rank()])));
            let want: Vec<_> = lengths.iter().enumerate().map(|(rank, &length)| message(rank, length)).collect();
            prop_assert!(all.iter().all(|got| *got == want));
            let first = crew(lengths.len(), |ranks| ranks.broadcast(&message(ranks.rank(), lengths[ranks.rank()])));
            prop_assert!(first.iter().all(|got| *got == want[0]));
        }

        #[test]
        fn what_one_knows_all_know(flags in prop::collection::vec(any::<bool>(), 1..6)) {
            let any = crew(flags.len(), |ranks| ranks.any(flags[ranks.rank()]));
            prop_assert_eq!(any, vec![flags.contains(&true); flags.len()]);
            let differing = crew(flags.len(), |ranks| ranks.differing(&[u8::from(flags[ranks.rank()])]));
            let want = flags.iter().position(|flag| *flag != flags[0]);
            prop_assert_eq!(differing, vec![want; flags.len()]);
        }

        #[test]
        fn shares_cover_everything_once(count in 0_usize..100, size in 1_usize..9) {
            let shares: Vec<_> = (0..size).map(|rank| share(count, rank, size)).collect();
            prop_assert!(shares.iter().cloned().flatten().eq(0..count));
            let lengths: Vec<usize> = shares.iter().map(Range::len).collect();
            prop_assert!(lengths.iter().max().unwrap() - lengths.iter().min().unwrap() <= 1);
        }
    }
}
