//! One step of online dictionary learning: 512 images of 784 pixels coded with 256 atoms, then the atoms updated, on
//! one and two threads. The throughput counts images.

mod strokes;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use latent_numeric::parallel::with_threads;
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams};
use latent_sparse::lasso::{Admm, LassoParams};
use ndarray::s;
use std::time::Duration;

const BATCH: usize = 512;
const ATOMS: usize = 256;
/// Batches seen before, so that the atoms are no longer samples.
const BEFORE: usize = 4;

fn online_step(c: &mut Criterion) {
    let x = strokes::images("samples", BATCH * (BEFORE + 1), 4, 12.0);
    let batch = |k: usize| x.slice(s![k * BATCH..(k + 1) * BATCH, ..]);
    let solver = Admm::default();
    let mut learner =
        DictionaryLearner::<f32>::new(DictionaryParams::new(ATOMS, LassoParams::new(0.1))).expect("sound parameters");
    for k in 0..BEFORE {
        learner.partial_fit(batch(k), &solver).expect("finite samples");
    }

    let mut group = c.benchmark_group("learn");
    group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(BATCH as u64));
    for threads in [1, 2] {
        group.bench_function(BenchmarkId::new("online", format!("{threads} threads")), |bench| {
            let step = |mut learner: DictionaryLearner<f32>| {
                learner.partial_fit(batch(BEFORE), &solver).expect("finite samples");
                learner
            };
            with_threads(threads, || bench.iter_batched(|| learner.clone(), step, BatchSize::LargeInput))
                .expect("two threads");
        });
    }
    group.finish();
}

criterion_group!(benches, online_step);
criterion_main!(benches);
