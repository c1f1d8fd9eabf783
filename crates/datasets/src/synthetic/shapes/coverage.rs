//! The area that two shapes share, in closed form.
//!
//! A shape is put together from [`Piece`]s: convex polygons, ellipses and halves of them. What a piece shares with a
//! convex polygon, such as a pixel, is
//!
//! - of a convex polygon: the polygon cut by each of its edges in turn (Sutherland and Hodgman, *Reentrant polygon
//!   clipping*, CACM 1974), whose area is `1/2 sum_i p_i x p_(i+1)`;
//! - of the unit disc: the sum over the edges `a b` of the polygon of the signed area that the disc shares with the
//!   triangle `0 a b`. The edge crosses the circle at most twice; outside of it the share is a sector,
//!   `1/2 atan2(p x q, p . q)`, inside a triangle, `1/2 p x q`;
//! - of an ellipse: that of the unit disc after the linear map that makes the ellipse one;
//! - of a half of it: that of the polygon cut by the half's straight edge.
//!
//! Nothing is sampled: areas are exact but for rounding.

use crate::DatasetError;
use std::f64::consts::PI;

/// A point of the plane, x and y.
pub type Point = [f64; 2];

/// A part of a shape: a convex polygon, an ellipse, or half of one.
///
/// ```
/// use latent_datasets::synthetic::shapes::Piece;
/// use std::f64::consts::PI;
///
/// let disc = Piece::ellipse([0.0, 0.0], [1.0, 1.0])?;
/// let quarter_plane = [[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]];
/// assert!((disc.area_within(&quarter_plane) - PI / 4.0).abs() < 1e-15);
/// # Ok::<(), latent_datasets::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    form: Form,
    /// A circle about the piece.
    centre: Point,
    radius: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    /// Corners in positive order: x to y.
    Polygon(Vec<Point>),
    /// An ellipse with axes along x and y, or its part within a half plane through its centre.
    Ellipse { radii: Point, half: Option<HalfPlane> },
}

/// The points `p` with `normal . (p - point) >= 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct HalfPlane {
    point: Point,
    normal: Point,
}

impl Piece {
    /// A convex polygon with these corners, in either order.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if it has no area, a corner is not finite, or it is not convex.
    pub fn polygon(mut corners: Vec<Point>) -> Result<Self, DatasetError> {
        let bad = |expected: &str| Err(DatasetError::parameter("corners", format!("{corners:?}"), expected));
        if !corners.as_flattened().iter().all(|x| x.is_finite()) {
            return bad("finite numbers");
        }
        let count = corners.len();
        let turn = |i: usize| {
            let [a, b, c] = [i, i + 1, i + 2].map(|i| corners[i % count]);
            cross(minus(b, a), minus(c, b))
        };
        let (left, right) = ((0..count).any(|i| turn(i) > 0.0), (0..count).any(|i| turn(i) < 0.0));
        // A star turns one way only as well, but more than once round.
        let area = signed_area(&corners);
        let fans = (2..count).all(|i| {
            let [a, b, c] = [0, i - 1, i].map(|i| corners[i]);
            cross(minus(b, a), minus(c, a)) * area >= 0.0
        });
        if count < 3 || area == 0.0 || left == right || !fans {
            return bad("those of a convex polygon, in order");
        }
        if area < 0.0 {
            corners.reverse();
        }
        let sum = corners.iter().fold([0.0; 2], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
        let centre = sum.map(|x| x / count as f64);
        let radius = corners.iter().map(|&p| length(minus(p, centre))).fold(0.0, f64::max);
        Ok(Self { form: Form::Polygon(corners), centre, radius })
    }

    /// An ellipse with axes along x and y, of these radii.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if a number is not finite or a radius not positive.
    pub fn ellipse(centre: Point, radii: Point) -> Result<Self, DatasetError> {
        Self::round(centre, radii, None)
    }

    /// The half of an ellipse that lies in one direction from its centre.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if a number is not finite, a radius not positive, or the direction zero.
    pub fn half_ellipse(centre: Point, radii: Point, direction: Point) -> Result<Self, DatasetError> {
        if !(length(direction) > 0.0 && length(direction).is_finite()) {
            return Err(DatasetError::parameter("direction", format!("{direction:?}"), "finite and not zero"));
        }
        Self::round(centre, radii, Some(HalfPlane { point: centre, normal: direction }))
    }

    fn round(centre: Point, radii: Point, half: Option<HalfPlane>) -> Result<Self, DatasetError> {
        if !(centre.iter().all(|x| x.is_finite()) && radii.iter().all(|r| r.is_finite() && *r > 0.0)) {
            let value = format!("about {centre:?}, radii {radii:?}");
            return Err(DatasetError::parameter("ellipse", value, "finite numbers and positive radii"));
        }
        Ok(Self { form: Form::Ellipse { radii, half }, centre, radius: radii[0].max(radii[1]) })
    }

    /// Its area.
    pub fn area(&self) -> f64 {
        match &self.form {
            Form::Polygon(corners) => signed_area(corners),
            Form::Ellipse { radii, half } => PI * radii[0] * radii[1] / if half.is_some() { 2.0 } else { 1.0 },
        }
    }

    /// Whether a point is in it or on its edge.
    pub fn contains(&self, p: Point) -> bool {
        match &self.form {
            Form::Polygon(corners) => edges(corners).all(|(a, b)| HalfPlane::left_of(a, b).holds(p)),
            Form::Ellipse { radii, half } => {
                length(self.to_unit(p, *radii)) <= 1.0 && half.is_none_or(|half| half.holds(p))
            }
        }
    }

    /// A distance from the origin that no point of it exceeds.
    pub fn reach(&self) -> f64 {
        match &self.form {
            Form::Polygon(corners) => corners.iter().map(|&p| length(p)).fold(0.0, f64::max),
            Form::Ellipse { .. } => length(self.centre) + self.radius,
        }
    }

    /// The area that it shares with a convex polygon, whose corners are in positive order (from x to y).
    pub fn area_within(&self, polygon: &[Point]) -> f64 {
        if polygon.iter().all(|&p| self.contains(p)) {
            return signed_area(polygon);
        }
        // One edge has all of the circle about the piece on its other side.
        let apart = |(a, b): (Point, Point)| {
            let along = minus(b, a);
            cross(along, minus(self.centre, a)) < -self.radius * length(along)
        };
        if edges(polygon).any(apart) {
            return 0.0;
        }
        match &self.form {
            Form::Polygon(corners) => {
                let cut = edges(corners).fold(polygon.to_vec(), |cut, (a, b)| HalfPlane::left_of(a, b).cut(&cut));
                signed_area(&cut)
            }
            Form::Ellipse { radii, half } => {
                let mut cut = half.map_or_else(|| polygon.to_vec(), |half| half.cut(polygon));
                cut.iter_mut().for_each(|p| *p = self.to_unit(*p, *radii));
                radii[0] * radii[1] * edges(&cut).map(|(a, b)| wedge(a, b)).sum::<f64>()
            }
        }
    }

    /// The map that makes an ellipse the unit disc.
    fn to_unit(&self, p: Point, radii: Point) -> Point {
        [(p[0] - self.centre[0]) / radii[0], (p[1] - self.centre[1]) / radii[1]]
    }
}

impl HalfPlane {
    fn left_of(a: Point, b: Point) -> Self {
        Self { point: a, normal: [a[1] - b[1], b[0] - a[0]] }
    }

    /// How far inside a point is, in lengths of the normal.
    fn depth(self, p: Point) -> f64 {
        dot(self.normal, minus(p, self.point))
    }

    fn holds(self, p: Point) -> bool {
        self.depth(p) >= 0.0
    }

    /// The part of a convex polygon that is inside.
    fn cut(self, polygon: &[Point]) -> Vec<Point> {
        let mut inside = Vec::with_capacity(polygon.len() + 1);
        for (a, b) in edges(polygon) {
            let (from, to) = (self.depth(a), self.depth(b));
            if from >= 0.0 {
                inside.push(a);
            }
            if (from >= 0.0) != (to >= 0.0) {
                inside.push(between(a, b, from / (from - to)));
            }
        }
        inside
    }
}

/// The signed area that the unit disc shares with the triangle `0 a b`.
fn wedge(a: Point, b: Point) -> f64 {
    let sector = |p: Point, q: Point| 0.5 * cross(p, q).atan2(dot(p, q));
    let along = minus(b, a);
    let square = dot(along, along);
    // The line is `a + t along`; it meets the circle where `square t^2 + 2 (a . along) t + |a|^2 - 1 = 0`.
    let discriminant = square - cross(a, b).powi(2);
    if discriminant <= 0.0 {
        return sector(a, b);
    }
    let (middle, half) = (-dot(a, along) / square, discriminant.sqrt() / square);
    let (enters, leaves) = (middle - half, middle + half);
    if leaves <= 0.0 || enters >= 1.0 {
        return sector(a, b);
    }
    let (mut area, mut first, mut last) = (0.0, a, b);
    if enters > 0.0 {
        first = between(a, b, enters);
        area += sector(a, first);
    }
    if leaves < 1.0 {
        last = between(a, b, leaves);
        area += sector(last, b);
    }
    area + 0.5 * cross(first, last)
}

/// `1/2 sum_i p_i x p_(i+1)`, about the first corner.
fn signed_area(polygon: &[Point]) -> f64 {
    let Some(&first) = polygon.first() else { return 0.0 };
    0.5 * polygon.windows(2).map(|pair| cross(minus(pair[0], first), minus(pair[1], first))).sum::<f64>()
}

fn edges(polygon: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    polygon.iter().zip(polygon.iter().cycle().skip(1)).map(|(&a, &b)| (a, b))
}

fn minus(p: Point, q: Point) -> Point {
    [p[0] - q[0], p[1] - q[1]]
}

fn between(a: Point, b: Point, t: f64) -> Point {
    [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
}

fn dot(p: Point, q: Point) -> f64 {
    p[0] * q[0] + p[1] * q[1]
}

fn cross(p: Point, q: Point) -> f64 {
    p[0] * q[1] - p[1] * q[0]
}

fn length(p: Point) -> f64 {
    p[0].hypot(p[1])
}
