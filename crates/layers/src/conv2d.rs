//! `y[n, o, r, q] = b[o] + sum over c, i, j of x[n, c, s r - p + d i, s q - p + d j] w[o, c, i, j]`

use crate::{Context, Init, Layer, LayerError, Module, Parameter, Weight, settings};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use latent_tensor::ops::Conv2dOptions;

/// A two-dimensional convolution; see [`Tensor::conv2d`] for the formula.
///
/// # Shapes
/// (N, inputs, H, W) gives (N, outputs, H', W'),
/// `H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1`; `weight` is (outputs, inputs / groups,
/// kernel height, kernel width), `bias` (outputs), as in PyTorch.
///
/// ```
/// use latent_layers::{Context, Conv2d, Conv2dOptions, Layer};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let options = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
/// let layer = Conv2d::new(3, 16, [4, 4], options, &mut Stream::new(1, "initialisation", &[])).unwrap();
/// let y = layer.forward(&Tensor::<f32>::ones(&[8, 3, 28, 28]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.shape(), [8, 16, 14, 14]);
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct Conv2d<E: Scalar = f32> {
    /// The kernels, of shape (outputs, inputs / groups, kernel height, kernel width).
    pub weight: Weight<E>,
    /// The bias, of shape (outputs), if there is one.
    pub bias: Option<Parameter<E>>,
    #[module(skip)]
    options: Conv2dOptions,
}

const KIND: &str = "conv2d";

impl<E: Scalar> Conv2d<E> {
    /// A convolution with weight and bias uniform in `+- 1 / sqrt(inputs / groups * kernel elements)`, as PyTorch draws
    /// them. The kernel is (height, width).
    ///
    /// # Errors
    /// If a number of channels or a setting is zero, or the groups do not divide the channels.
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: [usize; 2],
        options: Conv2dOptions,
        stream: &mut Stream,
    ) -> Result<Self, LayerError> {
        let layer = Self::with_init(inputs, outputs, kernel, options, Init::default(), stream)?;
        let fan_in: usize = layer.weight.original.shape()[1..].iter().product();
        let bias = Parameter::new(Init::Uniform(1.0 / (fan_in as f64).sqrt()).array(&[outputs], stream));
        Ok(Self { bias: Some(bias), ..layer })
    }

    /// A convolution with a weight drawn by `init` and a bias of zeros.
    ///
    /// # Errors
    /// See [`new`](Self::new).
    ///
    /// ```
    /// use latent_layers::{Conv2d, Conv2dOptions, Init, Module};
    /// use latent_numeric::random::Stream;
    ///
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// let init = Init::KaimingNormal { gain: 2.0_f64.sqrt() };
    /// let grouped = Conv2dOptions { groups: 2, ..Default::default() };
    /// let layer = Conv2d::<f32>::with_init(4, 6, [3, 3], grouped, init, &mut stream).unwrap();
    /// assert_eq!(layer.weight.original.shape(), [6, 2, 3, 3]);
    /// let error = Conv2d::<f32>::with_init(3, 6, [3, 3], grouped, init, &mut stream).unwrap_err();
    /// assert_eq!(error.to_string(), "conv2d: the inputs (3) must be a multiple of the groups (2)");
    /// ```
    pub fn with_init(
        inputs: usize,
        outputs: usize,
        kernel: [usize; 2],
        options: Conv2dOptions,
        init: Init,
        stream: &mut Stream,
    ) -> Result<Self, LayerError> {
        let Conv2dOptions { stride, dilation, groups, padding: _ } = options;
        let channels = [inputs, outputs];
        let positive: [(&str, &[usize]); 4] = [
            ("the channels", &channels),
            ("the kernel", &kernel),
            ("the stride", &stride),
            ("the dilation", &dilation),
        ];
        settings::positive(KIND, &positive)?;
        settings::grouped(KIND, groups, &[("the inputs", inputs), ("the outputs", outputs)])?;
        let weight = Weight::new(init.array(&[outputs, inputs / groups, kernel[0], kernel[1]], stream));
        Ok(Self { weight, bias: Some(Parameter::new(Init::Zeros.array(&[outputs], stream))), options })
    }

    /// The same layer without its bias.
    ///
    /// ```
    /// # use latent_layers::{Conv2d, Conv2dOptions, Module};
    /// # use latent_numeric::random::Stream;
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// let layer = Conv2d::<f32>::new(1, 2, [3, 3], Conv2dOptions::default(), &mut stream).unwrap().without_bias();
    /// assert_eq!(layer.parameter_count(), 18);
    /// ```
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// Stride, padding, dilation and groups.
    ///
    /// ```
    /// # use latent_layers::{Conv2d, Conv2dOptions};
    /// # use latent_numeric::random::Stream;
    /// # let mut stream = Stream::new(1, "initialisation", &[]);
    /// let layer = Conv2d::<f32>::new(1, 2, [3, 3], Conv2dOptions::default(), &mut stream).unwrap();
    /// assert_eq!(layer.options().stride, [1, 1]);
    /// ```
    pub fn options(&self) -> Conv2dOptions {
        self.options
    }
}

impl<E: Scalar> Layer<E> for Conv2d<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let Conv2dOptions { padding, dilation, groups, .. } = self.options;
        let weight = self.weight.original.shape();
        let inputs = weight[1] * groups;
        let [height, width] =
            [0, 1].map(|a| (dilation[a] * (weight[2 + a] - 1) + 1).saturating_sub(2 * padding[a]).max(1));
        if !matches!(x.shape(), &[_, c, h, w] if c == inputs && h >= height && w >= width) {
            let expected = format!("(samples, {inputs}, height >= {height}, width >= {width})");
            return Err(context.shape_error(KIND, expected, x.shape()));
        }
        let bias = self.bias.as_ref().map(Parameter::tensor);
        Ok(x.conv2d(&self.weight.tensor(context), bias.as_ref(), self.options))
    }
}
