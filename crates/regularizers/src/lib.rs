//! Regularisers for networks and generative models, with gradients of every order.
//!
//! | what | here |
//! |---|---|
//! | penalties on parameters | [`l1`], [`l2`], [`elastic_net`], [`group_lasso`], [`orthogonality`], [`off_diagonal_orthogonality`]; [`weights`] and [`total`] apply them to a module |
//! | a penalty on posteriors | [`latent_moment`] |
//! | penalties on Jacobians | [`jacobian`], [`projected_jacobian`], [`contractive`], [`contractive_sigmoid`] |
//! | penalties on a critic's gradient | [`wgan_gp`], [`wgan_lp`], [`zero_centered`], [`dragan`], [`r1`], [`r2`]; [`GradientPenalty`] at any points, [`CriticOutput`] |
//! | penalties on a critic's changes | [`consistency`], [`balanced_consistency`] |
//! | bounded layers | [`SpectralNorm`], [`clip_values`], [`clip_singular_values`] |
//! | conditions | [`ConditionalBatchNorm`] with [`ClassTables`] or an [`AffineNetwork`] |
//!
//! A penalty is a [`Tensor`](latent_tensor::Tensor) of no axes, weight included, to be added to the loss. Those on
//! functions take any function from tensor to tensor, also one that may fail (see [`Output`]), and can be differentiated
//! again: that is how a gradient penalty trains a critic.
//!
//! # Example
//! A critic learns the Wasserstein distance of two clouds that are two apart, under a gradient penalty and weight
//! decay:
//!
//! ```
//! use latent_layers::{Activation, Context, Layer, LayerError, Linear, Module, Sequential};
//! use latent_numeric::random::Stream;
//! use latent_regularizers::{l2, total, weights, wgan_gp};
//! use latent_tensor::{GradOptions, Tensor, grad};
//! use ndarray::{Array2, array};
//!
//! let cloud = |name: &str| Stream::new(7, name, &[]).normal_array::<f64, _, _>((128, 2)) * 0.3;
//! let real: Array2<f64> = cloud("real") + array![2.0, 0.0];
//! let (real, fake) = (Tensor::constant(real), Tensor::constant(cloud("generated")));
//!
//! let mut stream = Stream::new(7, "initialisation", &[]);
//! let critic = Sequential::new()
//!     .then(Linear::new(2, 16, &mut stream))
//!     .then(Activation::LeakyRelu(0.2))
//!     .then(Linear::new(16, 1, &mut stream));
//!
//! let mut last = f64::NAN;
//! for step in 0..300 {
//!     let mut context = Context::train(Stream::new(7, "training", &[step]));
//!     let distance = critic.forward(&real, &mut context)?.mean() - critic.forward(&fake, &mut context)?.mean();
//!     last = distance.item();
//!
//!     let mut stream = Stream::new(7, "gradient penalty", &[step]);
//!     let penalty = wgan_gp(|x| critic.forward(x, &mut context), &real, &fake, 10.0, &mut stream)?;
//!     let decay = total(weights(&critic), |w| l2(w, 1e-4));
//!     let loss = penalty.penalty + decay - distance;
//!
//!     let gradients = grad(&[loss], &critic.variables(), GradOptions::default());
//!     for ((_, parameter), gradient) in critic.parameters().into_iter().zip(gradients) {
//!         parameter.elements().iter_mut().zip(gradient.array()).for_each(|(p, g)| *p -= 0.03 * g);
//!     }
//! }
//! assert!((last - 2.0).abs() < 0.4, "{last}");
//! # Ok::<(), LayerError>(())
//! ```

mod clip;
mod conditional_batch_norm;
mod consistency;
mod contractive;
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
#[cfg(test)]
mod testing;

pub use clip::{clip_singular_values, clip_values};
pub use conditional_batch_norm::{Affine, AffineNetwork, ClassTables, ConditionalBatchNorm};
pub use consistency::{balanced_consistency, consistency};
pub use contractive::{contractive, contractive_sigmoid};
pub use elastic_net::elastic_net;
pub use gradient_penalty::{
    CriticOutput, GradientPenalty, Penalized, Side, dragan, interpolates, perturbations, r1, r2, wgan_gp, wgan_lp,
    zero_centered,
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
