//! Derivatives of the ratio `A_v(x) = I_(v+1)(x) / I_v(x)` with respect to `x`, of any order, each to nearly full
//! precision.
//!
//! Riccati's equation `A' = 1 - A^2 - (2 v + 1) A / x` gives them too, but nearly everything cancels in it where `A` is
//! close to one. Here, with `s = sqrt(v^2 + x^2)`:
//!
//! - for `x < X / 2`, `X^2 = (v + 1)(v + 5)`, the power series of `A`, whose radius of convergence, the first zero of
//!   `J_v`, is more than `X`;
//! - for `s >= 30`, Debye's uniform expansion, differentiated with respect to `ln x`: in `b = v / s`, `y = x / s` and
//!   `r = 1 / s`, `db = -b y^2`, `dy = y b^2`, `dr = -r y^2`, where nothing cancels;
//! - between the two, `A_v = 1 / (2 (v + 1) / x + A_(v+1))`, from an order on whose `s` is 30 or more.

use super::log_bessel::{DEBYE, FAR, ratio};

/// Terms of the power series; each is less than a quarter of the one before.
const TERMS: usize = 48;

/// `A`, `A'`, `A''`, ... up to this order, at `x >= 0`.
pub fn ratio_derivatives(v: f64, x: f64, order: u32) -> Vec<f64> {
    if x == f64::INFINITY {
        return (0..=order).map(|m| if m == 0 { 1.0 } else { 0.0 }).collect();
    }
    match PowerSeries::at(v, x) {
        Some(series) => (0..=order).map(|m| series.derivative(m.cast_signed())).collect(),
        None => by_powers(&ratio_jet(v, x, order as usize + 1), x),
    }
}

/// `d^n/dt^n` with `t = ln x`, from `n = 0` on, becomes `d^n/dx^n`:
/// `x^n d^n/dx^n = d/dt (d/dt - 1) ... (d/dt - n + 1)`.
fn by_powers(jet: &[f64], x: f64) -> Vec<f64> {
    let mut factorial = 1.0;
    let mut left: Vec<f64> = Vec::with_capacity(jet.len());
    for (n, &coefficient) in jet.iter().enumerate() {
        factorial *= n.max(1) as f64;
        left.push(coefficient * factorial);
    }
    let mut derivatives = Vec::with_capacity(jet.len());
    let mut power = 1.0;
    for n in 0..jet.len() {
        derivatives.push(left[0] * power);
        power /= x;
        left = left.windows(2).map(|pair| pair[1] - n as f64 * pair[0]).collect();
    }
    derivatives
}

/// The power series of `A_v` around zero, where it converges fast.
pub struct PowerSeries {
    x: f64,
    /// `X`
    unit: f64,
    /// Of `(x / X)^(2 n + 1)`, times `X`.
    coefficients: Vec<f64>,
}

impl PowerSeries {
    pub fn at(v: f64, x: f64) -> Option<Self> {
        let unit = ((v + 1.0) * (v + 5.0)).sqrt();
        if x.abs() > 0.5 * unit {
            return None;
        }
        // From Riccati's equation: (2 n + 2 v + 2) c_n = -sum_i c_i c_(n-1-i).
        let mut coefficients = vec![0.5 / (v + 1.0)];
        for n in 1..TERMS {
            let convolved: f64 = (0..n).map(|i| coefficients[i] * coefficients[n - 1 - i]).sum();
            coefficients.push(-convolved * unit * unit / (2.0 * (n as f64 + v + 1.0)));
        }
        Some(Self { x, unit, coefficients })
    }

    /// The derivative of `A` of this order.
    fn derivative(&self, order: i32) -> f64 {
        let at = self.x / self.unit;
        let term = |(power, c): (i32, &f64)| {
            let falling: f64 = (0..order).map(|k| f64::from(power - k)).product();
            if power < order { 0.0 } else { c * falling * at.powi(power - order) }
        };
        let terms: Vec<f64> = (1..).step_by(2).zip(&self.coefficients).map(term).collect();
        terms.iter().rev().sum::<f64>() * self.unit.powi(1 - order)
    }

    /// `int_0^x t A'(t) dt`
    pub fn divergence(&self) -> f64 {
        let squared = (self.x / self.unit).powi(2);
        let share = |n: usize| (2 * n + 1) as f64 / (2 * n + 2) as f64;
        self.coefficients.iter().enumerate().rev().fold(0.0, |sum, (n, c)| sum * squared + c * share(n))
            * self.x
            * self.x
    }
}

/// Taylor coefficients with respect to `ln x`.
type Jet = Vec<f64>;

fn times(a: &[f64], b: &[f64]) -> Jet {
    (0..a.len()).map(|n| (0..=n).map(|i| a[i] * b[n - i]).sum()).collect()
}

fn plus(a: &[f64], b: &[f64], share: f64) -> Jet {
    a.iter().zip(b).map(|(a, b)| a + share * b).collect()
}

fn over(a: &[f64], b: &[f64]) -> Jet {
    let mut quotient: Jet = Vec::with_capacity(a.len());
    for n in 0..a.len() {
        let before: f64 = (0..n).map(|i| quotient[i] * b[n - i]).sum();
        quotient.push((a[n] - before) / b[0]);
    }
    quotient
}

/// `1 / x`
fn inverse(x: f64, length: usize) -> Jet {
    std::iter::successors(Some((0, 1.0 / x)), |&(n, c)| Some((n + 1, -c / f64::from(n + 1))))
        .map(|(_, c)| c)
        .take(length)
        .collect()
}

/// The jet of `A_v`, of this length, not close to zero.
fn ratio_jet(v: f64, x: f64, length: usize) -> Jet {
    let steps = if v.hypot(x) < FAR { (FAR - v).ceil() as usize } else { 0 };
    let inverse = inverse(x, length);
    let mut jet = debye_ratio_jet(v + steps as f64, x, length);
    for step in (0..steps).rev() {
        let order = v + step as f64;
        let denominator = plus(&jet, &inverse, 2.0 * (order + 1.0));
        let one: Jet = (0..length).map(|n| if n == 0 { 1.0 } else { 0.0 }).collect();
        jet = over(&one, &denominator);
    }
    jet
}

/// What Debye's expansion is made of, as jets.
struct Debye {
    /// `v / s`
    b: Jet,
    /// `x / s`
    y: Jet,
    /// `1 / s`
    r: Jet,
    /// `S = sum_k r^k P_k(b^2)`
    sum: Jet,
}

impl Debye {
    fn at(v: f64, x: f64, length: usize) -> Self {
        let s = v.hypot(x);
        let (mut b, mut y, mut r) = (vec![v / s], vec![x / s], vec![1.0 / s]);
        // The squares of y and b.
        let (mut w, mut c) = (vec![y[0] * y[0]], vec![b[0] * b[0]]);
        for n in 1..length {
            let next =
                |a: &[f64], b: &[f64], slope: f64| slope * (0..n).map(|i| a[i] * b[n - 1 - i]).sum::<f64>() / n as f64;
            let all =
                [next(&b, &w, -1.0), next(&y, &c, 1.0), next(&r, &w, -1.0), next(&w, &c, 2.0), next(&c, &w, -2.0)];
            [&mut b, &mut y, &mut r, &mut w, &mut c].into_iter().zip(all).for_each(|(jet, next)| jet.push(next));
        }
        let zero = vec![0.0; length];
        let polynomial = |coefficients: &[f64]| {
            coefficients.iter().rev().fold(zero.clone(), |sum, &coefficient| {
                let mut sum = times(&sum, &c);
                sum[0] += coefficient;
                sum
            })
        };
        let sum = DEBYE.iter().rev().fold(zero.clone(), |sum, p| plus(&times(&sum, &r), &polynomial(p), 1.0));
        Self { b, y, r, sum }
    }

    /// `d ln S / d ln x`, one shorter.
    fn slope_of_log_sum(&self) -> Jet {
        let slope: Jet = self.sum.iter().enumerate().skip(1).map(|(n, c)| n as f64 * c).collect();
        over(&slope, &self.sum)
    }
}

/// `A = y / (1 + b) - y r / 2 + (d ln S / d ln x) / x`
fn debye_ratio_jet(v: f64, x: f64, length: usize) -> Jet {
    let debye = Debye::at(v, x, length + 1);
    let mut main = vec![debye.y[0] / (1.0 + debye.b[0])];
    for n in 1..length {
        let slope: f64 = (0..n).map(|i| main[i] * debye.b[n - 1 - i]).sum();
        main.push(slope / n as f64);
    }
    let jet = plus(&main, &times(&debye.y, &debye.r), -0.5);
    plus(&jet, &times(&debye.slope_of_log_sum(), &inverse(x, length)), 1.0)
}

/// `1 - A_v(x)`, at `x >= 0`.
pub fn deficit(v: f64, x: f64) -> f64 {
    let s = v.hypot(x);
    if s < FAR || x < v {
        return 1.0 - ratio(v, x);
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    // 1 - x / (s + v), with s - x = v^2 / (s + x)
    let main = (v + v / (s + x) * v) / (s + v);
    main + 0.5 * x / s / s - Debye::at(v, x, 2).slope_of_log_sum()[0] / x
}

/// `x A_v(x) - ln(I_v(x) / x^v) + ln(I_v(x) / x^v at 0)`, at `x >= 0`: zero at zero, and its slope is `x A'`.
pub fn divergence(v: f64, x: f64) -> f64 {
    if let Some(series) = PowerSeries::at(v, x) {
        return series.divergence();
    }
    let s = v.hypot(x);
    if x == f64::INFINITY {
        return f64::INFINITY;
    }
    if s < FAR {
        return x * ratio(v, x) - super::log_bessel::scaled(v, x) + super::log_bessel::scaled(v, 0.0);
    }
    // x^2 / (s + v) = s - v, so that the largest parts of both are gone.
    let debye = Debye::at(v, x, 2);
    let volume = 0.5 * (2.0 * std::f64::consts::PI * s).ln() - v - libm::lgamma(v + 1.0);
    let main = v * f64::midpoint(v, s).ln() + volume - 0.5 * debye.y[0] * debye.y[0];
    main + debye.slope_of_log_sum()[0] - debye.sum[0].ln()
}
