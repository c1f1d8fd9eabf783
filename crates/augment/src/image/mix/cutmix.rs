//! A rectangle of one sample pasted into another.

use super::mixup::always;
use crate::image::Shape;
use crate::image::operators::Rectangle;
use latent_numeric::random::Stream;
use serde::{Deserialize, Serialize};

/// A rectangle of the partner, of the sides `H sqrt(1 - l)` and `W sqrt(1 - l)` with `l ~ Beta(alpha, alpha)` (rounded down)
/// about a uniform pixel, replaces that of the sample. The weight of the own label is the share of own pixels after what
/// of the rectangle is outside was cut off.
///
/// S. Yun et al., CutMix, arXiv:1905.04899.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cutmix {
    /// Above 0.
    pub alpha: f64,
    /// The probability that a sample is mixed at all.
    #[serde(default = "always")]
    pub p: f64,
}

impl Cutmix {
    /// Every sample is mixed.
    pub fn new(alpha: f64) -> Self {
        Self { alpha, p: always() }
    }
}

/// A rectangle that covers the given share, before it is cut off at the border.
pub(super) fn part(share: f64, shape: Shape, stream: &mut Stream) -> Rectangle {
    let side = |len: usize| (len as f64 * share.sqrt()) as usize;
    let centre = (stream.below(shape.height), stream.below(shape.width));
    Rectangle::about(centre, (side(shape.height), side(shape.width)), shape)
}
