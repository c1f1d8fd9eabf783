//! `erf x` is odd; for `|x| < 1` it is its Taylor series, written as `x + x (erf(x) / x - 1)`, and for
//! `1 <= |x| < 6` it is `1 - e^(-x^2) g(t)`. From 6 on it is 1 in either precision.
//!
//! `g = e^(x^2) erfc(x)` is a polynomial in `t = (2.6 x - 6.6) / (x + 3)`, which lies in `[-1, 1]`.
//! Its coefficients, and those of the series, are made by `scripts/erf_coefficients.py`.
//!
//! Worst error seen: 1.03 ulp in `f64`, 0.51 in `f32`; see the [module](super).

// As the script prints them.
#![allow(clippy::unreadable_literal)]

use super::{every_other, exp, halves, leading, polynomial};

/// Relative error 5.7e-17.
const SCALED_ERFC: [f64; 16] = [
    0.20798329133342885,
    -0.15436117429436919,
    0.04969844540339414,
    -0.012713147695691918,
    0.002479314697086253,
    -0.0003316029605792838,
    1.956358319778174e-05,
    2.425557485042923e-06,
    -5.54127309801664e-07,
    -4.5267318133461335e-09,
    1.133933573114706e-08,
    -2.637756022974126e-10,
    -2.5700407551346905e-10,
    6.02173256030324e-12,
    6.043792147788813e-12,
    6.697645564790815e-15,
];
/// Relative error 2.19e-10.
const SCALED_ERFC_SINGLE: [f64; 9] = [
    0.20798329133342885,
    -0.1543611741150767,
    0.04969844502435794,
    -0.012713150077462087,
    0.0024793197594595853,
    -0.00033159447203562185,
    1.954527515097425e-05,
    2.4145078152230687e-06,
    -5.294554126105606e-07,
];
const SERIES: [f64; 20] = [
    0.1283791670955126,
    -0.37612638903183754,
    0.11283791670955126,
    -0.026866170645131252,
    0.005223977625442188,
    -0.0008548327023450853,
    0.00012055332981789664,
    -1.492565035840625e-05,
    1.6462114365889248e-06,
    -1.6365844691234924e-07,
    1.4807192815879218e-08,
    -1.2290555301717928e-09,
    9.422759064650411e-11,
    -6.7113668551641105e-12,
    4.4632242632864775e-13,
    -2.7835162072109215e-14,
    1.6342614095367152e-15,
    -9.063970842808673e-17,
    4.763348040515068e-18,
    -2.3784598852774293e-19,
];
const SCALED_ERFC_EVEN: [f64; 8] = every_other(&SCALED_ERFC, 0);
const SCALED_ERFC_ODD: [f64; 8] = every_other(&SCALED_ERFC, 1);
const SERIES_EVEN: [f64; 10] = every_other(&SERIES, 0);
const SERIES_ODD: [f64; 10] = every_other(&SERIES, 1);
const SERIES_SINGLE: [f64; 12] = leading(&SERIES);

/// `if first { a } else { b }` of values that are both computed: the compiler would make a branch of
/// so much work, and then not vectorise the loop.
#[inline(always)]
fn choose(first: bool, a: f64, b: f64) -> f64 {
    let mask = u64::from(first).wrapping_neg();
    f64::from_bits((a.to_bits() & mask) | (b.to_bits() & !mask))
}

/// `(x, t)` for the part of the argument in `[1, 6]`.
#[inline(always)]
fn outer(x: f64) -> (f64, f64) {
    let x = if x > 6.0 { 6.0 } else { x };
    (x, x.mul_add(2.6, -6.6) / (x + 3.0))
}

#[inline(always)]
pub(super) fn f64(x: f64) -> f64 {
    let a = x.abs();
    let inner = a.mul_add(halves(a * a, &SERIES_EVEN, &SERIES_ODD), a);
    let (b, t) = outer(a);
    let tail = exp::f64(-(b * b)).mul_add(-halves(t, &SCALED_ERFC_EVEN, &SCALED_ERFC_ODD), 1.0);
    choose(a < 1.0, inner, tail).copysign(x)
}

#[inline(always)]
pub(super) fn f32(x: f32) -> f32 {
    let a = f64::from(x.abs());
    let inner = a.mul_add(polynomial(a * a, &SERIES_SINGLE), a);
    let (b, t) = outer(a);
    let tail = exp::exp_single(-(b * b)).mul_add(-polynomial(t, &SCALED_ERFC_SINGLE), 1.0);
    (choose(a < 1.0, inner, tail) as f32).copysign(x)
}
