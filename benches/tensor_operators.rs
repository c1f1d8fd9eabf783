//! Operators on the shapes of common training steps, forward and backward, on one and two threads.
//!
//! `tensor_beside_torch.py` runs this and the same calls in PyTorch in turn. It finds them by their names, so a case is
//! added in both files.

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main, measurement::WallTime};
use latent_numeric::random::Stream;
use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions, Interpolation, Pool2dOptions};
use latent_tensor::{Activation, GradOptions, Tensor, grad, no_grad};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::hint::black_box;
use std::slice;
use std::sync::Mutex;
use std::time::{Duration, Instant};

type F = dyn Fn(&[Tensor]) -> Tensor + Sync;

/// What an argument is drawn from; all are differentiated.
#[derive(Clone, Copy)]
enum Draw {
    Normal,
    /// In (0.1, 1).
    Positive,
    /// In (-0.1, 0.1).
    Small,
    /// In (0, 1), and not differentiated.
    Target,
}
use Draw::{Normal, Positive, Small, Target};

struct Bench<'a, 'c> {
    group: &'a mut BenchmarkGroup<'c, WallTime>,
    /// Of one thread and of two. A new thread would share a core with an old one for a while.
    pools: [ThreadPool; 2],
}

impl Bench<'_, '_> {
    fn case(&mut self, name: &str, arguments: &[(Draw, &[usize])], f: &F) {
        let mut stream = Stream::new(1, "arguments", &[]);
        let arguments: Vec<Tensor> = arguments
            .iter()
            .map(|&(draw, shape)| match draw {
                Normal => Tensor::variable(Tensor::<f32>::normal(shape, &mut stream).to_array()),
                Positive => Tensor::variable(Tensor::<f32>::uniform(shape, &mut stream).to_array() * 0.9 + 0.1),
                Small => Tensor::variable(Tensor::<f32>::uniform(shape, &mut stream).to_array() * 0.2 - 0.1),
                Target => Tensor::uniform(shape, &mut stream),
            })
            .collect();
        let variables: Vec<Tensor> = arguments.iter().filter(|argument| argument.is_tracked()).cloned().collect();
        let y = f(&arguments);
        let options = GradOptions::default().cotangents(vec![Tensor::normal(y.shape(), &mut stream)]);
        let forward = || drop(black_box(no_grad(|| f(&arguments))));
        let backward = || drop(black_box(grad(slice::from_ref(&y), &variables, options.clone())));
        let calls: [(&str, &(dyn Fn() + Sync)); 2] = [("forward", &forward), ("backward", &backward)];
        for (what, call) in calls {
            for pool in &self.pools {
                let id = BenchmarkId::new(format!("{name} {what}"), pool.current_num_threads());
                self.group.bench_function(id, |bench| {
                    bench.iter_custom(|repeats| {
                        let work = || {
                            call();
                            let start = Instant::now();
                            (0..repeats).for_each(|_| call());
                            start.elapsed()
                        };
                        pool.install(work)
                    });
                });
            }
        }
    }
}

fn operators(c: &mut Criterion) {
    let mut group = c.benchmark_group("operators");
    group.sample_size(10).warm_up_time(Duration::from_millis(60)).measurement_time(Duration::from_millis(240));
    let pools = [1, 2].map(|count| ThreadPoolBuilder::new().num_threads(count).build().expect("two threads"));
    let mut bench = Bench { group: &mut group, pools };
    elementwise(&mut bench);
    reductions(&mut bench);
    products(&mut bench);
    convolutions(&mut bench);
    composed(&mut bench);
    group.finish();
}

fn elementwise(bench: &mut Bench) {
    let unary: [(&str, Draw, &F); 14] = [
        ("exp", Normal, &|x| x[0].exp()),
        ("ln", Positive, &|x| x[0].ln()),
        ("sqrt", Positive, &|x| x[0].sqrt()),
        ("square", Normal, &|x| x[0].square()),
        ("abs", Normal, &|x| x[0].abs()),
        ("tanh", Normal, &|x| x[0].tanh()),
        ("sigmoid", Normal, &|x| x[0].sigmoid()),
        ("softplus", Normal, &|x| x[0].softplus()),
        ("relu", Normal, &|x| x[0].relu()),
        ("leaky_relu", Normal, &|x| x[0].leaky_relu(0.2)),
        ("gelu", Normal, &|x| x[0].gelu()),
        ("silu", Normal, &|x| x[0].silu()),
        ("elu", Normal, &|x| x[0].elu(1.0)),
        ("pow2.5", Positive, &|x| x[0].powf(2.5)),
    ];
    for (name, draw, f) in unary {
        bench.case(&format!("{name} 128x784"), &[(draw, &[128, 784])], f);
    }
    let image: &[usize] = &[128, 32, 14, 14];
    bench.case("relu 128x32x14x14", &[(Normal, image)], &|x| x[0].relu());
    bench.case("leaky_relu 64x64x14x14", &[(Normal, &[64, 64, 14, 14])], &|x| x[0].leaky_relu(0.2));
    let same: &[(Draw, &[usize])] = &[(Normal, &[128, 784]), (Positive, &[128, 784])];
    bench.case("add 128x784", same, &|x| &x[0] + &x[1]);
    bench.case("mul 128x784", same, &|x| &x[0] * &x[1]);
    bench.case("div 128x784", same, &|x| &x[0] / &x[1]);
    bench.case("add 128x20", &[(Normal, &[128, 20]), (Normal, &[128, 20])], &|x| &x[0] + &x[1]);
    bench.case("add row 128x512", &[(Normal, &[128, 512]), (Normal, &[512])], &|x| &x[0] + &x[1]);
    bench.case("mul column 64x784", &[(Normal, &[64, 784]), (Normal, &[64, 1])], &|x| &x[0] * &x[1]);
    bench.case("add channel 128x32x14x14", &[(Normal, image), (Normal, &[32, 1, 1])], &|x| &x[0] + &x[1]);
    bench
        .case("transposed add 512x784", &[(Normal, &[784, 512]), (Normal, &[512, 784])], &|x| x[0].transpose() + &x[1]);
    bench.case("soft_threshold 64x500", &[(Normal, &[64, 500]), (Positive, &[])], &|x| x[0].soft_threshold_with(&x[1]));
    let logits: &[(Draw, &[usize])] = &[(Normal, &[128, 784]), (Target, &[128, 784])];
    bench.case("bce_with_logits 128x784", logits, &|x| x[0].bce_with_logits(&x[1]).sum());
    bench.case("mse 128x784", logits, &|x| (&x[0] - &x[1]).square().sum());
    bench.case("kl 128x20", &[(Normal, &[128, 20]), (Normal, &[128, 20])], &|x| {
        (x[0].square() + x[1].exp() - &x[1] - 1.0).sum() * 0.5
    });
}

fn reductions(bench: &mut Bench) {
    let matrix: &[(Draw, &[usize])] = &[(Normal, &[128, 784])];
    bench.case("sum 128x784", matrix, &|x| x[0].sum());
    bench.case("sum rows 128x784", matrix, &|x| x[0].sum_axes(&[0], false));
    bench.case("sum columns 128x784", matrix, &|x| x[0].sum_axes(&[1], false));
    bench.case("mean 128x784", matrix, &|x| x[0].mean());
    bench.case("max columns 128x784", matrix, &|x| x[0].max_axes(&[1], false));
    bench.case("variance columns 128x784", matrix, &|x| x[0].variance(&[1], 0, false));
    bench.case("logsumexp 128x784", matrix, &|x| x[0].logsumexp(&[1], false));
    bench.case("norm 64x784", &[(Normal, &[64, 784])], &|x| x[0].norm(&[1], false));
    let image: &[(Draw, &[usize])] = &[(Normal, &[128, 32, 14, 14])];
    bench.case("sum channels 128x32x14x14", image, &|x| x[0].sum_axes(&[0, 2, 3], false));
    bench.case("sum middle 128x32x14x14", image, &|x| x[0].sum_axes(&[1], false));
    bench.case("softmax 128x10", &[(Normal, &[128, 10])], &|x| x[0].softmax(1));
    bench.case("softmax 128x784", matrix, &|x| x[0].softmax(1));
    bench.case("log_softmax 1024x16", &[(Normal, &[1024, 16])], &|x| x[0].log_softmax(1));
    let classes: Vec<usize> = (0..128).map(|i| i % 10).collect();
    bench.case("cross_entropy 128x10", &[(Normal, &[128, 10])], &move |x| x[0].cross_entropy(&classes).mean());
}

fn products(bench: &mut Bench) {
    let shapes = [(128, 784, 512), (128, 512, 256), (128, 256, 40), (128, 20, 256), (64, 784, 256), (64, 500, 500)];
    for (m, k, n) in shapes {
        bench.case(&format!("matmul {m}x{k}x{n}"), &[(Normal, &[m, k]), (Normal, &[k, n])], &|x| x[0].matmul(&x[1]));
    }
    bench.case("matmul 16 of 64x64x64", &[(Normal, &[16, 64, 64]), (Normal, &[16, 64, 64])], &|x| x[0].matmul(&x[1]));
    for (m, k, n) in [(128, 784, 512), (128, 512, 256), (64, 256, 128), (64, 128, 1)] {
        let arguments: [(Draw, &[usize]); 3] = [(Normal, &[m, k]), (Normal, &[n, k]), (Normal, &[n])];
        bench.case(&format!("linear relu {m}x{k}x{n}"), &arguments, &|x| {
            x[0].linear(&x[1], Some(&x[2]), Activation::Relu)
        });
    }
}

fn convolutions(bench: &mut Bench) {
    for (n, from, to, size, kernel, padding) in
        [(128, 1, 32, 28, 4, 1), (128, 32, 64, 14, 4, 1), (64, 1, 64, 28, 5, 2), (64, 64, 128, 14, 5, 2)]
    {
        let options = Conv2dOptions { stride: [2, 2], padding: [padding; 2], ..Default::default() };
        let shapes: [(Draw, &[usize]); 3] =
            [(Normal, &[n, from, size, size]), (Normal, &[to, from, kernel, kernel]), (Normal, &[to])];
        bench.case(&format!("conv2d {n}x{from}x{size}x{size} to {to}, {kernel}x{kernel}"), &shapes, &move |x| {
            x[0].conv2d(&x[1], Some(&x[2]), options)
        });
    }
    for (n, from, to, size) in [(128, 64, 32, 7), (128, 32, 1, 14)] {
        let options = ConvTranspose2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
        let shapes: [(Draw, &[usize]); 3] =
            [(Normal, &[n, from, size, size]), (Normal, &[from, to, 4, 4]), (Normal, &[to])];
        bench.case(&format!("conv_transpose2d {n}x{from}x{size}x{size} to {to}, 4x4"), &shapes, &move |x| {
            x[0].conv_transpose2d(&x[1], Some(&x[2]), options)
        });
    }
    let image: &[(Draw, &[usize])] = &[(Normal, &[128, 32, 14, 14])];
    bench.case("max_pool2d 128x32x14x14", image, &|x| x[0].max_pool2d(Pool2dOptions::new([2, 2])));
    bench.case("avg_pool2d 128x32x14x14", image, &|x| x[0].avg_pool2d(Pool2dOptions::new([2, 2])));
    let stream = Mutex::new(Stream::new(2, "dropout", &[]));
    bench.case("dropout 128x784", &[(Normal, &[128, 784])], &move |x| {
        x[0].dropout(0.5, &mut stream.lock().expect("no panic"))
    });
    bench.case("nearest 128x32x14x14", image, &|x| x[0].resize2d([28, 28], Interpolation::Nearest));
    bench.case("bilinear 128x32x14x14", image, &|x| x[0].resize2d([28, 28], Interpolation::Bilinear));
}

fn composed(bench: &mut Bench) {
    let channels: [(Draw, &[usize]); 3] = [(Normal, &[128, 32, 14, 14]), (Positive, &[32]), (Normal, &[32])];
    bench.case("batch_norm 128x32x14x14", &channels, &|x| x[0].batch_norm(Some(&x[1]), Some(&x[2]), 1e-5).0);
    let features: [(Draw, &[usize]); 3] = [(Normal, &[128, 512]), (Positive, &[512]), (Normal, &[512])];
    bench.case("batch_norm 128x512", &features, &|x| x[0].batch_norm(Some(&x[1]), Some(&x[2]), 1e-5).0);
    bench.case("layer_norm 128x512", &features, &|x| x[0].layer_norm(&[1], Some(&x[1]), Some(&x[2]), 1e-5));
    bench.case("instance_norm 128x32x14x14", &channels, &|x| x[0].instance_norm(Some(&x[1]), Some(&x[2]), 1e-5));
    let cell = |gates: usize| -> [Vec<usize>; 4] {
        [vec![gates * 128, 28], vec![gates * 128, 128], vec![gates * 128], vec![gates * 128]]
    };
    let with = |gates: usize, states: usize, f: &F, name: &str, bench: &mut Bench| {
        let parameters = cell(gates);
        let mut arguments: Vec<(Draw, &[usize])> = vec![(Normal, &[128, 28])];
        arguments.resize(1 + states, (Normal, &[128, 128]));
        arguments.extend(parameters.iter().map(|shape| (Positive, &shape[..])));
        bench.case(name, &arguments, f);
    };
    let gru: &F = &|x| x[0].gru_cell(&x[1], [&x[2], &x[3]], [Some(&x[4]), Some(&x[5])]);
    with(3, 1, gru, "gru_cell 128x28 to 128", bench);
    let lstm: &F = &|x| {
        let (h, c) = x[0].lstm_cell([&x[1], &x[2]], [&x[3], &x[4]], [Some(&x[5]), Some(&x[6])]);
        h + c
    };
    with(4, 2, lstm, "lstm_cell 128x28 to 128", bench);
    let [parameters_of_gru, parameters_of_lstm] = [cell(3), cell(4)];
    let state: (Draw, &[usize]) = (Normal, &[128, 128]);
    let mut arguments: Vec<(Draw, &[usize])> = vec![(Normal, &[28, 128, 28]), state];
    arguments.extend(parameters_of_gru.iter().map(|shape| (Small, &shape[..])));
    bench.case("gru 28 steps 128x28 to 128", &arguments, &|x| {
        x[0].gru(&x[1], [&x[2], &x[3]], [Some(&x[4]), Some(&x[5])])
    });
    let mut arguments: Vec<(Draw, &[usize])> = vec![(Normal, &[28, 128, 28]), state, state];
    arguments.extend(parameters_of_lstm.iter().map(|shape| (Small, &shape[..])));
    bench.case("lstm 28 steps 128x28 to 128", &arguments, &|x| {
        x[0].lstm([&x[1], &x[2]], [&x[3], &x[4]], [Some(&x[5]), Some(&x[6])]).0
    });
}

criterion_group!(benches, operators);
criterion_main!(benches);
