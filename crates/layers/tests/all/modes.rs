//! What training changes and evaluation does not.

use crate::models::{Input, Model, models, training};
use latent_layers::{BatchNorm, Context, Dropout, Dropout2d, Layer, Module, Visitor, to_bytes};
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{ArrayD, array};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn numbers(seed: u64, shape: &[usize]) -> Tensor<f64> {
    Tensor::constant(Stream::new(seed, "input", &[]).normal_array::<f64, _, _>(shape))
}

fn input(case: &str, seed: u64) -> Input<f64> {
    let shape: &[usize] = match case {
        "embedding" | "words" => return Input::Indices(array![[1, 6], [0, 3]].into_dyn()),
        "linear" | "linear_without_bias" => &[4, 5],
        "conv2d" | "conv_transpose2d" | "group_norm" => &[2, 4, 5, 5],
        "max_pool2d" | "avg_pool2d" | "global_avg_pool" | "upsample_nearest" | "upsample_bilinear" => &[2, 2, 4, 4],
        "auto_encoder" => &[3, 1, 8, 8],
        "layer_norm" | "gru" | "gru_without_bias" | "lstm" | "lstm_without_bias" => &[2, 4, 3],
        case if case.contains("norm") => &[3, 3, 2, 2],
        _ => &[2, 3],
    };
    Input::Tensor(numbers(seed, shape))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn evaluation_changes_nothing(seed: u64) {
        for (case, model) in models::<f64>(seed) {
            let input = input(case, seed);
            let before = to_bytes(model.module());
            let (first, _) = model.apply(&input, &mut Context::evaluate());
            let (second, _) = model.apply(&input, &mut Context::evaluate());
            prop_assert_eq!(first.array(), second.array(), "{}", case);
            prop_assert!(to_bytes(model.module()) == before, "{} changed", case);
            model.apply(&input, &mut training(seed));
            let has_state = !model.module().states().is_empty();
            prop_assert_eq!(to_bytes(model.module()) != before, has_state, "{}", case);
        }
    }

    #[test]
    fn dropout_keeps_the_mean(seed: u64, p in 0.1_f64..0.8) {
        let n = 20_000.0;
        let x = Tensor::<f64>::ones(&[100, 200, 1, 1]);
        let layers: [Box<dyn Layer<f64>>; 2] = [Box::new(Dropout::new(p).unwrap()), Box::new(Dropout2d::new(p).unwrap())];
        for layer in layers {
            let mean = layer.forward(&x, &mut training(seed)).unwrap().mean().item();
            // The variance of m / (1 - p) is p / (1 - p).
            prop_assert!((mean - 1.0).abs() <= 6.0 * (p / (1.0 - p) / n).sqrt(), "mean {}", mean);
            let evaluated = layer.forward(&x, &mut Context::evaluate()).unwrap();
            prop_assert_eq!(evaluated.array(), x.array());
        }
    }

    #[test]
    fn a_batch_is_normalised(seed: u64, samples in 5_usize..9, channels in 1_usize..4, pixels in 1_usize..4) {
        let x = numbers(seed, &[samples, channels, pixels]) * 3.0 + Tensor::scalar(5.0);
        let layer = BatchNorm::<f64>::new(channels).with_eps(0.0).unwrap();
        let y = layer.forward(&x, &mut training(seed)).unwrap();
        let means = y.mean_axes(&[0, 2], false);
        prop_assert!(means.array().iter().all(|mean| mean.abs() < 1e-10));
        let variances = y.variance(&[0, 2], 0, false);
        prop_assert!(variances.array().iter().all(|variance| (variance - 1.0).abs() < 1e-9));
    }

    /// With the average of all batches, the running statistics are those averages.
    #[test]
    fn running_statistics_average(seed: u64, batches in 1_usize..6) {
        let layer = BatchNorm::<f64>::new(2).with_momentum(None).unwrap();
        let mut want = [ArrayD::<f64>::zeros(vec![2]), ArrayD::zeros(vec![2])];
        for batch in 0..batches {
            let x = numbers(seed.wrapping_add(batch as u64), &[4, 2, 3]);
            layer.forward(&x, &mut training(seed)).unwrap();
            want[0] += x.mean_axes(&[0, 2], false).array();
            want[1] += x.variance(&[0, 2], 1, false).array();
        }
        let states = layer.states();
        for (want, (name, got)) in want.iter().zip(&states) {
            let error = got.tensor().to_array() - want / batches as f64;
            prop_assert!(error.iter().all(|error| error.abs() < 1e-12), "{}", name);
        }
        prop_assert_eq!(layer.counts()[0].1.value(), batches as u64);
    }
}

#[test]
fn only_dropout_draws() {
    let start = Stream::new(1, "training", &[]).position();
    let position = |context: &mut Context| context.stream().unwrap().position();
    for (case, model) in models::<f64>(1) {
        let mut context = training(1);
        model.apply(&input(case, 1), &mut context);
        assert_eq!(position(&mut context), start, "{case} draws");
    }
    let mut context = training(1);
    Layer::<f64>::forward(&Dropout::new(0.0).unwrap(), &numbers(1, &[3, 4]), &mut context).unwrap();
    Layer::<f64>::forward(&Dropout2d::new(0.0).unwrap(), &numbers(1, &[3, 4]), &mut context).unwrap();
    assert_eq!(position(&mut context), start, "nothing is dropped, nothing need be drawn");
    // One draw, two words, for each channel of each sample.
    Layer::<f64>::forward(&Dropout2d::new(0.5).unwrap(), &numbers(1, &[3, 4, 9, 9]), &mut context).unwrap();
    assert_eq!(position(&mut context) - start, 24);
}

#[test]
fn names_are_unique_and_stay() {
    for ((case, a), (_, b)) in models::<f32>(1).iter().zip(&models::<f32>(2)) {
        let names = |model: &Model<f32>| -> Vec<String> {
            Visitor::entries(model.module()).into_iter().map(|entry| entry.path).collect()
        };
        let unique: BTreeSet<String> = names(a).into_iter().collect();
        assert_eq!(unique.len(), names(a).len(), "{case}");
        assert_eq!(names(a), names(b), "{case}");
    }
    let (_, words) = models::<f32>(1).pop().unwrap();
    let names: Vec<String> = words.module().parameters().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "embedding.weight",
            "gru.weight_ih_l0",
            "gru.weight_hh_l0",
            "gru.bias_ih_l0",
            "gru.bias_hh_l0",
            "head.weight",
            "head.bias"
        ]
    );
}
