//! What the tests of losses share.

use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::{ArrayD, IxDyn};
use std::slice::from_ref;

/// An array with elements in `[low, high)`.
pub fn array(seed: u64, shape: &[usize], low: f64, high: f64) -> ArrayD<f64> {
    Stream::new(seed, "test", &[]).uniform_array::<f64, _, _>(IxDyn(shape)) * (high - low) + low
}

/// The same, as a constant.
pub fn constant(seed: u64, shape: &[usize], low: f64, high: f64) -> Tensor<f64> {
    Tensor::constant(array(seed, shape, low, high))
}

/// Equal up to rounding.
pub fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (1.0 + b.abs())
}

/// Equal up to rounding, element by element.
pub fn all_close(a: &Tensor<f64>, b: &Tensor<f64>) -> bool {
    assert_eq!(a.shape(), b.shape());
    a.array().iter().zip(b.array()).all(|(&a, &b)| close(a, b))
}

/// Whether the sum of `f` at `x` is finite, and its gradient too.
pub fn is_finite(x: &[f32], f: impl Fn(&Tensor<f32>) -> Tensor<f32>) -> bool {
    let x = Tensor::variable(ndarray::Array1::from(x.to_vec()));
    let y = f(&x).sum();
    let slope = grad(from_ref(&y), &[x], GradOptions::default()).remove(0);
    y.item().is_finite() && slope.array().iter().all(|g| g.is_finite())
}

/// The value of `f` at `x`, a tensor of no axes or one element, and its first two derivatives.
pub fn orders<E: Scalar>(x: &Tensor<E>, f: impl Fn(&Tensor<E>) -> Tensor<E>) -> [f64; 3] {
    let y = f(x).sum();
    let first = grad(from_ref(&y), from_ref(x), GradOptions::create_graph()).remove(0).sum();
    let second = grad(from_ref(&first), from_ref(x), GradOptions::default()).remove(0).sum();
    [y, first, second].map(|order| order.item().as_f64())
}

/// Mean and standard error of the mean.
pub fn mean_and_error(draws: &[f64]) -> (f64, f64) {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}
