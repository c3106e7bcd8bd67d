//! Policies as they are written.

use std::collections::BTreeSet;

use serde::Deserialize;
use ward_model::device::PersonRole;
use ward_model::scale::{Exploitability, Severity};
use ward_model::verdict::Outcome;

use super::{parse, share};
use crate::draft::{Cell, CellChange, Draft};
use crate::error::PolicyError;
use crate::period::{InForce, Period};
use crate::policy::{ClockRule, ClockWhen, Escalation, Event, TermUnit, Words};
use crate::raise::{EvidenceKind, RaiseRule};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    name: String,
    version: String,
    title: String,
    in_force: InForce,
    source: String,
    verify: Option<String>,
    extends: Option<String>,
    question: Option<String>,
    counts: Option<Vec<String>>,
    words: Option<WordsTable>,
    matrix: Option<MatrixTable>,
    adjustable: Option<Vec<String>>,
    #[serde(default)]
    cell: Vec<CellTable>,
    escalation: Option<EscalationTable>,
    #[serde(default)]
    raise: Vec<RaiseTable>,
    #[serde(default)]
    clock: Vec<ClockTable>,
    #[serde(default)]
    cites: BTreeSet<String>,
    watch: Option<WatchTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsTable {
    controlled: String,
    uncontrolled: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MatrixTable {
    #[expect(dead_code, reason = "shown to whoever reads the file; required, so that no cell stands without a source")]
    source: String,
    low: Row,
    medium: Row,
    high: Row,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    negligible: Word,
    minor: Word,
    serious: Word,
    critical: Word,
    catastrophic: Word,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Controlled,
    Uncontrolled,
}

impl From<Word> for Outcome {
    fn from(outcome: Word) -> Self {
        match outcome {
            Word::Controlled => Self::Controlled,
            Word::Uncontrolled => Self::Uncontrolled,
        }
    }
}

impl Row {
    fn cells(&self) -> [Outcome; 5] {
        [self.negligible, self.minor, self.serious, self.critical, self.catastrophic].map(Outcome::from)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CellTable {
    at: String,
    outcome: Word,
    in_force: Option<InForce>,
    #[expect(dead_code, reason = "shown to whoever reads the file; required, so that no cell stands without a source")]
    source: String,
    justification: Option<String>,
    approved_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EscalationTable {
    persons_more_than: u64,
    from: Severity,
    to: Severity,
    #[expect(dead_code, reason = "shown to whoever reads the file; required, so that no term stands without a source")]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RaiseTable {
    evidence: String,
    at_least: Option<Exploitability>,
    by: Option<u8>,
    score_at_least: Option<String>,
    percentile_at_least: Option<String>,
    in_force: Option<InForce>,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockTable {
    id: String,
    days: Option<u32>,
    working_days: Option<u32>,
    when: String,
    action: String,
    in_force: Option<InForce>,
    source: String,
    #[serde(default)]
    verify: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WatchTable {
    review_days: u32,
    #[expect(dead_code, reason = "shown to whoever reads the file; required, so that no term stands without a source")]
    source: String,
}

/// What is added to a source that nobody has compared with its document.
pub(crate) const UNVERIFIED: &str = " (not compared with the text yet)";

/// Reads a policy file.
pub(crate) fn policy(file: &str, text: &str) -> Result<Draft, PolicyError> {
    let table: PolicyFile = parse(file, text)?;
    let malformed = |message: String| PolicyError::malformed(file, message);
    named(&table.name, &table.version).map_err(malformed)?;
    if table.extends.is_some() && table.matrix.is_some() {
        return Err(malformed("a policy that extends another changes single cells, each in a `[[cell]]`".to_owned()));
    }
    let whole = table.in_force.period(file)?;
    let counts = table.counts.map(|words| {
        let role = |word: &String| {
            let roles: Vec<&str> = PersonRole::ALL.iter().map(|role| role.word()).collect();
            let missing = || malformed(format!("`{word}` is no role of a person; roles are {}", roles.join(", ")));
            PersonRole::from_word(word).ok_or_else(missing)
        };
        words.iter().map(role).collect::<Result<BTreeSet<_>, _>>()
    });
    let adjustable = table
        .adjustable
        .map(|cells| cells.iter().map(|text| cell(text).map_err(malformed)).collect::<Result<BTreeSet<_>, _>>());
    let escalation = table.escalation.map(|escalation| {
        if escalation.to < escalation.from {
            return Err(malformed("escalation must not lead to a milder severity".to_owned()));
        }
        let EscalationTable { persons_more_than, from, to, .. } = escalation;
        Ok(Escalation { persons_more_than, from, to })
    });
    let cells = table.cell.into_iter().map(|table| {
        let stated = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok(CellChange {
            cell: cell(&table.at).map_err(malformed)?,
            outcome: table.outcome.into(),
            period: within(file, whole, table.in_force)?,
            justification: stated(table.justification),
            approved_by: stated(table.approved_by),
        })
    });
    Ok(Draft {
        cells: cells.collect::<Result<_, PolicyError>>()?,
        raises: table.raise.into_iter().map(|raise| self::raise(file, whole, raise)).collect::<Result<_, _>>()?,
        clocks: table.clock.into_iter().map(|clock| self::clock(file, whole, clock)).collect::<Result<_, _>>()?,
        file: file.to_owned(),
        name: table.name,
        version: table.version,
        title: table.title,
        source: table.source,
        unverified: table.verify,
        period: whole,
        extends: table.extends,
        question: table.question,
        counts: counts.transpose()?,
        words: table.words.map(|words| Words { controlled: words.controlled, uncontrolled: words.uncontrolled }),
        matrix: table.matrix.map(|matrix| [matrix.low.cells(), matrix.medium.cells(), matrix.high.cells()]),
        adjustable: adjustable.transpose()?,
        escalation: escalation.transpose()?,
        cites: table.cites,
        review_days: table.watch.map(|watch| watch.review_days),
    })
}

/// A policy is named `name@version`, and a name that ends in `.toml` is a file.
fn named(name: &str, version: &str) -> Result<(), String> {
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    match plain(name) && plain(version) && !name.ends_with(".toml") {
        true => Ok(()),
        false => Err(format!("`{name}@{version}`: names and versions are letters, digits, `-`, `_` and `.`")),
    }
}

/// A cell as it is named.
fn cell(text: &str) -> Result<Cell, String> {
    text.split_once('/')
        .and_then(|(class, severity)| Some((Exploitability::from_word(class)?, Severity::from_word(severity)?)))
        .ok_or_else(|| format!("`{text}` is no cell: write class/severity"))
}

/// The days of a part: its own where it states some, which must lie within those of the policy.
fn within(file: &str, whole: Period, own: Option<InForce>) -> Result<Period, PolicyError> {
    let Some(own) = own else { return Ok(whole) };
    let own = own.period(file)?;
    if whole.overlaps(&own) {
        return Ok(own);
    }
    Err(PolicyError::malformed(file, format!("in force {own}, while the policy itself is {whole}")))
}

fn raise(file: &str, whole: Period, table: RaiseTable) -> Result<RaiseRule, PolicyError> {
    let malformed = |message: String| PolicyError::malformed(file, message);
    let evidence = EvidenceKind::ALL.iter().copied().find(|kind| kind.word() == table.evidence).ok_or_else(|| {
        let kinds: Vec<&str> = EvidenceKind::ALL.iter().map(|kind| kind.word()).collect();
        malformed(format!("`{}` is no kind of evidence; kinds are {}", table.evidence, kinds.join(", ")))
    })?;
    if table.at_least.is_none() && table.by.is_none() {
        return Err(malformed(format!("`{}` raises nothing: it needs `at_least` or `by`", table.evidence)));
    }
    let bound = |text: &Option<String>| text.as_deref().map(|text| share(file, text)).transpose();
    let (score, percentile) = (bound(&table.score_at_least)?, bound(&table.percentile_at_least)?);
    if (evidence == EvidenceKind::Epss) != (score.is_some() || percentile.is_some()) {
        return Err(malformed(
            "`score_at_least` and `percentile_at_least` belong to `epss`, which needs one".to_owned(),
        ));
    }
    Ok(RaiseRule {
        evidence,
        at_least: table.at_least,
        by: table.by.unwrap_or(0),
        score,
        percentile,
        period: within(file, whole, table.in_force)?,
        source: table.source,
    })
}

fn clock(file: &str, whole: Period, table: ClockTable) -> Result<ClockRule, PolicyError> {
    let malformed = |message: String| PolicyError::malformed(file, format!("clock `{}`: {message}", table.id));
    let when = match table.when.as_str() {
        "uncontrolled-confirmed" => ClockWhen::UncontrolledConfirmed,
        "uncontrolled-presumed" => ClockWhen::UncontrolledPresumed,
        word => {
            let event = Event::ALL.iter().copied().find(|event| event.word() == word);
            ClockWhen::Event(event.ok_or_else(|| {
                let events: Vec<&str> = Event::ALL.iter().map(|event| event.word()).collect();
                malformed(format!(
                    "it runs from `uncontrolled-confirmed`, `uncontrolled-presumed` or an event ({}), not from `{word}`",
                    events.join(", ")
                ))
            })?)
        }
    };
    let (days, unit) = match (table.days, table.working_days) {
        (Some(days), None) => (days, TermUnit::Days),
        (None, Some(days)) => (days, TermUnit::WorkingDays),
        _ => return Err(malformed("it needs `days` or `working_days`, and not both".to_owned())),
    };
    if unit == TermUnit::WorkingDays && !matches!(when, ClockWhen::Event(_)) {
        return Err(malformed("a term that follows a verdict is counted in days".to_owned()));
    }
    let period = within(file, whole, table.in_force)?;
    let source = if table.verify { table.source + UNVERIFIED } else { table.source };
    Ok(ClockRule { id: table.id, days, unit, when, action: table.action, source, period })
}
