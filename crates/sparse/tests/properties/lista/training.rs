//! Training.

use super::{disturbed, like_ista, others};
use approx::assert_abs_diff_eq;
use latent_layers::{Context, Layer, Module};
use latent_numeric::random::Stream;
use latent_optim::{Adam, Algorithm};
use latent_sparse::Dictionary;
use latent_sparse::lasso::{ActiveSet, CoordinateDescent, Lasso, LassoParams, Stop};
use latent_sparse::lista::{Lista, ListaParams, PredictiveDecomposition, StageWise, losses};
use latent_tensor::Tensor;
use ndarray::{Array2, Axis};
use proptest::prelude::*;
use std::ops::ControlFlow;

/// Samples made of few atoms, with their codes.
fn planted(seed: u64, samples: usize) -> (Dictionary<f64>, Array2<f64>, Array2<f64>) {
    let mut stream = Stream::new(seed, "planted", &[]);
    let w = stream.normal_array::<f64, _, _>((12, 20)) / 12.0_f64.sqrt();
    let mut z: Array2<f64> = stream.normal_array((samples, 20));
    z.mapv_inplace(|z| if stream.bernoulli(0.1) { z } else { 0.0 });
    let x = z.dot(&w.t());
    (Dictionary::new(w).unwrap(), x, z)
}

/// Every network recovers codes better after supervised training than before, layer by layer.
#[test]
fn supervised_training_recovers_codes() {
    let (dictionary, x, z) = planted(1, 256);
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
    let (samples, targets) = (Tensor::constant(x), Tensor::constant(z.clone()));
    for params in [like_ista(), others()].concat() {
        let network = Lista::new(&lasso, ListaParams { layers: 3, ..params }).unwrap();
        let nmse = || -> Vec<f64> {
            let codes = network.trajectory(&samples, None, 3).unwrap();
            codes.into_iter().map(|codes| losses::nmse_db(codes.view_as(), z.view())).collect()
        };
        let before = nmse();
        let schedule = StageWise { steps: 40, learning_rate: 5e-3, ..StageWise::default() };
        let loss = |layers, _| {
            let codes = network.trajectory(&samples, None, layers)?.pop().expect("a layer");
            Ok(losses::code_error(&codes, &targets))
        };
        schedule.train(&network, loss, |_| ControlFlow::Continue(())).unwrap();
        let after = nmse();
        for (k, (before, after)) in before.iter().zip(&after).enumerate() {
            assert!(after < before, "{}, layer {}: from {before} to {after} dB", network.name(), k + 1);
        }
    }
}

/// A first stage changes its own layer and what is shared, and nothing else; the observer can end all.
#[test]
fn stages_change_what_they_say() {
    let (dictionary, x, z) = planted(2, 32);
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
    let (samples, targets) = (Tensor::constant(x), Tensor::constant(z));
    for params in [ListaParams::coupled(3), ListaParams::ti_lista(3), ListaParams::gated(3)] {
        let network = Lista::new(&lasso, params).unwrap();
        let values = || -> Vec<(String, Vec<f64>)> {
            let parameters = network.parameters().into_iter();
            parameters.map(|(path, p)| (path, p.tensor().to_array().into_iter().collect())).collect()
        };
        let schedule = StageWise { steps: 3, ..StageWise::default() };
        let mut before = values();
        let mut seen = Vec::new();
        let loss = |layers, _| {
            let codes = network.trajectory(&samples, None, layers)?.pop().expect("a layer");
            Ok(losses::code_error(&codes, &targets))
        };
        let observe = |progress: latent_sparse::lista::Progress| {
            if progress.stage_ends {
                let (after, stage) = (values(), progress.stage);
                for ((path, before), (_, after)) in before.iter().zip(&after) {
                    let layer = path.split('.').next().and_then(|k| k.parse::<usize>().ok());
                    if layer.is_some_and(|k| !(stage.from..stage.layers).contains(&k)) {
                        assert_eq!(before, after, "{}: {path} in {stage:?}", network.name());
                    } else if path.ends_with("weight") {
                        assert_ne!(before, after, "{}: {path} in {stage:?}", network.name());
                    }
                }
                before = after;
                seen.push((stage.layers, stage.from));
            }
            if progress.step == 15 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        schedule.train(&network, loss, observe).unwrap();
        assert_eq!(seen, [(1, 0), (1, 0), (1, 0), (2, 1), (2, 0)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Inferred codes have the least energy, which is the sum of the terms; steps keep atoms at norm one.
    #[test]
    fn predictive_sparse_decomposition(seed: u64, alpha in 0.0..3.0_f64, size in 0.0..0.5_f64) {
        let (dictionary, x, _) = planted(seed, 8);
        let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
        let encoder = disturbed(&lasso, ListaParams::lista(2).tied(), seed, size).unwrap();
        let learner = PredictiveDecomposition::new(encoder, &dictionary, 0.1, alpha).unwrap();
        let mut context = Context::evaluate();
        let predicted = learner.encoder().forward(&Tensor::constant(x.clone()), &mut context).unwrap();
        let predicted: Array2<f64> = predicted.into_array();
        let w = learner.dictionary().unwrap().into_atoms();
        let codes = learner.infer(x.view(), predicted.view(), &ActiveSet, &Stop::gap(1e-12)).unwrap();
        let energy = |i: usize, z: &ndarray::Array1<f64>| {
            let (r, d) = (&x.row(i) - &w.dot(z), z - &predicted.row(i));
            (0.5 * r.dot(&r), 0.5 * alpha * d.dot(&d), 0.1 * z.mapv(f64::abs).sum())
        };
        let total = |(a, b, c): (f64, f64, f64)| a + b + c;
        let mut stream = Stream::new(seed, "directions", &[]);
        for i in 0..x.nrows() {
            let z = codes.codes.row(i).to_owned();
            let least = total(energy(i, &z));
            assert_abs_diff_eq!(least, codes.certificates[i].objective(), epsilon = 1e-9 * (1.0 + least));
            for size in [1e-3, 0.1, 1.0] {
                let moved = &z + &(stream.normal_array::<f64, _, _>(z.len()) * size);
                prop_assert!(total(energy(i, &moved)) >= least - 1e-9 * (1.0 + least));
            }
        }
        let adam = &mut Adam::default().optimizer().unwrap();
        let step = learner.step(x.view(), &mut context, &CoordinateDescent, &Stop::gap(1e-12), adam).unwrap();
        let mean = |part: fn((f64, f64, f64)) -> f64| {
            (0..x.nrows()).map(|i| part(energy(i, &codes.codes.row(i).to_owned()))).sum::<f64>() / x.nrows() as f64
        };
        for (got, want) in [(step.reconstruction, mean(|e| e.0)), (step.prediction, mean(|e| e.1)), (step.sparsity, mean(|e| e.2))] {
            prop_assert!((got - want).abs() < 1e-6 * (1.0 + want), "{} against {}", got, want);
        }
        let after = learner.dictionary().unwrap().into_atoms();
        prop_assert!(after != w);
        prop_assert!(after.map_axis(Axis(0), |a| a.dot(&a)).iter().all(|n| (n - 1.0).abs() < 1e-9));
    }
}
