//! Losses of latent-variable models: likelihoods, divergences, evidence lower bounds, importance-weighted bounds,
//! discrepancies of samples, and adversarial losses.
//!
//! Each loss is a function from tensors to a tensor, with exact gradients of any order, and says what it is: its
//! formula, its likelihood, its shapes, its unit, and where it comes from.
//!
//! # A variational autoencoder's objective
//!
//! On `ndarray` data, with a linear encoder and decoder:
//!
//! ```
//! use latent_losses::distributions::{DiagonalGaussian, Reparameterized};
//! use latent_losses::divergence::kl_standard_normal;
//! use latent_losses::reconstruction::bce_with_logits;
//! use latent_losses::{ElboWeights, PerSample, elbo};
//! use latent_numeric::random::Stream;
//! use latent_tensor::{GradOptions, Tensor, grad};
//! use ndarray::Array2;
//!
//! // 32 samples of 6 pixels, of which the first three are equal, and so are the last three.
//! let mut stream = Stream::new(1, "example", &[]);
//! let bits: Array2<f32> = Array2::from_shape_simple_fn((32, 2), || f32::from(u8::from(stream.bernoulli(0.5))));
//! let pixels = Array2::from_shape_fn((32, 6), |(n, i)| bits[[n, i / 3]]);
//!
//! let x = Tensor::constant(pixels);
//! let mut parameters: Vec<Tensor> = [[6, 2], [6, 2], [2, 6]]
//!     .map(|shape| Tensor::variable(stream.normal_array::<f32, _, _>(shape) * 0.1))
//!     .to_vec();
//!
//! let mut losses = Vec::new();
//! for step in 0..300 {
//!     // The encoder gives q(z | x), the decoder the logits of p(x | z).
//!     let [to_mean, to_log_var, to_logits] = &parameters[..] else { unreachable!() };
//!     let centered = &x - 0.5;
//!     let q = DiagonalGaussian::new(centered.matmul(to_mean), centered.matmul(to_log_var));
//!     let z = q.rsample(&mut Stream::new(1, "posterior", &[step]));
//!     let logits = z.matmul(to_logits);
//!
//!     // Both terms in nats for each sample; what is not in [0, 1] would be an error that says so.
//!     let nll = bce_with_logits(&logits, &x, PerSample)?;
//!     let kl = kl_standard_normal(q.mean(), q.log_var(), PerSample);
//!     let bound = elbo(&nll, &kl, ElboWeights { beta: 1.0, gamma: 0.0 })?;
//!
//!     let slopes = grad(&[bound.loss.clone()], &parameters, GradOptions::default());
//!     parameters = parameters.iter().zip(&slopes).map(|(p, g)| {
//!         Tensor::variable(&p.view() - &(&g.view() * 0.1))
//!     }).collect();
//!     losses.push(bound.loss.item());
//!     if step == 299 {
//!         for (name, nats) in bound.terms() {
//!             println!("{name:>20} {nats:8.3} nats");
//!         }
//!         println!("{:>20} {:8.3}", "bits per dimension", bound.bits_per_dim(6));
//!     }
//! }
//! // Six bits without a model are 6 ln 2 = 4.16 nats; two independent bits are 1.39.
//! let tail = losses[250..].iter().sum::<f32>() / 50.0;
//! assert!(tail < 3.6, "{tail}");
//! # Ok::<(), latent_losses::LossError>(())
//! ```
//!
//! # What there is
//!
//! | module or function | what it is |
//! |---|---|
//! | [`reconstruction`] | MSE, L1, BCE, Gaussian with a fixed, learned or optimal sigma, categorical, continuous Bernoulli, discretised logistic, MS-SSIM |
//! | [`divergence`] | KL of Gaussians (diagonal and full), Laplace, Bernoulli, categorical, von Mises-Fisher, matrix normal; by Monte Carlo; free bits; capacity |
//! | [`distributions`] | log-densities and draws of these |
//! | [`elbo()`], [`bits_per_dim`] | the evidence lower bound with `beta` and `gamma`, its terms by name |
//! | [`iwae()`], [`dreg`] | importance-weighted bounds and their doubly reparameterised gradient |
//! | [`mmd()`], [`decompose_kl`] | maximum mean discrepancy; mutual information, total correlation, dimension-wise KL |
//! | [`adversarial`] | minimax, non-saturating, least squares, hinge, Wasserstein, relativistic |
//! | [`special`] | logarithms of Bessel functions and the like, as operators |
//!
//! # Conventions
//!
//! - Samples are rows: the first axis counts them.
//! - What a loss is reduced over is its last argument: [`MeanOverBatch`], [`PerSample`], [`Sum`], [`Mean`],
//!   [`Elements`]. There is no default.
//! - Likelihoods, divergences and bounds are in nats. A log-likelihood is to be maximised; what is called a loss, a
//!   `nll` or a divergence is to be minimised.
//! - Predictions and targets have the same shape. Shapes that do not fit are mistakes of the program and panic with
//!   both shapes. Data and settings outside of their domain are a [`LossError`] that says what was found.
//! - Nothing here has parameters or state, and random draws come from the
//!   [`Stream`](latent_numeric::random::Stream) that is handed in.

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
