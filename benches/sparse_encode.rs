//! Sparse codes of 1,000 images of 784 pixels with 256 atoms to a relative duality gap of 1e-3, on one and two
//! threads. The throughput counts images.

mod strokes;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use latent_numeric::parallel::with_threads;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{ActiveSet, Admm, CoordinateDescent, Fista, Lasso, LassoParams, Solver, Stop};
use std::hint::black_box;
use std::time::{Duration, Instant};

const SAMPLES: usize = 1_000;
const ATOMS: usize = 256;

fn solvers(c: &mut Criterion) {
    let mut atoms = strokes::images("atoms", ATOMS, 1, 6.0);
    for mut atom in atoms.outer_iter_mut() {
        let norm = atom.dot(&atom).sqrt();
        atom /= norm;
    }
    let columns = atoms.t().as_standard_layout().into_owned();
    let dictionary = Dictionary::new(columns).expect("atoms of ink");
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).expect("a lambda above 0");
    let x = strokes::images("samples", SAMPLES, 4, 12.0);
    let stop = Stop::gap(1e-3);
    let solvers: [Box<dyn Solver<f32>>; 4] = [
        Box::<Admm>::default(),
        Box::new(Fista::restarted()),
        Box::<CoordinateDescent>::default(),
        Box::<ActiveSet>::default(),
    ];

    let mut group = c.benchmark_group("encode");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(SAMPLES as u64));
    for solver in &solvers {
        for threads in [1, 2] {
            group.bench_function(BenchmarkId::new(solver.name(), format!("{threads} threads")), |bench| {
                bench.iter_custom(|repeats| {
                    let work = || {
                        let start = Instant::now();
                        for _ in 0..repeats {
                            black_box(
                                lasso.solve(black_box(x.view()), solver.as_ref(), &stop).expect("finite samples"),
                            );
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

criterion_group!(benches, solvers);
criterion_main!(benches);
