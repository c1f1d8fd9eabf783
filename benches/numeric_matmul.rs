//! Matrix products on one and two threads. The throughput counts floating point operations, two for
//! each multiplication, so "Gelem/s" reads GFLOP/s.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use latent_numeric::Scalar;
use latent_numeric::matmul::{Threads, matmul_into};
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use ndarray::Array2;
use std::hint::black_box;
use std::time::{Duration, Instant};

const SHAPES: [(usize, usize, usize); 4] = [(128, 784, 512), (1000, 784, 256), (256, 256, 256), (2048, 2048, 2048)];

fn products<E: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("matmul {}", E::NAME));
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    for (m, k, n) in SHAPES {
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64));
        let mut stream = Stream::new(1, "matrices", &[]);
        let (a, b): (Array2<E>, Array2<E>) = (stream.normal_array((m, k)), stream.normal_array((k, n)));
        let mut product = Array2::zeros((m, n));
        for threads in [1, 2] {
            let id = BenchmarkId::new(format!("{m}x{k}x{n}"), format!("{threads} threads"));
            group.bench_function(id, |bench| {
                bench.iter_custom(|repeats| {
                    let work = || {
                        let start = Instant::now();
                        for _ in 0..repeats {
                            let (a, b) = (black_box(a.view()), black_box(b.view()));
                            matmul_into(E::one(), a, b, E::zero(), product.view_mut(), Threads::Pool);
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

criterion_group!(benches, products::<f32>, products::<f64>);
criterion_main!(benches);
