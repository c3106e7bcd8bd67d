//! What is found in a portfolio: for each pair once, and apart from that for the SBOMs in which others have something to do with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use ward_match::{Alone, Among, Brief, Dependency, Known, Matcher, Recognised, spread};
use ward_model::alias::Aliases;
use ward_model::digest::Digest;
use ward_model::finding::{Confidence, State, UnassessedReason};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, KnowledgeError};

use crate::error::FleetError;
use crate::hash::{self, Stable};
use crate::hosts::{Around, Hosts};
use crate::portfolio::Portfolio;

mod update;
mod variants;

pub use update::Updated;

use variants::Variants;

/// How many pairs are one piece of work, and how many results are held at once before they are made small.
const PIECE: usize = 32;
const BATCH: usize = PIECE * 512;
/// With how many answers of one pair another one is compared, to be kept once.
const MOST_COMPARED: usize = 64;

/// What is found of every pair of a portfolio, and in which SBOMs something else holds.
///
/// Scores, descriptions and proofs are not kept: [`Reports`](crate::Reports) makes them out again for the SBOM that is asked for. Whether
/// a vulnerability is known to be exploited, and its EPSS score, are looked up then.
pub struct Answers {
    portfolio: Digest,
    knowledge: Digest,
    vulnerabilities: Vec<VulnerabilityId>,
    numbers: HashMap<VulnerabilityId, u32, Stable>,
    pairs: Vec<Said>,
    around: Vec<Around>,
    variants: Variants,
    /// What each pair rests on: hash of a dependency, pair; sorted, the older list first.
    depends: [Vec<(u64, u32)>; 2],
    /// What was asked about ecosystems, and the answer.
    coverage: BTreeMap<(String, Option<String>), bool>,
}

/// What is said of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Why it could not be assessed.
    pub reason: Option<UnassessedReason>,
    /// What is exploited, may touch it and is described by no record, by its number.
    pub undescribed: Box<[u32]>,
    /// What was found, by the vulnerabilities' identifiers.
    pub found: Box<[Found]>,
    /// Its ecosystem, or a release of that, where no source speaks for it.
    pub uncovered: Option<Box<str>>,
}

/// One finding of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The number of the vulnerability.
    pub vulnerability: u32,
    /// Affected, not affected, or unknown.
    pub state: State,
    /// By which way the pair was recognised.
    pub confidence: Confidence,
}

/// What comes of one pair.
struct Outcome {
    brief: Brief,
    uncovered: Option<Box<str>>,
    around: Around,
    depends: Vec<u64>,
    coverage: Vec<(String, Option<String>)>,
}

impl Answers {
    /// Matches every pair of a portfolio, and what has to do with others in its SBOMs for each of them.
    ///
    /// # Errors
    /// The portfolio or the knowledge could not be read.
    pub fn new(portfolio: &Portfolio, aliases: &Aliases, knowledge: &dyn Knowledge) -> Result<Self, FleetError> {
        let matcher = Matcher::new(aliases, knowledge)?;
        let count = portfolio.pairs() as usize;
        let silent = Said { reason: None, undescribed: Box::default(), found: Box::default(), uncovered: None };
        let mut answers = Self {
            portfolio: portfolio.root(),
            knowledge: knowledge.description().generation,
            vulnerabilities: Vec::new(),
            numbers: HashMap::default(),
            pairs: vec![silent; count],
            around: vec![Around::default(); count],
            variants: Variants::default(),
            depends: [Vec::new(), Vec::new()],
            coverage: BTreeMap::new(),
        };
        let all: Vec<u32> = (0..portfolio.pairs()).collect();
        let depends = answers.match_pairs(&all, portfolio, &matcher, knowledge)?;
        answers.depends[0] = sorted(depends);
        let hosts = Hosts::new(answers.around.iter());
        let sboms: Vec<u32> = (0..portfolio.sboms()).collect();
        let new = answers.variants.look_through(&sboms, portfolio, &hosts)?;
        let depends = answers.judge_variants(&new, portfolio, &matcher)?;
        answers.depends[1] = sorted(depends);
        Ok(answers)
    }

    /// The root digest of the portfolio that was matched.
    #[must_use]
    pub fn portfolio(&self) -> Digest {
        self.portfolio
    }

    /// The identity of the knowledge that it was matched with.
    #[must_use]
    pub fn knowledge(&self) -> Digest {
        self.knowledge
    }

    /// A vulnerability, by its number.
    #[must_use]
    pub fn vulnerability(&self, number: u32) -> Option<&VulnerabilityId> {
        self.vulnerabilities.get(number as usize)
    }

    /// What is said of a pair wherever nothing else in an SBOM has to do with it.
    #[must_use]
    pub fn of_pair(&self, pair: u32) -> Option<&Said> {
        self.pairs.get(pair as usize)
    }

    /// What is said of a pair in one SBOM.
    #[must_use]
    pub fn in_sbom(&self, sbom: u32, pair: u32) -> Option<&Said> {
        self.variants.of(sbom, pair).or_else(|| self.of_pair(pair))
    }

    /// What is said of pairs in SBOMs in which they are judged among others, which may be what is said elsewhere: SBOM, pair, and that.
    pub fn elsewhere(&self) -> impl Iterator<Item = (u32, u32, &Said)> {
        self.variants.each()
    }

    /// In how many cases a pair of an SBOM is judged among others, and how many different cases there are.
    #[must_use]
    pub fn among_others(&self) -> (usize, usize) {
        self.variants.count()
    }

    /// Matches these pairs, each by itself. Returns what they rest on.
    fn match_pairs(
        &mut self,
        pairs: &[u32],
        portfolio: &Portfolio,
        matcher: &Matcher<'_>,
        knowledge: &dyn Knowledge,
    ) -> Result<Vec<(u64, u32)>, FleetError> {
        // What is called alike has records in common, which are read once.
        let mut ordered = Vec::with_capacity(pairs.len());
        for pair in pairs {
            ordered.push((portfolio.pair_bytes(*pair)?, *pair));
        }
        ordered.sort_unstable();
        let ordered: Vec<u32> = ordered.into_iter().map(|(_, pair)| pair).collect();
        let mut depends = Vec::new();
        for batch in ordered.chunks(BATCH) {
            let pieces: Vec<&[u32]> = batch.chunks(PIECE).collect();
            let outcomes = spread(pieces.len(), Known::default, |known, part| {
                let of_piece = |piece: &&[u32]| -> Result<Vec<Outcome>, FleetError> {
                    piece.iter().map(|pair| outcome(portfolio.component(*pair)?, matcher, known)).collect()
                };
                pieces[part].iter().map(of_piece).collect::<Result<Vec<_>, FleetError>>()
            })?;
            for (pair, outcome) in batch.iter().copied().zip(outcomes.into_iter().flatten()) {
                let said = self.small(outcome.brief, outcome.uncovered);
                self.pairs[pair as usize] = said;
                self.around[pair as usize] = outcome.around;
                depends.extend(outcome.depends.into_iter().map(|hash| (hash, pair)));
                for (ecosystem, release) in outcome.coverage {
                    if !self.coverage.contains_key(&(ecosystem.clone(), release.clone())) {
                        let covered = knowledge.covers(&ecosystem, release.as_deref())?;
                        self.coverage.insert((ecosystem, release), covered);
                    }
                }
            }
        }
        Ok(depends)
    }

    /// Judges these variants. Returns what they rest on, as if their pairs did.
    fn judge_variants(
        &mut self,
        numbers: &[u32],
        portfolio: &Portfolio,
        matcher: &Matcher<'_>,
    ) -> Result<Vec<(u64, u32)>, FleetError> {
        // As above: what is called alike has records in common.
        let mut ordered = Vec::with_capacity(numbers.len());
        for number in numbers {
            ordered.push((portfolio.pair_bytes(self.variants.key(*number).0)?, *number));
        }
        ordered.sort_unstable();
        let numbers: Vec<u32> = ordered.into_iter().map(|(_, number)| number).collect();
        let mut depends = Vec::new();
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
            let of_pairs: Vec<usize> = of_pairs.iter().map(|numbers| numbers.len()).collect();
            let mut numbers = batch.iter();
            for (count, judged) in of_pairs.into_iter().zip(judged) {
                let mut different: Vec<Arc<Said>> = Vec::new();
                for (number, among) in numbers.by_ref().take(count).zip(judged) {
                    let (pair, _) = self.variants.key(*number);
                    let said = match among {
                        Among::But(again) => self.but(pair, again),
                        Among::Whole(brief, rests_on) => {
                            depends.extend(hashes(rests_on).map(|hash| (hash, pair)));
                            self.small(brief, self.pairs[pair as usize].uncovered.clone())
                        }
                    };
                    let said = match different.iter().find(|known| ***known == said) {
                        Some(known) => Arc::clone(known),
                        None => {
                            let new = Arc::new(said);
                            if different.len() < MOST_COMPARED {
                                different.push(Arc::clone(&new));
                            }
                            new
                        }
                    };
                    self.variants.set(*number, said);
                }
            }
        }
        Ok(depends)
    }

    /// The number of a vulnerability.
    fn number(&mut self, id: VulnerabilityId) -> u32 {
        if let Some(number) = self.numbers.get(&id) {
            return *number;
        }
        // Each has a record or an entry of a list in knowledge, whose numbers have 32 bits.
        let number = self.vulnerabilities.len() as u32;
        self.vulnerabilities.push(id.clone());
        self.numbers.insert(id, number);
        number
    }

    fn small(&mut self, brief: Brief, uncovered: Option<Box<str>>) -> Said {
        let undescribed = brief.undescribed.into_iter().map(|id| self.number(id)).collect();
        let found = brief.found.into_iter();
        let found =
            found.map(|(id, state, confidence)| Found { vulnerability: self.number(id), state, confidence }).collect();
        Said { reason: brief.reason, undescribed, found, uncovered }
    }

    /// What is said of a pair alone, but for these vulnerabilities.
    fn but(&mut self, pair: u32, again: Vec<(VulnerabilityId, Option<(State, Confidence)>)>) -> Said {
        let said = self.pairs[pair as usize].clone();
        let mut found = said.found.into_vec();
        for (id, now) in again {
            let place = found.binary_search_by(|found| self.vulnerabilities[found.vulnerability as usize].cmp(&id));
            match (place, now) {
                (Ok(place), Some((state, confidence))) => {
                    found[place] = Found { state, confidence, ..found[place] };
                }
                (Ok(place), None) => {
                    found.remove(place);
                }
                (Err(place), Some((state, confidence))) => {
                    found.insert(place, Found { vulnerability: self.number(id), state, confidence });
                }
                (Err(_), None) => {}
            }
        }
        Said { found: found.into(), ..said }
    }
}

fn sorted(mut depends: Vec<(u64, u32)>) -> Vec<(u64, u32)> {
    depends.sort_unstable();
    depends.dedup();
    depends
}

/// What is said of a component by itself, and what that rests on.
fn outcome(
    component: ward_model::component::Component,
    matcher: &Matcher<'_>,
    known: &mut Known,
) -> Result<Outcome, FleetError> {
    let (recognised, dependencies) = matcher.recognise_tracing(component)?;
    let Alone { recognised, brief, asked, rests_on, .. } = matcher.alone(known, recognised, true)?;
    let mut depends: Vec<u64> = dependencies.iter().map(hash::of).collect();
    depends.extend(hashes(rests_on));
    let coverage = dependencies.into_iter().filter_map(|dependency| match dependency {
        Dependency::Coverage(ecosystem, release) => Some((ecosystem, release)),
        _ => None,
    });
    Ok(Outcome {
        brief,
        uncovered: recognised.uncovered().map(Box::from),
        around: Around::new(&asked, &matcher.shown(&recognised)),
        depends,
        coverage: coverage.collect(),
    })
}

fn hashes(ids: BTreeSet<VulnerabilityId>) -> impl Iterator<Item = u64> {
    ids.into_iter().map(|id| hash::of(&Dependency::Vulnerability(id)))
}

/// What is kept of components that were made out, from one case to the next.
type Made = HashMap<u32, Recognised, Stable>;

/// How many are kept.
const MOST_MADE: usize = 4096;

/// A component of a portfolio, made out.
fn recognised<'m>(
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
        if made.len() > MOST_MADE {
            made.clear();
        }
        for other in *among {
            recognised(*other, portfolio, matcher, made)?;
        }
        let all: Vec<&Recognised> = among.iter().filter_map(|other| made.get(other)).collect();
        let own = among.iter().position(|other| other == pair).filter(|_| all.len() == among.len());
        let (before, rest) = all.split_at(own.ok_or_else(not_among)?);
        let (_, after) = rest.split_first().ok_or_else(not_among)?;
        judged.push(matcher.among(known, &mut alone, (before, after))?);
    }
    Ok(judged)
}

/// A case holds its own pair, and all of it is made out before it is judged. Should that ever not be so, nothing is answered.
pub(crate) fn not_among() -> FleetError {
    let reason = "a component is not among those of its SBOM".to_owned();
    FleetError::Knowledge(KnowledgeError::Unreadable { part: "answers".to_owned(), reason })
}
