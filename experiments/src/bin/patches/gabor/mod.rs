//! Gabor functions, and their fit to images.
//!
//! A Gabor function is a wave under a Gaussian window:
//!
//! ```text
//! g(x, y) = A exp(-s^2 / (2 a^2) - t^2 / (2 b^2)) cos(2 pi f s + phi)
//! s =  (x - x0) cos(theta) + (y - y0) sin(theta)      along the wave
//! t = -(x - x0) sin(theta) + (y - y0) cos(theta)      along its crests
//! ```
//!
//! with eight parameters: the centre `x0, y0`, the widths `a, b`, the orientation `theta`, the frequency `f`, the phase `phi`
//! and the amplitude `A`. Receptive fields of simple cells have this form (Jones and Palmer, *An evaluation of the
//! two-dimensional Gabor filter model of simple receptive fields in cat striate cortex*, J. Neurophysiology 1987), and so
//! have atoms that are learned from natural images.
//!
//! ```
//! use crate::gabor::{Fitter, Gabor};
//!
//! let planted = Gabor { x: 6.0, y: 4.5, across: 1.8, along: 2.5, orientation: 0.4, frequency: 0.2, phase: 1.0, amplitude: 0.3 };
//! let fit = Fitter::new((12, 12)).fit(planted.image((12, 12)).view());
//! assert!(fit.r_squared > 0.9999);
//! assert!((fit.gabor.orientation - 0.4).abs() < 1e-3 && (fit.gabor.frequency - 0.2).abs() < 1e-3);
//! ```

mod fit;
mod function;
mod least_squares;
mod starts;

pub use fit::{Fit, Fitter};
pub use function::Gabor;
