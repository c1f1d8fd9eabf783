//! Networks of the LISTA family by name.

use clap::ValueEnum;
use latent_sparse::lista::{ListaParams, SupportSelection};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The learned encoders that a study can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// An encoder and a matrix of inhibition for each layer
    Lista,
    /// LISTA-CP: weights coupled through the residual
    Cp,
    /// LISTA-CPSS: coupled weights and support selection
    Cpss,
    /// One trained matrix, step sizes, support selection
    Tilista,
    /// Analytic weights, step sizes, support selection
    Alista,
    /// Step sizes alone
    Slista,
    /// Coupled weights, support selection, gain and overshoot gates
    Glista,
    /// Weights in the space of samples
    AdaLista,
}

impl Network {
    /// Its settings, with as much support selection as in the source.
    pub fn params(self, layers: usize, selection: SupportSelection) -> ListaParams {
        match self {
            Self::Lista => ListaParams::lista(layers),
            Self::Cp => ListaParams::coupled(layers),
            Self::Cpss => ListaParams::coupled(layers).select(selection),
            Self::Tilista => ListaParams::ti_lista(layers).select(selection),
            Self::Alista => ListaParams::alista(layers).select(selection),
            Self::Slista => ListaParams::step_sizes(layers),
            Self::Glista => ListaParams::gated(layers).select(selection),
            Self::AdaLista => ListaParams::adaptive(layers),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_possible_value().map_or(Ok(()), |value| f.write_str(value.get_name()))
    }
}
