//! The shapes that are drawn.

use super::coverage::{Piece, Point};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The distance of the furthest point of each of the crate's outlines from its centre, in sides of the picture: at
/// scale 1 and the outermost positions it is still inside.
const REACH: f64 = 0.25;

/// A shape of the plane: its name, and pieces that do not overlap.
///
/// Lengths are in sides of the picture, x to the right and y up; the origin is what the shape turns about and what its
/// position is the position of.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    name: String,
    pieces: Vec<Piece>,
}

impl Outline {
    /// A shape of one's own; where its pieces overlap it is counted more than once, and drawn as if it were once.
    pub fn new(name: impl Into<String>, pieces: Vec<Piece>) -> Self {
        Self { name: name.into(), pieces }
    }

    /// A square: four equal sides, whose corners are a quarter of the picture's side from the centre.
    pub fn square() -> Self {
        Self::of("square", Piece::polygon(square(REACH * FRAC_1_SQRT_2)))
    }

    /// An ellipse that is twice as wide as high.
    pub fn ellipse() -> Self {
        Self::of("ellipse", Piece::ellipse([0.0; 2], [REACH, REACH / 2.0]))
    }

    /// A heart: a square that stands on a corner, with a half disc on each of its upper edges; the origin is its centre
    /// of area.
    pub fn heart() -> Self {
        // With a square of half side 1 about the origin and half discs on the edges x = 1 and y = 1, the centre of area is
        // at (m, m), and the corner (-1, -1) is furthest from it.
        let m = (PI / 2.0 + 2.0 / 3.0) / (4.0 + PI);
        let unit = REACH * FRAC_1_SQRT_2 / (1.0 + m);
        // Turned by an eighth about that centre, so that the corner is below.
        let place = |[x, y]: Point| [(x - y) * FRAC_1_SQRT_2 * unit, (x + y - 2.0 * m) * FRAC_1_SQRT_2 * unit];
        let half = |centre: Point, sign: f64| Piece::half_ellipse(place(centre), [unit; 2], [sign, 1.0]);
        let pieces = [
            Piece::polygon(square(1.0).into_iter().map(place).collect()),
            half([1.0, 0.0], 1.0),
            half([0.0, 1.0], -1.0),
        ];
        Self::new("heart", pieces.map(|piece| piece.expect("a sound piece")).to_vec())
    }

    fn of(name: &str, piece: Result<Piece, crate::DatasetError>) -> Self {
        Self::new(name, vec![piece.expect("a sound piece")])
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its pieces.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Its area.
    pub fn area(&self) -> f64 {
        self.pieces.iter().map(Piece::area).sum()
    }

    /// A distance from the origin that no point of it exceeds.
    pub fn reach(&self) -> f64 {
        self.pieces.iter().map(Piece::reach).fold(0.0, f64::max)
    }

    /// The area that it shares with a convex polygon, whose corners are in positive order (from x to y).
    pub fn area_within(&self, polygon: &[Point]) -> f64 {
        self.pieces.iter().map(|piece| piece.area_within(polygon)).sum()
    }
}

fn square(half: f64) -> Vec<Point> {
    vec![[-half, -half], [half, -half], [half, half], [-half, half]]
}
