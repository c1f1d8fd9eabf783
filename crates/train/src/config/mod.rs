//! Configurations: one TOML file a run, checked as a whole.
//!
//! A configuration is a struct with `serde`'s traits and a default. [`read`] takes a file's text and overrides from the
//! command line and answers with the struct, or with every mistake at once: each with its key and what is allowed.
//! Keys that are not given keep their default.
//!
//! ```
//! use latent_train::config::{self, Check, Problems};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, Serialize, Deserialize)]
//! #[serde(default)]
//! struct Config {
//!     latent_dim: usize,
//!     beta: f64,
//!     likelihood: Likelihood,
//! }
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! #[serde(rename_all = "kebab-case")]
//! enum Likelihood {
//!     Bernoulli,
//!     Gaussian,
//! }
//!
//! impl Default for Config {
//!     fn default() -> Self {
//!         Self { latent_dim: 20, beta: 1.0, likelihood: Likelihood::Bernoulli }
//!     }
//! }
//!
//! impl Check for Config {
//!     fn check(&self, problems: &mut Problems) {
//!         problems.require(self.beta >= 0.0, "beta", format!("must not be negative, got {}", self.beta));
//!     }
//! }
//!
//! let config: Config = config::read("beta = 4.0", &["likelihood=gaussian".parse()?])?;
//! assert_eq!((config.latent_dim, config.beta, config.likelihood), (20, 4.0, Likelihood::Gaussian));
//!
//! let error = config::read::<Config>("beta = -1.0\nlatent_dims = 3\nlikelihood = 'poisson'", &[]).unwrap_err();
//! let told = error.to_string();
//! assert!(told.contains("beta: must not be negative, got -1"));
//! assert!(told.contains("latent_dims: there is no such key; did you mean latent_dim?"));
//! assert!(told.contains("likelihood: unknown variant `poisson`, expected `bernoulli` or `gaussian`"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Parts that most trainings have are here as structs: [`Training`] (how long, how often), and [`Optimizer`] with its
//! [`Schedule`] and [`AverageSettings`](latent_optim::AverageSettings), one for each player.

mod average;
mod optimizer;
mod overriding;
mod problem;
mod reading;
mod schedule;
mod training;

pub use optimizer::Optimizer;
pub use overriding::{Override, OverrideError};
pub use problem::{Check, ConfigError, Problem, Problems};
pub use reading::{nearest, read, read_file, read_with_defaults};
pub use schedule::{Decay, Schedule};
pub use training::{EarlyStop, Training};
