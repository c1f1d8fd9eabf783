//! What the papers prove of each method.

use super::problems::{Problem, problems};
use latent_sparse::lasso::{ActiveSet, CoordinateDescent, Fista, Ista, Lasso, Solver, StepSize, Stop};
use proptest::prelude::*;

/// The objective of each sample after each number of iterations.
fn objectives(
    lasso: &Lasso<'_, f64>,
    x: ndarray::ArrayView2<f64>,
    solver: &dyn Solver<f64>,
    ks: &[usize],
) -> Vec<Vec<f64>> {
    ks.iter()
        .map(|&k| {
            lasso
                .solve(x, solver, &Stop::after(k))
                .unwrap()
                .certificates
                .iter()
                .map(latent_sparse::lasso::Certificate::objective)
                .collect()
        })
        .collect()
}

const STEPS: [usize; 12] = [0, 1, 2, 3, 4, 5, 7, 10, 15, 25, 50, 100];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The methods of descent never raise the objective.
    #[test]
    fn descent(Problem { dictionary, x, params } in problems()) {
        let lasso = Lasso::new(&dictionary, params).unwrap();
        let monotone: [&dyn Solver<f64>; 6] = [
            &Ista::default(),
            &Ista { step_size: StepSize::Backtracking },
            &Fista { monotone: true, ..Fista::default() },
            &Fista { monotone: true, restart: true, step_size: StepSize::Backtracking },
            &CoordinateDescent,
            &ActiveSet,
        ];
        for solver in monotone {
            let steps = objectives(&lasso, x.view(), solver, &STEPS);
            for pair in steps.windows(2) {
                for (before, after) in pair[0].iter().zip(&pair[1]) {
                    prop_assert!(*after <= before + 1e-12 * (1.0 + before), "{:?}: from {} to {}", solver, before, after);
                }
            }
        }
    }

    /// `F_k - F* <= L ||z0 - z*||^2 / (2k)` for ISTA and `<= 2 L ||z0 - z*||^2 / (k + 1)^2` for FISTA, also when
    /// monotone; with backtracking, `L` grows by at most its factor 2 (Beck and Teboulle 2009, theorems 3.1
    /// and 4.4).
    #[test]
    fn beck_and_teboulle(Problem { dictionary, x, params } in problems()) {
        let lasso = Lasso::new(&dictionary, params).unwrap();
        let best = lasso.solve(x.view(), &ActiveSet, &Stop::gap(1e-13)).unwrap();
        let distance: Vec<f64> = best.codes.rows().into_iter().map(|z| z.dot(&z)).collect();
        let l = lasso.lipschitz();
        for step_size in [StepSize::Fixed, StepSize::Backtracking] {
            let growth = if step_size == StepSize::Fixed { 1.0 } else { 2.0 };
            let fast = |monotone| Fista { step_size, monotone, restart: false };
            let cases: [(&dyn Solver<f64>, fn(f64) -> f64); 3] = [
                (&Ista { step_size }, |k| 0.5 / k),
                (&fast(false), |k| 2.0 / (k + 1.0).powi(2)),
                (&fast(true), |k| 2.0 / (k + 1.0).powi(2)),
            ];
            for (solver, rate) in cases {
                for (k, values) in STEPS.iter().zip(objectives(&lasso, x.view(), solver, &STEPS)).skip(1) {
                    // Rejected steps count as iterations but are not counted by the theorem.
                    let rejected = if step_size == StepSize::Fixed { 0 } else { 8 };
                    let Some(k) = k.checked_sub(rejected).filter(|k| *k > 0) else { continue };
                    for ((f, best), d) in values.iter().zip(&best.certificates).zip(&distance) {
                        let bound = growth * l * d * rate(k as f64);
                        prop_assert!(f - best.objective() <= bound + 1e-9, "{:?} at k = {}: {} above {}", solver, k, f - best.objective(), bound);
                    }
                }
            }
        }
    }
}
