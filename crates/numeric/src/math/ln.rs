//! `ln x = k ln 2 + ln m` with `x = 2^k m` and `sqrt(1/2) <= m < sqrt(2)`.
//!
//! With `f = m - 1` (exact) and `s = f / (2 + f)`, `ln m = 2 atanh s = f - (f^2/2 - s (f^2/2 + R))`,
//! where `R = 2 (s^2 / 3 + s^4 / 5 + ...)` is cut after 10 terms for `f64` (relative 1e-17). The form of
//! the sum is that of P. T. P. Tang, *ACM TOMS* 16 (1990), 378-400, and of Sun's fdlibm. In `f32`,
//! `ln m = f - f^2/2 + f^3 p(f)` with a minimax polynomial. Subnormal arguments are scaled first.
//!
//! Worst error seen: 0.76 ulp in `f64`, 0.81 in `f32`; see the [module](super).

// As the script prints them.
#![allow(clippy::unreadable_literal, clippy::excessive_precision)]

use super::exp::{LN2_HIGH, LN2_HIGH_SINGLE, LN2_LOW, LN2_LOW_SINGLE};
use super::polynomial;

/// 2 / (2 n + 3).
pub(super) const SERIES: [f64; 11] = {
    let mut c = [0.0; 11];
    let mut n = 0;
    while n < c.len() {
        c[n] = 2.0 / (2 * n + 3) as f64;
        n += 1;
    }
    c
};

/// The bits of sqrt(1/2), rounded down to where they end in zeros.
const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
const SQRT_HALF_SINGLE: u32 = 0x3f35_04f3;

/// `k ln 2 + ln(1 + f) + c` within 1 ulp, for `f` in `[-0.3, 0.5]` and a small `c`.
#[inline(always)]
pub(super) fn of_parts(k: f64, f: f64, c: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let r = z * polynomial(z, &SERIES);
    let half_square = 0.5 * f * f;
    let low = s.mul_add(half_square + r, k.mul_add(LN2_LOW, c));
    k.mul_add(LN2_HIGH, f - (half_square - low))
}

/// `(ln(1 + f) - f + f^2 / 2) / f^3`; error 2.2e-9.
const SINGLE: [f32; 9] = [
    0.333333192,
    -0.250002698,
    0.200017858,
    -0.166540252,
    0.142160725,
    -0.126368752,
    0.121296419,
    -0.104566438,
    0.0480621704,
];

/// `ln(1 + f)` for `f` in `[-0.293, 0.5]`, plus `k ln 2 + c` with a small `c`.
#[inline(always)]
pub(super) fn of_parts_single(k: f32, f: f32, c: f32) -> f32 {
    let square = f * f;
    let cubic = (square * f).mul_add(polynomial(f, &SINGLE), k.mul_add(LN2_LOW_SINGLE, c));
    k.mul_add(LN2_HIGH_SINGLE, f + square.mul_add(-0.5, cubic))
}

/// `(k, f)` with `x = 2^k (1 + f)`, for positive normal `x`.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    // A multiple of 2^52 added to the exponent keeps the difference positive.
    let shifted = x.to_bits().wrapping_sub(SQRT_HALF).wrapping_add(2048 << 52);
    let k = shifted >> 52;
    let m = x.to_bits().wrapping_sub(k.wrapping_sub(2048) << 52);
    // The integer in the low bits of 2^52.
    let k = f64::from_bits(k | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 2048.0);
    (k, f64::from_bits(m) - 1.0)
}

#[inline(always)]
pub(super) fn f64(x: f64) -> f64 {
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny { x * 18_014_398_509_481_984.0 } else { x };
    let (k, f) = split(scaled);
    let k = if tiny { k - 54.0 } else { k };
    limits(x, of_parts(k, f, 0.0))
}

/// The values where the formula does not hold.
#[inline(always)]
fn limits(x: f64, y: f64) -> f64 {
    let y = if x < f64::INFINITY { y } else { x };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    if x < 0.0 { f64::NAN } else { y }
}

#[inline(always)]
pub(super) fn f32(x: f32) -> f32 {
    let tiny = x < f32::MIN_POSITIVE;
    let bits = (if tiny { x * 8_388_608.0 } else { x }).to_bits();
    let k = bits.wrapping_sub(SQRT_HALF_SINGLE).cast_signed() >> 23;
    let f = f32::from_bits(bits.wrapping_sub(k.cast_unsigned() << 23)) - 1.0;
    let y = of_parts_single((if tiny { k - 23 } else { k }) as f32, f, 0.0);
    let y = if x < f32::INFINITY { y } else { x };
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    if x < 0.0 { f32::NAN } else { y }
}
