//! Sequences of digits that move in a larger picture and bounce off its edges: Moving MNIST, of any images.
//!
//! After Srivastava, Mansimov and Salakhutdinov, *Unsupervised learning of video representations using LSTMs* (ICML
//! 2015, section 4.1): digits are chosen at random, placed at random, and move in a random direction at a random speed
//! within bounds; where they overlap the brighter pixel is seen. Without edges the corner of a digit would be at
//! `p + t v` in frame `t`; in a room of length `r` it is at the distance of that from the nearest multiple of `2 r`,
//! which is what bouncing comes to. Digits are drawn at the nearest whole pixel, so that theirs stay as they were.
//!
//! Sequence `i` is a function of the stream `(seed, "moving digits", [i])` and the images alone.
//!
//! ```
//! use latent_datasets::synthetic::moving_digits::MovingDigits;
//! use latent_datasets::synthetic::strokes;
//!
//! let digits = strokes::generate(7, 0..100);
//! let sequences = MovingDigits::standard(&digits).generate(7, 0..3)?;
//! assert_eq!(sequences[2].frames.dim(), (20, 1, 64, 64));
//! assert_eq!(sequences[2].positions.dim(), (20, 2, 2));
//! assert_eq!(sequences[2], MovingDigits::standard(&digits).generate(7, 2..3)?[0]);
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

use crate::{DatasetError, LabelledImages, Provenance};
use latent_numeric::parallel;
use latent_numeric::random::Stream;
use ndarray::{Array3, Array4, Axis, s};
use std::f64::consts::TAU;
use std::ops::Range;

/// Which sequences are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MovingDigits<'a> {
    /// What moves: each digit of a sequence is one of these images.
    pub images: &'a LabelledImages,
    /// Digits in a sequence, at least 1.
    pub digits: usize,
    /// Frames in a sequence, at least 1.
    pub frames: usize,
    /// Pixels along each side of a frame, at least those of the images.
    pub side: usize,
    /// The least and the greatest speed, in pixels per frame.
    pub speeds: (f64, f64),
}

/// A sequence with all that it was made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// The frames, (T, C, H, W).
    pub frames: Array4<u8>,
    /// Which image each digit is.
    pub images: Vec<usize>,
    /// The class of each digit, if the images have labels.
    pub labels: Option<Vec<u8>>,
    /// The upper left corner of each digit in each frame before it is rounded to a pixel, x and y: (T, digits, 2).
    pub positions: Array3<f64>,
    /// How each digit moves in each frame, in pixels per frame, x and y: (T, digits, 2).
    pub velocities: Array3<f64>,
}

impl<'a> MovingDigits<'a> {
    /// Two digits in 20 frames of 64 x 64, at 2 to 5 pixels per frame.
    pub fn standard(images: &'a LabelledImages) -> Self {
        Self { images, digits: 2, frames: 20, side: 64, speeds: (2.0, 5.0) }
    }

    /// Where generated sequences come from: the generator and its seed.
    pub fn provenance(seed: u64) -> Provenance {
        Provenance::Generated { generator: "latent-datasets moving digits, version 1".to_owned(), seed }
    }

    /// The sequences of these numbers.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if there are no images, digits or frames, the images do not fit into a frame, a
    /// frame or sequence does not fit into memory, or the speeds are not `0 <= least <= greatest < infinity`.
    pub fn generate(&self, seed: u64, sequences: Range<u64>) -> Result<Vec<Sequence>, DatasetError> {
        self.check()?;
        Ok(parallel::map(sequences, |_, i| self.sequence(&mut Stream::new(seed, "moving digits", &[i]))))
    }

    fn check(&self) -> Result<(), DatasetError> {
        let bad = |name, value: String, expected: String| Err(DatasetError::parameter(name, value, expected));
        let (channels, height, width) = self.images.image_dim();
        if self.images.is_empty() {
            return bad("images", "none".to_owned(), "at least one".to_owned());
        }
        if self.digits == 0 || self.frames == 0 {
            let value = format!("{} and {}", self.digits, self.frames);
            return bad("digits and frames", value, "at least 1 each".to_owned());
        }
        if self.side < height.max(width) {
            return bad("side", self.side.to_string(), format!("at least the {height} x {width} of the images"));
        }
        let bytes = [self.side, channels, self.frames].iter().try_fold(self.side, |n, &m| n.checked_mul(m));
        let paths = self.frames.checked_mul(self.digits).and_then(|n| n.checked_mul(2 * size_of::<f64>()));
        if [bytes, paths].iter().any(|size| size.is_none_or(|size| Vec::<u8>::new().try_reserve_exact(size).is_err())) {
            let value = format!("{} of side {}, {} digits", self.frames, self.side, self.digits);
            return bad("frames", value, "few enough for memory".to_owned());
        }
        let (least, greatest) = self.speeds;
        if !(least >= 0.0 && least <= greatest && greatest.is_finite()) {
            return bad(
                "speeds",
                format!("{least} to {greatest}"),
                "0 <= least <= greatest < infinity, in pixels per frame".to_owned(),
            );
        }
        Ok(())
    }

    fn sequence(&self, stream: &mut Stream) -> Sequence {
        let (channels, height, width) = self.images.image_dim();
        let rooms = [self.side - width, self.side - height].map(|room| room as f64);
        let mut frames = Array4::zeros((self.frames, channels, self.side, self.side));
        let mut positions = Array3::zeros((self.frames, self.digits, 2));
        let mut velocities = Array3::zeros((self.frames, self.digits, 2));
        let images = (0..self.digits)
            .map(|digit| {
                let image = stream.below(self.images.len());
                let from = rooms.map(|room| stream.uniform_in(0.0, room));
                let (sin, cos) = stream.uniform_in(0.0, TAU).sin_cos();
                let speed = stream.uniform_in(self.speeds.0, self.speeds.1);
                let pixels = self.images.images().index_axis_move(Axis(0), image);
                for t in 0..self.frames {
                    for (axis, unit) in [cos, sin].into_iter().enumerate() {
                        let (at, direction) = bounced(from[axis] + t as f64 * speed * unit, rooms[axis]);
                        positions[[t, digit, axis]] = at;
                        velocities[[t, digit, axis]] = direction * speed * unit;
                    }
                    let [left, top] = [0, 1].map(|axis| positions[[t, digit, axis]].round() as usize);
                    frames
                        .slice_mut(s![t, .., top..top + height, left..left + width])
                        .zip_mut_with(&pixels, |seen, &pixel| *seen = pixel.max(*seen));
                }
                image
            })
            .collect::<Vec<_>>();
        let labels = self.images.labels().map(|labels| images.iter().map(|&image| labels[image]).collect());
        Sequence { frames, images, labels, positions, velocities }
    }
}

/// Where a point at `at` of a line without ends is in the room `[0, room]` that it bounces in, and whether it moves
/// there as it does on the line, 1, or against it, -1.
fn bounced(at: f64, room: f64) -> (f64, f64) {
    if room == 0.0 {
        return (0.0, 1.0);
    }
    let along = at.rem_euclid(2.0 * room);
    if along <= room { (along, 1.0) } else { (2.0 * room - along, -1.0) }
}
