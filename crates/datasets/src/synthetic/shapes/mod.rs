//! Shapes of known kind, size, orientation, place and colour, on a full grid of these factors.
//!
//! In the form of dSprites (Matthey, Higgins, Hassabis and Lerchner, *dSprites: Disentanglement testing Sprites
//! dataset*, 2017): the same factors, levels, order and sizes, but not the same pixels. [`Shapes::dsprites`] has
//!
//! | factor | levels | values |
//! |---|---|---|
//! | `shape` | 3 | square, ellipse, heart |
//! | `scale` | 6 | 0.5 to 1 |
//! | `orientation` | 40 | 0 to 2 pi, both ends: the last draws the same image as the first, as there |
//! | `x` | 32 | 0 to 1, from left to right |
//! | `y` | 32 | 0 to 1, from top to bottom |
//!
//! which are 737,280 binary images of 64 x 64, the last factor fastest. Any factor can have other values, one value
//! holds it, the picture can have any side, and outlines of one's own can be drawn. With [`Colours`] images have three
//! channels and one or two factors more, before the others: `background`, the hue of the background, and `hue`, that of
//! the shape.
//!
//! Position `p` is at `(33 + 62 p) / 128` of the side: the 32 positions are one pixel apart in a picture of 64, where
//! the outlines reach 16 pixels from their centre and so stay inside. Angles turn counter-clockwise as seen.
//!
//! A pixel's brightness is the part of it that the shape covers, its *exact* area ([`coverage`]), rounded to a byte;
//! [`Ink::Binary`] is the threshold of that area at one half. A pixel that is half covered, or whose area is halfway
//! between two bytes, may go either way by rounding.
//!
//! ```
//! use latent_datasets::Rows;
//! use latent_datasets::factors::{Evenly, FactorImages};
//! use latent_datasets::synthetic::shapes::{Ink, Shapes};
//!
//! let set = Shapes::dsprites().set()?;
//! assert_eq!((set.grid().len(), set.image_dim()), (737_280, (1, 64, 64)));
//! assert_eq!(set.grid().levels(737_279), [2, 5, 39, 31, 31]);
//!
//! // Small grey pictures of one size and orientation.
//! let still = Shapes {
//!     side: 32,
//!     ink: Ink::Grey,
//!     scale: Evenly::held(0.8),
//!     orientation: Evenly::held(0.0),
//!     x: Evenly::new(4, 0.0, 1.0),
//!     y: Evenly::new(4, 0.0, 1.0),
//!     ..Shapes::dsprites()
//! };
//! let images = still.set()?.labelled(Rows::All, "shape")?;
//! assert_eq!((images.len(), images.classes(), images.image_dim()), (48, 3, (1, 32, 32)));
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

pub mod coverage;
mod hue;
mod outline;
mod pose;

pub use coverage::Piece;
pub use outline::Outline;

use crate::factors::{Evenly, Factor, FactorGrid, FactorImages};
use crate::{DatasetError, Provenance};
use pose::Pose;
use std::f64::consts::TAU;

/// The brightness of a background that has a hue: no shape is like it, as its own is 1.
const BACKGROUND: f64 = 0.5;

/// Which images of shapes are in a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Shapes {
    /// Pixels along each side of a picture, at least 1.
    pub side: usize,
    /// What becomes of a pixel that is partly covered.
    pub ink: Ink,
    /// The values of the factor `shape`, at least one.
    pub outlines: Vec<Outline>,
    /// The sizes: outlines are multiplied by them, positive.
    pub scale: Evenly,
    /// The angles, in radians, counter-clockwise.
    pub orientation: Evenly,
    /// The places from left to right: 0 to 1 keeps outlines inside the picture, others may be cut by its edge.
    pub x: Evenly,
    /// The places from top to bottom.
    pub y: Evenly,
    /// Hues, for images with three channels.
    pub colours: Option<Colours>,
}

/// What becomes of a pixel that is partly covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The shape's where at least half of it is covered, else the background's.
    Binary,
    /// As much of the shape's as is covered: edges are smooth.
    Grey,
}

/// The hues of shapes and backgrounds, in turns: 0 and 1 are red, 1/3 is green, 2/3 blue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colours {
    /// The hues of shapes, of full brightness.
    pub shape: Evenly,
    /// The hues of backgrounds, of half the brightness; black without.
    pub background: Option<Evenly>,
}

impl Colours {
    /// So many hues round the circle for the shape, and for the background.
    pub fn of(shape: usize, background: usize) -> Self {
        let circle = |count: usize| Evenly::new(count, 0.0, 1.0 - 1.0 / count.max(1) as f64);
        Self { shape: circle(shape), background: Some(circle(background)) }
    }
}

impl Shapes {
    /// The factors and levels of dSprites: 737,280 binary images of 64 x 64.
    pub fn dsprites() -> Self {
        Self {
            side: 64,
            ink: Ink::Binary,
            outlines: vec![Outline::square(), Outline::ellipse(), Outline::heart()],
            scale: Evenly::new(6, 0.5, 1.0),
            orientation: Evenly::new(40, 0.0, TAU),
            x: Evenly::new(32, 0.0, 1.0),
            y: Evenly::new(32, 0.0, 1.0),
            colours: None,
        }
    }

    /// The set of these images.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if the picture has no pixels or too many, there are no outlines, a factor has no
    /// values or one out of its domain, or there are more images than a `usize` counts.
    pub fn set(self) -> Result<ShapeImages, DatasetError> {
        let pixels = self.side.checked_mul(self.side).and_then(|pixels| pixels.checked_mul(3));
        if self.side == 0 || pixels.is_none() {
            return Err(DatasetError::parameter("side", self.side, "at least 1, with pixels that a usize counts"));
        }
        if self.outlines.is_empty() {
            return Err(DatasetError::parameter("outlines", "none", "at least one"));
        }
        let mut factors = Vec::new();
        if let Some(colours) = self.colours {
            if let Some(background) = colours.background {
                factors.push(Factor::evenly("background", background)?);
            }
            factors.push(Factor::evenly("hue", colours.shape)?);
        }
        let scale = Factor::evenly("scale", self.scale)?;
        if let Some(value) = scale.values().iter().find(|value| **value <= 0.0) {
            return Err(DatasetError::parameter("scale", value, "positive"));
        }
        factors.extend([
            Factor::kinds("shape", self.outlines.len())?,
            scale,
            Factor::evenly("orientation", self.orientation)?,
            Factor::evenly("x", self.x)?,
            Factor::evenly("y", self.y)?,
        ]);
        Ok(ShapeImages { grid: FactorGrid::new(factors)?, shapes: self })
    }
}

/// A set of images of shapes.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeImages {
    shapes: Shapes,
    grid: FactorGrid,
}

impl ShapeImages {
    /// What the set was made from.
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// The part of each pixel that the shape of an image covers, in [0, 1], row by row: what its bytes are rounded
    /// from.
    ///
    /// # Panics
    /// If there is no such index.
    pub fn coverage(&self, index: usize) -> Vec<f64> {
        let mut cover = vec![0.0; self.shapes.side * self.shapes.side];
        self.each_pixel(index, |pixel, part| cover[pixel] = part);
        cover
    }

    fn each_pixel(&self, index: usize, mut then: impl FnMut(usize, f64)) {
        let side = self.shapes.side as f64;
        let values = self.grid.values(index);
        let [shape, scale, orientation, x, y] = *values.last_chunk().expect("at least five factors");
        let centre = [x, y].map(|p| side * 33.0 / 128.0 + side * 62.0 / 128.0 * p);
        let pose = Pose::new(centre, side * scale, orientation);
        pose.coverage(&self.shapes.outlines[shape as usize], self.shapes.side)
            .for_each(|(pixel, part)| then(pixel, part));
    }

    /// The colours of background and shape, in [0, 1].
    fn colours(&self, index: usize) -> [[f64; 3]; 2] {
        let Some(colours) = self.shapes.colours else { return [[0.0; 3], [1.0; 3]] };
        match colours.background {
            None => [[0.0; 3], hue::colour(self.grid.value(index, 0), 1.0)],
            Some(_) => {
                [hue::colour(self.grid.value(index, 0), BACKGROUND), hue::colour(self.grid.value(index, 1), 1.0)]
            }
        }
    }
}

impl FactorImages for ShapeImages {
    fn name(&self) -> &'static str {
        "shapes"
    }

    fn grid(&self) -> &FactorGrid {
        &self.grid
    }

    fn image_dim(&self) -> (usize, usize, usize) {
        (if self.shapes.colours.is_some() { 3 } else { 1 }, self.shapes.side, self.shapes.side)
    }

    fn draw(&self, index: usize, image: &mut [u8]) {
        assert_eq!(image.len(), self.features(), "draw: the bytes of one image");
        let pixels = self.shapes.side * self.shapes.side;
        let [background, shape] = self.colours(index);
        let byte = |channel: usize, part: f64| {
            let (from, to) = (background[channel], shape[channel]);
            (255.0 * (from + part * (to - from))).round() as u8
        };
        for (channel, plane) in image.chunks_exact_mut(pixels).enumerate() {
            plane.fill(byte(channel, 0.0));
        }
        let channels = image.len() / pixels;
        self.each_pixel(index, |pixel, part| {
            let part = match self.shapes.ink {
                Ink::Grey => part,
                Ink::Binary => f64::from(u8::from(part >= 0.5)),
            };
            (0..channels).for_each(|channel| image[channel * pixels + pixel] = byte(channel, part));
        });
    }

    fn provenance(&self) -> Provenance {
        Provenance::Generated { generator: "latent-datasets shapes, version 1".to_owned(), seed: 0 }
    }
}
