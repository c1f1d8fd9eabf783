//! What studies of banks of convolutional filters share: checks of their sizes, sheets of their filters, a whole photograph,
//! and what is told of them.

mod by_size;
mod description;
mod photograph;
pub mod sections;
mod sheet;
pub mod sizes;

pub use by_size::by_size;
pub use description::{headline, sizes_in_words, table};
pub use photograph::{Reconstruction, beside};
pub use sheet::{BankSheet, while_learning};
