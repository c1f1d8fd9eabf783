//! Bad settings, parameters, gradients and states say what is wrong.

use crate::support::{Model, adam, gradients};
use latent_layers::Parameter;
use latent_numeric::random::Stream;
use latent_optim::{
    Adagrad, Adam, AdamW, Algorithm, AverageSettings, Clip, Lbfgs, LineSearch, OptimError, Optimizer, RmsProp,
    SavedState, Schedule, Selection, Sgd, StepOptions, WeightAverage, WeightDecay,
};
use latent_tensor::Tensor;
use ndarray::array;

fn model() -> Model<f32> {
    Model::new(&[&[3, 2], &[4]], &mut Stream::new(1, "parameters", &[]))
}

#[track_caller]
fn assert_message<T>(result: Result<T, OptimError>, expected: &str) {
    assert_eq!(result.err().expect("an error").to_string(), expected);
}

#[test]
fn settings() {
    let sgd = Sgd::default;
    let adam = Adam::default;
    let lr = |learning_rate| Adam { learning_rate, ..adam() }.check();
    assert_message(lr(0.0), "adam: learning_rate is 0, expected a finite number > 0");
    assert_message(lr(-1.0), "adam: learning_rate is -1, expected a finite number > 0");
    assert_message(lr(f64::NAN), "adam: learning_rate is NaN, expected a finite number > 0");
    assert_message(lr(f64::INFINITY), "adam: learning_rate is inf, expected a finite number > 0");
    assert_message(
        AdamW { betas: [-0.1, 0.9], ..AdamW::default() }.check(),
        "adam_w: betas[0] is -0.1, expected a number in [0, 1)",
    );
    assert_message(
        Adam { weight_decay: WeightDecay::Coupled(-1.0), ..adam() }.check(),
        "adam: weight_decay is -1, expected a finite number >= 0",
    );
    assert_message(
        Sgd { nesterov: true, ..sgd() }.check(),
        "sgd: momentum is 0, expected a number > 0, as Nesterov's variant needs momentum",
    );
    assert_message(
        Sgd { nesterov: true, momentum: 0.5, dampening: 0.5, ..sgd() }.check(),
        "sgd: dampening is 0.5, expected 0, as Nesterov's variant has none",
    );
    assert_message(
        RmsProp { alpha: 1.0, ..RmsProp::default() }.check(),
        "rms_prop: alpha is 1, expected a number in [0, 1)",
    );
    assert_message(
        Adagrad { initial_accumulator: -1.0, ..Adagrad::default() }.check(),
        "adagrad: initial_accumulator is -1, expected a finite number >= 0",
    );
    let schedule = Schedule::Sequence {
        parts: vec![(5, Schedule::Exponential { factor: 0.0 })],
        then: Box::new(Schedule::Constant),
    };
    assert_message(
        adam().optimizer::<f32>().unwrap().with_schedule(schedule),
        "exponential: factor is 0, expected a finite number > 0",
    );
    let one_cycle = Schedule::OneCycle { steps: 10, rise: 0.1, start_divisor: 25.0, end_divisor: 1e4 };
    assert_message(one_cycle.check(), "one_cycle: rise is 0.1, expected 1 < rise * steps < steps");
    assert_message(
        WeightAverage::new(AverageSettings { decay: 1.0, ..Default::default() }, &model()),
        "weight_average: decay is 1, expected a number in [0, 1)",
    );
    assert!(serde_json::from_str::<Adam>(r#"{"learning_rat": 0.1}"#).unwrap_err().to_string().contains("learning_rat"));
}

#[test]
fn gradients_that_do_not_match() {
    let model = model();
    let before = model.bits();
    let mut optimizer = adam::<f32>(0.1);
    assert_message(
        optimizer.step(&model.named(), &[Tensor::ones(&[3, 2])]),
        "the gradients do not match the parameters:\n  1 gradients for 2 parameters",
    );
    assert_message(
        optimizer.step(&model.named(), &[Tensor::ones(&[2, 3]), Tensor::ones(&[1])]),
        "the gradients do not match the parameters:\n  \
         p0: the parameter has the shape [3, 2], its gradient [2, 3]\n  \
         p1: the parameter has the shape [4], its gradient [1]",
    );
    let mut bad = gradients(&model, &mut Stream::new(1, "gradients", &[]));
    bad[1] = Tensor::constant(array![0.0, 1.0, f32::NEG_INFINITY, f32::NAN]);
    let clip = Clip::GlobalNorm(1.0);
    assert_message(
        optimizer.step_with(&model.named(), &bad, StepOptions { clip, average: None }),
        "the gradient of p1 is -inf at [2]",
    );
    assert_eq!((model.bits(), optimizer.steps()), (before, 0));
}

#[test]
fn parameters_that_change() {
    let model = model();
    let mut optimizer = adam::<f32>(0.1);
    optimizer.step(&model.named(), &gradients(&model, &mut Stream::new(1, "gradients", &[]))).unwrap();
    let mut parameters = model.named();
    parameters[0].0 = "other".into();
    let other = Parameter::new(array![1.0]);
    parameters[1].1 = &other;
    assert_message(
        optimizer.step(&parameters, &[Tensor::ones(&[3, 2]), Tensor::ones(&[1])]),
        "the parameters of the steps before do not match the parameters:\n  other is in the place of p0\n  \
         p1 has the shape [1], it had [4]",
    );
    let twice = [("a".to_string(), &other), ("b".to_string(), &other)];
    assert_message(
        adam::<f32>(0.1).step(&twice, &[Tensor::ones(&[1]), Tensor::ones(&[1])]),
        "the paths do not match the parameters:\n  a and b are the same parameter",
    );
}

#[test]
fn groups_of_unknown_parameters() {
    let model = model();
    let optimizer = Adam::default().optimizer().unwrap();
    let mut optimizer = optimizer.with_group(Selection::paths(["p1", "p2"]), Adam::default()).unwrap();
    assert_message(
        optimizer.step(&model.named(), &gradients(&model, &mut Stream::new(1, "gradients", &[]))),
        "parameter group 1 names \"p2\", which is not among the parameters",
    );
}

#[test]
fn states_that_do_not_match() {
    let model = model();
    let mut optimizer = Adam { amsgrad: true, ..Adam::default() }.optimizer::<f32>().unwrap();
    optimizer.step(&model.named(), &gradients(&model, &mut Stream::new(1, "gradients", &[]))).unwrap();
    let mut saved = optimizer.save();
    saved.tensors.remove("p0.exp_avg").unwrap();
    saved.tensors.insert("p1.exp_avg_sq".into(), array![1.0].into_dyn());
    let mut other = adam::<f32>(0.1);
    assert_message(
        other.load(&model.named(), &saved),
        "the tensors of the saved state do not match the parameters:\n  \
         p0.exp_avg of shape [3, 2] is missing\n  \
         p1.exp_avg_sq has the shape [1], expected [4]\n  \
         p0.max_exp_avg_sq belongs to no parameter\n  \
         p1.max_exp_avg_sq belongs to no parameter",
    );
    assert_eq!(other.steps(), 0);
    let error = Sgd::default().optimizer::<f32>().unwrap().load(&model.named(), &saved).unwrap_err().to_string();
    assert!(error.contains("it is the state of adam, not of sgd"), "{error}");
    let error = SavedState::<f64>::from_bytes(&saved.to_bytes()).unwrap_err().to_string();
    assert!(error.contains("numbers of type F32, not f64"), "{error}");
    let bytes = saved.to_bytes();
    assert!(SavedState::<f32>::from_bytes(&bytes[..bytes.len() - 1]).is_err());
}

#[test]
fn closures_that_fail() {
    let model = model();
    let before = model.bits();
    let mut lbfgs = Lbfgs::default().optimizer::<f32>().unwrap();
    let gradients = gradients(&model, &mut Stream::new(1, "gradients", &[]));
    assert_message(
        lbfgs.step(&model.named(), &gradients),
        "lbfgs with a line search evaluates the loss several times a step: use `step_closure`",
    );
    let step = |lbfgs: &mut dyn Optimizer<f32>, losses: &mut dyn Iterator<Item = f64>| {
        let mut evaluate = || Ok((losses.next().ok_or("no more data")?, gradients.clone()));
        lbfgs.step_closure(&model.named(), &mut evaluate, StepOptions::default())
    };
    assert_message(step(&mut lbfgs, &mut [].into_iter()), "the loss could not be evaluated: no more data");
    assert_message(step(&mut lbfgs, &mut [1.0, f64::NAN].into_iter()), "the loss is NaN in evaluation 2 of the step");
    let mut fixed = Lbfgs { line_search: LineSearch::None, ..Lbfgs::default() }.optimizer().unwrap();
    assert_message(step(&mut fixed, &mut [1.0, f64::NAN].into_iter()), "the loss is NaN in evaluation 2 of the step");
    let mut bad = gradients.clone();
    bad[0] = Tensor::constant(array![[0.0, 1.0], [2.0, 3.0], [f32::NAN, 0.0]]);
    assert_message(fixed.step(&model.named(), &bad), "the gradient of p0 is NaN at [2, 0]");
    assert_message(
        step(&mut adam(0.1), &mut [f64::INFINITY].into_iter()),
        "the loss is inf in evaluation 1 of the step",
    );
    assert_eq!(model.bits(), before);
}
