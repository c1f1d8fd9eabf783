//! Where ticks go and what stands beside them.

/// A tick: its place (the power of ten on a logarithmic axis) and its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub at: f64,
    pub label: String,
}

/// About `about` round numbers in the range: multiples of 1, 2 or 5 times a power of ten.
pub fn linear((low, high): (f64, f64), about: usize) -> Vec<Tick> {
    let step = round_step((high - low) / about as f64);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    // One power of ten for all labels of an axis with very large or very small numbers.
    let exponent = low.abs().max(high.abs()).log10().floor() as i32;
    let shared = if (-3..6).contains(&exponent) { 0 } else { exponent };
    let decimals = usize::try_from(-(step.log10().floor() as i32) + shared).unwrap_or(0);
    (first..=last)
        .map(|multiple| {
            let at = multiple as f64 * step;
            let mantissa = minus(&format!("{:.decimals$}", at / 10_f64.powi(shared)));
            let label = match (shared, multiple) {
                (0, _) => grouped(&mantissa),
                (_, 0) => "0".to_owned(),
                _ => format!("{mantissa}×{}", power(shared)),
            };
            Tick { at, label }
        })
        .collect()
}

/// Powers of ten in the range (given as exponents), every second or third where there are many, and
/// 2 and 5 times them where there are few.
pub fn log((low, high): (f64, f64), about: usize) -> Vec<Tick> {
    let (first, last) = (low.ceil() as i32, high.floor() as i32);
    let decades = last - first + 1;
    if decades >= 3 {
        let every = (f64::from(decades) / about.max(1) as f64).ceil() as i32;
        let in_figures = (-3..=4).contains(&first) && (-3..=4).contains(&last);
        return (first..=last)
            .filter(|exponent| exponent.rem_euclid(every) == 0)
            .map(|exponent| Tick { at: f64::from(exponent), label: decade(exponent, in_figures) })
            .collect();
    }
    let candidates = (first - 1..=last + 1).flat_map(|exponent| [1_u8, 2, 5].map(|digit| (digit, exponent)));
    let ticks: Vec<Tick> = candidates
        .map(|(digit, exponent)| Tick {
            at: f64::from(digit).log10() + f64::from(exponent),
            label: short(digit, exponent),
        })
        .filter(|tick| (low..=high).contains(&tick.at))
        .collect();
    if ticks.len() >= 2 {
        return ticks;
    }
    // Less than a factor of five: round numbers as on a linear axis, placed by their logarithm.
    linear((10_f64.powf(low), 10_f64.powf(high)), about)
        .into_iter()
        .filter(|tick| tick.at > 0.0)
        .map(|tick| Tick { at: tick.at.log10(), ..tick })
        .collect()
}

/// The nearest of 1, 2, 5 times a power of ten, on a logarithmic scale.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let digit = match step / power {
        ..1.41 => 1.0,
        ..3.16 => 2.0,
        ..7.07 => 5.0,
        _ => 10.0,
    };
    digit * power
}

fn minus(number: &str) -> String {
    number.replace('-', "−")
}

/// Thousands set apart: `60,000`.
fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('−').map_or(("", number), |rest| ("−", rest));
    let whole = rest.find('.').unwrap_or(rest.len());
    let mut text = String::from(sign);
    for (index, character) in rest.char_indices() {
        if index > 0 && index < whole && (whole - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(character);
    }
    text
}

fn superscript(number: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        _ => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][c as usize - '0' as usize],
    };
    number.to_string().chars().map(digit).collect()
}

fn power(exponent: i32) -> String {
    format!("10{}", superscript(exponent))
}

/// A power of ten: in figures where all of an axis are short.
fn decade(exponent: i32, in_figures: bool) -> String {
    match exponent {
        0 => "1".to_owned(),
        _ if !in_figures => power(exponent),
        ..0 => format!("0.{}1", "0".repeat(-exponent as usize - 1)),
        _ => grouped(&format!("1{}", "0".repeat(exponent as usize))),
    }
}

fn short(digit: u8, exponent: i32) -> String {
    match exponent {
        -3..0 => format!("{:.*}", (-exponent) as usize, f64::from(digit) * 10_f64.powi(exponent)),
        0..5 => grouped(&format!("{digit}{}", "0".repeat(exponent as usize))),
        _ if digit == 1 => power(exponent),
        _ => format!("{digit}×{}", power(exponent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn labels_read_as_people_write_them() {
        assert_eq!(
            labels(&linear((0.0, 61_000.0), 6)),
            ["0", "10,000", "20,000", "30,000", "40,000", "50,000", "60,000"]
        );
        assert_eq!(labels(&linear((-0.31, 0.27), 6)), ["−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2"]);
        assert_eq!(labels(&linear((0.0, 2.1e7), 4)), ["0", "0.5×10⁷", "1.0×10⁷", "1.5×10⁷", "2.0×10⁷"]);
        assert_eq!(labels(&log((-8.2, 2.1), 6)), ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "1", "10²"]);
        assert_eq!(labels(&log((-2.3, 3.1), 6)), ["0.01", "0.1", "1", "10", "100", "1,000"]);
        assert_eq!(labels(&log((-1.1, 0.9), 6)), ["0.1", "0.2", "0.5", "1", "2", "5"]);
        assert_eq!(labels(&log((0.62, 0.71), 4)), ["4.2", "4.4", "4.6", "4.8", "5.0"]);
        assert_eq!(labels(&log((3.1, 4.1), 4)), ["2,000", "5,000", "10,000"]);
    }

    proptest! {
        #[test]
        fn ticks_are_few_ordered_and_within(low in -1e6_f64..1e6, length in 1e-3_f64..1e6, about in 3_usize..9) {
            let range = (low, low + length);
            let ticks = linear(range, about);
            prop_assert!((1..=about * 3 / 2 + 1).contains(&ticks.len()), "{ticks:?}");
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at));
            prop_assert!(ticks.iter().all(|t| t.at >= range.0 - 1e-9 * length && t.at <= range.1 + 1e-9 * length));
        }

        #[test]
        fn labels_differ_and_name_their_tick(low in -1e5_f64..1e5, length in 1e-2_f64..1e5) {
            let ticks = linear((low, low + length), 6);
            for tick in &ticks {
                let value: f64 = tick.label.replace('−', "-").replace(',', "").parse().unwrap();
                prop_assert!((value - tick.at).abs() < 0.2 * length / 6.0, "{tick:?}");
            }
            prop_assert!(ticks.windows(2).all(|pair| pair[0].label != pair[1].label), "{ticks:?}");
        }

        #[test]
        fn log_ticks_lie_within(low in -16.0_f64..8.0, length in 0.05_f64..20.0) {
            let ticks = log((low, low + length), 6);
            prop_assert!(!ticks.is_empty() && ticks.len() <= 10, "{ticks:?}");
            prop_assert!(ticks.iter().all(|t| t.at >= low - 1e-9 && t.at <= low + length + 1e-9));
        }
    }
}
