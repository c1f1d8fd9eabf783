//! Learned convolutional sparse coding.

use super::shrinkage::{Shrinkage, ThresholdsOf};
use super::unrolled::{Pass, Unrolled};
use super::weights::{Point, Weights, moved, scaled};
use super::{LayerWise, SupportSelection};
use crate::SparseError;
use crate::error::require;
use latent_layers::{Context, Layer, LayerError, Module, Parameter, Visitor};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions};
use ndarray::{Array3, Array4, arr1};

/// The settings of a [`ConvLista`], unchecked.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvListaParams<E> {
    /// The number of layers, at least 1.
    pub layers: usize,
    /// The weight of the l1 term, at least 0.
    pub lambda: E,
    /// The step size, above 0. The untrained network is ISTA where it is at most `1/L`, `L` being the largest eigenvalue
    /// of `D' D`; the sum over filters of their squared l1 norms, over all channels, is never below `L`.
    pub step_size: E,
    /// Elements that are not shrunk, of all maps of an image together.
    pub selection: Option<SupportSelection>,
}

/// LISTA for images that are sums of filters at few places, `y = D z = sum_k d_k * z_k`:
///
/// ```text
/// z <- shrink(z + gamma_k W' (x - D z), theta_k)
/// ```
///
/// `D` and `W'`, convolutions with trained filters that all layers share, are first a transposed convolution and its
/// adjoint with the filters given; `gamma_k` is one number a layer, `theta_k` one a map. Boundaries are free: the code
/// has a place for every position of a filter that meets the image. Source: Sreter and Giryes, *Learned convolutional
/// sparse coding*, ICASSP 2018, whose two convolutions these are.
///
/// # Shapes
/// Filters (maps, channels, height, width); (N, channels, H, W) gives codes
/// (N, maps, H + height - 1, W + width - 1).
///
/// ```
/// use latent_layers::{Context, Layer};
/// use latent_sparse::lista::{ConvLista, ConvListaParams};
/// use latent_tensor::Tensor;
/// use ndarray::Array4;
///
/// let filters = Array4::from_elem((4, 1, 3, 3), 1.0 / 9.0);
/// let params = ConvListaParams { layers: 3, lambda: 0.1, step_size: 0.2, selection: None };
/// let network = ConvLista::new(filters, params)?;
/// let codes = network.forward(&Tensor::<f32>::ones(&[2, 1, 8, 8]), &mut Context::evaluate())?;
/// assert_eq!(codes.shape(), [2, 4, 10, 10]);
/// assert_eq!(network.reconstruct(&codes)?.shape(), [2, 1, 8, 8]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ConvLista<E: Scalar = f32> {
    decoder: Parameter<E>,
    network: Unrolled<E>,
}

const KIND: &str = "convolutional LISTA";

/// The filters of `W`; those of `D` come as the dictionary.
#[derive(Debug, Module)]
struct Filters<E: Scalar>(#[module(name = "encoder")] Parameter<E>);

/// Each place of a filter that meets the image.
fn places(filters: &[usize]) -> [usize; 2] {
    [filters[2] - 1, filters[3] - 1]
}

/// `D z`
pub(super) fn synthesis<E: Scalar>(codes: &Tensor<E>, filters: &Tensor<E>) -> Tensor<E> {
    let options = ConvTranspose2dOptions { padding: places(filters.shape()), ..Default::default() };
    codes.conv_transpose2d(filters, None, options)
}

/// `D' x`
pub(super) fn correlated<E: Scalar>(x: &Tensor<E>, filters: &Tensor<E>) -> Tensor<E> {
    let options = Conv2dOptions { padding: places(filters.shape()), ..Default::default() };
    x.conv2d(filters, None, options)
}

/// Whether there are filters, and all are finite.
pub(super) fn check_filters<E: Scalar>(filters: &Array4<E>) -> Result<(), SparseError> {
    let maps = filters.dim().0;
    if filters.is_empty() {
        let features = filters.shape()[1..].iter().product();
        return Err(SparseError::EmptyDictionary { features, atoms: maps });
    }
    let flat = filters.to_shape((maps, filters.len() / maps)).expect("as many elements");
    crate::atoms::check_finite("the filters", flat.view())
}

impl<E: Scalar> Weights<E> for Filters<E> {
    fn begin<'a>(&'a self, x: &Tensor<E>, dictionary: &Tensor<E>) -> Point<'a, E> {
        let (x, dictionary, filters) = (x.clone(), dictionary.clone(), self.0.tensor());
        Box::new(move |_, z, step| {
            let residual = z.map_or_else(|| x.clone(), |z| &x - synthesis(z, &dictionary));
            moved(z, scaled(correlated(&residual, &filters), step))
        })
    }
}

impl<E: Scalar> ConvLista<E> {
    /// The network that is ISTA with these filters until it is trained.
    ///
    /// # Errors
    /// If there are no filters or they are empty, a value is not finite, or a setting is outside its domain.
    pub fn new(filters: Array4<E>, params: ConvListaParams<E>) -> Result<Self, SparseError> {
        let ConvListaParams { layers, lambda, step_size, selection } = params;
        require(layers > 0, "the number of layers", layers as f64, "at least 1")?;
        require(lambda.is_finite() && lambda >= E::zero(), "lambda", lambda.as_f64(), "a finite number, at least 0")?;
        let step = step_size.as_f64();
        require(step.is_finite() && step > 0.0, "the step size", step, "a finite number above 0")?;
        selection.as_ref().map_or(Ok(()), SupportSelection::check)?;
        check_filters(&filters)?;
        let maps = filters.dim().0;
        let threshold = || Parameter::new(Array3::from_elem((maps, 1, 1), lambda * step_size));
        let network = Unrolled {
            layers,
            weights: Box::new(Filters(Parameter::new(filters.clone()))),
            steps: (0..layers).map(|_| Parameter::new(arr1(&[step_size]))).collect(),
            shrinkage: Shrinkage {
                thresholds: ThresholdsOf::Trained((0..layers).map(|_| threshold()).collect()),
                selection,
                positive: false,
            },
            gates: Vec::new(),
        };
        Ok(Self { decoder: Parameter::new(filters), network })
    }

    /// (maps, channels, height, width)
    pub(super) fn filters_shape(&self) -> [usize; 4] {
        self.decoder.shape().try_into().expect("filters have four axes")
    }

    pub(super) fn begin(&self, x: &Tensor<E>) -> Pass<'_, E> {
        self.network.begin(x, &self.decoder.tensor())
    }

    /// The codes after each of the first `layers` layers.
    ///
    /// # Errors
    /// If `x` has another shape than the network takes, or there are not so many layers.
    pub fn trajectory(&self, x: &Tensor<E>, layers: usize) -> Result<Vec<Tensor<E>>, LayerError> {
        self.trajectory_in(x, layers, &Context::evaluate())
    }

    /// `D z`, with the filters as they are trained.
    ///
    /// # Errors
    /// If the codes have another shape than those of this network.
    pub fn reconstruct(&self, codes: &Tensor<E>) -> Result<Tensor<E>, LayerError> {
        let filters = self.decoder.tensor();
        let (maps, height, width) = (filters.shape()[0], filters.shape()[2], filters.shape()[3]);
        if !matches!(codes.shape(), &[_, k, h, w] if k == maps && h >= height && w >= width) {
            let expected = format!("(samples, {maps}, height >= {height}, width >= {width})");
            return Err(LayerError::shape("", KIND, expected, codes.shape()));
        }
        Ok(synthesis(codes, &filters))
    }

    fn trajectory_in(&self, x: &Tensor<E>, layers: usize, context: &Context) -> Result<Vec<Tensor<E>>, LayerError> {
        let filters = self.decoder.tensor();
        let channels = filters.shape()[1];
        if !matches!(x.shape(), &[_, c, h, w] if c == channels && h > 0 && w > 0) {
            return Err(context.shape_error(KIND, format!("(samples, {channels}, height, width)"), x.shape()));
        }
        if layers > self.layers() {
            let reason = format!("{layers} layers were asked for, there are {}", self.layers());
            return Err(LayerError::settings(KIND, reason));
        }
        Ok(self.network.trajectory(x, &filters, layers))
    }
}

impl<E: Scalar> Module<E> for ConvLista<E> {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.parameter("decoder", &self.decoder);
        self.network.visit(visitor);
    }
}

impl<E: Scalar> LayerWise<E> for ConvLista<E> {
    fn layers(&self) -> usize {
        self.network.layers
    }
}

impl<E: Scalar> Layer<E> for ConvLista<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let mut codes = self.trajectory_in(x, self.layers(), context)?;
        Ok(codes.pop().expect("at least one layer"))
    }
}
