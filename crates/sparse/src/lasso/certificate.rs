//! The proof that comes with a code.

use crate::kernels::{Sums, largest_correlation, sums};
use latent_numeric::Scalar;
use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

/// Why a solver left a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The relative duality gap fell to the tolerance.
    Converged,
    /// The iterations were used up first.
    MaxIterations,
    /// Rounding errors keep the gap above the tolerance: no further progress in this scalar type.
    Precision,
    /// A greedy method chose as many atoms as it was asked for.
    AtomCount,
    /// A greedy method reached the residual norm it was asked for.
    ResidualNorm,
    /// A greedy method found no further atom that lowers the residual.
    NoFurtherAtom,
    /// Lambda is at or above lambda_max: the zero code is optimal, and there was nothing to do. Said by the
    /// convolutional solvers.
    LambdaMax,
}

/// What is known of one code `z` of a sample `x`, computed from the residual `r = x - W z` itself.
///
/// The dual point is `theta = s r`, with the largest `s <= 1` for which
/// `|w_j' r - l2 z_j| s <= lambda_j` holds for every atom (without the absolute value where codes are
/// held positive). The gap bounds the distance to the optimum: `F(z) - F(z*) <= gap`. At
/// `lambda = 0` a feasible `s` above 0 needs `W' r = 0` exactly, so the gap says little there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// `1/2 ||x - W z||^2`.
    pub data_term: f64,
    /// `sum_j lambda_j |z_j|`.
    pub l1_term: f64,
    /// `l2/2 ||z||^2`.
    pub l2_term: f64,
    /// `F(z)` minus the dual objective, at least 0 up to rounding.
    pub gap: f64,
    /// `gap / (1/2 ||x||^2)`; 0 for a zero sample.
    pub relative_gap: f64,
    /// The number of non-zero coefficients.
    pub support: usize,
    /// Iterations made, in the solver's own unit.
    pub iterations: usize,
    /// Why the solver ended.
    pub stop: StopReason,
}

impl Certificate {
    /// The objective `F(z)`, the sum of the three terms.
    pub fn objective(&self) -> f64 {
        self.data_term + self.l1_term + self.l2_term
    }
}

/// The parts of the objective and gap of one sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub data: f64,
    pub l1: f64,
    pub l2: f64,
    pub gap: f64,
    pub relative_gap: f64,
}

/// The penalty of one sample: `lambda` times the weights, the l2 weight and the sign constraint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Penalty<'a, E> {
    pub lambda: E,
    pub weights: Option<&'a [E]>,
    pub l2: E,
    pub positive: bool,
}

impl<E: Scalar> Penalty<'_, E> {
    /// The threshold `lambda w_j` of atom `j`.
    #[inline(always)]
    pub fn threshold(&self, j: usize) -> E {
        match self.weights {
            Some(w) => self.lambda * w[j],
            None => self.lambda,
        }
    }

    /// The smallest lambda for which `q` is dual feasible: `max_j |q_j| / w_j`, without the absolute value
    /// where codes are held positive.
    pub fn largest(&self, q: &[E]) -> E {
        largest_correlation(q, self.weights, self.positive)
    }

    /// `1/2 z' H z - b' z` and the l1 term: the objective without its constant `1/2 ||x||^2`.
    pub fn varying_objective(&self, z: &[E], hz: &[E], b: &[E]) -> f64 {
        // The second pair of products is <z, H z> here.
        let sums = sums(z, b, hz, self.weights);
        0.5 * sums.zq - sums.zb + self.lambda.as_f64() * sums.l1
    }

    /// The largest `s <= 1` for which `s q` is dual feasible.
    fn dual_scale(&self, q: &[E]) -> f64 {
        let worst = self.largest(q);
        if worst <= self.lambda { 1.0 } else { self.lambda.as_f64() / worst.as_f64() }
    }

    /// Objective and gap from `||x||^2`, `<x, W z>`, `z` and `q = W' r - l2 z`.
    ///
    /// With `b = W' x`: `<z, b> = <x, W z>` and `<z, q> = <W z, r> - l2 ||z||^2`, so that
    /// `||r||^2 + l2 ||z||^2 = ||x||^2 - <z, b> - <z, q>` and `<x, r> = ||x||^2 - <z, b>`.
    pub fn terms_from_correlations(&self, x_squared: f64, z: &[E], b: &[E], q: &[E]) -> Terms {
        let sums = sums(z, b, q, self.weights);
        let smooth = (x_squared - sums.zb - sums.zq).max(0.0);
        self.terms(x_squared, q, smooth, x_squared - sums.zb, sums)
    }

    /// Objective and gap from the residual itself.
    pub fn terms_from_residual(&self, x: ArrayView1<E>, r: ArrayView1<E>, z: &[E], q: &[E]) -> Terms {
        let inner = |a: ArrayView1<E>, b: ArrayView1<E>| a.iter().zip(&b).map(|(&a, &b)| a.as_f64() * b.as_f64()).sum();
        let (x_squared, x_r, r_squared): (f64, f64, f64) = (inner(x, x), inner(x, r), inner(r, r));
        let sums = sums(z, q, q, self.weights);
        self.terms(x_squared, q, r_squared + self.l2.as_f64() * sums.zz, x_r, sums)
    }

    /// From `smooth = ||r||^2 + l2 ||z||^2` and `x_r = <x, r>`.
    fn terms(&self, x_squared: f64, q: &[E], smooth: f64, x_r: f64, sums: Sums) -> Terms {
        let l2 = 0.5 * self.l2.as_f64() * sums.zz;
        let l1 = self.lambda.as_f64() * sums.l1;
        let s = self.dual_scale(q);
        let gap = 0.5 * smooth + l1 - (s * x_r - 0.5 * s * s * smooth);
        let relative_gap = if x_squared > 0.0 { gap / (0.5 * x_squared) } else { gap };
        Terms { data: 0.5 * smooth - l2, l1, l2, gap, relative_gap }
    }
}
