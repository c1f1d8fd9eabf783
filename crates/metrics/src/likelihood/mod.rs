//! How probable data are under a model with latent variables.
//!
//! | figure | what it says | estimator |
//! |---|---|---|
//! | [`log_likelihood`], [`LogWeights`] | `ln p(x)` from importance weights | lower bound in expectation, standard error, effective draws |
//! | [`annealed_importance_sampling`] | log-weights of chains from the prior to the posterior | unbiased weights |
//! | [`reverse_annealed_importance_sampling`], [`bidirectional`] | bounds from both sides on data that the model made | unbiased weights |

mod ais;
mod log_weights;

pub use ais::{
    AisOptions, Annealed, Bidirectional, Density, Schedule, annealed_importance_sampling, bidirectional,
    reverse_annealed_importance_sampling,
};
pub use log_weights::{LogLikelihood, LogWeights, log_likelihood};
