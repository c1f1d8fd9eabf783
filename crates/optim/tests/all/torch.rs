//! Against PyTorch (`golden/torch_goldens.py`).

use latent_layers::Parameter;
use latent_numeric::Scalar;
use latent_optim::{
    AdamW, Algorithm, AverageSettings, Clip, Lbfgs, Optimizer, OptimizerSettings, Schedule, Selection, StepOptions,
    WeightAverage,
};
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::{ArrayD, IxDyn, array};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::LazyLock;

use crate::support::Model;

static GOLDEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../golden/torch.json")).expect("well-formed JSON"));

const SHAPES: [(&str, &[usize]); 3] = [("encoder.weight", &[3, 4]), ("encoder.bias", &[5]), ("scale", &[])];

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn arrays<E: Scalar>(value: &Value) -> Vec<ArrayD<E>> {
    let array = |(path, shape): (&str, &[usize])| {
        let values: Vec<f64> = read(&value[path]);
        ArrayD::from_shape_vec(IxDyn(shape), values.into_iter().map(E::of).collect()).unwrap()
    };
    SHAPES.map(|(path, shape)| array((path, shape))).into()
}

/// Of a quartic, with a wobble that keeps it from settling.
fn gradients<E: Scalar>(model: &Model<E>, n: i64) -> Vec<Tensor<E>> {
    let (curvatures, centres) = (arrays::<E>(&GOLDEN["curvatures"]), arrays::<E>(&GOLDEN["centres"]));
    let wobble = E::of(0.25 * (n * 7 % 11 - 5) as f64);
    let of = |((_, p), (a, c)): (&(String, Parameter<E>), (&ArrayD<E>, &ArrayD<E>))| {
        let d = p.tensor().to_array() - c;
        Tensor::constant(a * &d + d.mapv(|d| E::of(0.125) * d * d * d + wobble))
    };
    model.parameters.iter().zip(curvatures.iter().zip(&centres)).map(of).collect()
}

#[track_caller]
fn assert_close(what: &str, got: &[ArrayD<f64>], want: &[ArrayD<f64>], tolerance: f64) {
    for (got, want) in got.iter().zip(want) {
        for (x, y) in got.iter().zip(want) {
            assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{what}: {x}, PyTorch has {y}");
        }
    }
}

fn optimizer<E: Scalar>(case: &Value) -> Box<dyn Optimizer<E>> {
    if let Some(group) = case.get("group") {
        let path: String = read(&group["path"]);
        let base: AdamW = read(&case["settings"]["adam_w"]);
        let other: AdamW = read(&group["settings"]);
        return Box::new(base.optimizer().unwrap().with_group(Selection::paths([path]), other).unwrap());
    }
    let schedule = case.get("schedule").map_or(Schedule::Constant, read);
    read::<OptimizerSettings>(&case["settings"]).optimizer(schedule).unwrap()
}

fn check_case<E: Scalar>(case: &Value, tolerance: f64) {
    let name = case["name"].as_str().unwrap();
    let start = SHAPES.iter().zip(arrays::<E>(&GOLDEN["start"]));
    let parameters = start.map(|((path, _), array)| ((*path).to_string(), Parameter::new(array))).collect();
    let model = Model { parameters, states: vec![] };
    let mut optimizer = optimizer::<E>(case);
    let clip = case.get("clip").map_or(Clip::None, read);
    let decay = case.get("average").map(read::<f64>);
    let mut average = decay.map(|decay| {
        let settings = AverageSettings { decay, ..AverageSettings::default() };
        WeightAverage::new(settings, &model).unwrap()
    });
    let mut compared = 0;
    for n in 0..100 {
        let average_now = average.as_mut().map(|average| average.following(&model));
        let options = StepOptions { clip, average: average_now };
        let report = optimizer.step_with(&model.named(), &gradients(&model, n), options).unwrap();
        if let Some(norm) = report.gradient_norm {
            let want: f64 = read(&case["norms"][n as usize]);
            assert!((norm - want).abs() <= tolerance * want, "{name}: the norm is {norm}, PyTorch has {want}");
        }
        let step = (n + 1).to_string();
        if let Some(after) = case["after"].get(&step) {
            let doubles = |array: &ArrayD<E>| array.mapv(E::as_f64);
            let got: Vec<_> = model.parameters.iter().map(|(_, p)| doubles(&p.tensor().to_array())).collect();
            assert_close(&format!("{name}, step {step}"), &got, &arrays(after), tolerance);
            if let Some(average) = &average {
                let got: Vec<_> = average.parameters().iter().map(|(_, a)| doubles(a)).collect();
                assert_close(&format!("{name}, step {step}"), &got, &arrays(&case["averages"][&step]), tolerance);
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 6, "{name}");
}

#[test]
fn hundred_steps() {
    let cases = GOLDEN["first_order"].as_array().unwrap();
    assert!(cases.len() > 38);
    for case in cases {
        if case.get("f32").is_some() {
            check_case::<f32>(case, 2e-5);
        } else {
            check_case::<f64>(case, 1e-12);
        }
    }
}

#[test]
fn schedules() {
    let cases = GOLDEN["schedules"].as_array().unwrap();
    assert!(cases.len() > 8);
    for case in cases {
        let schedule: Schedule = read(&case["schedule"]);
        schedule.check().unwrap();
        let wants: Vec<f64> = read(&case["factors"]);
        for (n, want) in wants.iter().enumerate() {
            let got = schedule.factor(n as u64);
            assert!((got - want).abs() <= 1e-12, "{schedule:?}, step {n}: {got}, PyTorch has {want}");
        }
        let text = serde_json::to_string(&schedule).unwrap();
        assert_eq!(serde_json::from_str::<Schedule>(&text).unwrap(), schedule);
    }
}

/// Rosenbrock's function of three variables and one, and its gradients.
fn rosenbrock(x: &Parameter<f64>, y: &Parameter<f64>) -> (f64, Vec<Tensor<f64>>) {
    let (x, y) = (x.tensor(), y.tensor());
    let p = Tensor::concatenate(&[x.clone(), y.clone()], 0);
    let (low, high) = (p.slice_axis(0, (0..3).into()), p.slice_axis(0, (1..4).into()));
    let loss = ((high - low.square()).square() * 100.0 + (low - 1.0).square()).sum();
    (loss.item(), grad(&[loss], &[x, y], GradOptions::default()))
}

#[test]
fn lbfgs_on_rosenbrock() {
    let cases = GOLDEN["lbfgs"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let mut lbfgs = read::<Lbfgs>(&case["settings"]).optimizer().unwrap();
        let (x, y) = (Parameter::new(array![-1.2, 1.0, 0.5]), Parameter::new(array![-0.8]));
        let mut evaluations = 0;
        for (step, want) in case["steps"].as_array().unwrap().iter().enumerate() {
            let parameters = [("x".to_string(), &x), ("y".to_string(), &y)];
            let mut evaluate = || {
                evaluations += 1;
                Ok(rosenbrock(&x, &y))
            };
            let report = lbfgs.step_closure(&parameters, &mut evaluate, StepOptions::default()).unwrap();
            let (loss, want_loss) = (report.loss.unwrap(), read::<f64>(&want["loss"]));
            assert!((loss - want_loss).abs() <= 1e-9 * want_loss, "{name}, step {step}: {loss}, PyTorch {want_loss}");
            assert_eq!(evaluations, read::<usize>(&want["evaluations"]), "{name}, step {step}");
            let got = x.elements().iter().chain(y.elements().iter()).copied().collect::<Vec<_>>();
            let wants: Vec<f64> = read(&want["parameters"]);
            for (x, y) in got.iter().zip(&wants) {
                assert!((x - y).abs() <= 1e-7, "{name}, step {step}: {got:?}, PyTorch has {wants:?}");
            }
        }
    }
}
