//! The text of `ward assess`: the headline, then verdicts worst first, then what surrounds them.

use std::collections::BTreeMap;

use ward_model::assessment::Assessment;
use ward_model::device::Device;
use ward_model::verdict::{Outcome, Verdict, Witness};

mod beside;

use super::TextOptions;
use super::paper::{Ink, Paper, columns};
use super::scan::{PRODUCTS, named};
use crate::group::{Group, Part, groups};
use crate::next::{Context, for_verdict, steps};
use crate::{hazards, words};

/// How many verdicts are told in full by default.
const IN_FULL: usize = 4;
/// How many rows a table has by default.
const ROWS: usize = 15;
/// How many claims that have to be decided again are named by default.
const AGAIN: usize = 6;
/// How many steps are listed by default.
const STEPS: usize = 8;
/// How many facts of a path are told by default: the first ones and the last.
const FACTS: usize = 12;

pub fn print(assessment: &Assessment, device: &Device, options: &TextOptions) -> String {
    let mut paper = Paper::new(options.width, options.colour);
    let groups = groups(&assessment.verdicts);
    let context = Context::new(assessment, device);
    let mut page = Page { paper: &mut paper, assessment, device, context: &context, all: options.verbose };
    page.headline();
    page.since();
    page.what_next();
    page.clocks();
    page.confirmed(&groups);
    page.presumed(&groups);
    page.controlled(&groups);
    page.control_hazards();
    page.multi_patient();
    page.single_actions();
    page.lifecycle();
    page.unassessed();
    page.gaps();
    page.watch_list();
    page.without_effect();
    page.coverage();
    page.close(&groups);
    paper.finish()
}

struct Page<'a> {
    paper: &'a mut Paper,
    assessment: &'a Assessment,
    device: &'a Device,
    context: &'a Context<'a>,
    all: bool,
}

impl Page<'_> {
    /// Where the versions stand in their lives, at a glance.
    fn lifecycle(&mut self) {
        let versions = &self.assessment.lifecycle;
        if versions.is_empty() {
            return;
        }
        self.paper.heading("Life cycle (stages of IMDRF N70)");
        crate::lifecycle::stages(self.paper, versions);
        for version in versions {
            for contradiction in &version.contradictions {
                self.paper.item(2, "! ", &format!("{}: {contradiction}", crate::lifecycle::title(version)));
            }
        }
        self.paper.line(
            2,
            Ink::Dim,
            "`ward lifecycle` says why, what the loss of a component comes to, and whom to tell what.",
        );
    }

    fn limit(&self, limit: usize) -> usize {
        if self.all { usize::MAX } else { limit }
    }

    fn more(&mut self, indent: usize, total: usize, limit: usize, noun: &str) {
        let more = total.saturating_sub(self.limit(limit));
        if more > 0 {
            self.paper.line(
                indent,
                Ink::Dim,
                &format!("… and {} more {noun}; -v shows all.", words::number(more as u64)),
            );
        }
    }

    fn headline(&mut self) {
        let Assessment { device, inputs, summary, .. } = self.assessment;
        self.paper.line(0, Ink::Bold, &format!("{} ({})", device.name, device.id));
        let policies: Vec<&str> = inputs.policies.iter().map(ward_model::ids::PolicyId::as_str).collect();
        self.paper.line(0, Ink::Plain, &format!("As of {}, by {}", inputs.as_of, policies.join(", ")));
        self.paper.gap();
        self.supposed();
        let (confirmed, presumed) = (summary.uncontrolled.confirmed, summary.uncontrolled.presumed);
        let provisional = summary.controlled.provisional;
        let (ink, sentence) = if confirmed > 0 {
            (Ink::Confirmed, "Uncontrolled: for at least one verdict the risk of patient harm is not sufficiently low.")
        } else if self.assessment.is_uncontrolled_at_once() {
            (
                Ink::Confirmed,
                "Uncontrolled: one action harms people of several groups at once; see what single actions do.",
            )
        } else if presumed > 0 {
            (Ink::Presumed, "Uncontrolled, presumed: no confirmed verdict, but too little is known to say controlled.")
        } else if provisional > 0 {
            (Ink::Controlled, "Controlled, provisional: some of it rests on decisions that are not signed.")
        } else if summary.controlled.confirmed > 0 {
            (Ink::Controlled, "Controlled: every verdict, by what is known and decided.")
        } else {
            (Ink::Presumed, "No verdict: there was nothing to judge. See what was not looked at, below.")
        };
        let said = if self.assessment.supposed.is_empty() { "" } else { "As supposed, not as it is. " };
        self.paper.line(0, ink, &format!("{said}{sentence}"));
        if let Some(apart) = hazards::headline(self.assessment) {
            self.paper.line(0, Ink::Presumed, &apart);
        }
        self.paper.gap();
        let counts = [
            ("uncontrolled, confirmed", confirmed, Ink::Confirmed, words::TERMS[2].1),
            ("uncontrolled, presumed", presumed, Ink::Presumed, words::TERMS[3].1),
            ("controlled", summary.controlled.confirmed, Ink::Controlled, words::TERMS[0].1),
            (
                "controlled, provisional",
                provisional,
                Ink::Controlled,
                "rests on decisions that are entered and not yet signed.",
            ),
            ("of these uncontrolled, undetermined", summary.undetermined, Ink::Plain, words::TERMS[5].1),
        ];
        let rows: Vec<(Ink, Vec<String>)> = counts
            .iter()
            .map(|(word, count, ink, meaning)| {
                (*ink, vec![(*word).to_owned(), words::number(*count as u64), (*meaning).to_owned()])
            })
            .collect();
        self.paper.table(2, &columns(&["verdict", ">count", "meaning"]), &rows);
        self.paper.gap();
        let coverage = &self.assessment.coverage;
        let lines = words::knowledge(&coverage.knowledge, &coverage.feeds, self.limit(PRODUCTS));
        for (place, line) in lines.iter().enumerate() {
            self.paper.field(0, if place == 0 { "Knowledge" } else { "" }, line);
        }
    }

    /// What the answer supposes, before anything that follows from it.
    fn supposed(&mut self) {
        let supposed = &self.assessment.supposed;
        if supposed.is_empty() {
            return;
        }
        self.paper.line(0, Ink::Bold, "Hypothetical: nothing of this is done, decided or recorded.");
        for one in supposed {
            let without = if one.effective { "" } else { " (changes nothing)" };
            self.paper.item(2, "- ", &format!("{}{without}: {}", one.change, one.effects.join("; ")));
        }
        let again: Vec<String> = self.assessment.decide_again.iter().map(ToString::to_string).collect();
        if !again.is_empty() {
            let shown = self.limit(AGAIN).min(again.len());
            let more = again.len() - shown;
            let more = if more > 0 { format!(" and {more} more (-v)") } else { String::new() };
            let text = format!(
                "to be decided again, for what they rest on changes with it (the verdicts are as if they were): {}{more}",
                again[..shown].join(", ")
            );
            self.paper.item(2, "- ", &text);
        }
        self.paper.gap();
    }

    fn what_next(&mut self) {
        let steps = steps(self.assessment, self.device);
        if steps.is_empty() {
            return;
        }
        self.paper.heading("What to do next");
        for (number, step) in steps.iter().take(self.limit(STEPS)).enumerate() {
            let past = step.due.is_some_and(|due| due < self.assessment.inputs.as_of);
            let due = step.due.map(|due| due.to_string()).filter(|due| !step.title.contains(due));
            let word = if past { "overdue since" } else { "due" };
            let due = due.map_or_else(String::new, |due| format!(" [{word} {due}]"));
            self.paper.item(2, &format!("{:>2}. ", number + 1), &format!("{}{due}", step.title));
            self.paper.line(6, Ink::Dim, &step.detail);
            if self.all && !step.about.is_empty() {
                self.paper.line(6, Ink::Dim, &format!("About: {}", step.about.join(", ")));
            }
            if let Some(command) = &step.command {
                self.paper.command(6, command);
            }
        }
        self.more(2, steps.len(), STEPS, "steps");
    }

    fn clocks(&mut self) {
        let clocks = crate::group::clocks(&self.assessment.clocks);
        if clocks.is_empty() {
            return;
        }
        self.paper.heading("Clocks");
        let rows: Vec<(Ink, Vec<String>)> = clocks
            .iter()
            .take(self.limit(ROWS))
            .map(|group| {
                let clock = group.clock;
                let ink = if clock.overdue { Ink::Confirmed } else { Ink::Plain };
                let due = if clock.overdue { format!("{} overdue", clock.due) } else { clock.due.to_string() };
                let subjects: Vec<String> = group.subjects.iter().map(|subject| (*subject).to_owned()).collect();
                let from = format!("{} ({})", clock.starts, clock.start_evidence);
                (ink, vec![due, clock.action.clone(), named(&subjects, self.limit(6)), from, clock.source.clone()])
            })
            .collect();
        self.paper.table(2, &columns(&["due", "what", "for", "runs from", "source"]), &rows);
        self.more(2, clocks.len(), ROWS, "clocks");
    }

    fn confirmed(&mut self, groups: &[Group<'_>]) {
        let groups: Vec<&Group<'_>> = groups.iter().filter(|group| group.part() == Part::Confirmed).collect();
        if groups.is_empty() {
            return;
        }
        self.paper.heading("Uncontrolled, confirmed");
        let full = self.limit(IN_FULL);
        let mut told = Vec::new();
        for (number, group) in groups.iter().take(full).enumerate() {
            self.in_full(number + 1, group, &mut told);
        }
        if groups.len() > full {
            self.paper.gap();
            self.paper.line(2, Ink::Plain, "The others, shortly:");
            self.verdict_table(&groups[full..]);
        }
    }

    fn presumed(&mut self, all: &[Group<'_>]) {
        let groups: Vec<&Group<'_>> = all.iter().filter(|group| group.part() == Part::Presumed).collect();
        if groups.is_empty() {
            return;
        }
        self.paper.heading("Uncontrolled, presumed");
        self.paper.line(
            2,
            Ink::Plain,
            "Read at its worst because something is not known. Nothing derives these harms; nothing excludes them.",
        );
        if self.all {
            let mut told = Vec::new();
            for (number, group) in groups.iter().enumerate() {
                self.in_full(number + 1, group, &mut told);
            }
            return;
        }
        let rows: Vec<(Ink, Vec<String>)> = groups
            .iter()
            .take(ROWS)
            .map(|group| {
                let verdict = group.verdict();
                let why = verdict.presumed_because.map_or("not stated", words::presumed);
                let covers =
                    if verdict.covers.is_empty() { "-".to_owned() } else { words::number(verdict.covers.len() as u64) };
                (
                    Ink::Presumed,
                    vec![
                        verdict.element.to_string(),
                        verdict.fielded_version.to_string(),
                        why.to_owned(),
                        harm_short(verdict),
                        words::persons_short(verdict.persons_at_once),
                        covers,
                    ],
                )
            })
            .collect();
        let head = columns(&[
            "element",
            "version",
            "what is not known",
            "worst harm it could reach",
            ">at once",
            ">speaks for",
        ]);
        self.paper.table(2, &head, &rows);
        self.more(2, groups.len(), ROWS, "presumed verdicts");
    }

    fn controlled(&mut self, all: &[Group<'_>]) {
        let provisional: Vec<&Group<'_>> = all.iter().filter(|group| group.part() == Part::Provisional).collect();
        if !provisional.is_empty() {
            self.paper.heading("Controlled, provisional");
            let rows: Vec<(Ink, Vec<String>)> = provisional
                .iter()
                .take(self.limit(ROWS))
                .map(|group| {
                    let verdict = group.verdict();
                    let relied: Vec<&str> =
                        verdict.controls_relied_on.iter().map(ward_model::ids::ControlId::as_str).collect();
                    let until = verdict.valid_until.map_or_else(|| "-".to_owned(), |until| until.to_string());
                    (
                        Ink::Controlled,
                        vec![
                            verdict.subject.id.clone(),
                            verdict.element.to_string(),
                            verdict.fielded_version.to_string(),
                            until,
                            if relied.is_empty() { "-".to_owned() } else { relied.join(", ") },
                            turns(verdict),
                        ],
                    )
                })
                .collect();
            let head = columns(&["subject", "element", "version", "valid until", "relies on", "turns on"]);
            self.paper.table(2, &head, &rows);
            self.more(2, provisional.len(), ROWS, "provisional verdicts");
        }
        let controlled: Vec<&Group<'_>> = all.iter().filter(|group| group.part() == Part::Controlled).collect();
        if controlled.is_empty() {
            return;
        }
        self.paper.heading("Controlled");
        if self.all {
            self.verdict_table(&controlled);
            return;
        }
        let mut counted: BTreeMap<(String, String), [usize; 3]> = BTreeMap::new();
        for group in &controlled {
            let verdict = group.verdict();
            let row = counted.entry((verdict.element.to_string(), verdict.fielded_version.to_string())).or_default();
            row[0] += 1;
            row[1] += usize::from(verdict.harm.is_none());
            row[2] += usize::from(verdict.privacy);
        }
        let rows: Vec<(Ink, Vec<String>)> = counted
            .into_iter()
            .map(|((element, version), counts)| {
                let mut cells = vec![element, version];
                cells.extend(counts.iter().map(|count| words::number(*count as u64)));
                (Ink::Controlled, cells)
            })
            .collect();
        let head = columns(&["element", "version", ">subjects", ">reach no harm", ">touch privacy"]);
        self.paper.table(2, &head, &rows);
        self.paper.line(2, Ink::Dim, "-v lists each of them.");
    }

    fn verdict_table(&mut self, groups: &[&Group<'_>]) {
        let rows: Vec<(Ink, Vec<String>)> = groups
            .iter()
            .take(self.limit(ROWS))
            .map(|group| {
                let verdict = group.verdict();
                (
                    ink(group.part()),
                    vec![
                        verdict.subject.id.clone(),
                        verdict.element.to_string(),
                        verdict.fielded_version.to_string(),
                        group.unit_count().map_or_else(|| "not known".to_owned(), words::number),
                        harm_short(verdict),
                        verdict.harm.as_ref().map_or_else(|| "-".to_owned(), |_| verdict.exploitability.to_string()),
                        verdict
                            .harm
                            .as_ref()
                            .map_or_else(|| "-".to_owned(), |_| words::persons_short(verdict.persons_at_once)),
                    ],
                )
            })
            .collect();
        let head = columns(&["subject", "element", "version", ">units", "worst harm", "class", ">at once"]);
        self.paper.table(2, &head, &rows);
        self.more(2, groups.len(), ROWS, "verdicts");
    }

    fn in_full<'v>(&mut self, number: usize, group: &Group<'v>, told: &mut Vec<(usize, &'v Witness)>) {
        let verdict = group.verdict();
        self.paper.gap();
        let title = format!("{number}. {}: {}", words::verdict(verdict), words::subject(verdict));
        self.paper.line(2, ink(group.part()), &title);
        let kind = words::subject_kind(verdict.subject.kind);
        self.paper.field(5, "Where", &format!("{kind}, at {} in version {}", verdict.element, verdict.fielded_version));
        let units: Vec<String> = group.units().map(words::units).collect();
        self.paper.field(5, "Units", &units.join("; "));
        match &verdict.harm {
            Some(harm) => {
                let text = self.device.harms.get(&harm.id).map_or("", |harm| harm.text.as_str());
                let escalated = if harm.severity == harm.escalated_severity {
                    harm.severity.to_string()
                } else {
                    format!("{}, escalated to {} for several people at once", harm.severity, harm.escalated_severity)
                };
                self.paper.field(5, "Harm", &format!("{}: {text}; {escalated}", harm.id));
            }
            None => self.paper.field(5, "Harm", "none that was reached"),
        }
        let others = verdict.harms.iter().filter(|other| verdict.harm.as_ref().is_none_or(|harm| harm.id != other.id));
        let others: Vec<String> = others.map(|other| format!("{} ({})", other.id, other.escalated_severity)).collect();
        if !others.is_empty() {
            self.paper.field(5, "And", &others.join("; "));
        }
        let [best, worst] = verdict.exploitability_range;
        let range =
            if best == worst { String::new() } else { format!(" (from {best} to {worst}, by what is not known)") };
        self.paper.field(5, "Exploitability", &format!("{}{range}", verdict.exploitability));
        self.paper.field(5, "At once", &words::persons(verdict.persons_at_once));
        if let Some(because) = verdict.presumed_because {
            self.paper.field(5, "Not known", words::presumed(because));
        }
        if !verdict.covers.is_empty() {
            let text = named(&verdict.covers, self.limit(FACTS));
            self.paper.field(5, "Speaks for", &text);
        }
        if verdict.privacy {
            self.paper.field(5, "Privacy", "personal data can be disclosed too (an axis of its own)");
        }
        self.path(number, verdict, told);
        if !verdict.controls_relied_on.is_empty() {
            let relied: Vec<&str> = verdict.controls_relied_on.iter().map(ward_model::ids::ControlId::as_str).collect();
            self.paper.field(5, "Relies on", &relied.join(", "));
        }
        if let Some(until) = verdict.valid_until {
            self.paper.field(5, "Valid until", &until.to_string());
        }
        let policy = format!("{} by {}", verdict.outcome, verdict.policy);
        self.paper.field(5, "In its words", &policy);
        self.paper.field(5, "If claims hold", verdict.if_claims_hold.word());
        for (place, reason) in verdict.reasons.iter().enumerate() {
            self.paper.field(5, if place == 0 { "Because" } else { "" }, reason);
        }
        for (place, line) in for_verdict(self.context, verdict).iter().enumerate() {
            self.paper.field(5, if place == 0 { "Next" } else { "" }, line);
        }
        let ids: Vec<&str> = group.verdicts.iter().map(|verdict| verdict.id.as_str()).collect();
        self.paper.field(5, "Verdict", &ids.join(", "));
    }

    fn path<'v>(&mut self, number: usize, verdict: &'v Verdict, told: &mut Vec<(usize, &'v Witness)>) {
        let nodes = &verdict.witness.nodes;
        if nodes.is_empty() {
            return;
        }
        if let Some((before, _)) = told.iter().find(|(_, witness)| **witness == verdict.witness) {
            self.paper.field(5, "Path", &format!("the same as in {before}"));
            return;
        }
        told.push((number, &verdict.witness));
        self.paper.field(5, "Path", &format!("{}:", words::count(nodes.len(), "fact", "facts")));
        let limit = self.limit(FACTS);
        // The start says who, the end says which harm; what is left out stands between.
        let head = if nodes.len() > limit { limit / 2 } else { nodes.len() };
        let tail = if nodes.len() > limit { nodes.len() - (limit - head) } else { nodes.len() };
        for (place, node) in nodes.iter().enumerate() {
            if place < head || place >= tail {
                let fact = format!("{} [{}; {}]", node.fact, node.by, node.class);
                self.paper.item(7, &format!("{:>2}. ", place + 1), &fact);
            } else if place == head {
                self.paper.line(7, Ink::Dim, &format!("    … {} facts between; -v shows all", tail - head));
            }
        }
    }

    fn close(&mut self, groups: &[Group<'_>]) {
        self.paper.gap();
        let inputs = &self.assessment.inputs;
        let shortened = !self.all
            && groups.iter().any(|group| group.verdict().verdict == Outcome::Uncontrolled || groups.len() > ROWS);
        if shortened {
            self.paper.line(
                0,
                Ink::Dim,
                "-v prints every verdict in full; --format html makes a page; --json holds everything.",
            );
        }
        if self.all {
            self.paper.heading("Inputs");
            self.paper.field(2, "Device", &inputs.device.to_string());
            self.paper.field(2, "Knowledge", &inputs.knowledge.to_string());
            self.paper.field(2, "Rules", &inputs.rules.to_string());
            self.paper.field(2, "Decisions", &inputs.decisions.to_string());
        }
        self.paper.line(0, Ink::Dim, &format!("The same inputs give the same answer ({}).", inputs.engine));
    }
}

const fn ink(part: Part) -> Ink {
    match part {
        Part::Confirmed => Ink::Confirmed,
        Part::Presumed => Ink::Presumed,
        Part::Provisional | Part::Controlled => Ink::Controlled,
    }
}

fn harm_short(verdict: &Verdict) -> String {
    verdict
        .harm
        .as_ref()
        .map_or_else(|| "none reached".to_owned(), |harm| format!("{} ({})", harm.id, harm.escalated_severity))
}

fn turns(verdict: &Verdict) -> String {
    let points: Vec<String> = verdict
        .sensitivity
        .iter()
        .filter(|point| point.then == Outcome::Uncontrolled)
        .map(|point| point.claim.to_string())
        .collect();
    if points.is_empty() { "-".to_owned() } else { points.join(", ") }
}
