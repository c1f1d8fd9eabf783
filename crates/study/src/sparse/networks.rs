//! Networks of the LISTA family by name.

use crate::failure::Failure;
use clap::ValueEnum;
use latent_layers::Module;
use latent_sparse::lista::{LayerWise, Lista, ListaParams, StageWise, SupportSelection};
use latent_train::config::Problems;
use latent_train::progress::grouped;
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

/// Notes what is wrong with the networks of a configuration: there must be one, and none twice.
pub fn check(networks: &[Network], problems: &mut Problems) {
    problems.require(!networks.is_empty(), "networks", "must name at least one network");
    for (at, network) in networks.iter().enumerate() {
        problems.require(!networks[..at].contains(network), "networks", format!("names {network} twice"));
    }
}

/// The settings of all of them.
pub fn params(networks: &[Network], layers: usize, selection: SupportSelection) -> Vec<ListaParams> {
    networks.iter().map(|network| network.params(layers, selection)).collect()
}

/// Networks as `--dry-run` shows them, a line each.
pub fn table(networks: &[Lista]) -> String {
    let row = |network: &Lista| {
        let count = grouped(network.parameter_count() as u64);
        format!("{:<13} {} layers, {count} parameters", network.name(), network.layers())
    };
    networks.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// How networks of so many layers share the steps of a training.
#[derive(Clone, Copy, Debug)]
pub struct Schedule<'c> {
    /// How many networks.
    pub networks: usize,
    /// Layers of each.
    pub layers: usize,
    /// Adam's learning rate in the first stage of each layer.
    pub learning_rate: f64,
    /// Of the later stages of each layer, as factors of the first.
    pub refinements: &'c [f64],
}

impl Schedule<'_> {
    /// Notes rates out of their domain.
    pub fn check(&self, problems: &mut Problems) {
        let rates = std::iter::once(("learning_rate", self.learning_rate));
        for (key, rate) in rates.chain(self.refinements.iter().map(|factor| ("refinements", *factor))) {
            let fits = rate.is_finite() && rate > 0.0;
            problems.require(fits, key, format!("must be finite and above 0, got {rate}"));
        }
    }

    /// The schedule of each network, if all together make so many steps: as many in each stage.
    ///
    /// # Errors
    /// If there are fewer steps than stages.
    pub fn share(&self, steps: u64) -> Result<StageWise, Failure> {
        let stages = self.layers * (1 + self.refinements.len());
        let of_each = steps / (self.networks * stages) as u64;
        if of_each == 0 {
            let (steps, networks) = (grouped(steps), self.networks);
            return Err(Failure::new(format!(
                "{steps} steps are too few for {networks} networks with {stages} stages each"
            ))
            .help("train for more steps, or fewer layers or networks"));
        }
        let (learning_rate, refinements) = (self.learning_rate, self.refinements.to_vec());
        Ok(StageWise { learning_rate, refinements, steps: of_each })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_shared_by_all_stages() {
        let schedule = Schedule { networks: 2, layers: 3, learning_rate: 1e-3, refinements: &[0.2] };
        assert_eq!(schedule.share(25).unwrap(), StageWise { learning_rate: 1e-3, refinements: vec![0.2], steps: 2 });
        let told = schedule.share(11).unwrap_err().to_string();
        assert!(told.contains("11 steps are too few for 2 networks with 6 stages each"), "{told}");
    }
}
