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

/// Banks below each other, so many filters of a group in a row. `headings` are of the groups, which all banks have.
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
        above = vec![String::new(); (columns + 1) * headings.len()];
        for (at, heading) in headings.iter().enumerate() {
            above[(columns + 1) * at + columns.div_ceil(2)] = (*heading).to_owned();
        }
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
        let white = || Array3::from_elem((3, 2, 2), 255_u8);
        let black = || Array3::from_elem((3, 2, 2), 0_u8);
        let bank = (String::new(), vec![(0..3).map(|_| white()).collect(), (0..3).map(|_| black()).collect()]);
        let sheet = filter_sheet(&[bank], &["", ""], 2, 1);
        // A name without width, two filters, a gap without width, two filters, and the rest below.
        let (left, top) = (4 + 1, 4);
        let of = |x: u32, y: u32| sheet.get_pixel(left + x, top + y).0[0];
        let rows: Vec<u8> = (0..2).flat_map(|line| [of(0, 3 * line), of(7, 3 * line)]).collect();
        assert_eq!(rows, [255, 0, 255, 0]);
    }
}
