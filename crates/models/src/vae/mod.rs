//! `p(x, z) = p(z) p(x | z)` with an encoder `q(z | x)`

mod importance_sampling;
mod latent_space;
mod likelihood;
mod objective;
mod settings;
mod statistics;

pub use importance_sampling::ImportanceSampling;
pub use latent_space::{Interpolation, path};
pub use likelihood::{Likelihood, Sigma};
pub use objective::{VaeObjective, VaeTerms};
pub use settings::{VaeArchitecture, VaeSettings};
pub use statistics::LatentStatistics;

use crate::error::{ModelError, require};
use latent_layers::{Context, Layer, LayerError, Module, Visitor};
use latent_losses::distributions::DiagonalGaussian;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use likelihood::Observed;

/// A variational autoencoder (Kingma and Welling 2014): the prior `p(z) = N(0, I)`, a decoder that gives `p(x | z)`, and
/// an encoder that gives `q(z | x) = N(mean, diag exp(log_var))`.
///
/// Encoder and decoder are any layers that fit: (samples, features) to (samples, 2 latent_dim), means before
/// log-variances, and (samples, latent_dim) to (samples, features), logits or means. [`VaeSettings`] builds the usual
/// ones. Paths begin with `encoder.` and `decoder.`.
///
/// ```
/// use latent_layers::{Linear, Module};
/// use latent_models::{Likelihood, Sigma, Vae};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let (encoder, decoder) = (Linear::new(6, 2 * 2, &mut stream), Linear::new(2, 6, &mut stream));
/// let vae: Vae = Vae::new(encoder, decoder, Likelihood::Gaussian(Sigma::Fixed(0.5)), 6, 2)?;
/// assert_eq!(vae.parameters()[0].0, "encoder.weight");
/// assert_eq!(vae.reconstruct(&Tensor::ones(&[3, 6]))?.shape(), [3, 6]);
/// let error = vae.reconstruct(&Tensor::ones(&[3, 5])).unwrap_err();
/// assert_eq!(error.to_string(), "encoder: vae: expected (samples, 6), got the shape [3, 5]");
/// # Ok::<(), latent_models::ModelError>(())
/// ```
pub struct Vae<E: Scalar = f32> {
    encoder: Box<dyn Layer<E>>,
    decoder: Box<dyn Layer<E>>,
    observed: Observed<E>,
    features: usize,
    latent_dim: usize,
}

const KIND: &str = "vae";

impl<E: Scalar> Vae<E> {
    /// Of these parts, which are applied once, to zeros, to see that they fit.
    ///
    /// # Errors
    /// If they do not, with the path of the layer; if the likelihood's sigma is not positive; if there are no features or
    /// latent dimensions.
    ///
    /// ```
    /// use latent_layers::Linear;
    /// use latent_models::{Likelihood, Vae};
    /// use latent_numeric::random::Stream;
    ///
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// let (encoder, decoder) = (Linear::new(6, 3, &mut stream), Linear::new(2, 6, &mut stream));
    /// let error = Vae::<f32>::new(encoder, decoder, Likelihood::Bernoulli, 6, 2).err().unwrap();
    /// let told = "encoder: vae: expected (1, 4), means and log-variances of 2 latent dimensions, got the shape [1, 3]";
    /// assert_eq!(error.to_string(), told);
    /// ```
    pub fn new(
        encoder: impl Layer<E> + 'static,
        decoder: impl Layer<E> + 'static,
        likelihood: Likelihood,
        features: usize,
        latent_dim: usize,
    ) -> Result<Self, ModelError> {
        require(latent_dim > 0, "latent_dim", latent_dim, "at least 1")?;
        require(features > 0, "features", features, "at least 1")?;
        let observed = Observed::new(likelihood)?;
        let vae = Self { encoder: Box::new(encoder), decoder: Box::new(decoder), observed, features, latent_dim };
        no_grad(|| {
            let context = &mut Context::evaluate();
            let q = vae.encode(&Tensor::zeros(&[1, features]), context)?;
            vae.decoder_output(q.mean(), context)
        })?;
        Ok(vae)
    }

    /// The number of pixels of an image.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The number of dimensions of a code.
    pub fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    /// The likelihood `p(x | z)` that the decoder parameterises.
    pub fn likelihood(&self) -> Likelihood {
        self.observed.likelihood()
    }

    /// `q(z | x)`.
    ///
    /// # Shapes
    /// (samples, features) gives means and log-variances (samples, latent_dim).
    ///
    /// # Errors
    /// If the images have another size.
    ///
    /// ```
    /// use latent_layers::Context;
    /// use latent_models::VaeSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::pytorch_example().build::<f32>([1, 28, 28], 7)?;
    /// let q = vae.encode(&Tensor::zeros(&[5, 784]), &mut Context::evaluate())?;
    /// assert_eq!((q.mean().shape(), q.log_var().shape()), (&[5, 20][..], &[5, 20][..]));
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn encode(&self, x: &Tensor<E>, context: &mut Context) -> Result<DiagonalGaussian<E>, ModelError> {
        let (features, latent_dim) = (self.features, self.latent_dim);
        if !matches!(x.shape(), &[_, given] if given == features) {
            let shape = x.shape();
            let error = context.within("encoder", |at| at.shape_error(KIND, format!("(samples, {features})"), shape));
            return Err(error.into());
        }
        let both = context.apply("encoder", &self.encoder, x)?;
        if both.shape() != [x.shape()[0], 2 * latent_dim] {
            let expected = format!(
                "({}, {}), means and log-variances of {latent_dim} latent dimensions",
                x.shape()[0],
                2 * latent_dim
            );
            return Err(context.within("encoder", |at| at.shape_error(KIND, expected, both.shape())).into());
        }
        let [mean, log_var] = <[_; 2]>::try_from(both.split(1, &[latent_dim; 2])).expect("two halves");
        Ok(DiagonalGaussian::new(mean, log_var))
    }

    /// What the decoder gives: logits of a Bernoulli, means of a Gaussian likelihood, (samples, features).
    ///
    /// # Errors
    /// If the codes are not (samples, latent_dim).
    ///
    /// ```
    /// use latent_layers::Context;
    /// use latent_models::VaeSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// let error = vae.decoder_output(&Tensor::zeros(&[5, 3]), &mut Context::evaluate()).unwrap_err();
    /// assert_eq!(error.to_string(), "decoder: vae: expected (samples, 2), got the shape [5, 3]");
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn decoder_output(&self, z: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, ModelError> {
        let refused = |context: &mut Context, expected: String, given: &[usize]| -> Result<Tensor<E>, ModelError> {
            Err(context.within("decoder", |at| at.shape_error(KIND, expected, given)).into())
        };
        if !matches!(z.shape(), &[_, given] if given == self.latent_dim) {
            return refused(context, format!("(samples, {})", self.latent_dim), z.shape());
        }
        let output = context.apply("decoder", &self.decoder, z)?;
        if output.shape() != [z.shape()[0], self.features] {
            let expected = format!("({}, {}), one number a pixel", z.shape()[0], self.features);
            return refused(context, expected, output.shape());
        }
        Ok(output)
    }

    /// The mean of `p(x | z)`, in evaluation.
    ///
    /// # Errors
    /// If the codes are not (samples, latent_dim).
    ///
    /// ```
    /// use latent_models::VaeSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// let x = vae.decode(&Tensor::zeros(&[5, 2]))?;
    /// assert!(x.array().iter().all(|&pixel| 0.0 < pixel && pixel < 1.0));
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn decode(&self, z: &Tensor<E>) -> Result<Tensor<E>, ModelError> {
        no_grad(|| Ok(self.observed.mean(&self.decoder_output(z, &mut Context::evaluate())?)))
    }

    /// The mean of `p(x | z)` at the mean of `q(z | x)`, in evaluation.
    ///
    /// # Errors
    /// If the images have another size.
    ///
    /// ```
    /// use latent_models::VaeSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// assert_eq!(vae.reconstruct(&Tensor::zeros(&[5, 784]))?.shape(), [5, 784]);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn reconstruct(&self, x: &Tensor<E>) -> Result<Tensor<E>, ModelError> {
        let q = no_grad(|| self.encode(x, &mut Context::evaluate()))?;
        self.decode(q.mean())
    }

    /// Means of `p(x | z)` at codes drawn from the prior.
    ///
    /// # Errors
    /// None for a model that was built.
    ///
    /// ```
    /// use latent_models::VaeSettings;
    /// use latent_numeric::random::Stream;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// assert_eq!(vae.sample(9, &mut Stream::new(7, "samples", &[]))?.shape(), [9, 784]);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn sample(&self, samples: usize, stream: &mut Stream) -> Result<Tensor<E>, ModelError> {
        self.decode(&Tensor::normal(&[samples, self.latent_dim], stream))
    }

    /// `-ln p(x | z)` of each sample in nats, from the decoder's output; up to that of a Bernoulli likelihood of grey
    /// pixels, which is a cross-entropy.
    ///
    /// In training, an [optimal sigma](Sigma::Optimal) is that of these samples, which it remembers.
    ///
    /// # Shapes
    /// Output and images are (samples, features), the result is (samples).
    ///
    /// # Errors
    /// If pixels are outside the likelihood's range, or its sigma vanishes in the model's precision.
    ///
    /// # Panics
    /// If the shapes differ.
    ///
    /// ```
    /// use latent_layers::Context;
    /// use latent_models::VaeSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f64>([1, 28, 28], 7)?;
    /// let (context, x) = (&mut Context::evaluate(), Tensor::ones(&[5, 784]));
    /// let output = vae.decoder_output(&Tensor::zeros(&[5, 2]), context)?;
    /// let nll = vae.nll(&output, &x, context)?;
    /// let want = (-output).softplus().sum_axes(&[1], false);
    /// assert!((nll - want).abs().array().iter().all(|d| *d < 1e-10));
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn nll(&self, output: &Tensor<E>, x: &Tensor<E>, context: &Context) -> Result<Tensor<E>, ModelError> {
        self.observed.nll(output, x, context)
    }
}

impl<E: Scalar> Module<E> for Vae<E> {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.module("encoder", &self.encoder);
        visitor.module("decoder", &self.decoder);
        self.observed.visit(visitor);
    }
}

/// The decoder's output at the mean of `q(z | x)`: what [`summary`](latent_layers::summary()) shows.
impl<E: Scalar> Layer<E> for Vae<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let layer = |error| match error {
            ModelError::Layer(error) => error,
            other => LayerError::settings(KIND, other.to_string()),
        };
        let q = self.encode(x, context).map_err(layer)?;
        self.decoder_output(q.mean(), context).map_err(layer)
    }
}
