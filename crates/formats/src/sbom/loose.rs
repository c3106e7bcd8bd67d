//! Optional fields that real tools write with another type: taken where they fit, remembered where they do not.
//!
//! A number is never taken for a text: `1.10` written as a number is `1.1` once it is read.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// An optional value of one type, or the name of the type that stood in its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Loose<T> {
    #[default]
    Absent,
    Good(T),
    Wrong(&'static str),
}

impl<T> Loose<T> {
    /// The value, telling `remark` what stood there if it was something else.
    pub(super) fn or_remark(self, remark: impl FnOnce(&'static str)) -> Option<T> {
        match self {
            Self::Good(value) => Some(value),
            Self::Absent => None,
            Self::Wrong(found) => {
                remark(found);
                None
            }
        }
    }
}

/// What a type takes; everything else becomes [`Loose::Wrong`].
pub(super) trait FromLoose<'de>: Sized {
    fn from_text(_: Cow<'de, str>) -> Result<Self, &'static str> {
        Err("text")
    }
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Loose<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Wrong("an object"))
    }
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Loose<Self>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::Wrong("a list"))
    }
}

/// A text.
pub(super) type Text<'de> = Loose<Cow<'de, str>>;

impl<'de: 'a, 'a> FromLoose<'de> for Cow<'a, str> {
    fn from_text(text: Cow<'de, str>) -> Result<Self, &'static str> {
        Ok(text)
    }
}

impl<'de> Text<'de> {
    /// The text, where there is one.
    pub(super) fn good(&self) -> Option<&str> {
        match self {
            Self::Good(text) => Some(text),
            _ => None,
        }
    }
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> FromLoose<'de> for Object<T> {
    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Loose<Self>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| Loose::Good(Self(value)))
    }
}

/// A list of objects; a single object is a list of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> FromLoose<'de> for List<T> {
    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Loose<Self>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| Loose::Good(Self(vec![value])))
    }

    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Loose<Self>, A::Error> {
        let mut list = Vec::new();
        // A list of texts where objects belong is remembered, not refused.
        while let Some(element) = seq.next_element::<Loose<Object<T>>>()? {
            match element {
                Loose::Good(Object(value)) => list.push(value),
                Loose::Absent => {}
                Loose::Wrong(_) => {
                    while seq.next_element::<IgnoredAny>()?.is_some() {}
                    return Ok(Loose::Wrong("a list of something else"));
                }
            }
        }
        Ok(Loose::Good(Self(list)))
    }
}

/// A list of texts; a single text is a list of one. What is no text in it is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts<'a>(pub(super) Vec<Cow<'a, str>>);

impl<'de: 'a, 'a> FromLoose<'de> for Texts<'a> {
    fn from_text(text: Cow<'de, str>) -> Result<Self, &'static str> {
        Ok(Self(vec![text]))
    }

    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Loose<Self>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element::<Text<'de>>()? {
            if let Loose::Good(text) = element {
                list.push(text);
            }
        }
        Ok(Loose::Good(Self(list)))
    }
}

/// How long a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(pub(super) usize);

impl<'de> FromLoose<'de> for Count {
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Loose<Self>, A::Error> {
        let mut count = 0;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Loose::Good(Self(count)))
    }
}

impl<'de, T: FromLoose<'de>> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor(PhantomData))
    }
}

struct LooseVisitor<T>(PhantomData<T>);

impl<'de, T: FromLoose<'de>> Visitor<'de> for LooseVisitor<T> {
    type Value = Loose<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(T::from_text(Cow::Borrowed(text)).map_or_else(Loose::Wrong, Loose::Good))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(T::from_text(Cow::Owned(text)).map_or_else(Loose::Wrong, Loose::Good))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Loose::Absent)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Loose::Wrong("true or false"))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Loose::Wrong("a number"))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Loose::Wrong("a number"))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Loose::Wrong("a number"))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::from_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        T::from_seq(seq)
    }
}
