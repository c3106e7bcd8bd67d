//! Values that are not tables: texts, names, paths, numbers, days, words, digests.

use std::fmt;

use jiff::civil::Date;
use schemars::{Schema, SchemaGenerator, json_schema};
use toml::de::DeValue;
use ward_model::cpe::Cpe;
use ward_model::cvss::Vector;
use ward_model::device::{
    Carries, ConsiderationGroup, ElementKind, Environment, GivenUp, HazardStands, HowDegraded, HowOften, Medium, Owner,
    Performer, PersonRole, Stage, StateKind, UpdatePath, UpdateRisk,
};
use ward_model::digest::Digest;
use ward_model::rubric::{Answers, RubricError};
use ward_model::scale::{Axis, Position, Severity};

use super::{Decode, list, shorten, wrong_type};
use crate::diagnostic::{Place, Sink};
use crate::files::check_path;
use crate::nearest::nearest;

fn text<'a>(value: &'a DeValue<'_>, place: Place, expected: &str, sink: &mut Sink) -> Option<&'a str> {
    match value.as_str() {
        Some(text) if text.trim().is_empty() => {
            sink.error(place, "blank", "this is blank").expected(expected);
            None
        }
        Some(text) => Some(text),
        None => {
            wrong_type(value, place, expected, sink);
            None
        }
    }
}

/// A text that is not blank.
impl Decode for String {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        text(value, place, "a text", sink).map(str::to_owned)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "\\S" })
    }
}

/// A name that other tables may use: without spaces, `/`, `@`, `:` or `#`, which separate names from what stands beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Id(pub String);

impl Decode for Id {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        const EXPECTED: &str = "a name of letters, digits, `-`, `_` and `.` that begins with a letter or digit";
        let text = text(value, place, EXPECTED, sink)?;
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !plain || !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            sink.error(place, "bad-name", format!("`{}` is not a name", shorten(text))).expected(EXPECTED);
            return None;
        }
        Some(Self(text.to_owned()))
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$" })
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The path of a file in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FilePath(pub String);

impl Decode for FilePath {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        let path = text(value, place, "the path of a file in this folder", sink)?;
        checked_path(path, place, sink).map(Self)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[^/\\\\:]" })
    }
}

pub(crate) fn checked_path(path: &str, place: Place, sink: &mut Sink) -> Option<String> {
    match check_path(path) {
        Ok(()) => Some(path.to_owned()),
        Err(error) => {
            sink.error(place, "bad-path", error.to_string())
                .expected("a path inside this folder, written with `/` and without `..`");
            None
        }
    }
}

/// An evidence file and, after `#`, a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Citation {
    pub path: String,
    pub place: Option<String>,
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}#{place}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

impl Decode for Citation {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        let cited = text(value, place, "the path of an evidence file, with `#place` after it if need be", sink)?;
        let (path, inside) = match cited.split_once('#') {
            Some((path, inside)) => (path, Some(inside)),
            None => (cited, None),
        };
        if inside.is_some_and(|inside| inside.trim().is_empty()) {
            sink.error(place, "blank", "nothing stands after `#`").expected("a place in the file, or no `#`");
            return None;
        }
        Some(Self { path: checked_path(path, place, sink)?, place: inside.map(str::to_owned) })
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[^/\\\\:#]" })
    }
}

/// A claim as made: with evidence, or with nothing yet to show for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claimed {
    Bare(bool),
    Cited(Citation),
}

impl Decode for Claimed {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        if let Some(bare) = value.as_bool() {
            return Some(Self::Bare(bare));
        }
        if !value.is_str() {
            wrong_type(value, place, "the path of an evidence file, or `true` while there is none", sink);
            return None;
        }
        Citation::decode(value, place, sink).map(Self::Cited)
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let cited = Citation::schema(generator);
        json_schema!({ "anyOf": [{ "type": "boolean" }, cited] })
    }
}

impl Decode for bool {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        let flag = value.as_bool();
        if flag.is_none() {
            wrong_type(value, place, "`true` or `false`", sink);
        }
        flag
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

fn count(value: &DeValue<'_>, place: Place, most: i64, sink: &mut Sink) -> Option<u64> {
    let expected = || format!("a whole number from 0 to {most}");
    let Some(integer) = value.as_integer() else {
        wrong_type(value, place, &expected(), sink);
        return None;
    };
    // The digits come without `_` and without the `0x` of their base.
    let number = i64::from_str_radix(integer.as_str(), integer.radix());
    match number.ok().filter(|number| (0..=most).contains(number)).and_then(|number| u64::try_from(number).ok()) {
        Some(number) => Some(number),
        None => {
            sink.error(place, "out-of-range", format!("{} is out of range", shorten(integer.as_str())))
                .expected(expected());
            None
        }
    }
}

/// A count: never negative.
impl Decode for u64 {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        count(value, place, i64::MAX, sink)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0 })
    }
}

impl Decode for u32 {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        count(value, place, u32::MAX.into(), sink).and_then(|number| number.try_into().ok())
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
    }
}

/// A day, written as TOML writes dates: without quotes.
impl Decode for Date {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        const EXPECTED: &str = "a day such as 2026-11-22, without quotes";
        if value.as_str().is_some_and(|text| text.parse::<Date>().is_ok()) {
            sink.error(place, "wrong-type", "this day stands in quotes").expected(EXPECTED);
            return None;
        }
        let Some(written) = value.as_datetime() else {
            wrong_type(value, place, EXPECTED, sink);
            return None;
        };
        let day = written.date.filter(|_| written.time.is_none()).and_then(|date| {
            Date::new(date.year.try_into().ok()?, date.month.try_into().ok()?, date.day.try_into().ok()?).ok()
        });
        if day.is_none() {
            sink.error(place, "bad-date", format!("`{written}` is not a day")).expected(EXPECTED);
        }
        day
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

impl Decode for Digest {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        let text = text(value, place, "a SHA-256 digest of 64 hexadecimal digits", sink)?;
        match text.parse() {
            Ok(digest) => Some(digest),
            Err(_) => {
                sink.error(place, "bad-digest", format!("`{}` is not a digest", shorten(text)))
                    .expected("a SHA-256 digest of 64 hexadecimal digits")
                    .help("`ward decide` writes it");
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-fA-F]{64}$" })
    }
}

impl Decode for Vector {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        let text = text(value, place, "a CVSS vector", sink)?;
        match Vector::parse(text) {
            Ok(vector) => Some(vector),
            Err(error) => {
                sink.error(place, "bad-vector", format!("this is not a CVSS vector: {error}"))
                    .expected("a CVSS vector of version 2.0, 3.0, 3.1 or 4.0");
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

impl Decode for Answers {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        const EXPECTED: &str = "answers to the rubric such as XAVN:N/XAVP:Y/XCS:N";
        let text = text(value, place, EXPECTED, sink)?;
        match text.parse() {
            Ok(answers) => Some(answers),
            Err(error) => {
                let error: RubricError = error;
                sink.error(place, "bad-answers", format!("these are not answers to the rubric: {error}"))
                    .expected(EXPECTED)
                    .help("`ward inspect rubric` shows the questions");
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^X[A-Z]+:[NLHYU](/X[A-Z]+:[NLHYU])*$" })
    }
}

impl Decode for Cpe {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        let text = text(value, place, "a CPE name", sink)?;
        match Cpe::parse(text) {
            Ok(cpe) => Some(cpe),
            Err(error) => {
                sink.error(place, "bad-cpe", format!("this is not a CPE name: {error}"))
                    .expected("a CPE name such as cpe:2.3:h:maker:model:-:*:*:*:*:*:*:*");
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^cpe:" })
    }
}

/// The outcome of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    Rejected,
}

impl Outcome {
    const ALL: &'static [Self] = &[Self::Accepted, Self::Rejected];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

fn word<T: Copy>(
    value: &DeValue<'_>,
    place: Place,
    all: &[T],
    word: fn(T) -> &'static str,
    sink: &mut Sink,
) -> Option<T> {
    let words = || all.iter().copied().map(word);
    let expected = format!("one of {}", list(words()));
    let text = text(value, place, &expected, sink)?;
    let found = all.iter().copied().find(|&candidate| word(candidate) == text);
    if found.is_none() {
        sink.error(place, "unknown-word", format!("`{}` is not known here", shorten(text)))
            .expected(expected)
            .did_you_mean(nearest(text, words()));
    }
    found
}

macro_rules! decode_words {
    ($($ty:ty),+) => {$(
        impl Decode for $ty {
            fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
                word(value, place, Self::ALL, Self::word, sink)
            }

            fn schema(_: &mut SchemaGenerator) -> Schema {
                let words: Vec<&str> = Self::ALL.iter().map(|value| value.word()).collect();
                json_schema!({ "type": "string", "enum": words })
            }
        }
    )+};
}
decode_words!(
    Axis,
    Carries,
    ConsiderationGroup,
    ElementKind,
    Environment,
    GivenUp,
    HowDegraded,
    HowOften,
    HazardStands,
    Medium,
    Outcome,
    Owner,
    Performer,
    PersonRole,
    Position,
    Severity,
    Stage,
    StateKind,
    UpdatePath,
    UpdateRisk
);
