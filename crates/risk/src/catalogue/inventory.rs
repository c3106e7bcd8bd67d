//! What is found on an element in one reading of its inventory.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::finding::{MatchReport, State};
use ward_model::ids::{ComponentRef, VulnerabilityId};
use ward_policy::Privilege;

use super::known::Known;
use crate::answered::Answered;
use crate::context::FindingAnswers;
use crate::effects::Effects;

/// The vulnerabilities of an element in one reading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inventory {
    /// By identifier.
    pub known: Vec<Known>,
    /// Whether something may be read that is kept there without the secrets beside it.
    pub(super) looked_at: bool,
    /// Whether there is an inventory at all.
    pub given: bool,
    /// Vulnerabilities of which it cannot be told whether they touch a component, with that in words.
    untold: Vec<(VulnerabilityId, String, Option<Answered>)>,
    /// Components that could not be assessed, with the reason in words.
    pub unassessed: Vec<(ComponentRef, String)>,
    /// Those of them that something known to be exploited may touch, which no record describes. A review says nothing of it: it may
    /// have come to be known since.
    pub exploited: BTreeSet<ComponentRef>,
}

impl Inventory {
    pub(super) fn new(known: Vec<Known>, report: Option<&MatchReport>, answers: &FindingAnswers) -> Self {
        let left = known.iter().filter_map(|known| known.elsewhere.as_ref()?.1.answered.as_ref());
        let answered = known.iter().filter_map(|known| known.answered.as_ref()).chain(left);
        let looked_at = answered
            .flat_map(|(_, profiles)| profiles)
            .any(|(profile, _)| profile.gains().any(|gain| gain == Privilege::Look));
        let mut inventory = Self { known, looked_at, given: report.is_some(), ..Self::default() };
        let Some(report) = report else { return inventory };
        for finding in report.findings.iter().filter(|finding| finding.state == State::Unknown) {
            let version = finding.component.version.as_deref().unwrap_or("without version");
            let id = &finding.vulnerability.id;
            let text = format!("{id} in {} {version} cannot be told", finding.component.name);
            inventory.untold.push((id.clone(), text, Answered::all([finding], answers)));
        }
        for unassessed in &report.unassessed {
            let component = &unassessed.component;
            let version = component.version.as_deref().unwrap_or("without version");
            let mut text = format!("{} {version}: {}", component.name, unassessed.reason.word());
            if let Some(exploited) = unassessed.undescribed_text() {
                text.push_str(&format!(" ({exploited})"));
            }
            if !unassessed.undescribed.is_empty() {
                inventory.exploited.insert(component.reference.clone());
            }
            inventory.unassessed.push((component.reference.clone(), text));
        }
        inventory
    }

    /// Vulnerabilities of which it cannot be told whether they touch a component, with that in words, but those that somebody answers.
    pub fn untold(&self, effects: &Effects) -> impl Iterator<Item = (&VulnerabilityId, &str)> {
        let open =
            self.untold.iter().filter(|(_, _, unless)| !unless.as_ref().is_some_and(|unless| unless.holds(effects)));
        open.map(|(id, text, _)| (id, text.as_str()))
    }

    /// One vulnerability of every kind, among those that are asked for.
    pub fn one_of_each_kind(&self, among: impl Fn(&Known) -> bool) -> impl Iterator<Item = &Known> {
        let asked = self.known.iter().rev().filter(|known| among(known));
        let ones: BTreeMap<usize, &Known> = asked.map(|known| (known.kind, known)).collect();
        ones.into_values()
    }

    /// The vulnerability of this name.
    pub fn find(&self, id: &VulnerabilityId) -> Option<&Known> {
        let place = self.known.binary_search_by(|known| known.id.cmp(id)).ok()?;
        self.known.get(place)
    }
}
