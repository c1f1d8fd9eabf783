//! Gaussian blur.

use super::prelude::*;
use crate::image::filter::{self, Kernel};

/// Convolution with `k(x) k(y)`, `k(i) ~ exp(-i^2 / (2 sigma^2))`, whose sum is one: a border that wraps keeps the mean.
///
/// With `kernel = 5`, `sigma = 1` and a reflected border it is torchvision's `GaussianBlur(5, 1.0)`; without `kernel` the
/// weights end after `floor(4 sigma + 1/2)` pixels, as in SciPy's `gaussian_filter`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianBlur {
    /// The standard deviation in pixels, above 0 and at most 1000.
    pub sigma: Range,
    /// Weights along an axis, an odd number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<usize>,
    /// Beyond the border.
    #[serde(default = "reflect")]
    pub border: Border,
}

fn reflect() -> Border {
    Border::Reflect
}

impl GaussianBlur {
    /// As many weights as `sigma` needs, reflected at the border.
    pub fn new(sigma: impl Into<Range>) -> Self {
        Self { sigma: sigma.into(), kernel: None, border: reflect() }
    }
}

impl Parameters for GaussianBlur {
    const NAME: &'static str = "gaussian_blur";

    fn check(&self) -> Result<(), Fault> {
        self.sigma.check("sigma", |sigma| sigma > 0.0, "a finite number above 0")?;
        if self.sigma.high > 1000.0 {
            return Err(Fault::parameter("sigma", self.sigma.high, "at most 1000 pixels"));
        }
        match self.kernel {
            Some(size) if size % 2 == 0 || size > 8001 => {
                Err(Fault::parameter("kernel", size, "an odd number of at most 8001"))
            }
            _ => self.border.check(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    kernel: Kernel,
    border: Border,
}

impl Photometric for GaussianBlur {
    type Drawn = Drawn;

    fn draw(&self, _: Shape, stream: &mut Stream) -> Drawn {
        Drawn { kernel: Kernel::gaussian(self.sigma.draw(stream), self.kernel), border: self.border }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, scratch: &mut Scratch) {
        filter::separable(frame, &self.kernel, self.border, &mut scratch.filter);
        // Weights sum to one up to rounding.
        frame.values_mut().iter_mut().for_each(|x| *x = x.min(1.0));
    }
}
