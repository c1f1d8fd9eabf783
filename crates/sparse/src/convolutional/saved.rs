//! What a learner has learned, to be saved.

use ndarray::{Array2, Array4};

/// All that a [`FilterLearner`](super::FilterLearner) has learned: with it and the same parameters, what follows of
/// [`partial_fit`](super::FilterLearner::partial_fit) is, bit for bit, what would have followed.
///
/// ```
/// use latent_sparse::convolutional::{ConvolutionalParams, FilterLearner, FilterMethod, FilterParams};
/// use ndarray::Array4;
///
/// let images = Array4::from_shape_fn((2, 1, 16, 16), |(n, _, i, j)| ((7 * i + 5 * j + n) % 11) as f64 / 11.0);
/// let method = FilterMethod::Online { forgetting: 1.0 };
/// let params = FilterParams { method, ..FilterParams::new(3, (4, 4), ConvolutionalParams::new(0.1)) };
/// let mut learner = FilterLearner::new(params.clone())?;
/// learner.partial_fit(images.view())?;
///
/// let mut other = FilterLearner::new(params)?;
/// other.restore(learner.saved().expect("it has learned"))?;
/// for learner in [&mut learner, &mut other] {
///     learner.partial_fit(images.view())?;
/// }
/// assert_eq!(learner.saved(), other.saved());
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedFilters<E> {
    /// The filters, (filters, channels, height, width).
    pub filters: Array4<E>,
    /// The power of two that images and maps are divided by in the sums, so that their squares are in the range of the
    /// scalar: no larger than the largest value seen. None before a value that is not zero.
    pub unit: Option<E>,
    /// The weighted sum over images of the correlations of maps, (filters, filters, 2 height - 1, 2 width - 1).
    pub codes: Array4<E>,
    /// The weighted sum over images of their correlations with maps, (filters, channels height width).
    pub samples: Array2<E>,
    /// For each filter, how many images came since the last one that used it.
    pub idle: Vec<usize>,
    /// Batches learned from.
    pub batches: usize,
    /// Dead filters replaced.
    pub replaced: usize,
}
