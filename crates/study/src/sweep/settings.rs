//! The settings of a sweep.

use super::method::Method;
use super::vary::{Parameter, flat};
use latent_numeric::random::Stream;
use std::fmt;
use toml::Value;

/// What a sweep chose, and what that puts into the configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting(pub Vec<Choice>);

/// The value of one thing that varies.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What varies: a key of the configuration, or `method`.
    pub key: String,
    /// Its value: that of the key, or the name of the method.
    pub value: Value,
    /// Keys and values of the configuration.
    set: Vec<(String, Value)>,
}

/// What methods are the values of.
pub const METHOD: &str = "method";

impl Choice {
    fn value(key: &str, value: Value) -> Self {
        Self { key: key.to_owned(), set: vec![(key.to_owned(), value.clone())], value }
    }

    fn method(method: &Method) -> Self {
        let set = flat(&method.set).into_iter().map(|(key, value)| (key, value.clone())).collect();
        Self { key: METHOD.to_owned(), value: method.name.clone().into(), set }
    }

    /// The value, a text as it is.
    pub fn shown(&self) -> String {
        self.value.as_str().map_or_else(|| self.value.to_string(), str::to_owned)
    }
}

impl Setting {
    /// The values in the form `KEY=VALUE` of `--set`.
    pub fn overrides(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().flat_map(|choice| &choice.set).map(|(key, value)| format!("{key}={value}"))
    }

    /// The method, if there are any.
    pub fn method(&self) -> Option<&Choice> {
        self.0.iter().find(|choice| choice.key == METHOD)
    }

    /// What else was chosen.
    #[must_use]
    pub fn case(&self) -> Self {
        Self(self.0.iter().filter(|choice| choice.key != METHOD).cloned().collect())
    }

    fn with(&self, choice: Choice) -> Self {
        Self(self.0.iter().cloned().chain([choice]).collect())
    }
}

impl fmt::Display for Setting {
    /// `objective.beta = 4.0, optimizer.learning_rate = 0.001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the configuration as it is");
        }
        self.0.iter().enumerate().try_for_each(|(index, Choice { key, value, .. })| {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{key} = {value}")
        })
    }
}

/// All combinations, the last key changing fastest.
pub fn grid(parameters: &[(String, Parameter)]) -> Vec<Setting> {
    parameters.iter().fold(vec![Setting::default()], |settings, (key, parameter)| {
        let values = match parameter {
            Parameter::Values(values) => values.as_slice(),
            _ => &[],
        };
        let with = |setting: &Setting, value: &Value| setting.with(Choice::value(key, value.clone()));
        settings.iter().flat_map(|setting| values.iter().map(move |value| with(setting, value))).collect()
    })
}

/// Each setting with each method, if there are any.
pub fn with_methods(settings: Vec<Setting>, methods: &[Method]) -> Vec<Setting> {
    if methods.is_empty() {
        return settings;
    }
    let with =
        |setting: &Setting| methods.iter().map(|method| setting.with(Choice::method(method))).collect::<Vec<_>>();
    settings.iter().flat_map(with).collect()
}

/// So many draws, each of the stream of its key and number.
pub fn random(parameters: &[(String, Parameter)], seed: u64, count: u64) -> Vec<Setting> {
    let draw = |index: u64| {
        let value = |(key, parameter): &(String, Parameter)| {
            let mut stream = Stream::new(seed, &format!("sweep of {key}"), &[index]);
            Choice::value(key, parameter.draw(&mut stream))
        };
        Setting(parameters.iter().map(value).collect())
    };
    (0..count).map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_train::config::Override;
    use proptest::prelude::*;
    use toml::Table;

    fn parameters(sizes: &[usize]) -> Vec<(String, Parameter)> {
        let values = |size| Parameter::Values((0..size).map(|k| Value::from(k.to_string())).collect());
        sizes.iter().enumerate().map(|(index, &size)| (format!("k{index}"), values(size))).collect()
    }

    proptest! {
        #[test]
        fn a_grid_has_every_combination_once(sizes in prop::collection::vec(1_usize..4, 0..5)) {
            let settings = grid(&parameters(&sizes));
            prop_assert_eq!(settings.len(), sizes.iter().product::<usize>());
            let mut told: Vec<String> = settings.iter().map(Setting::to_string).collect();
            told.sort();
            told.dedup();
            prop_assert_eq!(told.len(), settings.len());
        }

        #[test]
        fn draws_do_not_depend_on_how_many_there_are_nor_on_other_keys(
            seed in any::<u64>(), few in 1_u64..10, more in 0_u64..10, keys in 1_usize..4,
        ) {
            let mut all = parameters(&[7; 4]);
            all.push(("rate".to_owned(), Parameter::Uniform(0.0, 1.0)));
            let some = &all[keys..];
            let (short, long) = (random(some, seed, few), random(&all, seed, few + more));
            for (short, long) in short.iter().zip(&long) {
                prop_assert_eq!(&short.0[..], &long.0[keys..]);
            }
            prop_assert_eq!(random(&all, seed, few), random(&all, seed, few));
        }
    }

    #[test]
    fn values_pass_through_the_command_line_unchanged() {
        let text = "a = 'b, \"c\" = $d'\nb = 1e-7\nc = [1, 2]\nd = { kind = 'cosine', end = 0.5 }\ne = true\nf = '3'\n";
        let table: Table = text.parse().unwrap();
        let setting = Setting(table.clone().into_iter().map(|(key, value)| Choice::value(&key, value)).collect());
        let mut back = Table::new();
        for (given, Choice { key, .. }) in setting.overrides().zip(&setting.0) {
            let parsed: Override = given.parse().unwrap();
            assert_eq!(parsed, format!("{key}={}", table[key]).parse().unwrap());
            let read = format!("value = {}", given.split_once('=').unwrap().1).parse::<Table>().unwrap();
            back.insert(key.clone(), read["value"].clone());
        }
        assert_eq!(back, table);
    }
}
