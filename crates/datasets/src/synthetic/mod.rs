//! Synthetic sets that need no files, with known ground truth.

pub mod strokes;
