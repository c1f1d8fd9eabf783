//! Geometric transforms: where the pixels of a result come from.
//!
//! A transform is kept as the map from pixels of its result to pixels of its input. The transforms of a chain that
//! follow each other are joined: the maps are composed from the last to the first, in double precision, and the image is
//! sampled once. Projective maps become one matrix; a displacement field is a stage between two matrices and is
//! evaluated, bilinear between its own pixels, where the matrix before it leads. The canvas between joined transforms has
//! no border: what one moves out of it, the next may bring back. Only a transform with another interpolation or border
//! begins a new sampling; flips and crops have neither and join any.

mod displacement;
mod homography;
mod lattice;
mod resample;

pub(crate) use displacement::Displacement;
pub use homography::Homography;
pub(crate) use resample::{Buffers, apply, joined};

use super::{Sampling, Shape};

/// A drawn geometric transform.
#[derive(Clone, Debug)]
pub(crate) struct Warp {
    pub map: Map,
    /// Height and width of the result.
    pub output: (usize, usize),
    /// `None` where every pixel of the result is a pixel of the input.
    pub sampling: Option<Sampling>,
}

/// From pixels of the result to pixels of the input.
#[derive(Clone, Debug)]
pub(crate) enum Map {
    Projective(Homography),
    Displaced(Displacement),
}

impl Warp {
    /// A projective map that keeps the size.
    pub(crate) fn projective(map: Homography, input: Shape, sampling: Sampling) -> Self {
        Self { map: Map::Projective(map), output: (input.height, input.width), sampling: Some(sampling) }
    }

    /// A map from integers to integers that stays inside the input.
    pub(crate) fn exact(map: Homography, output: (usize, usize)) -> Self {
        Self { map: Map::Projective(map), output, sampling: None }
    }
}

/// The centre of an image, between the centres of its outermost pixels.
pub(crate) fn centre(shape: Shape) -> (f64, f64) {
    ((shape.width as f64 - 1.0) / 2.0, (shape.height as f64 - 1.0) / 2.0)
}
