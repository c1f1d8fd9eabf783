//! Steps in configurations.

use super::{COMPOSE, Configured, ONE_OF, Registry, Step, Work};
use crate::error::{AugmentError, Fault, Place};
use latent_numeric::text::without_byte_order_mark;
use toml::{Table, Value};

/// The key of the list in a document of its own.
const KEY: &str = "augment";

/// The steps of a TOML document with one list of tables, `[[augment]]`.
pub(crate) fn read_document<O: Configured>(text: &str, registry: &Registry<O>) -> Result<Vec<Step<O>>, AugmentError> {
    let whole = |message| AugmentError::new(Place::default(), Fault::Config { message });
    let text = without_byte_order_mark(text);
    let mut document: Table = toml::from_str(text).map_err(|error| whole(error.to_string().trim_end().to_owned()))?;
    let list = document.remove(KEY);
    if let Some(key) = document.keys().next() {
        return Err(whole(format!("`{key}`: expected a list of tables [[{KEY}]] and nothing else")));
    }
    read_list(list.unwrap_or_else(|| Value::Array(Vec::new())), registry)
}

/// The steps of a list of tables, with parameters in their domains; else all that is wrong with them.
pub(crate) fn read_list<O: Configured>(list: Value, registry: &Registry<O>) -> Result<Vec<Step<O>>, AugmentError> {
    let mut errors = Vec::new();
    let steps = read_steps(list, registry, &mut Vec::new(), "", &mut errors);
    AugmentError::all(errors)?;
    Ok(steps)
}

/// The document that [`read_document`] reads.
pub(crate) fn write_document<O: Configured>(steps: &[Step<O>]) -> String {
    let document: Table = [(KEY.to_owned(), steps_value(steps))].into_iter().collect();
    toml::to_string(&document).expect("tables of text and numbers are TOML")
}

/// The list that [`read_list`] reads.
pub(crate) fn write_list<O: Configured>(steps: &[Step<O>]) -> impl Iterator<Item = Table> {
    steps.iter().map(write_step)
}

/// The steps that can be read; what is wrong with the others is noted.
fn read_steps<O: Configured>(
    list: Value,
    registry: &Registry<O>,
    path: &mut Vec<usize>,
    operator: &str,
    errors: &mut Vec<AugmentError>,
) -> Vec<Step<O>> {
    let Value::Array(list) = list else {
        let message = format!("expected a list of tables, found {}", list.type_str());
        errors.push(AugmentError::new(Place::operator(path, operator), Fault::Config { message }));
        return Vec::new();
    };
    let mut steps = Vec::with_capacity(list.len());
    for (index, value) in list.into_iter().enumerate() {
        path.push(index);
        let known = errors.len();
        match read_step(value, registry, path, errors) {
            // What is within it has places of its own only while it is whole.
            Ok(step) if known == errors.len() && path.len() == 1 => {
                step.check(path, errors);
                steps.push(step);
            }
            Ok(step) => steps.push(step),
            Err(error) => errors.push(error),
        }
        path.pop();
    }
    steps
}

fn read_step<O: Configured>(
    value: Value,
    registry: &Registry<O>,
    path: &mut Vec<usize>,
    errors: &mut Vec<AugmentError>,
) -> Result<Step<O>, AugmentError> {
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
    let composite = [COMPOSE, ONE_OF].contains(&name.as_str());
    let steps = if composite || O::NESTING.contains(&name.as_str()) {
        let steps = table
            .remove("steps")
            .ok_or_else(|| config(path, &name, "`steps` is missing: expected a list of tables".to_owned()))?;
        read_steps(steps, registry, path, &name, errors)
    } else {
        Vec::new()
    };
    let work = if composite {
        let weights = if name == ONE_OF { table.remove("weights") } else { None };
        let weights = weights
            .map(Value::try_into)
            .transpose()
            .map_err(|error| config(path, &name, format!("weights: {}", message(&error))))?;
        if let Some(key) = table.keys().next() {
            return Err(config(path, &name, format!("unknown field `{key}`")));
        }
        if name == COMPOSE { Work::Compose(steps) } else { Work::OneOf { steps, weights } }
    } else {
        let operator =
            if O::NAMES.contains(&name.as_str()) { O::read(&name, table, steps) } else { registry.read(&name, table) };
        match operator {
            Some(Ok(operator)) => Work::Operator(operator),
            Some(Err(error)) => return Err(config(path, &name, message(&error))),
            None => {
                let fault = Fault::UnknownOperator { name: name.clone(), closest: closest(&name, registry) };
                return Err(AugmentError::new(Place::operator(path, &name), fault));
            }
        }
    };
    Ok(Step { p, work })
}

fn message(error: &toml::de::Error) -> String {
    error.to_string().trim_end().replace('\n', " ")
}

/// The operator whose name is most like the one given.
fn closest<O: Configured>(name: &str, registry: &Registry<O>) -> Option<&'static str> {
    let likeness = |known: &&'static str| (strsim::jaro_winkler(known, name) * 1e6) as u32;
    registry.names().max_by_key(likeness).filter(|known| likeness(known) > 750_000)
}

fn write_step<O: Configured>(step: &Step<O>) -> Table {
    let mut table = Table::new();
    table.insert("op".to_owned(), step.name().into());
    table.insert("p".to_owned(), step.p.into());
    match &step.work {
        Work::Operator(operator) => {
            table.extend(operator.write().expect("a checked operator has numbers that TOML knows"));
            if O::NESTING.contains(&operator.name()) {
                table.insert("steps".to_owned(), steps_value(operator.inner()));
            }
        }
        Work::Compose(steps) => {
            table.insert("steps".to_owned(), steps_value(steps));
        }
        Work::OneOf { steps, weights } => {
            table.insert("steps".to_owned(), steps_value(steps));
            if let Some(weights) = weights {
                table.insert("weights".to_owned(), weights.clone().into());
            }
        }
    }
    table
}

fn steps_value<O: Configured>(steps: &[Step<O>]) -> Value {
    Value::Array(write_list(steps).map(Value::Table).collect())
}
