//! Dead leaves: discs that hide one another, a stand-in for photographs that needs no files.
//!
//! Discs of random place, radius and colour fall one after another; what is seen from below at the end is the picture. With
//! radii of density proportional to `r^-3` it has the statistics of natural images that come from occlusion: edges of every
//! orientation, the same at every scale, and a power spectrum that falls with the square of the frequency (Lee, Mumford
//! and Huang, *Occlusion models for natural images*, IJCV 2001). It has no textures, no straight lines and no perspective:
//! figures on these pictures compare with each other, not with published ones.
//!
//! Picture `i` is a function of the stream `(seed, "dead leaves", [i])` alone.
//!
//! ```
//! use latent_datasets::folder::Channels;
//! use latent_datasets::synthetic::dead_leaves::DeadLeaves;
//!
//! let leaves = DeadLeaves { height: 40, width: 60, channels: Channels::Colour };
//! let pictures = leaves.generate(7, 0..3);
//! assert_eq!(pictures.images[2].dim(), (3, 40, 60));
//! assert_eq!(pictures.images[2], leaves.generate(7, 2..3).images[0]);
//! ```

use crate::Provenance;
use crate::folder::Channels;
use crate::photographs::{PhotographSplits, Photographs};
use latent_numeric::parallel;
use latent_numeric::random::Stream;
use ndarray::{Array3, s};
use std::ops::Range;

/// What pictures are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadLeaves {
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
    /// Grey leaves, or leaves of one brightness and a little colour.
    pub channels: Channels,
}

/// The number of the first test picture: far from any training picture, whatever the sizes.
const FIRST_TEST_PICTURE: u64 = 1 << 32;
/// The radii of leaves in pixels, from and to.
const RADII: (f64, f64) = (1.5, 80.0);
/// Samples of a pixel along each side, whose mean it is.
const FINE: usize = 2;
/// The standard deviation of a channel about the leaf's brightness, which is in [0, 1].
const TINT: f64 = 0.12;

impl DeadLeaves {
    /// Pictures to learn from, and others to test on; sets of other sizes have the same first pictures.
    pub fn splits(&self, seed: u64, train: usize, test: usize) -> PhotographSplits {
        let part = |name: &str, first: u64, count: usize| Photographs {
            name: format!("dead leaves/{name}"),
            ..self.generate(seed, first..first + count as u64)
        };
        PhotographSplits {
            train: part("train", 0, train),
            validation: None,
            test: part("test", FIRST_TEST_PICTURE, test),
        }
    }

    /// The pictures of these numbers.
    pub fn generate(&self, seed: u64, pictures: Range<u64>) -> Photographs {
        Photographs {
            name: "dead leaves".to_owned(),
            images: parallel::map(pictures, |_, i| self.picture(&mut Stream::new(seed, "dead leaves", &[i]))),
            provenance: Provenance::Generated { generator: "latent-datasets dead leaves, version 1".to_owned(), seed },
        }
    }

    /// Leaves from the nearest on, each where nothing hides it, until none is left to be seen: the same picture as that of
    /// leaves that fall for ever, without a beginning.
    fn picture(&self, stream: &mut Stream) -> Array3<u8> {
        let channels = self.channels.count();
        let (rows, columns) = (self.height * FINE, self.width * FINE);
        let mut fine = Array3::<f32>::zeros((channels, rows, columns));
        let mut bare = vec![true; rows * columns];
        let mut left = bare.len();
        while left > 0 {
            let leaf = Leaf::draw(self, stream);
            let across = |centre: f64, end: usize| {
                let edge = |x: f64| (x * FINE as f64).clamp(0.0, end as f64) as usize;
                edge(centre - leaf.radius)..edge(centre + leaf.radius + 1.0)
            };
            for row in across(leaf.y, rows) {
                for column in across(leaf.x, columns) {
                    let middle = |at: usize| (at as f64 + 0.5) / FINE as f64;
                    let inside = (middle(row) - leaf.y).hypot(middle(column) - leaf.x) <= leaf.radius;
                    if inside && std::mem::take(&mut bare[row * columns + column]) {
                        left -= 1;
                        (0..channels).for_each(|c| fine[[c, row, column]] = leaf.colour[c]);
                    }
                }
            }
        }
        Array3::from_shape_fn((channels, self.height, self.width), |(c, row, column)| {
            let (top, left) = (row * FINE, column * FINE);
            let samples = fine.slice(s![c, top..top + FINE, left..left + FINE]);
            (255.0 * samples.sum() / (FINE * FINE) as f32).round() as u8
        })
    }
}

/// A disc, in pixels.
struct Leaf {
    x: f64,
    y: f64,
    radius: f64,
    colour: [f32; 3],
}

impl Leaf {
    /// Anywhere that it could be seen from.
    fn draw(picture: &DeadLeaves, stream: &mut Stream) -> Self {
        let (least, most) = RADII;
        let place = |stream: &mut Stream, side: usize| stream.uniform_in(-most, side as f64 + most);
        let (y, x) = (place(stream, picture.height), place(stream, picture.width));
        // The inverse of the distribution function of `r^-3` between the two.
        let radius = least / (1.0 - stream.uniform::<f64>() * (1.0 - (least / most).powi(2))).sqrt();
        let brightness: f64 = stream.uniform();
        let mut colour = [brightness as f32; 3];
        if picture.channels == Channels::Colour {
            colour = colour.map(|_| (brightness + TINT * stream.normal::<f64>()).clamp(0.0, 1.0) as f32);
        }
        Self { x, y, radius, colour }
    }
}
