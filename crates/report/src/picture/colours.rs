//! Photographs as bytes.

use ndarray::{Array3, ArrayView3};

/// Red, green and blue of an image (channels, height, width) in [0, 1]; one without colours is grey, and values outside count
/// as the nearest end.
pub fn colours(image: ArrayView3<'_, f32>) -> Array3<u8> {
    let (channels, height, width) = image.dim();
    Array3::from_shape_fn((3, height, width), |(c, row, column)| {
        (255.0 * image[[c.min(channels - 1), row, column]].clamp(0.0, 1.0)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn bytes_are_of_the_nearest_value() {
        let grey = colours(array![[[0.5_f32, -1.0, 2.0]]].view());
        assert!((0..3).all(|c| (0..3).map(|x| grey[[c, 0, x]]).eq([128, 0, 255])));
        let red = colours(array![[[1.0_f32]], [[0.2]], [[0.0]]].view());
        assert_eq!((red[[0, 0, 0]], red[[1, 0, 0]], red[[2, 0, 0]]), (255, 51, 0));
    }
}
