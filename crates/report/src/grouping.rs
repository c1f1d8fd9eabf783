//! Runs that differ in nothing but the seed, and in what others differ.

use super::provenance::shown;
use super::run::Run;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Runs of one configuration with different seeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The values of the configuration in which it differs from the other groups, as a label.
    pub label: String,
    /// The numbers of its runs, one for each seed.
    pub runs: Vec<usize>,
    /// Runs that repeat a seed, each with the run of that seed that counts.
    pub repeated: Vec<(usize, usize)>,
}

/// A key of the configuration whose values differ between groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key, with dots between tables.
    pub key: String,
    /// Its value in each group; none where it is not given.
    pub values: Vec<Option<String>>,
}

type Values = BTreeMap<String, String>;

/// Everything but the seed, by key.
fn values(config: &Table) -> Values {
    fn collect(prefix: &str, table: &Table, all: &mut Values) {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match value {
                Value::Table(inner) => collect(&key, inner, all),
                _ => {
                    all.insert(key, shown(value));
                }
            }
        }
    }
    let mut all = Values::new();
    collect("", config, &mut all);
    all.remove("seed");
    all
}

/// Groups runs by their configurations without seeds, in the order of first runs, and finds the keys that differ. A run
/// without a readable configuration is a group of its own.
pub fn group(runs: &[Run]) -> (Vec<Group>, Vec<Difference>) {
    let mut found: Vec<(Option<Values>, Group)> = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let values = run.config.as_ref().map(values);
        let known = found.iter_mut().find(|(known, _)| values.is_some() && *known == values);
        match known {
            Some((_, group)) => {
                let twin = group.runs.iter().copied().find(|other| runs[*other].seed() == run.seed());
                match twin {
                    // The one that came to its end counts.
                    Some(twin) if run.done && !runs[twin].done => {
                        group.runs.iter_mut().filter(|other| **other == twin).for_each(|other| *other = index);
                        group.repeated.push((twin, index));
                    }
                    Some(twin) => group.repeated.push((index, twin)),
                    None => group.runs.push(index),
                }
            }
            None => {
                let group = Group { label: run.name(), runs: vec![index], repeated: Vec::new() };
                found.push((values, group));
            }
        }
    }
    let (configs, mut groups): (Vec<Option<Values>>, Vec<Group>) = found.into_iter().unzip();
    let differences = differences(&configs);
    for (index, (config, group)) in configs.iter().zip(&mut groups).enumerate() {
        if config.is_some() {
            group.label = label(index, &differences);
        }
    }
    (groups, differences)
}

fn differences(configs: &[Option<Values>]) -> Vec<Difference> {
    let known: Vec<&Values> = configs.iter().flatten().collect();
    let mut keys: Vec<&String> = known.iter().flat_map(|values| values.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter(|key| known.iter().any(|values| values.get(*key) != known[0].get(*key)))
        .map(|key| {
            let values = configs.iter().map(|values| values.as_ref()?.get(key).cloned()).collect();
            Difference { key: key.clone(), values }
        })
        .collect()
}

/// The values that differ: `beta = 4.0, latent_dim = 10`.
fn label(index: usize, differences: &[Difference]) -> String {
    const SHOWN: usize = 4;
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_owned();
    let unique = |name: &str| differences.iter().filter(|other| last(&other.key) == name).count() == 1;
    let parts: Vec<String> = differences
        .iter()
        .take(SHOWN)
        .map(|Difference { key, values }| {
            let name = Some(last(key)).filter(|name| unique(name)).unwrap_or_else(|| key.clone());
            match &values[index] {
                Some(value) => format!("{name} = {value}"),
                None => format!("no {name}"),
            }
        })
        .collect();
    match differences.len() {
        0 => "all runs".to_owned(),
        count if count > SHOWN => format!("{}, … ({})", parts.join(", "), index + 1),
        _ => parts.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    fn run(name: &str, config: &str, done: bool) -> Run {
        Run {
            folder: name.into(),
            config_text: Some(config.to_owned()),
            config: config.parse().ok(),
            manifest: None,
            metrics: Metrics::default(),
            figures: Vec::new(),
            units: Vec::new(),
            done,
            notes: Vec::new(),
        }
    }

    #[test]
    fn runs_are_grouped_by_all_but_the_seed() {
        let runs = [
            run("a", "seed = 0\nbeta = 1.0\n[optimizer]\nlr = 0.1", true),
            run("b", "beta = 4.0\nseed = 0\n[optimizer]\nlr = 0.1", true),
            run("c", "beta = 1.0\nseed = 1\n[optimizer]\nlr = 0.1", true),
            run("d", "seed = ", true),
            run("e", "seed = 1\nbeta = 4.0\nwarmup = 10\n[optimizer]\nlr = 0.1", true),
        ];
        let (groups, differences) = group(&runs);
        let found: Vec<_> = groups.iter().map(|group| (group.label.as_str(), group.runs.clone())).collect();
        let expected = [
            ("beta = 1.0, no warmup", vec![0, 2]),
            ("beta = 4.0, no warmup", vec![1]),
            ("d", vec![3]),
            ("beta = 4.0, warmup = 10", vec![4]),
        ];
        assert_eq!(found, expected);
        assert_eq!(differences.iter().map(|d| d.key.as_str()).collect::<Vec<_>>(), ["beta", "warmup"]);
        assert_eq!(differences[1].values, [None, None, None, Some("10".to_owned())]);
    }

    #[test]
    fn a_seed_counts_once_and_the_finished_run_is_taken() {
        let config = "seed = 3\nbeta = 1.0";
        let runs = [run("a~1", config, false), run("a", config, true), run("a~2", config, true)];
        let (groups, differences) = group(&runs);
        assert_eq!((groups.len(), groups[0].runs.as_slice(), differences.len()), (1, &[1][..], 0));
        assert_eq!(groups[0].repeated, [(0, 1), (2, 1)]);
    }

    #[test]
    fn names_are_as_short_as_they_are_clear() {
        let runs = [
            run("a", "[generator]\nlr = 0.1\n[critic]\nlr = 0.2", true),
            run("b", "[generator]\nlr = 0.3\n[critic]\nlr = 0.4", true),
        ];
        assert_eq!(group(&runs).0[0].label, "critic.lr = 0.2, generator.lr = 0.1");
    }
}
