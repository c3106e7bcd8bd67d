//! The schemas of what is printed, and JSON in one order.
#![allow(dead_code, reason = "every test file uses a part of it")]

use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The schema of a printed type; keys sorted, so that the file does not depend on how the JSON library is built.
pub fn schema<T: schemars::JsonSchema>() -> Value {
    sorted(SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().to_value())
}

/// The same with the keys of every object in order.
pub fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted_map: std::collections::BTreeMap<_, _> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            sorted_map.into_iter().collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// As it stands in a file.
pub fn text(value: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).unwrap())
}

#[track_caller]
pub fn assert_valid(validator: &jsonschema::Validator, instance: &Value, what: &str) {
    let errors: Vec<String> =
        validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
}
