//! What a session is told beside the executor.

use crate::config::Training;
use crate::interrupt::Interrupt;
use crate::run::{DataSource, Place};

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// It is new; one of the same configuration and seed is moved aside.
    #[default]
    New,
    /// It goes on if it was begun, and is new otherwise.
    IfBegun,
    /// The run must exist and is resumed.
    Required,
}

/// What a session is told beside the executor and the configuration.
#[derive(Clone, Debug)]
pub struct Options<'o> {
    /// The study, for the manifest.
    pub study: &'o str,
    /// Where the run folder is.
    pub place: Place,
    /// Whether the run goes on.
    pub resume: Resume,
    /// The seed, as the executor's settings have it.
    pub seed: u64,
    /// The number of worker threads, for the manifest.
    pub threads: usize,
    /// Where the data came from, for the manifest.
    pub data: Vec<DataSource>,
    /// How often is logged and saved.
    pub training: &'o Training,
    /// The flag by which a user or a signal stops the run.
    pub interrupt: Interrupt,
}
