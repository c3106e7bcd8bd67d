//! The keys of a table, and which of them nobody asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Format, LeftOut, ThreatModelError};

/// A table of which it is remembered what was read.
pub(super) struct Fields<'a> {
    table: &'a Map<String, Value>,
    read: RefCell<BTreeSet<&'static str>>,
    format: Format,
    place: String,
}

/// Whether nothing is said: null, an empty text, list or table.
fn is_silent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(table) => table.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

impl<'a> Fields<'a> {
    pub(super) fn new(format: Format, place: impl Into<String>, value: &'a Value) -> Result<Self, ThreatModelError> {
        let place = place.into();
        match value.as_object() {
            Some(table) => Ok(Self { table, read: RefCell::default(), format, place }),
            None => Err(ThreatModelError::Broken { format, place, reason: "expected a table of keys".to_owned() }),
        }
    }

    pub(super) fn wrong(&self, key: &str, reason: impl Into<String>) -> ThreatModelError {
        let place = if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) };
        ThreatModelError::Broken { format: self.format, place, reason: reason.into() }
    }

    fn get(&self, key: &'static str) -> Option<&'a Value> {
        self.read.borrow_mut().insert(key);
        self.table.get(key).filter(|value| !is_silent(value))
    }

    /// Something that has no meaning here: how a drawing looks, or what is said again elsewhere.
    pub(super) fn skip(&self, keys: &[&'static str]) {
        self.read.borrow_mut().extend(keys);
    }

    /// A text, or a number as a text, on one line.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        match self.get(key)? {
            Value::String(text) => Some(one_line(text)),
            Value::Number(number) => Some(number.to_string()),
            _ => {
                // What is no text is not lost: it stands among what was not read.
                self.read.borrow_mut().remove(key);
                None
            }
        }
    }

    pub(super) fn needed_text(&self, key: &'static str) -> Result<String, ThreatModelError> {
        match self.get(key) {
            Some(Value::String(text)) => Ok(one_line(text)),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(_) => Err(self.wrong(key, "expected a text")),
            None => Err(self.wrong(key, "it is missing")),
        }
    }

    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        match self.get(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => {
                self.read.borrow_mut().remove(key);
                None
            }
        }
    }

    /// A list; without the key an empty one.
    pub(super) fn list(&self, key: &'static str) -> Result<&'a [Value], ThreatModelError> {
        match self.get(key) {
            None => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(self.wrong(key, "expected a list")),
        }
    }

    /// A table by names; without the key an empty one.
    pub(super) fn named(&self, key: &'static str) -> Result<Vec<(&'a String, &'a Value)>, ThreatModelError> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Object(table)) => Ok(table.iter().collect()),
            Some(_) => Err(self.wrong(key, "expected a table of names")),
        }
    }

    /// A table within.
    pub(super) fn inner(&self, key: &'static str) -> Result<Option<Fields<'a>>, ThreatModelError> {
        let place = if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) };
        self.get(key).map(|value| Fields::new(self.format, place, value)).transpose()
    }

    pub(super) fn needed_inner(&self, key: &'static str) -> Result<Fields<'a>, ThreatModelError> {
        self.inner(key)?.ok_or_else(|| self.wrong(key, "it is missing"))
    }

    /// The texts of a list.
    pub(super) fn texts(&self, key: &'static str) -> Result<Vec<String>, ThreatModelError> {
        Ok(self.list(key)?.iter().filter_map(|item| item.as_str().map(one_line)).collect())
    }

    /// Tells what nobody asked for: `what` is the kind of thing that this table is, `name` which one it is.
    pub(super) fn rest(&self, left_out: &mut LeftOut, what: &str, name: &str) {
        let read = self.read.borrow();
        for (key, value) in self.table {
            // That something is not so needs no place.
            if !read.contains(key.as_str()) && !is_silent(value) && *value != Value::Bool(false) {
                left_out.add(format!("{what}: {key}"), name);
            }
        }
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The number of a weakness: `CWE-79`, `79`.
pub(super) fn cwe(text: &str) -> Option<u32> {
    let digits = text.trim();
    let digits = digits.get(..4).filter(|head| head.eq_ignore_ascii_case("cwe-")).map_or(digits, |_| &digits[4..]);
    digits.parse().ok()
}
