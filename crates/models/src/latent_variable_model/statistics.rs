//! `KL_j` and `Var_x(E[z_j | x])` of each latent dimension

use latent_losses::Elements;
use latent_losses::distributions::DiagonalGaussian;
use latent_losses::divergence::kl_standard_normal;
use latent_metrics::codes;
use latent_numeric::Scalar;
use latent_tensor::no_grad;
use ndarray::{Array1, Ix2};

/// What each latent dimension carries, over all posteriors that were added, batch by batch.
///
/// ```
/// use latent_layers::Context;
/// use latent_models::{LatentStatistics, VaeSettings};
/// use latent_tensor::Tensor;
///
/// let vae = VaeSettings::article(3).build::<f32>([1, 28, 28], 7)?;
/// let mut statistics = LatentStatistics::new(3);
/// for pixel in [0.0, 0.5, 1.0] {
///     statistics.add(&vae.encode(&Tensor::full(&[4, 784], pixel), &mut Context::evaluate())?);
/// }
/// assert_eq!((statistics.samples(), statistics.kl().len()), (12, 3));
/// assert!(statistics.active_units(LatentStatistics::ACTIVE) <= 3);
/// # Ok::<(), latent_models::ModelError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LatentStatistics(codes::LatentStatistics);

impl LatentStatistics {
    /// The variance above which a dimension counts as active: Burda, Grosse and Salakhutdinov 2016, section 5.2.
    pub const ACTIVE: f64 = codes::LatentStatistics::ACTIVE;

    /// Statistics of no posteriors yet.
    pub fn new(latent_dim: usize) -> Self {
        Self(codes::LatentStatistics::new(latent_dim))
    }

    /// Takes the posteriors of a batch into account, (samples, latent_dim).
    ///
    /// # Panics
    /// If they have not as many dimensions.
    #[track_caller]
    pub fn add<E: Scalar>(&mut self, q: &DiagonalGaussian<E>) {
        let divergences = no_grad(|| kl_standard_normal(q.mean(), q.log_var(), Elements));
        self.0.add(q.mean().view_as::<Ix2>(), divergences.view_as::<Ix2>());
    }

    /// The number of posteriors that were added.
    pub fn samples(&self) -> usize {
        self.0.samples()
    }

    /// `mean over x of KL(q(z_j | x) || p(z_j))` of each dimension, in nats; their sum is the divergence of the ELBO.
    pub fn kl(&self) -> Array1<f64> {
        self.0.kl()
    }

    /// `Var_x(E_q[z_j | x])` of each dimension, with the number of samples less one.
    pub fn variance_of_means(&self) -> Array1<f64> {
        self.0.variance_of_means()
    }

    /// The number of dimensions whose posterior means vary more than this.
    pub fn active_units(&self, threshold: f64) -> usize {
        self.0.active_units(threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_losses::MeanOverBatch;
    use latent_numeric::random::Stream;
    use latent_tensor::Tensor;
    use ndarray::{Axis, s};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn batch_by_batch_is_all_at_once(seed: u64, samples in 2_usize..12, cut in 0_usize..12, d in 1_usize..4) {
            let mut stream = Stream::new(seed, "posteriors", &[]);
            let [mean, log_var] = [(); 2].map(|()| stream.normal_array::<f64, _, _>((samples, d)));
            let mut statistics = LatentStatistics::new(d);
            let cut = cut.min(samples);
            for part in [s![..cut, ..], s![cut.., ..]] {
                let part = |x: &ndarray::Array2<f64>| Tensor::constant(x.slice(part).to_owned());
                statistics.add(&DiagonalGaussian::new(part(&mean), part(&log_var)));
            }
            let whole = kl_standard_normal(&Tensor::constant(mean.clone()), &Tensor::constant(log_var), MeanOverBatch);
            prop_assert!((statistics.kl().sum() - whole.item()).abs() < 1e-10);
            let variances = mean.var_axis(Axis(0), 1.0);
            prop_assert!((&statistics.variance_of_means() - &variances).iter().all(|d| d.abs() < 1e-10));
            let active = variances.iter().filter(|v| **v > 0.8).count();
            prop_assert_eq!(statistics.active_units(0.8), active);
        }
    }
}
