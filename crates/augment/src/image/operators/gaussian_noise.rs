//! Gaussian noise.

use super::prelude::*;

/// `y = clamp(x + sigma n, 0, 1)` with independent `n ~ N(0, 1)` for every value of every channel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianNoise {
    /// The standard deviation on the scale of [0, 1], above 0.
    pub sigma: Range,
}

impl Parameters for GaussianNoise {
    const NAME: &'static str = "gaussian_noise";

    fn check(&self) -> Result<(), Fault> {
        self.sigma.check("sigma", |sigma| sigma > 0.0, "a finite number above 0")
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    sigma: f32,
    /// Where the noise begins.
    stream: Box<Stream>,
}

impl Photometric for GaussianNoise {
    type Drawn = Drawn;

    fn draw(&self, _: Shape, stream: &mut Stream) -> Drawn {
        Drawn { sigma: self.sigma.draw(stream) as f32, stream: stream.clone().into() }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, _: &mut Scratch) {
        let mut stream = (*self.stream).clone();
        for x in frame.values_mut() {
            *x = (*x + self.sigma * stream.normal::<f32>()).clamp(0.0, 1.0);
        }
    }
}
