//! Verdicts as people read them: worst first, and cohorts with the same result told once.

use std::collections::BTreeMap;

use ward_model::assessment::Clock;
use ward_model::scale::Severity;
use ward_model::verdict::{Basis, Outcome, Place, Units, Verdict, Witness};

/// Verdicts that differ in their units only.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The verdicts; the first one speaks for all.
    pub verdicts: Vec<&'a Verdict>,
}

/// The parts in which verdicts are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Uncontrolled, with a derivation.
    Confirmed,
    /// Uncontrolled, by what is not known.
    Presumed,
    /// Controlled by decisions that are not signed.
    Provisional,
    /// Controlled.
    Controlled,
}

impl<'a> Group<'a> {
    /// The verdict that speaks for all.
    pub fn verdict(&self) -> &'a Verdict {
        // A group is made with its first verdict in `groups`, the only place that makes one.
        self.verdicts[0]
    }

    /// The part in which it is told.
    pub fn part(&self) -> Part {
        let verdict = self.verdict();
        match (verdict.verdict, verdict.basis) {
            (Outcome::Uncontrolled, Basis::Confirmed) => Part::Confirmed,
            (Outcome::Uncontrolled, Basis::Presumed) => Part::Presumed,
            (Outcome::Controlled, _) if verdict.provisional => Part::Provisional,
            (Outcome::Controlled, _) => Part::Controlled,
        }
    }

    /// The units of all its verdicts.
    pub fn units(&self) -> impl Iterator<Item = &'a Units> + '_ {
        self.verdicts.iter().map(|verdict| &verdict.units)
    }

    /// How many units, where all are known.
    pub fn unit_count(&self) -> Option<u64> {
        self.units().map(|units| units.count).try_fold(0_u64, |sum, count| count.map(|count| sum.saturating_add(count)))
    }

    /// The escalated severity of what it reaches.
    pub fn severity(&self) -> Option<Severity> {
        self.verdict().harm.as_ref().map(|harm| harm.escalated_severity)
    }
}

/// Groups verdicts, worst first; equally bad ones stay in the order of the assessment.
pub fn groups(verdicts: &[Verdict]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for verdict in verdicts {
        let key = (&verdict.policy, &verdict.subject, &verdict.element, &verdict.fielded_version);
        let candidates = places.entry(key).or_default();
        match candidates.iter().find(|&&place| same_but_for_units(groups[place].verdict(), verdict)) {
            Some(&place) => groups[place].verdicts.push(verdict),
            None => {
                candidates.push(groups.len());
                groups.push(Group { verdicts: vec![verdict] });
            }
        }
    }
    groups.sort_by_key(|group| {
        let verdict = group.verdict();
        let worst_first = (group.severity(), verdict.persons_at_once, verdict.exploitability);
        (group.part(), std::cmp::Reverse(worst_first))
    });
    groups
}

/// Clocks that differ in what they run for only.
pub struct ClockGroup<'a> {
    /// The one that speaks for all.
    pub clock: &'a Clock,
    /// What they run for.
    pub subjects: Vec<&'a str>,
    /// The verdicts they run for.
    pub verdicts: Vec<String>,
}

/// Groups clocks, the first due first.
pub fn clocks(clocks: &[Clock]) -> Vec<ClockGroup<'_>> {
    let mut sorted: Vec<&Clock> = clocks.iter().collect();
    sorted.sort();
    let mut groups: Vec<ClockGroup<'_>> = Vec::new();
    for clock in sorted {
        let key = |clock: &Clock| {
            let Clock { due, rule, action, starts, start_evidence, overdue, source, subject: _, verdicts: _ } =
                clock.clone();
            (due, rule, action, starts, start_evidence, overdue, source)
        };
        let place = groups.iter().position(|group| key(group.clock) == key(clock));
        let group = match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group,
            None => {
                groups.push(ClockGroup { clock, subjects: Vec::new(), verdicts: Vec::new() });
                // It was pushed in the line before.
                let last = groups.len() - 1;
                &mut groups[last]
            }
        };
        group.subjects.push(&clock.subject);
        group.verdicts.extend(clock.verdicts.iter().cloned());
    }
    groups
}

/// The places that a derivation leads through, as it is drawn: facts that stand at one place after another count once.
pub fn route(witness: &Witness) -> Vec<&Place> {
    let mut places: Vec<&Place> = witness.nodes.iter().map(|node| &node.at).collect();
    places.dedup();
    places
}

/// Written out field by field over `..`, so that a field added to the model has to be thought of here.
fn same_but_for_units(a: &Verdict, b: &Verdict) -> bool {
    let Verdict {
        id: _,
        policy,
        outcome,
        subject,
        element,
        fielded_version,
        units: _,
        exploitability,
        exploitability_range,
        harm,
        harms,
        threats,
        verdict,
        if_claims_hold,
        provisional,
        basis,
        presumed_because,
        undetermined,
        privacy,
        persons_at_once,
        witness,
        controls_relied_on,
        sensitivity,
        valid_until,
        reasons,
        covers,
    } = a;
    (policy, outcome, subject, element, fielded_version)
        == (&b.policy, &b.outcome, &b.subject, &b.element, &b.fielded_version)
        && (exploitability, exploitability_range, harm, harms, threats)
            == (&b.exploitability, &b.exploitability_range, &b.harm, &b.harms, &b.threats)
        && (verdict, if_claims_hold, provisional, basis) == (&b.verdict, &b.if_claims_hold, &b.provisional, &b.basis)
        && (presumed_because, undetermined, privacy, persons_at_once)
            == (&b.presumed_because, &b.undetermined, &b.privacy, &b.persons_at_once)
        && (controls_relied_on, sensitivity, valid_until) == (&b.controls_relied_on, &b.sensitivity, &b.valid_until)
        && (reasons, covers, witness) == (&b.reasons, &b.covers, &b.witness)
}
