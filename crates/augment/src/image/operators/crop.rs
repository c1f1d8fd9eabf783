//! A part of the image.

use super::check_count;
use super::prelude::*;

/// Which part of the image a crop takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Every position that fits is equally likely.
    #[default]
    Random,
    /// The middle; where the margin is odd, the larger half is below and to the right.
    Center,
}

/// A part of `height` x `width` pixels.
///
/// Joined with a transform that follows, it shows what lies around the part, not a border: see the
/// [module](crate::image).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crop {
    /// Rows of the result.
    pub height: usize,
    /// Columns of the result.
    pub width: usize,
    /// Which part.
    #[serde(default)]
    pub position: Position,
}

impl Parameters for Crop {
    const NAME: &'static str = "crop";

    fn check(&self) -> Result<(), Fault> {
        check_count("height", self.height, 1)?;
        check_count("width", self.width, 1)
    }

    fn output(&self, input: Shape) -> Result<Shape, Fault> {
        if self.height > input.height || self.width > input.width {
            let (crop, image) = ((self.height, self.width), (input.height, input.width));
            return Err(Fault::CropTooLarge { crop, image });
        }
        Ok(input.sized(self.height, self.width))
    }
}

impl Geometric for Crop {
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp {
        let mut start = |all: usize, part: usize| match self.position {
            Position::Random => stream.below(all - part + 1),
            Position::Center => (all - part) / 2,
        };
        let (top, left) = (start(input.height, self.height), start(input.width, self.width));
        Warp::exact(Homography::translation(left as f64, top as f64), (self.height, self.width))
    }
}
