//! Gamma correction.

use super::prelude::*;
use latent_numeric::math;

/// `y = x^gamma`: above 1 mid-tones become darker, below 1 lighter. Drawn uniformly in its logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gamma {
    /// The exponent, above 0.
    pub gamma: Range,
}

impl Parameters for Gamma {
    const NAME: &'static str = "gamma";

    fn check(&self) -> Result<(), Fault> {
        self.gamma.check("gamma", |gamma| gamma > 0.0, "a finite number above 0")
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    gamma: f32,
}

impl Photometric for Gamma {
    type Drawn = Drawn;

    fn draw(&self, _: Shape, stream: &mut Stream) -> Drawn {
        Drawn { gamma: self.gamma.draw_logarithmic(stream) as f32 }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, scratch: &mut Scratch) {
        if self.gamma == 1.0 {
            return;
        }
        let Scratch { other, exponents, .. } = scratch;
        other.resize(frame.shape());
        exponents.clear();
        exponents.resize(frame.shape().len(), self.gamma);
        math::pow_into(frame.values(), exponents, other.values_mut());
        std::mem::swap(frame, &mut scratch.other);
    }
}
