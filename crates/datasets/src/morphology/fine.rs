//! A grey image on a finer grid, as numbers and as a black and white one.

use super::spline;
use crate::DatasetError;
use ndarray::{Array2, ArrayView2, ArrayViewMut1, Axis};

/// Fine pixels along each side of a pixel.
pub(super) const FINE: usize = 4;

/// An image upscaled, with what of it is ink.
pub(super) struct Fine {
    /// Brightness, within that of the image.
    pub(super) grey: Array2<f64>,
    /// Where it is at least halfway from the least to the greatest: some pixels are, others are not.
    pub(super) ink: Array2<bool>,
}

impl Fine {
    /// The cubic spline through the pixels, smoothed by a Gaussian of standard deviation `FINE / 3`.
    pub(super) fn of(image: ArrayView2<f64>) -> Result<Self, DatasetError> {
        let (height, width) = image.dim();
        let (low, high) = range(image);
        if low >= high {
            let value = format!("{height} x {width} pixels of one brightness");
            return Err(DatasetError::parameter("image", value, "a digit: pixels of different brightness"));
        }
        let across = upscaled(image);
        let grey = upscaled(across.t()).reversed_axes().mapv(|v| v.clamp(low, high));
        let smooth = smoothed(smoothed(grey).reversed_axes()).reversed_axes();
        let (low, high) = range(smooth.view());
        let ink = smooth.mapv(|v| v >= low + (high - low) * 0.5);
        Ok(Self { grey: smooth, ink })
    }
}

/// The least and the greatest brightness.
pub(super) fn range(image: ArrayView2<f64>) -> (f64, f64) {
    image.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
}

/// Each row at `FINE` places in each pixel, whose middle is that of theirs.
fn upscaled(image: ArrayView2<f64>) -> Array2<f64> {
    let (rows, columns) = image.dim();
    let mut fine = Array2::zeros((rows, columns * FINE));
    for (row, mut to) in image.outer_iter().zip(fine.outer_iter_mut()) {
        let mut row = row.to_vec();
        spline::coefficients(&mut row);
        for (i, to) in to.iter_mut().enumerate() {
            *to = spline::value(&row, (i as f64 + 0.5) / FINE as f64 - 0.5);
        }
    }
    fine
}

/// Each row smoothed by a Gaussian that is cut off at four standard deviations; it goes on as in mirrors beyond its
/// ends.
fn smoothed(image: Array2<f64>) -> Array2<f64> {
    let deviation = FINE as f64 / 3.0;
    let reach = (4.0 * deviation).round() as isize;
    let bell: Vec<f64> = (-reach..=reach).map(|i| (-0.5 * (i as f64 / deviation).powi(2)).exp()).collect();
    let total: f64 = bell.iter().sum();
    let mut smooth = Array2::zeros(image.dim());
    for (row, mut to) in image.outer_iter().zip(smooth.outer_iter_mut()) {
        for (i, to) in to.iter_mut().enumerate() {
            let at = |offset: isize| row[mirrored(i.cast_signed() + offset, row.len())];
            *to = bell.iter().zip(-reach..).map(|(weight, offset)| weight * at(offset)).sum::<f64>() / total;
        }
    }
    smooth
}

/// The place among `0..len` that is `at` in mirrors half a step beyond both ends.
fn mirrored(at: isize, len: usize) -> usize {
    let along = at.rem_euclid(2 * len.cast_signed()) as usize;
    along.min(2 * len - 1 - along)
}

/// The means over the fine pixels of each pixel.
pub(super) fn coarse(fine: ArrayView2<f64>) -> Array2<f64> {
    let (height, width) = fine.dim();
    Array2::from_shape_fn((height / FINE, width / FINE), |(row, column)| {
        let (top, left) = (row * FINE, column * FINE);
        fine.slice(ndarray::s![top..top + FINE, left..left + FINE]).sum() / (FINE * FINE) as f64
    })
}

/// Moves each row to the right by `shear` pixels for each row that it is below the height `middle`, along the spline
/// through its pixels; nothing comes in from outside.
pub(super) fn sheared(image: ArrayView2<f64>, shear: f64, middle: f64) -> Array2<f64> {
    let (low, high) = range(image);
    let mut moved = image.to_owned();
    let shift = |(y, mut row): (usize, ArrayViewMut1<f64>)| {
        let by = shear * (y as f64 - middle);
        let (mut c, end) = (row.to_vec(), row.len() as f64 - 0.5);
        spline::coefficients(&mut c);
        for (x, to) in row.iter_mut().enumerate() {
            let from = x as f64 - by;
            let inside = -0.5 <= from && from <= end;
            *to = if inside { spline::value(&c, from).clamp(low, high) } else { low };
        }
    };
    moved.axis_iter_mut(Axis(0)).enumerate().for_each(shift);
    moved
}
