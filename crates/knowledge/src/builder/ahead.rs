//! Moments that lay ahead of their receipt: what was received before a moment cannot be of that moment.
//!
//! It is of its receipt at the latest, also once that day has come. So it is kept when such a statement came first, by its source, its
//! name and the moment that it says; the same statement in another file is known by that too.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Builder;
use crate::error::HomeError;
use crate::fact::{self, Fact, Kind};
use crate::generation::Generation;
use crate::stamp;

/// Behind the name under which it is kept.
const AHEAD: &str = "~ahead";

/// When statements came first, by source and name, and by the moment that they say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ahead {
    first: BTreeMap<(String, String), BTreeMap<String, String>>,
}

impl Ahead {
    /// Those that are held.
    fn held(held: &Generation) -> Result<Self, HomeError> {
        let mut all = Self::default();
        for (key, value) in held.facts(Kind::Document)? {
            let key = String::from_utf8_lossy(key.get(1..).unwrap_or_default());
            let Some((source, name)) = key.split_once('\0') else { continue };
            let Some(name) = name.strip_suffix(AHEAD) else { continue };
            for line in String::from_utf8_lossy(&value).lines() {
                if let Some((moment, came)) = line.split_once('\t') {
                    all.note(source, name, moment, came);
                }
            }
        }
        Ok(all)
    }

    /// A statement of a moment ahead came at this moment.
    pub(super) fn note(&mut self, source: &str, name: &str, moment: &str, came: &str) {
        let moments = self.first.entry((source.to_owned(), name.to_owned())).or_default();
        let first = moments.entry(moment.to_owned()).or_insert_with(|| came.to_owned());
        if came < first.as_str() {
            came.clone_into(first);
        }
    }

    /// When a statement came first that was ahead then.
    pub(super) fn came(&self, source: &str, name: &str, moment: &str) -> Option<&str> {
        if self.first.is_empty() {
            return None;
        }
        self.first.get(&(source.to_owned(), name.to_owned()))?.get(moment).map(String::as_str)
    }

    /// The day on which a statement came first that was ahead then.
    pub(super) fn came_on(&self, source: &str, name: &str, moment: &str) -> Option<Date> {
        stamp::day_of(self.came(source, name, moment)?)
    }

    /// Takes over what somebody else took note of.
    pub(super) fn join(&mut self, other: &Self) {
        for ((source, name), moments) in &other.first {
            moments.iter().for_each(|(moment, came)| self.note(source, name, moment, came));
        }
    }
}

impl Builder {
    /// What is known of moments that lay ahead.
    pub(super) fn ahead(&self) -> Result<std::sync::Arc<Ahead>, HomeError> {
        if let Some(known) = self.known_ahead.get() {
            return Ok(known.clone());
        }
        let held = self.held.as_ref().map(Ahead::held).transpose()?.unwrap_or_default();
        Ok(self.known_ahead.get_or_init(|| held.into()).clone())
    }

    /// Of a list that is replaced as a whole: takes note of it where it is of a day to come, and gives when it came first, where that was
    /// before its day. It is known by its bytes, since another list may well be of that day.
    pub(super) fn list_ahead(&mut self, source: &str, day: Date, moment: &str) -> Result<Option<String>, HomeError> {
        let digest = self.inputs.iter().find(|((of, _), _)| of == source).map(|(_, input)| input.digest.to_string());
        let name = digest.unwrap_or_default();
        if let Some(came) = self.ahead()?.came(source, &name, moment) {
            return Ok(Some(came.to_owned()));
        }
        if stamp::believed_day(Some(day), self.received.day()).is_some() {
            return Ok(None);
        }
        let came = self.received_of(source).time().to_string();
        self.came_ahead.note(source, &name, moment, &came);
        Ok(Some(came))
    }
}

/// What is kept of those that came now.
pub(super) fn facts(builder: &Builder) -> Result<Vec<Fact>, HomeError> {
    let mut now = builder.came_ahead.clone();
    if now.first.is_empty() {
        return Ok(Vec::new());
    }
    let known = builder.ahead()?;
    now.join(&known);
    let mut facts = Vec::new();
    for (key, moments) in now.first {
        if known.first.get(&key) != Some(&moments) {
            let lines: Vec<String> = moments.iter().map(|(moment, came)| format!("{moment}\t{came}")).collect();
            let name = [key.1.as_str(), AHEAD].concat();
            facts.push((fact::document_key(&key.0, &name), Some(lines.join("\n").as_bytes().into())));
        }
    }
    Ok(facts)
}

#[cfg(test)]
mod tests;
