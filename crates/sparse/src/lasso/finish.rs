//! The exact end of a method that works on whole blocks.

use super::active_set::{newton, precision};
use super::coordinate_descent::each_row;
use super::lars::Walk;
use super::{Block, Lasso, Outcome, Stop, StopReason};
use latent_numeric::Scalar;

/// Iterations of the active set method before a sample's path is followed instead: about what the path costs.
const NEWTON: usize = 60;

/// Brings the given rows of a block, which have made some iterations already, to their end: by Newton steps on
/// the support, and where the support is not found soon, as with nearly parallel atoms, by following the path of
/// minimisers from zero.
pub(super) fn finish<E: Scalar>(lasso: &Lasso<'_, E>, block: Block<'_, E>, rows: &[usize]) {
    let mut best = Vec::new();
    let mut walk = Walk::new(lasso);
    each_row(lasso, block, Some(rows), |sample, stop, before| {
        let first = Stop { max_iterations: stop.max_iterations.min(before + NEWTON), ..stop };
        let outcome = newton(sample, first, before, &mut best);
        if outcome.stop != StopReason::MaxIterations || outcome.iterations >= stop.max_iterations {
            return outcome;
        }
        let gap = sample.terms().relative_gap;
        if gap <= precision::<E>() {
            return Outcome { stop: StopReason::Precision, ..outcome };
        }
        best.clear();
        best.extend_from_slice(sample.z);
        let path = walk.follow(sample, stop.max_iterations - outcome.iterations);
        let found = sample.terms().relative_gap;
        if found > gap {
            sample.z.copy_from_slice(&best);
        }
        let stop = if found.min(gap) <= stop.relative_gap { StopReason::Converged } else { path.stop };
        Outcome { iterations: outcome.iterations + path.iterations, stop }
    });
}
