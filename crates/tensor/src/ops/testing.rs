//! What the checks of operators share.

use crate::{GradOptions, Tensor, grad};
use latent_numeric::random::Stream;
use ndarray::{Array1, ArrayD, Axis, IxDyn, Slice};
use proptest::prelude::{Strategy, any};

/// An array of this shape with elements in `[low, high)`, in one of three layouts: row-major, column-major, or
/// every second element of a larger one, reversed.
pub fn array(seed: u64, shape: &[usize], low: f64, high: f64) -> ArrayD<f64> {
    let mut stream = Stream::new(seed, "test", &[]);
    let mut fill = |shape: &[usize]| stream.uniform_array::<f64, _, _>(shape) * (high - low) + low;
    match seed % 3 {
        0 => fill(shape),
        1 => {
            let reversed: Vec<usize> = shape.iter().rev().copied().collect();
            fill(&reversed).reversed_axes()
        }
        _ => {
            let larger: Vec<usize> = shape.iter().map(|n| 2 * n).collect();
            let mut a = fill(&larger);
            for axis in 0..shape.len() {
                a.slice_axis_inplace(Axis(axis), Slice::new(0, None, -2));
            }
            a
        }
    }
}

/// The same array, in the same layout, with every element at least 0.05 from each of the kinks.
pub fn away_from(mut a: ArrayD<f64>, kinks: &[f64]) -> ArrayD<f64> {
    a.mapv_inplace(|x| match kinks.iter().find(|&&kink| (x - kink).abs() < 0.05) {
        Some(&kink) => kink + if x < kink { -0.05 } else { 0.05 },
        None => x,
    });
    a
}

/// The largest difference of corresponding elements, relative to one or the second if that is larger; NaN if there is one.
pub fn distance(a: &ArrayD<f64>, b: &ArrayD<f64>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs() / b.abs().max(1.0));
    differences.fold(0.0, |most, difference| if most >= difference || most.is_nan() { most } else { difference })
}

/// The gradient of the sum of `f` at the elements of `x`, for looking at kinks and other special points.
pub fn slopes(x: &[f64], f: impl Fn(&Tensor<f64>) -> Tensor<f64>) -> Vec<f64> {
    let x = Tensor::variable(Array1::from(x.to_vec()));
    elements(&grad(&[f(&x)], &[x], GradOptions::default())[0].to_array())
}

/// Shapes of zero to `rank` axes, of lengths from `shortest` (0 or 1) to 4.
pub fn shapes(rank: usize, shortest: usize) -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(shortest..5, 0..=rank)
}

/// Two shapes that broadcast: of each axis, one side or the other may be one or missing.
pub fn broadcasting(rank: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    (shapes(rank, 1), any::<[bool; 8]>(), any::<[bool; 8]>(), 0..=rank, any::<bool>()).prop_map(
        |(shape, left, right, cut, swap)| {
            let thin = |ones: [bool; 8]| -> Vec<usize> {
                shape.iter().enumerate().map(|(i, &n)| if ones[i] { 1 } else { n }).collect()
            };
            let (a, mut b) = (thin(left), thin(right));
            b.drain(..cut.min(b.len()));
            if swap { (b, a) } else { (a, b) }
        },
    )
}

/// The elements in logical order, as `ndarray` would print them.
pub fn elements(a: &ArrayD<f64>) -> Vec<f64> {
    a.iter().copied().collect()
}

/// An array of zeros of this shape.
pub fn zeros(shape: &[usize]) -> ArrayD<f64> {
    ArrayD::zeros(IxDyn(shape))
}

/// Whether `<A x, u> = <x, A' u>` for a random `u`, where `A'` is the operator's rule.
pub fn is_adjoint(seed: u64, x: &ArrayD<f64>, a: impl Fn(&Tensor<f64>) -> Tensor<f64>) -> bool {
    let variable = Tensor::variable(x.clone());
    let y = a(&variable);
    let u = array(seed / 3, y.shape(), -2.0, 2.0);
    let left = (&y.view() * &u).sum();
    let back = grad(&[y], &[variable], GradOptions::default().cotangents(vec![Tensor::constant(u)])).remove(0);
    let right = (&back.view() * x).sum();
    (left - right).abs() <= 1e-12 * (1.0 + left.abs())
}

/// `M M^T + I` for square matrices `M`: what moves with `M` stays symmetric and positive definite.
pub fn positive_definite(m: &Tensor<f64>) -> Tensor<f64> {
    let identity = ndarray::Array2::eye(m.shape()[m.rank() - 1]);
    m.matmul(&m.transpose()) + Tensor::constant(identity)
}
