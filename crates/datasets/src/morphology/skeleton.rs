//! The skeleton of a black and white image.

use ndarray::{Array2, ArrayView2};

/// The eight neighbours of a pixel, round it.
const ROUND: [(isize, isize); 8] = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)];

/// Lines one pixel wide along the ridges of the distance to the background, connected as the ink is.
///
/// Pixels are looked at once, in the order of their distance; of those at one distance first those with more ink among
/// their neighbours, then one of every four, in even and odd rows and columns: no two of them are neighbours, so that a
/// line is not eaten up from its end. One is taken away if that neither parts ink nor joins background, and it is not
/// the end of a line: it has more than one neighbour that is left. (Ink is connected through eight neighbours,
/// background through four.)
pub(super) fn skeleton(ink: ArrayView2<bool>, squared_distances: ArrayView2<f64>) -> Array2<bool> {
    let mut left = ink.to_owned();
    let mut order: Vec<_> = ink.indexed_iter().filter(|(_, ink)| **ink).map(|(pixel, _)| pixel).collect();
    order.sort_by_cached_key(|&pixel| {
        let bare = neighbours(ink, pixel).into_iter().filter(|ink| !ink).count();
        (squared_distances[pixel] as u64, bare, pixel.0 % 2, pixel.1 % 2)
    });
    for pixel in order {
        let round = neighbours(left.view(), pixel);
        left[pixel] = !(round.iter().filter(|ink| **ink).count() > 1 && is_simple(round));
    }
    left
}

fn neighbours(image: ArrayView2<bool>, (y, x): (usize, usize)) -> [bool; 8] {
    ROUND.map(|(dy, dx)| {
        let place = y.checked_add_signed(dy).zip(x.checked_add_signed(dx));
        place.and_then(|place| image.get(place)).copied().unwrap_or(false)
    })
}

/// Whether a pixel of ink with these neighbours can become background and leave as many parts and holes as there are:
/// going round it, one side or more is background, and it is so in one stretch. (A corner alone does not touch the
/// pixel.)
fn is_simple(round: [bool; 8]) -> bool {
    // Stretches of background that hold a side, each counted at the side after which it ends.
    let ends =
        [0, 2, 4, 6].into_iter().filter(|&side| !round[side] && (round[side + 1] || round[(side + 2) % 8])).count();
    ends == 1
}

/// The length of lines one pixel wide: 1 for each pair of pixels side by side and `sqrt 2` for each pair at a corner.
pub(super) fn length(skeleton: ArrayView2<bool>) -> f64 {
    let links = |pixel| neighbours(skeleton, pixel).into_iter().enumerate().filter(|(_, ink)| *ink);
    let of = |pixel| links(pixel).map(|(i, _)| if i % 2 == 0 { 1.0 } else { std::f64::consts::SQRT_2 }).sum::<f64>();
    skeleton.indexed_iter().filter(|(_, ink)| **ink).map(|(pixel, _)| of(pixel)).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::super::distance::squared_distances;
    use super::*;
    use proptest::prelude::*;

    /// The number of parts of one kind, connected through these neighbours; beyond the edge all is background.
    fn parts(image: &Array2<bool>, kind: bool, step: usize) -> usize {
        let (height, width) = image.dim();
        let framed = Array2::from_shape_fn((height + 2, width + 2), |(y, x)| {
            let inside = (1..=height).contains(&y) && (1..=width).contains(&x);
            (inside && image[[y - 1, x - 1]]) == kind
        });
        let mut left = framed.clone();
        let mut count = 0;
        for (pixel, _) in framed.indexed_iter() {
            if !std::mem::take(&mut left[pixel]) {
                continue;
            }
            count += 1;
            let mut waiting = vec![pixel];
            while let Some((y, x)) = waiting.pop() {
                for (dy, dx) in ROUND.into_iter().step_by(step) {
                    let place = y.checked_add_signed(dy).zip(x.checked_add_signed(dx));
                    if let Some(place) = place.filter(|place| left.get(*place) == Some(&true)) {
                        left[place] = false;
                        waiting.push(place);
                    }
                }
            }
        }
        count
    }

    proptest! {
        #[test]
        fn as_many_parts_and_holes(
            height in 1_usize..14, width in 1_usize..14, bits in prop::collection::vec(0_u8..4, 196),
        ) {
            let ink = Array2::from_shape_fn((height, width), |(y, x)| bits[y * width + x] > 0);
            let thin = skeleton(ink.view(), squared_distances(ink.view()).view());
            prop_assert!(thin.iter().zip(&ink).all(|(thin, ink)| *ink || !thin));
            prop_assert_eq!(parts(&thin, true, 1), parts(&ink, true, 1));
            prop_assert_eq!(parts(&thin, false, 2), parts(&ink, false, 2));
        }
    }

    #[test]
    fn a_bar_becomes_its_middle() {
        let ink = Array2::from_shape_fn((9, 30), |(y, x)| (2..7).contains(&y) && (2..28).contains(&x));
        let thin = skeleton(ink.view(), squared_distances(ink.view()).view());
        assert!((6..24).all(|x| (0..9).all(|y| thin[[y, x]] == (y == 4))), "{thin:?}");
    }

    #[test]
    fn lengths_of_lines() {
        let straight = Array2::from_shape_fn((3, 10), |(y, _)| y == 1);
        assert_eq!(length(straight.view()), 9.0);
        let slanted = Array2::from_shape_fn((5, 5), |(y, x)| y == x);
        assert!((length(slanted.view()) - 4.0 * std::f64::consts::SQRT_2).abs() < 1e-12);
    }
}
