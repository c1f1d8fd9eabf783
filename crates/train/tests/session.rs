//! Whole runs: what they leave, how they stop and go on, and what is said when something is in the way.

mod support;

use image::RgbImage;
use latent_optim::{AverageSettings, Schedule};
use latent_tensor::no_grad;
use latent_train::checkpoint::{CheckpointError, Checkpoints};
use latent_train::config::Training;
use latent_train::health::{DeadUnits, SaturatedDiscriminator};
use latent_train::interrupt::Interrupt;
use latent_train::run::{Place, RunError};
use latent_train::session::{Ended, Options, Resume, Session, SessionError};
use latent_train::{Event, Every, Executor, Limit, Pass, Player, Position, Settings, Source, StopReason, Task};
use serde::Serialize;
use serde_json::Value;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use support::{Game, STEPS, TEST, TRAIN, executor};

#[derive(Clone, Serialize)]
struct Config {
    beta: f64,
}

fn training() -> Training {
    Training { checkpoint_every: Every::Steps(10), ..Training::default() }
}

fn start<'a, T: Task>(
    executor: Executor<'a, T>,
    folder: &Path,
    resume: Resume,
    (beta, seed): (f64, u64),
) -> Result<Session<'a, T>, SessionError> {
    let training = training();
    let options = Options {
        study: "toy",
        place: Place::Exactly(folder.to_owned()),
        resume,
        seed,
        threads: 2,
        data: Vec::new(),
        training: &training,
        interrupt: Interrupt::default(),
    };
    Session::start(executor, &Config { beta }, options)
}

const CONFIG: (f64, u64) = (0.5, 7);

/// Trains in a folder, perhaps only until some step.
fn train(folder: &Path, resume: Resume, until: Option<u64>) -> Result<Ended, SessionError> {
    let game = Game::new(3);
    let halt = move |_: &Event<'_>, at: Position, _: &Game| {
        Ok(if Some(at.step) == until { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    start(executor(&game, STEPS, None), folder, resume, CONFIG)?
        .images(Every::Steps(20), |_, at| Ok(vec![("pattern".to_owned(), RgbImage::new(at.step as u32 + 1, 2))]))
        .monitor(DeadUnits::atoms(|_: &Game| Ok(vec![0.0, 0.5])))
        .monitor(windows())
        .observe(Every::Steps(1), halt)
        .run()
}

/// Warns after the 21st step of the critic, which is step 32.
fn windows() -> SaturatedDiscriminator {
    SaturatedDiscriminator::new("critic", 1e9).patience(7, 3)
}

fn lines(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All that a run computes: the metrics without their times, and the weights.
fn results(folder: &Path) -> (Vec<Value>, Vec<u8>) {
    let mut lines = lines(folder);
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("seconds");
    }
    (lines, fs::read(folder.join("model.safetensors")).unwrap())
}

#[test]
fn a_run_leaves_what_it_should() {
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("run");
    let ended = train(&folder, Resume::New, None).unwrap();
    assert_eq!((ended.outcome.reason.clone(), ended.is_complete(), ended.help()), (StopReason::Finished, true, None));
    assert!(!folder.join("DONE").exists());
    ended.finish().unwrap();

    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("events.out.tfevents."))
        .collect();
    names.sort();
    let want = ["DONE", "checkpoints", "config.toml", "images", "manifest.json", "metrics.jsonl", "model.safetensors"];
    assert_eq!(names, want);
    assert_eq!(image::open(folder.join("images/pattern.png")).unwrap().width(), STEPS as u32 + 1);
    let pictures = fs::read_dir(folder.join("images/pattern")).unwrap().count();
    assert_eq!(pictures, 3, "after 20 and 40 steps, and at the end");

    let lines = lines(&folder);
    let of = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).collect::<Vec<_>>();
    assert_eq!((of("step").len(), of("end").len()), (STEPS as usize, 1));
    assert_eq!(of("validation").len(), 10, "every 5 of 48 steps, and at the end");
    assert!(of("step").iter().all(|line| line["gradient_norm"].is_f64() && line["values"]["objective"].is_f64()));
    assert!(of("step").iter().any(|line| line["player"] == "critic") && of("validation")[0]["averaged"] == true);
    let dead: Vec<_> = of("health").into_iter().filter(|line| line["monitor"] == "dead_atoms").collect();
    assert_eq!((dead.len(), &dead[0]["message"]), (1, &Value::from("1 of 2 atoms are used by no sample")));
    let saturated = of("health").into_iter().find(|line| line["monitor"] == "saturated_discriminator").unwrap();
    assert_eq!(saturated["step"], 32);
    let seconds: Vec<f64> = of("step").iter().map(|line| line["seconds"].as_f64().unwrap()).collect();
    assert!(seconds.is_sorted());
}

#[test]
fn stopped_and_gone_on_it_leaves_the_same() {
    let here = tempfile::tempdir().unwrap();
    let (whole, parts) = (here.path().join("whole"), here.path().join("parts"));
    train(&whole, Resume::New, None).unwrap();
    for (resume, until) in [(Resume::New, 13), (Resume::Required, 30), (Resume::IfBegun, 31)] {
        let ended = train(&parts, resume, Some(until)).unwrap();
        assert_eq!(ended.outcome.reason, StopReason::Interrupted);
        assert!(ended.help().unwrap().contains("--resume"));
        assert!(!ended.is_complete() && ended.finish().is_ok() && !parts.join("DONE").exists());
    }
    // As if more had been done before the kill than the last checkpoint knows of.
    let metrics = parts.join("metrics.jsonl");
    let more = fs::read_to_string(&metrics).unwrap() + "{\"kind\":\"step\",\"step\":32}\n{\"kind\":\"st";
    fs::write(&metrics, more).unwrap();
    train(&parts, Resume::IfBegun, None).unwrap().finish().unwrap();
    assert_eq!(results(&parts), results(&whole));
    let manifest: Value = serde_json::from_slice(&fs::read(parts.join("manifest.json")).unwrap()).unwrap();
    let steps: Vec<_> = manifest["resumed"].as_array().unwrap().iter().map(|entry| entry["step"].clone()).collect();
    assert_eq!(steps, [13, 30, 31]);
}

#[test]
fn what_does_not_match_is_refused_and_nothing_is_changed() {
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("run");
    let error = train(&folder, Resume::Required, None).unwrap_err();
    assert!(matches!(&error, SessionError::Run(RunError::NoRun { .. })) && error.help().is_some(), "{error}");
    assert!(!folder.exists());
    train(&folder, Resume::IfBegun, Some(20)).unwrap();
    let before = (lines(&folder), fs::read(folder.join("manifest.json")).unwrap());

    let game = Game::new(3);
    let weights = game.weights();
    let refused = |config| start(executor(&game, STEPS, None), &folder, Resume::Required, config).err().unwrap();
    let error = refused((0.25, 8));
    let told = error.to_string();
    assert!(told.contains("beta was 0.5, is 0.25") && told.contains("seed was 7, is 8"), "{told}");
    assert!(error.help().unwrap().contains("without --resume"));

    let settings = Settings { turns: vec![1, 2], ..Settings::new(Limit::Steps(STEPS), 7) };
    let players = || {
        let adam = latent_optim::OptimizerSettings::Adam(latent_optim::Adam::default());
        Player::new(adam.optimizer(Schedule::Constant).unwrap())
    };
    let other = Executor::new(&game, &TEST, vec![players(), players()], settings).unwrap();
    let error = start(other, &folder, Resume::Required, CONFIG).err().unwrap();
    let told = error.to_string();
    assert!(told.contains("the data were points 1 x 9; validated on points 2 x 3, are points 2 x 3"), "{told}");
    assert_eq!((lines(&folder), fs::read(folder.join("manifest.json")).unwrap()), before);
    assert_eq!(game.weights(), weights);

    train(&folder, Resume::Required, None).unwrap().finish().unwrap();
    let error = train(&folder, Resume::IfBegun, None).unwrap_err();
    assert!(matches!(&error, SessionError::Run(RunError::Finished { .. })) && error.help().is_some(), "{error}");
}

#[test]
fn damaged_checkpoints_are_passed_over_until_none_is_left() {
    let here = tempfile::tempdir().unwrap();
    let (whole, folder) = (here.path().join("whole"), here.path().join("run"));
    train(&whole, Resume::New, None).unwrap();
    train(&folder, Resume::New, Some(25)).unwrap();
    let checkpoints = Checkpoints::new(folder.join("checkpoints"));
    let cut = |step: u64| {
        let bytes = fs::read(checkpoints.path(step)).unwrap();
        fs::write(checkpoints.path(step), &bytes[..bytes.len() / 3]).unwrap();
    };
    cut(25);
    cut(20);
    let before = lines(&folder);
    let error = train(&folder, Resume::Required, None).unwrap_err();
    assert!(matches!(&error, SessionError::Checkpoint(CheckpointError::Damaged { .. })), "{error}");
    assert!(error.to_string().contains("step-000000000025.safetensors is damaged"), "{error}");
    assert!(error.help().unwrap().contains("without --resume"));
    assert_eq!(lines(&folder), before);

    fs::remove_dir_all(&folder).unwrap();
    train(&folder, Resume::New, Some(25)).unwrap();
    cut(25);
    train(&folder, Resume::Required, None).unwrap();
    assert_eq!(results(&folder), results(&whole));
}

/// `/dev/full` fails every write with "no space left", as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_and_the_checkpoint_before_stays() {
    let here = tempfile::tempdir().unwrap();
    let (whole, folder) = (here.path().join("whole"), here.path().join("run"));
    train(&whole, Resume::New, None).unwrap();
    train(&folder, Resume::New, Some(12)).unwrap();
    let temporary = folder.join("checkpoints/.step-000000000030.safetensors.tmp");
    std::os::unix::fs::symlink("/dev/full", temporary).unwrap();
    let error = train(&folder, Resume::Required, None).unwrap_err();
    assert!(error.to_string().contains("step-000000000030.safetensors: No space left"), "{error}");
    assert!(error.help().unwrap().contains("free some space"));
    assert_eq!(Checkpoints::new(folder.join("checkpoints")).last().unwrap().0.step, 20);
    train(&folder, Resume::Required, None).unwrap();
    assert_eq!(results(&folder), results(&whole));
}

/// A file system of a few pages, gone with the value.
struct Tiny(PathBuf);

impl Tiny {
    fn mount(folder: &Path) -> Option<Self> {
        fs::create_dir_all(folder).ok()?;
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", "size=768k", "tmpfs"]).arg(folder).stderr(Stdio::null());
        mount.status().ok().filter(std::process::ExitStatus::success).map(|_| Self(folder.to_owned()))
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_that_fills_up_loses_nothing_that_was_written() {
    let here = tempfile::tempdir().unwrap();
    let Some(tiny) = Tiny::mount(&here.path().join("tiny")) else {
        latent_needs::skipped("file systems cannot be mounted here");
        return;
    };
    let (whole, folder) = (here.path().join("whole"), tiny.0.join("run"));
    train(&whole, Resume::New, None).unwrap();
    train(&folder, Resume::New, Some(12)).unwrap();
    // All the rest of the space, page by page.
    let filler = tiny.0.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut file, &[1; 512]).is_ok() {}
    drop(file);
    let error = train(&folder, Resume::Required, None).unwrap_err();
    assert!(error.help().unwrap().contains("free some space"), "{error}");
    assert_eq!(Checkpoints::new(folder.join("checkpoints")).last().unwrap().0.step, 12);
    fs::remove_file(filler).unwrap();
    train(&folder, Resume::Required, None).unwrap();
    assert_eq!(results(&folder), results(&whole));
}

#[test]
fn a_file_in_the_place_of_a_folder_is_told() {
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("run");
    train(&folder, Resume::New, Some(3)).unwrap();
    fs::remove_dir_all(folder.join("checkpoints")).unwrap();
    fs::write(folder.join("checkpoints"), "not a folder").unwrap();
    let error = train(&folder, Resume::Required, None).unwrap_err();
    assert!(error.to_string().contains("checkpoints"), "{error}");
    let error = train(&folder.join("checkpoints/run"), Resume::New, None).unwrap_err();
    assert!(error.help().unwrap().contains("part of that path is a file"), "{error}");
    assert_eq!(fs::read_to_string(folder.join("checkpoints")).unwrap(), "not a folder");
}

#[test]
fn a_number_that_is_not_finite_is_told_with_the_last_good_weights() {
    let here = tempfile::tempdir().unwrap();
    let mut game = Game::new(3);
    game.poisoned = Some(0);
    let session = start(executor(&game, STEPS, None), here.path(), Resume::New, CONFIG).unwrap();
    let ended = session.run().unwrap();
    assert!(
        ended.message().starts_with("training stopped: objective of the fit is NaN after 0 steps (epoch 0, batch 0)")
    );
    assert!(ended.message().contains("; the first tensor that is not finite is the result of ln, of shape "));
    let help = ended.help().unwrap();
    assert!(help.contains("optimizer.clip_norm") && !help.contains("the last good weights"), "{help}");
    assert_eq!(ended.checkpoint, None, "no weights are known to be good");
    assert!(!here.path().join("model.safetensors").exists());
    ended.finish().unwrap();
    assert!(!here.path().join("DONE").exists());
}

/// Its weights become infinite in a step.
struct Breaks {
    game: Game,
    left: AtomicU64,
}

impl Task for Breaks {
    type Batch = <Game as Task>::Batch;

    fn model(&self) -> &dyn latent_layers::Module {
        self.game.model()
    }

    fn players(&self) -> Vec<(latent_train::Name, &dyn latent_layers::Module)> {
        self.game.players()
    }

    fn loss(
        &self,
        player: usize,
        batch: &Self::Batch,
        pass: &mut Pass,
    ) -> Result<latent_train::Terms, latent_train::TaskError> {
        self.game.loss(player, batch, pass)
    }

    fn evaluate(&self, batch: &Self::Batch, pass: &mut Pass) -> Result<latent_train::Terms, latent_train::TaskError> {
        self.game.evaluate(batch, pass)
    }

    fn after_step(&self, _: usize) -> Result<(), latent_train::TaskError> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let (_, module) = self.game.players()[0];
            module.parameters()[0].1.elements().fill(f32::INFINITY);
        }
        Ok(())
    }
}

/// Of a task on the points, without anything but plain Adam.
fn plain<T: Task<Batch = <Game as Task>::Batch>>(task: &T, settings: Settings) -> Executor<'_, T> {
    let adam = || latent_optim::OptimizerSettings::Adam(latent_optim::Adam::default()).optimizer(Schedule::Constant);
    let players = vec![Player::new(adam().unwrap()), Player::new(adam().unwrap())];
    Executor::new(task, &TRAIN, players, settings).unwrap().validate(&TEST)
}

#[test]
fn weights_that_are_not_finite_end_the_run_before_they_are_saved() {
    // Found by a checkpoint, by a validation, and by the next loss.
    for (checkpoint, validate) in [(7, 100), (100, 7), (100, 100)] {
        let here = tempfile::tempdir().unwrap();
        let task = Breaks { game: Game::new(3), left: AtomicU64::new(7) };
        let settings = Settings { validate: Every::Steps(validate), ..Settings::new(Limit::Steps(STEPS), 7) };
        let training = Training { checkpoint_every: Every::Steps(checkpoint), ..Training::default() };
        let options = Options {
            study: "toy",
            place: Place::Exactly(here.path().join("run")),
            resume: Resume::New,
            seed: 7,
            threads: 1,
            data: Vec::new(),
            training: &training,
            interrupt: Interrupt::default(),
        };
        let ended = Session::start(plain(&task, settings), &Config { beta: 0.5 }, options).unwrap().run().unwrap();
        let StopReason::NotFinite(found) = &ended.outcome.reason else { panic!("{:?}", ended.outcome) };
        assert_eq!(found.step, 7, "{found}");
        let by = if checkpoint == 7 {
            "model"
        } else if validate == 7 {
            "validation"
        } else {
            &found.player
        };
        assert_eq!(found.player, by);
        assert_eq!(ended.checkpoint, None, "no weights were good enough to be saved");
    }
}

#[test]
fn the_weights_that_stay_are_those_that_were_evaluated() {
    let game = Game::new(3);
    let mut last = Vec::new();
    let adam = || latent_optim::OptimizerSettings::Adam(latent_optim::Adam::default()).optimizer(Schedule::Constant);
    let averages = AverageSettings { decay: 0.9, ..AverageSettings::default() };
    let fit = Player::new(adam().unwrap()).average(averages, game.players()[0].1).unwrap();
    let settings = Settings::new(Limit::Steps(20), 7);
    Executor::new(&game, &TRAIN, vec![fit, Player::new(adam().unwrap())], settings)
        .unwrap()
        .validate(&TEST)
        .observe(Every::Never, |event: &Event<'_>, _: Position, _: &Game| {
            if let Event::Validation(validation) = event {
                last = validation.values.clone();
            }
            Ok(ControlFlow::Continue(()))
        })
        .run()
        .unwrap();
    let mut mean = latent_train::MeanTerms::default();
    for index in 0..TEST.batches() {
        let terms = no_grad(|| game.evaluate(&TEST.batch(0, index), &mut Pass::evaluate(7, index as u64)));
        mean.add(&terms.unwrap());
    }
    assert_eq!(mean.values(), last);
}

#[test]
fn a_discriminator_at_its_bound_is_told_once() {
    let here = tempfile::tempdir().unwrap();
    let game = Game::new(3);
    let monitor = || SaturatedDiscriminator::new("critic", 1e9).patience(4, 2);
    let settings = || Settings::new(Limit::Steps(40), 7);
    let session = start(plain(&game, settings()), &here.path().join("run"), Resume::New, CONFIG).unwrap();
    session.monitor(monitor()).monitor(SaturatedDiscriminator::new("critic", 1e-9)).run().unwrap();
    let told: Vec<Value> =
        lines(&here.path().join("run")).into_iter().filter(|line| line["kind"] == "health").collect();
    // Eight steps of the second of two players.
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0]["step"].as_u64(), &told[0]["monitor"]), (Some(16), &Value::from("saturated_discriminator")));
}

/// Not a test of its own: what the test below starts and kills.
#[test]
fn child() {
    if let Some(folder) = std::env::var_os("LATENT_TRAIN_SESSION_CHILD") {
        train(&PathBuf::from(folder), Resume::IfBegun, None).unwrap().finish().unwrap();
    }
}

#[test]
fn killed_at_any_moment_a_run_leaves_the_same() {
    let here = tempfile::tempdir().unwrap();
    let (whole, folder) = (here.path().join("whole"), here.path().join("run"));
    train(&whole, Resume::New, None).unwrap().finish().unwrap();
    let mut kills = 0;
    for attempt in 0.. {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child"])
            .env("LATENT_TRAIN_SESSION_CHILD", &folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(8_000 + 2_900 * attempt));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        if folder.join("DONE").exists() {
            break;
        }
    }
    eprintln!("{kills} processes were killed");
    assert!(kills > 0 && folder.join("DONE").exists());
    assert_eq!(results(&folder), results(&whole));
}
