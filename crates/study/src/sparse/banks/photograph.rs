//! A whole photograph, and what maps make of it.

use crate::sparse::windows::decibels;
use image::RgbImage;
use latent_report::picture::{Cell, Photo, Sheet, colours};
use latent_sparse::SparseError;
use latent_sparse::convolutional::{ConvolutionalLasso, Split};
use ndarray::{Array3, ArrayView4, Axis};

/// What maps make of a photograph, its smooth part added.
#[derive(Clone, Debug)]
pub struct Reconstruction {
    /// (channels, height, width).
    pub image: Array3<f32>,
    /// Of the photograph, in dB.
    pub psnr: f64,
}

impl Reconstruction {
    /// From maps, (1, filters, height, width), of a photograph without its smooth part.
    ///
    /// # Errors
    /// If they are not of the bank of the problem.
    pub fn of(
        problem: &ConvolutionalLasso<'_, f32>,
        maps: ArrayView4<'_, f32>,
        photograph: &Split<f32>,
    ) -> Result<Self, SparseError> {
        let made = problem.reconstruct(maps)?;
        let error = (&made - &photograph.high).mapv(|d| f64::from(d).powi(2)).mean().unwrap_or_default();
        Ok(Self { image: (made + &photograph.low).index_axis_move(Axis(0), 0), psnr: decibels(error) })
    }
}

/// The photograph beside reconstructions, each with the name of its maps.
pub fn beside(photograph: &Split<f32>, reconstructions: &[(&str, &Reconstruction)]) -> RgbImage {
    let original = (&photograph.low + &photograph.high).index_axis_move(Axis(0), 0);
    let made = reconstructions
        .iter()
        .map(|(maps, made)| (colours(made.image.view()), format!("smooth part and {maps}: {:.1} dB", made.psnr)));
    let images: Vec<_> = [(colours(original.view()), "photograph".to_owned())].into_iter().chain(made).collect();
    let row =
        images.iter().map(|(image, caption)| Cell::Photo(Photo { image: image.view(), caption: caption.clone() }));
    Sheet { rows: vec![row.collect()], scale: 1, gutter: 12, margin: 12, ..Sheet::default() }.draw()
}
