//! K-SVD.

use latent_numeric::Scalar;
use ndarray::{Array1, Array2, ArrayView2};

/// Power iterations for the leading singular pair of an atom's residual. They start at the pair of the last
/// epoch, so that few are enough; each is a step of the approximate K-SVD of Rubinstein, Zibulevsky and Elad 2008.
const POWER_ITERATIONS: usize = 4;

/// One round over all atoms. For each, `E = X - Z W'` without its own part, on the samples that use it, is
/// replaced by its best rank-one fit `z_j w_j'`, `||w_j|| = 1`; the coefficients change with the atom but
/// keep their places.
///
/// `x` is (samples, features), `codes` (samples, atoms), `atoms` holds the atoms in rows. With `positive`,
/// coefficients that would become negative are set to zero.
pub(super) fn round<E: Scalar>(x: ArrayView2<E>, codes: &mut Array2<E>, atoms: &mut Array2<E>, positive: bool) {
    let mut residual = &x - &latent_numeric::matmul::matmul(codes.view(), atoms.view());
    for j in 0..atoms.nrows() {
        let users: Vec<usize> = (0..x.nrows()).filter(|&i| codes[[i, j]] != E::zero()).collect();
        if users.is_empty() {
            continue;
        }
        let old = atoms.row(j).to_owned();
        // What the other atoms leave of the users.
        for &i in &users {
            let z = codes[[i, j]];
            residual.row_mut(i).scaled_add(z, &old);
        }
        let mut coefficients: Array1<E> = users.iter().map(|&i| codes[[i, j]]).collect();
        let mut atom = old;
        for _ in 0..POWER_ITERATIONS {
            let mut next = Array1::zeros(atom.len());
            for (&i, &z) in users.iter().zip(&coefficients) {
                next.scaled_add(z, &residual.row(i));
            }
            let norm = next.dot(&next).sqrt();
            if !(norm.is_finite() && norm > E::zero()) {
                break;
            }
            atom = next / norm;
            for (&i, z) in users.iter().zip(coefficients.iter_mut()) {
                let new = residual.row(i).dot(&atom);
                *z = if positive { new.max(E::zero()) } else { new };
            }
        }
        for (&i, &z) in users.iter().zip(&coefficients) {
            codes[[i, j]] = z;
            residual.row_mut(i).scaled_add(-z, &atom);
        }
        atoms.row_mut(j).assign(&atom);
    }
}
