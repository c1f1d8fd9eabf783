//! The crate as its users see it.

// Images of a test are small.
#![allow(clippy::cast_possible_wrap)]

mod bad_input;
mod blur;
mod config;
mod geometry;
mod golden;
mod jpeg;
mod mix;
mod noise;
mod own;
mod reference;
mod replay;
mod rows;
mod support;
mod text;
mod values;
