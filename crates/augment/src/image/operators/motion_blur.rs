//! Motion blur.

use super::prelude::*;
use super::rotate::sin_cos;
use crate::image::filter::{self, Tap};

/// The mean of the image, bilinear between pixels, along a segment of `length` pixels about each pixel, at an angle
/// counter-clockwise from the horizontal: `y(p) = 1/L int_{-L/2}^{L/2} x(p + t u) dt`, by the midpoint rule with 16
/// points a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MotionBlur {
    /// The length in pixels, from 0 (no blur) to 1000.
    pub length: Range,
    /// The angle.
    #[serde(default = "any")]
    pub degrees: Range,
    /// Beyond the border.
    #[serde(default = "reflect")]
    pub border: Border,
}

fn any() -> Range {
    Range::new(0.0, 180.0)
}

fn reflect() -> Border {
    Border::Reflect
}

impl MotionBlur {
    /// In any direction, reflected at the border.
    pub fn new(length: impl Into<Range>) -> Self {
        Self { length: length.into(), degrees: any(), border: reflect() }
    }
}

impl Parameters for MotionBlur {
    const NAME: &'static str = "motion_blur";

    fn check(&self) -> Result<(), Fault> {
        self.length.check("length", |length| (0.0..=1000.0).contains(&length), "a number in [0, 1000]")?;
        self.degrees.check("degrees", |_| true, "a finite number")?;
        self.border.check()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    taps: Vec<Tap>,
    border: Border,
}

impl Photometric for MotionBlur {
    type Drawn = Drawn;

    fn draw(&self, _: Shape, stream: &mut Stream) -> Drawn {
        let length = self.length.draw(stream);
        Drawn { taps: segment(length, self.degrees.draw(stream)), border: self.border }
    }
}

/// The kernel; empty for no blur.
fn segment(length: f64, degrees: f64) -> Vec<Tap> {
    if length == 0.0 {
        return Vec::new();
    }
    let (sin, cos) = sin_cos(degrees);
    let radius = (length / 2.0).ceil() as i64 + 1;
    let side = (2 * radius + 1) as usize;
    let mut weights = vec![0.0; side * side];
    let points = (16.0 * length).ceil() as usize;
    for point in 0..points {
        let t = length * ((point as f64 + 0.5) / points as f64 - 0.5);
        let (x, y) = (t * cos, -t * sin);
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = (x - left, y - top);
        let at = (top as i64 + radius) as usize * side + (left as i64 + radius) as usize;
        weights[at] += (1.0 - fx) * (1.0 - fy);
        weights[at + 1] += fx * (1.0 - fy);
        weights[at + side] += (1.0 - fx) * fy;
        weights[at + side + 1] += fx * fy;
    }
    let tap = |(at, weight): (usize, f64)| Tap {
        down: (at / side) as i64 - radius,
        right: (at % side) as i64 - radius,
        weight: (weight / points as f64) as f32,
    };
    weights.into_iter().enumerate().filter(|(_, weight)| *weight > 0.0).map(tap).collect()
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, scratch: &mut Scratch) {
        if self.taps.is_empty() {
            return;
        }
        filter::convolve(frame, &self.taps, self.border, &mut scratch.filter);
        // Weights sum to one up to rounding.
        frame.values_mut().iter_mut().for_each(|x| *x = x.min(1.0));
    }
}
