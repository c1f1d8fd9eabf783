//! Elastic deformation.

use super::prelude::*;
use crate::image::filter::Kernel;
use crate::image::warp::{Displacement, Map};

/// Each pixel `p` of the result is the value at `p + alpha (G * U)(p)`: two draws a pixel from the uniform distribution
/// on [-1, 1], smoothed by a Gaussian of standard deviation `sigma` (cut off at `4 sigma`, field reflected at its
/// border), times `alpha`; both in pixels.
///
/// P. Simard, D. Steinkraus, J. Platt, Best practices for convolutional neural networks applied to visual document
/// analysis, 2003, used `alpha = 34`, `sigma = 4` on MNIST. (torchvision's `alpha` counts half pixels.)
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elastic {
    /// The scale of the displacements in pixels, at least 0.
    pub alpha: Range,
    /// The standard deviation in pixels of the Gaussian that smooths the displacements, above 0 and at most 1000.
    pub sigma: f64,
    /// Between pixels.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// Beyond the border.
    #[serde(default)]
    pub border: Border,
}

impl Default for Elastic {
    /// Alpha 34 and sigma 4, bilinear, with zeros around.
    fn default() -> Self {
        let (interpolation, border) = (Interpolation::default(), Border::default());
        Self { alpha: Range::only(34.0), sigma: 4.0, interpolation, border }
    }
}

impl Parameters for Elastic {
    const NAME: &'static str = "elastic";

    fn check(&self) -> Result<(), Fault> {
        self.alpha.check("alpha", |alpha| alpha >= 0.0, "a finite number of at least 0")?;
        Range::only(self.sigma).check("sigma", |sigma| sigma > 0.0, "a finite number above 0")?;
        if Kernel::radius(self.sigma) > 4000 {
            return Err(Fault::parameter("sigma", self.sigma, "at most 1000 pixels"));
        }
        self.border.check()
    }
}

impl Geometric for Elastic {
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp {
        let alpha = self.alpha.draw(stream);
        let Shape { height, width, .. } = input;
        let map =
            Map::Displaced(Displacement { alpha, sigma: self.sigma, height, width, stream: stream.clone().into() });
        let sampling = Sampling { interpolation: self.interpolation, border: self.border };
        Warp { map, output: (height, width), sampling: Some(sampling) }
    }
}
