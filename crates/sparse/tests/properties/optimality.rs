//! What a solution is.

use super::problems::{Problem, problems, solvers};
use approx::assert_abs_diff_eq;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{ActiveSet, Admm, CoordinateDescent, Lars, Lasso, LassoParams, Solver, Stop, StopReason};
use ndarray::{Array2, array};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// All solvers end at the same objective and the same reconstruction, which is unique even where the
    /// code is not.
    #[test]
    fn all_solvers_agree(Problem { dictionary, x, params } in problems()) {
        let lasso = Lasso::new(&dictionary, params).unwrap();
        let reference = lasso.solve(x.view(), &ActiveSet, &Stop::gap(1e-12)).unwrap();
        prop_assert!(reference.certificates.iter().all(|c| c.relative_gap < 1e-10), "{:?}", reference.certificates);
        let image = dictionary.reconstruct(reference.codes.view());
        for solver in solvers() {
            let stop = Stop::gap(1e-8).max_iterations(1_000_000);
            let got = lasso.solve(x.view(), solver.as_ref(), &stop).unwrap();
            let difference = &dictionary.reconstruct(got.codes.view()) - &image;
            for ((a, b), d) in got.certificates.iter().zip(&reference.certificates).zip(difference.rows()) {
                prop_assert_eq!(a.stop, StopReason::Converged, "{:?}: {:?}", solver, a);
                prop_assert!((a.objective() - b.objective()).abs() <= 1e-6 * (1.0 + b.objective()), "{:?}: {:?} against {:?}", solver, a, b);
                // The data term is strongly convex in W z: 1/2 ||W z - W z*||^2 <= F(z) - F*.
                let distance = (2.0 * a.gap.max(0.0)).sqrt() + (2.0 * b.gap.max(0.0)).sqrt();
                prop_assert!(d.dot(&d).sqrt() <= distance + 1e-7, "{:?}", solver);
            }
        }
    }

    /// The Karush-Kuhn-Tucker conditions: `q_j = lambda_j sign(z_j)` on the support and `|q_j| <= lambda_j`
    /// off it, with `q = W' (x - W z) - l2 z`.
    #[test]
    fn optimality_conditions_hold(Problem { dictionary, x, params } in problems()) {
        let lasso = Lasso::new(&dictionary, params.clone()).unwrap();
        let lambda_max = lasso.lambda_max(x.view()).unwrap();
        let latent_sparse::lasso::Lambda::FractionOfMax(fraction) = params.lambda else { unreachable!() };
        for solver in [&ActiveSet as &dyn Solver<f64>, &Admm::default(), &CoordinateDescent] {
            let codes = lasso.solve(x.view(), solver, &Stop::gap(1e-14).max_iterations(100_000)).unwrap().codes;
            let q = (&x - &dictionary.reconstruct(codes.view())).dot(&dictionary.atoms()) - &codes * params.l2;
            for ((i, j), &z) in codes.indexed_iter() {
                let lambda = fraction * lambda_max[i] * params.weights.as_ref().map_or(1.0, |w| w[j]);
                let q = q[[i, j]];
                if params.positive {
                    prop_assert!(z >= 0.0 && q <= lambda + 1e-5);
                } else {
                    prop_assert!(q.abs() <= lambda + 1e-5, "{:?}: |{}| > {}", solver, q, lambda);
                }
                if z != 0.0 {
                    prop_assert!((q - lambda * z.signum()).abs() < 1e-5, "{:?}: {} for code {} at {}", solver, q, z, lambda);
                }
            }
        }
    }

    /// From `lambda_max` on the code is zero, and just below it is not.
    #[test]
    fn lambda_max_is_where_codes_vanish(Problem { dictionary, x, params } in problems()) {
        let at = |fraction: f64| {
            let params = LassoParams { lambda: latent_sparse::lasso::Lambda::FractionOfMax(fraction), ..params.clone() };
            Lasso::new(&dictionary, params).unwrap().solve(x.view(), &CoordinateDescent, &Stop::gap(0.0).max_iterations(500)).unwrap()
        };
        prop_assert!(at(1.0).codes.iter().all(|z| *z == 0.0));
        let lambda_max = Lasso::new(&dictionary, params.clone()).unwrap().lambda_max(x.view()).unwrap();
        for (certificate, lambda_max) in at(0.99).certificates.iter().zip(lambda_max) {
            prop_assert_eq!(certificate.support > 0, lambda_max > 0.0);
        }
    }

    /// A code that is optimal already is left where it is, by every solver.
    #[test]
    fn a_warm_start_at_the_optimum_stays(Problem { dictionary, x, params } in problems()) {
        let lasso = Lasso::new(&dictionary, params).unwrap();
        let best = lasso.solve(x.view(), &ActiveSet, &Stop::gap(1e-12)).unwrap();
        for solver in [&ActiveSet as &dyn Solver<f64>, &CoordinateDescent] {
            let again = lasso.solve_from(x.view(), best.codes.clone(), solver, &Stop::gap(1e-11)).unwrap();
            prop_assert!(again.certificates.iter().all(|c| c.iterations == 0));
            prop_assert_eq!(&again.codes, &best.codes);
        }
    }
}

/// Nearly parallel atoms, more of them than features, and a small lambda: first-order methods make no headway in
/// 10,000 iterations, the default and the path end at the optimum.
#[test]
fn the_default_solves_the_hard_ones() {
    let mut s = Stream::new(1, "hard", &[]);
    for (offset, noise) in [(0.0, 1.0), (1.0, 0.02)] {
        let mut w: Array2<f64> = s.normal_array((64, 128)) * noise + offset;
        for mut atom in w.columns_mut() {
            let norm = atom.dot(&atom).sqrt();
            atom /= norm;
        }
        let dictionary = Dictionary::new(w).unwrap();
        let x: Array2<f64> = s.normal_array((20, 64));
        for fraction in [0.1, 0.001] {
            let lasso = Lasso::new(&dictionary, LassoParams::fraction_of_max(fraction)).unwrap();
            for solver in [&Admm::default() as &dyn Solver<f64>, &Lars] {
                let worst = lasso.solve(x.view(), solver, &Stop::gap(1e-9)).unwrap().summary().worst_relative_gap;
                assert!(
                    worst <= 1e-9,
                    "{solver:?} at {fraction} of lambda_max, atoms {offset} + {noise} noise: {worst:e}"
                );
            }
        }
    }
}

/// One atom: the solution is `shrink(w'x, lambda) / (||w||^2 + l2)`.
#[test]
fn one_atom_in_closed_form() {
    let dictionary = Dictionary::new(array![[2.0], [0.0]]).unwrap();
    for solver in solvers() {
        let lasso = Lasso::new(&dictionary, LassoParams::new(1.0).l2(0.5)).unwrap();
        let codes = lasso
            .solve(array![[3.0, 7.0], [-3.0, 1.0], [0.4, 2.0]].view(), solver.as_ref(), &Stop::gap(1e-13))
            .unwrap();
        for (z, want) in codes.codes.iter().zip([5.0 / 4.5, -5.0 / 4.5, 0.0]) {
            assert!((z - want).abs() < 1e-6, "{solver:?}: {z}, expected {want}");
        }
    }
}

/// An orthonormal dictionary: each coefficient is shrunk by itself.
#[test]
fn orthonormal_atoms_shrink_one_by_one() {
    let dictionary = Dictionary::new(Array2::eye(4)).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.5)).unwrap();
    for solver in solvers() {
        let codes = lasso.solve(array![[2.0, -0.4, 0.5, -3.0]].view(), solver.as_ref(), &Stop::gap(1e-13)).unwrap();
        for (z, want) in codes.codes.iter().zip([1.5, 0.0, 0.0, -2.5]) {
            assert!((z - want).abs() < 1e-6, "{solver:?}: {z}, expected {want}");
        }
    }
}

/// Without a penalty the lasso is least squares.
#[test]
fn lambda_zero_is_least_squares() {
    let dictionary = Dictionary::new(array![[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.0)).unwrap();
    for solver in solvers() {
        let stop = Stop::after(2_000);
        let codes = lasso.solve(array![[3.0, 2.0, 5.0]].view(), solver.as_ref(), &stop).unwrap();
        assert!((codes.codes[[0, 0]] - 1.0).abs() < 1e-6 && (codes.codes[[0, 1]] - 2.0).abs() < 1e-6, "{solver:?}");
        assert_abs_diff_eq!(codes.certificates[0].data_term, 12.5, epsilon = 1e-9);
    }
}
