//! The programs that use a trained model, as a user runs them.

use crate::support::{Desk, TEST, fail, stdout, succeed};
use ndarray::{Array2, Array3};
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
    assert!(told.contains("run is a run of other, expected one of fista_mnist, "), "{told}");
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
