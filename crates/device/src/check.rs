//! From the files as written to the nouns of the model: names resolve, numbers agree, forms are whole.
//!
//! Everything that is wrong is reported; what could not be built is left out, and then the folder is not read at all.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::ClaimId;

use crate::diagnostic::{At, Place, Sink};
use crate::nearest::nearest;
use crate::raw::scalar::Citation;
use crate::raw::{list, shorten};

pub(crate) mod considerations;
pub(crate) mod decisions;
pub(crate) mod design;
pub(crate) mod device;
pub(crate) mod element;
pub(crate) mod fielded;
pub(crate) mod function;
pub(crate) mod protect;
pub(crate) mod trust;
pub(crate) mod use_cases;
pub(crate) mod vulnerabilities;

/// What a name names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Zone,
    Element,
    Link,
    Secret,
    Function,
    PersonGroup,
    Harm,
    Control,
    Version,
    Finding,
    Variant,
    State,
}

impl Kind {
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Element => "element",
            Self::Link => "link",
            Self::Secret => "secret",
            Self::Function => "function",
            Self::PersonGroup => "group of people",
            Self::Harm => "harm",
            Self::Control => "control",
            Self::Version => "fielded version",
            Self::Finding => "finding",
            Self::Variant => "variant",
            Self::State => "state",
        }
    }
}

/// Every name of the folder and where it is given.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub defined: BTreeMap<Kind, BTreeMap<String, Place>>,
    /// Kinds of which some names stand where a file could not be parsed.
    pub partial: BTreeSet<Kind>,
}

impl Names {
    /// Gives a name, or reports that it is taken.
    pub(crate) fn define(&mut self, kind: Kind, id: &Option<At<impl AsRef<str>>>, sink: &mut Sink) {
        let Some(id) = id else { return };
        let name = id.value.as_ref();
        let names = self.defined.entry(kind).or_default();
        match names.get(name) {
            Some(first) => duplicate(kind.noun(), name, id.place, *first, sink),
            None => {
                names.insert(name.to_owned(), id.place);
            }
        }
    }

    pub(crate) fn has(&self, kind: Kind, name: &str) -> bool {
        self.defined.get(&kind).is_some_and(|names| names.contains_key(name))
    }

    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.defined.get(&kind).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The name, if something of that kind has it; otherwise reports that nothing has.
    pub(crate) fn resolve<'a, T: AsRef<str>>(&self, kind: Kind, name: &'a At<T>, sink: &mut Sink) -> Option<&'a str> {
        let text = name.value.as_ref();
        if self.has(kind, text) {
            return Some(text);
        }
        if !self.partial.contains(&kind) {
            let noun = kind.noun();
            let hints = sink.error(name.place, "dangling-name", format!("no {noun} is called `{}`", shorten(text)));
            let known = self.of(kind).count();
            let hints = match known {
                0 => hints.expected(format!("a {noun}; the folder has none")),
                1..=8 => hints.expected(format!("one of {}", list(self.of(kind)))),
                _ => hints.expected(format!("one of the {known} of that kind")),
            };
            hints.did_you_mean(nearest(text, self.of(kind)));
        }
        None
    }

    /// All of these names, or nothing where one does not resolve.
    pub(crate) fn resolve_all<T: AsRef<str>, I: for<'a> From<&'a str>>(
        &self,
        kind: Kind,
        names: &[At<T>],
        sink: &mut Sink,
    ) -> Option<Vec<I>> {
        let resolved: Vec<I> = names.iter().filter_map(|name| self.resolve(kind, name, sink)).map(I::from).collect();
        (resolved.len() == names.len()).then_some(resolved)
    }

    /// An optional name: `Some(None)` where nothing is said, `None` where it does not resolve.
    pub(crate) fn resolve_opt<T: AsRef<str>, I: for<'a> From<&'a str>>(
        &self,
        kind: Kind,
        name: &Option<At<T>>,
        sink: &mut Sink,
    ) -> Option<Option<I>> {
        match name {
            None => Some(None),
            Some(name) => self.resolve(kind, name, sink).map(|name| Some(I::from(name))),
        }
    }
}

pub(crate) fn duplicate(noun: &str, name: &str, place: Place, first: Place, sink: &mut Sink) {
    let first = sink.locate(first);
    sink.error(place, "duplicate-name", format!("a second {noun} is called `{}`", shorten(name)))
        .help(format!("the first stands at {}:{}; every name is given once", first.file, first.line));
}

/// A claim that was found while the folder was checked, before its premise can be computed.
#[derive(Debug)]
pub(crate) struct Pending {
    pub id: ClaimId,
    pub evidence: Option<At<Citation>>,
    pub place: Place,
}

/// Builds something of every table. A table that cannot be built has been reported; where it was not, it is reported here, so
/// that nothing is ever left out in silence.
pub(crate) fn build<T, U>(
    tables: &[At<T>],
    sink: &mut Sink,
    mut one: impl FnMut(&At<T>, &mut Sink) -> Option<U>,
) -> Vec<U> {
    let mut built = Vec::with_capacity(tables.len());
    for table in tables {
        match one(table, sink) {
            Some(value) => built.push(value),
            None if sink.has_errors() => {}
            None => {
                sink.error(table.place, "incomplete", "this table is not complete");
            }
        }
    }
    built
}

/// The value of a field.
pub(crate) fn value<T: Clone>(field: &Option<At<T>>) -> Option<T> {
    field.as_ref().map(|at| at.value.clone())
}

/// The values of an optional list.
pub(crate) fn values<T: Clone>(field: &Option<At<Vec<At<T>>>>) -> Option<Vec<T>> {
    field.as_ref().map(|list| list.value.iter().map(|item| item.value.clone()).collect())
}

/// Reports a list that must not be empty.
pub(crate) fn not_empty<T>(field: &Option<At<Vec<At<T>>>>, help: &str, sink: &mut Sink) {
    if let Some(list) = field.as_ref().filter(|list| list.value.is_empty() && !sink.has_error_in(list.place)) {
        sink.error(list.place, "empty-list", "this list is empty").help(help);
    }
}
