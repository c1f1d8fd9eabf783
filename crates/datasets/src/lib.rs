//! Data sets.

pub mod batches;
pub mod error;
pub mod idx;
pub mod images;
pub mod named;
pub mod provenance;
pub mod split;
mod staged;
pub mod synthetic;

pub use error::DatasetError;
pub use images::{LabelledImages, Rows};
pub use provenance::{Provenance, SourceFile};
pub use split::Splits;
