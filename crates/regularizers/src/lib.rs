//! Regularisers for networks and generative models.

mod clip;
mod conditional_batch_norm;
mod consistency;
mod contractive;
mod early_stopping;
mod elastic_net;
mod gradient_penalty;
mod group_lasso;
mod jacobian;
mod l1;
mod l2;
mod latent_moment;
mod orthogonality;
mod output;
mod recorded;
mod select;
mod spectral_norm;

pub use clip::{clip_singular_values, clip_values};
pub use conditional_batch_norm::{Affine, AffineNetwork, ClassTables, ConditionalBatchNorm};
pub use consistency::{balanced_consistency, consistency};
pub use contractive::{contractive, contractive_sigmoid};
pub use early_stopping::{EarlyStopping, Mode, Observation, RestoreBest, Snapshot, StopReason, Verdict};
pub use elastic_net::elastic_net;
pub use gradient_penalty::{
    GradientPenalty, Penalized, Side, dragan, interpolates, perturbations, r1, r2, wgan_gp, wgan_lp, zero_centered,
};
pub use group_lasso::group_lasso;
pub use jacobian::{jacobian, projected_jacobian};
pub use l1::l1;
pub use l2::l2;
pub use latent_moment::latent_moment;
pub use orthogonality::{Vectors, off_diagonal_orthogonality, orthogonality};
pub use output::Output;
pub use select::{total, weights};
pub use spectral_norm::{SpectralNorm, SpectralNormOptions, WeightOperator};
