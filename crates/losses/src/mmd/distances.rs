//! `D_ij = ||x_i - y_j||^2` from the differences themselves
//!
//! Squares and products of the points would cancel where the points are far from the origin. The rules need two maps
//! more, which are linear in the differences and closed under differentiation: `W_i = sum_j c_ij (x_i - y_j)` and
//! `P_ij = <g_i, x_i - y_j>`.

use latent_numeric::{Scalar, parallel};
use latent_tensor::{Arguments, Operator, Tensor};
use ndarray::{Array2, ArrayD, Ix2, IxDyn};

struct SquaredDistances;

impl<E: Scalar> Operator<E> for SquaredDistances {
    fn name(&self) -> &'static str {
        "squared_distances"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, y) = (arguments.input(0), arguments.input(1));
        let two = cotangent * E::of(2.0);
        vec![
            arguments.needed(0).then(|| weighted_differences(&two, x, y)),
            arguments.needed(1).then(|| weighted_differences(&two.transpose(), y, x)),
        ]
    }
}

struct WeightedDifferences;

impl<E: Scalar> Operator<E> for WeightedDifferences {
    fn name(&self) -> &'static str {
        "weighted_differences"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let [c, x, y] = [0, 1, 2].map(|k| arguments.input(k));
        vec![
            arguments.needed(0).then(|| products_with_differences(cotangent, x, y)),
            arguments.needed(1).then(|| c.sum_axes(&[1], true) * cotangent),
            arguments.needed(2).then(|| -c.transpose().matmul(cotangent)),
        ]
    }
}

struct ProductsWithDifferences;

impl<E: Scalar> Operator<E> for ProductsWithDifferences {
    fn name(&self) -> &'static str {
        "products_with_differences"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let [g, x, y] = [0, 1, 2].map(|k| arguments.input(k));
        vec![
            arguments.needed(0).then(|| weighted_differences(cotangent, x, y)),
            arguments.needed(1).then(|| cotangent.sum_axes(&[1], true) * g),
            arguments.needed(2).then(|| -cotangent.transpose().matmul(g)),
        ]
    }
}

/// `||x_i - y_j||^2` for points (N, d) and (M, d), shape (N, M); never negative.
pub fn squared_distances<E: Scalar>(x: &Tensor<E>, y: &Tensor<E>) -> Tensor<E> {
    let (points, coordinates) = (rows(x), rows(&y.detach().transpose()));
    let value = by_rows([points.nrows(), coordinates.ncols()], |i, out| {
        let pairs = points.row(i).into_iter().zip(coordinates.rows());
        pairs.for_each(|(&x, ys)| add_squares(x, ys.to_slice().expect("row-major"), out));
    });
    Tensor::from_operator(SquaredDistances, vec![x.clone(), y.clone()], value)
}

/// `sum_j c_ij (x_i - y_j)`, shape (N, d).
fn weighted_differences<E: Scalar>(c: &Tensor<E>, x: &Tensor<E>, y: &Tensor<E>) -> Tensor<E> {
    let (weights, points, others) = (rows(c), rows(x), rows(y));
    let value = by_rows([points.nrows(), points.ncols()], |i, out| {
        let point = points.row(i);
        let (point, pairs) = (point.to_slice().expect("row-major"), weights.row(i).into_iter().zip(others.rows()));
        pairs.for_each(|(&c, y)| add_differences(c, point, y.to_slice().expect("row-major"), out));
    });
    Tensor::from_operator(WeightedDifferences, vec![c.clone(), x.clone(), y.clone()], value)
}

/// `<g_i, x_i - y_j>`, shape (N, M).
fn products_with_differences<E: Scalar>(g: &Tensor<E>, x: &Tensor<E>, y: &Tensor<E>) -> Tensor<E> {
    let (factors, points, coordinates) = (rows(g), rows(x), rows(&y.detach().transpose()));
    let value = by_rows([points.nrows(), coordinates.ncols()], |i, out| {
        let pairs = factors.row(i).into_iter().zip(points.row(i)).zip(coordinates.rows());
        pairs.for_each(|((&g, &x), ys)| add_products(g, x, ys.to_slice().expect("row-major"), out));
    });
    Tensor::from_operator(ProductsWithDifferences, vec![g.clone(), x.clone(), y.clone()], value)
}

fn rows<E: Scalar>(x: &Tensor<E>) -> Array2<E> {
    x.view_as::<Ix2>().as_standard_layout().into_owned()
}

/// Rows that are computed by one thread at a time. Each depends on itself alone.
const BLOCK: usize = 16;

/// A matrix whose rows are added up from zero.
fn by_rows<E: Scalar>([rows, columns]: [usize; 2], fill: impl Fn(usize, &mut [E]) + Sync) -> ArrayD<E> {
    let blocks = parallel::map_blocks(rows, BLOCK, |range| {
        let mut block = vec![E::zero(); range.len() * columns];
        if columns > 0 {
            block.chunks_exact_mut(columns).zip(range).for_each(|(out, i)| fill(i, out));
        }
        block
    });
    ArrayD::from_shape_vec(IxDyn(&[rows, columns]), blocks.concat()).expect("each element once")
}

latent_numeric::vectorized! {
    fn add_squares<E: Scalar>(x: E, ys: &[E], out: &mut [E]) {
        out.iter_mut().zip(ys).for_each(|(out, &y)| *out += (x - y) * (x - y));
    }

    fn add_differences<E: Scalar>(c: E, x: &[E], y: &[E], out: &mut [E]) {
        out.iter_mut().zip(x.iter().zip(y)).for_each(|(out, (&x, &y))| *out += c * (x - y));
    }

    fn add_products<E: Scalar>(g: E, x: E, ys: &[E], out: &mut [E]) {
        out.iter_mut().zip(ys).for_each(|(out, &y)| *out += g * (x - y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::array;
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn gradients_of_order_one_and_two(seed: u64, n in 1_usize..4, m in 1_usize..4) {
            let one = |k: u64, shape: [usize; 2]| array(seed / k, &shape, -2.0, 2.0);
            let (x, y) = (one(1, [n, 3]), one(2, [m, 3]));
            prop_assert_eq!(gradients(&[x.clone(), y.clone()], |x| squared_distances(&x[0], &x[1])), Ok(()));
            prop_assert_eq!(gradients(&[one(3, [n, m]), x.clone(), y.clone()], |x| {
                weighted_differences(&x[0], &x[1], &x[2])
            }), Ok(()));
            prop_assert_eq!(gradients(&[one(3, [n, 3]), x.clone(), y], |x| {
                products_with_differences(&x[0], &x[1], &x[2])
            }), Ok(()));
            // A sample with itself.
            prop_assert_eq!(gradients(&[x], |x| squared_distances(&x[0], &x[0])), Ok(()));
        }
    }
}
