//! The CVE list, version 5 of its format: one record a file, or one a line.
//!
//! A record has several voices: the authority that assigned the number, and others that add to it. Each is kept as its own
//! asserter. What is deliberately absent: the copy of the older format (`x_legacyV4Record`), which the record itself repeats.

use std::collections::BTreeSet;
use std::io::{BufRead, Read};

use serde::Deserialize;
use serde_json::Value;
use ward_model::affected::SsvcStatement;
use ward_model::cvss::Vector;
use ward_model::digest::Digest;
use ward_model::vulnerability::{ExploitationStatement, Remediation, ScoredVector, VulnerabilityRecord};

use super::affected::{self, products};
use super::lenient::{self, Unread, keep_readable, keep_text};
use super::nvd;
use super::{Dated, FeedError, Item, LONGEST_RECORD, SetAside, day, stamp, stamp_of};

mod raw;

/// The name of this source in records and reports.
pub const SOURCE: &str = "cve5";

/// Reads one record from its whole text. What could be read comes as a record, what could not as set aside: both, where it is a
/// part of it. `place` is where it stands among its neighbours.
#[must_use]
pub fn record(text: &[u8], place: u64) -> Vec<Item> {
    let mut unread = Unread::default();
    let read = match serde_json::from_slice::<raw::Record<'_>>(text) {
        Ok(record) => convert(&record, &mut unread),
        // Rare, so that reading it twice costs nothing.
        Err(error) if error.is_data() => odd(text, &error, &mut unread),
        Err(error) => match serde_json::from_slice::<raw::Record<'_>>(&lenient::repaired(text)) {
            Ok(record) => convert(&record, &mut unread),
            Err(_) => Err(error.to_string()),
        },
    };
    match read {
        Ok(dated) => {
            let aside = unread.into_set_aside(Some(dated.record.id.clone()), &dated.last_modified, place, text);
            [Item::Record(Box::new(dated))].into_iter().chain(aside.map(Item::SetAside)).collect()
        }
        Err(reason) => {
            let id = lenient::text_at(text, "/cveMetadata/cveId").filter(|id| !id.trim().is_empty());
            let id = id.map(|id| super::name(&id));
            let lenient::Names { products, subjects } = lenient::Names::of(text);
            vec![Item::SetAside(SetAside {
                id,
                place,
                reason,
                digest: Digest::of(text),
                products: products.into_iter().collect(),
                subjects: subjects.into_iter().collect(),
                last_modified: stamp_of(lenient::text_at(text, "/cveMetadata/dateUpdated").as_deref()),
            })]
        }
    }
}

/// Reads a record that is not shaped as it should be. What is withdrawn by one of two words is not withdrawn.
fn odd(text: &[u8], error: &serde_json::Error, unread: &mut Unread) -> Result<Dated, String> {
    let twice = lenient::note_twice(error, text, unread);
    let mut dated = pruned(text, unread)?;
    dated.record.withdrawn &= !twice;
    Ok(dated)
}

/// Hands over the records of a text that holds one a line.
///
/// # Errors
/// The bytes cannot be had, or a line has no end.
pub fn lines<E: From<FeedError>>(
    mut source: impl BufRead,
    mut each: impl FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    let mut line = Vec::new();
    let (mut place, mut offset) = (0, 0);
    loop {
        line.clear();
        let limit = LONGEST_RECORD as u64 + 1;
        let count = (&mut source).take(limit).read_until(b'\n', &mut line).map_err(FeedError::from)?;
        if count == 0 {
            return Ok(());
        }
        if line.len() > LONGEST_RECORD {
            let reason = format!("a line of more than {} MiB", LONGEST_RECORD >> 20);
            return Err(FeedError::Syntax { offset, reason }.into());
        }
        offset += count as u64;
        place += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        for item in record(&line, place) {
            each(item)?;
        }
    }
}

/// Reads a record of which some part is not shaped as it should be: without that part.
fn pruned(text: &[u8], unread: &mut Unread) -> Result<Dated, String> {
    let mut whole: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    lenient::without_nulls(&mut whole);
    if let Some(metadata) = whole.get_mut("cveMetadata").and_then(Value::as_object_mut) {
        for field in ["datePublished", "dateUpdated"] {
            keep_text(metadata, field, unread);
        }
    }
    let Some(containers) = whole.get_mut("containers").and_then(Value::as_object_mut) else {
        return Err("no field `containers` with fields".to_owned());
    };
    keep_readable(containers, "adp", "adp", unread, |value| match value {
        Value::Object(_) => Ok(()),
        other => raw::Container::deserialize(other).map(drop),
    });
    for (name, container) in containers.iter_mut() {
        match container {
            Value::Array(values) => {
                for (index, value) in values.iter_mut().enumerate() {
                    prune(value, &format!("{name} {}", index + 1), unread);
                }
            }
            other => prune(other, name, unread),
        }
    }
    let record = raw::Record::deserialize(&whole).map_err(|error| error.to_string())?;
    convert(&record, unread)
}

fn prune(container: &mut Value, name: &str, unread: &mut Unread) {
    let Some(container) = container.as_object_mut() else { return };
    let called = |field: &str| format!("{name} {field}");
    affected::keep_readable(container, &called("affected"), unread);
    keep_readable(container, "cpeApplicability", &called("cpeApplicability"), unread, |value| {
        nvd::RawConfiguration::deserialize(value).map(drop)
    });
    keep_readable(container, "problemTypes", &called("problemTypes"), unread, |value| {
        raw::ProblemType::deserialize(value).map(drop)
    });
    keep_readable(container, "references", &called("references"), unread, |value| {
        raw::Reference::deserialize(value).map(drop)
    });
    keep_readable(container, "replacedBy", &called("replacedBy"), unread, |value| String::deserialize(value).map(drop));
    for field in ["descriptions", "rejectedReasons", "solutions", "workarounds"] {
        keep_readable(container, field, &called(field), unread, |value| nvd::RawText::deserialize(value).map(drop));
    }
    // A metric that cannot be read is not passed over: what it says is taken at its worst.
    if let Some(metrics) = container.get_mut("metrics") {
        match metrics {
            Value::Array(metrics) => {
                for metric in metrics.iter_mut().filter(|metric| raw::Metric::deserialize(&**metric).is_err()) {
                    *metric = serde_json::json!({ "cvssV": { "vectorString": metric.to_string() } });
                }
            }
            other => {
                let words = other.to_string();
                *other = serde_json::json!([{ "cvssV": { "vectorString": words } }]);
            }
        }
    }
}

fn convert(raw: &raw::Record<'_>, unread: &mut Unread) -> Result<Dated, String> {
    let id = raw.metadata.id.trim();
    if id.is_empty() {
        return Err("no identifier".to_owned());
    }
    let mut record = VulnerabilityRecord::new(super::name(id), SOURCE);
    record.withdrawn = raw.metadata.state.as_deref().is_some_and(|state| state.eq_ignore_ascii_case("rejected"));
    record.published = raw.metadata.published.as_deref().and_then(day);
    let (cna, others) = (&raw.containers.cna, &raw.containers.adp);
    record.description = nvd::english(if record.withdrawn { &cna.rejected_reasons } else { &cna.descriptions });
    // The record is as new as its newest voice; words that are no moment would sort behind every moment.
    let moments =
        [cna].into_iter().chain(others).map(|container| &container.provider.updated).chain([&raw.metadata.updated]);
    let updated = moments.filter_map(|text| text.as_deref().filter(|text| day(text).is_some()));
    let updated: Vec<&str> = updated.collect();
    // One of which the time of day cannot be read may be the newest of its day.
    let uncertain = updated.iter().filter(|text| stamp(text).is_empty()).filter_map(|text| day(text)).max();
    let updated = updated.into_iter().max_by_key(|text| stamp(text));
    record.modified = updated.and_then(day).max(uncertain);
    let last_modified = stamp_of(updated.filter(|text| uncertain < day(text)));
    let mut weaknesses = BTreeSet::new();
    let mut exploits = BTreeSet::new();
    for container in [cna].into_iter().chain(others) {
        let asserter = container.provider.name();
        voice(container, &asserter, &mut record, unread);
        weaknesses.extend(container.problem_types.iter().flat_map(|problem| &problem.descriptions).filter_map(
            |text| nvd::cwe(text.cwe.as_deref().unwrap_or_default()).or_else(|| nvd::cwe(text.description.as_deref()?)),
        ));
        exploits.extend(
            container.references.iter().filter(|reference| reference.tags.exploit).map(|one| one.url.to_string()),
        );
        record.related.extend(container.replaced_by.iter().map(|id| super::name(id)));
    }
    record.weaknesses = weaknesses.into_iter().collect();
    record.exploit_references = exploits.into_iter().collect();
    record.related.sort_unstable();
    record.related.dedup();
    super::stand_in_part(&mut record, unread);
    Ok(Dated { record, last_modified, withdrawn_on: None })
}

/// Takes what one voice says.
fn voice(raw: &raw::Container<'_>, asserter: &str, record: &mut VulnerabilityRecord, unread: &mut Unread) {
    record.affected.extend(raw.affected.iter().flat_map(|entry| products(asserter, entry, unread)));
    for (index, configuration) in raw.applicability.iter().enumerate() {
        match nvd::configuration(configuration) {
            Ok(configuration) => record.configurations.push(configuration),
            Err(reason) => {
                unread.note(format!("{asserter} cpeApplicability {}: {reason}", index + 1));
                nvd::criteria(configuration).for_each(|name| unread.about(name));
            }
        }
    }
    for (kind, texts) in [("solution", &raw.solutions), ("workaround", &raw.workarounds)] {
        let text = nvd::english(texts);
        if !text.trim().is_empty() {
            record.remediations.push(Remediation {
                asserter: asserter.to_owned(),
                kind: kind.to_owned(),
                text,
                url: None,
            });
        }
    }
    for metric in &raw.metrics {
        for text in &metric.vectors {
            match Vector::parse(text) {
                Ok(vector) => record.scores.push(ScoredVector { vector, source: asserter.to_owned() }),
                Err(_) => record.unreadable_vectors.push(text.to_string()),
            }
        }
        let Some(other) = &metric.other else { continue };
        match other.kind.to_ascii_lowercase().as_str() {
            "ssvc" => record.ssvc.extend(ssvc(asserter, &other.content)),
            "kev" => record.known_exploited.push(ExploitationStatement {
                asserter: asserter.to_owned(),
                added: other.content.get("dateAdded").and_then(Value::as_str).and_then(day),
            }),
            _ => {}
        }
    }
}

/// A decision as CISA writes it: a list of objects with one field each, whose names are spelt in several ways.
pub(super) fn ssvc(asserter: &str, content: &Value) -> Option<SsvcStatement> {
    let options = content.get("options")?.as_array()?;
    let option = |wanted: &str| {
        let fields = options.iter().filter_map(Value::as_object).flatten();
        let mut found = fields.filter(|(name, _)| {
            name.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).eq(wanted.chars())
        });
        found.next().and_then(|(_, value)| value.as_str()).map(|value| value.trim().to_ascii_lowercase())
    };
    let text = |field: &str| content.get(field).and_then(Value::as_str).map(str::to_owned);
    Some(SsvcStatement {
        asserter: asserter.to_owned(),
        role: text("role").unwrap_or_default(),
        exploitation: option("exploitation"),
        automatable: option("automatable"),
        technical_impact: option("technicalimpact"),
        timestamp: text("timestamp"),
    })
}

#[cfg(test)]
mod tests;
