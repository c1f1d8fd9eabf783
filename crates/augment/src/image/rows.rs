//! Augmentation of batches of rows, as training loops have them.

use super::{Chain, Mix, Mixing, Shape};
use crate::error::{AugmentError, Fault, Place};
use latent_numeric::parallel;
use ndarray::{Array2, ArrayViewMut2, Axis};
use std::borrow::Cow;
use std::ops::Range;

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
        check_features(features, self.shape)?;
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

/// A way to mix rows of numbers in [0, 1], each an image of one shape, channel after channel, with each other.
///
/// What becomes of a row is a function of the seed, the epoch, the number of the sample and the population alone.
///
/// ```
/// use latent_augment::image::{Cutmix, RowMixer};
/// use ndarray::{Array2, Axis};
///
/// let mixer = RowMixer::new(Cutmix::new(1.0), (1, 28, 28), 7)?;
/// let data = Array2::from_shape_fn((100, 784), |(i, j)| ((i * j) % 256) as f32 / 255.0);
/// let samples = [3, 14, 15];
/// let mut batch = data.select(Axis(0), &samples);
/// // The last twenty are held out.
/// let mixings = mixer.mix(batch.view_mut(), 0, &samples, 0..80, |partners| data.select(Axis(0), partners))?;
/// assert!(mixings.iter().flatten().all(|mixing| mixing.partner() < 80));
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RowMixer {
    mix: Mix,
    shape: Shape,
    seed: u64,
}

impl RowMixer {
    /// A way to mix images of the given shape.
    ///
    /// # Errors
    /// If a parameter is out of its domain, or the image is empty.
    pub fn new(mix: impl Into<Mix>, shape: impl Into<Shape>, seed: u64) -> Result<Self, AugmentError> {
        let (mix, shape) = (mix.into(), shape.into());
        mix.check()?;
        shape.check().map_err(|fault| mix.failed(fault))?;
        Ok(Self { mix, shape, seed })
    }

    /// Mixes the rows of the given samples, in place and in parallel, each with a partner of the population; answers
    /// with what was drawn for each. `rows_of` gives the rows of partners, and is not asked if there are none.
    ///
    /// # Errors
    /// Those of [`Mix::draw`]; and if there are more or fewer samples than rows, or more or fewer partners' rows than
    /// partners, a row is not C H W numbers long, or a number is not in [0, 1].
    pub fn mix(
        &self,
        mut rows: ArrayViewMut2<f32>,
        epoch: u64,
        samples: &[usize],
        population: Range<usize>,
        rows_of: impl FnOnce(&[usize]) -> Array2<f32>,
    ) -> Result<Vec<Option<Mixing>>, AugmentError> {
        check_features(rows.ncols(), self.shape)?;
        if samples.len() != rows.nrows() {
            let expected = format!("{}, one for each row", rows.nrows());
            return Err(mismatch("numbers of samples", samples.len(), expected));
        }
        let draw = |&sample: &usize| self.mix.draw(self.shape, population.clone(), self.seed, epoch, sample);
        let mixings = samples.iter().map(draw).collect::<Result<Vec<_>, _>>()?;
        let partners: Vec<usize> = mixings.iter().flatten().map(Mixing::partner).collect();
        if partners.is_empty() {
            return Ok(mixings);
        }
        let others = rows_of(&partners);
        check_features(others.ncols(), self.shape)?;
        if others.nrows() != partners.len() {
            return Err(mismatch("rows of partners", others.nrows(), partners.len()));
        }
        let dim = (self.shape.channels, self.shape.height, self.shape.width);
        let mixed = rows.outer_iter_mut().zip(&mixings).filter_map(|(row, mixing)| Some((row, mixing.as_ref()?)));
        let ends = parallel::map(mixed.zip(others.outer_iter()), |_, ((mut row, mixing), other)| {
            let partner = other.to_shape(dim).expect("C H W numbers");
            let mixed = mixing.apply(row.to_shape(dim).expect("C H W numbers").view(), partner.view())?;
            row.assign(&mixed.flatten());
            Ok(())
        });
        ends.into_iter().collect::<Result<(), AugmentError>>()?;
        Ok(mixings)
    }
}

fn check_features(features: usize, shape: Shape) -> Result<(), AugmentError> {
    if features == shape.len() {
        return Ok(());
    }
    Err(mismatch("numbers in a row", features, format!("{} for images of {shape}", shape.len())))
}

fn mismatch(what: &'static str, found: impl ToString, expected: impl ToString) -> AugmentError {
    let fault = Fault::Mismatch { what, found: found.to_string(), expected: expected.to_string() };
    AugmentError::new(Place::default(), fault)
}
