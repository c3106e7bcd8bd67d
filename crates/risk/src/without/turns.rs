//! What turns when claims are taken away, by what is asked of it.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::design::DesignOf;
use ward_model::ids::{ElementId, RuleId};
use ward_model::verdict::PresumedBecause;

use crate::context::Context;
use crate::ground::Group;
use crate::keyed::Keyed;
use crate::outcomes::{Key, Outcomes};
use crate::presume::Presumption;
use crate::subject::SubjectKey;
use crate::texts::exactly;

/// The weaknesses of something after a removal, by the numbers of their groups, and whether each is uncontrolled.
pub(super) type FoundAnew = Vec<(u32, bool)>;

/// In which of the removals that were tried subjects turn uncontrolled, each by its number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns {
    #[cfg(test)]
    pub(super) tried: usize,
    /// Those of weaknesses that are found anew have numbers here, too.
    pub(super) groups: Keyed<Group, Vec<u32>>,
    pub(super) presumed: BTreeMap<Presumption, Vec<usize>>,
    /// Where an element's inventory is no longer known to be complete: what is then found on it is left to a presumption.
    pub(super) open: BTreeMap<ElementId, Vec<usize>>,
    /// Where an element is no longer known to be described completely: what does not arise there is left to a presumption.
    pub(super) undescribed: BTreeMap<ElementId, BTreeSet<usize>>,
    /// What is presumed then of elements that are described completely and of which nothing was presumed for that reason, and is
    /// uncontrolled.
    pub(super) presuming: BTreeMap<Presumption, BTreeSet<usize>>,
    /// Where the weaknesses of something change: those it has then, by element, and whether each is uncontrolled.
    pub(super) weaknesses: Keyed<DesignOf, Vec<(u32, FoundAnew)>>,
}

/// The number of a removal or a group. More than four thousand million do not fit into memory.
pub(super) fn numbered(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl Turns {
    /// These and what others have found of other removals.
    pub(super) fn join(&mut self, others: Self) {
        let Self { groups, presumed, open, undescribed, presuming, weaknesses, .. } = others;
        groups.iter().for_each(|(group, numbers)| self.groups.at(group.clone()).extend(numbers));
        presumed.into_iter().for_each(|(one, numbers)| self.presumed.entry(one).or_default().extend(numbers));
        open.into_iter().for_each(|(element, numbers)| self.open.entry(element).or_default().extend(numbers));
        for (element, numbers) in undescribed {
            self.undescribed.entry(element).or_default().extend(numbers);
        }
        for (presumption, numbers) in presuming {
            self.presuming.entry(presumption).or_default().extend(numbers);
        }
        for (of, found) in weaknesses.iter() {
            for (number, found) in found {
                // What only the others have numbered has another number here.
                let found = found.iter().filter_map(|(group, bad)| {
                    let (group, _) = groups.at_number(*group as usize)?;
                    Some((numbered(self.groups.number(group.clone())), *bad))
                });
                let found = exactly(found.collect());
                self.weaknesses.at(of.clone()).push((*number, found));
            }
        }
    }

    /// The weaknesses that were found anew, by rule and element, and whether each is uncontrolled.
    fn weaknesses_of(&self, found: &FoundAnew) -> impl Iterator<Item = (&RuleId, &ElementId, bool)> {
        found.iter().filter_map(|(group, bad)| match self.groups.at_number(*group as usize)?.0 {
            Group::Weakness(rule, _, element) => Some((rule, element, *bad)),
            Group::Vulnerabilities { .. } => None,
        })
    }

    /// The subjects that do not arise as decided and are uncontrolled in some removals, with these.
    pub fn arising(&self, decided: &Outcomes<'_>) -> BTreeMap<Key, BTreeSet<usize>> {
        let mut arising: BTreeMap<Key, BTreeSet<usize>> = BTreeMap::new();
        for (of, number, found) in self.weaknesses.iter().flat_map(|(of, all)| all.iter().map(move |(n, f)| (of, n, f)))
        {
            for (rule, element, _) in self.weaknesses_of(found).filter(|(.., bad)| *bad) {
                let subject = SubjectKey::Weakness(rule.clone(), of.clone(), element.clone());
                arising.entry(Key { subject, because: None }).or_default().insert(*number as usize);
            }
        }
        let unmodelled =
            self.undescribed.iter().map(|(element, numbers)| (element, PresumedBecause::Unmodelled, numbers));
        let others = self.presuming.iter().map(|(one, numbers)| (&one.element, one.because, numbers));
        for (element, because, numbers) in unmodelled.chain(others) {
            let key = Key { subject: SubjectKey::Presumed(element.clone()), because: Some(because) };
            arising.entry(key).or_default().extend(numbers);
        }
        arising.retain(|key, _| decided.standing(key).is_none());
        arising
    }

    /// The removals in which a subject turns that is controlled as decided.
    pub fn of(&self, decided: &Outcomes<'_>, context: &Context<'_>, key: &Key) -> Vec<usize> {
        let in_groups = |groups: &mut dyn Iterator<Item = &Group>| -> BTreeSet<usize> {
            groups.filter_map(|group| self.groups.get(group)).flatten().map(|number| *number as usize).collect()
        };
        let places = context.places(&key.subject);
        let opened = places.into_iter().filter_map(|element| self.undescribed.get(element)).flatten();
        let opened: BTreeSet<usize> = opened.copied().collect();
        let arises = decided.standing(key).is_some();
        let turning: BTreeSet<usize> = match &key.subject {
            SubjectKey::Vulnerability(_, element) => {
                let mut turning = in_groups(&mut context.group_for(&key.subject).as_ref().into_iter());
                // Whether or not it is still found then.
                turning.extend(self.open.get(element).into_iter().flatten());
                turning.extend(opened.iter().filter(|_| !arises));
                turning
            }
            SubjectKey::Weakness(rule, of, element) => {
                let own = Group::Weakness(rule.clone(), of.clone(), element.clone());
                let mut turning = if arises {
                    in_groups(&mut std::iter::once(&own))
                } else {
                    in_groups(&mut decided.in_its_place(rule, of, element))
                };
                if !arises && decided.in_its_place(rule, of, element).next().is_none() {
                    turning.extend(&opened);
                }
                let others = context.catalogue.in_place_of(rule);
                for (number, found) in self.weaknesses.get(of).into_iter().flatten() {
                    let number = *number as usize;
                    let here = || self.weaknesses_of(found).filter(|(_, at, _)| *at == element);
                    let mut in_its_place =
                        here().filter(|(other, ..)| *other == rule || others.contains(other)).peekable();
                    let bad = match here().find(|(own, ..)| *own == rule) {
                        Some((.., bad)) => bad,
                        None if in_its_place.peek().is_some() => in_its_place.any(|(.., bad)| bad),
                        None => opened.contains(&number),
                    };
                    if bad {
                        turning.insert(number);
                    } else {
                        turning.remove(&number);
                    }
                }
                turning
            }
            SubjectKey::Presumed(element) => {
                let presumption = key.because.map(|because| Presumption { element: element.clone(), because });
                let turning = presumption.and_then(|presumption| self.presumed.get(&presumption));
                turning.into_iter().flatten().copied().collect()
            }
        };
        turning.into_iter().collect()
    }
}
