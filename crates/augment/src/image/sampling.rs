//! Values between pixels and beyond the border.

use crate::error::Fault;
use serde::{Deserialize, Serialize};

/// How a value between pixels is computed. Pixel centres are at integer coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// The value of the pixel at `floor(x + 1/2)`.
    Nearest,
    /// Linear along each axis between the two pixels around.
    #[default]
    Bilinear,
    /// The cubic convolution of Keys with a = -1/2 over four pixels along each axis: exact for quadratic polynomials.
    /// It may overshoot; results are clamped to [0, 1].
    ///
    /// R. Keys, Cubic convolution interpolation for digital image processing, IEEE Trans. ASSP 29 (1981), eq. 15.
    Bicubic,
}

/// What lies beyond the border of an image. For a row `a b c d`:
///
/// | border | before | row | after | elsewhere called |
/// |---|---|---|---|---|
/// | constant k | `k k k k` | `a b c d` | `k k k k` | SciPy `grid-constant` |
/// | replicate | `a a a a` | `a b c d` | `d d d d` | SciPy `nearest`, torchvision `edge` |
/// | reflect | `c d c b` | `a b c d` | `c b a b` | SciPy `mirror`, torch and NumPy `reflect` |
/// | wrap | `a b c d` | `a b c d` | `a b c d` | SciPy `grid-wrap`, torch `circular` |
///
/// In a configuration: `"reflect"`, `"replicate"`, `"wrap"` or `{ constant = 0.5 }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Border {
    /// One value in [0, 1] in all channels.
    Constant(f64),
    /// The image mirrored about the centres of its outermost pixels.
    Reflect,
    /// The outermost pixel again.
    Replicate,
    /// The image again.
    Wrap,
}

impl Default for Border {
    /// Constant zero.
    fn default() -> Self {
        Self::Constant(0.0)
    }
}

impl Border {
    pub(crate) fn check(self) -> Result<(), Fault> {
        match self {
            Self::Constant(value) if !(0.0..=1.0).contains(&value) => {
                Err(Fault::parameter("border.constant", value, "a number in [0, 1]"))
            }
            _ => Ok(()),
        }
    }

    /// The pixel that stands at `position` along an axis of `len` pixels; `None` for the constant.
    #[inline]
    pub(crate) fn index(self, position: i64, len: usize) -> Option<usize> {
        let last = len as i64 - 1;
        if (0..=last).contains(&position) {
            return Some(position as usize);
        }
        let inside = match self {
            Self::Constant(_) => return None,
            Self::Replicate => position.clamp(0, last),
            Self::Wrap => position.rem_euclid(last + 1),
            Self::Reflect if last == 0 => 0,
            Self::Reflect => {
                let folded = position.rem_euclid(2 * last);
                folded.min(2 * last - folded)
            }
        };
        Some(inside as usize)
    }

    /// The constant, if it is one.
    pub(crate) fn fill(self) -> f32 {
        if let Self::Constant(value) = self { value as f32 } else { 0.0 }
    }
}

/// Interpolation and border of a geometric operator.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sampling {
    /// Between pixels.
    pub interpolation: Interpolation,
    /// Beyond the border.
    pub border: Border,
}
