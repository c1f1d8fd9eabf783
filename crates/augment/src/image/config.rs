//! Chains in configurations.

use super::chain::{COMPOSE, ONE_OF, Work};
use super::{Chain, Operator, Step};
use crate::error::{AugmentError, Fault, Place};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use toml::{Table, Value};

/// The key of the list in a document of its own.
const KEY: &str = "augment";

impl Chain {
    /// A chain from a TOML document with one list of tables, `[[augment]]`.
    ///
    /// # Errors
    /// If the text is not TOML or has anything else in it, an operator is unknown, or a parameter is missing, unknown or
    /// out of its domain.
    pub fn from_toml(text: &str) -> Result<Self, AugmentError> {
        let whole = |message| AugmentError::new(Place::default(), Fault::Config { message });
        let mut document: Table =
            toml::from_str(text).map_err(|error| whole(error.to_string().trim_end().to_owned()))?;
        let list = document.remove(KEY);
        if let Some(key) = document.keys().next() {
            return Err(whole(format!("`{key}`: expected a list of tables [[{KEY}]] and nothing else")));
        }
        Self::from_value(list.unwrap_or_else(|| Value::Array(Vec::new())))
    }

    /// A chain from a list of tables.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_value(list: Value) -> Result<Self, AugmentError> {
        Self::new(read_steps(list, &mut Vec::new(), "")?)
    }

    /// The chain as a TOML document that [`from_toml`](Self::from_toml) reads.
    pub fn to_toml(&self) -> String {
        let document: Table = [(KEY.to_owned(), write_steps(&self.steps))].into_iter().collect();
        toml::to_string(&document).expect("tables of text and numbers are TOML")
    }
}

fn read_steps(list: Value, path: &mut Vec<usize>, operator: &str) -> Result<Vec<Step>, AugmentError> {
    let Value::Array(list) = list else {
        let message = format!("expected a list of tables, found {}", list.type_str());
        return Err(AugmentError::new(Place::operator(path, operator), Fault::Config { message }));
    };
    let mut steps = Vec::with_capacity(list.len());
    for (index, value) in list.into_iter().enumerate() {
        path.push(index);
        steps.push(read_step(value, path)?);
        path.pop();
    }
    Ok(steps)
}

fn read_step(value: Value, path: &mut Vec<usize>) -> Result<Step, AugmentError> {
    let config = |path: &[usize], operator: &str, message: String| {
        AugmentError::new(Place::operator(path, operator), Fault::Config { message })
    };
    let Value::Table(mut table) = value else {
        return Err(config(path, "", format!("expected a table with `op`, found {}", value.type_str())));
    };
    let name = match table.remove("op") {
        Some(Value::String(name)) => name,
        Some(other) => return Err(config(path, "", format!("`op` is {other}: expected the name of an operator"))),
        None => return Err(config(path, "", "`op` is missing: expected the name of an operator".to_owned())),
    };
    let p = match table.remove("p") {
        None => 1.0,
        Some(Value::Float(p)) => p,
        Some(Value::Integer(p)) => p as f64,
        Some(other) => return Err(config(path, &name, format!("p = {other}: expected a probability in [0, 1]"))),
    };
    let work = match name.as_str() {
        COMPOSE | ONE_OF => {
            let steps = table
                .remove("steps")
                .ok_or_else(|| config(path, &name, "`steps` is missing: expected a list of tables".to_owned()))?;
            let steps = read_steps(steps, path, &name)?;
            let weights = if name == ONE_OF { table.remove("weights") } else { None };
            let weights = weights
                .map(Value::try_into)
                .transpose()
                .map_err(|error| config(path, &name, format!("weights: {}", message(&error))))?;
            if let Some(key) = table.keys().next() {
                return Err(config(path, &name, format!("unknown field `{key}`")));
            }
            if name == COMPOSE { Work::Compose(steps) } else { Work::OneOf { steps, weights } }
        }
        _ => match Operator::read(&name, table) {
            Some(Ok(operator)) => Work::Operator(operator),
            Some(Err(error)) => return Err(config(path, &name, message(&error))),
            None => {
                let fault = Fault::UnknownOperator { name: name.clone(), closest: closest(&name) };
                return Err(AugmentError::new(Place::operator(path, &name), fault));
            }
        },
    };
    Ok(Step { p, work })
}

fn message(error: &toml::de::Error) -> String {
    error.to_string().trim_end().replace('\n', " ")
}

/// The operator whose name is most like the one given.
fn closest(name: &str) -> Option<&'static str> {
    let names = Operator::NAMES.iter().copied().chain([COMPOSE, ONE_OF]);
    let likeness = |known: &&'static str| (strsim::jaro_winkler(known, name) * 1e6) as u32;
    names.max_by_key(likeness).filter(|known| likeness(known) > 750_000)
}

fn write_steps(steps: &[Step]) -> Value {
    Value::Array(steps.iter().map(|step| Value::Table(write_step(step))).collect())
}

fn write_step(step: &Step) -> Table {
    let mut table = Table::new();
    table.insert("op".to_owned(), step.name().into());
    table.insert("p".to_owned(), step.p.into());
    match &step.work {
        Work::Operator(operator) => {
            table.extend(operator.write().expect("a checked operator has numbers that TOML knows"))
        }
        Work::Compose(steps) => {
            table.insert("steps".to_owned(), write_steps(steps));
        }
        Work::OneOf { steps, weights } => {
            table.insert("steps".to_owned(), write_steps(steps));
            if let Some(weights) = weights {
                table.insert("weights".to_owned(), weights.clone().into());
            }
        }
    }
    table
}

impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Value::deserialize(deserializer)?;
        Self::from_value(list).map_err(de::Error::custom)
    }
}

impl Serialize for Chain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.steps.iter().map(write_step))
    }
}
