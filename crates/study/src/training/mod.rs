//! Studies that train: flags, configurations, and the way from there to a finished run.
//!
//! A study is a type with a configuration, a task, sources of batches, and pictures: see [`Study`]. [`main`] is all that
//! its binary has to call. Every such study has the same flags ([`Flags`]): `--config`, `--set`, `--list`, `--check`,
//! `--dry-run`, `--resume`, `--seed`, `--threads`, `--output`, `--dataset`, `--data-dir`.

mod configs;
mod dry_run;
mod evaluation;
mod flags;
mod of_run;
mod resolve;
mod run;
mod study;
mod work;

pub use configs::Configs;
pub use evaluation::Evaluation;
pub use flags::Flags;
pub use of_run::config_of_run;
pub use run::{Asked, arguments, main, run, run_on};
pub use study::{Shorthand, Study, StudyConfig};
pub use work::{Preparation, Work};
