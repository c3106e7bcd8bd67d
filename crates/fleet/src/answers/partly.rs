//! Answers of components that are made out as before, brought up to other knowledge: only what changed is judged again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use ward_match::{Again, Asked, Change, KnownChange, Matcher, Part, Shown, spread};
use ward_model::finding::{Confidence, State};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, RecordNumber};

use super::Answers;
use super::matching::{MOST_MADE, Made, among_others, recognised};
use super::said::{Case, Otherwise};
use crate::changes::Changed;
use crate::error::FleetError;
use crate::hosts::Around;
use crate::portfolio::Portfolio;
use ward_match::hash::Stable;

/// What came of judging again.
#[derive(Default)]
pub(super) struct Partly {
    /// The pairs of which more may be said otherwise, so that they have to be judged whole; in order.
    pub(super) whole: Vec<u32>,
    /// The pairs of which something else is said than before, alone or among others.
    pub(super) changed: BTreeSet<u32>,
    /// What pairs ask of a host that they did not ask before.
    pub(super) asked: BTreeMap<u32, Vec<u64>>,
}

/// What is said again of a pair, and in its cases.
struct Answered {
    alone: Again,
    cases: Vec<Again>,
}

impl Answers {
    /// All records that speak of the vulnerabilities that changed, as they were and as they are now.
    pub(super) fn change<'k>(
        &mut self,
        knowledge: &'k dyn Knowledge,
        changed: &Changed,
    ) -> Result<Change<'k>, FleetError> {
        let mut after: BTreeMap<RecordNumber, _> = BTreeMap::new();
        for id in changed.records() {
            for number in knowledge.find_all(id)? {
                let record = knowledge.record(number)?;
                self.advisories.take_note(&record);
                after.insert(number, record);
            }
        }
        let mut ids: BTreeSet<VulnerabilityId> = BTreeSet::new();
        for name in changed.names() {
            let group = knowledge.alias_group(name)?;
            ids.extend(group.ids.into_iter().chain(group.former));
            ids.extend(self.advisories.about(name).cloned());
        }
        for id in ids.difference(changed.records()) {
            for number in knowledge.find_all(id)? {
                after.insert(number, knowledge.record(number)?);
            }
        }
        let was = (0..).map(|place| RecordNumber(u32::MAX - place)).zip(changed.before().iter().cloned());
        let still = after.iter().filter(|(_, record)| !changed.records().contains(&record.id));
        let still = still.map(|(number, record)| (*number, record.clone()));
        let before = Part::new(knowledge, was.chain(still).collect::<Vec<_>>());
        Ok(Change { before, after: Part::new(knowledge, after), names: changed.names().clone() })
    }

    /// Judges these pairs again, and all their cases, for what changed.
    pub(super) fn judge_again(
        &mut self,
        pairs: &[u32],
        portfolio: &Portfolio,
        matcher: &Matcher<'_>,
        change: &Change<'_>,
    ) -> Result<Partly, FleetError> {
        let cases = self.variants.of_pairs(pairs);
        let variants = &self.variants;
        let answered = spread(
            pairs.len(),
            || (KnownChange::default(), Made::default()),
            |state, part| {
                let one = |pair: &u32| {
                    let cases = cases.get(pair).map_or(&[][..], Vec::as_slice);
                    let among = cases.iter().map(|number| variants.key(*number).1);
                    again(*pair, among, portfolio, matcher, change, state)
                };
                pairs[part].iter().map(one).collect::<Result<Vec<_>, FleetError>>()
            },
        )?;
        let mut partly = Partly::default();
        let mut concerned: Vec<u32> = change.names.iter().filter_map(|id| self.numbers.get(id).copied()).collect();
        concerned.sort_unstable();
        for (pair, answered) in pairs.iter().zip(answered) {
            let Some(Answered { alone, cases: of_cases }) = answered else {
                partly.whole.push(*pair);
                continue;
            };
            let asked = self.around[*pair as usize].ask(&Around::new(&alone.asked, &Shown::default()));
            if !asked.is_empty() {
                partly.asked.insert(*pair, asked);
            }
            let now = self.numbered(&alone.found);
            if self.say_again(*pair, &concerned, &now) {
                partly.changed.insert(*pair);
            }
            // Cases that were answered alike go on sharing their answer where they still are.
            let mut shared: HashMap<*const Case, Vec<Alike>, Stable> = HashMap::default();
            for (number, case) in cases.get(pair).into_iter().flatten().zip(of_cases) {
                let Some(before) = self.variants.shared(*number).cloned() else { continue };
                let known = shared.entry(Arc::as_ptr(&before)).or_default();
                let case = match known.iter().find(|(found, _)| *found == case.found) {
                    Some((_, case)) => Arc::clone(case),
                    None => {
                        let of_case = self.numbered(&case.found);
                        let new = Arc::new(self.case_again(&before, &concerned, &now, &of_case));
                        known.push((case.found, Arc::clone(&new)));
                        new
                    }
                };
                if self.variants.set(*number, case) {
                    partly.changed.insert(*pair);
                }
            }
        }
        Ok(partly)
    }

    /// Says of a pair that of the vulnerabilities concerned just these are found. Returns whether that is another thing than before.
    fn say_again(&mut self, pair: u32, concerned: &[u32], now: &[(u32, (State, Confidence))]) -> bool {
        let Some(said) = self.pairs.get(pair) else { return false };
        let mut otherwise: Vec<Otherwise> = Vec::new();
        for found in said.found.iter().filter(|found| concerned.binary_search(&found.vulnerability).is_ok()) {
            if now.binary_search_by_key(&found.vulnerability, |(number, _)| *number).is_err() {
                otherwise.push((found.vulnerability, None));
            }
        }
        otherwise.extend(now.iter().map(|(number, found)| (*number, Some(*found))));
        otherwise.sort_unstable_by_key(|(number, _)| *number);
        let said = self.but(said, &otherwise);
        self.pairs.set(pair, &said)
    }

    /// What is said in a case, where of the vulnerabilities concerned just these are found: of the pair alone, and in the case.
    fn case_again(
        &self,
        before: &Case,
        concerned: &[u32],
        alone: &[(u32, (State, Confidence))],
        now: &[(u32, (State, Confidence))],
    ) -> Case {
        let is_concerned = |number: &u32| concerned.binary_search(number).is_ok();
        let among = |list: &[(u32, (State, Confidence))], number: u32| {
            list.binary_search_by_key(&number, |(number, _)| *number).ok().map(|place| list[place].1)
        };
        match before {
            Case::Whole(said) => {
                let mut rest = (**said).clone();
                let kept = rest.found.iter().filter(|found| !is_concerned(&found.vulnerability));
                rest.found = kept.copied().collect();
                let now: Vec<Otherwise> = now.iter().map(|(number, found)| (*number, Some(*found))).collect();
                Case::Whole(Box::new(self.but(rest, &now)))
            }
            Case::But(list) => {
                let mut list: Vec<Otherwise> =
                    list.iter().filter(|(number, _)| !is_concerned(number)).copied().collect();
                list.extend(
                    now.iter()
                        .filter(|(number, found)| among(alone, *number) != Some(*found))
                        .map(|(number, found)| (*number, Some(*found))),
                );
                let gone = alone.iter().filter(|(number, _)| among(now, *number).is_none());
                list.extend(gone.map(|(number, _)| (*number, None)));
                list.sort_unstable_by_key(|(number, _)| *number);
                Case::But(list.into())
            }
        }
    }
}

/// What is found in cases that are answered alike, and how they are answered.
type Alike = (Vec<Named>, Arc<Case>);

/// A finding by the name of its vulnerability.
type Named = (VulnerabilityId, State, Confidence);

/// What is said again of one pair and its cases; `None` where it has to be judged whole.
fn again<'c>(
    pair: u32,
    cases: impl Iterator<Item = &'c [u32]>,
    portfolio: &Portfolio,
    matcher: &Matcher<'_>,
    change: &Change<'_>,
    (known, made): &mut (KnownChange, Made),
) -> Result<Option<Answered>, FleetError> {
    if made.len() > MOST_MADE {
        made.clear();
    }
    let own = recognised(pair, portfolio, matcher, made)?.clone();
    let Some(alone) = matcher.again(known, change, (&[], &own, &[]))? else { return Ok(None) };
    let mut of_cases = Vec::new();
    // Who asks a host for nothing is told the same on every one.
    let asks = !alone.asked.is_empty();
    for among in cases {
        if !asks {
            of_cases.push(Again { found: alone.found.clone(), asked: Asked::default() });
            continue;
        }
        let said = among_others((pair, among), portfolio, matcher, made, |before, after| {
            Ok(matcher.again(known, change, (before, &own, after))?)
        })?;
        match said {
            Some(again) => of_cases.push(again),
            None => return Ok(None),
        }
    }
    Ok(Some(Answered { alone, cases: of_cases }))
}
