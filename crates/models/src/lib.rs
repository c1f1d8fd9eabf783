//! Variational autoencoders and generative adversarial networks, composed of layers, losses and regularisers.
//!
//! A VAE learns two kinds of images of 16 pixels:
//!
//! ```
//! use latent_layers::{Context, Module};
//! use latent_models::{ImportanceSampling, VaeObjective, VaeSettings};
//! use latent_numeric::random::Stream;
//! use latent_tensor::{GradOptions, Tensor, grad};
//! use ndarray::Array2;
//!
//! // Upper half black or lower half black, each pixel wrong once in ten times.
//! let mut stream = Stream::new(7, "data", &[]);
//! let images = Array2::from_shape_fn((64, 16), |(n, i)| {
//!     let black = (i < 8) == (n % 2 == 0);
//!     f32::from(u8::from(black != stream.bernoulli(0.1)))
//! });
//! let x = Tensor::constant(images);
//!
//! let settings = VaeSettings { hidden: vec![16], ..VaeSettings::article(2) };
//! let vae = settings.build::<f32>([1, 4, 4], 7)?;
//! let objective = VaeObjective { beta_warm_up: 50, l2: 1e-4, ..VaeObjective::default() };
//!
//! let mut first = 0.0;
//! for step in 0..300 {
//!     let mut context = Context::train(Stream::new(7, "layers", &[step]));
//!     let mut noise = Stream::new(7, "noise", &[step]);
//!     let terms = vae.objective(&x, &objective, objective.beta_at(step), &mut context, &mut noise)?;
//!     if step == 0 {
//!         first = terms.elbo.as_ref().unwrap().item();
//!     }
//!     if step == 299 {
//!         for (name, nats) in terms.values() {
//!             println!("{name:>20} {nats:8.3} nats per image");
//!         }
//!     }
//!     let slopes = grad(&[terms.objective], &vae.variables(), GradOptions::default());
//!     for ((_, parameter), slope) in vae.parameters().into_iter().zip(&slopes) {
//!         parameter.elements().iter_mut().zip(slope.array()).for_each(|(w, slope)| *w -= 0.05 * slope);
//!     }
//! }
//!
//! // 16 bits without a model are 11.1 nats; one bit and sixteen rare errors are 0.7 + 5.2.
//! let sampling = ImportanceSampling { draws: 50, ..Default::default() };
//! let nats = vae.log_likelihood(&x, &sampling, 0)?;
//! let mean = nats.iter().sum::<f64>() / 64.0;
//! assert!(first < -10.5 && mean > -7.5, "{first} became {mean}");
//! println!("{}", vae.sample(1, &mut Stream::new(7, "samples", &[]))?.array());
//! # Ok::<(), latent_models::ModelError>(())
//! ```
//!
//! # What there is
//!
//! | | |
//! |---|---|
//! | [`LatentVariableModel`], [`Vae`] | an encoder, a prior and a decoder: [`encode`](Vae::encode), [`decode`](Vae::decode), [`reconstruct`](Vae::reconstruct), [`sample`](Vae::sample), [`interpolate`](Vae::interpolate), [`traverse`](Vae::traverse), [`log_likelihood`](Vae::log_likelihood), [`draws`](Vae::draws) |
//! | [`posterior`] | `q(z \| x)`: Gaussian, diagonal or full; Laplace; by normalising [`flow`]s; matrix-variate maps; deterministic; quantised |
//! | [`prior`] | `p(z)`: standard normal, Laplace, mixture of Gaussians, VampPrior, given a condition |
//! | [`decoder`], [`likelihood`] | `p(x \| z)`: any layers with a Bernoulli, Gaussian, continuous Bernoulli or discretised logistic likelihood |
//! | [`objective`] | what is minimised: [`VaeObjective`] (the negative ELBO with beta, warm-up, gamma, free bits, latent moments, L1, L2), importance-weighted bounds (IWAE, MIWAE, CIWAE), beta-TC, MMD (InfoVAE, WAE), regularised autoencoders |
//! | [`VaeSettings`] | the usual models by their dimensions, and where they come from |
//! | [`LatentStatistics`] | the divergence of each latent dimension, active units |
//! | [`Gan`] | a [`Generator`] and a [`Discriminator`], both conditional or not; their losses, and how the game stands |
//! | [`GanSettings`] | the usual ones by their dimensions: fully connected or convolutional, conditional batch normalisation by tables or by a network, projection, spectral normalisation |
//! | [`GanObjective`] | the game ([`GanLoss`]), gradient penalties ([`GradientPenaltyKind`]), L1, L2 |
//!
//! # A model of one's own
//!
//! A variant is a part: a type with [`Inference`](posterior::Inference), [`Prior`](prior::Prior),
//! [`Decoder`](decoder::Decoder) or [`Objective`], here or in another crate. Training, importance sampling, drawing, saving
//! and the checks of sizes are those of [`LatentVariableModel`].
//!
//! # Conventions
//!
//! - Images are rows of pixels, (samples, features), in `[0, 1]` for a VAE and in `[-1, 1]` for a GAN.
//! - Terms are means over the batch, in nats per image where they are logarithms. Each has a name and is reported by it;
//!   an objective is the sum of its contributions.
//! - Settings and objectives are `serde` structs with defaults, for configurations; what makes no sense is a
//!   [`ModelError`] with the setting's name. Dimensions that do not fit come with the path of the layer.
//! - Evaluation draws nothing and changes nothing. Random draws come from the streams that are handed in.
//! - Models are [`Module`](latent_layers::Module)s: they are saved and loaded by `latent-layers`.
//!
//! # Training
//!
//! With the feature `train`, [`train`] has the models as tasks for the loop of `latent-train`: checkpoints, early
//! stopping, metrics. Without it the crate does not depend on `latent-train`.
//!
//! # PyTorch
//!
//! Names and layouts of what [`latent_layers::save`] writes are those of a `state_dict` whose `Sequential`s are called
//! `encoder` and `decoder`. `docs/pytorch_interchange.py` loads such a file in PyTorch and compares outputs to 1e-5, and
//! saves an autoencoder of PyTorch for [`latent_layers::load`].

mod convolution;
pub mod decoder;
mod error;
pub mod flow;
mod gan;
mod latent_variable_model;
pub mod likelihood;
mod nonlinearity;
pub mod objective;
pub mod posterior;
pub mod prior;
mod repeat;
mod settings;
#[cfg(feature = "train")]
pub mod train;

pub use error::ModelError;
pub use gan::{
    Condition, Discriminator, DiscriminatorNorm, Gan, GanArchitecture, GanLoss, GanObjective, GanSettings, GanTerms,
    GanWarning, Generator, GradientPenaltyKind, SpectralNormalization,
};
pub use latent_variable_model::{
    Draws, ImportanceSampling, Interpolation, LatentStatistics, LatentVariableModel, Observation, Vae, path,
};
pub use likelihood::{Likelihood, Sigma};
pub use nonlinearity::Nonlinearity;
pub use objective::{Objective, ObjectiveTerms, VaeObjective};
pub use settings::{VaeArchitecture, VaeSettings};
