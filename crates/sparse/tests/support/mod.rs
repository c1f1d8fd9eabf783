//! Problems with known answers, for the tests of this crate.

// Each test is a crate of its own and uses a part of this.
#![allow(dead_code)]

pub mod bpdn;
pub mod lasso;
pub mod numpy_random;
