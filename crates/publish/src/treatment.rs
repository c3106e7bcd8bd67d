//! The text of `ward treat`: what to do, what it costs, what stays and what it trades, version by version.

use std::collections::BTreeSet;

use ward_model::treatment::{AnswerFirst, StateFirst, Treatment, TreatmentOutcome, VersionTreatment};

use crate::text::TextOptions;
use crate::text::paper::{Ink, Paper};
use crate::words::{self, count, number, of_variant, sentence};

/// How many subjects and elements are named by default.
const NAMED: usize = 6;

/// The treatment as text. `folder` is the device folder as it was named.
pub fn text(treatment: &Treatment, folder: &str, options: &TextOptions) -> String {
    let mut paper = Paper::new(options.width, options.colour);
    paper.line(0, Ink::Bold, &format!("{} ({})", treatment.device.name, treatment.device.id));
    let policies: Vec<&str> = treatment.inputs.policies.iter().map(ward_model::ids::PolicyId::as_str).collect();
    paper.line(0, Ink::Plain, &format!("As of {}, by {}", treatment.inputs.as_of, policies.join(", ")));
    paper.gap();
    let goal = if treatment.presumed_too { "every verdict, presumed ones too," } else { "every confirmed verdict" };
    paper.line(
        0,
        Ink::Plain,
        &format!("What makes {goal} controlled at the least cost. Advice: nothing of it is done or decided."),
    );
    // Versions with the same answer are told once.
    let mut told = vec![false; treatment.versions.len()];
    for (place, version) in treatment.versions.iter().enumerate() {
        if told[place] {
            continue;
        }
        let alike = |other: &VersionTreatment| {
            let rest = VersionTreatment {
                fielded_version: version.fielded_version.clone(),
                variant: version.variant.clone(),
                site: version.site.clone(),
                before: version.before.clone(),
                after: version.after.clone(),
                ..other.clone()
            };
            rest == *version
        };
        let mut names = Vec::new();
        for (other, one) in treatment.versions.iter().enumerate().skip(place) {
            if alike(one) {
                told[other] = true;
                names.push(units(one));
            }
        }
        Page { paper: &mut paper, version, folder, all: options.verbose }.print(&names);
    }
    paper.finish()
}

/// Which units a treatment is of.
fn units(treatment: &VersionTreatment) -> String {
    let variant = treatment.variant.as_ref().map_or_else(String::new, of_variant);
    let site = treatment.site.as_ref().map_or_else(String::new, |site| format!(" at {site}"));
    format!("{}{variant}{site}", treatment.fielded_version)
}

struct Page<'a> {
    paper: &'a mut Paper,
    version: &'a VersionTreatment,
    folder: &'a str,
    all: bool,
}

impl Page<'_> {
    fn print(&mut self, names: &[String]) {
        let version = self.version;
        let noun = if names.len() == 1 { "Version" } else { "Versions" };
        self.paper.heading(&format!("{noun} {}", names.join("; ")));
        let (ink, sentence) = match version.outcome {
            TreatmentOutcome::NotNeeded => match version.before.uncontrolled.presumed {
                0 if version.single_actions.uncontrolled_after > 0 => {
                    (Ink::Confirmed, "No verdict to treat.".to_owned())
                }
                0 => (Ink::Controlled, "Nothing to treat: no such verdict is uncontrolled.".to_owned()),
                presumed => {
                    let text = format!(
                        "Nothing confirmed to treat; what is presumed uncontrolled is to be assessed first: {}.",
                        count(presumed, "verdict", "verdicts")
                    );
                    (Ink::Presumed, text)
                }
            },
            TreatmentOutcome::Treated => {
                let text = format!(
                    "{}, cost {}; nothing at hand does it for less.",
                    count(version.changes.len(), "change", "changes"),
                    number(version.cost)
                );
                (Ink::Controlled, text)
            }
            TreatmentOutcome::NoTreatment => {
                let text = version.instead.as_deref().unwrap_or("nothing at hand treats it");
                (Ink::Confirmed, format!("{}.", sentence(text)))
            }
            TreatmentOutcome::LimitReached => {
                let text = format!(
                    "Not settled: no treatment costs less than {}; the search ended at its limit.",
                    number(version.at_least)
                );
                (Ink::Presumed, text)
            }
        };
        // What treats every verdict is not all there is to treat; where none does, verdicts speak.
        let says_so = version.outcome.is_treated() || !version.changes.is_empty();
        let left = if says_so { version.single_actions.uncontrolled_after } else { 0 };
        let ink = if left > 0 { Ink::Confirmed } else { ink };
        self.paper.line(2, ink, &format!("{sentence}{}", self.beside(left)));
        for (place, change) in version.changes.iter().enumerate() {
            self.paper.item(
                2,
                &format!("{:>2}. ", place + 1),
                &format!("{}: {} [cost {}, {}]", change.change, change.title, number(change.cost), change.cost_source),
            );
            for remark in &change.remarks {
                self.paper.line(6, Ink::Dim, remark);
            }
        }
        if !version.untreated.is_empty() {
            let what: BTreeSet<String> = version
                .untreated
                .iter()
                .map(|one| match one.presumed_because {
                    Some(because) => format!("{} ({because})", one.subject),
                    None => format!("{} at {}", one.subject, one.element),
                })
                .collect();
            let what: Vec<String> = what.into_iter().collect();
            self.paper.field(2, "Untreated", &self.some(&what));
        }
        for line in &version.advice {
            self.paper.item(2, "- ", line);
        }
        let counts = |summary: &ward_model::assessment::Summary| {
            format!(
                "{} uncontrolled and confirmed, {} presumed",
                number(summary.uncontrolled.confirmed as u64),
                number(summary.uncontrolled.presumed as u64)
            )
        };
        self.paper.field(2, "Verdicts now", &counts(&version.before));
        if !version.changes.is_empty() {
            let once = if version.decide_again.is_empty() { "" } else { ", once what follows is decided again" };
            self.paper.field(2, "Then", &format!("{}{once}", counts(&version.after)));
            if !version.decide_again.is_empty() {
                let what: Vec<String> = version.decide_again.iter().map(ToString::to_string).collect();
                let what = format!(
                    "{}; what they rest on changes with it, and until somebody looks again they have no effect: {}",
                    count(what.len(), "claim", "claims"),
                    self.some(&what)
                );
                self.paper.field(2, "Decide again", &what);
            }
            let changes: Vec<String> = version.changes.iter().map(|change| change.change.to_string()).collect();
            let (folder, changes) = (quoted(self.folder), quoted(&changes.join(",")));
            self.paper.command(2, &format!("ward assess {folder} --what-if {changes}"));
        }
        if let Some(first) = &version.answer_first {
            self.answer_first(first);
        }
        if let Some(first) = &version.state_first {
            self.state_first(first);
        }
        let presumed: BTreeSet<&str> = version.left_presumed.iter().map(|one| one.advice.as_str()).collect();
        if !presumed.is_empty() {
            self.paper.line(2, Ink::Presumed, "What stays presumed is not treated by this; it is to be assessed:");
            let shown = if self.all { usize::MAX } else { NAMED };
            for line in presumed.iter().take(shown) {
                self.paper.item(4, "- ", line);
            }
            if presumed.len() > shown {
                self.paper.line(4, Ink::Dim, &format!("… and {} more; -v shows all.", presumed.len() - shown));
            }
        }
        // One reason is told once, whatever it keeps away.
        let mut not_offered: Vec<(&str, Vec<String>)> = Vec::new();
        for one in &version.not_offered {
            match not_offered.iter_mut().find(|(reason, _)| *reason == one.reason) {
                Some((_, what)) => what.push(one.what.clone()),
                None => not_offered.push((&one.reason, vec![one.what.clone()])),
            }
        }
        for (reason, what) in not_offered {
            self.paper.item(2, "- ", &format!("not at hand: {}: {reason}", self.some(&what)));
        }
        let weighed = format!(
            "{} weighed, {} of them assessed whole.",
            count(version.candidates, "change", "changes"),
            count(version.assessed, "set", "sets")
        );
        self.paper.line(2, Ink::Dim, &weighed);
    }

    /// What an answer to what is claimed would come to: before anything is rebuilt.
    fn answer_first(&mut self, first: &AnswerFirst) {
        let ran_out = first.ran_out.map_or_else(String::new, |day| format!(" (decisions ran out, the last on {day})"));
        let claims: Vec<String> = first.claims.iter().map(ToString::to_string).collect();
        let changes: Vec<String> = first.changes.iter().map(ToString::to_string).collect();
        let then = then(first.outcome, &changes, first.cost);
        let text = format!(
            "{} shown and not decided{ran_out}: {}. If somebody looks at their evidence and they hold, {} uncontrolled and confirmed \
             before any change, and {then}",
            count(claims.len(), "claim", "claims"),
            self.some(&claims),
            count(first.uncontrolled, "verdict is", "verdicts are")
        );
        self.paper.item(2, "answer first: ", &text);
        self.paper.command(2, &format!("ward decide {} --list", quoted(self.folder)));
    }

    /// What would open a treatment if it were stated, shown and decided.
    fn state_first(&mut self, first: &StateFirst) {
        let changes: Vec<String> = first.changes.iter().map(ToString::to_string).collect();
        let besides = match first.answers.len() {
            0 => String::new(),
            answers => format!(
                ", and {} that {} shown already",
                count(answers, "claim", "claims"),
                if answers == 1 { "is" } else { "are" }
            ),
        };
        let needed = if first.all_needed { "" } else { "; fewer of them may do, for more" };
        let text = format!(
            "of what follows nobody says, or shows, that it is so, and so it counts as lacking. State it with evidence where it is so. \
             If somebody looks at that and decides it{besides}, {}{needed}",
            then(first.outcome, &changes, first.cost)
        );
        self.paper.item(2, "state first: ", &text);
        for claim in &first.claims {
            self.paper.item(4, "- ", &format!("{claim}: {}", words::claim(claim)));
        }
    }

    /// What single actions do beside it, where any is uncontrolled.
    fn beside(&self, left: usize) -> String {
        let made = if self.version.changes.is_empty() { "" } else { " even with this" };
        match left {
            0 => String::new(),
            1 => format!(
                " But 1 single action is uncontrolled{made}: it harms several people at once. Treatments do not look at that; see `ward paths \
                 {} --many`.",
                quoted(self.folder)
            ),
            left => format!(
                " But {} single actions are uncontrolled{made}: each harms several people at once. Treatments do not look at that; see \
                 `ward paths {} --many`.",
                number(left as u64),
                quoted(self.folder)
            ),
        }
    }

    fn some(&self, what: &[String]) -> String {
        let shown = if self.all { what.len() } else { what.len().min(NAMED) };
        let more = what.len() - shown;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", what[..shown].join(", "))
    }
}

/// What comes out then, in words.
fn then(outcome: TreatmentOutcome, changes: &[String], cost: u64) -> String {
    match outcome {
        TreatmentOutcome::NotNeeded => "nothing confirmed is left to treat".to_owned(),
        TreatmentOutcome::Treated => {
            let (changes, cost) = (changes.join(", "), number(cost));
            format!("{changes} at cost {cost} {} a treatment", if changes.contains(", ") { "are" } else { "is" })
        }
        TreatmentOutcome::NoTreatment => "no treatment is at hand either".to_owned(),
        TreatmentOutcome::LimitReached => "whether there is a treatment was not settled".to_owned(),
    }
}

/// A word of a command as a shell takes it: in quotes where it has a meaning of its own otherwise.
fn quoted(word: &str) -> String {
    let plain = |one: char| one.is_alphanumeric() || "-_./:@+,%=".contains(one);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
