//! Configurations of any text, with any overrides: after a line `---` each line is one, as `--set` takes it.
#![no_main]

use latent_layers::Linear;
use latent_numeric::random::Stream;
use latent_train::config::{self, Check, ConfigError, Optimizer, Override, Problems, Training};
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The parts that the configurations of all studies have.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Config {
    name: String,
    layers: Vec<usize>,
    training: Training,
    optimizer: Optimizer,
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        problems.table("training", &self.training);
        problems.table("optimizer", &self.optimizer);
    }
}

static MODEL: LazyLock<Linear<f32>> = LazyLock::new(|| Linear::new(2, 1, &mut Stream::new(0, "initialisation", &[])));

fuzz_target!(|text: &str| {
    let (text, overrides) = text.split_once("\n---\n").unwrap_or((text, ""));
    let overrides: Vec<Override> = overrides.lines().filter_map(|line| line.parse().ok()).collect();
    match config::read::<Config>(text, &overrides) {
        Ok(config) => {
            // What a run saves is the same configuration.
            let saved = toml::to_string(&config).unwrap();
            let again: Config = config::read(&saved, &[]).unwrap();
            assert_eq!(saved, toml::to_string(&again).unwrap());
            // What was checked can be used; only a model tells whether it has the parameters of groups.
            let player = config.optimizer.player(config.training.total_steps(100), &*MODEL);
            assert!(player.is_ok() || !config.optimizer.groups.is_empty());
        }
        Err(ConfigError::Problems(problems)) => {
            assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.message.is_empty()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
