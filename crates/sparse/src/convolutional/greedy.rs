//! Locally greedy coordinate descent.

use super::kernels::{add_scaled, best_change, largest_change};
use super::operator::Operator;
use super::sample::Sample;
use super::{Filters, Solver};
use crate::lasso::{Outcome, StopReason};
use crate::prox::soft_threshold;
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Array3, ArrayView3};
use serde::{Deserialize, Serialize};

/// Coordinate descent in the image domain, for very sparse maps: of all coefficients in a segment the size of a filter
/// the one that would change most is set to its minimiser, again and again.
///
/// ```text
/// z_k[p] <- shrink(q_k[p] + n_k[p] z_k[p], lambda) / n_k[p],   q = D' w (s - D z),   n_k[p] = sum_a w[p + a] d_k[a]^2
/// ```
///
/// `q` follows from the correlations of filters, which reach no further than a filter's size. The objective never
/// rises. An iteration is one pass over all segments, in each of which coefficients are set until none would
/// change by more than a bound that halves from pass to pass: segments without anything to find cost one look.
/// Works on one image at a time on one thread.
///
/// Source: Moreau, Oudre and Vayatis 2018 (DICOD), whose locally greedy choice this is; without the bound it is the
/// greedy coordinate descent of Kavukcuoglu et al. 2010 in each segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GreedyCoordinateDescent;

/// The first pass after which the duality gap is looked at, and how many passes lie between two looks.
const FIRST_CHECK: usize = 6;
const CHECK_EVERY: usize = 2;
/// Changes below this many units in the last place of the largest coefficient are rounding.
const ROUNDING: f64 = 64.0;

#[compiled_here]
impl<E: Scalar> Solver<E> for GreedyCoordinateDescent {
    fn name(&self) -> &'static str {
        "greedy coordinate descent"
    }

    fn solve(&self, sample: &Sample<'_, E>, maps: &mut [E]) -> Outcome {
        let stop = sample.stop;
        let mut descent = Descent::new(sample, maps);
        let mut bound = descent.largest_change() * E::of(0.5);
        for iteration in 1..=stop.max_iterations {
            let changed = descent.pass(bound);
            let look = iteration >= FIRST_CHECK && (iteration - FIRST_CHECK).is_multiple_of(CHECK_EVERY);
            let floor = E::of(ROUNDING) * E::epsilon() * descent.largest_coefficient();
            if (look && stop.relative_gap > 0.0) || bound <= floor {
                descent.maps(maps);
                let image = sample.operator.synthesize(maps);
                if stop.relative_gap > 0.0 && sample.good(&sample.terms_with(&image, maps)) {
                    return Outcome { iterations: iteration, stop: StopReason::Converged };
                }
                if bound <= floor && !changed {
                    return Outcome { iterations: iteration, stop: StopReason::Precision };
                }
                // Free of the rounding errors of its updates.
                descent.correlations =
                    by_positions(sample.operator, &sample.operator.adjoint(&sample.residual(&image)));
            }
            bound = (bound * E::of(0.5)).max(floor);
        }
        descent.maps(maps);
        Outcome { iterations: stop.max_iterations, stop: StopReason::MaxIterations }
    }
}

/// An image on its way. All coefficients are in the layout (rows, columns, filters).
struct Descent<'a, E: Scalar> {
    sample: &'a Sample<'a, E>,
    z: Vec<E>,
    /// `q = D' w (s - D z)`
    correlations: Vec<E>,
    /// `n`: of one row, where all are the same, or of all.
    curvatures: Vec<E>,
    /// For each filter and shift its correlation with all filters, (filters, 2 height - 1, 2 width - 1, filters); it
    /// holds where weights are 1.
    overlaps: Vec<E>,
    /// The filters with the pixels first, (channels height width, filters).
    transposed: Vec<E>,
    /// Whether a filter at this position, (rows, columns), meets a weight that is not 1.
    weighted: Option<Vec<bool>>,
    scratch: Vec<E>,
}

impl<'a, E: Scalar> Descent<'a, E> {
    fn new(sample: &'a Sample<'a, E>, maps: &[E]) -> Self {
        let operator = sample.operator;
        let (k, (h, w)) = (operator.filters, operator.size);
        let pixels = operator.channels * h * w;
        let mut transposed = vec![E::zero(); pixels * k];
        for l in 0..k {
            for (a, &d) in operator.filter(l).iter().enumerate() {
                transposed[a * k + l] = d;
            }
        }
        let image = operator.synthesize(maps);
        let correlations = operator.adjoint(&sample.residual(&image));
        let curvatures = match sample.weights {
            None => {
                let norm = |l: usize| operator.filter(l).iter().fold(E::zero(), |s, &d| s + d * d);
                let norms: Vec<E> = (0..k).map(norm).collect();
                norms.repeat(operator.columns)
            }
            Some(weights) => by_positions(operator, &squared(operator).adjoint(weights)),
        };
        let weighted = sample.weights.map(|weights| {
            let other = weights.mapv(|w| if w == E::one() { E::zero() } else { E::one() });
            let padded = operator.padded(&other);
            let mut any = vec![false; operator.rows * operator.columns];
            for (at, any) in any.iter_mut().enumerate() {
                let (i, j) = (at / operator.columns, at % operator.columns);
                *any = padded.slice(ndarray::s![.., i..i + h, j..j + w]).iter().any(|o| *o != E::zero());
            }
            any
        });
        let shifts = (2 * h - 1) * (2 * w - 1);
        let mut overlaps = vec![E::zero(); k * shifts * k];
        for (l, out) in overlaps.chunks_exact_mut(shifts * k).enumerate() {
            overlap(operator, &transposed, operator.filter(l), out);
        }
        Self {
            sample,
            z: by_positions(operator, maps),
            correlations: by_positions(operator, &correlations),
            curvatures,
            overlaps,
            transposed,
            weighted,
            scratch: vec![E::zero(); shifts * k],
        }
    }

    fn maps(&self, maps: &mut [E]) {
        let operator = self.sample.operator;
        let (k, columns) = (operator.filters, operator.columns);
        for (row, z) in maps.chunks_exact_mut(k * columns).zip(self.z.chunks_exact(k * columns)) {
            for (l, map) in row.chunks_exact_mut(columns).enumerate() {
                for (j, to) in map.iter_mut().enumerate() {
                    *to = z[j * k + l];
                }
            }
        }
    }

    /// The coefficients of row `i` from column `begin` to before `end`, as ranges of `z` and of the curvatures.
    fn ranges(&self, i: usize, begin: usize, end: usize) -> [std::ops::Range<usize>; 2] {
        let k = self.sample.operator.filters;
        let row_len = self.sample.operator.row_len();
        let all = if self.curvatures.len() == row_len { 0 } else { i * row_len };
        [i * row_len + begin * k..i * row_len + end * k, all + begin * k..all + end * k]
    }

    /// The largest change of a coefficient in these columns of a row.
    fn change_in(&self, i: usize, begin: usize, end: usize) -> E {
        let [at, n] = self.ranges(i, begin, end);
        largest_change(self.sample.lambda, &self.correlations[at.clone()], &self.z[at], &self.curvatures[n])
    }

    fn largest_change(&self) -> E {
        let columns = self.sample.operator.columns;
        (0..self.sample.operator.rows).map(|i| self.change_in(i, 0, columns)).fold(E::zero(), E::max)
    }

    fn largest_coefficient(&self) -> E {
        self.z.iter().fold(E::zero(), |most, z| most.max(z.abs()))
    }

    /// Visits every segment once; whether anything changed.
    fn pass(&mut self, bound: E) -> bool {
        let operator = self.sample.operator;
        let (h, w) = operator.size;
        let mut changed = false;
        for top in (0..operator.rows).step_by(h) {
            for left in (0..operator.columns).step_by(w) {
                let (bottom, right) = ((top + h).min(operator.rows), (left + w).min(operator.columns));
                // In a pass each coefficient may have its turn about twice.
                for _ in 0..2 * (bottom - top) * (right - left) * operator.filters {
                    let (mut best, mut at) = (E::zero(), top);
                    for i in top..bottom {
                        let change = self.change_in(i, left, right);
                        if change > best {
                            (best, at) = (change, i);
                        }
                    }
                    if best <= bound {
                        break;
                    }
                    self.set_best(at, left, right);
                    changed = true;
                }
            }
        }
        changed
    }

    /// Sets the coefficient of these columns that changes most to its minimiser.
    fn set_best(&mut self, i: usize, left: usize, right: usize) {
        let k = self.sample.operator.filters;
        let [at, n] = self.ranges(i, left, right);
        let lambda = self.sample.lambda;
        let best =
            best_change(lambda, &self.correlations[at.clone()], &self.z[at.clone()], &self.curvatures[n.clone()]);
        let (index, curvature) = (at.start + best, self.curvatures[n.start + best]);
        let new = minimiser(lambda, self.correlations[index], self.z[index], curvature);
        let delta = new - self.z[index];
        self.z[index] = new;
        self.propagate(i, left + best / k, best % k, delta);
    }

    /// Lets the correlations follow a change of one coefficient.
    fn propagate(&mut self, i: usize, j: usize, filter: usize, delta: E) {
        let operator = self.sample.operator;
        let (k, (h, w), (rows, columns)) = (operator.filters, operator.size, (operator.rows, operator.columns));
        let line = (2 * w - 1) * k;
        let shifts = (2 * h - 1) * line;
        let weighted = self.weighted.as_ref().is_some_and(|weighted| weighted[i * columns + j]);
        let overlaps = if let (true, Some(weights)) = (weighted, self.sample.weights) {
            let mut d = operator.filter(filter).to_vec();
            for (pixel, d) in d.iter_mut().enumerate() {
                let (c, a, b) = (pixel / (h * w), pixel / w % h, pixel % w);
                *d *= weights[[c, (i + a) % rows, (j + b) % columns]];
            }
            overlap(operator, &self.transposed, &d, &mut self.scratch);
            &self.scratch[..]
        } else {
            &self.overlaps[filter * shifts..(filter + 1) * shifts]
        };
        for (a, mut overlap) in overlaps.chunks_exact(line).enumerate() {
            let row = (i + rows + a - (h - 1)) % rows;
            let mut column = (j + columns - (w - 1)) % columns;
            while !overlap.is_empty() {
                let run = (overlap.len() / k).min(columns - column);
                let at = (row * columns + column) * k;
                add_scaled(&mut self.correlations[at..at + run * k], -delta, &overlap[..run * k]);
                overlap = &overlap[run * k..];
                column = 0;
            }
        }
    }
}

/// The minimiser over one coefficient, the others held; one without curvature only costs.
fn minimiser<E: Scalar>(lambda: E, q: E, z: E, n: E) -> E {
    if n > E::zero() { soft_threshold(q + n * z, lambda) / n } else { E::zero() }
}

/// `out[s, l] = sum_b d_l[b] e[b + s]` for all shifts `s` from `1 - size` to `size - 1` and all filters `l`.
fn overlap<E: Scalar>(operator: &Operator<E>, transposed: &[E], e: &[E], out: &mut [E]) {
    let (k, (h, w)) = (operator.filters, operator.size);
    out.fill(E::zero());
    for c in 0..operator.channels {
        for (a, row) in e[c * h * w..(c + 1) * h * w].chunks_exact(w).enumerate() {
            for (b, &e) in row.iter().enumerate().filter(|(_, e)| **e != E::zero()) {
                for other in 0..h {
                    // Pixels `0..w` of a row of the filters belong to shifts `b` down to `b - (w - 1)`.
                    for column in 0..w {
                        let shift = (a + h - 1 - other) * (2 * w - 1) + b + w - 1 - column;
                        let d = &transposed[((c * h + other) * w + column) * k..][..k];
                        for (out, &d) in out[shift * k..(shift + 1) * k].iter_mut().zip(d) {
                            *out += e * d;
                        }
                    }
                }
            }
        }
    }
}

/// The same operator with the squares of its filters.
fn squared<E: Scalar>(operator: &Operator<E>) -> Operator<E> {
    let (h, w) = operator.size;
    let pixels: Vec<E> = (0..operator.filters).flat_map(|l| operator.filter(l).iter().copied()).collect();
    let shape = (operator.filters, operator.channels, h, w);
    let array = ndarray::Array4::from_shape_vec(shape, pixels).expect("as many elements");
    let filters = Filters::new(array).expect("the filters of an operator were checked");
    operator.with_filters(&filters.squared())
}

/// Maps in the layout of an operator as (rows, columns, filters).
fn by_positions<E: Scalar>(operator: &Operator<E>, maps: &[E]) -> Vec<E> {
    let shape = (operator.rows, operator.filters, operator.columns);
    let maps: Array3<E> = ArrayView3::from_shape(shape, maps).expect("as many elements").to_owned();
    maps.permuted_axes([0, 2, 1]).as_standard_layout().iter().copied().collect()
}
