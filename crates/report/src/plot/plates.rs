//! Places for names that would lie on one another.

/// A rectangle by its middle and half its sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plate {
    pub at: (f64, f64),
    pub half: (f64, f64),
}

/// Moves plates that overlap apart, each by half, along the side where less is needed, until none does. In the rare case
/// that they press on one another without end, some overlap stays.
pub fn apart(plates: &mut [Plate]) {
    const ROUNDS: usize = 500;
    for _ in 0..ROUNDS {
        let mut moved = false;
        for second in 1..plates.len() {
            for first in 0..second {
                let (a, b) = (plates[first], plates[second]);
                let (dx, dy) = (b.at.0 - a.at.0, b.at.1 - a.at.1);
                let (x, y) = (a.half.0 + b.half.0 - dx.abs(), a.half.1 + b.half.1 - dy.abs());
                if x <= 1e-6 || y <= 1e-6 {
                    continue;
                }
                moved = true;
                let sign = |d: f64| if d < 0.0 { -0.5 } else { 0.5 };
                let by = if x < y { (x * sign(dx), 0.0) } else { (0.0, y * sign(dy)) };
                plates[first].at = (a.at.0 - by.0, a.at.1 - by.1);
                plates[second].at = (b.at.0 + by.0, b.at.1 + by.1);
            }
        }
        if !moved {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn none_overlap_and_those_alone_stay(points in prop::collection::vec((0.0..300.0_f64, 0.0..300.0_f64), 1..11)) {
            let half = (12.0, 9.0);
            let mut plates: Vec<Plate> = points.iter().map(|&at| Plate { at, half }).collect();
            let far = Plate { at: (1e4, 1e4), half };
            plates.push(far);
            apart(&mut plates);
            prop_assert_eq!(*plates.last().unwrap(), far);
            for (i, a) in plates.iter().enumerate() {
                for b in &plates[..i] {
                    let (dx, dy) = ((a.at.0 - b.at.0).abs(), (a.at.1 - b.at.1).abs());
                    prop_assert!(dx > 2.0 * half.0 - 1e-3 || dy > 2.0 * half.1 - 1e-3, "{a:?} {b:?}");
                }
            }
        }
    }
}
