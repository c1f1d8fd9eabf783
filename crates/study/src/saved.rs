//! Figures in a run folder.

use crate::failure::Failure;
use latent_report::plot::Figure;
use latent_train::run::RunFolder;

/// What can be saved in a run folder.
pub trait Save {
    /// Writes it as `images/<name>.svg` and `images/<name>.png`.
    ///
    /// # Errors
    /// If it cannot be drawn, or a file not written.
    fn save(&self, run: &RunFolder, name: &str) -> Result<(), Failure>;
}

impl Save for Figure {
    fn save(&self, run: &RunFolder, name: &str) -> Result<(), Failure> {
        self.files(name)?.iter().try_for_each(|(file, bytes)| Ok(run.bytes(file, bytes)?))
    }
}
