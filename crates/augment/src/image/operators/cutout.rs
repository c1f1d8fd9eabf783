//! Squares cut out.

use super::prelude::*;
use super::{Rectangle, check_count};

/// Squares of `size` x `size` pixels are filled with one value. The centre of each is a uniform pixel of the image, so
/// a square may be partly outside.
///
/// T. DeVries, G. Taylor, Improved regularization of convolutional neural networks with cutout, arXiv:1708.04552.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cutout {
    /// Pixels along a side; 0 cuts nothing out.
    pub size: usize,
    /// The number of squares.
    #[serde(default = "one")]
    pub count: usize,
    /// The new value, in [0, 1].
    #[serde(default)]
    pub fill: f64,
}

fn one() -> usize {
    1
}

impl Cutout {
    /// One black square.
    pub fn new(size: usize) -> Self {
        Self { size, count: 1, fill: 0.0 }
    }
}

impl Parameters for Cutout {
    const NAME: &'static str = "cutout";

    fn check(&self) -> Result<(), Fault> {
        if !(0.0..=1.0).contains(&self.fill) {
            return Err(Fault::parameter("fill", self.fill, "a number in [0, 1]"));
        }
        check_count("size", self.size, 0)?;
        check_count("count", self.count, 0)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    squares: Vec<Rectangle>,
    fill: f32,
}

impl Photometric for Cutout {
    type Drawn = Drawn;

    fn draw(&self, input: Shape, stream: &mut Stream) -> Drawn {
        let mut square = || {
            let centre = (stream.below(input.height), stream.below(input.width));
            Rectangle::about(centre, (self.size, self.size), input)
        };
        Drawn { squares: (0..self.count).map(|_| square()).collect(), fill: self.fill as f32 }
    }
}

impl Apply for Drawn {
    fn apply(&self, frame: &mut Frame, _: &mut Scratch) {
        for square in &self.squares {
            square.rows(frame, |row| row.fill(self.fill));
        }
    }
}
