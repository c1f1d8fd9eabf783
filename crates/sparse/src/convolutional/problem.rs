//! The problem: filters and a penalty.

use super::filters::check_pixels;
use super::operator::Operator;
use super::sample::Sample;
use super::{Boundary, Channels, ConvolutionalParams, Filters};
use crate::SparseError;
use crate::error::require;
use crate::lasso::{Lambda, Stop};
use crate::units::{from_unit, lambda_in, require_moderate, unit_of, unit_of_some};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Array1, Array3, Array4, ArrayView3, ArrayView4, s};

/// The convolutional lasso with fixed filters:
///
/// ```text
/// min_z 1/2 sum_p w(p) ((sum_k d_k * z_k)(p) - s(p))^2 + lambda sum_k ||z_k||_1
/// ```
///
/// Images are independent of one another.
#[derive(Clone, Debug)]
pub struct ConvolutionalLasso<'d, E> {
    filters: &'d Filters<E>,
    params: ConvolutionalParams<E>,
}

/// Images, and the weights of their pixels where not all are 1.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a, E> {
    /// (images, channels, height, width)
    pub pixels: ArrayView4<'a, E>,
    /// Weights of at least 0, of the same shape: 0 where a pixel is unknown.
    pub mask: Option<ArrayView4<'a, E>>,
}

impl<'a, E> From<ArrayView4<'a, E>> for Images<'a, E> {
    fn from(pixels: ArrayView4<'a, E>) -> Self {
        Self { pixels, mask: None }
    }
}

impl<'a, E> Images<'a, E> {
    /// Images with weights of their pixels.
    pub fn masked(pixels: ArrayView4<'a, E>, mask: ArrayView4<'a, E>) -> Self {
        Self { pixels, mask: Some(mask) }
    }
}

impl<E: Scalar> Images<'_, E> {
    /// Checks the weights.
    pub(super) fn check_mask(&self) -> Result<(), SparseError> {
        let Some(mask) = self.mask else { return Ok(()) };
        if mask.dim() != self.pixels.dim() {
            return Err(SparseError::Shape {
                what: "the mask",
                found: mask.shape().to_vec(),
                expected: self.pixels.shape().to_vec(),
            });
        }
        check_pixels("the mask (images, channels x height x width)", mask)?;
        if let Some(weight) = mask.iter().find(|w| **w < E::zero()) {
            require(false, "a weight of the mask", weight.as_f64(), "at least 0")?;
        }
        for (i, weights) in mask.outer_iter().enumerate() {
            let largest = weights.iter().fold(E::zero(), |most, &w| if w > most { w } else { most });
            require_moderate::<E>("the largest weight of the mask of image", i, largest.as_f64())?;
        }
        Ok(())
    }
}

#[compiled_here]
impl<'d, E: Scalar> ConvolutionalLasso<'d, E> {
    /// The problem with these filters and these parameters, which are checked.
    ///
    /// # Errors
    /// If lambda is negative or not finite, or a fraction of lambda_max outside [0, 1], or if channels have maps of
    /// their own and the filters several channels.
    pub fn new(filters: &'d Filters<E>, params: ConvolutionalParams<E>) -> Result<Self, SparseError> {
        params.check()?;
        if params.channels == Channels::Separate && filters.channels() != 1 {
            let (k, channels, h, w) = filters.array().dim();
            return Err(SparseError::Shape {
                what: "the filters of channels with maps of their own (filters, channels, height, width)",
                found: vec![k, channels, h, w],
                expected: vec![k, 1, h, w],
            });
        }
        Ok(Self { filters, params })
    }

    /// The filters.
    pub fn filters(&self) -> &'d Filters<E> {
        self.filters
    }

    /// The checked parameters.
    pub fn params(&self) -> &ConvolutionalParams<E> {
        &self.params
    }

    /// The largest eigenvalue of `D' D` for images of this height and width, `L`: ISTA's step size is `1/L`.
    ///
    /// ```
    /// use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams, Filters};
    /// use ndarray::Array4;
    ///
    /// // One filter of one pixel: D is 3 I.
    /// let filters = Filters::new(Array4::from_elem((1, 1, 1, 1), 3.0))?;
    /// let lasso = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.1))?;
    /// assert!((lasso.lipschitz((8, 8)) - 9.0_f64).abs() < 1e-12);
    /// # Ok::<(), latent_sparse::SparseError>(())
    /// ```
    ///
    /// # Panics
    /// If the boundary is circular and the images are smaller than the filters.
    pub fn lipschitz(&self, (height, width): (usize, usize)) -> E {
        let (rows, columns) = self.torus(height, width);
        Operator::new(self.filters, rows, columns).lipschitz()
    }

    /// The shape of the maps of images of this shape, both (images, channels or maps, height, width). Where channels
    /// have maps of their own, those of the first channel come first.
    pub fn maps_dim(&self, (images, channels, height, width): (usize, usize, usize, usize)) -> [usize; 4] {
        let (rows, columns) = self.torus(height, width);
        let sets = if self.params.channels == Channels::Separate { channels } else { 1 };
        [images, sets * self.filters.len(), rows, columns]
    }

    /// The smallest lambda at which the maps of each image (of each channel, where channels have maps of their own)
    /// are zero: `max |D' w s|`.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    pub fn lambda_max<'a>(&self, images: impl Into<Images<'a, E>>) -> Result<Array1<E>, SparseError> {
        let prepared = self.prepare(images.into())?;
        let mut largest: Array1<E> = (0..prepared.len()).map(|i| prepared.lambda_max(i)).collect();
        for (i, largest) in largest.iter_mut().enumerate() {
            from_unit("lambda_max", i, prepared.units[i], [largest])?;
        }
        Ok(largest)
    }

    /// `sum_k d_k * z_k`, the images that these maps make.
    ///
    /// # Shapes
    /// `maps` is (images, maps, rows, columns), the result (images, channels, height, width).
    ///
    /// # Errors
    /// If there is not one map for each filter (and channel, where these have maps of their own), or maps are
    /// smaller than a filter.
    pub fn reconstruct(&self, maps: ArrayView4<'_, E>) -> Result<Array4<E>, SparseError> {
        let (images, count, rows, columns) = maps.dim();
        let (h, w) = self.filters.size();
        let (sets, fits) = match self.params.channels {
            Channels::Shared => (1, count == self.filters.len()),
            Channels::Separate => (count / self.filters.len(), count.is_multiple_of(self.filters.len()) && count > 0),
        };
        let least = match self.params.boundary {
            Boundary::Circular => (h, w),
            Boundary::Free => (2 * h - 1, 2 * w - 1),
        };
        if !fits || rows < least.0 || columns < least.1 {
            return Err(SparseError::Shape {
                what: "the maps (images, maps, rows, columns; at least as many rows and columns as expected here)",
                found: maps.shape().to_vec(),
                expected: vec![images, sets.max(1) * self.filters.len(), least.0, least.1],
            });
        }
        let operator = Operator::new(self.filters, rows, columns);
        let (top, left) = self.offset();
        let (height, width) = (rows - top, columns - left);
        let mut out = Array4::zeros((images * sets, self.filters.channels(), height, width));
        let maps = maps.to_shape((images * sets, self.filters.len(), rows, columns)).expect("as many elements");
        for (mut image, maps) in out.outer_iter_mut().zip(maps.outer_iter()) {
            image.assign(&operator.synthesize(&by_rows(maps)).slice(s![.., top.., left..]));
        }
        let channels = if self.params.channels == Channels::Separate { sets } else { self.filters.channels() };
        Ok(out.into_shape_with_order((images, channels, height, width)).expect("as many elements"))
    }

    /// Checks images and lays them on their torus, each in a unit of its own.
    pub(super) fn prepare(&self, images: Images<'_, E>) -> Result<Prepared<E>, SparseError> {
        let (n, channels, height, width) = images.pixels.dim();
        let (h, w) = self.filters.size();
        let separate = self.params.channels == Channels::Separate;
        if height < h || width < w {
            return Err(SparseError::ImageTooSmall { image: (height, width), filter: (h, w) });
        }
        if !separate && channels != self.filters.channels() {
            return Err(SparseError::Shape {
                what: "the images (images, channels, height, width)",
                found: images.pixels.shape().to_vec(),
                expected: vec![n, self.filters.channels(), height, width],
            });
        }
        check_pixels("the images (images, channels x height x width)", images.pixels)?;
        images.check_mask()?;
        let (rows, columns) = self.torus(height, width);
        let operator = Operator::new(self.filters, rows, columns);
        let shape = if separate { (n * channels, 1) } else { (n, channels) };
        let (top, left) = self.offset();
        let lay = |array: ArrayView4<'_, E>| {
            let mut out = Array4::zeros((shape.0, shape.1, rows, columns));
            let array = array.to_shape((shape.0, shape.1, height, width)).expect("as many elements");
            out.slice_mut(s![.., .., top.., left..]).assign(&array);
            out.outer_iter().map(|image| image.to_owned()).collect::<Vec<_>>()
        };
        let weights = match (images.mask, self.params.boundary) {
            (None, Boundary::Circular) => None,
            (Some(mask), _) => Some(lay(mask)),
            (None, Boundary::Free) => Some(lay(Array4::ones(images.pixels.dim()).view())),
        };
        let mut signals = lay(images.pixels);
        let units = signals.iter_mut().map(to_unit).collect();
        Ok(Prepared { operator, units, signals, weights })
    }

    /// The size of the maps of an image.
    fn torus(&self, height: usize, width: usize) -> (usize, usize) {
        let (top, left) = self.offset();
        (height + top, width + left)
    }

    /// Where the image begins on its torus.
    fn offset(&self) -> (usize, usize) {
        let (h, w) = self.filters.size();
        match self.params.boundary {
            Boundary::Circular => (0, 0),
            Boundary::Free => (h - 1, w - 1),
        }
    }
}

/// Checked images on a torus of one size.
#[derive(Debug)]
pub(super) struct Prepared<E: Scalar> {
    pub operator: Operator<E>,
    /// The power of two that each image is divided by.
    units: Vec<E>,
    signals: Vec<Array3<E>>,
    weights: Option<Vec<Array3<E>>>,
}

impl<E: Scalar> Prepared<E> {
    pub fn len(&self) -> usize {
        self.signals.len()
    }

    /// Image `i` for a solver.
    pub fn sample(&self, i: usize, lambda: E, stop: Stop) -> Sample<'_, E> {
        let weights = self.weights.as_ref().map(|weights| &weights[i]);
        Sample { unit: self.units[i], operator: &self.operator, signal: &self.signals[i], weights, lambda, stop }
    }

    /// The largest unit of an image that is not zero everywhere.
    pub fn largest_unit(&self) -> Option<E> {
        let seen = self.units.iter().zip(&self.signals).filter(|(_, signal)| signal.iter().any(|s| *s != E::zero()));
        seen.map(|(unit, _)| *unit).reduce(E::max)
    }

    /// Measures every image in this unit.
    pub fn measure_in(&mut self, unit: E) {
        for i in 0..self.len() {
            self.rescale(i, unit);
        }
    }

    /// Takes a larger unit for image `i` if maps to start from could overflow in its own.
    pub fn make_room(&mut self, i: usize, maps: ArrayView3<'_, E>) {
        let Some(of_maps) = unit_of_some(maps.iter()) else { return };
        let blank = self.signals[i].iter().all(|s| *s == E::zero());
        let least = if blank { of_maps } else { unit_of(&[of_maps / E::max_value().sqrt()]) };
        if blank || least > self.units[i] {
            self.rescale(i, least);
        }
    }

    fn rescale(&mut self, i: usize, unit: E) {
        let factor = self.units[i] / unit;
        self.signals[i].mapv_inplace(|s| s * factor);
        self.units[i] = unit;
    }

    /// The smallest lambda at which the maps of image `i` are zero, in its unit.
    pub fn lambda_max(&self, i: usize) -> E {
        self.sample(i, E::zero(), Stop::default()).lambda_max()
    }

    /// The lambda of image `i`, in its unit.
    pub fn lambda(&self, i: usize, lambda: &Lambda<E>) -> E {
        match *lambda {
            Lambda::Absolute(lambda) => lambda_in(self.units[i], lambda),
            Lambda::FractionOfMax(f) => f * self.lambda_max(i),
        }
    }
}

/// Divides an image by its unit, and returns that.
fn to_unit<E: Scalar>(image: &mut Array3<E>) -> E {
    let unit = unit_of(&*image);
    image.mapv_inplace(|s| s / unit);
    unit
}

/// Maps (filters, rows, columns) in the layout of an operator, (rows, filters, columns).
pub(super) fn by_rows<E: Scalar>(maps: ArrayView3<'_, E>) -> Vec<E> {
    maps.permuted_axes([1, 0, 2]).as_standard_layout().iter().copied().collect()
}
