//! Powers of two in which data are measured.
//!
//! Products and quotients by a power of two are exact as long as they stay in the range of the type. What is computed in
//! the unit of its data is therefore the same, bit for bit, whatever the data were multiplied by, and squares neither
//! overflow nor vanish.

use crate::SparseError;
use crate::error::require;
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1};

/// Binary orders of magnitude that are kept free at both ends of a type's range, for sums and quotients of squares.
const MARGIN: i32 = 26;

/// The largest power of two that is no larger than the largest magnitude; 1 where all values are 0. Values are finite.
pub(crate) fn unit_of<'a, E: Scalar>(values: impl IntoIterator<Item = &'a E>) -> E {
    unit_of_some(values).unwrap_or_else(E::one)
}

/// [`unit_of`] values; `None` where all are 0.
pub(crate) fn unit_of_some<'a, E: Scalar>(values: impl IntoIterator<Item = &'a E>) -> Option<E> {
    let largest = values.into_iter().fold(E::zero(), |most, v| if v.abs() > most { v.abs() } else { most });
    (largest > E::zero()).then(|| power_below(largest))
}

/// The largest power of two that is no larger than a positive finite number.
fn power_below<E: Scalar>(x: E) -> E {
    let bits = x.as_f64().to_bits();
    let exponent = bits & f64::INFINITY.to_bits();
    // Without an exponent the number is subnormal, and its highest bit says how large it is.
    E::of(f64::from_bits(if exponent == 0 { 1 << bits.ilog2() } else { exponent }))
}

/// `lambda` in this unit. Near the end of the range it is more than any correlation, and as good as any other such value.
pub(crate) fn lambda_in<E: Scalar>(unit: E, lambda: E) -> E {
    let (scaled, most) = (lambda / unit, E::max_value() / E::of(f64::from(MARGIN).exp2()));
    if scaled < most { scaled } else { most }
}

/// A sum of squares that was computed in this unit.
pub(crate) fn squares_from<E: Scalar>(unit: E, squares: f64) -> f64 {
    // Twice, since the square of the unit alone may be out of range.
    squares * unit.as_f64() * unit.as_f64()
}

/// `value * unit` of each value.
///
/// # Errors
/// If one is not finite: it or its product is out of the range of the type.
pub(crate) fn from_unit<'a, E: Scalar>(
    what: &'static str,
    row: usize,
    unit: E,
    values: impl IntoIterator<Item = &'a mut E>,
) -> Result<(), SparseError> {
    for (column, value) in values.into_iter().enumerate() {
        let found = *value;
        *value *= unit;
        if !value.is_finite() {
            let (value, unit) = (found.as_f64(), unit.as_f64());
            return Err(SparseError::OutOfRange { what, row, column, value, unit, scalar: E::NAME });
        }
    }
    Ok(())
}

/// Checks that the square of a norm or a weight is 0, or leaves room for sums of such squares and their reciprocals: that
/// it is from `2^26` times the smallest normal number to `2^-26` times the largest.
pub(crate) fn require_moderate<E: Scalar>(what: &'static str, index: usize, size: f64) -> Result<(), SparseError> {
    let margin = f64::from(MARGIN).exp2();
    let range = ((E::min_positive_value().as_f64() * margin).sqrt(), (E::max_value().as_f64() / margin).sqrt());
    if size == 0.0 || (range.0..=range.1).contains(&size) {
        return Ok(());
    }
    Err(SparseError::Magnitude { what, index, value: size, range, scalar: E::NAME })
}

/// `||v||` of finite values, whatever their size.
pub(crate) fn norm_of<'a, E: Scalar>(values: impl IntoIterator<Item = &'a E> + Clone) -> f64 {
    let unit = unit_of(values.clone());
    unit.as_f64() * values.into_iter().map(|&v| (v / unit).as_f64().powi(2)).sum::<f64>().sqrt()
}

/// Samples in rows, each divided by the unit of its own that comes with it, in which the code to start from is finite.
pub(crate) fn in_units<E: Scalar>(x: ArrayView2<'_, E>, start: ArrayView2<'_, E>) -> (Array2<E>, Vec<E>) {
    let mut scaled = x.as_standard_layout().into_owned();
    let half_the_range = E::max_value().sqrt();
    let of_row = |(mut row, start): (ArrayViewMut1<'_, E>, ArrayView1<'_, E>)| {
        let unit = match (unit_of_some(row.iter()), unit_of_some(start.iter())) {
            (Some(of_sample), Some(of_start)) => of_sample.max(unit_of(&[of_start / half_the_range])),
            (of_sample, of_start) => of_sample.or(of_start).unwrap_or_else(E::one),
        };
        row.mapv_inplace(|v| v / unit);
        unit
    };
    let units = scaled.rows_mut().into_iter().zip(start.rows()).map(of_row).collect();
    (scaled, units)
}

/// Checks the saved unit of sums, which there is one of unless they are all 0.
pub(crate) fn check_unit<'a, E: Scalar>(
    unit: Option<E>,
    sums: impl IntoIterator<Item = &'a E>,
) -> Result<(), SparseError> {
    let ok = match unit {
        None => sums.into_iter().all(|sum| *sum == E::zero()),
        Some(unit) => unit.is_finite() && unit > E::zero() && unit_of(&[unit]) == unit,
    };
    let value = unit.unwrap_or_else(E::zero).as_f64();
    require(ok, "the unit of the saved sums", value, "a power of two, as the sums are not all 0")
}

/// The largest of 0 and these numbers, NaN where one is: what `f64::max` would lose.
pub(crate) fn greatest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |most, v| if v > most || v.is_nan() { v } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_unit_is_a_power_of_two_just_below(x in any::<f64>(), y in any::<f32>()) {
            prop_assume!(x.is_finite() && x != 0.0 && y.is_finite() && y != 0.0);
            let unit = unit_of(&[x, -0.5 * x]);
            prop_assert!(unit <= x.abs() && x.abs() / unit < 2.0);
            prop_assert_eq!(unit.log2().exp2(), unit);
            let unit = unit_of(&[y]);
            prop_assert!(unit <= y.abs() && y.abs() / unit < 2.0);
            prop_assert_eq!(y / unit * unit, y);
        }
    }

    #[test]
    fn no_nan_is_lost() {
        assert_eq!((greatest([]), greatest([1.0, 3.0, 2.0])), (0.0, 3.0));
        assert!(greatest([f64::NAN, 1.0]).is_nan() && greatest([1.0, f64::NAN]).is_nan());
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(unit_of::<f64>(&[]), 1.0);
        assert_eq!(unit_of(&[0.0_f32, -0.0]), 1.0);
        assert_eq!(unit_of(&[f64::from_bits(1)]), f64::from_bits(1));
        assert_eq!(unit_of(&[f64::from_bits(3)]), f64::from_bits(2));
        assert_eq!(unit_of(&[f32::MAX]), 127_f32.exp2());
        assert_eq!(lambda_in(f32::from_bits(1), 1.0), f32::MAX / 26_f32.exp2());
        assert_eq!(squares_from(900_f64.exp2(), (-1000_f64).exp2()), 800_f64.exp2());
    }
}
