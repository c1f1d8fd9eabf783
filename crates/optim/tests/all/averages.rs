//! Averages of weights.

use crate::support::{Model, adam, gradients};
use latent_layers::State;
use latent_numeric::random::Stream;
use latent_optim::{
    AverageSettings, Clip, Lbfgs, LineSearch, OptimError, Optimizer, SavedState, StepOptions, WeightAverage,
};
use ndarray::array;
use proptest::prelude::*;

fn model(seed: u64) -> Model<f32> {
    let mut model = Model::new(&[&[40, 30], &[9], &[150, 300]], &mut Stream::new(seed, "parameters", &[]));
    model.states.push(("u".into(), State::new(array![1.0, 0.0])));
    model
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn with_a_step_is_as_after_it(seed: u64, decay in 0.0..0.999, warm_up: bool, bias_correction: bool) {
        let settings = AverageSettings { decay, warm_up, bias_correction };
        let (fused, apart) = (model(seed), model(seed));
        let mut averages = [&fused, &apart].map(|model| WeightAverage::new(settings, model).unwrap());
        let (mut first, mut second) = (adam::<f32>(0.1), adam::<f32>(0.1));
        let mut stream = Stream::new(seed, "gradients", &[]);
        for n in 0..4 {
            let gradients = gradients(&fused, &mut stream);
            fused.states[0].1.set(array![n as f32, 1.0]).unwrap();
            apart.states[0].1.set(array![n as f32, 1.0]).unwrap();
            let options = StepOptions { average: Some(averages[0].following(&fused)), ..StepOptions::default() };
            first.step_with(&fused.named(), &gradients, options).unwrap();
            second.step(&apart.named(), &gradients).unwrap();
            averages[1].update(&apart).unwrap();
            if n == 1 {
                let bytes = averages[1].save().to_bytes();
                averages[1] = WeightAverage::new(settings, &apart).unwrap();
                averages[1].load(&SavedState::from_bytes(&bytes).unwrap()).unwrap();
            }
        }
        prop_assert_eq!(averages[0].save(), averages[1].save());
        prop_assert_eq!(averages[0].states()[0].1.clone(), array![3.0, 1.0].into_dyn());
    }

    #[test]
    fn an_average_of_the_same_weights_is_these(seed: u64, decay in 0.1..0.999, warm_up: bool, bias_correction: bool) {
        let model = model(seed);
        let mut average = WeightAverage::new(AverageSettings { decay, warm_up, bias_correction }, &model).unwrap();
        for _ in 0..5 {
            average.update(&model).unwrap();
        }
        for ((_, parameter), (_, average)) in model.parameters.iter().zip(average.parameters()) {
            let size = 1e-5 * parameter.tensor().to_array().mapv(f32::abs);
            let difference = (parameter.tensor().to_array() - average).mapv(f32::abs);
            prop_assert!(difference.iter().zip(&size).all(|(d, s)| d <= s));
        }
    }
}

#[test]
fn swapping_out_restores_every_bit_and_state_is_copied() {
    let model = model(3);
    let mut average = WeightAverage::new(AverageSettings { decay: 0.5, ..AverageSettings::default() }, &model).unwrap();
    let mut optimizer = adam::<f32>(0.1);
    for n in 0..3 {
        model.states[0].1.set(array![0.5, n as f32]).unwrap();
        optimizer.step(&model.named(), &gradients(&model, &mut Stream::new(n, "gradients", &[]))).unwrap();
        average.update(&model).unwrap();
    }
    // What the model has moved on to since.
    model.states[0].1.set(array![9.0, 9.0]).unwrap();
    let trained = model.bits();
    {
        let _averaged = average.swap_in(&model).unwrap();
        for ((_, parameter), (_, average)) in model.parameters.iter().zip(average.parameters()) {
            assert_eq!(parameter.tensor().to_array(), average);
        }
        assert_eq!(model.states[0].1.tensor().to_array(), array![0.5, 2.0].into_dyn());
        assert_ne!(model.bits(), trained);
    }
    assert_eq!(model.bits(), trained);
    assert_eq!(model.states[0].1.tensor().to_array(), array![9.0, 9.0].into_dyn());
}

#[test]
fn warm_up_begins_with_short_memory() {
    let model = model(5);
    let settings = AverageSettings { decay: 0.999, warm_up: true, ..AverageSettings::default() };
    let mut average = WeightAverage::new(settings, &model).unwrap();
    let before = model.parameters[1].1.tensor().to_array();
    model.parameters[1].1.elements().fill(1.0);
    average.update(&model).unwrap();
    let expected = before.mapv(|old| old + (1.0 - 2.0 / 11.0) * (1.0 - old));
    let got = &average.parameters()[1].1;
    assert!(got.iter().zip(&expected).all(|(x, y)| (x - y).abs() < 1e-6), "{got} is not {expected}");
}

#[test]
fn lbfgs_updates_an_average_too_and_clips() {
    let model = model(6);
    let before = model.parameters[1].1.tensor().to_array();
    let mut average =
        WeightAverage::new(AverageSettings { decay: 0.75, ..AverageSettings::default() }, &model).unwrap();
    let settings = Lbfgs { learning_rate: 0.1, line_search: LineSearch::None, ..Lbfgs::default() };
    let gradients = gradients(&model, &mut Stream::new(1, "gradients", &[]));
    let options = StepOptions { clip: Clip::GlobalNorm(1e-3), average: Some(average.following(&model)) };
    let report = settings.optimizer().unwrap().step_with(&model.named(), &gradients, options).unwrap();
    assert!(report.gradient_norm.unwrap() > 1.0);
    let after = model.parameters[1].1.tensor().to_array();
    let step = (&after - &before).mapv(|d| d * d).sum().sqrt();
    assert!(step > 0.0 && step <= 1e-4, "a step of {step}");
    let expected = before.clone() + 0.25 * (&after - &before);
    assert!((&average.parameters()[1].1 - &expected).iter().all(|d| d.abs() < 1e-6));
}

#[test]
fn averages_of_other_modules() {
    let (model, mut other) = (model(7), model(8));
    other.parameters.pop();
    other.states[0] = ("v".into(), State::new(array![1.0]));
    let mut average = WeightAverage::new(AverageSettings::default(), &model).unwrap();
    assert!(matches!(average.swap_in(&other), Err(OptimError::Mismatch { .. })));
    let error = average.load(&WeightAverage::new(AverageSettings::default(), &other).unwrap().save()).unwrap_err();
    let expected = "the tensors of the saved state do not match the parameters:\n  \
        p2.average of shape [150, 300] is missing\n  u.state of shape [2] is missing\n  v.state belongs to no parameter";
    assert_eq!(error.to_string(), expected);
}
