//! Cubic splines through numbers at even distances.

/// The coefficients of the cubic B-spline through some numbers that goes on as in a mirror at its first and last
/// number, `(c_(i-1) + 4 c_i + c_(i+1)) / 6 = x_i` with `c_(-1) = c_1` and `c_n = c_(n-2)`; in place.
pub(super) fn coefficients(values: &mut [f64]) {
    let count = values.len();
    if count < 2 {
        return;
    }
    // Elimination without pivots: the matrix has a dominant diagonal.
    let mut above = Vec::with_capacity(count);
    let mut before = (0.0, 0.0);
    for (i, value) in values.iter_mut().enumerate() {
        let twice = |end: bool| if end { 2.0 } else { 1.0 };
        let lower = twice(i == count - 1);
        let pivot = 4.0 - lower * before.0;
        *value = (6.0 * *value - lower * before.1) / pivot;
        before = (twice(i == 0) / pivot, *value);
        above.push(before.0);
    }
    for i in (0..count - 1).rev() {
        values[i] -= above[i] * values[i + 1];
    }
}

/// The spline of these coefficients at a place counted in steps from the first number.
pub(super) fn value(coefficients: &[f64], at: f64) -> f64 {
    let first = at.floor();
    let t = at - first;
    let weights = [
        (1.0 - t).powi(3) / 6.0,
        2.0 / 3.0 - t * t * (2.0 - t) / 2.0,
        2.0 / 3.0 - (1.0 - t).powi(2) * (1.0 + t) / 2.0,
        t.powi(3) / 6.0,
    ];
    let first = first as isize - 1;
    weights.iter().zip(first..).map(|(weight, i)| weight * coefficients[mirrored(i, coefficients.len())]).sum()
}

/// The place among `0..len` that is `at` in mirrors at the first and the last.
fn mirrored(at: isize, len: usize) -> usize {
    let last = len.cast_signed() - 1;
    let along = at.rem_euclid((2 * last).max(1));
    along.min(2 * last - along) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_spline_passes_through_the_numbers(values in prop::collection::vec(-3.0..3.0_f64, 1..30)) {
            let mut c = values.clone();
            coefficients(&mut c);
            for (i, want) in values.iter().enumerate() {
                prop_assert!((value(&c, i as f64) - want).abs() < 1e-12);
            }
        }

        /// A line is a spline; away from the mirrors it is found again.
        #[test]
        fn lines_stay_lines(slope in -2.0..2.0_f64, at in 25.0..35.0_f64) {
            let mut c: Vec<f64> = (0..61).map(|i| slope * f64::from(i)).collect();
            coefficients(&mut c);
            prop_assert!((value(&c, at) - slope * at).abs() < 1e-9);
        }
    }
}
