//! Sheets of small images: dictionaries, and samples taken apart into the atoms that make them.
//!
//! Grey images in [0, 1] are drawn as dark ink on white. Signed images are drawn in a diverging
//! map that is symmetric about zero: blue is positive, red is negative, pale is zero. Pixels are
//! enlarged by a whole factor and never smoothed, so a sheet shows exactly what the array holds.
//!
//! ```
//! use latent_report::picture;
//! use ndarray::Array2;
//!
//! // A dictionary of three 4 x 5 atoms, one a column.
//! let dictionary = Array2::<f32>::ones((20, 3));
//! let tiles = picture::columns(dictionary.view(), (4, 5));
//! let sheet = picture::atoms(&tiles, 2, 3);
//! assert!(sheet.width() > 2 * 5 * 3 && sheet.height() > 2 * 4 * 3);
//! ```

mod atoms;
mod colours;
mod decomposition;
mod filters;
mod rows;
mod sheet;
pub(crate) mod text;
mod tone;

pub use atoms::{atoms, columns};
pub use colours::colours;
pub use decomposition::{Decomposition, Part, decompositions};
pub use filters::{FilterBank, filter_sheet, signed_colours};
pub use rows::{captioned, named, rows, side};
pub use sheet::{Cell, Photo, Sheet, Tile};
pub use tone::Tone;
