//! What digits measure, and digits that measure what is wanted, so that factors of real digits are known.
//!
//! The measurements are those of Morpho-MNIST (Castro, Tan, Kainz, Konukoglu and Glocker, *Morpho-MNIST: quantitative
//! assessment and diagnostics for representation learning*, JMLR 20, 2019, section 2). A grey image, bright on a dark
//! ground, is upscaled four times by the cubic spline through its pixels and smoothed by a Gaussian of 4/3 fine pixels;
//! fine pixels that are at least halfway from the least to the greatest brightness are ink. With fine pixels of side
//! `1/4`, in pixels:
//!
//! - area: fine pixels of ink, over 16;
//! - length: over pairs of neighbours on the skeleton of the ink, their distances summed;
//! - thickness: `2 mean d(p)` over the points `p` of the skeleton, `d` the distance to the nearest fine pixel that is
//!   no ink;
//! - slant: `atan(-mu_11 / mu_02)` with the central moments of the fine image's brightness, y down: positive for digits
//!   that lean to the right, as `/` does;
//! - width and height: of the parallelogram with level sides, and others along the slant, each of which leaves a
//!   hundredth of the brightness outside.
//!
//! The skeleton is a thinning in the order of distance, which keeps parts and holes; ties are broken by place and not
//! at random, and the fine image is not rounded to bytes. On drawn digits area, slant, width and height are those of
//! scikit-image and SciPy, lengths with its medial axis are within 5 per cent and thicknesses within 1 per cent.
//!
//! Of the 10,000 test images of MNIST the means and standard deviations are: area 104.3 (34.7), length 42.4 (11.2),
//! thickness 2.68 (0.70), slant 0.088 (0.244), width 13.1 (3.8), height 19.2 (1.1). When 200 of them are changed to the
//! thickness and slant of 200 others, half of them come within 0.004 pixels and 0.001 radians, all within 0.14 and
//! 0.04.
//!
//! [`Wanted`] changes a digit to a thickness (by the distance to its edge) and a slant (by shear), and
//! [`MorphedDigits`] makes a set of factors of it.
//!
//! ```
//! use latent_datasets::morphology::measure;
//! use ndarray::Array2;
//!
//! // A bar three pixels wide and sixteen high.
//! let inside = |y, x| (6..22).contains(&y) && (12..15).contains(&x);
//! let bar = Array2::from_shape_fn((28, 28), |(y, x)| if inside(y, x) { 255 } else { 0 });
//! let measured = measure(bar.view())?;
//! assert!((measured.area - 48.0).abs() < 2.0 && (measured.height - 16.0).abs() < 0.5);
//! assert!(measured.slant.abs() < 1e-12);
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

mod change;
mod digits;
mod distance;
mod fine;
mod measure;
mod moments;
mod skeleton;
mod spline;

pub use change::{Changed, Wanted};
pub use digits::MorphedDigits;
pub use measure::{Morphometrics, measure, measure_all};
