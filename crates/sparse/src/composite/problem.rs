//! The problem: a dictionary and a penalty.

use super::rows::Solve;
use super::{Criterion, ProximalMethod, Solution};
use crate::lasso::{StepSize, Steps};
use crate::prox::Prox;
use crate::{Dictionary, SparseError};
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView2};
use std::fmt;

/// Least squares with a penalty `g` over a batch with a fixed dictionary:
///
/// ```text
/// min_z 1/2 ||x - W z||^2 + g(z)
/// ```
///
/// See the [module](super) for examples and for what is known of the answers.
pub struct Composite<'a, E: Scalar, P: ?Sized> {
    dictionary: &'a Dictionary<E>,
    penalty: &'a P,
    with_history: bool,
}

impl<E: Scalar, P: ?Sized> fmt::Debug for Composite<'_, E, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composite").field("dictionary", &self.dictionary).finish_non_exhaustive()
    }
}

impl<'a, E: Scalar, P: Prox<E> + Sync + ?Sized> Composite<'a, E, P> {
    /// The problem of this dictionary and this penalty.
    ///
    /// # Errors
    /// If the penalty is for codes of another length than there are atoms.
    pub fn new(dictionary: &'a Dictionary<E>, penalty: &'a P) -> Result<Self, SparseError> {
        match penalty.dimension() {
            Some(length) if length != dictionary.len() => Err(SparseError::Shape {
                what: "the vector that the penalty is defined on",
                found: vec![length],
                expected: vec![dictionary.len()],
            }),
            _ => Ok(Self { dictionary, penalty, with_history: false }),
        }
    }

    /// Keeps the objective after each step in the [answer](Solution::history), at the cost of a value of `g` a step.
    #[must_use]
    pub fn with_history(self) -> Self {
        Self { with_history: true, ..self }
    }

    /// The dictionary.
    pub fn dictionary(&self) -> &'a Dictionary<E> {
        self.dictionary
    }

    /// The penalty `g`.
    pub fn penalty(&self) -> &'a P {
        self.penalty
    }

    /// Codes every row of `x`, from zero.
    ///
    /// # Shapes
    /// `x` is (samples, features); the codes are (samples, atoms).
    ///
    /// # Errors
    /// If `x` has the wrong number of features, holds NaN or an infinity, or has a sample whose square is out of the range
    /// of `f64`; if the criterion has a number out of its domain; for FISTA if `g` is not convex; or if a code is out of
    /// the range of the scalar, which a proximal operator that gives NaN ends in too.
    pub fn solve<C: Criterion<E, P>>(
        &self,
        x: ArrayView2<'_, E>,
        method: impl Into<ProximalMethod>,
        criterion: &C,
    ) -> Result<Solution<E, C::Certificate>, SparseError> {
        self.solve_from(x, Array2::zeros((x.nrows(), self.dictionary.len())), method, criterion)
    }

    /// Codes every row of `x`, starting at the rows of `start` (a warm start), which need not satisfy the constraints.
    ///
    /// # Shapes
    /// `x` is (samples, features); `start` and the codes are (samples, atoms).
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and if `start` has another shape or is not finite.
    pub fn solve_from<C: Criterion<E, P>>(
        &self,
        x: ArrayView2<'_, E>,
        start: Array2<E>,
        method: impl Into<ProximalMethod>,
        criterion: &C,
    ) -> Result<Solution<E, C::Certificate>, SparseError> {
        self.dictionary.check_samples(x)?;
        self.dictionary.check_start(x.nrows(), start.view())?;
        criterion.check()?;
        let (step_size, momentum) = method.into().settings(self.penalty.is_convex())?;
        let first_lipschitz = step_size.first_lipschitz(self.dictionary.gram(), || self.dictionary.lipschitz());
        let step = StepSize::Fixed.first_lipschitz(self.dictionary.gram(), || self.dictionary.lipschitz()).recip();
        let (tolerance, max_iterations) = criterion.limits();
        let mut codes = if start.is_standard_layout() { start } else { start.as_standard_layout().into_owned() };
        let solve = Solve {
            dictionary: self.dictionary,
            penalty: &self.penalty,
            measure: &|point| criterion.measure(self.penalty, point),
            tolerance,
            max_iterations,
            step,
            steps: Steps { step_size, momentum, first_lipschitz },
            with_history: self.with_history,
        };
        let reached = solve.run(x, codes.view_mut())?;
        let certificates = reached.iter().map(|reached| criterion.certificate(self.penalty, reached)).collect();
        let history = self.with_history.then(|| reached.into_iter().map(|reached| reached.history).collect());
        Ok(Solution { codes, certificates, history })
    }
}
