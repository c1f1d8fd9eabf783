//! Shear about the centre.

use super::prelude::*;

/// Shear about the centre, first along rows by the angle `x`, then along columns by the angle `y`: content `d` pixels
/// below the centre moves `d tan(x)` pixels to the right, then content `d` pixels to the right of it moves `d tan(y)`
/// pixels down. Areas stay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shear {
    /// Along rows, in degrees, between -90 and 90.
    #[serde(default)]
    pub x: Range,
    /// Along columns, in degrees, between -90 and 90.
    #[serde(default)]
    pub y: Range,
    /// Between pixels.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// Beyond the border.
    #[serde(default)]
    pub border: Border,
}

impl Default for Shear {
    /// Along rows by at most 10 degrees, bilinear, with zeros around.
    fn default() -> Self {
        let (x, y) = (Range::new(-10.0, 10.0), Range::only(0.0));
        Self { x, y, interpolation: Interpolation::default(), border: Border::default() }
    }
}

impl Parameters for Shear {
    const NAME: &'static str = "shear";

    fn check(&self) -> Result<(), Fault> {
        let expected = "an angle between -90 and 90 degrees";
        self.x.check("x", |x| x.abs() < 90.0, expected)?;
        self.y.check("y", |y| y.abs() < 90.0, expected)?;
        self.border.check()
    }
}

impl Geometric for Shear {
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp {
        let (x, y) = (self.x.draw(stream).to_radians().tan(), self.y.draw(stream).to_radians().tan());
        // The inverse of [[1, 0], [y, 1]] [[1, x], [0, 1]].
        let map = Homography::about(centre(input), [[1.0 + x * y, -x], [-y, 1.0]]);
        Warp::projective(map, input, Sampling { interpolation: self.interpolation, border: self.border })
    }
}
