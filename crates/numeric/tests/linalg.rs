//! Properties of the decompositions, in both precisions.

#![allow(clippy::needless_pass_by_value)]

use approx::assert_abs_diff_eq;
use latent_numeric::Scalar;
use latent_numeric::linalg::{
    Cholesky, LinalgError, PowerIteration, singular_values, spectral_norm, spectral_norm_with, svd, symmetric_eigen,
};
use latent_numeric::matmul::matmul;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use ndarray::{Array1, Array2, ArrayView2, array, s};
use proptest::prelude::*;

/// A random matrix of at most the given rank, with its layout and magnitude chosen by `kind`.
struct Case<E> {
    store: Array2<E>,
    shape: (usize, usize),
    kind: u8,
}

impl<E: Scalar> Case<E> {
    fn new(seed: u64, shape: (usize, usize), rank: usize, kind: u8) -> Self {
        let mut stream = Stream::new(seed, "matrix", &[]);
        let (m, n) = shape;
        let product =
            matmul(stream.normal_array::<E, _, _>((m, rank)).view(), stream.normal_array::<E, _, _>((rank, n)).view());
        let magnitude = E::of([1.0, 1e12, 1e-12, 1e27, 1e-27][usize::from(kind / 4) % 5]);
        let mut store = Array2::from_elem((2 * m, 2 * n), E::nan());
        store.slice_mut(s![..;2, ..;-2]).assign(&(product * magnitude));
        if kind & 1 == 1 {
            store = store.reversed_axes();
        }
        Self { store, shape, kind }
    }

    fn view(&self) -> ArrayView2<'_, E> {
        let store = if self.kind & 1 == 1 { self.store.t() } else { self.store.view() };
        let view = store.slice_move(s![..;2, ..;-2]);
        assert_eq!(view.dim(), self.shape);
        view
    }
}

fn largest<E: Scalar>(a: &Array2<E>) -> f64 {
    a.iter().fold(0.0, |m, x| m.max(x.abs().as_f64()))
}

/// Asserts that two matrices agree within `factor * eps * scale`.
fn assert_close<E: Scalar>(a: &Array2<E>, b: &Array2<E>, scale: f64, factor: f64, what: &str) {
    let error = largest(&(a - b));
    let bound = factor * E::epsilon().as_f64() * scale;
    assert!(error <= bound, "{what}: error {error:e} over {bound:e} for {:?} in {}", a.dim(), E::NAME);
}

fn frobenius<E: Scalar>(a: ArrayView2<E>) -> f64 {
    a.iter().map(|x| x.as_f64().powi(2)).sum::<f64>().sqrt()
}

/// Errors of orthogonal decompositions in units of `n eps` that LAPACK's own tests let pass (LAPACK working note 41).
const THRESHOLD: f64 = 30.0;

fn eigen_properties<E: Scalar>(seed: u64, n: usize, rank: usize, kind: u8) {
    let case = Case::<E>::new(seed, (n, n), rank, kind);
    let a = &case.view() + &case.view().t();
    let eigen = symmetric_eigen(a.view()).unwrap();
    let q = &eigen.vectors;
    let (scale, factor) = (frobenius(a.view()), THRESHOLD * n as f64);
    assert!(eigen.values.windows(2).into_iter().all(|w| w[0] <= w[1]), "ascending");
    assert_close(&matmul((q * &eigen.values).view(), q.t()), &a, scale, factor, "Q diag(w) Q' = A");
    assert_close(&matmul(q.t(), q.view()), &Array2::eye(n), 1.0, factor, "Q'Q = I");
}

fn svd_properties<E: Scalar>(seed: u64, shape: (usize, usize), rank: usize, kind: u8) {
    let case = Case::<E>::new(seed, shape, rank, kind);
    let a = case.view();
    let k = shape.0.min(shape.1);
    let decomposition = svd(a).unwrap();
    let (u, sigma, vt) = (&decomposition.u, &decomposition.s, &decomposition.vt);
    let (scale, factor) = (frobenius(a), THRESHOLD * shape.0.max(shape.1) as f64);
    assert!(sigma.windows(2).into_iter().all(|w| w[0] >= w[1]) && sigma.iter().all(|&x| x >= E::zero()));
    assert_close(&matmul((u * sigma).view(), vt.view()), &a.to_owned(), scale, factor, "U S V' = A");
    assert_close(&matmul(u.t(), u.view()), &Array2::eye(k), 1.0, factor, "U'U = I");
    assert_close(&matmul(vt.view(), vt.t()), &Array2::eye(k), 1.0, factor, "V'V = I");
    let column = |x: &Array1<E>| x.clone().insert_axis(ndarray::Axis(1));
    let alone = singular_values(a).unwrap();
    assert_close(&column(&alone), &column(sigma), scale, factor, "singular values alone");
    for &rest in sigma.iter().skip(rank) {
        assert!(rest.as_f64() <= factor * E::epsilon().as_f64() * scale, "rank {rank}, but a further value is {rest}");
    }
}

fn cholesky_properties<E: Scalar>(seed: u64, n: usize, right: usize, kind: u8) {
    let case = Case::<E>::new(seed, (n, n), n, kind);
    // Well conditioned: the smallest eigenvalue is at least a hundredth of the trace.
    let mut a = matmul(case.view(), case.view().t());
    let shift = a.diag().sum() * E::of(0.01);
    a.diag_mut().mapv_inplace(|x| x + shift);
    let cholesky = Cholesky::new(a.view()).unwrap();
    let l = cholesky.factor().to_owned();
    let (scale, factor) = (frobenius(a.view()), 4.0 + n as f64);
    assert_close(&matmul(l.view(), l.t()), &a, scale, factor, "L L' = A");
    for ((i, j), &x) in l.indexed_iter() {
        assert!(if i < j { x == E::zero() } else { i != j || x > E::zero() }, "L[{i}, {j}] = {x}");
    }
    let b: Array2<E> = Stream::new(seed, "right-hand side", &[]).normal_array((right, n)).reversed_axes();
    let x = cholesky.solve_matrix(b.view());
    let size = scale * frobenius(x.view()) + frobenius(b.view());
    assert_close(&matmul(a.view(), x.view()), &b, size, factor, "A X = B");
    for (b, x) in b.columns().into_iter().zip(x.columns()) {
        let alone = cholesky.solve(b).insert_axis(ndarray::Axis(1));
        assert_close(
            &alone,
            &x.to_owned().insert_axis(ndarray::Axis(1)),
            frobenius(x.to_owned().insert_axis(ndarray::Axis(1)).view()),
            200.0 * factor,
            "one right-hand side",
        );
    }
    let eigen = symmetric_eigen(a.view()).unwrap();
    let log_det: f64 = eigen.values.iter().map(|w| w.as_f64().ln()).sum();
    let error = (cholesky.log_determinant().as_f64() - log_det).abs();
    assert!(
        error <= 200.0 * factor * E::epsilon().as_f64() * (n as f64 + log_det.abs()),
        "ln det A is off by {error:e}"
    );
}

fn norm_properties<E: Scalar>(seed: u64, shape: (usize, usize), rank: usize, kind: u8) {
    let case = Case::<E>::new(seed, shape, rank, kind);
    let a = case.view();
    let sigma = singular_values(a).unwrap().first().map_or(0.0, |s| s.as_f64());
    let settings = PowerIteration { max_iterations: 20_000, tolerance: 1e-4 };
    let norm = spectral_norm(a, &settings).unwrap();
    assert!(norm.converged && norm.iterations <= settings.max_iterations);
    let rounding = (8.0 + (shape.0 + shape.1) as f64) * E::epsilon().as_f64();
    assert!(norm.value.as_f64() <= sigma * (1.0 + rounding), "{} is above {sigma}", norm.value);
    assert!(norm.value.as_f64() >= sigma * (1.0 - 1e-2 - rounding), "{} is far below {sigma}", norm.value);
    let forward = |v: ndarray::ArrayView1<E>| a.dot(&v);
    let adjoint = |u: ndarray::ArrayView1<E>| a.t().dot(&u);
    let again = spectral_norm_with(shape.1, forward, adjoint, &settings).unwrap();
    assert!((again.value - norm.value).abs().as_f64() <= sigma * (1e-4 + rounding));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn eigendecomposition(seed: u64, n in 0_usize..40, rank in 0_usize..45, kind in 0_u8..20) {
        eigen_properties::<f32>(seed, n, rank, kind);
        eigen_properties::<f64>(seed, n, rank, kind);
    }

    #[test]
    fn singular_value_decomposition(seed: u64, m in 0_usize..40, n in 0_usize..40, rank in 0_usize..45, kind in 0_u8..20) {
        svd_properties::<f32>(seed, (m, n), rank, kind);
        svd_properties::<f64>(seed, (m, n), rank, kind);
    }

    #[test]
    fn cholesky_decomposition(seed: u64, n in 0_usize..40, right in 0_usize..5, kind in 0_u8..12) {
        cholesky_properties::<f32>(seed, n, right, kind);
        cholesky_properties::<f64>(seed, n, right, kind);
    }

    #[test]
    fn largest_singular_value(seed: u64, m in 0_usize..30, n in 0_usize..30, rank in 0_usize..8, kind in 0_u8..20) {
        norm_properties::<f32>(seed, (m, n), rank, kind);
        norm_properties::<f64>(seed, (m, n), rank, kind);
    }

    #[test]
    fn the_first_bad_pivot(seed: u64, n in 1_usize..150, at: prop::sample::Index) {
        let at = at.index(n);
        let x: Array2<f64> = Stream::new(seed, "matrix", &[]).normal_array((n, n));
        let mut a = matmul(x.view(), x.t()) + Array2::<f64>::eye(n) * n as f64;
        a[[at, at]] = 0.0;
        prop_assert_eq!(Cholesky::new(a.view()), Err(LinalgError::NotPositiveDefinite { pivot: at, size: n }));
    }
}

#[test]
fn large_enough_for_blocked_algorithms() {
    for (m, n, rank) in [(300, 200, 200), (150, 400, 60)] {
        svd_properties::<f32>(1, (m, n), rank, 0);
        svd_properties::<f64>(2, (m, n), rank, 1);
    }
    eigen_properties::<f32>(3, 300, 300, 1);
    eigen_properties::<f64>(4, 300, 40, 0);
    cholesky_properties::<f32>(5, 300, 3, 1);
    cholesky_properties::<f64>(6, 300, 3, 0);
}

#[test]
fn the_smallest_and_the_largest_numbers() {
    let pattern = array![[1.0, 0.5], [0.0, 1.0], [0.0, 0.0]];
    let want = singular_values(pattern.view()).unwrap();
    for unit in [f64::MIN_POSITIVE * f64::EPSILON, f64::MIN_POSITIVE, f64::MAX / 4.0] {
        // An even multiple of the smallest number has an exact half.
        let unit = 2.0 * unit;
        let got = singular_values((&pattern * unit).view()).unwrap();
        for (got, want) in got.iter().zip(&want) {
            let rounding = (4.0 * f64::EPSILON * want * unit).max(2.0 * f64::MIN_POSITIVE * f64::EPSILON);
            assert!((got - want * unit).abs() <= rounding, "{got:e} against {:e}", want * unit);
        }
    }
}

#[test]
fn same_bits_on_every_thread_count() {
    let bits = |x: &Array2<f32>| x.mapv(f32::to_bits);
    let a: Array2<f32> = Stream::new(1, "matrix", &[]).normal_array((220, 160));
    let gram = matmul(a.t(), a.view());
    let everything = || {
        let svd = svd(a.view()).unwrap();
        let eigen = symmetric_eigen(gram.view()).unwrap();
        let cholesky = Cholesky::new(gram.view()).unwrap();
        let norm = spectral_norm(a.view(), &PowerIteration::default()).unwrap();
        (
            (bits(&svd.u), svd.s.mapv(f32::to_bits), bits(&svd.vt)),
            (eigen.values.mapv(f32::to_bits), bits(&eigen.vectors)),
            (bits(&cholesky.factor().to_owned()), bits(&cholesky.solve_matrix(a.t()))),
            (norm.value.to_bits(), norm.iterations),
        )
    };
    let alone = with_threads(1, everything).unwrap();
    for threads in [2, 3, 4, 7] {
        assert_eq!(with_threads(threads, everything).unwrap(), alone, "{threads} threads");
    }
}

#[test]
fn bad_input_is_an_error() {
    let tall = Array2::<f64>::ones((3, 2));
    let message = symmetric_eigen(tall.view()).unwrap_err().to_string();
    assert_eq!(message, "symmetric eigendecomposition needs a square matrix, not 3 by 2");
    assert!(matches!(Cholesky::new(tall.view()), Err(LinalgError::NotSquare { rows: 3, cols: 2, .. })));

    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut a = Array2::<f64>::eye(3);
        a[[0, 2]] = bad;
        let place = |e: LinalgError| matches!(e, LinalgError::NotFinite { row: 0, col: 2, .. });
        assert!(place(symmetric_eigen(a.view()).unwrap_err()));
        assert!(place(svd(a.view()).unwrap_err()));
        assert!(place(singular_values(a.view()).unwrap_err()));
        assert!(place(Cholesky::new(a.view()).unwrap_err()));
        assert!(place(spectral_norm(a.view(), &PowerIteration::default()).unwrap_err()));
    }

    let a = Array2::<f64>::eye(2);
    for (max_iterations, tolerance) in [(0, 0.1), (5, -0.1), (5, 1.0), (5, f64::NAN)] {
        let settings = PowerIteration { max_iterations, tolerance };
        assert!(matches!(spectral_norm(a.view(), &settings), Err(LinalgError::Setting { .. })), "{settings:?}");
    }
}

#[test]
fn a_map_that_overflows_is_an_error() {
    let overflow = |v: ndarray::ArrayView1<f32>| v.mapv(|x| x * f32::MAX * 4.0);
    let error = spectral_norm_with(3, overflow, overflow, &PowerIteration::default()).unwrap_err();
    assert!(matches!(error, LinalgError::NotFinite { .. }), "{error}");
}

#[test]
fn not_converging_is_a_value() {
    let a = array![[1.0_f64, 0.0], [0.0, 1.0 - 1e-9]];
    let norm = spectral_norm(a.view(), &PowerIteration { max_iterations: 2, tolerance: 0.0 }).unwrap();
    assert_eq!((norm.iterations, norm.converged), (2, false));
    assert_abs_diff_eq!(norm.value, 1.0, epsilon = 1e-8);
}

#[test]
#[should_panic(expected = "the matrix is (2, 2), the right-hand side (3, 1)")]
fn a_right_hand_side_of_another_length() {
    Cholesky::new(Array2::<f64>::eye(2).view()).unwrap().solve(array![1.0, 2.0, 3.0].view());
}
