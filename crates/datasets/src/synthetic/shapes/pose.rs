//! A shape put into a picture.

use super::coverage::Point;
use super::outline::Outline;
use std::f64::consts::TAU;
use std::ops::Range;

/// Where a shape is, how large and how turned, in pixels.
pub(super) struct Pose {
    /// Its origin in the picture, x to the right and y down.
    centre: Point,
    /// The length that is 1 for the outline.
    unit: f64,
    /// Of the angle, counter-clockwise as seen.
    sin: f64,
    cos: f64,
}

impl Pose {
    pub(super) fn new(centre: Point, unit: f64, angle: f64) -> Self {
        let (sin, cos) = sin_cos(angle);
        Self { centre, unit, sin, cos }
    }

    /// The part of each pixel that the outline covers, row by row in a picture of `side` x `side`; pixels that it
    /// cannot reach are left out.
    pub(super) fn coverage<'a>(
        &'a self,
        outline: &'a Outline,
        side: usize,
    ) -> impl Iterator<Item = (usize, f64)> + use<'a> {
        let reach = outline.reach() * self.unit;
        let [across, down] = self.centre.map(|middle| reached(middle, reach, side));
        down.flat_map(move |row| across.clone().map(move |column| (row, column))).map(move |(row, column)| {
            // In positive order for the outline, whose y points up.
            let corners = [[0, 0], [0, 1], [1, 1], [1, 0]].map(|[x, y]| self.to_outline([column + x, row + y]));
            let cover = outline.area_within(&corners) * self.unit * self.unit;
            (row * side + column, cover.clamp(0.0, 1.0))
        })
    }

    /// The point of the outline that lies at a corner of pixels.
    fn to_outline(&self, [x, y]: [usize; 2]) -> Point {
        let x = (x as f64 - self.centre[0]) / self.unit;
        let y = (self.centre[1] - y as f64) / self.unit;
        [self.cos * x + self.sin * y, self.cos * y - self.sin * x]
    }
}

/// The pixels along a side that may be nearer than `reach`.
fn reached(middle: f64, reach: f64, side: usize) -> Range<usize> {
    let pixel = |at: f64| at.clamp(0.0, side as f64) as usize;
    pixel((middle - reach).floor())..pixel((middle + reach).ceil())
}

/// Sine and cosine, exact at quarter turns: there pictures are exactly turned, and a whole turn is none.
fn sin_cos(angle: f64) -> (f64, f64) {
    let turns = (angle / TAU).rem_euclid(1.0);
    let quarters = (4.0 * turns).round();
    let (sin, cos) = (TAU * (turns - quarters / 4.0)).sin_cos();
    match quarters as u8 % 4 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}
