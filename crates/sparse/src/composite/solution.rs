//! The answer to a batch.

use ndarray::Array2;

/// The codes of a batch, each with its certificate: [`GapCertificate`](super::GapCertificate) or
/// [`StepCertificate`](super::StepCertificate), as the criterion had it.
#[derive(Clone, Debug)]
pub struct Solution<E, C> {
    /// The codes in rows, (samples, atoms).
    pub codes: Array2<E>,
    /// One certificate for each row.
    pub certificates: Vec<C>,
    /// The objective `F(z)` after each step of each sample, where [it was asked for](super::Composite::with_history).
    /// Steps that backtracking rejects are not among them.
    pub history: Option<Vec<Vec<f64>>>,
}
