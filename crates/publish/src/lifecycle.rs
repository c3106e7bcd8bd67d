//! The text of `ward lifecycle`, and the part of an assessment that speaks of the same: stages, gaps, losses, updates, advice.

use ward_model::device::Stage;
use ward_model::lifecycle::{
    ComponentLoss, ComponentSupport, LifecycleReport, LossOutcome, Reached, SupportGap, SupportState, VersionLifecycle,
};

use crate::text::TextOptions;
use crate::text::paper::{Ink, Paper, columns};
use crate::words::{count, number};

/// How many rows a table has by default.
const ROWS: usize = 12;

/// The life cycle as text.
pub fn text(report: &LifecycleReport, options: &TextOptions) -> String {
    let mut paper = Paper::new(options.width, options.colour);
    paper.line(0, Ink::Bold, &format!("{} ({})", report.device.name, report.device.id));
    let asked =
        format!("As of {}, looking ahead to {}; stages are those of IMDRF N70", report.inputs.as_of, report.horizon);
    paper.line(0, Ink::Plain, &asked);
    paper.gap();
    stages(&mut paper, &report.versions);
    for version in &report.versions {
        let family = report.versions.iter().any(|version| version.variant.is_some());
        Page { paper: &mut paper, version, family, all: options.verbose }.print();
    }
    paper.heading("What was not looked at");
    for note in &report.notes {
        paper.item(2, "- ", note);
    }
    paper.finish()
}

/// A row for every version: the whole at a glance.
pub(crate) fn stages(paper: &mut Paper, versions: &[VersionLifecycle]) {
    let rows: Vec<(Ink, Vec<String>)> =
        versions.iter().map(|version| (ink(version.stage_range[0]), stage_row(version))).collect();
    paper.table(2, &columns(&STAGE_COLUMNS), &rows);
}

/// The columns of [`stage_row`].
pub(crate) const STAGE_COLUMNS: [&str; 7] =
    ["version", "stage", "next change", "components without support", "not known", "service life ends", "updated"];

/// A version at a glance.
pub(crate) fn stage_row(version: &VersionLifecycle) -> Vec<String> {
    let counts = version.counts;
    vec![
        title(version),
        range(version.stage_range),
        version
            .next_change
            .as_ref()
            .map_or_else(|| "-".to_owned(), |change| format!("{} to {}", change.on, range(change.to))),
        number(counts.ended as u64),
        number(counts.unknown as u64),
        version.declared.service_until.map_or_else(|| "not declared".to_owned(), |day| day.to_string()),
        version.update.text.clone(),
    ]
}

/// The version, and its variant.
pub(crate) fn title(version: &VersionLifecycle) -> String {
    match &version.variant {
        Some(variant) => format!("{} ({variant})", version.fielded_version),
        None => version.fielded_version.to_string(),
    }
}

/// A stage, or from which to which it may be.
pub(crate) fn range([best, worst]: [Stage; 2]) -> String {
    if best == worst { words(best).to_owned() } else { format!("not known: {} to {}", words(best), words(worst)) }
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Development => "development",
        Stage::Support => "support",
        Stage::LimitedSupport => "limited support",
        Stage::EndOfSupport => "end of support",
    }
}

fn ink(stage: Stage) -> Ink {
    match stage {
        Stage::Development | Stage::Support => Ink::Plain,
        Stage::LimitedSupport => Ink::Presumed,
        Stage::EndOfSupport => Ink::Confirmed,
    }
}

/// A number of days as years with one decimal, rounded down: nobody is told of more than there is.
pub(crate) fn years(days: u32) -> String {
    // A year has 365.2425 days.
    let tenths = u64::from(days) * 100_000 / 3_652_425;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A gap as a row: component, support, service life, years without.
pub(crate) fn gap_row(gap: &SupportGap) -> Vec<String> {
    let until = match (gap.state, gap.supported_until) {
        (SupportState::Unknown, _) => "not known".to_owned(),
        (SupportState::Ended, None) => "ended".to_owned(),
        (_, Some(day)) => day.to_string(),
        (SupportState::Supported, None) => "no end announced".to_owned(),
    };
    vec![
        gap.name.clone(),
        gap.element.as_ref().map_or_else(String::new, ToString::to_string),
        until,
        gap.service_until.to_string(),
        years(gap.uncovered_days),
    ]
}

struct Page<'a> {
    paper: &'a mut Paper,
    version: &'a VersionLifecycle,
    /// Whether there are variants.
    family: bool,
    all: bool,
}

impl Page<'_> {
    fn limit(&self) -> usize {
        if self.all { usize::MAX } else { ROWS }
    }

    fn more(&mut self, total: usize, noun: &str) {
        let more = total.saturating_sub(self.limit());
        if more > 0 {
            self.paper.line(4, Ink::Dim, &format!("… and {} more {noun}; -v shows all.", number(more as u64)));
        }
    }

    fn print(&mut self) {
        let version = self.version;
        self.paper.heading(&format!("Version {}", title(version)));
        let units = version.units.map_or_else(
            || "an unknown number of units".to_owned(),
            |units| count(usize::try_from(units).unwrap_or(usize::MAX), "unit", "units"),
        );
        // Nobody says of the units of a version how many are of one variant.
        let units = if self.family { format!("{units} of all variants together") } else { units };
        self.paper.line(2, ink(version.stage_range[0]), &format!("Stage: {}; {units}.", range(version.stage_range)));
        for reason in &version.reasons {
            self.paper.item(4, "- ", reason);
        }
        for contradiction in &version.contradictions {
            self.paper.item(4, "! ", &format!("contradiction: {contradiction}"));
        }
        match &version.next_change {
            Some(change) => {
                self.paper.field(2, "Next change", &format!("{} to {}", change.on, range(change.to)));
                for reason in change.reasons.iter().filter(|reason| !version.reasons.contains(reason)) {
                    self.paper.item(4, "- ", reason);
                }
            }
            None => self.paper.field(2, "Next change", "no known date within the horizon changes the stage"),
        }
        self.support();
        self.gaps();
        self.losses();
        self.update();
        self.advice();
        if !version.missing.is_empty() {
            self.paper.line(2, Ink::Presumed, "Not stated, so not answered:");
            for line in &version.missing {
                self.paper.item(4, "- ", line);
            }
        }
    }

    fn support(&mut self) {
        let version = self.version;
        let counts = version.counts;
        let sum = format!(
            "{} supported, {} not any more, {} not known, of those that the maker answers for",
            number(counts.supported as u64),
            number(counts.ended as u64),
            number(counts.unknown as u64)
        );
        self.paper.field(2, "Components", &sum);
        if version.support.is_empty() {
            return;
        }
        let shown: Vec<&ComponentSupport> = version.support.iter().take(self.limit()).collect();
        let rows: Vec<(Ink, Vec<String>)> = shown
            .into_iter()
            .map(|one| {
                let name =
                    one.version.as_ref().map_or_else(|| one.name.clone(), |version| format!("{} {version}", one.name));
                let (ink, state) = match (one.state, one.until) {
                    (SupportState::Ended, Some(day)) => (Ink::Confirmed, format!("ended {day}")),
                    (SupportState::Ended, None) => (Ink::Confirmed, "ended".to_owned()),
                    (_, Some(day)) => (Ink::Plain, format!("until {day}")),
                    (_, None) => (Ink::Plain, "goes on".to_owned()),
                };
                let says: Vec<String> =
                    one.sources.iter().map(|source| format!("{}: {}", source.source, source.says)).collect();
                (ink, vec![name, one.element.to_string(), state, says.join("; ")])
            })
            .collect();
        self.paper.table(4, &columns(&["component", "element", "support", "who says so"]), &rows);
        self.more(version.support.len(), "components");
    }

    fn gaps(&mut self) {
        let version = self.version;
        if version.gaps.is_empty() {
            return;
        }
        self.paper.line(2, Ink::Bold, "Service life that no support covers");
        let known: Vec<&SupportGap> = version.gaps.iter().filter(|gap| gap.state != SupportState::Unknown).collect();
        let rows: Vec<(Ink, Vec<String>)> =
            known.iter().take(self.limit()).map(|gap| (Ink::Plain, gap_row(gap))).collect();
        if !rows.is_empty() {
            let heads = columns(&["component", "element", "supported until", "used until", ">years without"]);
            self.paper.table(4, &heads, &rows);
        }
        self.more(known.len(), "components");
        let unknown = version.gaps.len() - known.len();
        if unknown > 0 {
            self.paper.line(
                4,
                Ink::Presumed,
                &format!(
                    "and {} of which nobody says until when they are supported: all of it may be without",
                    number(unknown as u64)
                ),
            );
        }
    }

    fn losses(&mut self) {
        let version = self.version;
        if version.losses.is_empty() {
            return;
        }
        self.paper.line(
            2,
            Ink::Bold,
            "If a component is lost: as if it had a weakness that gives its element away and that nobody mends",
        );
        for loss in version.losses.iter().take(self.limit()) {
            self.loss(loss);
        }
        self.more(version.losses.len(), "losses");
    }

    fn loss(&mut self, loss: &ComponentLoss) {
        let on = loss.on.map_or_else(|| "no day known".to_owned(), |day| day.to_string());
        self.paper.item(4, "- ", &format!("{} on {} ({on}): {}", loss.name, loss.element, far(loss)));
        self.paper.line(6, Ink::Plain, &format!("kept: {}", outcome(&loss.if_kept)));
        if let Some(replacement) = &loss.replacement {
            let until =
                replacement.supported_until.map_or_else(|| "no end announced".to_owned(), |day| format!("until {day}"));
            let blocked = replacement.blocked_by.as_ref().map_or_else(String::new, |why| format!(", but {why}"));
            let then = outcome(&replacement.then);
            self.paper.line(6, Ink::Plain, &format!("replaced by {} ({until}){blocked}: {then}", replacement.release));
        }
    }

    fn update(&mut self) {
        let update = &self.version.update;
        self.paper.field(2, "Updated", &update.text);
        for risk in &update.risks {
            self.paper.item(4, "risk: ", &format!("{} [{}]", risk.text, risk.by));
        }
        for given_up in &update.given_up {
            self.paper.item(4, "given up without: ", &format!("{} [{}]", given_up.text, given_up.by));
        }
    }

    fn advice(&mut self) {
        for advice in &self.version.advice {
            self.paper.item(
                2,
                "> ",
                &format!(
                    "{} ({}, {}): {} [{}]",
                    advice.persons, advice.role, advice.setting, advice.text, advice.source
                ),
            );
        }
    }
}

/// How far the weakness of a lost part reaches, in words.
pub(crate) fn far(loss: &ComponentLoss) -> String {
    let harm = loss.harm.as_ref().map_or_else(String::new, |harm| format!(" ({harm})"));
    match (loss.without_controls, loss.with_controls) {
        (Reached::Controlled, _) => "it reaches no person, with or without controls".to_owned(),
        (without, Reached::Controlled) => {
            let points: Vec<&str> = loss.single_points.iter().map(ward_model::ids::ControlId::as_str).collect();
            let points = if points.is_empty() { String::new() } else { format!("; each alone: {}", points.join(", ")) };
            let known = if without == Reached::Unknown { "may reach" } else { "would reach" };
            format!("controls keep it from people whom it {known} without them{harm}{points}")
        }
        (_, Reached::Uncontrolled) => {
            let claims = if loss.if_claims_hold == Reached::Controlled { "; not if every claim held" } else { "" };
            format!("it reaches a person with today's controls{harm}{claims}")
        }
        (_, Reached::Unknown) => {
            "whether it reaches a person is not known, because elements on the way are not described completely: taken as if it does".to_owned()
        }
    }
}

/// What follows, in words.
pub(crate) fn outcome(outcome: &LossOutcome) -> String {
    let stage = if outcome.from == outcome.to {
        format!("stays in {}", words(outcome.to))
    } else {
        format!("{} becomes {}", words(outcome.from), words(outcome.to))
    };
    let mut told = Vec::new();
    if outcome.tell_users {
        told.push("tell users");
    }
    if outcome.public_notice {
        told.push("public notice");
    }
    let told = if told.is_empty() { String::new() } else { format!("; {}", told.join(", ")) };
    format!("{stage}{told}: {} [{}]", outcome.action, outcome.source)
}

#[cfg(test)]
mod tests {
    use super::years;

    #[test]
    fn years_are_rounded_down() {
        for (days, text) in
            [(0, "0.0"), (36, "0.0"), (37, "0.1"), (365, "0.9"), (366, "1.0"), (3653, "10.0"), (36_525, "100.0")]
        {
            assert_eq!(years(days), text, "{days}");
        }
    }
}
