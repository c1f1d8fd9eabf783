//! Atoms that no sample uses.

use super::statistics::Statistics;
use crate::units::norm_of;
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView2};

/// A residual up to this many times the scalar's epsilon, beside the sample and the parts it is made of, is rounding.
const ROUNDING: f64 = 16.0;

/// How long each atom has gone unused.
#[derive(Clone, Debug)]
pub(super) struct Usage {
    /// Samples since the last one that used the atom.
    pub idle: Vec<usize>,
}

impl Usage {
    pub fn new(atoms: usize) -> Self {
        Self { idle: vec![0; atoms] }
    }

    /// Counts a batch of codes, (samples, atoms).
    pub fn count<E: Scalar>(&mut self, codes: ArrayView2<E>) {
        let mut used = vec![false; self.idle.len()];
        for row in codes.rows() {
            for (used, &z) in used.iter_mut().zip(row) {
                *used |= z != E::zero();
            }
        }
        for (idle, used) in self.idle.iter_mut().zip(used) {
            *idle = if used { 0 } else { *idle + codes.nrows() };
        }
    }

    /// The atoms unused for at least this many samples.
    pub fn dead(&self, dead_after: usize) -> Vec<usize> {
        (0..self.idle.len()).filter(|&j| self.idle[j] >= dead_after).collect()
    }

    /// Replaces dead atoms by the normalised residuals `x - W z` of the worst-fitted samples of a batch, one
    /// for each, and returns how many. A sample that is fitted exactly, but for rounding, replaces nothing.
    ///
    /// `atoms` holds the atoms in rows.
    pub fn replace<E: Scalar>(
        &mut self,
        dead: &[usize],
        x: ArrayView2<E>,
        codes: ArrayView2<E>,
        data_terms: &[f64],
        atoms: &mut Array2<E>,
        statistics: &mut Statistics<E>,
    ) -> usize {
        let mut worst: Vec<usize> = (0..x.nrows()).collect();
        worst.sort_by(|&a, &b| data_terms[b].total_cmp(&data_terms[a]).then(a.cmp(&b)));
        let replacements: Vec<_> = worst
            .into_iter()
            .take(dead.len())
            .filter_map(|i| {
                let r = &x.row(i) - &codes.row(i).dot(atoms);
                let norm = r.dot(&r).sqrt();
                let size = norm_of(&x.row(i)) + codes.row(i).iter().map(|z| z.abs().as_f64()).sum::<f64>();
                (norm.as_f64() > ROUNDING * E::epsilon().as_f64() * size).then(|| r / norm)
            })
            .collect();
        for (&j, r) in dead.iter().zip(&replacements) {
            atoms.row_mut(j).assign(r);
            self.idle[j] = 0;
            statistics.forget(j);
        }
        replacements.len()
    }
}
