//! Losses of latent-variable models.

pub mod adversarial;
pub mod distributions;
pub mod divergence;
mod elbo;
mod error;
mod iwae;
mod mmd;
pub mod reconstruction;
mod reduction;
pub mod special;
mod total_correlation;

pub use elbo::{Elbo, ElboWeights, bits_per_dim, elbo, elbo_with_extra};
pub use error::LossError;
pub use iwae::{Dreg, dreg, iwae};
pub use mmd::{Estimator, Kernel, mmd};
pub use reduction::{Elements, Mean, MeanOverBatch, PerSample, Reduction, Sum};
pub use total_correlation::{KlDecomposition, MinibatchSampling, decompose_kl};

#[cfg(test)]
mod testing;
