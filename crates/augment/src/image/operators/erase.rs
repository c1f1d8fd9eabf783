//! A random rectangle erased.

use super::Rectangle;
use super::prelude::*;

/// What an erased rectangle is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filling {
    /// One value in [0, 1].
    Constant(f64),
    /// Independent draws from the uniform distribution on [0, 1).
    Noise,
}

/// A rectangle inside the image, of random area and aspect, is filled.
///
/// Ten times an area uniform in `area` (shares of that of the image) and an aspect H / W uniform in its logarithm are
/// drawn; the first rectangle that is smaller than the image along both sides is put at a uniform position. If none is,
/// nothing is erased.
///
/// Z. Zhong et al., Random erasing data augmentation, arXiv:1708.04896; the ten draws are torchvision's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Erase {
    /// Share of the image's area, in [0, 1].
    pub area: Range,
    /// Height over width, above 0.
    pub aspect: Range,
    /// What the rectangle is filled with.
    pub fill: Filling,
}

impl Default for Erase {
    /// Area 0.02 to 0.33, aspect 0.3 to 3.3, black.
    fn default() -> Self {
        Self { area: Range::new(0.02, 0.33), aspect: Range::new(0.3, 3.3), fill: Filling::Constant(0.0) }
    }
}

impl Parameters for Erase {
    const NAME: &'static str = "erase";

    fn check(&self) -> Result<(), Fault> {
        self.area.check("area", |a| (0.0..=1.0).contains(&a), "a number in [0, 1]")?;
        self.aspect.check("aspect", |a| a > 0.0, "a finite number above 0")?;
        match self.fill {
            Filling::Constant(value) if !(0.0..=1.0).contains(&value) => {
                Err(Fault::parameter("fill.constant", value, "a number in [0, 1]"))
            }
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    rectangle: Option<Rectangle>,
    fill: Fill,
}

#[derive(Clone, Debug)]
enum Fill {
    Constant(f32),
    /// Where the draws begin.
    Noise(Box<Stream>),
}

impl Photometric for Erase {
    type Drawn = Drawn;

    fn draw(&self, input: Shape, stream: &mut Stream) -> Drawn {
        let mut rectangle = || {
            let area = self.area.draw(stream) * input.plane() as f64;
            let aspect = self.aspect.draw_logarithmic(stream);
            let (h, w) = ((area * aspect).sqrt().round() as usize, (area / aspect).sqrt().round() as usize);
            (h < input.height && w < input.width).then(|| {
                let (top, left) = (stream.below(input.height - h + 1), stream.below(input.width - w + 1));
                Rectangle { top, bottom: top + h, left, right: left + w }
            })
        };
        let rectangle = (0..10).find_map(|_| rectangle());
        let fill = match self.fill {
            Filling::Constant(value) => Fill::Constant(value as f32),
            Filling::Noise => Fill::Noise(stream.clone().into()),
        };
        Drawn { rectangle, fill }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, _: &mut Scratch) {
        let Some(rectangle) = self.rectangle else { return };
        match &self.fill {
            Fill::Constant(value) => rectangle.rows(frame, |row| row.fill(*value)),
            Fill::Noise(stream) => {
                let mut stream = (**stream).clone();
                rectangle.rows(frame, |row| row.iter_mut().for_each(|x| *x = stream.uniform()));
            }
        }
    }
}
