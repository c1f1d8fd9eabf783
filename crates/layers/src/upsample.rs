//! Images at another size.

use crate::{Context, Layer, LayerError, Module, settings};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use latent_tensor::ops::Interpolation;

/// Resizes images by interpolation, to a size that is given or a multiple of theirs; see [`Tensor::resize2d`].
/// PyTorch's `Upsample`, corners not aligned.
///
/// # Shapes
/// (N, C, H, W) gives (N, C, H', W').
///
/// ```
/// use latent_layers::{Context, Interpolation, Layer, Upsample};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let layer = Upsample::by([1, 2], Interpolation::Nearest).unwrap();
/// let y = layer.forward(&Tensor::constant(array![[[[1.0, 2.0]]]]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.to_array(), array![[[[1.0, 1.0, 2.0, 2.0]]]].into_dyn());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Module)]
#[module(kind = KIND)]
pub struct Upsample {
    #[module(skip)]
    size: Size,
    #[module(skip)]
    interpolation: Interpolation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Of([usize; 2]),
    Times([usize; 2]),
}

const KIND: &str = "upsample";

impl Upsample {
    /// A layer that resizes images to this (height, width).
    ///
    /// # Errors
    /// If one is zero.
    ///
    /// ```
    /// use latent_layers::{Context, Interpolation, Layer, Upsample};
    /// use latent_tensor::Tensor;
    ///
    /// let layer = Upsample::to([7, 5], Interpolation::Bilinear).unwrap();
    /// let y = layer.forward(&Tensor::<f32>::ones(&[2, 3, 4, 4]), &mut Context::evaluate()).unwrap();
    /// assert_eq!(y.shape(), [2, 3, 7, 5]);
    /// ```
    pub fn to(size: [usize; 2], interpolation: Interpolation) -> Result<Self, LayerError> {
        settings::positive(KIND, &[("the size", &size)])?;
        Ok(Self { size: Size::Of(size), interpolation })
    }

    /// A layer that makes images so many times as high and as wide.
    ///
    /// # Errors
    /// If one is zero.
    ///
    /// ```
    /// use latent_layers::{Interpolation, Upsample};
    ///
    /// let error = Upsample::by([2, 0], Interpolation::Nearest).unwrap_err();
    /// assert_eq!(error.to_string(), "upsample: the factors must be at least 1 everywhere, got [2, 0]");
    /// ```
    pub fn by(factors: [usize; 2], interpolation: Interpolation) -> Result<Self, LayerError> {
        settings::positive(KIND, &[("the factors", &factors)])?;
        Ok(Self { size: Size::Times(factors), interpolation })
    }
}

impl<E: Scalar> Layer<E> for Upsample {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let &[_, _, height, width] = x.shape() else {
            return Err(context.shape_error(KIND, "(samples, channels, height, width)", x.shape()));
        };
        if height == 0 || width == 0 {
            return Err(context.shape_error(KIND, "(samples, channels, height >= 1, width >= 1)", x.shape()));
        }
        let size = match self.size {
            Size::Of(size) => size,
            Size::Times([rows, columns]) => [height * rows, width * columns],
        };
        Ok(x.resize2d(size, self.interpolation))
    }
}
