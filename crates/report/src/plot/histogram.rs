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

/// At most `most` bars over the range of the counts. Each holds the same whole number of integers, with its
/// edges half-way between two of them, so that no bar is higher because more integers fall into it; the last
/// may reach beyond the largest count. The heights add up to the number of counts. No bars without counts or
/// where `most` is zero.
pub fn histogram_of_counts(counts: &[usize], most: usize) -> Vec<Bar> {
    let (Some(&least), Some(&largest)) = (counts.iter().min(), counts.iter().max()) else { return Vec::new() };
    if most == 0 {
        return Vec::new();
    }
    let width = (largest - least) / most + 1;
    let edge = |bin: usize| least as f64 - 0.5 + (bin * width) as f64;
    let mut bars: Vec<Bar> =
        (0..=(largest - least) / width).map(|bin| Bar { from: edge(bin), to: edge(bin + 1), height: 0.0 }).collect();
    for count in counts {
        bars[(count - least) / width].height += 1.0;
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

    proptest! {
        #[test]
        fn counts_fall_into_bars_of_as_many_integers_each(counts in prop::collection::vec(0_usize..300, 1..50), most in 1_usize..50) {
            let bars = histogram_of_counts(&counts, most);
            prop_assert!(bars.len() <= most);
            let width = bars[0].to - bars[0].from;
            prop_assert!(width >= 1.0 && width.fract() == 0.0);
            let (least, largest) = (*counts.iter().min().unwrap() as f64, *counts.iter().max().unwrap() as f64);
            prop_assert_eq!(bars[0].from, least - 0.5);
            prop_assert!((bars.len() - 1) as f64 * width <= largest - least, "a bar is beyond all counts");
            prop_assert!((most as f64) * (width - 1.0) <= largest - least, "the bars are wider than they need be");
            for (bin, bar) in bars.iter().enumerate() {
                prop_assert_eq!((bar.from, bar.to), (least - 0.5 + bin as f64 * width, least - 0.5 + (bin + 1) as f64 * width));
                let within = counts.iter().filter(|&&n| (n as f64) > bar.from && (n as f64) < bar.to).count();
                prop_assert_eq!(bar.height, within as f64);
            }
            prop_assert_eq!(bars.iter().map(|bar| bar.height).sum::<f64>(), counts.len() as f64);
        }
    }

    #[test]
    fn counts_of_one_value_stand_in_one_bar() {
        assert!(histogram_of_counts(&[], 4).is_empty() && histogram_of_counts(&[1], 0).is_empty());
        assert_eq!(histogram_of_counts(&[7, 7], 40), [Bar { from: 6.5, to: 7.5, height: 2.0 }]);
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
