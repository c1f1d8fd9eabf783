//! What is wrong with a convolutional problem is said.

use super::convolutional_problems::solvers;
use latent_sparse::SparseError;
use latent_sparse::convolutional::{
    Admm, Boundary, ConvolutionalLasso, ConvolutionalParams, FilterInit, FilterLearner, FilterMethod, FilterParams,
    Filters, Images, LearnedFilters, LowPass,
};
use latent_sparse::lasso::{Fista, Lambda, StepSize, Stop};
use ndarray::Array4;

fn filters() -> Filters<f64> {
    Filters::new(Array4::from_elem((2, 1, 3, 4), 0.1)).unwrap()
}

#[test]
fn no_filters() {
    for (k, c, h, w) in [(0, 1, 3, 3), (2, 0, 3, 3), (2, 1, 0, 3), (2, 1, 3, 0)] {
        let error = Filters::<f32>::new(Array4::zeros((k, c, h, w))).unwrap_err();
        assert_eq!(error, SparseError::EmptyFilters { filters: k, channels: c, height: h, width: w });
        assert!(error.to_string().contains("all must be at least 1"), "{error}");
    }
    let mut d = Array4::<f64>::zeros((2, 1, 2, 2));
    d[[1, 0, 0, 1]] = f64::NAN;
    assert!(matches!(Filters::new(d).unwrap_err(), SparseError::NonFinite { row: 1, column: 1, .. }));
}

#[test]
fn penalties() {
    let filters = filters();
    for lambda in [-0.1, f64::NAN, f64::INFINITY] {
        let error = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(lambda)).unwrap_err();
        assert!(matches!(error, SparseError::Parameter { name: "lambda", .. }), "{error}");
    }
    let params = ConvolutionalParams { lambda: Lambda::FractionOfMax(1.5), ..ConvolutionalParams::new(0.0) };
    assert!(ConvolutionalLasso::new(&filters, params).is_err());
    let colour = Filters::new(Array4::<f64>::ones((2, 3, 2, 2))).unwrap();
    let error = ConvolutionalLasso::new(&colour, ConvolutionalParams::new(0.1).separate_channels()).unwrap_err();
    assert!(matches!(error, SparseError::Shape { .. }), "{error}");
}

#[test]
fn images_masks_and_starts() {
    let filters = filters();
    for boundary in [Boundary::Circular, Boundary::Free] {
        let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.1).boundary(boundary)).unwrap();
        let good = Array4::<f64>::ones((1, 1, 5, 6));
        for solver in solvers() {
            let solve = |images: Images<'_, f64>| problem.solve(images, solver.as_ref(), &Stop::default()).unwrap_err();
            let error = solve(Array4::ones((1, 1, 2, 6)).view().into());
            assert_eq!(error, SparseError::ImageTooSmall { image: (2, 6), filter: (3, 4) });
            assert_eq!(
                error.to_string(),
                "an image of 2 x 6 pixels is smaller than a filter of 3 x 4: it must be at least as large"
            );
            let error = solve(Array4::ones((1, 3, 5, 6)).view().into());
            let SparseError::Shape { found, expected, .. } = error else { panic!("{error}") };
            assert_eq!((found, expected), (vec![1, 3, 5, 6], vec![1, 1, 5, 6]));
            let mut bad = good.clone();
            bad[[0, 0, 1, 2]] = f64::NAN;
            assert!(matches!(solve(bad.view().into()), SparseError::NonFinite { row: 0, column: 8, .. }));
            // Also where nobody looks.
            assert!(matches!(
                solve(Images::masked(bad.view(), Array4::zeros(bad.dim()).view())),
                SparseError::NonFinite { .. }
            ));
            let error = solve(Images::masked(good.view(), Array4::ones((1, 1, 6, 5)).view()));
            assert!(matches!(error, SparseError::Shape { what: "the mask", .. }), "{error}");
            let error = solve(Images::masked(good.view(), Array4::from_elem(good.dim(), -1.0).view()));
            assert!(matches!(error, SparseError::Parameter { name: "a weight of the mask", .. }), "{error}");
            let start = Array4::zeros((1, 3, 5, 6));
            let error = problem.solve_from(good.view(), start, solver.as_ref(), &Stop::default()).unwrap_err();
            assert!(matches!(error, SparseError::Shape { what: "the starting maps", .. }), "{error}");
        }
        for maps in [(1, 3, 9, 9), (1, 2, 2, 9), (1, 2, 9, 3)] {
            let error = problem.reconstruct(Array4::zeros(maps).view()).unwrap_err();
            assert!(matches!(error, SparseError::Shape { .. }), "{error}");
        }
        // No images are no error.
        let none = problem.solve(Array4::zeros((0, 1, 5, 6)).view(), &Admm::default(), &Stop::default()).unwrap();
        assert!(none.certificates.is_empty() && none.maps.is_empty());
    }
}

#[test]
fn solver_settings() {
    let filters = filters();
    let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.1)).unwrap();
    let image = Array4::<f64>::ones((1, 1, 5, 6));
    for solver in [
        Admm { relaxation: 2.0, rho: None },
        Admm { relaxation: f64::NAN, rho: None },
        Admm { relaxation: 1.5, rho: Some(0.0) },
        Admm { relaxation: 1.5, rho: Some(f64::INFINITY) },
    ] {
        let error = problem.solve(image.view(), &solver, &Stop::default()).unwrap_err();
        assert!(matches!(error, SparseError::Parameter { .. }), "{error}");
    }
    let backtracking = Fista { step_size: StepSize::Backtracking, ..Fista::default() };
    let error = problem.solve(image.view(), &backtracking, &Stop::default()).unwrap_err();
    assert!(matches!(error, SparseError::Unsupported { solver: "convolutional FISTA", .. }), "{error}");
    let error = problem.solve(image.view(), &Admm::default(), &Stop::gap(f64::NAN)).unwrap_err();
    assert!(matches!(error, SparseError::Parameter { name: "the relative gap to stop at", .. }), "{error}");
}

#[test]
fn low_pass() {
    let image = Array4::<f64>::ones((1, 1, 5, 6));
    for lambda in [-1.0, f64::NAN] {
        let error = LowPass { lambda, pad: 2 }.split(image.view()).unwrap_err();
        assert!(matches!(error, SparseError::Parameter { name: "lambda of the low-pass filter", .. }), "{error}");
    }
    assert!(LowPass::default().split(Array4::<f64>::zeros((1, 1, 0, 6)).view()).is_err());
    let mut bad = image.clone();
    bad[[0, 0, 0, 0]] = f64::INFINITY;
    assert!(matches!(LowPass::default().split(bad.view()).unwrap_err(), SparseError::NonFinite { .. }));
}

#[test]
fn learning() {
    let good = || FilterParams::<f64>::new(2, (3, 4), ConvolutionalParams::new(0.1));
    let given = |shape| FilterInit::Given(Array4::ones(shape));
    for params in [
        FilterParams { filters: 0, ..good() },
        FilterParams { size: (0, 4), ..good() },
        FilterParams { size: (1, 1), ..good() },
        FilterParams { batch_size: 0, ..good() },
        FilterParams { coding_iterations: 0, ..good() },
        FilterParams { dead_after: 0, ..good() },
        FilterParams { penalty: ConvolutionalParams::new(-1.0), ..good() },
        FilterParams { method: FilterMethod::Online { forgetting: f64::NAN }, ..good() },
        FilterParams { init: given((3, 1, 3, 4)), ..good() },
        FilterParams { init: given((2, 1, 4, 4)), ..good() },
    ] {
        assert!(FilterLearner::new(params.clone()).is_err(), "{params:?}");
    }
    for method in [FilterMethod::Alternating, FilterMethod::Online { forgetting: 1.0 }] {
        for init in [FilterInit::Patches, FilterInit::Gaussian, given((2, 1, 3, 4))] {
            let fit = |images: Array4<f64>| {
                let params = FilterParams { method, init: init.clone(), ..good() };
                let mut learner = FilterLearner::new(params).unwrap();
                learner.fit(images.view()).unwrap_err()
            };
            assert!(matches!(fit(Array4::ones((0, 1, 5, 6))), SparseError::TooFewSamples { .. }));
            assert!(matches!(fit(Array4::ones((1, 1, 2, 6))), SparseError::ImageTooSmall { .. }));
            assert!(matches!(fit(Array4::from_elem((1, 1, 5, 6), f64::NAN)), SparseError::NonFinite { .. }));
        }
    }
    let mut learner = FilterLearner::new(good()).unwrap();
    assert!(learner.saved().is_none());
    learner.partial_fit(Array4::from_shape_fn((2, 1, 5, 6), |(n, _, i, j)| (n + i * j) as f64).view()).unwrap();
    let saved = learner.saved().unwrap();
    let damaged: [fn(&mut LearnedFilters<f64>); 5] = [
        |saved| saved.filters = Array4::ones((3, 1, 3, 4)),
        |saved| saved.codes = Array4::ones((2, 2, 3, 4)),
        |saved| saved.samples = ndarray::Array2::ones((2, 13)),
        |saved| saved.idle = vec![0],
        |saved| saved.samples[[0, 0]] = f64::INFINITY,
    ];
    for damage in damaged {
        let mut changed = saved.clone();
        damage(&mut changed);
        assert!(learner.restore(changed).is_err());
        assert_eq!(learner.saved().as_ref(), Some(&saved), "something was changed in spite of the error");
    }
    let mut learner = FilterLearner::new(FilterParams { init: given((2, 3, 3, 4)), ..good() }).unwrap();
    assert!(matches!(learner.fit(Array4::ones((1, 1, 5, 6)).view()).unwrap_err(), SparseError::Shape { .. }));
    let learner = FilterLearner::new(good()).unwrap();
    let image = Array4::ones((1, 1, 5, 6));
    let error = learner.transform(image.view(), &Admm::default(), &Stop::default()).unwrap_err();
    assert_eq!(error, SparseError::NotFitted { what: "filters" });
}
