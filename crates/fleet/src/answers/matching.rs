//! Matching pairs: each by itself, and among others where these have anything to do with it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use ward_match::{Alone, Among, Brief, Dependency, Known, Matcher, Recognised, spread};
use ward_model::component::Component;
use ward_model::knowledge::{Knowledge, KnowledgeError, RecordNumber};

use super::Answers;
use super::said::{Case, Otherwise, Said};
use crate::error::FleetError;
use crate::hosts::Around;
use crate::portfolio::Portfolio;
use ward_match::hash::{self, Stable};

/// How many pairs are one piece of work, and how many results are held at once before they are made small.
const PIECE: usize = 32;
const BATCH: usize = PIECE * 512;
/// With how many answers of one pair another one is compared, to be kept once.
const MOST_COMPARED: usize = 64;

/// What comes of one pair.
struct Outcome {
    brief: Brief,
    uncovered: Option<Box<str>>,
    around: Around,
    depends: Vec<u64>,
    advisories: Vec<RecordNumber>,
    coverage: Vec<(String, Option<String>)>,
}

impl Answers {
    /// Matches these pairs, each by itself. Returns those of which something else is said than before.
    pub(super) fn match_pairs(
        &mut self,
        pairs: &[u32],
        portfolio: &Portfolio,
        matcher: &Matcher<'_>,
        knowledge: &dyn Knowledge,
    ) -> Result<Vec<u32>, FleetError> {
        // What is called alike has records in common, which are read once.
        let mut ordered = Vec::with_capacity(pairs.len());
        for pair in pairs {
            ordered.push((portfolio.pair_bytes(*pair)?, *pair));
        }
        ordered.sort_unstable();
        let ordered: Vec<u32> = ordered.into_iter().map(|(_, pair)| pair).collect();
        let mut depends = Vec::new();
        let mut advisories = BTreeSet::new();
        let mut changed = Vec::new();
        for batch in ordered.chunks(BATCH) {
            let pieces: Vec<&[u32]> = batch.chunks(PIECE).collect();
            let outcomes = spread(pieces.len(), Known::default, |known, part| {
                let of_piece = |piece: &&[u32]| -> Result<Vec<Outcome>, FleetError> {
                    piece.iter().map(|pair| outcome(portfolio.component(*pair)?, matcher, known)).collect()
                };
                pieces[part].iter().map(of_piece).collect::<Result<Vec<_>, FleetError>>()
            })?;
            for (pair, outcome) in batch.iter().copied().zip(outcomes.into_iter().flatten()) {
                let said = self.small(&outcome.brief, outcome.uncovered);
                if self.pairs.set(pair, &said) {
                    changed.push(pair);
                }
                self.around[pair as usize] = outcome.around;
                depends.extend(outcome.depends.into_iter().map(|hash| (hash, pair)));
                advisories.extend(outcome.advisories);
                for (ecosystem, release) in outcome.coverage {
                    if !self.coverage.contains_key(&(ecosystem.clone(), release.clone())) {
                        let covered = knowledge.covers(&ecosystem, release.as_deref())?;
                        self.coverage.insert((ecosystem, release), covered);
                    }
                }
            }
        }
        self.advisories.take_in(&advisories, knowledge)?;
        self.depends.take_note(depends);
        Ok(changed)
    }

    /// Judges these variants. Returns the pairs of those of which something else is said than before.
    pub(super) fn judge_variants(
        &mut self,
        numbers: &[u32],
        portfolio: &Portfolio,
        matcher: &Matcher<'_>,
    ) -> Result<BTreeSet<u32>, FleetError> {
        // As above: what is called alike has records in common.
        let mut ordered = Vec::with_capacity(numbers.len());
        for number in numbers {
            ordered.push((portfolio.pair_bytes(self.variants.key(*number).0)?, *number));
        }
        ordered.sort_unstable();
        let numbers: Vec<u32> = ordered.into_iter().map(|(_, number)| number).collect();
        let mut changed = BTreeSet::new();
        for batch in numbers.chunks(BATCH) {
            let variants = &self.variants;
            // What a pair says alone holds among others, too, for the most part.
            let of_pairs: Vec<&[u32]> = batch.chunk_by(|a, b| variants.key(*a).0 == variants.key(*b).0).collect();
            let judged = spread(
                of_pairs.len(),
                || (Known::default(), HashMap::default()),
                |(known, made), part| {
                    let one = |numbers: &&[u32]| {
                        let cases: Vec<(u32, &[u32])> = numbers.iter().map(|number| variants.key(*number)).collect();
                        judge_among(&cases, portfolio, matcher, (known, made))
                    };
                    of_pairs[part].iter().map(one).collect::<Result<Vec<_>, FleetError>>()
                },
            )?;
            for (numbers, judged) in
                of_pairs.iter().map(|numbers| numbers.to_vec()).collect::<Vec<_>>().iter().zip(judged)
            {
                let Some(pair) = numbers.first().map(|number| self.variants.key(*number).0) else { continue };
                let alone = self.pairs.get(pair).unwrap_or_default();
                let mut different: Vec<Arc<Case>> = Vec::new();
                for (number, among) in numbers.iter().zip(judged) {
                    let case = self.case(&alone, among);
                    let case = match different.iter().find(|known| ***known == case) {
                        Some(known) => Arc::clone(known),
                        None => {
                            let new = Arc::new(case);
                            if different.len() < MOST_COMPARED {
                                different.push(Arc::clone(&new));
                            }
                            new
                        }
                    };
                    if self.variants.set(*number, case) {
                        changed.insert(pair);
                    }
                }
            }
        }
        Ok(changed)
    }

    /// What is said among others, beside what is said alone.
    fn case(&mut self, alone: &Said, among: Among) -> Case {
        let again = match among {
            Among::But(again) => again,
            Among::Whole(brief) => return Case::Whole(Box::new(self.small(&brief, alone.uncovered.clone()))),
        };
        let mut list: Vec<Otherwise> = Vec::new();
        for (id, now) in again {
            let place = alone.found.binary_search_by(|found| self.vulnerability(found.vulnerability).cmp(&Some(&id)));
            let before = place.ok().map(|place| (alone.found[place].state, alone.found[place].confidence));
            if before != now {
                list.push((self.number(&id), now));
            }
        }
        list.sort_unstable_by_key(|(number, _)| *number);
        Case::But(list.into())
    }
}

/// What is said of a component by itself, and what that rests on.
fn outcome(component: Component, matcher: &Matcher<'_>, known: &mut Known) -> Result<Outcome, FleetError> {
    let (recognised, dependencies) = matcher.recognise_tracing(component)?;
    let Alone { recognised, brief, asked, advisories, .. } = matcher.alone(known, recognised, true)?;
    let depends: Vec<u64> = dependencies.iter().map(hash::of).collect();
    let coverage = dependencies.into_iter().filter_map(|dependency| match dependency {
        Dependency::Coverage(ecosystem, release) => Some((ecosystem, release)),
        _ => None,
    });
    Ok(Outcome {
        brief,
        uncovered: recognised.uncovered().map(Box::from),
        around: Around::new(&asked, &matcher.shown(&recognised)),
        depends,
        advisories,
        coverage: coverage.collect(),
    })
}

/// What is kept of components that were made out, from one case to the next.
pub(super) type Made = HashMap<u32, Recognised, Stable>;

/// How many are kept.
pub(super) const MOST_MADE: usize = 4096;

/// A component of a portfolio, made out.
pub(super) fn recognised<'m>(
    pair: u32,
    portfolio: &Portfolio,
    matcher: &Matcher<'_>,
    made: &'m mut Made,
) -> Result<&'m Recognised, FleetError> {
    use std::collections::hash_map::Entry;
    Ok(match made.entry(pair) {
        Entry::Occupied(held) => held.into_mut(),
        Entry::Vacant(free) => free.insert(matcher.recognise(portfolio.component(pair)?)?),
    })
}

/// What is said of a pair among others, for several cases of one pair.
fn judge_among(
    cases: &[(u32, &[u32])],
    portfolio: &Portfolio,
    matcher: &Matcher<'_>,
    (known, made): (&mut Known, &mut Made),
) -> Result<Vec<Among>, FleetError> {
    let Some((pair, _)) = cases.first() else { return Ok(Vec::new()) };
    // It was judged alone before; of the many that were, only those with cases are judged again instead of being kept.
    let own = recognised(*pair, portfolio, matcher, made)?.clone();
    let mut alone = matcher.alone(known, own, false)?;
    let mut judged = Vec::with_capacity(cases.len());
    for (pair, among) in cases {
        judged.push(among_others((*pair, among), portfolio, matcher, made, |before, after| {
            Ok(matcher.among(known, &mut alone, (before, after))?)
        })?);
    }
    Ok(judged)
}

/// Makes out what stands before and after a pair in a case, and does something with it.
pub(super) fn among_others<R>(
    (pair, among): (u32, &[u32]),
    portfolio: &Portfolio,
    matcher: &Matcher<'_>,
    made: &mut Made,
    work: impl FnOnce(&[&Recognised], &[&Recognised]) -> Result<R, FleetError>,
) -> Result<R, FleetError> {
    if made.len() > MOST_MADE {
        made.clear();
    }
    for other in among {
        recognised(*other, portfolio, matcher, made)?;
    }
    let (all, own) = standing((pair, among), |other| made.get(other))?;
    work(&all[..own], &all[own + 1..])
}

/// What a case holds, made out, and which of it the pair is. A case holds its own pair, and all of it is made out before it is judged.
/// Should that ever not be so, nothing is answered.
pub(crate) fn standing<'r>(
    (pair, among): (u32, &[u32]),
    made_out: impl Fn(&u32) -> Option<&'r Recognised>,
) -> Result<(Vec<&'r Recognised>, usize), FleetError> {
    let all: Vec<&Recognised> = among.iter().filter_map(made_out).collect();
    let own = among.iter().position(|other| *other == pair).filter(|_| all.len() == among.len());
    own.map(|own| (all, own)).ok_or_else(not_among)
}

/// Something of a case is not there.
pub(crate) fn not_among() -> FleetError {
    let reason = "a component is not among those of its SBOM".to_owned();
    FleetError::Knowledge(KnowledgeError::Unreadable { part: "answers".to_owned(), reason })
}
