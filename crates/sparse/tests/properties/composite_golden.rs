//! Least squares with penalties and constraints against other people's programs: `golden/composite.json`.

use approx::assert_abs_diff_eq;
use latent_sparse::Dictionary;
use latent_sparse::composite::{Composite, SmallStep};
use latent_sparse::lasso::{Fista, Ista, Stop};
use latent_sparse::prox::{
    BoxConstraint, ElasticNet, FenchelConjugate, GroupL2, L1Ball, NonNegativeL1, NuclearNorm, Prox,
};
use ndarray::{Array1, Array2};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    /// (20, 12)
    dictionary: Array2<f64>,
    /// (4, 20)
    signals: Array2<f64>,
    non_negative: Minima,
    #[serde(rename = "box")]
    bounded: Bounded,
    elastic_net: Net,
    group_lasso: Penalised,
    l1_ball: Ball,
    nuclear_norm: Penalised,
}

#[derive(Deserialize)]
struct Minima {
    /// (4, 12)
    codes: Array2<f64>,
    /// (4)
    objectives: Array1<f64>,
}

#[derive(Deserialize)]
struct Bounded {
    low: f64,
    high: f64,
    #[serde(flatten)]
    minima: Minima,
}

#[derive(Deserialize)]
struct Net {
    l1: f64,
    l2: f64,
    #[serde(flatten)]
    minima: Minima,
}

#[derive(Deserialize)]
struct Penalised {
    lambda: f64,
    #[serde(flatten)]
    minima: Minima,
}

#[derive(Deserialize)]
struct Ball {
    radius: f64,
    #[serde(flatten)]
    minima: Minima,
}

fn load() -> Golden {
    serde_json::from_str(include_str!("../golden/composite.json"))
        .expect("tests/golden/composite.json has another layout")
}

/// Small steps lead to the codes and objectives of the file.
fn check_steps(golden: &Golden, penalty: &(impl Prox<f64> + Sync), minima: &Minima) {
    let dictionary = Dictionary::new(golden.dictionary.clone()).unwrap();
    let problem = Composite::new(&dictionary, penalty).unwrap();
    let stop = SmallStep::below(1e-10).max_iterations(100_000);
    for solution in [
        problem.solve(golden.signals.view(), Ista::default(), &stop).unwrap(),
        problem.solve(golden.signals.view(), Fista::restarted(), &stop).unwrap(),
    ] {
        assert_abs_diff_eq!(solution.codes, minima.codes, epsilon = 1e-6);
        let objectives: Array1<f64> =
            solution.certificates.iter().map(latent_sparse::composite::StepCertificate::objective).collect();
        assert_abs_diff_eq!(objectives, minima.objectives, epsilon = 1e-9);
    }
}

/// Gaps are closed, and lead there too.
fn check_gaps(golden: &Golden, penalty: &(impl FenchelConjugate<f64> + Sync), minima: &Minima) {
    check_steps(golden, penalty, minima);
    let dictionary = Dictionary::new(golden.dictionary.clone()).unwrap();
    let problem = Composite::new(&dictionary, penalty).unwrap();
    let stop = Stop::gap(1e-12).max_iterations(100_000);
    let solution = problem.solve(golden.signals.view(), Fista::restarted(), &stop).unwrap();
    assert_abs_diff_eq!(solution.codes, minima.codes, epsilon = 1e-5);
    for (certificate, &least) in solution.certificates.iter().zip(&minima.objectives) {
        assert!(certificate.relative_gap <= 1e-12, "{certificate:?}");
        assert_abs_diff_eq!(certificate.objective(), least, epsilon = 1e-9);
    }
}

#[test]
fn constraints() {
    let golden = load();
    check_steps(&golden, &NonNegativeL1::new(0.0).unwrap(), &golden.non_negative);
    check_steps(&golden, &BoxConstraint::uniform(0.0, f64::INFINITY).unwrap(), &golden.non_negative);
    let bounded = &golden.bounded;
    check_gaps(&golden, &BoxConstraint::uniform(bounded.low, bounded.high).unwrap(), &bounded.minima);
    check_gaps(&golden, &L1Ball::new(golden.l1_ball.radius).unwrap(), &golden.l1_ball.minima);
}

#[test]
fn penalties() {
    let golden = load();
    let net = &golden.elastic_net;
    check_gaps(&golden, &ElasticNet::new(net.l1, net.l2).unwrap(), &net.minima);
    let groups: Vec<Vec<usize>> = (0..12).step_by(3).map(|i| (i..i + 3).collect()).collect();
    let weights = vec![3.0_f64.sqrt(); 4];
    let group_lasso = GroupL2::with_weights(golden.group_lasso.lambda, 12, groups, weights).unwrap();
    check_gaps(&golden, &group_lasso, &golden.group_lasso.minima);
    let nuclear = NuclearNorm::new(golden.nuclear_norm.lambda, (3, 4)).unwrap();
    check_gaps(&golden, &nuclear, &golden.nuclear_norm.minima);
}
