//! Patches of photographs: what studies of natural patches take.

use super::{Chosen, Form, Inputs, Shown, Split};
use crate::failure::Failure;
use crate::sparse::patches::{Cut, PatchSplits};
use latent_datasets::patches::Grid;
use ndarray::{Array2, Array3, ArrayView2, Axis, concatenate, s};

/// Patches at once.
const BATCH: usize = 2_500;

/// The patches of a run. Other images are photographs: they are filtered as those of the run were, and cut into patches side
/// by side, from left to right, then down; the last ones of a row or column end at the border.
pub struct Photographs {
    /// How patches are cut.
    pub cut: Cut,
    /// The patches of the run.
    pub data: PatchSplits,
}

impl Photographs {
    fn chosen(patches: Array2<f32>, shown: Shown) -> Chosen {
        Chosen { x: patches.into_dyn(), labels: None, shown, batch: BATCH }
    }
}

impl Inputs for Photographs {
    fn form(&self) -> Form {
        Form::AtLeast { channels: 1, side: self.cut.side, what: "a patch", one_size: false }
    }

    fn part(&self, split: Split, most: usize) -> Result<Chosen, Failure> {
        let all = match split {
            Split::Train => &self.data.train,
            Split::Test => &self.data.test,
        };
        let some = all.slice(s![..all.nrows().min(most), ..]).to_owned();
        Ok(Self::chosen(some, Shown::Patches(self.cut.shape())))
    }

    fn others(&self, images: &[Array3<f32>]) -> Result<Chosen, Failure> {
        let (mut patches, mut grids) = (Vec::new(), Vec::new());
        for image in images {
            let grid = Grid::new(image.dim(), self.cut.shape(), self.cut.shape())?;
            patches.push(self.data.of_grid(image, &grid, &self.cut)?);
            grids.push(grid);
        }
        let views: Vec<ArrayView2<'_, f32>> = patches.iter().map(|patches| patches.view()).collect();
        Ok(Self::chosen(concatenate(Axis(0), &views)?, Shown::Filtered(grids)))
    }
}
