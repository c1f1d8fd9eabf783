//! The same bits on any number of threads.

use super::problems::solvers;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams, Method};
use latent_sparse::lasso::{Admm, Lasso, LassoParams, Stop};
use ndarray::Array2;

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
    for method in [Method::Online { forgetting: 4.0 }, Method::Alternating, Method::Mod, Method::Ksvd] {
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
