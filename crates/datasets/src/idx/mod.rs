//! IDX files of unsigned bytes, plain or gzip, of one to four dimensions.
//!
//! The layout (LeCun, Cortes and Burges, *The MNIST database*): two zero bytes, the type of the
//! elements (8 for unsigned bytes), the number of dimensions, each size as a big-endian `u32`, and
//! then the elements in row-major order.
//!
//! Files are not trusted. A header is held against a limit before anything is allocated, and memory
//! grows only with bytes that have really arrived.
//!
//! ```
//! use latent_datasets::idx;
//! use ndarray::array;
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("labels-idx1-ubyte.gz");
//! idx::write(&path, array![7_u8, 2, 1].into_dyn().view())?;
//! assert_eq!(idx::read(&path)?.array, array![7, 2, 1].into_dyn());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fault;
mod header;
mod read;
mod write;

pub use fault::IdxFault;
pub(crate) use read::hex;
pub use read::{DEFAULT_LIMIT, Idx, read, read_from, read_with_limit};
pub use write::{write, write_to};
