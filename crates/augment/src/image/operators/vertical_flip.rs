//! Top and bottom exchanged.

use super::prelude::*;

/// `y(i, j) = x(H - 1 - i, j)`. Its own inverse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerticalFlip {}

impl Parameters for VerticalFlip {
    const NAME: &'static str = "vertical_flip";

    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl Geometric for VerticalFlip {
    fn draw(&self, input: Shape, _: &mut Stream) -> Warp {
        let map = Homography::along_axes((1.0, 0.0), (-1.0, input.height as f64 - 1.0));
        Warp::exact(map, (input.height, input.width))
    }
}
