//! Log-likelihoods of a linear Gaussian model, which are known.

use latent_metrics::MetricError;
use latent_metrics::likelihood::{
    AisOptions, Density, Schedule, annealed_importance_sampling, bidirectional, log_likelihood,
    reverse_annealed_importance_sampling,
};
use latent_numeric::linalg::Cholesky;
use latent_numeric::random::Stream;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use proptest::prelude::*;

/// `z ~ N(0, I)` of two dimensions, `x ~ N(W z, s^2 I)` of three.
struct Linear {
    w: Array2<f64>,
    variance: f64,
}

impl Linear {
    fn new(seed: u64) -> Self {
        Self { w: Stream::new(seed, "weights", &[]).normal_array((3, 2)), variance: 0.25 }
    }

    /// Rows of data with the codes that they were made from.
    fn draw(&self, n: usize, stream: &mut Stream) -> [Array2<f64>; 2] {
        let z: Array2<f64> = stream.normal_array((n, 2));
        let x = z.dot(&self.w.t()) + stream.normal_array::<f64, _, _>((n, 3)) * self.variance.sqrt();
        [z, x]
    }

    fn log_likelihood(&self, x: &Array2<f64>) -> Array1<f64> {
        let covariance = self.w.dot(&self.w.t()) + Array2::<f64>::eye(3) * self.variance;
        let cholesky = Cholesky::new(covariance.view()).unwrap();
        let squares = cholesky.solve_matrix(x.t()) * x.t();
        let constant = 3.0 * (2.0 * std::f64::consts::PI).ln() + cholesky.log_determinant();
        squares.sum_axis(Axis(0)).mapv(|square| -0.5 * (square + constant))
    }

    /// Mean of each row, and covariance.
    fn posterior(&self, x: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
        let precision = self.w.t().dot(&self.w) / self.variance + Array2::<f64>::eye(2);
        let covariance = Cholesky::new(precision.view()).unwrap().solve_matrix(Array2::eye(2).view());
        (x.dot(&self.w).dot(&covariance) / self.variance, covariance)
    }

    fn log_joint(&self, x: &Array2<f64>, z: ArrayView2<f64>) -> Density {
        let apart = x - &z.dot(&self.w.t());
        let constant = 2.5 * (2.0 * std::f64::consts::PI).ln() + 1.5 * self.variance.ln();
        let squares = apart.mapv(|d| d * d).sum_axis(Axis(1)) / self.variance + z.mapv(|z| z * z).sum_axis(Axis(1));
        Density { values: squares.mapv(|s| -0.5 * s) - constant, gradients: apart.dot(&self.w) / self.variance - z }
    }
}

fn repeated(x: &Array2<f64>, times: usize) -> Array2<f64> {
    x.select(Axis(0), &(0..x.nrows() * times).map(|row| row / times).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Draws of the posterior have equal weights: no error at all.
    #[test]
    fn importance_weights_of_the_posterior_are_exact(seed: u64) {
        let (model, mut stream) = (Linear::new(seed), Stream::new(seed, "draws", &[]));
        let [_, x] = model.draw(4, &mut stream);
        let (means, covariance) = model.posterior(&x);
        let root = Cholesky::new(covariance.view()).unwrap();
        let noise: Array2<f64> = stream.normal_array((4 * 8, 2));
        let z = repeated(&means, 8) + noise.dot(&root.factor().t());
        let constant = 2.0 * (2.0 * std::f64::consts::PI).ln() + root.log_determinant();
        let log_q = noise.mapv(|e| e * e).sum_axis(Axis(1)).mapv(|square| -0.5 * (square + constant));
        let log_weights = model.log_joint(&repeated(&x, 8), z.view()).values - log_q;
        let found = log_likelihood(log_weights.to_shape((4, 8)).unwrap().view()).unwrap();
        let want = model.log_likelihood(&x);
        for (n, value) in found.by_sample.iter().enumerate() {
            prop_assert!((value - want[n]).abs() < 1e-9, "{value}, not {}", want[n]);
            prop_assert!((found.effective_sample_sizes[n] - 8.0).abs() < 1e-6 && found.errors[n] < 1e-6);
        }
    }
}

#[test]
fn importance_sampling_from_the_prior_is_within_its_error() {
    let (model, mut stream) = (Linear::new(3), Stream::new(3, "draws", &[]));
    let [_, x] = model.draw(20, &mut stream);
    let z: Array2<f64> = stream.normal_array((20 * 4000, 2));
    let log_prior = z.mapv(|z| -0.5 * z * z).sum_axis(Axis(1)) - (2.0 * std::f64::consts::PI).ln();
    let log_weights = model.log_joint(&repeated(&x, 4000), z.view()).values - log_prior;
    let found = log_likelihood(log_weights.to_shape((20, 4000)).unwrap().view()).unwrap();
    let want = model.log_likelihood(&x).mean().unwrap();
    assert!((found.mean - want).abs() < 4.0 * found.standard_error, "{} and {want}", found.mean);
    assert!(found.effective_sample_sizes.iter().all(|size| (1.0..2000.0).contains(size)));
}

#[test]
fn annealing_from_both_sides_holds_the_truth() {
    let (model, mut stream) = (Linear::new(5), Stream::new(5, "draws", &[]));
    let [z, x] = model.draw(6, &mut stream);
    let (x_by_chain, chains) = (repeated(&x, 20), 20);
    let log_joint = |z: ArrayView2<f64>| Ok::<_, MetricError>(model.log_joint(&x_by_chain, z));
    let want = model.log_likelihood(&x);
    for schedule in [Schedule::Linear, Schedule::Sigmoid] {
        let options = AisOptions { steps: 200, leapfrogs: 5, schedule, ..Default::default() };
        let forward = annealed_importance_sampling(6 * chains, 2, &options, log_joint).unwrap();
        assert!((0.4..0.99).contains(&forward.acceptance), "{}", forward.acceptance);
        // One draw of the posterior for each of the data is what the model gives; the chains of one begin at the same.
        let reverse = reverse_annealed_importance_sampling(repeated(&z, chains).view(), &options, log_joint).unwrap();
        let table = |weights: Array1<f64>| weights.into_shape_with_order((6, chains)).unwrap();
        let found = bidirectional(table(forward.log_weights).view(), table(reverse.log_weights).view()).unwrap();
        for (n, want) in want.iter().enumerate() {
            let (low, high) = (found.lower.by_sample[n], found.upper.by_sample[n]);
            assert!((low - want).abs() < 4.0 * found.lower.errors[n] + 0.02, "{low} and {want}");
            assert!((high - want).abs() < 0.5, "{high} and {want}");
        }
        assert!(found.gap().abs() < 0.2, "{}", found.gap());
        // Forward chains come to the posterior.
        let apart = forward.codes - repeated(&model.posterior(&x).0, chains);
        assert!(apart.mean_axis(Axis(0)).unwrap().iter().all(|d| d.abs() < 0.15));
    }
}

/// With a path along which nothing changes, all weights are one.
#[test]
fn of_the_prior_itself_it_is_exact() {
    let log_joint = |z: ArrayView2<f64>| {
        let values = z.mapv(|z| -0.5 * z * z).sum_axis(Axis(1)) - 1.5 * (2.0 * std::f64::consts::PI).ln() - 7.0;
        Ok::<_, MetricError>(Density { values, gradients: z.mapv(|z| -z) })
    };
    let options = AisOptions { steps: 20, ..Default::default() };
    let found = annealed_importance_sampling(5, 3, &options, log_joint).unwrap();
    assert!(found.log_weights.iter().all(|log| (log + 7.0).abs() < 1e-10));
    assert_eq!(annealed_importance_sampling(5, 3, &options, log_joint).unwrap(), found);
}

/// An error of the caller's own.
#[derive(Debug, PartialEq)]
struct Mine;

impl From<MetricError> for Mine {
    fn from(_: MetricError) -> Self {
        panic!("no error of this crate")
    }
}

#[test]
fn closures_that_are_wrong() {
    let options = AisOptions { steps: 3, ..Default::default() };
    let of = |values: usize, at: f64| {
        let log_joint = |z: ArrayView2<f64>| {
            Ok::<_, MetricError>(Density { values: Array1::from_elem(values, at), gradients: z.to_owned() })
        };
        annealed_importance_sampling(4, 2, &options, log_joint).unwrap_err().to_string()
    };
    assert_eq!(of(3, 0.0), "annealed importance sampling: values of the joint density number 3, where 4 are expected");
    assert_eq!(
        of(4, f64::NEG_INFINITY),
        "annealed importance sampling: the joint density where chains begin must be finite, but element 0, in row-major \
         order, is -inf"
    );
    assert_eq!(annealed_importance_sampling(4, 2, &options, |_| Err::<Density, _>(Mine)), Err(Mine));
}
