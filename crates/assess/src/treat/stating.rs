//! What nobody has stated, where that is what keeps every treatment away: which claims would open one if they were stated, shown and
//! decided. What is not stated counts as lacking; it is not certain that it is.

use std::collections::BTreeSet;

use ward_model::claim::{ClaimId, LinkClaim};
use ward_model::design::{DesignKind, DesignOf};
use ward_model::device::Device;
use ward_model::hypothesis::Change;
use ward_model::ids::{FieldedVersionId, LinkId};
use ward_model::knowledge::KnowledgeError;
use ward_model::treatment::{StateFirst, VersionTreatment};
use ward_policy::{Condition, SenderCheck};
use ward_risk::open::open;
use ward_risk::{Effects, rejected, spoken_against};

use super::answering::answerable;
use super::{Part, Progress, Treating, deciding, treated};

/// How many searches are made to find which of the claims are needed.
const MOST_TRIED: usize = 24;

/// A treatment that claims would open.
struct Opened {
    claims: Vec<ClaimId>,
    all_needed: bool,
    then: VersionTreatment,
}

/// What would be left to do for a version without treatment if what nobody has stated were so: by what is decided today, else together
/// with what is shown and not decided.
pub(super) fn state_first(
    parts: &[Part<'_>],
    version: &FieldedVersionId,
    treating: Treating,
    as_is: &VersionTreatment,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<StateFirst>, KnowledgeError> {
    let told = |opened: Opened, answers: BTreeSet<ClaimId>| StateFirst {
        claims: opened.claims,
        all_needed: opened.all_needed,
        answers: answers.into_iter().collect(),
        outcome: opened.then.outcome,
        changes: opened.then.changes.iter().map(|change| change.change.clone()).collect::<Vec<Change>>(),
        cost: opened.then.cost,
    };
    let answers: Vec<Vec<ClaimId>> = parts.iter().map(answerable).collect();
    let effects: Vec<Effects> =
        parts.iter().zip(&answers).map(|(part, claims)| part.effects.supposing(claims)).collect();
    let answered = deciding(parts, &effects);
    // Where not even both open a treatment, nothing less does.
    let everything: Vec<ClaimId> = lacking(parts, treating).into_iter().collect();
    let most = if everything.is_empty() { None } else { opens(&answered, version, treating, &everything, &mut *tell)? };
    if most.is_none() {
        return Ok(None);
    }
    if let Some(opened) = opened(parts, version, treating, (&everything, as_is), &mut *tell)? {
        return Ok(Some(told(opened, BTreeSet::new())));
    }
    let opened = opened(&answered, version, treating, (&everything, as_is), tell)?;
    Ok(opened.map(|opened| told(opened, answers.into_iter().flatten().collect())))
}

/// What nobody has stated, of all that is uncontrolled now.
fn lacking(parts: &[Part<'_>], treating: Treating) -> BTreeSet<ClaimId> {
    let mut all = BTreeSet::new();
    for part in parts {
        let partial = part.inputs.knowledge.description().partial();
        let situation = part.inputs.situation(&part.found, partial.as_deref());
        let open = open(situation, part.effects, treating.presumed_too, 0);
        let subjects: BTreeSet<&str> = open.iter().map(|one| one.subject.id.as_str()).collect();
        all.extend(subjects.into_iter().filter_map(|subject| unstated(part, subject)));
    }
    all
}

/// The cheapest treatment by these claims, if there is one.
fn opens(
    parts: &[Part<'_>],
    version: &FieldedVersionId,
    treating: Treating,
    claims: &[ClaimId],
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<VersionTreatment>, KnowledgeError> {
    let then = treated_stating(parts, version, treating, claims, tell)?;
    Ok(then.outcome.is_treated().then_some(then))
}

/// The claims by which least is left to do, fewer and fewer of them as long as no more is.
fn opened(
    parts: &[Part<'_>],
    version: &FieldedVersionId,
    treating: Treating,
    (everything, as_is): (&[ClaimId], &VersionTreatment),
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<Opened>, KnowledgeError> {
    let mut search = |claims: &[ClaimId]| opens(parts, version, treating, claims, &mut *tell);
    let Some(mut then) = search(everything)? else { return Ok(None) };
    let mut claims = everything.to_vec();
    // What takes away what nothing treats often is enough; ways may lead through what others have.
    let near = as_is.untreated.iter().flat_map(|one| parts.iter().filter_map(|part| unstated(part, &one.subject)));
    let near: BTreeSet<ClaimId> = near.collect();
    let as_good =
        |other: &VersionTreatment, then: &VersionTreatment| (other.outcome, other.cost) <= (then.outcome, then.cost);
    if !near.is_empty() && near.len() < claims.len() {
        let near: Vec<ClaimId> = near.into_iter().collect();
        if let Some(without) = search(&near)?.filter(|without| as_good(without, &then)) {
            (claims, then) = (near, without);
        }
    }
    // By halves, then ever fewer at a time: most of many are not needed.
    let (mut tried, mut many) = (0, claims.len().div_ceil(2));
    let mut dearer = false;
    while claims.len() > 1 {
        let mut at = 0;
        while at < claims.len() && claims.len() > 1 && tried < MOST_TRIED {
            let fewer: Vec<ClaimId> = claims.iter().take(at).chain(claims.iter().skip(at + many)).cloned().collect();
            tried += 1;
            match if fewer.is_empty() { None } else { search(&fewer)? } {
                Some(without) if as_good(&without, &then) => (claims, then) = (fewer, without),
                opened => {
                    dearer |= many == 1 && opened.is_some();
                    at += many;
                }
            }
        }
        if many == 1 || tried >= MOST_TRIED {
            break;
        }
        many = many.div_ceil(2);
    }
    let all_needed = claims.len() == 1 || (tried < MOST_TRIED && !dearer);
    Ok(Some(Opened { claims, all_needed, then }))
}

/// The cheapest treatment if these claims were stated and decided.
fn treated_stating(
    parts: &[Part<'_>],
    version: &FieldedVersionId,
    treating: Treating,
    claims: &[ClaimId],
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<VersionTreatment, KnowledgeError> {
    let stated: Vec<(Device, Effects)> =
        parts.iter().map(|part| (stating(part.inputs.device, claims), part.effects.supposing(claims))).collect();
    let parts = parts.iter().zip(&stated).map(|(part, (device, effects))| Part {
        inputs: crate::Inputs { device, ..part.inputs },
        effects,
        ..part.clone()
    });
    treated(&parts.collect::<Vec<_>>(), version, treating, tell)
}

/// A device of which these claims are stated.
fn stating(device: &Device, claims: &[ClaimId]) -> Device {
    let mut device = device.clone();
    for claim in claims {
        match claim {
            ClaimId::Design(of, property) => {
                let mut design = device.designs.of(of).clone();
                design.stated.insert(*property, true);
                device.designs.state(of.clone(), design);
            }
            ClaimId::SecretPerUnit(id) => {
                if let Some(secret) = device.secrets.get_mut(id) {
                    secret.per_unit = Some(true);
                }
            }
            ClaimId::Link(id, LinkClaim::AntiReplay) => {
                if let Some(link) = device.links.get_mut(id) {
                    link.anti_replay = Some(true);
                }
            }
            _ => {}
        }
    }
    device
}

/// What nobody has stated, or stated without anybody's answering for it, and would take the weakness of this name away. What is stated as
/// lacking, or against which something speaks, is certain.
fn unstated(part: &Part<'_>, subject: &str) -> Option<ClaimId> {
    let (rule, place) = subject.split_once('@')?;
    let device = part.inputs.device;
    let rule = part.inputs.rulebook.rules.iter().find(|one| one.id.as_str() == rule)?;
    let link = || device.links.get(&LinkId::from(place));
    let (claim, stated) = if let Some(property) = rule.lacks {
        let of = match rule.finds.kind() {
            DesignKind::Element => DesignOf::Element(place.into()),
            DesignKind::Link => DesignOf::Link(place.into()),
            DesignKind::Secret => DesignOf::Secret(place.into()),
            DesignKind::Function => DesignOf::Function(place.into()),
        };
        let stated = device.designs.of(&of).stated.get(&property).copied();
        (ClaimId::Design(of, property), stated)
    } else {
        let Condition::Link(condition) = &rule.finds else { return None };
        match condition.sender? {
            SenderCheck::SharedSecret => {
                let secret = link()?.authentication.as_ref()?.secret.as_ref()?;
                (ClaimId::SecretPerUnit(secret.clone()), device.secrets.get(secret)?.per_unit)
            }
            SenderCheck::WithoutAntiReplay => {
                let link = link()?;
                (ClaimId::Link(link.id.clone(), LinkClaim::AntiReplay), link.anti_replay)
            }
            SenderCheck::Missing => return None,
        }
    };
    let rejected = rejected(device, part.inputs.decisions, part.inputs.as_of);
    let open = !part.effects.holds(&claim) && spoken_against(device, &rejected, &claim).is_none();
    (stated != Some(false) && open).then_some(claim)
}
