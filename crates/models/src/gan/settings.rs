//! Generators and discriminators by name.

use super::chain::{Chain, Stage};
use super::{Discriminator, Gan, GanObjective, Generator, GradientPenaltyKind};
use crate::convolution::{Convolution, down, up};
use crate::error::{ModelError, require};
use crate::gan::GanLoss;
use latent_layers::{
    Activation, BatchNorm, Conv2d, ConvTranspose2d, Dropout, Flatten, GroupNorm, Init, Linear, Reshape, Sequential,
    Weight,
};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_regularizers::{
    AffineNetwork, ClassTables, ConditionalBatchNorm, SpectralNorm, SpectralNormOptions, WeightOperator,
};
use serde::{Deserialize, Serialize};

/// What generator and discriminator are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GanArchitecture {
    /// Fully connected layers.
    #[default]
    Mlp,
    /// Transposed 4x4 convolutions with stride 2 in the generator, 4x4 convolutions with stride 2 in the
    /// discriminator (after Radford, Metz and Chintala 2016).
    Convolutional,
}

/// What makes scale and shift of a conditional generator's normalisations from a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Tables with a row for each class (Dumoulin, Shlens and Kudlur 2017).
    #[default]
    Tables,
    /// A network of the one-hot class with a hidden layer of this width (de Vries et al. 2017).
    Network {
        /// The width.
        hidden: usize,
    },
}

/// What stands between the discriminator's layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscriminatorNorm {
    /// No normalisation.
    #[default]
    None,
    /// Batch normalisation, after which the output for an image depends on the others of its batch.
    Batch,
    /// Normalisation of each sample over all its channels: group normalisation with one group.
    Layer,
}

/// Spectral normalisation of the discriminator's linear maps (Miyato et al. 2018).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpectralNormalization {
    /// None.
    #[default]
    Off,
    /// Of the weights as matrices, as the paper has it for convolutions too.
    Matrix,
    /// Of the maps themselves: convolutions have the norm one that bounds how far apart they map two images.
    Operator,
}

impl SpectralNormalization {
    fn apply<E: Scalar>(self, weight: &mut Weight<E>, operator: WeightOperator) -> Result<(), ModelError> {
        let operator = match self {
            Self::Off => return Ok(()),
            Self::Matrix => WeightOperator::LINEAR,
            Self::Operator => operator,
        };
        Ok(SpectralNorm::apply(weight, SpectralNormOptions::new(operator))?)
    }
}

/// What is allowed, but no good idea; see [`GanSettings::warnings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GanWarning {
    /// Its name, such as `unbounded_critic`.
    pub name: &'static str,
    /// What it is, with the reason.
    pub message: &'static str,
    /// What to change.
    pub remedy: &'static str,
}

/// A GAN by its dimensions. The generator ends in `tanh`, its hidden layers in rectifiers; the discriminator's layers
/// end in leaky rectifiers of slope 0.2.
///
/// ```
/// use latent_layers::Module;
/// use latent_models::{GanArchitecture, GanSettings};
///
/// let gan = GanSettings::article().build::<f32>([1, 28, 28], 7)?;
/// let shapes: Vec<_> = gan.parameters().iter().map(|(path, w)| (path.clone(), w.shape())).collect();
/// assert_eq!(shapes[0], ("generator.0.weight".into(), vec![256, 100]));
/// assert_eq!(shapes[6], ("discriminator.features.0.weight".into(), vec![256, 784]));
/// assert_eq!(shapes[10], ("discriminator.output.weight".into(), vec![1, 128]));
///
/// let named: GanSettings = serde_json::from_str(r#"{"architecture": "convolutional", "latent_dim": 64}"#).unwrap();
/// assert_eq!(named, GanSettings { architecture: GanArchitecture::Convolutional, latent_dim: 64, ..GanSettings::article() });
/// # Ok::<(), latent_models::ModelError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GanSettings {
    /// What generator and discriminator are made of.
    pub architecture: GanArchitecture,
    /// The number of dimensions of the generator's codes.
    pub latent_dim: usize,
    /// Widths of a fully connected generator.
    pub generator_hidden: Vec<usize>,
    /// Widths of a fully connected discriminator.
    pub discriminator_hidden: Vec<usize>,
    /// Channels of a convolutional discriminator; the generator has them in reverse.
    pub channels: Vec<usize>,
    /// The number of classes; zero for a GAN without.
    pub classes: usize,
    /// Batch normalisation in the generator; conditional with classes, which have no other way into it.
    pub generator_norm: bool,
    /// How scale and shift are computed from the class.
    pub condition: Condition,
    /// What stands between the discriminator's layers, but the first.
    pub discriminator_norm: DiscriminatorNorm,
    /// Spectral normalisation of the discriminator.
    pub spectral_norm: SpectralNormalization,
    /// The probability with which an element of the discriminator's hidden layers is dropped.
    pub dropout: f64,
}

impl Default for GanSettings {
    /// [`article`](Self::article).
    fn default() -> Self {
        Self::article()
    }
}

impl GanSettings {
    /// Generator 100-256-512-784, discriminator 784-256-128-1, without classes and normalisation.
    ///
    /// ```
    /// assert_eq!(latent_models::GanSettings::article().generator_hidden, [256, 512]);
    /// ```
    pub fn article() -> Self {
        Self {
            architecture: GanArchitecture::Mlp,
            latent_dim: 100,
            generator_hidden: vec![256, 512],
            discriminator_hidden: vec![256, 128],
            channels: vec![32, 64],
            classes: 0,
            generator_norm: false,
            condition: Condition::Tables,
            discriminator_norm: DiscriminatorNorm::None,
            spectral_norm: SpectralNormalization::Off,
            dropout: 0.0,
        }
    }

    /// A convolutional pair with 32 and 64 channels, batch normalisation in the generator.
    ///
    /// ```
    /// use latent_models::GanSettings;
    ///
    /// let gan = GanSettings::convolutional().build::<f32>([1, 28, 28], 7)?;
    /// assert_eq!(gan.generator.latent_dim(), 100);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn convolutional() -> Self {
        Self { architecture: GanArchitecture::Convolutional, generator_norm: true, ..Self::article() }
    }

    /// The convolutional pair for images of so many classes: conditional batch normalisation by tables in the generator,
    /// a projection discriminator with spectral normalisation (Miyato and Koyama 2018).
    ///
    /// ```
    /// use latent_models::GanSettings;
    ///
    /// let gan = GanSettings::conditional(10).build::<f32>([1, 28, 28], 7)?;
    /// assert_eq!((gan.generator.classes(), gan.discriminator.classes()), (10, 10));
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn conditional(classes: usize) -> Self {
        Self { classes, spectral_norm: SpectralNormalization::Matrix, ..Self::convolutional() }
    }

    /// What is allowed, but no good idea, with the reason.
    ///
    /// ```
    /// use latent_models::{DiscriminatorNorm, GanObjective, GanSettings};
    ///
    /// let settings = GanSettings { discriminator_norm: DiscriminatorNorm::Batch, ..GanSettings::article() };
    /// let warnings = settings.warnings(&GanObjective::wgan_gp());
    /// assert!(warnings[0].message.starts_with("discriminator_norm is batch with a gradient penalty"));
    /// assert!(GanSettings::article().warnings(&GanObjective::wgan_gp()).is_empty());
    /// ```
    pub fn warnings(&self, objective: &GanObjective) -> Vec<GanWarning> {
        let mut warnings = Vec::new();
        let is_penalized = objective.gradient_penalty != GradientPenaltyKind::None;
        if is_penalized && self.discriminator_norm == DiscriminatorNorm::Batch {
            warnings.push(GanWarning {
                name: "batch_norm_with_gradient_penalty",
                message: "discriminator_norm is batch with a gradient penalty: the penalty is on the gradient of each \
                          sample's output with respect to that sample, but batch normalisation makes every output \
                          depend on all samples of the batch (Gulrajani et al. 2017, section 4)",
                remedy: "discriminator_norm = \"layer\", or none",
            });
        }
        if objective.loss == GanLoss::Wasserstein && !is_penalized && self.spectral_norm == SpectralNormalization::Off {
            warnings.push(GanWarning {
                name: "unbounded_critic",
                message: "loss is wasserstein, but nothing bounds the critic's slope: its loss has no lower bound",
                remedy: "a gradient_penalty, or a spectral_norm",
            });
        }
        warnings
    }

    /// The model for images of this many channels, rows and columns, its weights drawn from the stream
    /// `(seed, "initialisation", [])`.
    ///
    /// # Errors
    /// If a dimension is zero, the dropout no probability below one, the images' sides cannot be halved as often as
    /// there are convolutions, or there are classes but no normalisation in the generator.
    ///
    /// ```
    /// use latent_models::GanSettings;
    ///
    /// let settings = GanSettings { classes: 10, ..GanSettings::article() };
    /// let error = settings.build::<f32>([1, 28, 28], 7).err().unwrap();
    /// let told = "generator_norm is false, expected true with classes, which have no other way into the generator";
    /// assert_eq!(error.to_string(), told);
    /// ```
    pub fn build<E: Scalar>(&self, image: [usize; 3], seed: u64) -> Result<Gan<E>, ModelError> {
        let pixels: usize = image.iter().product();
        require(pixels > 0, "image", format!("{image:?}"), "at least 1 everywhere")?;
        require(self.latent_dim > 0, "latent_dim", self.latent_dim, "at least 1")?;
        for (key, widths) in
            [("generator_hidden", &self.generator_hidden), ("discriminator_hidden", &self.discriminator_hidden)]
        {
            let holds = !widths.is_empty() && !widths.contains(&0);
            require(holds, key, format!("{widths:?}"), "one number or more, at least 1 each")?;
        }
        if let Condition::Network { hidden } = self.condition {
            require(hidden > 0, "condition.network.hidden", hidden, "at least 1")?;
        }
        let expected = "true with classes, which have no other way into the generator";
        require(self.classes == 0 || self.generator_norm, "generator_norm", self.generator_norm, expected)?;

        let stream = &mut Stream::new(seed, "initialisation", &[]);
        let mut generator = Chain::new();
        let mut features = Chain::new();
        let width = match self.architecture {
            GanArchitecture::Mlp => {
                self.connected_generator(&mut generator, pixels, stream);
                self.connected_features(&mut features, pixels, stream)?
            }
            GanArchitecture::Convolutional => {
                let convolutions = Convolution::new(image, &self.channels)?;
                self.transposed_generator(&mut generator, &convolutions, stream)?;
                self.convolved_features(&mut features, &convolutions, stream)?
            }
        };
        let output = self.linear(width, 1, stream)?;
        let embedding = if self.classes > 0 {
            let mut embedding = Linear::new(self.classes, width, stream).without_bias();
            self.spectral_norm.apply(&mut embedding.weight, WeightOperator::LINEAR)?;
            Some(embedding)
        } else {
            None
        };
        let classes = self.classes;
        Ok(Gan {
            generator: Generator { chain: generator, latent_dim: self.latent_dim, classes },
            discriminator: Discriminator { features, output, embedding, pixels, classes },
        })
    }

    fn connected_generator<E: Scalar>(&self, chain: &mut Chain<E>, pixels: usize, stream: &mut Stream) {
        let mut width = self.latent_dim;
        for &next in &self.generator_hidden {
            chain.then(Linear::new(width, next, stream));
            self.normalize(chain, next, stream);
            chain.then(Activation::Relu);
            width = next;
        }
        chain.then(Linear::new(width, pixels, stream));
        chain.then(Activation::Tanh);
    }

    fn transposed_generator<E: Scalar>(
        &self,
        chain: &mut Chain<E>,
        of: &Convolution,
        stream: &mut Stream,
    ) -> Result<(), ModelError> {
        chain.then(Linear::new(self.latent_dim, of.inner_features(), stream));
        chain.then(Reshape::new(&of.inner()));
        for [inputs, outputs] in up(of) {
            self.normalize(chain, inputs, stream);
            chain.then(Activation::Relu);
            chain.then(ConvTranspose2d::new(inputs, outputs, [4, 4], Convolution::DOUBLING, stream)?);
        }
        chain.then(Activation::Tanh);
        chain.then(Flatten);
        Ok(())
    }

    /// The normalisation of a generator's hidden layer, if it has one.
    fn normalize<E: Scalar>(&self, chain: &mut Chain<E>, channels: usize, stream: &mut Stream) {
        match (self.generator_norm, self.classes, self.condition) {
            (false, ..) => {}
            (true, 0, _) => chain.then(BatchNorm::new(channels)),
            (true, classes, Condition::Tables) => {
                chain.push(Stage::ByTables(ConditionalBatchNorm::new(ClassTables::new(classes, channels))));
            }
            (true, classes, Condition::Network { hidden }) => {
                // Of zeros at first: batch normalisation.
                let network = Sequential::new()
                    .then(Linear::new(classes, hidden, stream))
                    .then(Activation::Relu)
                    .then(Linear::with_init(hidden, 2 * channels, Init::Zeros, stream));
                chain.push(Stage::ByNetwork(ConditionalBatchNorm::new(AffineNetwork::new(network, channels))));
            }
        }
    }

    fn linear<E: Scalar>(&self, inputs: usize, outputs: usize, stream: &mut Stream) -> Result<Linear<E>, ModelError> {
        let mut layer = Linear::new(inputs, outputs, stream);
        self.spectral_norm.apply(&mut layer.weight, WeightOperator::LINEAR)?;
        Ok(layer)
    }

    fn connected_features<E: Scalar>(
        &self,
        chain: &mut Chain<E>,
        pixels: usize,
        stream: &mut Stream,
    ) -> Result<usize, ModelError> {
        let mut width = pixels;
        for (i, &next) in self.discriminator_hidden.iter().enumerate() {
            chain.push(Stage::Linear(self.linear(width, next, stream)?));
            self.end_of_layer(chain, i, next)?;
            width = next;
        }
        Ok(width)
    }

    fn convolved_features<E: Scalar>(
        &self,
        chain: &mut Chain<E>,
        of: &Convolution,
        stream: &mut Stream,
    ) -> Result<usize, ModelError> {
        chain.then(Reshape::new(&of.image));
        for (i, [inputs, outputs]) in down(of).into_iter().enumerate() {
            let (options, input) = (Convolution::HALVING, of.sides(i));
            let mut layer = Conv2d::new(inputs, outputs, [4, 4], options, stream)?;
            self.spectral_norm.apply(&mut layer.weight, WeightOperator::Conv2d { options, input })?;
            chain.push(Stage::Conv2d(layer, input));
            self.end_of_layer(chain, i, outputs)?;
        }
        chain.then(Flatten);
        Ok(of.inner_features())
    }

    /// What comes after a linear map of the discriminator.
    fn end_of_layer<E: Scalar>(&self, chain: &mut Chain<E>, layer: usize, channels: usize) -> Result<(), ModelError> {
        // The first layer is not normalised: what it sees of the images' brightness would be lost.
        match self.discriminator_norm {
            DiscriminatorNorm::Batch if layer > 0 => chain.then(BatchNorm::new(channels)),
            DiscriminatorNorm::Layer if layer > 0 => chain.then(GroupNorm::new(1, channels)?),
            _ => {}
        }
        chain.then(Activation::LeakyRelu(0.2));
        if self.dropout != 0.0 {
            chain.then(Dropout::new(self.dropout)?);
        }
        Ok(())
    }
}
