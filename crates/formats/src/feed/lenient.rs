//! Records that are not shaped as they should be: what can be read of them all the same, and what they are about.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use ward_model::cpe::{Cpe, ProductKey};
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;

use super::SetAside;

/// Parts of a record that could not be read.
#[derive(Debug, Default)]
pub(super) struct Unread {
    reasons: Vec<String>,
    products: BTreeSet<ProductKey>,
}

/// More reasons than anybody reads.
const MOST_REASONS: usize = 5;

impl Unread {
    /// Takes note of one part.
    pub(super) fn note(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }

    /// Takes note of one part, and of the products that it names.
    pub(super) fn part(&mut self, reason: impl Into<String>, value: &Value) {
        self.note(reason);
        products_in(value, &mut self.products);
    }

    /// Takes note of the products that a text names, however broken it is.
    pub(super) fn about(&mut self, text: &str) {
        named(text, &mut self.products);
    }

    /// Whether everything could be read so far.
    pub(super) fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Takes over what somebody else took note of.
    pub(super) fn append(&mut self, mut other: Self) {
        self.reasons.append(&mut other.reasons);
        self.products.append(&mut other.products);
    }

    /// What is set aside of a record that is otherwise read; `None` where everything could be read.
    pub(super) fn into_set_aside(self, id: Option<VulnerabilityId>, place: u64, text: &[u8]) -> Option<SetAside> {
        if self.reasons.is_empty() {
            return None;
        }
        let more = self.reasons.len().saturating_sub(MOST_REASONS);
        let mut reason = format!("in part: {}", self.reasons[..self.reasons.len() - more].join("; "));
        if more > 0 {
            reason.push_str(&format!("; and {more} more"));
        }
        Some(SetAside { id, place, reason, digest: Digest::of(text), products: self.products.into_iter().collect() })
    }
}

/// Takes out of one list of an object what cannot be read, and takes note of it. `name` is what the list is called in the reason.
pub(super) fn keep_readable(
    object: &mut Map<String, Value>,
    field: &str,
    name: &str,
    unread: &mut Unread,
    read: impl Fn(&Value) -> Result<(), serde_json::Error>,
) {
    let Some(value) = object.get_mut(field) else { return };
    match value {
        Value::Array(values) => {
            let mut place = 0;
            values.retain(|value| {
                place += 1;
                match read(value) {
                    Ok(()) => true,
                    Err(error) => {
                        unread.part(format!("{name} {place}: {error}"), value);
                        false
                    }
                }
            });
        }
        other => {
            let other = std::mem::take(other);
            object.remove(field);
            unread.part(format!("{name}: expected a list"), &other);
        }
    }
}

/// Removes a field that is no text, and takes note of it.
pub(super) fn keep_text(object: &mut Map<String, Value>, field: &str, unread: &mut Unread) {
    if object.get(field).is_some_and(|value| !value.is_string()) {
        object.remove(field);
        unread.note(format!("{field}: expected a text"));
    }
}

/// Removes every field that is `null`: it says nothing, and a list cannot be read from it.
pub(super) fn without_nulls(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(without_nulls),
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        _ => {}
    }
}

/// Text with control characters or bytes that are no UTF-8, made readable: each becomes a blank or the sign for an unreadable
/// character. Where a text is cut off it stays cut off.
pub(super) fn repaired(text: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(text).into_owned().into_bytes();
    for byte in &mut text {
        if *byte < 0x20 {
            *byte = b' ';
        }
    }
    if text.starts_with(&[0xEF, 0xBB, 0xBF]) {
        text[..3].fill(b' ');
    }
    text
}

/// Every product that a text in JSON names in a CPE name, wherever it stands, and however broken the name is behind the product.
pub(super) fn products(text: &[u8]) -> Vec<ProductKey> {
    let mut found = BTreeSet::new();
    if let Ok(whole) = serde_json::from_slice::<Value>(text) {
        products_in(&whole, &mut found);
    }
    found.into_iter().collect()
}

fn products_in(whole: &Value, found: &mut BTreeSet<ProductKey>) {
    let mut waiting = vec![whole];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(values) => waiting.extend(values),
            Value::Object(fields) => waiting.extend(fields.values()),
            Value::String(text) => named(text, found),
            _ => {}
        }
    }
}

fn named(text: &str, found: &mut BTreeSet<ProductKey>) {
    let text = text.trim();
    if !text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cpe:")) {
        return;
    }
    if let Ok(cpe) = Cpe::parse(text) {
        found.extend(cpe.product_key());
        return;
    }
    let fields = fields(text);
    // `cpe:2.3:PART:VENDOR:PRODUCT`, or `cpe:/PART:VENDOR:PRODUCT` of the older form.
    let (part, vendor, product) = match fields.as_slice() {
        [_, part, vendor, product, ..] if part.starts_with('/') => (&part[1..], *vendor, *product),
        [_, _, part, vendor, product, ..] => (*part, *vendor, *product),
        _ => return,
    };
    // Which part it is may be what cannot be read: it may then be any.
    let key = |part: &str| format!("{part}:{vendor}:{product}").parse::<ProductKey>();
    match key(part) {
        Ok(key) => drop(found.insert(key)),
        Err(_) => found.extend(["a", "o", "h"].into_iter().filter_map(|part| key(part).ok())),
    }
}

/// Splits at colons that no backslash takes the meaning from.
fn fields(text: &str) -> Vec<&str> {
    let (mut fields, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, letter) in text.char_indices() {
        if letter == ':' && !quoted {
            fields.push(&text[start..at]);
            start = at + 1;
        }
        quoted = letter == '\\' && !quoted;
    }
    fields.push(&text[start..]);
    fields
}
