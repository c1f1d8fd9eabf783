//! Random change of perspective.

use super::prelude::*;

/// Each corner of the image moves inwards by a uniform share of at most `distortion / 2` of the width and of the height;
/// the result shows the image in the quadrilateral between them. Corners are those of the outermost pixels, at -1/2 and
/// W - 1/2.
///
/// Unlike torchvision's, positions are not rounded to pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Perspective {
    /// How far corners may move, in [0, 1): at 1 they could meet.
    pub distortion: f64,
    /// Between pixels.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// Beyond the border.
    #[serde(default)]
    pub border: Border,
}

impl Default for Perspective {
    /// Distortion 0.3, bilinear, with zeros around.
    fn default() -> Self {
        Self { distortion: 0.3, interpolation: Interpolation::default(), border: Border::default() }
    }
}

impl Parameters for Perspective {
    const NAME: &'static str = "perspective";

    fn check(&self) -> Result<(), Fault> {
        if !(0.0..1.0).contains(&self.distortion) {
            return Err(Fault::parameter("distortion", self.distortion, "a number in [0, 1)"));
        }
        self.border.check()
    }
}

impl Geometric for Perspective {
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp {
        let (w, h) = (input.width as f64, input.height as f64);
        let corners = [(-0.5, -0.5), (w - 0.5, -0.5), (w - 0.5, h - 0.5), (-0.5, h - 0.5)];
        let inwards = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)];
        let moved = std::array::from_fn(|i| {
            let mut share = || 0.5 * self.distortion * stream.uniform::<f64>();
            let (x, y) = (inwards[i].0 * share() * w, inwards[i].1 * share() * h);
            (corners[i].0 + x, corners[i].1 + y)
        });
        // Corners that move by less than half of each side are no three on a line.
        let map = Homography::between(moved, corners).unwrap_or(Homography::IDENTITY);
        Warp::projective(map, input, Sampling { interpolation: self.interpolation, border: self.border })
    }
}
