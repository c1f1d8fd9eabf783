//! The alternating direction method of multipliers on convolutional problems.

use super::kernels::{Balance, admm_step, measured_admm_step, rescale, shrink};
use super::operator::NormalInverse;
use super::sample::Sample;
use super::{ConvolutionalLasso, Solver};
use crate::SparseError;
use crate::error::require;
use crate::lasso::{Outcome, StopReason};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Array3, Zip};
use serde::{Deserialize, Serialize};

/// ADMM on the split `x = z` of maps that fit the image and maps that are sparse:
///
/// ```text
/// x <- argmin_x 1/2 ||D x - s||^2 + rho/2 ||x - z + u||^2
/// z <- shrink(a x + (1 - a) z + u, lambda / rho)
/// u <- u + a x + (1 - a) z_old - z
/// ```
///
/// The first step is solved exactly, by the matrix inversion lemma in the Fourier domain of the image:
/// `x = v + D' (rho I + D D')^-1 (s - D v)` with `v = z - u`. Where pixels have weights (masks, and the free
/// boundary, which is a mask of zeros around the image) these are decoupled from `D` by a second split `y = D x`, for
/// which the step is exact too.
///
/// Of `z` and `u` only the sum is stored, since `z` is its shrinkage and `u` the rest: an iteration is one pass over
/// one array.
///
/// Sources: Bristow, Eriksson and Lucey 2013 (ADMM in the Fourier domain); Wohlberg 2014 (Sherman-Morrison); Heide,
/// Heidrich and Wetzstein 2015 and Wohlberg 2016 (masks and boundaries by decoupling); Wohlberg 2017 (the choice of
/// `rho` by relative residuals).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Admm {
    /// Over-relaxation `a`, from 1 (none) to below 2.
    pub relaxation: f64,
    /// The penalty parameter `rho > 0` of the augmented Lagrangian; `None` lets it follow the residuals of each image.
    pub rho: Option<f64>,
}

impl Default for Admm {
    fn default() -> Self {
        Self { relaxation: 1.8, rho: None }
    }
}

/// The first look at the duality gap, and how many iterations lie between two.
const FIRST_CHECK: usize = 16;
const CHECK_EVERY: usize = 12;
/// Iterations after which `rho` is adapted.
pub(super) const ADAPT_AT: [usize; 3] = [8, 16, 32];
/// How far `rho` may be from the balance of the residuals: the first one, by lambda, is the better guide as long as
/// they do not contradict it.
const TOLERATED: f64 = 10.0;
/// The most `rho` changes at once.
const LARGEST_FACTOR: f64 = 4.0;

#[compiled_here]
impl<E: Scalar> Solver<E> for Admm {
    fn name(&self) -> &'static str {
        "ADMM"
    }

    fn check(&self, _: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError> {
        let (a, expected) = (self.relaxation, "a number from 1 to below 2");
        require((1.0..2.0).contains(&a), "the relaxation of ADMM", a, expected)?;
        let rho = self.rho.unwrap_or(1.0);
        require(rho.is_finite() && rho > 0.0, "rho of ADMM", rho, "a finite number above 0")
    }

    fn solve(&self, sample: &Sample<'_, E>, maps: &mut [E]) -> Outcome {
        let stop = sample.stop;
        let mut state = State::new(*self, sample, maps);
        for iteration in 1..=stop.max_iterations {
            state.step(sample, self.rho.is_none() && ADAPT_AT.contains(&iteration));
            let look = iteration >= FIRST_CHECK && (iteration - FIRST_CHECK).is_multiple_of(CHECK_EVERY);
            if stop.relative_gap > 0.0 && look {
                state.codes(maps);
                if sample.good(&sample.terms(maps)) {
                    return Outcome { iterations: iteration, stop: StopReason::Converged };
                }
            }
        }
        state.codes(maps);
        Outcome { iterations: stop.max_iterations, stop: StopReason::MaxIterations }
    }
}

/// Where ADMM is with one image.
#[derive(Debug)]
pub struct State<E> {
    relaxation: E,
    rho: E,
    lambda: E,
    inverse: NormalInverse<E>,
    /// `z + u`
    w: Vec<E>,
    /// `D v` for `v = z - u`
    dv: Array3<E>,
    split: Option<Split<E>>,
}

/// The second split `y = D x` of pixels with weights, with its scaled multiplier. Its penalty parameter is the mean of
/// the weights.
#[derive(Debug)]
struct Split<E> {
    sigma: E,
    y: Array3<E>,
    u: Array3<E>,
}

impl<E: Scalar> State<E> {
    /// From the given `z`; the multipliers are those that `z` would have as the minimiser, or 0 where `z` is.
    pub fn new(settings: Admm, sample: &Sample<'_, E>, maps: &[E]) -> Self {
        let operator = sample.operator;
        let rho = E::of(settings.rho.unwrap_or_else(|| first_rho(sample)));
        let t = sample.lambda / rho;
        let mut split =
            sample.weights.map(|_| Split { sigma: sample.largest_weight(), y: operator.image(), u: operator.image() });
        let shift = split.as_ref().map_or(rho, |split| rho / split.sigma);
        let mut w = vec![E::zero(); operator.len()];
        if maps.iter().any(|z| *z != E::zero()) {
            let image = operator.synthesize(maps);
            let r = sample.residual(&image);
            w = operator.adjoint(&r);
            for (w, &z) in w.iter_mut().zip(maps) {
                *w = if z == E::zero() { (*w / rho).max(-t).min(t) } else { z + t * z.signum() };
            }
            if let Some(split) = &mut split {
                split.u = r * -split.sigma.recip();
                split.y = image;
            }
        }
        let relaxation = E::of(settings.relaxation);
        let inverse = operator.normal_inverse(shift);
        let lambda = sample.lambda;
        let mut state = Self { relaxation, rho, lambda, inverse, w, dv: operator.image(), split };
        if state.w.iter().any(|w| *w != E::zero()) {
            state.refresh(sample);
        }
        state
    }

    /// Takes up the filters and lambda of the sample, where they are others than those of the last step.
    pub fn refresh(&mut self, sample: &Sample<'_, E>) {
        self.rescaled(sample, E::one());
    }

    /// The sparse maps.
    pub fn codes(&self, maps: &mut [E]) {
        shrink(self.lambda / self.rho, &self.w, maps);
    }

    /// One iteration; afterwards `rho` follows the residuals if asked for.
    pub fn step(&mut self, sample: &Sample<'_, E>, adapt: bool) {
        let (operator, t, a) = (sample.operator, self.lambda / self.rho, self.relaxation);
        let mut target = match &self.split {
            None => sample.signal.clone(),
            Some(split) => &split.y - &split.u,
        };
        let goal = target.clone();
        target -= &self.dv;
        let g = operator.apply_inverse(&self.inverse, &target);
        if let (Some(split), Some(weights)) = (&mut self.split, sample.weights) {
            // D x = D v + D D' g = t - c g.
            let shift = self.rho / split.sigma;
            let mut h = goal;
            h.scaled_add(-shift, &g);
            Zip::from(&mut split.y).and(&mut split.u).and(&h).and(sample.signal).and(weights).for_each(
                |y, u, &dx, &s, &w| {
                    let moved = a * dx + (E::one() - a) * *y + *u;
                    *y = (w * s + split.sigma * moved) / (w + split.sigma);
                    *u = moved - *y;
                },
            );
        }
        if !adapt {
            self.dv = operator.sweep(Some(&g), [&mut self.w], |[w], g, v, (): &mut ()| admm_step(t, a, w, g, v)).0;
            return;
        }
        let (dv, sums) = operator.sweep(Some(&g), [&mut self.w], |[w], g, v, sums: &mut Balance| {
            let row = measured_admm_step(t, a, w, g, v);
            sums.primal += row.primal;
            sums.dual += row.dual;
            sums.z += row.z;
            sums.u += row.u;
        });
        self.dv = dv;
        let sum = |f: fn(&Balance) -> f64| sums.iter().map(f).sum::<f64>();
        let (primal, dual) = (sum(|b| b.primal) * sum(|b| b.u), sum(|b| b.dual) * sum(|b| b.z));
        if primal > 0.0 && dual > 0.0 {
            // The residuals are squared here, and their ratio moves about as rho.
            let factor = (primal / dual).sqrt();
            if !(1.0 / TOLERATED..TOLERATED).contains(&factor) {
                self.rescaled(sample, E::of(factor.sqrt().clamp(1.0 / LARGEST_FACTOR, LARGEST_FACTOR)));
            }
        }
    }

    /// Changes `rho` by a factor, and all that depends on it and on the filters.
    fn rescaled(&mut self, sample: &Sample<'_, E>, factor: E) {
        let operator = sample.operator;
        let t = self.lambda / self.rho;
        self.rho *= factor;
        self.lambda = sample.lambda;
        let shift = self.split.as_ref().map_or(self.rho, |split| self.rho / split.sigma);
        self.inverse = operator.normal_inverse(shift);
        // u is the multiplier divided by rho, and as large as the threshold at most: both change by the same factor.
        let inverse = if t > E::zero() { self.lambda / self.rho / t } else { E::zero() };
        self.dv = operator.sweep(None, [&mut self.w], |[w], _, v, (): &mut ()| rescale(t, inverse, w, v)).0;
    }
}

/// Where `rho` starts, by the ratio of lambda and lambda_max: measured on a natural image at ratios from 0.01 to 0.3.
fn first_rho<E: Scalar>(sample: &Sample<'_, E>) -> f64 {
    let operator = sample.operator;
    let norms: f64 = (0..operator.filters).flat_map(|k| operator.filter(k)).map(|d| d.as_f64().powi(2)).sum::<f64>();
    let mean = norms / operator.filters as f64;
    let largest = sample.lambda_max().as_f64();
    let ratio = if largest > 0.0 { (sample.lambda.as_f64() / largest).clamp(1e-6, 1.0) } else { 1.0 };
    let scale = if mean > 0.0 { mean } else { 1.0 };
    14.0 * scale * ratio.sqrt()
}
