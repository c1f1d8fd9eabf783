//! `E_x[KL(q(z | x) || p(z))] = I(x; z) + KL(q(z) || prod_j q(z_j)) + sum_j KL(q(z_j) || p(z_j))`, with the aggregated
//! posterior `q(z) = 1/N sum_n q(z | x_n)`
//!
//! Chen, Li, Grosse and Duvenaud, *Isolating sources of disentanglement in variational autoencoders*, 2018, equation
//! 2. The terms are the index-code mutual information, the total correlation and the dimension-wise divergence.

use crate::distributions::{DiagonalGaussian, gaussian_log_density};
use crate::error::{LossError, check_same_shape, check_setting};
use crate::{PerSample, Reduction};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::Array2;

/// How `q(z)` is estimated from a batch of B out of a data set of N samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinibatchSampling {
    /// `q(z) ~ 1 / (N B) sum_m q(z | x_m)`, a biased estimate; equation 5 of the paper.
    Weighted,
    /// The batch as a sample without replacement that has `z`'s own data point in it: weight `1 / N` for that, and
    /// `(N - 1) / N / (B - 1)` for each of the others; appendix C.2. (The paper gives one of the others a smaller
    /// weight than the rest; this is the mean over which one.) With the whole data set as the batch it is exact.
    Stratified,
}

/// The three parts of the mean divergence: means over the batch, in nats per sample.
#[derive(Clone, Debug)]
pub struct KlDecomposition<E: Scalar> {
    /// `ln q(z | x) - ln q(z)`
    pub index_code_mutual_information: Tensor<E>,
    /// `ln q(z) - sum_j ln q(z_j)`
    pub total_correlation: Tensor<E>,
    /// `sum_j ln q(z_j) - ln p(z)`
    pub dimension_wise_kl: Tensor<E>,
}

impl<E: Scalar> KlDecomposition<E> {
    /// `alpha I + beta TC + lambda DKL`, the divergence term of the beta-TCVAE (equation 4). With weights of one it is
    /// a Monte Carlo estimate of the mean divergence, whatever the sampling.
    ///
    /// ```
    /// use latent_losses::{MinibatchSampling, decompose_kl, distributions::{DiagonalGaussian, Reparameterized}};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let q = DiagonalGaussian::new(Tensor::<f64>::ones(&[8, 2]), Tensor::zeros(&[8, 2]));
    /// let z = q.rsample(&mut Stream::new(1, "posterior", &[]));
    /// let parts = decompose_kl(&z, &q, 60_000, MinibatchSampling::Stratified)?;
    /// assert_eq!(parts.weighted(0.0, 1.0, 0.0).item(), parts.total_correlation.item());
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    #[must_use]
    pub fn weighted(&self, alpha: E, beta: E, lambda: E) -> Tensor<E> {
        &self.index_code_mutual_information * alpha + &self.total_correlation * beta + &self.dimension_wise_kl * lambda
    }
}

/// Decomposes the divergence of Gaussian posteriors from the standard normal distribution, from one draw each.
///
/// # Shapes
/// `z` and the posterior's parameters are (B, d): row n of `z` is a draw from `q(z | x_n)`.
///
/// ```
/// use latent_losses::{MinibatchSampling, decompose_kl, distributions::{DiagonalGaussian, Reparameterized}};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// // Equal posteriors say nothing about the sample, and have independent dimensions.
/// let q = DiagonalGaussian::new(Tensor::<f64>::ones(&[8, 2]), Tensor::zeros(&[8, 2]));
/// let z = q.rsample(&mut Stream::new(1, "posterior", &[]));
/// let parts = decompose_kl(&z, &q, 8, MinibatchSampling::Stratified)?;
/// assert!(parts.index_code_mutual_information.item().abs() < 1e-14);
/// assert!(parts.total_correlation.item().abs() < 1e-14);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If the data set has fewer samples than the batch.
///
/// # Panics
/// If the shapes do not fit, or, stratified, the batch has fewer than two samples.
#[track_caller]
pub fn decompose_kl<E: Scalar>(
    z: &Tensor<E>,
    q: &DiagonalGaussian<E>,
    dataset_size: usize,
    sampling: MinibatchSampling,
) -> Result<KlDecomposition<E>, LossError> {
    check_same_shape("decompose_kl", ("z", z), ("q", q.mean()));
    assert!(z.rank() == 2, "decompose_kl: draws of the shape {:?}, not (B, d)", z.shape());
    let batch = z.shape()[0];
    let enough = dataset_size >= batch;
    check_setting(enough, "dataset_size", dataset_size as f64, "as many samples as the batch has, or more")?;
    let log_weights: Tensor<E> = Tensor::constant(log_weights(batch, dataset_size, sampling).mapv(E::of));

    // ln q(z_i | x_j) in each dimension, (B, B, d).
    let pairs = gaussian_log_density(&z.unsqueeze(1), &q.mean().unsqueeze(0), &q.log_var().unsqueeze(0));
    let aggregated = (pairs.sum_axes(&[2], false) + &log_weights).logsumexp(&[1], false);
    let marginals = (pairs + log_weights.unsqueeze(2)).logsumexp(&[1], false).sum_axes(&[1], false);
    let zero = Tensor::scalar(E::zero());
    let own = PerSample.reduce(&gaussian_log_density(z, q.mean(), q.log_var()));
    let prior = PerSample.reduce(&gaussian_log_density(z, &zero, &zero));
    Ok(KlDecomposition {
        index_code_mutual_information: (own - &aggregated).mean(),
        total_correlation: (aggregated - &marginals).mean(),
        dimension_wise_kl: (marginals - prior).mean(),
    })
}

/// The logarithm of the weight of `q(z_i | x_j)` in the estimate of `q(z_i)`.
#[track_caller]
fn log_weights(batch: usize, dataset_size: usize, sampling: MinibatchSampling) -> Array2<f64> {
    let (b, n) = (batch as f64, dataset_size as f64);
    match sampling {
        MinibatchSampling::Weighted => Array2::from_elem((batch, batch), -(n * b).ln()),
        MinibatchSampling::Stratified => {
            assert!(batch > 1, "decompose_kl: stratified sampling needs a batch of two samples or more, not {batch}");
            let others = b - 1.0;
            Array2::from_shape_fn((batch, batch), |(i, j)| if i == j { 1.0 } else { (n - 1.0) / others } / n)
                .mapv_into(f64::ln)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::{Distribution, Reparameterized};
    use crate::divergence::kl_standard_normal;
    use crate::testing::{array, close, constant, mean_and_error};
    use latent_numeric::random::Stream;
    use latent_tensor::check::gradients;
    use latent_tensor::{GradOptions, grad};
    use proptest::prelude::*;

    const BOTH: [MinibatchSampling; 2] = [MinibatchSampling::Weighted, MinibatchSampling::Stratified];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn the_parts_sum_to_the_divergence(seed: u64, more in 0_usize..1000) {
            let (m, v) = (constant(seed, &[5, 3], -2.0, 2.0), constant(seed / 2, &[5, 3], -2.0, 1.0));
            let q = DiagonalGaussian::new(m, v);
            let z = q.sample(&mut Stream::new(seed, "draws", &[]));
            let of_draws = (q.log_prob(&z) - DiagonalGaussian::standard(&[5, 3]).log_prob(&z)).mean().item();
            for sampling in BOTH {
                let parts = decompose_kl(&z, &q, 5 + more, sampling).unwrap();
                prop_assert!(close(parts.weighted(1.0, 1.0, 1.0).item(), of_draws));
            }
        }

        #[test]
        fn gradients_of_order_one_and_two(seed: u64) {
            let one = |k: u64| array(seed / k, &[4, 2], -1.0, 1.0);
            for sampling in BOTH {
                prop_assert_eq!(gradients(&[one(1), one(2), one(3)], |x| {
                    let q = DiagonalGaussian::new(x[1].clone(), x[2].clone());
                    decompose_kl(&x[0], &q, 20, sampling).unwrap().weighted(1.0, 6.0, 0.5)
                }), Ok(()));
            }
        }

        #[test]
        fn stratified_weights_sum_to_one(batch in 2_usize..9, more in 0_usize..500) {
            let weights = log_weights(batch, batch + more, MinibatchSampling::Stratified).mapv(f64::exp);
            prop_assert!(weights.rows().into_iter().all(|row| (row.sum() - 1.0_f64).abs() < 1e-12));
        }
    }

    /// With the whole data set as the batch, stratified sampling is the definition of `q(z)`.
    #[test]
    fn whole_data_sets_are_exact() {
        let n = 6;
        let q = DiagonalGaussian::new(constant(3, &[n, 2], -2.0, 2.0), constant(4, &[n, 2], -1.0, 0.0));
        let z = q.sample(&mut Stream::new(5, "draws", &[]));
        let parts = decompose_kl(&z, &q, n, MinibatchSampling::Stratified).unwrap();
        let (z, mean, log_var) = (z.to_array(), q.mean().to_array(), q.log_var().to_array());
        let density = |i: usize, j: usize, d: usize| {
            let variance = f64::exp(log_var[[j, d]]);
            (-(z[[i, d]] - mean[[j, d]]).powi(2) / (2.0 * variance)).exp()
                / (2.0 * std::f64::consts::PI * variance).sqrt()
        };
        let (mut information, mut correlation) = (0.0, 0.0);
        for i in 0..n {
            let joint = |j| density(i, j, 0) * density(i, j, 1);
            let aggregated = (0..n).map(joint).sum::<f64>() / n as f64;
            let marginal = |d| (0..n).map(|j| density(i, j, d)).sum::<f64>() / n as f64;
            information += (joint(i) / aggregated).ln() / n as f64;
            correlation += (aggregated / (marginal(0) * marginal(1))).ln() / n as f64;
        }
        assert!(close(parts.index_code_mutual_information.item(), information));
        assert!(close(parts.total_correlation.item(), correlation));
    }

    /// Means that are equal in both dimensions correlate, independent ones do not.
    #[test]
    fn correlated_codes_are_told_from_independent_ones() {
        let n = 400;
        let correlation = |equal: bool| {
            let all: Vec<f64> = (0..10)
                .map(|run| {
                    let mut stream = Stream::new(run, "codes", &[]);
                    let first: Tensor<f64> = Tensor::normal(&[n, 1], &mut stream);
                    let second = if equal { first.clone() } else { Tensor::normal(&[n, 1], &mut stream) };
                    let q =
                        DiagonalGaussian::new(Tensor::concatenate(&[first, second], 1), Tensor::full(&[n, 2], -2.0));
                    let z = q.rsample(&mut stream);
                    decompose_kl(&z, &q, n, MinibatchSampling::Stratified).unwrap().total_correlation.item()
                })
                .collect();
            mean_and_error(&all)
        };
        // The variance of z_j is 1 + e^-2, the covariance is 1: -1/2 ln(1 - r^2).
        let r = 1.0 / (1.0 + (-2.0_f64).exp());
        let want = -0.5 * (1.0 - r * r).ln();
        let (mean, error) = correlation(true);
        assert!((mean - want).abs() < 5.0 * error + 0.05, "{mean} +- {error}, not {want}");
        let (mean, _) = correlation(false);
        assert!(mean.abs() < 0.15, "{mean} of independent codes");
    }

    #[test]
    fn the_mean_over_draws_is_the_closed_form() {
        let q = DiagonalGaussian::new(constant(1, &[4, 2], -1.0, 1.0), constant(2, &[4, 2], -1.0, 1.0));
        let want = kl_standard_normal(q.mean(), q.log_var(), crate::MeanOverBatch).item();
        let mut stream = Stream::new(2, "draws", &[]);
        let draws: Vec<f64> = (0..2000)
            .map(|_| {
                let z = q.sample(&mut stream);
                decompose_kl(&z, &q, 50, MinibatchSampling::Weighted).unwrap().weighted(1.0, 1.0, 1.0).item()
            })
            .collect();
        let (mean, error) = mean_and_error(&draws);
        assert!((mean - want).abs() < 5.0 * error, "{mean} +- {error}, not {want}");
    }

    /// Posteriors so narrow that a draw is its own mean, and that no other explains it.
    #[test]
    fn narrow_posteriors() {
        let mean = Tensor::variable(ndarray::array![[0.0_f32, 1.0], [2.0, -1.0], [0.5, 4.0]]);
        for log_var in [-90.0_f32, -200.0, -1e4] {
            let log_var = Tensor::variable(Array2::from_elem((3, 2), log_var));
            let q = DiagonalGaussian::new(mean.clone(), log_var.clone());
            for sampling in BOTH {
                let parts = decompose_kl(&q.mean().detach(), &q, 3, sampling).unwrap();
                let of_draws =
                    q.log_prob(&mean.detach()) - DiagonalGaussian::standard(&[3, 2]).log_prob(&mean.detach());
                let total = parts.weighted(1.0, 1.0, 1.0);
                assert!((total.item() / of_draws.mean().item() - 1.0).abs() < 1e-5, "{total:?}");
                // Each sample has a code of its own.
                let weight: f64 = if sampling == MinibatchSampling::Weighted { 9.0 } else { 3.0 };
                assert!((f64::from(parts.index_code_mutual_information.item()) - weight.ln()).abs() < 2e-3);
                let slopes = grad(&[total], &[mean.clone(), log_var.clone()], GradOptions::default());
                assert!(slopes.iter().all(|slope| slope.array().iter().all(|x| x.is_finite())), "{slopes:?}");
            }
        }
    }

    #[test]
    fn data_sets_smaller_than_the_batch() {
        let q = DiagonalGaussian::<f32>::standard(&[4, 2]);
        let error = decompose_kl(q.mean(), &q, 3, MinibatchSampling::Weighted).unwrap_err().to_string();
        assert_eq!(error, "dataset_size is 3, which is not as many samples as the batch has, or more");
    }
}
