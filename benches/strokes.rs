//! Images of pen strokes, so that the work is like that on handwriting: many zeros, atoms that overlap.

use latent_numeric::random::Stream;
use ndarray::{Array1, Array2};

const SIDE: usize = 28;
/// Half the width of the pen, in pixels.
const PEN: f64 = 1.2;

/// The ink of `strokes` random lines of about `length` pixels on an image of 28x28, each pixel in [0, 1].
fn image(stream: &mut Stream, strokes: usize, length: f64) -> Array1<f32> {
    let mut ink = Array1::<f32>::zeros(SIDE * SIDE);
    for _ in 0..strokes {
        let angle = stream.uniform_in(0.0, std::f64::consts::TAU);
        let (from, half) = ([stream.uniform_in(7.0, 21.0), stream.uniform_in(7.0, 21.0)], 0.5 * length);
        let along = [angle.cos(), angle.sin()];
        for (i, pixel) in ink.iter_mut().enumerate() {
            let offset = [(i % SIDE) as f64 - from[0], (i / SIDE) as f64 - from[1]];
            let t = (offset[0] * along[0] + offset[1] * along[1]).clamp(-half, half);
            let distance = (offset[0] - t * along[0]).hypot(offset[1] - t * along[1]);
            *pixel = pixel.max((-(distance / PEN).powi(2)).exp() as f32);
        }
    }
    ink
}

/// `count` images in rows, (count, 784), of so many strokes each; every purpose has its own.
pub fn images(purpose: &str, count: usize, strokes: usize, length: f64) -> Array2<f32> {
    let mut x = Array2::zeros((count, SIDE * SIDE));
    for (i, mut row) in x.outer_iter_mut().enumerate() {
        row.assign(&image(&mut Stream::new(1, purpose, &[i as u64]), strokes, length));
    }
    x
}
