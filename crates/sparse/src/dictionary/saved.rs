//! What a learner has learned, to be saved.

use ndarray::Array2;

/// All that a [`DictionaryLearner`](super::DictionaryLearner) has learned: with it and the same parameters, what
/// follows is, bit for bit, what would have followed.
///
/// ```
/// use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams};
/// use latent_sparse::lasso::{CoordinateDescent, LassoParams};
/// use ndarray::Array2;
///
/// let x = Array2::from_shape_fn((24, 3), |(i, j)| ((7 * i + 5 * j) % 11) as f64 / 11.0);
/// let params = DictionaryParams::new(4, LassoParams::new(0.05));
/// let mut learner = DictionaryLearner::new(params.clone())?;
/// learner.partial_fit(x.view(), &CoordinateDescent)?;
///
/// let mut other = DictionaryLearner::new(params)?;
/// other.restore(learner.saved().expect("it has learned"))?;
/// for learner in [&mut learner, &mut other] {
///     learner.partial_fit(x.view(), &CoordinateDescent)?;
/// }
/// assert_eq!(learner.saved(), other.saved());
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Learned<E> {
    /// The atoms in columns, (features, atoms).
    pub atoms: Array2<E>,
    /// The power of two that samples and codes are divided by in the sums, so that their squares are in the range of the
    /// scalar: no larger than the largest value seen. None before a value that is not zero.
    pub unit: Option<E>,
    /// The weighted sum `A = sum z z'` over codes, (atoms, atoms).
    pub codes: Array2<E>,
    /// The weighted sum `B = sum z x'` over codes and samples, (atoms, features).
    pub samples: Array2<E>,
    /// For each atom, how many samples came since the last one that used it.
    pub idle: Vec<usize>,
    /// Batches learned from.
    pub batches: usize,
    /// Dead atoms replaced.
    pub replaced: usize,
}
