//! `sigmoid(x) = 1 / (1 + e^-x)`, computed as `1 / (1 + e)` for `x >= 0` and `e / (1 + e)` for
//! `x < 0`, with `e = e^-|x|`: nothing overflows, and small results keep their relative accuracy.
//!
//! Worst error seen: 1.36 ulp in `f64`, 0.51 in `f32`; see the [module](super).

use super::{exp, quotient};

#[inline(always)]
pub(super) fn f64(x: f64) -> f64 {
    let e = exp::f64(-x.abs());
    let denominator = 1.0 + e;
    quotient(if x < 0.0 { e } else { 1.0 }, 0.0, denominator, e - (denominator - 1.0))
}

#[inline(always)]
pub(super) fn f32(x: f32) -> f32 {
    let x = f64::from(x);
    let y = -x.abs();
    let e = exp::exp_single(if y < -110.0 { -110.0 } else { y });
    ((if x < 0.0 { e } else { 1.0 }) / (1.0 + e)) as f32
}
