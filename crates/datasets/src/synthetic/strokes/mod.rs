//! Drawn digits: a stand-in for MNIST that needs no files.
//!
//! Each sample is a digit written by an imaginary hand. One of several skeletons of its class is
//! chosen, its knots are moved, most at the ends of strokes; a smooth elastic deformation, aspect,
//! slant and rotation follow; the pen has a width that changes with pressure. The digit is scaled
//! into a box of about 20 pixels and its centre of mass put at the centre of a 28x28 image, as in
//! MNIST. The mean intensity and the width of lines are those of MNIST, but the variety is not:
//! figures on these images compare with each other, not with published ones.
//!
//! Sample `i` is a function of the stream `(seed, "strokes", [i])` alone: any sample can be drawn by
//! itself, and samples are drawn in parallel with the same bits. (Between platforms a pixel may differ
//! by one level, where their sine and exponential differ.)
//!
//! ```
//! use latent_datasets::synthetic::strokes;
//!
//! let images = strokes::generate(7, 0..100);
//! assert_eq!(images.images().dim(), (100, 1, 28, 28));
//! assert_eq!(strokes::generate(7, 40..41).images(), images.subset(40..41).images());
//! ```

mod ink;
mod pen;
mod skeletons;

use crate::{LabelledImages, Provenance, Splits};
use latent_numeric::parallel;
use latent_numeric::random::Stream;
use ndarray::Array4;
use std::ops::Range;

/// The height and width of an image.
pub const SIDE: usize = 28;

/// The number of the first test sample: far from any training sample, whatever the sizes.
pub const FIRST_TEST_SAMPLE: u64 = 1 << 32;

/// Training and test set of the given sizes.
///
/// They are the samples `0..train` and `FIRST_TEST_SAMPLE..FIRST_TEST_SAMPLE + test`, so a set of
/// another size has the same first samples.
pub fn splits(seed: u64, train: usize, test: usize) -> Splits {
    Splits {
        validation: None,
        train: generate(seed, 0..train as u64).named("strokes/train"),
        test: generate(seed, FIRST_TEST_SAMPLE..FIRST_TEST_SAMPLE + test as u64).named("strokes/test"),
    }
}

/// The samples of the given numbers: (n, 1, 28, 28), with labels 0 to 9.
///
/// # Panics
/// If so many images do not fit into memory.
pub fn generate(seed: u64, samples: Range<u64>) -> LabelledImages {
    let first = samples.start;
    let count = samples.end.saturating_sub(first) as usize;
    let mut pixels = vec![0; count * SIDE * SIDE];
    let draw = |i, image: &mut [u8]| draw_into(seed, first + i as u64, image);
    let labels = parallel::map(pixels.chunks_exact_mut(SIDE * SIDE), draw);
    let images = Array4::from_shape_vec((count, 1, SIDE, SIDE), pixels).expect("count images");
    let provenance = Provenance::Generated { generator: "latent-datasets strokes, version 1".to_owned(), seed };
    LabelledImages::labelled("strokes", images, labels, 10, provenance).expect("a digit for each image")
}

/// Draws one sample and returns its label.
fn draw_into(seed: u64, sample: u64, image: &mut [u8]) -> u8 {
    let mut stream = Stream::new(seed, "strokes", &[sample]);
    let digit = stream.below(10) as u8;
    ink::draw(&pen::write(digit, &mut stream), image);
    digit
}
