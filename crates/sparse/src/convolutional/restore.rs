//! Images made anew from their maps: denoising and inpainting.

use super::{ConvolutionalCodes, ConvolutionalLasso, Images, LowPass, Solver};
use crate::SparseError;
use crate::lasso::Stop;
use latent_numeric::Scalar;
use ndarray::{Array4, Zip};

/// Restored images with the codes they are made of.
#[derive(Clone, Debug)]
pub struct Restored<E> {
    /// The images, (images, channels, height, width).
    pub images: Array4<E>,
    /// The maps of their high-pass parts.
    pub codes: ConvolutionalCodes<E>,
}

impl<E: Scalar> ConvolutionalLasso<'_, E> {
    /// Denoises images: the smooth part, and what the filters make of the rest with the sparse maps found for it. The
    /// larger lambda, the less is kept. Without `low_pass` there is no smooth part.
    ///
    /// # Errors
    /// As [`solve`](Self::solve) and [`LowPass::split`].
    pub fn denoise<'a>(
        &self,
        images: impl Into<Images<'a, E>>,
        low_pass: Option<LowPass>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<Restored<E>, SparseError> {
        let images = images.into();
        let Some(low_pass) = low_pass else {
            let codes = self.solve(images, solver, stop)?;
            return Ok(Restored { images: self.reconstruct(codes.maps.view())?, codes });
        };
        let split = low_pass.split(images)?;
        let codes = self.solve(Images { pixels: split.high.view(), ..images }, solver, stop)?;
        Ok(Restored { images: self.reconstruct(codes.maps.view())? + split.low, codes })
    }

    /// Fills in the pixels of weight 0 as [`denoise`](Self::denoise) makes them and leaves all others as they are.
    ///
    /// # Errors
    /// As [`denoise`](Self::denoise).
    pub fn inpaint(
        &self,
        images: Images<'_, E>,
        low_pass: Option<LowPass>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<Restored<E>, SparseError> {
        let mut restored = self.denoise(images, low_pass, solver, stop)?;
        match images.mask {
            None => restored.images.assign(&images.pixels),
            Some(mask) => Zip::from(&mut restored.images).and(&images.pixels).and(&mask).for_each(|r, &s, &w| {
                if w > E::zero() {
                    *r = s;
                }
            }),
        }
        Ok(restored)
    }
}
