//! The answer to a batch of images.

use crate::lasso::{Certificate, Summary};
use ndarray::Array4;

/// The maps of a batch of images, each set with its certificate.
#[derive(Clone, Debug)]
pub struct ConvolutionalCodes<E> {
    /// The maps, (images, maps, rows, columns).
    pub maps: Array4<E>,
    /// One certificate for each image; where channels have maps of their own, for each channel of each image.
    pub certificates: Vec<Certificate>,
}

impl<E> ConvolutionalCodes<E> {
    /// Means and extremes over the certificates; all zero where there are none.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.certificates)
    }
}
