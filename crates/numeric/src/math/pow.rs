//! `x^y = e^(y ln |x|)`, with the sign and the limits of IEEE 754's `pow`.
//!
//! `f32` is computed in double precision, with a logarithm to about 1e-12, and rounded once. `f64` is the system's
//! `pow`, one element after the other: its logarithm would need twice the precision.
//!
//! Worst error seen: 0.51 ulp in `f32`; see the [module](super).

// Branches would keep the loop from being vectorised.
#![allow(clippy::needless_bitwise_bool)]

use super::exp::{ROUND, TAYLOR, power_of_two};
use super::ln::{SERIES, split};
use super::polynomial;

/// Enough terms of the series of `ln` and `exp` for `f32`.
const LN: [f64; 7] = leading(&SERIES);
const EXP: [f64; 7] = leading(&TAYLOR);

const fn leading<const N: usize, const M: usize>(c: &[f64; M]) -> [f64; N] {
    let mut first = [0.0; N];
    let mut i = 0;
    while i < N {
        first[i] = c[i];
        i += 1;
    }
    first
}

#[inline(always)]
pub(super) fn f64(x: f64, y: f64) -> f64 {
    x.powf(y)
}

#[inline(always)]
pub(super) fn f32(x: f32, y: f32) -> f32 {
    let magnitude = power(f64::from(x.abs()), f64::from(y)) as f32;
    let whole = y.trunc() == y;
    let half = 0.5 * y;
    let odd = whole & (half.trunc() != half);
    let sign = if odd { x } else { 1.0 };
    let value = magnitude.copysign(sign);
    let value = if (x < 0.0) & (x > f32::NEG_INFINITY) & !whole { f32::NAN } else { value };
    // Where infinities and zeros meet there is no product `y ln x`.
    let one = (y == 0.0) | (x == 1.0) | ((x == -1.0) & (y.abs() == f32::INFINITY));
    if one { 1.0 } else { value }
}

/// `x^y` for `x >= 0` and results that `f32` tells from 0 and infinity.
#[inline(always)]
fn power(x: f64, y: f64) -> f64 {
    let (k, f) = split(x);
    let s = f / (2.0 + f);
    let z = s * s;
    let ln = k.mul_add(std::f64::consts::LN_2, s.mul_add(z * polynomial(z, &LN), s + s));
    let ln = if x < f64::INFINITY { ln } else { x };
    let ln = if x == 0.0 { f64::NEG_INFINITY } else { ln };
    let p = y * ln;
    // Written so that NaN stays.
    let p = if p > 200.0 { 200.0 } else { p };
    let p = if p < -200.0 { -200.0 } else { p };
    let shifted = p.mul_add(std::f64::consts::LOG2_E, ROUND);
    let r = (shifted - ROUND).mul_add(-std::f64::consts::LN_2, p);
    let scale = power_of_two(shifted.to_bits());
    scale.mul_add((r * r).mul_add(polynomial(r, &EXP), r), scale)
}
