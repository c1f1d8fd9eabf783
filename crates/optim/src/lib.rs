//! Optimisers: what changes the parameters of a model so that a loss falls.
//!
//! | | settings | per element | source |
//! |---|---|---|---|
//! | stochastic gradient descent, momentum, Nesterov's | [`Sgd`] | 0 or 1 number | Sutskever et al. 2013 |
//! | RMSprop, centred, with momentum | [`RmsProp`] | 1 to 3 | Tieleman and Hinton 2012 |
//! | Adam, AMSGrad | [`Adam`] | 2 or 3 | Kingma and Ba 2015 |
//! | Adam with decoupled weight decay | [`AdamW`] | 2 or 3 | Loshchilov and Hutter 2019 |
//! | Adagrad | [`Adagrad`] | 1 | Duchi et al. 2011 |
//! | L-BFGS with strong Wolfe line search | [`Lbfgs`] | 2 for each change kept | Nocedal and Wright 2006 |
//!
//! The formulas are PyTorch's, and tests hold a hundred steps of each, of every schedule and of every option, against
//! it to a relative `1e-12` in double precision.
//!
//! A line fitted to data in `ndarray` arrays:
//!
//! ```
//! use latent_layers::{Context, Layer, Linear, Module};
//! use latent_numeric::random::Stream;
//! use latent_optim::{AdamW, Algorithm, AverageSettings, Clip, Optimizer, Schedule, Selection, StepOptions, WeightAverage};
//! use latent_tensor::{GradOptions, Tensor, grad};
//! use ndarray::{Array2, Axis, array};
//!
//! // y = x w' + b, observed without noise.
//! let mut stream = Stream::new(1, "data", &[]);
//! let x = Array2::from_shape_simple_fn((64, 3), || stream.normal::<f32>());
//! let y = (x.dot(&array![2.0, -1.0, 0.5]) + 3.0).insert_axis(Axis(1));
//! let (x, y) = (Tensor::constant(x), Tensor::constant(y));
//!
//! let model = Linear::new(3, 1, &mut Stream::new(1, "initialisation", &[]));
//! let settings = AdamW { learning_rate: 0.1, weight_decay: 1e-4, ..AdamW::default() };
//! let mut optimizer = settings
//!     .clone()
//!     .optimizer()?
//!     // No decay of biases.
//!     .with_group(Selection::matching(|path| path.ends_with("bias")), AdamW { weight_decay: 0.0, ..settings })?
//!     .with_schedule(Schedule::Cosine { steps: 400, end: 0.0 })?;
//! let mut average = WeightAverage::new(AverageSettings { decay: 0.9, ..Default::default() }, &model)?;
//!
//! for _ in 0..400 {
//!     let gradients = {
//!         let prediction = model.forward(&x, &mut Context::evaluate())?;
//!         let loss = (prediction - &y).square().mean();
//!         grad(&[loss], &model.variables(), GradOptions::default())
//!     };
//!     // Clipping, decay, the step and the average are one pass over memory.
//!     let options = StepOptions { clip: Clip::GlobalNorm(10.0), average: Some(average.following(&model)) };
//!     optimizer.step_with(&model.parameters(), &gradients, options)?;
//! }
//!
//! let _averaged = average.swap_in(&model)?;
//! let weight = model.variables()[0].to_array();
//! assert!((&weight - &array![[2.0, -1.0, 0.5]].into_dyn()).iter().all(|d| d.abs() < 1e-2), "{weight}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Parts
//! - [`Optimizer`] is what all of them are, [`Optimizer::step`] what they do. L-BFGS, which evaluates the loss itself,
//!   does it in [`Optimizer::step_closure`]. [`OptimizerSettings`] is any of them as a configuration names it.
//! - [`WeightDecay`] is coupled (L2, through the gradient) or decoupled (the weights shrink by themselves), and says so.
//! - [`FirstOrder`] has groups of parameters with settings of their own, chosen by path ([`Selection`]). In a
//!   configuration they are [`ParameterGroup`]s.
//! - [`SideBySide`](latent_layers::SideBySide) makes one module of several, for one optimiser and one average.
//! - [`Schedule`] multiplies the learning rates: a pure function of the step.
//! - [`Clip`] keeps gradients small, by value or by their global norm ([`gradient_norm`]), and reports the norm.
//! - [`WeightAverage`] is an exponential moving average of parameters, with copies of the state that goes with them.
//! - [`SavedState`] is what an optimiser or an average has to keep, as a safetensors file. A run that goes on from it
//!   is bit for bit the run that never stopped.
//! - [`Algorithm`] is what to implement for an optimiser of one's own that treats every element by itself.
//!
//! # Speed
//! A step of a first-order optimiser reads and writes each parameter, gradient and number kept for it once, for all
//! parameters together, in blocks that are shared among the threads of the current `rayon` pool. Gradients may have any
//! layout: those not in row-major order are read in tiles of a few kilobytes on the stack. After the first step nothing
//! is allocated but a few hundred bytes for each block. What makes it slower is to hold on to the tensors of
//! parameters, as in a loss that is still alive, since these then have to be copied.
//!
//! # Reproducibility
//! The bits of a step depend neither on the number of threads, nor on the layout of gradients, nor on how elements are
//! grouped into tensors. Only the global norm, a sum of all elements, depends in its last bit on the last two.
//!
//! # Errors
//! Settings outside their domains, parameters that are not those of the steps before, gradients and saved states that
//! do not match: each an [`OptimError`] that names all that differs. Nothing is changed then.

mod adagrad;
mod adam;
mod average;
mod block;
mod clip;
mod error;
mod first_order;
mod group;
mod lbfgs;
mod optimizer;
mod parameter_group;
mod parameters;
mod rms_prop;
mod saved;
mod schedule;
mod settings;
mod sgd;
mod weight_decay;

pub use adagrad::{Adagrad, AdagradCoefficients};
pub use adam::{Adam, AdamCoefficients, AdamW};
pub use average::{AverageSettings, Following, Swapped, WeightAverage};
pub use block::{Block, MAX_SLOTS};
pub use clip::{Clip, gradient_norm};
pub use error::OptimError;
pub use first_order::{Algorithm, FirstOrder};
pub use group::Selection;
pub use lbfgs::{Lbfgs, LimitedMemory, LineSearch};
pub use optimizer::{Evaluation, Optimizer, StepOptions, StepReport};
pub use parameter_group::ParameterGroup;
pub use parameters::Named;
pub use rms_prop::{RmsProp, RmsPropCoefficients};
pub use saved::SavedState;
pub use schedule::Schedule;
pub use settings::OptimizerSettings;
pub use sgd::{Sgd, SgdCoefficients};
pub use weight_decay::WeightDecay;
