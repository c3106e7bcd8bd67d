//! `vulnerabilities.toml`, checked.

use jiff::civil::Date;
use ward_model::claim::ClaimId;
use ward_model::device::{KnownSince, OwnFinding};
use ward_model::ids::{ElementId, FieldedVersionId, VulnerabilityId};
use ward_model::rubric::Answers;

use super::element::superfluous;
use super::{Kind, Names, Pending, not_empty, value, values};
use crate::diagnostic::{At, Sink};
use crate::nearest::nearest;
use crate::raw::vulnerabilities::{Finding, Known, Rubric};
use crate::raw::{items, shorten};

/// Years in which a maker can have learnt of a vulnerability.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

pub(crate) fn finding(
    at: &At<Finding>,
    names: &Names,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Option<OwnFinding> {
    let raw = &at.value;
    let element =
        raw.element.as_ref().and_then(|element| names.resolve(Kind::Element, element, sink)).map(ElementId::from);
    not_empty(&raw.versions, "left out, all versions have it", sink);
    let versions = names.resolve_all::<_, FieldedVersionId>(Kind::Version, items(&raw.versions), sink);
    let left_out = |versions: &Vec<FieldedVersionId>| {
        let mut fielded = names.of(Kind::Version);
        !versions.is_empty() && fielded.any(|version| !versions.iter().any(|named| named.as_str() == version))
    };
    match (&raw.versions, &raw.id, &versions) {
        (Some(field), Some(id), Some(versions)) if left_out(versions) => pending.push(Pending {
            id: ClaimId::FindingVersions(VulnerabilityId::new(id.value.0.clone())),
            evidence: raw.evidence.clone(),
            place: field.place,
        }),
        _ => superfluous(raw.evidence.clone(), "versions", sink),
    }
    let mut vectors: Vec<_> = value(&raw.vector).into_iter().collect();
    for vector in values(&raw.vectors).unwrap_or_default() {
        if !vectors.contains(&vector) {
            vectors.push(vector);
        }
    }
    possible(&raw.known_since, sink);
    Some(OwnFinding {
        id: VulnerabilityId::new(value(&raw.id)?.0),
        title: value(&raw.title)?,
        element: element?,
        versions: versions?,
        weaknesses: raw
            .cwe
            .as_ref()
            .map(|cwe| cwe.value.0.iter().map(|number| number.value).collect())
            .unwrap_or_default(),
        vectors,
        known_since: value(&raw.known_since)?,
        source: value(&raw.source)?,
        demonstrated: value(&raw.demonstrated).unwrap_or(false),
        exploited: value(&raw.exploited).unwrap_or(false),
    })
}

/// Reports a day on which nobody can have learnt of it: an error of typing that would move a clock by decades.
fn possible(since: &Option<At<Date>>, sink: &mut Sink) {
    if let Some(since) = since.as_ref().filter(|since| !YEARS.contains(&since.value.year())) {
        sink.error(since.place, "bad-date", format!("nobody has known it since {}", since.value)).expected(format!(
            "a day from {} to {}",
            YEARS.start(),
            YEARS.end()
        ));
    }
}

/// What something is known of.
const SUBJECT: &str = "a vulnerability, or a weakness as `RULE@PLACE`: a link, an element, a secret or a function";
/// Where a rule may find a weakness.
const KINDS: [Kind; 4] = [Kind::Link, Kind::Element, Kind::Secret, Kind::Function];

pub(crate) fn known(at: &At<Known>, model_since: Option<Date>, names: &Names, sink: &mut Sink) -> Option<KnownSince> {
    let raw = &at.value;
    let subject = raw.subject.as_ref()?;
    // A weakness is named by its rule and where the rule found it.
    if let Some((_, place)) = subject.value.split_once('@') {
        let found = KINDS.iter().any(|kind| names.has(*kind, place) || names.partial.contains(kind));
        if !found {
            sink.error(subject.place, "dangling-name", format!("nothing is called `{}`", shorten(place)))
                .expected(SUBJECT)
                .did_you_mean(nearest(place, KINDS.iter().flat_map(|kind| names.of(*kind))));
        }
    } else if subject.value.starts_with("WR-") || KINDS.iter().any(|kind| names.has(*kind, &subject.value)) {
        // It would start no clock, and nobody would be told.
        let message = format!("`{}` is no weakness, and no vulnerability", shorten(&subject.value));
        sink.error(subject.place, "unknown-subject", message).expected(SUBJECT);
    }
    possible(&raw.since, sink);
    if let (Some(since), Some(model)) = (&raw.since, model_since)
        && since.value > model
    {
        sink.warning(since.place, "odd-dates", format!("this day is later than `model_since`, {model}"))
            .help("it moves no clock: what the model says was known when it was begun");
    }
    Some(KnownSince { subject: subject.value.clone(), since: value(&raw.since)?, source: value(&raw.source)? })
}

/// Answers to the rubric, and the claim that they are.
pub(crate) fn rubric(
    at: &At<Rubric>,
    names: &Names,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Option<((ElementId, VulnerabilityId), Answers)> {
    let raw = &at.value;
    let element = raw.element.as_ref().and_then(|element| names.resolve(Kind::Element, element, sink));
    let vulnerability = value(&raw.vulnerability).map(|id| VulnerabilityId::new(id.0));
    if let Some(answers) = &raw.answers {
        let asked = answers.value.asked();
        let stray = answers.value.iter().map(|(element, _)| element).filter(|element| !asked.contains(element));
        let stray: Vec<&str> = stray.map(|element| element.word()).collect();
        if !stray.is_empty() {
            let message = format!("no other answer leads to the question {}", stray.join(", "));
            sink.warning(answers.place, "not-asked", message)
                .help("it has no bearing; `ward inspect rubric` shows which questions are asked");
        }
    }
    let (element, vulnerability) = (ElementId::from(element?), vulnerability?);
    pending.push(Pending {
        id: ClaimId::Rubric(element.clone(), vulnerability.clone()),
        evidence: raw.evidence.clone(),
        place: at.place,
    });
    Some(((element, vulnerability), value(&raw.answers)?))
}
