//! The soft threshold of one number, the kernel of every l1 solver.
//!
//! Both functions consist of subtractions and of selects that compile to `min` and `max`
//! instructions: a loop over a slice becomes vector code. They keep NaN: `f64::max` would turn it into 0.
//!
//! ```
//! use latent_sparse::prox::{soft_threshold, soft_threshold_nonneg};
//!
//! assert_eq!(soft_threshold(-3.0, 1.0), -2.0);
//! assert_eq!(soft_threshold(0.5, 1.0), 0.0);
//! assert_eq!(soft_threshold_nonneg(-3.0, 1.0), 0.0);
//! assert_eq!(soft_threshold_nonneg(3.0, 1.0), 2.0);
//! ```

use latent_numeric::Scalar;

/// `sign(x) max(|x| - t, 0)`, the minimiser over `u` of `t |u| + 1/2 (u - x)^2`.
///
/// Computed as `x` minus its projection on `[-t, t]` (Moreau), so that `|x| <= t` gives exactly 0 and
/// `t = 0` gives `x`. The domain is `t >= 0`, not NaN; an `x` of NaN gives NaN.
#[inline(always)]
pub fn soft_threshold<E: Scalar>(x: E, t: E) -> E {
    let clipped = if t < x { t } else { x };
    let clipped = if -t > clipped { -t } else { clipped };
    x - clipped
}

/// `max(x - t, 0)`, the minimiser over `u >= 0` of `t u + 1/2 (u - x)^2`.
///
/// The domain is `t >= 0`, not NaN; an `x` of NaN gives NaN.
#[inline(always)]
pub fn soft_threshold_nonneg<E: Scalar>(x: E, t: E) -> E {
    let shifted = x - t;
    if E::zero() > shifted { E::zero() } else { shifted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_textbook_formula(x in -1e3_f64..1e3, t in 0.0_f64..1e3) {
            prop_assert_eq!(soft_threshold(x, t), x.signum() * (x.abs() - t).max(0.0));
            prop_assert_eq!(soft_threshold_nonneg(x, t), (x - t).max(0.0));
        }

        #[test]
        fn threshold_zero_is_identity(x: f32) {
            prop_assume!(x.is_finite());
            prop_assert_eq!(soft_threshold(x, 0.0), x);
            prop_assert_eq!(soft_threshold_nonneg(x, 0.0), x.max(0.0));
        }
    }

    #[test]
    fn special_values() {
        assert!(soft_threshold(f64::NAN, 1.0).is_nan() && soft_threshold_nonneg(f64::NAN, 1.0).is_nan());
        assert_eq!(soft_threshold(f64::INFINITY, 1.0), f64::INFINITY);
        assert_eq!(soft_threshold(f64::NEG_INFINITY, 1.0), f64::NEG_INFINITY);
        assert_eq!(soft_threshold(-4.0, f64::INFINITY), 0.0);
        assert_eq!(soft_threshold_nonneg(f64::NEG_INFINITY, 1.0), 0.0);
        assert_eq!((soft_threshold(1.0, 1.0), soft_threshold(-1.0, 1.0)), (0.0, 0.0));
    }
}
