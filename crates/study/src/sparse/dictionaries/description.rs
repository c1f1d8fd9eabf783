//! A dictionary as `--dry-run` shows it.

use crate::sparse::solvers::SolverName;
use latent_sparse::train::DictionaryTask;
use latent_train::progress::grouped;

/// The sizes of a dictionary, and how samples are coded with it; `condition` is what else codes have to fulfil.
pub fn describe(task: &DictionaryTask, lambda: f64, condition: &str, solver: SolverName) -> String {
    let (features, atoms) = task.atoms().dim();
    format!(
        "dictionary    {features} x {atoms}, columns of unit norm: {} numbers; {} of statistics\n\
         codes         min 1/2 ||x - W z||^2 + {lambda} ||z||_1{condition}, by {solver}",
        grouped((features * atoms) as u64),
        grouped((atoms * (atoms + features)) as u64),
    )
}
