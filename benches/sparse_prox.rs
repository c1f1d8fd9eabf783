//! Proximal operators in place. The throughput counts coefficients.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use latent_numeric::random::Stream;
use latent_sparse::prox::{GroupL2, L1, NuclearNorm, Prox};
use ndarray::Array1;
use std::hint::black_box;
use std::time::Duration;

/// A code of 256 atoms for each of 64 samples; a square matrix for the nuclear norm.
const LEN: usize = 64 * 256;
const GROUP: usize = 4;
const SIDE: usize = 128;

fn operators(c: &mut Criterion) {
    let z: Array1<f32> = Stream::new(1, "coefficients", &[]).normal_array(LEN);
    let l1 = L1::new(0.5).expect("not negative");
    let group_l2 = GroupL2::contiguous(0.5, LEN, GROUP).expect("not negative");
    let nuclear = NuclearNorm::new(0.5, (SIDE, SIDE)).expect("not negative");
    let table: [(&str, &dyn Prox<f32>); 3] = [("l1", &l1), ("group l2", &group_l2), ("nuclear norm", &nuclear)];

    let mut group = c.benchmark_group("prox");
    group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(LEN as u64));
    for (name, prox) in table {
        let mut buffer = z.clone();
        group.bench_function(name, |bench| {
            bench.iter(|| {
                // The operator shrinks what it is given: every time from the start. The copy is a small part.
                buffer.assign(&z);
                prox.apply(black_box(buffer.view_mut()), 1.0);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, operators);
criterion_main!(benches);
