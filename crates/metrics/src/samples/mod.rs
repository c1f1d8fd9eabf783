//! Samples of a model beside real ones, in whatever space of features the caller chooses.
//!
//! | figure | what it says | estimator |
//! |---|---|---|
//! | [`frechet`] | distance of the Gaussians with the samples' moments | unbiased moments, biased distance |
//! | [`kid`] | discrepancy of polynomial moments of order three | unbiased, with its standard error |
//! | [`precision_recall`] | shares of samples in each other's support | balls through the k-th nearest neighbour |
//! | [`density_coverage`] | the same, robust against outliers of the samples | balls about real samples |
//! | [`nearest_neighbours`] | distances from the training samples: remembered ones | exact |
//! | [`modes`] | classes that were seen, and as how many they count | relative frequencies |
//! | [`classifier_score`] | certainty and evenness of classes | in parts |
//!
//! [`beside_floor`] computes each of them for real samples too, which is what a perfect model would get.

mod classifier_score;
mod distances;
mod floor;
mod frechet;
mod kid;
mod manifold;
mod modes;
mod moments;
mod nearest;

pub use classifier_score::{ClassifierScore, classifier_score};
pub use floor::{Beside, beside_floor};
pub use frechet::{FewSamples, Frechet, frechet, frechet_distance};
pub use kid::{Kid, KidEstimator, KidOptions, kid};
pub use manifold::{DensityCoverage, PrecisionRecall, density_coverage, precision_recall};
pub use modes::{Modes, effective_classes, modes};
pub use moments::Moments;
pub use nearest::{NearestNeighbours, nearest_neighbours};

pub(crate) use distances::{Space, by_rows};

use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView2};

/// Two finite samples, so many or more of each, of the same features.
fn pair<E: Scalar>(
    input: Input,
    real: ArrayView2<'_, E>,
    samples: ArrayView2<'_, E>,
    needed: usize,
) -> Result<[Array2<f64>; 2], MetricError> {
    input.same("features of samples", samples.ncols(), real.ncols())?;
    Ok([input.rows("real samples", real, needed)?, input.rows("samples", samples, needed)?])
}
