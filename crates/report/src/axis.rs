//! Axes of charts: where values are on the page, and the ticks.
//!
//! ```
//! use latent_report::axis::{Axis, Scale};
//!
//! let axis = Axis::new(Scale::Linear, (0.0, 4690.0), 0.0, (0.0, 469.0));
//! let ticks: Vec<_> = axis.ticks(5).into_iter().map(|tick| (axis.place(tick.at).round(), tick.label)).collect();
//! assert_eq!(ticks[1], (100.0, "1,000".to_owned()));
//! ```

use latent_numeric::format::{grouped, superscript, trimmed};

/// Whether an axis is linear or logarithmic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally far apart.
    Linear,
    /// Equal ratios are equally far apart.
    Log,
}

/// An axis of a chart: a scale, a range, and where its ends are on the page.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Linear or logarithmic.
    pub scale: Scale,
    range: (f64, f64),
    page: (f64, f64),
}

/// Values that differ by less, relative to their size, are one.
const FLAT: f64 = 1e-6;

/// A tick of an axis: a value with its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value of the tick.
    pub at: f64,
    /// The text at the tick.
    pub label: String,
}

impl Axis {
    /// An axis over a range, which is widened at both ends by a share of itself; `page` says where its ends are.
    pub fn new(scale: Scale, range: (f64, f64), margin: f64, page: (f64, f64)) -> Self {
        Self::with_margins(scale, range, [margin; 2], page)
    }

    /// An axis over a range that is widened by other shares of itself at its lower and its upper end.
    ///
    /// A range of one value `v` becomes `[v / 2, 3 v / 2]`, that of zero `[-1/2, 1/2]`, and on a logarithmic axis half a
    /// decade to both sides.
    pub fn with_margins(scale: Scale, (low, high): (f64, f64), margins: [f64; 2], page: (f64, f64)) -> Self {
        let (low, high) = match scale {
            Scale::Linear => (low, high),
            Scale::Log => (low.log10(), high.log10()),
        };
        let size = low.abs().max(high.abs());
        let (low, high) = if high - low > FLAT * size {
            (low, high)
        } else {
            let half = if scale == Scale::Log || size == 0.0 { 0.5 } else { 0.5 * size };
            let middle = f64::midpoint(low, high);
            (middle - half, middle + half)
        };
        let [below, above] = margins.map(|margin| margin * (high - low));
        Self { scale, range: (low - below, high + above), page }
    }

    /// The place of a value on the page.
    pub fn place(&self, value: f64) -> f64 {
        let value = if self.scale == Scale::Log { value.log10() } else { value };
        let (low, high) = self.range;
        self.page.0 + (value - low) / (high - low) * (self.page.1 - self.page.0)
    }

    /// The range of the axis; of logarithms on a logarithmic one.
    pub fn range(&self) -> (f64, f64) {
        self.range
    }

    /// Ticks at round values, about so many.
    pub fn ticks(&self, about: usize) -> Vec<Tick> {
        match self.scale {
            Scale::Linear => linear(self.range, about),
            Scale::Log => log(self.range, about),
        }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear((low, high): (f64, f64), about: usize) -> Vec<Tick> {
    let rough = (high - low) / about.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = power
        * match rough / power {
            ..1.5 => 1.0,
            ..3.5 => 2.0,
            ..7.5 => 5.0,
            _ => 10.0,
        };
    let decimals = usize::try_from(-(step * 1.000_001).log10().floor() as i32).unwrap_or(0);
    let exponent = low.abs().max(high.abs()).log10().floor() as i32;
    let label = |at: f64| {
        if at == 0.0 {
            return "0".to_owned();
        }
        if (-4..7).contains(&exponent) {
            return grouped(&format!("{at:.decimals$}"));
        }
        let digits = usize::try_from(exponent - (step * 1.000_001).log10().floor() as i32).unwrap_or(0);
        let mantissa = trimmed(&format!("{:.digits$}", at / 10_f64.powi(exponent)));
        format!("{}×10{}", grouped(&mantissa), superscript(&exponent.to_string()))
    };
    // A tick at the very end is one, in spite of rounding.
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|multiple| multiple as f64 * step).map(|at| Tick { at, label: label(at) }).collect()
}

/// Powers of ten, with 2 and 5 times them where there are few; round numbers within less than a decade.
fn log((low, high): (f64, f64), about: usize) -> Vec<Tick> {
    let decades = high - low;
    let (first, last) = (low.floor() as i32, high.ceil() as i32);
    // All in the same way.
    let in_figures = (-4..6).contains(&(low.ceil() as i32)) && (-4..6).contains(&(high.floor() as i32));
    let label = |digit: f64, exponent: i32| {
        if in_figures || exponent == 0 {
            let decimals = usize::try_from(-exponent).unwrap_or(0);
            grouped(&format!("{:.decimals$}", digit * 10_f64.powi(exponent)))
        } else if digit == 1.0 {
            format!("10{}", superscript(&exponent.to_string()))
        } else {
            format!("{digit}×10{}", superscript(&exponent.to_string()))
        }
    };
    let every = ((decades / about.max(1) as f64).ceil() as i32).max(1);
    let digits: &[f64] = if decades < 0.6 * about as f64 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let ticks: Vec<Tick> = (first..=last)
        .filter(|exponent| exponent.rem_euclid(every) == 0)
        .flat_map(|exponent| digits.iter().map(move |digit| (*digit, exponent)))
        .filter(|(digit, exponent)| (low..=high).contains(&(digit.log10() + f64::from(*exponent))))
        .map(|(digit, exponent)| Tick { at: digit * 10_f64.powi(exponent), label: label(digit, exponent) })
        .collect();
    if ticks.len() >= 3 {
        return ticks;
    }
    let round = linear((10_f64.powf(low), 10_f64.powf(high)), about);
    round.into_iter().filter(|tick| tick.at > 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(scale: Scale, range: (f64, f64)) -> Vec<String> {
        Axis::new(scale, range, 0.0, (0.0, 1.0)).ticks(5).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn labels_are_round_numbers() {
        assert_eq!(labels(Scale::Linear, (0.0, 4690.0)), ["0", "1,000", "2,000", "3,000", "4,000"]);
        assert_eq!(labels(Scale::Linear, (-0.3, 0.3)), ["−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(Scale::Log, (0.8, 300.0)), ["1", "2", "5", "10", "20", "50", "100", "200"]);
        assert_eq!(labels(Scale::Log, (1e-9, 2.0)), ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "1"]);
        assert_eq!(labels(Scale::Log, (90.0, 120.0)), ["90", "95", "100", "105", "110", "115", "120"]);
    }

    proptest! {
        #[test]
        fn ticks_are_within_and_in_order(low in 1e-6_f64..1e6, factor in 1.01_f64..1e6, log: bool) {
            let scale = if log { Scale::Log } else { Scale::Linear };
            let axis = Axis::new(scale, (low, low * factor), 0.05, (0.0, 1.0));
            let ticks = axis.ticks(5);
            prop_assert!((2..=12).contains(&ticks.len()), "{ticks:?}");
            prop_assert!(ticks.iter().all(|tick| (-1e-6..=1.0 + 1e-6).contains(&axis.place(tick.at))), "{ticks:?}");
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].label != pair[1].label), "{ticks:?}");
        }

        #[test]
        fn a_flat_curve_lies_in_the_middle_of_its_own_size(size in -12_i32..12, digit in 1.0_f64..10.0, sign: bool, noise in 0.0_f64..1e-9) {
            let value = digit * 10_f64.powi(size) * if sign { 1.0 } else { -1.0 };
            let other = value * (1.0 + noise);
            let axis = Axis::new(Scale::Linear, (value.min(other), value.max(other)), 0.05, (200.0, 0.0));
            prop_assert!((axis.place(value) - 100.0).abs() < 1e-6);
            let ticks = axis.ticks(5);
            prop_assert!(ticks.iter().all(|tick| tick.at * value > 0.0 && tick.at.abs() < 2.0 * value.abs()), "{ticks:?}");
            prop_assert!(ticks.len() >= 3 && ticks.windows(2).all(|pair| pair[0].label != pair[1].label), "{ticks:?}");
            let axis = Axis::new(Scale::Log, (value.abs(), value.abs()), 0.05, (200.0, 0.0));
            prop_assert!((axis.place(value.abs()) - 100.0).abs() < 1e-6);
        }
    }

    #[test]
    fn one_value_has_ticks_around_it() {
        assert_eq!(labels(Scale::Linear, (1e-3, 1e-3)), ["0.0006", "0.0008", "0.0010", "0.0012", "0.0014"]);
        assert_eq!(labels(Scale::Linear, (0.0, 0.0)), ["−0.4", "−0.2", "0", "0.2", "0.4"]);
        assert_eq!(labels(Scale::Log, (1e-3, 1e-3)), ["0.0005", "0.001", "0.002"]);
    }

    #[test]
    fn ends_are_widened_by_shares() {
        let axis = Axis::with_margins(Scale::Linear, (0.0, 10.0), [0.0, 0.1], (0.0, 1.0));
        assert_eq!((axis.place(0.0), axis.place(11.0)), (0.0, 1.0));
    }
}
