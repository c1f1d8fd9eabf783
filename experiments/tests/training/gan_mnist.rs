//! `gan_mnist` on a few drawn digits.

#[allow(dead_code, reason = "tests use a part of the study")]
#[path = "../../src/bin/gan_mnist/main.rs"]
mod program;

use super::support::{Desk, TEST, TRAIN, stderr};
use clap::Parser;
use latent_datasets::Splits;
use latent_datasets::synthetic::strokes;
use latent_layers::{LoadOptions, load_bytes, to_bytes};
use latent_models::{GanLoss, GanSettings, GradientPenaltyKind, SpectralNormalization, VaeSettings};
use latent_regularizers::CriticOutput;
use latent_study::judge::Cache;
use latent_study::judge::Judge;
use latent_study::training::Work;
use latent_study::training::{Flags, Study, run};
use latent_train::Evaluated;
use latent_train::config::read;
use latent_train::interrupt::Interrupt;
use ndarray::ArrayView2;
use program::GanMnist;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

type Config = <GanMnist as Study>::Config;

const SMALL: [&str; 8] = [
    "model.channels=[4,8]",
    "model.generator_hidden=[16]",
    "model.discriminator_hidden=[16]",
    "training.steps=12",
    "training.batch_size=16",
    "training.log_every=1",
    "training.validate_every='6 steps'",
    "judged_samples=40",
];

/// As a user runs it; why it ended, if not well.
fn study(desk: &Desk, output: &str, config: &str, sets: &[&str], more: &[&str]) -> Result<bool, String> {
    let given = ["--dataset", "mnist", "--data-dir", "data", "--output", output, "--config", config];
    let sets = SMALL.iter().chain(sets).flat_map(|set| ["--set", set]);
    let flags: Vec<&str> = given.into_iter().chain(sets).chain(more.iter().copied()).collect();
    let ended = desk.command(env!("CARGO_BIN_EXE_gan_mnist"), &flags).output().unwrap();
    match ended.status.code() {
        Some(0) => Ok(true),
        Some(130) => Ok(false),
        _ => Err(stderr(&ended)),
    }
}

/// Ctrl-C while there is no judge yet.
#[test]
fn who_asks_for_the_end_before_the_first_step_finds_nothing_written() {
    let desk = Desk::with_data();
    let [output, data] = ["run", "data"].map(|name| desk.path(name).display().to_string());
    let given = ["gan_mnist", "--dataset", "mnist", "--data-dir", &data, "--output", &output];
    let flags = Flags::parse_from(given.into_iter().chain(SMALL.iter().flat_map(|set| ["--set", set])));
    let interrupt = Interrupt::default();
    interrupt.raise();
    assert!(!run::<GanMnist>(&flags, &GanMnist::configs(), &interrupt).unwrap());
    assert!(desk.left().is_empty());
}

fn lines(desk: &Desk, output: &str) -> Vec<Value> {
    let text = fs::read_to_string(desk.path(output).join("metrics.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of_kind<'l>(lines: &'l [Value], kind: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["kind"] == kind).collect()
}

#[test]
fn a_run_leaves_pictures_curves_and_figures() {
    let desk = Desk::with_data();
    assert!(study(&desk, "run", "default", &[], &["--seed", "3"]).unwrap());
    let all = lines(&desk, "run");
    let steps = of_kind(&all, "step");
    for (player, terms) in [("discriminator", "real_output"), ("generator", "fake_output")] {
        let of_player: Vec<_> = steps.iter().filter(|line| line["player"] == player).collect();
        assert_eq!(of_player.len(), 6, "{player}");
        for line in of_player {
            assert!(line["gradient_norm"].as_f64().unwrap() > 0.0 && line["values"][terms].is_f64(), "{line}");
        }
    }
    let validations = of_kind(&all, "validation");
    assert_eq!(validations.len(), 2);
    for line in validations {
        for name in ["discriminator_loss", "generator_loss", "singular_value_0", "singular_value_3"] {
            assert!(line["values"][name].is_f64(), "{name} in {line}");
        }
        for name in ["class_accuracy", "effective_classes", "frechet_distance"] {
            assert!(line["values"][name].as_f64().unwrap() >= 0.0, "{name} in {line}");
        }
        assert_eq!(line["averaged"], true);
    }
    let folder = desk.path("run");
    let report = fs::read_to_string(folder.join("report.html")).unwrap();
    for name in ["classes", "samples", "interpolations", "neighbours", "confusion"] {
        assert!(folder.join(format!("images/{name}.png")).exists(), "{name}");
    }
    assert!(folder.join("images/samples/step-6.png").exists() || folder.join("images/samples").is_dir());
    for text in ["Class-conditional GAN on MNIST", "Closest training images", "Fréchet distance on the classifier"] {
        assert!(report.contains(text), "{text}");
    }
    let judged: Value = serde_json::from_slice(&fs::read(folder.join("judged.json")).unwrap()).unwrap();
    assert_eq!((&judged["images"], judged["accuracy_by_class"].as_array().unwrap().len()), (&Value::from(40), 10));
    let counts: Vec<Vec<u64>> = serde_json::from_value(judged["confusion"].clone()).unwrap();
    let right: u64 = (0..10).map(|class| counts[class][class]).sum();
    assert!(counts.iter().all(|row| row.len() == 10 && row.iter().sum::<u64>() == 4), "{counts:?}");
    assert_eq!(judged["accuracy"].as_f64().unwrap(), right as f64 / 40.0);
    let neighbours: Value = serde_json::from_slice(&fs::read(folder.join("neighbours.json")).unwrap()).unwrap();
    assert_eq!(neighbours["images"], TEST);
    assert!(neighbours["test_images"].as_f64().unwrap() > 0.0 && TRAIN > TEST);
}

#[test]
fn without_classes_nothing_is_said_of_them() {
    let desk = Desk::with_data();
    assert!(study(&desk, "run", "article", &[], &[]).unwrap());
    assert!(!desk.path("run/images/confusion.png").exists());
    assert!(!desk.path("run/images/classes.png").exists() && desk.path("run/images/samples.png").exists());
    let judged: Value = serde_json::from_slice(&fs::read(desk.path("run/judged.json")).unwrap()).unwrap();
    assert!(judged.get("accuracy").is_none() && judged["effective_classes"].as_f64().unwrap() >= 1.0, "{judged}");
}

#[test]
fn a_game_that_cannot_go_well_is_warned_of() {
    let desk = Desk::with_data();
    let sets = ["model.discriminator_norm=batch", "judged_samples=0", "training.watch=objective"];
    assert!(study(&desk, "run", "gradient_penalty", &sets, &[]).unwrap());
    let all = lines(&desk, "run");
    let told = of_kind(&all, "health").into_iter().find(|line| line["monitor"] == "batch_norm_with_gradient_penalty");
    let message = told.expect("a warning")["message"].as_str().unwrap();
    assert!(message.contains("depend on all samples of the batch"), "{message}");
}

#[test]
fn mistakes_are_named_before_anything_is_made() {
    let desk = Desk::with_data();
    let told = |sets: &[&str]| study(&desk, "run", "default", sets, &[]).unwrap_err();
    let all = told(&["model.latent_dim=0", "judged_samples=1", "discriminator_steps=0", "generator.learning_rate=-1"]);
    for part in [
        "model: latent_dim is 0, expected at least 1",
        "judged_samples: must be 0 or at least 2",
        "discriminator_steps: must be at least 1",
        "generator.learning_rate",
    ] {
        assert!(all.contains(part), "{part} in {all}");
    }
    let size = told(&["model.channels=[4,8,16]"]);
    assert!(size.contains("image is [1, 28, 28], expected sides that 8 divides"), "{size}");
    let classes = told(&["model.classes=7"]);
    assert!(classes.contains("model.classes is 7, but mnist/train has 10 classes"), "{classes}");
    let judge = told(&["judged_samples=0"]);
    assert!(judge.contains("training.watch") && judge.contains("judged_samples is 0"), "{judge}");
    let path = told(&["model.generator_norm=false"]);
    assert!(path.contains("generator_norm is false, expected true with classes"), "{path}");
    assert_eq!(desk.left(), Vec::<String>::new());
}

#[test]
fn runs_and_weights_of_other_models_are_refused() {
    let desk = Desk::with_data();
    let sets = ["judged_samples=0", "training.watch=objective", "training.steps=2"];
    assert!(study(&desk, "run", "article", &sets, &[]).unwrap());
    fs::remove_file(desk.path("run/DONE")).unwrap();
    let told = study(&desk, "run", "hinge", &sets, &["--resume"]).unwrap_err();
    assert!(told.contains("objective.loss was \"minimax\", is \"hinge\""), "{told}");

    let gan = GanSettings::article().build::<f32>([1, 28, 28], 1).unwrap();
    let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 1).unwrap();
    let error = load_bytes(&gan, &to_bytes(&vae), LoadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("generator.0.weight"), "{error}");
    let wide = GanSettings { latent_dim: 64, ..GanSettings::article() }.build::<f32>([1, 28, 28], 1).unwrap();
    let error = load_bytes(&gan, &to_bytes(&wide), LoadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("generator.0.weight") && error.contains("[256, 64]"), "{error}");
}

/// Each is read and builds, and no two are the same run.
#[test]
fn every_regulariser_has_its_configuration() {
    let configs = GanMnist::configs();
    let list = configs.to_string();
    let names: Vec<&str> = list.lines().map(|line| line.split(' ').next().unwrap()).collect();
    let all: Vec<Config> = names.iter().map(|name| read(&configs.text(name).unwrap(), &[]).unwrap()).collect();
    let resolved: BTreeSet<String> = all.iter().map(|config| toml::to_string(config).unwrap()).collect();
    assert_eq!(resolved.len(), names.len());
    assert!(all.iter().all(|config| config.training.watch == "frechet_distance"));
    let has = |what: fn(&Config) -> bool| assert!(all.iter().any(what) && !all.iter().all(what));
    has(|config| config.model.spectral_norm != SpectralNormalization::Off);
    has(|config| config.objective.gradient_penalty == GradientPenaltyKind::WganGp);
    has(|config| config.objective.gradient_penalty_on == CriticOutput::Probability);
    has(|config| config.objective.l1 > 0.0);
    has(|config| config.objective.l2 > 0.0);
    has(|config| config.model.dropout > 0.0);
    has(|config| config.training.early_stopping.is_some());
    has(|config| config.model.condition != Default::default());
    has(|config| config.model.classes == 10);
    for loss in [GanLoss::Minimax, GanLoss::NonSaturating, GanLoss::Hinge, GanLoss::LeastSquares, GanLoss::Wasserstein]
    {
        assert!(all.iter().any(|config| config.objective.loss == loss), "{loss:?}");
    }
}

#[test]
fn a_judge_knows_real_images_from_others() {
    let splits = strokes::splits(7, 4000, 400).hold_out(1000).unwrap();
    let here = tempfile::tempdir().unwrap();
    let judged = |splits: &Splits| Judge::of(splits, &Cache::new(here.path()), &Work::default());
    let judge = judged(&splits).unwrap();
    let score = |images: ArrayView2<'_, f32>, classes: Option<&[usize]>| {
        judge.score(images, classes, Evaluated::Test, |_| Ok(())).unwrap()
    };
    assert!(judge.accuracy > 0.85, "{}", judge.accuracy);
    let others = strokes::generate(8, 5000..5400);
    let images = others.rows::<f32>(0..400);
    let labels: Vec<usize> = others.labels().unwrap().iter().map(|&label| label.into()).collect();
    let real = score(images.view(), Some(&labels));
    assert!(real.accuracy.unwrap() > 0.85 && real.effective_classes > 9.0, "{real:?}");
    assert_eq!(real.accuracy_by_class.len(), 10);
    // Of the wrong classes they are as close, and hardly ever right.
    let wrong: Vec<usize> = labels.iter().map(|label| (label + 1) % 10).collect();
    let misnamed = score(images.view(), Some(&wrong));
    assert!(misnamed.accuracy.unwrap() < 0.15 && misnamed.frechet_distance == real.frechet_distance);
    // One digit again and again, and images with noise, are further away.
    let threes: Vec<usize> = (0..400).filter(|&i| labels[i] == 3).collect();
    let collapsed = score(others.rows::<f32>(&threes[..]).view(), None);
    assert!(collapsed.effective_classes < 3.0 && collapsed.frechet_distance > 3.0 * real.frechet_distance);
    let mut stream = latent_numeric::random::Stream::new(1, "noise", &[]);
    let noisy = images.mapv(|x| (x + 0.5 * stream.normal::<f32>()).clamp(0.0, 1.0));
    assert!(score(noisy.view(), None).frechet_distance > 3.0 * real.frechet_distance);
    // Beside the images that are held out, which are as real.
    let beside = |on| judge.score(images.view(), None, on, |_| Ok(())).unwrap().frechet_distance;
    let (held_out, test) = (beside(Evaluated::HeldOut), beside(Evaluated::Test));
    assert!(held_out != test && held_out < 3.0 * test && judge.evaluated() == Evaluated::HeldOut, "{held_out} {test}");
    assert!(judged(&strokes::splits(7, 10, 1)).is_err());
    // One judge, whatever a run holds out.
    let whole = judged(&strokes::splits(7, 4000, 400)).unwrap();
    assert_eq!((whole.accuracy, whole.evaluated()), (judge.accuracy, Evaluated::Test));
}

/// It stops early by images that are held out, and its test figures are of others.
#[test]
fn early_stopping_goes_by_images_that_are_held_out() {
    let desk = Desk::with_data();
    let sets = ["training.early_stopping.patience=3", "training.watch=frechet_distance"];
    let told = study(&desk, "run", "article", &sets, &[]).unwrap_err();
    assert!(told.contains("training.early_stopping: nothing is held out"), "{told}");
    assert!(told.contains("--set validation_images=N"), "{told}");
    let sets = [&sets[..], &["validation_images=60"]].concat();
    assert!(study(&desk, "run", "article", &sets, &[]).unwrap());
    let all = lines(&desk, "run");
    assert!(of_kind(&all, "validation").iter().all(|line| line["on"] == "held_out"));
    let report = fs::read_to_string(desk.path("run/report.html")).unwrap();
    assert!(report.contains("objective, validation") && report.contains("mnist/held-out"), "{report}");
    assert!(
        fs::read_dir(desk.path("run/checkpoints"))
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().starts_with("best-") })
    );

    // Without, the test images are looked at, and nothing is chosen by them.
    assert!(study(&desk, "plain", "article", &[], &[]).unwrap());
    let all = lines(&desk, "plain");
    assert!(of_kind(&all, "validation").iter().all(|line| line["on"] == "test" && line["improved"] == false));
    assert!(fs::read_to_string(desk.path("plain/report.html")).unwrap().contains("objective, test"));
    let names: Vec<_> = fs::read_dir(desk.path("plain/checkpoints")).unwrap().collect();
    assert!(names.iter().all(|name| !name.as_ref().unwrap().file_name().to_string_lossy().starts_with("best-")));
}
