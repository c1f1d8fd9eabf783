//! Finite input at the ends of the range of a scalar: right, or refused with the numbers.

use super::problems::{solvers, solvers_of};
use approx::assert_abs_diff_eq;
use latent_numeric::ranks::crew;
use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams, FilterLearner, FilterParams, Filters};
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams};
use latent_sparse::lasso::{
    ActiveSet, Admm, Block, Certificate, CoordinateDescent, Fista, Lars, Lasso, LassoParams, Outcome, Prepared, Solver,
    Stop, StopReason, Summary,
};
use latent_sparse::{Dictionary, SparseError};
use ndarray::{Array1, Array2, Array4, array};

#[test]
fn large_and_small_samples() {
    let dictionary = Dictionary::new(array![[1.0]]).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::new(1.0)).unwrap();
    for solver in solvers() {
        for (x, want) in [(1e155, 1e155), (1e300, 1e300), (4.0, 3.0), (1e-155, 0.0), (5e-324, 0.0)] {
            let codes = lasso.solve(array![[x]].view(), solver.as_ref(), &Stop::gap(1e-10)).unwrap();
            assert!((codes.codes[[0, 0]] - want).abs() <= 2e-5 * want, "{solver:?}: {x} has the code {}", codes.codes);
            let certificate = codes.certificates[0];
            assert!(certificate.relative_gap <= 1e-10 && certificate.stop == StopReason::Converged, "{certificate:?}");
        }
    }
}

#[test]
fn dictionaries_whose_squares_are_out_of_range() {
    for (norm, text) in [
        (1e-20_f32, "the norm of atom 1 is 9.9"),
        (3e19, "the norm of atom 1 is 3.0"),
        (f32::MIN_POSITIVE, "the norm of atom 1 is 1.17"),
        (f32::MAX, "the norm of atom 1 is 3.40"),
    ] {
        let error = Dictionary::new(array![[1.0, norm]]).unwrap_err();
        assert!(matches!(error, SparseError::Magnitude { index: 1, scalar: "f32", .. }), "{error}");
        assert!(error.to_string().starts_with(text), "{error}");
        let filters = Filters::new(Array4::from_elem((1, 1, 1, 1), norm)).unwrap_err();
        assert!(matches!(filters, SparseError::Magnitude { what: "the norm of filter", .. }), "{filters}");
    }
    for norm in [1e-200_f64, 1e200, f64::MAX] {
        assert!(matches!(Dictionary::new(array![[norm]]), Err(SparseError::Magnitude { .. })));
    }
    // Zero atoms cost nothing.
    Dictionary::new(array![[0.0_f32, 1.0]]).unwrap();
}

#[test]
fn dictionaries_at_the_ends_of_what_is_allowed() {
    for norm in [2e-15_f32, 5e14] {
        let dictionary = Dictionary::new(array![[norm]]).unwrap();
        let lasso = Lasso::new(&dictionary, LassoParams::fraction_of_max(0.25)).unwrap();
        for x in [1e-5, 1.0, 1e5] {
            for solver in solvers_of::<f32>() {
                let codes = lasso.solve(array![[x]].view(), solver.as_ref(), &Stop::gap(1e-4)).unwrap();
                let want = 0.75 * x / norm;
                assert!((codes.codes[[0, 0]] - want).abs() <= 1e-2 * want, "{solver:?}: {} for {want}", codes.codes);
            }
        }
    }
}

#[test]
fn a_code_that_is_no_number_of_the_type() {
    let dictionary = Dictionary::new(array![[1e-10]]).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.0)).unwrap();
    let x = array![[1.0], [1e300]];
    for solver in solvers() {
        let error = lasso.solve(x.view(), solver.as_ref(), &Stop::gap(1e-6)).unwrap_err();
        assert!(matches!(error, SparseError::OutOfRange { what: "the code", row: 1, column: 0, .. }), "{error}");
    }
    let steep = Dictionary::new(array![[1e10]]).unwrap();
    let error = Lasso::new(&steep, LassoParams::new(0.0)).unwrap().lambda_max(x.view()).unwrap_err();
    assert!(matches!(error, SparseError::OutOfRange { what: "lambda_max", row: 1, .. }), "{error}");
}

#[test]
fn penalties_at_the_ends_of_the_range() {
    let dictionary = Dictionary::new(array![[1.0_f32, 0.6], [0.0, 0.8]]).unwrap();
    let x = array![[1e-30_f32, 2e-30], [1e-40, 0.0], [1.0, 2.0]];
    for solver in solvers_of::<f32>() {
        let lasso = Lasso::new(&dictionary, LassoParams::new(f32::MAX).weights(array![1e-6, 1e6])).unwrap();
        let codes = lasso.solve(x.view(), solver.as_ref(), &Stop::default()).unwrap();
        assert!(codes.codes.iter().all(|z| *z == 0.0), "{solver:?}");
        assert!(codes.certificates.iter().all(|c| c.relative_gap <= 1e-4), "{solver:?}: {:?}", codes.certificates);
    }
    let refused = |params: LassoParams<f32>| Lasso::new(&dictionary, params).unwrap_err();
    assert!(matches!(
        refused(LassoParams::new(1.0).weights(array![1.0, 1e-30])),
        SparseError::Magnitude { what: "the weight of atom", index: 1, .. }
    ));
    assert!(matches!(refused(LassoParams::new(1.0).l2(f32::MAX)), SparseError::Magnitude { .. }));
    let mask = Array4::from_elem((1, 1, 2, 2), f32::MAX);
    let filters = Filters::new(Array4::ones((1, 1, 1, 1))).unwrap();
    let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.1)).unwrap();
    let images = latent_sparse::convolutional::Images::masked(mask.view(), mask.view());
    assert!(matches!(problem.lambda_max(images), Err(SparseError::Magnitude { .. })));
}

#[test]
fn starting_codes_far_larger_than_the_sample() {
    let dictionary = Dictionary::new(array![[1.0_f32, 0.6], [0.0, 0.8]]).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::fraction_of_max(0.1)).unwrap();
    let x = array![[1e-30_f32, 2e-30], [0.0, 0.0]];
    let start = array![[1e10_f32, -1e30], [1.0, 1e20]];
    for solver in [&CoordinateDescent as &dyn Solver<f32>, &Fista::restarted(), &Admm::default(), &ActiveSet, &Lars] {
        let codes = lasso.solve_from(x.view(), start.clone(), solver, &Stop::default()).unwrap();
        assert!(codes.codes.iter().all(|z| z.is_finite()), "{solver:?}: {}", codes.codes);
    }
}

#[test]
fn weights_of_very_different_sizes() {
    // Orthonormal atoms: each coefficient is shrunk by lambda times its weight.
    let dictionary = Dictionary::new(Array2::<f64>::eye(4)).unwrap();
    let weights = array![1.0, 1e-12, 1e-6, 1.0];
    let x = array![[3.0, 2.0, -1.0, 1.001]];
    let lambda = 1.0;
    let lasso = Lasso::new(&dictionary, LassoParams::new(lambda).weights(weights.clone())).unwrap();
    let want = Array1::from_shape_fn(4, |j| {
        let v: f64 = x[[0, j]];
        v.signum() * (v.abs() - lambda * weights[j]).max(0.0)
    });
    for solver in solvers() {
        let codes = lasso.solve(x.view(), solver.as_ref(), &Stop::gap(1e-9)).unwrap();
        let far = codes.codes.row(0).iter().zip(&want).any(|(z, want)| (z - want).abs() > 1e-4);
        assert!(!far, "{solver:?}: {} for {want}", codes.codes);
        // The correlation of the atom of weight 1e-12 is as large, and known to 1e-16.
        assert!(codes.certificates[0].relative_gap <= 1e-3, "{solver:?}: {:?}", codes.certificates);
    }
    let path = Lars.path(&lasso, x.row(0)).unwrap();
    assert_abs_diff_eq!(path.at(lambda).unwrap(), want, epsilon = 1e-12);
}

#[test]
fn ridge_regression_and_elastic_nets_are_certified() {
    // lambda = 0: z = x / (1 + l2).
    let identity = Dictionary::new(Array2::<f64>::eye(2)).unwrap();
    let mut s = latent_numeric::random::Stream::new(7, "ridge", &[]);
    let wide = Dictionary::new(s.normal_array::<f64, _, _>((5, 8))).unwrap();
    for solver in solvers() {
        let lasso = Lasso::new(&identity, LassoParams::new(0.0).l2(1.0)).unwrap();
        let codes = lasso.solve(array![[2.0, -4.0]].view(), solver.as_ref(), &Stop::gap(1e-10)).unwrap();
        assert!((codes.codes[[0, 0]] - 1.0).abs() < 1e-4 && (codes.codes[[0, 1]] + 2.0).abs() < 1e-4, "{solver:?}");
        assert_eq!(codes.certificates[0].stop, StopReason::Converged, "{solver:?}: {:?}", codes.certificates);
        for params in
            [LassoParams::new(0.0).l2(0.1), LassoParams::new(0.0).l2(0.1).positive(), LassoParams::new(1e-6).l2(0.5)]
        {
            let lasso = Lasso::new(&wide, params).unwrap();
            let x = array![[1.0, 2.0, -3.0, 0.5, 0.0]];
            let codes = lasso.solve(x.view(), solver.as_ref(), &Stop::gap(1e-8)).unwrap();
            assert_eq!(codes.certificates[0].stop, StopReason::Converged, "{solver:?}: {:?}", codes.certificates);
            // What is proved holds: no code is better by more.
            let exact = lasso.solve(x.view(), &ActiveSet, &Stop::gap(1e-13)).unwrap().certificates[0];
            assert!(codes.certificates[0].objective() - exact.objective() <= codes.certificates[0].gap + 1e-12);
        }
    }
}

#[test]
fn maps_of_large_images_in_single_precision() {
    let filters =
        Filters::new(Array4::from_shape_fn((2, 1, 3, 3), |(k, _, i, j)| 0.1 * (k + i * (j + 1)) as f32)).unwrap();
    let mut s = latent_numeric::random::Stream::new(7, "large", &[]);
    let images: Array4<f32> = s.normal_array::<f32, _, _>((1, 1, 16, 16)) * 1e20;
    let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::fraction_of_max(0.2)).unwrap();
    let admm = latent_sparse::convolutional::Admm::default();
    let codes = problem.solve(images.view(), &admm, &Stop::gap(1e-3).max_iterations(2_000)).unwrap();
    assert_eq!(codes.certificates[0].stop, StopReason::Converged, "{:?}", codes.certificates);
}

/// Answers with a reason, or with codes that are no numbers.
#[derive(Debug)]
struct Answers(StopReason, f64);

impl Solver<f64> for Answers {
    fn name(&self) -> &'static str {
        "answers"
    }

    fn prepare<'p>(&'p self, _: &'p Lasso<'p, f64>) -> Result<Box<dyn Prepared<f64> + 'p>, SparseError> {
        Ok(Box::new(Self(self.0, self.1)))
    }
}

impl Prepared<f64> for Answers {
    fn solve(&self, mut block: Block<'_, f64>) {
        block.codes.fill(self.1);
        block.outcomes.fill(Outcome { iterations: 1, stop: self.0 });
    }
}

const REASONS: [StopReason; 7] = [
    StopReason::Converged,
    StopReason::MaxIterations,
    StopReason::Precision,
    StopReason::AtomCount,
    StopReason::ResidualNorm,
    StopReason::NoFurtherAtom,
    StopReason::LambdaMax,
];

#[test]
fn every_reason_travels_between_processes() {
    let x: Array2<f64> = latent_numeric::random::Stream::new(1, "x", &[]).normal_array((300, 5));
    let params = DictionaryParams::new(4, LassoParams::new(0.1));
    for reason in REASONS {
        let learn = |size| {
            crew(size, |ranks| {
                let mut learner = DictionaryLearner::new(params.clone()).unwrap().on(ranks);
                learner.partial_fit(x.view(), &Answers(reason, 0.1)).unwrap()
            })
        };
        let alone = learn(1).remove(0);
        assert!(learn(2).iter().all(|summary| *summary == alone));
    }
}

#[test]
fn a_solver_that_answers_with_nan_is_told_on_every_process() {
    let x: Array2<f64> = latent_numeric::random::Stream::new(1, "x", &[]).normal_array((300, 5));
    let params = DictionaryParams::new(4, LassoParams::new(0.1));
    for size in [1, 2] {
        let errors = crew(size, |ranks| {
            let mut learner = DictionaryLearner::new(params.clone()).unwrap().on(ranks);
            let error = learner.partial_fit(x.view(), &Answers(StopReason::Converged, f64::NAN)).unwrap_err();
            // What there was before the batch is still there.
            assert!(learner.dictionary().is_ok());
            error.to_string()
        });
        assert!(errors.iter().all(|e| e.starts_with("the code at row 0, column 0 is NaN")), "{errors:?}");
    }
}

#[test]
fn no_nan_is_a_small_gap() {
    let nan = f64::NAN;
    let certificate = Certificate {
        data_term: nan,
        l1_term: nan,
        l2_term: nan,
        gap: nan,
        relative_gap: nan,
        support: 0,
        iterations: 0,
        stop: StopReason::MaxIterations,
    };
    let good = Certificate { relative_gap: 0.5, ..certificate };
    for certificates in [[certificate, good], [good, certificate]] {
        assert!(Summary::of(&certificates).worst_relative_gap.is_nan());
    }
    assert_eq!(Summary::of(&[good, good]).worst_relative_gap, 0.5);
}

#[test]
fn learners_say_what_they_lack() {
    let learner = DictionaryLearner::<f64>::new(DictionaryParams::new(12, LassoParams::new(0.1))).unwrap();
    assert_eq!(learner.dictionary().unwrap_err(), SparseError::NotFitted { what: "dictionary" });
    let filters = FilterLearner::<f64>::new(FilterParams::new(2, (3, 3), ConvolutionalParams::new(0.1))).unwrap();
    assert_eq!(filters.filters().unwrap_err(), SparseError::NotFitted { what: "filters" });
    let mut learner = learner;
    let error = learner.fit(&Array2::zeros((20, 0)), &Admm::default()).unwrap_err();
    assert_eq!(error, SparseError::EmptyDictionary { features: 0, atoms: 12 });
}
