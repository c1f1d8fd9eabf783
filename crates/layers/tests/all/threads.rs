//! The same bits for any number of threads.

use crate::models::AutoEncoder;
use latent_layers::{Context, Dropout, Gru, Layer, Sequential, to_bytes};
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_tensor::{GradOptions, Tensor, grad};

/// Output, gradients of all parameters, and state after a step in training.
fn step(model: &(impl Layer + ?Sized), shape: &[usize]) -> Vec<u8> {
    let x = Tensor::constant(Stream::new(2, "input", &[]).normal_array::<f32, _, _>(shape));
    let y = model.forward(&x, &mut Context::train(Stream::new(3, "dropout", &[]))).unwrap();
    let gradients = grad(&[y.square().sum()], &model.variables(), GradOptions::default());
    let numbers = [y].into_iter().chain(gradients);
    let bytes = numbers.flat_map(|t| t.array().iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>());
    bytes.chain(to_bytes(model)).collect()
}

#[test]
fn a_step_has_the_same_bits() {
    let run = |threads: usize| {
        with_threads(threads, || {
            let stream = &mut Stream::new(1, "initialisation", &[]);
            let convolutions = AutoEncoder::<f32>::new(stream);
            let gru = Gru::new(16, 64, 2, stream).unwrap();
            let recurrent: Sequential = Sequential::new().then(gru).then(Dropout::new(0.3).unwrap());
            (step(&convolutions, &[300, 1, 8, 8]), step(&recurrent, &[64, 5, 16]))
        })
        .unwrap()
    };
    let (one, three) = (run(1), run(3));
    assert!(one.0 == three.0, "convolutions");
    assert!(one.1 == three.1, "recurrent layers");
}
