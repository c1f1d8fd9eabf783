//! A dictionary as one picture.

use super::{Cell, Sheet, Tile, Tone};
use image::RgbImage;
use ndarray::{ArrayView2, ShapeError};

/// The columns of a (features, atoms) matrix as images of the given (height, width).
///
/// # Panics
/// If height times width is not the number of features.
pub fn columns(dictionary: ArrayView2<'_, f32>, (height, width): (usize, usize)) -> Vec<ndarray::Array2<f32>> {
    let image = |atom: ndarray::ArrayView1<'_, f32>| -> Result<_, ShapeError> {
        atom.to_owned().into_shape_with_order((height, width))
    };
    dictionary
        .columns()
        .into_iter()
        .map(|atom| {
            image(atom).unwrap_or_else(|_| {
                panic!("picture::columns: {} features are no {height} x {width} image", dictionary.nrows())
            })
        })
        .collect()
}

/// A sheet of signed images in reading order, `columns` in a row (0 counts as 1), each scaled to
/// its own largest absolute value. The caller sorts them.
pub fn atoms(images: &[ndarray::Array2<f32>], columns: usize, scale: usize) -> RgbImage {
    let cells = images.iter().map(|image| {
        Cell::Tile(Tile { image: image.view(), tone: Tone::signed(image.view()), caption: String::new() })
    });
    let cells: Vec<_> = cells.collect();
    let rows = cells.chunks(columns.max(1)).map(<[Cell<'_>]>::to_vec).collect();
    Sheet { rows, scale, gutter: scale.max(2), margin: 4 * scale.max(2), ..Sheet::default() }.draw()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn columns_are_read_row_by_row() {
        let dictionary = array![[1.0_f32, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0], [5.0, 50.0], [6.0, 60.0]];
        let tiles = columns(dictionary.view(), (2, 3));
        assert_eq!(tiles, [array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], array![[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]]]);
    }

    #[test]
    #[should_panic(expected = "6 features are no 2 x 2 image")]
    fn a_wrong_shape_is_told() {
        columns(Array2::zeros((6, 1)).view(), (2, 2));
    }

    #[test]
    fn each_atom_uses_the_whole_scale() {
        let images = [array![[0.001_f32, -0.001]], array![[0.5, 100.0]]];
        let sheet = atoms(&images, 2, 2);
        assert_eq!(sheet.dimensions(), (2 * 8 + 4 + 2 + 4, 2 * 8 + 2));
        let at = |x| *sheet.get_pixel(x, 8);
        let signed = |share| Tone::Signed { bound: 1.0 }.color(share);
        assert_eq!([at(8), at(10), at(14), at(16)], [signed(1.0), signed(-1.0), signed(0.005), signed(1.0)]);
    }

    #[test]
    fn none_and_one() {
        assert_eq!(atoms(&[], 16, 3).dimensions(), (24, 24));
        assert_eq!(atoms(&[Array2::zeros((28, 28))], 16, 3).dimensions(), (24 + 84, 24 + 84));
        assert_eq!(atoms(&[Array2::zeros((2, 2)), Array2::zeros((2, 2))], 0, 0).dimensions(), (16 + 2, 16 + 2 + 2 + 2));
    }
}
