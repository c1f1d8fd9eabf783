//! The programs that use a trained model, as a user runs them.

use crate::support::{Desk, TEST, fail, stderr, stdout, succeed, write_photographs};
use latent_datasets::folder::Channels;
use latent_train::Source;
use latent_train::sources::{Binarize, Images};
use ndarray::{Array2, Array3, Array4, s};
use std::fs;
use std::process::Command;

const RUN: &str = "run";

/// A desk with a run of a small autoencoder.
fn trained(latent_dim: usize) -> Desk {
    let desk = Desk::with_data();
    let latent_dim = format!("model.latent_dim={latent_dim}");
    let mut flags = vec!["--data-dir", "data", "--dataset", "mnist", "--output", RUN, "--seed", "3"];
    for set in [&latent_dim, "model.hidden=[16]", "training.steps=4", "training.batch_size=20", "likelihood_draws=2"] {
        flags.extend(["--set", set]);
    }
    succeed(desk.command(env!("CARGO_BIN_EXE_vae_mnist"), &flags));
    desk
}

fn sample(desk: &Desk, flags: &[&str]) -> Command {
    desk.command(env!("CARGO_BIN_EXE_sample"), &[&[RUN, "--data-dir", "data"], flags].concat())
}

fn encode(desk: &Desk, flags: &[&str]) -> Command {
    desk.command(env!("CARGO_BIN_EXE_encode"), &[&[RUN, "--data-dir", "data"], flags].concat())
}

fn reconstruct(desk: &Desk, flags: &[&str]) -> Command {
    desk.command(env!("CARGO_BIN_EXE_reconstruct"), &[&[RUN, "--data-dir", "data"], flags].concat())
}

fn read(desk: &Desk, name: &str) -> Array2<f32> {
    ndarray_npy::read_npy(desk.path(name)).unwrap()
}

fn is_image(x: &Array2<f32>) -> bool {
    x.iter().all(|value| (0.0..=1.0).contains(value))
}

#[test]
fn samples_are_images_that_the_seed_determines() {
    let desk = trained(3);
    let told = stdout(&succeed(sample(&desk, &["--count", "7", "--seed", "5"])));
    assert_eq!(told, "samples.npy\nsamples.png\n");
    let x = read(&desk, "samples.npy");
    assert!(x.dim() == (7, 784) && is_image(&x));
    let picture = image::open(desk.path("samples.png")).unwrap();
    // Three columns and three rows.
    assert_eq!((picture.width(), picture.height()), (8 + 3 * 56 + 2 * 4 + 8, 8 + 3 * 56 + 2 * 4 + 8));
    succeed(sample(&desk, &["--count", "7", "--seed", "5", "--output", "again"]));
    succeed(sample(&desk, &["--count", "7", "--seed", "6", "--output", "other"]));
    assert!(read(&desk, "again.npy") == x && read(&desk, "other.npy") != x);
    let last = ["--checkpoint", "run/checkpoints/step-000000000004.safetensors"];
    succeed(sample(&desk, &[&["--count", "7", "--seed", "5", "--output", "last"][..], &last].concat()));
    assert!(read(&desk, "last.npy") == x);
    let told = fail(sample(&desk, &["--class", "3"]), 1);
    assert!(told.contains("--class is 3, but a variational autoencoder of this run has no classes"), "{told}");
}

/// Means of `q(z | x)` of grey images are elsewhere.
#[test]
fn a_model_of_black_and_white_images_is_given_such() {
    let desk = Desk::with_data();
    let mut flags = vec!["--data-dir", "data", "--dataset", "mnist", "--output", RUN];
    for set in ["binarize=dynamic", "model.latent_dim=2", "model.hidden=[16]", "training.steps=4", "likelihood_draws=2"]
    {
        flags.extend(["--set", set]);
    }
    succeed(desk.command(env!("CARGO_BIN_EXE_vae_mnist"), &flags));
    let splits = latent_datasets::synthetic::strokes::splits(5, crate::support::TRAIN, TEST);
    let images = Images::in_order(&splits.test, TEST).unwrap().binarize(Binarize::Dynamic);
    let binary: Array2<f32> = images.batch(0, 0).x.view_as().to_owned();
    let grey = splits.test.rows::<f32>(..);
    ndarray_npy::write_npy(desk.path("binary.npy"), &binary).unwrap();
    ndarray_npy::write_npy(desk.path("grey.npy"), &grey).unwrap();
    let encoded = |flags: &[&str], name: &str| {
        succeed(encode(&desk, &[flags, &["--output", name]].concat()));
        read(&desk, &format!("{name}.npy"))
    };
    let own = encoded(&[], "own");
    assert!(own == encoded(&["--input", "binary.npy"], "given"), "what is black and white stays");
    assert!(own == encoded(&["--input", "grey.npy"], "drawn"), "grey images are drawn from the same stream");
}

#[test]
fn data_of_other_checksums_than_those_of_the_run_are_told() {
    let desk = trained(2);
    let splits = latent_datasets::synthetic::strokes::splits(6, crate::support::TRAIN, TEST);
    crate::support::write_set(&desk.path("other/mnist"), &splits.train, &splits.test);
    let program = |name: &str, folder: &str| {
        let path = match name {
            "sample" => env!("CARGO_BIN_EXE_sample"),
            "encode" => env!("CARGO_BIN_EXE_encode"),
            _ => env!("CARGO_BIN_EXE_reconstruct"),
        };
        desk.command(path, &[RUN, "--data-dir", folder])
    };
    for name in ["sample", "encode", "reconstruct"] {
        let told = stderr(&succeed(program(name, "other")));
        assert!(
            told.contains("note: mnist/test are not those of the run: t10k-images-idx3-ubyte in "),
            "{name}: {told}"
        );
        assert!(!stderr(&succeed(program(name, "data"))).contains("note: "), "{name}");
        let gone = fail(program(name, "typo"), 1);
        assert!(gone.contains("typo, which --data-dir names as the place of data sets, is not there"), "{gone}");
    }
}

#[test]
fn codes_come_with_their_log_variances_and_reconstructions_are_of_the_same_images() {
    let desk = trained(2);
    let told = stdout(&succeed(encode(&desk, &[])));
    assert_eq!(told, "codes.npy\ncodes_log_var.npy\ncodes.png\n");
    let codes = read(&desk, "codes.npy");
    assert_eq!((codes.dim(), read(&desk, "codes_log_var.npy").dim()), ((TEST, 2), (TEST, 2)));
    for picture in ["images/latent_plane.svg", "images/plane_of_images.png"] {
        assert!(desk.path(RUN).join(picture).exists(), "{picture}");
    }

    let told = stdout(&succeed(reconstruct(&desk, &["--first", "30"])));
    assert_eq!(told, "reconstructions.npy\nreconstructions.png\n");
    let back = read(&desk, "reconstructions.npy");
    assert!(back.dim() == (30, 784) && is_image(&back));

    // The same images from files: as numbers, as bytes, as pictures.
    let images = latent_datasets::synthetic::strokes::splits(5, 0, TEST).test;
    ndarray_npy::write_npy(desk.path("numbers.npy"), &images.rows::<f64>(..)).unwrap();
    let bytes: Array3<u8> = images.images().index_axis(ndarray::Axis(1), 0).to_owned();
    ndarray_npy::write_npy(desk.path("bytes.npy"), &bytes).unwrap();
    fs::create_dir(desk.path("pictures")).unwrap();
    for (index, digit) in bytes.outer_iter().enumerate() {
        let grey = image::GrayImage::from_raw(28, 28, digit.iter().copied().collect()).unwrap();
        grey.save(desk.path(&format!("pictures/{index:03}.png"))).unwrap();
    }
    for input in ["numbers.npy", "bytes.npy", "pictures"] {
        succeed(encode(&desk, &["--input", input, "--output", "other"]));
        assert!(read(&desk, "other.npy") == codes, "{input}");
    }
}

#[test]
fn what_does_not_fit_is_told() {
    let desk = trained(2);
    ndarray_npy::write_npy(desk.path("empty.npy"), &Array2::<f32>::zeros((0, 784))).unwrap();
    ndarray_npy::write_npy(desk.path("small.npy"), &Array2::<f32>::zeros((3, 10))).unwrap();
    ndarray_npy::write_npy(desk.path("large.npy"), &Array2::<f32>::from_elem((3, 784), 255.0)).unwrap();
    ndarray_npy::write_npy(desk.path("counts.npy"), &Array2::<i64>::zeros((3, 784))).unwrap();
    image::GrayImage::new(20, 28).save(desk.path("narrow.png")).unwrap();
    fs::write(desk.path("text.npy"), "no array").unwrap();
    for (input, expected) in [
        ("empty.npy", "empty.npy has no images"),
        ("small.npy", "small.npy has the shape [3, 10], expected (images, 784) or (images, 1, 28, 28)"),
        ("large.npy", "large.npy: pixel 0 of image 0 is 255, expected numbers from 0 to 1"),
        ("counts.npy", "expected numbers of type float32, float64 or uint8"),
        ("narrow.png", "narrow.png is 28 x 20 pixels, expected 28 x 28"),
        ("text.npy", "cannot read text.npy"),
        ("nowhere.npy", "cannot read nowhere.npy"),
        ("nowhere.png", "nowhere.png"),
    ] {
        let told = fail(reconstruct(&desk, &["--input", input]), 1);
        assert!(told.contains(expected), "{told}");
    }
    let told = fail(desk.command(env!("CARGO_BIN_EXE_sample"), &["data"]), 1);
    assert!(
        told.contains("data is not the folder of a run") && told.contains("help: runs are in runs/STUDY/"),
        "{told}"
    );

    let config = fs::read_to_string(desk.path("run/config.toml")).unwrap();
    fs::write(desk.path("run/config.toml"), config.replace("hidden = [16]", "hidden = [17]")).unwrap();
    let told = fail(sample(&desk, &[]), 1);
    assert!(told.contains("encoder.0.weight: expected F32 [17, 784], found F32 [16, 784]"), "{told}");
    let last = ["--checkpoint", "run/checkpoints/step-000000000004.safetensors"];
    let told = fail(sample(&desk, &last), 1);
    assert!(told.contains("is no checkpoint of the run in run:") && told.contains("model.hidden"), "{told}");
    fs::remove_file(desk.path("run/model.safetensors")).unwrap();
    let told = fail(sample(&desk, &[]), 1);
    assert!(told.contains("the run has not ended") && told.contains("vae_mnist --resume run"), "{told}");
    let manifest = fs::read_to_string(desk.path("run/manifest.json")).unwrap();
    fs::write(desk.path("run/manifest.json"), manifest.replace("\"vae_mnist\"", "\"other\"")).unwrap();
    let told = fail(sample(&desk, &[]), 1);
    assert!(
        told.contains("debug/other, that of the study other")
            || told.contains("release/other, that of the study other"),
        "{told}"
    );
    assert!(!desk.left().iter().any(|name| name.starts_with("samples") || name.starts_with("reconstructions")));
}

#[test]
fn a_generator_draws_the_class_that_it_is_asked_for_and_has_no_codes() {
    let desk = Desk::with_data();
    let mut flags = vec!["--data-dir", "data", "--dataset", "mnist", "--output", RUN];
    for set in [
        "model.channels=[4,8]",
        "model.generator_hidden=[16]",
        "model.discriminator_hidden=[16]",
        "training.steps=4",
        "training.batch_size=16",
        "training.watch=objective",
        "judged_samples=0",
    ] {
        flags.extend(["--set", set]);
    }
    succeed(desk.command(env!("CARGO_BIN_EXE_gan_mnist"), &flags));
    succeed(sample(&desk, &["--count", "20"]));
    let all = read(&desk, "samples.npy");
    assert!(all.dim() == (20, 784) && is_image(&all));
    succeed(sample(&desk, &["--count", "20", "--class", "3", "--output", "threes"]));
    // The same codes: those of this class are the same images.
    let threes = read(&desk, "threes.npy");
    assert!((0..20).all(|i| (threes.row(i) == all.row(i)) == (i % 10 == 3)));
    let told = fail(sample(&desk, &["--class", "10"]), 1);
    assert!(told.contains("a generative adversarial network of this run has the classes 0 to 9"), "{told}");
    let told = fail(encode(&desk, &[]), 1);
    assert!(told.contains("has no encoder") && told.contains("help: it can be sampled from"), "{told}");
}

#[test]
fn a_dictionary_codes_images_and_puts_them_together_again() {
    let desk = Desk::with_data();
    let flags = ["--data-dir", "data", "--dataset", "mnist", "--output", RUN, "--atoms", "12", "--epochs", "1"];
    succeed(desk.command(env!("CARGO_BIN_EXE_fista_mnist"), &flags));
    succeed(encode(&desk, &[]));
    succeed(reconstruct(&desk, &[]));
    let (codes, back) = (read(&desk, "codes.npy"), read(&desk, "reconstructions.npy"));
    let atoms: Array2<f32> = ndarray_npy::read_npy(desk.path("run/dictionary.npy")).unwrap();
    assert_eq!((codes.dim(), back.dim()), ((TEST, 12), (TEST, 784)));
    assert!((codes.dot(&atoms.t()) - &back).iter().all(|difference| difference.abs() < 1e-5));
    let told = fail(sample(&desk, &[]), 1);
    assert!(told.contains("a dictionary has no distribution of codes"), "{told}");
}

/// A desk with a few pictures in `data/bsds`, and a small run on them.
fn on_photographs(program: &str, channels: Channels, sets: &[&str]) -> Desk {
    let desk = Desk::new();
    write_photographs(&desk.path("data/bsds"), channels);
    let flags = ["--data-dir", "data", "--output", RUN, "--config", "quick"];
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    succeed(desk.command(program, &flags.into_iter().chain(sets).collect::<Vec<_>>()));
    desk
}

const FEW_PATCHES: [&str; 3] = ["patches.train_patches=300", "patches.test_patches=50", "dictionary_batches=3"];

#[test]
fn encoders_give_codes_near_the_solvers_and_put_digits_together_again() {
    let desk = Desk::with_data();
    let mut flags = vec!["--data-dir", "data", "--dataset", "mnist", "--output", RUN, "--config", "quick"];
    for set in ["atoms=12", "dictionary_batches=3", "compared_images=20", "training.epochs=60"] {
        flags.extend(["--set", set]);
    }
    succeed(desk.command(env!("CARGO_BIN_EXE_lista_mnist"), &flags));
    let told = stdout(&succeed(encode(&desk, &[])));
    assert_eq!(told, "codes.npy\ncodes_LISTA-CP.npy\ncodes_SLISTA.npy\ncodes_optimum.npy\ncodes.png\n");
    succeed(reconstruct(&desk, &["--first", "30"]));
    let [codes, optimum, back] =
        ["codes", "codes_optimum", "reconstructions"].map(|name| read(&desk, &format!("{name}.npy")));
    assert_eq!((codes.dim(), optimum.dim(), back.dim()), ((TEST, 12), (TEST, 12), (30, 784)));
    let error = (&codes - &optimum).mapv(|d| d * d).sum() / optimum.mapv(|z| z * z).sum();
    assert!(error > 0.0 && error < 0.5, "{error}");
    // The dictionary that was learned, not the one that the model begins with.
    let atoms: Array2<f32> = ndarray_npy::read_npy(desk.path("run/dictionary.npy")).unwrap();
    let made = codes.dot(&atoms.t());
    assert!((&made.slice(s![..30, ..]) - &back).iter().all(|difference| difference.abs() < 1e-4));
    let told = fail(sample(&desk, &[]), 1);
    assert!(told.contains("learned encoders have no distribution of codes"), "{told}");
}

#[test]
fn a_photograph_is_coded_by_its_patches() {
    let desk = on_photographs(env!("CARGO_BIN_EXE_lista_patches"), Channels::Grey, &FEW_PATCHES);
    succeed(encode(&desk, &[]));
    assert_eq!(read(&desk, "codes.npy").dim(), (50, 64));
    // 48 x 64 pixels are 6 x 8 patches, two of these photographs twice as many.
    for (input, patches) in [("data/bsds/test/0.png", 48), ("data/bsds/test", 96)] {
        succeed(encode(&desk, &["--input", input]));
        assert_eq!(read(&desk, "codes.npy").dim(), (patches, 64), "{input}");
    }
    succeed(reconstruct(&desk, &["--input", "data/bsds/test/0.png"]));
    assert_eq!(read(&desk, "reconstructions.npy").dim(), (48, 64));
    let picture = image::open(desk.path("reconstructions.png")).unwrap();
    assert_eq!((picture.width(), picture.height()), (2 * 64 + 4 + 2 * 8, 48 + 2 * 8));

    image::GrayImage::new(7, 30).save(desk.path("narrow.png")).unwrap();
    ndarray_npy::write_npy(desk.path("colours.npy"), &Array4::<f32>::zeros((2, 3, 40, 40))).unwrap();
    ndarray_npy::write_npy(desk.path("rows.npy"), &Array2::<f32>::zeros((2, 64))).unwrap();
    let least = "of at least 8 x 8 pixels, the size of a patch";
    for (input, expected) in [
        ("narrow.png", "narrow.png is 30 x 7 pixels, expected at least 8 x 8, the size of a patch".to_owned()),
        ("colours.npy", format!("has the shape [2, 3, 40, 40], expected (images, 1, height, width) {least}")),
        ("rows.npy", format!("has the shape [2, 64], expected (images, 1, height, width) {least}")),
    ] {
        let told = fail(encode(&desk, &["--input", input]), 1);
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn a_dictionary_of_patches_codes_its_own_test_patches_and_grey_arrays() {
    let sets = ["train_patches=300", "test_patches=50", "atoms=20", "training.epochs=1"];
    let desk = on_photographs(env!("CARGO_BIN_EXE_patches"), Channels::Grey, &sets);
    succeed(encode(&desk, &[]));
    succeed(reconstruct(&desk, &["--first", "20"]));
    let (codes, back) = (read(&desk, "codes.npy"), read(&desk, "reconstructions.npy"));
    let atoms: Array2<f32> = ndarray_npy::read_npy(desk.path("run/dictionary.npy")).unwrap();
    assert_eq!((codes.dim(), back.dim()), ((50, 20), (20, 64)));
    assert!((codes.dot(&atoms.t()).slice(s![..20, ..]).to_owned() - &back).iter().all(|d| d.abs() < 1e-4));
    // The pixels of a photograph that the run tests on, as an array.
    let picture = image::open(desk.path("data/bsds/test/1.png")).unwrap().to_luma8();
    let pixels = Array3::from_shape_vec((1, 48, 64), picture.into_raw()).unwrap();
    ndarray_npy::write_npy(desk.path("grey.npy"), &pixels).unwrap();
    for (input, output) in [("data/bsds/test/1.png", "picture"), ("grey.npy", "array")] {
        succeed(encode(&desk, &["--input", input, "--output", output]));
    }
    assert!(read(&desk, "picture.npy") == read(&desk, "array.npy"));
}

#[test]
fn learned_convolutional_encoders_code_whole_photographs() {
    let sets = ["filters=[1, 4]", "drawn=4", "side=5", "windows.side=24", "windows.train=6", "windows.test=2"];
    let desk = on_photographs(env!("CARGO_BIN_EXE_psd_images"), Channels::Grey, &sets);
    let maps = |name: &str| ndarray_npy::read_npy::<_, Array4<f32>>(desk.path(name)).unwrap();
    succeed(encode(&desk, &[]));
    assert_eq!(maps("codes.npy").dim(), (2, 4, 24 + 4, 24 + 4));
    succeed(encode(&desk, &["--input", "data/bsds/test"]));
    assert_eq!(maps("codes.npy").dim(), (2, 4, 48 + 4, 64 + 4));
    succeed(reconstruct(&desk, &["--input", "data/bsds/test"]));
    assert_eq!(maps("reconstructions.npy").dim(), (2, 1, 48, 64));
}

#[test]
fn filters_code_whole_photographs_and_put_them_together_again() {
    let sets = ["filters=[1, 4]", "drawn=4", "side=5", "windows.side=24", "windows.train=6", "windows.test=2"];
    let desk = on_photographs(env!("CARGO_BIN_EXE_csc_images"), Channels::Colour, &sets);
    let maps = |name: &str| ndarray_npy::read_npy::<_, Array4<f32>>(desk.path(name)).unwrap();
    assert_eq!(stdout(&succeed(encode(&desk, &[]))), "codes.npy\n");
    let (images, filters, ..) = maps("codes.npy").dim();
    assert_eq!((images, filters), (2, 4));
    succeed(encode(&desk, &["--input", "data/bsds/test"]));
    let shape = maps("codes.npy").dim();
    assert!(shape.0 == 2 && shape.1 == 4 && shape.2 >= 48 && shape.3 >= 64, "{shape:?}");
    succeed(reconstruct(&desk, &["--input", "data/bsds/test"]));
    let back = maps("reconstructions.npy");
    assert_eq!(back.dim(), (2, 3, 48, 64));
    let picture = image::open(desk.path("data/bsds/test/0.png")).unwrap().to_rgb8();
    let error = |y: u32, x: u32, c: usize| {
        back[[0, c, y as usize, x as usize]] - f32::from(picture.get_pixel(x, y).0[c]) / 255.0
    };
    let all = (0..48).flat_map(|y| (0..64).flat_map(move |x| (0..3).map(move |c| (y, x, c))));
    let mean_square = all.map(|(y, x, c)| error(y, x, c).powi(2)).sum::<f32>() / back.len() as f32 * 2.0;
    // 15 dB: the smooth part and what four filters add to it.
    assert!(mean_square < 0.03, "{mean_square}");
    let drawn = image::open(desk.path("reconstructions.png")).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (2 * 64 + 4 + 2 * 8, 2 * 48 + 4 + 2 * 8));

    image::RgbImage::new(4, 30).save(desk.path("narrow.png")).unwrap();
    fs::create_dir(desk.path("mixed")).unwrap();
    image::RgbImage::new(30, 30).save(desk.path("mixed/a.png")).unwrap();
    image::RgbImage::new(30, 31).save(desk.path("mixed/b.png")).unwrap();
    for (input, expected) in [
        ("narrow.png", "narrow.png is 30 x 4 pixels, expected at least 5 x 5, the size of a filter"),
        ("mixed", "b.png is 31 x 30 pixels, expected 30 x 30 as the first one"),
    ] {
        let told = fail(reconstruct(&desk, &["--input", input]), 1);
        assert!(told.contains(expected), "{told}");
    }
    let told = fail(sample(&desk, &[]), 1);
    assert!(told.contains("a bank of filters has no distribution of maps"), "{told}");
}
