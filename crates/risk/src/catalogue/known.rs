//! The vulnerabilities of an element, as they are told and as claims leave them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::claim::ClaimId;
use ward_model::device::{Device, FieldedVersion, OwnFinding};
use ward_model::finding::{Finding, MatchReport, State};
use ward_model::ids::{ElementId, VulnerabilityId};
use ward_model::rubric::Answers;
use ward_policy::Policy;

use super::inventory::Inventory;
use super::profile::{Answering, Gathered, Profile, Profiles, Vectors, profiles};
use crate::answered::Answered;
use crate::context::{FindingAnswers, Situation};
use crate::effects::Effects;

/// A vulnerability of an element.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub id: VulnerabilityId,
    /// One for each vector, each with what a step by it is said to follow by.
    profiles: Profiles,
    /// The same as somebody has answered the rubric about this device, which has effect where the claim has.
    pub(super) answered: Option<(ClaimId, Profiles)>,
    /// What is left of it where somebody answers for an own finding being in other versions alone: as it is told without that one.
    pub(super) elsewhere: Option<(ClaimId, Box<Told>)>,
    /// The claims that say that it is not there; where none do for all that was found, nothing.
    unless: Option<Answered>,
    /// The place of its set of profiles among all sets at its element: vulnerabilities of one kind come out alike.
    pub kind: usize,
}

/// A vulnerability as somebody tells it.
#[derive(Debug, Clone)]
pub(super) struct Told {
    profiles: Profiles,
    pub(super) answered: Option<(ClaimId, Profiles)>,
}

impl Known {
    /// One profile for each vector, as answered on the device where somebody answers for that.
    pub fn profiles(&self, effects: &Effects) -> &[(Profile, Arc<str>)] {
        if self.is_denied(effects) {
            return &[];
        }
        let (profiles, answered) = match &self.elsewhere {
            Some((claim, left)) if effects.holds(claim) => (&left.profiles, &left.answered),
            _ => (&self.profiles, &self.answered),
        };
        match answered {
            Some((claim, answered)) if effects.holds(claim) => answered,
            _ => profiles,
        }
    }

    /// Whether decisions say that it is not there: that it is in other versions alone, or that what was found is none.
    pub fn is_gone(&self, effects: &Effects) -> bool {
        let elsewhere =
            self.elsewhere.as_ref().is_some_and(|(claim, left)| effects.holds(claim) && left.profiles.is_empty());
        elsewhere || self.is_denied(effects)
    }

    /// Whether everything that was found is answered, and an own finding beside it is in other versions alone.
    fn is_denied(&self, effects: &Effects) -> bool {
        let own_is_elsewhere = self.elsewhere.as_ref().is_none_or(|(claim, _)| effects.holds(claim));
        own_is_elsewhere && self.unless.as_ref().is_some_and(|unless| unless.holds(effects))
    }

    /// What makes it come out alike with others: its profiles, those that claims make of them, and the claims that they are true.
    pub(super) fn set(&self) -> Set {
        let set = |profiles: &Profiles| {
            let set: BTreeSet<Profile> = profiles.iter().map(|(profile, _)| *profile).collect();
            set.into_iter().collect::<Vec<_>>()
        };
        let claimed = |answered: &Option<(ClaimId, Profiles)>| {
            answered.as_ref().map(|(claim, profiles)| (claim.clone(), set(profiles)))
        };
        let elsewhere =
            self.elsewhere.as_ref().map(|(claim, left)| (claim.clone(), set(&left.profiles), claimed(&left.answered)));
        (set(&self.profiles), claimed(&self.answered), elsewhere, self.unless.clone())
    }
}

/// Profiles that hold where a claim does.
type Claimed = Option<(ClaimId, Vec<Profile>)>;

/// What makes vulnerabilities come out alike.
pub(super) type Set = (Vec<Profile>, Claimed, Option<(ClaimId, Vec<Profile>, Claimed)>, Option<Answered>);

/// The maker's own findings by element, those that name other versions too: that they are in no more is a claim.
pub(super) fn own_findings(device: &Device) -> BTreeMap<&ElementId, Vec<&OwnFinding>> {
    let mut found: BTreeMap<&ElementId, Vec<&OwnFinding>> = BTreeMap::new();
    for own in &device.own_findings {
        found.entry(&own.element).or_default().push(own);
    }
    found
}

/// Whether an own finding is said to be in other versions than this one.
fn names_others(own: &OwnFinding, version: &FieldedVersion) -> bool {
    !own.versions.is_empty() && !own.versions.contains(&version.id)
}

/// The vulnerabilities of an element, by what was found on it and what the maker found.
pub(super) fn known<'a>(
    (situation, policy, version): (Situation<'a>, &Policy, &FieldedVersion),
    element: &ElementId,
    own: &[&'a OwnFinding],
    (report, answers): (Option<&'a MatchReport>, &FindingAnswers),
    vectors: &mut Vectors<'a>,
) -> Inventory {
    let mut all: BTreeMap<&VulnerabilityId, Gathered<'_>> = BTreeMap::new();
    let found = report.map_or(&[][..], |report| &report.findings);
    for finding in found.iter().filter(|finding| finding.state == State::Affected) {
        let vulnerability = &finding.vulnerability;
        let gathered = all.entry(&vulnerability.id).or_default();
        gathered.vectors.extend(vulnerability.cvss.iter().map(|cvss| (cvss.vector.as_str(), &cvss.vector)));
        gathered.unreadable |= !vulnerability.unreadable_vectors.is_empty();
        gathered.weaknesses.extend(&vulnerability.weaknesses);
        gathered.exploited |= vulnerability.kev;
        gathered.statements.extend(&vulnerability.ssvc);
        gathered.exploit_references.extend(vulnerability.exploit_references.iter().map(String::as_str));
        gathered.epss = gathered.epss.max(vulnerability.epss.as_ref().map(|epss| (epss.score, epss.percentile)));
        if gathered.found_in.is_empty() {
            let version = finding.component.version.as_deref().unwrap_or("of unknown version");
            gathered.found_in = format!("{} {version}", finding.component.name);
        }
    }
    let (elsewhere, here): (Vec<&'a OwnFinding>, Vec<&'a OwnFinding>) =
        own.iter().copied().partition(|own| names_others(own, version));
    let unless = unless(found, &here, answers);
    for own in here {
        all.entry(&own.id).or_default().found_by(own);
    }
    // What is left where the claims hold that those are in other versions alone; what else is said of the same name stays.
    let mut left: BTreeMap<&VulnerabilityId, Option<Gathered<'_>>> = BTreeMap::new();
    for own in elsewhere {
        left.entry(&own.id).or_insert_with(|| all.get(&own.id).cloned());
        all.entry(&own.id).or_default().found_by(own);
    }
    let mut told = |id: &VulnerabilityId, gathered: &Gathered<'a>| {
        let mut profiles =
            |answers: Option<(&Answers, Answering)>| profiles(situation, policy, id, gathered, vectors, answers);
        let rubric = situation.device.rubrics.get_key_value(&(element.clone(), id.clone()));
        Told {
            profiles: profiles(rubric.map(|(_, answers)| (answers, Answers::claiming as Answering))),
            answered: rubric.map(|((element, vulnerability), answers)| {
                let claim = ClaimId::Rubric(element.clone(), vulnerability.clone());
                (claim, profiles(Some((answers, Answers::answering))))
            }),
        }
    };
    let known = all.iter().map(|(id, gathered)| {
        let Told { mut profiles, mut answered } = told(id, gathered);
        let elsewhere = left.get(id).map(|left| {
            let left = left.as_ref().map(|left| told(id, left));
            let left = left.unwrap_or(Told { profiles: Vec::new(), answered: None });
            // More that is said of it is never better than less: what is taken at its worst without it stays.
            add(&mut profiles, &left.profiles);
            if let (Some((_, answered)), Some((_, left))) = (&mut answered, &left.answered) {
                add(answered, left);
            }
            (ClaimId::FindingVersions((*id).clone()), Box::new(left))
        });
        Known { id: (*id).clone(), profiles, answered, elsewhere, unless: unless.get(id).cloned(), kind: 0 }
    });
    Inventory::new(known.collect(), report, answers)
}

/// What answers each vulnerability as a whole: all that was found of it, and nothing that the maker has found in this version.
fn unless<'a>(
    found: &'a [Finding],
    here: &[&OwnFinding],
    answers: &FindingAnswers,
) -> BTreeMap<&'a VulnerabilityId, Answered> {
    let mut findings: BTreeMap<&VulnerabilityId, Vec<&Finding>> = BTreeMap::new();
    if answers.is_empty() {
        return BTreeMap::new();
    }
    for finding in found.iter().filter(|finding| finding.state == State::Affected) {
        findings.entry(&finding.vulnerability.id).or_default().push(finding);
    }
    findings.retain(|id, _| here.iter().all(|own| own.id != **id));
    findings.into_iter().filter_map(|(id, found)| Some((id, Answered::all(found, answers)?))).collect()
}

fn add(profiles: &mut Profiles, more: &Profiles) {
    for (profile, by) in more {
        if !profiles.iter().any(|(known, _)| known == profile) {
            profiles.push((*profile, Arc::clone(by)));
        }
    }
}
