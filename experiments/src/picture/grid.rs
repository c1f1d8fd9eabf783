//! Images of a batch in rows and columns.

use super::{Cell, Sheet, Tile, Tone};
use image::RgbImage;
use ndarray::{ArrayView2, Axis};

/// Pixels of the picture to a pixel of an image, along each side.
const SCALE: usize = 2;

/// Images in `[0, 1]`, one a row of (images, height * width), as ink on paper, so many in a row of the picture.
///
/// # Panics
/// If the rows have another number of pixels.
///
/// ```
/// use experiments::picture;
/// use ndarray::Array2;
///
/// let picture = picture::grid(Array2::zeros((6, 20)).view(), (4, 5), 3);
/// assert_eq!(picture.dimensions(), (8 + 3 * 10 + 2 * 4 + 8, 8 + 2 * 8 + 4 + 8));
/// ```
pub fn grid(images: ArrayView2<'_, f32>, side: (usize, usize), columns: usize) -> RgbImage {
    let images = images.as_standard_layout();
    let cell = |row| {
        let image = ArrayView2::from_shape(side, row).expect("as many pixels as the sides say");
        Cell::Tile(Tile { image, tone: Tone::Ink, caption: String::new() })
    };
    let rows = images.axis_iter(Axis(0));
    let cells: Vec<Cell<'_>> = rows.map(|row| cell(row.to_slice().expect("contiguous rows"))).collect();
    let rows = cells.chunks(columns.max(1)).map(<[Cell<'_>]>::to_vec).collect();
    Sheet { rows, scale: SCALE, gutter: 4, margin: 8, ..Sheet::default() }.draw()
}
