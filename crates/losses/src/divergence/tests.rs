//! Properties that all divergences share.

use super::*;
use crate::distributions::*;
use crate::testing;
use crate::testing::{all_close, close, constant};
use crate::{Elements, MeanOverBatch, PerSample, Reduction, Sum};
use latent_numeric::random::Stream;
use latent_tensor::check::gradients;
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::{ArrayD, array};
use proptest::prelude::*;
use std::slice::from_ref;

/// A family of distributions with its divergence, given by arrays of parameters.
struct Family {
    name: &'static str,
    /// The parameters' shapes, for three samples.
    shapes: Vec<Vec<usize>>,
    /// `KL(q || p)` for each sample, from the parameters of both.
    kl: fn(&[Tensor<f64>], &[Tensor<f64>]) -> Tensor<f64>,
    /// The same from draws.
    drawn: fn(&[Tensor<f64>], &[Tensor<f64>], usize, &mut Stream) -> MonteCarlo<f64>,
}

/// A factor with a positive diagonal from any square matrices.
fn factor(x: &Tensor<f64>) -> Tensor<f64> {
    let diagonal = x.diagonal();
    x.tril() - diagonal.diag_embed() + (diagonal * 0.5).exp().diag_embed()
}

fn gaussian(x: &[Tensor<f64>]) -> Gaussian<f64> {
    Gaussian::new(x[0].clone(), factor(&x[1])).unwrap()
}

fn matrix_normal(x: &[Tensor<f64>]) -> MatrixNormal<f64> {
    MatrixNormal::new(x[0].clone(), factor(&x[1]), factor(&x[2])).unwrap()
}

/// Concentrations are from 0.3 to 15 or so.
fn von_mises_fisher(x: &[Tensor<f64>]) -> VonMisesFisher<f64> {
    // Directions of length about zero would change too fast for finite differences.
    let direction = &x[0] + Tensor::constant(array![2.5, 0.0, 0.0, 0.0]);
    VonMisesFisher::new(&direction, x[1].exp() * 2.0).unwrap()
}

fn families() -> Vec<Family> {
    fn pair(x: &[Tensor<f64>]) -> (Tensor<f64>, Tensor<f64>) {
        (x[0].clone(), x[1].clone())
    }
    fn diagonal(x: &[Tensor<f64>]) -> DiagonalGaussian<f64> {
        let (a, b) = pair(x);
        DiagonalGaussian::new(a, b)
    }
    fn laplace(x: &[Tensor<f64>]) -> Laplace<f64> {
        let (a, b) = pair(x);
        Laplace::new(a, b)
    }
    fn bernoulli(x: &[Tensor<f64>]) -> Bernoulli<f64> {
        Bernoulli::new(x[0].clone())
    }
    fn categorical(x: &[Tensor<f64>]) -> Categorical<f64> {
        Categorical::new(x[0].clone())
    }
    vec![
        Family {
            name: "diagonal Gaussian",
            shapes: vec![vec![3, 2], vec![3, 2]],
            kl: |q, p| kl_diagonal_gaussian(&diagonal(q), &diagonal(p), PerSample),
            drawn: |q, p, draws, stream| kl_monte_carlo(&diagonal(q), &diagonal(p), draws, stream),
        },
        Family {
            name: "Gaussian",
            shapes: vec![vec![3, 3], vec![3, 3, 3]],
            kl: |q, p| kl_gaussian(&gaussian(q), &gaussian(p), PerSample),
            drawn: |q, p, draws, stream| kl_monte_carlo(&gaussian(q), &gaussian(p), draws, stream),
        },
        Family {
            name: "Laplace",
            shapes: vec![vec![3, 2], vec![3, 2]],
            kl: |q, p| kl_laplace(&laplace(q), &laplace(p), PerSample),
            drawn: |q, p, draws, stream| kl_monte_carlo(&laplace(q), &laplace(p), draws, stream),
        },
        Family {
            name: "Bernoulli",
            shapes: vec![vec![3, 4]],
            kl: |q, p| kl_bernoulli(&bernoulli(q), &bernoulli(p), PerSample),
            drawn: |q, p, draws, stream| kl_monte_carlo_score(&bernoulli(q), &bernoulli(p), draws, stream),
        },
        Family {
            name: "categorical",
            shapes: vec![vec![3, 2, 4]],
            kl: |q, p| kl_categorical(&categorical(q), &categorical(p), PerSample),
            drawn: |q, p, draws, stream| kl_monte_carlo_score(&categorical(q), &categorical(p), draws, stream),
        },
        Family {
            name: "von Mises-Fisher",
            shapes: vec![vec![3, 4], vec![3]],
            kl: |q, p| kl_von_mises_fisher(&von_mises_fisher(q), &von_mises_fisher(p), PerSample),
            drawn: |q, p, draws, stream| {
                kl_monte_carlo_score(&von_mises_fisher(q), &von_mises_fisher(p), draws, stream)
            },
        },
        Family {
            name: "matrix normal",
            shapes: vec![vec![3, 2, 3], vec![3, 2, 2], vec![3, 3, 3]],
            kl: |q, p| kl_matrix_normal(&matrix_normal(q), &matrix_normal(p), PerSample),
            drawn: |q, p, draws, stream| kl_monte_carlo(&matrix_normal(q), &matrix_normal(p), draws, stream),
        },
    ]
}

fn parameters(family: &Family, seed: u64) -> Vec<ArrayD<f64>> {
    family
        .shapes
        .iter()
        .enumerate()
        .map(|(k, shape)| testing::array(seed ^ (k as u64) << 32, shape, -1.2, 1.2))
        .collect()
}

fn constants(x: &[ArrayD<f64>]) -> Vec<Tensor<f64>> {
    x.iter().map(|x| Tensor::constant(x.clone())).collect()
}

/// Every parameter moved up by half a step to a whole one.
fn moved(x: &[ArrayD<f64>], seed: u64, step: f64) -> Vec<ArrayD<f64>> {
    x.iter()
        .enumerate()
        .map(|(k, x)| x + &(testing::array(seed ^ (k as u64) << 32, x.shape(), 0.5, 1.0) * step))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn never_negative_and_zero_only_at_equality(seed: u64, step in prop_oneof![1e-3..1e-2, 0.1..1.0]) {
        for family in families() {
            let q = parameters(&family, seed);
            let p = moved(&q, seed / 2, step);
            let (q, p) = (constants(&q), constants(&p));
            let equal = (family.kl)(&q, &q);
            prop_assert!(equal.array().iter().all(|kl| kl.abs() < 1e-13), "{}: {equal:?}", family.name);
            let apart = (family.kl)(&q, &p);
            // About half of the squared step times the Fisher information, far above rounding.
            prop_assert!(apart.array().iter().all(|kl| *kl > 1e-4 * step * step), "{}: {apart:?}", family.name);
        }
    }

    #[test]
    fn gradients_of_order_one_and_two(seed: u64) {
        for family in families() {
            let (q, mut p) = (parameters(&family, seed), parameters(&family, seed / 2));
            if family.name == "Laplace" {
                // Where locations meet, the third derivative jumps, which finite differences would see.
                p[0] += 3.0;
            }
            let both: Vec<_> = q.iter().chain(&p).cloned().collect();
            let check = gradients(&both, |x| {
                let (q, p) = x.split_at(x.len() / 2);
                (family.kl)(q, p)
            });
            prop_assert_eq!(check, Ok(()), "{}", family.name);
        }
    }

    #[test]
    fn closed_forms_agree_with_draws(seed: u64) {
        for family in families() {
            let (q, p) = (constants(&parameters(&family, seed)), constants(&parameters(&family, seed / 2)));
            let closed = (family.kl)(&q, &p);
            let drawn = (family.drawn)(&q, &p, 1000, &mut Stream::new(seed, "draws", &[]));
            for ((closed, drawn), error) in closed.array().iter().zip(drawn.kl.array()).zip(drawn.standard_error.array()) {
                prop_assert!(
                    (closed - drawn).abs() < 6.0 * error + 1e-12,
                    "{}: {closed} in closed form, {drawn} +- {error} from draws", family.name
                );
            }
        }
    }

    #[test]
    fn diagonal_gaussians_are_full_ones(seed: u64) {
        let (mean, log_var) = (constant(seed, &[3, 4], -2.0, 2.0), constant(seed / 2, &[3, 4], -2.0, 2.0));
        let (other, other_log_var) = (constant(seed / 3, &[3, 4], -2.0, 2.0), constant(seed / 5, &[3, 4], -2.0, 2.0));
        let full = |mean: &Tensor<f64>, log_var: &Tensor<f64>| {
            Gaussian::from_covariance(mean.clone(), &log_var.exp().diag_embed()).unwrap()
        };
        let (q, p) = (
            DiagonalGaussian::new(mean.clone(), log_var.clone()),
            DiagonalGaussian::new(other.clone(), other_log_var.clone()),
        );
        let want = kl_gaussian(&full(&mean, &log_var), &full(&other, &other_log_var), Elements);
        prop_assert!(all_close(&kl_diagonal_gaussian(&q, &p, PerSample), &want));
        let standard = DiagonalGaussian::standard(&[3, 4]);
        prop_assert!(all_close(
            &kl_standard_normal(&mean, &log_var, Elements),
            &kl_diagonal_gaussian(&q, &standard, Elements),
        ));
        prop_assert_eq!(gradients(&[mean.to_array(), log_var.to_array()], |x| {
            kl_standard_normal(&x[0], &x[1], MeanOverBatch)
        }), Ok(()));
    }

    #[test]
    fn matrix_normals_are_gaussians_of_vectors(seed: u64) {
        let family = families().into_iter().find(|family| family.name == "matrix normal").unwrap();
        let (a, b) = (constants(&parameters(&family, seed)), constants(&parameters(&family, seed / 2)));
        let (q, p) = (matrix_normal(&a), matrix_normal(&b));
        // The Kronecker product of the factors is the factor of the Kronecker product.
        let vector = |q: &MatrixNormal<f64>| {
            let rows = q.row_tril().reshape(&[3, 2, 1, 2, 1]);
            let kron = (rows * q.col_tril().reshape(&[3, 1, 3, 1, 3])).reshape(&[3, 6, 6]);
            Gaussian::new(q.mean().reshape(&[3, 6]), kron).unwrap()
        };
        prop_assert!(all_close(
            &kl_matrix_normal(&q, &p, PerSample),
            &kl_gaussian(&vector(&q), &vector(&p), PerSample),
        ));
        let x = constant(seed / 3, &[3, 2, 3], -2.0, 2.0);
        prop_assert!(all_close(&q.log_prob(&x), &vector(&q).log_prob(&x.reshape(&[3, 6]))));
    }

    #[test]
    fn low_rank_matrix_normals(seed: u64, c in 0.2_f64..4.0) {
        let parts = [[2_usize, 3, 4], [2, 3, 4], [2, 3, 5], [2, 3, 5]];
        let x: Vec<_> = parts.iter().enumerate().map(|(k, shape)| testing::array(seed / (k as u64 + 1), shape, -1.0, 1.0)).collect();
        let of = |x: &[Tensor<f64>]| {
            LowRankMatrixNormal::new(x[0].clone(), x[1].clone(), x[2].clone(), x[3].clone())
        };
        let t = constants(&x);
        let kl = kl_low_rank_matrix_normal(&of(&t), Elements);
        // The diagonal Gaussian of the elements.
        let q = of(&t);
        let elements = kl_standard_normal(&q.mean(), &q.log_var(), Elements).sum_axes(&[2, 3], false);
        prop_assert!(all_close(&kl, &elements));
        // The same distribution, written in another way.
        let other = [&t[0] * c, &t[1] + c.ln(), &t[2] / c, &t[3] - c.ln()];
        prop_assert!(all_close(&kl, &kl_low_rank_matrix_normal(&of(&other), Elements)));
        prop_assert_eq!(gradients(&x, |x| kl_low_rank_matrix_normal(&of(x), MeanOverBatch)), Ok(()));
    }

    #[test]
    fn the_uniform_distribution_has_concentration_zero(seed: u64, p in 2_usize..20) {
        let (m, n) = (constant(seed, &[3, p], 0.1, 1.0), constant(seed / 2, &[3, p], 0.1, 1.0));
        let k = constant(seed / 3, &[3], 0.0, 50.0);
        let q = VonMisesFisher::new(&m, k.clone()).unwrap();
        let uniform = VonMisesFisher::new(&n, Tensor::zeros(&[3])).unwrap();
        prop_assert!(all_close(
            &kl_von_mises_fisher_uniform(&q, Elements),
            &kl_von_mises_fisher(&q, &uniform, Elements),
        ));
        prop_assert_eq!(gradients(&[k.to_array() + 0.02], |x| {
            kl_von_mises_fisher_uniform(&VonMisesFisher::new(&m, x[0].clone()).unwrap(), PerSample)
        }), Ok(()));
    }

    #[test]
    fn free_bits_lie_above_the_divergence(seed: u64, lambda in 0.1_f64..1.0) {
        let kl = testing::array(seed, &[4, 3], 0.0, 1.0);
        let x = Tensor::constant(kl.clone());
        let (charged, free) = (free_bits(&x, lambda).item(), MeanOverBatch.reduce(&x).item());
        prop_assert!(charged >= free - 1e-14 && charged >= 3.0 * lambda - 1e-14);
        prop_assert!(close(free_bits(&x, 0.0).item(), free));
        // Away from the kinks.
        let means = kl.mapv(|x| x * x).mean_axis(ndarray::Axis(0)).unwrap();
        if means.iter().all(|mean| (mean - lambda).abs() > 0.02) {
            prop_assert_eq!(gradients(&[kl], |x| free_bits(&x[0].square(), lambda)), Ok(()));
        }
    }
}

/// Gradients from draws against those of the closed form, which both kinds of estimators must meet in the mean.
#[test]
fn gradients_from_draws_are_unbiased() {
    for family in families() {
        let (q, p) = (parameters(&family, 5), parameters(&family, 6));
        let variables = |x: &[ArrayD<f64>]| x.iter().map(|x| Tensor::variable(x.clone())).collect::<Vec<_>>();
        let slope = |f: &dyn Fn(&[Tensor<f64>], &[Tensor<f64>]) -> Tensor<f64>| -> Vec<f64> {
            let (q, p) = (variables(&q), variables(&p));
            let all: Vec<_> = q.iter().chain(&p).cloned().collect();
            let gradients = grad(&[f(&q, &p).sum()], &all, GradOptions::default());
            gradients.iter().flat_map(Tensor::to_array).collect()
        };
        let want = slope(&family.kl);
        let runs: Vec<Vec<f64>> = (0..200)
            .map(|run| slope(&|q, p| (family.drawn)(q, p, 20, &mut Stream::new(1, "gradient", &[run])).kl))
            .collect();
        for (k, want) in want.iter().enumerate() {
            let of_runs: Vec<f64> = runs.iter().map(|run| run[k]).collect();
            let (mean, error) = testing::mean_and_error(&of_runs);
            assert!(
                (mean - want).abs() < 5.5 * error + 1e-9,
                "{}: parameter {k}: {want} in closed form, {mean} +- {error} from draws",
                family.name
            );
        }
    }
}

#[test]
fn extreme_logits_and_variances_stay_finite() {
    let (q, p) = (Tensor::constant(array![[1e4_f32, -1e4]]), Tensor::constant(array![[-1e4_f32, 1e4]]));
    assert_eq!(kl_bernoulli(&Bernoulli::new(q.clone()), &Bernoulli::new(p.clone()), Sum).item(), 2e4);
    assert_eq!(kl_categorical(&Categorical::new(q.clone()), &Categorical::new(p), Sum).item(), 2e4);
    assert!(kl_standard_normal(&q, &Tensor::full(&[1, 2], -80.0), Sum).item().is_finite());
    // Tiny divergences in single precision.
    let tiny = kl_standard_normal(&Tensor::zeros(&[1]), &Tensor::full(&[1], 1e-4_f32), Sum).item();
    assert!((f64::from(tiny) / 2.5e-9 - 1.0).abs() < 1e-3);
}

/// What is impossible under both distributions adds nothing; golden values by hand: with `a = 1 / (1 + e)` and
/// `b = 1 / (1 + e^2)`, `a ln(a / b) + (1 - a) ln((1 - a) / (1 - b))`.
#[test]
fn impossible_classes() {
    let infinity = f64::INFINITY;
    let (l, m) = (Tensor::variable(array![[-infinity, 0.0, 1.0]]), Tensor::variable(array![[-infinity, 0.0, 2.0]]));
    let kl = kl_categorical(&Categorical::new(l.clone()), &Categorical::new(m.clone()), Sum);
    let (a, b) = (1.0 / (1.0 + 1.0_f64.exp()), 1.0 / (1.0 + 2.0_f64.exp()));
    let ratio = [(a / b).ln(), ((1.0 - a) / (1.0 - b)).ln()];
    let want = a * ratio[0] + (1.0 - a) * ratio[1];
    assert!(close(kl.item(), want) && (want - 0.0826).abs() < 1e-4, "{}", kl.item());
    let slopes = grad(from_ref(&kl), &[l.clone(), m], GradOptions::create_graph());
    assert!(all_close(
        &slopes[0],
        &Tensor::constant(array![[0.0, a * (ratio[0] - want), (1.0 - a) * (ratio[1] - want)]])
    ));
    assert!(all_close(&slopes[1], &Tensor::constant(array![[0.0, b - a, a - b]])));
    let second = grad(&[slopes[0].square().sum()], &[l], GradOptions::default()).remove(0);
    assert!(second.array().iter().all(|x| x.is_finite()));

    let of = |q: [f64; 3], p: [f64; 3]| {
        let [q, p] = [q, p].map(|x| Categorical::new(Tensor::constant(ndarray::arr2(&[x]))));
        kl_categorical(&q, &p, Sum).item()
    };
    // Impossible under q alone, under p alone, and under p alone where q underflows.
    assert!(close(of([-infinity, 0.0, 0.0], [0.0; 3]), 1.5_f64.ln()));
    assert_eq!(of([0.0; 3], [-infinity, 0.0, 0.0]), infinity);
    assert_eq!(of([-1000.0, 0.0, 0.0], [-infinity, 0.0, 0.0]), infinity);
    assert!(of([f64::NAN, 0.0, 0.0], [0.0; 3]).is_nan());

    let log_prob =
        |x| Categorical::new(Tensor::constant(array![[-infinity, 0.0, 0.0]])).log_prob(&Tensor::constant(x)).item();
    assert!(close(log_prob(array![[0.0, 1.0, 0.0]]), -(2.0_f64.ln())));
    assert_eq!(log_prob(array![[1.0, 0.0, 0.0]]), -infinity);
}

#[test]
fn certain_outcomes() {
    let infinity = f64::INFINITY;
    let of = |l: f64, m: f64| {
        let l = Tensor::variable(array![[l]]);
        let kl = kl_bernoulli(&Bernoulli::new(l.clone()), &Bernoulli::new(Tensor::constant(array![[m]])), Sum);
        (kl.item(), grad(&[kl], &[l], GradOptions::default())[0].item())
    };
    assert_eq!((of(infinity, infinity), of(-infinity, -infinity)), ((0.0, 0.0), (0.0, 0.0)));
    assert_eq!((of(infinity, -infinity).0, of(0.0, infinity).0), (infinity, infinity));
    let (kl, slope) = of(infinity, 0.5);
    assert!(close(kl, (-0.5_f64).exp().ln_1p()) && slope == 0.0);
    let log_prob =
        |l: f64, x: f64| Bernoulli::new(Tensor::constant(array![[l]])).log_prob(&Tensor::constant(array![[x]])).item();
    assert_eq!((log_prob(infinity, 1.0), log_prob(-infinity, 0.0), log_prob(infinity, 0.0)), (0.0, 0.0, -infinity));
}

/// `X` with `mu nu^T` and variances whose sides are far from one, and whose products are not.
#[test]
fn low_rank_matrix_normals_whose_sides_are_extreme() {
    let of = |c: f32, shift: f32| {
        let row = |x: [f32; 2]| Tensor::variable(ndarray::arr2(&[x]));
        let parts =
            [row([c, 2.0 * c]), row([shift, 0.5 + shift]), row([1.0 / c, 0.5 / c]), row([-shift, 0.25 - shift])];
        let [mu, s, nu, t] = parts.clone();
        let kl = kl_low_rank_matrix_normal(&LowRankMatrixNormal::new(mu, s, nu, t), Sum);
        let slopes = grad(from_ref(&kl), &parts, GradOptions::default());
        (kl.item(), slopes.iter().map(|slope| slope.sum().item()).collect::<Vec<_>>())
    };
    let (want, slopes) = of(1.0, 0.0);
    // A power of two, and numbers that add up exactly.
    let (got, extreme) = of(2.0_f32.powi(-90), 128.0);
    assert_eq!(got, want);
    assert_eq!((extreme[1], extreme[3]), (slopes[1], slopes[3]));
    assert_eq!((extreme[0] * 2.0_f32.powi(-90), extreme[2] * 2.0_f32.powi(90)), (slopes[0], slopes[2]));
}

#[test]
fn the_curvature_of_a_laplace_divergence_at_equality() {
    let location = Tensor::variable(array![[0.0]]);
    let (q, p) = (
        Laplace::new(location.clone(), Tensor::zeros(&[1, 1])),
        Laplace::new(Tensor::zeros(&[1, 1]), Tensor::zeros(&[1, 1])),
    );
    let first = grad(&[kl_laplace(&q, &p, Sum)], from_ref(&location), GradOptions::create_graph()).remove(0);
    let second = grad(&[first], &[location], GradOptions::default()).remove(0);
    assert_eq!(second.item(), 1.0);
}

#[test]
#[should_panic(expected = "kl_diagonal_gaussian: q of the shape [2, 3] and p of the shape [3, 2] differ")]
fn shapes_that_differ() {
    let _ =
        kl_diagonal_gaussian(&DiagonalGaussian::<f32>::standard(&[2, 3]), &DiagonalGaussian::standard(&[3, 2]), Sum);
}

#[test]
fn capacities_that_are_none() {
    let error = Capacity::linear(0.0, -1.0, 5).unwrap_err().to_string();
    assert_eq!(error, "capacity at the end is -1, which is not a finite number of nats, at least zero");
}
