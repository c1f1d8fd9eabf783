//! `x[n, c, u, v] = b[c] + sum over o, r, q, i, j with u = s r - p + d i, v = s q - p + d j of y[n, o, r, q] w[o, c, i, j]`

use crate::{Context, Init, Layer, LayerError, Module, Parameter, Weight, settings};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use latent_tensor::ops::ConvTranspose2dOptions;

/// A transposed two-dimensional convolution; see [`Tensor::conv_transpose2d`].
///
/// # Shapes
/// (N, inputs, H, W) gives (N, outputs, H', W'),
/// `H' = (H - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1`; `weight` is
/// (inputs, outputs / groups, kernel height, kernel width), `bias` (outputs), as in PyTorch.
///
/// ```
/// use latent_layers::{Context, ConvTranspose2d, ConvTranspose2dOptions, Layer};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let options = ConvTranspose2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
/// let layer = ConvTranspose2d::new(16, 3, [4, 4], options, &mut Stream::new(1, "initialisation", &[])).unwrap();
/// let y = layer.forward(&Tensor::<f32>::ones(&[8, 16, 14, 14]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.shape(), [8, 3, 28, 28]);
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct ConvTranspose2d<E: Scalar = f32> {
    /// The kernels, of shape (inputs, outputs / groups, kernel height, kernel width).
    pub weight: Weight<E>,
    /// The bias, of shape (outputs), if there is one.
    pub bias: Option<Parameter<E>>,
    #[module(skip)]
    options: ConvTranspose2dOptions,
}

const KIND: &str = "conv_transpose2d";

impl<E: Scalar> ConvTranspose2d<E> {
    /// A transposed convolution with weight and bias uniform in `+- 1 / sqrt(outputs / groups * kernel elements)`, as
    /// PyTorch draws them. The kernel is (height, width).
    ///
    /// # Errors
    /// If a number of channels or a setting is zero, the groups do not divide the channels, or an output padding is not
    /// below the stride or the dilation.
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: [usize; 2],
        options: ConvTranspose2dOptions,
        stream: &mut Stream,
    ) -> Result<Self, LayerError> {
        let layer = Self::with_init(inputs, outputs, kernel, options, Init::default(), stream)?;
        let fan: usize = layer.weight.original.shape()[1..].iter().product();
        let bias = Parameter::new(Init::Uniform(1.0 / (fan as f64).sqrt()).array(&[outputs], stream));
        Ok(Self { bias: Some(bias), ..layer })
    }

    /// A transposed convolution with a weight drawn by `init` and a bias of zeros.
    ///
    /// # Errors
    /// See [`new`](Self::new).
    ///
    /// ```
    /// use latent_layers::{ConvTranspose2d, ConvTranspose2dOptions, Init};
    /// use latent_numeric::random::Stream;
    ///
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// let options = ConvTranspose2dOptions { output_padding: [1, 0], ..Default::default() };
    /// let error = ConvTranspose2d::<f32>::with_init(4, 6, [3, 3], options, Init::Normal(0.02), &mut stream).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "conv_transpose2d: the output padding [1, 0] must be below the stride [1, 1] or the dilation [1, 1]"
    /// );
    /// ```
    pub fn with_init(
        inputs: usize,
        outputs: usize,
        kernel: [usize; 2],
        options: ConvTranspose2dOptions,
        init: Init,
        stream: &mut Stream,
    ) -> Result<Self, LayerError> {
        let ConvTranspose2dOptions { stride, dilation, output_padding, groups, padding: _ } = options;
        let channels = [inputs, outputs];
        let positive: [(&str, &[usize]); 4] = [
            ("the channels", &channels),
            ("the kernel", &kernel),
            ("the stride", &stride),
            ("the dilation", &dilation),
        ];
        settings::positive(KIND, &positive)?;
        settings::grouped(KIND, groups, &[("the inputs", inputs), ("the outputs", outputs)])?;
        if (0..2).any(|a| output_padding[a] >= stride[a].max(dilation[a])) {
            let reason = format!(
                "the output padding {output_padding:?} must be below the stride {stride:?} or the dilation {dilation:?}"
            );
            return Err(LayerError::settings(KIND, reason));
        }
        let weight = Weight::new(init.array(&[inputs, outputs / groups, kernel[0], kernel[1]], stream));
        Ok(Self { weight, bias: Some(Parameter::new(Init::Zeros.array(&[outputs], stream))), options })
    }

    /// The same layer without its bias.
    ///
    /// ```
    /// # use latent_layers::{ConvTranspose2d, ConvTranspose2dOptions, Module};
    /// # use latent_numeric::random::Stream;
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// let options = ConvTranspose2dOptions::default();
    /// let layer = ConvTranspose2d::<f32>::new(1, 2, [3, 3], options, &mut stream).unwrap().without_bias();
    /// assert_eq!(layer.parameter_count(), 18);
    /// ```
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// Stride, padding, output padding, dilation and groups.
    ///
    /// ```
    /// # use latent_layers::{ConvTranspose2d, ConvTranspose2dOptions};
    /// # use latent_numeric::random::Stream;
    /// # let mut stream = Stream::new(1, "initialisation", &[]);
    /// let options = ConvTranspose2dOptions::default();
    /// let layer = ConvTranspose2d::<f32>::new(1, 2, [3, 3], options, &mut stream).unwrap();
    /// assert_eq!(layer.options(), options);
    /// ```
    pub fn options(&self) -> ConvTranspose2dOptions {
        self.options
    }
}

impl<E: Scalar> Layer<E> for ConvTranspose2d<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let ConvTranspose2dOptions { stride, padding, output_padding, dilation, .. } = self.options;
        let weight = self.weight.original.shape();
        let inputs = weight[0];
        // So many that something is left of the output when the padding is cut off.
        let [height, width] = [0, 1].map(|a| {
            let of_one = dilation[a] * (weight[2 + a] - 1) + output_padding[a] + 1;
            1 + (2 * padding[a] + 1).saturating_sub(of_one).div_ceil(stride[a])
        });
        if !matches!(x.shape(), &[_, c, h, w] if c == inputs && h >= height && w >= width) {
            let expected = format!("(samples, {inputs}, height >= {height}, width >= {width})");
            return Err(context.shape_error(KIND, expected, x.shape()));
        }
        let bias = self.bias.as_ref().map(Parameter::tensor);
        Ok(x.conv_transpose2d(&self.weight.tensor(context), bias.as_ref(), self.options))
    }
}
