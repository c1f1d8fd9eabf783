//! From the drawing of samples to sums over their codes: the same bits on any number of threads.

use latent_datasets::batches::Batching;
use latent_datasets::synthetic::strokes;
use latent_numeric::parallel::{sum, with_threads};
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams};
use latent_sparse::lasso::{ActiveSet, Admm, Certificate, CoordinateDescent, Fista, Lasso, LassoParams, Solver, Stop};

/// Everything that a run leaves, as bits.
#[derive(PartialEq)]
struct Run {
    images: Vec<u8>,
    order: Vec<usize>,
    atoms: Vec<u32>,
    codes: Vec<u32>,
    certificates: Vec<Certificate>,
    sums: [u32; 3],
}

fn bits<'a>(values: impl IntoIterator<Item = &'a f32>) -> Vec<u32> {
    values.into_iter().map(|value| value.to_bits()).collect()
}

/// Draws strokes, learns from shuffled batches of them, codes others and adds up what comes out. No size is a
/// multiple of another, so that the last batch and the last block are short.
fn run(seed: u64, solver: &dyn Solver<f32>) -> Run {
    let splits = strokes::splits(seed, 1_500, 331);
    let penalty = LassoParams::new(0.2);
    let params = DictionaryParams { seed, ..DictionaryParams::new(67, penalty.clone()) };
    let mut learner = DictionaryLearner::new(params).unwrap();
    let mut order = Vec::new();
    for epoch in 0..2 {
        for batch in Batching::new(400, seed).unwrap().epoch::<f32>(&splits.train, epoch) {
            order.extend(batch.indices);
            learner.partial_fit(batch.rows.view(), solver).unwrap();
        }
    }
    let dictionary = learner.dictionary().unwrap();
    let lasso = Lasso::new(&dictionary, penalty).unwrap();
    let x = splits.test.rows::<f32>(..);
    let codes = lasso.solve(x.view(), solver, &Stop::gap(1e-4)).unwrap();
    let fitted = dictionary.reconstruct(codes.codes.view());
    let sums = [&x, &codes.codes, &fitted].map(|array| sum(array.as_slice().unwrap()).to_bits());
    Run {
        images: splits.train.images().iter().copied().collect(),
        order,
        atoms: bits(dictionary.atoms().iter()),
        codes: bits(&codes.codes),
        certificates: codes.certificates,
        sums,
    }
}

fn solvers() -> [Box<dyn Solver<f32>>; 4] {
    [
        Box::<Admm>::default(),
        Box::new(Fista::restarted()),
        Box::<CoordinateDescent>::default(),
        Box::<ActiveSet>::default(),
    ]
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    for solver in solvers() {
        let one = with_threads(1, || run(3, solver.as_ref())).unwrap();
        for threads in [2, 3] {
            let other = with_threads(threads, || run(3, solver.as_ref())).unwrap();
            let name = solver.name();
            assert!(one.images == other.images, "images on {threads} threads");
            assert!(one.order == other.order, "batches on {threads} threads");
            assert!(one.atoms == other.atoms, "atoms by {name} on {threads} threads");
            assert!(one.codes == other.codes, "codes by {name} on {threads} threads");
            assert!(one == other, "certificates or sums by {name} on {threads} threads");
        }
    }
}

#[test]
fn another_seed_is_another_run() {
    let [one, other] = [3, 4].map(|seed| run(seed, &Admm::default()));
    assert!(one.images != other.images && one.order != other.order);
    assert!(one.atoms != other.atoms && one.codes != other.codes);
}
