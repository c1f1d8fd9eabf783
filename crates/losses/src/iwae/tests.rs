//! The bounds on a linear-Gaussian model, whose likelihood is known: `z ~ N(0, I)`, `x = W z + b + s e`, so that
//! `x ~ N(b, W W^T + s^2 I)`.

use super::*;
use crate::PerSample;
use crate::distributions::{DiagonalGaussian, Distribution, Gaussian, Reparameterized};
use crate::divergence::kl_standard_normal;
use crate::reconstruction::{Sigma, gaussian_nll};
use crate::testing::{array, close, mean_and_error};
use crate::{ElboWeights, elbo};
use latent_numeric::random::Stream;
use latent_tensor::check::gradients;
use latent_tensor::{GradOptions, grad};
use ndarray::{Array2, ArrayD};
use proptest::prelude::*;

const LATENT: usize = 2;
const OBSERVED: usize = 3;
const NOISE: f64 = 0.7;

/// The model and one observation.
struct Model {
    w: Tensor<f64>,
    b: Tensor<f64>,
    x: Tensor<f64>,
}

impl Model {
    fn new(seed: u64) -> Self {
        let [w, b, x] = [(1, [OBSERVED, LATENT]), (2, [1, OBSERVED]), (3, [1, OBSERVED])]
            .map(|(k, shape)| Tensor::constant(array(seed / k, &shape, -1.0, 1.0)));
        Self { w, b, x }
    }

    fn covariance(&self) -> Tensor<f64> {
        let noise = Tensor::constant(Array2::<f64>::eye(OBSERVED)) * (NOISE * NOISE);
        self.w.matmul(&self.w.transpose()) + noise
    }

    /// `ln p(x)`
    fn log_likelihood(&self) -> f64 {
        let covariance = self.covariance().unsqueeze(0);
        Gaussian::from_covariance(self.b.clone(), &covariance).unwrap().log_prob(&self.x).item()
    }

    /// `(N, latent)` draws to log-weights `(N)`.
    fn log_weights(&self, z: &Tensor<f64>, q: &DiagonalGaussian<f64>) -> Tensor<f64> {
        let mean = z.matmul(&self.w.transpose()) + &self.b;
        let x = self.x.broadcast_to(mean.shape());
        let nll = gaussian_nll(&mean, &x, Sigma::Fixed(NOISE), PerSample).unwrap();
        DiagonalGaussian::standard(z.shape()).log_prob(z) - nll - q.log_prob(z)
    }

    /// `k` log-weights for each of `n` independent experiments.
    fn experiments(&self, q: &DiagonalGaussian<f64>, n: usize, k: usize, stream: &mut Stream) -> Tensor<f64> {
        let q = q.repeat(n * k);
        self.log_weights(&q.rsample(stream), &q).reshape(&[n, k])
    }

    /// `-E_q[ln p(x | z)] + KL(q || p)` in closed form.
    fn negative_elbo(&self, q: &DiagonalGaussian<f64>) -> f64 {
        let mean = q.mean().matmul(&self.w.transpose()) + &self.b;
        let nll = gaussian_nll(&mean, &self.x, Sigma::Fixed(NOISE), PerSample).unwrap();
        let spread = q.log_var().exp().matmul(&self.w.square().transpose()).sum_axes(&[1], false);
        let kl = kl_standard_normal(q.mean(), q.log_var(), PerSample);
        elbo(&(nll + spread / (2.0 * NOISE * NOISE)), &kl, ElboWeights::default()).unwrap().loss.item()
    }
}

fn posterior(seed: u64) -> DiagonalGaussian<f64> {
    let [mean, log_var] = [5, 7].map(|k| Tensor::constant(array(seed / k, &[1, LATENT], -0.8, 0.8)));
    DiagonalGaussian::new(mean, log_var)
}

/// The bound from the first `k` of the draws.
fn first(log_weights: &Tensor<f64>, k: usize) -> Vec<f64> {
    iwae(&log_weights.slice(ndarray::s![.., ..k])).to_array().into_raw_vec_and_offset().0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_bounds_are_in_order(seed: u64) {
        let (model, q) = (Model::new(seed), posterior(seed));
        let mut stream = Stream::new(seed, "bounds", &[]);
        let log_weights = model.experiments(&q, 3000, 9, &mut stream);
        let elbo = -model.negative_elbo(&q);
        let (mean, error) = mean_and_error(&first(&log_weights, 1));
        prop_assert!((mean - elbo).abs() < 5.0 * error, "IWAE_1 is {mean} +- {error}, the ELBO is {elbo}");
        for k in 1..9 {
            // Differences of the same draws. The bound of k draws is taken as the mean over all choices of k out of
            // k + 1, for which the inequality holds in every experiment, up to rounding.
            let more = first(&log_weights, k + 1);
            let of_choices: Vec<Vec<f64>> = (0..=k).map(|left_out| {
                let chosen: Vec<usize> = (0..=k).filter(|&i| i != left_out).collect();
                first(&log_weights.index_select(1, &chosen), k)
            }).collect();
            for (n, more) in more.iter().enumerate() {
                let fewer = of_choices.iter().map(|bounds| bounds[n]).sum::<f64>() / (k + 1) as f64;
                prop_assert!(fewer <= more + 1e-9, "IWAE_{k} {fewer}, IWAE_{} {more}", k + 1);
            }
        }
        let (mean, error) = mean_and_error(&first(&log_weights, 9));
        let log_likelihood = model.log_likelihood();
        prop_assert!(elbo <= log_likelihood);
        prop_assert!(elbo <= mean + 5.0 * error, "ELBO {elbo}, IWAE_9 {mean} +- {error}");
        prop_assert!(mean <= log_likelihood + 5.0 * error, "IWAE_9 {mean} +- {error}, ln p(x) {log_likelihood}");
    }

    #[test]
    fn weights_of_the_true_posterior_are_all_the_likelihood(seed: u64) {
        // One latent dimension, so that the posterior is a diagonal Gaussian.
        let model = Model::new(seed);
        let model = Model { w: model.w.slice(ndarray::s![.., ..1]), ..model };
        let w = model.w.to_array();
        let precision = 1.0 + w.mapv(|w| w * w).sum() / (NOISE * NOISE);
        let residual = (&model.x - &model.b).to_array();
        let mean = residual.iter().zip(&w).map(|(r, w)| r * w).sum::<f64>() / (NOISE * NOISE * precision);
        let q = DiagonalGaussian::new(Tensor::full(&[1, 1], mean), Tensor::full(&[1, 1], -precision.ln()));
        let log_weights = model.experiments(&q, 10, 3, &mut Stream::new(seed, "draws", &[]));
        prop_assert!(log_weights.array().iter().all(|w| close(*w, model.log_likelihood())));
        prop_assert!(close(-model.negative_elbo(&q), model.log_likelihood()));
    }

    #[test]
    fn gradients_of_order_one_and_two(seed: u64) {
        prop_assert_eq!(gradients(&[array(seed, &[3, 4], -2.0, 2.0)], |x| iwae(&x[0])), Ok(()));
    }

    #[test]
    fn weights_do_not_overflow(seed: u64, shift in prop_oneof![-1e5_f64..-1e3, 1e3..1e5]) {
        let x = array(seed, &[3, 4], -2.0, 2.0);
        let (near, far) = (iwae(&Tensor::constant(x.clone())), iwae(&Tensor::constant(&x + shift)));
        let gap = far - near - shift;
        prop_assert!(gap.array().iter().all(|gap| gap.abs() < 1e-9));
    }
}

/// Gradients of both estimators, of many experiments.
fn runs(model: &Model, k: usize, doubly: bool) -> Vec<Vec<f64>> {
    let n = 40;
    let collect = |gradients: Vec<Tensor<f64>>| gradients.iter().flat_map(Tensor::to_array).collect();
    let one = |run| {
        let mut stream = Stream::new(4, "gradients", &[run, k as u64]);
        let variable = |x: &Tensor<f64>| -> Tensor<f64> { Tensor::variable::<ndarray::IxDyn>(x.to_array()) };
        let start = posterior(11);
        let (mean, log_var, w) = (variable(start.mean()), variable(start.log_var()), variable(&model.w));
        let own = Model { w: w.clone(), b: model.b.clone(), x: model.x.clone() };
        let q = DiagonalGaussian::new(mean.clone(), log_var.clone()).repeat(n * k);
        let z = q.rsample(&mut stream);
        let of_q = [mean, log_var];
        if doubly {
            let surrogates = dreg(&own.log_weights(&z, &q.detach()).reshape(&[n, k]));
            let mut gradients = grad(&[surrogates.inference], &of_q, GradOptions::default());
            gradients.extend(grad(&[surrogates.generative], &[w], GradOptions::default()));
            collect(gradients)
        } else {
            let loss = -iwae(&own.log_weights(&z, &q).reshape(&[n, k])).mean();
            let all: Vec<_> = of_q.into_iter().chain([w]).collect();
            collect(grad(&[loss], &all, GradOptions::default()))
        }
    };
    (0..250).map(one).collect()
}

#[test]
fn doubly_reparameterized_gradients_have_the_same_mean_and_less_variance() {
    let model = Model::new(11);
    for k in [1, 5, 20] {
        let (plain, doubly) = (runs(&model, k, false), runs(&model, k, true));
        let mut errors = [0.0, 0.0];
        for parameter in 0..plain[0].len() {
            let column = |runs: &[Vec<f64>]| mean_and_error(&runs.iter().map(|run| run[parameter]).collect::<Vec<_>>());
            let ((a, a_error), (b, b_error)) = (column(&plain), column(&doubly));
            assert!(
                (a - b).abs() < 5.0 * a_error.hypot(b_error),
                "k = {k}, parameter {parameter}: {a} +- {a_error} and {b} +- {b_error}"
            );
            if parameter < 2 * LATENT {
                errors[0] += a_error;
                errors[1] += b_error;
            }
        }
        assert!(errors[1] < errors[0], "k = {k}: standard errors {errors:?} of the gradients of q");
    }
}

#[test]
fn the_surrogates_report_the_bound() {
    let x: ArrayD<f64> = array(3, &[5, 4], -2.0, 2.0);
    let log_weights = Tensor::variable(x);
    assert_eq!(dreg(&log_weights).bound.to_array(), iwae(&log_weights).to_array());
    assert!(!dreg(&log_weights).bound.is_tracked());
}

#[test]
#[should_panic(expected = "iwae: log-weights of the shape [3], not (N, k)")]
fn no_axis_of_draws() {
    let _ = iwae(&Tensor::<f32>::zeros(&[3]));
}

/// A draw that is impossible has no weight, and no part in any gradient.
#[test]
fn impossible_draws() {
    let log_weights = Tensor::variable(ndarray::array![[0.5_f64, f64::NEG_INFINITY, -1.0]]);
    let possible = Tensor::variable(ndarray::array![[0.5_f64, -1.0]]);
    assert!((iwae(&log_weights).item() - (iwae(&possible).item() + (2.0_f64 / 3.0).ln())).abs() < 1e-14);
    let slope = |of: fn(Dreg<f64>) -> Tensor<f64>, x: &Tensor<f64>| {
        grad(&[of(dreg(x))], std::slice::from_ref(x), GradOptions::default())[0].to_array()
    };
    for of in [|dreg: Dreg<f64>| dreg.generative, |dreg: Dreg<f64>| dreg.inference] {
        let (got, want) = (slope(of, &log_weights), slope(of, &possible));
        assert_eq!([got[[0, 0]], got[[0, 1]], got[[0, 2]]], [want[[0, 0]], 0.0, want[[0, 1]]]);
    }
}
