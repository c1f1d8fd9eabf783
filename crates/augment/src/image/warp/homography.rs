//! Projective maps of the plane.

/// A projective map `(x, y) -> (u / w, v / w)` with `(u, v, w) = M (x, y, 1)`, from pixels of a result to pixels of the
/// image that it is made of. Pixel centres are at integers, x to the right and y down.
///
/// ```
/// use latent_augment::image::Homography;
///
/// // The map that takes four corners to four others.
/// let square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];
/// let skew = [(1.0, 0.0), (9.0, 2.0), (8.0, 9.0), (0.0, 10.0)];
/// let map = Homography::between(square, skew).unwrap();
/// let (x, y) = map.apply(10.0, 0.0);
/// assert!((x - 9.0).abs() < 1e-12 && (y - 2.0).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homography {
    matrix: [[f64; 3]; 3],
}

impl Homography {
    /// The map that moves nothing.
    pub const IDENTITY: Self = Self { matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] };

    /// `(x, y) -> (x + dx, y + dy)`.
    pub const fn translation(dx: f64, dy: f64) -> Self {
        Self { matrix: [[1.0, 0.0, dx], [0.0, 1.0, dy], [0.0, 0.0, 1.0]] }
    }

    /// `p -> c + A (p - c)`.
    pub fn about(centre: (f64, f64), linear: [[f64; 2]; 2]) -> Self {
        let ([[a, b], [c, d]], (x, y)) = (linear, centre);
        Self { matrix: [[a, b, x - (a * x + b * y)], [c, d, y - (c * x + d * y)], [0.0, 0.0, 1.0]] }
    }

    /// `(x, y) -> (a x + b, c y + d)`.
    pub(crate) const fn along_axes((a, b): (f64, f64), (c, d): (f64, f64)) -> Self {
        Self { matrix: [[a, 0.0, b], [0.0, c, d], [0.0, 0.0, 1.0]] }
    }

    /// The map that takes four points to four points, in order; `None` if three of either are on a line.
    ///
    /// Each is the image of the unit square under a map in closed form (P. Heckbert, Fundamentals of texture mapping and
    /// image warping, 1989, section 2.2.3); the result is the one after the inverse of the other.
    pub fn between(from: [(f64, f64); 4], to: [(f64, f64); 4]) -> Option<Self> {
        if from == to {
            return Some(Self::IDENTITY);
        }
        let map = Self::of_unit_square(to)?.after(&Self::of_unit_square(from)?.inverse()?);
        // The four points lie before the horizon, also where the origin lies behind it.
        let [g, h, i] = map.matrix[2];
        let before = (g * from[0].0 + (h * from[0].1 + i)) * i > 0.0;
        let scale = if before { i } else { -i };
        let normal = Self { matrix: map.matrix.map(|row| row.map(|entry| entry / scale)) };
        normal.matrix.as_flattened().iter().all(|entry| entry.is_finite()).then_some(normal)
    }

    /// (0, 0), (1, 0), (1, 1), (0, 1) to the given points.
    fn of_unit_square([p0, p1, p2, p3]: [(f64, f64); 4]) -> Option<Self> {
        let (dx1, dx2, sx) = (p1.0 - p2.0, p3.0 - p2.0, p0.0 - p1.0 + p2.0 - p3.0);
        let (dy1, dy2, sy) = (p1.1 - p2.1, p3.1 - p2.1, p0.1 - p1.1 + p2.1 - p3.1);
        let determinant = dx1 * dy2 - dx2 * dy1;
        let g = (sx * dy2 - dx2 * sy) / determinant;
        let h = (dx1 * sy - sx * dy1) / determinant;
        let map = Self {
            matrix: [
                [p1.0 - p0.0 + g * p1.0, p3.0 - p0.0 + h * p3.0, p0.0],
                [p1.1 - p0.1 + g * p1.1, p3.1 - p0.1 + h * p3.1, p0.1],
                [g, h, 1.0],
            ],
        };
        // Areas beside that of the figure: points on a line are so at any size.
        let size = [dx1, dx2, sx, dy1, dy2, sy].iter().fold(0.0, |most: f64, d| most.max(d.abs()));
        (determinant != 0.0 && map.determinant().abs() > 1e-12 * size * size).then_some(map)
    }

    fn determinant(&self) -> f64 {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.matrix;
        a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    }

    /// The map that undoes this one; `None` if there is none.
    pub fn inverse(&self) -> Option<Self> {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.matrix;
        let determinant = self.determinant();
        let adjugate = [
            [e * i - f * h, c * h - b * i, b * f - c * e],
            [f * g - d * i, a * i - c * g, c * d - a * f],
            [d * h - e * g, b * g - a * h, a * e - b * d],
        ];
        let inverse = Self { matrix: adjugate.map(|row| row.map(|entry| entry / determinant)) };
        inverse.matrix.as_flattened().iter().all(|entry| entry.is_finite()).then_some(inverse)
    }

    /// First `first`, then this map: the product of the matrices.
    #[must_use]
    pub fn after(&self, first: &Self) -> Self {
        let entry = |i: usize, j: usize| (0..3).map(|k| self.matrix[i][k] * first.matrix[k][j]).sum();
        Self { matrix: std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j))) }
    }

    /// Where a point goes; NaN where `w <= 0`, behind the horizon.
    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let [u, v, w] = self.matrix.map(|[a, b, c]| a * x + (b * y + c));
        if w > 0.0 { (u / w, v / w) } else { (f64::NAN, f64::NAN) }
    }

    /// The rows of the matrix.
    pub fn matrix(&self) -> [[f64; 3]; 3] {
        self.matrix
    }

    pub(crate) fn is_affine(&self) -> bool {
        self.matrix[2] == [0.0, 0.0, 1.0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn corners() -> impl Strategy<Value = [(f64, f64); 4]> {
        let near = |x: f64, y: f64| (x - 4.0..x + 4.0, y - 4.0..y + 4.0);
        (near(0.0, 0.0), near(20.0, 0.0), near(20.0, 20.0), near(0.0, 20.0)).prop_map(|(a, b, c, d)| [a, b, c, d])
    }

    fn close(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9
    }

    proptest! {
        #[test]
        fn four_points_go_to_four_points(from in corners(), to in corners()) {
            let map = Homography::between(from, to).unwrap();
            let back = map.inverse().unwrap();
            for (p, q) in from.into_iter().zip(to) {
                prop_assert!(close(map.apply(p.0, p.1), q), "{p:?} -> {:?}, not {q:?}", map.apply(p.0, p.1));
                prop_assert!(close(back.apply(q.0, q.1), p));
            }
        }

        #[test]
        fn a_product_is_one_map_after_the_other(a in corners(), b in corners(), c in corners(), x in 0.0..20.0, y in 0.0..20.0) {
            let (first, second) = (Homography::between(a, b).unwrap(), Homography::between(b, c).unwrap());
            let between = first.apply(x, y);
            prop_assert!(close(second.after(&first).apply(x, y), second.apply(between.0, between.1)));
        }
    }

    /// The horizon of the second map lies between the origin and the four points.
    #[test]
    fn points_before_the_horizon_are_mapped() {
        let from = [(3.889, 3.997), (16.0, -3.476), (16.0, 23.038), (-0.914, 16.0)];
        let to = [(-2.328, -1.871), (21.981, 2.329), (16.0, 16.0), (0.0, 16.0)];
        let map = Homography::between(from, to).unwrap();
        for (p, q) in from.into_iter().zip(to) {
            assert!(close(map.apply(p.0, p.1), q), "{p:?} -> {:?}, not {q:?}", map.apply(p.0, p.1));
        }
    }

    #[test]
    fn three_points_on_a_line_are_refused() {
        let square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
        let line = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (0.0, 1.0)];
        assert_eq!(Homography::between(square, line), None);
        assert_eq!(Homography::between(line, square), None);
        assert_eq!(Homography::between([(3.0, 3.0); 4], square), None);
    }
}
