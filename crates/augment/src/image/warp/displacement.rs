//! Smooth random displacement fields.

use crate::image::filter::{self, Kernel};
use crate::image::frame::Frame;
use crate::image::{Border, Shape};
use latent_numeric::random::Stream;

/// A displacement `p -> p + alpha (G * U)(p)`: at each pixel two draws from the uniform distribution on [-1, 1], smoothed
/// by a Gaussian of standard deviation `sigma` pixels and multiplied by `alpha` pixels.
#[derive(Clone, Debug)]
pub(crate) struct Displacement {
    pub alpha: f64,
    pub sigma: f64,
    pub height: usize,
    pub width: usize,
    /// Where the draws begin.
    pub stream: Box<Stream>,
}

impl Displacement {
    /// Both components at every pixel: all of x, then all of y.
    pub(crate) fn field(&self, field: &mut Frame, buffers: &mut filter::Buffers) {
        field.resize(Shape::new(2, self.height, self.width));
        let mut stream = self.stream.clone();
        for value in field.values_mut() {
            *value = stream.uniform_in(-1.0, 1.0);
        }
        let kernel = Kernel::gaussian(self.sigma, None);
        filter::separable(field, &kernel, Border::Reflect, buffers);
        let alpha = self.alpha as f32;
        field.values_mut().iter_mut().for_each(|value| *value *= alpha);
    }
}

/// Adds the field, bilinear between pixels and replicated beyond them, to the coordinates of a row of pixels.
pub(crate) fn displace(field: &Frame, xs: &mut [f64], ys: &mut [f64]) {
    let Shape { height, width, .. } = field.shape();
    let (dx, dy) = field.values().split_at(height * width);
    let (right, bottom) = ((width - 1) as f64, (height - 1) as f64);
    for (x, y) in xs.iter_mut().zip(ys) {
        if x.is_nan() {
            continue;
        }
        let (cx, cy) = (x.clamp(0.0, right), y.clamp(0.0, bottom));
        let (column, row) = (cx.floor(), cy.floor());
        let (fx, fy) = (cx - column, cy - row);
        let (column, row) = (column as usize, row as usize);
        let (next, below) = ((column + 1).min(width - 1), (row + 1).min(height - 1));
        let value = |plane: &[f32]| {
            let at = |row: usize, column: usize| f64::from(plane[row * width + column]);
            let (top, low) = (at(row, column), at(below, column));
            let top = top + (at(row, next) - top) * fx;
            let low = low + (at(below, next) - low) * fx;
            top + (low - top) * fy
        };
        let (by_x, by_y) = (value(dx), value(dy));
        *x += by_x;
        *y += by_y;
    }
}
