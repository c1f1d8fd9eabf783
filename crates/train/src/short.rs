//! Numbers in lines of the console.

/// A number to four significant digits: `101.2`, `2.50e-7`.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if !value.is_finite() || size == 0.0 => value.to_string(),
        _ if !(1e-3..1e5).contains(&size) => format!("{value:.2e}"),
        _ => format!("{value:.*}", (3 - size.log10().floor() as i32).clamp(0, 6) as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn four_digits_are_shown() {
        assert_eq!(
            [f64::NAN, 12_345.6, -1.0, 0.012_345, 0.0, 2.5e-7].map(short),
            ["NaN", "12346", "-1.000", "0.01235", "0", "2.50e-7"]
        );
    }
}
