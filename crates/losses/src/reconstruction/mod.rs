//! Reconstruction losses: how far a prediction is from data, as negative log-likelihoods in nats where there is a
//! likelihood.
//!
//! | loss | likelihood | data |
//! |---|---|---|
//! | [`mse`], [`l1`] | none: squared and absolute differences | any |
//! | [`gaussian_nll`] | Gaussian with a fixed, learned or optimal sigma | any real numbers |
//! | [`bce`], [`bce_with_logits`] | Bernoulli; for grey data, a cross-entropy and no likelihood | `[0, 1]` |
//! | [`continuous_bernoulli_nll`] | continuous Bernoulli | `[0, 1]` |
//! | [`discretized_logistic_nll`] | logistic, integrated over the bins of quantised data | levels |
//! | [`categorical_nll`] | categorical | class indices |
//! | [`ms_ssim_loss`] | none: structural similarity | images |
//!
//! Predictions and targets have the same shape; nothing broadcasts, so that (N, 1) is never held against (N).

mod bce;
mod categorical;
mod continuous_bernoulli;
mod discretized_logistic;
mod gaussian_nll;
mod l1;
mod ms_ssim;
mod mse;

pub use bce::{bce, bce_with_logits};
pub use categorical::categorical_nll;
pub use continuous_bernoulli::continuous_bernoulli_nll;
pub use discretized_logistic::{Levels, discretized_logistic_nll};
pub use gaussian_nll::{Sigma, gaussian_nll};
pub use l1::l1;
pub use ms_ssim::{MsSsimOptions, ms_ssim, ms_ssim_loss};
pub use mse::mse;
