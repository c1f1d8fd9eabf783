//! What makes a reproducible study of a model.
//!
//! A study is one type with the trait [`Study`](training::Study): a configuration, what is trained, sources of batches, and
//! what is drawn and written in the end. [`training::main`] makes a program of it, which has flags and `--set`, named
//! configurations, `--dry-run`, checkpoints from which a killed run goes on bit for bit, health monitors, a report, and, where
//! the study says how its models are used, the verbs `sample`, `encode` and `reconstruct`. Programs of studies are run over
//! settings and seeds by [`sweep`].
//!
//! | module | content |
//! |---|---|
//! | [`training`] | the trait, flags, configurations, and the way to a finished run |
//! | [`sweep`] | many runs of a study's program, here or on a cluster |
//! | [`trained`] | models of finished runs: samples, codes, reconstructions |
//! | [`data`], [`natural`] | images and photographs by name |
//! | [`augmentation`], [`mixing`] | training images that are changed and mixed by a configuration |
//! | [`judge`] | generated images judged by a classifier of real ones |
//! | [`results`] | what a run came to, said once: as text, as JSON and in the report |
//! | [`prelude`] | what almost every study needs, in one `use` |
//! | [`sparse`] | what studies of dictionaries, filters and learned encoders share |

pub mod augmentation;
pub mod cli;
pub mod data;
mod dataset_name;
pub mod failure;
pub mod judge;
pub mod mixing;
pub mod natural;
pub mod parts;
pub mod prelude;
pub mod print;
pub mod results;
pub mod saved;
pub mod sparse;
pub mod sweep;
pub mod timed;
pub mod trained;
pub mod training;

pub use dataset_name::{DatasetChoice, DatasetName};

#[doc(hidden)]
pub use include_dir;
