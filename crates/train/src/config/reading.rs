//! From TOML to a configuration.

use super::{Check, ConfigError, Override, Problem, Problems};
use latent_numeric::text::without_byte_order_mark;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use toml::{Table, Value};

/// Reads a configuration from a file; see [`read`].
///
/// # Errors
/// [`ConfigError`].
pub fn read_file<C>(path: &Path, overrides: &[Override]) -> Result<C, ConfigError>
where
    C: DeserializeOwned + Serialize + Default + Check,
{
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.to_owned(), source })?;
    read(&text, overrides)
}

/// Reads a configuration from TOML, with values of the command line in the place of those in the text.
///
/// # Errors
/// [`ConfigError::Syntax`] if the text is not TOML; otherwise [`ConfigError::Problems`], all there are: unknown keys,
/// values of another type, and what the configuration's own [`Check`] finds.
pub fn read<C>(text: &str, overrides: &[Override]) -> Result<C, ConfigError>
where
    C: DeserializeOwned + Serialize + Default + Check,
{
    let mut table: Table =
        without_byte_order_mark(text).parse().map_err(|error| ConfigError::Syntax(Box::new(error)))?;
    let mut problems: Vec<Problem> = overrides.iter().filter_map(|value| value.apply(&mut table).err()).collect();
    let known = keys_of(&C::default());
    // A value that cannot be read is noted and taken out, so that its default lets the next one be found.
    let config = loop {
        let mut unknown = Vec::new();
        let mut track = serde_path_to_error::Track::new();
        let mut note = |path: serde_ignored::Path<'_>| unknown.push(path.to_string());
        let ignoring = serde_ignored::Deserializer::new(Value::Table(table.clone()), &mut note);
        let read: Result<C, toml::de::Error> =
            C::deserialize(serde_path_to_error::Deserializer::new(ignoring, &mut track));
        match read {
            Ok(config) => {
                problems.extend(unknown.into_iter().map(|key| not_a_key(key, &known)));
                break Some(config);
            }
            Err(error) => {
                let key = track.path().to_string();
                let message = error.message().trim().to_owned();
                let taken = remove(&mut table, &key);
                problems.push(Problem { key, message });
                if !taken {
                    break None;
                }
            }
        }
    };
    if let Some(config) = &config {
        let mut found = Problems::default();
        config.check(&mut found);
        problems.extend(found.into_vec());
    }
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(ConfigError::Problems(problems)),
    }
}

/// Takes a value out of its table; an array goes with its element.
fn remove(table: &mut Table, key: &str) -> bool {
    let key = key.split('[').next().unwrap_or(key);
    match key.split_once('.') {
        None => table.remove(key).is_some(),
        Some((first, rest)) => match table.get_mut(first) {
            Some(Value::Table(inner)) => remove(inner, rest) || table.remove(first).is_some(),
            // A part of a value that is read whole.
            Some(_) => table.remove(first).is_some(),
            None => false,
        },
    }
}

/// All keys that the default configuration has, with dots between tables.
fn keys_of(config: &impl Serialize) -> Vec<String> {
    fn collect(prefix: &str, table: &Table, keys: &mut Vec<String>) {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            if let Value::Table(inner) = value {
                collect(&key, inner, keys);
            }
            keys.push(key);
        }
    }
    let mut keys = Vec::new();
    if let Ok(table) = Table::try_from(config) {
        collect("", &table, &mut keys);
    }
    keys
}

fn not_a_key(key: String, known: &[String]) -> Problem {
    let nearest =
        known.iter().map(|known| (strsim::jaro_winkler(&key, known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = match nearest {
        Some((likeness, known)) if likeness > 0.85 => format!("; did you mean {known}?"),
        _ => String::new(),
    };
    Problem { key, message: format!("there is no such key{hint}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Config {
        name: String,
        epochs: u32,
        optimizer: Optimizer,
        layers: Vec<u32>,
        patience: Option<u32>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Optimizer {
        lr: f64,
        betas: [f64; 2],
    }

    impl Default for Optimizer {
        fn default() -> Self {
            Self { lr: 1e-3, betas: [0.9, 0.999] }
        }
    }

    impl Check for Config {
        fn check(&self, problems: &mut Problems) {
            problems.table("optimizer", &self.optimizer);
        }
    }

    impl Check for Optimizer {
        fn check(&self, problems: &mut Problems) {
            problems.require(self.lr > 0.0, "lr", format!("must be above 0, got {}", self.lr));
        }
    }

    fn problems(text: &str, overrides: &[&str]) -> Vec<String> {
        let overrides: Vec<Override> = overrides.iter().map(|text| text.parse().unwrap()).collect();
        match read::<Config>(text, &overrides) {
            Err(ConfigError::Problems(problems)) => problems.iter().map(Problem::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn defaults_stay_and_overrides_win() {
        let text = "epochs = 3\n[optimizer]\nlr = 0.1\n";
        let overrides =
            ["optimizer.lr=3e-4", "name=a b", "layers=[512, 256]", "patience=4"].map(|o| o.parse().unwrap());
        let config: Config = read(text, &overrides).unwrap();
        let optimizer = Optimizer { lr: 3e-4, betas: [0.9, 0.999] };
        let name = "a b".to_owned();
        assert_eq!(config, Config { name, epochs: 3, optimizer, layers: vec![512, 256], patience: Some(4) });
        assert_eq!(read::<Config>("", &[]).unwrap(), Config::default());
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let text =
            "epochs = -3\nepoch = 4\nlayers = [1, 'a']\npatience = true\n[optimizer]\nlr = 'fast'\nmomentum = 0.9\n";
        let mut told = problems(text, &["optimizer.betas=[0.9]"]);
        told.sort();
        let starts = [
            "epoch: there is no such key; did you mean epochs?",
            "epochs: invalid value: integer `-3`",
            "layers",
            "optimizer.betas",
            "optimizer.lr: invalid type: string \"fast\", expected f64",
            "optimizer.momentum: there is no such key",
            "patience: invalid type: boolean `true`",
        ];
        assert_eq!(told.len(), starts.len(), "{told:#?}");
        assert!(told.iter().zip(starts).all(|(told, start)| told.starts_with(start)), "{told:#?}");
        assert_eq!(problems("[optimizer]\nlr = -1", &["a.b=1"]).len(), 2);
        assert_eq!(problems("epochs = 1", &["epochs.b=1"]), ["epochs: is of type integer, it has no b"]);
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        let error = read::<Config>("epochs = 3\nlr ==", &[]).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        let missing = read_file::<Config>(Path::new("/does/not/exist.toml"), &[]).unwrap_err().to_string();
        assert!(missing.contains("/does/not/exist.toml"), "{missing}");
        for text in ["lr", "=3", "a..b=3", "a b=3"] {
            assert!(text.parse::<Override>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "\u{feff}rate = 0.5\n").unwrap();
        assert_eq!(read_file::<Marked>(&path, &[]).unwrap(), Marked { rate: 0.5 });
        assert_eq!(read::<Marked>("\u{feff}", &[]).unwrap(), Marked::default());
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Marked {
        rate: f64,
    }

    impl Check for Marked {
        fn check(&self, _: &mut Problems) {}
    }
}
