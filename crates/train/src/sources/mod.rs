//! Sources of batches.

mod batch;
mod images;
mod order;
mod rows;

pub use batch::{ImageBatch, Partners};
pub use images::{Augment, Binarize, Images, Mix};
pub use rows::Rows;

use latent_datasets::DatasetError;
use sha2::{Digest, Sha256};

fn at_least_one(name: &'static str, value: usize) -> Result<(), DatasetError> {
    if value > 0 {
        return Ok(());
    }
    Err(DatasetError::Parameter { name, value: "0".to_owned(), expected: "at least 1".to_owned() })
}

/// The first eight bytes of a checksum: enough to tell data sets apart.
fn short(digest: Sha256) -> String {
    digest.finalize()[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
