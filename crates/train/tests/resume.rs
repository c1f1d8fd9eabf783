//! A run that stops and goes on is the run it would have been, bit for bit.

mod support;

use latent_numeric::parallel::with_threads;
use latent_train::checkpoint::{CheckpointError, Checkpoints, Identity};
use latent_train::interrupt::Interrupt;
use latent_train::{Event, Every, Observer, Outcome, Position, StopReason, Task, TaskError};
use proptest::prelude::*;
use std::cell::Cell;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Game, STEPS, executor};

type Weights = Vec<(String, Vec<u8>)>;

fn undisturbed() -> (Weights, Outcome) {
    let game = Game::new(3);
    let outcome = executor(&game, STEPS, None).run().unwrap();
    (game.weights(), outcome)
}

/// Goes on from the last checkpoint, if there is one, with another model that was drawn differently.
fn go_on(folder: &Path, steps: u64, every: Every) -> (Weights, Outcome) {
    let checkpoints = Checkpoints::new(folder);
    let found = checkpoints.last();
    let game = Game::new(if found.is_ok() { 99 } else { 3 });
    let mut executor = executor(&game, steps, Some((folder, every)));
    match found {
        Ok((checkpoint, _)) => executor.resume(&checkpoint).unwrap(),
        Err(CheckpointError::Missing(_)) => {}
        Err(other) => panic!("{other}"),
    }
    let outcome = executor.run().unwrap();
    (game.weights(), outcome)
}

/// Ends training after so many steps.
struct Halt(u64);

impl Observer<Game> for Halt {
    fn observe(&mut self, _: &Event<'_>, at: Position, _: &Game) -> Result<ControlFlow<()>, TaskError> {
        Ok(if at.step == self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn in_two_parts_on_any_number_of_threads(first in 0..STEPS, threads in prop::sample::select(vec![1_usize, 2, 4])) {
        let here = tempfile::tempdir().unwrap();
        let want = undisturbed();
        let got = with_threads(threads, || {
            let game = Game::new(3);
            let outcome = executor(&game, STEPS, Some((here.path(), Every::Never)))
                .observe(Every::Steps(1), Halt(first))
                .run()
                .unwrap();
            assert_eq!((outcome.reason, outcome.step), (StopReason::Interrupted, first));
            go_on(here.path(), STEPS, Every::Steps(7))
        });
        prop_assert_eq!(got.unwrap(), want);
    }
}

#[test]
fn a_finished_run_stays_as_it_is() {
    let here = tempfile::tempdir().unwrap();
    let first = go_on(here.path(), STEPS, Every::Steps(10));
    assert_eq!(go_on(here.path(), STEPS, Every::Steps(10)), first);
    assert_eq!(first.1.reason, StopReason::Finished);
}

#[test]
fn another_run_is_refused_with_what_differs() {
    let here = tempfile::tempdir().unwrap();
    go_on(here.path(), 4, Every::Never);
    let (mut checkpoint, _) = Checkpoints::new(here.path()).last().unwrap();
    checkpoint.identity = Identity { config: "seed = 8\n".into(), data: "others".into() };
    let game = Game::new(3);
    let before = game.weights();
    let error = executor(&game, STEPS, Some((here.path(), Every::Never))).resume(&checkpoint).unwrap_err();
    let told = error.to_string();
    assert!(told.contains("seed was 8, is 7") && told.contains("the data were others, are points 1 x 9"), "{told}");
    assert_eq!(game.weights(), before);
}

/// Not a test of its own: what the test below starts and kills.
#[test]
fn child() {
    if let Some(folder) = std::env::var_os("LATENT_TRAIN_CHILD") {
        go_on(&PathBuf::from(folder), STEPS, Every::Steps(1));
    }
}

#[test]
fn killed_at_any_moment_it_goes_on() {
    let want = undisturbed();
    let this = std::env::current_exe().unwrap();
    let mut kills = 0;
    for round in 0..4_u64 {
        let here = tempfile::tempdir().unwrap();
        // A little later each time, so that every part of the program is hit, until a child comes to its end.
        for attempt in 0.. {
            let mut child = Command::new(&this)
                .args(["--exact", "child"])
                .env("LATENT_TRAIN_CHILD", here.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_micros(8_000 + 2_500 * attempt + 613 * round));
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success());
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
        }
        assert_eq!(go_on(here.path(), STEPS, Every::Never), want);
    }
    eprintln!("{kills} processes were killed");
    assert!(kills > 0);
}

#[test]
fn a_damaged_checkpoint_and_half_written_ones_are_passed_over() {
    let here = tempfile::tempdir().unwrap();
    let (want, _) = undisturbed();
    go_on(here.path(), 30, Every::Steps(10));
    let (last, _) = Checkpoints::new(here.path()).last().unwrap();
    let path = here.path().join(format!("step-{:012}.safetensors", last.step));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    fs::write(here.path().join(".step-000000000031.safetensors.tmp"), b"half").unwrap();
    assert_eq!(go_on(here.path(), STEPS, Every::Never).0, want);
}

#[test]
fn what_is_not_finite_stops_the_run_and_the_last_good_weights_stay() {
    let here = tempfile::tempdir().unwrap();
    let mut game = Game::new(3);
    executor(&game, 9, Some((here.path(), Every::Steps(1)))).run().unwrap();
    let (checkpoint, _) = Checkpoints::new(here.path()).last().unwrap();
    game.poisoned = Some(9);
    let mut executor = executor(&game, STEPS, Some((here.path(), Every::Steps(1))));
    executor.resume(&checkpoint).unwrap();
    let outcome = executor.run().unwrap();
    let StopReason::NotFinite(found) = outcome.reason else { panic!("{:?}", outcome.reason) };
    assert_eq!((found.step, &*found.player, &*found.what), (9, "fit", "objective"));
    assert_eq!(found.origin.unwrap().operator, "ln");
    assert!(found.value.is_nan() && found.last_gradient_norm.is_some_and(f64::is_finite));
    assert_eq!(Checkpoints::new(here.path()).last().unwrap().0.step, 9);
}

#[test]
fn what_was_prepared_comes_from_the_checkpoint() {
    let prepared = Cell::new(0);
    let run = |folder: &Path, steps: u64| {
        let game = Game::new(3);
        let prepare = |_: &Interrupt| {
            prepared.set(prepared.get() + 1);
            game.model().parameters().iter().for_each(|(_, parameter)| parameter.elements().fill(0.25));
            Ok(())
        };
        let mut executor = executor(&game, steps, Some((folder, Every::Never))).prepare(prepare);
        if let Ok((checkpoint, _)) = Checkpoints::new(folder).last() {
            executor.resume(&checkpoint).unwrap();
        }
        executor.run().unwrap();
        game.weights()
    };
    let [whole, parts] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let want = run(whole.path(), STEPS);
    assert!(prepared.get() == 1 && want != undisturbed().0);
    run(parts.path(), 3);
    assert_eq!((run(parts.path(), STEPS), prepared.get()), (want, 2));
}

#[test]
fn what_cannot_be_prepared_ends_training_before_its_first_step() {
    let game = Game::new(3);
    let before = game.weights();
    let told = executor(&game, STEPS, None).prepare(|_| Err("no samples".into())).run().unwrap_err();
    assert_eq!((told.to_string(), game.weights()), ("no samples".to_owned(), before));
}

#[test]
fn preparation_that_was_interrupted_leaves_no_checkpoint_and_is_done_again() {
    let here = tempfile::tempdir().unwrap();
    let run = |interrupt: Interrupt| {
        let game = Game::new(3);
        let prepare = |interrupt: &Interrupt| {
            interrupt.check()?;
            game.model().parameters().iter().for_each(|(_, parameter)| parameter.elements().fill(0.25));
            Ok(())
        };
        let executor = executor(&game, STEPS, Some((here.path(), Every::Never)));
        let mut executor = executor.interrupt(interrupt).prepare(prepare);
        let outcome = executor.run().unwrap();
        (outcome.reason, outcome.step, executor.is_prepared())
    };
    let raised = Interrupt::default();
    raised.raise();
    assert_eq!(run(raised), (StopReason::Interrupted, 0, false));
    assert!(Checkpoints::new(here.path()).last().is_err());
    assert_eq!(run(Interrupt::default()), (StopReason::Finished, STEPS, true));
}

/// Killed right after, it has nothing to prepare.
#[test]
fn a_checkpoint_has_what_was_prepared_before_the_first_step() {
    let (here, game) = (tempfile::tempdir().unwrap(), Game::new(3));
    let stop = |event: &Event<'_>, _: Position, _: &Game| {
        Ok(if matches!(event, Event::Begin) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    let executor = executor(&game, STEPS, Some((here.path(), Every::Never)));
    let outcome = executor.observe(Every::Never, stop).prepare(|_| Ok(())).run().unwrap();
    assert_eq!((outcome.reason, outcome.step), (StopReason::Interrupted, 0));
    assert_eq!(Checkpoints::new(here.path()).last().unwrap().0.step, 0);
}
