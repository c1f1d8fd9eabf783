//! A larger canvas.

use super::check_count;
use super::prelude::*;
use crate::image::warp::Map;

/// Adds pixels of the border on each side.
///
/// Before a crop it is the usual way of small random shifts: pad by 2, crop to the old size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pad {
    /// Pixels on the left.
    pub left: usize,
    /// Rows above.
    pub top: usize,
    /// Pixels on the right.
    pub right: usize,
    /// Rows below.
    pub bottom: usize,
    /// What the new pixels are.
    pub border: Border,
}

impl Pad {
    /// The same on all sides.
    pub fn all(by: usize, border: Border) -> Self {
        Self { left: by, top: by, right: by, bottom: by, border }
    }
}

impl Parameters for Pad {
    const NAME: &'static str = "pad";

    fn check(&self) -> Result<(), Fault> {
        for (name, by) in [("left", self.left), ("top", self.top), ("right", self.right), ("bottom", self.bottom)] {
            check_count(name, by, 0)?;
        }
        self.border.check()
    }

    fn output(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input.sized(input.height + self.top + self.bottom, input.width + self.left + self.right))
    }
}

impl Geometric for Pad {
    fn draw(&self, input: Shape, _: &mut Stream) -> Warp {
        let map = Homography::translation(-(self.left as f64), -(self.top as f64));
        let output = (input.height + self.top + self.bottom, input.width + self.left + self.right);
        // Nothing is between pixels; with the usual interpolation it joins most others.
        let sampling = Sampling { interpolation: Interpolation::default(), border: self.border };
        Warp { map: Map::Projective(map), output, sampling: Some(sampling) }
    }
}
