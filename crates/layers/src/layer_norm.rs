//! `y = w (x - m) / sqrt(v + eps) + b`, with mean `m` and biased variance `v` over the last axes of each sample

use crate::affine::Affine;
use crate::{Context, Layer, LayerError, Module, settings};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Layer normalisation (Ba, Kiros and Hinton, 2016) over the last axes.
///
/// # Shapes
/// (..., shape) gives the same; `weight` and `bias` have the shape that is normalised over.
///
/// ```
/// use latent_layers::{Context, Layer, LayerNorm};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let layer = LayerNorm::<f64>::new(&[2]).unwrap().with_eps(0.0).unwrap();
/// let y = layer.forward(&Tensor::constant(array![[1.0, 3.0], [9.0, 5.0]]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.to_array(), array![[-1.0, 1.0], [1.0, -1.0]].into_dyn());
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct LayerNorm<E: Scalar = f32> {
    #[module(skip)]
    shape: Vec<usize>,
    #[module(skip)]
    eps: f64,
    #[module(flatten)]
    affine: Option<Affine<E>>,
}

const KIND: &str = "layer_norm";

impl<E: Scalar> LayerNorm<E> {
    /// A normalisation over the last axes, which must have these lengths, with `eps` 1e-5, weight 1 and bias 0.
    ///
    /// # Errors
    /// If there is no axis, or an empty one.
    pub fn new(shape: &[usize]) -> Result<Self, LayerError> {
        settings::positive(KIND, &[("the shape", shape), ("the number of axes", &[shape.len()])])?;
        Ok(Self { shape: shape.to_vec(), eps: 1e-5, affine: Some(Affine::new(shape)) })
    }

    /// The same layer with another constant added to the variances.
    ///
    /// # Errors
    /// If it is negative or not finite.
    ///
    /// ```
    /// # use latent_layers::LayerNorm;
    /// assert!(LayerNorm::<f32>::new(&[3]).unwrap().with_eps(f64::NAN).is_err());
    /// ```
    pub fn with_eps(self, eps: f64) -> Result<Self, LayerError> {
        Ok(Self { eps: settings::small_constant(KIND, eps)?, ..self })
    }

    /// The same layer without weight and bias.
    ///
    /// ```
    /// # use latent_layers::{LayerNorm, Module};
    /// assert_eq!(LayerNorm::<f32>::new(&[3]).unwrap().without_affine().parameter_count(), 0);
    /// ```
    #[must_use]
    pub fn without_affine(self) -> Self {
        Self { affine: None, ..self }
    }
}

impl<E: Scalar> Layer<E> for LayerNorm<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        if !x.shape().ends_with(&self.shape) {
            let lengths = self.shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(context.shape_error(KIND, format!("(..., {lengths})"), x.shape()));
        }
        let axes: Vec<usize> = (x.rank() - self.shape.len()..x.rank()).collect();
        let [weight, bias] = Affine::tensors(self.affine.as_ref());
        Ok(x.layer_norm(&axes, weight.as_ref(), bias.as_ref(), E::of(self.eps)))
    }
}
