//! Values and gradients against other people's programs (`golden/goldens.py`).

use latent_losses::adversarial::{
    AdversarialLoss, Hinge, LeastSquares, Minimax, NonSaturating, Relativistic, RelativisticAverage,
};
use latent_losses::distributions::{
    Bernoulli, Categorical, DiagonalGaussian, Distribution, Gaussian, Laplace, MatrixNormal, VonMisesFisher,
};
use latent_losses::divergence::{
    kl_bernoulli, kl_categorical, kl_diagonal_gaussian, kl_gaussian, kl_laplace, kl_matrix_normal, kl_standard_normal,
    kl_von_mises_fisher, kl_von_mises_fisher_uniform,
};
use latent_losses::reconstruction::{
    MsSsimOptions, Sigma, bce, bce_with_logits, categorical_nll, continuous_bernoulli_nll, gaussian_nll, l1,
    ms_ssim_loss, mse,
};
use latent_losses::special::{bessel_ratio, log_bessel_i};
use latent_losses::{Elements, Mean, Sum, iwae};
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::{Array2, ArrayD, Ix2, IxDyn, array};
use serde_json::Value;
use std::sync::LazyLock;

static GOLDEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("golden/goldens.json")).expect("well-formed JSON"));

/// One of a case's arrays.
fn array(case: &str, name: &str) -> Option<ArrayD<f64>> {
    let entry = GOLDEN["cases"][case].get(name)?;
    let shape: Vec<usize> = entry["shape"].as_array()?.iter().map(|n| n.as_u64().expect("a length") as usize).collect();
    let data = entry["data"].as_array()?.iter().map(|x| x.as_f64().expect("a number")).collect();
    Some(ArrayD::from_shape_vec(IxDyn(&shape), data).expect("as many elements as the shape has"))
}

#[track_caller]
fn assert_close(case: &str, name: &str, got: &Tensor<f64>, tolerance: f64) {
    let want = array(case, name).unwrap_or_else(|| panic!("{case} has no {name}"));
    assert_eq!(got.shape(), want.shape(), "{case}: {name}");
    for (i, (x, y)) in got.array().iter().zip(&want).enumerate() {
        assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{case}: {name}[{i}] is {x}, not {y}");
    }
}

/// Holds the value and the gradients of a loss against the case's.
#[track_caller]
fn check(case: &str, loss: impl Fn(&[Tensor<f64>]) -> Tensor<f64>) {
    let x: Vec<Tensor<f64>> = (0..).map_while(|k| array(case, &format!("x_{k}"))).map(Tensor::variable).collect();
    assert!(!x.is_empty(), "{case} is not among the golden values");
    let y = loss(&x);
    assert_close(case, "value", &y, 1e-10);
    let cotangent = Tensor::constant(array(case, "cotangent").expect("a case with a cotangent"));
    for (k, g) in grad(&[(y * cotangent).sum()], &x, GradOptions::default()).iter().enumerate() {
        assert_close(case, &format!("first_{k}"), g, 1e-9);
    }
}

#[test]
fn reconstruction() {
    check("mse", |x| mse(&x[0], &x[1], Elements));
    check("l1", |x| l1(&x[0], &x[1], Elements));
    check("bce", |x| bce(&x[0], &x[1], Elements).unwrap());
    check("bce_with_logits", |x| bce_with_logits(&x[0], &x[1], Elements).unwrap());
    check("gaussian_nll", |x| gaussian_nll(&x[0], &x[1], Sigma::Learned { log_var: &x[2] }, Elements).unwrap());
    check("continuous_bernoulli_nll", |x| continuous_bernoulli_nll(&x[0], &x[1], Elements).unwrap());
    let classes: Vec<usize> = array("categorical_nll", "classes").unwrap().iter().map(|&k| k as usize).collect();
    check("categorical_nll", |x| categorical_nll(&x[0], &classes, Elements).unwrap());
}

#[test]
fn structural_similarity() {
    let single = MsSsimOptions { weights: vec![1.0], ..Default::default() };
    check("ssim", |x| ms_ssim_loss(&x[0], &x[1], &single, Elements).unwrap());
    let several = MsSsimOptions { window: 3, weights: vec![0.3, 0.5, 0.2], ..Default::default() };
    check("ms_ssim", |x| ms_ssim_loss(&x[0], &x[1], &several, Elements).unwrap());
}

#[test]
fn divergences() {
    let pair = |x: &[Tensor<f64>]| (x[0].clone(), x[1].clone());
    let normal = |x: &[Tensor<f64>]| {
        let (mean, log_var) = pair(x);
        DiagonalGaussian::new(mean, log_var)
    };
    check("kl_diagonal_gaussian", |x| kl_diagonal_gaussian(&normal(x), &normal(&x[2..]), Elements));
    check("kl_standard_normal", |x| kl_standard_normal(&x[0], &x[1], Elements));
    let full = |x: &[Tensor<f64>]| {
        let (mean, factor) = pair(x);
        Gaussian::new(mean, factor).unwrap()
    };
    check("kl_gaussian", |x| kl_gaussian(&full(x), &full(&x[2..]), Elements));
    let laplace = |x: &[Tensor<f64>]| {
        let (location, log_scale) = pair(x);
        Laplace::new(location, log_scale)
    };
    check("kl_laplace", |x| kl_laplace(&laplace(x), &laplace(&x[2..]), Elements));
    let bernoulli = |x: &Tensor<f64>| Bernoulli::new(x.clone());
    check("kl_bernoulli", |x| kl_bernoulli(&bernoulli(&x[0]), &bernoulli(&x[1]), Elements));
    let categorical = |x: &Tensor<f64>| Categorical::new(x.clone());
    check("kl_categorical", |x| kl_categorical(&categorical(&x[0]), &categorical(&x[1]), Elements));
    let matrix = |x: &[Tensor<f64>]| MatrixNormal::new(x[0].clone(), x[1].clone(), x[2].clone()).unwrap();
    check("kl_matrix_normal", |x| kl_matrix_normal(&matrix(x), &matrix(&x[3..]), Elements));
    check("log_prob_gaussian", |x| full(&x[1..]).log_prob(&x[0]));
    check("log_prob_laplace", |x| laplace(&x[1..]).log_prob(&x[0]));
    check("log_prob_diagonal_gaussian", |x| normal(&x[1..]).log_prob(&x[0]));
}

#[test]
fn adversarial() {
    let squares = LeastSquares::default();
    check("non_saturating_d", |x| NonSaturating.discriminator(&x[0], &x[1], Mean));
    check("non_saturating_d", |x| Minimax.discriminator(&x[0], &x[1], Mean));
    check("non_saturating_g", |x| NonSaturating.generator(&x[0], &x[1], Mean));
    check("minimax_g", |x| Minimax.generator(&x[0], &x[1], Mean));
    check("least_squares_d", |x| squares.discriminator(&x[0], &x[1], Mean));
    check("least_squares_g", |x| squares.generator(&x[0], &x[1], Mean));
    check("hinge_d", |x| Hinge.discriminator(&x[0], &x[1], Mean));
    check("relativistic_d", |x| Relativistic.discriminator(&x[0], &x[1], Mean));
    check("relativistic_g", |x| Relativistic.generator(&x[0], &x[1], Mean));
    check("relativistic_average_d", |x| RelativisticAverage.discriminator(&x[0], &x[1], Mean));
    check("relativistic_average_g", |x| RelativisticAverage.generator(&x[0], &x[1], Mean));
}

#[test]
fn importance_weighted_bounds() {
    check("iwae", |x| iwae(&x[0]));
}

fn rows(case: &str) -> Array2<f64> {
    array(case, "rows").unwrap_or_else(|| panic!("{case} has no rows")).into_dimensionality::<Ix2>().expect("a matrix")
}

#[test]
fn bessel_functions() {
    let mut worst = [0.0_f64; 2];
    for row in rows("bessel").rows() {
        let (v, x) = (row[0], Tensor::scalar(row[1]));
        let (log, ratio) = (log_bessel_i(v, &x).item(), bessel_ratio(v, &x).item());
        // Logarithms lose what their largest part has: v ln x, ln(v!), or x.
        let size = 1.0 + row[1] + row[2].abs() + v * (1.0 + row[1].ln().abs() + v.max(1.0).ln());
        worst = [worst[0].max((log - row[2]).abs() / size), worst[1].max((ratio / row[3] - 1.0).abs())];
        assert!((log - row[2]).abs() < 1e-15 * size, "ln I_{v}({}) is {log}, not {}", row[1], row[2]);
        assert!(
            (ratio / row[3] - 1.0).abs() < 1e-13,
            "the ratio of order {v} at {} is {ratio}, not {}",
            row[1],
            row[3]
        );
    }
    println!("largest errors: logarithm {:.1e} of its parts, ratio {:.1e}", worst[0], worst[1]);
}

#[test]
fn von_mises_fisher_divergences() {
    for row in rows("von_mises_fisher").rows() {
        let (p, cosine) = (row[0] as usize, row[3]);
        let (mut m, mut n) = (Array2::zeros((1, p)), Array2::zeros((1, p)));
        m[[0, 0]] = 1.0;
        n[[0, 0]] = cosine;
        n[[0, 1]] = (1.0 - cosine * cosine).sqrt();
        let [q, other] = [(m, row[1]), (n, row[2])].map(|(direction, k)| {
            VonMisesFisher::new(&Tensor::constant(direction), Tensor::constant(array![k])).unwrap()
        });
        let (uniform, both) =
            (kl_von_mises_fisher_uniform(&q, Sum).item(), kl_von_mises_fisher(&q, &other, Sum).item());
        // The divergence is a difference of numbers of the size of the concentrations and of p ln p.
        let tolerance = 1e-14 * (row[1] + row[2] + p as f64 * (p as f64).ln());
        assert!((uniform - row[4]).abs() < tolerance, "uniform, {row}: {uniform}");
        assert!((both - row[5]).abs() < tolerance, "{row}: {both}");
    }
}
