//! Observers: what is seen and kept of a training while it goes on.
//!
//! | observer | what it does |
//! |---|---|
//! | [`Console`] | a progress bar over steps with the terms of the loss, a line for each validation |
//! | [`Metrics`] | `metrics.jsonl`, a JSON object a line |
//! | [`TensorBoard`] | `events.out.tfevents.*`: the same numbers as curves |
//! | [`Histograms`] | how weights and gradients are spread, for TensorBoard |
//! | [`Images`] | pictures that the study draws, in `images/` and for TensorBoard |
//!
//! All write through one [`Records`], which a [`Session`](crate::session::Session) makes and hands out.

mod console;
mod event_file;
mod histogram;
mod histograms;
mod hyperparameters;
mod images;
mod metrics;
mod pacer;
mod protobuf;
mod records;
mod tensorboard;
mod watch;

pub use console::Console;
pub use event_file::{EventFile, Value};
pub use histograms::Histograms;
pub use images::Images;
pub use metrics::Metrics;
pub use records::Records;
pub use tensorboard::TensorBoard;
pub(crate) use watch::Watch;
