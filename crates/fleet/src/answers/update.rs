//! From the answers of one state of knowledge to those of the next: only what can have changed is matched again.

use std::collections::{BTreeMap, BTreeSet};

use ward_match::{Change, Dependency, Matcher};
use ward_model::alias::Aliases;
use ward_model::knowledge::Knowledge;

use super::Answers;
use crate::changes::Changed;
use crate::error::FleetError;
use crate::hosts::Hosts;
use crate::portfolio::Portfolio;
use ward_match::hash;

/// What an update did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Updated {
    /// The pairs that were matched again, whole or for what changed; in order.
    pub matched: Vec<u32>,
    /// How many of them were matched whole.
    pub whole: usize,
    /// How many of these because what they are made out by changed. The others were matched whole because of what all records say together
    /// of whether they are assessed.
    pub made_out: usize,
    /// Those of them, and those judged again among others, of which something else is said than before; in order.
    pub changed: Vec<u32>,
    /// The SBOMs that were looked through again, in order.
    pub sboms: Vec<u32>,
}

impl Answers {
    /// Brings the answers up to other knowledge, of which it is known what changed. What comes out is what matching all anew gives.
    ///
    /// # Errors
    /// The portfolio or the knowledge could not be read. The answers are of no use then.
    pub fn update(
        &mut self,
        portfolio: &Portfolio,
        aliases: &Aliases,
        knowledge: &dyn Knowledge,
        changed: &Changed,
    ) -> Result<Updated, FleetError> {
        let matcher = Matcher::new(aliases, knowledge)?;
        let mut hashes: BTreeSet<u64> = changed.whole().clone();
        for ((ecosystem, release), covered) in &mut self.coverage {
            let now = knowledge.covers(ecosystem, release.as_deref())?;
            if std::mem::replace(covered, now) != now {
                hashes.insert(hash::of(&Dependency::Coverage(ecosystem.clone(), release.clone())));
            }
        }
        let mut whole: Vec<u32> =
            if changed.everything() { (0..portfolio.pairs()).collect() } else { self.depends.resting_on(&hashes) };
        let change = self.change(knowledge, changed)?;
        let mut partly = self.depends.resting_on(&asked_for(&change));
        partly.retain(|pair| whole.binary_search(pair).is_err());
        let done = self.judge_again(&partly, portfolio, &matcher, &change)?;
        let made_out = whole.len();
        let mut sboms = self.sboms_asked(&done.asked, portfolio)?;
        let mut other = done.changed;

        whole.extend(done.whole);
        whole.sort_unstable();
        let around: Vec<_> = whole.iter().map(|pair| self.around[*pair as usize].clone()).collect();
        other.extend(self.match_pairs(&whole, portfolio, &matcher, knowledge)?);

        // Who asks or shows another thing than before may depend on others now, and others on it.
        for (pair, _) in whole.iter().zip(&around).filter(|(pair, around)| self.around[**pair as usize] != **around) {
            sboms.extend(portfolio.holders(*pair)?);
        }
        let sboms: Vec<u32> = sboms.into_iter().collect();
        let mut variants: BTreeSet<u32> = self.variants.touching(&whole).into_iter().collect();
        if !sboms.is_empty() {
            let hosts = Hosts::new(self.around.iter());
            variants.extend(self.variants.look_through(&sboms, portfolio, &hosts)?);
        }
        let variants: Vec<u32> = variants.into_iter().collect();
        other.extend(self.judge_variants(&variants, portfolio, &matcher)?);
        self.knowledge = knowledge.description().generation;
        let mut matched = partly;
        matched.extend(&whole);
        matched.sort_unstable();
        matched.dedup();
        let (whole, changed) = (whole.len(), other.into_iter().collect());
        Ok(Updated { matched, whole, made_out, changed, sboms })
    }

    /// The SBOMs in which a pair asks something that it did not ask before, and another one may show it.
    fn sboms_asked(&self, asked: &BTreeMap<u32, Vec<u64>>, portfolio: &Portfolio) -> Result<BTreeSet<u32>, FleetError> {
        let mut sboms = BTreeSet::new();
        if asked.is_empty() {
            return Ok(sboms);
        }
        let mut showing: BTreeSet<u32> = BTreeSet::new();
        let questions: BTreeSet<u64> = asked.values().flatten().copied().collect();
        for (pair, around) in (0..).zip(&self.around) {
            if around.shows_any(&questions) {
                showing.extend(portfolio.holders(pair)?);
            }
        }
        for pair in asked.keys() {
            sboms.extend(portfolio.holders(*pair)?.into_iter().filter(|sbom| showing.contains(sbom)));
        }
        Ok(sboms)
    }
}

/// By what the components are found that any record of a change may touch.
fn asked_for(change: &Change<'_>) -> BTreeSet<u64> {
    let mut hashes = BTreeSet::new();
    for part in [&change.before, &change.after] {
        hashes.extend(part.products().map(|product| hash::of(&Dependency::Product(product.clone()))));
        hashes.extend(part.keys().map(|key| hash::of(&Dependency::Subject(key.clone()))));
    }
    hashes
}
