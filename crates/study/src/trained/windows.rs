//! What filters are applied to.

use super::{Chosen, Form, Inputs, Shown, Split};
use crate::failure::Failure;
use crate::sparse::windows::WindowSplits;
use latent_sparse::convolutional::LowPass;
use ndarray::{Array3, Array4, Axis, s, stack};

/// The windows of a run; or whole images, whose smooth parts are split off as those of the windows were.
pub struct Windows {
    /// The smooth part that is split off.
    pub low_pass: LowPass,
    /// Rows and columns of a filter.
    pub side: usize,
    /// The windows of the run.
    pub data: WindowSplits,
}

impl Inputs for Windows {
    fn form(&self) -> Form {
        let (channels, ..) = self.data.image;
        Form::AtLeast { channels, side: self.side, what: "a filter", one_size: true }
    }

    fn part(&self, split: Split, most: usize) -> Result<Chosen, Failure> {
        let (high, low) = match split {
            Split::Train => (self.data.train_images(), self.data.smooth_train()),
            Split::Test => (self.data.test_images(), self.data.smooth_test()),
        };
        let some = s![..high.dim().0.min(most), .., .., ..];
        Ok(chosen(high.slice(some).to_owned(), low.slice(some).to_owned()))
    }

    fn others(&self, images: &[Array3<f32>]) -> Result<Chosen, Failure> {
        let views: Vec<_> = images.iter().map(|image| image.view()).collect();
        let parts = self.low_pass.split(stack(Axis(0), &views)?.view())?;
        Ok(chosen(parts.high, parts.low))
    }
}

/// One after the other, so that not all maps need be held.
fn chosen(high: Array4<f32>, low: Array4<f32>) -> Chosen {
    Chosen { x: high.into_dyn(), labels: None, shown: Shown::Photographs(low), batch: 1 }
}
