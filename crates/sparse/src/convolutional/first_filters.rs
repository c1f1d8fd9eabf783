//! The filters that learning begins with.

use super::filter_update::project;
use super::{ConvolutionalLasso, FilterInit, FilterParams, Filters, Images};
use crate::SparseError;
use crate::lasso::Stop;
use crate::units::unit_of;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use ndarray::{Array1, Array2, Array4, ArrayView3, s};

/// Values up to this many times the scalar's epsilon, beside what they were computed from, are rounding.
const ROUNDING: f64 = 16.0;

/// First filters of unit norm, (filters, channels rows columns): drawn, given, or cut from the images; with zero mean over
/// each `mean` pixels, if any, those of one value are zero.
///
/// # Errors
/// If given filters have another number of channels, or the images cannot be coded with filters of this size.
pub(super) fn drawn<E: Scalar>(
    params: &FilterParams<E>,
    channels: usize,
    mean: Option<usize>,
    images: Images<'_, E>,
) -> Result<Array2<E>, SparseError> {
    let ((h, w), count) = (params.size, params.filters);
    let mut stream = Stream::new(params.seed, "filter init", &[]);
    let mut filters: Array2<E> = match &params.init {
        FilterInit::Gaussian => stream.normal_array((count, channels * h * w)),
        FilterInit::Given(given) => {
            if given.dim().1 != channels {
                return Err(SparseError::Shape {
                    what: "the given first filters (filters, channels, height, width)",
                    found: given.shape().to_vec(),
                    expected: vec![count, channels, h, w],
                });
            }
            Filters::new(given.clone())?.into_array().into_shape_with_order((count, channels * h * w)).expect("same")
        }
        FilterInit::Patches => {
            let blank = Filters::new(Array4::zeros((count, channels, h, w)))?;
            let prepared = ConvolutionalLasso::new(&blank, params.penalty)?.prepare(images)?;
            let mut filters = stream.normal_array((count, channels * h * w));
            for mut filter in filters.rows_mut() {
                let i = stream.below(prepared.len());
                // A blank window makes no filter: the normal entries stay.
                let sample = prepared.sample(i, E::zero(), Stop::default());
                if let Some(drawn) = window(sample.signal.view(), unit_of(sample.signal), (h, w), mean, &mut stream) {
                    filter.assign(&drawn);
                }
            }
            filters
        }
    };
    for mut filter in filters.rows_mut() {
        let unit = unit_of(&filter);
        filter /= unit;
        let before = filter.dot(&filter).sqrt();
        if let Some(pixels) = mean {
            project(filter.view_mut(), Some(pixels));
        }
        let norm = filter.dot(&filter).sqrt();
        if norm > E::of(ROUNDING) * E::epsilon() * before {
            filter /= norm;
        } else {
            // A filter of one value has no part of zero mean.
            filter.fill(E::zero());
        }
    }
    Ok(filters)
}

/// A random window of an image (channels, rows, columns) as a filter of unit norm; `None` if it is blank, but for the
/// rounding of values of this size.
pub(super) fn window<E: Scalar>(
    image: ArrayView3<'_, E>,
    size: E,
    (h, w): (usize, usize),
    mean: Option<usize>,
    stream: &mut Stream,
) -> Option<Array1<E>> {
    let (_, rows, columns) = image.dim();
    let (i, j) = (stream.below(rows - h + 1), stream.below(columns - w + 1));
    let mut d: Array1<E> = image.slice(s![.., i..i + h, j..j + w]).iter().copied().collect();
    if let Some(pixels) = mean {
        for mut channel in d.exact_chunks_mut(pixels) {
            let mean = channel.sum() / E::of(pixels as f64);
            channel -= mean;
        }
    }
    let norm = d.dot(&d).sqrt();
    let rounding = E::of(ROUNDING * (d.len() as f64).sqrt()) * E::epsilon() * size;
    (norm > rounding).then(|| d / norm)
}
