//! The order of samples in an epoch.

use latent_numeric::random::Stream;

/// The order in which [`fit`](super::DictionaryLearner::fit) takes its samples in an epoch, counted from 0: a
/// permutation drawn from the stream `(seed, "dictionary order", [epoch])`.
///
/// ```
/// use latent_sparse::dictionary::epoch_order;
///
/// let mut order = epoch_order(5, 1, 0);
/// assert_ne!(order, epoch_order(5, 1, 1));
/// order.sort();
/// assert_eq!(order, [0, 1, 2, 3, 4]);
/// ```
pub fn epoch_order(samples: usize, seed: u64, epoch: u64) -> Vec<usize> {
    Stream::new(seed, "dictionary order", &[epoch]).permutation(samples)
}
