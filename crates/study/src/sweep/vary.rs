//! What varies in a sweep, and the values that it takes.

use latent_numeric::random::Stream;
use toml::{Table, Value};

/// The values that a key of the configuration takes.
///
/// | in the file | values |
/// |---|---|
/// | `[1.0, 4.0]` | these: each of them in a grid, one of them at random |
/// | `{ uniform = [low, high] }` | real numbers, evenly between the two |
/// | `{ log_uniform = [low, high] }` | real numbers above 0 of which the logarithms are evenly between those of the two |
/// | `{ integer = [low, high] }` | whole numbers, evenly, both ends among them |
///
/// Real numbers are drawn to four digits, so that they can be written down.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// A list of values to choose from.
    Values(Vec<Value>),
    /// Evenly between two numbers.
    Uniform(f64, f64),
    /// Evenly on a logarithmic scale.
    LogUniform(f64, f64),
    /// Evenly among whole numbers.
    Integer(i64, i64),
}

const KINDS: [&str; 3] = ["uniform", "log_uniform", "integer"];

impl Parameter {
    /// What a value of the file means.
    ///
    /// # Errors
    /// Why it means nothing; empty if it is a table of something else.
    pub fn parse(value: &Value) -> Result<Self, String> {
        match value {
            Value::Array(values) if values.is_empty() => Err("must have at least one value".to_owned()),
            Value::Array(values) => Ok(Self::Values(values.clone())),
            Value::Table(_) => Self::distribution(value).ok_or_else(String::new)?,
            other => Err(format!(
                "must be a list of values or a distribution such as {{ uniform = [0.0, 1.0] }}, got {other}; a single \
                 value belongs to the table `set`"
            )),
        }
    }

    /// If it is a table with the name of a distribution and nothing else.
    fn distribution(value: &Value) -> Option<Result<Self, String>> {
        let (kind, ends) = value.as_table().filter(|table| table.len() == 1)?.iter().next()?;
        KINDS.contains(&kind.as_str()).then(|| {
            let Some([low, high]) = ends.as_array().map(Vec::as_slice) else {
                return Err(format!("{kind} needs its two ends, as in {{ {kind} = [1, 10] }}, got {ends}"));
            };
            if kind == "integer" {
                return match (low.as_integer(), high.as_integer()) {
                    (Some(low), Some(high)) if low <= high && high.checked_sub(low).is_some_and(|n| n < i64::MAX) => {
                        Ok(Self::Integer(low, high))
                    }
                    _ => Err(format!("integer needs two whole numbers, the lower one first, got {ends}")),
                };
            }
            let number = |value: &Value| value.as_float().or_else(|| value.as_integer().map(|number| number as f64));
            match (number(low), number(high)) {
                (Some(low), Some(high)) if low < high && low.is_finite() && (high - low).is_finite() => {
                    match kind.as_str() {
                        "log_uniform" if low <= 0.0 => Err(format!("log_uniform needs numbers above 0, got {ends}")),
                        "log_uniform" => Ok(Self::LogUniform(low, high)),
                        _ => Ok(Self::Uniform(low, high)),
                    }
                }
                _ => Err(format!("{kind} needs two finite numbers, the lower one first, got {ends}")),
            }
        })
    }

    /// A value at random.
    pub fn draw(&self, stream: &mut Stream) -> Value {
        match self {
            Self::Values(values) => values[stream.below(values.len())].clone(),
            Self::Uniform(low, high) => rounded(stream.uniform_in(*low, *high), *low, *high).into(),
            Self::LogUniform(low, high) => rounded(stream.uniform_in(low.ln(), high.ln()).exp(), *low, *high).into(),
            Self::Integer(low, high) => {
                let count = usize::try_from(high - low + 1).unwrap_or(usize::MAX);
                low.saturating_add_unsigned(stream.below(count) as u64).into()
            }
        }
    }
}

/// To four digits, within the ends.
fn rounded(value: f64, low: f64, high: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value).clamp(low, high)
}

/// The values of a table by their keys, with dots between tables. Distributions are values.
pub fn flat(table: &Table) -> Vec<(String, &Value)> {
    fn collect<'a>(prefix: &str, table: &'a Table, all: &mut Vec<(String, &'a Value)>) {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match value {
                Value::Table(inner) if Parameter::distribution(value).is_none() => collect(&key, inner, all),
                _ => all.push((key, value)),
            }
        }
    }
    let mut all = Vec::new();
    collect("", table, &mut all);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Parameter, String> {
        Parameter::parse(&format!("x = {text}").parse::<Table>().unwrap()["x"])
    }

    #[test]
    fn lists_and_distributions_are_told_apart_and_bad_ones_refused() {
        assert_eq!(parse("[1, 'a']"), Ok(Parameter::Values(vec![1.into(), "a".into()])));
        assert_eq!(parse("{ uniform = [0, 1.5] }"), Ok(Parameter::Uniform(0.0, 1.5)));
        assert_eq!(parse("{ log_uniform = [1e-4, 1] }"), Ok(Parameter::LogUniform(1e-4, 1.0)));
        assert_eq!(parse("{ integer = [3, 3] }"), Ok(Parameter::Integer(3, 3)));
        for (text, why) in [
            ("[]", "at least one value"),
            ("4.0", "belongs to the table `set`"),
            ("{ uniform = 3 }", "two ends"),
            ("{ uniform = [1, 1] }", "the lower one first"),
            ("{ uniform = [-1e308, 1e308] }", "two finite numbers"),
            ("{ uniform = [nan, 1] }", "two finite numbers"),
            ("{ log_uniform = [0, 1] }", "above 0"),
            ("{ integer = [1.5, 3] }", "whole numbers"),
            ("{ integer = [-9223372036854775808, 9223372036854775807] }", "whole numbers"),
        ] {
            let told = parse(text).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
    }

    #[test]
    fn keys_may_be_tables_or_quoted() {
        let table: Table = "a.b = [1]\n'c.d' = { integer = [1, 2] }\n[e.f]\ng = [2]\n".parse().unwrap();
        let keys: Vec<String> = flat(&table).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a.b", "c.d", "e.f.g"]);
    }

    proptest! {
        #[test]
        fn draws_are_within_the_ends_and_survive_the_command_line(
            low in -1e3_f64..1e3, width in 1e-3_f64..1e3, seed in any::<u64>(),
        ) {
            let high = low + width;
            let (bottom, top) = (low.abs() + 1e-6, low.abs() + 1e-6 + width);
            let (first, last) = (low as i64, high as i64);
            let mut stream = Stream::new(seed, "test", &[]);
            for _ in 0..20 {
                for (parameter, low, high) in
                    [(Parameter::Uniform(low, high), low, high), (Parameter::LogUniform(bottom, top), bottom, top)]
                {
                    let drawn = parameter.draw(&mut stream);
                    let value = drawn.as_float().unwrap();
                    prop_assert!((low..=high).contains(&value), "{} in [{}, {}]", value, low, high);
                    prop_assert_eq!(drawn.to_string().parse::<f64>().unwrap(), value);
                }
                let whole = Parameter::Integer(first, last).draw(&mut stream).as_integer().unwrap();
                prop_assert!((first..=last).contains(&whole));
            }
        }

        #[test]
        fn a_logarithmic_draw_has_evenly_distributed_logarithms(seed in any::<u64>()) {
            let mut stream = Stream::new(seed, "test", &[]);
            let parameter = Parameter::LogUniform(1e-4, 1.0);
            let below = (0..400).filter(|_| parameter.draw(&mut stream).as_float().unwrap() < 1e-2).count();
            // Half of 400 with a standard deviation of 10.
            prop_assert!((140..=260).contains(&below), "{}", below);
        }
    }
}
