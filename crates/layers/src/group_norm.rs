//! `y = w (x - m) / sqrt(v + eps) + b`, with mean `m` and biased variance `v` of groups of channels of each sample

use crate::affine::Affine;
use crate::{Context, Layer, LayerError, Module, settings};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Group normalisation (Wu and He, 2018): neighbouring channels form groups of equal size.
///
/// # Shapes
/// (samples, channels, ...) gives the same; `weight` and `bias` are (channels).
///
/// ```
/// use latent_layers::{Context, GroupNorm, Layer};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let layer = GroupNorm::<f64>::new(2, 4).unwrap().with_eps(0.0).unwrap();
/// let y = layer.forward(&Tensor::constant(array![[1.0, 3.0, 9.0, 5.0]]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.to_array(), array![[-1.0, 1.0, 1.0, -1.0]].into_dyn());
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct GroupNorm<E: Scalar = f32> {
    #[module(skip)]
    groups: usize,
    #[module(skip)]
    channels: usize,
    #[module(skip)]
    eps: f64,
    #[module(flatten)]
    affine: Option<Affine<E>>,
}

const KIND: &str = "group_norm";

impl<E: Scalar> GroupNorm<E> {
    /// A normalisation of these groups with `eps` 1e-5, weight 1 and bias 0.
    ///
    /// # Errors
    /// If the groups are none or do not divide the channels, or there are no channels.
    ///
    /// ```
    /// # use latent_layers::GroupNorm;
    /// let error = GroupNorm::<f32>::new(2, 3).unwrap_err();
    /// assert_eq!(error.to_string(), "group_norm: the channels (3) must be a multiple of the groups (2)");
    /// ```
    pub fn new(groups: usize, channels: usize) -> Result<Self, LayerError> {
        settings::positive(KIND, &[("the channels", &[channels])])?;
        settings::grouped(KIND, groups, &[("the channels", channels)])?;
        Ok(Self { groups, channels, eps: 1e-5, affine: Some(Affine::new(&[channels])) })
    }

    /// The same layer with another constant added to the variances.
    ///
    /// # Errors
    /// If it is negative or not finite.
    ///
    /// ```
    /// # use latent_layers::GroupNorm;
    /// assert!(GroupNorm::<f32>::new(2, 4).unwrap().with_eps(-1.0).is_err());
    /// ```
    pub fn with_eps(self, eps: f64) -> Result<Self, LayerError> {
        Ok(Self { eps: settings::small_constant(KIND, eps)?, ..self })
    }

    /// The same layer without weight and bias.
    ///
    /// ```
    /// # use latent_layers::{GroupNorm, Module};
    /// assert_eq!(GroupNorm::<f32>::new(2, 4).unwrap().without_affine().parameter_count(), 0);
    /// ```
    #[must_use]
    pub fn without_affine(self) -> Self {
        Self { affine: None, ..self }
    }
}

impl<E: Scalar> Layer<E> for GroupNorm<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        if x.rank() < 2 || x.shape()[1] != self.channels {
            return Err(context.shape_error(KIND, format!("(samples, {}, ...)", self.channels), x.shape()));
        }
        let [weight, bias] = Affine::tensors(self.affine.as_ref());
        Ok(x.group_norm(self.groups, weight.as_ref(), bias.as_ref(), E::of(self.eps)))
    }
}
