//! `erf x` is odd; for `|x| < 1` it is its Taylor series, written as `x + x (erf(x) / x - 1)`, and for
//! `1 <= |x| < 6` it is `1 - e^(-x^2) g(t)`. From 6 on it is 1.
//!
//! `g = e^(x^2) erfc(x)` is a polynomial in `t = (2.6 x - 6.6) / (x + 3)`, which lies in `[-1, 1]`.
//! Its coefficients, and those of the series, are made by `scripts/erf_coefficients.py`.
//!
//! In `f32`, a minimax polynomial stands for the series, and `1 - e^(x q(x))` with a polynomial `q` for the rest.
//!
//! Worst error seen: 1.03 ulp in `f64`, 1.08 in `f32`; see the [module](super).

// As the script prints them.
#![allow(clippy::unreadable_literal, clippy::excessive_precision)]

use super::{choose, choose_single, every_other, exp, halves, polynomial};

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

/// `erf(x) / x - 1` in `x^2`; error 1.2e-9.
const SERIES_SINGLE: [f32; 7] =
    [0.128379166, -0.376126258, 0.112835851, -0.0268538119, 0.00518832767, -0.000801019343, 7.85386054e-5];
/// `(ln erfc(x) + x) / x`; error 5.8e-10.
const LN_ERFC_SINGLE: [f32; 7] =
    [-0.128665693, -0.635082035, -0.106350561, 0.0238592679, -0.00368810618, 0.000333959781, -1.23394071e-5];

#[inline(always)]
pub(super) fn f32(x: f32) -> f32 {
    let a = x.abs();
    let inner = a.mul_add(polynomial(a * a, &SERIES_SINGLE), a);
    let b = if a > 4.0 { 4.0 } else { a };
    let outer = 1.0 - exp::normal_single(b.mul_add(polynomial(b, &LN_ERFC_SINGLE), -b));
    choose_single(a < 1.0, inner, outer).copysign(x)
}
