//! Names of data sets.

use latent_train::config::Problems;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// The name of a data set, as the flag `--dataset` and the key `dataset` of configurations have it.
///
/// A study says which names it knows by [`StudyConfig::DATASETS`](crate::training::StudyConfig::DATASETS); any name will do.
///
/// ```
/// use latent_study::DatasetName;
///
/// const SHELLS: DatasetName = DatasetName::new("shells");
/// assert_eq!("shells".parse(), Ok(SHELLS));
/// assert_eq!(SHELLS.to_string(), "shells");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatasetName(Cow<'static, str>);

impl DatasetName {
    /// Whatever is found of the sets that a study is about, and what can be generated if nothing is.
    pub const AUTO: Self = Self::new("auto");
    /// Handwritten digits.
    pub const MNIST: Self = Self::new("mnist");
    /// Pictures of clothes.
    pub const FASHION_MNIST: Self = Self::new("fashion-mnist");
    /// Photographs of the Berkeley segmentation data set.
    pub const BSDS: Self = Self::new("bsds");
    /// Generated data, which need no file and no network.
    pub const SYNTHETIC: Self = Self::new("synthetic");

    /// A name that the program knows.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Notes a name that is none of those that a study knows, for the `Check` of its configuration.
    pub fn check(&self, known: &[DatasetChoice], problems: &mut Problems) {
        let is_known = known.iter().any(|choice| choice.name == *self);
        problems.require(is_known, "dataset", format!("must be {}, got {self}", in_words(known)));
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for DatasetName {
    fn default() -> Self {
        Self::AUTO
    }
}

impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DatasetName {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self(Cow::Owned(name.to_owned())))
    }
}

/// A data set that a study can learn from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetChoice {
    /// Its name.
    pub name: DatasetName,
    /// A description of the data set in one line, for `--help`.
    pub about: &'static str,
}

impl DatasetChoice {
    /// A data set by its name, and what it is.
    pub const fn new(name: DatasetName, about: &'static str) -> Self {
        Self { name, about }
    }
}

/// The names of some data sets in words: `auto, mnist or synthetic`.
pub fn in_words(choices: &[DatasetChoice]) -> String {
    let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}
