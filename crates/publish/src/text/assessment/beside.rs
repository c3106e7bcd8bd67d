//! What an assessment says beside the verdicts: who is hit at once, what was not looked at, what is watched, on what it rests.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::hazard::HazardOutcome;
use ward_model::verdict::Outcome;

use super::{Page, ROWS};
use crate::text::paper::{Ink, columns};
use crate::text::scan::{CONFLICTS, named};
use crate::text::since;
use crate::{hazards, many, next, words};

/// How many actions are listed by default.
const ACTIONS: usize = 8;

impl Page<'_> {
    pub(super) fn control_hazards(&mut self) {
        let rows = hazards::rows(self.assessment);
        if rows.is_empty() {
            return;
        }
        self.paper.heading("Hazards that controls add");
        self.paper.line(2, Ink::Plain, hazards::INTRODUCTION);
        let ink = |outcome: HazardOutcome| match outcome {
            HazardOutcome::Uncontrolled => Ink::Confirmed,
            HazardOutcome::Presumed => Ink::Presumed,
            HazardOutcome::Controlled | HazardOutcome::NoneStated => Ink::Controlled,
        };
        // Why it is so takes a sentence or two: too much for a column.
        for row in rows.iter().take(self.limit(ROWS)) {
            let [control, hazard, what, outcome, harm, why] = hazards::cells(row);
            let of = if hazard == "-" { control } else { format!("{control}, {hazard}") };
            self.paper.line(2, ink(row.worst.outcome), &format!("{of}: {outcome}"));
            self.paper.field(4, hazards::COLUMNS[2], &what);
            self.paper.field(4, hazards::COLUMNS[4], &harm);
            self.paper.field(4, hazards::COLUMNS[5], &why);
        }
        self.more(2, rows.len(), ROWS, "hazards");
    }

    pub(super) fn multi_patient(&mut self) {
        let rows = &self.assessment.multi_patient;
        if rows.is_empty() {
            return;
        }
        self.paper.heading("Several people at once by one action");
        let table: Vec<(Ink, Vec<String>)> = rows
            .iter()
            .take(self.limit(ROWS))
            .map(|row| {
                (
                    Ink::Plain,
                    vec![
                        row.harm.to_string(),
                        row.fielded_version.to_string(),
                        words::persons_short(row.persons_at_once),
                        row.escalated_severity.to_string(),
                        words::number(row.verdicts.len() as u64),
                    ],
                )
            })
            .collect();
        self.paper.table(2, &columns(&["harm", "version", ">at once, at most", "severity", ">verdicts"]), &table);
        self.more(2, rows.len(), ROWS, "harms");
    }

    pub(super) fn single_actions(&mut self) {
        let rows = many::rows(self.assessment);
        if rows.is_empty() {
            return;
        }
        self.paper.heading("What one action reaches");
        let table: Vec<(Ink, Vec<String>)> = rows
            .iter()
            .take(self.limit(ACTIONS))
            .map(|row| {
                let action = row.action;
                let ink = if action.verdict == Outcome::Uncontrolled { Ink::Confirmed } else { Ink::Plain };
                let cells = vec![
                    many::title(action),
                    row.versions.join(", "),
                    words::persons_short(action.persons_at_once),
                    many::worst(action),
                    many::shared(action),
                    many::staff(action),
                ];
                (ink, cells)
            })
            .collect();
        let names = ["action", "version", ">at once", "worst harm", "by", "fallback staff"];
        self.paper.table(2, &columns(&names), &table);
        self.more(2, rows.len(), ACTIONS, "actions");
        self.paper.line(2, Ink::Dim, "`ward paths DIR --many` tells each action in full.");
    }

    pub(super) fn since(&mut self) {
        if let Some(found) = &self.assessment.since {
            since::print(self.paper, self.assessment, found, self.all);
        }
    }

    pub(super) fn unassessed(&mut self) {
        let unassessed = &self.assessment.unassessed;
        if unassessed.is_empty() {
            return;
        }
        let mut grouped: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for at in unassessed {
            let place = format!("{} ({} {})", next::unassessed(&at.what), at.element, at.fielded_version);
            grouped.entry(at.what.reason).or_default().push(place);
        }
        self.paper.heading("Components that could not be assessed");
        for (reason, components) in grouped {
            let (why, mend) = words::unassessed(reason);
            self.paper.line(2, Ink::Plain, &format!("{} ({}): {why}; {mend}.", reason.word(), components.len()));
            let text = named(&components, self.limit(6));
            self.paper.line(6, Ink::Dim, &text);
        }
    }

    pub(super) fn gaps(&mut self) {
        let gaps = &self.assessment.gaps;
        if gaps.is_empty() {
            return;
        }
        self.paper.heading("Where the model is not known to be complete");
        let rows: Vec<(Ink, Vec<String>)> = gaps
            .iter()
            .take(self.limit(ROWS))
            .map(|gap| {
                let version = gap.fielded_version.as_ref().map_or_else(|| "all".to_owned(), ToString::to_string);
                (Ink::Plain, vec![gap.element.to_string(), version, gap.missing.clone(), gap.closed_by.clone()])
            })
            .collect();
        self.paper.table(2, &columns(&["element", "version", "missing", "closed by"]), &rows);
        self.more(2, gaps.len(), ROWS, "gaps");
    }

    pub(super) fn watch_list(&mut self) {
        let items = &self.assessment.watch_list;
        if items.is_empty() {
            return;
        }
        self.paper.heading("Watch list: touches nothing today");
        let rows: Vec<(Ink, Vec<String>)> = items
            .iter()
            .take(self.limit(ROWS))
            .map(|item| {
                (
                    Ink::Plain,
                    vec![
                        item.event.clone(),
                        format!("{} {}", item.element, item.fielded_version),
                        item.failed_predicate.to_string(),
                        item.becomes_live_if.to_string(),
                        item.review_by.to_string(),
                    ],
                )
            })
            .collect();
        self.paper.table(2, &columns(&["event", "where", "does not hold", "live if", "review by"]), &rows);
        self.more(2, items.len(), ROWS, "events");
    }

    pub(super) fn without_effect(&mut self) {
        let decisions = &self.assessment.decisions_without_effect;
        if decisions.is_empty() {
            return;
        }
        self.paper.heading("Decisions without effect");
        let rows: Vec<(Ink, Vec<String>)> = decisions
            .iter()
            .map(|decision| {
                (Ink::Plain, vec![decision.number.to_string(), decision.claim.clone(), decision.reason.clone()])
            })
            .collect();
        self.paper.table(2, &columns(&[">no", "claim", "why it has none"]), &rows);
    }

    pub(super) fn coverage(&mut self) {
        let coverage = &self.assessment.coverage;
        self.paper.heading("What was looked at");
        if !coverage.inventories.is_empty() {
            let rows: Vec<(Ink, Vec<String>)> = coverage
                .inventories
                .iter()
                .take(self.limit(ROWS))
                .map(|of| {
                    let (listed, assessed) = match of.components {
                        Some(listed) => (words::number(listed as u64), words::number(of.assessed as u64)),
                        None => ("no inventory".to_owned(), "-".to_owned()),
                    };
                    (Ink::Plain, vec![of.element.to_string(), of.fielded_version.to_string(), listed, assessed])
                })
                .collect();
            self.paper.table(2, &columns(&["element", "version", ">components", ">assessed"]), &rows);
            self.more(2, coverage.inventories.len(), ROWS, "inventories");
        }
        for note in &coverage.notes {
            self.paper.item(2, "- ", note);
        }
        self.conflicts();
    }

    /// Where sources disagree about a finding; versions that share an inventory say it once.
    fn conflicts(&mut self) {
        let findings = self.assessment.findings.iter();
        let lines: BTreeSet<String> = findings.flat_map(|at| next::conflicts(&at.finding)).collect();
        if lines.is_empty() {
            return;
        }
        self.paper.heading("Where sources disagree");
        for line in lines.iter().take(self.limit(CONFLICTS)) {
            self.paper.item(2, "- ", line);
        }
        self.more(2, lines.len(), CONFLICTS, "disagreements");
    }
}
