//! What studies of dictionaries share: a dictionary learned in passing, codes of test samples, the course of learning, and
//! figures of both.

mod coded;
mod course;
pub mod figures;
pub mod growth;
mod online;

pub use coded::{Coded, code, use_of_atoms};
pub use course::{Course, Curves};
pub use figures::Words;
pub use online::learned_online;
