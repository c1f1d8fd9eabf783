//! Patches that are cut from photographs.

mod cut;
mod data;

pub use cut::{Contrast, Cut};
pub use data::PatchSplits;
