//! What the tests share.

use latent_layers::{Module, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Every parameter, state and count, by name, with the bits of its elements.
pub fn bits<E: Scalar, M: Module<E> + ?Sized>(module: &M) -> Vec<(String, Vec<u8>)> {
    let entries = Visitor::entries(module).into_iter();
    entries.map(|entry| (entry.path, entry.slot.value().to_le_bytes())).collect()
}

/// Images of this shape with pixels in [0, 1).
pub fn images<E: Scalar>(seed: u64, shape: [usize; 2]) -> Tensor<E> {
    Tensor::uniform(&shape, &mut Stream::new(seed, "images", &[]))
}

pub fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()))
}
