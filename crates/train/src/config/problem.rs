//! What is wrong with a configuration.

use std::fmt;
use std::path::PathBuf;

/// A mistake in a configuration: the key, and what is wrong with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, with dots between tables: `optimizer.learning_rate`.
    pub key: String,
    /// What is wrong with its value, and what is allowed.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}

/// Collects the mistakes of a configuration, so that all are told at once.
#[derive(Debug, Default)]
pub struct Problems {
    table: Vec<String>,
    found: Vec<Problem>,
    alternatives: Vec<Vec<String>>,
}

impl Problems {
    /// Notes a mistake of this key, unless `holds`.
    pub fn require(&mut self, holds: bool, key: &str, message: impl Into<String>) {
        if !holds {
            let key = self.full(key);
            self.found.push(Problem { key, message: message.into() });
        }
    }

    /// Declares that at most one of these keys may be given, as they are ways to say the same, and notes a mistake if
    /// several are. Each comes with whether it is given.
    ///
    /// Where one of them is given by the command line it takes the place of the others in a file, and one in a file
    /// that of the others in what holds by default. So this is to be called whatever the values are.
    pub fn alternatives<const N: usize>(&mut self, keys: [(&str, bool); N]) {
        self.alternatives.push(keys.iter().map(|(key, _)| self.full(key)).collect());
        let given: Vec<&str> = keys.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
        if let [others @ .., last] = &given[..]
            && !others.is_empty()
        {
            self.require(false, last, one_of(&others.join(" and ")));
        }
    }

    fn full(&self, key: &str) -> String {
        self.table.iter().map(String::as_str).chain([key]).collect::<Vec<_>>().join(".")
    }

    /// Notes a mistake of each key whose count is zero.
    pub fn at_least_one<'k, C: Default + PartialEq>(&mut self, counts: impl IntoIterator<Item = (&'k str, C)>) {
        for (key, count) in counts {
            self.require(count != C::default(), key, "must be at least 1, got 0");
        }
    }

    /// Checks the part of the configuration that is the table of this name.
    pub fn table(&mut self, name: &str, part: &impl Check) {
        self.table.push(name.into());
        part.check(self);
        self.table.pop();
    }

    /// All of them.
    pub(super) fn into_vec(self) -> Vec<Problem> {
        self.found
    }

    /// Keys of which one is given, with dots between tables.
    pub(super) fn into_alternatives(self) -> Vec<Vec<String>> {
        self.alternatives
    }
}

/// What is wrong where a key is given beside others.
pub(super) fn one_of(others: &str) -> String {
    format!("cannot go with {others}; give one of them")
}

/// Checks the values of a configuration, or a part of one, alone and together.
pub trait Check {
    /// Notes every mistake.
    fn check(&self, problems: &mut Problems);
}

/// Why a configuration could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}", path.display())]
    Io {
        /// The file of the configuration.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The text is not valid TOML.
    #[error("the configuration is not TOML: {0}")]
    Syntax(Box<toml::de::Error>),
    /// Keys that are unknown or values that are not allowed, all of them.
    #[error("the configuration has {}:{}", counted(.0.len()), listed(.0))]
    Problems(Vec<Problem>),
}

fn counted(count: usize) -> String {
    if count == 1 { "a mistake".to_owned() } else { format!("{count} mistakes") }
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |list, problem| list + "\n  " + &problem.to_string())
}
