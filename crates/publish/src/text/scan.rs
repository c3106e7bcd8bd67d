//! The table of `ward scan`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ward_model::finding::{EpssSummary, Finding, ScanReport, State};

use super::TextOptions;
use super::paper::{Ink, Paper, columns};
use crate::next::{self, component};
use crate::words;

/// How many affected and how many unknown findings are listed by default.
const LIMITS: [usize; 2] = [200, 60];
/// How many disagreements are listed by default.
pub const CONFLICTS: usize = 12;
/// How many products of a seed are named by default.
pub const PRODUCTS: usize = 6;
/// How many components of one reason are named by default.
const NAMED: usize = 12;
/// From how many on unknown findings of one component stand in one row, where nothing tells them apart but the vulnerability.
const TOGETHER: usize = 4;

pub fn print(report: &ScanReport, options: &TextOptions) -> String {
    let mut paper = Paper::new(options.width, options.colour);
    let name = report.sbom.name.as_deref().unwrap_or("SBOM without a name");
    let version = report.sbom.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
    paper.line(0, Ink::Bold, &format!("{name}{version}"));
    let format = serde_json::to_value(report.sbom.format).ok();
    let format = format.as_ref().and_then(|format| format.as_str()).unwrap_or("SBOM");
    let components = words::count(report.sbom.components, "component", "components");
    paper.line(0, Ink::Plain, &format!("{format} {} with {components}", report.sbom.spec_version));
    paper.line(0, Ink::Dim, &format!("sha256 {}", report.sbom.sha256));
    for remark in &report.sbom.remarks {
        paper.item(0, "Note: ", remark);
    }
    paper.gap();
    counts(&mut paper, report);
    paper.gap();
    let named = if options.verbose { usize::MAX } else { PRODUCTS };
    for (place, line) in words::knowledge(&report.knowledge, &report.coverage, named).iter().enumerate() {
        paper.field(0, if place == 0 { "Knowledge" } else { "" }, line);
    }
    for note in &report.notes {
        paper.item(0, "- ", note);
    }
    findings(&mut paper, report, options);
    unassessed(&mut paper, report, options);
    paper.finish()
}

fn counts(paper: &mut Paper, report: &ScanReport) {
    let of = |state| report.findings.iter().filter(|finding| finding.state == state).count();
    let (affected, unknown, not) = (of(State::Affected), of(State::Unknown), of(State::NotAffected));
    let kev = report.findings.iter().filter(|f| f.vulnerability.kev && f.state != State::NotAffected).count();
    paper.field(0, "Affected", &words::count(affected, "finding", "findings"));
    paper.field(
        0,
        "Unknown",
        &format!("{} (it cannot be told from what is known)", words::count(unknown, "finding", "findings")),
    );
    paper.field(0, "Not affected", &format!("{} (looked at, and excluded)", words::count(not, "finding", "findings")));
    if kev > 0 {
        paper.field(
            0,
            "Exploited",
            &format!("{} known to be exploited (CISA KEV)", words::count(kev, "finding", "findings")),
        );
    }
    let unassessed = words::count(report.unassessed.len(), "component", "components");
    paper.field(0, "Not assessed", &format!("{unassessed} of {}", words::number(report.sbom.components as u64)));
}

fn findings(paper: &mut Paper, report: &ScanReport, options: &TextOptions) {
    let hidden =
        if options.verbose { 0 } else { report.findings.iter().filter(|f| f.state == State::NotAffected).count() };
    let mut shown: Vec<&Finding> =
        report.findings.iter().filter(|finding| options.verbose || finding.state != State::NotAffected).collect();
    if report.findings.is_empty() {
        paper.heading("Findings");
        paper.line(0, Ink::Plain, "None in what could be assessed.");
        return;
    }
    // Worst first; the report itself stays in the order of its components.
    shown.sort_by_key(|finding| {
        (
            state_rank(finding.state),
            Reverse(severity_rank(&finding.vulnerability.severity)),
            Reverse(finding.vulnerability.kev),
        )
    });
    paper.heading("Findings, worst first");
    let head = columns(&[
        "severity",
        "vulnerability",
        "component",
        "state",
        "versions meant",
        "fixed in",
        "recognised",
        "exploited",
        ">EPSS",
    ]);
    let mut left_out = [0_usize; 2];
    let mut rows: Vec<(Ink, Vec<String>)> = Vec::new();
    let mut of_state = [0_usize; 3];
    let together = if options.verbose { BTreeMap::new() } else { alike(&shown) };
    for finding in &shown {
        let same = together.get(&Sight::of(finding)).filter(|_| may_share(finding)).map_or(&[][..], Vec::as_slice);
        if same.first().is_some_and(|first| !std::ptr::eq(*first, *finding)) {
            continue;
        }
        let state = usize::from(state_rank(finding.state));
        of_state[state] += 1;
        match (LIMITS.get(state), left_out.get_mut(state)) {
            (Some(limit), Some(left)) if !options.verbose && of_state[state] > *limit => *left += same.len().max(1),
            _ => rows.push((ink(finding), row(finding, same))),
        }
    }
    if !rows.is_empty() {
        paper.table(0, &head, &rows);
    }
    if !together.is_empty() {
        let text = "Where a row stands for several findings, they are unknown for one reason; -v or --json lists each.";
        paper.line(0, Ink::Dim, text);
    }
    for (left, word) in left_out.into_iter().zip(["affected", "unknown"]).filter(|(left, _)| *left > 0) {
        let left = words::count(left, "finding", "findings");
        paper.line(0, Ink::Bold, &format!("{left} more in state {word} left out here; -v or --json shows them."));
    }
    if hidden > 0 {
        paper.line(
            0,
            Ink::Dim,
            &format!("{} not affected; -v shows them.", words::count(hidden, "finding is", "findings are")),
        );
    }
    conflicts(paper, &shown, options);
    if let Some(first) = shown.first() {
        let command = format!("ward why {} {} --sbom FILE", first.vulnerability.id, first.component.reference);
        paper.line(0, Ink::Dim, &format!("The whole proof of a finding: {command}"));
    }
}

/// Where sources disagree about what is shown.
fn conflicts(paper: &mut Paper, shown: &[&Finding], options: &TextOptions) {
    let limit = if options.verbose { usize::MAX } else { CONFLICTS };
    let lines: Vec<String> = shown.iter().flat_map(|finding| next::conflicts(finding)).collect();
    if lines.is_empty() {
        return;
    }
    paper.heading("Where sources disagree");
    for line in lines.iter().take(limit) {
        paper.item(0, "- ", line);
    }
    if let Some(more) = lines.len().checked_sub(limit).filter(|more| *more > 0) {
        paper.line(0, Ink::Dim, &format!("{} more; -v or --json shows them.", words::number(more as u64)));
    }
}

/// What is seen of a finding beside its vulnerability.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Sight<'a> {
    component: &'a str,
    severity: &'a str,
    source: &'a str,
    reason: &'a [String],
}

impl<'a> Sight<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            component: finding.component.reference.as_str(),
            severity: &finding.vulnerability.severity,
            source: &finding.proof.source,
            reason: &finding.proof.environment,
        }
    }
}

/// What is affected or exploited has a row of its own.
fn may_share(finding: &Finding) -> bool {
    finding.state == State::Unknown && !finding.vulnerability.kev
}

/// Unknown findings that are many for one reason: records of commits, which no version can be found in.
fn alike<'a>(shown: &[&'a Finding]) -> BTreeMap<Sight<'a>, Vec<&'a Finding>> {
    let mut alike: BTreeMap<Sight<'_>, Vec<&Finding>> = BTreeMap::new();
    for finding in shown.iter().filter(|finding| may_share(finding)) {
        alike.entry(Sight::of(finding)).or_default().push(finding);
    }
    alike.retain(|_, findings| findings.len() >= TOGETHER);
    alike
}

/// The row of a finding, or of several that are alike, of which it is the first.
fn row(finding: &Finding, same: &[&Finding]) -> Vec<String> {
    let vulnerability = &finding.vulnerability;
    let more = same.len().saturating_sub(1);
    let id = if more > 0 {
        format!("{} and {} more", vulnerability.id, words::number(more as u64))
    } else if vulnerability.withdrawn {
        format!("{} (withdrawn)", vulnerability.id)
    } else {
        vulnerability.id.to_string()
    };
    vec![
        vulnerability.severity.clone(),
        id,
        component(&finding.component),
        words::state(finding.state).to_owned(),
        if same.iter().all(|other| other.proof.range == finding.proof.range) {
            finding.proof.range.clone()
        } else {
            "several".to_owned()
        },
        if more > 0 || finding.fixed_in.is_empty() { "-".to_owned() } else { finding.fixed_in.join(", ") },
        words::confidence(finding.confidence).to_owned(),
        if vulnerability.kev { "KEV" } else { "-" }.to_owned(),
        highest(finding, same).map_or_else(|| "-".to_owned(), words::epss),
    ]
}

/// The highest score among findings that share a row.
fn highest<'a>(finding: &'a Finding, same: &[&'a Finding]) -> Option<&'a EpssSummary> {
    let all = same.iter().copied().chain([finding]);
    all.filter_map(|finding| finding.vulnerability.epss.as_ref()).max_by_key(|epss| epss.score)
}

fn ink(finding: &Finding) -> Ink {
    match finding.state {
        State::Affected if severity_rank(&finding.vulnerability.severity) >= 3 => Ink::Confirmed,
        State::Affected => Ink::Plain,
        State::Unknown => Ink::Presumed,
        State::NotAffected => Ink::Dim,
    }
}

const fn state_rank(state: State) -> u8 {
    match state {
        State::Affected => 0,
        State::Unknown => 1,
        State::NotAffected => 2,
    }
}

/// The place of a severity word; what nobody scored stands with high, never at the end.
fn severity_rank(word: &str) -> u8 {
    match word {
        "none" => 0,
        "low" => 1,
        "medium" => 2,
        "critical" => 4,
        _ => 3,
    }
}

fn unassessed(paper: &mut Paper, report: &ScanReport, options: &TextOptions) {
    if report.unassessed.is_empty() {
        return;
    }
    let mut grouped: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for what in &report.unassessed {
        grouped.entry(what.reason).or_default().push(next::unassessed(what));
    }
    paper.heading("Components that could not be assessed");
    paper.line(0, Ink::Plain, "Nothing is known about these; that is not the same as nothing being wrong.");
    for (reason, components) in grouped {
        let (why, mend) = words::unassessed(reason);
        paper.line(0, Ink::Plain, &format!("{} ({}): {why}; {mend}.", reason.word(), components.len()));
        paper.line(4, Ink::Dim, &named(&components, if options.verbose { usize::MAX } else { NAMED }));
    }
}

/// A list of names, cut short with how many more there are.
pub fn named(names: &[String], limit: usize) -> String {
    let shown: Vec<&str> = names.iter().take(limit).map(String::as_str).collect();
    let more = names.len().saturating_sub(limit);
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{}, and {} more (-v shows all)", shown.join(", "), words::number(more as u64))
    }
}
