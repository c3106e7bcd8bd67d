//! A policy as its file states it: every cell and term with its own days. On one day it comes to one [`Policy`].

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::device::PersonRole;
use ward_model::ids::PolicyId;
use ward_model::scale::{Exploitability, Severity};
use ward_model::verdict::Outcome;

use crate::error::PolicyError;
use crate::period::Period;
use crate::policy::{ClockRule, ClockWhen, Escalation, Matrix, Policy, Weakened, Words, cell_name};
use crate::raise::RaiseRule;

mod extend;

/// A cell of the matrix.
pub(crate) type Cell = (Exploitability, Severity);

/// A policy as its file states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub file: String,
    pub name: String,
    pub version: String,
    pub title: String,
    pub source: String,
    pub unverified: Option<String>,
    pub period: Period,
    /// The policy that it extends, as written; one that extends none has all that follows.
    pub extends: Option<String>,
    pub question: Option<String>,
    pub counts: Option<BTreeSet<PersonRole>>,
    pub words: Option<Words>,
    pub matrix: Option<[[Outcome; 5]; 3]>,
    pub adjustable: Option<BTreeSet<Cell>>,
    pub cells: Vec<CellChange>,
    pub escalation: Option<Escalation>,
    pub raises: Vec<RaiseRule>,
    pub clocks: Vec<ClockRule>,
    pub cites: BTreeSet<String>,
    pub review_days: Option<u32>,
}

/// A cell that is other than in the matrix, or in the policy that is extended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CellChange {
    pub cell: Cell,
    pub outcome: Outcome,
    pub period: Period,
    pub justification: Option<String>,
    pub approved_by: Option<String>,
}

impl Draft {
    pub(crate) fn id(&self) -> PolicyId {
        PolicyId::new(format!("{}@{}", self.name, self.version))
    }

    /// The days of its period on which something in it changes: between two of them it is the same.
    pub(crate) fn edges(&self) -> BTreeSet<Date> {
        let periods = self.cells.iter().map(|cell| cell.period);
        let periods = periods.chain(self.raises.iter().map(|raise| raise.period));
        let periods = periods.chain(self.clocks.iter().map(|clock| clock.period));
        periods.chain([self.period]).flat_map(|period| period.edges()).filter(|day| self.period.holds(*day)).collect()
    }

    /// The policy that it is on a day of its period; `base` is the one that it extends, as of that day.
    pub(crate) fn on(&self, day: Date, base: Option<&Policy>) -> Result<Policy, PolicyError> {
        let malformed = |message: String| PolicyError::malformed(&self.file, message);
        let missing = |what: &str| malformed(format!("`{what}` is missing, and no policy is extended"));
        let counts = self.counts.clone().or_else(|| base.map(|base| base.counts.clone()));
        let words = match (&self.words, base) {
            (Some(own), Some(base)) => Some(own.behind(&base.words)),
            (own, base) => own.clone().or_else(|| base.map(|base| base.words.clone())),
        };
        let escalation = self.escalation.clone().or_else(|| base.map(|base| base.escalation.clone()));
        let review_days = self.review_days.or_else(|| base.map(|base| base.review_days));
        let adjustable = self.adjustable.clone().or_else(|| base.map(|base| base.adjustable.clone()));
        let (matrix, weakened) = self.matrix(day, base)?;
        let policy = Policy {
            id: self.id(),
            name: self.name.clone(),
            title: self.title.clone(),
            source: self.source.clone(),
            unverified: self.unverified.clone().or_else(|| base.and_then(|base| base.unverified.clone())),
            period: self.period,
            extends: base.map(|base| base.id.clone()),
            question: self.question.clone().or_else(|| base.and_then(|base| base.question.clone())),
            counts: counts.ok_or_else(|| missing("counts"))?,
            words: words.ok_or_else(|| missing("words"))?,
            matrix,
            adjustable: adjustable.unwrap_or_default(),
            weakened,
            escalation: escalation.ok_or_else(|| missing("escalation"))?,
            raises: self.raises(day, base),
            clocks: self.clocks(day, base)?,
            cites: base
                .map(|base| base.cites.clone())
                .into_iter()
                .flatten()
                .chain(self.cites.iter().cloned())
                .collect(),
            review_days: review_days.ok_or_else(|| missing("watch"))?,
            ahead: Vec::new(),
        };
        if policy.counts.is_empty() {
            return Err(malformed("`counts` names nobody: no harm would count".to_owned()));
        }
        for (when, words) in [
            (ClockWhen::UncontrolledConfirmed, "uncontrolled-confirmed"),
            (ClockWhen::UncontrolledPresumed, "uncontrolled-presumed"),
        ] {
            if !policy.clocks.iter().any(|clock| clock.when == when) {
                return Err(malformed(format!(
                    "no clock runs `when = \"{words}\"` on {day}: such a verdict would never be due"
                )));
            }
        }
        if let Some(base) = base {
            extend::check(self, &policy, base)?;
        }
        Ok(policy)
    }

    /// The cells of a day, and those that are weaker than in the policy that is extended.
    fn matrix(&self, day: Date, base: Option<&Policy>) -> Result<(Matrix, Vec<Weakened>), PolicyError> {
        let own = self.matrix.or_else(|| base.map(|base| base.matrix.cells()));
        let mut cells =
            own.ok_or_else(|| PolicyError::malformed(&self.file, "`matrix` is missing, and no policy is extended"))?;
        let mut changed: BTreeMap<Cell, &CellChange> = BTreeMap::new();
        for change in self.cells.iter().filter(|change| change.period.holds(day)) {
            if changed.insert(change.cell, change).is_some() {
                let (class, severity) = change.cell;
                let message = format!("the cell {} is changed twice on {day}", cell_name(class, severity));
                return Err(PolicyError::malformed(&self.file, message));
            }
        }
        let mut weakened = base.map(|base| base.weakened.clone()).unwrap_or_default();
        for ((class, severity), change) in changed {
            if let Some(base) = base {
                weakened.retain(|earlier| earlier.cell != cell_name(class, severity));
                weakened.extend(extend::cell(self, change, base)?);
            }
            cells[class as usize][severity as usize] = change.outcome;
        }
        let matrix = Matrix::checked(cells).map_err(|(better, worse)| PolicyError::NotMonotone {
            file: self.file.clone(),
            better,
            worse,
        })?;
        Ok((matrix, weakened))
    }

    /// The raises of a day: those of the policy that is extended, and its own on top.
    fn raises(&self, day: Date, base: Option<&Policy>) -> Vec<RaiseRule> {
        let own = self.raises.iter().filter(|raise| raise.period.holds(day)).cloned();
        base.map(|base| base.raises.clone()).into_iter().flatten().chain(own).collect()
    }

    /// The clocks of a day: those of the policy that is extended, but for the ones that it gives a shorter term.
    fn clocks(&self, day: Date, base: Option<&Policy>) -> Result<Vec<ClockRule>, PolicyError> {
        let own: Vec<&ClockRule> = self.clocks.iter().filter(|clock| clock.period.holds(day)).collect();
        let names: BTreeSet<&str> = own.iter().map(|clock| clock.id.as_str()).collect();
        if names.len() != own.len() {
            return Err(PolicyError::malformed(&self.file, format!("a clock stands twice on {day}")));
        }
        let inherited = base.map(|base| base.clocks.clone()).unwrap_or_default();
        let same = |clock: &ClockRule| inherited.iter().find(|other| other.id == clock.id);
        let own: Vec<ClockRule> = own.iter().map(|clock| extend::clock(clock, same(clock))).collect();
        let kept = inherited.iter().filter(|clock| !names.contains(clock.id.as_str())).cloned();
        Ok(kept.chain(own).collect())
    }
}

#[cfg(test)]
mod tests;
