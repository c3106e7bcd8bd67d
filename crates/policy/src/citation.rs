//! Citations: which clause of which edition speaks of a topic on a day.
//!
//! Documents are re-issued and their clauses move, so no clause stands in code. A clause that nobody has compared with its document
//! says so wherever it is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use serde::Deserialize;

use crate::error::PolicyError;
use crate::file::{UNVERIFIED, parse};
use crate::period::{InForce, Period};

const DOCUMENTS: &[(&str, &str)] = &[
    ("policies/citations/eu-ivdr.toml", include_str!("../../../policies/citations/eu-ivdr.toml")),
    ("policies/citations/eu-mdr.toml", include_str!("../../../policies/citations/eu-mdr.toml")),
    ("policies/citations/fda-premarket.toml", include_str!("../../../policies/citations/fda-premarket.toml")),
    ("policies/citations/fda-reporting.toml", include_str!("../../../policies/citations/fda-reporting.toml")),
    ("policies/citations/iso-14971.toml", include_str!("../../../policies/citations/iso-14971.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    document: String,
    title: String,
    authority: String,
    edition: Vec<EditionTable>,
    citation: Vec<CitationTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditionTable {
    id: String,
    title: String,
    in_force: Option<InForce>,
    #[serde(default)]
    proposed: bool,
    verify: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CitationTable {
    topic: String,
    editions: Vec<String>,
    clause: String,
    in_force: Option<InForce>,
    #[serde(default)]
    verify: bool,
}

/// A document in all its editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name in policies.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who issues it.
    pub authority: String,
    /// Its editions, as the file has them.
    pub editions: Vec<Edition>,
}

/// One edition of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Its name among the editions.
    pub id: String,
    /// Its title.
    pub title: String,
    /// When it is in force; `None`: it is a proposal, and in force at no time.
    pub period: Option<Period>,
    /// What of that nobody has compared with the document yet.
    pub unverified: Option<String>,
    clauses: Vec<Clause>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Clause {
    topic: String,
    clause: String,
    period: Period,
    verified: bool,
}

/// A clause to cite.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Citation {
    /// The topic.
    pub topic: String,
    /// The document, by its name in policies.
    pub document: String,
    /// The edition, by its name.
    pub edition: String,
    /// The edition, by its title.
    pub title: String,
    /// The clause.
    pub clause: String,
    /// Whether somebody has compared it with the document.
    pub verified: bool,
}

impl fmt::Display for Citation {
    /// Never without saying where a clause has not been compared with its document.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.clause, self.title)?;
        if self.verified { Ok(()) } else { f.write_str(UNVERIFIED) }
    }
}

/// Every document, loaded and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citations {
    documents: BTreeMap<String, Document>,
}

impl Citations {
    /// The documents that ship with the program.
    ///
    /// # Errors
    /// One of the files is malformed; a test keeps that from being shipped.
    pub fn built_in() -> Result<Self, PolicyError> {
        let documents = DOCUMENTS.iter().map(|(file, text)| Document::read(file, text));
        let documents = documents.map(|document| document.map(|document| (document.name.clone(), document)));
        Ok(Self { documents: documents.collect::<Result<_, _>>()? })
    }

    /// The documents, by name.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    /// The document of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn document(&self, name: &str) -> Result<&Document, PolicyError> {
        self.documents.get(name).ok_or_else(|| PolicyError::NoSuch {
            kind: "document",
            name: name.to_owned(),
            known: list(self.documents.keys().map(String::as_str)),
        })
    }

    /// The clause that speaks of a topic, in the edition in force on a day.
    ///
    /// # Errors
    /// There is no such document, no edition of it is in force then, or that edition says nothing of the topic.
    pub fn cite(&self, document: &str, topic: &str, on: Date) -> Result<Citation, PolicyError> {
        let document = self.document(document)?;
        let edition = document.edition(on)?;
        let all = document.citations(edition, on);
        all.iter().find(|citation| citation.topic == topic).cloned().ok_or_else(|| PolicyError::NoSuch {
            kind: "topic",
            name: format!("{topic} in {} {}", document.name, edition.id),
            known: list(all.iter().map(|citation| citation.topic.as_str())),
        })
    }

    /// Every clause of these documents that can be cited on a day, by topic; a document without an edition in force has none.
    ///
    /// # Errors
    /// There is no such document.
    pub fn of<'a>(
        &self,
        documents: impl IntoIterator<Item = &'a String>,
        on: Date,
    ) -> Result<Vec<Citation>, PolicyError> {
        let mut citations = Vec::new();
        for name in documents {
            let document = self.document(name)?;
            match document.edition(on) {
                Ok(edition) => citations.extend(document.citations(edition, on)),
                Err(PolicyError::NotInForce { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        citations.sort();
        Ok(citations)
    }
}

impl Document {
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, PolicyError> {
        let table: File = parse(file, text)?;
        let malformed = |message: String| PolicyError::malformed(file, message);
        let mut editions: Vec<Edition> = Vec::new();
        for edition in table.edition {
            let period = edition.in_force.map(|period| period.period(file)).transpose()?;
            if period.is_some() == edition.proposed {
                let message = "is either in force at some time or `proposed`";
                return Err(malformed(format!("the edition `{}` {message}", edition.id)));
            }
            for other in &editions {
                let beside = other.period.zip(period).is_some_and(|(theirs, own)| theirs.overlaps(&own));
                if other.id == edition.id || beside {
                    return Err(malformed(format!(
                        "the editions `{}` and `{}` exclude each other",
                        other.id, edition.id
                    )));
                }
            }
            let EditionTable { id, title, verify, .. } = edition;
            editions.push(Edition { id, title, period, unverified: verify, clauses: Vec::new() });
        }
        for citation in table.citation {
            for name in &citation.editions {
                let edition = editions.iter_mut().find(|edition| edition.id == *name);
                let edition = edition.ok_or_else(|| malformed(format!("there is no edition `{name}`")))?;
                let whole = edition.period.unwrap_or(Period { from: Date::MIN, to: None });
                let period = match &citation.in_force {
                    Some(period) => period.period(file)?,
                    None => whole,
                };
                if !whole.overlaps(&period) {
                    return Err(malformed(format!(
                        "`{}` is cited {period}, and `{name}` is in force {whole}",
                        citation.topic
                    )));
                }
                let mut same = edition.clauses.iter().filter(|clause| clause.topic == citation.topic);
                if same.any(|clause| clause.period.overlaps(&period)) {
                    return Err(malformed(format!("`{}` is cited twice in `{name}`", citation.topic)));
                }
                edition.clauses.push(Clause {
                    topic: citation.topic.clone(),
                    clause: citation.clause.clone(),
                    period,
                    verified: !citation.verify,
                });
            }
        }
        Ok(Self { name: table.document, title: table.title, authority: table.authority, editions })
    }

    /// The edition in force on a day.
    ///
    /// # Errors
    /// None is.
    pub fn edition(&self, on: Date) -> Result<&Edition, PolicyError> {
        let in_force = |edition: &&Edition| edition.period.is_some_and(|period| period.holds(on));
        self.editions.iter().find(in_force).ok_or_else(|| PolicyError::NotInForce {
            name: self.name.clone(),
            on,
            in_force: list(self.editions.iter().filter_map(|edition| edition.period).map(|period| period.to_string())),
        })
    }

    /// The editions that are only proposed.
    pub fn proposed(&self) -> impl Iterator<Item = &Edition> {
        self.editions.iter().filter(|edition| edition.period.is_none())
    }

    fn citations(&self, edition: &Edition, on: Date) -> Vec<Citation> {
        let clauses = edition.clauses.iter().filter(|clause| clause.period.holds(on));
        let citations = clauses.map(|clause| Citation {
            topic: clause.topic.clone(),
            document: self.name.clone(),
            edition: edition.id.clone(),
            title: edition.title.clone(),
            clause: clause.clause.clone(),
            verified: clause.verified,
        });
        citations.collect()
    }

    /// Every topic that some edition speaks of.
    pub fn topics(&self) -> BTreeSet<&str> {
        self.editions.iter().flat_map(|edition| &edition.clauses).map(|clause| clause.topic.as_str()).collect()
    }
}

fn list<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests;
