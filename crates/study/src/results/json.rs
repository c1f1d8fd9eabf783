//! Results for programs.

use serde::Serialize;
use serde_json::{Map, Value as Json};

/// The form in JSON; a number that is not finite is `null`.
pub(super) fn of(data: &(impl Serialize + ?Sized)) -> Json {
    serde_json::to_value(data).expect("numbers, words, lists and structs have a form in JSON")
}

/// Puts a value under a key whose dots make objects within objects. One that is there is replaced.
///
/// # Panics
/// If a part of the key names something that is no object.
pub(super) fn insert(into: &mut Map<String, Json>, key: &str, value: Json) {
    match key.split_once('.') {
        None => {
            into.insert(key.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = into.entry(first).or_insert_with(|| Json::Object(Map::new()));
            let Json::Object(inner) = inner else { panic!("Results: {first} is no object, and {key} is to be in it") };
            insert(inner, rest, value);
        }
    }
}
