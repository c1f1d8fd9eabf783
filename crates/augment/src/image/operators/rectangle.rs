//! Parts of an image that are replaced.

use crate::image::Shape;
use crate::image::frame::Frame;

/// Rows `top..bottom` and columns `left..right`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rectangle {
    pub top: usize,
    pub bottom: usize,
    pub left: usize,
    pub right: usize,
}

impl Rectangle {
    /// The part inside the image of a rectangle about a pixel, which is right of and below the middle where a side is
    /// even.
    pub(crate) fn about((row, column): (usize, usize), (height, width): (usize, usize), image: Shape) -> Self {
        let side = |at: usize, len: usize, limit: usize| {
            let start = at as i64 - (len / 2) as i64;
            (start.max(0) as usize, (start + len as i64).clamp(0, limit as i64) as usize)
        };
        let (top, bottom) = side(row, height, image.height);
        let (left, right) = side(column, width, image.width);
        Self { top, bottom, left, right }
    }

    pub(crate) fn area(&self) -> usize {
        (self.bottom - self.top) * (self.right - self.left)
    }

    /// Calls `row` with the part of each row of each channel.
    pub(crate) fn rows(&self, frame: &mut Frame, mut row: impl FnMut(&mut [f32])) {
        let width = frame.shape().width;
        for plane in frame.planes_mut() {
            for line in self.top..self.bottom {
                row(&mut plane[line * width + self.left..line * width + self.right]);
            }
        }
    }

    /// Copies the part from one image into another of the same shape.
    pub(crate) fn copy(&self, from: &Frame, to: &mut Frame) {
        let width = from.shape().width;
        for (from, to) in from.planes().zip(to.planes_mut()) {
            for line in self.top..self.bottom {
                let part = line * width + self.left..line * width + self.right;
                to[part.clone()].copy_from_slice(&from[part]);
            }
        }
    }
}
