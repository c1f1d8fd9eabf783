//! Slow and plain versions of what the crate does, in double precision.

use latent_augment::image::{Border, Interpolation};
use ndarray::{Array3, ArrayView2, Axis};

/// The value at a whole position, by the definition of the border.
pub fn pixel(plane: ArrayView2<f32>, border: Border, (y, x): (i64, i64)) -> f64 {
    let (h, w) = plane.dim();
    let inside = |mut at: i64, len: usize| {
        let len = len as i64;
        loop {
            if (0..len).contains(&at) {
                return Some(at as usize);
            }
            at = match border {
                Border::Constant(_) => return None,
                Border::Replicate => at.clamp(0, len - 1),
                Border::Wrap if at < 0 => at + len,
                Border::Wrap => at - len,
                Border::Reflect if len == 1 => 0,
                Border::Reflect if at < 0 => -at,
                Border::Reflect => 2 * (len - 1) - at,
            };
        }
    };
    match (inside(y, h), inside(x, w), border) {
        (Some(y), Some(x), _) => f64::from(plane[[y, x]]),
        (_, _, Border::Constant(value)) => value,
        _ => unreachable!("other borders have pixels everywhere"),
    }
}

/// The value at any position.
pub fn sample(plane: ArrayView2<f32>, (interpolation, border): (Interpolation, Border), x: f64, y: f64) -> f64 {
    let kernel = |t: f64| {
        let t = t.abs();
        match interpolation {
            Interpolation::Nearest => unreachable!("handled below"),
            Interpolation::Bilinear => (1.0 - t).max(0.0),
            Interpolation::Bicubic if t < 1.0 => 1.5 * t.powi(3) - 2.5 * t.powi(2) + 1.0,
            Interpolation::Bicubic if t < 2.0 => -0.5 * t.powi(3) + 2.5 * t.powi(2) - 4.0 * t + 2.0,
            Interpolation::Bicubic => 0.0,
        }
    };
    if interpolation == Interpolation::Nearest {
        return pixel(plane, border, ((y + 0.5).floor() as i64, (x + 0.5).floor() as i64));
    }
    let (left, top) = (x.floor() as i64, y.floor() as i64);
    let mut sum = 0.0;
    for row in top - 1..=top + 2 {
        for column in left - 1..=left + 2 {
            sum += kernel(y - row as f64) * kernel(x - column as f64) * pixel(plane, border, (row, column));
        }
    }
    sum.clamp(0.0, 1.0)
}

/// An image of the given height and width, each of whose pixels comes from where `map` says.
pub fn warp(
    image: &Array3<f32>,
    (height, width): (usize, usize),
    how: (Interpolation, Border),
    map: impl Fn(f64, f64) -> (f64, f64),
) -> Array3<f32> {
    Array3::from_shape_fn((image.dim().0, height, width), |(channel, row, column)| {
        let (x, y) = map(column as f64, row as f64);
        sample(image.index_axis(Axis(0), channel), how, x, y) as f32
    })
}

/// `sum_q k(q) x(p + q)` with the kernel given as `(down, right, weight)`.
pub fn convolve(image: &Array3<f32>, taps: &[(i64, i64, f64)], border: Border) -> Array3<f32> {
    Array3::from_shape_fn(image.dim(), |(channel, row, column)| {
        let plane = image.index_axis(Axis(0), channel);
        let tap = |&(down, right, weight): &(i64, i64, f64)| {
            weight * pixel(plane, border, (row as i64 + down, column as i64 + right))
        };
        taps.iter().map(tap).sum::<f64>() as f32
    })
}
