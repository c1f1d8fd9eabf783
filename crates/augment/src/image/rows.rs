//! Augmentation of batches of rows, as training loops have them.

use super::{Chain, Shape};
use crate::error::{AugmentError, Fault, Place};
use ndarray::{ArrayViewMut2, Axis};
use std::borrow::Cow;

/// A chain for rows of numbers in [0, 1], each an image of one shape, channel after channel.
///
/// What becomes of a row is a function of the seed, the epoch and the number of the sample alone: not of its batch, nor
/// of the number of threads.
///
/// ```
/// use latent_augment::image::{Chain, RowAugmenter, Rotate, Step};
/// use ndarray::Array2;
///
/// let chain = Chain::new(vec![Step::always(Rotate::default())])?;
/// let augmenter = RowAugmenter::new(chain, (1, 28, 28), 7)?;
/// let data = Array2::from_shape_fn((100, 784), |(i, j)| ((i * j) % 256) as f32 / 255.0);
/// for epoch in 0..2 {
///     for samples in [[3, 14, 15], [92, 65, 35]] {
///         let mut batch = data.select(ndarray::Axis(0), &samples);
///         augmenter.augment(batch.view_mut(), epoch, &samples)?;
///         // A step of training on the batch.
///     }
/// }
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RowAugmenter {
    chain: Chain,
    shape: Shape,
    seed: u64,
}

impl RowAugmenter {
    /// A chain for images of the given shape, which it must keep.
    ///
    /// # Errors
    /// Those of [`Chain::output_shape`], and if the chain changes the shape.
    pub fn new(chain: Chain, shape: impl Into<Shape>, seed: u64) -> Result<Self, AugmentError> {
        let shape = shape.into();
        let output = chain.output_shape(shape)?;
        if output != shape {
            return Err(mismatch("rows keep their shape: the chain makes images", output, shape));
        }
        Ok(Self { chain, shape, seed })
    }

    /// The chain.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Augments the rows of the given samples, in place and in parallel.
    ///
    /// # Errors
    /// If a row is not C H W numbers long, a number is not in [0, 1], or there are more or fewer samples than rows.
    pub fn augment(&self, mut rows: ArrayViewMut2<f32>, epoch: u64, samples: &[usize]) -> Result<(), AugmentError> {
        let Shape { channels, height, width } = self.shape;
        let (count, features) = rows.dim();
        if features != self.shape.len() {
            let expected = format!("{} for images of {}", self.shape.len(), self.shape);
            return Err(mismatch("numbers in a row", features, expected));
        }
        let samples: Vec<u64> = samples.iter().map(|&sample| sample as u64).collect();
        let dim = (count, channels, height, width);
        let images = match rows.view().to_slice() {
            Some(values) => Cow::Borrowed(values),
            None => Cow::Owned(rows.iter().copied().collect()),
        };
        let images = ndarray::ArrayView4::from_shape(dim, &images).expect("count rows of C H W numbers");
        let augmented = self.chain.apply_batch(images, self.seed, epoch, &samples)?;
        for (mut row, image) in rows.outer_iter_mut().zip(augmented.axis_iter(Axis(0))) {
            row.iter_mut().zip(image.iter()).for_each(|(to, &x)| *to = x);
        }
        Ok(())
    }
}

fn mismatch(what: &'static str, found: impl ToString, expected: impl ToString) -> AugmentError {
    let fault = Fault::Mismatch { what, found: found.to_string(), expected: expected.to_string() };
    AugmentError::new(Place::default(), fault)
}
