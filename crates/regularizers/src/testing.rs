//! Arrays and functions for tests.

use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use latent_tensor::check::{Mismatch, gradients};
use ndarray::ArrayD;

/// Standard normal draws.
pub fn normal(seed: u64, shape: &[usize]) -> ArrayD<f64> {
    Stream::new(seed, "test", &[]).normal_array(shape)
}

/// The same as a constant.
pub fn constant(seed: u64, shape: &[usize]) -> Tensor<f64> {
    Tensor::constant(normal(seed, shape))
}

/// `tanh(x A + b) C`, smooth, with parameters (inputs, 3), (3), (3, outputs).
pub fn smooth(x: &Tensor<f64>, p: &[Tensor<f64>]) -> Tensor<f64> {
    (x.matmul(&p[0]) + &p[1]).tanh().matmul(&p[2])
}

/// The gradient checks with an eighth of their step, for functions with large fifth derivatives: `64 f(x / 8)` at `8 x`
/// has the second derivatives of `f`.
pub fn fine_gradients(inputs: &[ArrayD<f64>], f: impl Fn(&[Tensor<f64>]) -> Tensor<f64>) -> Result<(), Mismatch> {
    let scaled: Vec<ArrayD<f64>> = inputs.iter().map(|x| x * 8.0).collect();
    gradients(&scaled, |x| f(&x.iter().map(|x| x * 0.125).collect::<Vec<_>>()) * 64.0)
}

/// Parameters of [`smooth`].
pub fn parameters(seed: u64, inputs: usize, outputs: usize) -> Vec<ArrayD<f64>> {
    let [a, b, c]: [&[usize]; 3] = [&[inputs, 3], &[3], &[3, outputs]];
    (0..).zip([a, b, c]).map(|(k, shape)| normal(seed ^ (k << 40), shape)).collect()
}

pub fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + b.abs())
}

/// The largest difference of two tensors of the same shape.
pub fn distance(a: &Tensor<f64>, b: &Tensor<f64>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    a.array().iter().zip(b.array()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
