//! `D(x, y) = psi(phi(x)) + <V e_y, phi(x)>`

use super::chain::{Chain, singular_value};
use super::classes::Classes;
use crate::error::ModelError;
use latent_layers::{Context, Linear, Module};
use latent_numeric::Scalar;
use latent_regularizers::WeightOperator;
use latent_tensor::Tensor;

/// A discriminator, or critic: images to one number each, before any sigmoid.
///
/// `features` is `phi`, `output` the linear `psi`. With classes there is `embedding`, the linear map of one-hot classes to
/// features whose inner product with `phi(x)` is added: the projection discriminator of Miyato and Koyama 2018,
/// equation 3. If each map has norm one, `D` is 1-Lipschitz in `x`, with classes 2-Lipschitz.
#[derive(Module)]
pub struct Discriminator<E: Scalar = f32> {
    pub(super) features: Chain<E>,
    pub(super) output: Linear<E>,
    pub(super) embedding: Option<Linear<E>>,
    #[module(skip)]
    pub(super) pixels: usize,
    #[module(skip)]
    pub(super) classes: usize,
}

impl<E: Scalar> Discriminator<E> {
    /// The number of classes, zero if it is not conditional.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// One number for each of these images, (samples, 1).
    ///
    /// # Errors
    /// If the images have another size, or the classes do not fit.
    ///
    /// ```
    /// use latent_layers::Context;
    /// use latent_models::GanSettings;
    /// use latent_tensor::Tensor;
    ///
    /// let gan = GanSettings::article().build::<f32>([1, 28, 28], 7)?;
    /// let logits = gan.discriminator.forward(&Tensor::zeros(&[4, 784]), None, &mut Context::evaluate())?;
    /// assert_eq!(logits.shape(), [4, 1]);
    /// let error = gan.discriminator.forward(&Tensor::zeros(&[4, 28]), None, &mut Context::evaluate()).unwrap_err();
    /// assert_eq!(error.to_string(), "discriminator: expected (samples, 784), got the shape [4, 28]");
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn forward(
        &self,
        x: &Tensor<E>,
        classes: Option<&[usize]>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        if !matches!(x.shape(), &[_, given] if given == self.pixels) {
            return Err(context.shape_error("discriminator", format!("(samples, {})", self.pixels), x.shape()).into());
        }
        let classes = Classes::check(self.classes, x.shape()[0], classes)?;
        context.within("discriminator", |context| {
            let features = context.within("features", |context| self.features.forward(x, None, context))?;
            let logits = context.apply("output", &self.output, &features)?;
            let (Some(embedding), Some(classes)) = (&self.embedding, classes) else { return Ok(logits) };
            let directions = context.apply("embedding", embedding, &classes.one_hot)?;
            Ok(logits + (directions * features).sum_axes(&[1], true))
        })
    }

    /// The largest singular value of each linear map, with the weights that are in use (those after spectral
    /// normalisation), by path. Of convolutions it is that of the convolution itself.
    ///
    /// # Errors
    /// If a weight is not finite.
    ///
    /// ```
    /// use latent_models::{GanSettings, SpectralNormalization};
    ///
    /// let normalised = GanSettings { spectral_norm: SpectralNormalization::Operator, ..GanSettings::convolutional() };
    /// let gan = normalised.build::<f32>([1, 28, 28], 7)?;
    /// let values = gan.discriminator.singular_values()?;
    /// let paths: Vec<_> = values.iter().map(|(path, _)| path.as_str()).collect();
    /// assert_eq!(paths, ["features.1", "features.3", "output"]);
    /// assert!(values.iter().all(|(_, value)| (value - 1.0).abs() < 1e-3), "{values:?}");
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn singular_values(&self) -> Result<Vec<(String, f64)>, ModelError> {
        let of_features = self.features.singular_values()?.into_iter();
        let mut values: Vec<_> = of_features.map(|(path, value)| (format!("features.{path}"), value)).collect();
        let heads = [("output", Some(&self.output)), ("embedding", self.embedding.as_ref())];
        for (path, head) in heads.into_iter().filter_map(|(path, head)| head.map(|head| (path, head))) {
            let weight = head.weight.tensor(&Context::evaluate());
            values.push((path.to_owned(), singular_value(&weight, WeightOperator::LINEAR)?));
        }
        Ok(values)
    }
}
