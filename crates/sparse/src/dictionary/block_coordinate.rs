//! Atoms by block coordinate descent.

use super::statistics::Statistics;
use latent_numeric::Scalar;
use latent_numeric::matmul::{Threads, matmul_into};
use ndarray::{Array2, Axis, s};

/// Atoms whose rows of the residual are kept up to date together; the others follow by one product.
const BLOCK: usize = 32;

/// One round over all atoms. Each in turn becomes the best one of unit norm for the given codes:
///
/// ```text
/// u_j = w_j + (b_j - sum_i A_ji w_i) / A_jj,   w_j = u_j / ||u_j||
/// ```
///
/// `atoms` holds the atoms in rows, (atoms, features). Atoms that no code uses stay. Returns the largest
/// change of an atom, `max_j ||w_j - w_j_old||`. Source: Mairal et al. 2010, algorithm 2; the norm is
/// held at 1 rather than at most 1, at which the l1 penalty ends anyway.
pub(super) fn round<E: Scalar>(statistics: &Statistics<E>, atoms: &mut Array2<E>) -> E {
    let (count, features) = atoms.dim();
    let a = &statistics.codes;
    // b_j - sum_i A_ji w_i for every atom j.
    let mut residual = statistics.samples.clone();
    matmul_into(-E::one(), a.view(), atoms.view(), E::one(), residual.view_mut(), Threads::Pool);
    let mut change = Array2::<E>::zeros((BLOCK.min(count), features));
    let mut largest = E::zero();
    for start in (0..count).step_by(BLOCK) {
        let end = (start + BLOCK).min(count);
        for j in start..end {
            let (earlier, mut rest) = change.view_mut().split_at(Axis(0), j - start);
            let mut delta = rest.row_mut(0);
            delta.fill(E::zero());
            if a[[j, j]] <= E::zero() {
                continue;
            }
            let mut u = residual.row(j).to_owned();
            for (i, d) in earlier.rows().into_iter().enumerate() {
                u.scaled_add(-a[[j, start + i]], &d);
            }
            u.mapv_inplace(|v| v / a[[j, j]]);
            u += &atoms.row(j);
            let norm = u.dot(&u).sqrt();
            if norm.is_finite() && norm > E::zero() {
                u.mapv_inplace(|v| v / norm);
                delta.assign(&(&u - &atoms.row(j)));
                largest = largest.max(delta.dot(&delta).sqrt());
                atoms.row_mut(j).assign(&u);
            }
        }
        let (changed, a_block) = (change.slice(s![..end - start, ..]), a.slice(s![.., start..end]));
        matmul_into(-E::one(), a_block, changed, E::one(), residual.view_mut(), Threads::Pool);
    }
    largest
}

/// Rounds until no atom moves by more than `tolerance`, at most `rounds`.
pub(super) fn to_convergence<E: Scalar>(
    statistics: &Statistics<E>,
    atoms: &mut Array2<E>,
    tolerance: E,
    rounds: usize,
) {
    for _ in 0..rounds {
        if round(statistics, atoms) <= tolerance {
            return;
        }
    }
}
