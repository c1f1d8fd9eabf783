//! Data sets for latent-variable models: read, fetched by name, drawn, cut up and whitened.
//!
//! | module | what it does |
//! |---|---|
//! | [`named`] | MNIST and Fashion-MNIST by name: from a folder, the cache, or a mirror, with checksums; the photographs of BSDS from a folder |
//! | [`synthetic`] | drawn digits and dead leaves that need no files; planted sparse codes with known dictionary and support; short texts, good or bad |
//! | [`images`] | [`LabelledImages`]: bytes (N, C, H, W) with labels, turned into numbers batch by batch |
//! | [`factors`] | sets of images with known factors of variation: a full grid, drawn on demand; pairs and batches with one factor fixed |
//! | [`morphology`] | thickness, slant and other measurements of digits, and digits with a wanted thickness and slant |
//! | [`batches`] | shuffled mini-batches from named streams |
//! | [`split`](mod@split) | training, validation and test parts |
//! | [`idx`] | IDX files, plain or gzip, read without trust and written whole or not at all |
//! | [`folder`] | folders of pictures, grey or colour, each of its own size |
//! | [`photographs`] | pictures each of its own size, to learn from and to test on |
//! | [`patches`] | patches at random or on a grid, reassembly, mean removal |
//! | [`whiten`] | PCA and ZCA whitening |
//! | [`olshausen_field`] | the whitening filter `f exp(-(f/f0)^4)` for natural images |
//! | [`provenance`] | where data came from, for the record of a run |
//! | [`error`] | [`DatasetError`]: what was wrong, where, and what was expected |
//!
//! Samples are rows, images are (N, C, H, W), pixels are numbers in [0, 1]. Every random draw comes
//! from a named stream of `latent-numeric`, so the same seed gives the same bits on any number of threads.
//!
//! ```
//! use latent_datasets::batches::Batching;
//! use latent_datasets::split::Share;
//! use latent_datasets::synthetic::strokes;
//!
//! let digits = strokes::splits(7, 500, 100);
//! let parts = digits.train.split(7, Share::Fraction(0.1), Share::Count(0))?;
//! assert_eq!((parts.train.len(), parts.validation.len()), (450, 50));
//! for batch in Batching::new(64, 7)?.epoch::<f32>(&parts.train, 0) {
//!     assert_eq!(batch.rows.ncols(), 784);
//! }
//! println!("{}: {}", digits.train.name(), digits.train.provenance());
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

pub mod batches;
pub mod error;
pub mod factors;
pub mod folder;
pub mod idx;
pub mod images;
pub mod morphology;
pub mod named;
pub mod olshausen_field;
pub mod patches;
pub mod photographs;
pub mod provenance;
pub mod split;
mod staged;
pub mod synthetic;
pub mod whiten;

pub use error::DatasetError;
pub use images::{LabelledImages, Rows};
pub use provenance::{Provenance, SourceFile};
pub use split::Splits;
