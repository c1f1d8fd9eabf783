//! Filters that fit given maps.

use super::statistics::Statistics;
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayViewMut1};

/// Projected gradient steps on one filter before the next one's turn.
const STEPS: usize = 3;

/// One round over all filters. Each in turn makes a few steps of projected gradient on the fit to the maps, the others
/// held:
///
/// ```text
/// d_k <- P(d_k + (B_k - sum_l A_kl d_l) / L_k)
/// ```
///
/// with `P` the projection on `||d|| <= 1`, and on zero mean in each channel where asked for, and `L_k` a bound on the
/// curvature. The fit never gets worse. Filters that no map uses stay. Returns the largest change of a filter.
///
/// `filters` is (filters, channels height width). Source: block coordinate descent as in Mairal, Bach, Ponce and Sapiro
/// 2010, algorithm 2, with proximal steps for the blocks (Bolte, Sabach and Teboulle 2014), since the quadratic form of
/// a filter is not a multiple of the identity here.
pub(super) fn round<E: Scalar>(statistics: &Statistics<E>, filters: &mut Array2<E>, mean: Option<usize>) -> E {
    let mut largest = E::zero();
    for k in 0..filters.nrows() {
        let curvature = statistics.curvature(k);
        if statistics.energy(k) <= E::zero() || !curvature.is_finite() {
            continue;
        }
        let step = curvature.recip();
        let old = filters.row(k).to_owned();
        // B_k less what the other filters make.
        let mut rest = statistics.samples.row(k).to_owned();
        let rest_slice = rest.as_slice_mut().expect("standard layout");
        for l in (0..filters.nrows()).filter(|&l| l != k) {
            statistics.subtract(k, l, filters.row(l).to_slice().expect("standard layout"), rest_slice);
        }
        for _ in 0..STEPS {
            let mut gradient = rest.clone();
            let d = filters.row(k);
            statistics.subtract(
                k,
                k,
                d.to_slice().expect("standard layout"),
                gradient.as_slice_mut().expect("standard layout"),
            );
            filters.row_mut(k).scaled_add(step, &gradient);
            project(filters.row_mut(k), mean);
        }
        let change = &filters.row(k) - &old;
        let change = change.dot(&change).sqrt();
        if change > largest || change.is_nan() {
            largest = change;
        }
    }
    largest
}

/// Rounds until no filter moves by more than `tolerance`, at most `rounds`.
pub(super) fn to_convergence<E: Scalar>(
    statistics: &Statistics<E>,
    filters: &mut Array2<E>,
    mean: Option<usize>,
    tolerance: E,
    rounds: usize,
) {
    for _ in 0..rounds {
        if round(statistics, filters, mean) <= tolerance {
            return;
        }
    }
}

/// Projects a filter on `||d|| <= 1`; with `mean`, the pixels of a channel, on those of zero mean in each channel too.
/// (The ball is centred on that subspace, so that one projection after the other is the projection on both.)
pub(super) fn project<E: Scalar>(mut d: ArrayViewMut1<E>, mean: Option<usize>) {
    if let Some(pixels) = mean {
        for mut channel in d.exact_chunks_mut(pixels) {
            let mean = channel.sum() / E::of(pixels as f64);
            channel -= mean;
        }
    }
    let norm = d.dot(&d).sqrt();
    if norm > E::one() {
        d /= norm;
    }
}
