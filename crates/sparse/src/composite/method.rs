//! Which proximal gradient method.

use crate::SparseError;
use crate::lasso::{Fista, Ista, Momentum, StepSize};
use serde::{Deserialize, Serialize};

/// A method that needs nothing of a penalty but its proximal operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProximalMethod {
    /// A gradient step, then the proximal operator. The objective never rises, whether or not g is convex.
    Ista(Ista),
    /// The same from an extrapolated point, for convex g.
    Fista(Fista),
}

impl From<Ista> for ProximalMethod {
    fn from(ista: Ista) -> Self {
        Self::Ista(ista)
    }
}

impl From<Fista> for ProximalMethod {
    fn from(fista: Fista) -> Self {
        Self::Fista(fista)
    }
}

impl ProximalMethod {
    /// Step size and momentum, if they suit the penalty.
    pub(super) fn settings(self, convex: bool) -> Result<(StepSize, Momentum), SparseError> {
        match self {
            Self::Ista(Ista { step_size }) => Ok((step_size, Momentum::None)),
            Self::Fista(Fista { step_size, restart, monotone }) if convex => {
                Ok((step_size, Momentum::Nesterov { restart, monotone }))
            }
            Self::Fista(_) => {
                Err(SparseError::Unsupported { solver: "FISTA", option: "a penalty that is not convex; ISTA does" })
            }
        }
    }
}
