//! What holds for every optimiser.

use crate::support::{Model, adam, all, gradients, joined, normal, row_major, scheduled};
use latent_layers::Parameter;
use latent_numeric::Scalar;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_optim::{
    Adagrad, Adam, AdamW, Algorithm, Clip, Lbfgs, Optimizer, OptimizerSettings, RmsProp, Schedule, Sgd, StepOptions,
    WeightDecay, gradient_norm,
};
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::{Array2, ArrayD, IxDyn, array};
use proptest::prelude::*;

const SHAPES: [&[usize]; 6] = [&[33, 31], &[17, 5, 40], &[1], &[200, 230], &[], &[129]];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn same_bits_for_any_number_of_threads_and_layout(seed: u64) {
        for settings in all() {
            let start = Model::<f32>::new(&SHAPES, &mut Stream::new(seed, "parameters", &[]));
            let run = |threads: usize, rows: bool| {
                let model = start.copy();
                let work = || {
                    let mut optimizer = scheduled(&settings);
                    let mut stream = Stream::new(seed, "gradients", &[]);
                    for _ in 0..3 {
                        let gradients = gradients(&model, &mut stream);
                        let gradients = if rows { row_major(&gradients) } else { gradients };
                        optimizer.step(&model.named(), &gradients).unwrap();
                    }
                };
                with_threads(threads, work).unwrap();
                model.bits()
            };
            let one = run(1, true);
            for (threads, rows) in [(1, false), (2, true), (3, false), (5, true)] {
                prop_assert!(run(threads, rows) == one, "{:?}, {} threads, {}", settings, threads, rows);
            }
        }
    }

    #[test]
    fn same_bits_however_elements_are_split_into_tensors(seed: u64) {
        for settings in all() {
            let split = Model::<f32>::new(&SHAPES, &mut Stream::new(seed, "parameters", &[]));
            let whole = joined(split.parameters.iter().map(|(_, p)| p.tensor().to_array()));
            let whole = Model { parameters: vec![("all".into(), Parameter::new(whole))], states: vec![] };
            let (mut first, mut second) = (scheduled(&settings), scheduled(&settings));
            let mut stream = Stream::new(seed, "gradients", &[]);
            for _ in 0..3 {
                let gradients = gradients(&split, &mut stream);
                first.step(&split.named(), &gradients).unwrap();
                let together = Tensor::constant(joined(gradients.iter().map(Tensor::to_array)));
                second.step(&whole.named(), &[together]).unwrap();
            }
            prop_assert!(split.bits() == whole.bits(), "{:?}", settings);
        }
    }

    #[test]
    fn strongly_convex_quadratics_are_minimised(seed: u64, n in 1_usize..8) {
        let constant = Schedule::Constant;
        let cosine = Schedule::Cosine { steps: 3000, end: 0.0 };
        let adam = Adam { learning_rate: 0.05, ..Adam::default() };
        let cases = [
            (OptimizerSettings::Sgd(Sgd { learning_rate: 0.1, ..Sgd::default() }), &constant, 1e-6),
            (OptimizerSettings::Sgd(Sgd { learning_rate: 0.1, momentum: 0.8, nesterov: true, ..Sgd::default() }), &constant, 1e-6),
            (OptimizerSettings::RmsProp(RmsProp { learning_rate: 0.02, ..RmsProp::default() }), &cosine, 1e-3),
            (OptimizerSettings::Adam(adam.clone()), &cosine, 1e-3),
            (OptimizerSettings::Adam(Adam { amsgrad: true, ..adam }), &cosine, 1e-3),
            (OptimizerSettings::AdamW(AdamW { learning_rate: 0.05, weight_decay: 0.0, ..AdamW::default() }), &cosine, 1e-3),
            (OptimizerSettings::Adagrad(Adagrad { learning_rate: 0.5, ..Adagrad::default() }), &constant, 1e-3),
            (OptimizerSettings::Lbfgs(Lbfgs { iterations: 1, evaluations: Some(25), gradient_tolerance: 1e-10, change_tolerance: 1e-18, ..Lbfgs::default() }), &constant, 1e-6),
        ];
        for (settings, schedule, tolerance) in cases {
            let mut stream = Stream::new(seed, "quadratic", &[]);
            // 1/2 (x - c)' (I + B'B / 2n) (x - c), with all curvatures between one and about three.
            let b: Array2<f64> = normal(&[n, n], &mut stream).into_dimensionality().unwrap();
            let a = Tensor::constant(Array2::eye(n) + b.t().dot(&b) * (0.5 / n as f64));
            let c = Tensor::constant(normal::<f64>(&[1, n], &mut stream));
            let x = Parameter::new(normal::<f64>(&[1, n], &mut stream));
            let mut optimizer = settings.clone().optimizer(schedule.clone()).unwrap();
            let parameters = [("x".to_string(), &x)];
            for _ in 0..3000 {
                let mut evaluate = || {
                    let x = x.tensor();
                    let d = &x - &c;
                    let loss = (d.matmul(&a) * d).sum() * 0.5;
                    Ok((loss.item(), grad(&[loss], &[x], GradOptions::default())))
                };
                optimizer.step_closure(&parameters, &mut evaluate, StepOptions::default()).unwrap();
            }
            let distance = (x.tensor().to_array() - c.to_array()).mapv(|d| d * d).sum().sqrt();
            prop_assert!(distance < tolerance, "{:?} stays {} away", settings, distance);
        }
    }

    #[test]
    fn decoupled_decay_alone_shrinks_weights_by_its_factor(seed: u64, lr in 1e-4..0.5, lambda in 0.0..0.9) {
        let weight_decay = WeightDecay::Decoupled(lambda);
        let optimizers = [
            OptimizerSettings::Sgd(Sgd { learning_rate: lr, momentum: 0.9, weight_decay, ..Sgd::default() }),
            OptimizerSettings::RmsProp(RmsProp { learning_rate: lr, weight_decay, ..RmsProp::default() }),
            OptimizerSettings::Adam(Adam { learning_rate: lr, weight_decay, ..Adam::default() }),
            OptimizerSettings::AdamW(AdamW { learning_rate: lr, weight_decay: lambda, ..AdamW::default() }),
            OptimizerSettings::Adagrad(Adagrad { learning_rate: lr, weight_decay, ..Adagrad::default() }),
        ];
        for settings in optimizers {
            let model = Model::<f64>::new(&[&[4, 3]], &mut Stream::new(seed, "parameters", &[]));
            let before = model.parameters[0].1.tensor().to_array();
            let mut optimizer = settings.clone().optimizer(Schedule::Constant).unwrap();
            optimizer.step(&model.named(), &[Tensor::zeros(&[4, 3])]).unwrap();
            let after = model.parameters[0].1.tensor().to_array();
            prop_assert_eq!(after, before * (1.0 - lr * lambda), "{:?}", settings);
        }
    }

    #[test]
    fn the_norm_is_that_of_all_elements(seed: u64) {
        let mut stream = Stream::new(seed, "parameters", &[]);
        let model = Model::<f32>::new(&SHAPES, &mut stream);
        let gradients = gradients(&model, &mut stream);
        let one = with_threads(1, || gradient_norm(&model.named(), &gradients).unwrap()).unwrap();
        let many = with_threads(4, || gradient_norm(&model.named(), &gradients).unwrap()).unwrap();
        prop_assert_eq!(one.to_bits(), many.to_bits());
        let exact = gradients.iter().flat_map(|g| g.array().iter().map(|g| g.as_f64().powi(2)).collect::<Vec<_>>());
        let exact = exact.sum::<f64>().sqrt();
        prop_assert!((one - exact).abs() <= 1e-12 * exact, "{} is not {}", one, exact);
    }

    #[test]
    fn clipped_gradients_are_within_their_bounds(seed: u64, bound in 0.01_f64..3.0) {
        let norm_of_step = |clip: Clip| {
            let mut stream = Stream::new(seed, "parameters", &[]);
            let model = Model::<f64>::new(&[&[5, 4], &[6]], &mut stream);
            let gradients = gradients(&model, &mut stream);
            let before = joined(model.parameters.iter().map(|(_, p)| p.tensor().to_array()));
            let mut sgd = Sgd { learning_rate: 1.0, ..Sgd::default() }.optimizer().unwrap();
            sgd.step_with(&model.named(), &gradients, StepOptions { clip, average: None }).unwrap();
            let step = before - joined(model.parameters.iter().map(|(_, p)| p.tensor().to_array()));
            (step, joined(gradients.iter().map(Tensor::to_array)))
        };
        let (step, gradient) = norm_of_step(Clip::Value(bound));
        for (s, g) in step.iter().zip(&gradient) {
            prop_assert!((s - g.clamp(-bound, bound)).abs() < 1e-12);
        }
        let (step, gradient) = norm_of_step(Clip::GlobalNorm(bound));
        let norm = |a: &ArrayD<f64>| a.iter().map(|x| x * x).sum::<f64>().sqrt();
        let factor = (bound / (norm(&gradient) + 1e-6)).min(1.0);
        prop_assert!(norm(&step) <= bound + 1e-12);
        prop_assert!(step.iter().zip(&gradient).all(|(s, g)| (s - factor * g).abs() < 1e-12));
    }
}

#[test]
fn parameters_change_in_place() {
    let model = Model::<f32>::new(&[&[100, 90], &[2000]], &mut Stream::new(1, "parameters", &[]));
    let address = || model.parameters.iter().map(|(_, p)| p.tensor().array().as_ptr()).collect::<Vec<_>>();
    let before = address();
    let mut optimizer = adam::<f32>(0.1);
    for _ in 0..3 {
        let gradients = gradients(&model, &mut Stream::new(1, "gradients", &[]));
        optimizer.step(&model.named(), &gradients).unwrap();
    }
    assert_eq!(address(), before);
}

#[test]
fn gradients_of_any_strides() {
    let expected = ArrayD::from_shape_fn(IxDyn(&[4, 6]), |i| (i[1] * 10) as f64);
    let row = ndarray::Array1::from_shape_fn(6, |i| (i * 10) as f64).into_shared();
    let broadcast = row.broadcast((4, 6)).unwrap().to_shared().into_dyn();
    let mut reversed = expected.clone();
    reversed.invert_axis(ndarray::Axis(1));
    let reversed = ndarray::Array::from_iter(reversed.iter().copied()).into_shape_with_order(IxDyn(&[4, 6])).unwrap();
    let mut reversed = reversed.into_shared();
    reversed.invert_axis(ndarray::Axis(1));
    let mut every_second = ArrayD::from_shape_fn(IxDyn(&[4, 12]), |i| (i[1] * 5) as f64).into_shared();
    every_second.slice_axis_inplace(ndarray::Axis(1), ndarray::Slice::new(0, None, 2));
    for gradient in [broadcast, reversed, every_second] {
        let w = Parameter::<f64>::new(ArrayD::zeros(IxDyn(&[4, 6])));
        let mut sgd = Sgd { learning_rate: 1.0, ..Sgd::default() }.optimizer().unwrap();
        sgd.step(&[("w".into(), &w)], &[Tensor::constant(gradient)]).unwrap();
        assert_eq!(w.tensor().to_array(), -&expected);
    }
}

/// Which changes are remembered does not depend on the unit of the loss.
#[test]
fn lbfgs_minimises_losses_of_any_size() {
    for unit in [1.0, 1e-12, 1e12] {
        let w = Parameter::<f64>::new(array![-1.5, 2.0]);
        let mut evaluate = || {
            let p = w.tensor();
            let (x, y) = (p.slice_axis(0, (0..1).into()), p.slice_axis(0, (1..2).into()));
            let loss = ((&x - 1.0).square() + (y - x.square()).square() * 100.0).sum() * unit;
            Ok((loss.item(), grad(&[loss], &[p], GradOptions::default())))
        };
        let settings = Lbfgs { iterations: 200, gradient_tolerance: 0.0, change_tolerance: 0.0, ..Lbfgs::default() };
        settings.optimizer().unwrap().step_closure(&[("w".into(), &w)], &mut evaluate, StepOptions::default()).unwrap();
        let distance = w.tensor().array().iter().map(|w| (w - 1.0).abs()).sum::<f64>();
        assert!(distance < 1e-6, "in units of {unit}: {distance}");
    }
}

/// Parameters of two modules that do not know of each other.
#[test]
fn modules_side_by_side_have_paths_of_their_own() {
    use latent_layers::{Linear, Module, Sequential, SideBySide};
    use latent_optim::{AverageSettings, WeightAverage};
    let mut stream = Stream::new(1, "initialisation", &[]);
    let [one, other]: [Sequential<f64>; 2] =
        std::array::from_fn(|_| Sequential::new().then(Linear::new(3, 2, &mut stream)));
    let both = SideBySide::new([("one", &one as &dyn Module<f64>), ("other", &other)]);
    let gradients: Vec<Tensor<f64>> = both.parameters().iter().map(|(_, p)| Tensor::ones(&p.shape())).collect();
    let mut adam = Adam::default().optimizer().unwrap();
    let mut average = WeightAverage::new(AverageSettings::default(), &both).unwrap();
    adam.step(&both.parameters(), &gradients).unwrap();
    average.update(&both).unwrap();
    let kept: Vec<String> = adam.save().tensors.into_keys().collect();
    assert_eq!(kept.len(), 8);
    assert!(kept.iter().filter(|name| name.starts_with("other.0.")).count() == 4, "{kept:?}");

    let same = [one.parameters(), other.parameters()].concat();
    let error = Adam::default().optimizer().unwrap().step(&same, &gradients).unwrap_err().to_string();
    assert!(error.contains("0.weight is there twice") && error.contains("SideBySide"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_group_of_factor_one_makes_no_difference_to_any_bit(seed: u64, steps in 1_u64..5, pattern in "p[0-2*?]") {
        use crate::support::all;
        use latent_optim::ParameterGroup;
        let group = ParameterGroup { parameters: pattern.replace("p*", "*"), ..ParameterGroup::default() };
        for settings in all().into_iter().filter(|settings| !matches!(settings, OptimizerSettings::Lbfgs(_))) {
            let start = Model::<f32>::new(&[&[7, 5], &[3], &[]], &mut Stream::new(seed, "parameters", &[]));
            let trained = [&[][..], std::slice::from_ref(&group)].map(|groups| {
                let model = start.copy();
                let schedule = Schedule::Exponential { factor: 0.9 };
                let mut optimizer = settings.clone().grouped(schedule, groups).unwrap();
                for step in 0..steps {
                    let gradients = gradients(&model, &mut Stream::new(seed, "gradients", &[step]));
                    optimizer.step(&model.named(), &gradients).unwrap();
                }
                (model.bits(), optimizer.save())
            });
            prop_assert_eq!(&trained[0].0, &trained[1].0);
            prop_assert_eq!(&trained[0].1, &trained[1].1);
        }
    }

    #[test]
    fn a_group_is_trained_as_if_all_had_its_settings(seed: u64, factor in 0.1_f64..3.0, decay in 0.0_f64..0.2) {
        use latent_optim::ParameterGroup;
        let group = ParameterGroup {
            parameters: "p1".into(),
            learning_rate_factor: factor,
            weight_decay: Some(decay),
            ..ParameterGroup::default()
        };
        let of = |learning_rate, weight_decay| AdamW { learning_rate, weight_decay, ..AdamW::default() };
        let run = |settings: AdamW, groups: &[ParameterGroup]| {
            let model = Model::<f64>::new(&[&[7, 5], &[3]], &mut Stream::new(seed, "parameters", &[]));
            let mut optimizer = OptimizerSettings::from(settings).grouped(Schedule::Constant, groups).unwrap();
            for step in 0..3 {
                let gradients = gradients(&model, &mut Stream::new(seed, "gradients", &[step]));
                optimizer.step(&model.named(), &gradients).unwrap();
            }
            model.parameters.iter().map(|(_, p)| p.tensor().to_array()).collect::<Vec<_>>()
        };
        let grouped = run(of(0.05, 0.01), &[group]);
        prop_assert_eq!(&grouped[0], &run(of(0.05, 0.01), &[])[0]);
        prop_assert_eq!(&grouped[1], &run(of(0.05 * factor, decay), &[])[1]);
    }
}
