//! Saving and loading.

use crate::models::{Model, models};
use latent_layers::{
    BatchNorm, Context, Fault, Layer, Linear, LoadOptions, Module, Sequential, SlotValue, StateDictError, Visitor,
    load, load_bytes, save, to_bytes,
};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{ArrayD, Ix1};
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
        .flat_map(|entry| match entry.slot.value() {
            SlotValue::Tensor(tensor) => tensor.array().iter().map(|x| x.as_f64().to_bits()).collect(),
            SlotValue::Count(count) => vec![count],
        })
        .collect()
}

/// Arbitrary finite values, subnormal and infinite ones among them.
fn scramble<E: Scalar>(model: &Model<E>, seed: u64) {
    let mut stream = Stream::new(seed, "values", &[]);
    for (name, parameter) in model.module().parameters() {
        for x in parameter.elements().iter_mut() {
            *x = E::of(stream.normal::<f64>() * 10.0_f64.powf(stream.uniform_in(-40.0, 37.0)));
        }
        if name.ends_with("bias") {
            parameter.elements()[0] = E::of(f64::NEG_INFINITY);
        }
    }
    for (_, count) in model.module().counts() {
        count.set(stream.below(1 << 62) as u64);
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
            let values = |model: &Model<f64>| -> Vec<f64> {
                let entries = Visitor::entries(model.module()).into_iter();
                let tensors = entries.filter_map(|entry| match entry.slot.value() {
                    SlotValue::Tensor(tensor) => Some(tensor.to_array()),
                    SlotValue::Count(_) => None,
                });
                tensors.flatten().collect()
            };
            let exact = values(&double);
            let counts = |model: &Model<f64>| -> Vec<u64> {
                model.module().counts().iter().map(|(_, count)| count.value()).collect()
            };
            let before = counts(&double);
            load_bytes(single.module(), &to_bytes(double.module()), LoadOptions::default()).unwrap();
            // Rounded to the nearest, and back without another change.
            load_bytes(double.module(), &to_bytes(single.module()), LoadOptions::default()).unwrap();
            let rounded: Vec<f64> = exact.iter().map(|&x| f64::from(x as f32)).collect();
            prop_assert_eq!(values(&double), rounded, "{}", case);
            prop_assert_eq!(counts(&double), before);
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
    // One more than an f32 can count.
    layer.counts()[0].1.set(1 << 24);
    layer.forward(&Tensor::ones(&[2, 2]), &mut Context::train(stream())).unwrap();
    let bytes = to_bytes(&layer);
    let read = SafeTensors::deserialize(&bytes).unwrap();
    let count = read.tensor("num_batches_tracked").unwrap();
    let one_more = ((1_i64 << 24) + 1).to_le_bytes();
    assert_eq!((count.dtype(), count.shape(), count.data()), (Dtype::I64, &[][..], &one_more[..]));
    assert_eq!(read.tensor("running_var").unwrap().dtype(), Dtype::F32);
    let other = BatchNorm::<f32>::new(2);
    load_bytes(&other, &bytes, LoadOptions::default()).unwrap();
    assert_eq!(other.counts()[0].1.value(), (1 << 24) + 1);
    let options = LoadOptions { allow_missing: true, ..Default::default() };
    let unsigned = file(&[("num_batches_tracked", Dtype::U64, &[], &7_u64.to_le_bytes())]);
    load_bytes(&other, &unsigned, options).unwrap();
    assert_eq!(other.counts()[0].1.value(), 7);
    let number = file(&[("num_batches_tracked", Dtype::F32, &[], &7_f32.to_le_bytes())]);
    let error = load_bytes(&other, &number, options).unwrap_err().to_string();
    assert!(error.ends_with("num_batches_tracked: expected I64 [], found F32 []"), "{error}");
}

#[test]
fn half_precision_is_read() {
    let options = LoadOptions { allow_missing: true, ..Default::default() };
    let layer = BatchNorm::<f32>::new(4);
    let numbers = [1.5, -65504.0, 2.0_f32.powi(-24), f32::INFINITY];
    let halves: Vec<u8> = numbers.iter().flat_map(|&x| half::f16::from_f32(x).to_le_bytes()).collect();
    let brains: Vec<u8> = numbers.iter().flat_map(|&x| half::bf16::from_f32(x).to_le_bytes()).collect();
    let tensors = [("weight", Dtype::F16, &[4][..], &halves[..]), ("bias", Dtype::BF16, &[4], &brains)];
    load_bytes(&layer, &file(&tensors), options).unwrap();
    let values = |i: usize| layer.parameters()[i].1.tensor().into_array::<Ix1>().to_vec();
    assert_eq!((values(0), values(1)), (numbers.to_vec(), vec![1.5, -65536.0, 2.0_f32.powi(-24), f32::INFINITY]));
}

#[test]
fn numbers_beyond_the_range_are_refused() {
    let layer = BatchNorm::<f32>::new(2);
    let before = to_bytes(&layer);
    let of = |numbers: [f64; 2]| {
        let bytes = numbers.map(f64::to_le_bytes).concat();
        load_bytes(
            &layer,
            &file(&[("running_var", Dtype::F64, &[2], &bytes)]),
            LoadOptions { allow_missing: true, ..Default::default() },
        )
    };
    let error = of([1.0, 1e300]).unwrap_err().to_string();
    assert!(
        error.ends_with("running_var: expected F32 [2], found F64 [2] with 1e300, which is beyond the range of f32"),
        "{error}"
    );
    assert!(to_bytes(&layer) == before);
    // What is infinite or not a number in the file is no fault of the conversion; what is too small is nearest to zero.
    of([f64::INFINITY, f64::NAN]).unwrap();
    of([1e-300, f64::from(f32::MAX)]).unwrap();
    assert_eq!(layer.states()[1].1.tensor().to_array(), ndarray::array![0.0, f32::MAX].into_dyn());
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
