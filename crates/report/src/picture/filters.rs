//! Convolutional filters.

use super::{Cell, Photo, Sheet};
use image::RgbImage;
use ndarray::{Array3, ArrayView3};

/// A filter (channels, height, width) in red, green and blue: grey is zero, and the largest absolute value of the filter is full colour; a filter without colours is grey.
pub fn signed_colours(filter: ArrayView3<'_, f32>) -> Array3<u8> {
    let bound = filter.fold(0.0_f32, |bound, value| bound.max(value.abs())).max(f32::MIN_POSITIVE);
    let (channels, height, width) = filter.dim();
    Array3::from_shape_fn((3, height, width), |(c, row, column)| {
        (127.5 + 127.5 * filter[[c.min(channels - 1), row, column]] / bound).round() as u8
    })
}

/// A bank of filters: its name, and groups of as many filters each, in colours, that stand beside each other.
pub type FilterBank = (String, Vec<Vec<Array3<u8>>>);

/// A sheet of filter banks, one below the other, with so many filters of a group in a row. `headings` are of the
/// groups, which all banks have.
pub fn filter_sheet(banks: &[FilterBank], headings: &[&str], columns: usize, scale: usize) -> RgbImage {
    let mut rows = Vec::new();
    for (name, groups) in banks {
        let lines = groups.iter().map(|group| group.len().div_ceil(columns)).max().unwrap_or(0);
        for line in 0..lines {
            let mut row = vec![if line == 0 { Cell::Sign(name.clone()) } else { Cell::Empty }];
            for (at, group) in groups.iter().enumerate() {
                if at > 0 {
                    // A gap as wide as the name.
                    row.resize_with((columns + 1) * at + 1, || Cell::Empty);
                }
                let shown = group.iter().skip(line * columns).take(columns);
                row.extend(shown.map(|f| Cell::Photo(Photo { image: f.view(), caption: String::new() })));
            }
            rows.push(row);
        }
    }
    let mut above = Vec::new();
    if headings.iter().any(|heading| !heading.is_empty()) {
        let middle = columns.div_ceil(2);
        let places =
            headings.iter().flat_map(|heading| (0..=columns).map(move |at| if at == middle { heading } else { "" }));
        above = places.map(ToOwned::to_owned).collect();
    }
    Sheet { headings: above, rows, scale, gutter: scale, margin: 4 * scale }.draw()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn filters_are_grey_at_zero_and_full_at_their_largest_value() {
        let filter = array![[[0.0_f32, 0.2]], [[-0.2, 0.0]], [[0.1, 0.0]]];
        let drawn = signed_colours(filter.view());
        assert_eq!((drawn[[0, 0, 0]], drawn[[0, 0, 1]], drawn[[1, 0, 0]], drawn[[2, 0, 0]]), (128, 255, 0, 191));
        let grey = signed_colours(array![[[1.0_f32, -1.0]]].view());
        assert!((0..3).all(|c| (grey[[c, 0, 0]], grey[[c, 0, 1]]) == (255, 0)));
    }

    #[test]
    fn groups_stand_beside_each_other() {
        let of = |grey: u8| -> Vec<Array3<u8>> { (0..3).map(|_| Array3::from_elem((3, 2, 2), grey)).collect() };
        let sheet = filter_sheet(&[(String::new(), vec![of(100), of(0)])], &["", ""], 2, 1);
        let places = |grey: u8| -> Vec<(u32, u32)> {
            let found = sheet.enumerate_pixels().filter(|(.., color)| color.0 == [grey; 3]);
            found.map(|(x, y, _)| (x, y)).collect()
        };
        let (left, right) = (places(100), places(0));
        // Three filters of four pixels, two of them above the third; two filters of two pixels and the lines between.
        assert_eq!((left.len(), right.len()), (12, 12));
        assert!(right.iter().all(|(x, y)| left.contains(&(x - 7, *y))), "{left:?} {right:?}");
    }
}
