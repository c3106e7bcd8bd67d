//! OSV: one record a file, packed together by ecosystem. GitHub's advisories come in this form too.
//!
//! `aliases` are other names of the same vulnerability; `upstream` and `related` are not, and are kept apart. What is deliberately
//! absent: any opinion on the order of versions, which `match` has.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use ward_model::affected::{AffectedProduct, RangeEvent, VersionOrderKind, VersionStatement, VersionStatus};
use ward_model::cpe::Cpe;
use ward_model::cvss::Vector;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{ScoredVector, VulnerabilityRecord};

use super::lenient::{self, Unread, keep_readable, keep_text};
use super::version_text::prose;
use super::{Dated, Item, SetAside, day, nvd, packages, stamp_of};

mod raw;

/// The name of this feed; a source is called by it and the ecosystem.
pub const SOURCE: &str = "osv";

/// The name of the source for one ecosystem, as the folder of a mirror spells it.
#[must_use]
pub fn source_of(ecosystem: &str) -> String {
    format!("{SOURCE}/{}", ecosystem.trim().to_lowercase())
}

/// Reads one record of a source from its whole text. What could be read comes as a record, what could not as set aside: both,
/// where it is a part of it. `place` is where it stands among its neighbours.
#[must_use]
pub fn record(source: &str, text: &[u8], place: u64) -> Vec<Item> {
    let mut unread = Unread::default();
    let read = match serde_json::from_slice::<raw::Record<'_>>(text) {
        Ok(record) => convert(source, &record, &mut unread),
        Err(error) if error.is_data() => odd(source, text, &error, &mut unread),
        Err(error) => match serde_json::from_slice::<raw::Record<'_>>(&lenient::repaired(text)) {
            Ok(record) => convert(source, &record, &mut unread),
            Err(_) => Err(error.to_string()),
        },
    };
    match read {
        Ok(dated) => {
            let aside = unread.into_set_aside(Some(dated.record.id.clone()), &dated.last_modified, place, text);
            [Item::Record(Box::new(dated))].into_iter().chain(aside.map(Item::SetAside)).collect()
        }
        Err(reason) => {
            let id = lenient::text_at(text, "/id").filter(|id| !id.trim().is_empty());
            let id = id.map(|id| super::name(&id));
            let lenient::Names { products, subjects } = lenient::Names::of(text);
            vec![Item::SetAside(SetAside {
                id,
                place,
                reason,
                digest: Digest::of(text),
                products: products.into_iter().collect(),
                subjects: subjects.into_iter().collect(),
                last_modified: stamp_of(lenient::text_at(text, "/modified").as_deref()),
            })]
        }
    }
}

/// Reads a record that is not shaped as it should be. What is withdrawn by one of two words is not withdrawn.
fn odd(source: &str, text: &[u8], error: &serde_json::Error, unread: &mut Unread) -> Result<Dated, String> {
    let twice = lenient::note_twice(error, text, unread);
    let mut dated = pruned(source, text, unread)?;
    dated.record.withdrawn &= !twice;
    Ok(dated)
}

/// Reads a record of which some part is not shaped as it should be: without that part.
fn pruned(source: &str, text: &[u8], unread: &mut Unread) -> Result<Dated, String> {
    let mut whole: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    lenient::without_nulls(&mut whole);
    let fields = whole.as_object_mut().ok_or("expected an object")?;
    for field in ["modified", "published", "withdrawn", "summary", "details"] {
        keep_text(fields, field, unread);
    }
    for field in ["aliases", "upstream", "related"] {
        keep_readable(fields, field, field, unread, |value| String::deserialize(value).map(drop));
    }
    keep_readable(fields, "severity", "severity", unread, |value| raw::Severity::deserialize(value).map(drop));
    keep_readable(fields, "references", "references", unread, |value| raw::Reference::deserialize(value).map(drop));
    if let Some(Value::Array(entries)) = fields.get_mut("affected") {
        for (index, entry) in entries.iter_mut().enumerate() {
            let Some(entry) = entry.as_object_mut() else { continue };
            let called = |field: &str| format!("affected {} {field}", index + 1);
            let mut broken = Unread::default();
            keep_readable(entry, "ranges", &called("ranges"), &mut broken, |value| {
                raw::Range::deserialize(value).map(drop)
            });
            keep_readable(entry, "versions", &called("versions"), &mut broken, |value| {
                String::deserialize(value).map(drop)
            });
            keep_readable(entry, "severity", &called("severity"), unread, |value| {
                raw::Severity::deserialize(value).map(drop)
            });
            if !broken.is_empty() {
                // Without one of its ranges it would clear the versions of that range.
                entry.insert("partly_read".to_owned(), Value::Bool(true));
                unread.append(broken);
            }
        }
    }
    keep_readable(fields, "affected", "affected", unread, |value| raw::Affected::deserialize(value).map(drop));
    fields.retain(|name, value| name != "database_specific" || raw::Database::deserialize(&*value).is_ok());
    let record = raw::Record::deserialize(&whole).map_err(|error| error.to_string())?;
    convert(source, &record, unread)
}

fn convert(source: &str, raw: &raw::Record<'_>, unread: &mut Unread) -> Result<Dated, String> {
    let id = raw.id.trim();
    if id.is_empty() {
        return Err("no identifier".to_owned());
    }
    let names = |names: &[String]| -> Vec<VulnerabilityId> {
        let mut ids: Vec<_> = names
            .iter()
            .map(|name| name.trim())
            .filter(|name| !name.is_empty() && *name != id)
            .map(super::name)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let mut record = VulnerabilityRecord::new(super::name(id), source);
    record.aliases = names(&raw.aliases);
    record.upstream = names(&raw.upstream);
    record.related = names(&raw.related);
    record.published = raw.published.as_deref().and_then(day);
    record.modified = raw.modified.as_deref().and_then(day);
    let withdrawn_on = withdrawn(raw, unread);
    record.withdrawn = withdrawn_on.is_some();
    record.description = match (raw.summary.as_deref().unwrap_or_default(), raw.details.as_deref().unwrap_or_default())
    {
        ("", details) => details.to_owned(),
        (summary, "") => summary.to_owned(),
        (summary, details) if details.starts_with(summary) => details.to_owned(),
        (summary, details) => format!("{summary}\n\n{details}"),
    };
    for severity in raw.severity.iter().chain(raw.affected.iter().flat_map(|entry| &entry.severity)) {
        // Other kinds than CVSS are words of a distribution.
        if !severity.kind.to_ascii_uppercase().starts_with("CVSS") {
            continue;
        }
        match Vector::parse(&severity.score) {
            Ok(vector) => {
                let score = ScoredVector { vector, source: source.to_owned() };
                if !record.scores.contains(&score) {
                    record.scores.push(score);
                }
            }
            Err(_) => record.unreadable_vectors.push(severity.score.to_string()),
        }
    }
    if !record.withdrawn && names_too_little(source, raw, unread) {
        // An earlier version may have named what this one lost.
        super::in_part(&mut record);
    }
    let weaknesses: BTreeSet<u32> = raw.database.weaknesses.iter().filter_map(|text| nvd::cwe(text)).collect();
    record.weaknesses = weaknesses.into_iter().collect();
    let exploits: BTreeSet<&str> =
        raw.references.iter().filter(|one| one.kind.eq_ignore_ascii_case("evidence")).map(|one| &*one.url).collect();
    record.exploit_references = exploits.into_iter().map(str::to_owned).collect();
    record.affected = raw.affected.iter().map(|entry| affected(source, entry, unread)).collect();
    name_by_cpe(&mut record, &raw.database.cpes, unread);
    Ok(Dated { record, last_modified: stamp_of(raw.modified.as_deref()), withdrawn_on })
}

/// Whether a record names no product, or holds a part that should and does not, or does where nobody looks. Records on commits alone
/// name no package.
fn names_too_little(source: &str, raw: &raw::Record<'_>, unread: &mut Unread) -> bool {
    if raw.affected.is_empty() {
        unread.note("it names no product: what earlier versions say is not taken back");
        return true;
    }
    let is_of_commits = |entry: &raw::Affected<'_>| {
        entry.package.is_none() && entry.ranges.iter().any(|range| range.kind.eq_ignore_ascii_case("git"))
    };
    let names = |entry: &raw::Affected<'_>| {
        entry.package.as_ref().is_some_and(|of| packages::package(&of.ecosystem, &of.name).is_some())
    };
    let lacks = raw.affected.iter().position(|entry| !names(entry) && !is_of_commits(entry));
    if let Some(index) = lacks {
        unread.note(format!("affected {} names no package: what earlier versions say is not taken back", index + 1));
    }
    let mut named = raw.affected.iter().filter_map(|entry| entry.package.as_ref()).map(|package| &*package.ecosystem);
    let strange = named.find(|one| {
        let (name, _) = packages::ecosystem(one);
        !name.is_empty() && !packages::is_known(&name) && source_of(&name) != source
    });
    if let Some(strange) = strange {
        unread.note(format!("the ecosystem `{strange}` is not known: what earlier versions say is not taken back"));
    }
    lacks.is_some() || strange.is_some()
}

/// On which day a record was withdrawn. Words that are no day must not take a finding back.
fn withdrawn(raw: &raw::Record<'_>, unread: &mut Unread) -> Option<Date> {
    let text = raw.withdrawn.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
    let on = day(text);
    if on.is_none() {
        unread.note(format!("withdrawn `{text}` is no day: taken as standing"));
    }
    on
}

/// Bitnami names the product of a record in CPE names beside it. They are names of the one product that the record is about; of
/// several products nobody could say which is which.
fn name_by_cpe(record: &mut VulnerabilityRecord, names: &[String], unread: &mut Unread) {
    let mut cpes = Vec::new();
    for name in names {
        match Cpe::parse(name) {
            Ok(cpe) => cpes.push(cpe),
            Err(error) => unread.note(format!("cpe `{name}`: {error}")),
        }
    }
    let products: BTreeSet<_> = cpes.iter().filter_map(Cpe::product_key).collect();
    if let ([one], 1) = (record.affected.as_mut_slice(), products.len()) {
        one.cpes = cpes;
    }
}

fn affected(source: &str, raw: &raw::Affected<'_>, unread: &mut Unread) -> AffectedProduct {
    let named = raw.package.as_ref().and_then(|package| packages::package(&package.ecosystem, &package.name));
    let (package, release) = named.map_or((None, None), |(package, release)| (Some(package), release));
    // Components of these ecosystems have no package URL of their own: they are known by their plain names.
    let by_name = package.as_ref().filter(|package| matches!(&*package.ecosystem, "oss-fuzz" | "bitnami"));
    let product = by_name.map(|package| package.name.to_string());
    let mut versions = Vec::new();
    if !raw.versions.is_empty() {
        versions.push(VersionStatement::Listed { versions: raw.versions.clone(), status: VersionStatus::Affected });
    }
    let (mut ordered, mut open) = (false, raw.partly_read);
    for range in &raw.ranges {
        let order = match range.kind.to_ascii_uppercase().as_str() {
            "SEMVER" => Some(VersionOrderKind::Semver),
            "ECOSYSTEM" => Some(VersionOrderKind::Ecosystem),
            "GIT" => Some(VersionOrderKind::Git),
            _ => None,
        };
        let events: Option<Vec<RangeEvent>> = range.events.iter().map(event).collect();
        match (order, events) {
            (Some(order), Some(events)) if is_evaluable(&events) => {
                ordered |= order != VersionOrderKind::Git;
                versions.push(VersionStatement::Events { order, events });
            }
            _ => {
                let words: Vec<String> =
                    range.events.iter().flatten().map(|(name, value)| format!("{name} {value}")).collect();
                let words = format!("{} range: {}", range.kind, words.join(", "));
                unread.note(format!("a range that cannot be evaluated: {words}"));
                versions.push(prose(&words, VersionStatus::Affected));
                open = true;
            }
        }
    }
    // Lists and ranges of versions together say everything; commits say nothing of versions that are not listed. The tags of
    // OSS-Fuzz are spelt in many ways, so that a version is not cleared by not being among them.
    let complete = package.as_ref().is_some_and(|package| &*package.ecosystem != "oss-fuzz")
        && !open
        && (ordered || raw.ranges.is_empty() && !raw.versions.is_empty());
    AffectedProduct {
        asserter: source.to_owned(),
        package,
        release,
        vendor: None,
        product,
        cpes: Vec::new(),
        default_status: if complete { VersionStatus::Unaffected } else { VersionStatus::Unknown },
        versions,
        platforms: Vec::new(),
        program_files: Vec::new(),
    }
}

/// Whether events say which versions are affected: from where on, and no more ends in two ways than there are beginnings, of which one says
/// more than the other.
fn is_evaluable(events: &[RangeEvent]) -> bool {
    let count = |wanted: fn(&RangeEvent) -> bool| events.iter().filter(|event| wanted(event)).count();
    let introduced = count(|event| matches!(event, RangeEvent::Introduced(_)));
    let fixed = count(|event| matches!(event, RangeEvent::Fixed(_)));
    let last = count(|event| matches!(event, RangeEvent::LastAffected(_)));
    introduced > 0 && (fixed == 0 || last == 0 || fixed + last <= introduced)
}

/// An event is an object with one field.
fn event(raw: &raw::Event) -> Option<RangeEvent> {
    let mut fields = raw.iter();
    let ((name, version), None) = (fields.next()?, fields.next()) else { return None };
    let version = version.trim();
    if version.is_empty() {
        return None;
    }
    let version = version.to_owned();
    Some(match name.as_str() {
        "introduced" => RangeEvent::Introduced(version),
        "fixed" => RangeEvent::Fixed(version),
        "last_affected" => RangeEvent::LastAffected(version),
        "limit" => RangeEvent::Limit(version),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
