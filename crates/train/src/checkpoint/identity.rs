//! What a run is.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// What the results of a run depend on, by which a checkpoint is told from those of other runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The resolved configuration as TOML, the seed among it.
    pub config: String,
    /// A text that identifies the data, by names and checksums.
    pub data: String,
}

impl Identity {
    /// Describes in which keys and data `now` differs, a line for each.
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let flat = |text: &str| {
            let mut values = Vec::new();
            flatten("", &Value::Table(text.parse::<Table>().unwrap_or_default()), &mut values);
            values
        };
        let (then, today) = (flat(&self.config), flat(&now.config));
        let find = |values: &[(String, String)], key: &str| {
            values.iter().find(|(found, _)| found == key).map_or("nothing".to_owned(), |(_, value)| value.clone())
        };
        let keys: BTreeSet<&String> = then.iter().chain(&today).map(|(key, _)| key).collect();
        let mut lines: Vec<String> = keys
            .into_iter()
            .filter_map(|key| {
                let (then, today) = (find(&then, key), find(&today, key));
                (then != today).then(|| format!("{key} was {then}, is {today}"))
            })
            .collect();
        if lines.is_empty() && self.config != now.config {
            lines.push("the configuration is written differently".to_owned());
        }
        if self.data != now.data {
            lines.push(format!("the data were {}, are {}", self.data, now.data));
        }
        lines
    }
}

fn flatten(prefix: &str, value: &Value, values: &mut Vec<(String, String)>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&key, value, values);
            }
        }
        value => values.push((prefix.to_owned(), value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn differences_are_named() {
        let identity = |config: &str, data: &str| Identity { config: config.into(), data: data.into() };
        let then = identity("seed = 1\n[optimizer]\nlr = 0.1\n", "mnist 00ff");
        assert!(then.differences(&then.clone()).is_empty());
        let now = identity("seed = 1\nbeta = 2.0\n[optimizer]\nlr = 0.2\n", "strokes");
        let want =
            ["beta was nothing, is 2.0", "optimizer.lr was 0.1, is 0.2", "the data were mnist 00ff, are strokes"];
        assert_eq!(then.differences(&now), want);
    }
}
