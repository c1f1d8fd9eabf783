//! The crate as its users see it.

mod bad_input;
mod blur;
mod config;
mod geometry;
mod golden;
mod jpeg;
mod mix;
mod noise;
mod reference;
mod replay;
mod rows;
mod support;
mod values;
