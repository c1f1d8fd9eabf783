//! `p(x, z) = p(z) p(x | z)` with `q(z | x)`: a model of three parts.

mod bound;
mod importance_sampling;
mod latent_space;
mod observation;
mod statistics;

pub use bound::Draws;
pub use importance_sampling::ImportanceSampling;
pub use latent_space::{Interpolation, path};
pub use observation::Observation;
pub(crate) use observation::beside;
pub use statistics::LatentStatistics;

use crate::decoder::{Decoder, LayerDecoder};
use crate::error::{ModelError, require};
use crate::likelihood::Likelihood;
use crate::posterior::{GaussianEncoder, Inference, Posterior};
use crate::prior::{Prior, StandardNormal};
use latent_layers::{Context, Layer, LayerError, Module, Visitor};
use latent_losses::distributions::DiagonalGaussian;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};

/// A latent-variable model: an inference network that gives `q(z | x)`, a prior `p(z)`, and a decoder that gives
/// `p(x | z)`. Every part may be conditioned on `y` as well.
///
/// What a model is trained, judged, sampled and saved by is here once; a variant is a part or two. Paths begin with
/// `encoder.`, `decoder.` and `prior.`.
///
/// ```
/// use latent_layers::Linear;
/// use latent_models::decoder::LayerDecoder;
/// use latent_models::posterior::GaussianEncoder;
/// use latent_models::prior::VampPrior;
/// use latent_models::{LatentVariableModel, Likelihood, Observation};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let encoder = GaussianEncoder::new(Linear::new(6, 2 * 2, &mut stream), 6, 2);
/// let decoder = LayerDecoder::new(Linear::new(2, 6, &mut stream), Likelihood::Bernoulli.build()?, 6, 2);
/// let prior = VampPrior::new(10, 6, &mut stream)?;
/// let model: LatentVariableModel = LatentVariableModel::new(encoder, prior, decoder, &Observation::new(Tensor::zeros(&[1, 6])))?;
/// assert_eq!(model.sample(3, &mut stream)?.shape(), [3, 6]);
/// # Ok::<(), latent_models::ModelError>(())
/// ```
pub struct LatentVariableModel<E: Scalar = f32> {
    encoder: Box<dyn Inference<E>>,
    prior: Box<dyn Prior<E>>,
    decoder: Box<dyn Decoder<E>>,
    features: usize,
    latent_shape: Vec<usize>,
    condition: usize,
    has_density: bool,
}

/// A variational autoencoder: a latent-variable model, as [`VaeSettings`](crate::VaeSettings) builds them.
pub type Vae<E = f32> = LatentVariableModel<E>;

impl<E: Scalar> LatentVariableModel<E> {
    /// Of these parts, which are applied once to an example, to see that they fit: zeros of the shape of the data, with a
    /// condition if the model is conditional.
    ///
    /// # Errors
    /// If the parts do not fit each other or the example: what was expected, and what was given.
    pub fn new(
        encoder: impl Inference<E> + 'static,
        prior: impl Prior<E>,
        decoder: impl Decoder<E>,
        example: &Observation<E>,
    ) -> Result<Self, ModelError> {
        Self::of_boxes(Box::new(encoder), Box::new(prior), Box::new(decoder), example)
    }

    /// [`new`](Self::new) of parts that are chosen at run time.
    ///
    /// # Errors
    /// As there.
    pub fn of_boxes(
        encoder: Box<dyn Inference<E>>,
        prior: Box<dyn Prior<E>>,
        decoder: Box<dyn Decoder<E>>,
        example: &Observation<E>,
    ) -> Result<Self, ModelError> {
        let &[samples, features] = example.x.shape() else {
            return Err(ModelError::setting("data", format!("{:?}", example.x.shape()), "a row for each sample"));
        };
        require(samples > 0 && features > 0, "data", format!("{:?}", example.x.shape()), "at least one number")?;
        let condition = example.condition.as_ref().map_or(0, |condition| condition.shape()[1]);
        let mut model =
            Self { encoder, prior, decoder, features, latent_shape: Vec::new(), condition, has_density: false };
        no_grad(|| {
            let (context, noise) = (&mut Context::evaluate(), &mut Stream::new(0, "example", &[]));
            let draw = model.infer(example, context)?.draw(context, noise)?;
            model.latent_shape = draw.z.shape()[1..].to_vec();
            model.has_density = draw.log_q.is_some();
            if model.has_density {
                model.prior.log_prob(&draw.z, example, &model, context)?;
            }
            model.decoder.log_prob(&draw.z, example, context)
        })?;
        Ok(model)
    }

    /// With the prior `N(0, I)`, layers that give means and log-variances of Gaussian codes, and layers that give what
    /// the likelihood is parameterised by: the variational autoencoder of Kingma and Welling (2014).
    ///
    /// # Errors
    /// If the layers do not fit, with the path of the layer; if the likelihood's sigma is not positive; if there are no
    /// features or latent dimensions.
    ///
    /// ```
    /// use latent_layers::{Linear, Module};
    /// use latent_models::{Likelihood, Sigma, Vae};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// let (encoder, decoder) = (Linear::new(6, 2 * 2, &mut stream), Linear::new(2, 6, &mut stream));
    /// let vae: Vae = Vae::gaussian(encoder, decoder, Likelihood::Gaussian(Sigma::Fixed(0.5)), 6, 2)?;
    /// assert_eq!(vae.parameters()[0].0, "encoder.weight");
    /// assert_eq!(vae.reconstruct(&Tensor::ones(&[3, 6]))?.shape(), [3, 6]);
    /// let error = vae.reconstruct(&Tensor::ones(&[3, 5])).unwrap_err();
    /// assert_eq!(error.to_string(), "encoder: vae: expected (samples, 6), got the shape [3, 5]");
    ///
    /// let (encoder, decoder) = (Linear::new(6, 3, &mut stream), Linear::new(2, 6, &mut stream));
    /// let error = Vae::<f32>::gaussian(encoder, decoder, Likelihood::Bernoulli, 6, 2).err().unwrap();
    /// let told = "encoder: vae: expected (1, 4), means and log-variances of 2 latent dimensions, got the shape [1, 3]";
    /// assert_eq!(error.to_string(), told);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn gaussian(
        encoder: impl Layer<E> + 'static,
        decoder: impl Layer<E> + 'static,
        likelihood: Likelihood,
        features: usize,
        latent_dim: usize,
    ) -> Result<Self, ModelError> {
        require(latent_dim > 0, "latent_dim", latent_dim, "at least 1")?;
        require(features > 0, "features", features, "at least 1")?;
        let encoder = GaussianEncoder::new(encoder, features, latent_dim);
        let decoder = LayerDecoder::new(decoder, likelihood.build()?, features, latent_dim);
        Self::new(encoder, StandardNormal, decoder, &Observation::new(Tensor::zeros(&[1, features])))
    }

    /// The number of numbers in a sample.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The shape of a code, without the axis of samples.
    pub fn latent_shape(&self) -> &[usize] {
        &self.latent_shape
    }

    /// The shape of so many codes, (samples, ...).
    pub(crate) fn shape_of_codes(&self, samples: usize) -> Vec<usize> {
        [samples].iter().chain(&self.latent_shape).copied().collect()
    }

    /// Whether codes have a density `q(z | x)`, without which there is no bound of the likelihood.
    pub fn has_density(&self) -> bool {
        self.has_density
    }

    /// The number of numbers in a code.
    pub fn latent_dim(&self) -> usize {
        self.latent_shape.iter().product()
    }

    /// The number of numbers that a sample is conditioned on; zero if the model is not conditional.
    pub fn condition_dim(&self) -> usize {
        self.condition
    }

    /// The inference network.
    pub fn encoder(&self) -> &dyn Inference<E> {
        &*self.encoder
    }

    /// The prior.
    pub fn prior(&self) -> &dyn Prior<E> {
        &*self.prior
    }

    /// The decoder.
    pub fn decoder(&self) -> &dyn Decoder<E> {
        &*self.decoder
    }

    /// `q(z | x)` of each sample.
    ///
    /// # Errors
    /// If the data are of another size, or have no condition where the model is conditional.
    pub fn infer(
        &self,
        observed: &Observation<E>,
        context: &mut Context,
    ) -> Result<Box<dyn Posterior<E> + '_>, ModelError> {
        self.check_condition(observed.condition.as_ref(), observed.samples())?;
        self.encoder.infer(observed, self, context)
    }

    /// A condition for each sample, of the size that the model is made for, or none where it is made for none.
    fn check_condition(&self, condition: Option<&Tensor<E>>, samples: usize) -> Result<(), ModelError> {
        let expected = match self.condition {
            0 => "none, as the model is not conditional".to_owned(),
            width => format!("[{samples}, {width}], one for each sample"),
        };
        let fits = match condition {
            None => self.condition == 0,
            Some(condition) => self.condition > 0 && condition.shape() == [samples, self.condition],
        };
        let given = condition.map_or_else(|| "missing".to_owned(), |condition| format!("{:?}", condition.shape()));
        require(fits, "condition", given, expected)
    }

    /// `q(z | x)` of a model whose posterior is a diagonal Gaussian.
    ///
    /// # Shapes
    /// (samples, features) gives means and log-variances (samples, latent_dim).
    ///
    /// # Errors
    /// If the data are of another size, or the posterior is of another kind.
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
    pub fn encode(
        &self,
        observed: impl Into<Observation<E>>,
        context: &mut Context,
    ) -> Result<DiagonalGaussian<E>, ModelError> {
        let posterior = self.infer(&observed.into(), context)?;
        posterior.as_gaussian().cloned().ok_or(ModelError::NotGaussian { encoder: self.encoder.kind() })
    }

    /// The code that stands for each sample, in evaluation: the mean of `q(z | x)`, (N, ...).
    ///
    /// # Errors
    /// As [`infer`](Self::infer).
    pub fn codes(&self, observed: impl Into<Observation<E>>) -> Result<Tensor<E>, ModelError> {
        no_grad(|| Ok(self.infer(&observed.into(), &mut Context::evaluate())?.mean()))
    }

    /// The mean of `p(x | z)`, in evaluation, (N, features).
    ///
    /// # Errors
    /// If the codes are of another size, or the model is conditional.
    ///
    /// ```
    /// use latent_models::VaeSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// let x = vae.decode(&Tensor::zeros(&[5, 2]))?;
    /// assert!(x.array().iter().all(|&pixel| 0.0 < pixel && pixel < 1.0));
    /// let error = vae.decode(&Tensor::zeros(&[5, 3])).unwrap_err();
    /// assert_eq!(error.to_string(), "decoder: vae: expected (samples, 2), got the shape [5, 3]");
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn decode(&self, z: &Tensor<E>) -> Result<Tensor<E>, ModelError> {
        self.decode_given(z, None)
    }

    /// The mean of `p(x | z, y)` given a condition for each code, in evaluation, (N, features).
    ///
    /// # Errors
    /// If the codes are of another size, or the condition is, or it is missing.
    pub fn decode_given(&self, z: &Tensor<E>, condition: Option<&Tensor<E>>) -> Result<Tensor<E>, ModelError> {
        self.check_condition(condition, z.shape()[0])?;
        no_grad(|| self.decoder.mean(z, condition, &mut Context::evaluate()))
    }

    /// The mean of `p(x | z)` at the [codes](Self::codes) of the data, in evaluation.
    ///
    /// # Errors
    /// As [`infer`](Self::infer).
    ///
    /// ```
    /// use latent_models::VaeSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// assert_eq!(vae.reconstruct(&Tensor::zeros(&[5, 784]))?.shape(), [5, 784]);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn reconstruct(&self, observed: impl Into<Observation<E>>) -> Result<Tensor<E>, ModelError> {
        let observed = observed.into();
        self.decode_given(&self.codes(&observed)?, observed.condition.as_ref())
    }

    /// Codes drawn from the prior, (samples, ...), given a condition for each if the model is conditional.
    ///
    /// # Errors
    /// If the condition is missing, or of another size.
    pub fn prior_codes(
        &self,
        samples: usize,
        condition: Option<&Tensor<E>>,
        noise: &mut Stream,
    ) -> Result<Tensor<E>, ModelError> {
        self.check_condition(condition, samples)?;
        no_grad(|| self.prior.sample(samples, condition, self, noise))
    }

    /// Means of `p(x | z)` at codes drawn from the prior, (samples, features).
    ///
    /// # Errors
    /// If the model is conditional.
    ///
    /// ```
    /// use latent_models::VaeSettings;
    /// use latent_numeric::random::Stream;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// assert_eq!(vae.sample(9, &mut Stream::new(7, "samples", &[]))?.shape(), [9, 784]);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn sample(&self, samples: usize, noise: &mut Stream) -> Result<Tensor<E>, ModelError> {
        self.decode(&self.prior_codes(samples, None, noise)?)
    }

    /// Means of `p(x | z, y)` at codes drawn from the prior, one for each row of the condition.
    ///
    /// # Errors
    /// If the model is not conditional, or the condition is of another size.
    pub fn sample_given(&self, condition: &Tensor<E>, noise: &mut Stream) -> Result<Tensor<E>, ModelError> {
        let z = self.prior_codes(condition.shape()[0], Some(condition), noise)?;
        self.decode_given(&z, Some(condition))
    }
}

impl<E: Scalar> Module<E> for LatentVariableModel<E> {
    fn kind(&self) -> &'static str {
        "latent_variable_model"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.module("encoder", &self.encoder);
        visitor.module("decoder", &self.decoder);
        if let Some(likelihood) = self.decoder.likelihood() {
            likelihood.visit(visitor);
        }
        visitor.module("prior", &self.prior);
    }
}

/// The mean of `p(x | z)` at the mean of `q(z | x)`: what [`summary`](latent_layers::summary()) shows.
impl<E: Scalar> Layer<E> for LatentVariableModel<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let layer = |error| match error {
            ModelError::Layer(error) => error,
            other => LayerError::settings(self.kind(), other.to_string()),
        };
        let condition = (self.condition > 0).then(|| Tensor::zeros(&[x.shape()[0], self.condition]));
        let observed = Observation { x: x.clone(), condition };
        let z = self.infer(&observed, context).map_err(layer)?.mean();
        self.decoder.mean(&z, observed.condition.as_ref(), context).map_err(layer)
    }
}
