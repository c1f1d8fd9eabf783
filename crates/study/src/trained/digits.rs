//! Images of one size, as they are: what studies of digits take.

use super::inputs::ImageDim;
use super::{Chosen, Form, Inputs, Shown, Split};
use crate::failure::Failure;
use latent_datasets::Splits;
use latent_report::picture;
use ndarray::{Array2, Array3};

/// Images at once.
const BATCH: usize = 500;

impl Inputs for Splits {
    fn form(&self) -> Form {
        Form::Exactly(self.train.image_dim())
    }

    fn part(&self, split: Split, most: usize) -> Result<Chosen, Failure> {
        let set = match split {
            Split::Train => &self.train,
            Split::Test => &self.test,
        };
        let some = 0..set.len().min(most);
        let labels = set.labels().map(|labels| labels[some.clone()].to_vec());
        Ok(Chosen { labels, ..rows(self, set.rows(some)) })
    }

    fn others(&self, images: &[Array3<f32>]) -> Result<Chosen, Failure> {
        let (channels, height, width): ImageDim = self.train.image_dim();
        let mut x = Array2::zeros((images.len(), channels * height * width));
        for (image, mut row) in images.iter().zip(x.rows_mut()) {
            row.iter_mut().zip(image).for_each(|(to, from)| *to = *from);
        }
        Ok(rows(self, x))
    }
}

fn rows(of: &Splits, x: Array2<f32>) -> Chosen {
    Chosen { x: x.into_dyn(), labels: None, shown: Shown::Ink(picture::side(of.train.image_dim())), batch: BATCH }
}
