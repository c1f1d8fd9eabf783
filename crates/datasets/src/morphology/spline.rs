//! Cubic splines through numbers at even distances.

/// The coefficients of the cubic B-spline through some numbers that goes on as in a mirror at half a step beyond its ends,
/// `(c_(i-1) + 4 c_i + c_(i+1)) / 6 = x_i` with `c_(-1) = c_0` and `c_n = c_(n-1)`; in place.
pub(super) fn coefficients(values: &mut [f64]) {
    let last = values.len() - 1;
    // Elimination without pivots: the matrix has a dominant diagonal.
    let mut above = Vec::with_capacity(values.len());
    let mut before = (0.0, 0.0);
    for (i, value) in values.iter_mut().enumerate() {
        let own = 4.0 + f64::from(u8::from(i == 0)) + f64::from(u8::from(i == last));
        let pivot = own - before.0;
        *value = (6.0 * *value - before.1) / pivot;
        before = (1.0 / pivot, *value);
        above.push(before.0);
    }
    for i in (0..last).rev() {
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

/// The place among `0..len` that is `at` in the mirrors half a step beyond both ends.
pub(super) fn mirrored(at: isize, len: usize) -> usize {
    let along = at.rem_euclid(2 * len.cast_signed()) as usize;
    if along < len { along } else { 2 * len - 1 - along }
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
