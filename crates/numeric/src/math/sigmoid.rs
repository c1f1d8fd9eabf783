//! `sigmoid(x) = 1 / (1 + e^-x)`, computed as `1 / (1 + e)` for `x >= 0` and `e / (1 + e)` for
//! `x < 0`, with `e = e^-|x|`: nothing overflows, and small results keep their relative accuracy.
//! In `f32` it is `u / (u + u e^-x)` with `u = 2^-24`, which does so too.
//!
//! Worst error seen: 1.36 ulp in `f64`, 1.47 in `f32`; see the [module](super).

use super::{exp, quotient};

#[inline(always)]
pub(super) fn f64(x: f64) -> f64 {
    let e = exp::f64(-x.abs());
    let denominator = 1.0 + e;
    quotient(if x < 0.0 { e } else { 1.0 }, 0.0, denominator, e - (denominator - 1.0))
}

/// What numerator and denominator are multiplied by, so that `e^-x` stays a normal number.
const UNIT: f32 = 1.0 / 16_777_216.0;

#[inline(always)]
pub(super) fn f32(x: f32) -> f32 {
    let x = if x > 20.0 { 20.0 } else { x };
    let (k, p) = exp::parts_single(-(if x < -105.0 { -105.0 } else { x }));
    // The denominator is `UNIT + scale (1 + p)`, and a rest of its sum.
    let scale = exp::power_of_two_single(k.wrapping_sub(24));
    let whole = UNIT + scale;
    let denominator = scale.mul_add(p, whole);
    let rest = scale.mul_add(p, whole - denominator) + (UNIT - (whole - scale));
    let inverse = 1.0 / denominator;
    (rest * inverse).mul_add(-inverse, inverse) * UNIT
}
