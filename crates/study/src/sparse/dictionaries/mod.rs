//! What studies of dictionaries share: a dictionary learned in passing, codes of test samples, the course of learning, and
//! figures of both.

mod coding;
pub mod figures;
pub mod growth;
mod learning_curve;
mod online;

pub use coding::{Coded, code, use_of_atoms};
pub use figures::Words;
pub use learning_curve::{Curves, LearningCurve};
pub use online::learned_online;
