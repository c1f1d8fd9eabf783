//! Distances to the nearest pixel of another kind.

use ndarray::{Array2, ArrayView2, ArrayViewMut1, Axis};

/// The squared distance from the middle of each pixel to that of the nearest one that is not `ink`; zero there.
///
/// Exact, in time proportional to the pixels: along rows, then along columns the lower envelope of parabolas
/// (Felzenszwalb and Huttenlocher, *Distance transforms of sampled functions*, Theory of Computing 2012). Infinite
/// where all is ink.
pub(super) fn squared_distances(ink: ArrayView2<bool>) -> Array2<f64> {
    let mut squares = ink.mapv(|ink| if ink { f64::INFINITY } else { 0.0 });
    for axis in [Axis(1), Axis(0)] {
        squares.lanes_mut(axis).into_iter().for_each(envelope);
    }
    squares
}

/// Replaces `f(i)` by `min_j f(j) + (i - j)^2`.
fn envelope(mut line: ArrayViewMut1<f64>) {
    // The parabolas of the envelope from left to right: their roots, heights, and where each begins to be the lowest.
    let mut lowest: Vec<(f64, f64, f64)> = Vec::with_capacity(line.len());
    for (root, &height) in line.iter().enumerate().filter(|(_, height)| height.is_finite()) {
        let root = root as f64;
        let mut from = f64::NEG_INFINITY;
        while let Some(&(other, its, begins)) = lowest.last() {
            from = ((height + root * root) - (its + other * other)) / (2.0 * (root - other));
            if from > begins {
                break;
            }
            lowest.pop();
            from = f64::NEG_INFINITY;
        }
        lowest.push((root, height, from));
    }
    let mut at = 0;
    if lowest.is_empty() {
        return;
    }
    for (i, to) in line.iter_mut().enumerate() {
        let i = i as f64;
        while lowest.get(at + 1).is_some_and(|next| next.2 < i) {
            at += 1;
        }
        let (root, height, _) = lowest[at];
        *to = height + (i - root).powi(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_nearest_of_all(height in 1_usize..9, width in 1_usize..9, bits in prop::collection::vec(0_u8..4, 64)) {
            let ink = Array2::from_shape_fn((height, width), |(y, x)| bits[y * width + x] > 0);
            for ((pixel, found), &own) in squared_distances(ink.view()).indexed_iter().zip(&ink) {
                let square = |(y, x): (usize, usize)| (y.abs_diff(pixel.0).pow(2) + x.abs_diff(pixel.1).pow(2)) as f64;
                let others = ink.indexed_iter().filter(|(_, ink)| !**ink).map(|(other, _)| square(other));
                prop_assert_eq!(*found, others.fold(f64::INFINITY, f64::min));
                prop_assert_eq!(own, *found > 0.0);
            }
        }
    }
}
