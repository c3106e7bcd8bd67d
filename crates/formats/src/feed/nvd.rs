//! NVD, JSON of API 2.0: yearly files, the `modified` and `recent` files, and pages of the API alike.

use std::collections::BTreeSet;
use std::io::Read;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ward_model::cpe::{Attribute, Cpe};
use ward_model::cvss::Vector;
use ward_model::digest::Digest;
use ward_model::vulnerability::{
    Configuration, Criterion, ExploitationStatement, Node, Operator, ScoredVector, VulnerabilityRecord,
};
use ward_version::{Bound, Interval};

use super::affected::products;
use super::cve5::ssvc;
use super::elements::{Elements, Piece};
use super::lenient::Unread;
use super::{FeedError, SetAside, day, name, stamp_of};

mod lenient;
mod raw;

pub use super::{Dated, Item};
pub(super) use raw::{Configuration as RawConfiguration, ExploitTag, Text as RawText};

/// The name of this source in records and reports.
pub const SOURCE: &str = "nvd";

/// Reads one file, record by record; no more than one of them is in memory.
pub struct Reader<R> {
    elements: Elements<R>,
    place: u64,
    format: Option<String>,
    version: Option<String>,
    per_page: Option<u64>,
    total: Option<u64>,
    start: u64,
    made: String,
    /// What could not be read of the record that was handed over last.
    pending: Option<SetAside>,
    over: bool,
}

/// Which part of an answer a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Extent {
    /// How many records stand before its first.
    pub start: u64,
    /// How many it holds, whether or not they can be read.
    pub held: u64,
    /// How many there are in all, where it says so.
    pub total: Option<u64>,
}

impl<R: Read> Reader<R> {
    /// Reads the uncompressed text in `source`.
    pub fn new(source: R) -> Self {
        Self {
            elements: Elements::new(source, "vulnerabilities"),
            place: 0,
            format: None,
            version: None,
            per_page: None,
            total: None,
            start: 0,
            made: String::new(),
            pending: None,
            over: false,
        }
    }

    /// When the file says that it was made, as a stamp; empty where it says nothing, or nothing yet: to be asked at its end.
    pub fn made(&self) -> &str {
        &self.made
    }

    /// Which part it says it is of all that was asked for; to be asked at its end.
    pub fn extent(&self) -> Extent {
        Extent { start: self.start, held: self.place, total: self.total }
    }

    fn advance(&mut self) -> Result<Option<Item>, FeedError> {
        if let Some(aside) = self.pending.take() {
            return Ok(Some(Item::SetAside(aside)));
        }
        loop {
            match self.elements.advance()? {
                Piece::Member(name) => self.member(&name)?,
                Piece::Element => {
                    self.place += 1;
                    return self.element().map(Some);
                }
                Piece::End => {
                    self.check_whole()?;
                    return Ok(None);
                }
            }
        }
    }

    fn member(&mut self, name: &str) -> Result<(), FeedError> {
        match name {
            "format" => self.format = Some(self.value()?),
            "version" => self.version = Some(self.value()?),
            "resultsPerPage" => self.per_page = Some(self.value()?),
            "totalResults" => self.total = Some(self.value()?),
            "startIndex" => self.start = self.value()?,
            // Whoever writes anything else there says nothing of when it was made.
            "timestamp" => self.made = stamp_of(self.value::<serde_json::Value>()?.as_str()),
            _ => drop(self.value::<serde::de::IgnoredAny>()?),
        }
        Ok(())
    }

    fn value<'a, T: Deserialize<'a>>(&'a self) -> Result<T, FeedError> {
        serde_json::from_slice(self.elements.value()).map_err(|error| self.elements.wrong(error.to_string()))
    }

    fn element(&mut self) -> Result<Item, FeedError> {
        let text = self.elements.value();
        let mut unread = Unread::default();
        let read = match serde_json::from_slice::<raw::Element<'_>>(text) {
            Ok(element) => record(&element.cve, Vec::new(), &mut unread),
            // Rare, so that reading it twice costs nothing.
            Err(error) if error.is_data() => odd(text, &error, &mut unread),
            // One text that is none must not cost all the others.
            Err(error) => {
                let repaired = super::lenient::repaired(text);
                match serde_json::from_slice::<raw::Element<'_>>(&repaired) {
                    Ok(element) => record(&element.cve, Vec::new(), &mut unread),
                    Err(error) if error.is_data() => odd(&repaired, &error, &mut unread),
                    Err(_) => return Err(self.elements.wrong(error.to_string())),
                }
            }
        };
        let reason = match read {
            Ok(dated) => {
                let id = Some(dated.record.id.clone());
                self.pending = unread.into_set_aside(id, &dated.last_modified, self.place, text);
                return Ok(Item::Record(Box::new(dated)));
            }
            Err(reason) => reason,
        };
        let id = super::lenient::text_at(text, "/cve/id").filter(|id| !id.trim().is_empty());
        let super::lenient::Names { products, subjects } = super::lenient::Names::of(text);
        Ok(Item::SetAside(SetAside {
            id: id.map(|id| name(&id)),
            place: self.place,
            reason,
            digest: Digest::of(text),
            products: products.into_iter().collect(),
            subjects: subjects.into_iter().collect(),
            last_modified: stamp_of(super::lenient::text_at(text, "/cve/lastModified").as_deref()),
        }))
    }

    fn check_whole(&self) -> Result<(), FeedError> {
        let format = self.format.as_deref().unwrap_or("no format");
        let version = self.version.as_deref().unwrap_or("no version");
        if format != "NVD_CVE" || version.split('.').next() != Some("2") || self.elements.arrays() != 1 {
            let found = format!("{format}, {version}, {} lists of vulnerabilities", self.elements.arrays());
            return Err(FeedError::WrongFeed {
                expected: "format NVD_CVE, version 2, one list of vulnerabilities",
                found,
            });
        }
        // A page holds `resultsPerPage` records, or what is left of `totalResults`.
        let left = self.total.map(|total| total.saturating_sub(self.start));
        let announced = match (self.per_page, left) {
            (Some(page), Some(left)) => page.min(left),
            (one, other) => one.or(other).unwrap_or(0),
        };
        if announced > self.place {
            return Err(FeedError::Incomplete { announced, held: self.place });
        }
        Ok(())
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Item, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = self.advance().transpose();
        self.over = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Reads a record that is not shaped as it should be. What is withdrawn by one of two words is not withdrawn.
fn odd(text: &[u8], error: &serde_json::Error, unread: &mut Unread) -> Result<Dated, String> {
    let twice = super::lenient::note_twice(error, text, unread);
    let mut dated = lenient::record(text, unread)?;
    dated.record.withdrawn &= !twice;
    Ok(dated)
}

/// Only an identifier or a configuration that cannot be read makes a record unreadable: without the one nobody could name it,
/// and a configuration without a part would hide a product. The vectors in `unreadable` come on top of those found here.
///
/// What NVD hands on from the CVE list (`affected`) is kept beside the configurations: since April 2026 many records have no others.
fn record(cve: &raw::Cve<'_>, mut unreadable: Vec<String>, unread: &mut Unread) -> Result<Dated, String> {
    if cve.id.trim().is_empty() {
        return Err("no identifier".to_owned());
    }
    let mut scores = Vec::new();
    for metric in &cve.metrics.scored {
        let text = &*metric.data.vector;
        match Vector::parse(text) {
            Ok(vector) => scores.push(ScoredVector { vector, source: metric.source.clone().into_owned() }),
            Err(_) => unreadable.push(text.to_owned()),
        }
    }
    let weaknesses: BTreeSet<u32> =
        cve.weaknesses.iter().flat_map(|weakness| &weakness.description).filter_map(|text| cwe(&text.value)).collect();
    let modified = date(cve.last_modified.as_deref());
    let mut affected = Vec::new();
    for voice in &cve.affected {
        let asserter = voice.source.as_deref().filter(|source| !source.is_empty()).unwrap_or(SOURCE);
        affected.extend(voice.data.iter().flat_map(|entry| products(asserter, entry, unread)));
    }
    let exploits: BTreeSet<&str> =
        cve.references.iter().filter(|one| one.tags.exploit).map(|reference| &*reference.url).collect();
    let mut record = VulnerabilityRecord {
        published: date(cve.published.as_deref()),
        modified,
        withdrawn: cve.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("rejected")),
        description: english(&cve.descriptions),
        scores,
        unreadable_vectors: unreadable,
        weaknesses: weaknesses.into_iter().collect(),
        configurations: cve.configurations.iter().map(configuration).collect::<Result<_, _>>()?,
        affected,
        ssvc: cve.metrics.ssvc.iter().filter_map(|one| ssvc(&one.source, &one.data)).collect(),
        exploit_references: exploits.into_iter().map(str::to_owned).collect(),
        // NVD repeats the day on which CISA put it into its catalogue.
        known_exploited: cve
            .exploit_added
            .iter()
            .map(|added| ExploitationStatement { asserter: "CISA".to_owned(), added: day(added) })
            .collect(),
        ..VulnerabilityRecord::new(name(&cve.id), SOURCE)
    };
    super::stand_in_part(&mut record, unread);
    // Words that are no moment would sort behind every moment, and such a version would win over all others.
    Ok(Dated { record, last_modified: stamp_of(cve.last_modified.as_deref()), withdrawn_on: None })
}

fn date(text: Option<&str>) -> Option<Date> {
    text.and_then(day)
}

/// The English text; where there is none, the first there is, which is better than nothing to go by.
pub(super) fn english(texts: &[raw::Text<'_>]) -> String {
    let english = texts.iter().find(|text| text.lang.get(..2).is_some_and(|lang| lang.eq_ignore_ascii_case("en")));
    english.or(texts.first()).map(|text| text.value.clone().into_owned()).unwrap_or_default()
}

/// The number in `CWE-79`; `NVD-CWE-noinfo` and free words name no number.
pub(super) fn cwe(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("CWE-")?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

fn operator(text: Option<&str>) -> Result<Operator, String> {
    match text {
        // NVD leaves the operator out where the nodes of a configuration are alternatives.
        None => Ok(Operator::Or),
        Some(text) if text.eq_ignore_ascii_case("or") => Ok(Operator::Or),
        Some(text) if text.eq_ignore_ascii_case("and") => Ok(Operator::And),
        Some(text) => Err(format!("operator `{text}` is neither AND nor OR")),
    }
}

pub(super) fn configuration(raw: &raw::Configuration<'_>) -> Result<Configuration, String> {
    Ok(Configuration {
        operator: operator(raw.operator.as_deref())?,
        negate: raw.negate.unwrap_or(false),
        nodes: raw.nodes.iter().map(node).collect::<Result<_, _>>()?,
    })
}

/// The names in a configuration, readable or not.
pub(super) fn criteria<'a>(raw: &'a raw::Configuration<'_>) -> impl Iterator<Item = &'a str> {
    raw.nodes.iter().flat_map(|node| &node.matches).map(|one| &*one.criteria)
}

fn node(raw: &raw::Node<'_>) -> Result<Node, String> {
    // Version 1.1 nested nodes. Leaving children out would change what the statement means.
    if !raw.children.is_empty() {
        return Err("a node with children, which version 2.0 does not have".to_owned());
    }
    Ok(Node {
        operator: operator(raw.operator.as_deref())?,
        negate: raw.negate.unwrap_or(false),
        criteria: raw.matches.iter().map(criterion).collect::<Result<_, _>>()?,
    })
}

fn criterion(raw: &raw::Match<'_>) -> Result<Criterion, String> {
    let mut cpe = Cpe::parse(&raw.criteria).map_err(|error| format!("criterion `{}`: {error}", raw.criteria))?;
    // Trailing attributes may be left out; what ends before the product would be read as any of its vendor, and found by none.
    if raw.criteria.starts_with("cpe:2.3:") && raw.criteria.matches(':').count() < 4 {
        return Err(format!("criterion `{}`: it ends before the product", raw.criteria));
    }
    let lower = bound(&raw.criteria, raw.start_including.as_deref(), raw.start_excluding.as_deref())?
        // From the version "-" on: from the first version on, whichever that is.
        .filter(|bound| bound.version != "-");
    let upper = bound(&raw.criteria, raw.end_including.as_deref(), raw.end_excluding.as_deref())?;
    let range = (lower.is_some() || upper.is_some()).then_some(Interval { lower, upper });
    if range.is_some() {
        match &cpe.version {
            Attribute::Any => {}
            Attribute::Na => cpe.version = Attribute::Any,
            Attribute::Value(version) => {
                return Err(format!("criterion `{}` names the version {version} and a range", raw.criteria));
            }
        }
    }
    Ok(Criterion { vulnerable: raw.vulnerable, cpe, range })
}

fn bound(criteria: &str, including: Option<&str>, excluding: Option<&str>) -> Result<Option<Bound>, String> {
    let said = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    match (said(including), said(excluding)) {
        (None, None) => Ok(None),
        (Some(version), None) => Ok(Some(Bound { version, inclusive: true })),
        (None, Some(version)) => Ok(Some(Bound { version, inclusive: false })),
        (Some(_), Some(_)) => Err(format!("criterion `{criteria}` ends twice on one side")),
    }
}

#[cfg(test)]
mod tests;
