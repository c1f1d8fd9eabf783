//! Images as batches of a training loop.

use latent_datasets::batches::epoch_order;
use latent_datasets::{LabelledImages, Provenance};
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use latent_train::Source;
use ndarray::{Array2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// Some images.
#[derive(Clone, Debug)]
pub struct ImageBatch {
    /// (samples, features) in `[0, 1]`.
    pub rows: Tensor,
    /// The class of each, if the data have classes.
    pub classes: Option<Vec<usize>>,
    /// Which batch of the epoch this is.
    pub place: usize,
}

/// What is made of grey pixels in `[0, 1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binarization {
    /// Nothing.
    #[default]
    Grey,
    /// One from 0.5 on, zero below.
    Threshold,
    /// One with the pixel's brightness as probability, drawn anew each epoch (Salakhutdinov and Murray 2008; Burda,
    /// Grosse and Salakhutdinov 2016).
    Random,
}

/// Images in mini-batches: shuffled for each epoch to train on, in their own order to evaluate.
pub struct ImageSource {
    images: Arc<LabelledImages>,
    size: usize,
    /// Of orders and binarisations.
    seed: u64,
    binarization: Binarization,
    is_training: bool,
    /// The order of the last epoch that was asked for.
    order: Mutex<Option<(u64, Arc<Vec<usize>>)>>,
}

impl ImageSource {
    /// To train on: whole batches of `size` in an order of each epoch's own; a last one with fewer samples is left out,
    /// unless it is the only one.
    ///
    /// ```
    /// use experiments::tasks::{Binarization, ImageSource};
    /// use latent_datasets::synthetic::strokes;
    /// use latent_train::Source;
    /// use std::sync::Arc;
    ///
    /// let images = Arc::new(strokes::splits(7, 100, 0).train);
    /// let source = ImageSource::training(images, 32, 7, Binarization::Grey);
    /// assert_eq!((source.batches(), source.batch(0, 2).rows.shape().to_vec()), (3, vec![32, 784]));
    /// ```
    pub fn training(images: Arc<LabelledImages>, size: usize, seed: u64, binarization: Binarization) -> Self {
        Self { images, size, seed, binarization, is_training: true, order: Mutex::default() }
    }

    /// To evaluate: all images in their order, always the same.
    ///
    /// ```
    /// use experiments::tasks::{Binarization, ImageSource};
    /// use latent_datasets::synthetic::strokes;
    /// use latent_train::Source;
    /// use std::sync::Arc;
    ///
    /// let source = ImageSource::evaluation(Arc::new(strokes::splits(7, 100, 0).train), 32, 7, Binarization::Random);
    /// assert_eq!((source.batches(), source.batch(5, 3).rows.shape().to_vec()), (4, vec![4, 784]));
    /// ```
    pub fn evaluation(images: Arc<LabelledImages>, size: usize, seed: u64, binarization: Binarization) -> Self {
        Self { images, size, seed, binarization, is_training: false, order: Mutex::default() }
    }

    fn order(&self, epoch: u64) -> Arc<Vec<usize>> {
        let mut last = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((of, order)) if *of == epoch => order.clone(),
            _ => {
                let order = Arc::new(epoch_order(self.images.len(), self.seed, epoch));
                *last = Some((epoch, order.clone()));
                order
            }
        }
    }

    fn binarize(&self, epoch: u64, indices: &[usize], rows: &mut Array2<f32>) {
        match self.binarization {
            Binarization::Grey => {}
            Binarization::Threshold => rows.par_mapv_inplace(|pixel| f32::from(u8::from(pixel >= 0.5))),
            Binarization::Random => {
                rows.axis_iter_mut(Axis(0)).into_par_iter().zip(indices).for_each(|(mut row, &index)| {
                    let mut stream = Stream::new(self.seed, "binarization", &[epoch, index as u64]);
                    row.mapv_inplace(|pixel| f32::from(u8::from(stream.uniform::<f32>() < pixel)));
                });
            }
        }
    }
}

impl Source for ImageSource {
    type Batch = ImageBatch;

    fn batches(&self) -> usize {
        let (len, size) = (self.images.len(), self.size.max(1));
        if self.is_training && len >= size { len / size } else { len.div_ceil(size) }
    }

    fn batch(&self, epoch: u64, index: usize) -> ImageBatch {
        let epoch = if self.is_training { epoch } else { 0 };
        let (start, end) = (index * self.size, self.images.len().min((index + 1) * self.size));
        let indices: Vec<usize> =
            if self.is_training { self.order(epoch)[start..end].to_vec() } else { (start..end).collect() };
        let mut rows = self.images.rows(&indices[..]);
        self.binarize(epoch, &indices, &mut rows);
        let classes = self.images.labels().map(|labels| indices.iter().map(|&i| usize::from(labels[i])).collect());
        ImageBatch { rows: Tensor::constant(rows), classes, place: index }
    }

    fn fingerprint(&self) -> String {
        let from = match self.images.provenance() {
            Provenance::Files { files } => files.iter().map(|file| file.sha256.as_str()).collect::<Vec<_>>().join(" "),
            other => other.to_string(),
        };
        format!("{} {} {:?} {from}", self.images.name(), self.images.len(), self.binarization)
    }
}
