//! The size of an image.

use crate::error::Fault;
use std::fmt;

/// Channels, height and width of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// 1 for grey, 3 for red, green and blue; other numbers where an operator does not care for colour.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
}

impl Shape {
    /// A shape.
    pub const fn new(channels: usize, height: usize, width: usize) -> Self {
        Self { channels, height, width }
    }

    /// Numbers in an image, C H W.
    pub const fn len(self) -> usize {
        self.channels * self.plane()
    }

    /// Whether there is no pixel.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Pixels in a channel, H W.
    pub const fn plane(self) -> usize {
        self.height * self.width
    }

    pub(crate) fn sized(self, height: usize, width: usize) -> Self {
        Self { height, width, ..self }
    }

    /// The longest side for which coordinates and offsets of pixels fit everywhere.
    pub(crate) const LIMIT: usize = 1 << 20;

    pub(crate) fn check(self) -> Result<(), Fault> {
        let Self { channels, height, width } = self;
        if self.is_empty() {
            return Err(Fault::Empty { channels, height, width });
        }
        if height > Self::LIMIT || width > Self::LIMIT || height.saturating_mul(width) > (1 << 30) {
            return Err(Fault::TooLarge { height, width, limit: Self::LIMIT });
        }
        Ok(())
    }
}

impl From<(usize, usize, usize)> for Shape {
    /// From (C, H, W).
    fn from((channels, height, width): (usize, usize, usize)) -> Self {
        Self { channels, height, width }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {}, {})", self.channels, self.height, self.width)
    }
}
