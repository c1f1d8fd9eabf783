//! The memory that work on an image needs.

use super::frame::Frame;
use super::{filter, warp};

/// Memory that is used again for one image after the other.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The image that is being made of another.
    pub(crate) other: Frame,
    pub(crate) warp: warp::Buffers,
    pub(crate) filter: filter::Buffers,
    pub(crate) exponents: Vec<f32>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) encoded: Vec<u8>,
}
