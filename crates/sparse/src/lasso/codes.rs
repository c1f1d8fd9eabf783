//! The answer to a batch.

use super::{Certificate, StopReason};
use crate::units::greatest;
use latent_numeric::Scalar;
use ndarray::Array2;
use serde::Serialize;
use sprs::CsMat;

/// The codes of a batch, each with its certificate.
#[derive(Clone, Debug)]
pub struct Codes<E> {
    /// The codes in rows, (samples, atoms).
    pub codes: Array2<E>,
    /// One certificate for each row.
    pub certificates: Vec<Certificate>,
}

/// Means and extremes over the certificates of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The number of codes.
    pub samples: usize,
    /// The mean objective `F(z)`.
    pub objective: f64,
    /// The mean of `1/2 ||x - W z||^2`.
    pub data_term: f64,
    /// The mean of `sum_j lambda_j |z_j|`.
    pub l1_term: f64,
    /// The mean of `l2/2 ||z||^2`.
    pub l2_term: f64,
    /// The mean number of non-zero coefficients.
    pub nonzeros: f64,
    /// The mean relative duality gap.
    pub mean_relative_gap: f64,
    /// The largest relative duality gap; NaN where one is.
    pub worst_relative_gap: f64,
    /// The fraction of codes that reached the tolerance.
    pub converged: f64,
    /// The mean number of iterations.
    pub iterations: f64,
}

impl<E: Scalar> Codes<E> {
    /// The codes as a compressed sparse row matrix, (samples, atoms).
    pub fn to_sparse(&self) -> CsMat<E> {
        let (rows, cols) = self.codes.dim();
        let mut starts = Vec::with_capacity(rows + 1);
        let nonzeros = self.certificates.iter().map(|c| c.support).sum();
        let (mut columns, mut values) = (Vec::with_capacity(nonzeros), Vec::with_capacity(nonzeros));
        starts.push(0);
        for row in self.codes.rows() {
            for (j, &z) in row.iter().enumerate() {
                if z != E::zero() {
                    columns.push(j);
                    values.push(z);
                }
            }
            starts.push(columns.len());
        }
        CsMat::new((rows, cols), starts, columns, values)
    }

    /// Means and extremes over the batch; all zero for an empty one.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.certificates)
    }
}

impl Summary {
    /// Means and extremes over certificates; all zero where there are none.
    pub fn of(certificates: &[Certificate]) -> Self {
        let mean = |f: &dyn Fn(&Certificate) -> f64| {
            certificates.iter().map(f).sum::<f64>() / certificates.len().max(1) as f64
        };
        Self {
            samples: certificates.len(),
            objective: mean(&|c| c.objective()),
            data_term: mean(&|c| c.data_term),
            l1_term: mean(&|c| c.l1_term),
            l2_term: mean(&|c| c.l2_term),
            nonzeros: mean(&|c| c.support as f64),
            mean_relative_gap: mean(&|c| c.relative_gap),
            worst_relative_gap: greatest(certificates.iter().map(|c| c.relative_gap)),
            converged: mean(&|c| f64::from(u8::from(c.stop == StopReason::Converged))),
            iterations: mean(&|c| c.iterations as f64),
        }
    }
}
