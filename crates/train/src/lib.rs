//! Runs: what they leave behind, and how they show where they are.

pub mod config;
pub mod interrupt;
pub mod progress;
pub mod run;
pub mod tell;
