//! Models go to PyTorch and come from there, by the script in `docs/`.

use crate::support::{close, images};
use latent_layers::{Context, LoadOptions, Module, load, save};
use latent_models::decoder::LayerDecoder;
use latent_models::{Condition, GanArchitecture, GanObjective, GanSettings, Nonlinearity, Vae, VaeSettings};
use latent_needs::Need;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::ArrayD;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use std::path::{Path, PathBuf};
use std::process::Command;

fn script(python: &Path, arguments: &[&str]) -> Result<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pytorch_interchange.py");
    let output = Command::new(python).arg(script).args(arguments).output().unwrap();
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    if output.status.success() { Ok(told) } else { Err(told) }
}

/// Settings, and the flags that say the same to the script.
fn cases() -> Vec<(VaeSettings, Vec<&'static str>)> {
    let iwae = VaeSettings { nonlinearity: Nonlinearity::Tanh, ..VaeSettings::iwae() };
    let convolved = ["--sizes", "784,256,20", "--channels", "16,32", "--image", "1,28,28"];
    vec![
        (VaeSettings::article(20), vec![]),
        (iwae, vec!["--sizes", "784,200,200,50", "--nonlinearity", "tanh"]),
        (VaeSettings::convolutional(20), convolved.to_vec()),
    ]
}

fn outputs(vae: &Vae, x: &Tensor) -> [(&'static str, Tensor); 3] {
    let context = &mut Context::evaluate();
    let q = vae.encode(x, context).unwrap();
    let decoder = (vae.decoder() as &dyn std::any::Any).downcast_ref::<LayerDecoder>().unwrap();
    let output = decoder.output(q.mean(), None, context).unwrap();
    [("mean", q.mean().clone()), ("log_var", q.log_var().clone()), ("output", output)]
}

fn write(path: &Path, tensors: &[(&str, Tensor)]) {
    let stored: Vec<(&str, Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|(name, t)| (*name, t.shape().to_vec(), t.array().iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let views =
        stored.iter().map(|(name, shape, bytes)| (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

fn read(path: &Path, name: &str) -> Tensor {
    let bytes = std::fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let view = file.tensor(name).unwrap();
    let (chunks, _) = view.data().as_chunks::<4>();
    let numbers = chunks.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect();
    Tensor::constant(ArrayD::from_shape_vec(view.shape(), numbers).unwrap())
}

fn files(folder: &tempfile::TempDir) -> [PathBuf; 2] {
    ["model.safetensors", "values.safetensors"].map(|name| folder.path().join(name))
}

#[test]
fn our_models_load_in_pytorch() {
    let Some(python) = Need::Torch.find() else { return };
    for (settings, flags) in cases() {
        let folder = tempfile::tempdir().unwrap();
        let [model, values] = files(&folder);
        let vae = settings.build::<f32>([1, 28, 28], 3).unwrap();
        save(&vae, &model).unwrap();
        let x = images(3, [8, 784]);
        let mut all = outputs(&vae, &x).to_vec();
        all.push(("x", x));
        write(&values, &all);
        let arguments = [&["compare", model.to_str().unwrap(), values.to_str().unwrap()], &flags[..]].concat();
        let told = script(&python, &arguments).unwrap_or_else(|told| panic!("{settings:?}: {told}"));
        println!("{told}");
        // It does tell values apart.
        all[0].1 = &all[0].1 * 1.001;
        write(&values, &all);
        assert!(script(&python, &arguments).is_err());
    }
}

#[test]
fn models_of_pytorch_load_here() {
    let Some(python) = Need::Torch.find() else { return };
    let mut cases = cases();
    cases.push((VaeSettings::pytorch_example(), vec!["--example"]));
    for (settings, flags) in cases {
        let folder = tempfile::tempdir().unwrap();
        let [model, values] = files(&folder);
        let arguments = [&["save", model.to_str().unwrap(), values.to_str().unwrap()], &flags[..]].concat();
        script(&python, &arguments).unwrap_or_else(|told| panic!("{settings:?}: {told}"));
        let vae = settings.build::<f32>([1, 28, 28], 4).unwrap();
        load(&vae, &model, LoadOptions::default()).unwrap();
        for (name, got) in outputs(&vae, &read(&values, "x")) {
            let want = read(&values, name);
            assert_eq!(got.shape(), want.shape());
            let largest = want.array().iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
            let differs =
                |(a, b): (&f32, &f32)| !close(f64::from(*a), f64::from(*b), 1e-5 * f64::from(largest).max(1.0));
            assert!(!got.array().iter().zip(want.array()).any(differs), "{settings:?}: {name}");
        }
    }
}

/// Settings of GANs, and the flags that say the same to the script.
fn generators() -> Vec<(GanSettings, &'static str)> {
    let normalised = GanSettings { generator_norm: true, ..GanSettings::article() };
    let conditional = GanSettings { classes: 10, ..normalised.clone() };
    let network = GanSettings { condition: Condition::Network { hidden: 16 }, ..GanSettings::conditional(10) };
    let plain = GanSettings { architecture: GanArchitecture::Convolutional, ..GanSettings::article() };
    vec![
        (GanSettings::article(), "--sizes 100,256,512,784"),
        (normalised, "--sizes 100,256,512,784 --norm"),
        (conditional, "--sizes 100,256,512,784 --norm --classes 10"),
        (plain, "--sizes 100,784 --channels 32,64"),
        (GanSettings::convolutional(), "--sizes 100,784 --channels 32,64 --norm"),
        (GanSettings::conditional(10), "--sizes 100,784 --channels 32,64 --norm --classes 10"),
        (network, "--sizes 100,784 --channels 32,64 --norm --classes 10 --condition 16"),
    ]
}

#[test]
fn our_generators_load_in_pytorch() {
    let Some(python) = Need::Torch.find() else { return };
    for (settings, flags) in generators() {
        let folder = tempfile::tempdir().unwrap();
        let [model, values] = files(&folder);
        let gan = settings.build::<f32>([1, 28, 28], 3).unwrap();
        let mut stream = Stream::new(3, "weights", &[]);
        // Tables and networks of classes are all alike at first: weights that tell them apart.
        for (_, parameter) in gan.generator.parameters() {
            parameter.elements().iter_mut().for_each(|x| *x += 0.1 * stream.normal::<f32>());
        }
        let classes = [3, 1, 4, 1, 5, 9, 2, 6];
        let given = (settings.classes > 0).then_some(&classes[..]);
        // Running statistics that are not those of the start.
        let (mut context, mut noise) = (Context::train(Stream::new(3, "layers", &[])), Stream::new(3, "noise", &[]));
        let real = images::<f32>(3, [8, 784]) * 2.0 - 1.0;
        gan.generator_terms(&real, given, &GanObjective::default(), &mut context, &mut noise).unwrap();
        save(&gan, &model).unwrap();
        let z = Tensor::normal(&[8, 100], &mut stream);
        let output = gan.generator.forward(&z, given, &mut Context::evaluate()).unwrap();
        let of_classes = Tensor::constant(ndarray::Array1::from_iter(classes.map(|class| class as f32)));
        let mut all = vec![("output", output), ("z", z)];
        all.extend(given.map(|_| ("classes", of_classes)));
        write(&values, &all);
        let files = [model.to_str().unwrap(), values.to_str().unwrap()];
        let arguments: Vec<&str> =
            ["compare"].into_iter().chain(files).chain(["--generator"]).chain(flags.split(' ')).collect();
        let told = script(&python, &arguments).unwrap_or_else(|told| panic!("{settings:?}: {told}"));
        println!("{told}");
        all[0].1 = &all[0].1 * 1.001;
        write(&values, &all);
        assert!(script(&python, &arguments).is_err());
    }
}
