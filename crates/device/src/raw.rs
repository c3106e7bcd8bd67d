//! The folder's files as written: one type per table, every value with its place.
//!
//! One definition gives the decoder, the list of valid keys and the JSON Schema, so the three cannot differ.
//! Nothing here knows what a name means: [`crate::check`] resolves them.

use schemars::{Schema, SchemaGenerator, json_schema};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{At, Place, Sink};
use crate::nearest::nearest;

pub(crate) mod considerations;
pub(crate) mod decisions;
pub(crate) mod design;
pub(crate) mod device;
pub(crate) mod fielded;
pub(crate) mod scalar;
pub(crate) mod site;
pub(crate) mod system;
pub(crate) mod trust;
pub(crate) mod use_cases;
pub(crate) mod variants;
pub(crate) mod vulnerabilities;

/// Something that stands in a folder file.
pub(crate) trait Decode: Sized {
    /// Reads it, or reports why not.
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self>;

    /// Its JSON Schema.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// Defines tables. A field is its key; `required` or `optional`; its type. Its documentation becomes the schema's description.
macro_rules! tables {
    ($(
        $(#[doc = $table_doc:literal])+
        struct $name:ident $title:literal {
            $( $(#[doc = $doc:literal])+ $field:ident: $need:ident $ty:ty, )+
        }
    )+) => {$(
        $(#[doc = $table_doc])+
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $name {
            $( $(#[doc = $doc])+ pub $field: Option<$crate::diagnostic::At<$ty>>, )+
        }

        impl $name {
            fn keys() -> Vec<&'static str> {
                vec![$($crate::raw::key_of(stringify!($field))),+]
            }
        }

        impl $crate::raw::Decode for $name {
            fn decode(
                value: &toml::de::DeValue<'_>,
                place: $crate::diagnostic::Place,
                sink: &mut $crate::diagnostic::Sink,
            ) -> Option<Self> {
                let table = $crate::raw::expect_table(value, place, $title, sink)?;
                let mut raw = Self { $($field: None),+ };
                for (key, value) in table {
                    let name: &str = key.get_ref();
                    $( if name == $crate::raw::key_of(stringify!($field)) {
                        raw.$field = $crate::raw::decode_at::<$ty>(value, place.file, sink);
                        continue;
                    } )+
                    $crate::raw::unknown_key(key, place.file, $title, &Self::keys(), sink);
                }
                $( $crate::raw::need!($need, $field, table, place, $title, sink); )+
                Some(raw)
            }

            fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<Self>()
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut table = $crate::raw::TableSchema::new(concat!($($table_doc),+));
                $( table.field(
                    $crate::raw::key_of(stringify!($field)),
                    concat!($($doc),+),
                    stringify!($need) == "required",
                    <$ty as $crate::raw::Decode>::schema(generator),
                ); )+
                table.finish()
            }
        }
    )+};
}
pub(crate) use tables;

macro_rules! need {
    (required, $field:ident, $table:ident, $place:ident, $title:literal, $sink:ident) => {
        $crate::raw::check_required(stringify!($field), $table, $place, $title, $sink)
    };
    (optional, $field:ident, $table:ident, $place:ident, $title:literal, $sink:ident) => {};
}
pub(crate) use need;

/// The key of a field: `ref` is a word of Rust, so its field is spelt `r#ref`.
pub(crate) fn key_of(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// Parses one file. What can be read of a file with errors in its syntax is read all the same.
pub(crate) fn decode_file<T: Decode>(file: usize, text: &str, sink: &mut Sink) -> Option<T> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut last = "";
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        // An open bracket gives the same error on every line that follows: the first one says it.
        let repeated = std::mem::replace(&mut last, error.message()) == error.message();
        sink.syntax_error(Place { file, start: span.start, end: span.end }, error.message(), repeated);
    }
    T::decode(&DeValue::Table(root.into_inner()), Place { file, start: 0, end: 0 }, sink)
}

/// Decodes a value and keeps its place.
pub(crate) fn decode_at<T: Decode>(value: &Spanned<DeValue<'_>>, file: usize, sink: &mut Sink) -> Option<At<T>> {
    let span = value.span();
    let place = Place { file, start: span.start, end: span.end };
    T::decode(value.get_ref(), place, sink).map(|value| At { value, place })
}

/// What a value is, for people.
pub(crate) fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

pub(crate) fn wrong_type(value: &DeValue<'_>, place: Place, expected: &str, sink: &mut Sink) {
    sink.error(place, "wrong-type", format!("this is {}", kind_of(value))).expected(expected);
}

pub(crate) fn expect_table<'a, 'i>(
    value: &'a DeValue<'i>,
    place: Place,
    title: &str,
    sink: &mut Sink,
) -> Option<&'a DeTable<'i>> {
    let table = value.as_table();
    if table.is_none() {
        wrong_type(value, place, &format!("a table: {title}"), sink);
    }
    table
}

/// Keys that people may look for where they are not, and where what they mean is said.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("an enforcer", "public", "say `public = true` on the [[secret]] itself"),
    ("a link's authentication", "verified_at", "a link is verified where it ends, at `to`"),
    ("a function", "fallback", "a fallback stands on an effect: [[function.effect]] fallback = { ... }"),
    ("the device", "family", "a folder describes a whole family: in what a variant differs stands in variants.toml"),
    ("the device", "inherits", "a folder describes a whole family: in what a variant differs stands in variants.toml"),
    ("the device", "variant", "variants stand in a file of their own, variants.toml"),
    ("an element", "properties", "what it has is listed in `has`, and how it is protected stands in `design`"),
    ("a version", "reachable", "whether units can be reached cannot be read yet"),
];

pub(crate) fn unknown_key(
    key: &Spanned<std::borrow::Cow<'_, str>>,
    file: usize,
    title: &str,
    known: &[&'static str],
    sink: &mut Sink,
) {
    let name = key.get_ref().as_ref();
    let place = Place { file, start: key.span().start, end: key.span().end };
    let hints = sink
        .error(place, "unknown-key", format!("{title} has no key `{}`", shorten(name)))
        .expected(format!("one of {}", list(known.iter().copied())));
    match ELSEWHERE.iter().find(|(of, key, _)| *of == title && *key == name) {
        Some((_, _, help)) => hints.help(*help),
        None => hints.did_you_mean(nearest(name, known.iter().copied())),
    };
}

pub(crate) fn check_required(field: &'static str, table: &DeTable<'_>, place: Place, title: &str, sink: &mut Sink) {
    let key = key_of(field);
    // In a file with broken syntax the key may stand where parsing gave up.
    if !sink.is_broken(place.file) && !table.contains_key(key) {
        let help = match (title, key) {
            ("the device", "model_since") => Some(
                "the day since which this model has been kept: what it says was known then at the latest, and clocks start there",
            ),
            ("a fallback", "detection_seconds") => {
                Some("how long noticing the loss takes; what is not known cannot count as 0")
            }
            _ => None,
        };
        let hints = sink.error(place, "missing-key", format!("{title} needs `{key}`"));
        if let Some(help) = help {
            hints.help(help);
        }
    }
}

/// `a`, `b` and `c`, for messages.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A text as it is repeated in a message: not longer than a line.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 80;
    let mut short: String = text.chars().take(MOST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

impl<T: Decode> Decode for Vec<At<T>> {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        let Some(array) = value.as_array() else {
            let expected = if value.is_table() { "a list of tables: each is headed `[[...]]`" } else { "a list" };
            wrong_type(value, place, expected, sink);
            return None;
        };
        // What could not be decoded has been reported; the rest is still looked at.
        Some(array.iter().filter_map(|item| decode_at(item, place.file, sink)).collect())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let items = T::schema(generator);
        json_schema!({ "type": "array", "items": items })
    }
}

/// One value, or a list of them.
#[derive(Debug, Clone)]
pub(crate) struct OneOrMany<T>(pub Vec<At<T>>);

impl<T: Decode> Decode for OneOrMany<T> {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        if value.is_array() {
            return Vec::decode(value, place, sink).map(Self);
        }
        T::decode(value, place, sink).map(|value| Self(vec![At { value, place }]))
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let one = T::schema(generator);
        let many = Vec::<At<T>>::schema(generator);
        json_schema!({ "anyOf": [one, many] })
    }
}

/// The items of an optional list.
pub(crate) fn items<T>(field: &Option<At<Vec<At<T>>>>) -> &[At<T>] {
    field.as_ref().map_or(&[], |list| &list.value)
}

/// Builds the schema of a table.
pub(crate) struct TableSchema {
    description: String,
    properties: serde_json::Map<String, serde_json::Value>,
    required: Vec<serde_json::Value>,
}

impl TableSchema {
    pub(crate) fn new(description: &str) -> Self {
        Self { description: description.trim().to_owned(), properties: serde_json::Map::new(), required: Vec::new() }
    }

    pub(crate) fn field(&mut self, key: &str, description: &str, required: bool, mut schema: Schema) {
        schema.insert("description".to_owned(), description.trim().into());
        self.properties.insert(key.to_owned(), schema.to_value());
        if required {
            self.required.push(key.into());
        }
    }

    pub(crate) fn finish(self) -> Schema {
        let mut schema =
            json_schema!({ "type": "object", "description": self.description, "additionalProperties": false });
        schema.insert("properties".to_owned(), self.properties.into());
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), self.required.into());
        }
        schema
    }
}
