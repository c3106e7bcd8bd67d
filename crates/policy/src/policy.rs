//! A policy as it stands on one day: how a class and a severity become a verdict, and what is due then.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use ward_model::device::PersonRole;
use ward_model::ids::PolicyId;
use ward_model::scale::{Exploitability, Persons, Severity};
use ward_model::verdict::Outcome;

use crate::period::Period;
use crate::raise::{Evidence, RaiseRule, Raised, raised};

/// A policy, loaded and checked: its matrix is monotone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name and version.
    pub id: PolicyId,
    /// Its name alone.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The document it follows.
    pub source: String,
    /// What in it nobody has compared with the document yet.
    pub unverified: Option<String>,
    /// When it is in force.
    pub period: Period,
    /// The policy that it extends.
    pub extends: Option<PolicyId>,
    /// The question that its outcome answers, where it has one of its own.
    pub question: Option<String>,
    /// Whose harm counts.
    pub counts: BTreeSet<PersonRole>,
    /// Its own words.
    pub words: Words,
    /// Its cells.
    pub matrix: Matrix,
    /// The cells that a policy may weaken that extends this one.
    pub adjustable: BTreeSet<(Exploitability, Severity)>,
    /// The cells that are weaker than in the policy that it extends.
    pub weakened: Vec<Weakened>,
    /// What several people at once do to a severity.
    pub escalation: Escalation,
    /// What evidence does to a class.
    pub raises: Vec<RaiseRule>,
    /// What is due.
    pub clocks: Vec<ClockRule>,
    /// The documents whose clauses belong to it.
    pub cites: BTreeSet<String>,
    /// After how many days something on the watch list is looked at again.
    pub review_days: u32,
    /// What it will be, from each later day on which anything of it changes; nothing where it is not in force any more.
    pub ahead: Vec<(Date, Option<Policy>)>,
}

/// A policy's own words for the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// For controlled.
    pub controlled: String,
    /// For uncontrolled.
    pub uncontrolled: String,
}

impl Words {
    /// These words behind those of a policy that is extended: what it means by them stands first.
    pub(crate) fn behind(&self, base: &Self) -> Self {
        let behind = |own: &str, base: &str| {
            if own == base { base.to_owned() } else { format!("{base} ({own})") }
        };
        Self {
            controlled: behind(&self.controlled, &base.controlled),
            uncontrolled: behind(&self.uncontrolled, &base.uncontrolled),
        }
    }
}

/// Exploitability × severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    cells: [[Outcome; 5]; 3],
}

/// A cell that a policy weakens, with who answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakened {
    /// The cell, as `class/severity`.
    pub cell: String,
    /// Why.
    pub justification: String,
    /// Who approved it.
    pub approved_by: String,
}

/// What several people at once do to a severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// It applies to more people than this.
    pub persons_more_than: u64,
    /// It applies to this severity and worse.
    pub from: Severity,
    /// The severity that is read then.
    pub to: Severity,
}

/// Something that is due after a verdict or an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRule {
    /// Its name.
    pub id: String,
    /// After how many days.
    pub days: u32,
    /// Which days count.
    pub unit: TermUnit,
    /// What starts it.
    pub when: ClockWhen,
    /// What is due.
    pub action: String,
    /// The clause it rests on; a clause that nobody has compared with its document says so.
    pub source: String,
    /// When the rule is in force.
    pub period: Period,
}

/// Which days a term counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TermUnit {
    /// All days.
    Days,
    /// Monday to Friday. Public holidays are not known here, so that a term ends early rather than late.
    WorkingDays,
}

/// What starts a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockWhen {
    /// A verdict: uncontrolled, with a derivation.
    UncontrolledConfirmed,
    /// A verdict: uncontrolled by what is not known.
    UncontrolledPresumed,
    /// An event that somebody becomes aware of. No verdict starts such a clock: a verdict is no event.
    Event(Event),
}

/// What somebody becomes aware of, or begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A correction or removal is begun.
    CorrectionBegun,
    /// A death, a serious injury, or a malfunction likely to lead to one.
    ReportableEvent,
    /// An event that needs remedial action to prevent an unreasonable risk of substantial harm.
    EventNeedsAction,
    /// A serious incident.
    SeriousIncident,
    /// A death, or a serious deterioration that nobody expected.
    DeathOrDeterioration,
    /// A serious threat to public health.
    PublicHealthThreat,
}

impl Event {
    /// Every event.
    pub const ALL: &'static [Self] = &[
        Self::CorrectionBegun,
        Self::ReportableEvent,
        Self::EventNeedsAction,
        Self::SeriousIncident,
        Self::DeathOrDeterioration,
        Self::PublicHealthThreat,
    ];

    /// The word used in policy files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CorrectionBegun => "correction-begun",
            Self::ReportableEvent => "reportable-event",
            Self::EventNeedsAction => "event-needs-action",
            Self::SeriousIncident => "serious-incident",
            Self::DeathOrDeterioration => "death-or-deterioration",
            Self::PublicHealthThreat => "public-health-threat",
        }
    }
}

impl ClockRule {
    /// The day on which it is due, counted from the day that starts it.
    pub fn due(&self, starts: Date) -> Date {
        // A term ends with the calendar at the latest, and this many days reach its end from its beginning.
        let days = self.days.min(5_000_000);
        match self.unit {
            TermUnit::Days => starts.saturating_add(i64::from(days).days()),
            TermUnit::WorkingDays => {
                if days == 0 {
                    return starts;
                }
                let idle = |day: Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
                // What begins at a week-end begins as if on the Friday before: the Monday is its first day.
                let mut due = starts;
                while idle(due) {
                    let Ok(before) = due.yesterday() else { break };
                    due = before;
                }
                // Whole weeks are seven days whatever day they begin on.
                due = due.saturating_add((i64::from(days / 5) * 7).days());
                let mut left = days % 5;
                while left > 0 {
                    let Ok(next) = due.tomorrow() else { break };
                    due = next;
                    left -= u32::from(!idle(due));
                }
                due
            }
        }
    }
}

impl Policy {
    /// The outcome of a cell, after escalation for so many people at once.
    pub fn cell(&self, class: Exploitability, severity: Severity, persons: Persons) -> Outcome {
        self.matrix.cell(class, self.escalate(severity, persons))
    }

    /// The severity to read for so many people at once.
    pub fn escalate(&self, severity: Severity, persons: Persons) -> Severity {
        let several = persons > Persons::Count(self.escalation.persons_more_than);
        if several && severity >= self.escalation.from { severity.max(self.escalation.to) } else { severity }
    }

    /// The last day on which what leads to these harms is surely still acceptable, where there is one: for each its class, its
    /// severity, and what is read for it because of several people.
    ///
    /// Where the policy comes to read people or evidence otherwise, what that would make of them is not worked out here.
    pub fn holds_until(&self, harms: impl IntoIterator<Item = (Exploitability, Severity, Severity)>) -> Option<Date> {
        let harms: Vec<_> = harms.into_iter().collect();
        let turns = |later: &Self| {
            let reads_otherwise = later.escalation != self.escalation
                || later.raises.iter().any(|raise| !self.raises.contains(raise))
                || later.matrix != self.matrix && harms.iter().any(|harm| self.comes_to_refuse(later, *harm));
            !later.counts.is_subset(&self.counts) || !harms.is_empty() && reads_otherwise
        };
        let turned = self.ahead.iter().find(|(_, later)| later.as_ref().is_none_or(turns));
        turned.and_then(|(day, _)| day.yesterday().ok())
    }

    /// Whether another policy finds unacceptable what leads to a harm in one of these ways: to several people with this class, or to
    /// one of them with any.
    fn comes_to_refuse(
        &self,
        later: &Self,
        (class, severity, escalated): (Exploitability, Severity, Severity),
    ) -> bool {
        let refused = |class, severity| later.matrix.cell(class, severity) == Outcome::Uncontrolled;
        let turned = |class: &Exploitability| {
            refused(*class, severity) && self.matrix.cell(*class, severity) == Outcome::Controlled
        };
        refused(class, escalated) || (escalated > severity && Exploitability::ALL.iter().any(turned))
    }

    /// What the evidence of one vulnerability does to the class of its steps, with reasons.
    pub fn raised(&self, evidence: &Evidence) -> Raised {
        raised(&self.raises, evidence)
    }

    /// The policy's own word for an outcome.
    pub fn word(&self, outcome: Outcome) -> &str {
        match outcome {
            Outcome::Controlled => &self.words.controlled,
            Outcome::Uncontrolled => &self.words.uncontrolled,
        }
    }

    /// What somebody who reads a verdict of this policy must know of it: cells that were weakened, and what is from memory.
    pub fn remarks(&self) -> Vec<String> {
        let base = self.extends.as_ref().map_or("its base", |base| base.as_str());
        let mut remarks: Vec<String> = self
            .weakened
            .iter()
            .map(|cell| {
                format!(
                    "policy {} takes {} for controlled, which {base} does not: {} (approved by {})",
                    self.id, cell.cell, cell.justification, cell.approved_by
                )
            })
            .collect();
        remarks.extend(self.unverified.as_ref().map(|what| format!("policy {}: {what}", self.id)));
        remarks
    }
}

/// A cell, as files and messages name it.
pub(crate) fn cell_name(class: Exploitability, severity: Severity) -> String {
    format!("{class}/{severity}")
}

impl Matrix {
    /// The first pair of cells where a worse input has a better outcome, as words, or the matrix.
    pub(crate) fn checked(cells: [[Outcome; 5]; 3]) -> Result<Self, (String, String)> {
        let matrix = Self { cells };
        for &class in Exploitability::ALL {
            for &severity in Severity::ALL {
                for &harder in Exploitability::ALL.iter().filter(|other| **other <= class) {
                    for &milder in Severity::ALL.iter().filter(|other| **other <= severity) {
                        if matrix.cell(harder, milder) > matrix.cell(class, severity) {
                            return Err((cell_name(harder, milder), cell_name(class, severity)));
                        }
                    }
                }
            }
        }
        Ok(matrix)
    }

    /// The outcome of a cell.
    pub fn cell(&self, class: Exploitability, severity: Severity) -> Outcome {
        self.cells[class as usize][severity as usize]
    }

    /// Its cells, to be changed and checked again.
    pub(crate) fn cells(&self) -> [[Outcome; 5]; 3] {
        self.cells
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{ClockRule, ClockWhen, Event, TermUnit};
    use crate::period::Period;

    fn due(days: u32, unit: TermUnit, starts: jiff::civil::Date) -> jiff::civil::Date {
        let period = Period { from: date(2016, 1, 1), to: None };
        let (id, action, source) = (String::new(), String::new(), String::new());
        ClockRule { id, days, unit, when: ClockWhen::Event(Event::CorrectionBegun), action, source, period }.due(starts)
    }

    #[test]
    fn working_days_leave_out_week_ends() {
        // 2026-11-27 is a Friday.
        assert_eq!(due(10, TermUnit::WorkingDays, date(2026, 11, 27)), date(2026, 12, 11));
        assert_eq!(due(1, TermUnit::WorkingDays, date(2026, 11, 27)), date(2026, 11, 30));
        assert_eq!(due(5, TermUnit::WorkingDays, date(2026, 11, 25)), date(2026, 12, 2));
        assert_eq!(due(0, TermUnit::WorkingDays, date(2026, 11, 28)), date(2026, 11, 28));
        assert_eq!(due(1, TermUnit::WorkingDays, date(2026, 11, 28)), date(2026, 11, 30));
        assert_eq!(due(5, TermUnit::WorkingDays, date(2026, 11, 29)), date(2026, 12, 4));
        assert_eq!(due(15, TermUnit::Days, date(2026, 11, 27)), date(2026, 12, 12));
        assert_eq!(due(u32::MAX, TermUnit::WorkingDays, date(2026, 11, 27)), jiff::civil::Date::MAX);
    }
}
