//! `MIG = mean_k (I(z_(1); v_k) - I(z_(2); v_k)) / H(v_k)`, with the two codes that tell most of a factor

use super::factors::Coded;
use super::information::{self, Information, MutualInformation};
use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::ArrayView2;

/// The mutual information gap of codes; see [`mig`].
#[derive(Clone, Debug, PartialEq)]
pub struct Mig {
    /// The mean over all factors, 0 to 1 up to the error of the estimate.
    pub score: f64,
    /// The gap of each factor; zero of a constant one.
    pub by_factor: Vec<f64>,
    /// What it was computed from, with estimator and number of samples.
    pub information: MutualInformation,
}

/// The mutual information gap: how much more the best code tells of a factor than the second best, as a share of what
/// there is to tell. With a single code the second tells nothing. Constant codes tell nothing, and a constant factor
/// counts with a gap of zero.
///
/// # Shapes
/// `codes` (n, codes), `factors` (n, factors).
///
/// # Errors
/// As [`mutual_information`](super::mutual_information).
///
/// # Source
/// Chen, Li, Grosse and Duvenaud, *Isolating sources of disentanglement in variational autoencoders*, 2018, equation 6,
/// with codes in place of draws; histogram of 20 bins: Locatello et al. 2019, appendix B.
///
/// ```
/// use latent_metrics::disentanglement::{Information, mig};
/// use ndarray::Array2;
///
/// let factors = Array2::from_shape_fn((100, 2), |(n, k)| if k == 0 { n % 10 } else { n / 10 });
/// let codes = factors.mapv(|value| value as f32);
/// assert!((mig(codes.view(), factors.view(), Information::Histogram { bins: 20 })?.score - 1.0).abs() < 1e-9);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn mig<E: Scalar>(
    codes: ArrayView2<'_, E>,
    factors: ArrayView2<'_, usize>,
    estimator: Information,
) -> Result<Mig, MetricError> {
    let input = Input("MIG");
    let information = information::of(input, &Coded::of(input, codes, factors)?, estimator)?;
    let gap = |(k, &entropy): (usize, &f64)| {
        let [first, second] = two_largest(information.information.column(k).iter().copied());
        if entropy > 0.0 { (first - second) / entropy } else { 0.0 }
    };
    let by_factor: Vec<f64> = information.entropies.iter().enumerate().map(gap).collect();
    let score = by_factor.iter().sum::<f64>() / by_factor.len() as f64;
    Ok(Mig { score, by_factor, information })
}

/// The two largest of numbers that are not negative; zero where there are none.
pub fn two_largest(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold(
        [0.0, 0.0],
        |[first, second], value| {
            if value > first { [value, first] } else { [first, second.max(value)] }
        },
    )
}
