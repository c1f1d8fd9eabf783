//! The whitening filter of Olshausen and Field for natural images.
//!
//! The amplitude spectrum of natural images falls as `1/f`. The filter `R(f) = f exp(-(f/f0)^4)`
//! flattens it and cuts off the corners of the spectrum, where noise and the pixel grid rule
//! (Olshausen and Field, *Sparse coding with an overcomplete basis set: a strategy employed by V1?*,
//! 1997: `f0` of 200 cycles per picture of 512 pixels, about 0.4 cycles per pixel).
//!
//! ```
//! use latent_datasets::olshausen_field::{DEFAULT_CUTOFF, filter, to_unit_variance};
//! use ndarray::Array2;
//!
//! let image = Array2::from_shape_fn((32, 48), |(y, x)| (0.3 * y as f64).sin() + (0.7 * x as f64).cos());
//! let mut filtered = [filter(image.view(), DEFAULT_CUTOFF)?];
//! to_unit_variance(&mut filtered);
//! assert!(filtered[0].mean().unwrap().abs() < 1e-12);
//! assert!((filtered[0].var(0.0) - 1.0).abs() < 1e-9);
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

use crate::DatasetError;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, ArrayView2};
use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftDirection, FftPlanner};
use std::sync::Arc;

/// The usual cut-off frequency, in cycles per pixel.
pub const DEFAULT_CUTOFF: f64 = 0.4;

/// Multiplies the spectrum of an image by `f exp(-(f/f0)^4)`, with `f = sqrt(u^2 + v^2)` in cycles
/// per pixel (each of `u`, `v` at most 1/2) and `f0 = cutoff`.
///
/// The map is linear, commutes with circular shifts (the image is taken as periodic), and its
/// result has mean zero. It is computed in double precision. Where nothing is left but the rounding of the transforms, as
/// of an image of one value, the result is zero.
///
/// # Shapes
/// (H, W) to (H, W), any sizes.
///
/// # Errors
/// [`DatasetError::Parameter`] if the cut-off is not positive and finite.
pub fn filter<E: Scalar>(image: ArrayView2<E>, cutoff: f64) -> Result<Array2<E>, DatasetError> {
    if !(cutoff > 0.0 && cutoff.is_finite()) {
        return Err(DatasetError::parameter("cut-off frequency", cutoff, "positive and finite, in cycles per pixel"));
    }
    if image.is_empty() {
        return Ok(image.to_owned());
    }
    Ok(filtered(image.mapv(Scalar::as_f64).view(), cutoff).mapv(E::of))
}

/// [`filter`] of an image with pixels. The plans of transforms are compiled here, not once more in each crate that calls
/// it.
#[inline(never)]
fn filtered(image: ArrayView2<f64>, cutoff: f64) -> Array2<f64> {
    let (height, width) = image.dim();
    let mut planner = FftPlanner::new();
    let mut plan = |len, direction| planner.plan_fft(len, direction);
    let [across, down] = [width, height].map(|len| plan(len, FftDirection::Forward));
    let [back_across, back_down] = [width, height].map(|len| plan(len, FftDirection::Inverse));

    let mut spectrum = image.mapv(|v| Complex64::new(v, 0.0)).as_standard_layout().into_owned();
    transform_rows(&mut spectrum, &across);
    let mut spectrum = transposed(&spectrum);
    transform_rows(&mut spectrum, &down);
    let scale = 1.0 / (width * height) as f64;
    for ((i, j), value) in spectrum.indexed_iter_mut() {
        let f = frequency(i, width).hypot(frequency(j, height));
        *value *= scale * f * (-(f / cutoff).powi(4)).exp();
    }
    transform_rows(&mut spectrum, &back_down);
    let mut filtered = transposed(&spectrum);
    transform_rows(&mut filtered, &back_across);
    // The error of a transform is some units in the last place of its largest value for each halving of its length.
    let halvings = ((width * height) as f64).log2() + 1.0;
    let rounding = ROUNDING * f64::EPSILON * halvings * largest(image.iter().copied());
    if largest(filtered.iter().map(|v| v.re)) <= rounding {
        return Array2::zeros(image.dim());
    }
    filtered.mapv(|v| v.re)
}

/// Units in the last place that a result may be off by, for each step of its computation.
const ROUNDING: f64 = 4.0;

/// The largest magnitude.
fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |most, v| if v.abs() > most || v.is_nan() { v.abs() } else { most })
}

/// Divides all images by one number, so that their pixels together have variance 1 about their
/// mean, and returns that number. Images without variance, beside the rounding of their mean, stay as they are.
pub fn to_unit_variance<E: Scalar>(images: &mut [Array2<E>]) -> E {
    let pixels = || images.iter().flatten().map(|v| v.as_f64());
    let count = pixels().count().max(1) as f64;
    let mean = pixels().sum::<f64>() / count;
    let sd = (pixels().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
    // The sum of so many numbers is known no better.
    if sd <= f64::EPSILON * count * largest(pixels()) {
        return E::one();
    }
    for image in images {
        image.mapv_inplace(|v| E::of(v.as_f64() / sd));
    }
    E::of(sd)
}

fn transform_rows(rows: &mut Array2<Complex64>, plan: &Arc<dyn Fft<f64>>) {
    let width = rows.ncols();
    let values = rows.as_slice_mut().expect("standard layout");
    parallel::each(values.chunks_exact_mut(width), |_, row| plan.process(row));
}

fn transposed(matrix: &Array2<Complex64>) -> Array2<Complex64> {
    matrix.t().as_standard_layout().into_owned()
}

/// The frequency of bin `k` of `n`, in cycles per sample.
fn frequency(k: usize, n: usize) -> f64 {
    k.min(n - k) as f64 / n as f64
}
