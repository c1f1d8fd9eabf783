//! The filters of a convolutional model.

use crate::SparseError;
use crate::atoms::check_finite;
use crate::units::{greatest, norm_of, require_moderate};
use latent_numeric::Scalar;
use ndarray::{Array4, ArrayView4};

/// The filters `d_k` of a convolutional model: small images of one size, checked to be finite.
///
/// # Shapes
/// (filters, channels, height, width).
#[derive(Clone, Debug, PartialEq)]
pub struct Filters<E> {
    array: Array4<E>,
}

impl<E: Scalar> Filters<E> {
    /// Filters from an array, which is checked. They may be zero; the square of the largest norm must be well within the range of the scalar
    /// (up to a factor of `2^26`).
    ///
    /// # Errors
    /// If there are no filters, no channels or no pixels in a filter, if a value is not finite, or if the largest norm is
    /// out of that range.
    pub fn new(array: Array4<E>) -> Result<Self, SparseError> {
        let (filters, channels, height, width) = array.dim();
        if array.is_empty() {
            return Err(SparseError::EmptyFilters { filters, channels, height, width });
        }
        let array = if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() };
        check_pixels("the filters (filters x channels, height x width)", array.view())?;
        let norms: Vec<f64> = array.outer_iter().map(|filter| norm_of(&filter)).collect();
        let largest = greatest(norms.iter().copied());
        let place = norms.iter().position(|norm| *norm == largest).unwrap_or(0);
        require_moderate::<E>("the norm of filter", place, largest)?;
        Ok(Self { array })
    }

    /// The filters whose pixels are the squares of these.
    pub(super) fn squared(&self) -> Self {
        Self { array: self.array.mapv(|d| d * d) }
    }

    /// The filters, (filters, channels, height, width), in standard layout.
    pub fn array(&self) -> ArrayView4<'_, E> {
        self.array.view()
    }

    /// How many filters there are.
    pub fn len(&self) -> usize {
        self.array.dim().0
    }

    /// Always false: there is at least one filter.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The number of channels of each filter.
    pub fn channels(&self) -> usize {
        self.array.dim().1
    }

    /// Height and width of each filter.
    pub fn size(&self) -> (usize, usize) {
        let (_, _, height, width) = self.array.dim();
        (height, width)
    }

    /// The array of the filters, (filters, channels, height, width).
    pub fn into_array(self) -> Array4<E> {
        self.array
    }
}

/// Finds the first value that is not finite; a row is all of an image or filter, its channels one after the other.
pub(super) fn check_pixels<E: Scalar>(what: &'static str, a: ArrayView4<E>) -> Result<(), SparseError> {
    let (count, channels, height, width) = a.dim();
    let flat = a.to_shape((count, channels * height * width)).expect("as many elements");
    check_finite(what, flat.view())
}
