//! Models

mod convolution;
mod error;
mod nonlinearity;
mod repeat;
pub mod vae;

pub use error::ModelError;
pub use nonlinearity::Nonlinearity;
pub use vae::{
    ImportanceSampling, Interpolation, LatentStatistics, Likelihood, Sigma, Vae, VaeArchitecture, VaeObjective,
    VaeSettings, VaeTerms, path,
};
