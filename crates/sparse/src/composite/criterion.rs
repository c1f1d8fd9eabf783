//! When a code is good enough, and what is known of it then.

use super::certificates::{GapCertificate, StepCertificate};
use super::point::Point;
use super::rows::Reached;
use crate::SparseError;
use crate::error::require;
use crate::lasso::Stop;
use crate::prox::{FenchelConjugate, Prox};
use latent_numeric::Scalar;
use serde::{Deserialize, Serialize};

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::lasso::Stop {}
    impl Sealed for super::SmallStep {}
}

/// What ends the iterations on a sample: [`Stop`] at a duality gap, or [`SmallStep`].
///
/// It decides which certificate comes with a code. The trait is implemented for these two alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not tell when a code with the penalty `{P}` is good enough",
    note = "a duality gap (`Stop`) needs the conjugate of the penalty, `FenchelConjugate`; `SmallStep` suits any `Prox`"
)]
pub trait Criterion<E: Scalar, P: ?Sized>: sealed::Sealed + Sync {
    /// What is known of a code.
    type Certificate;

    /// Whether the numbers are in their domain.
    #[doc(hidden)]
    fn check(&self) -> Result<(), SparseError>;

    /// The measure at which a code is good enough, and the most iterations.
    #[doc(hidden)]
    fn limits(&self) -> (f64, usize);

    /// How far a code is from optimal.
    #[doc(hidden)]
    fn measure(&self, penalty: &P, point: &Point<'_, E>) -> f64;

    /// The certificate of a code.
    #[doc(hidden)]
    fn certificate(&self, penalty: &P, reached: &Reached) -> Self::Certificate;
}

impl<E: Scalar, P: FenchelConjugate<E> + ?Sized> Criterion<E, P> for Stop {
    type Certificate = GapCertificate;

    fn check(&self) -> Result<(), SparseError> {
        Stop::check(self)
    }

    fn limits(&self) -> (f64, usize) {
        (self.relative_gap, self.max_iterations)
    }

    fn measure(&self, penalty: &P, point: &Point<'_, E>) -> f64 {
        point.relative_gap(penalty)
    }

    fn certificate(&self, _: &P, reached: &Reached) -> GapCertificate {
        GapCertificate {
            data_term: reached.data_term,
            penalty: reached.penalty,
            gap: reached.measure * reached.scale,
            relative_gap: reached.measure,
            support: reached.support,
            iterations: reached.iterations,
            stop: reached.stop,
        }
    }
}

/// Stops at a small step, for penalties whose conjugate is not known; unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SmallStep {
    /// The [relative step](StepCertificate) at which a code is good enough, >= 0.
    pub relative_step: f64,
    /// The most iterations spent on a sample.
    pub max_iterations: usize,
}

impl SmallStep {
    /// At this relative step, or after 10,000 iterations.
    pub fn below(relative_step: f64) -> Self {
        Self { relative_step, max_iterations: 10_000 }
    }

    /// With another bound on the iterations.
    #[must_use]
    pub fn max_iterations(self, max_iterations: usize) -> Self {
        Self { max_iterations, ..self }
    }
}

impl Default for SmallStep {
    /// A relative step of 1e-6.
    fn default() -> Self {
        Self::below(1e-6)
    }
}

impl<E: Scalar, P: Prox<E> + ?Sized> Criterion<E, P> for SmallStep {
    type Certificate = StepCertificate;

    fn check(&self) -> Result<(), SparseError> {
        let expected = "a number of at least 0";
        require(self.relative_step >= 0.0, "the relative step to stop at", self.relative_step, expected)
    }

    fn limits(&self) -> (f64, usize) {
        (self.relative_step, self.max_iterations)
    }

    fn measure(&self, penalty: &P, point: &Point<'_, E>) -> f64 {
        point.relative_step(penalty)
    }

    fn certificate(&self, penalty: &P, reached: &Reached) -> StepCertificate {
        StepCertificate {
            data_term: reached.data_term,
            penalty: reached.penalty,
            relative_step: reached.measure,
            convex: penalty.is_convex(),
            support: reached.support,
            iterations: reached.iterations,
            stop: reached.stop,
        }
    }
}
