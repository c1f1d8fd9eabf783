//! Batches of images.

use super::order::{Draw, Order};
use super::{ImageBatch, Partners, at_least_one, short};
use crate::Source;
use latent_datasets::{DatasetError, LabelledImages};
use latent_numeric::parallel;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{Array2, ArrayViewMut2, Axis};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Debug;
use std::ops::Range;

/// Batches of images in [0, 1] with their labels, in an order that the seed and the number of the epoch determine.
///
/// ```
/// use latent_datasets::synthetic::strokes;
/// use latent_train::Source;
/// use latent_train::sources::{Binarize, Images};
///
/// let digits = strokes::generate(7, 0..50);
/// let train = Images::shuffled(&digits, 16, 3)?.binarize(Binarize::Dynamic);
/// let batch = train.batch(0, 3);
/// assert_eq!((train.batches(), batch.x.shape(), batch.labels.len()), (4, &[2, 784][..], 2));
/// assert!(batch.x.array().iter().all(|&x| x == 0.0 || x == 1.0));
/// let test = Images::in_order(&digits, 16)?.as_images();
/// assert_eq!(test.batch(0, 0).x.shape(), [16, 1, 28, 28]);
/// # Ok::<(), latent_datasets::DatasetError>(())
/// ```
#[derive(Debug)]
pub struct Images<'a> {
    set: &'a LabelledImages,
    size: usize,
    seed: u64,
    flat: bool,
    drop_last: bool,
    most: usize,
    augment: Option<Box<dyn Augment + 'a>>,
    mix: Option<Box<dyn Mix + 'a>>,
    binarize: Binarize,
    order: Order,
}

/// Changes images before they are trained on.
///
/// What becomes of an image must be a function of the epoch and of its number alone, so that no bit depends on the batch
/// it is in, on threads, or on a resumption.
pub trait Augment: Debug + Send + Sync {
    /// Changes rows of numbers in [0, 1], an image each, that are these samples of the set.
    fn augment(&self, rows: ArrayViewMut2<'_, f32>, epoch: u64, samples: &[usize]);
}

/// Mixes images with others before they are trained on.
///
/// What becomes of an image must be a function of the epoch, of its number, and of the images of the source alone, so that
/// no bit depends on the batch it is in, on threads, or on a resumption.
pub trait Mix: Debug + Send + Sync {
    /// Mixes rows of numbers in [0, 1], an image each, that are these samples, with others of `all` samples of the source;
    /// `rows_of` gives any of them as they are in this epoch. Answers for each row with the number of the partner and the
    /// weight of the own label: for a row that stays alone with its own number and 1.
    fn mix(
        &self,
        rows: ArrayViewMut2<'_, f32>,
        epoch: u64,
        samples: &[usize],
        all: Range<usize>,
        rows_of: &dyn Fn(&[usize]) -> Array2<f32>,
    ) -> Vec<(usize, f32)>;
}

/// Numbers that one thread makes binary at a time, of whole rows.
const TOGETHER: usize = 1 << 12;

/// How grey values `x` in [0, 1] are made black and white.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binarize {
    /// Grey values stay as they are.
    #[default]
    None,
    /// 1 where the grey value is at least one half, else 0.
    Threshold,
    /// One with probability `x`, drawn anew in each epoch from the stream `(seed, "binarize", [epoch, sample])`
    /// (Salakhutdinov and Murray, *On the quantitative analysis of deep belief networks*, ICML 2008).
    Dynamic,
}

impl Binarize {
    /// Binarises rows of numbers in [0, 1] that are these samples in this epoch, as [`Images`] of this seed do. Each
    /// row is drawn from its own stream, so that neither the order nor the threads matter.
    pub fn apply(self, mut rows: ArrayViewMut2<'_, f32>, seed: u64, epoch: u64, samples: &[usize]) {
        if self == Self::None {
            return;
        }
        let together = parallel::rows_together(TOGETHER, rows.ncols());
        let blocks = rows.axis_chunks_iter_mut(Axis(0), together).zip(samples.chunks(together));
        parallel::each(blocks, |_, (mut rows, samples)| {
            for (mut row, &sample) in rows.outer_iter_mut().zip(samples) {
                if self == Self::Threshold {
                    row.mapv_inplace(|x| f32::from(u8::from(x >= 0.5)));
                } else {
                    let mut stream = Stream::new(seed, "binarize", &[epoch, sample as u64]);
                    row.mapv_inplace(|x| f32::from(u8::from(stream.uniform::<f32>() < x)));
                }
            }
        });
    }
}

impl<'a> Images<'a> {
    /// Batches of this size in another order each epoch, to train on.
    ///
    /// # Errors
    /// If the size of a batch is zero, or there are no images.
    pub fn shuffled(images: &'a LabelledImages, size: usize, seed: u64) -> Result<Self, DatasetError> {
        Ok(Self { order: Order::shuffled(images.len(), seed), seed, ..Self::in_order(images, size)? })
    }

    /// Batches of this size in the order of the set, to evaluate on.
    ///
    /// # Errors
    /// As [`shuffled`](Self::shuffled).
    pub fn in_order(images: &'a LabelledImages, size: usize) -> Result<Self, DatasetError> {
        at_least_one("batch size", size)?;
        at_least_one("number of images", images.len())?;
        Ok(Self {
            set: images,
            size,
            seed: 0,
            flat: true,
            drop_last: false,
            most: usize::MAX,
            augment: None,
            mix: None,
            binarize: Binarize::None,
            order: Order::of_the_set(images.len()),
        })
    }

    /// Gives batches of shape (n, C, H, W) instead of (n, C H W).
    #[must_use]
    pub fn as_images(self) -> Self {
        Self { flat: false, ..self }
    }

    /// Leaves out the last batch of an epoch if it is smaller than the others, unless it is the only one.
    #[must_use]
    pub fn drop_last(self) -> Self {
        Self { drop_last: true, ..self }
    }

    /// Takes the order of each epoch from `draw`, a function of the number of images, the seed and the epoch.
    #[must_use]
    pub fn ordered_by(self, draw: Draw) -> Self {
        Self { order: self.order.drawn_by(draw), ..self }
    }

    /// Takes only this range of the images, which keep their numbers.
    ///
    /// # Errors
    /// If there are none, or they are not in the set.
    pub fn within(self, range: Range<usize>) -> Result<Self, DatasetError> {
        let images = self.set.len();
        if range.is_empty() || range.end > images {
            return Err(DatasetError::Parameter {
                name: "range of images",
                value: format!("{range:?}"),
                expected: format!("at least one of the {images} images of {}", self.set.name()),
            });
        }
        Ok(Self { order: self.order.within(&range), ..self })
    }

    /// Takes only the first so many batches of an epoch, at least one.
    #[must_use]
    pub fn at_most(self, batches: usize) -> Self {
        Self { most: batches.max(1), ..self }
    }

    /// Augments images, anew in each epoch, before grey values are made black and white.
    #[must_use]
    pub fn augmented(self, augment: impl Augment + 'a) -> Self {
        Self { augment: Some(Box::new(augment)), ..self }
    }

    /// Mixes images with others of the same range, anew in each epoch, after augmentation and before grey values are
    /// made black and white.
    #[must_use]
    pub fn mixed(self, mix: impl Mix + 'a) -> Self {
        Self { mix: Some(Box::new(mix)), ..self }
    }

    /// Makes grey values black and white.
    #[must_use]
    pub fn binarize(self, binarize: Binarize) -> Self {
        Self { binarize, ..self }
    }

    /// The set that the images are of.
    pub fn set(&self) -> &'a LabelledImages {
        self.set
    }

    /// The classes of these images; none if the set has no labels.
    fn labels_of(&self, indices: &[usize]) -> Vec<usize> {
        let labels = self.set.labels();
        labels.map_or_else(Vec::new, |labels| indices.iter().map(|&i| labels[i].into()).collect())
    }

    /// Images as they are in an epoch, by themselves.
    fn fill(&self, mut rows: ArrayViewMut2<'_, f32>, epoch: u64, indices: &[usize]) {
        self.set.rows_into(indices, rows.view_mut());
        if let Some(augment) = &self.augment {
            augment.augment(rows, epoch, indices);
        }
    }

    fn mix(&self, rows: ArrayViewMut2<'_, f32>, epoch: u64, indices: &[usize]) -> Option<Partners> {
        let (mix, all, features) = (self.mix.as_ref()?, self.order.range(), rows.ncols());
        let rows_of = |samples: &[usize]| {
            let mut rows = Array2::zeros((samples.len(), features));
            self.fill(rows.view_mut(), epoch, samples);
            rows
        };
        let (partners, own): (Vec<_>, _) = mix.mix(rows, epoch, indices, all.clone(), &rows_of).into_iter().unzip();
        let strange = partners.iter().find(|partner| !all.contains(partner));
        assert!(strange.is_none(), "images of {all:?} are mixed with {strange:?}");
        Some(Partners { labels: self.labels_of(&partners), own, indices: partners })
    }
}

impl Source for Images<'_> {
    type Batch = ImageBatch;

    fn batches(&self) -> usize {
        let (samples, size) = (self.order.samples(), self.size);
        let whole = samples / size;
        let all = if self.drop_last && whole > 0 { whole } else { samples.div_ceil(size) };
        all.min(self.most)
    }

    fn batch(&self, epoch: u64, index: usize) -> ImageBatch {
        let range = index * self.size..self.order.samples().min((index + 1) * self.size);
        let indices = self.order.at(epoch, range);
        let (c, h, w) = self.set.image_dim();
        let mut x = Tensor::zeros(&[indices.len(), c * h * w]);
        let rows = ArrayViewMut2::from_shape((indices.len(), c * h * w), x.elements_mut());
        let mut rows = rows.expect("as many elements");
        self.fill(rows.view_mut(), epoch, &indices);
        let partners = self.mix(rows.view_mut(), epoch, &indices);
        self.binarize.apply(rows, self.seed, epoch, &indices);
        let x = if self.flat { x } else { x.reshape(&[indices.len(), c, h, w]) };
        ImageBatch { x, labels: self.labels_of(&indices), partners, indices }
    }

    /// Name, number, size, and a checksum of all pixels and labels.
    fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        let images = self.set.images();
        digest.update(images.as_slice().expect("images are in standard layout"));
        digest.update(self.set.labels().unwrap_or_default());
        let checksum = short(digest);
        let (c, h, w) = self.set.image_dim();
        let (all, used) = (self.set.len(), self.order.samples());
        let of = if used == all { String::new() } else { format!("{used} from {} on of ", self.order.range().start) };
        format!("{}: {of}{all} images of {c} x {h} x {w}, sha256 {checksum}", self.set.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_datasets::Provenance;
    use latent_datasets::batches::epoch_order;
    use latent_datasets::synthetic::strokes;
    use latent_numeric::parallel::with_threads;
    use ndarray::Array4;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn an_epoch_has_each_image_once_and_batches_can_be_asked_for_in_any_order(
            count in 1_usize..40, size in 1_usize..12, seed in 0_u64..9, epochs in (0_u64..5, 0_u64..5),
        ) {
            let digits = strokes::generate(1, 0..count as u64);
            let source = Images::shuffled(&digits, size, seed).unwrap();
            let indices = |epoch| (0..source.batches()).flat_map(|k| source.batch(epoch, k).indices).collect::<Vec<_>>();
            let first = indices(epochs.0);
            let mut sorted = first.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..count).collect::<Vec<_>>());
            prop_assert_eq!(&first, &epoch_order(count, seed, epochs.0));
            indices(epochs.1);
            let again = source.batch(epochs.0, source.batches() - 1);
            prop_assert_eq!(&first[first.len() - again.indices.len()..], &again.indices[..]);
            for (row, &index) in again.indices.iter().enumerate() {
                prop_assert_eq!(again.labels[row], usize::from(digits.labels().unwrap()[index]));
                let want = digits.rows::<f32>(&[index][..]);
                prop_assert!(again.x.array().index_axis(Axis(0), row).iter().eq(want.iter()));
            }
            let dropped = Images::in_order(&digits, size).unwrap().drop_last();
            prop_assert_eq!(dropped.batches(), (count / size).max(1));
            let some = count / 3..count;
            let part = Images::shuffled(&digits, size, seed).unwrap().within(some.clone()).unwrap();
            let mut indices: Vec<_> = (0..part.batches()).flat_map(|k| part.batch(epochs.0, k).indices).collect();
            indices.sort_unstable();
            prop_assert_eq!(indices, some.collect::<Vec<_>>());
            let few = Images::in_order(&digits, size).unwrap().at_most(2);
            prop_assert_eq!(few.batches(), count.div_ceil(size).min(2));
        }
    }

    #[test]
    fn draws_belong_to_epoch_and_sample_alone() {
        let digits = strokes::generate(1, 0..60);
        let bits = |size: usize, epoch: u64, threads: usize| {
            let draw = || {
                let source = Images::shuffled(&digits, size, 5).unwrap().binarize(Binarize::Dynamic);
                let mut rows: Vec<(usize, Vec<f32>)> = (0..source.batches())
                    .flat_map(|k| {
                        let batch = source.batch(epoch, k);
                        let rows = batch
                            .x
                            .array()
                            .axis_iter(Axis(0))
                            .map(|row| row.iter().copied().collect())
                            .collect::<Vec<_>>();
                        batch.indices.into_iter().zip(rows)
                    })
                    .collect();
                rows.sort_by_key(|(index, _)| *index);
                rows
            };
            with_threads(threads, draw).unwrap()
        };
        assert_eq!(bits(7, 2, 1), bits(16, 2, 4));
        assert_ne!(bits(7, 2, 1), bits(7, 3, 1));
        // The mean of draws comes to the grey value: 400 epochs, five standard deviations.
        let source = Images::in_order(&digits, 60).unwrap().binarize(Binarize::Dynamic);
        let mean = (0..400).map(|epoch| f64::from(source.batch(epoch, 0).x.mean().item())).sum::<f64>() / 400.0;
        let (n, want) = (60.0_f64 * 784.0, digits.mean_intensity());
        assert!((mean - want).abs() < 5.0 * (0.25 / (400.0 * n)).sqrt(), "{mean} {want}");
    }

    /// Adds a hundredth of the epoch and a thousandth of the number.
    #[derive(Debug)]
    struct Lift;

    impl Augment for Lift {
        fn augment(&self, mut rows: ArrayViewMut2<'_, f32>, epoch: u64, samples: &[usize]) {
            for (mut row, &sample) in rows.outer_iter_mut().zip(samples) {
                row += 0.01 * epoch as f32 + 0.001 * sample as f32;
            }
        }
    }

    #[test]
    fn images_are_changed_before_they_are_binarized() {
        let bytes = Array4::from_elem((3, 1, 1, 2), 127_u8);
        let images = LabelledImages::unlabelled("grey", bytes, Provenance::Memory);
        let changed = Images::in_order(&images, 2).unwrap().augmented(Lift);
        let grey = 127.0_f32 / 255.0;
        let batch = changed.batch(4, 1);
        assert_eq!((batch.indices, batch.x.array()[[0, 0]]), (vec![2], grey + (0.01 * 4.0 + 0.001 * 2.0)));
        let binary = changed.binarize(Binarize::Threshold);
        assert_eq!([0, 1].map(|epoch| binary.batch(epoch, 0).x.array()[[0, 0]]), [0.0, 1.0]);
    }

    /// Mixes an image, half and half, with the one that comes after it, the last with the first; the third stays alone.
    #[derive(Debug)]
    struct Neighbours;

    impl Mix for Neighbours {
        fn mix(
            &self,
            mut rows: ArrayViewMut2<'_, f32>,
            _: u64,
            samples: &[usize],
            all: Range<usize>,
            rows_of: &dyn Fn(&[usize]) -> Array2<f32>,
        ) -> Vec<(usize, f32)> {
            let next = |&sample: &usize| if sample + 1 == all.end { all.start } else { sample + 1 };
            let partners: Vec<usize> = samples.iter().map(next).collect();
            let others = rows_of(&partners);
            let pairs = rows.outer_iter_mut().zip(others.outer_iter()).zip(samples.iter().zip(partners));
            pairs
                .map(|((mut row, other), (&sample, partner))| {
                    if sample == 2 {
                        return (sample, 1.0);
                    }
                    row.zip_mut_with(&other, |x, y| *x = 0.5 * (*x + y));
                    (partner, 0.5)
                })
                .collect()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn partners_are_of_the_range_and_changed_as_they_themselves_are(
            first in 0_usize..3, size in 1_usize..9, seed in 0_u64..9, epoch in 0_u64..5,
        ) {
            let digits = strokes::generate(1, 0..12);
            let all = first..9;
            let images = || Images::shuffled(&digits, size, seed).unwrap().within(all.clone()).unwrap();
            let changed = |sample: usize| {
                let one = Images::in_order(&digits, 1).unwrap().augmented(Lift);
                one.batch(epoch, sample).x.to_array()
            };
            let source = images().mixed(Neighbours).augmented(Lift);
            for batch in (0..source.batches()).map(|k| source.batch(epoch, k)) {
                let partners = batch.partners.as_ref().unwrap();
                prop_assert_eq!(partners.own.len(), batch.indices.len());
                for (row, &sample) in batch.indices.iter().enumerate() {
                    let alone = sample == 2;
                    let partner = if alone { 2 } else if sample == 8 { first } else { sample + 1 };
                    prop_assert_eq!((partners.indices[row], partners.own[row]), (partner, if alone { 1.0 } else { 0.5 }));
                    prop_assert_eq!(partners.labels[row], usize::from(digits.labels().unwrap()[partner]));
                    prop_assert_eq!(batch.labels[row], usize::from(digits.labels().unwrap()[sample]));
                    let want = (changed(sample) + changed(partner)) * 0.5;
                    prop_assert!(batch.x.array().index_axis(Axis(0), row).iter().eq(want.iter()));
                }
            }
        }
    }

    #[test]
    fn images_are_mixed_before_they_are_binarized() {
        let bytes = Array4::from_shape_vec((2, 1, 1, 2), vec![0, 255, 255, 255]).unwrap();
        let images = LabelledImages::unlabelled("few", bytes, Provenance::Memory);
        let mixed = Images::in_order(&images, 2).unwrap().mixed(Neighbours);
        let binary = mixed.binarize(Binarize::Threshold).batch(0, 0);
        assert!(binary.x.array().iter().all(|&x| x == 1.0), "{:?}", binary.x);
        assert!(binary.partners.unwrap().labels.is_empty());
        assert_eq!(Images::in_order(&images, 2).unwrap().batch(0, 0).partners, None);
    }

    /// Mixes with the image of the number zero, of whatever range.
    #[derive(Debug)]
    struct Elsewhere;

    impl Mix for Elsewhere {
        fn mix(
            &self,
            rows: ArrayViewMut2<'_, f32>,
            _: u64,
            _: &[usize],
            _: Range<usize>,
            _: &dyn Fn(&[usize]) -> Array2<f32>,
        ) -> Vec<(usize, f32)> {
            vec![(0, 0.5); rows.nrows()]
        }
    }

    #[test]
    #[should_panic(expected = "images of 5..9 are mixed with Some(0)")]
    fn images_of_another_range_are_refused() {
        let digits = strokes::generate(1, 0..12);
        Images::in_order(&digits, 3).unwrap().within(5..9).unwrap().mixed(Elsewhere).batch(0, 0);
    }

    #[test]
    fn an_order_can_be_given() {
        let digits = strokes::generate(1, 0..5);
        let backwards = |count: usize, seed: u64, epoch: u64| {
            assert_eq!((seed, epoch), (4, 2));
            (0..count).rev().collect()
        };
        let source = Images::shuffled(&digits, 3, 4).unwrap().ordered_by(backwards);
        assert_eq!((source.batch(2, 0).indices, source.batch(2, 1).indices), (vec![4, 3, 2], vec![1, 0]));
    }

    #[test]
    fn a_threshold_splits_at_one_half() {
        let bytes = Array4::from_shape_vec((1, 1, 1, 4), vec![0, 127, 128, 255]).unwrap();
        let images = LabelledImages::unlabelled("few", bytes, Provenance::Memory);
        let batch = Images::in_order(&images, 3).unwrap().binarize(Binarize::Threshold).batch(0, 0);
        assert_eq!(batch.x.array().iter().copied().collect::<Vec<_>>(), [0.0, 0.0, 1.0, 1.0]);
        assert!(batch.labels.is_empty());
    }

    #[test]
    fn a_fingerprint_is_of_pixels_and_labels() {
        let digits = strokes::generate(1, 0..20);
        let of = |images: &LabelledImages| Images::in_order(images, 5).unwrap().fingerprint();
        assert!(of(&digits).contains("20 images of 1 x 28 x 28, sha256 "), "{}", of(&digits));
        assert_eq!(of(&digits), of(&digits.clone()));
        assert_ne!(of(&digits.subset(0..10)), of(&digits.subset(10..20)));
        let within = |range| Images::in_order(&digits, 5).unwrap().within(range).map(|images| images.fingerprint());
        assert!(within(3..7).unwrap().contains("4 from 3 on of 20 images"), "{:?}", within(3..7));
        assert!(within(5..21).is_err() && within(4..4).is_err());
        assert!(Images::in_order(&digits, 0).is_err() && Images::in_order(&digits.subset(0..0), 5).is_err());
    }
}
