//! Layers of neural networks on `latent-tensor`: modules with named parameters and state, initialisation from named
//! random streams, and files that PyTorch reads and writes.
//!
//! A network, learned by gradient descent written by hand, saved and loaded:
//!
//! ```
//! use latent_layers::{Activation, Context, Layer, Linear, LoadOptions, Module, Sequential, load_bytes, summary, to_bytes};
//! use latent_numeric::random::Stream;
//! use latent_tensor::{GradOptions, Tensor, grad};
//! use ndarray::Array2;
//!
//! // y = sin x, from 64 samples.
//! let x = Array2::from_shape_fn((64, 1), |(i, _)| -3.0 + 6.0 * i as f32 / 63.0);
//! let (x, y) = (Tensor::constant(x.clone()), Tensor::constant(x.mapv(f32::sin)));
//!
//! let network = |seed: u64| -> Sequential {
//!     let mut stream = Stream::new(seed, "initialisation", &[]);
//!     Sequential::new()
//!         .then(Linear::new(1, 32, &mut stream))
//!         .then(Activation::Tanh)
//!         .then(Linear::new(32, 1, &mut stream))
//! };
//! let model = network(7);
//! println!("{}", summary(&model, &[64, 1])?);
//!
//! let loss = |context: &mut Context| Ok::<_, latent_layers::LayerError>((model.forward(&x, context)? - &y).square().mean());
//! let before = loss(&mut Context::evaluate())?.item();
//! for step in 0..200 {
//!     let loss = loss(&mut Context::train(Stream::new(7, "training", &[step])))?;
//!     let slopes = grad(&[loss], &model.variables(), GradOptions::default());
//!     for ((_, parameter), slope) in model.parameters().into_iter().zip(&slopes) {
//!         parameter.elements().iter_mut().zip(slope.array()).for_each(|(w, slope)| *w -= 0.1 * slope);
//!     }
//! }
//! let after = loss(&mut Context::evaluate())?.item();
//! assert!(after < 0.1 * before, "{before} became {after}");
//!
//! // The same names, shapes and layouts as in PyTorch: 0.weight, 0.bias, 2.weight, 2.bias.
//! let copy = network(8);
//! load_bytes(&copy, &to_bytes(&model), LoadOptions::default())?;
//! let predicted = |model: &Sequential| model.forward(&x, &mut Context::evaluate()).map(|y| y.to_array());
//! assert_eq!(predicted(&model)?, predicted(&copy)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Ideas
//! - A [`Module`] shows its parts to a [`Visitor`]: each [`Parameter`] and [`State`] has a path, such as
//!   `encoder.0.weight`, and all come in a fixed order. A [`Layer`] is a module that maps a tensor to a tensor; one of
//!   one's own needs three short methods, see [`Module`].
//! - A [`Context`] goes through each pass: training or evaluation, the random stream, and where in the model the pass is.
//!   Nothing is global, evaluation changes nothing, and only dropout draws.
//! - A wrong dimension is a [`LayerError`] with the path, the expected and the given shape; an impossible setting is one
//!   when the layer is built. [`summary`] prints the table of a model.
//! - A [`Weight`] can be a function of what is trained, such as a spectrally normalised one. [`with_parameters`] makes a
//!   module a function of its parameters, for derivatives of every order.
//! - [`save`] and [`load`] are exact; a file with other tensors is refused with a list of all differences.
//!
//! # Layers
//! | | |
//! |---|---|
//! | Linear maps | [`Linear`], [`Conv2d`], [`ConvTranspose2d`], [`Embedding`] |
//! | Pooling and sizes | [`MaxPool2d`], [`AvgPool2d`], [`GlobalAvgPool`], [`Upsample`], [`Flatten`], [`Reshape`] |
//! | Normalisation | [`BatchNorm`], [`LayerNorm`], [`InstanceNorm`], [`GroupNorm`] |
//! | Noise | [`Dropout`], [`Dropout2d`] |
//! | Sequences | [`Gru`], [`Lstm`] |
//! | Composition | [`Sequential`], [`Residual`], [`Identity`], [`Activation`] |
//!
//! Samples are rows, images (N, C, H, W), sequences (samples, steps, features). Everything is generic over `f32`, the
//! default, and `f64`.

// What a derived module is written with.
extern crate self as latent_layers;

mod activation;
mod affine;
mod avg_pool2d;
mod batch_norm;
mod context;
mod conv2d;
mod conv_transpose2d;
mod count;
mod dropout;
mod dropout2d;
mod embedding;
mod error;
mod flatten;
mod global_avg_pool;
mod group_norm;
mod gru;
mod identity;
mod init;
mod instance_norm;
mod layer;
mod layer_norm;
mod linear;
mod locked;
mod lstm;
mod masked_linear;
mod max_pool2d;
mod module;
#[doc(hidden)]
pub mod of_derive;
mod owned;
mod parameter;
mod recurrent;
mod reshape;
mod residual;
mod sequential;
mod settings;
mod several;
mod side_by_side;
mod slot;
mod state_dict;
mod substitute;
mod summary;
mod upsample;
mod weight;
mod windows;

pub use activation::Activation;
pub use avg_pool2d::AvgPool2d;
pub use batch_norm::BatchNorm;
pub use context::{Applied, Context};
pub use conv_transpose2d::ConvTranspose2d;
pub use conv2d::Conv2d;
pub use count::Count;
pub use dropout::Dropout;
pub use dropout2d::Dropout2d;
pub use embedding::Embedding;
pub use error::LayerError;
pub use flatten::Flatten;
pub use global_avg_pool::GlobalAvgPool;
pub use group_norm::GroupNorm;
pub use gru::Gru;
pub use identity::Identity;
pub use init::Init;
pub use instance_norm::InstanceNorm;
pub use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions, Interpolation, Pool2dOptions};
pub use layer::Layer;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use locked::Elements;
pub use lstm::Lstm;
pub use masked_linear::MaskedLinear;
pub use max_pool2d::MaxPool2d;
pub use module::{Entry, Module, Visitor};
pub use owned::Owned;
pub use parameter::{Parameter, State};
pub use reshape::Reshape;
pub use residual::Residual;
pub use sequential::Sequential;
pub use side_by_side::SideBySide;
pub use slot::{Slot, SlotValue};
pub use state_dict::{Fault, LoadOptions, Loaded, StateDictError, load, load_bytes, save, to_bytes};
pub use substitute::with_parameters;
pub use summary::{Summary, summary};
pub use upsample::Upsample;
pub use weight::{Reparameterization, Weight};

/// Makes a struct a [`Module`](trait@Module) whose fields are its parts, in their order, each under the name of its
/// field.
///
/// ```
/// use latent_layers::{Activation, Count, Layer, Linear, Module, Parameter, State};
/// # use latent_numeric::{Scalar, random::Stream};
///
/// #[derive(Module)]
/// struct Network<E: Scalar> {
///     encoder: Vec<Linear<E>>,
///     head: Option<Linear<E>>,
///     last: Box<dyn Layer<E>>,
///     #[module(name = "out_scale")]
///     scale: Parameter<E>,
///     mean: State<E>,
///     seen: Count,
///     #[module(skip)]
///     smallest: f64,
/// }
///
/// let stream = &mut Stream::new(1, "initialisation", &[]);
/// let network = Network::<f64> {
///     encoder: vec![Linear::new(3, 2, stream), Linear::new(2, 2, stream).without_bias()],
///     head: None,
///     last: Box::new(Activation::Relu),
///     scale: Parameter::new(ndarray::arr0(1.0)),
///     mean: State::new(ndarray::arr0(0.0)),
///     seen: Count::default(),
///     smallest: 1e-3,
/// };
/// assert_eq!(network.kind(), "network");
/// let paths: Vec<String> = network.parameters().into_iter().map(|(path, _)| path).collect();
/// assert_eq!(paths, ["encoder.0.weight", "encoder.0.bias", "encoder.1.weight", "out_scale"]);
/// assert_eq!((network.states()[0].0.as_str(), network.counts()[0].0.as_str()), ("mean", "seen"));
/// assert_eq!(network.smallest, 1e-3);
/// ```
///
/// | before a field | |
/// |---|---|
/// | nothing | a [`Parameter`], [`State`], [`Count`] or [`Weight`] is the module's own, anything else is a module inside it; several in a `Vec` or an array are numbered, `encoder.0`, and what is in an `Option` or a `Box` stands for itself |
/// | `#[module(name = "out_scale")]` | under this name |
/// | `#[module(skip)]` | not visited: settings and the like |
/// | `#[module(flatten)]` | a module whose parts are shown as if they were this module's own |
/// | `#[module(owned)]` | it is [`Owned`], which the name of its type does not tell |
/// | `#[module(part)]` | it is a module, although its type is called `State` or the like |
///
/// | before the struct | |
/// |---|---|
/// | `#[module(kind = "gate")]` | the [`kind`](Module::kind), a text or a constant; as a rule the name of the type in snake case |
/// | `#[module(scalar = f64)]` | the number type that it is a module over; as a rule its type parameter that is a `Scalar`, any number type if nothing is visited, else `f32` |
///
/// Fields of a tuple struct are named `0`, `1`, ... Parameters of the type that are layers (`struct Twice<L>`) need no
/// bound: the module is one where its fields are.
///
/// # Errors
/// A field that is visited has to be a module, or owned by one:
///
/// ```compile_fail
/// use latent_layers::{Linear, Module};
///
/// #[derive(Module)]
/// struct Scaled {
///     linear: Linear,
///     // error: field `factor` is neither a module nor a parameter, a state or a count: write #[module(skip)]
///     // before it to leave it out
///     factor: f32,
/// }
/// ```
///
/// ```compile_fail
/// use latent_layers::{Linear, Module};
///
/// struct Settings;
///
/// #[derive(Module)]
/// struct Scaled {
///     linear: Linear,
///     // error: `Settings` is not a module of numbers of type `f32`
///     settings: Settings,
/// }
/// ```
///
/// Names of fields are distinct, options are those above, and enumerations show their parts by hand:
///
/// ```compile_fail
/// use latent_layers::{Linear, Module};
///
/// #[derive(Module)]
/// struct Twice {
///     first: Linear,
///     // error: two fields are named `first`
///     #[module(name = "first")]
///     second: Linear,
/// }
/// ```
///
/// ```compile_fail
/// use latent_layers::{Linear, Module};
///
/// #[derive(Module)]
/// struct Renamed {
///     // error: a field has no option `rename`: there are #[module(skip)], #[module(name = "...")], ...
///     #[module(rename = "linear")]
///     first: Linear,
/// }
/// ```
pub use latent_macros::Module;
