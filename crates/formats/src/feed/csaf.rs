//! CSAF 2.0, and 2.1 where it is alike: one advisory a file, several vulnerabilities an advisory.
//!
//! Several advisories speak of one CVE, each with products of its own: every one of them becomes a record, named by the advisory,
//! its publisher and the CVE (`ICSMA-23-194-01@www.cisa.gov/CVE-2023-30562`), with the CVE as its alias: the number of an advisory
//! is one of a kind with its publisher alone. Many advisories on medical devices identify no product: vendor, product and version
//! are then words, of which `version_text` reads what is certain. What is deliberately absent: checks of signatures, and any
//! opinion on whether a fix is one.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};
use ward_model::affected::{AffectedProduct, VersionStatement, VersionStatus};
use ward_model::cvss::Vector;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Remediation, ScoredVector, VulnerabilityRecord};

use super::lenient::{self, Unread, keep_readable};
use super::{Dated, IN_PART, Item, SetAside, UNDATED, day, nvd, stamp, stamp_of};

mod raw;
mod tree;

use tree::{Product, Products};

/// The name of this source in records and reports.
pub const SOURCE: &str = "csaf";

/// Whether a text in JSON is a list of advisories or a description of who publishes them, and no advisory.
#[must_use]
pub fn is_catalogue(text: &[u8]) -> bool {
    serde_json::from_slice::<raw::Catalogue>(text).is_ok_and(|catalogue| {
        catalogue.document.is_none()
            && (catalogue.feed.is_some() || catalogue.aggregator.is_some() || catalogue.canonical_url.is_some())
    })
}

/// What one advisory gave.
#[derive(Debug, Default, PartialEq)]
pub struct Advisory {
    /// Its records, and what could not be read.
    pub items: Vec<Item>,
    /// Whether it names no vulnerability at all, as notices and lists of products do not.
    pub without_vulnerabilities: bool,
    /// Which document it is, where that could be read.
    pub document: Option<Document>,
}

/// As [`IN_PART`], of a document that its publisher calls a draft.
const DRAFT: &str = "~draft";

/// Whether the name of a record says that it stands until a whole version of its document comes.
#[must_use]
pub fn is_provisional(id: &str) -> bool {
    id.ends_with(IN_PART) || id.ends_with(DRAFT)
}

/// Whether the name of a record says that it stands beside what whole, dated and final versions of its document say.
#[must_use]
pub fn stands_beside(id: &str) -> bool {
    id.ends_with(UNDATED) || is_provisional(id)
}

/// One version of an advisory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// How the identifiers of its records begin, before the first `/`: no two documents have it in common.
    pub label: String,
    /// How they began before the publisher was part of the name of every one: two documents could have that in common.
    pub former: String,
    /// Who speaks in its statements, scores and remediations.
    pub publisher: String,
    /// When it was last changed, as a stamp, and behind a `#` which version it is, in a form that sorts; either may be missing.
    pub last_modified: String,
    /// Whether all of it was read: what an earlier version of it named and this one does not was then taken back.
    pub whole: bool,
}

/// Reads one advisory from its whole text. `place` is where it stands among its neighbours.
#[must_use]
pub fn advisory(text: &[u8], place: u64) -> Advisory {
    let mut unread = Unread::default();
    let read = match serde_json::from_slice::<raw::Advisory<'_>>(text) {
        Ok(advisory) => convert(&advisory, text.len(), &mut unread),
        Err(error) if error.is_data() => odd(text, &error, &mut unread),
        Err(error) => {
            // Some advisories hold bytes that are no text; everything around them can be read.
            let repaired = lenient::repaired(text);
            match serde_json::from_slice::<raw::Advisory<'_>>(&repaired) {
                Ok(advisory) => convert(&advisory, text.len(), &mut unread),
                Err(_) => Err(error.to_string()),
            }
        }
    };
    match read {
        Ok((document, mut records)) => {
            let without_vulnerabilities = records.is_empty() && unread.is_empty();
            let document = Document { whole: document.whole && unread.is_empty(), ..document };
            let plain = |id: &VulnerabilityId| !stands_beside(id.as_str());
            for Dated { record, .. } in records.iter_mut().filter(|dated| !document.whole && plain(&dated.record.id)) {
                record.id = VulnerabilityId::new(format!("{}{IN_PART}", record.id));
            }
            let id = Some(VulnerabilityId::new(&*document.label));
            let records = records.into_iter().map(|dated| Item::Record(Box::new(dated)));
            let aside = unread.into_set_aside(id, &document.last_modified, place, text);
            let items = records.chain(aside.map(Item::SetAside)).collect();
            Advisory { items, without_vulnerabilities, document: Some(document) }
        }
        Err(reason) => {
            let at = |pointer: &str| lenient::text_at(text, pointer).unwrap_or_default();
            let tracking = at("/document/tracking/id");
            let label = label(&tracking, &at("/document/publisher/namespace"), &at("/document/publisher/name"));
            let id = Some(VulnerabilityId::new(label)).filter(|_| !tracking.trim().is_empty());
            let lenient::Names { products, subjects } = lenient::Names::of(text);
            let aside = SetAside {
                id,
                place,
                reason,
                digest: Digest::of(text),
                products: products.into_iter().collect(),
                subjects: subjects.into_iter().collect(),
                last_modified: version_of(
                    &stamp(&at("/document/tracking/current_release_date")),
                    number(&at("/document/tracking/version")),
                ),
            };
            Advisory { items: vec![Item::SetAside(aside)], without_vulnerabilities: false, document: None }
        }
    }
}

/// Reads an advisory that is not shaped as it should be. What is withdrawn by one of two words is not withdrawn.
fn odd(text: &[u8], error: &serde_json::Error, unread: &mut Unread) -> Result<(Document, Vec<Dated>), String> {
    let twice = lenient::note_twice(error, text, unread);
    let (document, mut records) = pruned(text, unread)?;
    records.iter_mut().for_each(|dated| dated.record.withdrawn &= !twice);
    Ok((document, records))
}

/// Reads an advisory of which some part is not shaped as it should be: without that part. The product tree has to be whole:
/// what a status means hangs on it.
fn pruned(text: &[u8], unread: &mut Unread) -> Result<(Document, Vec<Dated>), String> {
    let mut whole: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    note_nulls(&whole, unread);
    lenient::without_nulls(&mut whole);
    if let Some(document) = whole.get_mut("document").and_then(Value::as_object_mut) {
        keep_readable(document, "notes", "notes", unread, |value| raw::Note::deserialize(value).map(drop));
    }
    let tree = whole.get("product_tree").cloned().unwrap_or_default();
    let mut uncertain: Option<Uncertain> = None;
    let fields = whole.as_object_mut().ok_or("expected an object")?;
    if let Some(Value::Array(entries)) = fields.get_mut("vulnerabilities") {
        for (index, entry) in entries.iter_mut().enumerate() {
            let Some(entry) = entry.as_object_mut() else { continue };
            let called = |field: &str| format!("vulnerability {} {field}", index + 1);
            keep_readable(entry, "notes", &called("notes"), unread, |value| raw::Note::deserialize(value).map(drop));
            keep_readable(entry, "scores", &called("scores"), unread, |value| raw::Score::deserialize(value).map(drop));
            keep_readable(entry, "metrics", &called("metrics"), unread, |value| {
                raw::Metric::deserialize(value).map(drop)
            });
            keep_readable(entry, "remediations", &called("remediations"), unread, |value| {
                raw::Remedy::deserialize(value).map(drop)
            });
            keep_readable(entry, "cwes", &called("cwes"), unread, |value| raw::Cwe::deserialize(value).map(drop));
            if let Some(status) = entry.get_mut("product_status")
                && let Err(error) = raw::Status::deserialize(&*status)
            {
                let uncertain = uncertain.get_or_insert_with(|| {
                    unread.products(&tree);
                    Uncertain::of(&tree)
                });
                // What finds no room stays as it is, and the vulnerability is left out below.
                if uncertain.is_room() {
                    unread.part(format!("{}: {error}", called("product_status")), status);
                    *status = uncertain.readable(status);
                }
            }
            if entry.get("cwe").is_some_and(|value| raw::Cwe::deserialize(value).is_err()) {
                entry.remove("cwe");
                unread.note(called("cwe"));
            }
        }
    }
    let count = |fields: &Map<String, Value>| fields.get("vulnerabilities").and_then(Value::as_array).map(Vec::len);
    let (is_there, before) = (fields.contains_key("vulnerabilities"), count(fields));
    keep_readable(fields, "vulnerabilities", "vulnerability", unread, |value| {
        raw::Vulnerability::deserialize(value).map(drop)
    });
    if count(fields) != before || is_there && before.is_none() {
        // A vulnerability has no more than the identifiers of its products: it may be in any of the tree.
        unread.products(&tree);
    }
    let advisory = raw::Advisory::deserialize(&whole).map_err(|error| error.to_string())?;
    convert(&advisory, text.len(), unread)
}

/// Takes note of identification helpers and lists of products that are `null`: what they would name is not known.
fn note_nulls(whole: &Value, unread: &mut Unread) {
    let mut waiting: Vec<&Value> = whole.get("product_tree").into_iter().collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(values) => waiting.extend(values),
            Value::Object(fields) => {
                if fields.get("product_identification_helper").is_some_and(Value::is_null) {
                    unread.note("a product_identification_helper of the product tree is null");
                }
                waiting.extend(fields.values());
            }
            _ => {}
        }
    }
    let entries = whole.get("vulnerabilities").and_then(Value::as_array);
    for (index, entry) in entries.into_iter().flatten().enumerate() {
        let lists = entry.get("product_status").and_then(Value::as_object).into_iter().flatten();
        for (name, _) in lists.filter(|(_, list)| list.is_null()) {
            unread.note(format!("vulnerability {} product_status: {name} is null", index + 1));
        }
    }
}

/// Room for the products of vulnerabilities of which the status cannot be read, in bytes of their identifiers.
const MOST_UNCERTAIN: usize = 4 << 20;

/// The identifiers of all products of a tree: what a status that cannot be read may mean.
struct Uncertain {
    products: Vec<Value>,
    bytes: usize,
    taken: usize,
}

impl Uncertain {
    fn of(tree: &Value) -> Self {
        let (mut products, mut waiting) = (BTreeSet::new(), vec![tree]);
        while let Some(value) = waiting.pop() {
            match value {
                Value::Array(values) => waiting.extend(values),
                Value::Object(fields) => {
                    products.extend(fields.get("product_id").and_then(Value::as_str));
                    waiting.extend(fields.values());
                }
                _ => {}
            }
        }
        let bytes = products.iter().map(|id| id.len() + size_of::<Value>() + size_of::<String>()).sum();
        Self { products: products.into_iter().map(Value::from).collect(), bytes, taken: 0 }
    }

    /// Whether one more vulnerability may be said to touch any of them: many times the whole tree would be more than any memory.
    fn is_room(&mut self) -> bool {
        let taken = self.taken.saturating_add(self.bytes);
        let is_room = taken <= MOST_UNCERTAIN;
        if is_room {
            self.taken = taken;
        }
        is_room
    }

    /// The lists of a status that can be read. What the others say is not known, of whatever product.
    fn readable(&self, status: &Value) -> Value {
        let mut lists = status.as_object().cloned().unwrap_or_default();
        lists.retain(|_, list| {
            if let Value::Array(list) = list {
                list.retain(Value::is_string);
            }
            list.is_array()
        });
        lists.insert("unknown".to_owned(), Value::Array(self.products.clone()));
        Value::Object(lists)
    }
}

fn convert(raw: &raw::Advisory<'_>, length: usize, unread: &mut Unread) -> Result<(Document, Vec<Dated>), String> {
    let document = &raw.document;
    let tracking = document.tracking.id.trim();
    if tracking.is_empty() {
        return Err("no tracking identifier".to_owned());
    }
    let publisher = Some(document.publisher.name.trim()).filter(|name| !name.is_empty()).unwrap_or(SOURCE);
    let products = Products::read(&raw.tree, unread);
    let label = label(tracking, &document.publisher.namespace, &document.publisher.name);
    let modified = document.tracking.current.as_deref().and_then(day);
    let released = stamp_of(document.tracking.current.as_deref());
    if let Some(written) = document.tracking.current.as_deref().filter(|_| released.is_empty()) {
        unread.note(format!(
            "current_release_date `{written}` is no moment: what it says counts, and takes nothing back"
        ));
    }
    let written = document.tracking.version.as_ref().filter(|version| !version.is_null());
    let version = written.and_then(|version| match version {
        Value::String(text) => number(text),
        Value::Number(written) => number(&written.to_string()),
        _ => None,
    });
    let released = match written.filter(|_| version.is_none() && !released.is_empty()) {
        // It is compared with none: the lowest of its day would lose what it says to the one before it.
        Some(written) => {
            unread.note(format!("version {written} is no number: what it says counts, and takes nothing back"));
            String::new()
        }
        None => released,
    };
    let last_modified = version_of(&released, version);
    let status = document.tracking.status.as_ref().and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let is_draft = !["final", "interim", ""].iter().any(|known| status.eq_ignore_ascii_case(known));
    if status.eq_ignore_ascii_case("draft") {
        unread.note("it is a draft by its own words: what it says counts, and takes nothing back");
    } else if is_draft {
        unread.note(format!(
            "status `{status}` does not say that it is final: what it says counts, and takes nothing back"
        ));
    }
    let standing = match (released.is_empty(), is_draft) {
        (true, _) => UNDATED,
        (false, true) => DRAFT,
        (false, false) => "",
    };
    let is_withdrawn = document.category.eq_ignore_ascii_case(WITHDRAWN);
    if !is_withdrawn {
        note_what_is_missing(raw, unread);
    }
    let mut taken = BTreeSet::new();
    let mut records = Vec::new();
    let mut room = ROOM_OF_ALL.saturating_add(length.saturating_mul(ROOM_OF_A_BYTE));
    let mut left_out = 0_usize;
    for (index, vulnerability) in raw.vulnerabilities.iter().enumerate() {
        let cve = vulnerability.cve.as_deref().map(super::name).filter(|cve| !cve.as_str().is_empty());
        // What withdraws all of a document withdraws it by whatever names.
        let is_read =
            |cve: &Option<VulnerabilityId>| is_withdrawn || cve.as_ref().is_some_and(|cve| super::is_cve(cve.as_str()));
        if let Some(written) = vulnerability.cve.as_deref().filter(|_| !is_read(&cve)) {
            unread.note(format!("vulnerability {}: `{written}` is no number of a CVE", index + 1));
        }
        let others: Vec<&str> =
            vulnerability.ids.iter().map(|id| id.text.trim()).filter(|text| !text.is_empty()).collect();
        let name = cve.as_ref().map(VulnerabilityId::as_str).or(others.first().copied());
        let name = name.map_or_else(|| format!("#{}", index + 1), str::to_owned);
        let mut id = format!("{label}/{name}");
        if !taken.insert(id.clone()) {
            // Which of the two was meant to be another one is not known, nor that it is not there.
            if !is_withdrawn {
                unread.note(format!("vulnerability {}: {name} stands there twice", index + 1));
            }
            id = format!("{label}/{name}#{}", index + 1);
            taken.insert(id.clone());
        }
        let size = size_of_statements(vulnerability, &products);
        if size > room {
            left_out += 1;
            continue;
        }
        room -= size;
        let mut record = VulnerabilityRecord::new(VulnerabilityId::new(format!("{id}{standing}")), SOURCE);
        record.aliases = cve.into_iter().collect();
        record.published = document.tracking.initial.as_deref().and_then(day);
        record.modified = modified;
        record.withdrawn = is_withdrawn;
        record.description = description(vulnerability, &document.title);
        record.weaknesses = vulnerability
            .cwe
            .iter()
            .chain(&vulnerability.cwes)
            .filter_map(|cwe| nvd::cwe(&cwe.id))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        scores(vulnerability, publisher, &mut record);
        record.remediations = vulnerability
            .remediations
            .iter()
            .map(|remedy| Remediation {
                asserter: publisher.to_owned(),
                kind: remedy.category.to_string(),
                text: remedy.details.to_string(),
                url: remedy.url.as_deref().map(str::to_owned),
            })
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        record.affected = statements(vulnerability, &products, publisher, record.id.as_str(), unread);
        records.push(Dated { record, last_modified: last_modified.clone(), withdrawn_on: None });
    }
    if left_out > 0 {
        unread.note(format!("{left_out} vulnerabilities say more of products than an advisory of this length may"));
        products.iter().for_each(|product| unread.affected(&product.affected(publisher)));
    }
    let former = former_label(tracking, &document.publisher.namespace);
    // A document that names no vulnerability says nothing of those that an earlier version named, unless it withdraws them.
    let whole = is_withdrawn || !raw.vulnerabilities.is_empty();
    Ok((Document { label, former, publisher: publisher.to_owned(), last_modified, whole }, records))
}

/// The category of a document that withdraws what earlier versions of it said; it need not name that.
const WITHDRAWN: &str = "csaf_withdrawn";
/// The categories of documents that need not name a vulnerability.
const NOTICES: [&str; 4] =
    ["csaf_base", "csaf_informational_advisory", "csaf_security_incident_response", "csaf_superseded"];

/// Takes note of what an advisory has to say and this one does not: then it was torn, and what it does not name it did not take back.
fn note_what_is_missing(raw: &raw::Advisory<'_>, unread: &mut Unread) {
    let category = raw.document.category.trim();
    if raw.vulnerabilities.is_empty() && !NOTICES.iter().any(|notice| category.eq_ignore_ascii_case(notice)) {
        unread.note("it names no vulnerability: what earlier versions say is not taken back");
    }
    for (index, vulnerability) in raw.vulnerabilities.iter().enumerate() {
        for name in &vulnerability.status.others {
            unread.note(format!("vulnerability {} product_status: `{name}` is not known", index + 1));
        }
        if vulnerability.status.lists().iter().all(|(_, list)| list.is_empty()) {
            unread.note(format!("vulnerability {} names no product by its status", index + 1));
        }
    }
}

/// When a document was released and which version it is, so that texts sort as versions do: of one moment by the number.
fn version_of(released: &str, number: Option<String>) -> String {
    number.map_or_else(|| released.to_owned(), |number| format!("{released}#{number}"))
}

/// A version number of a document in a form that sorts: one whole number, or three with what is not released yet before what is.
fn number(version: &str) -> Option<String> {
    let version = version.trim().split('+').next().unwrap_or_default();
    let (numbers, before) =
        version.split_once('-').map_or((version, None), |(numbers, before)| (numbers, Some(before)));
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.len() < 20 && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return None;
    }
    let mut text = String::new();
    for part in parts.into_iter().chain(["0", "0"]).take(3) {
        let digits = Some(part.trim_start_matches('0')).filter(|digits| !digits.is_empty()).unwrap_or("0");
        text.push_str(&format!("{:02}{digits}", digits.len()));
    }
    match before {
        Some(before) => text.push_str(&format!("-{before}")),
        None => text.push('~'),
    }
    Some(text)
}

/// How the identifiers of the records of an advisory begin: its number and its publisher. Neither holds a `/`, so that none begins
/// as another one does, and none but the last `@` stands between the two.
fn label(tracking: &str, namespace: &str, name: &str) -> String {
    let namespace = Some(namespace.trim()).filter(|namespace| !namespace.is_empty()).unwrap_or(name.trim());
    let namespace =
        namespace.split_once("://").map_or(namespace, |(_, rest)| rest).trim_end_matches('/').to_lowercase();
    let escaped = |text: &str| text.replace('%', "%25").replace('/', "%2F");
    format!("{}@{}", escaped(tracking.trim()), escaped(&namespace).replace('@', "%40"))
}

/// As [`label`] once was: only where an advisory is named by a CVE did the host of its publisher belong to it.
fn former_label(tracking: &str, namespace: &str) -> String {
    if !tracking.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cve-")) {
        return tracking.to_owned();
    }
    let host = namespace.split("://").nth(1).unwrap_or(namespace).split('/').next().unwrap_or_default();
    format!("{tracking}@{host}")
}

fn description(vulnerability: &raw::Vulnerability<'_>, title: &str) -> String {
    let note = |wanted: &str| vulnerability.notes.iter().find(|note| note.category.eq_ignore_ascii_case(wanted));
    let note = note("description").or_else(|| note("summary")).map(|note| note.text.trim());
    let own = vulnerability.title.as_deref().map(str::trim).filter(|text| !text.is_empty());
    note.filter(|text| !text.is_empty()).or(own).unwrap_or(title).to_owned()
}

fn scores(vulnerability: &raw::Vulnerability<'_>, publisher: &str, record: &mut VulnerabilityRecord) {
    let contents = vulnerability.metrics.iter().map(|metric| &metric.content);
    for content in vulnerability.scores.iter().chain(contents) {
        for scored in [&content.v2, &content.v3, &content.v4].into_iter().flatten() {
            match Vector::parse(&scored.vector) {
                Ok(vector) => {
                    let score = ScoredVector { vector, source: publisher.to_owned() };
                    if !record.scores.contains(&score) {
                        record.scores.push(score);
                    }
                }
                Err(_) => record.unreadable_vectors.push(scored.vector.to_string()),
            }
        }
    }
}

/// So many bytes the statements of an advisory may be together, whatever its length. They repeat the words of the tree for each product
/// that a vulnerability names, so a short text can mean more than any memory holds.
const ROOM_OF_ALL: usize = 32 << 20;
/// So many more for each byte of its text.
const ROOM_OF_A_BYTE: usize = 16;

/// How many bytes the statements about a vulnerability are at most.
fn size_of_statements(vulnerability: &raw::Vulnerability<'_>, products: &Products) -> usize {
    let named = vulnerability.status.lists().into_iter().flat_map(|(_, list)| list);
    named.filter_map(|id| products.find(id)).map(Product::size).fold(0, usize::saturating_add)
}

/// What is said of each product, products that are the same put together.
fn statements(
    vulnerability: &raw::Vulnerability<'_>,
    products: &Products,
    publisher: &str,
    id: &str,
    unread: &mut Unread,
) -> Vec<AffectedProduct> {
    let mut order: Vec<AffectedProduct> = Vec::new();
    let mut known: BTreeMap<Product, usize> = BTreeMap::new();
    for (name, list) in vulnerability.status.lists() {
        let status = match name {
            "known_affected" | "first_affected" | "last_affected" => VersionStatus::Affected,
            "fixed" | "first_fixed" | "known_not_affected" | "recommended" => VersionStatus::Unaffected,
            _ => VersionStatus::Unknown,
        };
        for product in list {
            let Some(product) = products.find(product) else {
                unread.note(format!("{id}: {name} names `{product}`, which is not in the product tree"));
                continue;
            };
            let versions = product.statements(status);
            let key = product.without_versions();
            let at = *known.entry(key).or_insert_with(|| {
                order.push(product.affected(publisher));
                order.len() - 1
            });
            for statement in versions {
                if !order[at].versions.contains(&statement) {
                    order[at].versions.push(statement);
                }
            }
        }
    }
    for product in &mut order {
        gather(&mut product.versions);
    }
    order
}

/// Puts the single versions with one status into one list.
fn gather(statements: &mut Vec<VersionStatement>) {
    let mut gathered: Vec<VersionStatement> = Vec::with_capacity(statements.len());
    for statement in statements.drain(..) {
        if let VersionStatement::Listed { versions, status } = &statement {
            let same = gathered.iter_mut().find_map(|other| match other {
                VersionStatement::Listed { versions, status: other } if other == status => Some(versions),
                _ => None,
            });
            if let Some(listed) = same {
                for version in versions {
                    if !listed.contains(version) {
                        listed.push(version.clone());
                    }
                }
                continue;
            }
        }
        gathered.push(statement);
    }
    *statements = gathered;
}

#[cfg(test)]
mod tests;
