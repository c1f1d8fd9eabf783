//! `|m - m'|^2 + tr(C + C' - 2 (C^(1/2) C' C^(1/2))^(1/2))`

use super::Moments;
use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use latent_numeric::linalg::symmetric_eigen;
use latent_numeric::matmul::matmul;
use ndarray::{Array2, ArrayView2};

/// The squared Fréchet distance of two samples, and what it was estimated from; see [`frechet`].
#[derive(Clone, Debug, PartialEq)]
pub struct Frechet {
    /// The squared distance between the Gaussians with the samples' moments, in squared units of the features: real and
    /// never negative, also where a covariance has not full rank.
    pub squared: f64,
    /// The number of features.
    pub features: usize,
    /// How many samples there are of each of the two.
    pub samples: [usize; 2],
    /// Whether a sample has no more rows than features, so that its covariance has not full rank whatever the
    /// distribution.
    pub rank_deficient: bool,
    /// What is to be said beside the figure where there are few samples.
    pub warning: Option<FewSamples>,
}

/// There are fewer samples than twice the features: the bias of the distance, which is positive and falls as
/// `1 / samples`, is then of the size of the distance itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{samples} samples for {features} features, less than twice as many: the distance is mostly bias")]
pub struct FewSamples {
    /// The samples of the smaller set.
    pub samples: usize,
    /// The features.
    pub features: usize,
}

/// The squared Fréchet distance between the Gaussians that have the moments of two samples of features: with features
/// of an Inception network, the Fréchet inception distance.
///
/// # Shapes
/// Rows are samples: (n, d) and (m, d).
///
/// # Estimator
/// Means and unbiased covariances are put into the formula of [`frechet_distance`]. It is biased upwards by a
/// term in `1 / n` that depends on the distribution (Bińkowski et al. 2018, section 4; Chong and Forsyth 2020): compare
/// figures of equal sample sizes alone, beside their floor ([`beside_floor`](super::beside_floor)).
///
/// # Errors
/// Fewer than two samples, other features, elements that are not finite.
///
/// # Source
/// Heusel et al., *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, 2017, equation
/// 6.
///
/// ```
/// use latent_metrics::samples::frechet;
/// use ndarray::array;
///
/// let real = array![[0.0_f32, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0], [1.0, 1.0]];
/// let distance = frechet(real.view(), (&real + 3.0).view())?;
/// assert!((distance.squared - 18.0).abs() < 1e-12);
/// assert!(!distance.rank_deficient && distance.warning.is_none());
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn frechet<E: Scalar>(real: ArrayView2<'_, E>, samples: ArrayView2<'_, E>) -> Result<Frechet, MetricError> {
    let input = Input("Fréchet distance");
    let [real, samples] = super::pair(input, real, samples, 2)?;
    let squared = frechet_distance(&Moments::of(real.view()), &Moments::of(samples.view()))?;
    let (features, counts) = (real.ncols(), [real.nrows(), samples.nrows()]);
    let fewest = counts[0].min(counts[1]);
    let warning = (fewest < 2 * features).then_some(FewSamples { samples: fewest, features });
    Ok(Frechet { squared, features, samples: counts, rank_deficient: fewest <= features, warning })
}

/// The squared Fréchet (2-Wasserstein) distance between two Gaussians with these moments (Dowson and Landau 1982,
/// equation 4), in squared units of the features.
///
/// The root of the product is taken through the symmetric `C^(1/2) C' C^(1/2)`, whose eigenvalues are real; those below
/// zero are rounding and count as zero. So the distance is real and never negative, also of covariances without full
/// rank.
///
/// # Errors
/// If a moment is not finite.
///
/// # Panics
/// If they have not as many features.
///
/// ```
/// use latent_metrics::samples::{Moments, frechet_distance};
/// use ndarray::{Array2, array};
///
/// let at = |x: f64, deviation: f64| Moments { mean: array![x], covariance: array![[deviation * deviation]] };
/// let distance = frechet_distance(&at(0.0, 1.0), &at(3.0, 2.0))?;
/// assert!((distance - (9.0 + 1.0)).abs() < 1e-12);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn frechet_distance(a: &Moments, b: &Moments) -> Result<f64, MetricError> {
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
fn square_root(covariance: &Array2<f64>) -> Result<Array2<f64>, MetricError> {
    let eigen = symmetric_eigen(covariance.view())?;
    let roots = eigen.values.mapv(|value| value.max(0.0).sqrt());
    Ok(matmul((&eigen.vectors * &roots).view(), eigen.vectors.t()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::random::Stream;
    use ndarray::Array1;
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

        #[test]
        fn turning_both_samples_changes_nothing(seed: u64) {
            let turn = symmetric_eigen(Moments::of(rows(seed, 20).view()).covariance.view()).unwrap().vectors;
            let [a, b] = [1, 2].map(|k| rows(seed ^ k, 30).mapv(f64::from));
            let plain = frechet(a.view(), b.view()).unwrap().squared;
            let turned = frechet(a.dot(&turn).view(), b.dot(&turn).view()).unwrap().squared;
            prop_assert!((plain - turned).abs() < 1e-6 * (1.0 + plain));
        }

        #[test]
        fn it_is_real_with_fewer_samples_than_features(seed: u64, n in 2_usize..5) {
            let found = frechet(rows(seed, n).view(), rows(seed ^ 1, n).view()).unwrap();
            prop_assert!(found.squared.is_finite() && found.squared >= 0.0 && found.rank_deficient);
            prop_assert_eq!(found.warning, Some(FewSamples { samples: n, features: 4 }));
        }
    }
}
