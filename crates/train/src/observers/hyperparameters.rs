//! The configuration of a run as TensorBoard's page of hyperparameters has it.
//!
//! Messages of `plugins/hparams/plugin_data.proto` of TensorBoard, as content of the metadata of a value without data.

use super::protobuf::{bytes, double, whole};
use std::time::{SystemTime, UNIX_EPOCH};
use toml::{Table, Value};

/// The tag and the metadata of the values of a configuration, tables flattened to `optimizer.learning_rate`.
pub(super) fn start(config: &Table) -> (&'static str, Vec<u8>) {
    let mut values = Vec::new();
    collect("", config, &mut values);
    let entry = |(key, value): &(String, Vec<u8>)| bytes(1, &[bytes(1, key.as_bytes()), bytes(2, value)].concat());
    let mut info: Vec<u8> = values.iter().flat_map(entry).collect();
    info.extend(double(5, now()));
    ("_hparams_/session_start_info", metadata(&bytes(3, &info)))
}

/// The tag and the metadata of a run that came to its end.
pub(super) fn end() -> (&'static str, Vec<u8>) {
    const SUCCESS: u64 = 1;
    let info = [whole(1, SUCCESS), double(2, now())].concat();
    ("_hparams_/session_end_info", metadata(&bytes(4, &info)))
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// `SummaryMetadata` of the plugin.
fn metadata(data: &[u8]) -> Vec<u8> {
    bytes(1, &[bytes(1, b"hparams"), bytes(2, data)].concat())
}

/// Each value as a `google.protobuf.Value`.
fn collect(prefix: &str, table: &Table, values: &mut Vec<(String, Vec<u8>)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let encoded = match value {
            Value::Table(inner) => {
                collect(&key, inner, values);
                continue;
            }
            Value::Integer(number) => double(2, *number as f64),
            Value::Float(number) => double(2, *number),
            Value::Boolean(flag) => whole(4, u64::from(*flag)),
            Value::String(text) => bytes(3, text.as_bytes()),
            other => bytes(3, other.to_string().as_bytes()),
        };
        values.push((key, encoded));
    }
}
