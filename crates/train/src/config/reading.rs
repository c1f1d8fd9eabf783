//! From TOML to a configuration.

use super::problem::one_of;
use super::{Check, ConfigError, Override, Problem, Problems};
use latent_numeric::text::without_byte_order_mark;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use toml::{Table, Value};

/// Reads a configuration from a TOML file, with values of the command line in the place of those in the file; see
/// [`read`].
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
/// Of [alternatives](Problems::alternatives), such as the number of epochs and that of steps, one on the command line
/// takes the place of the others in the text.
///
/// # Errors
/// [`ConfigError::Syntax`] if the text is not TOML; otherwise [`ConfigError::Problems`], all there are: unknown keys,
/// values of another type, and what the configuration's own [`Check`] finds.
pub fn read<C>(text: &str, overrides: &[Override]) -> Result<C, ConfigError>
where
    C: DeserializeOwned + Serialize + Default + Check,
{
    read_with_defaults(Table::new(), text, overrides)
}

/// Reads a configuration as [`read`] does, with values that hold where neither the text nor the command line gives any.
///
/// ```
/// use latent_train::Limit;
/// use latent_train::config::{Training, read_with_defaults};
///
/// let defaults = || toml::toml! { steps = 600 };
/// let limit = |text: &str| read_with_defaults(defaults(), text, &[]).map(|training: Training| training.limit());
/// assert_eq!((limit("batch_size = 4")?, limit("epochs = 2")?), (Limit::Steps(600), Limit::Epochs(2)));
/// # Ok::<(), latent_train::config::ConfigError>(())
/// ```
///
/// # Errors
/// Those of [`read`].
pub fn read_with_defaults<C>(defaults: Table, text: &str, overrides: &[Override]) -> Result<C, ConfigError>
where
    C: DeserializeOwned + Serialize + Default + Check,
{
    let mut table: Table =
        without_byte_order_mark(text).parse().map_err(|error| ConfigError::Syntax(Box::new(error)))?;
    let mut declared = Problems::default();
    C::default().check(&mut declared);
    let alternatives = declared.into_alternatives();
    let mut problems = leave_to(overrides, &mut table, &alternatives);
    problems.extend(overrides.iter().filter_map(|value| value.apply(&mut table).err()));
    fill(&mut table, defaults, &alternatives);
    let mut known = keys_of(&C::default());
    known.extend(alternatives.into_iter().flatten());
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
                let message = in_words(error.message().trim());
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

/// Takes out of a text what the command line says in another way. Where the text says it in several ways itself, that
/// is a mistake nonetheless.
fn leave_to(overrides: &[Override], table: &mut Table, alternatives: &[Vec<String>]) -> Vec<Problem> {
    let mut said = Table::new();
    overrides.iter().for_each(|value| {
        // What cannot be put in its place is told where it is put into the text.
        let _ = value.apply(&mut said);
    });
    let mut problems = Vec::new();
    for keys in alternatives.iter().filter(|keys| keys.iter().any(|key| find(&said, key).is_some())) {
        let here: Vec<&String> = keys.iter().filter(|key| find(table, key).is_some()).collect();
        if let [other, .., last] = here[..] {
            // Within the same table.
            let other = other.rsplit('.').next().unwrap_or(other);
            problems.push(Problem { key: last.clone(), message: one_of(other) });
        }
        let unsaid: Vec<&String> = here.into_iter().filter(|key| find(&said, key).is_none()).collect();
        unsaid.into_iter().for_each(|key| take(table, key));
    }
    problems
}

/// Adds what a table does not say, in whatever way.
fn fill(table: &mut Table, mut with: Table, alternatives: &[Vec<String>]) {
    for keys in alternatives.iter().filter(|keys| keys.iter().any(|key| find(table, key).is_some())) {
        keys.iter().for_each(|key| take(&mut with, key));
    }
    merge(table, with);
}

fn merge(table: &mut Table, with: Table) {
    for (key, value) in with {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(with)) => merge(inner, with),
            (Some(_), _) => {}
            (None, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// The value of a key with dots between tables.
fn find<'t>(table: &'t Table, key: &str) -> Option<&'t Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((first, rest)) => find(table.get(first)?.as_table()?, rest),
    }
}

/// Takes the value of such a key out, and nothing else.
fn take(table: &mut Table, key: &str) {
    match key.split_once('.') {
        None => {
            table.remove(key);
        }
        Some((first, rest)) => {
            if let Some(Value::Table(inner)) = table.get_mut(first) {
                take(inner, rest);
            }
        }
    }
}

/// What types are called by people.
fn in_words(message: &str) -> String {
    let Some((before, kind)) = message.rsplit_once(", expected ") else { return message.to_owned() };
    let kind = match kind {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        other => other,
    };
    format!("{before}, expected {kind}")
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
    let hint = nearest(&key, known).map_or_else(String::new, |known| format!("; did you mean {known}?"));
    Problem { key, message: format!("there is no such key{hint}") }
}

/// The one of these words that is most like a misspelt one, none if none is like it: what was probably meant.
///
/// ```
/// use latent_train::config::nearest;
///
/// let known = ["default", "convolutional", "beta4"];
/// assert_eq!((nearest("defalt", &known), nearest("huge", &known)), (Some("default"), None));
/// ```
pub fn nearest<'k>(word: &str, known: &'k [impl AsRef<str>]) -> Option<&'k str> {
    let likeness = |known: &'k str| (strsim::jaro_winkler(word, known), known);
    let likest = known.iter().map(|known| likeness(known.as_ref())).max_by(|a, b| a.0.total_cmp(&b.0));
    likest.filter(|(likeness, _)| *likeness > 0.85).map(|(_, known)| known)
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
            "epochs: invalid value: integer `-3`, expected a whole number, 0 or more",
            "layers",
            "optimizer.betas",
            "optimizer.lr: invalid type: string \"fast\", expected a number",
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

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Way {
        size: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        feet: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        metres: Option<u32>,
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Walk {
        way: Way,
    }

    impl Check for Walk {
        fn check(&self, problems: &mut Problems) {
            problems.table("way", &self.way);
        }
    }

    impl Check for Way {
        fn check(&self, problems: &mut Problems) {
            problems.alternatives([("feet", self.feet.is_some()), ("metres", self.metres.is_some())]);
        }
    }

    /// What is said by default, in a file and on the command line.
    fn walk(default: &str, file: &str, set: &[&str]) -> Result<(u32, Option<u32>, Option<u32>), String> {
        let set: Vec<Override> = set.iter().map(|set| set.parse().unwrap()).collect();
        let read = read_with_defaults::<Walk>(default.parse().unwrap(), file, &set);
        read.map(|Walk { way }| (way.size, way.feet, way.metres)).map_err(|error| error.to_string())
    }

    #[test]
    fn of_two_ways_to_say_a_thing_the_most_specific_source_decides() {
        let (feet, metres) = ("way.feet = 3\nway.size = 9\n", "way.metres = 1\n");
        assert_eq!(walk(feet, "", &[]), Ok((9, Some(3), None)));
        assert_eq!(walk(feet, metres, &[]), Ok((9, None, Some(1))));
        assert_eq!(walk(metres, feet, &[]), Ok((9, Some(3), None)));
        assert_eq!(walk(feet, "", &["way.metres=2"]), Ok((9, None, Some(2))));
        assert_eq!(walk(feet, metres, &["way.feet=4"]), Ok((9, Some(4), None)));
        assert_eq!(walk("", feet, &["way.metres=2"]), Ok((9, None, Some(2))));
        // The same within a table that is given as a whole, which keeps what is said by default.
        assert_eq!(walk(feet, "", &["way={ metres = 2 }"]), Ok((9, None, Some(2))));
        assert_eq!(walk("way.size = 9", feet, &["way={ metres = 2 }"]), Ok((9, None, Some(2))));
        assert_eq!(walk(feet, metres, &["way.metres=2", "way.metres=5"]), Ok((9, None, Some(5))));
    }

    #[test]
    fn both_in_one_source_are_a_mistake() {
        let (feet, both) = ("way.feet = 3\n", "way.feet = 3\nway.metres = 1\n");
        let sets = &["way.metres=2", "way.feet=1"];
        for told in [walk("", both, &[]), walk(feet, both, &[]), walk("", both, &["way.feet=2"]), walk("", "", sets)] {
            let told = told.unwrap_err();
            assert!(told.contains("a mistake") && told.contains("way.metres: cannot go with feet"), "{told}");
        }
        let told = walk(feet, "way.metrs = 1", &[]).unwrap_err();
        assert!(told.contains("did you mean way.metres?"), "{told}");
    }
}
