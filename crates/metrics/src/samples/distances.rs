//! Distances of many points from many others, some rows of them at a time.
//!
//! `|a|^2 + |b|^2 - 2 <a, b>` is fast and cancels. Where its rounding could decide, the distance is computed from the
//! differences, so that what is found is what the differences say: a copy has the distance zero, and a point lies in
//! the ball that it is on the surface of.

use latent_numeric::matmul::{Threads, matmul_into};
use latent_numeric::{parallel, power_of_two};
use ndarray::{Array1, Array2, ArrayView1, Axis, s};

/// Distances that a thread holds at once.
const AT_ONCE: usize = 1 << 19;

/// The origin and the unit in which the distances of some sets of points are computed.
pub struct Space {
    origin: Array1<f64>,
    unit: f64,
}

/// Points, (count, features), in units of a [`Space`].
pub struct Points {
    /// As they are.
    plain: Array2<f64>,
    /// From the origin.
    centered: Array2<f64>,
    norms: Array1<f64>,
}

impl Space {
    /// One in which no square of these points' coordinates overflows or vanishes.
    pub fn of(sets: &[&Array2<f64>]) -> Self {
        let largest = sets.iter().flat_map(|set| set.iter()).fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let unit = power_of_two(largest);
        let origin = (sets[0] / unit).mean_axis(Axis(0)).expect("points");
        Self { origin, unit }
    }

    pub fn points(&self, rows: &Array2<f64>) -> Points {
        let plain = rows / self.unit;
        let centered = &plain - &self.origin;
        let norms = centered.rows().into_iter().map(|row| row.dot(&row)).collect();
        Points { plain, centered, norms }
    }

    /// A squared distance in its unit as a distance in that of the points.
    pub fn distance(&self, squared: f64) -> f64 {
        squared.sqrt() * self.unit
    }
}

/// The squared distances of one point from all points of another set.
pub struct Row<'a> {
    /// Which point.
    pub index: usize,
    point: ArrayView1<'a, f64>,
    norm: f64,
    others: &'a Points,
    /// `-2 <a, b>`
    products: ArrayView1<'a, f64>,
    /// How much of the norms can be rounding.
    rounding: f64,
}

impl Row<'_> {
    /// The squared distance up to the second number.
    #[inline]
    fn about(&self, j: usize) -> (f64, f64) {
        let norms = self.norm + self.others.norms[j];
        (norms + self.products[j], self.rounding * norms)
    }

    /// The squared distance from the `j`-th point, up to rounding.
    pub fn squared(&self, j: usize) -> f64 {
        self.about(j).0.max(0.0)
    }

    fn exact(&self, j: usize) -> f64 {
        self.point.iter().zip(self.others.plain.row(j)).map(|(a, b)| (a - b) * (a - b)).sum()
    }

    /// Whether the squared distance from the `j`-th point is at most this.
    #[inline]
    pub fn within(&self, j: usize, squared: f64) -> bool {
        let (about, error) = self.about(j);
        if (about - squared).abs() > error { about < squared } else { self.exact(j) <= squared }
    }

    /// The `k` nearest points but `without`, the nearest first and of equal ones the first: squared distances and
    /// places.
    pub fn nearest(&self, k: usize, without: Option<usize>) -> Vec<(f64, usize)> {
        let indices = || (0..self.products.len()).filter(|&j| Some(j) != without);
        // The k smallest upper bounds, ascending.
        let mut bounds = vec![f64::INFINITY; k];
        for j in indices() {
            let (about, error) = self.about(j);
            let bound = about + error;
            if bound < bounds[k - 1] {
                let place = bounds.partition_point(|&other| other <= bound);
                bounds[place..].rotate_right(1);
                bounds[place] = bound;
            }
        }
        let candidates = indices().filter(|&j| {
            let (about, error) = self.about(j);
            about - error <= bounds[k - 1]
        });
        let mut found: Vec<(f64, usize)> = candidates.map(|j| (self.exact(j), j)).collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.truncate(k);
        found
    }
}

/// `work` of every point of `a` with its distances from the points of `b`, in parallel and in order.
pub fn by_rows<T: Send>(a: &Points, b: &Points, work: impl Fn(&Row<'_>) -> T + Sync) -> Vec<T> {
    let (n, m) = (a.plain.nrows(), b.plain.nrows());
    let rounding = (2 * a.plain.ncols() + 16) as f64 * f64::EPSILON;
    let blocks = parallel::map_blocks(n, parallel::rows_together(AT_ONCE, m), |range| {
        let mut products = Array2::zeros((range.len(), m));
        let rows = a.centered.slice(s![range.clone(), ..]);
        matmul_into(-2.0, rows, b.centered.t(), 0.0, products.view_mut(), Threads::One);
        let one = |(index, products)| {
            let (point, norm) = (a.plain.row(index), a.norms[index]);
            work(&Row { index, point, norm, others: b, products, rounding })
        };
        range.zip(products.rows()).map(one).collect::<Vec<T>>()
    });
    blocks.into_iter().flatten().collect()
}

/// The squared distance of each point from its `k`-th nearest other one.
pub fn radii(points: &Points, k: usize) -> Vec<f64> {
    by_rows(points, points, |row| row.nearest(k, Some(row.index))[k - 1].0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::random::Stream;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Also of points on a grid, of which many are equally far, and far from the origin.
        #[test]
        fn neighbours_are_those_of_the_differences(
            seed: u64, n in 5_usize..60, d in 1_usize..5, offset in prop::sample::select(vec![0.0, 1e9, 1e155]),
            grid: bool,
        ) {
            let mut stream = Stream::new(seed, "points", &[]);
            let mut draw = |n| {
                let x: Array2<f64> = stream.normal_array((n, d));
                if grid { x.mapv(f64::round) + offset } else { x + offset }
            };
            let (a, b) = (draw(n), draw(n + 3));
            let space = Space::of(&[&a, &b]);
            let found = by_rows(&space.points(&a), &space.points(&b), |row| row.nearest(4, Some(2)));
            for (x, found) in a.rows().into_iter().zip(found) {
                let squares = b.rows().into_iter().map(|y| x.iter().zip(y).map(|(x, y)| ((x - y) / space.unit).powi(2)).sum());
                let mut want: Vec<(f64, usize)> = squares.enumerate().map(|(j, square): (_, f64)| (square, j)).collect();
                want.remove(2);
                want.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                prop_assert_eq!(&want[..4], &found[..]);
            }
        }
    }
}
