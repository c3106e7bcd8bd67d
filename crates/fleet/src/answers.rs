//! What is found in a portfolio: for each pair once, and apart from that for the SBOMs in which others have something to do with it.

use std::collections::{BTreeMap, HashMap};

use ward_match::{Brief, Matcher};
use ward_model::alias::Aliases;
use ward_model::digest::Digest;
use ward_model::finding::{Confidence, State};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;

use crate::error::FleetError;
use crate::hosts::{Around, Hosts};
use crate::portfolio::Portfolio;
use ward_match::hash::Stable;

mod advisories;
mod depends;
mod kept;
mod matching;
mod partly;
mod said;
mod update;
mod variants;

pub use kept::Kept;
pub(crate) use matching::{not_among, standing};
pub use said::{Found, Said};
pub use update::Updated;

use advisories::Advisories;
use depends::Depends;
use said::{Case, Otherwise, Sayings};
use variants::Variants;

/// What is found of every pair of a portfolio, and in which SBOMs something else holds.
///
/// Scores, descriptions and proofs are not kept: [`Reports`](crate::Reports) makes them out again for the SBOM that is asked for. Whether
/// a vulnerability is known to be exploited, and its EPSS score, are looked up then.
pub struct Answers {
    portfolio: Digest,
    knowledge: Digest,
    vulnerabilities: Vec<VulnerabilityId>,
    numbers: HashMap<VulnerabilityId, u32, Stable>,
    pairs: Sayings,
    around: Vec<Around>,
    variants: Variants,
    advisories: Advisories,
    /// What each pair rests on.
    depends: Depends,
    /// What was asked about ecosystems, and the answer.
    coverage: BTreeMap<(String, Option<String>), bool>,
}

impl Answers {
    /// Matches every pair of a portfolio, and what has to do with others in its SBOMs for each of them.
    ///
    /// # Errors
    /// The portfolio or the knowledge could not be read.
    pub fn new(portfolio: &Portfolio, aliases: &Aliases, knowledge: &dyn Knowledge) -> Result<Self, FleetError> {
        let matcher = Matcher::new(aliases, knowledge)?;
        let count = portfolio.pairs() as usize;
        let mut answers = Self {
            portfolio: portfolio.root(),
            knowledge: knowledge.description().generation,
            vulnerabilities: Vec::new(),
            numbers: HashMap::default(),
            pairs: Sayings::of(count),
            around: vec![Around::default(); count],
            variants: Variants::default(),
            advisories: Advisories::default(),
            depends: Depends::default(),
            coverage: BTreeMap::new(),
        };
        let all: Vec<u32> = (0..portfolio.pairs()).collect();
        answers.match_pairs(&all, portfolio, &matcher, knowledge)?;
        let hosts = Hosts::new(answers.around.iter());
        let sboms: Vec<u32> = (0..portfolio.sboms()).collect();
        let new = answers.variants.look_through(&sboms, portfolio, &hosts)?;
        answers.judge_variants(&new, portfolio, &matcher)?;
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
    pub fn of_pair(&self, pair: u32) -> Option<Said> {
        self.pairs.get(pair)
    }

    /// What is said of a pair in one SBOM.
    #[must_use]
    pub fn in_sbom(&self, sbom: u32, pair: u32) -> Option<Said> {
        match self.variants.of(sbom, pair) {
            Some(case) => self.of_case(pair, case),
            None => self.of_pair(pair),
        }
    }

    /// The SBOMs and their pairs of which something else is said there than by themselves, with that.
    pub fn elsewhere(&self) -> impl Iterator<Item = (u32, u32, Said)> {
        self.variants.each().filter_map(|(sbom, pair, case)| {
            let otherwise = match case {
                Case::But(list) => !list.is_empty(),
                Case::Whole(said) => self.of_pair(pair).as_ref() != Some(&**said),
            };
            Some((sbom, pair, self.of_case(pair, case).filter(|_| otherwise)?))
        })
    }

    /// In how many cases a pair of an SBOM is judged among others, and how many different cases there are.
    #[must_use]
    pub fn among_others(&self) -> (usize, usize) {
        self.variants.count()
    }

    /// What is said of a pair in a case.
    fn of_case(&self, pair: u32, case: &Case) -> Option<Said> {
        match case {
            Case::Whole(said) => Some((**said).clone()),
            Case::But(list) => self.of_pair(pair).map(|said| self.but(said, list)),
        }
    }

    /// What is said but for these vulnerabilities.
    fn but(&self, said: Said, otherwise: &[Otherwise]) -> Said {
        if otherwise.is_empty() {
            return said;
        }
        let mut found = said.found.into_vec();
        found.retain(|found| otherwise.binary_search_by_key(&found.vulnerability, |(number, _)| *number).is_err());
        for (number, now) in otherwise {
            if let Some((state, confidence)) = *now {
                // Every number in an answer is that of a name.
                let name = self.vulnerability(*number);
                let place = found.partition_point(|found| self.vulnerability(found.vulnerability) < name);
                found.insert(place, Found { vulnerability: *number, state, confidence });
            }
        }
        Said { found: found.into(), ..said }
    }

    /// The number of a vulnerability.
    fn number(&mut self, id: &VulnerabilityId) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        // Each has a record or an entry of a list in knowledge, whose numbers have 32 bits.
        let number = self.vulnerabilities.len() as u32;
        self.vulnerabilities.push(id.clone());
        self.numbers.insert(id.clone(), number);
        number
    }

    /// Findings by numbers, in the order of the numbers.
    fn numbered(&mut self, found: &[(VulnerabilityId, State, Confidence)]) -> Vec<(u32, (State, Confidence))> {
        let mut numbered: Vec<(u32, (State, Confidence))> =
            found.iter().map(|(id, state, confidence)| (self.number(id), (*state, *confidence))).collect();
        numbered.sort_unstable_by_key(|(number, _)| *number);
        numbered
    }

    fn small(&mut self, brief: &Brief, uncovered: Option<Box<str>>) -> Said {
        let undescribed = brief.undescribed.iter().map(|id| self.number(id)).collect();
        let one = |(id, state, confidence): &(VulnerabilityId, State, Confidence)| Found {
            vulnerability: self.number(id),
            state: *state,
            confidence: *confidence,
        };
        let found = brief.found.iter().map(one).collect();
        Said { reason: brief.reason, undescribed, found, uncovered }
    }
}
