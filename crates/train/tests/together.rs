//! Processes that train together end up with the bits of one.

mod support;

use latent_numeric::ranks::{Ranks, crew};
use latent_train::checkpoint::{CheckpointError, Checkpoints};
use latent_train::interrupt::Interrupt;
use latent_train::{Every, Outcome, StopReason};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use support::{Game, STEPS, executor, executor_of};

type Weights = Vec<(String, Vec<u8>)>;

/// Not a multiple of the numbers of ranks that are tried.
const BATCHES: u64 = 5;

/// Trains up to a step, from the last checkpoint in the folder if there is one. The first rank reads and writes it.
fn train(ranks: Arc<dyn Ranks>, folder: &Path, steps: u64) -> (Weights, Outcome) {
    let found = Checkpoints::new(folder).last();
    let game = Game::new(if found.is_ok() { 99 } else { 3 });
    let mut executor = executor_of(BATCHES, &game, steps, Some((folder, Every::Steps(7)))).on(ranks.clone());
    match found {
        Ok((checkpoint, _)) => executor.resume(&checkpoint).unwrap(),
        Err(CheckpointError::Missing(_)) => {}
        Err(other) => panic!("{other}"),
    }
    // Nobody writes before all have read.
    ranks.wait();
    let outcome = executor.run().unwrap();
    (game.weights(), outcome)
}

/// All files of a folder with their content.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> =
        entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect();
    files.sort();
    files
}

/// What one process leaves: weights and outcome, and its checkpoints.
fn alone() -> ((Weights, Outcome), Vec<(String, Vec<u8>)>) {
    let here = tempfile::tempdir().unwrap();
    let left = crew(1, |ranks| train(ranks, here.path(), STEPS)).remove(0);
    (left, files(here.path()))
}

#[test]
fn weights_and_checkpoints_are_those_of_one_process() {
    let (want, checkpoints) = alone();
    assert_eq!(want.1.reason, StopReason::Finished);
    for size in 2..=5 {
        let here = tempfile::tempdir().unwrap();
        let got = crew(size, |ranks| train(ranks, here.path(), STEPS));
        assert!(got.iter().all(|got| *got == want), "{size} ranks");
        assert!(files(here.path()) == checkpoints, "the checkpoints of {size} ranks");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn a_run_goes_on_with_any_number_of_processes(first in 1..STEPS, before in 1_usize..5, after in 1_usize..5) {
        let here = tempfile::tempdir().unwrap();
        crew(before, |ranks| train(ranks, here.path(), first));
        // The end of a run is evaluated, which one that goes on does not do there.
        let want = tempfile::tempdir().unwrap();
        crew(1, |ranks| train(ranks, want.path(), first));
        let want = crew(1, |ranks| train(ranks, want.path(), STEPS));
        let got = crew(after, |ranks| train(ranks, here.path(), STEPS));
        prop_assert!(got.iter().all(|got| *got == want[0]));
    }
}

#[test]
fn all_stop_when_one_is_interrupted() {
    let ended = crew(2, |ranks| {
        let (game, interrupt) = (Game::new(3), Interrupt::default());
        if ranks.rank() == 1 {
            interrupt.raise();
        }
        executor(&game, STEPS, None).on(ranks).interrupt(interrupt).run().unwrap()
    });
    assert!(ended.iter().all(|outcome| (outcome.step, &outcome.reason) == (0, &StopReason::Interrupted)), "{ended:?}");
}

#[test]
fn all_stop_when_one_finds_a_number_that_is_not_finite() {
    let here = tempfile::tempdir().unwrap();
    let ended = crew(3, |ranks| {
        let mut game = Game::new(3);
        if ranks.rank() == 1 {
            game.poisoned = Some(0);
        }
        let before = game.weights();
        let outcome = executor_of(BATCHES, &game, STEPS, Some((here.path(), Every::Never))).on(ranks).run().unwrap();
        assert_eq!(game.weights(), before);
        outcome.reason
    });
    for reason in ended {
        let StopReason::NotFinite(found) = reason else { panic!("{reason:?}") };
        assert_eq!((found.step, &*found.what, &*found.origin.unwrap().operator), (0, "objective", "ln"));
        assert!(found.value.is_nan());
    }
}

#[test]
fn processes_that_were_given_different_things_are_refused() {
    let told = |make: &(dyn Fn(usize) -> (u64, u64, u64) + Sync), size| {
        crew(size, |ranks| {
            let (batches, seed, steps) = make(ranks.rank());
            let game = Game::new(seed);
            let error = executor_of(batches, &game, steps, None).on(ranks).run().unwrap_err();
            error.to_string()
        })
    };
    let all_say = |told: Vec<String>, part: &str| assert!(told.iter().all(|told| told.contains(part)), "{told:?}");
    let other = |rank: usize| u64::from(rank == 1);
    all_say(told(&|rank| (3, 3, STEPS + other(rank)), 3), "process 1 has another configuration than process 0");
    all_say(told(&|rank| (3, 3 + other(rank), STEPS), 3), "the weights of process 1 are not those of process 0");
    all_say(told(&|_| (2, 3, STEPS), 3), "3 processes are to share the batches of a step, but there are 2");
}

#[cfg(feature = "mpi")]
mod mpi {
    use super::*;
    use latent_train::processes::Processes;
    use std::process::{Command, Output};
    use std::time::Duration;

    const FOLDER: &str = "LATENT_TRAIN_MPI_CHILD";
    const DIES: &str = "LATENT_TRAIN_MPI_DIES";

    /// Not a test of its own: what the tests below start several times.
    #[test]
    fn child() {
        let Some(folder) = std::env::var_os(FOLDER) else { return };
        let folder = Path::new(&folder);
        let processes = Processes::started().unwrap();
        let ranks = processes.ranks();
        if std::env::var_os(DIES).is_some() && ranks.rank() == 1 {
            return processes.fail(&"the disk is on fire");
        }
        let (weights, _) = train(ranks.clone(), &folder.join("checkpoints"), STEPS);
        fs::write(folder.join(format!("weights-{}", ranks.rank())), format!("{weights:?}")).unwrap();
        processes.finish();
    }

    /// This test binary as so many processes. None, said aloud, without a launcher.
    fn mpirun(size: usize, folder: &Path) -> Option<Command> {
        latent_needs::Need::Mpi.find()?;
        fs::create_dir_all(folder.join("checkpoints")).unwrap();
        let mut command = Command::new("mpirun");
        command
            .args(["--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", &size.to_string()])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "mpi::child", "--nocapture"])
            .env(FOLDER, folder)
            .env("RAYON_NUM_THREADS", "1");
        Some(command)
    }

    fn text(output: &Output) -> String {
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    }

    /// That every process has the weights of one, and the checkpoints are its.
    fn assert_as_alone(folder: &Path, size: usize) {
        let (want, checkpoints) = alone();
        for rank in 0..size {
            let weights = fs::read_to_string(folder.join(format!("weights-{rank}"))).unwrap();
            assert!(weights == format!("{:?}", want.0), "process {rank} of {size}");
        }
        assert!(files(&folder.join("checkpoints")) == checkpoints, "the checkpoints of {size} processes");
    }

    #[test]
    fn processes_have_the_bits_of_one() {
        for size in [2, 3, 4] {
            let here = tempfile::tempdir().unwrap();
            let Some(mut command) = mpirun(size, here.path()) else { return };
            let output = command.output().unwrap();
            assert!(output.status.success(), "{}", text(&output));
            assert_as_alone(here.path(), size);
        }
    }

    #[test]
    fn killed_it_goes_on_with_another_number_of_processes() {
        let here = tempfile::tempdir().unwrap();
        // A little later each time, until a run comes to its end.
        for (attempt, size) in [2, 3, 1, 4].into_iter().cycle().enumerate() {
            let Some(mut command) = mpirun(size, here.path()) else { return };
            let mut launcher = command.spawn().unwrap();
            for _ in 0..30 + 5 * attempt {
                std::thread::sleep(Duration::from_millis(10));
                if launcher.try_wait().unwrap().is_some() {
                    break;
                }
            }
            if let Some(status) = launcher.try_wait().unwrap() {
                assert!(status.success());
                assert_as_alone(here.path(), size);
                return;
            }
            launcher.kill().unwrap();
            launcher.wait().unwrap();
            // Processes see that their launcher is gone, each when it next looks.
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    #[test]
    fn one_that_fails_ends_all() {
        let here = tempfile::tempdir().unwrap();
        let Some(mut command) = mpirun(3, here.path()) else { return };
        let output = command.env(DIES, "1").output().unwrap();
        assert!(!output.status.success());
        assert!(text(&output).contains("process 1 of 3: the disk is on fire"), "{}", text(&output));
        assert!(!here.path().join("weights-0").exists());
    }
}
