//! What the tests share.

use latent_layers::{Module, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Every parameter and state, by name, with the bits of its elements.
pub fn bits<E: Scalar, M: Module<E> + ?Sized>(module: &M) -> Vec<(String, Vec<u64>)> {
    let of = |tensor: Tensor<E>| tensor.array().iter().map(|x| x.as_f64().to_bits()).collect();
    Visitor::entries(module).into_iter().map(|entry| (entry.path.clone(), of(entry.tensor()))).collect()
}

/// Images of this shape with pixels in [0, 1).
pub fn images<E: Scalar>(seed: u64, shape: [usize; 2]) -> Tensor<E> {
    Tensor::uniform(&shape, &mut Stream::new(seed, "images", &[]))
}

pub fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()))
}
