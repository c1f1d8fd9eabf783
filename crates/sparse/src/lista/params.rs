//! Which network.

use super::SupportSelection;
use crate::SparseError;
use crate::error::require;
use serde::{Deserialize, Serialize};

/// The matrices with which a layer computes what it then shrinks; see the [table](super) of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// An encoder and a matrix of inhibition (LISTA).
    Recurrent,
    /// The residual against a trained matrix (LISTA-CP).
    Coupled,
    /// The residual against one trained matrix, and a step size for each layer (TiLISTA).
    TiLista,
    /// The residual against the analytic matrix, and a step size for each layer (ALISTA).
    Analytic,
    /// The residual against the dictionary, and a step size for each layer, which is all that is trained (SLISTA).
    StepSizes,
    /// Weights in the space of samples, which go with any dictionary (Ada-LISTA).
    Adaptive,
}

/// How many thresholds a layer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thresholds {
    /// One for all atoms.
    PerLayer,
    /// One for each atom.
    PerAtom,
}

/// The settings of a [`Lista`](super::Lista), unchecked.
///
/// ```
/// use latent_sparse::lista::{ListaParams, SupportSelection};
///
/// // CPSS with the settings of its paper.
/// let selection = SupportSelection { percent: 1.2, max_percent: 13.0 };
/// let params = ListaParams::coupled(16).select(selection);
/// assert_eq!(params.name(), "LISTA-CPSS");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListaParams {
    /// The number of layers, at least 1.
    pub layers: usize,
    /// The matrices with which a layer computes what it then shrinks.
    pub variant: Variant,
    /// Whether all layers share their matrices. It concerns [`Variant::Recurrent`] and [`Variant::Coupled`]; those of
    /// the others are always shared.
    pub tied: bool,
    /// How many thresholds a layer has.
    pub thresholds: Thresholds,
    /// Elements that are not shrunk.
    pub selection: Option<SupportSelection>,
    /// Whether each layer has a gain gate and an overshoot gate.
    pub gated: bool,
}

impl ListaParams {
    fn new(layers: usize, variant: Variant) -> Self {
        Self { layers, variant, tied: false, thresholds: Thresholds::PerLayer, selection: None, gated: false }
    }

    /// LISTA with matrices of each layer's own, or [`tied`](Self::tied) as it was first proposed.
    pub fn lista(layers: usize) -> Self {
        Self::new(layers, Variant::Recurrent)
    }

    /// LISTA-CP: weights coupled through the residual.
    pub fn coupled(layers: usize) -> Self {
        Self::new(layers, Variant::Coupled)
    }

    /// TiLISTA: one trained matrix for all layers, and a step size for each.
    pub fn ti_lista(layers: usize) -> Self {
        Self::new(layers, Variant::TiLista)
    }

    /// ALISTA: the analytic matrix, with a step size and a threshold for each layer.
    pub fn alista(layers: usize) -> Self {
        Self::new(layers, Variant::Analytic)
    }

    /// SLISTA: step sizes alone.
    pub fn step_sizes(layers: usize) -> Self {
        Self::new(layers, Variant::StepSizes)
    }

    /// GLISTA: coupled weights with a gain gate and an overshoot gate in each layer,
    ///
    /// ```text
    /// g(z)     = 1 + mu exp(-nu |z|)
    /// o(z, z^) = 1 + a theta / (|z^ - z| + 0.1) where z^ != 0, else 1
    /// ```
    ///
    /// with trained `mu`, `a` and, for each atom, `nu`. These are the exponential gain and the inverse proportional
    /// overshoot of Wu, Guo, Li and Zhang, *Sparse coding with gated learned ISTA*, ICLR 2020, but with `mu = a = 0`
    /// before training, and with no overshoot from zero.
    pub fn gated(layers: usize) -> Self {
        Self { gated: true, ..Self::coupled(layers) }
    }

    /// Ada-LISTA: trained weights that go with any dictionary.
    pub fn adaptive(layers: usize) -> Self {
        Self::new(layers, Variant::Adaptive)
    }

    /// The same network with the same matrices in all layers.
    #[must_use]
    pub fn tied(self) -> Self {
        Self { tied: true, ..self }
    }

    /// The same network with a threshold for each atom in each layer.
    #[must_use]
    pub fn threshold_per_atom(self) -> Self {
        Self { thresholds: Thresholds::PerAtom, ..self }
    }

    /// The same network with support selection: in each layer the largest elements are not shrunk.
    #[must_use]
    pub fn select(self, selection: SupportSelection) -> Self {
        Self { selection: Some(selection), ..self }
    }

    /// The network's name in the literature.
    pub fn name(&self) -> &'static str {
        match (self.variant, self.gated, self.selection.is_some()) {
            (Variant::Coupled, true, _) => "GLISTA",
            (Variant::Recurrent, _, false) => "LISTA",
            (Variant::Recurrent, _, true) => "LISTA-SS",
            (Variant::Coupled, false, false) => "LISTA-CP",
            (Variant::Coupled, false, true) => "LISTA-CPSS",
            (Variant::TiLista, ..) => "TiLISTA",
            (Variant::Analytic, ..) => "ALISTA",
            (Variant::StepSizes, ..) => "SLISTA",
            (Variant::Adaptive, ..) => "Ada-LISTA",
        }
    }

    pub(super) fn check(&self) -> Result<(), SparseError> {
        require(self.layers > 0, "the number of layers", self.layers as f64, "at least 1")?;
        self.selection.as_ref().map_or(Ok(()), SupportSelection::check)
    }
}
