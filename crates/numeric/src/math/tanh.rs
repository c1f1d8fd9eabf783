//! `tanh |x| = E / (E + 2)` with `E = e^(2 |x|) - 1`, and the sign of `x`.
//!
//! `E = 2^k (e^r - 1) + (2^k - 1)` is the sum of two doubles for `f64`, as the
//! denominator is, so that nothing cancels. From `|x| = 20` on the result is 1.
//!
//! In `f32` it is `x + x^3 p(x^2)` with a minimax polynomial for `|x| < 0.8`, and `1 - 2 / (E + 2)` above.
//!
//! Worst error seen: 0.87 ulp in `f64`, 1.06 in `f32`; see the [module](super).

// As the script prints them.
#![allow(clippy::unreadable_literal, clippy::excessive_precision)]

use super::exp::{self, power_of_two, reduce, rest};
use super::{choose_single, polynomial, quotient};

#[inline(always)]
pub(super) fn f64(x: f64) -> f64 {
    let y = 2.0 * x.abs();
    let y = if y > 40.0 { 40.0 } else { y };
    let (k, _, r, r_low) = reduce(y);
    let scale = power_of_two(k);
    let whole = scale - 1.0;
    let high = scale.mul_add(r, whole);
    let low = scale.mul_add(rest(r, r_low), scale.mul_add(r, whole - high));
    let e = high + low;
    let e_low = low - (e - high);
    let denominator = e + 2.0;
    let two = denominator - e;
    let denominator_low = (e - (denominator - two)) + (2.0 - two) + e_low;
    quotient(e, e_low, denominator, denominator_low).copysign(x)
}

/// `(tanh(x) / x - 1) / x^2` in `x^2`; error 3.4e-9.
const SINGLE: [f32; 6] = [-0.333332996, 0.133322702, -0.0538558526, 0.0213140058, -0.00742521085, 0.00159303602];

#[inline(always)]
pub(super) fn f32(x: f32) -> f32 {
    let a = x.abs();
    let square = a * a;
    let inner = (a * square).mul_add(polynomial(square, &SINGLE), a);
    let a = if a > 10.0 { 10.0 } else { a };
    let outer = 1.0 - 2.0 / (exp::normal_single(a + a) + 1.0);
    choose_single(a < 0.8, inner, outer).copysign(x)
}
