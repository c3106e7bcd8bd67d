//! A policy: how a class and a severity become a verdict, and what is due then.

use std::collections::BTreeSet;

use jiff::civil::Date;
use ward_model::device::PersonRole;
use ward_model::ids::PolicyId;
use ward_model::scale::{Exploitability, Persons, Severity};
use ward_model::verdict::Outcome;

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
    /// The first day on which it is in force.
    pub in_force_from: Date,
    /// The last day, where it has been superseded.
    pub in_force_to: Option<Date>,
    /// Whose harm counts.
    pub counts: BTreeSet<PersonRole>,
    /// Its own words.
    pub words: Words,
    /// Its cells.
    pub matrix: Matrix,
    /// What several people at once do to a severity.
    pub escalation: Escalation,
    /// What evidence does to a class.
    pub raises: Raises,
    /// What is due.
    pub clocks: Vec<ClockRule>,
    /// After how many days something on the watch list is looked at again.
    pub review_days: u32,
}

/// A policy's own words for the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// For controlled.
    pub controlled: String,
    /// For uncontrolled.
    pub uncontrolled: String,
}

/// Exploitability × severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    cells: [[Outcome; 5]; 3],
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

/// What evidence does to the class of a step. Nothing lowers a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raises {
    /// A step known to be exploited has at least this class.
    pub known_exploited: Exploitability,
    /// A step that somebody has carried out in a test has at least this class.
    pub demonstrated: Exploitability,
    /// An EPSS score of at least this, in hundred-thousandths, raises …
    pub epss_score: u32,
    /// … and so does a percentile of at least this.
    pub epss_percentile: u32,
    /// By how many classes EPSS raises.
    pub epss_by: u8,
    /// By how many classes every vulnerability step is raised before the device is on the market.
    pub before_market_by: u8,
}

/// Something that is due after a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRule {
    /// Its name.
    pub id: String,
    /// After how many days.
    pub days: u32,
    /// After which verdicts.
    pub when: ClockWhen,
    /// What is due.
    pub action: String,
    /// The clause it rests on.
    pub source: String,
}

/// After which verdicts a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockWhen {
    /// Uncontrolled, with a derivation.
    UncontrolledConfirmed,
    /// Uncontrolled by what is not known.
    UncontrolledPresumed,
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

    /// The policy's own word for an outcome.
    pub fn word(&self, outcome: Outcome) -> &str {
        match outcome {
            Outcome::Controlled => &self.words.controlled,
            Outcome::Uncontrolled => &self.words.uncontrolled,
        }
    }
}

impl Matrix {
    /// The first pair of cells where a worse input has a better outcome, as words, or the matrix.
    pub(crate) fn checked(cells: [[Outcome; 5]; 3]) -> Result<Self, (String, String)> {
        let name = |class: Exploitability, severity: Severity| format!("{class}/{severity}");
        let matrix = Self { cells };
        for &class in Exploitability::ALL {
            for &severity in Severity::ALL {
                for &harder in Exploitability::ALL.iter().filter(|other| **other <= class) {
                    for &milder in Severity::ALL.iter().filter(|other| **other <= severity) {
                        if matrix.cell(harder, milder) > matrix.cell(class, severity) {
                            return Err((name(harder, milder), name(class, severity)));
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
}
