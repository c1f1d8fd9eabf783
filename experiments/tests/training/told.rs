//! What the programs say of flags, files and folders that are not what was meant.

use crate::support::{Desk, fail, stderr, stdout, succeed};
use std::fs::{self, OpenOptions};
use std::process::{Command, Stdio};

const VAE: &str = env!("CARGO_BIN_EXE_vae_mnist");

/// Flags of a run that takes a moment.
const SMALL: [&str; 10] = [
    "--dataset=mnist",
    "--data-dir=data",
    "--threads=1",
    "--set=model.hidden=[8]",
    "--set=model.latent_dim=2",
    "--set=training.batch_size=20",
    "--set=training.steps=4",
    "--set=training.checkpoint_every=1 steps",
    "--set=likelihood_draws=2",
    "--set=likelihood_images=10",
];

fn vae(desk: &Desk, flags: &[&str]) -> Command {
    desk.command(VAE, flags)
}

fn small(desk: &Desk, flags: &[&str]) -> Command {
    vae(desk, &[&SMALL, flags].concat())
}

/// What a configuration comes to, as the program prints it.
fn checked(desk: &Desk, program: &str, flags: &[&str]) -> String {
    stdout(&succeed(desk.command(program, &[&["--check"], flags].concat())))
}

#[test]
fn epochs_take_the_place_of_steps_and_the_other_way_round() {
    let desk = Desk::new();
    fs::write(desk.path("epochs.toml"), "[training]\nepochs = 3\n").unwrap();
    fs::write(desk.path("steps.toml"), "[training]\nsteps = 7\n").unwrap();
    fs::write(desk.path("both.toml"), "[training]\nepochs = 3\nsteps = 7\n").unwrap();
    for (program, flags) in [
        (env!("CARGO_BIN_EXE_few_labels"), &["--dataset=synthetic"][..]),
        (env!("CARGO_BIN_EXE_text_augmentation"), &[]),
        (env!("CARGO_BIN_EXE_lista_synthetic"), &[]),
        (env!("CARGO_BIN_EXE_fista_mnist"), &["--dataset=synthetic"]),
        (VAE, &["--dataset=synthetic"]),
    ] {
        let of = |more: &[&str]| checked(&desk, program, &[flags, more].concat());
        for (text, is, is_not) in [
            (of(&["--set", "training.epochs=2"]), "epochs = 2\n", "steps ="),
            (of(&["--config", "epochs.toml"]), "epochs = 3\n", "steps ="),
            (of(&["--config", "epochs.toml", "--set", "training.steps=5"]), "steps = 5\n", "epochs ="),
            (of(&["--config", "steps.toml", "--set", "training.epochs=5"]), "epochs = 5\n", "steps ="),
            (of(&["--set", "training={ epochs = 4 }"]), "epochs = 4\n", "steps ="),
        ] {
            let lines: Vec<&str> = text.lines().collect();
            let holds = lines.contains(&is.trim()) && !lines.iter().any(|line| line.starts_with(is_not));
            assert!(holds, "{program}: {is}{text}");
        }
        for both in [&["--config", "both.toml"][..], &["--set", "training.epochs=2", "--set", "training.steps=2"]] {
            let told = fail(desk.command(program, &[&["--check"], flags, both].concat()), 1);
            assert!(told.contains("training.steps: cannot go with epochs; give one of them"), "{told}");
        }
    }
    // A flag that is short for --set is as specific as that.
    let fista = env!("CARGO_BIN_EXE_fista_mnist");
    let told = fail(desk.command(fista, &["--check", "--epochs", "2", "--set", "training.steps=2"]), 1);
    assert!(told.contains("training.steps: cannot go with epochs"), "{told}");
    let told = fail(desk.command(fista, &["--check", "--epochs", "2", "--set", "training.epochs=3"]), 2);
    assert!(told.contains("--epochs and --set training.epochs=3 say different things"), "{told}");
    let told = fail(vae(&desk, &["--check", "--dataset", "mnist", "--set", "dataset=synthetic"]), 2);
    assert!(told.contains("--dataset and --set dataset="), "{told}");
}

#[test]
fn a_study_offers_the_data_sets_that_it_knows() {
    let desk = Desk::new();
    let text = env!("CARGO_BIN_EXE_text_augmentation");
    let told = fail(desk.command(text, &["--check", "--dataset", "mnist"]), 2);
    assert!(told.contains("this study has no data sets to choose from"), "{told}");
    assert!(!stdout(&succeed(desk.command(text, &["--help"]))).contains("--dataset"));
    // Runs of earlier versions had the key.
    fs::write(desk.path("config.toml"), "seed = 3\ndataset = \"synthetic\"\ntrain_reviews = 50\n").unwrap();
    let now = checked(&desk, text, &["--config", "config.toml"]);
    assert!(now.contains("train_reviews = 50") && now.contains("seed = 3") && !now.contains("dataset"), "{now}");
    let told = fail(desk.command(text, &["--check", "--set", "dataset=synthetic"]), 1);
    assert!(told.contains("dataset: there is no such key"), "{told}");

    let told = fail(vae(&desk, &["--check", "--dataset", "bsds"]), 2);
    assert!(told.contains("fashion-mnist") && told.contains("synthetic"), "{told}");
    let told = fail(vae(&desk, &["--check", "--set", "dataset=bsds", "--set", "likelihood_draws=0"]), 1);
    assert!(told.contains("dataset: must be auto, mnist, fashion-mnist or synthetic, got bsds"), "{told}");
    assert!(told.contains("likelihood_draws"), "{told}");
}

#[test]
fn a_configuration_of_a_run_is_a_configuration_with_a_seed() {
    let desk = Desk::with_data();
    succeed(small(&desk, &["--output", "run", "--seed", "5"]));
    let text = checked(&desk, VAE, &["--config", "run/config.toml"]);
    assert!(text.contains("-s5\n") && text.contains("seed = 5\n") && text.contains("latent_dim = 2\n"), "{text}");
    let text = checked(&desk, VAE, &["--config", "run/config.toml", "--seed", "6"]);
    assert!(text.contains("-s6\n") && text.contains("seed = 6\n"), "{text}");
    // The same run once more, to the bit.
    succeed(vae(&desk, &["--config", "run/config.toml", "--data-dir=data", "--output", "again"]));
    let model = |run: &str| fs::read(desk.path(run).join("model.safetensors")).unwrap();
    assert!(model("run") == model("again"));
    fs::write(desk.path("bad.toml"), "seed = -3\n").unwrap();
    let told = fail(vae(&desk, &["--config", "bad.toml"]), 1);
    assert!(told.contains("bad.toml: seed: must be a whole number, 0 or more, got -3"), "{told}");
    let told = fail(vae(&desk, &["--config", "run"]), 1);
    assert!(told.contains("help: did you mean run/config.toml?"), "{told}");
}

#[test]
fn runs_of_other_studies_and_damaged_ones_are_told_as_what_they_are() {
    let desk = Desk::with_data();
    succeed(small(&desk, &["--output", "run"]));
    fs::remove_file(desk.path("run/DONE")).unwrap();
    let gan = |flags: &[&str]| fail(desk.command(env!("CARGO_BIN_EXE_gan_mnist"), flags), 1);
    for flags in [
        &["--resume", "run"][..],
        &["--config", "run/config.toml"],
        &[
            "--resume",
            "--output=run",
            "--dataset=mnist",
            "--data-dir=data",
            "--set=judged_samples=0",
            "--set=training.watch=objective",
        ],
    ] {
        let told = gan(flags);
        assert!(
            told.contains("the run in run is of vae_mnist\nhelp: ") && told.contains("vae_mnist --resume run"),
            "{told}"
        );
    }
    let told = fail(vae(&desk, &["--resume", "run", "--output", "other"]), 1);
    assert!(told.contains("--resume run goes on in that folder, not in --output"), "{told}");
    assert!(!desk.path("other").exists());
    fs::write(desk.path("run/config.toml"), "seed = 1\nmodel ==\n").unwrap();
    for flags in [&["--resume", "run"][..], &["--resume", "--output", "run"]] {
        let told = fail(small(&desk, flags), 1);
        assert!(told.contains("run/config.toml is damaged: ") && told.contains("line 2"), "{told}");
    }
    fs::write(desk.path("my.toml"), "model ==\n").unwrap();
    let told = fail(vae(&desk, &["--config", "my.toml"]), 1);
    assert!(told.contains("my.toml: the configuration is not TOML"), "{told}");
    fs::write(desk.path("my.toml"), "[model]\nlatent_dims = 3\n").unwrap();
    let told = fail(vae(&desk, &["--config", "my.toml"]), 1);
    assert!(told.contains("my.toml: the configuration has a mistake"), "{told}");
}

#[test]
fn flags_that_cannot_be_meant_are_told_with_what_can() {
    let desk = Desk::new();
    for (flags, code, why) in [
        (&["--config", "defalt"][..], 1, "help: did you mean default?"),
        (&["--seed", "-1"], 2, "seeds are whole numbers, 0 or more"),
        (&["--threads", "1000000"], 2, "this machine takes at most"),
        (&["--threads", "8000"], 2, "this machine takes at most"),
        (&["--list", "--dry-run"], 2, "cannot be used with"),
        (&["--set", "optimizer"], 2, "as in optimizer.learning_rate=3e-4"),
        (
            &["--set", "optimizer.clip_norm=1", "--set", "optimizer.clip_value=1"],
            1,
            "clip_value: cannot go with clip_norm",
        ),
        (
            &["--set", "augment=[{ op = 'rotat' }, { op = 'gaussian_blur', sigma = -1 }]"],
            1,
            "augment: 2 steps are wrong:\n    augment[0] (rotat): ",
        ),
    ] {
        let told = fail(vae(&desk, flags), code);
        assert!(told.contains(why), "{flags:?}: {told}");
    }
    let told = fail(desk.command(env!("CARGO_BIN_EXE_sweep"), &["vae_beta", "--threads", "100000"]), 1);
    assert!(told.contains("at most"), "{told}");
    let list = stdout(&succeed(desk.command(env!("CARGO_BIN_EXE_sweep"), &["--list"])));
    assert!(list.contains("1,000 training images, three seeds each, with everything else as in"), "{list}");
    let help = stdout(&succeed(desk.command(env!("CARGO_BIN_EXE_compare"), &["--help"])));
    assert!(help.contains("runs/vae_mnist/") && !help.contains("runs/vae/"), "{help}");
    assert!(desk.left().is_empty());
}

#[test]
fn final_figures_are_printed() {
    let desk = Desk::with_data();
    let text = stdout(&succeed(small(&desk, &["--output", "run"])));
    assert!(text.contains("NLL by importance sampling") && text.contains(" nats"), "{text}");
    assert_eq!(fs::read_to_string(desk.path("run/summary.txt")).unwrap(), text);
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error() {
    let desk = Desk::with_data();
    succeed(small(&desk, &["--output", "run"]));
    fs::remove_file(desk.path("run/DONE")).unwrap();
    let fista = env!("CARGO_BIN_EXE_fista_mnist");
    for (program, flags) in [
        (VAE, &["--list"][..]),
        (VAE, &["--help"]),
        (VAE, &["--version"]),
        (VAE, &["--check"]),
        (VAE, &["--resume", "run", "--data-dir=data"]),
        (fista, &["--dry-run", "--dataset=synthetic", "--config=quick"]),
        (env!("CARGO_BIN_EXE_sweep"), &["--list"]),
        (env!("CARGO_BIN_EXE_sweep"), &["vae_beta", "--dry-run"]),
        (env!("CARGO_BIN_EXE_compare"), &["run"]),
        (env!("CARGO_BIN_EXE_compare"), &["--help"]),
        (env!("CARGO_BIN_EXE_sample"), &["run", "--data-dir=data", "--output", "samples"]),
        (env!("CARGO_BIN_EXE_bench_steps"), &["--help"]),
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = desk.command(program, flags).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{program} {flags:?}: {told}");
        assert!(told.contains("error: cannot write to the standard output: No space left"), "{told}");
    }
    assert!(desk.path("run/DONE").exists(), "a run is complete, whoever reads what it says");
    // Whoever read along may leave.
    let mut child = vae(&desk, &["--list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn metrics_that_were_lost_are_told() {
    let desk = Desk::with_data();
    succeed(small(&desk, &["--output", "run"]));
    let file = desk.path("run/metrics.jsonl");
    let whole = fs::read_to_string(&file).unwrap();
    let go_on = || {
        fs::remove_file(desk.path("run/DONE")).unwrap();
        stderr(&succeed(small(&desk, &["--output", "run", "--resume"])))
    };
    assert!(!go_on().contains("was lost or damaged"));
    let second = whole.lines().nth(1).unwrap();
    fs::write(&file, whole.replacen(second, &second[3..], 1)).unwrap();
    let told = go_on();
    assert!(told.contains("metrics.jsonl was lost or damaged: 1 of the "), "{told}");
    fs::remove_file(&file).unwrap();
    assert!(go_on().contains("metrics.jsonl was lost or damaged"));
    // It is told once.
    assert!(!go_on().contains("was lost or damaged"));
}
