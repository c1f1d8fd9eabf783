//! The crate as its users see it.

mod batches;
mod dead_leaves;
mod factors;
mod folder;
mod golden;
mod idx;
mod morphology;
mod moving_digits;
mod named;
mod olshausen_field;
mod patches;
mod photographs;
mod planted;
mod reviews;
mod shapes;
mod strokes;
mod whiten;
