//! Elements per second of the elementary functions, on a slice that fits the first cache.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, math, parallel};
use std::hint::black_box;

const LEN: usize = 4096;

type Into<E> = fn(&[E], &mut [E]);

fn functions<E: Scalar>(c: &mut Criterion) {
    let table: [(&str, Into<E>); 6] = [
        ("exp", math::exp_into),
        ("ln", math::ln_into),
        ("tanh", math::tanh_into),
        ("sigmoid", math::sigmoid_into),
        ("softplus", math::softplus_into),
        ("erf", math::erf_into),
    ];
    let mut group = c.benchmark_group(format!("math {}", E::NAME));
    group.throughput(Throughput::Elements(LEN as u64));
    let mut stream = Stream::new(1, "arguments", &[]);
    let x: Vec<E> = (0..LEN).map(|_| E::of(4.0) * stream.normal::<E>()).collect();
    let positive: Vec<E> = x.iter().map(|x| x.abs()).collect();
    let mut y = vec![E::zero(); LEN];
    for (name, function) in table {
        let from = if name == "ln" { &positive } else { &x };
        group.bench_function(name, |b| b.iter(|| function(black_box(from), black_box(&mut y))));
    }
    group.finish();
}

fn sums<E: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("sums {}", E::NAME));
    group.throughput(Throughput::Elements(LEN as u64));
    let x: Vec<E> = Stream::new(1, "terms", &[]).normal_array(LEN).to_vec();
    group.bench_function("sum", |b| b.iter(|| parallel::sum(black_box(&x))));
    group.bench_function("dot", |b| b.iter(|| parallel::dot(black_box(&x), black_box(&x))));
    group.bench_function("sum_of_squares", |b| b.iter(|| parallel::sum_of_squares(black_box(&x))));
    group.finish();
}

criterion_group!(benches, functions::<f32>, functions::<f64>, sums::<f32>, sums::<f64>);
criterion_main!(benches);
