//! Poisson noise.

use super::prelude::*;
use ndarray_rand::rand_distr::{Distribution, Poisson};

/// Counts of photons: `y = min(1, k / peak)` with independent `k ~ Poisson(peak x)`. The mean is `x`, the variance
/// `x / peak` (before the bound), and where there is no light there is no noise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoissonNoise {
    /// The mean count of a white pixel, above 0 and at most 10^9; drawn uniformly in its logarithm.
    pub peak: Range,
}

impl Parameters for PoissonNoise {
    const NAME: &'static str = "poisson_noise";

    fn check(&self) -> Result<(), Fault> {
        self.peak.check("peak", |peak| peak > 0.0 && peak <= 1e9, "a number above 0 and at most 1e9")
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    peak: f64,
    /// Where the noise begins.
    stream: Box<Stream>,
}

impl Photometric for PoissonNoise {
    type Drawn = Drawn;

    fn draw(&self, _: Shape, stream: &mut Stream) -> Drawn {
        Drawn { peak: self.peak.draw_logarithmic(stream), stream: stream.clone().into() }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, _: &mut Scratch) {
        let mut stream = (*self.stream).clone();
        for x in frame.values_mut() {
            // No distribution has mean zero: nothing comes from black.
            if let Ok(counts) = Poisson::new(self.peak * f64::from(*x)) {
                let count: f64 = counts.sample(&mut stream);
                *x = (count / self.peak).min(1.0) as f32;
            }
        }
    }
}
