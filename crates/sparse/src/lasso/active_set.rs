//! Exact solves on the support.

use super::coordinate_descent::{Sample, each_row};
use super::{Block, Lasso, Outcome, Prepared, Solver, Stop, StopReason};
use crate::SparseError;
use latent_numeric::{Scalar, compiled_here};
use ndarray::Array1;
use serde::{Deserialize, Serialize};

/// Newton's method on the support, between sweeps of coordinate descent.
///
/// The sweeps find the support `S` and the signs `s`; on them the objective is a quadratic, whose minimum
/// `z_S = H_SS^-1 (b_S - lambda s)` is one Cholesky factorisation away. The step towards it ends at the exact
/// minimum of the objective along the way, which is piecewise quadratic with a kink wherever a coefficient
/// changes its sign. Every step lowers the objective; once support and signs are right, one step ends at the
/// optimum. An iteration is one sweep or one Newton step. Where atoms are nearly parallel the sweeps take long to
/// find the support; [`Lars`](super::Lars) suits such dictionaries better.
///
/// Related: the feature-sign search of Lee, Battle, Raina and Ng 2007, which changes one sign at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveSet;

/// Sweeps before a Newton step.
const SWEEPS: usize = 3;
/// Newton steps without a better gap before a sample is left as it is.
const PATIENCE: usize = 8;

#[compiled_here]
impl<E: Scalar> Solver<E> for ActiveSet {
    fn name(&self) -> &'static str {
        "active set"
    }

    fn prepare<'p>(&self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        Ok(Box::new(Newton { lasso }))
    }
}

struct Newton<'p, E: Scalar> {
    lasso: &'p Lasso<'p, E>,
}

#[compiled_here]
impl<E: Scalar> Prepared<E> for Newton<'_, E> {
    fn solve(&self, block: Block<'_, E>) {
        let mut best = Vec::new();
        each_row(self.lasso, block, None, |sample, stop, _| newton(sample, stop, 0, &mut best));
    }
}

/// Brings a sample that has made some iterations already to its end; `best` is scratch.
pub(super) fn newton<E: Scalar>(sample: &mut Sample<'_, E>, stop: Stop, before: usize, best: &mut Vec<E>) -> Outcome {
    let mut iterations = before;
    best.clear();
    best.extend_from_slice(sample.z);
    let (mut best_gap, mut best_objective, mut idle) = (f64::INFINITY, f64::INFINITY, 0);
    loop {
        let terms = sample.terms();
        if terms.relative_gap <= stop.relative_gap {
            return Outcome { iterations, stop: StopReason::Converged };
        }
        // The objective falls at every step, as far as its rounding errors show; the gap may rise on the way.
        let objective = terms.data + terms.l1 + terms.l2;
        let falls = objective < best_objective * (1.0 - 4.0 * E::epsilon().as_f64());
        idle = if falls || terms.relative_gap < best_gap { 0 } else { idle + 1 };
        best_objective = best_objective.min(objective);
        if terms.relative_gap < best_gap {
            best_gap = terms.relative_gap;
            best.clear();
            best.extend_from_slice(sample.z);
        }
        let used_up = iterations >= stop.max_iterations;
        let patience = if best_gap <= precision::<E>() { 0 } else { PATIENCE };
        if used_up || idle > patience {
            if idle > 0 {
                sample.z.copy_from_slice(best);
            }
            return Outcome {
                iterations,
                stop: if used_up { StopReason::MaxIterations } else { StopReason::Precision },
            };
        }
        let sweeps = SWEEPS.min(stop.max_iterations - iterations);
        sample.sweep(sweeps);
        iterations += sweeps;
        if iterations < stop.max_iterations {
            newton_step(sample);
            iterations += 1;
        }
    }
}

/// The relative gap at which rounding errors of `W' x` and `H z` show.
pub(super) fn precision<E: Scalar>() -> f64 {
    64.0 * E::epsilon().as_f64()
}

/// A step towards the minimum on the current support and signs.
fn newton_step<E: Scalar>(sample: &mut Sample<'_, E>) {
    let support: Vec<usize> = (0..sample.z.len()).filter(|&j| sample.z[j] != E::zero()).collect();
    if support.is_empty() {
        return;
    }
    let gradient: Array1<E> =
        support.iter().map(|&j| sample.q[j] - sample.penalty.threshold(j) * sample.z[j].signum()).collect();
    // Dependent atoms leave H_SS singular. With a little added to its diagonal the step goes far along the
    // directions that change nothing but the penalty, until a coefficient is zero.
    let diagonal: E = support.iter().map(|&j| sample.h[[j, j]]).fold(E::zero(), E::max);
    let ridge = E::of(16.0) * E::epsilon() * diagonal;
    let Some(direction) = crate::spd::solve_on(sample.h, &support, ridge, gradient.view()) else { return };
    let slope = gradient.iter().zip(&direction).map(|(g, d)| g.as_f64() * d.as_f64()).sum::<f64>();
    let curvature = slope - ridge.as_f64() * direction.iter().map(|d| d.as_f64().powi(2)).sum::<f64>();
    if slope.is_nan() || slope <= 0.0 {
        return;
    }
    let (step, stays_at) = line_search(sample, &support, &direction, slope, curvature.max(0.0));
    if !step.is_finite() {
        return;
    }
    for (&j, &d) in support.iter().zip(&direction) {
        sample.z[j] += E::of(step) * d;
    }
    if let Some(k) = stays_at {
        sample.z[support[k]] = E::zero();
    }
    if sample.penalty.positive {
        sample.z.iter_mut().for_each(|z| *z = z.max(E::zero()));
    }
    sample.refresh();
}

/// The step `t > 0` that minimises the objective along the direction `d`, and which coefficient, if any, is
/// zero there. With `slope = g' d` and `curvature = d' H d` the derivative is `t curvature - slope`, plus
/// `2 lambda_j |d_j|` for every coefficient that has changed its sign.
fn line_search<E: Scalar>(
    sample: &Sample<'_, E>,
    support: &[usize],
    direction: &Array1<E>,
    slope: f64,
    curvature: f64,
) -> (f64, Option<usize>) {
    let mut kinks: Vec<(f64, usize)> = support
        .iter()
        .zip(direction)
        .enumerate()
        .map(|(k, (&j, &d))| (-(sample.z[j].as_f64() / d.as_f64()), k))
        .filter(|(t, _)| *t > 0.0 && t.is_finite())
        .collect();
    kinks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut jumps = 0.0;
    for (t, k) in kinks {
        if t * curvature >= slope - jumps {
            break;
        }
        jumps += 2.0 * sample.penalty.threshold(support[k]).as_f64() * direction[k].as_f64().abs();
        if sample.penalty.positive || t * curvature >= slope - jumps {
            return (t, Some(k));
        }
    }
    ((slope - jumps) / curvature, None)
}
