//! What is evaluated while training, and what may be chosen by it.

mod support;

use latent_optim::{OptimizerSettings, Schedule};
use latent_train::checkpoint::{Checkpoints, Identity};
use latent_train::{EarlyStopping, Mode};
use latent_train::{Evaluated, Event, Every, Executor, Limit, Player, Position, Settings};
use std::cell::RefCell;
use std::ops::ControlFlow;
use support::{Game, STEPS, TEST, TRAIN, executor};

#[test]
fn nothing_is_chosen_by_test_samples() {
    let (here, game) = (tempfile::tempdir().unwrap(), Game::new(3));
    let told = executor(&game, STEPS, None).evaluate(Evaluated::Test, &TEST).run().unwrap_err().to_string();
    assert!(told.contains("early stopping would choose the weights by the test set"), "{told}");

    let settings = Settings { validate: Every::Steps(1), ..Settings::new(Limit::Steps(4), 7) };
    let seen = RefCell::new(Vec::new());
    let watch = |event: &Event<'_>, _: Position, _: &Game| {
        if let Event::Validation(validation) = event {
            seen.borrow_mut().push((validation.on, validation.improved));
        }
        Ok(ControlFlow::Continue(()))
    };
    let of = |on: Evaluated| {
        let game = Game::new(3);
        seen.borrow_mut().clear();
        let players = vec![plain_player(), plain_player()];
        let to = Checkpoints { every: Every::Never, ..Checkpoints::new(here.path().join(on.as_str())) };
        let executor = Executor::new(&game, &TRAIN, players, settings.clone()).unwrap().evaluate(on, &TEST);
        let outcome = executor.checkpoints(to, Identity::default()).observe(Every::Never, watch).run().unwrap();
        let names = std::fs::read_dir(here.path().join(on.as_str())).unwrap();
        let best = names.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("best-"));
        let improved = seen.borrow().iter().any(|(_, improved)| *improved);
        ((outcome.best.is_some(), best.count(), improved, seen.borrow()[0].0), game.weights())
    };
    let (test, held_out) = (of(Evaluated::Test), of(Evaluated::HeldOut));
    assert_eq!(test.0, (false, 0, false, Evaluated::Test));
    assert_eq!(held_out.0, (true, 1, true, Evaluated::HeldOut));
    assert_eq!(test.1, held_out.1, "what is evaluated changes nothing");

    let early = Settings { early_stopping: Some(EarlyStopping::new(Mode::Min)), ..settings };
    let executor = Executor::new(&game, &TRAIN, vec![plain_player(), plain_player()], early).unwrap();
    let told = executor.check().unwrap_err().to_string();
    assert!(told.contains("early stopping has nothing to go by"), "{told}");
}

fn plain_player() -> Player {
    let settings = OptimizerSettings::Adam(latent_optim::Adam::default());
    Player::new(settings.optimizer(Schedule::Constant).unwrap())
}
