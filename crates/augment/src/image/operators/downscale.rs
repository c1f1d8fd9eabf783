//! Lower resolution.

use super::prelude::*;
use crate::image::warp::{self, Map};

/// The image at `round(H / f)` x `round(W / f)` pixels (at least one), enlarged to its size again. Pixels of the small
/// image are means over their areas, whole and part pixels weighted by what of them is covered; enlarging samples it at
/// `(j + 1/2) w / W - 1/2`, its border replicated. The factor is drawn uniformly in its logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Downscale {
    /// At least 1.
    pub factor: Range,
    /// How pixels are interpolated when the image is enlarged again.
    #[serde(default)]
    pub interpolation: Interpolation,
}

impl Parameters for Downscale {
    const NAME: &'static str = "downscale";

    fn check(&self) -> Result<(), Fault> {
        self.factor.check("factor", |f| f >= 1.0, "a finite number of at least 1")
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    small: (usize, usize),
    interpolation: Interpolation,
}

impl Photometric for Downscale {
    type Drawn = Drawn;

    fn draw(&self, input: Shape, stream: &mut Stream) -> Drawn {
        let factor = self.factor.draw_logarithmic(stream);
        let side = |len: usize| ((len as f64 / factor).round() as usize).max(1);
        Drawn { small: (side(input.height), side(input.width)), interpolation: self.interpolation }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, scratch: &mut Scratch) {
        let Shape { height, width, .. } = frame.shape();
        if self.small == (height, width) {
            return;
        }
        shrink(frame, &mut scratch.other, self.small);
        let line = |small: usize, side: usize| {
            let step = small as f64 / side as f64;
            (step, 0.5 * step - 0.5)
        };
        let map = Map::Projective(Homography::along_axes(line(self.small.1, width), line(self.small.0, height)));
        let sampling = Sampling { interpolation: self.interpolation, border: Border::Replicate };
        let enlarge = Warp { map, output: (height, width), sampling: Some(sampling) };
        warp::apply(&[&enlarge], sampling, frame, &mut scratch.other, &mut scratch.warp);
    }
}

/// Means over areas.
fn shrink(frame: &mut Frame, other: &mut Frame, (height, width): (usize, usize)) {
    let input = frame.shape();
    let output = input.sized(height, width);
    other.resize(output);
    let mut line = vec![0.0_f64; input.width];
    for (from, to) in frame.planes().zip(other.planes_mut()) {
        for (row, to) in to.chunks_exact_mut(width).enumerate() {
            line.fill(0.0);
            covered(row, height, input.height, |y, weight| {
                for (sum, &x) in line.iter_mut().zip(&from[y * input.width..]) {
                    *sum += weight * f64::from(x);
                }
            });
            for (column, to) in to.iter_mut().enumerate() {
                let mut sum = 0.0;
                covered(column, width, input.width, |x, weight| sum += weight * line[x]);
                *to = sum.clamp(0.0, 1.0) as f32;
            }
        }
    }
    std::mem::swap(frame, other);
}

/// The pixels of `all` that one of `parts` parts covers, with their shares of it.
fn covered(part: usize, parts: usize, all: usize, mut each: impl FnMut(usize, f64)) {
    // In units of 1 / parts pixels everything is whole.
    let (start, end) = (part * all, (part + 1) * all);
    for pixel in start / parts..end.div_ceil(parts) {
        let overlap = end.min((pixel + 1) * parts) - start.max(pixel * parts);
        each(pixel, overlap as f64 / all as f64);
    }
}
