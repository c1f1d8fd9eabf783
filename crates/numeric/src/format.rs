//! Numbers as people write them, in reports, charts and on the terminal.
//!
//! ```
//! use latent_numeric::format::{short, with_interval};
//!
//! assert_eq!([short(101.234_56), short(60_000.0), short(1.5e-7)], ["101.23", "60,000", "1.5×10⁻⁷"]);
//! assert_eq!(with_interval(98.312, Some(0.4219)), "98.31 ± 0.42");
//! ```

use std::time::Duration;

/// About `digits` significant digits, thousands set apart by commas, powers of ten where there would be many zeros.
pub fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    let exponent = value.abs().log10().floor() as i32;
    if (-4..7).contains(&exponent) {
        let decimals = usize::try_from(digits - 1 - exponent).unwrap_or(0);
        return grouped(&trimmed(&format!("{value:.decimals$}")));
    }
    let decimals = usize::try_from(digits - 1).unwrap_or(0);
    let text = format!("{value:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}×10{}", minus(&trimmed(mantissa)), superscript(exponent))
}

/// Five significant digits.
pub fn short(value: f64) -> String {
    significant(value, 5)
}

/// A mean and the half width of its interval, to two digits of the latter: `98.31 ± 0.42`.
pub fn with_interval(mean: f64, half_width: Option<f64>) -> String {
    let Some(half) = half_width.filter(|half| half.is_finite() && *half > 0.0) else {
        return short(mean);
    };
    let exponent = half.log10().floor() as i32;
    let largest = mean.abs().max(half).log10().floor() as i32;
    if !(-6..7).contains(&exponent) || !(-4..7).contains(&largest) {
        return format!("{} ± {}", short(mean), significant(half, 2));
    }
    let decimals = usize::try_from(1 - exponent).unwrap_or(0);
    format!("{} ± {}", grouped(&format!("{mean:.decimals$}")), grouped(&format!("{half:.decimals$}")))
}

/// Bytes in binary units: `15.6 GiB`.
pub fn bytes(count: u64) -> String {
    let (mut value, mut unit) = (count as f64, "B");
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 {
            break;
        }
        (value, unit) = (value / 1024.0, larger);
    }
    if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") }
}

/// A duration to three digits or the second: `0.25 s`, `12.3 s`, `3 min 05 s`, `2 h 07 min`.
pub fn seconds(duration: Duration) -> String {
    let s = duration.as_secs_f64();
    let whole = s.round() as u64;
    match whole {
        0..10 => format!("{s:.2} s"),
        10..60 => format!("{s:.1} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A written number with commas between thousands and a true minus.
pub fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("−", rest));
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

/// A written number without zeros at the end of its decimals.
pub fn trimmed(number: &str) -> String {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number.to_owned() }
}

fn minus(number: &str) -> String {
    number.replace('-', "−")
}

/// An integer as the exponent of a power of ten.
pub fn superscript(number: &str) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32(0x2070 + (c as u32 - '0' as u32)).unwrap_or(c),
        _ => '⁰',
    };
    number.chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        let cases = [
            (0.0, "0"),
            (101.234_56, "101.23"),
            (-0.001, "−0.001"),
            (60_000.0, "60,000"),
            (1_234_567.8, "1,234,568"),
            (1.5e-7, "1.5×10⁻⁷"),
            (-2.25e12, "−2.25×10¹²"),
            (9.999_999, "10"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
        assert_eq!(bytes(16_760_000_000), "15.6 GiB");
        assert_eq!(bytes(12), "12 B");
    }

    #[test]
    fn durations_read_naturally() {
        let of = |s: f64| seconds(Duration::from_secs_f64(s));
        assert_eq!(
            [of(0.254), of(12.34), of(59.42), of(185.0), of(7650.0)],
            ["0.25 s", "12.3 s", "59.4 s", "3 min 05 s", "2 h 07 min"]
        );
        assert_eq!(of(59.97), "1 min 00 s");
    }

    #[test]
    fn the_interval_sets_the_digits() {
        assert_eq!(with_interval(98.3123, Some(0.4219)), "98.31 ± 0.42");
        assert_eq!(with_interval(98.3123, Some(4.2)), "98.3 ± 4.2");
        assert_eq!(with_interval(12_345.6, Some(231.0)), "12,346 ± 231");
        assert_eq!(with_interval(98.3123, None), "98.312");
        assert_eq!(with_interval(2.0, Some(0.0)), "2");
        assert_eq!(with_interval(1.5e-7, Some(2e-8)), "1.5×10⁻⁷ ± 2×10⁻⁸");
    }
}
