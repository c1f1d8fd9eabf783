//! Translation.

use super::prelude::*;

/// Moves the content `x` pixels to the right and `y` pixels down: `y(i, j) = x(i - y, j - x)`. Whole pixels move exactly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translate {
    /// To the right, in pixels.
    #[serde(default)]
    pub x: Range,
    /// Down, in pixels.
    #[serde(default)]
    pub y: Range,
    /// Between pixels.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// Beyond the border.
    #[serde(default)]
    pub border: Border,
}

impl Default for Translate {
    /// By at most two pixels along each axis, bilinear, with zeros around.
    fn default() -> Self {
        let by = Range::new(-2.0, 2.0);
        Self { x: by, y: by, interpolation: Interpolation::default(), border: Border::default() }
    }
}

impl Parameters for Translate {
    const NAME: &'static str = "translate";

    fn check(&self) -> Result<(), Fault> {
        self.x.check("x", |_| true, "a finite number")?;
        self.y.check("y", |_| true, "a finite number")?;
        self.border.check()
    }
}

impl Geometric for Translate {
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp {
        let (x, y) = (self.x.draw(stream), self.y.draw(stream));
        let sampling = Sampling { interpolation: self.interpolation, border: self.border };
        Warp::projective(Homography::translation(-x, -y), input, sampling)
    }
}
