//! How convolutions halve and double the sides of images.

use crate::error::{ModelError, require};
use latent_layers::{Conv2dOptions, ConvTranspose2dOptions};

/// Images (channels, height, width), and the channels after each halving of their sides.
#[derive(Clone, Debug)]
pub(crate) struct Convolution {
    pub image: [usize; 3],
    channels: Vec<usize>,
}

impl Convolution {
    /// A 4x4 convolution that halves the sides of an image.
    pub const HALVING: Conv2dOptions = Conv2dOptions { stride: [2, 2], padding: [1, 1], dilation: [1, 1], groups: 1 };
    /// A transposed 4x4 convolution that doubles the sides of an image.
    pub const DOUBLING: ConvTranspose2dOptions =
        ConvTranspose2dOptions { stride: [2, 2], padding: [1, 1], output_padding: [0, 0], dilation: [1, 1], groups: 1 };

    pub fn new(image: [usize; 3], channels: &[usize]) -> Result<Self, ModelError> {
        let holds = !channels.is_empty() && !channels.contains(&0);
        require(holds, "channels", format!("{channels:?}"), "one number or more, at least 1 each")?;
        let halvings = channels.len();
        let part = 1_usize.checked_shl(halvings as u32).unwrap_or(usize::MAX);
        let divides = image[1..].iter().all(|&side| side > 0 && side.is_multiple_of(part));
        let expected = format!("sides that {part} divides, for {halvings} halvings");
        require(divides, "image", format!("{image:?}"), expected)?;
        Ok(Self { image, channels: channels.to_vec() })
    }

    /// Height and width after so many halvings.
    pub fn sides(&self, halvings: usize) -> [usize; 2] {
        [self.image[1] >> halvings, self.image[2] >> halvings]
    }

    /// Channels, height and width after all halvings.
    pub fn inner(&self) -> [usize; 3] {
        let [height, width] = self.sides(self.channels.len());
        [self.channels.last().copied().unwrap_or(self.image[0]), height, width]
    }

    pub fn inner_features(&self) -> usize {
        self.inner().iter().product()
    }
}

/// Channels in and out of each convolution that halves.
pub(crate) fn down(of: &Convolution) -> Vec<[usize; 2]> {
    let all: Vec<usize> = [of.image[0]].iter().chain(&of.channels).copied().collect();
    all.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

/// Channels in and out of each convolution that doubles.
pub(crate) fn up(of: &Convolution) -> Vec<[usize; 2]> {
    down(of).into_iter().rev().map(|[inputs, outputs]| [outputs, inputs]).collect()
}
