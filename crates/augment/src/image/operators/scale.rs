//! Scaling about the centre.

use super::prelude::*;

/// Scaling by a factor about the centre: above 1 the content grows, below 1 it shrinks. The size of the image stays. The
/// factor is uniform in its logarithm, so that growing and shrinking are equally likely on `[1/f, f]`.
///
/// Values are interpolated at points: by factors far below 1 fine detail is skipped, not averaged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The factor, above 0.
    pub factor: Range,
    /// Between pixels.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// Beyond the border.
    #[serde(default)]
    pub border: Border,
}

impl Default for Scale {
    /// Between 0.9 and 1.1, bilinear, with zeros around.
    fn default() -> Self {
        Self { factor: Range::new(0.9, 1.1), interpolation: Interpolation::default(), border: Border::default() }
    }
}

impl Parameters for Scale {
    const NAME: &'static str = "scale";

    fn check(&self) -> Result<(), Fault> {
        self.factor.check("factor", |f| f > 0.0, "a finite number above 0")?;
        self.border.check()
    }
}

impl Geometric for Scale {
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp {
        let inverse = 1.0 / self.factor.draw_logarithmic(stream);
        let map = Homography::about(centre(input), [[inverse, 0.0], [0.0, inverse]]);
        Warp::projective(map, input, Sampling { interpolation: self.interpolation, border: self.border })
    }
}
