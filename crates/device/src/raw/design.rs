//! What a table states of a design: the features in `has`, and the properties in `design`.
//!
//! Which words there are is the model's; here they are read with their places, and put into the schema.

use schemars::{Schema, SchemaGenerator, json_schema};
use toml::de::DeValue;
use ward_model::design::{DesignKind, Feature, Property};

use super::scalar::Claimed;
use super::{Decode, decode_at, expect_table, list, shorten, unknown_key};
use crate::diagnostic::{At, Place, Sink};
use crate::nearest::nearest;

/// A property, and what is stated of it.
pub(crate) type Stated = (Property, At<Claimed>);

fn feature(kind: DesignKind, value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Feature> {
    let words = || Feature::of(kind).map(Feature::word);
    let text = String::decode(value, place, sink)?;
    let found = Feature::from_word(kind, &text);
    if found.is_none() {
        sink.error(place, "unknown-word", format!("`{}` is not known here", shorten(&text)))
            .expected(format!("one of {}", list(words())))
            .did_you_mean(nearest(&text, words()));
    }
    found
}

fn properties(
    (kind, title): (DesignKind, &'static str),
    value: &DeValue<'_>,
    place: Place,
    sink: &mut Sink,
) -> Option<Vec<Stated>> {
    let table = expect_table(value, place, title, sink)?;
    let mut stated = Vec::new();
    for (key, value) in table {
        match Property::from_word(kind, key.get_ref()) {
            Some(property) => {
                stated.extend(decode_at::<Claimed>(value, place.file, sink).map(|claimed| (property, claimed)));
            }
            None => {
                let known: Vec<&'static str> = Property::of(kind).map(Property::word).collect();
                unknown_key(key, place.file, title, &known, sink);
            }
        }
    }
    Some(stated)
}

/// Two types for each kind of thing: a feature, and a table of properties.
macro_rules! designs {
    ($($kind:ident $title:literal: $feature:ident $properties:ident),+) => {$(
        #[doc = concat!("A feature of ", $title, ".")]
        #[derive(Debug, Clone)]
        pub(crate) struct $feature(pub Feature);

        impl Decode for $feature {
            fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
                feature(DesignKind::$kind, value, place, sink).map(Self)
            }

            fn schema(_: &mut SchemaGenerator) -> Schema {
                let words = Feature::of(DesignKind::$kind);
                let words: Vec<_> = words.map(|one| serde_json::json!({ "const": one.word(), "description": one.text() })).collect();
                json_schema!({ "oneOf": words })
            }
        }

        #[doc = concat!("The design of ", $title, ".")]
        #[derive(Debug, Clone)]
        pub(crate) struct $properties(pub Vec<Stated>);

        impl Decode for $properties {
            fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
                properties((DesignKind::$kind, concat!("the design of ", $title)), value, place, sink).map(Self)
            }

            fn schema(generator: &mut SchemaGenerator) -> Schema {
                let mut keys = serde_json::Map::new();
                for one in Property::of(DesignKind::$kind) {
                    let mut schema = Claimed::schema(generator);
                    schema.insert("description".to_owned(), one.text().into());
                    keys.insert(one.word().to_owned(), schema.to_value());
                }
                json_schema!({ "type": "object", "additionalProperties": false, "properties": keys })
            }
        }
    )+};
}
designs!(
    Element "an element": ElementFeature ElementProperties,
    Link "a link": LinkFeature LinkProperties,
    Secret "a secret": SecretFeature SecretProperties,
    Function "a function": FunctionFeature FunctionProperties
);
