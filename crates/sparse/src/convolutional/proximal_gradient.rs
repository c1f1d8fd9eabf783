//! ISTA and FISTA on convolutional problems.
//!
//! The gradient at `y` is `-D' w (s - D y)`. As `D y` follows from the `D z` of the iterates that `y` is made of, one
//! pass over the maps makes a step: it correlates the residual at `y`, shrinks, and convolves the new maps, which are
//! sparse. The step is `1 / (L max w)` with the exact largest eigenvalue `L` of `D' D`, read off the spectra of the
//! filters.

use super::kernels::{StepSums, proximal_step};
use super::sample::Sample;
use super::{ConvolutionalLasso, Solver};
use crate::SparseError;
use crate::lasso::{Fista, Ista, Momentum, Outcome, StepSize, StopReason};
use latent_numeric::{Scalar, compiled_here};
use ndarray::Zip;

/// Iterations between two looks at the duality gap, which costs about as much as one.
const CHECK_EVERY: usize = 10;

fn check(solver: &'static str, step_size: StepSize) -> Result<(), SparseError> {
    match step_size {
        StepSize::Fixed => Ok(()),
        StepSize::Backtracking => {
            Err(SparseError::Unsupported { solver, option: "backtracking: the exact Lipschitz constant is at hand" })
        }
    }
}

#[compiled_here]
impl<E: Scalar> Solver<E> for Ista {
    fn name(&self) -> &'static str {
        "ISTA"
    }

    fn check(&self, _: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError> {
        check("convolutional ISTA", self.step_size)
    }

    fn solve(&self, sample: &Sample<'_, E>, maps: &mut [E]) -> Outcome {
        iterate(sample, maps, Momentum::None)
    }
}

#[compiled_here]
impl<E: Scalar> Solver<E> for Fista {
    fn name(&self) -> &'static str {
        <Self as crate::lasso::Solver<E>>::name(self)
    }

    fn check(&self, _: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError> {
        check("convolutional FISTA", self.step_size)
    }

    fn solve(&self, sample: &Sample<'_, E>, maps: &mut [E]) -> Outcome {
        iterate(sample, maps, Momentum::Nesterov { restart: self.restart, monotone: self.monotone })
    }
}

fn iterate<E: Scalar>(sample: &Sample<'_, E>, maps: &mut [E], momentum: Momentum) -> Outcome {
    let (operator, stop, step) = (sample.operator, sample.stop, sample.step_size());
    let threshold = step * sample.lambda;
    let monotone = matches!(momentum, Momentum::Nesterov { monotone: true, .. });
    // z is the iterate. The gradient is taken at y = a z + (1 - a) other, and a step leaves its candidate in other.
    let mut z = maps.to_vec();
    let mut other = maps.to_vec();
    let mut dz = operator.synthesize(&z);
    let mut d_other = dz.clone();
    let mut a = E::one();
    let mut t = 1.0;
    let mut objective = f64::INFINITY;
    for iteration in 1..=stop.max_iterations {
        let mut dy = d_other;
        Zip::from(&mut dy).and(&dz).for_each(|d, &z| *d += a * (z - *d));
        let (image, sums) = operator.sweep(
            Some(&sample.residual(&dy)),
            [&mut z, &mut other],
            |[z, other], g, out, sums: &mut StepSums| {
                let row = proximal_step(a, step, threshold, z, other, g, out);
                sums.against += row.against;
                sums.l1 += row.l1;
            },
        );
        d_other = image;
        let (against, l1) = sums.iter().fold((0.0, 0.0), |(a, l), s| (a + s.against, l + s.l1));
        let accepted = !monotone || {
            let new = sample.data_term(&d_other) + sample.lambda.as_f64() * l1;
            let better = new <= objective;
            objective = objective.min(new);
            better
        };
        let w = E::of(momentum.weight(accepted, &mut t, || against > 0.0));
        if accepted {
            std::mem::swap(&mut z, &mut other);
            std::mem::swap(&mut dz, &mut d_other);
            a = w;
        } else {
            a = E::one() - w;
        }
        let last = iteration == stop.max_iterations;
        if stop.relative_gap > 0.0 && (iteration % CHECK_EVERY == 0 || last) {
            let terms = sample.terms_with(&dz, &z);
            if sample.good(&terms) {
                maps.copy_from_slice(&z);
                return Outcome { iterations: iteration, stop: StopReason::Converged };
            }
        }
    }
    maps.copy_from_slice(&z);
    Outcome { iterations: stop.max_iterations, stop: StopReason::MaxIterations }
}
