//! `e^x = 2^k e^r` with `k` the integer nearest to `x / ln 2`, so that `|r| <= ln(2) / 2`.
//!
//! `e^r` is its Taylor polynomial of degree 13 for `f64` (truncation 4e-18), and the minimax polynomial of degree 6
//! for `f32`. `ln 2` is the sum of two numbers (Cody and Waite), and in `f64` so is `r`. Multiplying by `2^k` in two
//! steps lets the result round once where it is subnormal, and overflow where it must.
//!
//! Worst error seen: 0.82 ulp in `f64`, 1.05 in `f32`; see the [module](super).

// As the script prints them.
#![allow(clippy::unreadable_literal, clippy::excessive_precision)]

use super::polynomial;

pub(super) const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fefa_3800);
pub(super) const LN2_LOW: f64 = f64::from_bits(0x3d2e_f357_93c7_6730);

/// 1.5 * 2^52: adding it rounds to an integer, which then is in the low bits.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;

/// 1 / n! from n = 2.
pub(super) const TAYLOR: [f64; 12] = {
    let mut c = [0.5; 12];
    let mut factorial = 2.0;
    let mut n = 1;
    while n < c.len() {
        factorial *= (n + 2) as f64;
        c[n] = 1.0 / factorial;
        n += 1;
    }
    c
};

/// `x = k ln 2 + r + r_low`; `k` in the low bits of the first value, then as a number.
#[inline(always)]
pub(super) fn reduce(x: f64) -> (u64, f64, f64, f64) {
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let k = shifted - ROUND;
    let high = k.mul_add(-LN2_HIGH, x);
    let low = k * -LN2_LOW;
    let r = high + low;
    (shifted.to_bits(), k, r, (high - r) + low)
}

/// `e^(r + r_low) - 1 - r`.
#[inline(always)]
pub(super) fn rest(r: f64, r_low: f64) -> f64 {
    (r * r).mul_add(polynomial(r, &TAYLOR), r_low)
}

/// `2^k` of a normal result, from the bits of [`reduce`].
#[inline(always)]
pub(super) fn power_of_two(k: u64) -> f64 {
    f64::from_bits(k.wrapping_add(1023) << 52)
}

#[inline(always)]
pub(super) fn f64(x: f64) -> f64 {
    // Written so that NaN stays.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let (k, _, r, r_low) = reduce(x);
    let value = 1.0 + (r + rest(r, r_low));
    // Two factors, each of them a normal number.
    let k = k.wrapping_add(2048);
    let half = (k & 0xffff) >> 1;
    value * power_of_two(half.wrapping_sub(1024)) * power_of_two((k & 0xffff) - half - 1024)
}

/// `(e^r - 1 - r) / r^2`; error 3.1e-9.
const SINGLE: [f32; 5] = [0.50000001, 0.166665183, 0.0416662042, 0.00836895349, 0.00139505993];

/// `ln 2` rounded down to 16 bits, so that its products with exponents are exact, and the rest.
pub(super) const LN2_HIGH_SINGLE: f32 = f32::from_bits(0x3f31_7200);
pub(super) const LN2_LOW_SINGLE: f32 = 1.428_606_8e-6;

/// 1.5 * 2^23: adding it rounds to an integer, which then is in the low bits.
const ROUND_SINGLE: f32 = 12_582_912.0;

/// `(k, p)` with `e^x = 2^k (1 + p)`, for `|x| < 1000`; `k` is in the low bits.
#[inline(always)]
pub(super) fn parts_single(x: f32) -> (u32, f32) {
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND_SINGLE);
    let k = shifted - ROUND_SINGLE;
    let r = k.mul_add(-LN2_LOW_SINGLE, k.mul_add(-LN2_HIGH_SINGLE, x));
    (shifted.to_bits(), (r * r).mul_add(polynomial(r, &SINGLE), r))
}

/// `2^k` of a normal result.
#[inline(always)]
pub(super) fn power_of_two_single(k: u32) -> f32 {
    f32::from_bits(k.wrapping_add(127) << 23)
}

/// `e^x` for `-87 < x < 88`, the range of normal results, and for NaN.
#[inline(always)]
pub(super) fn normal_single(x: f32) -> f32 {
    let (k, p) = parts_single(x);
    let scale = power_of_two_single(k);
    scale.mul_add(p, scale)
}

/// `2^k` as the product of two normal numbers, for `|k| < 200`.
#[inline(always)]
fn factors_single(k: u32) -> (f32, f32) {
    let k = (k & 0xffff).wrapping_sub(ROUND_SINGLE.to_bits() & 0xffff).cast_signed();
    let half = k >> 1;
    (power_of_two_single(half.cast_unsigned()), power_of_two_single((k - half).cast_unsigned()))
}

/// `e^x` as the sum of two numbers, for `x <= 0` and for NaN.
#[inline(always)]
pub(super) fn sum_single(x: f32) -> (f32, f32) {
    let (k, p) = parts_single(if x < -105.0 { -105.0 } else { x });
    let (first, second) = factors_single(k);
    let high = 1.0 + p;
    (high * first * second, (p - (high - 1.0)) * first * second)
}

#[inline(always)]
pub(super) fn f32(x: f32) -> f32 {
    let x = if x > 89.0 { 89.0 } else { x };
    let (k, p) = parts_single(if x < -105.0 { -105.0 } else { x });
    let (first, second) = factors_single(k);
    first.mul_add(p, first) * second
}
