//! Records that are not shaped as they should be: what can be read of them all the same, and what they are about.

use serde_json::{Map, Value};
use ward_model::affected::AffectedProduct;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;

use super::SetAside;

mod names;

pub(super) use names::Names;

/// Parts of a record that could not be read.
#[derive(Debug, Default)]
pub(super) struct Unread {
    reasons: Vec<String>,
    names: Names,
    lacks_a_name: bool,
}

/// More reasons than anybody reads.
const MOST_REASONS: usize = 5;

impl Unread {
    /// Takes note of one part.
    pub(super) fn note(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }

    /// Takes note of a name of a product that is there and cannot be read: what an earlier version says of that product is not taken back.
    pub(super) fn name(&mut self, reason: impl Into<String>, text: &str) {
        self.note(reason);
        self.about(text);
        self.lacks_a_name = true;
    }

    /// Whether such a name was among them.
    pub(super) fn lacks_a_name(&self) -> bool {
        self.lacks_a_name
    }

    /// Takes note of one part, and of what it names.
    pub(super) fn part(&mut self, reason: impl Into<String>, value: &Value) {
        self.note(reason);
        self.names.add(value);
    }

    /// Takes note of what is named anywhere in a value.
    pub(super) fn products(&mut self, value: &Value) {
        self.names.add(value);
    }

    /// Takes note of what a product is looked up by.
    pub(super) fn affected(&mut self, product: &AffectedProduct) {
        self.names.subjects.extend(product.keys());
    }

    /// Takes note of what a text names, however broken it is.
    pub(super) fn about(&mut self, text: &str) {
        self.names.text(text);
    }

    /// Whether everything could be read so far.
    pub(super) fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Takes over what somebody else took note of.
    pub(super) fn append(&mut self, mut other: Self) {
        self.reasons.append(&mut other.reasons);
        self.lacks_a_name |= other.lacks_a_name;
        self.names.products.append(&mut other.names.products);
        self.names.subjects.append(&mut other.names.subjects);
    }

    /// What is set aside of a record that is otherwise read; `None` where everything could be read.
    pub(super) fn into_set_aside(
        self,
        id: Option<VulnerabilityId>,
        last_modified: &str,
        place: u64,
        text: &[u8],
    ) -> Option<SetAside> {
        if self.reasons.is_empty() {
            return None;
        }
        let more = self.reasons.len().saturating_sub(MOST_REASONS);
        let mut reason = format!("in part: {}", self.reasons[..self.reasons.len() - more].join("; "));
        if more > 0 {
            reason.push_str(&format!("; and {more} more"));
        }
        let Names { products, subjects } = self.names;
        Some(SetAside {
            id,
            place,
            reason,
            digest: Digest::of(text),
            products: products.into_iter().collect(),
            subjects: subjects.into_iter().collect(),
            last_modified: last_modified.to_owned(),
        })
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

/// Takes note of a field that stands twice in one object: only one of the two is read, and what the other says is not known.
pub(super) fn note_twice(error: &serde_json::Error, text: &[u8], unread: &mut Unread) -> bool {
    let twice = error.to_string().starts_with("duplicate field");
    if twice {
        unread.note(error.to_string());
        // Whatever names a product, in the one that is read or in the other.
        let text = String::from_utf8_lossy(text);
        text.split('"').filter(|part| part.starts_with("cpe:")).for_each(|name| unread.about(name));
    }
    twice
}

/// The text in a field of some fields, whatever else cannot be read.
pub(super) fn text_at(text: &[u8], pointer: &str) -> Option<String> {
    let whole = serde_json::from_slice::<Value>(text).or_else(|_| serde_json::from_slice(&repaired(text))).ok()?;
    whole.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

/// Text with control characters, bytes that are no UTF-8 or halves of characters, made readable: each becomes a blank or the sign
/// for an unreadable character. Where a text is cut off it stays cut off.
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
    without_halves(&mut text);
    text
}

/// Writes the sign for an unreadable character over every `\uD800` to `\uDFFF` that stands without its other half.
fn without_halves(text: &mut [u8]) {
    let half = |text: &[u8], at: usize| -> Option<u16> {
        let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let number = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        (0xD800..=0xDFFF).contains(&number).then_some(number)
    };
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' {
            at += 1;
            continue;
        }
        match half(text, at) {
            None => at += 2,
            Some(first) if first < 0xDC00 && half(text, at + 6).is_some_and(|second| second >= 0xDC00) => at += 12,
            Some(_) => {
                text[at + 2..at + 6].copy_from_slice(b"FFFD");
                at += 6;
            }
        }
    }
}
