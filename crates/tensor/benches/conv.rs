//! Convolution and both its gradients on one and two threads. The throughput counts floating point operations, two
//! for each multiplication, so "Gelem/s" reads GFLOP/s.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use latent_numeric::conv::Geometry;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions};
use latent_tensor::{GradOptions, Tensor, grad, no_grad};
use std::hint::black_box;
use std::time::{Duration, Instant};

struct Case {
    transposed: bool,
    batch: usize,
    /// Channels of the operator's input and output.
    channels: [usize; 2],
    /// Height and width of the operator's input.
    size: usize,
    kernel: usize,
    padding: usize,
}

const fn case(transposed: bool, batch: usize, channels: [usize; 2], size: usize, kernel: usize) -> Case {
    Case { transposed, batch, channels, size, kernel, padding: (kernel - 1) / 2 }
}

const CASES: [Case; 6] = [
    case(false, 128, [1, 32], 28, 4),
    case(false, 128, [32, 64], 14, 4),
    case(true, 128, [64, 32], 7, 4),
    case(true, 128, [32, 1], 14, 4),
    case(false, 64, [1, 64], 28, 5),
    case(false, 64, [64, 128], 14, 5),
];

fn convolutions(c: &mut Criterion) {
    let mut group = c.benchmark_group("conv f32");
    group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    for Case { transposed, batch, channels: [from, to], size, kernel, padding } in CASES {
        let mut stream = Stream::new(1, "images", &[]);
        let x = Tensor::<f32>::variable(stream.normal_array::<f32, _, _>((batch, from, size, size)));
        let w = Tensor::<f32>::variable(if transposed {
            stream.normal_array::<f32, _, _>((from, to, kernel, kernel))
        } else {
            stream.normal_array::<f32, _, _>((to, from, kernel, kernel))
        });
        let (stride, padding) = ([2, 2], [padding, padding]);
        let forward = || {
            if transposed {
                x.conv_transpose2d(&w, None, ConvTranspose2dOptions { stride, padding, ..Default::default() })
            } else {
                x.conv2d(&w, None, Conv2dOptions { stride, padding, ..Default::default() })
            }
        };
        let y = forward();
        let small = y.shape()[2].min(size);
        let large = y.shape()[2].max(size);
        let geometry = Geometry {
            samples: batch,
            groups: 1,
            in_channels: if transposed { to } else { from },
            out_channels: if transposed { from } else { to },
            input: [large; 2],
            output: [small; 2],
            kernel: [kernel; 2],
            stride,
            padding,
            dilation: [1; 2],
        };
        group.throughput(Throughput::Elements(geometry.flop() as u64));
        let cotangent = Tensor::constant(y.to_array());
        let gradient = |with: &Tensor<f32>| {
            let options = GradOptions::default().cotangents(vec![cotangent.clone()]);
            grad(std::slice::from_ref(&y), std::slice::from_ref(with), options).remove(0)
        };
        let kind = if transposed { "conv_transpose2d" } else { "conv2d" };
        let name = format!("{kind} {batch}x{from}x{size}x{size} to {to}, kernel {kernel}, stride 2");
        let calls: [(&str, &(dyn Fn() -> Tensor<f32> + Sync)); 3] = [
            ("forward", &|| no_grad(forward)),
            ("input gradient", &|| gradient(&x)),
            ("weight gradient", &|| gradient(&w)),
        ];
        for (what, call) in calls {
            for threads in [1, 2] {
                group.bench_function(BenchmarkId::new(format!("{name}: {what}"), threads), |bench| {
                    bench.iter_custom(|repeats| {
                        let work = || {
                            black_box(call());
                            let start = Instant::now();
                            for _ in 0..repeats {
                                black_box(call());
                            }
                            start.elapsed()
                        };
                        with_threads(threads, work).expect("two threads")
                    });
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, convolutions);
criterion_main!(benches);
