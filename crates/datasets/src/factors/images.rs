//! Images that are a function of the levels of their factors.

use super::FactorGrid;
use crate::images::scaled;
use crate::{DatasetError, LabelledImages, Provenance, Rows};
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, Array4};

/// A set with one image for each combination of a [`FactorGrid`], drawn when it is asked for.
pub trait FactorImages: Sync {
    /// The name of the set.
    fn name(&self) -> &str;

    /// The factors; an image's index is the number of its combination.
    fn grid(&self) -> &FactorGrid;

    /// Channels, height and width of every image.
    fn image_dim(&self) -> (usize, usize, usize);

    /// Draws the image of an index over all bytes of `image`, which are in the order (C, H, W); it depends on the index
    /// alone.
    ///
    /// # Panics
    /// If there is no such index, or the bytes are of another number than `C H W`.
    fn draw(&self, index: usize, image: &mut [u8]);

    /// Where the images come from.
    fn provenance(&self) -> Provenance;

    /// The numbers in an image, `C H W`.
    fn features(&self) -> usize {
        let (c, h, w) = self.image_dim();
        c * h * w
    }

    /// The chosen images, (n, C, H, W).
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if they do not fit into memory.
    ///
    /// # Panics
    /// If there is no such index.
    fn images(&self, chosen: Rows<'_>) -> Result<Array4<u8>, DatasetError> {
        let (count, width) = (chosen.len(self.grid().len()), self.features());
        let mut bytes = memory::<u8>(count, width)?;
        parallel::each(bytes.chunks_exact_mut(width.max(1)), |i, image| self.draw(chosen.at(i), image));
        let (c, h, w) = self.image_dim();
        Ok(Array4::from_shape_vec((count, c, h, w), bytes).expect("count times width"))
    }

    /// The chosen images, each labelled with the level of one factor.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if they do not fit into memory, there is no factor of this name, or it has more
    /// levels than a byte counts.
    ///
    /// # Panics
    /// If there is no such index.
    fn labelled(&self, chosen: Rows<'_>, factor: &str) -> Result<LabelledImages, DatasetError> {
        let grid = self.grid();
        let position = grid.position(factor)?;
        let classes = grid.factors()[position].count();
        if classes > usize::from(u8::MAX) + 1 {
            return Err(DatasetError::parameter(
                "factor",
                format!("{factor}, which has {classes} levels"),
                "at most the 256 levels that are labels",
            ));
        }
        let images = self.images(chosen.clone())?;
        let labels = (0..images.dim().0).map(|i| grid.level(chosen.at(i), position) as u8).collect();
        LabelledImages::labelled(self.name(), images, labels, classes, self.provenance())
    }

    /// The chosen images as rows of numbers, (n, C H W), in [0, 1].
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if they do not fit into memory.
    ///
    /// # Panics
    /// If there is no such index.
    fn rows<E: Scalar>(&self, chosen: Rows<'_>) -> Result<Array2<E>, DatasetError>
    where
        Self: Sized,
    {
        let (count, width) = (chosen.len(self.grid().len()), self.features());
        let mut numbers = memory::<E>(count, width)?;
        parallel::each(numbers.chunks_exact_mut(width.max(1)), |i, row| {
            let mut image = vec![0; width];
            self.draw(chosen.at(i), &mut image);
            row.iter_mut().zip(image).for_each(|(x, byte)| *x = scaled(byte));
        });
        Ok(Array2::from_shape_vec((count, width), numbers).expect("count times width"))
    }
}

/// Memory for so many images, all zeros, or an error if there is not so much.
fn memory<E: Clone + Default>(count: usize, width: usize) -> Result<Vec<E>, DatasetError> {
    let refused = || DatasetError::parameter("images", format!("{count} of {width} numbers"), "few enough for memory");
    let len = count.checked_mul(width).ok_or_else(refused)?;
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(len).map_err(|_| refused())?;
    zeros.resize(len, E::default());
    Ok(zeros)
}
