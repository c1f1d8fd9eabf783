//! The same bits on any number of threads and processes.

use super::problems::solvers;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_numeric::ranks::crew;
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams, Method, Progress};
use latent_sparse::lasso::{Admm, Lasso, LassoParams, Stop};
use latent_sparse::{Dictionary, SparseError};
use ndarray::Array2;
use std::ops::ControlFlow;

const METHODS: [Method; 4] = [Method::Online { forgetting: 4.0 }, Method::Alternating, Method::Mod, Method::Ksvd];

fn assert_same_bits<T: PartialEq + Send>(what: &str, work: impl Fn() -> T + Sync + Send) {
    let want = with_threads(1, &work).unwrap();
    for threads in [2, 3, 4, 7] {
        assert!(with_threads(threads, &work).unwrap() == want, "{what} differs on {threads} threads");
    }
}

#[test]
fn codes_do_not_depend_on_threads() {
    let mut s = Stream::new(3, "data", &[]);
    let dictionary = Dictionary::new(s.normal_array((30, 50))).unwrap();
    let x: Array2<f64> = s.normal_array((700, 30));
    let lasso = Lasso::new(&dictionary, LassoParams::fraction_of_max(0.1)).unwrap();
    for solver in solvers() {
        assert_same_bits(&format!("{solver:?}"), || {
            let codes = lasso.solve(x.view(), solver.as_ref(), &Stop::gap(1e-5).max_iterations(60)).unwrap();
            (codes.codes.mapv(f64::to_bits), codes.certificates)
        });
    }
}

#[test]
fn dictionaries_do_not_depend_on_threads() {
    let mut s = Stream::new(4, "data", &[]);
    let x: Array2<f32> = s.normal_array((600, 150));
    for method in METHODS {
        assert_same_bits(&format!("{method:?}"), || {
            let penalty = LassoParams::fraction_of_max(0.2);
            let params =
                DictionaryParams { method, epochs: 2, batch_size: 256, seed: 5, ..DictionaryParams::new(170, penalty) };
            let mut learner = DictionaryLearner::new(params).unwrap();
            learner.fit(&x, &Admm::default()).unwrap();
            learner.dictionary().unwrap().into_atoms().mapv(f32::to_bits)
        });
    }
}

fn params(method: Method) -> DictionaryParams<f32> {
    let penalty = LassoParams::fraction_of_max(0.2);
    DictionaryParams {
        method,
        epochs: 2,
        batch_size: 300,
        dead_after: 200,
        seed: 5,
        ..DictionaryParams::new(40, penalty)
    }
}

#[test]
fn dictionaries_do_not_depend_on_the_number_of_processes() {
    // Batches of three blocks: on four ranks one has nothing to do, and the last batch is of one block and a bit.
    let x: Array2<f32> = Stream::new(4, "data", &[]).normal_array((740, 30));
    for method in METHODS {
        let on = |size| {
            crew(size, |ranks| {
                let mut learner = DictionaryLearner::new(params(method)).unwrap().on(ranks);
                let mut seen = Vec::new();
                let mut observe = |progress: &Progress| {
                    seen.push(*progress);
                    ControlFlow::Continue(())
                };
                let report = learner.fit_observed(&x, &Admm::default(), &mut observe).unwrap();
                (learner.dictionary().unwrap().into_atoms().mapv(f32::to_bits), report, seen)
            })
        };
        let want = on(1).remove(0);
        for size in [2, 3, 4] {
            assert!(on(size).iter().all(|got| *got == want), "{method:?} differs on {size} ranks");
        }
    }
}

#[test]
fn all_processes_stop_where_one_is_asked_to() {
    let x: Array2<f32> = Stream::new(4, "data", &[]).normal_array((740, 30));
    let reports = crew(3, |ranks| {
        let rank = ranks.rank();
        let mut learner = DictionaryLearner::new(params(METHODS[0])).unwrap().on(ranks);
        let mut observe = |progress: &Progress| {
            if rank == 2 && progress.batch == 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        learner.fit_observed(&x, &Admm::default(), &mut observe).unwrap()
    });
    assert!(reports.iter().all(|report| report.interrupted && report.samples == 600), "{reports:?}");
}

#[test]
fn processes_with_other_samples_are_refused() {
    let errors = crew(3, |ranks| {
        let x: Array2<f32> = Stream::new(u64::from(ranks.rank() == 1), "data", &[]).normal_array((200, 30));
        DictionaryLearner::new(params(METHODS[0])).unwrap().on(ranks).fit(&x, &Admm::default()).unwrap_err()
    });
    assert_eq!(errors, vec![SparseError::RanksDiffer { rank: 1 }; 3]);
}
