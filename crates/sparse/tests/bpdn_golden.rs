//! The basis pursuit denoising problem of SPORCO's notebook is drawn exactly; ISTA and FISTA, as their papers
//! write them and as this crate does, give its known figures, and the other solvers its minimum.

mod support;

use latent_numeric::linalg::singular_values;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{
    ActiveSet, Admm, Codes, CoordinateDescent, Fista, Ista, Lars, Lasso, LassoParams, Solver, Stop, StopReason,
};
use latent_sparse::prox::{L1, Prox};
use ndarray::{Array1, Array2, Axis};
use std::sync::OnceLock;
use support::bpdn::{GOLDEN, problem};
use support::numpy_random::RandomState;

fn assert_close(name: &str, got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance * want.abs(), "{name}: {got}, expected {want}");
}

#[test]
fn numpy_draws() {
    assert_eq!(RandomState::new(12345).random_sample(), 0.929_616_092_817_147_9);
    assert_eq!(RandomState::new(12345).permutation(10), [0, 7, 3, 9, 6, 4, 1, 8, 5, 2]);
    let mut random = RandomState::new(12345);
    // An odd number of normal draws leaves one behind for the next call, whatever is drawn between.
    let first: [f64; 3] = std::array::from_fn(|_| random.randn());
    assert_eq!(random.permutation(5), [4, 0, 3, 1, 2]);
    let then: [f64; 2] = std::array::from_fn(|_| random.randn());
    for (got, want) in first.iter().chain(&then).zip([
        -0.204_707_659_484_712_95,
        0.478_943_338_057_548_24,
        -0.519_438_715_056_738_1,
        -0.555_730_304_347_49,
        0.800_446_695_950_258_3,
    ]) {
        assert_close("randn", *got, want, 1e-15);
    }
}

#[test]
fn the_data_are_the_notebooks() {
    let (d, s, lambda) = problem();
    assert_eq!((d.dim(), s.dim(), lambda), ((512, 2048), 512, 29.8));
    for (column, want) in
        [(2045, -0.362_689_171_922_250_4), (2046, -0.726_755_624_313_914_5), (2047, -1.002_546_944_808_947_5)]
    {
        assert_close("D[511, _]", d[[511, column]], want, 1e-15);
    }
    assert_close("||D||_F", d.iter().map(|x| x * x).sum::<f64>().sqrt(), 1_024.063_470_339_491_2, 1e-13);
    assert_close("s[0]", s[0], -8.268_279_002_859_437, 1e-14);
    assert_close("s[1]", s[1], -3.386_931_283_818_624, 1e-14);
    assert_close("s[511]", s[511], 5.208_874_950_872_877, 1e-14);
    assert_close("||s||", s.dot(&s).sqrt(), 128.839_354_815_227_1, 1e-14);
    let largest = d.t().dot(&s).iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    assert_close("lambda_max", largest, GOLDEN.lambda_max, 1e-13);
    let norm = singular_values(d.view()).unwrap()[0];
    assert_close("||D||_2^2", norm * norm, GOLDEN.lipschitz, 1e-12);
}

/// `F_k - F*` at the given k: `x_k = prox(y_k - grad(y_k) / L)` with `y_k` as `extrapolate(k, x_k, x_{k-1})` says.
fn gaps(at: &[(usize, f64)], mut extrapolate: impl FnMut(&Array1<f64>, &Array1<f64>) -> Array1<f64>) -> Vec<f64> {
    let (d, s, lambda): (Array2<f64>, _, _) = problem();
    let penalty = L1::new(lambda).unwrap();
    let mut x = Array1::zeros(d.ncols());
    let mut y = x.clone();
    let last = at.iter().map(|(k, _)| *k).max().unwrap();
    let mut objectives = Vec::new();
    for _ in 0..last {
        let mut next = &y + &(d.t().dot(&(&s - &d.dot(&y))) / GOLDEN.lipschitz);
        penalty.apply(next.view_mut(), 1.0 / GOLDEN.lipschitz);
        y = extrapolate(&next, &x);
        x = next;
        let r = &s - &d.dot(&x);
        objectives.push(0.5 * r.dot(&r) + penalty.value(x.view()));
    }
    at.iter().map(|(k, _)| objectives[k - 1] - GOLDEN.minimum).collect()
}

#[test]
fn ista_as_written() {
    for ((k, want), got) in GOLDEN.ista.iter().zip(gaps(&GOLDEN.ista, |x, _| x.clone())) {
        assert_close(&format!("ISTA, k = {k}"), got, *want, 1e-9);
    }
}

#[test]
fn fista_as_written() {
    // Beck and Teboulle 2009, equations (4.2) and (4.3).
    let mut t = 1.0_f64;
    let momentum = |x: &Array1<f64>, before: &Array1<f64>| {
        let next = 0.5 + (0.25 + t * t).sqrt();
        let y = x + &((x - before) * ((t - 1.0) / next));
        t = next;
        y
    };
    for ((k, want), got) in GOLDEN.fista.iter().zip(gaps(&GOLDEN.fista, momentum)) {
        assert_close(&format!("FISTA, k = {k}"), got, *want, 1e-7);
    }
}

/// The code of the problem by a solver of this crate.
fn solve(solver: &dyn Solver<f64>, stop: Stop) -> Codes<f64> {
    static PROBLEM: OnceLock<(Dictionary<f64>, Array1<f64>, f64)> = OnceLock::new();
    let (dictionary, s, lambda) = PROBLEM.get_or_init(|| {
        let (d, s, lambda) = problem();
        (Dictionary::new(d).unwrap(), s, lambda)
    });
    let lasso = Lasso::new(dictionary, LassoParams::new(*lambda)).unwrap();
    lasso.solve(s.view().insert_axis(Axis(0)), solver, &stop).unwrap()
}

#[test]
fn proximal_gradient_solvers_after_k_iterations() {
    let ista: (&dyn Solver<f64>, _) = (&Ista::default(), &GOLDEN.ista);
    let fista: (&dyn Solver<f64>, _) = (&Fista::default(), &GOLDEN.fista);
    for (solver, golden) in [ista, fista] {
        for (k, want) in golden {
            let certificate = solve(solver, Stop::after(*k)).certificates[0];
            assert_eq!(certificate.iterations, *k);
            let got = certificate.objective() - GOLDEN.minimum;
            assert_close(&format!("{}, k = {k}", solver.name()), got, *want, 1e-7);
        }
    }
}

#[test]
fn solvers_reach_the_minimum() {
    let solvers: [&dyn Solver<f64>; 5] = [&Admm::default(), &ActiveSet, &CoordinateDescent, &Lars, &Fista::restarted()];
    for solver in solvers {
        let name = solver.name();
        let codes = solve(solver, Stop::gap(1e-9));
        let certificate = codes.certificates[0];
        assert_eq!(certificate.stop, StopReason::Converged, "{name}: {certificate:?}");
        assert!(certificate.relative_gap <= 1e-9, "{name}: {certificate:?}");
        assert_eq!(certificate.support, GOLDEN.support_size, "{name}");
        assert_close(name, certificate.objective(), GOLDEN.minimum, 1e-8);
        assert_close(&format!("{name}: data term"), certificate.data_term, GOLDEN.data_term, 1e-6);
        let code = codes.codes.row(0);
        assert_close(&format!("{name}: l1 norm"), code.iter().map(|z| z.abs()).sum(), GOLDEN.l1_norm, 1e-6);
        assert_close(&format!("{name}: l2 norm"), code.dot(&code).sqrt(), GOLDEN.l2_norm, 1e-6);
        let (atom, largest) = GOLDEN.largest;
        assert_close(&format!("{name}: atom {atom}"), code[atom], largest, 1e-6);
    }
}
