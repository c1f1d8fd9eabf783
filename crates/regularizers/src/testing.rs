//! Arrays and functions for tests.

use latent_numeric::random::Stream;
use latent_tensor::Tensor;
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
