//! What studies of dictionaries share: a dictionary learned in passing, codes of test samples, the course of learning, and
//! what is told and drawn of them.

mod coding;
mod description;
pub mod figures;
pub mod growth;
mod learned;
mod learning_curve;
mod online;
mod probe;
pub mod sections;
mod words;

pub use coding::{Coded, code, use_of_atoms};
pub use description::describe;
pub use learned::{Learned, nonzeros, objective, save};
pub use learning_curve::{Curves, LearningCurve};
pub use online::learned_online;
pub use probe::{PROBED, dead_atoms};
pub use words::Words;
