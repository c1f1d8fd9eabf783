//! Learned encoders: a fixed number of steps of ISTA whose matrices, step sizes and thresholds are trained.
//!
//! With a dictionary `A` (features, atoms), samples `X` and codes `Z` in rows, a step of ISTA is
//! `Z <- shrink(Z + 1/L (X - Z A') A, lambda / L)`. All networks here are made of layers of one form,
//!
//! ```text
//! P   = point_k(X, g_k(Z))            a linear map of the samples and the (gated) codes
//! Z^  = shrink(P, |theta_k|)          with thresholds that are trained; perhaps not on the largest elements
//! Z   <- Z + o_k (Z^ - Z)             o_k = 1 without a gate
//! ```
//!
//! and differ in the point:
//!
//! | [`ListaParams`] | point | trained | source |
//! |---|---|---|---|
//! | [`lista`](ListaParams::lista) | `X E_k + Z S_k` | `E`, `S`, `theta` | Gregor and LeCun, ICML 2010 |
//! | [`coupled`](ListaParams::coupled) | `Z + (X - Z A') W_k` | `W`, `theta` | Chen, Liu, Wang and Yin, NeurIPS 2018 (LISTA-CP) |
//! | [`ti_lista`](ListaParams::ti_lista) | `Z + gamma_k (X - Z A') W` | `W`, `gamma`, `theta` | Liu, Chen, Wang and Yin, ICLR 2019 (TiLISTA) |
//! | [`alista`](ListaParams::alista) | the same, `W` by [`analytic_weights`] | `gamma`, `theta` | the same (ALISTA) |
//! | [`step_sizes`](ListaParams::step_sizes) | `Z + gamma_k (X - Z A') A`, `theta_k = lambda gamma_k` | `gamma` | Ablin, Moreau, Massias and Gramfort, NeurIPS 2019 (SLISTA) |
//! | [`adaptive`](ListaParams::adaptive) | `Z + gamma_k (X V_1 - Z A' V_2' V_2) A` | `V_1`, `V_2`, `gamma`, `theta` | Aberdam, Golts and Elad, IEEE TPAMI 2021 (Ada-LISTA) |
//!
//! Any of them can have [`SupportSelection`] (CPSS: coupled with it) and [gates](ListaParams::gated) (GLISTA: coupled
//! with these). [`ConvLista`] is the same with convolutions. All but ALISTA, and networks with support selection, are
//! ISTA step by step before they are trained.
//!
//! A [`Lista`] is a [`Solver`](crate::lasso::Solver) like FISTA: [`Lasso::solve`](crate::lasso::Lasso::solve) with it
//! gives codes with certificates, and a [`ConvLista`] is one of convolutional problems. [`Lista::safeguarded`] and
//! [`ConvLista::safeguarded`] never raise the objective. [`StageWise`] trains layer after
//! layer with one of the [`losses`]; [`PredictiveDecomposition`] trains an encoder and its decoder together, and
//! [`ConvPredictiveDecomposition`] does so with convolutions, whose encoder may be a [`ConvEncoder`]: filters, a nonlinearity
//! and a diagonal layer.
//!
//! ```
//! use latent_numeric::random::Stream;
//! use latent_sparse::Dictionary;
//! use latent_sparse::lasso::{Ista, Lasso, LassoParams, Stop};
//! use latent_sparse::lista::{Lista, ListaParams, StageWise, losses};
//! use latent_tensor::Tensor;
//! use ndarray::Array2;
//!
//! let mut stream = Stream::new(1, "example", &[]);
//! let atoms: Array2<f32> = stream.normal_array((10, 20)) / 10.0_f32.sqrt();
//! let dictionary = Dictionary::new(atoms)?;
//! let lasso = Lasso::new(&dictionary, LassoParams::new(0.1))?;
//! let network = Lista::new(&lasso, ListaParams::coupled(3))?;
//!
//! // Before training it is ISTA.
//! let x: Array2<f32> = stream.normal_array((200, 10));
//! let learned = lasso.solve(x.view(), &network, &Stop::after(3))?;
//! let ista = lasso.solve(x.view(), &Ista::default(), &Stop::after(3))?;
//! assert!((&learned.codes - &ista.codes).iter().all(|d| d.abs() < 1e-5));
//!
//! // Trained on the lasso's own objective, three layers go further down than three steps.
//! let samples = Tensor::constant(x.clone());
//! let atoms = Tensor::constant(dictionary.atoms().to_owned());
//! StageWise { steps: 60, learning_rate: 1e-3, ..StageWise::default() }.train(
//!     &network,
//!     |layers, _step| {
//!         let codes = network.trajectory(&samples, None, layers)?.pop().expect("at least one layer");
//!         Ok(losses::energy(&samples, &codes, &atoms, &Tensor::scalar(0.1)))
//!     },
//!     |_| std::ops::ControlFlow::Continue(()),
//! )?;
//! let trained = lasso.solve(x.view(), &network, &Stop::after(3))?;
//! assert!(trained.summary().objective < ista.summary().objective);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adaptive;
mod analytic;
mod conv_encoder;
mod conv_predictive;
mod conv_solver;
mod convolutional;
mod encoder;
mod gates;
mod layer_wise;
pub mod losses;
mod matched;
mod network;
mod params;
mod per_layer;
mod predictive;
mod recurrent;
mod safeguard;
mod selection;
mod shrinkage;
mod train;
mod unrolled;
mod weights;

pub use analytic::{analytic_weights, generalised_coherence};
pub use conv_encoder::{ConvEncoder, ConvEncoderParams, Nonlinearity};
pub use conv_predictive::ConvPredictiveDecomposition;
pub use conv_solver::ConvSafeguarded;
pub use convolutional::{ConvLista, ConvListaParams};
pub use encoder::Safeguarded;
pub use layer_wise::LayerWise;
pub use network::Lista;
pub use params::{ListaParams, Thresholds, Variant};
pub use predictive::{PredictiveDecomposition, PredictiveEnergy, PredictiveLoss};
pub use selection::SupportSelection;
pub use train::{Progress, Stage, StageTrainer, StageWise, TrainError};
