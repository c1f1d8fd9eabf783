//! Saving and loading.

use crate::models::{Model, models};
use latent_layers::{
    BatchNorm, Fault, Linear, LoadOptions, Module, Sequential, StateDictError, Visitor, load, load_bytes, save,
    to_bytes,
};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use ndarray::{ArrayD, arr0};
use proptest::prelude::*;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

fn stream() -> Stream {
    Stream::new(1, "initialisation", &[])
}

fn bits<E: Scalar>(model: &Model<E>) -> Vec<u64> {
    let entries = Visitor::entries(model.module());
    entries
        .iter()
        .flat_map(|entry| entry.tensor().array().iter().map(|x| x.as_f64().to_bits()).collect::<Vec<_>>())
        .collect()
}

/// Arbitrary finite values, subnormal and infinite ones among them.
fn scramble<E: Scalar>(model: &Model<E>, seed: u64) {
    let mut stream = Stream::new(seed, "values", &[]);
    for (name, parameter) in model.module().parameters() {
        for x in parameter.elements().iter_mut() {
            *x = E::of(stream.normal::<f64>() * 10.0_f64.powf(stream.uniform_in(-40.0, 40.0)));
        }
        if name.ends_with("bias") {
            parameter.elements()[0] = E::of(f64::NEG_INFINITY);
        }
    }
    for (name, state) in model.module().states() {
        if name.ends_with("num_batches_tracked") {
            state.set(arr0(E::of(stream.below(1 << 24) as f64))).unwrap();
        }
    }
}

fn round_trip<E: Scalar>(seed: u64) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    for ((case, a), (_, b)) in models::<E>(seed).into_iter().zip(models::<E>(seed ^ 1)) {
        scramble(&a, seed);
        let file = folder.path().join(case);
        save(a.module(), &file).unwrap();
        load(b.module(), &file, LoadOptions::default()).unwrap();
        prop_assert_eq!(bits(&a), bits(&b), "{}", case);
        prop_assert_eq!(std::fs::read(&file).unwrap(), to_bytes(b.module()), "{}", case);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn round_trip_bit_for_bit(seed: u64) {
        round_trip::<f32>(seed)?;
        round_trip::<f64>(seed)?;
    }

    #[test]
    fn types_are_converted(seed: u64) {
        for ((case, single), (_, double)) in models::<f32>(seed).into_iter().zip(models::<f64>(seed ^ 1)) {
            scramble(&double, seed);
            let values = |model: &Model<f64>| -> Vec<f64> { bits(model).into_iter().map(f64::from_bits).collect() };
            let exact = values(&double);
            load_bytes(single.module(), &to_bytes(double.module()), LoadOptions::default()).unwrap();
            // Rounded to the nearest, and back without another change.
            load_bytes(double.module(), &to_bytes(single.module()), LoadOptions::default()).unwrap();
            let rounded: Vec<f64> = exact.iter().map(|&x| f64::from(x as f32)).collect();
            prop_assert_eq!(values(&double), rounded, "{}", case);
        }
    }

    /// No bytes panic, and a damaged file changes nothing.
    #[test]
    fn damaged_files_are_refused(cut in 0_usize..400, at in 0_usize..60, byte: u8) {
        let layer = Linear::<f32>::new(3, 2, &mut stream());
        let bytes = to_bytes(&layer);
        let other = Linear::<f32>::new(3, 2, &mut Stream::new(2, "initialisation", &[]));
        let before = to_bytes(&other);
        if cut < bytes.len() {
            let error = load_bytes(&other, &bytes[..cut], LoadOptions::default()).unwrap_err();
            prop_assert!(matches!(error, StateDictError::Format { path: None, .. }), "{}", error);
            prop_assert!(to_bytes(&other) == before);
        }
        let mut changed = bytes.clone();
        changed[at] = byte;
        if load_bytes(&other, &changed, LoadOptions::default()).is_err() {
            prop_assert!(to_bytes(&other) == before);
        }
    }
}

fn file(tensors: &[(&str, Dtype, &[usize], &[u8])]) -> Vec<u8> {
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.to_vec(), bytes).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn one_error_lists_every_fault() {
    let model: Sequential = Sequential::new().then(Linear::new(3, 2, &mut stream())).then(BatchNorm::new(2));
    let before = to_bytes(&model);
    let bytes = file(&[
        ("0.weight", Dtype::F32, &[3, 2], &[0; 24]),
        ("0.bias", Dtype::I32, &[2], &[0; 8]),
        ("1.weight", Dtype::F32, &[2], &[0; 8]),
        ("1.running_mean", Dtype::F32, &[2], &[0; 8]),
        ("1.num_batches_tracked", Dtype::I64, &[], &(-1_i64).to_le_bytes()),
        ("2.weight", Dtype::F32, &[1], &[0; 4]),
    ]);
    let error = load_bytes(&model, &bytes, LoadOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tensors are not those of the module:
  0.bias: expected F32 [2], found I32 [2]
  0.weight: expected F32 [2, 3], found F32 [3, 2]
  1.bias: expected F32 [2], found nothing
  1.num_batches_tracked: expected I64 [], found I64 [] with a negative count
  1.running_var: expected F32 [2], found nothing
  2.weight: expected nothing, found F32 [1]"
    );
    assert!(to_bytes(&model) == before, "a refused file changed the module");

    // What may be missing and what may be too much is told apart from what does not fit.
    let lenient = LoadOptions { allow_missing: true, allow_unexpected: true };
    let StateDictError::Mismatch { faults, .. } = load_bytes(&model, &bytes, lenient).unwrap_err() else {
        panic!("tensors that do not fit are never passed over")
    };
    let names: Vec<&str> = faults.iter().map(|Fault { name, .. }| name.as_str()).collect();
    assert_eq!(names, ["0.bias", "0.weight", "1.num_batches_tracked"]);

    let part = file(&[("0.bias", Dtype::F32, &[2], &[0; 8]), ("head", Dtype::F32, &[1], &[0; 4])]);
    let loaded = load_bytes(&model, &part, lenient).unwrap();
    assert_eq!(loaded.unexpected, ["head"]);
    assert_eq!(loaded.missing.len(), 6);
    let bias = model.parameters()[1].1.tensor();
    assert_eq!(bias.to_array(), ArrayD::<f32>::zeros(vec![2]));
}

#[test]
fn counts_are_integers_in_files() {
    let layer = BatchNorm::<f32>::new(2);
    layer.states()[2].1.set(arr0(12.0)).unwrap();
    let bytes = to_bytes(&layer);
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let count = file.tensor("num_batches_tracked").unwrap();
    assert_eq!((count.dtype(), count.shape(), count.data()), (Dtype::I64, &[][..], &12_i64.to_le_bytes()[..]));
    assert_eq!(file.tensor("running_var").unwrap().dtype(), Dtype::F32);
}

#[test]
fn files_are_whole_or_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let layer = Linear::<f32>::new(3, 2, &mut stream());
    let file = folder.path().join("layer.safetensors");
    std::fs::write(&file, "something else").unwrap();
    let error = load(&layer, &file, LoadOptions::default()).unwrap_err();
    assert!(error.to_string().starts_with(&format!("{}: not in the safetensors format: ", file.display())), "{error}");
    save(&layer, &file).unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), to_bytes(&layer));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file was left");

    let nowhere = folder.path().join("no such folder").join("layer.safetensors");
    let error = save(&layer, &nowhere).unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot write {}", nowhere.display())), "{error}");
    let error = load(&layer, &nowhere, LoadOptions::default()).unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot read {}", nowhere.display())), "{error}");
    // A folder cannot be replaced by a file.
    let taken = folder.path().join("taken");
    std::fs::create_dir(&taken).unwrap();
    assert!(matches!(save(&layer, &taken), Err(StateDictError::Io { action: "write", .. })));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "a temporary file was left");
}
