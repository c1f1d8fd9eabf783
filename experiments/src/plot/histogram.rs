//! Counting values into bins.

use super::Bar;

/// `bins` bars of equal width over the range of the finite values; their heights add up to the
/// number of finite values. No bars without values or bins.
pub fn histogram(values: &[f64], bins: usize) -> Vec<Bar> {
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if finite.is_empty() || bins == 0 {
        return Vec::new();
    }
    let (low, high) =
        finite.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
    let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
    let width = (high - low) / bins as f64;
    let mut bars: Vec<Bar> = (0..bins)
        .map(|bin| Bar { from: low + bin as f64 * width, to: low + (bin + 1) as f64 * width, height: 0.0 })
        .collect();
    for value in finite {
        // The largest value belongs to the last bin.
        bars[(((value - low) / width) as usize).min(bins - 1)].height += 1.0;
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_is_counted_once_in_a_bar_around_it(values in prop::collection::vec(-1e3_f64..1e3, 1..50), bins in 1_usize..12) {
            let bars = histogram(&values, bins);
            prop_assert_eq!(bars.len(), bins);
            prop_assert_eq!(bars.iter().map(|bar| bar.height).sum::<f64>(), values.len() as f64);
            for bar in &bars {
                let slack = 1e-9 * (1.0 + bar.to.abs());
                let around = values.iter().filter(|&&v| v >= bar.from - slack && v <= bar.to + slack).count();
                prop_assert!(bar.height <= around as f64);
            }
        }
    }

    #[test]
    fn nothing_gives_no_bars_and_one_value_one() {
        assert!(
            histogram(&[], 4).is_empty() && histogram(&[f64::NAN], 4).is_empty() && histogram(&[1.0], 0).is_empty()
        );
        let bars = histogram(&[2.0, 2.0], 1);
        assert_eq!((bars[0].from, bars[0].to, bars[0].height), (1.5, 2.5, 2.0));
    }
}
