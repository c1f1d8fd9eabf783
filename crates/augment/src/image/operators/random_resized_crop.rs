//! A random part of the image, brought to one size.

use super::check_count;
use super::prelude::*;
use crate::image::warp::Map;

/// A part of random area and aspect, resized to `height` x `width` pixels.
///
/// Ten times an area uniform in `area` (shares of that of the image) and an aspect W / H uniform in its logarithm are
/// drawn; the first part that fits, its sides rounded to pixels, is taken at a uniform position. If none fits, it is the
/// largest part in the middle whose aspect is in `aspect`. (C. Szegedy et al., Going deeper with convolutions, 2015; the
/// ten draws are torchvision's.)
///
/// The part of h x w pixels is sampled at `(left - 1/2 + (j + 1/2) w / W', top - 1/2 + (i + 1/2) h / H')`: points, so
/// detail is skipped, not averaged, where the part is much larger than the result (torchvision with
/// `antialias=False`). Beyond the part is the rest of the image.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomResizedCrop {
    /// Rows of the result.
    pub height: usize,
    /// Columns of the result.
    pub width: usize,
    /// Share of the image's area, in (0, 1].
    #[serde(default = "default_area")]
    pub area: Range,
    /// Width over height, above 0.
    #[serde(default = "default_aspect")]
    pub aspect: Range,
    /// Between pixels.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// Beyond the border of the image.
    #[serde(default = "default_border")]
    pub border: Border,
}

fn default_area() -> Range {
    Range::new(0.08, 1.0)
}

fn default_aspect() -> Range {
    Range::new(0.75, 4.0 / 3.0)
}

fn default_border() -> Border {
    Border::Replicate
}

impl RandomResizedCrop {
    /// Area 0.08 to 1, aspect 3/4 to 4/3, bilinear, replicated.
    pub fn new(height: usize, width: usize) -> Self {
        Self {
            height,
            width,
            area: default_area(),
            aspect: default_aspect(),
            interpolation: Interpolation::default(),
            border: default_border(),
        }
    }

    /// Top, left, height and width of a part.
    fn part(&self, input: Shape, stream: &mut Stream) -> [usize; 4] {
        let (height, width) = (input.height as f64, input.width as f64);
        for _ in 0..10 {
            let area = self.area.draw(stream) * height * width;
            let aspect = self.aspect.draw_logarithmic(stream);
            let (h, w) = ((area / aspect).sqrt().round(), (area * aspect).sqrt().round());
            if (1.0..=height).contains(&h) && (1.0..=width).contains(&w) {
                let (h, w) = (h as usize, w as usize);
                return [stream.below(input.height - h + 1), stream.below(input.width - w + 1), h, w];
            }
        }
        let aspect = (width / height).clamp(self.aspect.low, self.aspect.high);
        let h = (width / aspect).round().clamp(1.0, height) as usize;
        let w = (height * aspect).round().clamp(1.0, width) as usize;
        [(input.height - h) / 2, (input.width - w) / 2, h, w]
    }
}

impl Parameters for RandomResizedCrop {
    const NAME: &'static str = "random_resized_crop";

    fn check(&self) -> Result<(), Fault> {
        check_count("height", self.height, 1)?;
        check_count("width", self.width, 1)?;
        self.area.check("area", |a| a > 0.0 && a <= 1.0, "a number in (0, 1]")?;
        self.aspect.check("aspect", |a| a > 0.0, "a finite number above 0")?;
        self.border.check()
    }

    fn output(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input.sized(self.height, self.width))
    }
}

impl Geometric for RandomResizedCrop {
    fn draw(&self, input: Shape, stream: &mut Stream) -> Warp {
        let [top, left, h, w] = self.part(input, stream);
        let line = |start: usize, part: usize, result: usize| {
            let step = part as f64 / result as f64;
            (step, start as f64 + (0.5 * step - 0.5))
        };
        let map = Homography::along_axes(line(left, w, self.width), line(top, h, self.height));
        let sampling = Sampling { interpolation: self.interpolation, border: self.border };
        Warp { map: Map::Projective(map), output: (self.height, self.width), sampling: Some(sampling) }
    }
}
