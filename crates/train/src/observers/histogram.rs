//! How values are spread, for TensorBoard.

use super::protobuf::{double, doubles};

/// How many bins there are.
const BINS: usize = 64;

/// The message `tensorflow.HistogramProto` of the finite values, in bins of equal width; none without any.
pub(super) fn encoded(values: &[f32]) -> Option<Vec<u8>> {
    let finite = values.iter().copied().filter(|value| value.is_finite()).map(f64::from);
    let (mut low, mut high, mut count, mut sum, mut squares) = (f64::INFINITY, f64::NEG_INFINITY, 0_u64, 0.0, 0.0);
    for value in finite.clone() {
        (low, high) = (low.min(value), high.max(value));
        count += 1;
        sum += value;
        squares += value * value;
    }
    if count == 0 {
        return None;
    }
    // A single value stands in a bin of some width.
    let width = if high > low { (high - low) / BINS as f64 } else { low.abs().max(1.0) * 1e-6 };
    let mut counts = [0.0; BINS];
    for value in finite {
        counts[(((value - low) / width) as usize).min(BINS - 1)] += 1.0;
    }
    let limits = (1..=BINS).map(|bin| low + bin as f64 * width);
    let parts = [
        double(1, low),
        double(2, high),
        double(3, count as f64),
        double(4, sum),
        double(5, squares),
        doubles(6, limits),
        doubles(7, counts),
    ];
    Some(parts.concat())
}
