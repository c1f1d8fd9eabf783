//! Proximal gradient with any penalty.

use approx::assert_abs_diff_eq;
use latent_numeric::Scalar;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_sparse::composite::{Composite, ProximalMethod, SmallStep};
use latent_sparse::lasso::{Fista, Ista, Lasso, LassoParams, StepSize, Stop, StopReason};
use latent_sparse::prox::{
    BoxConstraint, ElasticNet, FenchelConjugate, GroupL2, L0, L1, L1Ball, L2Ball, L2Norm, LinfBall, NonNegativeL1,
    NuclearNorm, Prox, SquaredL2, WeightedL1,
};
use latent_sparse::{Dictionary, SparseError};
use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1, array};
use proptest::prelude::*;

/// Atoms of the random problems: codes are (3, 4) matrices where they are matrices.
const ATOMS: usize = 12;

fn methods() -> Vec<ProximalMethod> {
    let step_size = StepSize::Backtracking;
    vec![
        Ista::default().into(),
        Ista { step_size }.into(),
        Fista::default().into(),
        Fista::restarted().into(),
        Fista { step_size, restart: true, monotone: true }.into(),
    ]
}

type Penalty<E> = Box<dyn FenchelConjugate<E> + Sync>;

/// Penalties by name, with every parameter times what it takes to follow data times `scale`.
fn penalties<E: Scalar>(scale: f64) -> Vec<(&'static str, Penalty<E>)> {
    let of = |value: f64| E::of(E::of(value).as_f64() * scale);
    let weights = Array1::from_shape_fn(ATOMS, |j| E::of(0.5 + j as f64 / 8.0));
    let lows = Array1::from_shape_fn(ATOMS, |j| of(-0.1 * j as f64));
    vec![
        ("l1", Box::new(L1::new(of(0.3)).unwrap())),
        ("weighted l1", Box::new(WeightedL1::new(of(0.25), weights).unwrap())),
        ("non-negative l1", Box::new(NonNegativeL1::new(of(0.3)).unwrap())),
        ("elastic net", Box::new(ElasticNet::new(of(0.3), E::of(0.2)).unwrap())),
        ("squared l2", Box::new(SquaredL2::new(E::of(0.4)).unwrap())),
        ("l2 norm", Box::new(L2Norm::new(of(0.5)).unwrap())),
        ("groups", Box::new(GroupL2::contiguous(of(0.4), ATOMS, 5).unwrap())),
        ("bounds", Box::new(BoxConstraint::new(lows, Array1::from_elem(ATOMS, of(0.5))).unwrap())),
        ("l1 ball", Box::new(L1Ball::new(of(1.5)).unwrap())),
        ("l2 ball", Box::new(L2Ball::new(of(0.7)).unwrap())),
        ("l-infinity ball", Box::new(LinfBall::new(of(0.3)).unwrap())),
        ("nuclear norm", Box::new(NuclearNorm::new(of(0.4), (3, 4)).unwrap())),
    ]
}

fn problem<E: Scalar>(seed: u64, features: usize, samples: usize) -> (Dictionary<E>, Array2<E>) {
    let mut stream = Stream::new(seed, "composite", &[]);
    let w: Array2<E> = stream.normal_array((features, ATOMS));
    let x = stream.normal_array((samples, features));
    (Dictionary::new(w / E::of(features as f64).sqrt()).unwrap(), x)
}

/// `prox(z + step W' (x - W z)) - z`, computed here.
fn moved(dictionary: &Dictionary<f64>, x: ArrayView1<f64>, z: ArrayView1<f64>, prox: &dyn Prox<f64>, step: f64) -> f64 {
    let residual = &x - &dictionary.atoms().dot(&z);
    let mut next = &z + &(dictionary.atoms().t().dot(&residual) * step);
    prox.apply(next.view_mut(), step);
    let difference = next - z;
    difference.dot(&difference).sqrt()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_closed_gap_is_a_fixed_point_and_no_other_code_is_better(seed: u64, features in 4_usize..20) {
        let (dictionary, x) = problem::<f64>(seed, features, 3);
        let mut stream = Stream::new(seed, "others", &[]);
        for (name, penalty) in penalties::<f64>(1.0) {
            let problem = Composite::new(&dictionary, &penalty).unwrap();
            for method in methods() {
                let stop = Stop::gap(1e-8).max_iterations(20_000);
                let solution = problem.solve(x.view(), method, &stop).unwrap();
                for ((x, z), certificate) in x.rows().into_iter().zip(solution.codes.rows()).zip(&solution.certificates) {
                    let must = method == Fista::restarted().into();
                    let converged = certificate.stop == StopReason::Converged;
                    prop_assert!(converged || !must, "{name}, {method:?}: {certificate:?}");
                    let step = 1.0 / dictionary.lipschitz();
                    // F is at least L/2 times the square of the step above the next point, which bounds it by the gap.
                    let bound = (2.0 * (certificate.gap.max(0.0) + 1e-13 * x.dot(&x)) * step).sqrt();
                    let length = moved(&dictionary, x, z, &penalty, step);
                    prop_assert!(length <= bound, "{name}, {method:?}: moved by {length}, at most {bound}");
                    let objective = |z: ArrayView1<f64>| {
                        let residual = &x - &dictionary.atoms().dot(&z);
                        0.5 * residual.dot(&residual) + penalty.value(z)
                    };
                    assert_abs_diff_eq!(objective(z), certificate.objective(), epsilon = 1e-10 * (1.0 + x.dot(&x)));
                    for size in [1e-3, 0.1, 1.0] {
                        let mut other = &z + &(stream.normal_array::<f64, _, _>(ATOMS) * size);
                        penalty.apply(other.view_mut(), 1e-3);
                        let other = objective(other.view());
                        prop_assert!(certificate.objective() - certificate.gap <= other + 1e-12, "{name}, {method:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn small_steps_end_at_the_same_minimum(seed: u64) {
        // More features than atoms: there is one minimum.
        let (dictionary, x) = problem::<f64>(seed, 30, 3);
        for (name, penalty) in penalties::<f64>(1.0) {
            let problem = Composite::new(&dictionary, &penalty).unwrap();
            let by_gap = problem.solve(x.view(), Fista::restarted(), &Stop::gap(1e-11).max_iterations(5_000)).unwrap();
            let by_step = problem.solve(x.view(), Ista::default(), &SmallStep::below(1e-9).max_iterations(50_000)).unwrap();
            for (certificate, z) in by_step.certificates.iter().zip(by_step.codes.rows()) {
                prop_assert!(certificate.stop == StopReason::Converged && certificate.convex, "{name}: {certificate:?}");
                prop_assert!(certificate.relative_step <= 1e-9);
                prop_assert_eq!(certificate.support, z.iter().filter(|z| **z != 0.0).count());
            }
            // A gap of 1e-11 leaves codes that are off by its square root.
            assert_abs_diff_eq!(by_gap.codes, by_step.codes, epsilon = 1e-4);
        }
    }

    #[test]
    fn the_l1_penalty_is_the_lasso(seed: u64, features in 4_usize..20, lambda in 0.05_f64..1.0, l2 in 0.0_f64..1.0) {
        let (dictionary, x) = problem::<f64>(seed, features, 3);
        let stop = Stop::gap(1e-9).max_iterations(50_000);
        let lasso = |params: LassoParams<f64>| {
            let lasso = Lasso::new(&dictionary, params).unwrap();
            lasso.solve(x.view(), &Fista::restarted(), &stop).unwrap()
        };
        let net = ElasticNet::new(lambda, l2).unwrap();
        let (l1, positive) = (L1::new(lambda).unwrap(), NonNegativeL1::new(lambda).unwrap());
        let cases: [(&(dyn FenchelConjugate<f64> + Sync), LassoParams<f64>); 3] = [
            (&l1, LassoParams::new(lambda)),
            (&positive, LassoParams::new(lambda).positive()),
            (&net, LassoParams::new(lambda).l2(l2)),
        ];
        for (penalty, params) in cases {
            let want = lasso(params);
            let problem = Composite::new(&dictionary, penalty).unwrap();
            let got = problem.solve(x.view(), Fista::restarted(), &stop).unwrap();
            for (got, want) in got.certificates.iter().zip(&want.certificates) {
                let allowed = got.gap.max(want.gap) + 1e-13;
                assert_abs_diff_eq!(got.objective(), want.objective(), epsilon = allowed);
            }
        }
    }

    #[test]
    fn the_objective_of_ista_never_rises(seed: u64, features in 4_usize..20, backtracking: bool) {
        let (dictionary, x) = problem::<f64>(seed, features, 2);
        let step_size = if backtracking { StepSize::Backtracking } else { StepSize::Fixed };
        let l0: Box<dyn Prox<f64> + Sync> = Box::new(L0::new(0.1).unwrap());
        let mut all = vec![("l0", l0)];
        for (name, penalty) in penalties::<f64>(1.0) {
            all.push((name, Box::new(penalty)));
        }
        for (name, penalty) in all {
            let problem = Composite::new(&dictionary, &penalty).unwrap().with_history();
            let stop = SmallStep::below(0.0).max_iterations(60);
            let start = Stream::new(seed, "start", &[]).normal_array((2, ATOMS));
            let solution = problem.solve_from(x.view(), start, Ista { step_size }, &stop).unwrap();
            for (objectives, certificate) in solution.history.unwrap().iter().zip(&solution.certificates) {
                let slack = 1e-13 * (1.0 + objectives[0]);
                let falls = objectives.windows(2).all(|pair| pair[1] <= pair[0] + slack);
                prop_assert!(falls, "{name}: {objectives:?}");
                let last = objectives.last().unwrap();
                prop_assert!((last - certificate.objective()).abs() <= slack, "{name}: {last} and {certificate:?}");
            }
        }
    }
}

/// Data and penalty times a power of two give codes times that power.
fn codes_scale<E: Scalar>(powers: &[i32]) {
    let (dictionary, x) = problem::<E>(3, 9, 5);
    let solve = |power: i32| {
        let scale = f64::from(power).exp2();
        let x = x.mapv(|x| E::of(x.as_f64() * scale));
        let solve = |(name, penalty): (&'static str, Penalty<E>)| {
            let problem = Composite::new(&dictionary, &penalty).unwrap();
            let mut all = Vec::new();
            for method in methods() {
                let by_gap = problem.solve(x.view(), method, &Stop::gap(1e-4).max_iterations(200)).unwrap();
                let by_step = problem.solve(x.view(), method, &SmallStep::below(1e-4).max_iterations(200)).unwrap();
                let told: Vec<_> =
                    by_gap.certificates.iter().map(|c| (c.gap / scale / scale, c.relative_gap, c.iterations)).collect();
                let steps: Vec<_> = by_step.certificates.iter().map(|c| (c.relative_step, c.iterations)).collect();
                let codes = [by_gap.codes, by_step.codes].map(|codes| codes.mapv(|z| (z.as_f64() / scale).to_bits()));
                all.push((name, method, codes, told, steps));
            }
            all
        };
        penalties::<E>(scale).into_iter().flat_map(solve).collect::<Vec<_>>()
    };
    let want = solve(0);
    for &power in powers {
        for (got, want) in solve(power).iter().zip(&want) {
            assert_eq!(got, want, "at 2^{power}");
        }
    }
}

#[test]
fn codes_follow_the_unit_of_the_data() {
    codes_scale::<f64>(&[-100, -61, -30, -1, 1, 28, 60]);
    // A penalty sees codes in the unit of the data, where small numbers must keep their bits.
    codes_scale::<f32>(&[-61, -30, -1, 1, 28, 60]);
}

#[test]
fn codes_do_not_depend_on_threads() {
    let (dictionary, x) = problem::<f64>(5, 16, 400);
    for (name, penalty) in penalties::<f64>(1.0) {
        let problem = Composite::new(&dictionary, &penalty).unwrap().with_history();
        let run = |threads| {
            let solve = || problem.solve(x.view(), Fista::restarted(), &Stop::gap(1e-6).max_iterations(30)).unwrap();
            let solution = with_threads(threads, solve).unwrap();
            (solution.codes.mapv(f64::to_bits), solution.certificates, solution.history)
        };
        let one = run(1);
        assert!([2, 4].iter().all(|&threads| run(threads) == one), "{name}");
    }
}

#[test]
fn a_warm_start_at_the_minimum_is_left_where_it_is() {
    let (dictionary, x) = problem::<f64>(6, 30, 4);
    for (name, penalty) in penalties::<f64>(1.0) {
        let problem = Composite::new(&dictionary, &penalty).unwrap();
        let stop = Stop::gap(1e-9).max_iterations(50_000);
        let first = problem.solve(x.view(), Fista::restarted(), &stop).unwrap();
        let again = problem.solve_from(x.view(), first.codes, Fista::restarted(), &stop).unwrap();
        assert!(again.certificates.iter().all(|c| c.iterations <= 4 && c.relative_gap <= 1e-9), "{name}");
        assert_eq!(again.history, None);
    }
}

#[test]
fn a_zero_sample_has_the_zero_code() {
    let (dictionary, _) = problem::<f32>(7, 8, 1);
    let penalty = L2Norm::new(0.1).unwrap();
    let problem = Composite::new(&dictionary, &penalty).unwrap();
    let x = Array2::zeros((1, 8));
    let solution = problem.solve(x.view(), Ista::default(), &Stop::gap(0.0)).unwrap();
    assert_eq!(solution.codes, Array2::<f32>::zeros((1, ATOMS)));
    assert_eq!((solution.certificates[0].gap, solution.certificates[0].stop), (0.0, StopReason::Converged));
    let solution = problem.solve(x.view(), Ista::default(), &SmallStep::below(0.0)).unwrap();
    assert_eq!((solution.certificates[0].relative_step, solution.certificates[0].iterations), (0.0, 4));
}

#[test]
fn a_penalty_that_is_not_convex_is_told() {
    let (dictionary, x) = problem::<f64>(8, 16, 5);
    let l0 = L0::new(0.2).unwrap();
    let problem = Composite::new(&dictionary, &l0).unwrap();
    let solution = problem.solve(x.view(), Ista::default(), &SmallStep::below(1e-9)).unwrap();
    assert!(solution.certificates.iter().all(|c| !c.convex && c.stop == StopReason::Converged));
    let error = problem.solve(x.view(), Fista::default(), &SmallStep::default()).unwrap_err();
    assert_eq!(error.to_string(), "the solver FISTA does not support a penalty that is not convex; ISTA does");
}

/// Gives NaN.
struct Broken;

impl Prox<f64> for Broken {
    fn value(&self, _: ArrayView1<f64>) -> f64 {
        0.0
    }

    fn apply(&self, mut z: ArrayViewMut1<f64>, _: f64) {
        z.fill(f64::NAN);
    }
}

#[test]
fn bad_input_is_told() {
    let dictionary = Dictionary::new(array![[1.0, 0.5], [0.0, 1.0]]).unwrap();
    let long = WeightedL1::new(1.0, array![1.0, 1.0, 1.0]).unwrap();
    let error = Composite::new(&dictionary, &long).unwrap_err().to_string();
    assert_eq!(error, "the vector that the penalty is defined on has the shape [3], expected [2]");
    let penalty = L1::new(0.5).unwrap();
    let problem = Composite::new(&dictionary, &penalty).unwrap();
    let solve = |x: Array2<f64>, stop: Stop| problem.solve(x.view(), Ista::default(), &stop).map(drop);
    let error = solve(array![[1.0, 2.0, 3.0]], Stop::default()).unwrap_err();
    assert!(matches!(error, SparseError::Shape { what: "the samples", .. }), "{error}");
    let error = solve(array![[1.0, 2.0], [1.0, f64::NAN]], Stop::default()).unwrap_err();
    assert!(matches!(error, SparseError::NonFinite { what: "the samples", row: 1, column: 1, .. }), "{error}");
    let error = solve(array![[1.0, 2.0]], Stop::gap(f64::NAN)).unwrap_err();
    assert!(matches!(error, SparseError::Parameter { name: "the relative gap to stop at", .. }), "{error}");
    let error = problem.solve(array![[1.0, 2.0]].view(), Ista::default(), &SmallStep::below(-1.0)).unwrap_err();
    assert!(matches!(error, SparseError::Parameter { name: "the relative step to stop at", .. }), "{error}");
    let start = Array2::zeros((2, 2));
    let error = problem.solve_from(array![[1.0, 2.0]].view(), start, Ista::default(), &Stop::default()).unwrap_err();
    assert!(matches!(error, SparseError::Shape { what: "the starting codes", .. }), "{error}");
    let error = solve(array![[1.0, 2.0], [0.0, 1e200]], Stop::default()).unwrap_err();
    assert!(matches!(error, SparseError::Magnitude { what: "the norm of sample", index: 1, .. }), "{error}");
    let broken = Composite::new(&dictionary, &Broken).unwrap();
    let error = broken.solve(array![[1.0, 2.0]].view(), Ista::default(), &SmallStep::default()).unwrap_err();
    assert!(matches!(error, SparseError::OutOfRange { what: "the code", row: 0, .. }), "{error}");
}
