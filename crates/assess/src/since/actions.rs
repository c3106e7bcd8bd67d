//! Which single actions came out differently, and by what.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::ids::{FieldedVersionId, PolicyId};
use ward_model::since::{ActionTurned, Cause, CauseKind, EarlierAction};
use ward_model::verdict::{Outcome, Place};

use super::Comparing;

/// An action, by who judges it, in which version, and where it is done.
type Named<'a> = (&'a PolicyId, &'a FieldedVersionId, &'a Place);

/// What is compared of an action: for all groups of units and configurations together, by the worst of them.
fn compared(actions: &[EarlierAction]) -> BTreeMap<Named<'_>, &EarlierAction> {
    let mut worst: BTreeMap<Named<'_>, &EarlierAction> = BTreeMap::new();
    for one in actions {
        let known = worst.entry((&one.policy, &one.fielded_version, &one.at)).or_insert(one);
        if one.verdict > known.verdict {
            *known = one;
        }
    }
    worst
}

impl Comparing<'_> {
    /// The single actions that are uncontrolled and were not, and the other way round. An answer from before they were told says nothing
    /// of them.
    pub(super) fn actions_turned(&self) -> Vec<ActionTurned> {
        let Some(earlier) = &self.before.single_actions else { return Vec::new() };
        let later: Vec<EarlierAction> = self.after.single_actions.iter().map(EarlierAction::from).collect();
        let (old, new) = (compared(earlier), compared(&later));
        let named: BTreeSet<&Named<'_>> = old.keys().chain(new.keys()).collect();
        let turned = named.into_iter().filter_map(|named| {
            let (was, is) = (old.get(named).copied(), new.get(named).copied());
            let (before, now) = (was.map(|was| was.verdict), is.map(|is| is.verdict));
            let open = [before, now].contains(&Some(Outcome::Uncontrolled));
            let text = is.or(was).filter(|_| open && before != now)?.text.clone();
            let &(policy, version, at) = named;
            Some(ActionTurned {
                policy: policy.clone(),
                fielded_version: version.clone(),
                at: at.clone(),
                text,
                before,
                now,
                causes: self.action_causes(version, at, was.into_iter().chain(is)),
            })
        });
        let mut turned: Vec<ActionTurned> = turned.collect();
        turned.sort_by_key(|one| std::cmp::Reverse(one.now));
        turned
    }

    /// What changed where it is done, in what it harms, and on the ways that pass there.
    fn action_causes<'b>(
        &self,
        version: &FieldedVersionId,
        at: &Place,
        actions: impl Iterator<Item = &'b EarlierAction>,
    ) -> Vec<Cause> {
        let mut places = BTreeSet::from([at.clone()]);
        for one in actions.flat_map(|action| &action.harms) {
            places.insert(Place::Harm(one.harm.to_string()));
            places.extend(one.function.iter().map(|id| Place::Function(id.to_string())));
            places.extend(one.element.iter().map(|id| Place::Element(id.to_string())));
        }
        let mut causes: BTreeSet<Cause> = places.iter().filter_map(|place| self.parts.at(place, self.device)).collect();
        causes.extend(self.claims.about(&places, &BTreeSet::new()));
        let now = self.verdicts.iter().filter(|((.., of), verdicts)| {
            *of == version && verdicts.iter().any(|verdict| verdict.witness.nodes.iter().any(|node| node.at == *at))
        });
        let was = self.judged_before.iter().filter(|((.., of), verdicts)| {
            *of == version && verdicts.iter().any(|verdict| verdict.witness.nodes.iter().any(|node| node.at == *at))
        });
        let subjects: BTreeSet<_> = now.map(|(at, _)| *at).chain(was.map(|(at, _)| *at)).collect();
        for subject in subjects {
            let now = self.verdicts.get(&subject).and_then(|all| all.first()).copied();
            let found = self.causes(subject, self.was(subject, now.map(|now| now.id.as_str())), now);
            // What was not found on one way may have been on another.
            causes.extend(found.into_iter().filter(|cause| cause.kind != CauseKind::Inputs));
        }
        if causes.is_empty() && !self.changed.is_empty() {
            causes.insert(self.unexplained());
        }
        causes.into_iter().collect()
    }
}
