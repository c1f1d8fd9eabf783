//! `MSE = mean (x - y)^2` and `PSNR = 10 log10(range^2 / MSE)`

use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::{ArrayView2, Zip};

/// Errors of reconstructions; see [`reconstruction`].
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstruction {
    /// The mean over samples of their mean squared errors, in squared units of the data.
    pub mse: f64,
    /// The mean over samples of their peak signal-to-noise ratios, in decibels: infinite if a sample is exact.
    pub psnr: f64,
    /// The mean squared error of each sample.
    pub mse_by_sample: Vec<f64>,
    /// The peak signal-to-noise ratio of each sample.
    pub psnr_by_sample: Vec<f64>,
}

/// Squared errors of reconstructions, and their peak signal-to-noise ratios, sample by sample.
///
/// # Shapes
/// `x` and `y` are (samples, features); `range` is the difference of the largest and the least value that data can
/// take.
///
/// # Errors
/// No samples, other shapes, elements that are not finite, a range that is not positive.
///
/// ```
/// use latent_metrics::codes::reconstruction;
/// use ndarray::array;
///
/// let found = reconstruction(array![[0.0_f32, 1.0]].view(), array![[0.0, 0.5]].view(), 1.0)?;
/// assert_eq!(found.mse, 0.125);
/// assert!((found.psnr - 10.0 * 8.0_f64.log10()).abs() < 1e-12);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn reconstruction<E: Scalar>(
    x: ArrayView2<'_, E>,
    y: ArrayView2<'_, E>,
    range: f64,
) -> Result<Reconstruction, MetricError> {
    let input = Input("reconstruction");
    input.same("reconstructions", y.nrows(), x.nrows())?;
    input.same("features of reconstructions", y.ncols(), x.ncols())?;
    let (x, y) = (input.rows("samples", x, 1)?, input.rows("reconstructions", y, 1)?);
    input.setting(range > 0.0 && range.is_finite(), "range of the data", range, "positive and finite")?;
    let squares = Zip::from(&x).and(&y).map_collect(|x, y| (x - y) * (x - y));
    let mse_by_sample: Vec<f64> = squares.rows().into_iter().map(|row| row.mean().expect("features")).collect();
    let psnr_by_sample: Vec<f64> = mse_by_sample.iter().map(|mse| 20.0 * range.log10() - 10.0 * mse.log10()).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    Ok(Reconstruction { mse: mean(&mse_by_sample), psnr: mean(&psnr_by_sample), mse_by_sample, psnr_by_sample })
}
