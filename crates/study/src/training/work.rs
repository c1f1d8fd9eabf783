//! How work is done that comes before the first step.

use crate::failure::Failure;
use latent_train::interrupt::Interrupt;

/// What a study does once, before the first step of a new run.
pub type Preparation<'a> = Box<dyn FnOnce(&Interrupt) -> Result<(), Failure> + 'a>;

/// How work is done that comes before the first step: until somebody asks for the end, and for `--dry-run` not at all
/// if it takes long.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// The flag that is raised when the user asks the program to stop. Work that finds it raised ends with
    /// [`Interrupted`](latent_train::interrupt::Interrupted).
    pub interrupt: Interrupt,
    /// Whether no more is wanted than what tells the sizes of the model and the time of a step.
    pub dry_run: bool,
}
