//! Shuffled mini-batches.
//!
//! The order of epoch `e` is the permutation of the stream `(seed, "shuffle", [e])`: it depends on
//! nothing else, so an epoch can be taken up in its middle.
//!
//! ```
//! use latent_datasets::batches::Batching;
//! use latent_datasets::synthetic::strokes;
//!
//! let images = strokes::generate(7, 0..50);
//! let batching = Batching::new(16, 7)?.drop_last(true);
//! for epoch in 0..2 {
//!     for batch in batching.epoch::<f32>(&images, epoch) {
//!         assert_eq!(batch.rows.dim(), (16, 784));
//!         assert_eq!(batch.indices.len(), 16);
//!     }
//! }
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

use crate::{DatasetError, LabelledImages};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use ndarray::Array2;
use std::marker::PhantomData;

/// The order of `len` samples in an epoch: the permutation of the stream `(seed, "shuffle", [epoch])`.
pub fn epoch_order(len: usize, seed: u64, epoch: u64) -> Vec<usize> {
    Stream::new(seed, "shuffle", &[epoch]).permutation(len)
}

/// How samples are cut into mini-batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batching {
    size: usize,
    seed: u64,
    drop_last: bool,
}

impl Batching {
    /// Batches of `size` samples in orders from `seed`.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if `size` is zero.
    pub fn new(size: usize, seed: u64) -> Result<Self, DatasetError> {
        if size == 0 {
            return Err(DatasetError::parameter("batch size", size, "at least 1"));
        }
        Ok(Self { size, seed, drop_last: false })
    }

    /// Whether to leave out a last batch of fewer than `size` samples; kept if not said.
    #[must_use]
    pub fn drop_last(self, drop_last: bool) -> Self {
        Self { drop_last, ..self }
    }

    /// The number of batches in an epoch over `len` samples.
    pub fn count(&self, len: usize) -> usize {
        if self.drop_last { len / self.size } else { len.div_ceil(self.size) }
    }

    /// The batches of an epoch.
    pub fn epoch<'a, E: Scalar>(&self, images: &'a LabelledImages, epoch: u64) -> Batches<'a, E> {
        self.epoch_from(images, epoch, 0)
    }

    /// The batches of an epoch from number `first` on, as if those before had been taken.
    pub fn epoch_from<'a, E: Scalar>(&self, images: &'a LabelledImages, epoch: u64, first: usize) -> Batches<'a, E> {
        let order = epoch_order(images.len(), self.seed, epoch);
        Batches { images, order, size: self.size, next: first, end: self.count(images.len()), element: PhantomData }
    }
}

/// The mini-batches of one epoch; made by [`Batching::epoch`].
#[derive(Clone, Debug)]
pub struct Batches<'a, E> {
    images: &'a LabelledImages,
    order: Vec<usize>,
    size: usize,
    next: usize,
    end: usize,
    element: PhantomData<E>,
}

/// A mini-batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch<E> {
    /// Which samples, in the order of the rows.
    pub indices: Vec<usize>,
    /// The images, (n, C H W) in [0, 1].
    pub rows: Array2<E>,
    /// Their labels, if the set has any.
    pub labels: Option<Vec<u8>>,
}

impl<E: Scalar> Iterator for Batches<'_, E> {
    type Item = Batch<E>;

    fn next(&mut self) -> Option<Batch<E>> {
        if self.next >= self.end {
            return None;
        }
        let start = self.next * self.size;
        self.next += 1;
        let indices = self.order[start..self.order.len().min(start + self.size)].to_vec();
        Some(Batch {
            rows: self.images.rows(&indices),
            labels: self.images.labels().map(|labels| indices.iter().map(|&i| labels[i]).collect()),
            indices,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end.saturating_sub(self.next);
        (left, Some(left))
    }
}

impl<E: Scalar> ExactSizeIterator for Batches<'_, E> {}
