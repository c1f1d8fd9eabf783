//! What dictionary learning promises.

use approx::assert_abs_diff_eq;
use latent_numeric::random::Stream;
use latent_sparse::SparseError;
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams, Init, Learned, Method, epoch_order};
use latent_sparse::lasso::{ActiveSet, Admm, Fista, LassoParams, Omp, Solver, Stop};
use ndarray::{Array1, Array2, Axis};
use proptest::prelude::*;
use std::ops::ControlFlow;

const METHODS: [Method; 4] = [Method::Online { forgetting: 8.0 }, Method::Alternating, Method::Mod, Method::Ksvd];

/// Samples that are combinations of 3 of `atoms` random unit atoms, and these atoms in columns.
fn planted(seed: u64, samples: usize, features: usize, atoms: usize) -> (Array2<f64>, Array2<f64>) {
    let mut s = Stream::new(seed, "planted", &[]);
    let mut w: Array2<f64> = s.normal_array((features, atoms));
    for mut atom in w.columns_mut() {
        let norm = atom.dot(&atom).sqrt();
        atom /= norm;
    }
    let mut x = Array2::zeros((samples, features));
    for mut row in x.rows_mut() {
        for j in &s.permutation(atoms)[..3] {
            let z = if s.bernoulli(0.5) { 1.0 } else { -1.0 } * s.uniform_in(1.0, 2.0);
            row.scaled_add(z, &w.column(*j));
        }
    }
    (x, w)
}

fn params(method: Method, atoms: usize) -> DictionaryParams<f64> {
    DictionaryParams {
        method,
        batch_size: 64,
        stop: Stop::gap(1e-6),
        ..DictionaryParams::new(atoms, LassoParams::new(0.1))
    }
}

/// The mean lasso objective of samples on what a learner has learned.
fn score(learner: &DictionaryLearner<f64>, x: &Array2<f64>) -> f64 {
    learner.transform(x.view(), &ActiveSet, &Stop::gap(1e-9)).unwrap().summary().objective
}

/// For each planted atom, the largest `|<w, w_learned>|`.
fn recovered(planted: &Array2<f64>, learned: &Array2<f64>) -> Array1<f64> {
    planted.t().dot(learned).map_axis(Axis(1), |row| row.iter().fold(0.0, |m: f64, c| m.max(c.abs())))
}

#[test]
fn planted_atoms_are_found() {
    let (x, w) = planted(1, 2_000, 20, 30);
    for method in METHODS {
        let epochs = if matches!(method, Method::Online { .. }) { 15 } else { 60 };
        let mut learner = DictionaryLearner::new(DictionaryParams { epochs, ..params(method, 30) }).unwrap();
        // K-SVD keeps the places of the coefficients, so it wants codes with few of them.
        let solver: &dyn Solver<f64> = if method == Method::Ksvd { &Omp::until_nonzeros(3) } else { &Admm::default() };
        let report = learner.fit(&x, solver).unwrap();
        let found = recovered(&w, &learner.dictionary().unwrap().into_atoms());
        let share = found.iter().filter(|c| **c > 0.98).count() as f64 / 30.0;
        assert!(share >= 0.8, "{method:?} found {share} of the atoms: {found:.3}");
        assert_eq!((report.epochs, report.samples, report.interrupted), (epochs, epochs * 2_000, false));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Every method lowers the objective it minimises, and its atoms have norm one.
    #[test]
    fn learning_lowers_the_objective(seed: u64, method in prop::sample::select(METHODS.to_vec()), positive: bool) {
        let (x, _) = planted(seed, 400, 12, 15);
        let mut settings = DictionaryParams { epochs: 0, seed, ..params(method, 15) };
        settings.penalty.positive = positive;
        let mut learner = DictionaryLearner::new(settings.clone()).unwrap();
        learner.fit(&x, &Admm::default()).unwrap();
        let before = score(&learner, &x);
        let mut learner = DictionaryLearner::new(DictionaryParams { epochs: 4, ..settings }).unwrap();
        learner.fit(&x, &Admm::default()).unwrap();
        prop_assert!(score(&learner, &x) < before);
        for atom in learner.dictionary().unwrap().atoms().columns() {
            assert_abs_diff_eq!(atom.dot(&atom), 1.0, epsilon = 1e-9);
        }
    }

    /// Alternating minimisation: the objective on the training samples falls from epoch to epoch.
    #[test]
    fn saved_and_restored_anywhere_it_learns_the_same(seed: u64, at in 0_usize..12, dead_after in 20_usize..200) {
        let (x, _) = planted(seed, 200, 10, 6);
        let params = DictionaryParams {
            epochs: 3,
            batch_size: 50,
            dead_after,
            seed,
            ..params(Method::Online { forgetting: 8.0 }, 14)
        };
        let mut whole = DictionaryLearner::new(params.clone()).unwrap();
        whole.fit(&x, &Admm::default()).unwrap();
        let mut learner = DictionaryLearner::new(params.clone()).unwrap();
        learner.initialise(&x).unwrap();
        let orders = (0..3).map(|epoch| epoch_order(x.nrows(), seed, epoch));
        for (step, batch) in orders.flat_map(|order| order.chunks(50).map(<[usize]>::to_vec).collect::<Vec<_>>()).enumerate() {
            if step == at {
                let saved = learner.saved().unwrap();
                learner = DictionaryLearner::new(params.clone()).unwrap();
                learner.restore(saved).unwrap();
            }
            learner.partial_fit(x.select(Axis(0), &batch).view(), &Admm::default()).unwrap();
        }
        prop_assert_eq!(learner.saved(), whole.saved());
    }

    #[test]
    fn alternating_descends(seed: u64) {
        let (x, _) = planted(seed, 300, 10, 12);
        let settings = DictionaryParams { seed, dead_after: usize::MAX, stop: Stop::gap(1e-9), ..params(Method::Alternating, 12) };
        let mut learner = DictionaryLearner::new(settings).unwrap();
        let mut last = f64::INFINITY;
        for _ in 0..6 {
            learner.fit(&x, &ActiveSet).unwrap();
            let now = score(&learner, &x);
            prop_assert!(now <= last + 1e-7, "from {} to {}", last, now);
            last = now;
        }
    }
}

/// An atom that no sample can use is replaced by one that helps, and counted.
#[test]
fn dead_atoms_are_replaced() {
    let (mut x, _) = planted(3, 500, 10, 8);
    x.column_mut(9).fill(0.0);
    let mut given: Array2<f64> = Stream::new(5, "given", &[]).normal_array((10, 8));
    given.row_mut(9).fill(0.0);
    given.column_mut(4).fill(0.0);
    given[[9, 4]] = 1.0;
    for method in METHODS {
        let settings =
            DictionaryParams { init: Init::Given(given.clone()), dead_after: 100, epochs: 2, ..params(method, 8) };
        let mut learner = DictionaryLearner::new(settings).unwrap();
        let report = learner.fit(&x, &Admm::default()).unwrap();
        assert_eq!((report.replaced, learner.replaced()), (1, 1), "{method:?}");
        let codes = learner.transform(x.view(), &ActiveSet, &Stop::gap(1e-6)).unwrap();
        assert!(codes.codes.column(4).iter().any(|z| *z != 0.0), "{method:?}: the new atom is not used");
    }
}

#[test]
fn batches_one_by_one_are_a_fit() {
    let (x, w) = planted(7, 256, 10, 12);
    let settings =
        DictionaryParams { init: Init::Given(w), batch_size: 256, ..params(Method::Online { forgetting: 2.0 }, 12) };
    let mut whole = DictionaryLearner::new(settings.clone()).unwrap();
    let mut order = Vec::new();
    whole
        .fit_observed(&x, &Fista::restarted(), &mut |p| {
            order.push((p.epoch, p.batch, p.batches, p.codes.samples));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(order, [(0, 0, 1, 256)]);
    let shuffled = Stream::new(settings.seed, "dictionary order", &[0]).permutation(256);
    let mut parts = DictionaryLearner::new(settings).unwrap();
    parts.partial_fit(x.select(Axis(0), &shuffled).view(), &Fista::restarted()).unwrap();
    assert_eq!(whole.dictionary().unwrap().into_atoms(), parts.dictionary().unwrap().into_atoms());
}

#[test]
fn a_fit_can_be_ended() {
    let (x, _) = planted(8, 300, 10, 12);
    let mut learner = DictionaryLearner::new(DictionaryParams { epochs: 3, ..params(METHODS[0], 12) }).unwrap();
    let stop_at = |p: &latent_sparse::dictionary::Progress| {
        if p.epoch == 1 && p.batch == 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = learner.fit_observed(&x, &Admm::default(), &mut |p| stop_at(p)).unwrap();
    assert_eq!((report.epochs, report.samples, report.interrupted), (1, 300 + 128, true));
    assert!(learner.dictionary().is_ok());
}

#[test]
fn reconstruction_is_codes_times_atoms() {
    let (x, w) = planted(9, 50, 10, 12);
    let settings = DictionaryParams { init: Init::Given(w), epochs: 0, ..params(METHODS[0], 12) };
    let mut learner = DictionaryLearner::new(settings).unwrap();
    learner.fit(&x, &Admm::default()).unwrap();
    let stop = Stop::gap(1e-8);
    let codes = learner.transform(x.view(), &ActiveSet, &stop).unwrap().codes;
    let want = codes.dot(&learner.dictionary().unwrap().atoms().t());
    let got = learner.reconstruct(x.view(), &ActiveSet, &stop).unwrap();
    assert_abs_diff_eq!(got, want, epsilon = 1e-12);
}

#[test]
fn samples_that_cannot_be_learned_from() {
    let (x, w) = planted(10, 50, 10, 12);
    let new = |p: DictionaryParams<f64>| DictionaryLearner::new(p).unwrap();
    let admm = Admm::default();
    let error = new(params(METHODS[0], 51)).fit(&x, &admm).unwrap_err();
    assert_eq!(
        error,
        SparseError::TooFewSamples { what: "choosing the first atoms among the samples", needed: 51, found: 50 }
    );
    let error = new(params(METHODS[0], 5)).fit(&Array2::zeros((0, 10)), &admm).unwrap_err();
    assert!(matches!(error, SparseError::TooFewSamples { found: 0, .. }));
    let mut bad = x.clone();
    bad[[7, 3]] = f64::NAN;
    for method in METHODS {
        let error =
            new(DictionaryParams { init: Init::Given(w.clone()), ..params(method, 12) }).fit(&bad, &admm).unwrap_err();
        assert!(matches!(error, SparseError::NonFinite { what: "the samples", column: 3, .. }), "{error}");
    }
    let wrong = DictionaryParams { init: Init::Given(Array2::ones((9, 12))), ..params(METHODS[0], 12) };
    assert_eq!(
        new(wrong).fit(&x, &admm).unwrap_err(),
        SparseError::Shape { what: "the first atoms", found: vec![9, 12], expected: vec![10, 12] }
    );
    assert!(matches!(
        new(params(METHODS[0], 5)).transform(x.view(), &admm, &Stop::default()).unwrap_err(),
        SparseError::NotFitted { what: "dictionary" }
    ));
    let mut learner = new(params(METHODS[0], 5));
    learner.fit(&x, &admm).unwrap();
    let narrow = x.slice(ndarray::s![.., ..9]).to_owned();
    assert!(matches!(learner.fit(&narrow, &admm).unwrap_err(), SparseError::Shape { what: "the samples", .. }));
}

#[test]
fn what_was_not_saved_by_such_a_learner_is_refused() {
    let (x, _) = planted(1, 60, 10, 6);
    let mut learner = DictionaryLearner::new(params(Method::Online { forgetting: 8.0 }, 6)).unwrap();
    assert_eq!(learner.saved(), None);
    learner.partial_fit(x.view(), &Admm::default()).unwrap();
    let good = learner.saved().unwrap();
    let cases: [(&str, fn(&mut Learned<f64>)); 5] = [
        ("the saved atoms has the shape [10, 5], expected [10, 6]", |l| l.atoms = Array2::ones((10, 5))),
        ("the saved sums of codes has the shape [6, 5]", |l| l.codes = Array2::ones((6, 5))),
        ("the saved sums of codes and samples has the shape [6, 9]", |l| l.samples = Array2::ones((6, 9))),
        ("the saved use of atoms has the shape [5]", |l| l.idle.truncate(5)),
        ("the saved sums of codes holds the value NaN", |l| l.codes[[2, 3]] = f64::NAN),
    ];
    for (expected, spoil) in cases {
        let mut saved = good.clone();
        spoil(&mut saved);
        let told = learner.restore(saved).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
        assert_eq!(learner.saved().as_ref(), Some(&good));
    }
}

#[test]
fn a_code_whose_objective_is_no_number_changes_nothing() {
    let mut learner = DictionaryLearner::new(params(Method::Online { forgetting: 8.0 }, 4)).unwrap();
    let (x, _) = planted(2, 40, 10, 6);
    learner.partial_fit(x.view(), &Admm::default()).unwrap();
    let before = learner.saved();
    // Its square overflows.
    let error = learner.partial_fit((x * 1e200).view(), &Fista::default()).unwrap_err();
    assert!(matches!(error, SparseError::NonFinite { what: "the objective of the codes", .. }), "{error}");
    assert_eq!(learner.saved(), before);
}

#[test]
fn parameters_out_of_their_domain() {
    let name = |p: DictionaryParams<f64>| match DictionaryLearner::new(p).unwrap_err() {
        SparseError::Parameter { name, .. } => name,
        other => panic!("{other}"),
    };
    assert_eq!(name(params(METHODS[0], 0)), "atoms");
    assert_eq!(name(DictionaryParams { batch_size: 0, ..params(METHODS[0], 2) }), "batch_size");
    assert_eq!(name(DictionaryParams { dead_after: 0, ..params(METHODS[0], 2) }), "dead_after");
    assert_eq!(name(params(Method::Online { forgetting: -1.0 }, 2)), "forgetting");
    assert_eq!(
        name(DictionaryParams { stop: Stop::gap(f64::NAN), ..params(METHODS[0], 2) }),
        "the relative gap to stop at"
    );
    let given = DictionaryParams { init: Init::Given(Array2::ones((3, 4))), ..params(METHODS[0], 2) };
    assert!(matches!(
        DictionaryLearner::new(given).unwrap_err(),
        SparseError::Shape { what: "the given first atoms", .. }
    ));
}

/// Blank samples among the first atoms make no atoms of zero length.
#[test]
fn blank_samples_make_no_blank_atoms() {
    let mut x = Array2::<f64>::zeros((20, 6));
    x.row_mut(3).fill(1.0);
    let mut learner = DictionaryLearner::new(params(METHODS[0], 20)).unwrap();
    learner.fit(&x, &Admm::default()).unwrap();
    for atom in learner.dictionary().unwrap().atoms().columns() {
        assert_abs_diff_eq!(atom.dot(&atom), 1.0, epsilon = 1e-12);
    }
}
