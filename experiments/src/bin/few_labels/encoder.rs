//! From images to features.

use super::config::{Config, Features};
use super::pretrain;
use super::pretrain::Learning;
use latent_datasets::LabelledImages;
use latent_layers::{Context, Layer, Module, State, Visitor};
use latent_sparse::Dictionary;
use latent_sparse::convolutional::{Boundary, ConvolutionalLasso, ConvolutionalParams};
use latent_sparse::lasso::{Admm, Lasso, LassoParams, Stop};
use latent_sparse::lista::{ConvLista, ConvListaParams, Lista, ListaParams};
use latent_study::failure::Failure;
use latent_tensor::ops::Pool2dOptions;
use latent_tensor::{Tensor, no_grad};
use latent_train::Snapshot;
use latent_train::interrupt::Interrupt;
use ndarray::{Array2, ArrayView2, Axis, Ix2, concatenate};

/// What makes features of images.
pub enum Encoder {
    /// The pixels themselves.
    Pixels,
    /// The lasso's codes with a dictionary, (pixels, atoms), to a relative gap of 1e-3, and the weight of their l1
    /// term.
    Codes(State, f32),
    /// A network for a dictionary.
    Network(Lista),
    /// A network for filters, whose maps are pooled.
    Convolutional {
        /// The network.
        network: ConvLista,
        /// Channels, height and width of an image.
        image: (usize, usize, usize),
        /// Rows and columns of a window, and from one to the next.
        pool: usize,
    },
}

/// The relative gap of codes.
const GAP: f64 = 1e-3;
/// Images that are encoded at once.
const CHUNK: usize = 250;

impl Encoder {
    /// With a dictionary or filters to begin with, which [`learn`](Self::learn) replaces.
    ///
    /// # Errors
    /// If the configuration does not fit the images.
    pub fn new(config: &Config, images: &LabelledImages, seed: u64) -> Result<Self, Failure> {
        Self::after(config, images, seed, Learning::Not)
    }

    /// Learns what it needs from images without labels, and puts it in the place of what it began with.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Interrupted`](latent_train::interrupt::Interrupted) if somebody asks for the end.
    pub fn learn(
        &self,
        config: &Config,
        images: &LabelledImages,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<(), Failure> {
        let learned = Self::after(config, images, seed, Learning::Until(interrupt))?;
        Ok(Snapshot::of(&learned).restore(self)?)
    }

    fn after(config: &Config, images: &LabelledImages, seed: u64, learning: Learning<'_>) -> Result<Self, Failure> {
        let lambda = config.lambda as f32;
        Ok(match config.features {
            Features::Pixels => Self::Pixels,
            Features::Codes => {
                Self::Codes(State::new(pretrain::dictionary(config, images, seed, learning)?.into_atoms()), lambda)
            }
            Features::Network => {
                let dictionary = pretrain::dictionary(config, images, seed, learning)?;
                let lasso = Lasso::new(&dictionary, LassoParams::new(lambda))?;
                Self::Network(Lista::new(&lasso, ListaParams { tied: true, ..ListaParams::lista(config.layers) })?)
            }
            Features::Convolutional => {
                let filters = pretrain::filters(config, images, seed, learning)?;
                let image = images.image_dim();
                let penalty = ConvolutionalParams::new(lambda).boundary(Boundary::Free);
                let lasso = ConvolutionalLasso::new(&filters, penalty)?;
                let step_size = lasso.lipschitz((image.1, image.2)).recip();
                let params = ConvListaParams { layers: config.layers, lambda, step_size, selection: None };
                Self::Convolutional { network: ConvLista::new(filters.into_array(), params)?, image, pool: config.pool }
            }
        })
    }

    /// The features of images, (samples, pixels), as (samples, features).
    ///
    /// # Errors
    /// If the images have another size.
    pub fn forward(&self, x: &Tensor, context: &mut Context) -> Result<Tensor, Failure> {
        Ok(match self {
            Self::Pixels => x.clone(),
            Self::Codes(dictionary, lambda) => {
                let dictionary = Dictionary::new(dictionary.tensor().view_as::<Ix2>().to_owned())?;
                let lasso = Lasso::new(&dictionary, LassoParams::new(*lambda))?;
                Tensor::constant(lasso.solve(x.view_as::<Ix2>(), &Admm::default(), &Stop::gap(GAP))?.codes)
            }
            Self::Network(network) => network.forward(x, context)?,
            Self::Convolutional { network, image: (c, h, w), pool } => {
                let samples = x.shape()[0];
                let maps = network.forward(&x.reshape(&[samples, *c, *h, *w]), context)?.abs();
                let pooled = maps.max_pool2d(Pool2dOptions::new([*pool; 2]));
                pooled.reshape(&[samples, pooled.len() / samples])
            }
        })
    }

    /// The features of many images, without gradients.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn encode(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>, Failure> {
        let encoded = |chunk: ArrayView2<'_, f32>| -> Result<Array2<f32>, Failure> {
            let features = no_grad(|| self.forward(&Tensor::constant(chunk.to_owned()), &mut Context::evaluate()))?;
            Ok(features.view_as::<Ix2>().to_owned())
        };
        let parts = x.axis_chunks_iter(Axis(0), CHUNK).map(encoded).collect::<Result<Vec<_>, _>>()?;
        let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
        Ok(concatenate(Axis(0), &views).expect("features of one length"))
    }
}

impl Module for Encoder {
    fn kind(&self) -> &'static str {
        "encoder"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        match self {
            Self::Pixels => {}
            Self::Codes(dictionary, _) => visitor.state("dictionary", dictionary),
            Self::Network(network) => network.visit(visitor),
            Self::Convolutional { network, .. } => network.visit(visitor),
        }
    }
}
