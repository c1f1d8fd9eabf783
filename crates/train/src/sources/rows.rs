//! Batches of rows of a matrix.

use super::order::{Draw, Order};
use super::{ImageBatch, at_least_one};
use crate::Source;
use latent_datasets::DatasetError;
use latent_tensor::Tensor;
use ndarray::{ArrayView2, Axis};
use sha2::{Digest, Sha256};

/// Batches of rows of a matrix of any numbers, without labels, in an order that the seed and the number of the epoch
/// determine: patches, for example.
///
/// ```
/// use latent_train::Source;
/// use latent_train::sources::Rows;
/// use ndarray::Array2;
///
/// let patches = Array2::from_shape_fn((50, 9), |(i, j)| (i + j) as f32);
/// let train = Rows::shuffled("patches", patches.view(), 16, 3)?;
/// assert_eq!((train.batches(), train.batch(0, 3).x.shape()), (4, &[2, 9][..]));
/// # Ok::<(), latent_datasets::DatasetError>(())
/// ```
#[derive(Debug)]
pub struct Rows<'a> {
    name: &'a str,
    matrix: ArrayView2<'a, f32>,
    size: usize,
    order: Order,
}

impl<'a> Rows<'a> {
    /// Batches of so many rows in another order each epoch, to train on.
    ///
    /// # Errors
    /// If the size of a batch is zero, or there are no rows.
    pub fn shuffled(name: &'a str, rows: ArrayView2<'a, f32>, size: usize, seed: u64) -> Result<Self, DatasetError> {
        Ok(Self { order: Order::shuffled(rows.nrows(), seed), ..Self::in_order(name, rows, size)? })
    }

    /// Batches of so many rows in the order of the matrix, to evaluate on.
    ///
    /// # Errors
    /// As [`shuffled`](Self::shuffled).
    pub fn in_order(name: &'a str, rows: ArrayView2<'a, f32>, size: usize) -> Result<Self, DatasetError> {
        at_least_one("batch size", size)?;
        at_least_one("number of rows", rows.nrows())?;
        Ok(Self { name, matrix: rows, size, order: Order::of_the_set(rows.nrows()) })
    }

    /// Takes the order of each epoch from `draw`, a function of the number of rows, the seed and the epoch.
    #[must_use]
    pub fn ordered_by(self, draw: Draw) -> Self {
        Self { order: self.order.drawn_by(draw), ..self }
    }
}

impl Source for Rows<'_> {
    type Batch = ImageBatch;

    fn batches(&self) -> usize {
        self.matrix.nrows().div_ceil(self.size)
    }

    fn batch(&self, epoch: u64, index: usize) -> ImageBatch {
        let range = index * self.size..self.matrix.nrows().min((index + 1) * self.size);
        let indices = self.order.at(epoch, range);
        let x = Tensor::constant(self.matrix.select(Axis(0), &indices));
        ImageBatch { x, labels: Vec::new(), partners: None, indices }
    }

    /// Name, size, and a checksum of all numbers.
    fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        for row in self.matrix.rows() {
            let bytes: Vec<u8> = row.iter().flat_map(|value| value.to_le_bytes()).collect();
            digest.update(bytes);
        }
        let (rows, columns) = self.matrix.dim();
        format!("{}: {rows} rows of {columns} numbers, sha256 {}", self.name, super::short(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::random::Stream;
    use ndarray::{Array2, concatenate, s};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn an_epoch_has_each_row_once(count in 1_usize..40, size in 1_usize..12, seed in 0_u64..9, epoch in 0_u64..5) {
            let rows: Array2<f32> = Stream::new(seed, "rows", &[]).normal_array((count, 3));
            let source = Rows::shuffled("rows", rows.view(), size, seed).unwrap();
            let batches: Vec<ImageBatch> = (0..source.batches()).map(|k| source.batch(epoch, k)).collect();
            let indices: Vec<usize> = batches.iter().flat_map(|batch| batch.indices.clone()).collect();
            let mut sorted = indices.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..count).collect::<Vec<_>>());
            let views: Vec<_> = batches.iter().map(|batch| batch.x.view_as::<ndarray::Ix2>()).collect();
            prop_assert_eq!(concatenate(Axis(0), &views).unwrap(), rows.select(Axis(0), &indices));
            let plain = Rows::in_order("rows", rows.view(), size).unwrap();
            prop_assert_eq!(plain.batch(epoch, 0).indices, (0..size.min(count)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_fingerprint_is_of_the_numbers() {
        let rows: Array2<f32> = Stream::new(1, "rows", &[]).normal_array((20, 3));
        let of = |rows: ArrayView2<'_, f32>| Rows::in_order("rows", rows, 5).unwrap().fingerprint();
        assert!(of(rows.view()).starts_with("rows: 20 rows of 3 numbers, sha256 "));
        assert_eq!(of(rows.view()), of(rows.clone().view()));
        assert_ne!(of(rows.slice(s![..10, ..])), of(rows.slice(s![10.., ..])));
        assert!(
            Rows::in_order("none", rows.slice(s![..0, ..]), 5).is_err()
                && Rows::in_order("rows", rows.view(), 0).is_err()
        );
    }
}
