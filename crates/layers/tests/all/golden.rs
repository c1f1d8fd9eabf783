//! State dicts of PyTorch load and give PyTorch's values, and ours load there.

use crate::models::{Input, Model, models, training};
use latent_layers::{Context, LoadOptions, Slot, Visitor, load, save};
use latent_needs::Need;
use latent_numeric::Scalar;
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::ArrayD;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The values of a case by name; integers too, which are small here.
type Values = BTreeMap<String, ArrayD<f64>>;

fn values() -> BTreeMap<String, Values> {
    let bytes = std::fs::read(folder().join("values.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut cases: BTreeMap<String, Values> = BTreeMap::new();
    for (name, view) in file.iter() {
        let (chunks, _) = view.data().as_chunks::<8>();
        let numbers = match view.dtype() {
            Dtype::F64 => chunks.iter().map(|&chunk| f64::from_le_bytes(chunk)).collect(),
            _ => chunks.iter().map(|&chunk| i64::from_le_bytes(chunk) as f64).collect(),
        };
        let (case, name) = name.split_once('.').unwrap();
        let array = ArrayD::from_shape_vec(view.shape(), numbers).unwrap();
        cases.entry(case.into()).or_default().insert(name.into(), array);
    }
    cases
}

fn loaded<E: Scalar>() -> Vec<(&'static str, Model<E>)> {
    let models = models(1);
    for (case, model) in &models {
        load(model.module(), folder().join(format!("{case}.safetensors")), LoadOptions::default())
            .unwrap_or_else(|error| panic!("{case}: {error}"));
    }
    models
}

/// The input of a case, and the variable in it, if it is one of numbers.
fn input<E: Scalar>(model: &Model<E>, values: &Values) -> (Input<E>, Option<Tensor<E>>) {
    let x = &values["input"];
    if matches!(model, Model::Embedding(_) | Model::Words(_)) {
        (Input::Indices(x.mapv(|index| index as usize)), None)
    } else {
        let x = Tensor::variable(x.mapv(E::of));
        (Input::Tensor(x.clone()), Some(x))
    }
}

fn same<E: Scalar>(what: &str, got: &Tensor<E>, want: &ArrayD<f64>, tolerance: f64) {
    assert_eq!(got.shape(), want.shape(), "{what}");
    for (got, &want) in got.array().iter().zip(want) {
        let error = (got.as_f64() - want).abs() / (1.0 + want.abs());
        assert!(error <= tolerance, "{what}: {got} where PyTorch has {want}");
    }
}

fn as_pytorch<E: Scalar>(tolerance: f64) {
    let all = values();
    let models = loaded::<E>();
    assert_eq!(models.len(), all.len());
    for (case, model) in models {
        let values = &all[case];
        let mut compared = vec!["input".to_owned(), "cotangent".to_owned()];
        let mut compare = |name: String, got: &Tensor<E>| {
            same(&format!("{case}: {name}"), got, &values[&name], tolerance);
            compared.push(name);
        };
        let (input, x) = input(&model, values);
        let (y, last) = model.apply(&input, &mut Context::evaluate());
        compare("evaluated".into(), &y);
        last.iter().enumerate().for_each(|(k, state)| compare(format!("last{k}"), state));

        let mut variables: Vec<(String, Tensor<E>)> =
            model.module().parameters().into_iter().map(|(name, parameter)| (name, parameter.tensor())).collect();
        variables.extend(x.map(|x| ("input".into(), x)));
        let (y, _) = model.apply(&input, &mut training(1));
        compare("trained".into(), &y);
        let cotangent = Tensor::constant(values["cotangent"].mapv(E::of));
        let inputs: Vec<Tensor<E>> = variables.iter().map(|(_, tensor)| tensor.clone()).collect();
        let gradients = grad(&[(&y * &cotangent).sum()], &inputs, GradOptions::default());
        for ((name, _), gradient) in variables.iter().zip(&gradients) {
            compare(format!("gradient.{name}"), gradient);
        }
        let states = model.module().states();
        for (name, state) in &states {
            compare(format!("after.{name}"), &state.tensor());
        }
        for (name, count) in model.module().counts() {
            compare(format!("after.{name}"), &Tensor::scalar(E::of(count.value() as f64)));
        }
        if !states.is_empty() {
            compare("evaluated_after".into(), &model.apply(&input, &mut Context::evaluate()).0);
        }
        compared.sort();
        assert!(compared.iter().eq(values.keys()), "{case}: compared {compared:?} of {:?}", values.keys());
    }
}

#[test]
fn values_are_those_of_pytorch_in_f64() {
    as_pytorch::<f64>(1e-10);
}

#[test]
fn values_are_those_of_pytorch_in_f32() {
    as_pytorch::<f32>(1e-5);
}

/// Set `LATENT_PYTHON` to a Python that has `torch` and `safetensors`; otherwise `python3` is tried.
#[test]
fn our_files_load_in_pytorch() {
    let Some(python) = Need::Torch.find() else { return };
    let ours = tempfile::tempdir().unwrap();
    for (case, model) in loaded::<f64>() {
        save(model.module(), ours.path().join(format!("{case}.safetensors"))).unwrap();
    }
    let script = folder().join("torch_layers.py");
    let output = Command::new(&python).arg(script).arg("--load").arg(ours.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn names_shapes_and_types_are_those_of_pytorch() {
    for (case, model) in models::<f64>(1) {
        let bytes = std::fs::read(folder().join(format!("{case}.safetensors"))).unwrap();
        let theirs = SafeTensors::deserialize(&bytes).unwrap();
        let mut names = theirs.names();
        names.sort_unstable();
        let entries = Visitor::entries(model.module());
        let mut ours: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        ours.sort_unstable();
        assert_eq!(ours, names, "{case}");
        for entry in &entries {
            let view = theirs.tensor(&entry.path).unwrap();
            assert_eq!(entry.slot.value().shape(), view.shape(), "{case}: {}", entry.path);
            let is_count = matches!(entry.slot, Slot::Count(_));
            assert_eq!(is_count, view.dtype() == Dtype::I64, "{case}: {}", entry.path);
        }
    }
}
