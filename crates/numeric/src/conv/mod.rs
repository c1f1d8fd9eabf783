//! Two-dimensional convolution (cross-correlation, as networks use it) of row-major (N, C, H, W) images.
//!
//! One trilinear form of an input `x`, a weight `w` and an output `y`,
//!
//! ```text
//! T(x, w, y) = sum over n, o, r, q, c, i, j of  x[n, c, s r - p + d i, s q - p + d j]  w[o, c, i, j]  y[n, o, r, q]
//! ```
//!
//! (`c` running over the input channels of the group of `o`), has three gradients, and these are all that there is:
//! [`output`] with respect to `y` is the convolution, [`input`] with respect to `x` the transposed convolution, and
//! [`weight`] the gradient with respect to `w`. Each is bilinear in the other two arguments and its derivatives are
//! the other two contractions. The two that are images take a bias for each of their channels.
//!
//! Samples are computed side by side, each in a lane of the processor's vectors; the few that do not fill a vector, and
//! large images, by matrix products of their patches. Memory beside the operands is of bounded size, and threads keep
//! it. No bit depends on the number of threads.
//!
//! ```
//! use latent_numeric::conv::{self, Geometry};
//!
//! // A 2 x 2 box over a 3 x 3 image.
//! let geometry = Geometry {
//!     samples: 1, groups: 1, in_channels: 1, out_channels: 1, input: [3, 3], output: [2, 2],
//!     kernel: [2, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1],
//! };
//! let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
//! let mut y = [0.0; 4];
//! conv::output(&geometry, &x, &[1.0; 4], None, &mut y);
//! assert_eq!(y, [12.0, 16.0, 24.0, 28.0]);
//! conv::output(&geometry, &x, &[1.0; 4], Some(&[-12.0]), &mut y);
//! assert_eq!(y, [0.0, 4.0, 12.0, 16.0]);
//! ```

mod geometry;
mod lanes;
mod scratch;
#[cfg(test)]
mod tests;
mod unfolded;

pub use geometry::Geometry;

use crate::{Scalar, compiled_here};

/// Smaller convolutions are computed on the calling thread.
const PARALLEL_FROM: usize = 1 << 19;

/// The convolution:
/// `y[n, o, r, q] = bias[o] + sum over c, i, j of x[n, c, s r - p + d i, s q - p + d j] w[o, c, i, j]`.
///
/// `y` is overwritten.
///
/// # Shapes
/// Row-major [`Geometry::input_shape`], [`Geometry::weight_shape`], [`Geometry::output_shape`]; a bias, if there is
/// one, for each output channel.
///
/// # Panics
/// If a slice has another length.
#[track_caller]
pub fn output<E: Scalar>(geometry: &Geometry, x: &[E], w: &[E], bias: Option<&[E]>, y: &mut [E]) {
    geometry.check(x.len(), w.len(), y.len());
    check_bias(bias, geometry.out_channels);
    any_output(geometry, x, w, bias, y);
}

/// [`output`] of slices that fit.
#[compiled_here]
fn any_output<E: Scalar>(geometry: &Geometry, x: &[E], w: &[E], bias: Option<&[E]>, y: &mut [E]) {
    if x.is_empty() || w.is_empty() || y.is_empty() {
        return fill(y, bias, geometry.pixels());
    }
    let (whole, rest) = split::<E>(geometry);
    let ((x, x_rest), (y, y_rest)) = (x.split_at(x_len(&whole)), y.split_at_mut(y_len(&whole)));
    if whole.samples > 0 {
        lanes::output(&whole, x, w, bias, y);
    }
    if rest.samples > 0 {
        unfolded::output(&rest, x_rest, w, bias, y_rest);
    }
}

/// The transposed convolution, the gradient with respect to the input:
/// `x[n, c, u, v] = bias[c] + sum over o, r, q, i, j with u = s r - p + d i, v = s q - p + d j of
/// w[o, c, i, j] y[n, o, r, q]`.
///
/// `x` is overwritten.
///
/// # Shapes
/// As of [`output`], with a bias, if there is one, for each input channel.
///
/// # Panics
/// If a slice has another length.
#[track_caller]
pub fn input<E: Scalar>(geometry: &Geometry, w: &[E], y: &[E], bias: Option<&[E]>, x: &mut [E]) {
    geometry.check(x.len(), w.len(), y.len());
    check_bias(bias, geometry.in_channels);
    any_input(geometry, w, y, bias, x);
}

/// [`input`] of slices that fit.
#[compiled_here]
fn any_input<E: Scalar>(geometry: &Geometry, w: &[E], y: &[E], bias: Option<&[E]>, x: &mut [E]) {
    if x.is_empty() || w.is_empty() || y.is_empty() {
        return fill(x, bias, geometry.input[0] * geometry.input[1]);
    }
    let (whole, rest) = split::<E>(geometry);
    let ((x, x_rest), (y, y_rest)) = (x.split_at_mut(x_len(&whole)), y.split_at(y_len(&whole)));
    if whole.samples > 0 {
        lanes::input(&whole, w, y, bias, x);
    }
    if rest.samples > 0 {
        unfolded::input(&rest, w, y_rest, bias, x_rest);
    }
}

/// The gradient with respect to the weight:
/// `w[o, c, i, j] = sum over n, r, q of x[n, c, s r - p + d i, s q - p + d j] y[n, o, r, q]`.
///
/// `w` is overwritten.
///
/// # Shapes
/// As of [`output`].
///
/// # Panics
/// If a slice has another length.
#[track_caller]
pub fn weight<E: Scalar>(geometry: &Geometry, x: &[E], y: &[E], w: &mut [E]) {
    geometry.check(x.len(), w.len(), y.len());
    any_weight(geometry, x, y, w);
}

/// [`weight`] of slices that fit.
#[compiled_here]
fn any_weight<E: Scalar>(geometry: &Geometry, x: &[E], y: &[E], w: &mut [E]) {
    if x.is_empty() || w.is_empty() || y.is_empty() {
        return w.fill(E::zero());
    }
    let (whole, rest) = split::<E>(geometry);
    let ((x, x_rest), (y, y_rest)) = (x.split_at(x_len(&whole)), y.split_at(y_len(&whole)));
    match [whole.samples, rest.samples] {
        [0, _] => unfolded::weight(&rest, x_rest, y_rest, w),
        [_, 0] => lanes::weight(&whole, x, y, w),
        _ => scratch::with(w.len(), |more: &mut [E]| {
            lanes::weight(&whole, x, y, w);
            unfolded::weight(&rest, x_rest, y_rest, more);
            w.iter_mut().zip(more).for_each(|(w, more)| *w += *more);
        }),
    }
}

/// The samples that are computed side by side, and the others.
fn split<E: Scalar>(g: &Geometry) -> (Geometry, Geometry) {
    let samples = lanes::samples::<E>(g);
    (Geometry { samples, ..*g }, Geometry { samples: g.samples - samples, ..*g })
}

fn x_len(g: &Geometry) -> usize {
    g.input_shape().iter().product()
}

fn y_len(g: &Geometry) -> usize {
    g.output_shape().iter().product()
}

/// Images of nothing but the bias.
fn fill<E: Scalar>(images: &mut [E], bias: Option<&[E]>, pixels: usize) {
    match bias {
        Some(bias) if pixels > 0 => {
            let planes = images.chunks_exact_mut(pixels);
            planes.zip(bias.iter().cycle()).for_each(|(plane, &bias)| plane.fill(bias));
        }
        _ => images.fill(E::zero()),
    }
}

#[track_caller]
fn check_bias<E>(bias: Option<&[E]>, channels: usize) {
    if let Some(bias) = bias {
        assert!(bias.len() == channels, "conv: a bias of {} elements for {channels} channels", bias.len());
    }
}
