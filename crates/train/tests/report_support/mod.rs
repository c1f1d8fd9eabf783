//! What the tests of reports share.

pub mod browser;
pub mod fixture;
