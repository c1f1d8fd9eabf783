//! Gradients through sparse codes.

use approx::assert_abs_diff_eq;
use latent_numeric::random::Stream;
use latent_sparse::differentiable::{ImplicitLasso, unrolled_fista};
use latent_sparse::lasso::{ActiveSet, Lasso, LassoParams, Stop};
use latent_sparse::{Dictionary, SparseError};
use latent_tensor::{GradOptions, Tensor, check, grad};
use ndarray::{Array2, ArrayD, arr1, array};
use proptest::prelude::*;

/// Samples, dictionary and lambda, with codes whose support does not change within the reach of finite differences.
fn problem(seed: u64, shape: (usize, usize, usize), l2: f64, positive: bool) -> Option<[ArrayD<f64>; 3]> {
    let (features, atoms, samples) = shape;
    (0..100).find_map(|attempt| {
        let mut stream = Stream::new(seed, "problem", &[attempt]);
        let w: Array2<f64> = stream.normal_array((features, atoms));
        let x: Array2<f64> = stream.normal_array((samples, features)) * 2.0;
        let lambda = stream.uniform_in(0.4, 1.0);
        let dictionary = Dictionary::new(w.clone()).unwrap();
        let params = LassoParams { positive, ..LassoParams::new(lambda).l2(l2) };
        let codes =
            Lasso::new(&dictionary, params).unwrap().solve(x.view(), &ActiveSet, &Stop::gap(1e-12)).unwrap().codes;
        let q = (&x - &codes.dot(&w.t())).dot(&w);
        let clear = codes.indexed_iter().all(|(at, &z)| {
            let slack = lambda - if positive { q[at] } else { q[at].abs() };
            if z == 0.0 { slack > 0.2 } else { z.abs() > 0.2 }
        });
        // The derivatives of order n grow as the n-th power of the inverse of the smallest singular value, and with
        // those of high order what finite differences leave out.
        let steady = codes.rows().into_iter().all(|z| {
            let support: Vec<usize> = (0..atoms).filter(|&j| z[j] != 0.0).collect();
            let block = w.select(ndarray::Axis(1), &support);
            let s = latent_numeric::linalg::singular_values(block.view()).unwrap();
            support.len() <= features && s.last().is_none_or(|s| *s > 1.0)
        });
        let some = codes.iter().any(|z| *z != 0.0);
        (clear && steady && some).then(|| [x.into_dyn(), w.into_dyn(), arr1(&[lambda]).into_dyn()])
    })
}

fn gradients(codes: &Tensor<f64>, inputs: &[Tensor<f64>], weights: &Tensor<f64>) -> Vec<ArrayD<f64>> {
    let loss = (codes * weights).sum() + codes.square().sum();
    grad(&[loss], inputs, GradOptions::default()).iter().map(Tensor::to_array).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The implicit gradients of order one and two with respect to samples, dictionary and lambda are those of finite
    /// differences.
    #[test]
    fn implicit_gradients(seed: u64, shape in (2_usize..5, 1_usize..6, 1_usize..3), ridge: bool, positive: bool) {
        let l2 = if ridge { 0.3 } else { 0.0 };
        let Some(inputs) = problem(seed, shape, l2, positive) else { return Err(TestCaseError::reject("no clear support")) };
        let lasso = ImplicitLasso { l2, positive };
        let codes = |x: &[Tensor<f64>]| lasso.solve(&x[0], &x[1], &x[2], &ActiveSet, &Stop::gap(1e-14)).unwrap().codes;
        prop_assert_eq!(check::gradients(&inputs, codes), Ok(()));
    }

    /// Those of many iterations of FISTA are the same.
    #[test]
    fn unrolled_and_implicit_agree(seed: u64, shape in (2_usize..8, 1_usize..10, 1_usize..4)) {
        let Some(inputs) = problem(seed, shape, 0.0, false) else { return Err(TestCaseError::reject("no clear support")) };
        let inputs = inputs.map(Tensor::variable);
        let [x, dictionary, lambda] = &inputs;
        let implicit = ImplicitLasso::default().solve(x, dictionary, lambda, &ActiveSet, &Stop::gap(1e-14)).unwrap();
        prop_assert!(implicit.certificates.iter().all(|c| c.relative_gap < 1e-10));
        let unrolled = unrolled_fista(x, dictionary, lambda, 3000).unwrap();
        prop_assert!((&implicit.codes - &unrolled).array().iter().all(|d| d.abs() < 1e-7));
        let weights = Tensor::constant(Stream::new(seed, "weights", &[]).normal_array::<f64, _, _>(unrolled.shape()));
        let pairs = gradients(&implicit.codes, &inputs, &weights).into_iter().zip(gradients(&unrolled, &inputs, &weights));
        for (exact, approximate) in pairs {
            let scale = 1.0 + exact.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
            prop_assert!((&exact - &approximate).iter().all(|d| d.abs() < 1e-5 * scale), "{} against {}", exact, approximate);
        }
    }

    /// The iterates are those of the solver, and their gradients those of finite differences.
    #[test]
    fn unrolled_iterates(seed: u64, shape in (2_usize..5, 1_usize..6, 1_usize..3), iterations in 0_usize..6) {
        let Some([x, w, lambda]) = problem(seed, shape, 0.0, false) else { return Err(TestCaseError::reject("no clear support")) };
        let w = Tensor::constant(w);
        let dictionary = Dictionary::new(w.view_as().to_owned()).unwrap();
        let lasso = Lasso::new(&dictionary, LassoParams::new(lambda[0])).unwrap();
        let samples: Array2<f64> = x.clone().into_dimensionality().unwrap();
        let want = lasso.solve(samples.view(), &latent_sparse::lasso::Fista::default(), &Stop::after(iterations)).unwrap().codes;
        let got: Array2<f64> = unrolled_fista(&Tensor::constant(x), &w, &Tensor::constant(lambda), iterations).unwrap().into_array();
        assert_abs_diff_eq!(got, want, epsilon = 1e-9);
    }
}

#[test]
fn gradients_of_iterates() {
    // Far from kinks at every iteration: one dominant atom each.
    let inputs = [array![[3.0, 0.1], [0.2, -4.0]].into_dyn(), arr1(&[0.5]).into_dyn()];
    let w = Tensor::constant(array![[1.0, 0.1], [0.0, 0.9]]);
    let codes = |x: &[Tensor<f64>]| unrolled_fista(&x[0], &w, &x[1], 5).unwrap();
    assert_eq!(check::gradients(&inputs, codes), Ok(()));
}

#[test]
fn bad_input() {
    let (x, w, lambda) =
        (Tensor::ones(&[3, 2]), Tensor::constant(array![[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), Tensor::scalar(0.1));
    let solve = |x: &Tensor<f64>, w: &Tensor<f64>, lambda: &Tensor<f64>| {
        let implicit = ImplicitLasso::default().solve(x, w, lambda, &ActiveSet, &Stop::default()).unwrap_err();
        assert_eq!(unrolled_fista(x, w, lambda, 3).unwrap_err(), implicit);
        implicit
    };
    assert_eq!(
        solve(&Tensor::ones(&[3, 4]), &w, &lambda),
        SparseError::Shape { what: "the samples", found: vec![3, 4], expected: vec![3, 2] }
    );
    assert!(matches!(solve(&x, &Tensor::ones(&[2]), &lambda), SparseError::Shape { what: "the dictionary", .. }));
    assert_eq!(
        solve(&x, &w, &Tensor::ones(&[3])),
        SparseError::Shape { what: "lambda", found: vec![3], expected: vec![1] }
    );
    assert_eq!(solve(&x, &w, &Tensor::scalar(-1.0)).to_string(), "lambda is -1, expected a finite number, at least 0");
    let empty = SparseError::EmptyDictionary { features: 2, atoms: 0 };
    assert_eq!(solve(&x, &Tensor::ones(&[2, 0]), &lambda), empty);

    // The first two atoms are the same. A code on both has no gradient; without gradients nobody asks.
    let both = latent_sparse::lasso::Ista::default();
    let lasso = ImplicitLasso::default();
    assert!(lasso.solve(&x, &w, &lambda, &both, &Stop::after(50)).is_ok());
    let w = Tensor::variable(w.to_array());
    let error = lasso.solve(&x, &w, &lambda, &both, &Stop::after(50)).unwrap_err().to_string();
    assert!(error.starts_with("gradients of a code need independent atoms on its support: "), "{error}");
    assert!(error.contains("sample 0: "), "{error}");
    let ridge = ImplicitLasso { l2: 0.1, ..lasso };
    assert!(ridge.solve(&x, &w, &lambda, &both, &Stop::after(50)).is_ok());
}
