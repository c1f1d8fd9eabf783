//! An image at work.

use super::Shape;

/// An image in `f32` on [0, 1], channel after channel, row after row.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    shape: Shape,
    data: Vec<f32>,
}

impl Default for Frame {
    fn default() -> Self {
        Self { shape: Shape::new(0, 0, 0), data: Vec::new() }
    }
}

impl Frame {
    /// Channels, height and width.
    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// All values.
    pub(crate) fn values(&self) -> &[f32] {
        &self.data
    }

    /// All values, to be changed.
    pub(crate) fn values_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// The channels, one after the other.
    pub(crate) fn planes(&self) -> impl Iterator<Item = &[f32]> {
        self.data.chunks_exact(self.shape.plane())
    }

    pub(crate) fn planes_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.data.chunks_exact_mut(self.shape.plane())
    }

    /// Makes room for another shape; the values are left as they come.
    pub(crate) fn resize(&mut self, shape: Shape) {
        self.shape = shape;
        self.data.resize(shape.len(), 0.0);
    }
}
