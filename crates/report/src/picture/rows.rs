//! Images that are rows of a matrix, as models make them.

use super::{Cell, Sheet, Tile, Tone};
use image::RgbImage;
use ndarray::{ArrayView2, Axis};

const SCALE: usize = 2;

/// Height and width of an image of these channels, height and width, its channels one below the other.
pub fn side((channels, height, width): (usize, usize, usize)) -> (usize, usize) {
    (channels * height, width)
}

/// Images, (samples, features) in [0, 1], so many in each row of a sheet.
///
/// # Panics
/// If an image has another size, or there are no columns.
pub fn rows(images: ArrayView2<'_, f32>, side: (usize, usize), columns: usize) -> RgbImage {
    captioned(images, side, columns, &[], &[])
}

/// Such images with a text above each column and one below each image, unless there are none.
///
/// # Panics
/// As [`rows`].
pub fn captioned(
    images: ArrayView2<'_, f32>,
    side: (usize, usize),
    columns: usize,
    headings: &[String],
    captions: &[String],
) -> RgbImage {
    let images: Vec<_> = images.axis_iter(Axis(0)).map(|row| row.as_standard_layout().into_owned()).collect();
    let cells: Vec<Cell<'_>> = images
        .iter()
        .enumerate()
        .map(|(i, row)| {
            let image = row.view().into_shape_with_order(side).expect("as many pixels as the side says");
            Cell::Tile(Tile { image, tone: Tone::Ink, caption: captions.get(i).cloned().unwrap_or_default() })
        })
        .collect();
    let rows = cells.chunks(columns).map(<[Cell<'_>]>::to_vec).collect();
    Sheet { rows, headings: headings.to_vec(), scale: SCALE, gutter: 4, margin: 8 }.draw()
}
