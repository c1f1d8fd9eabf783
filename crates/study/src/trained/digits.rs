//! Images of one size: what studies of digits take.

use super::inputs::ImageDim;
use super::{Chosen, Form, Inputs, Shown, Split};
use crate::failure::Failure;
use latent_datasets::Splits;
use latent_report::picture;
use latent_train::sources::Binarize;
use ndarray::{Array2, Array3};

/// Images at once.
const BATCH: usize = 500;

/// The images of a run, made black and white as the run's were.
pub struct Digits {
    /// The images.
    pub data: Splits,
    /// How the run made them black and white.
    pub binarize: Binarize,
}

impl Digits {
    /// The images as they are.
    pub fn of(data: Splits) -> Self {
        Self { data, binarize: Binarize::None }
    }

    /// Images of these numbers, in their set or in what was given.
    fn rows(&self, mut x: Array2<f32>) -> Chosen {
        let numbers: Vec<usize> = (0..x.nrows()).collect();
        self.binarize.apply(x.view_mut(), 0, 0, &numbers);
        Chosen {
            x: x.into_dyn(),
            labels: None,
            shown: Shown::Ink(picture::side(self.data.train.image_dim())),
            batch: BATCH,
        }
    }
}

impl Inputs for Digits {
    fn form(&self) -> Form {
        Form::Exactly(self.data.train.image_dim())
    }

    fn part(&self, split: Split, most: usize) -> Result<Chosen, Failure> {
        let set = match split {
            Split::Train => &self.data.train,
            Split::Test => &self.data.test,
        };
        let some = 0..set.len().min(most);
        let labels = set.labels().map(|labels| labels[some.clone()].to_vec());
        Ok(Chosen { labels, ..self.rows(set.rows(some)) })
    }

    fn others(&self, images: &[Array3<f32>]) -> Result<Chosen, Failure> {
        let (channels, height, width): ImageDim = self.data.train.image_dim();
        let mut x = Array2::zeros((images.len(), channels * height * width));
        for (image, mut row) in images.iter().zip(x.rows_mut()) {
            row.iter_mut().zip(image).for_each(|(to, from)| *to = *from);
        }
        Ok(self.rows(x))
    }
}
