//! Units that round nothing.

use crate::Scalar;

/// The largest power of two that is not above a number, and one for a number that is not positive and finite.
///
/// Dividing by it rounds nothing. In units of the largest of some numbers, squares neither overflow nor vanish.
///
/// ```
/// use latent_numeric::power_of_two;
///
/// assert_eq!((power_of_two(1.0), power_of_two(7.9_f32), power_of_two(0.3)), (1.0, 4.0, 0.25));
/// assert_eq!((power_of_two(0.0), power_of_two(f32::INFINITY), power_of_two(f64::NAN)), (1.0, 1.0, 1.0));
/// ```
pub fn power_of_two<E: Scalar>(x: E) -> E {
    if !(x > E::zero() && x.is_finite()) {
        return E::one();
    }
    let bits = x.as_f64().to_bits();
    let exponent = bits & f64::INFINITY.to_bits();
    // Below the normal numbers the leading digit is the power.
    E::of(f64::from_bits(if exponent == 0 { 1 << bits.ilog2() } else { exponent }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn at_most_twice_as_large(x in proptest::num::f64::POSITIVE, y in proptest::num::f32::POSITIVE) {
            if x.is_finite() {
                let unit = power_of_two(x);
                prop_assert!(unit <= x && x / unit < 2.0 && unit / unit == 1.0);
            }
            if y.is_finite() {
                let unit = power_of_two(y);
                prop_assert!(unit <= y && y / unit < 2.0);
            }
        }
    }

    #[test]
    fn the_least_numbers() {
        for x in [f64::from_bits(1), f64::from_bits(3), f64::MIN_POSITIVE] {
            assert!(power_of_two(x) <= x && x / power_of_two(x) < 2.0);
        }
        assert_eq!(power_of_two(f32::from_bits(5)), f32::from_bits(4));
    }
}
