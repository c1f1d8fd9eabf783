//! Left and right exchanged.

use super::prelude::*;

/// `y(i, j) = x(i, W - 1 - j)`. Its own inverse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HorizontalFlip {}

impl Parameters for HorizontalFlip {
    const NAME: &'static str = "horizontal_flip";

    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl Geometric for HorizontalFlip {
    fn draw(&self, input: Shape, _: &mut Stream) -> Warp {
        let map = Homography::along_axes((-1.0, input.width as f64 - 1.0), (1.0, 0.0));
        Warp::exact(map, (input.height, input.width))
    }
}
