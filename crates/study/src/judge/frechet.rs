//! `|m - m'|^2 + tr(C + C' - 2 (C^(1/2) C' C^(1/2))^(1/2))`

use latent_numeric::linalg::{LinalgError, symmetric_eigen};
use latent_numeric::matmul::matmul;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Mean and covariance of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// The mean, (features).
    pub mean: Array1<f64>,
    /// The covariance, divided by one less than the number of rows, (features, features).
    pub covariance: Array2<f64>,
}

impl Moments {
    /// Of these rows, (samples, features).
    ///
    /// # Panics
    /// If there are not two rows.
    pub fn of(rows: ArrayView2<'_, f32>) -> Self {
        assert!(rows.nrows() >= 2, "Moments: {} rows have no covariance", rows.nrows());
        let rows = rows.mapv(f64::from);
        let mean = rows.mean_axis(Axis(0)).expect("rows");
        let centered = rows - &mean;
        let covariance = matmul(centered.t(), centered.view()) / (centered.nrows() - 1) as f64;
        Self { mean, covariance }
    }
}

/// The squared Fréchet (2-Wasserstein) distance between two Gaussians with these moments (Dowson and Landau 1982,
/// equation 4), in squared units of the features.
///
/// # Errors
/// If a moment is not finite.
///
/// # Panics
/// If they have not as many features.
///
/// ```
/// use latent_study::judge::{Moments, frechet_distance};
/// use ndarray::{Array2, array};
///
/// let at = |x: f64, deviation: f64| Moments { mean: array![x], covariance: array![[deviation * deviation]] };
/// let distance = frechet_distance(&at(0.0, 1.0), &at(3.0, 2.0))?;
/// assert!((distance - (9.0 + 1.0)).abs() < 1e-12);
/// # Ok::<(), latent_numeric::linalg::LinalgError>(())
/// ```
pub fn frechet_distance(a: &Moments, b: &Moments) -> Result<f64, LinalgError> {
    assert_eq!(a.mean.len(), b.mean.len(), "frechet_distance: features");
    let root = square_root(&a.covariance)?;
    let between = matmul(matmul(root.view(), b.covariance.view()).view(), root.view());
    let trace_of_root: f64 = symmetric_eigen(between.view())?.values.iter().map(|&value| value.max(0.0).sqrt()).sum();
    let apart: f64 = (&a.mean - &b.mean).mapv(|d| d * d).sum();
    let traces = a.covariance.diag().sum() + b.covariance.diag().sum();
    // A squared distance; what is below zero is rounding.
    Ok((apart + traces - 2.0 * trace_of_root).max(0.0))
}

/// The symmetric square root of a covariance.
fn square_root(covariance: &Array2<f64>) -> Result<Array2<f64>, LinalgError> {
    let eigen = symmetric_eigen(covariance.view())?;
    let roots = eigen.values.mapv(|value| value.max(0.0).sqrt());
    Ok(matmul((&eigen.vectors * &roots).view(), eigen.vectors.t()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::random::Stream;
    use proptest::prelude::*;

    fn rows(seed: u64, count: usize) -> Array2<f32> {
        let mut stream = Stream::new(seed, "rows", &[]);
        let mix = Array2::from_shape_simple_fn((4, 4), || stream.normal::<f32>());
        Array2::from_shape_simple_fn((count, 4), || stream.normal::<f32>()).dot(&mix)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn it_is_a_distance(seed: u64, apart in -3.0_f32..3.0) {
            let [a, b, c] = [0, 1, 2].map(|k| Moments::of(rows(seed.wrapping_add(k), 50).view()));
            let between = |a: &Moments, b: &Moments| frechet_distance(a, b).unwrap();
            let scale = 1.0 + a.covariance.diag().sum();
            prop_assert!(between(&a, &a) < 1e-6 * scale);
            prop_assert!((between(&a, &b) - between(&b, &a)).abs() < 1e-6 * scale);
            prop_assert!(between(&a, &c).sqrt() <= between(&a, &b).sqrt() + between(&b, &c).sqrt() + 1e-6 * scale);
            // What is only moved is as far as it was moved.
            let moved = Moments::of((&rows(seed, 50) + apart).view());
            let want = 4.0 * f64::from(apart).powi(2);
            prop_assert!((between(&a, &moved) - want).abs() < 1e-3 * (1.0 + want));
        }

        #[test]
        fn of_matrices_that_commute_it_is_between_deviations(
            a in prop::collection::vec(0.0_f64..3.0, 4), b in prop::collection::vec(0.0_f64..3.0, 4), seed: u64,
        ) {
            // Axes turned in the same way.
            let turn = symmetric_eigen(Moments::of(rows(seed, 20).view()).covariance.view()).unwrap().vectors;
            let of = |deviations: &[f64]| {
                let squares = Array1::from_iter(deviations.iter().map(|d| d * d));
                Moments { mean: Array1::zeros(4), covariance: (&turn * &squares).dot(&turn.t()) }
            };
            let want: f64 = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum();
            prop_assert!((frechet_distance(&of(&a), &of(&b)).unwrap() - want).abs() < 1e-5);
        }
    }

    #[test]
    fn moments_are_those_of_the_rows() {
        let moments = Moments::of(ndarray::array![[1.0_f32, 0.0], [3.0, 4.0], [5.0, 2.0]].view());
        assert_eq!(moments.mean, ndarray::array![3.0, 2.0]);
        assert_eq!(moments.covariance, ndarray::array![[4.0, 2.0], [2.0, 4.0]]);
    }
}
