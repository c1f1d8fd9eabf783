//! The path of the lasso and the greedy choice of atoms: their defining properties, and the values of
//! scikit-learn.

mod support;

use approx::assert_abs_diff_eq;
use latent_numeric::Scalar;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_sparse::lasso::{
    ActiveSet, Codes, CoordinateDescent, Lambda, Lars, Lasso, LassoParams, Omp, Solver, Stop, StopReason,
};
use latent_sparse::{Dictionary, SparseError};
use ndarray::{Array1, Array2, ArrayView1, Axis, array, s};
use proptest::prelude::*;
use support::lasso::{Golden, Path, Solutions, load};

/// How atoms are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Draw {
    Normal,
    /// With duplicates (also of the other sign), sums of two atoms and zero atoms among them.
    Dependent,
}

/// What a random problem is made of.
#[derive(Clone, Copy, Debug)]
struct Options {
    seed: u64,
    features: usize,
    atoms: usize,
    weights: bool,
    l2: bool,
    positive: bool,
    draw: Draw,
    fraction: f64,
}

fn options() -> impl Strategy<Value = Options> {
    let shape = (any::<u64>(), 1_usize..16, 1_usize..24);
    let switches =
        (any::<bool>(), any::<bool>(), any::<bool>(), prop_oneof![Just(Draw::Normal), Just(Draw::Dependent)]);
    let fraction = prop_oneof![0.01..1.2, Just(0.5)];
    (shape, switches, fraction).prop_map(|((seed, features, atoms), (weights, l2, positive, draw), fraction)| Options {
        seed,
        features,
        atoms,
        weights,
        l2,
        positive,
        draw,
        fraction,
    })
}

struct Problem {
    dictionary: Dictionary<f64>,
    params: LassoParams<f64>,
    x: Array2<f64>,
}

fn draw(options: Options) -> Problem {
    let mut stream = Stream::new(options.seed, "greedy tests", &[]);
    let (features, atoms) = (options.features, options.atoms);
    let mut w: Array2<f64> = stream.normal_array((features, atoms));
    if options.draw == Draw::Dependent {
        for j in 3..atoms {
            let (a, b) = (w.column(stream.below(j)).to_owned(), w.column(stream.below(j)).to_owned());
            match stream.below(8) {
                0 => w.column_mut(j).assign(&a),
                1 => w.column_mut(j).assign(&-a),
                2 => w.column_mut(j).assign(&(a + b)),
                3 => w.column_mut(j).fill(0.0),
                _ => {}
            }
        }
    }
    let x: Array2<f64> = stream.normal_array((3, features));
    let mut params = LassoParams::new(0.0);
    if options.weights {
        params = params.weights((0..atoms).map(|_| stream.uniform_in(0.3, 3.0)).collect());
    }
    if options.l2 {
        params = params.l2(0.4);
    }
    if options.positive {
        params = params.positive();
    }
    let dictionary = Dictionary::new(w).unwrap();
    let largest = {
        let lasso = Lasso::new(&dictionary, params.clone()).unwrap();
        lasso.lambda_max(x.view()).unwrap().fold(0.0, |m: f64, &l| m.max(l))
    };
    // An absolute lambda, which lies above lambda_max of some samples.
    let params = LassoParams { lambda: Lambda::Absolute(options.fraction * largest), ..params };
    Problem { dictionary, params, x }
}

/// By how much a code misses the conditions of the minimum for this lambda.
fn violation(lasso: &Lasso<'_, f64>, x: ArrayView1<f64>, lambda: f64, code: ArrayView1<f64>) -> f64 {
    let params = lasso.params();
    let r = &x - &lasso.dictionary().atoms().dot(&code);
    let q = lasso.dictionary().atoms().t().dot(&r) - &(params.l2 * &code);
    let miss = |j: usize| {
        let bound = lambda * params.weights.as_ref().map_or(1.0, |w| w[j]);
        if code[j] == 0.0 {
            (if params.positive { q[j] } else { q[j].abs() } - bound).max(0.0)
        } else {
            let wrong_sign = if params.positive { (-code[j]).max(0.0) } else { 0.0 };
            (q[j] - bound * code[j].signum()).abs().max(wrong_sign)
        }
    };
    (0..code.len()).map(miss).fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn every_code_of_the_path_is_optimal(options in options()) {
        let problem = draw(options);
        let lasso = Lasso::new(&problem.dictionary, problem.params.clone()).unwrap();
        for x in problem.x.rows() {
            let path = Lars.path(&lasso, x).unwrap();
            let lambdas = path.lambdas();
            prop_assert!(lambdas.windows(2).all(|pair| pair[0] > pair[1]));
            prop_assert_eq!(lambdas.len(), path.codes().rows());
            let lambda_max = lasso.lambda_max(x.insert_axis(Axis(0))).unwrap()[0];
            assert_abs_diff_eq!(lambdas[0], lambda_max, epsilon = 1e-12 * lambda_max);
            prop_assert_eq!(path.codes().outer_view(0).unwrap().nnz(), 0);
            prop_assert_eq!(path.at(2.0 * lambdas[0] + 1.0).unwrap(), Array1::<f64>::zeros(options.atoms));
            for (k, &lambda) in lambdas.iter().enumerate() {
                let code = path.at(lambda).unwrap();
                let stored = path.codes().outer_view(k).unwrap().to_dense();
                prop_assert_eq!(&code, &stored);
                prop_assert!(violation(&lasso, x, lambda, code.view()) <= 1e-9, "knot {}: {:?}", k, path);
                if k > 0 {
                    for t in [0.1, 0.5, 0.9] {
                        let between = t * lambda + (1.0 - t) * lambdas[k - 1];
                        let code = path.at(between).unwrap();
                        prop_assert!(violation(&lasso, x, between, code.view()) <= 1e-9, "between: {:?}", path);
                    }
                }
            }
        }
    }

    #[test]
    fn the_solvers_agree(options in options()) {
        let problem = draw(options);
        let lasso = Lasso::new(&problem.dictionary, problem.params.clone()).unwrap();
        let solve = |solver: &dyn Solver<f64>| lasso.solve(problem.x.view(), solver, &Stop::gap(1e-11)).unwrap();
        let lars = solve(&Lars);
        for (certificate, code) in lars.certificates.iter().zip(lars.codes.rows()) {
            prop_assert_eq!(certificate.stop, StopReason::Converged, "{:?}", certificate);
            prop_assert!(!options.positive || code.iter().all(|&z| z >= 0.0));
        }
        for other in [solve(&CoordinateDescent), solve(&ActiveSet)] {
            for (lars, other) in lars.certificates.iter().zip(&other.certificates) {
                // Coordinate descent can be slow; its gap then says how far it may be off.
                let above = other.objective() - lars.objective();
                prop_assert!((-1e-8..=other.gap + 1e-8).contains(&above), "{:?} and {:?}", lars, other);
            }
        }
        // The path ends where the solver does, and the solver does not care where it starts.
        for (x, code) in problem.x.rows().into_iter().zip(lars.codes.rows()) {
            let path = Lars.path(&lasso, x).unwrap();
            let end = path.codes().outer_view(path.lambdas().len() - 1).unwrap().to_dense();
            assert_abs_diff_eq!(end, code, epsilon = 1e-12);
        }
        let start = lars.codes.mapv(|z| z.abs() + 1.0);
        let again = lasso.solve_from(problem.x.view(), start, &Lars, &Stop::gap(1e-11)).unwrap();
        prop_assert_eq!(again.codes, lars.codes);
    }

    #[test]
    fn unfinished_paths_are_optimal_for_a_larger_lambda(options in options(), steps in 0_usize..6) {
        let problem = draw(options);
        let lasso = Lasso::new(&problem.dictionary, problem.params.clone()).unwrap();
        let codes = lasso.solve(problem.x.view(), &Lars, &Stop::after(steps)).unwrap();
        for (x, code) in problem.x.rows().into_iter().zip(codes.codes.rows()) {
            let path = Lars.path(&lasso, x).unwrap();
            let known = |lambda: f64| path.at(lambda).unwrap();
            prop_assert!(path.lambdas().iter().any(|&l| (&known(l) - &code).iter().all(|d| d.abs() <= 1e-11)));
        }
        prop_assert!(codes.certificates.iter().all(|c| c.iterations <= steps));
    }

    #[test]
    fn at_lambda_zero_the_residual_is_that_of_least_squares(options in options()) {
        let problem = draw(Options { fraction: 0.0, positive: false, l2: false, ..options });
        let lasso = Lasso::new(&problem.dictionary, problem.params.clone()).unwrap();
        let codes = lasso.solve(problem.x.view(), &Lars, &Stop::default()).unwrap();
        let residual = &problem.x - &problem.dictionary.reconstruct(codes.codes.view());
        let correlations = residual.dot(&problem.dictionary.atoms());
        prop_assert!(correlations.iter().all(|c| c.abs() <= 1e-9));
        prop_assert!(codes.certificates.iter().all(|c| c.stop != StopReason::MaxIterations));
    }

    #[test]
    fn pursuit_projects_on_what_it_chose(options in options()) {
        let problem = draw(options);
        let lasso = Lasso::new(&problem.dictionary, LassoParams::new(0.1)).unwrap();
        let mut norms = problem.x.map_axis(Axis(1), |x| x.dot(&x).sqrt());
        let mut before = Array2::zeros((3, options.atoms));
        for count in 1..=options.atoms {
            let codes = lasso.solve(problem.x.view(), &Omp::until_nonzeros(count), &Stop::default()).unwrap();
            let residual = &problem.x - &problem.dictionary.reconstruct(codes.codes.view());
            let correlations = residual.dot(&problem.dictionary.atoms());
            for (i, certificate) in codes.certificates.iter().enumerate() {
                let code = codes.codes.row(i);
                prop_assert_eq!(certificate.support, certificate.iterations);
                // Fewer only where the atoms chosen explain everything that any atom could.
                let all = certificate.stop == StopReason::AtomCount && certificate.support == count;
                let none_left = certificate.stop == StopReason::NoFurtherAtom
                    && correlations.row(i).iter().all(|c| c.abs() <= 1e-9);
                prop_assert!(all || none_left, "{:?}", certificate);
                prop_assert!((0..options.atoms).all(|j| code[j] == 0.0 || correlations[[i, j]].abs() <= 1e-9));
                // The choice is nested, and the residual never rises.
                prop_assert!((0..options.atoms).all(|j| before[[i, j]] == 0.0 || code[j] != 0.0));
                let norm = residual.row(i).dot(&residual.row(i)).sqrt();
                prop_assert!(norm <= norms[i] * (1.0 + 1e-12) + 1e-14);
                norms[i] = norm;
            }
            before = codes.codes;
        }
    }

    #[test]
    fn pursuit_stops_at_the_first_residual_small_enough(options in options(), share in 0.0..1.1) {
        let problem = draw(options);
        let lasso = Lasso::new(&problem.dictionary, LassoParams::new(0.1)).unwrap();
        let norm_of = |codes: &Codes<f64>, i: usize| {
            let r = &problem.x.row(i) - &problem.dictionary.reconstruct(codes.codes.view()).row(i);
            r.dot(&r).sqrt()
        };
        let bound = share * problem.x.row(0).dot(&problem.x.row(0)).sqrt();
        let codes = lasso.solve(problem.x.view(), &Omp::until_residual_norm(bound), &Stop::default()).unwrap();
        for (i, certificate) in codes.certificates.iter().enumerate() {
            if certificate.stop == StopReason::ResidualNorm {
                prop_assert!(norm_of(&codes, i) <= bound + 1e-12);
                if let Some(fewer) = certificate.support.checked_sub(1) {
                    let x = problem.x.slice(s![i..=i, ..]);
                    let fewer = lasso.solve(x, &Omp::until_nonzeros(fewer), &Stop::default()).unwrap();
                    let r = &x - &problem.dictionary.reconstruct(fewer.codes.view());
                    prop_assert!(r.iter().map(|r| r * r).sum::<f64>().sqrt() > bound);
                }
            } else {
                prop_assert_eq!(certificate.stop, StopReason::NoFurtherAtom);
                prop_assert!(norm_of(&codes, i) > bound);
            }
        }
    }

    #[test]
    fn pursuit_on_orthogonal_atoms_keeps_the_largest(seed in any::<u64>(), n in 1_usize..20, count in 0_usize..20) {
        let count = count.min(n);
        let mut stream = Stream::new(seed, "orthogonal atoms", &[]);
        // Householder's reflection, its columns stretched.
        let v: Array1<f64> = stream.normal_array(n);
        let outer = v.view().insert_axis(Axis(1)).dot(&v.view().insert_axis(Axis(0)));
        let scales: Array1<f64> = (0..n).map(|_| stream.uniform_in(0.2, 5.0)).collect();
        let w = (Array2::<f64>::eye(n) - outer * (2.0 / v.dot(&v))) * &scales;
        let x: Array2<f64> = stream.normal_array((1, n));
        let dictionary = Dictionary::new(w).unwrap();
        let lasso = Lasso::new(&dictionary, LassoParams::new(0.0)).unwrap();
        let codes = lasso.solve(x.view(), &Omp::until_nonzeros(count), &Stop::default()).unwrap();
        let along = x.dot(&dictionary.atoms()).row(0).to_owned() / &scales;
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| along[b].abs().total_cmp(&along[a].abs()));
        let mut want = Array1::zeros(n);
        for &j in &order[..count] {
            want[j] = along[j] / scales[j];
        }
        assert_abs_diff_eq!(codes.codes.row(0), want, epsilon = 1e-12);
        prop_assert_eq!(codes.certificates[0].stop, StopReason::AtomCount);
    }

    #[test]
    fn pursuit_recovers_few_atoms_of_an_incoherent_dictionary(seed in any::<u64>()) {
        let mut stream = Stream::new(seed, "planted support", &[]);
        // Unit vectors and the Hadamard basis: of coherence 1/8, so that supports below (1 + 8)/2 are
        // found (Tropp 2004, theorem 3.5 and corollary 3.6).
        let n = 64_usize;
        let hadamard = |i: usize, j: usize| if (i & j).count_ones().is_multiple_of(2) { 0.125 } else { -0.125 };
        let w = Array2::from_shape_fn((n, 2 * n), |(i, j)| match j.checked_sub(n) {
            None => f64::from(u8::from(i == j)),
            Some(j) => hadamard(i, j),
        });
        let dictionary = Dictionary::new(w).unwrap();
        let lasso = Lasso::new(&dictionary, LassoParams::new(0.0)).unwrap();
        let mut code = Array2::zeros((1, 2 * n));
        for &j in &stream.permutation(2 * n)[..4] {
            code[[0, j]] = stream.uniform_in(0.1, 2.0) * if stream.bernoulli(0.5) { 1.0 } else { -1.0 };
        }
        let x = dictionary.reconstruct(code.view());
        for solver in [Omp::until_nonzeros(4), Omp::until_residual_norm(1e-9)] {
            let got = lasso.solve(x.view(), &solver, &Stop::default()).unwrap();
            assert_abs_diff_eq!(got.codes, code, epsilon = 1e-12);
        }
        // With nothing left to explain, no further atom is taken.
        let more = lasso.solve(x.view(), &Omp::until_nonzeros(20), &Stop::default()).unwrap();
        prop_assert_eq!((more.certificates[0].support, more.certificates[0].stop), (4, StopReason::NoFurtherAtom));
    }
}

/// In single precision: what the certificates and the promise of `ResidualNorm` are worth.
#[test]
fn single_precision() {
    let mut stream = Stream::new(5, "single precision", &[]);
    let mut w: Array2<f32> = stream.normal_array((784, 128));
    w.columns_mut().into_iter().for_each(|mut w| w.mapv_inplace(|v| v / 28.0));
    let x: Array2<f32> = w.slice(s![.., ..40]).dot(&stream.normal_array::<f32, _, _>((40, 20))).reversed_axes();
    let dictionary = Dictionary::new(w.clone()).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::fraction_of_max(0.01)).unwrap();
    let codes = lasso.solve(x.view(), &Lars, &Stop::gap(1e-5)).unwrap();
    assert!(codes.certificates.iter().all(|c| c.stop == StopReason::Converged), "{:?}", codes.summary());

    // The recursion of the squared residual is off by about 1e-6 ||x||^2, so it could not tell any of these.
    let mut before = usize::MAX;
    for bound in [1e-5_f32, 1e-4, 1e-3, 1e-2] {
        for (x, scale) in x.rows().into_iter().map(|x| (x, x.dot(&x).sqrt())) {
            let bound = bound * scale;
            let x = x.insert_axis(Axis(0));
            let codes = lasso.solve(x, &Omp::until_residual_norm(bound), &Stop::default()).unwrap();
            let x = x.mapv(f64::from);
            let r = &x - &codes.codes.mapv(f64::from).dot(&w.mapv(f64::from).t());
            let norm = r.iter().map(|r| r * r).sum::<f64>().sqrt();
            assert_eq!(codes.certificates[0].stop, StopReason::ResidualNorm);
            assert!(norm <= f64::from(bound), "{norm} above {bound}");
            before = before.min(codes.certificates[0].support);
        }
    }
    assert!(before <= 40);
    // Past all that single precision can explain, the residual still never rises.
    let norms = |count: usize| -> Vec<f64> {
        let codes = lasso.solve(x.view(), &Omp::until_nonzeros(count), &Stop::default()).unwrap();
        let r = &x.mapv(f64::from) - &codes.codes.mapv(f64::from).dot(&w.mapv(f64::from).t());
        r.map_axis(Axis(1), |r| r.dot(&r).sqrt()).to_vec()
    };
    let mut last = norms(30);
    for count in 31..60 {
        let next = norms(count);
        assert!(next.iter().zip(&last).all(|(n, l)| n <= l), "with {count} atoms");
        last = next;
    }
}

fn same_bits_on_any_number_of_threads<E: Scalar>(solver: &dyn Solver<E>) {
    let mut stream = Stream::new(9, "threads", &[]);
    let dictionary = Dictionary::new(stream.normal_array::<E, _, _>((30, 50))).unwrap();
    let x: Array2<E> = stream.normal_array((300, 30));
    let lasso = Lasso::new(&dictionary, LassoParams::fraction_of_max(E::of(0.1))).unwrap();
    let run = |threads| with_threads(threads, || lasso.solve(x.view(), solver, &Stop::default()).unwrap()).unwrap();
    let (one, four) = (run(1), run(4));
    assert_eq!(one.codes, four.codes);
    assert_eq!(one.certificates, four.certificates);
    assert!(one.certificates.iter().all(|c| c.support > 0));
}

#[test]
fn same_bits() {
    same_bits_on_any_number_of_threads::<f32>(&Lars);
    same_bits_on_any_number_of_threads::<f64>(&Lars);
    same_bits_on_any_number_of_threads::<f32>(&Omp::until_nonzeros(7));
    same_bits_on_any_number_of_threads::<f64>(&Omp::until_residual_norm(1.5));
}

/// Several atoms that meet their bounds at one lambda, join, leave and stay out.
#[test]
fn ties() {
    let check = |w: Array2<f64>, x: Array1<f64>, params: LassoParams<f64>| {
        let dictionary = Dictionary::new(w).unwrap();
        let lasso = Lasso::new(&dictionary, params).unwrap();
        let path = Lars.path(&lasso, x.view()).unwrap();
        for i in 0..=50 {
            let lambda = path.lambdas()[0] * f64::from(i) / 50.0;
            let code = path.at(lambda).unwrap();
            assert!(violation(&lasso, x.view(), lambda, code.view()) < 1e-12, "at {lambda}: {path:?}");
        }
        path
    };
    // All coefficients of an orthonormal dictionary at once.
    let path = check(Array2::eye(5), array![2.0, -2.0, 2.0, 2.0, -2.0], LassoParams::new(0.0));
    assert_eq!(path.lambdas(), [2.0, 0.0]);
    // Two atoms around the sample and a longer one that would meet the bound with them and must leave.
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let w = array![[1.0, 1.0, 1.0], [0.5, -0.5, 0.0], [0.25, 0.25, -0.75]].select(Axis(1), &order);
        check(w.clone(), array![1.0, 0.0, 0.0], LassoParams::new(0.0));
        check(w, array![1.0, 0.0, 0.0], LassoParams::new(0.0).positive());
    }
    // Four atoms in the plane, all tied.
    let w = array![[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 0.5, 0.0]];
    check(w, array![1.0, 0.0], LassoParams::new(0.0));
}

fn assert_close(got: ArrayView1<f64>, want: ArrayView1<f64>, tolerance: f64) {
    let worst = (&got - &want).fold(0.0, |m: f64, d| m.max(d.abs()));
    assert!(worst <= tolerance, "off by {worst}: {got}, expected {want}");
}

fn check_knots(golden: &Golden, knots: &Path, params: LassoParams<f64>) {
    let dictionary = Dictionary::new(golden.dictionary.clone()).unwrap();
    let end = knots.lambdas[knots.lambdas.len() - 1];
    let params = LassoParams { lambda: Lambda::Absolute(end), ..params };
    let lasso = Lasso::new(&dictionary, params).unwrap();
    let path = Lars.path(&lasso, golden.signals.row(0)).unwrap();
    assert_close(ArrayView1::from(path.lambdas()), knots.lambdas.view(), 1e-12);
    for (k, code) in knots.codes.outer_iter().enumerate() {
        assert_close(path.codes().outer_view(k).unwrap().to_dense().view(), code, 1e-11);
    }
    let sizes: Vec<usize> = path.codes().outer_iterator().map(|code| code.nnz()).collect();
    assert_eq!(sizes.windows(2).filter(|pair| pair[1] <= pair[0]).count(), 2, "two atoms leave: {sizes:?}");
}

#[test]
fn golden_paths() {
    let golden = load();
    check_knots(&golden, &golden.lars_path, LassoParams::new(0.0));
    check_knots(&golden, &golden.positive_lars_path, LassoParams::new(0.0).positive());
    let dictionary = Dictionary::new(golden.dictionary.clone()).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.0)).unwrap();
    let path = Lars.path(&lasso, golden.signals.row(0)).unwrap();
    for (&lambda, code) in golden.lasso_path.lambdas.iter().zip(golden.lasso_path.codes.outer_iter()) {
        assert_close(path.at(lambda).unwrap().view(), code, 1e-11);
    }
}

#[test]
fn golden_codes() {
    let golden = load();
    let dictionary = Dictionary::new(golden.dictionary.clone()).unwrap();
    let check = |at: &Solutions, params: &dyn Fn(f64) -> LassoParams<f64>| {
        for (i, &lambda) in at.lambdas.iter().enumerate() {
            let lasso = Lasso::new(&dictionary, params(lambda)).unwrap();
            let codes = lasso.solve(golden.signals.view(), &Lars, &Stop::gap(1e-12)).unwrap();
            for (k, certificate) in codes.certificates.iter().enumerate() {
                assert_close(codes.codes.row(k), at.codes.slice(s![i, k, ..]), 1e-11);
                assert_abs_diff_eq!(certificate.objective(), at.objectives[[i, k]], epsilon = 1e-12);
                assert_eq!(certificate.stop, StopReason::Converged);
            }
        }
    };
    check(&golden.lasso, &LassoParams::new);
    check(&golden.positive_lasso, &|lambda| LassoParams::new(lambda).positive());
    check(&golden.elastic_net.at, &|lambda| LassoParams::new(lambda).l2(golden.elastic_net.l2));
    let weights = &golden.weighted_lasso.weights;
    check(&golden.weighted_lasso.at, &|lambda| LassoParams::new(lambda).weights(weights.clone()));
}

#[test]
fn golden_pursuits() {
    let golden = load();
    let dictionary = Dictionary::new(golden.dictionary.clone()).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
    let by_count = &golden.omp_by_count;
    for (i, &count) in by_count.counts.iter().enumerate() {
        let x = golden.signals.slice(s![..1, ..]);
        let codes = lasso.solve(x, &Omp::until_nonzeros(count), &Stop::default()).unwrap();
        assert_close(codes.codes.row(0), by_count.codes.row(i), 1e-12);
        let certificate = codes.certificates[0];
        assert_eq!((certificate.support, certificate.stop), (count, StopReason::AtomCount));
        assert_abs_diff_eq!(2.0 * certificate.data_term, by_count.squared_residuals[i], epsilon = 1e-13);
    }
    let by_error = &golden.omp_by_error;
    for (i, squared) in by_error.squared_tolerances.iter().enumerate() {
        let solver = Omp::until_residual_norm(squared.sqrt());
        let codes = lasso.solve(golden.signals.view(), &solver, &Stop::default()).unwrap();
        for (k, certificate) in codes.certificates.iter().enumerate() {
            assert_close(codes.codes.row(k), by_error.codes.slice(s![i, k, ..]), 1e-12);
            assert_eq!(certificate.stop, StopReason::ResidualNorm);
        }
    }
}

#[test]
fn what_cannot_be_done() {
    let dictionary = Dictionary::new(Array2::<f64>::eye(3)).unwrap();
    let x = Array2::<f64>::ones((1, 3));
    let plain = LassoParams::new(0.1);
    let run = |params: LassoParams<f64>, solver: Omp<f64>| {
        Lasso::new(&dictionary, params)
            .unwrap()
            .solve(x.view(), &solver, &Stop::default())
            .map(|codes| codes.certificates)
    };
    let one = Omp::until_nonzeros(1);
    for params in [plain.clone().positive(), plain.clone().weights(Array1::ones(3)), plain.clone().l2(0.1)] {
        assert!(matches!(run(params, one), Err(SparseError::Unsupported { solver: "OMP", .. })));
    }
    assert!(matches!(run(plain.clone(), Omp::default()), Err(SparseError::Unsupported { .. })));
    let asked = run(plain.clone(), Omp::until_nonzeros(4));
    assert_eq!(asked, Err(SparseError::TooManyNonZeros { asked: 4, atoms: 3 }));
    for norm in [-1.0, f64::NAN] {
        assert!(matches!(run(plain.clone(), Omp::until_residual_norm(norm)), Err(SparseError::Parameter { .. })));
    }
    // Zero atoms and zero samples are no error.
    assert_eq!(run(plain.clone(), Omp::until_nonzeros(0)).unwrap()[0].stop, StopReason::AtomCount);
    assert_eq!(run(plain.clone(), Omp::until_residual_norm(9.0)).unwrap()[0].support, 0);
    let lasso = Lasso::new(&dictionary, plain).unwrap();
    let zero = lasso.solve(Array2::zeros((1, 3)).view(), &one, &Stop::default()).unwrap();
    assert_eq!((zero.certificates[0].support, zero.certificates[0].stop), (0, StopReason::NoFurtherAtom));

    let path = Lars.path(&lasso, x.row(0)).unwrap();
    for lambda in [0.05, f64::NAN] {
        assert!(matches!(path.at(lambda), Err(SparseError::Parameter { .. })));
    }
    assert!(matches!(Lars.path(&lasso, array![1.0].view()), Err(SparseError::Shape { .. })));
    assert!(Lars.path(&lasso, Array1::zeros(3).view()).unwrap().at(0.0).unwrap().iter().all(|&z| z == 0.0));
}
