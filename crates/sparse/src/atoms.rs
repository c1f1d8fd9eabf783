//! A dictionary and what every solver needs to know of it.

use crate::SparseError;
use crate::units::{norm_of, require_moderate, unit_of};
use latent_numeric::Scalar;
use latent_numeric::linalg::singular_values;
use latent_numeric::matmul::matmul;
use latent_numeric::parallel::{self, Cached};
use ndarray::{Array2, ArrayView2, Axis};

/// A dictionary `W` of atoms in columns, with its Gram matrix `G = W' W`.
///
/// # Shapes
/// `W` is (features, atoms), `G` is (atoms, atoms).
#[derive(Clone, Debug)]
pub struct Dictionary<E> {
    atoms: Array2<E>,
    gram: Array2<E>,
    lipschitz: Cached<E>,
}

impl<E: Scalar> Dictionary<E> {
    /// A dictionary of these atoms, which are checked, with their Gram matrix. Atoms may have any norm whose square is well within the range of
    /// the scalar (up to a factor of `2^26`), or be zero.
    ///
    /// # Errors
    /// If there are no atoms or features, if a value is not finite, or if the norm of an atom is out of that range.
    pub fn new(atoms: Array2<E>) -> Result<Self, SparseError> {
        let (features, count) = atoms.dim();
        if features == 0 || count == 0 {
            return Err(SparseError::EmptyDictionary { features, atoms: count });
        }
        check_finite("the dictionary", atoms.view())?;
        for (j, atom) in atoms.columns().into_iter().enumerate() {
            require_moderate::<E>("the norm of atom", j, norm_of(&atom))?;
        }
        let gram = matmul(atoms.t(), atoms.view());
        Ok(Self { atoms, gram, lipschitz: Cached::new() })
    }

    /// The atoms in columns, (features, atoms).
    pub fn atoms(&self) -> ArrayView2<'_, E> {
        self.atoms.view()
    }

    /// The Gram matrix `W' W`, (atoms, atoms).
    pub fn gram(&self) -> ArrayView2<'_, E> {
        self.gram.view()
    }

    /// The number of features, the length of an atom.
    pub fn features(&self) -> usize {
        self.atoms.nrows()
    }

    /// The number of atoms.
    pub fn len(&self) -> usize {
        self.atoms.ncols()
    }

    /// Always false: a dictionary has at least one atom.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The largest eigenvalue of `G`, which is the Lipschitz constant of the gradient of
    /// `1/2 ||x - W z||^2`; an upper bound on it, should its computation not converge. Computed at the first call.
    pub fn lipschitz(&self) -> E {
        *self.lipschitz.get_or_compute(|| {
            // W W' has the same largest eigenvalue: take the smaller of the two.
            if self.features() < self.len() {
                largest_eigenvalue(matmul(self.atoms(), self.atoms.t()).view())
            } else {
                largest_eigenvalue(self.gram())
            }
        })
    }

    /// `W z` for each row of `codes`.
    ///
    /// # Shapes
    /// `codes` is (samples, atoms), the result (samples, features).
    ///
    /// # Panics
    /// If `codes` has another number of columns than there are atoms.
    pub fn reconstruct(&self, codes: ArrayView2<E>) -> Array2<E> {
        matmul(codes, self.atoms.t())
    }

    pub(crate) fn gram_array(&self) -> &Array2<E> {
        &self.gram
    }

    /// Checks shape and values of samples in rows.
    pub(crate) fn check_samples(&self, x: ArrayView2<'_, E>) -> Result<(), SparseError> {
        check_shape("the samples", x, [x.nrows(), self.features()])?;
        check_finite("the samples", x)
    }

    /// Checks shape and values of codes to start from, one for each of so many samples.
    pub(crate) fn check_start(&self, samples: usize, start: ArrayView2<'_, E>) -> Result<(), SparseError> {
        check_shape("the starting codes", start, [samples, self.len()])?;
        check_finite("the starting codes", start)
    }

    /// The array of the atoms, (features, atoms), without the Gram matrix.
    pub fn into_atoms(self) -> Array2<E> {
        self.atoms
    }
}

fn check_shape<E>(what: &'static str, a: ArrayView2<'_, E>, expected: [usize; 2]) -> Result<(), SparseError> {
    if a.shape() == expected {
        return Ok(());
    }
    Err(SparseError::Shape { what, found: a.shape().to_vec(), expected: expected.to_vec() })
}

/// Rows that are checked together.
const ROWS: usize = 64;

/// Finds the first value that is not finite, row by row.
pub(crate) fn check_finite<E: Scalar>(what: &'static str, a: ArrayView2<E>) -> Result<(), SparseError> {
    let blocks = parallel::map(a.axis_chunks_iter(Axis(0), ROWS), |_, rows| {
        // 0 times a value is 0 for every finite one and NaN for the others.
        if rows.iter().fold(E::zero(), |s, &v| s + v * E::zero()) == E::zero() {
            return None;
        }
        rows.indexed_iter().find(|(_, v)| !v.is_finite()).map(|((i, j), v)| (i, j, v.as_f64()))
    });
    match blocks.into_iter().enumerate().find_map(|(k, bad)| bad.map(|(i, j, v)| (k * ROWS + i, j, v))) {
        Some((row, column, value)) => Err(SparseError::NonFinite { what, row, column, value }),
        None => Ok(()),
    }
}

/// The largest eigenvalue of a symmetric positive semidefinite matrix.
fn largest_eigenvalue<E: Scalar>(a: ArrayView2<E>) -> E {
    // In units: a decomposition squares its elements.
    let unit = unit_of(a.iter());
    let scaled = a.mapv(|v| v / unit);
    let largest = singular_values(scaled.view()).ok().and_then(|s| s.first().copied());
    unit * largest.unwrap_or_else(|| bound_on_eigenvalues(scaled.view()))
}

/// The largest sum of magnitudes in a row, which no eigenvalue of a symmetric matrix exceeds (Gershgorin).
fn bound_on_eigenvalues<E: Scalar>(a: ArrayView2<E>) -> E {
    let sums = a.rows().into_iter().map(|row| row.iter().map(|v| v.abs().as_f64()).sum::<f64>());
    E::of(sums.fold(0.0, |most, sum| if sum > most { sum } else { most }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::random::Stream;

    #[test]
    fn the_bound_is_no_less_than_the_eigenvalue() {
        let mut s = Stream::new(1, "atoms", &[]);
        for size in 1..20 {
            let w: Array2<f64> = s.normal_array((size, 2 * size));
            let gram = w.t().dot(&w);
            assert!(bound_on_eigenvalues(gram.view()) >= largest_eigenvalue(gram.view()) * (1.0 - 1e-12));
        }
    }
}
