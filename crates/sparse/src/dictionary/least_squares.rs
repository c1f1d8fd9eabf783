//! The method of optimal directions.

use super::statistics::Statistics;
use crate::SparseError;
use latent_numeric::Scalar;
use ndarray::Array2;

/// The least-squares dictionary for the given codes, then normalised: in rows, `W' = A^-1 B`.
///
/// Atoms that no code uses stay. `A` gets a ridge of 1e-6 times its mean diagonal, as few samples leave it
/// singular. Source: Engan, Aase and Husoy 1999.
pub(super) fn update<E: Scalar>(statistics: &Statistics<E>, atoms: &mut Array2<E>) -> Result<(), SparseError> {
    let mut a = statistics.codes.clone();
    let ridge = a.diag().mean().unwrap_or_else(E::zero) * E::of(1e-6);
    for (j, d) in a.diag_mut().into_iter().enumerate() {
        *d = if statistics.codes[[j, j]] > E::zero() { *d + ridge } else { E::one() };
    }
    let solved = crate::spd::solve("the method of optimal directions", a.view(), statistics.samples.view())?;
    for (j, (mut atom, new)) in atoms.rows_mut().into_iter().zip(solved.rows()).enumerate() {
        let norm = new.dot(&new).sqrt();
        if statistics.codes[[j, j]] > E::zero() && norm.is_finite() && norm > E::zero() {
            atom.assign(&(&new / norm));
        }
    }
    Ok(())
}
