//! Programs under `mpirun` leave what one process leaves.

#[allow(dead_code, reason = "other programs are tested with the rest")]
mod support;

use latent_needs::Need;
use latent_numeric::random::Stream;
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams};
use latent_sparse::lasso::{Admm, LassoParams};
use latent_train::processes::Processes;
use ndarray::Array2;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Desk, stderr, succeed};

const VAE: &str = env!("CARGO_BIN_EXE_vae_mnist");
const CHILD: &str = "LATENT_MPI_CHILD";

/// The launcher's part of a command, if there is a launcher.
fn launcher(size: usize) -> Option<Vec<String>> {
    Need::Mpi.find()?;
    let size = size.to_string();
    Some(["--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", &size].map(str::to_owned).into())
}

/// `vae_mnist` on small things, as so many processes; as one without a launcher.
fn train(desk: &Desk, size: usize, output: &str, more: &[&str]) -> Option<Command> {
    let flags = [
        "--dataset=mnist",
        "--data-dir=data",
        "--threads=1",
        "--seed=4",
        "--output",
        output,
        "--set=model.hidden=[12]",
        "--set=model.latent_dim=3",
        "--set=training.batch_size=20",
        "--set=training.accumulate=3",
        "--set=training.epochs=2",
        "--set=likelihood_draws=2",
        "--set=likelihood_images=10",
    ];
    if size == 1 {
        return Some(desk.command(VAE, &[&flags[..], more].concat()));
    }
    let mut command = desk.command("mpirun", &[]);
    command.args(launcher(size)?).arg(VAE).args(flags).args(more);
    Some(command)
}

/// Weights and checkpoints of a run.
fn left(run: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(run.join("checkpoints")).unwrap();
    let mut names: Vec<PathBuf> =
        entries.map(|entry| Path::new("checkpoints").join(entry.unwrap().file_name())).collect();
    names.push("model.safetensors".into());
    names.push("test.json".into());
    names.sort();
    names.into_iter().map(|name| (name.clone(), fs::read(run.join(name)).unwrap())).collect()
}

#[test]
fn a_study_on_several_processes_leaves_the_files_of_one() {
    let desk = Desk::with_data();
    succeed(train(&desk, 1, "one", &[]).unwrap());
    for (size, run) in [(2, "two"), (3, "three")] {
        let Some(command) = train(&desk, size, run, &[]) else { return };
        let told = stderr(&succeed(command));
        assert_eq!(told.matches("results in").count(), 1, "{told}");
        assert!(left(&desk.path(run)) == left(&desk.path("one")), "{size} processes");
        for name in ["DONE", "report.html", "metrics.jsonl"] {
            assert!(desk.path(run).join(name).exists(), "{name}");
        }
    }
    assert_eq!(desk.left(), ["one", "three", "two"]);
}

#[test]
fn mistakes_end_all_processes() {
    let desk = Desk::with_data();
    let Some(mut command) = train(&desk, 4, "run", &[]) else { return };
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let told = stderr(&output);
    assert!(told.contains("4 processes are to share the batches of a step, but there are 3"), "{told}");
    assert!(!told.contains("panicked") && !desk.path("run/DONE").exists(), "{told}");
}

/// Learns a dictionary together with the other processes.
fn learn(processes: &Processes) -> String {
    let x: Array2<f32> = Stream::new(4, "data", &[]).normal_array((700, 30));
    let params = DictionaryParams {
        epochs: 2,
        batch_size: 300,
        dead_after: 200,
        ..DictionaryParams::new(40, LassoParams::fraction_of_max(0.2))
    };
    let mut learner = DictionaryLearner::new(params).unwrap().on(processes.ranks());
    let report = learner.fit(&x, &Admm::default()).unwrap();
    format!("{report:?}{:?}", learner.dictionary().unwrap().into_atoms().mapv(f32::to_bits).into_raw_vec_and_offset())
}

/// Not a test of its own: what the test below starts several times.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let processes = Processes::started().unwrap();
    let rank = processes.ranks().rank();
    fs::write(Path::new(&folder).join(rank.to_string()), learn(&processes)).unwrap();
    processes.finish();
}

#[test]
fn a_dictionary_learned_by_several_processes_is_that_of_one() {
    let want = learn(&Processes::started().unwrap());
    for size in [2, 4] {
        let here = tempfile::tempdir().unwrap();
        let Some(launcher) = launcher(size) else { return };
        let mut command = Command::new("mpirun");
        let this = std::env::current_exe().unwrap();
        command.args(launcher).arg(this).args(["--exact", "child"]).env(CHILD, here.path());
        succeed(command);
        for rank in 0..size {
            assert!(fs::read_to_string(here.path().join(rank.to_string())).unwrap() == want, "{rank} of {size}");
        }
    }
}
