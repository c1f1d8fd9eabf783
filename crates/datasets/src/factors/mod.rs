//! Sets of images with known factors of variation, by which disentanglement is judged.
//!
//! Such a set has one image for each combination of its factors' levels: a [`FactorGrid`]. Images are drawn when they
//! are asked for and nothing is stored, so that a set may have as many as a `usize` counts. The sets of this crate are
//! [`shapes`](crate::synthetic::shapes) and [`MorphedDigits`](crate::morphology::MorphedDigits). A set of one's own
//! implements [`FactorImages`]:
//!
//! ```
//! use latent_datasets::factors::{Factor, FactorGrid, FactorImages};
//! use latent_datasets::{DatasetError, Provenance, Rows};
//! use latent_numeric::random::Stream;
//!
//! /// A bright pixel at every place of an image of 4 x 4.
//! struct Dots(FactorGrid);
//!
//! impl FactorImages for Dots {
//!     fn name(&self) -> &str {
//!         "dots"
//!     }
//!     fn grid(&self) -> &FactorGrid {
//!         &self.0
//!     }
//!     fn image_dim(&self) -> (usize, usize, usize) {
//!         (1, 4, 4)
//!     }
//!     fn draw(&self, index: usize, image: &mut [u8]) {
//!         let levels = self.0.levels(index);
//!         image.fill(0);
//!         image[4 * levels[0] + levels[1]] = 255;
//!     }
//!     fn provenance(&self) -> Provenance {
//!         Provenance::Generated { generator: "dots".to_owned(), seed: 0 }
//!     }
//! }
//!
//! let dots = Dots(FactorGrid::new(vec![Factor::kinds("row", 4)?, Factor::kinds("column", 4)?])?);
//! let all = dots.labelled(Rows::All, "column")?;
//! assert_eq!((all.len(), all.classes()), (16, 4));
//!
//! // A batch in which one factor is fixed, as the score of FactorVAE asks for.
//! let (row, mut stream) = (dots.grid().position("row")?, Stream::new(7, "score", &[0]));
//! let batch = dots.grid().batch_with_fixed(row, 10, &mut stream);
//! assert!(batch.iter().all(|&index| dots.grid().level(index, row) == dots.grid().level(batch[0], row)));
//! assert_eq!(dots.rows::<f32>((&batch).into())?.dim(), (10, 16));
//! # Ok::<(), DatasetError>(())
//! ```

mod factor;
mod grid;
mod images;

pub use factor::{Evenly, Factor};
pub use grid::FactorGrid;
pub use images::FactorImages;
