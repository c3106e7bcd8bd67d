//! The first stage: which records touch a component, by rows and statements of its products and packages alone.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::finding::UnassessedReason;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{KnowledgeError, RecordNumber};
use ward_model::meant::Meant;

use super::Judge;
use crate::criterion::{Role, touch};
use crate::statement::Standing;
use crate::subject::Way;
use crate::voice::{Heard, hear};

/// What the first stage finds about a component.
#[derive(Default)]
pub(crate) struct First {
    /// The records that touch it.
    pub(crate) touched: BTreeSet<RecordNumber>,
    /// Why its version keeps it from being assessed.
    pub(crate) blocked: Option<UnassessedReason>,
    /// Whether any source names it in a statement that surely means it.
    pub(crate) named: bool,
    /// Every statement about it.
    pub(crate) heard: Vec<Heard>,
    /// Which of the records that touch it, and of the advisories of its distribution, are about which vulnerability, as far as they
    /// name that as upstream's.
    pub(super) about: Option<BTreeMap<VulnerabilityId, BTreeSet<RecordNumber>>>,
    /// Those records.
    advisories: Vec<RecordNumber>,
}

impl First {
    /// The records whose statements leave anything open.
    pub(crate) fn open_records(&self) -> impl Iterator<Item = RecordNumber> {
        let open = |heard: &&Heard| heard.standing != Standing::NotAffected || heard.blocked.is_some() || heard.loud;
        self.heard.iter().filter(open).map(Heard::record)
    }

    /// What a record says of it.
    pub(super) fn heard_of(&self, number: RecordNumber) -> impl Iterator<Item = &Heard> {
        let from = self.heard.partition_point(|heard| heard.record() < number);
        self.heard.iter().skip(from).take_while(move |heard| heard.record() == number)
    }
}

impl Judge<'_> {
    /// The first stage: the rows and statements of its products and packages, without the surroundings and without the records.
    pub(crate) fn first(&self, component: usize) -> Result<First, KnowledgeError> {
        let mut first = First::default();
        let host = self.host;
        let resolution = &host.resolutions[component];
        for identity in &resolution.identities {
            // Most rows mean other versions, which their keys say; a component that contradicts itself has more than one.
            // So has one whose release is named and whose build is another, and one that may be any release.
            let settled = identity.contradictions.is_empty() && identity.build.is_none() && !identity.perhaps;
            let ruled_out = |meant: &Meant<'_>| settled && identity.version.is_surely_outside(meant);
            for candidate in self.knowledge.candidates_but(&identity.product, &ruled_out)? {
                let touch = touch(&candidate.criterion, identity, Role::Vulnerable);
                if touch.truth.is_false() {
                    continue;
                }
                first.blocked = first_reason(first.blocked, touch.blocked);
                if touch.blocked.is_none() {
                    first.touched.insert(candidate.record);
                }
            }
        }
        let mut held: BTreeMap<RecordNumber, Vec<usize>> = BTreeMap::new();
        for (number, subject) in resolution.subjects.iter().enumerate() {
            let list = self.statements_of(&subject.key)?;
            for (place, candidate) in list.iter().enumerate() {
                let questions = host.questions();
                // The same statement by a surer key is heard already.
                let held = held.entry(candidate.record).or_default();
                if held.iter().any(|place| *first.heard[*place].product() == candidate.product) {
                    continue;
                }
                if let Some(mut heard) = hear(&list, place, (number, subject), host) {
                    heard.asks = host.questions() != questions;
                    first.named |= matches!(subject.way, Way::Package { .. } | Way::Product { weak: false, .. });
                    held.push(first.heard.len());
                    first.heard.push(heard);
                }
            }
        }
        first.heard.sort_by_key(Heard::record);
        Ok(first)
    }

    /// Drops what withdrawn records say, and finds the records that touch the component. What clears needs no look at its record:
    /// where that is withdrawn, it will not be heard later either.
    pub(crate) fn settle(&self, first: &mut First) -> Result<(), KnowledgeError> {
        let mut withdrawn = BTreeSet::new();
        for number in first.open_records().collect::<BTreeSet<_>>() {
            if self.outline(number)?.withdrawn {
                withdrawn.insert(number);
            }
        }
        first.heard.retain(|heard| !withdrawn.contains(&heard.record()));
        for heard in &first.heard {
            first.blocked = first_reason(first.blocked, heard.blocked);
        }
        for about in first.heard.chunk_by(|a, b| a.record() == b.record()) {
            let open = || about.iter().filter(|heard| heard.blocked.is_none());
            let spoken = open().any(Heard::speaks);
            let cleared = open().any(|heard| heard.standing == Standing::NotAffected);
            if (spoken || !cleared && open().next().is_some())
                && let Some(one) = about.first()
            {
                first.touched.insert(one.record());
            }
        }
        Ok(())
    }

    /// Hears again what the host is asked about, of a component that stood on another one. Returns whether the component is judged
    /// for the same vulnerabilities on this one, and is assessed as far; otherwise nothing of `first` is changed.
    pub(crate) fn hear_again(&self, component: usize, first: &mut First) -> bool {
        let subjects = &self.host.resolutions[component].subjects;
        let mut other: Vec<(usize, Heard)> = Vec::new();
        for (number, heard) in first.heard.iter().enumerate() {
            if !heard.asks {
                continue;
            }
            let again = subjects.get(heard.subject).and_then(|subject| heard.again(subject, self.host));
            match again.filter(|again| again.weight() == heard.weight()) {
                Some(again) => other.push((number, again)),
                None => return false,
            }
        }
        for (number, again) in other {
            first.heard[number] = again;
        }
        true
    }

    /// The names of all vulnerabilities of which a record says anything about the component, to its good too.
    pub(crate) fn spoken_of(&self, first: &First) -> Result<BTreeSet<VulnerabilityId>, KnowledgeError> {
        let mut spoken = BTreeSet::new();
        let records: BTreeSet<RecordNumber> =
            first.touched.iter().copied().chain(first.heard.iter().map(Heard::record)).collect();
        for number in records {
            if !self.outline(number)?.withdrawn {
                spoken.extend(self.names(number)?.iter().cloned());
            }
        }
        Ok(spoken)
    }

    /// Which of the records that touch the component, or speak of it as their distribution's own package, name vulnerabilities as
    /// those of upstream.
    pub(crate) fn advisories(&self, first: &mut First) -> Result<Vec<RecordNumber>, KnowledgeError> {
        self.find_out_about(first)?;
        Ok(first.advisories.clone())
    }

    pub(super) fn find_out_about(&self, first: &mut First) -> Result<(), KnowledgeError> {
        if first.about.is_some() {
            return Ok(());
        }
        let mut about: BTreeMap<VulnerabilityId, BTreeSet<RecordNumber>> = BTreeMap::new();
        let advisories = first.heard.iter().filter(|heard| heard.own_package.is_some()).map(Heard::record);
        let records: BTreeSet<RecordNumber> = first.touched.iter().copied().chain(advisories).collect();
        for number in records {
            let names = self.names(number)?;
            if !names.advisory {
                // By its own names: the group of each of them has it.
                continue;
            }
            first.advisories.push(number);
            for name in names.iter() {
                about.entry(name.clone()).or_default().insert(number);
            }
        }
        first.about = Some(about);
        Ok(())
    }
}

/// A missing version says more than one without a key, and either is said once.
pub(crate) fn first_reason(held: Option<UnassessedReason>, new: Option<UnassessedReason>) -> Option<UnassessedReason> {
    match (held, new) {
        (Some(UnassessedReason::UnparsableVersion), Some(UnassessedReason::NoVersion)) => new,
        (Some(_), _) => held,
        (None, _) => new,
    }
}
