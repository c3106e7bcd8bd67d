//! Clocks: what is due, counted from the earliest day on which the maker can be shown to have known.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use ward_model::assessment::Clock;
use ward_model::device::OwnFinding;
use ward_model::ids::VulnerabilityId;
use ward_model::verdict::{Basis, Outcome, SubjectKind, Verdict};
use ward_policy::{ClockRule, ClockWhen};

use crate::context::Situation;

/// The clocks of every uncontrolled verdict: one for each rule and subject, earliest first.
pub(crate) fn clocks(situation: Situation<'_>, verdicts: &[Verdict]) -> Vec<Clock> {
    let recorded = recorded(situation);
    let mut own: OwnByName<'_> = BTreeMap::new();
    for finding in &situation.device.own_findings {
        own.entry(ordinary(finding.id.as_str())).or_default().push(finding);
    }
    let mut clocks: BTreeMap<(String, String, String), Clock> = BTreeMap::new();
    for verdict in verdicts.iter().filter(|verdict| verdict.verdict == Outcome::Uncontrolled) {
        let Some(policy) = situation.rulebook.policies.iter().find(|policy| policy.id == verdict.policy) else {
            continue;
        };
        let when = match verdict.basis {
            Basis::Confirmed => ClockWhen::UncontrolledConfirmed,
            Basis::Presumed => ClockWhen::UncontrolledPresumed,
        };
        for rule in policy.clocks.iter().filter(|rule| rule.when == when) {
            let subject = match verdict.presumed_because {
                Some(because) => format!("{} ({because})", verdict.subject.id),
                None => verdict.subject.id.clone(),
            };
            let key = (policy.id.to_string(), rule.id.clone(), subject.clone());
            let (starts, start_evidence) = known_since(situation, &recorded, &own, verdict);
            let started = started(situation, rule, subject, starts, start_evidence);
            // One subject on several elements runs from the day the first of them was known.
            let clock = clocks.entry(key).or_insert_with(|| started.clone());
            if started.starts < clock.starts {
                *clock = Clock { verdicts: std::mem::take(&mut clock.verdicts), ..started };
            }
            clock.verdicts.push(verdict.id.clone());
        }
    }
    let mut clocks: Vec<Clock> = clocks.into_values().collect();
    clocks.sort();
    clocks
}

fn started(situation: Situation<'_>, rule: &ClockRule, subject: String, starts: Date, start_evidence: String) -> Clock {
    // Terms are at most 2^32 days; a date past the end of the calendar stays at its end.
    let due = starts.saturating_add(i64::from(rule.days).min(1_000_000).days());
    Clock {
        due,
        rule: rule.id.clone(),
        action: rule.action.clone(),
        starts,
        start_evidence,
        overdue: due < situation.as_of,
        source: rule.source.clone(),
        subject,
        verdicts: Vec::new(),
    }
}

/// The maker's own findings by name, however it is written.
type OwnByName<'a> = BTreeMap<String, Vec<&'a OwnFinding>>;

/// What is on record of each vulnerability at each element of each version.
type Recorded<'a> = BTreeMap<(&'a str, &'a str, &'a str), Record<'a>>;

/// When a vulnerability was received and published, and what else it is called, or was.
#[derive(Debug, Default)]
struct Record<'a> {
    received: Option<Date>,
    published: Option<Date>,
    aliases: BTreeSet<&'a VulnerabilityId>,
}

fn recorded(situation: Situation<'_>) -> Recorded<'_> {
    let mut recorded = Recorded::new();
    for ((version, element), reports) in situation.reports {
        for finding in reports.open.findings.iter().chain(&reports.complete.findings) {
            let vulnerability = &finding.vulnerability;
            let record = recorded.entry((version.as_str(), element.as_str(), vulnerability.id.as_str())).or_default();
            let earliest = |a: Option<Date>, b: Option<Date>| a.into_iter().chain(b).min();
            record.received = earliest(record.received, vulnerability.received);
            record.published = earliest(record.published, vulnerability.published);
            record.aliases.extend(vulnerability.aliases.iter().chain(&vulnerability.former_names));
        }
    }
    recorded
}

/// The earliest day on which the maker can be shown to have known, and by what.
fn known_since(
    situation: Situation<'_>,
    recorded: &Recorded<'_>,
    own: &OwnByName<'_>,
    verdict: &Verdict,
) -> (Date, String) {
    let device = situation.device;
    let id = verdict.subject.id.as_str();
    let mut evidence: Vec<(Date, String)> = Vec::new();
    let place = (verdict.fielded_version.as_str(), verdict.element.as_str(), id);
    let record = recorded.get(&place).filter(|_| verdict.subject.kind == SubjectKind::Vulnerability);
    let aliases = record.into_iter().flat_map(|record| &record.aliases);
    for known in &device.known_since {
        let subject = ordinary(&known.subject);
        if subject == ordinary(id) || aliases.clone().any(|alias| subject == ordinary(alias.as_str())) {
            evidence.push((known.since, known.source.clone()));
        }
    }
    let own = own.get(&ordinary(id)).map_or(&[][..], Vec::as_slice);
    for own in own {
        evidence.push((own.known_since, own.source.clone()));
    }
    let (received, published) = record.map(|record| (record.received, record.published)).unwrap_or_default();
    evidence.extend(received.map(|day| (day, "the record was received".to_owned())));
    // The model says what its maker knew when it was written; of a vulnerability nobody knew before it was published. That a home
    // was filled late, or anew, starts no clock later.
    let model_since = modelled_since(situation);
    let modelled = match published.filter(|day| *day > model_since.0) {
        Some(day) => (day, "it was published, in a feed that a maker must watch".to_owned()),
        // What lies ahead is a slip of the pen, and would start the clock anew every day.
        None if model_since.0 > situation.as_of => match published {
            Some(day) => {
                (day, format!("it was published; that the model has been kept since {} is not so yet", model_since.0))
            }
            None => model_since,
        },
        None => model_since,
    };
    // What nobody but the maker has found at this element is known since the maker says; everything else since the model at the latest.
    let found_here = own.iter().any(|own| own.element == verdict.element);
    if !found_here || recorded.contains_key(&place) {
        evidence.push(modelled.clone());
    }
    evidence.sort();
    let (since, source) = evidence.into_iter().next().unwrap_or(modelled);
    if since <= situation.as_of {
        return (since, source);
    }
    // Whoever is told of it today knows it today.
    (situation.as_of, format!("the day asked about; what is stated lies after it: {since}, {source}"))
}

/// Since when the model has been kept: whoever has answered for something in it, or names a day on which something was known, had
/// begun by then, whatever `model_since` says.
fn modelled_since(situation: Situation<'_>) -> (Date, String) {
    let stated = (
        situation.device.model_since,
        "the model has been kept since (model_since); say in vulnerabilities.toml if it was known earlier".to_owned(),
    );
    let entered = situation.decisions.entered.iter().map(|decision| {
        (decision.on, format!("decision {} had been entered, so that the model was kept by then", decision.number))
    });
    entered.chain([stated]).min_by_key(|(day, _)| *day).unwrap_or_else(|| (situation.as_of, String::new()))
}

/// A name without what people write differently: letters in either case, and a CVE number with fewer zeros.
pub(crate) fn ordinary(name: &str) -> String {
    let name = name.trim().to_ascii_uppercase();
    let mut parts = name.splitn(3, '-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("CVE"), Some(year), Some(number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("CVE-{year}-{:0>4}", number.trim_start_matches('0'))
        }
        _ => name,
    }
}
