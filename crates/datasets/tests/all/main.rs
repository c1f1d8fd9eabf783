//! The crate as its users see it.

mod batches;
mod dead_leaves;
mod folder;
mod golden;
mod idx;
mod named;
mod olshausen_field;
mod patches;
mod photographs;
mod planted;
mod reviews;
mod strokes;
mod whiten;
