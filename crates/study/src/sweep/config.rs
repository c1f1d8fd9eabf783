//! The file of a sweep.

use super::method::Method;
use super::settings::{self, Setting};
use super::vary::{Parameter, flat};
use latent_train::Mode;
use latent_train::config::{Check, Override, Problems};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use toml::Table;

/// What a sweep is.
///
/// ```toml
/// # A weight of the divergence and a learning rate, three seeds each.
/// study = "vae_mnist"            # the name of its program
/// config = "default"             # a configuration of it, or a file beside this one
/// seeds = [1, 2, 3]
///
/// [search]
/// mode = "grid"                  # all combinations; or "random", with count = 20 and perhaps seed = 1
///
/// [set]                          # what is the same for all, in the place of the configuration's
/// dataset = "mnist"
/// training.epochs = 5
///
/// [vary]                         # what is not
/// objective.beta = [1.0, 4.0]
/// optimizer.learning_rate = [3e-4, 1e-3]
///
/// [rank]
/// by = "NLL by importance sampling"
/// mode = "min"
/// ```
///
/// ```
/// use latent_study::sweep::Sweep;
/// use latent_train::config;
///
/// let text = "study = 'vae_mnist'\n[vary]\nobjective.beta = [1.0, 4.0]\ntraining.epochs = [5, 10, 20]\n";
/// let sweep: Sweep = config::read(text, &["seeds=[1, 2]".parse()?])?;
/// assert_eq!(sweep.settings().len(), 6);
/// let error = config::read::<Sweep>("[vary]\nobjective.beta = 1.0\n", &[]).unwrap_err().to_string();
/// assert!(error.contains("study: must be") && error.contains("vary.objective.beta: must be a list"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sweep {
    /// The study, by the name of its program.
    pub study: String,
    /// A configuration of the study; its default one if none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// A run of each setting with each of these.
    pub seeds: Vec<u64>,
    /// Which settings there are.
    pub search: Search,
    /// Values of the configuration that are the same in all settings.
    pub set: Table,
    /// Values that differ: see [`Parameter`].
    pub vary: Table,
    /// Methods that are compared, each with each of the values that differ; none in many sweeps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    /// What is told of the methods.
    #[serde(skip_serializing_if = "Compare::is_empty")]
    pub compare: Compare,
    /// What decides which setting is best.
    pub rank: Rank,
}

/// Which settings there are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// All combinations or draws.
    pub mode: SearchMode,
    /// The number of settings that a random search draws.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Of a random search: the seed of the draws, 0 if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// How settings are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchMode {
    /// All combinations of the values.
    #[default]
    Grid,
    /// So many draws. A draw depends on its number and key alone: more of them, or more keys, change none.
    Random,
}

/// What is told of methods, by the names of figures in the report; where nothing is named, the one of [`Rank`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Compare {
    /// Columns of the table.
    pub table: Vec<String>,
    /// What the plot has for each method, on one axis.
    pub plot: Vec<String>,
}

impl Compare {
    fn is_empty(&self) -> bool {
        self.table.is_empty() && self.plot.is_empty()
    }
}

/// What decides which setting is best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rank {
    /// A final figure, by its name in the report.
    pub by: String,
    /// Whether less of it is better, or more.
    pub mode: Mode,
}

impl Default for Rank {
    fn default() -> Self {
        Self { by: "objective, validation".to_owned(), mode: Mode::Min }
    }
}

impl Default for Sweep {
    fn default() -> Self {
        Self {
            study: String::new(),
            config: None,
            seeds: vec![0],
            search: Search::default(),
            set: Table::new(),
            vary: Table::new(),
            methods: Vec::new(),
            compare: Compare::default(),
            rank: Rank::default(),
        }
    }
}

/// More runs than this are a slip of the keyboard.
const MOST: u64 = 100_000;

impl Sweep {
    /// What varies, by key.
    pub fn parameters(&self) -> Vec<(String, Parameter)> {
        flat(&self.vary).into_iter().filter_map(|(key, value)| Some((key, Parameter::parse(value).ok()?))).collect()
    }

    /// Every setting, without what is the same for all.
    pub fn settings(&self) -> Vec<Setting> {
        let parameters = self.parameters();
        match self.search.mode {
            SearchMode::Grid => settings::with_methods(settings::grid(&parameters), &self.methods),
            SearchMode::Random => {
                settings::random(&parameters, self.search.seed.unwrap_or(0), self.search.count.unwrap_or(0))
            }
        }
    }

    fn check_methods(&self, problems: &mut Problems) {
        let grid = self.search.mode == SearchMode::Grid;
        problems.require(grid || self.methods.is_empty(), "methods", "are of a grid, and search.mode is \"random\"");
        for (index, method) in self.methods.iter().enumerate() {
            let (key, name) = (format!("methods[{index}].name"), method.name.trim());
            problems.require(!name.is_empty(), &key, "must be given");
            let twice = self.methods[..index].iter().any(|other| other.name == method.name);
            problems.require(!twice, &key, format!("{name:?} is given twice"));
            for (key, _) in flat(&method.set) {
                let varies = flat(&self.vary).iter().any(|(other, _)| *other == key);
                problems.require(!varies, &format!("methods[{index}].set.{key}"), "is given in `vary` as well");
            }
        }
        let named = self.compare.is_empty() || !self.methods.is_empty();
        problems.require(named, "compare", "is of methods, and there are none");
    }

    fn check_keys(&self, problems: &mut Problems) {
        let word = |key: &str| format!("{key}=0").parse::<Override>().is_ok();
        let set = flat(&self.set);
        let methods: Vec<_> = self.methods.iter().flat_map(|method| flat(&method.set)).collect();
        let of_methods = methods.iter().map(|value| ("methods.set", value));
        let all = || set.iter().map(|value| ("set", value)).chain(of_methods.clone());
        for (table, key) in
            all().map(|(table, (key, _))| (table, key)).chain(flat(&self.vary).iter().map(|(key, _)| ("vary", key)))
        {
            let message = "a key has letters, digits, _ and -, with dots between tables";
            problems.require(word(key), &format!("{table}.{key}"), message);
            let message = "the seed is no part of the configuration: give `seeds`";
            problems.require(key != "seed", &format!("{table}.{key}"), message);
        }
        for (table, (key, value)) in all().chain(flat(&self.vary).iter().map(|value| ("vary", value))) {
            // A job is a line of a list.
            problems.require(!value.to_string().contains('\n'), &format!("{table}.{key}"), "must be on one line");
        }
        for (key, value) in flat(&self.vary) {
            let twice = set.iter().any(|(other, _)| *other == key);
            let key = format!("vary.{key}");
            problems.require(!twice, &key, "is given in `set` as well");
            match Parameter::parse(value) {
                Err(why) => problems.require(false, &key, why),
                Ok(Parameter::Values(_)) => {}
                Ok(_) => {
                    let message = format!("a grid has lists of values, got {value}; or set search.mode to \"random\"");
                    problems.require(self.search.mode == SearchMode::Random, &key, message);
                }
            }
        }
    }
}

impl Check for Sweep {
    fn check(&self, problems: &mut Problems) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        let named = !self.study.is_empty() && self.study.chars().all(is_name);
        let message = format!("must be the name of a study's program, such as \"vae_mnist\", got {:?}", self.study);
        problems.require(named, "study", message);
        problems.require(!self.seeds.is_empty(), "seeds", "must have at least one seed");
        let mut seen = BTreeSet::new();
        for seed in &self.seeds {
            problems.require(seen.insert(seed), "seeds", format!("{seed} is given twice"));
        }
        problems.table("search", &self.search);
        self.check_keys(problems);
        self.check_methods(problems);
        let settings = match self.search.mode {
            SearchMode::Random => self.search.count.unwrap_or(1),
            SearchMode::Grid => {
                self.parameters().iter().fold(1_u64, |all, (_, parameter)| match parameter {
                    Parameter::Values(values) => all.saturating_mul(values.len() as u64),
                    _ => all,
                }) * self.methods.len().max(1) as u64
            }
        };
        let runs = settings.saturating_mul(self.seeds.len() as u64);
        problems.require(runs <= MOST, "vary", format!("there would be {runs} runs, more than {MOST}"));
    }
}

impl Check for Search {
    fn check(&self, problems: &mut Problems) {
        match self.mode {
            SearchMode::Grid => {
                for (key, given) in [("count", self.count.is_some()), ("seed", self.seed.is_some())] {
                    problems.require(!given, key, "is of a random search, and mode is \"grid\"");
                }
            }
            SearchMode::Random => {
                let message = "a random search needs a count of at least 1";
                problems.require(self.count.is_some_and(|count| count >= 1), "count", message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_train::config;

    #[test]
    fn all_mistakes_are_told_with_their_keys() {
        let text = "study = 'a/b'\nseeds = [1, 1]\nsed = 3\n[search]\nmode = 'grid'\ncount = 3\n[set]\nbeta = 1\nseed = 4\n\
                    [vary]\nbeta = [1, 2]\n'a b' = [1]\nrate = { uniform = [0, 1] }\nlayers = 3\nnone = []\n";
        let told = config::read::<Sweep>(text, &[]).unwrap_err().to_string();
        for part in [
            "10 mistakes",
            "sed: there is no such key; did you mean seed",
            "study: must be the name",
            "seeds: 1 is given twice",
            "search.count: is of a random search",
            "set.seed: the seed is no part",
            "vary.a b: a key has letters",
            "vary.beta: is given in `set` as well",
            "vary.rate: a grid has lists of values",
            "vary.layers: must be a list",
            "vary.none: must have at least one value",
        ] {
            assert!(told.contains(part), "{part} in {told}");
        }
        let random = "study = 'a'\nseeds = []\n[search]\nmode = 'random'\nseed = -1\n";
        let told = config::read::<Sweep>(random, &[]).unwrap_err().to_string();
        for part in ["3 mistakes", "seeds: must have at least one", "search.count", "search.seed"] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }

    #[test]
    fn a_slip_of_the_keyboard_is_no_sweep() {
        let list = format!("{:?}", (0..400).collect::<Vec<_>>());
        let text = format!("study = 'a'\n[vary]\na = {list}\nb = {list}\n");
        let told = config::read::<Sweep>(&text, &[]).unwrap_err().to_string();
        assert!(told.contains("vary: there would be 160000 runs"), "{told}");
    }

    #[test]
    fn what_is_saved_reads_back() {
        let text = "study = 'a'\n[vary]\n'x.y' = [{ kind = 'cosine' }]\nz = { log_uniform = [1e-3, 1.0] }\n\
                    [search]\nmode = 'random'\ncount = 3\n";
        let sweep: Sweep = config::read(text, &[]).unwrap();
        let again: Sweep = config::read(&toml::to_string(&sweep).unwrap(), &[]).unwrap();
        assert_eq!((again.settings(), &again), (sweep.settings(), &sweep));
    }
}
