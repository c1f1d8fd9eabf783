//! The folder that a run leaves behind.
//!
//! `runs/<study>/<name>-<config hash>-s<seed>/`, or exactly the folder given by `--output`:
//!
//! | file | what it holds |
//! |---|---|
//! | `config.toml` | the resolved configuration with the seed: everything the results depend on |
//! | `manifest.json` | version, commit, data with checksums, threads, CPU, command line ([`Manifest`]) |
//! | `metrics.jsonl` | one JSON object a line, each flushed as it is written |
//! | `images/` | figures and image sheets |
//! | `*.npy`, `*.safetensors` | arrays |
//! | `DONE` | written last: the run is complete |
//!
//! Every file but the metrics is written under a temporary name and renamed, so that a name which
//! exists holds a whole file. Nothing that was there is overwritten: a folder with the same
//! configuration and seed is moved aside to `<folder>~1`, `~2`, ... and one that holds anything else
//! is refused. While a program works in a folder it holds a lock on the file `.lock` there, and no other can: see
//! [`Holder`].

mod arrays;
pub(crate) mod atomic;
mod error;
mod folder;
mod holder;
mod lock;
mod manifest;
mod place;
mod trim;

pub use arrays::write_npy;
pub use atomic::write_bytes;
pub use error::RunError;
pub use folder::RunFolder;
pub(crate) use folder::resolved;
pub use holder::Holder;
pub use manifest::{DataSource, Manifest};
pub use place::{Place, config_hash};
