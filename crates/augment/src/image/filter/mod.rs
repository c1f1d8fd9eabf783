//! Convolutions with small kernels.
//!
//! `y(p) = sum_q k(q) x(p + q)`, summed in a fixed order without fused multiply-add, so the bits are those of every
//! machine. Kernels here are symmetric, so correlation and convolution are the same.

mod kernel;
mod lanes;
mod separable;
mod taps;

pub(crate) use kernel::Kernel;
pub(crate) use separable::separable;
pub(crate) use taps::{Tap, convolve};

use super::frame::Frame;

/// Memory to work with.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    other: Frame,
    rows: Vec<Option<usize>>,
    columns: Vec<Option<usize>>,
    padded: Vec<f32>,
}
