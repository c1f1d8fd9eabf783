//! Images that are rows of a matrix, as models make them.

use super::{Cell, Sheet, Tile, Tone};
use image::RgbImage;
use ndarray::{Array1, ArrayView2, Axis};

const SCALE: usize = 2;

/// Height and width of an image of these channels, height and width, its channels one below the other.
pub fn side((channels, height, width): (usize, usize, usize)) -> (usize, usize) {
    (channels * height, width)
}

/// A sheet of images, which are the rows of a matrix (samples, features) in [0, 1], so many in each row of the sheet.
///
/// # Panics
/// If an image has another size, or there are no columns.
pub fn rows(images: ArrayView2<'_, f32>, side: (usize, usize), columns: usize) -> RgbImage {
    captioned(images, side, columns, &[], &[])
}

/// A sheet of images, as [`rows`], with a text above each column and one below each image, unless there are none.
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
    let images = standard(images);
    let cells: Vec<Cell<'_>> = images
        .iter()
        .enumerate()
        .map(|(i, row)| tile(row, side, captions.get(i).cloned().unwrap_or_default()))
        .collect();
    let rows = cells.chunks(columns).map(<[Cell<'_>]>::to_vec).collect();
    Sheet { rows, headings: headings.to_vec(), scale: SCALE, gutter: 4, margin: 8 }.draw()
}

/// A sheet of images, as [`rows`], with a text before each row, and one above each column unless there are none.
///
/// # Panics
/// As [`rows`].
pub fn named(
    images: ArrayView2<'_, f32>,
    side: (usize, usize),
    columns: usize,
    headings: &[String],
    names: &[String],
) -> RgbImage {
    let images = standard(images);
    let name = |row: usize| Cell::Sign(names.get(row).cloned().unwrap_or_default());
    let tiles: Vec<Cell<'_>> = images.iter().map(|image| tile(image, side, String::new())).collect();
    let rows = tiles.chunks(columns).enumerate().map(|(row, tiles)| [&[name(row)], tiles].concat()).collect();
    let above = if headings.is_empty() { Vec::new() } else { [vec![String::new()], headings.to_vec()].concat() };
    Sheet { rows, headings: above, scale: SCALE, gutter: 4, margin: 8 }.draw()
}

fn standard(images: ArrayView2<'_, f32>) -> Vec<Array1<f32>> {
    images.axis_iter(Axis(0)).map(|row| row.as_standard_layout().into_owned()).collect()
}

fn tile(image: &Array1<f32>, side: (usize, usize), caption: String) -> Cell<'_> {
    let image = image.view().into_shape_with_order(side).expect("as many pixels as the side says");
    Cell::Tile(Tile { image, tone: Tone::Ink, caption })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn names_stand_before_their_rows() {
        let images = Array2::<f32>::ones((4, 9));
        let plain = rows(images.view(), (3, 3), 2);
        let named = named(images.view(), (3, 3), 2, &[], &["first".to_owned(), "second".to_owned()]);
        assert!(named.width() > plain.width() + 20 && named.height() >= plain.height());
        // The images end at the same distance from the right edge.
        let last = |sheet: &RgbImage| {
            let dark = sheet.enumerate_pixels().filter(|(.., p)| p.0 == [0; 3]).map(|(x, ..)| x).max();
            sheet.width() - dark.unwrap()
        };
        assert_eq!(last(&named), last(&plain));
    }
}
