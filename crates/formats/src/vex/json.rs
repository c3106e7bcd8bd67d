//! What the readers and writers of statements share: fields by name, and one way to print.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use ward_model::vex::Identity;

use super::VexError;

/// A text field, if it is one and says something.
pub(super) fn text(value: &Value, field: &str) -> Option<String> {
    value.get(field).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A text or a number, as text.
pub(super) fn text_or_number(value: &Value, field: &str) -> Option<String> {
    match value.get(field) {
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => text(value, field),
    }
}

/// A list field; empty where there is none.
pub(super) fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts of a list field.
pub(super) fn texts(value: &Value, field: &str) -> Vec<String> {
    list(value, field).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A list field that must be a list where it is there.
pub(super) fn checked_list<'v>(value: &'v Value, field: &str, place: &str) -> Result<&'v [Value], VexError> {
    match value.get(field) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(wrong(format!("{place}/{field}"), "expected a list")),
    }
}

pub(super) fn wrong(place: impl Into<String>, reason: impl Into<String>) -> VexError {
    VexError::Statement { place: place.into(), reason: reason.into() }
}

/// How often something may be said of something in one document. Lists that apply to each other multiply, and a small file must not
/// cost what it does not weigh.
const MAX_PAIRS: usize = 2_000_000;

/// What is left of that.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(MAX_PAIRS)
    }

    pub(super) fn spend(&mut self, pairs: usize, place: &str) -> Result<(), VexError> {
        self.0 = self.0.checked_sub(pairs).ok_or_else(|| wrong(place, "too much is said of too many products"))?;
        Ok(())
    }
}

/// Fields in the making: those without a value are left out.
#[derive(Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0.insert(field.to_owned(), value.into());
        self
    }

    pub(super) fn maybe(self, field: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(field, value),
            None => self,
        }
    }

    /// A list, where there is anything in it.
    pub(super) fn some(self, field: &str, values: Vec<Value>) -> Self {
        if values.is_empty() { self } else { self.with(field, values) }
    }
}

impl From<Fields> for Value {
    fn from(fields: Fields) -> Self {
        Self::Object(fields.0)
    }
}

pub(super) fn values<'t>(texts: impl IntoIterator<Item = &'t String>) -> Vec<Value> {
    texts.into_iter().map(|text| text.as_str().into()).collect()
}

/// A name under which a writer refers to a product that has no reference of its own.
pub(super) fn made_reference(identity: &Identity) -> String {
    if let Some(purl) = identity.purls.first() {
        return purl.clone();
    }
    let mut name =
        identity.name.clone().or_else(|| identity.cpes.first().cloned()).unwrap_or_else(|| "product".to_owned());
    if let Some(version) = &identity.version {
        name = format!("{name}@{version}");
    }
    name
}

/// The value as indented JSON with its fields in the order of the alphabet, whatever map holds them.
pub(crate) fn print(value: &Value) -> String {
    // Printing a value to memory cannot fail: its keys are texts, and its numbers are finite.
    let mut text = serde_json::to_string_pretty(&Sorted(value)).unwrap_or_default();
    text.push('\n');
    text
}

struct Sorted<'v>(&'v Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
                let mut map = serializer.serialize_map(Some(sorted.len()))?;
                for (name, value) in sorted {
                    map.serialize_entry(name, &Sorted(value))?;
                }
                map.end()
            }
            Value::Array(list) => serializer.collect_seq(list.iter().map(Sorted)),
            other => other.serialize(serializer),
        }
    }
}
