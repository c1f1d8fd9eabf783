//! Sources of batches.

mod images;

pub use images::{Binarize, ImageBatch, Images};
