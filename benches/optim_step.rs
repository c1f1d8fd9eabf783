//! Steps of Adam on the parameters of an autoencoder and on many small tensors, on one and two threads.
//!
//! `optim_beside_torch.py` runs this and PyTorch's fused Adam in turn. It finds the cases by their names.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use latent_layers::Parameter;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_optim::{Adam, Algorithm, Optimizer};
use latent_tensor::Tensor;
use std::time::{Duration, Instant};

/// The layers of 784-512-256-40/20-256-512-784 as (outputs, inputs), each with a bias.
const MLP: [(usize, usize); 6] = [(512, 784), (256, 512), (40, 256), (256, 20), (512, 256), (784, 512)];

fn adam(c: &mut Criterion) {
    let mlp: Vec<Vec<usize>> = MLP.iter().flat_map(|&(o, i)| [vec![o, i], vec![o]]).collect();
    let small = vec![vec![16, 16]; 20];
    let mut group = c.benchmark_group("step");
    group.sample_size(40).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    for (name, shapes, transposed) in [("mlp", &mlp, false), ("mlp transposed", &mlp, true), ("small", &small, false)] {
        let mut stream = Stream::new(1, "parameters", &[]);
        let parameters: Vec<Parameter> =
            shapes.iter().map(|shape| Parameter::new(Tensor::<f32>::normal(shape, &mut stream).to_array())).collect();
        let named: Vec<_> = parameters.iter().enumerate().map(|(i, p)| (format!("p{i}"), p)).collect();
        let gradients: Vec<Tensor> = shapes
            .iter()
            .map(|shape| {
                let mut shape = shape.clone();
                if transposed {
                    shape.reverse();
                }
                let gradient = Tensor::normal(&shape, &mut stream).to_array();
                Tensor::constant(if transposed { gradient.reversed_axes() } else { gradient })
            })
            .collect();
        for threads in [1, 2] {
            let mut optimizer = Adam::default().optimizer().expect("settings in their domains");
            group.bench_function(BenchmarkId::new(name, threads), |bench| {
                bench.iter_custom(|repeats| {
                    let work = || {
                        optimizer.step(&named, &gradients).expect("they match");
                        let start = Instant::now();
                        for _ in 0..repeats {
                            optimizer.step(&named, &gradients).expect("they match");
                        }
                        start.elapsed()
                    };
                    with_threads(threads, work).expect("two threads")
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, adam);
criterion_main!(benches);
