//! What sources of images give.

use latent_tensor::Tensor;

/// A batch of images with their labels.
#[derive(Clone, Debug)]
pub struct ImageBatch {
    /// The images, (n, C H W), or (n, C, H, W) after [`Images::as_images`](super::Images::as_images).
    pub x: Tensor,
    /// Their classes; empty if the set has no labels.
    pub labels: Vec<usize>,
    /// The images that are mixed into these, if images are mixed.
    pub partners: Option<Partners>,
    /// Which images of the set they are.
    pub indices: Vec<usize>,
}

/// The images that are mixed into those of a batch, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Partners {
    /// Their classes; empty if the set has no labels.
    pub labels: Vec<usize>,
    /// The weights, in [0, 1], of the labels of the batch; those of the partners' labels are one less these.
    pub own: Vec<f32>,
    /// Which images of the set they are.
    pub indices: Vec<usize>,
}
