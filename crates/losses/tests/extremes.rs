//! Values and derivatives at extreme parameters, in both precisions, against mpmath (`golden/extremes.py`).

use latent_losses::Sum;
use latent_losses::distributions::{DiagonalGaussian, Distribution, Laplace, VonMisesFisher};
use latent_losses::divergence::{kl_diagonal_gaussian, kl_laplace, kl_von_mises_fisher, kl_von_mises_fisher_uniform};
use latent_losses::reconstruction::{Levels, Sigma, discretized_logistic_nll, gaussian_nll};
use latent_numeric::Scalar;
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::Array2;
use serde_json::Value;
use std::slice::from_ref;
use std::sync::LazyLock;

static GOLDEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("golden/extremes.json")).expect("well-formed JSON"));

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => Some(text.parse().expect("an infinity")),
        _ => value.as_f64(),
    }
}

fn numbers(row: &Value) -> Vec<f64> {
    row.as_array().expect("a row").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// Whether a number is the one wanted, as the floating point type can hold it.
fn agrees<E: Scalar>(got: E, want: f64, tolerance: f64, size: f64) -> bool {
    let nearest = E::of(want);
    got == nearest || (got - nearest).abs().as_f64() <= tolerance * (size + want.abs())
}

/// The value of `f` at `x` and its derivatives up to this order.
fn orders<E: Scalar>(x: f64, order: usize, f: impl Fn(&Tensor<E>) -> Tensor<E>) -> Vec<E> {
    let x = Tensor::variable(ndarray::arr1(&[E::of(x)]));
    let mut y = f(&x).sum();
    let mut all = vec![y.item()];
    for _ in 0..order {
        y = grad(from_ref(&y), from_ref(&x), GradOptions::create_graph()).remove(0).sum();
        all.push(y.item());
    }
    all
}

fn around<E: Scalar>(direction: Array2<f64>, k: &Tensor<E>) -> VonMisesFisher<E> {
    VonMisesFisher::new(&Tensor::constant(direction.mapv(E::of)), k.clone()).expect("a concentration")
}

fn uniform_divergences<E: Scalar>(tolerance: f64) {
    let mut wrong = Vec::new();
    for row in GOLDEN["von_mises_fisher"].as_array().expect("rows") {
        let row = numbers(row);
        let (p, k) = (row[0] as usize, row[1]);
        let got = orders(k, 3, |k: &Tensor<E>| kl_von_mises_fisher_uniform(&around(Array2::ones((1, p)), k), Sum));
        for (order, (&got, &want)) in got.iter().zip(&row[2..]).enumerate() {
            if !agrees(got, want, tolerance, 0.0) && want.abs() > E::min_positive_value().as_f64() {
                wrong.push(format!("p = {p}, k = {k}, order {order}: {got}, not {want}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn divergences_of_von_mises_fisher_from_uniform_in_double_precision() {
    uniform_divergences::<f64>(2e-12);
}

#[test]
fn divergences_of_von_mises_fisher_from_uniform_in_single_precision() {
    uniform_divergences::<f32>(1e-6);
}

fn divergences_of_pairs<E: Scalar>(tolerance: f64) {
    for row in GOLDEN["von_mises_fisher_pairs"].as_array().expect("rows") {
        let row = numbers(row);
        let (p, squared, want) = (row[0] as usize, row[3], row[4]);
        // Directions at this squared distance, symmetric around the first axis.
        let (cosine, sine) = ((1.0 - squared / 4.0).sqrt(), squared.sqrt() / 2.0);
        let direction = |sign: f64| {
            let mut direction = Array2::zeros((1, p));
            (direction[[0, 0]], direction[[0, 1]]) = (cosine, sign * sine);
            direction
        };
        let [k, other] = [row[1], row[2]].map(|k| Tensor::constant(ndarray::arr1(&[E::of(k)])));
        let (q, p) = (around(direction(1.0), &k), around(direction(-1.0), &other));
        let got = kl_von_mises_fisher(&q, &p, Sum).item();
        // What is left are differences of divergences from the uniform distribution.
        let [first, second] = [&q, &p].map(|of| kl_von_mises_fisher_uniform(of, Sum).item().as_f64());
        assert!(agrees(got, want, tolerance, first + second), "{row:?}: {got}");
    }
}

#[test]
fn divergences_of_pairs_of_von_mises_fisher_distributions() {
    divergences_of_pairs::<f64>(1e-13);
    divergences_of_pairs::<f32>(1e-6);
}

fn density<E: Scalar>(name: &str, x: &[Tensor<E>]) -> Tensor<E> {
    let x: Vec<Tensor<E>> = x.iter().map(|x| x.reshape(&[1, 1])).collect();
    let pair = |k: usize| (x[k].clone(), x[k + 1].clone());
    let gaussian = |k| {
        let (mean, log_var) = pair(k);
        DiagonalGaussian::new(mean, log_var)
    };
    let laplace = |k| {
        let (location, log_scale) = pair(k);
        Laplace::new(location, log_scale)
    };
    match name {
        "gaussian_nll" => {
            let nll = -gaussian(1).log_prob(&x[0]);
            let same = gaussian_nll(&x[1], &x[0], Sigma::Learned { log_var: &x[2] }, Sum).expect("no setting");
            assert_eq!(nll.item(), same.item());
            nll
        }
        "kl_gaussian" => kl_diagonal_gaussian(&gaussian(0), &gaussian(2), Sum),
        "laplace_nll" => -laplace(1).log_prob(&x[0]),
        "kl_laplace" => kl_laplace(&laplace(0), &laplace(2), Sum),
        "logistic_bin_nll" => {
            let (levels, level) = (Levels::new(0.0, 1.0, 5).expect("levels"), Tensor::full(&[1, 1], E::of(0.5)));
            discretized_logistic_nll(&x[0], &x[1], &level, levels, Sum).expect("a level")
        }
        _ => panic!("no function is called {name}"),
    }
}

fn densities<E: Scalar>(tolerance: f64) {
    let mut wrong = Vec::new();
    for case in GOLDEN["densities"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let at = numbers(&case["at"]);
        for argument in 0..at.len() {
            let got = orders(at[argument], 2, |x: &Tensor<E>| {
                let constant = |(k, &at): (usize, &f64)| {
                    if k == argument { x.clone() } else { Tensor::constant(ndarray::arr1(&[E::of(at)])) }
                };
                density(name, &at.iter().enumerate().map(constant).collect::<Vec<_>>())
            });
            let want = [&case["value"], &case["first"][argument], &case["second"][argument]].map(number);
            // Derivatives with respect to logarithms are sums of parts as large as the value.
            let size = 1.0 + want[0].map_or(0.0, f64::abs);
            for (order, (&got, want)) in got.iter().zip(want).enumerate() {
                // A curvature that overflows may be the difference of two parts that do.
                let overflows = order == 2 && want.is_some_and(|want| E::of(want).is_infinite()) && !got.is_finite();
                if !overflows && want.is_some_and(|want| !agrees(got, want, tolerance, size)) {
                    wrong.push(format!("{name} {at:?}, argument {argument}, order {order}: {got}, not {want:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn densities_in_double_precision() {
    densities::<f64>(1e-13);
}

#[test]
fn densities_in_single_precision() {
    densities::<f32>(1e-5);
}
