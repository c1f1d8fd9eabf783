//! What a session is told beside the executor.

use crate::config::Training;
use crate::interrupt::Interrupt;
use crate::run::{DataSource, Place};

/// Whether a run is new or resumes one that stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// The run is new; an earlier one of the same configuration and seed is moved aside.
    #[default]
    New,
    /// The run is resumed if its folder has one, and new otherwise.
    IfBegun,
    /// The run must exist, and is resumed.
    Required,
}

/// The options of a session, beside the executor and the configuration.
#[derive(Clone, Debug)]
pub struct Options<'o> {
    /// The name of the study, for the manifest.
    pub study: &'o str,
    /// Where the run folder is made.
    pub place: Place,
    /// Whether the run is new or resumes one that stopped.
    pub resume: Resume,
    /// The seed of every random draw, the same as in the executor's settings.
    pub seed: u64,
    /// The number of worker threads, for the manifest.
    pub threads: usize,
    /// The data sets with their checksums, for the manifest.
    pub data: Vec<DataSource>,
    /// How often is evaluated, saved and logged.
    pub training: &'o Training,
    /// The flag by which a user or a signal stops the run.
    pub interrupt: Interrupt,
}
