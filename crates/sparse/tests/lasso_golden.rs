//! The golden codes satisfy the optimality conditions of the penalties of this crate.
//!
//! A code z minimises `1/2 ||x - W z||^2 + g(z)` exactly where it is a fixed point of the proximal
//! gradient step, `z = prox_g(z + W'(x - W z))`.

mod support;

use approx::assert_abs_diff_eq;
use latent_sparse::prox::{ElasticNet, L1, NonNegativeL1, Prox, WeightedL1};
use ndarray::{Array1, ArrayView1, Axis};
use support::lasso::{Golden, Path, Solutions, load};

fn assert_fixed_point(golden: &Golden, sample: usize, code: ArrayView1<f64>, penalty: &impl Prox<f64>) {
    let residual = &golden.signals.row(sample) - &golden.dictionary.dot(&code);
    let mut next = &code + &golden.dictionary.t().dot(&residual);
    penalty.apply(next.view_mut(), 1.0);
    let moved = (&next - &code).iter().fold(0.0, |m: f64, d| m.max(d.abs()));
    assert!(moved < 1e-10, "sample {sample}: a proximal gradient step moves the code by {moved}");
}

fn check<P: Prox<f64>>(golden: &Golden, at: &Solutions, penalty: impl Fn(f64) -> P) {
    assert_eq!(at.codes.dim(), (3, 4, 40));
    for (i, &lambda) in at.lambdas.iter().enumerate() {
        let penalty = penalty(lambda);
        for sample in 0..4 {
            let code = at.codes.index_axis(Axis(0), i);
            let code = code.row(sample);
            assert_fixed_point(golden, sample, code, &penalty);
            let r: Array1<f64> = &golden.signals.row(sample) - &golden.dictionary.dot(&code);
            let objective = 0.5 * r.dot(&r) + penalty.value(code);
            assert_abs_diff_eq!(objective, at.objectives[[i, sample]], epsilon = 1e-12);
        }
    }
}

fn check_path<P: Prox<f64>>(golden: &Golden, path: &Path, penalty: impl Fn(f64) -> P) {
    assert_eq!(path.lambdas.len(), path.codes.nrows());
    assert!(path.lambdas.windows(2).into_iter().all(|pair| pair[0] > pair[1]));
    for (lambda, code) in path.lambdas.iter().zip(path.codes.outer_iter()) {
        assert_fixed_point(golden, 0, code, &penalty(*lambda));
    }
}

#[test]
fn penalised_codes() {
    let golden = load();
    check(&golden, &golden.lasso, |lambda| L1::new(lambda).unwrap());
    check(&golden, &golden.positive_lasso, |lambda| NonNegativeL1::new(lambda).unwrap());
    let net = &golden.elastic_net;
    check(&golden, &net.at, |lambda| ElasticNet::new(lambda, net.l2).unwrap());
    let weighted = &golden.weighted_lasso;
    check(&golden, &weighted.at, |lambda| WeightedL1::new(lambda, weighted.weights.clone()).unwrap());
}

#[test]
fn paths() {
    let golden = load();
    check_path(&golden, &golden.lasso_path, |lambda| L1::new(lambda).unwrap());
    check_path(&golden, &golden.lars_path, |lambda| L1::new(lambda).unwrap());
    check_path(&golden, &golden.positive_lars_path, |lambda| NonNegativeL1::new(lambda).unwrap());
}

#[test]
fn matching_pursuits() {
    let golden = load();
    let by_count = &golden.omp_by_count;
    for (i, code) in by_count.codes.outer_iter().enumerate() {
        let mut chosen = by_count.selection_order.to_vec();
        chosen.truncate(by_count.counts[i]);
        let residual = &golden.signals.row(0) - &golden.dictionary.dot(&code);
        // Least squares on the chosen atoms leaves a residual orthogonal to them.
        let correlations = golden.dictionary.t().dot(&residual);
        assert!(chosen.iter().all(|&atom| correlations[atom].abs() < 1e-12));
        assert!((0..40).all(|atom| chosen.contains(&atom) == (code[atom] != 0.0)));
        assert_abs_diff_eq!(residual.dot(&residual), by_count.squared_residuals[i], epsilon = 1e-14);
    }
    let by_error = &golden.omp_by_error;
    for (tolerance, codes) in by_error.squared_tolerances.iter().zip(by_error.codes.outer_iter()) {
        for (signal, code) in golden.signals.outer_iter().zip(codes.outer_iter()) {
            let residual = &signal - &golden.dictionary.dot(&code);
            assert!(residual.dot(&residual) <= *tolerance);
        }
    }
}
