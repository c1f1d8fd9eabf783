//! Sweeps: one study, many settings, several seeds of each.
//!
//! A sweep is a TOML file ([`Sweep`]): which study, what is set, what varies, with which seeds. Each setting and seed is
//! a job: the study's own program, run into a folder of the sweep's under the very name that it would have
//! alone. [`run`] runs the jobs in parallel processes; the same list is written for GNU parallel and as an array of
//! SLURM. A job that was killed goes on where it was, one that is finished is not run again, and so a sweep is started
//! again with the same command, also after settings or seeds were added to it.

mod config;
mod flags;
mod method;
mod methods;
mod plan;
mod program;
mod rows;
mod run;
mod scripts;
mod settings;
mod summary;
mod vary;
mod workers;

pub use config::{Compare, Rank, Search, SearchMode, Sweep};
pub use flags::Flags;
pub use method::Method;
pub use program::Program;
pub use run::{Ended, main, run};
pub use settings::{Choice, Setting};
pub use vary::Parameter;
