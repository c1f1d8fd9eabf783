//! What a certificate says is true.

use super::problems::{Problem, problems, solvers};
use approx::assert_abs_diff_eq;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{ActiveSet, Admm, Lambda, Lasso, LassoParams, Stop, StopReason, Summary};
use ndarray::{Array2, array};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The gap of any code bounds its distance to the optimum, and its terms are what they are called.
    #[test]
    fn the_gap_is_a_bound(Problem { dictionary, x, params } in problems(), seed: u64, spread in 0.0_f64..2.0) {
        let lasso = Lasso::new(&dictionary, params.clone()).unwrap();
        let best = lasso.solve(x.view(), &ActiveSet, &Stop::gap(1e-12)).unwrap();
        let mut s = Stream::new(seed, "codes", &[]);
        let mut z = &best.codes + &(s.normal_array::<f64, _, _>(best.codes.dim()) * spread);
        if params.positive {
            z.mapv_inplace(f64::abs);
        }
        let lambda_max = lasso.lambda_max(x.view()).unwrap();
        let Lambda::FractionOfMax(fraction) = params.lambda else { unreachable!() };
        for (i, (c, best)) in lasso.certify(x.view(), z.view(), 1e-6).unwrap().iter().zip(&best.certificates).enumerate() {
            prop_assert!(c.gap >= c.objective() - best.objective() - 1e-9);
            prop_assert!(c.gap >= -1e-9 && best.gap >= -1e-9);
            let r = &x.row(i) - &dictionary.atoms().dot(&z.row(i));
            assert_abs_diff_eq!(c.data_term, 0.5 * r.dot(&r), epsilon = 1e-9 * (1.0 + c.data_term));
            let weight = |j: usize| params.weights.as_ref().map_or(1.0, |w| w[j]);
            let l1: f64 = z.row(i).iter().enumerate().map(|(j, z)| fraction * lambda_max[i] * weight(j) * z.abs()).sum();
            assert_abs_diff_eq!(c.l1_term, l1, epsilon = 1e-9 * (1.0 + l1));
            assert_abs_diff_eq!(c.l2_term, 0.5 * params.l2 * z.row(i).dot(&z.row(i)), epsilon = 1e-9 * (1.0 + c.l2_term));
            prop_assert_eq!(c.support, z.row(i).iter().filter(|z| **z != 0.0).count());
            prop_assert_eq!(c.stop == StopReason::Converged, c.relative_gap <= 1e-6);
        }
    }

    /// A sample that says it converged has the gap that was asked for, whatever the solver and the scalar.
    #[test]
    fn converged_means_within_the_gap(Problem { dictionary, x, params } in problems(), exponent in 2_i32..9) {
        let tolerance = 10.0_f64.powi(-exponent);
        let lasso = Lasso::new(&dictionary, params.clone()).unwrap();
        let single = Dictionary::new(dictionary.atoms().mapv(|v| v as f32)).unwrap();
        let Lambda::FractionOfMax(fraction) = params.lambda else { unreachable!() };
        let params = LassoParams {
            lambda: Lambda::FractionOfMax(fraction as f32),
            weights: params.weights.map(|w| w.mapv(|v| v as f32)),
            l2: params.l2 as f32,
            positive: params.positive,
        };
        let single = Lasso::new(&single, params).unwrap();
        let coarse = single.solve(x.mapv(|v| v as f32).view(), &Admm::default(), &Stop::gap(tolerance)).unwrap();
        for c in &coarse.certificates {
            prop_assert_eq!(c.stop == StopReason::Converged, c.relative_gap <= tolerance, "{:?}", c);
        }
        for solver in solvers() {
            let codes = lasso.solve(x.view(), solver.as_ref(), &Stop::gap(tolerance).max_iterations(100)).unwrap();
            for c in &codes.certificates {
                prop_assert_eq!(c.stop == StopReason::Converged, c.relative_gap <= tolerance, "{:?}: {:?}", solver, c);
                prop_assert!(c.iterations <= 100);
            }
        }
    }

    /// The sparse matrix holds the same codes.
    #[test]
    fn sparse_and_dense_are_the_same(Problem { dictionary, x, params } in problems()) {
        let codes = Lasso::new(&dictionary, params).unwrap().solve(x.view(), &Admm::default(), &Stop::default()).unwrap();
        let sparse = codes.to_sparse();
        prop_assert_eq!(sparse.nnz(), codes.certificates.iter().map(|c| c.support).sum::<usize>());
        prop_assert_eq!(sparse.to_dense(), codes.codes);
    }
}

#[test]
fn an_empty_batch_has_no_codes() {
    let dictionary = Dictionary::new(Array2::<f32>::eye(3)).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
    let codes = lasso.solve(Array2::zeros((0, 3)).view(), &Admm::default(), &Stop::default()).unwrap();
    assert_eq!((codes.codes.dim(), codes.certificates.len()), ((0, 3), 0));
    assert_eq!(codes.summary(), Summary::of(&[]));
    assert_eq!(codes.to_sparse().shape(), (0, 3));
}

#[test]
fn a_summary_is_means_and_extremes() {
    let dictionary = Dictionary::new(Array2::<f64>::eye(2)).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::new(1.0)).unwrap();
    let s = Summary::of(
        &lasso.certify(array![[3.0, 0.0], [0.0, 0.0]].view(), array![[2.0, 0.0], [0.0, 0.0]].view(), 0.0).unwrap(),
    );
    assert_eq!((s.samples, s.objective, s.data_term, s.l1_term, s.nonzeros), (2, 1.25, 0.25, 1.0, 0.5));
    assert_eq!((s.converged, s.worst_relative_gap), (1.0, 0.0));
}
