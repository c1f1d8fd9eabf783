//! What is wrong is said.

use super::problems::solvers;
use latent_sparse::lasso::{Admm, CoordinateDescent, Lambda, Lasso, LassoParams, Stop};
use latent_sparse::{Dictionary, SparseError};
use ndarray::{Array2, array};

fn dictionary() -> Dictionary<f64> {
    Dictionary::new(array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]]).unwrap()
}

#[test]
fn dictionaries() {
    for (features, atoms) in [(0, 3), (3, 0), (0, 0)] {
        let error = Dictionary::<f32>::new(Array2::zeros((features, atoms))).unwrap_err();
        assert_eq!(error, SparseError::EmptyDictionary { features, atoms });
    }
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = Dictionary::new(array![[1.0, 0.0], [0.0, value]]).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("the dictionary holds the value {value} at row 1, column 1: every value must be finite")
        );
    }
}

#[test]
fn penalties() {
    let dictionary = dictionary();
    let refused = |params: LassoParams<f64>| Lasso::new(&dictionary, params).unwrap_err();
    for (lambda, text) in [
        (-0.1, "lambda is -0.1, expected a finite number, at least 0"),
        (f64::NAN, "lambda is NaN, expected a finite number, at least 0"),
    ] {
        assert_eq!(refused(LassoParams::new(lambda)).to_string(), text);
    }
    for fraction in [-0.1, 1.1, f64::NAN] {
        let error = refused(LassoParams { lambda: Lambda::FractionOfMax(fraction), ..LassoParams::new(0.0) });
        assert!(matches!(error, SparseError::Parameter { name: "lambda as a fraction of lambda_max", .. }));
    }
    assert!(matches!(refused(LassoParams::new(0.1).l2(-1.0)), SparseError::Parameter { name: "l2", .. }));
    assert!(matches!(
        refused(LassoParams::new(0.1).weights(array![1.0, 0.0, 1.0])),
        SparseError::Parameter { name: "a weight", .. }
    ));
    let error = refused(LassoParams::new(0.1).weights(array![1.0, 2.0]));
    assert_eq!(error, SparseError::Shape { what: "the weights", found: vec![2], expected: vec![3] });
}

#[test]
fn samples_and_starts() {
    let dictionary = dictionary();
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1).positive()).unwrap();
    for solver in solvers() {
        let solve = |x: Array2<f64>| lasso.solve(x.view(), solver.as_ref(), &Stop::default()).unwrap_err();
        assert_eq!(
            solve(array![[1.0, 2.0, 3.0]]),
            SparseError::Shape { what: "the samples", found: vec![1, 3], expected: vec![1, 2] }
        );
        assert_eq!(
            solve(array![[1.0, 2.0], [f64::NEG_INFINITY, 0.0]]),
            SparseError::NonFinite { what: "the samples", row: 1, column: 0, value: f64::NEG_INFINITY }
        );
        let from = |start: Array2<f64>| {
            lasso.solve_from(array![[1.0, 2.0]].view(), start, solver.as_ref(), &Stop::default()).unwrap_err()
        };
        assert!(matches!(from(Array2::zeros((2, 3))), SparseError::Shape { what: "the starting codes", .. }));
        assert!(matches!(
            from(array![[0.0, f64::NAN, 0.0]]),
            SparseError::NonFinite { what: "the starting codes", .. }
        ));
        assert!(matches!(from(array![[0.0, -1.0, 0.0]]), SparseError::Parameter { name: "a starting code", .. }));
    }
}

#[test]
fn non_finite_values_are_found_wherever_they_are() {
    let dictionary = Dictionary::new(Array2::<f32>::eye(5)).unwrap();
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
    for (row, column) in [(0, 0), (63, 4), (64, 0), (199, 2)] {
        let mut x = Array2::from_elem((200, 5), f32::MAX / 2.0);
        x[[row, column]] = f32::NAN;
        match lasso.lambda_max(x.view()).unwrap_err() {
            SparseError::NonFinite { row: r, column: c, .. } => assert_eq!((r, c), (row, column)),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn solver_settings() {
    let dictionary = dictionary();
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
    for relaxation in [0.9, 2.0, f64::NAN] {
        let error = lasso
            .solve(array![[1.0, 2.0]].view(), &Admm { relaxation, ..Admm::default() }, &Stop::default())
            .unwrap_err();
        assert!(matches!(error, SparseError::Parameter { name: "the relaxation of ADMM", .. }));
    }
    for gap in [-1e-3, f64::NAN] {
        let error = lasso.solve(array![[1.0, 2.0]].view(), &CoordinateDescent, &Stop::gap(gap)).unwrap_err();
        assert!(matches!(error, SparseError::Parameter { name: "the relative gap to stop at", .. }));
    }
}
