//! The smooth part of an image, which filters of zero mean should not have to code.

use super::Images;
use super::filters::check_pixels;
use crate::SparseError;
use crate::error::require;
use crate::units::unit_of;
use latent_numeric::fft::RealFft2;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, Array4, ArrayView2, Axis, Zip, s};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// The low-pass filter of Tikhonov regularisation:
///
/// ```text
/// low = argmin_l 1/2 ||l - s||^2 + lambda/2 (||differences of rows||^2 + ||differences of columns||^2)
/// ```
///
/// of the image continued by `pad` mirrored pixels on each side and periodically from there on, which is exact in the
/// Fourier domain: a factor `1 / (1 + lambda (4 sin^2(pi f / m) + 4 sin^2(pi g / n)))`. Of an image with a mask the data
/// term is weighted by it, and unknown pixels are filled in smoothly. What is left, `high = s - low`, is what
/// convolutional sparse coding is applied to.
///
/// The same as `sporco.signal.tikhonov_filter` where there is no mask (Wohlberg 2017, SPORCO).
///
/// ```
/// use latent_sparse::convolutional::LowPass;
/// use ndarray::Array4;
///
/// let flat = Array4::from_elem((1, 1, 12, 9), 0.7_f64);
/// let split = LowPass::default().split(flat.view())?;
/// assert!(split.high.iter().all(|h| h.abs() < 1e-12));
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LowPass {
    /// The weight `lambda >= 0` of differences: the larger, the smoother.
    pub lambda: f64,
    /// How many mirrored pixels the image is extended by on each side, against effects of its border.
    pub pad: usize,
}

impl Default for LowPass {
    /// `lambda = 5`, 16 mirrored pixels.
    fn default() -> Self {
        Self { lambda: 5.0, pad: 16 }
    }
}

/// Images as the sum of a smooth part and a rest of edges and texture.
#[derive(Clone, Debug, PartialEq)]
pub struct Split<E> {
    /// The smooth part, (images, channels, height, width).
    pub low: Array4<E>,
    /// The images less their smooth parts, of the same shape.
    pub high: Array4<E>,
}

/// The most steps of filling in unknown pixels, and the largest change of one at which they end before, as a fraction
/// of the largest pixel.
const STEPS: usize = 500;
const TOLERANCE: f64 = 1e-5;

impl LowPass {
    /// Splits every channel of every image.
    ///
    /// # Shapes
    /// All (images, channels, height, width).
    ///
    /// # Errors
    /// If lambda is negative or not finite, images have no pixels, a value is not finite, or the mask has another shape
    /// or a negative weight.
    pub fn split<'a, E: Scalar>(&self, images: impl Into<Images<'a, E>>) -> Result<Split<E>, SparseError> {
        let images = images.into();
        let lambda = self.lambda;
        require(lambda.is_finite() && lambda >= 0.0, "lambda of the low-pass filter", lambda, "at least 0")?;
        let (_, _, height, width) = images.pixels.dim();
        require(height > 0 && width > 0, "the pixels of an image", 0.0, "at least 1")?;
        check_pixels("the images (images, channels x height x width)", images.pixels)?;
        images.check_mask()?;
        let (rows, columns) = (height + 2 * self.pad, width + 2 * self.pad);
        let fft = RealFft2::new(rows, columns);
        let sine = |f: usize, n: usize| 4.0 * (PI * f as f64 / n as f64).sin().powi(2);
        let response = Array2::from_shape_fn(fft.spectrum_dim(), |(g, f)| {
            E::of(1.0 / (1.0 + lambda * (sine(f, rows) + sine(g, columns))))
        });
        let filter = Filter { fft, response, pad: self.pad };
        let mut low = Array4::zeros(images.pixels.dim());
        let planes: Vec<(usize, usize)> =
            (0..low.dim().0).flat_map(|i| (0..low.dim().1).map(move |c| (i, c))).collect();
        let done = parallel::map(&planes, |_, &(i, c)| {
            let plane = |a: ndarray::ArrayView4<'a, E>| a.index_axis_move(Axis(0), i).index_axis_move(Axis(0), c);
            let mut pixels = plane(images.pixels).to_owned();
            let unit = unit_of(&pixels);
            pixels /= unit;
            let low = match images.mask {
                None => filter.apply(pixels.view()),
                Some(mask) => filter.fill(pixels.view(), plane(mask)),
            };
            low * unit
        });
        for (&(i, c), done) in planes.iter().zip(&done) {
            low.index_axis_mut(Axis(0), i).index_axis_mut(Axis(0), c).assign(done);
        }
        let high = &images.pixels - &low;
        Ok(Split { low, high })
    }
}

/// The filter for planes of one size.
struct Filter<E> {
    fft: RealFft2<E>,
    response: Array2<E>,
    pad: usize,
}

impl<E: Scalar> Filter<E> {
    fn apply(&self, plane: ArrayView2<E>) -> Array2<E> {
        let (height, width) = plane.dim();
        let pad = self.pad;
        let padded = Array2::from_shape_fn((height + 2 * pad, width + 2 * pad), |(i, j)| {
            plane[[mirrored(i, pad, height), mirrored(j, pad, width)]]
        });
        let mut spectrum = self.fft.forward(padded.view());
        Zip::from(&mut spectrum).and(&self.response).for_each(|s, &r| *s = s.scale(r));
        self.fft.inverse(spectrum).slice(s![pad..pad + height, pad..pad + width]).to_owned()
    }

    /// With weights: the filter of the image whose unknown pixels are those of the last result, which minimises what
    /// lies above the weighted objective and touches it there.
    fn fill(&self, plane: ArrayView2<E>, weights: ArrayView2<E>) -> Array2<E> {
        let largest = weights.fold(E::zero(), |m, &w| m.max(w));
        if largest <= E::zero() {
            return Array2::zeros(plane.dim());
        }
        let weights = weights.mapv(|w| w / largest);
        let known = weights.sum();
        let mean = Zip::from(&weights).and(&plane).fold(E::zero(), |sum, &w, &s| sum + w * s) / known;
        let size = plane.fold(E::zero(), |m, &s| m.max(s.abs()));
        let mut low = Array2::from_elem(plane.dim(), mean);
        for _ in 0..STEPS {
            let completed =
                Zip::from(&weights).and(&plane).and(&low).map_collect(|&w, &s, &l| w * s + (E::one() - w) * l);
            let new = self.apply(completed.view());
            let change = Zip::from(&new).and(&low).fold(E::zero(), |m, &a, &b| m.max((a - b).abs()));
            low = new;
            if change <= E::of(TOLERANCE) * size {
                break;
            }
        }
        low
    }
}

/// The pixel of a line of `n` that stands at `i` of the line with `pad` mirrored pixels before and after it.
fn mirrored(i: usize, pad: usize, n: usize) -> usize {
    let period = 2 * n;
    let at = (i + period * pad.div_ceil(period) - pad) % period;
    if at < n { at } else { period - 1 - at }
}
