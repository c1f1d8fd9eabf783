//! Atoms that are dead, while learning.

use super::use_of_atoms;
use latent_sparse::train::DictionaryTask;
use latent_train::TaskError;
use latent_train::health::DeadUnits;
use ndarray::Array2;

/// Samples by which atoms are called dead while learning.
pub const PROBED: usize = 1_000;

/// Warns of atoms that none of the samples of `probe` uses, a row each; [`PROBED`] of the test samples are enough.
pub fn dead_atoms<'p>(
    probe: impl Fn() -> Array2<f32> + 'p,
) -> DeadUnits<impl Fn(&DictionaryTask) -> Result<Vec<f64>, TaskError> + 'p> {
    DeadUnits::atoms(move |task: &DictionaryTask| {
        let codes = task.code(probe().view()).map_err(TaskError::from)?;
        Ok(use_of_atoms(&codes.codes).to_vec())
    })
}
