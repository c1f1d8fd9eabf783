//! Work in parts.

use latent_train::interrupt::{Interrupt, Interrupted};
use latent_train::progress::Progress;

/// Work that can be done again, in parts: a progress bar, and an end between two of them when somebody asks for it.
#[derive(Debug)]
pub struct Parts<'i> {
    progress: Option<Progress>,
    interrupt: &'i Interrupt,
}

impl<'i> Parts<'i> {
    /// So many of them, counted in `unit` (a plural noun).
    pub fn new(title: &str, total: usize, unit: &'static str, interrupt: &'i Interrupt) -> Self {
        Self { progress: Some(Progress::new(title, total as u64, unit)), interrupt }
    }

    /// Counts some as done.
    ///
    /// # Errors
    /// If somebody asks for the end.
    pub fn made(&self, parts: usize) -> Result<(), Interrupted> {
        self.progress.iter().for_each(|progress| progress.advance(parts as u64));
        self.interrupt.check()
    }

    /// Shows `text` behind the numbers.
    pub fn note(&self, text: &str) {
        self.progress.iter().for_each(|progress| progress.note(text));
    }
}

impl Drop for Parts<'_> {
    /// A line says how many were done, in which time.
    fn drop(&mut self) {
        self.progress.take().into_iter().for_each(Progress::finish);
    }
}
