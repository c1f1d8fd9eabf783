//! Texts.

mod alignment;
mod bad_input;
#[cfg(feature = "chinese")]
mod chinese;
mod config;
mod eda;
mod embedding;
mod golden;
mod replay;
mod sentiment;
mod support;
mod tf_idf;
mod words;
