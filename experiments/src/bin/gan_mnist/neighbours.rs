//! Which training images are closest to generated ones: are these learned by heart?

use latent_datasets::LabelledImages;
use latent_numeric::matmul::matmul;
use ndarray::{Array1, ArrayView2, Axis};

/// Training images whose distances are computed at once.
const CHUNK: usize = 4096;

/// A training image and the Euclidean distance to it, in pixels of [0, 1].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Its place in the set.
    pub index: usize,
    /// How far it is.
    pub distance: f64,
}

/// The closest image of the set to each of these, (samples, features) in [0, 1].
///
/// # Panics
/// If the set is empty, or its images have another size.
pub fn nearest(images: ArrayView2<'_, f32>, of: &LabelledImages) -> Vec<Neighbour> {
    assert!(!of.is_empty(), "nearest: there are no images");
    let squares = |rows: ArrayView2<'_, f32>| rows.map_axis(Axis(1), |row| row.dot(&row));
    let own: Array1<f32> = squares(images);
    let mut best = vec![Neighbour { index: 0, distance: f64::INFINITY }; images.nrows()];
    for start in (0..of.len()).step_by(CHUNK) {
        let rows = of.rows::<f32>(start..of.len().min(start + CHUNK));
        let theirs = squares(rows.view());
        let products = matmul(images, rows.t());
        for ((best, products), own) in best.iter_mut().zip(products.rows()).zip(&own) {
            for (offset, (product, theirs)) in products.iter().zip(&theirs).enumerate() {
                // Squared, until all are known.
                let distance = f64::from(own - 2.0 * product + theirs);
                if distance < best.distance {
                    *best = Neighbour { index: start + offset, distance };
                }
            }
        }
    }
    for (best, image) in best.iter_mut().zip(images.rows()) {
        // Once more, without the cancellation.
        let found = of.rows::<f32>(&[best.index][..]);
        best.distance = image.iter().zip(found.iter()).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt();
    }
    best
}

/// The middle of the distances.
///
/// # Panics
/// If there are none.
pub fn median_distance(of: &[Neighbour]) -> f64 {
    let mut distances: Vec<f64> = of.iter().map(|neighbour| neighbour.distance).collect();
    distances.sort_by(f64::total_cmp);
    distances[distances.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_datasets::synthetic::strokes;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn no_image_is_closer(seed in 0_u64..100, count in 1_u64..40) {
            let (set, others) = (strokes::generate(seed, 0..count), strokes::generate(seed + 1, 0..5));
            let (all, images) = (set.rows::<f32>(0..set.len()), others.rows::<f32>(0..5));
            for (image, found) in images.rows().into_iter().zip(nearest(images.view(), &set)) {
                let distance = |row: ndarray::ArrayView1<'_, f32>| {
                    row.iter().zip(image).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
                };
                prop_assert!((distance(all.row(found.index)) - found.distance).abs() < 1e-6);
                prop_assert!(all.rows().into_iter().all(|row| distance(row) > found.distance - 1e-3));
            }
        }
    }

    #[test]
    fn an_image_of_the_set_is_its_own_neighbour() {
        let set = strokes::generate(3, 0..6000);
        let some = set.rows::<f32>(&[5, 5321][..]);
        let found = nearest(some.view(), &set);
        assert_eq!(found.iter().map(|found| found.index).collect::<Vec<_>>(), [5, 5321]);
        assert_eq!(median_distance(&found), 0.0);
    }
}
