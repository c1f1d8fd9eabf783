//! What a figure is for real samples.

use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::{ArrayView2, s};

/// A figure of samples, and that of as many real ones; see [`beside_floor`].
#[derive(Clone, Debug, PartialEq)]
pub struct Beside<T> {
    /// Of the samples.
    pub figure: T,
    /// Of real samples: what a perfect model would get.
    pub floor: T,
    /// How many samples and real ones were compared with the reference.
    pub samples: usize,
}

/// A figure of samples and the same figure of as many real ones, so that what comes from the number of samples is in
/// both: `figure(reference, samples)` and `figure(reference, real)`.
///
/// For distances, the reference are test samples and the real ones training samples; for
/// [nearest neighbours](super::nearest_neighbours) the other way round. A figure without reference looks at its second
/// argument alone. Of the samples and the real ones, the first are taken, as many as there are of both.
///
/// # Shapes
/// Rows are samples; `real` and `samples` have the same features (or logits).
///
/// # Errors
/// No samples or real ones; those of the figure.
///
/// ```
/// use latent_metrics::samples::{beside_floor, frechet};
/// use latent_numeric::random::Stream;
/// use ndarray::Array2;
///
/// let mut stream = Stream::new(1, "samples", &[]);
/// let [train, test, samples]: [Array2<f32>; 3] = [900, 300, 500].map(|n| stream.normal_array((n, 4)));
/// let found = beside_floor(test.view(), train.view(), (samples * 1.5).view(), frechet)?;
/// assert_eq!((found.samples, found.floor.samples), (500, [300, 500]));
/// assert!(found.figure.squared > 5.0 * found.floor.squared);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn beside_floor<E: Scalar, T>(
    reference: ArrayView2<'_, E>,
    real: ArrayView2<'_, E>,
    samples: ArrayView2<'_, E>,
    mut figure: impl FnMut(ArrayView2<'_, E>, ArrayView2<'_, E>) -> Result<T, MetricError>,
) -> Result<Beside<T>, MetricError> {
    let count = real.nrows().min(samples.nrows());
    Input("floor").at_least("samples and real samples", count, 1)?;
    Ok(Beside {
        figure: figure(reference, samples.slice(s![..count, ..]))?,
        floor: figure(reference, real.slice(s![..count, ..]))?,
        samples: count,
    })
}
