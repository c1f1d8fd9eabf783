//! Encoders and decoders by name.

use crate::convolution::{Convolution, down, up};
use crate::error::{ModelError, require};
use crate::{Likelihood, Nonlinearity, Vae};
use latent_layers::{
    Conv2d, Conv2dOptions, ConvTranspose2d, Dropout, Flatten, Linear, MaxPool2d, Pool2dOptions, Reshape, Sequential,
};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use serde::{Deserialize, Serialize};

/// The architecture of encoder and decoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VaeArchitecture {
    /// Fully connected layers.
    #[default]
    Mlp,
    /// For each number of channels a 3x3 convolution and 2x2 max pooling, then fully connected layers; in the decoder
    /// transposed 4x4 convolutions with stride 2.
    Convolutional,
}

/// A VAE by its dimensions.
///
/// The encoder is features - hidden - 2 latent_dim and the decoder the reverse, with the activation and, if it is not
/// zero, dropout after each hidden layer. Numbers in paths are those of PyTorch's `Sequential`, reshapes included.
///
/// ```
/// use latent_layers::summary;
/// use latent_models::VaeSettings;
///
/// let vae = VaeSettings::article(16).build::<f32>([1, 28, 28], 7)?;
/// let table = summary(&vae, &[1, 784])?;
/// assert_eq!(table.parameters, 2 * (784 * 512 + 512 * 256) + 512 + 256 + 257 * 32 + 17 * 256 + 512 + 784);
/// let error = VaeSettings::article(0).build::<f32>([1, 28, 28], 7).err().unwrap();
/// assert_eq!(error.to_string(), "latent_dim is 0, expected at least 1");
/// # Ok::<(), latent_models::ModelError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VaeSettings {
    /// What encoder and decoder are made of.
    pub architecture: VaeArchitecture,
    /// The number of dimensions of a code.
    pub latent_dim: usize,
    /// Widths of the encoder's fully connected layers; the decoder has them in reverse.
    pub hidden: Vec<usize>,
    /// Channels of the encoder's convolutions; the decoder has them in reverse.
    pub channels: Vec<usize>,
    /// The activation function between the layers.
    pub nonlinearity: Nonlinearity,
    /// The probability with which an element of a hidden layer is dropped.
    pub dropout: f64,
    /// The likelihood `p(x | z)` that the decoder parameterises.
    pub likelihood: Likelihood,
}

impl Default for VaeSettings {
    /// [`article`](Self::article) with 20 latent dimensions.
    fn default() -> Self {
        Self::article(20)
    }
}

impl VaeSettings {
    fn mlp(latent_dim: usize, hidden: &[usize], nonlinearity: Nonlinearity) -> Self {
        Self {
            architecture: VaeArchitecture::Mlp,
            latent_dim,
            hidden: hidden.to_vec(),
            channels: vec![16, 32],
            nonlinearity,
            dropout: 0.0,
            likelihood: Likelihood::Bernoulli,
        }
    }

    /// 784-512-256-latent_dim with rectifiers.
    ///
    /// ```
    /// assert_eq!(latent_models::VaeSettings::article(2).hidden, [512, 256]);
    /// ```
    pub fn article(latent_dim: usize) -> Self {
        Self::mlp(latent_dim, &[512, 256], Nonlinearity::Relu)
    }

    /// 784-400-20 with rectifiers: the example of PyTorch.
    ///
    /// ```
    /// assert_eq!(latent_models::VaeSettings::pytorch_example().latent_dim, 20);
    /// ```
    pub fn pytorch_example() -> Self {
        Self::mlp(20, &[400], Nonlinearity::Relu)
    }

    /// 784-400-40 with rectifiers: the VAE of Chadebec, Vincent and Allassonnière 2022 (pythae).
    ///
    /// ```
    /// assert_eq!(latent_models::VaeSettings::pythae().latent_dim, 40);
    /// ```
    pub fn pythae() -> Self {
        Self::mlp(40, &[400], Nonlinearity::Relu)
    }

    /// 784-200-200-50 with `tanh`: Burda, Grosse and Salakhutdinov 2016, one stochastic layer.
    ///
    /// ```
    /// assert_eq!(latent_models::VaeSettings::iwae().hidden, [200, 200]);
    /// ```
    pub fn iwae() -> Self {
        Self::mlp(50, &[200, 200], Nonlinearity::Tanh)
    }

    /// Convolutions of 16 and 32 channels with pooling and one fully connected layer of 256, with rectifiers.
    ///
    /// ```
    /// use latent_models::VaeSettings;
    ///
    /// let vae = VaeSettings::convolutional(20).build::<f32>([1, 28, 28], 7)?;
    /// assert_eq!(vae.features(), 784);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn convolutional(latent_dim: usize) -> Self {
        Self { architecture: VaeArchitecture::Convolutional, ..Self::mlp(latent_dim, &[256], Nonlinearity::Relu) }
    }

    /// The model for images of this many channels, rows and columns, its weights drawn as PyTorch draws them from the
    /// stream `(seed, "initialisation", [])`.
    ///
    /// # Errors
    /// If a dimension is zero, the dropout no probability below one, or the images' sides cannot be halved as often as
    /// there are convolutions.
    ///
    /// ```
    /// use latent_models::VaeSettings;
    ///
    /// let error = VaeSettings::convolutional(20).build::<f32>([1, 30, 28], 7).err().unwrap();
    /// assert_eq!(error.to_string(), "image is [1, 30, 28], expected sides that 4 divides, for 2 halvings");
    /// ```
    pub fn build<E: Scalar>(&self, image: [usize; 3], seed: u64) -> Result<Vae<E>, ModelError> {
        let features = image.iter().product();
        require(features > 0, "image", format!("{image:?}"), "at least 1 everywhere")?;
        require(self.latent_dim > 0, "latent_dim", self.latent_dim, "at least 1")?;
        require(!self.hidden.contains(&0), "hidden", format!("{:?}", self.hidden), "at least 1 everywhere")?;
        let stream = &mut Stream::new(seed, "initialisation", &[]);
        let (codes, parameters) = (self.latent_dim, 2 * self.latent_dim);
        let reversed: Vec<usize> = self.hidden.iter().rev().copied().collect();
        let [encoder, decoder] = match self.architecture {
            VaeArchitecture::Mlp => [
                self.connected(Sequential::new(), features, &self.hidden, parameters, stream)?,
                self.connected(Sequential::new(), codes, &reversed, features, stream)?,
            ],
            VaeArchitecture::Convolutional => {
                let convolutions = Convolution::new(image, &self.channels)?;
                let inner = convolutions.inner_features();
                let encoder = self.convolved(&convolutions, stream)?;
                let encoder = self.connected(encoder, inner, &self.hidden, parameters, stream)?;
                let decoder = self.connected(Sequential::new(), codes, &reversed, inner, stream)?;
                [encoder, self.transposed(decoder, &convolutions, stream)?]
            }
        };
        Vae::gaussian(encoder, decoder, self.likelihood, features, self.latent_dim)
    }

    /// Fully connected layers, the last one bare, behind others.
    fn connected<E: Scalar>(
        &self,
        mut network: Sequential<E>,
        inputs: usize,
        hidden: &[usize],
        outputs: usize,
        stream: &mut Stream,
    ) -> Result<Sequential<E>, ModelError> {
        let mut width = inputs;
        for &next in hidden {
            network = network.then(Linear::new(width, next, stream)).then(self.nonlinearity.activation());
            if self.dropout != 0.0 {
                network = network.then(Dropout::new(self.dropout)?);
            }
            width = next;
        }
        Ok(network.then(Linear::new(width, outputs, stream)))
    }

    fn convolved<E: Scalar>(&self, of: &Convolution, stream: &mut Stream) -> Result<Sequential<E>, ModelError> {
        let same = Conv2dOptions { padding: [1, 1], ..Default::default() };
        let mut network = Sequential::new().then(Reshape::new(&of.image));
        for [inputs, outputs] in down(of) {
            network = network
                .then(Conv2d::new(inputs, outputs, [3, 3], same, stream)?)
                .then(self.nonlinearity.activation())
                .then(MaxPool2d::new(Pool2dOptions::new([2, 2]))?);
        }
        Ok(network.then(Flatten))
    }

    fn transposed<E: Scalar>(
        &self,
        network: Sequential<E>,
        of: &Convolution,
        stream: &mut Stream,
    ) -> Result<Sequential<E>, ModelError> {
        let mut network = network.then(self.nonlinearity.activation()).then(Reshape::new(&of.inner()));
        for (i, [inputs, outputs]) in up(of).into_iter().enumerate() {
            if i > 0 {
                network = network.then(self.nonlinearity.activation());
            }
            network = network.then(ConvTranspose2d::new(inputs, outputs, [4, 4], Convolution::DOUBLING, stream)?);
        }
        Ok(network.then(Flatten))
    }
}
