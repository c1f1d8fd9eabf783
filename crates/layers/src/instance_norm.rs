//! `y = w (x - m) / sqrt(v + eps) + b`, with mean `m` and biased variance `v` of each channel of each sample

use crate::affine::Affine;
use crate::{Context, Layer, LayerError, Module, settings};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016), the same in training and evaluation.
///
/// # Shapes
/// (samples, channels, ...), with at least one axis after the channels, gives the same; `weight` and `bias` are
/// (channels).
///
/// ```
/// use latent_layers::{Context, InstanceNorm, Layer};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let layer = InstanceNorm::<f64>::new(2).with_eps(0.0).unwrap();
/// let y = layer.forward(&Tensor::constant(array![[[1.0, 3.0], [9.0, 5.0]]]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.to_array(), array![[[-1.0, 1.0], [1.0, -1.0]]].into_dyn());
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct InstanceNorm<E: Scalar = f32> {
    #[module(skip)]
    channels: usize,
    #[module(skip)]
    eps: f64,
    #[module(flatten)]
    affine: Option<Affine<E>>,
}

const KIND: &str = "instance_norm";

impl<E: Scalar> InstanceNorm<E> {
    /// A normalisation with `eps` 1e-5 and, as in PyTorch, without weight and bias.
    pub fn new(channels: usize) -> Self {
        Self { channels, eps: 1e-5, affine: None }
    }

    /// The same layer with another constant added to the variances.
    ///
    /// # Errors
    /// If it is negative or not finite.
    ///
    /// ```
    /// # use latent_layers::InstanceNorm;
    /// assert!(InstanceNorm::<f32>::new(3).with_eps(f64::INFINITY).is_err());
    /// ```
    pub fn with_eps(self, eps: f64) -> Result<Self, LayerError> {
        Ok(Self { eps: settings::small_constant(KIND, eps)?, ..self })
    }

    /// The same layer with a weight, first 1, and a bias, first 0.
    ///
    /// ```
    /// # use latent_layers::{InstanceNorm, Module};
    /// assert_eq!(InstanceNorm::<f32>::new(3).with_affine().parameter_count(), 6);
    /// ```
    #[must_use]
    pub fn with_affine(self) -> Self {
        Self { affine: Some(Affine::new(&[self.channels])), ..self }
    }
}

impl<E: Scalar> Layer<E> for InstanceNorm<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        if x.rank() < 3 || x.shape()[1] != self.channels {
            let expected = format!("(samples, {}, ...) with an axis or more after the channels", self.channels);
            return Err(context.shape_error(KIND, expected, x.shape()));
        }
        let [weight, bias] = Affine::tensors(self.affine.as_ref());
        Ok(x.instance_norm(weight.as_ref(), bias.as_ref(), E::of(self.eps)))
    }
}
