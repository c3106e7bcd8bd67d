//! From the answers of one state of knowledge to those of the next: only what can have changed is matched again.

use std::collections::BTreeSet;

use ward_match::{Dependency, Matcher};
use ward_model::alias::Aliases;
use ward_model::knowledge::Knowledge;

use super::{Answers, Said, sorted};
use crate::changes::Changed;
use crate::error::FleetError;
use crate::hash;
use crate::hosts::Hosts;
use crate::portfolio::Portfolio;

/// More newer dependencies than this are put together with the older ones.
const MOST_NEW: usize = 1 << 20;

/// What an update did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Updated {
    /// The pairs that were matched again, in order.
    pub matched: Vec<u32>,
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
        let mut hashes: BTreeSet<u64> = changed.hashes().clone();
        for ((ecosystem, release), covered) in &mut self.coverage {
            let now = knowledge.covers(ecosystem, release.as_deref())?;
            if std::mem::replace(covered, now) != now {
                hashes.insert(hash::of(&Dependency::Coverage(ecosystem.clone(), release.clone())));
            }
        }
        let pairs: Vec<u32> =
            if changed.everything() { (0..portfolio.pairs()).collect() } else { self.resting_on(&hashes) };
        let before: Vec<Said> = pairs.iter().map(|pair| self.pairs[*pair as usize].clone()).collect();
        let around: Vec<_> = pairs.iter().map(|pair| self.around[*pair as usize].clone()).collect();
        let mut depends = self.match_pairs(&pairs, portfolio, &matcher, knowledge)?;
        let mut other: BTreeSet<u32> = BTreeSet::new();
        other.extend(
            pairs
                .iter()
                .zip(&before)
                .filter(|(pair, said)| self.pairs[**pair as usize] != **said)
                .map(|(pair, _)| *pair),
        );

        // Who asks or shows another thing than before may depend on others now, and others on it.
        let mut sboms: BTreeSet<u32> = BTreeSet::new();
        for (pair, _) in pairs.iter().zip(&around).filter(|(pair, around)| self.around[**pair as usize] != **around) {
            sboms.extend(portfolio.holders(*pair)?);
        }
        let sboms: Vec<u32> = sboms.into_iter().collect();
        let mut variants: BTreeSet<u32> = self.variants.touching(&pairs).into_iter().collect();
        if !sboms.is_empty() {
            let hosts = Hosts::new(self.around.iter());
            variants.extend(self.variants.look_through(&sboms, portfolio, &hosts)?);
        }
        let variants: Vec<u32> = variants.into_iter().collect();
        let said: Vec<_> = variants.iter().map(|number| self.variants.shared(*number).cloned()).collect();
        depends.extend(self.judge_variants(&variants, portfolio, &matcher)?);
        for (number, said) in variants.iter().zip(said) {
            if self.variants.shared(*number) != said.as_ref() {
                other.insert(self.variants.key(*number).0);
            }
        }
        self.knowledge = knowledge.description().generation;
        self.take_note(depends);
        Ok(Updated { matched: pairs, changed: other.into_iter().collect(), sboms })
    }

    /// The pairs that rest on any of these, in order.
    fn resting_on(&self, hashes: &BTreeSet<u64>) -> Vec<u32> {
        let mut pairs = Vec::new();
        for depends in &self.depends {
            for hash in hashes {
                let start = depends.partition_point(|(own, _)| own < hash);
                pairs.extend(depends[start..].iter().take_while(|(own, _)| own == hash).map(|(_, pair)| *pair));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// What pairs rested on before stays noted: it makes them be matched again without need, and hides nothing.
    fn take_note(&mut self, mut depends: Vec<(u64, u32)>) {
        let [older, newer] = &mut self.depends;
        depends.append(newer);
        if depends.len() > MOST_NEW {
            depends.append(older);
            *older = sorted(depends);
        } else {
            *newer = sorted(depends);
        }
    }
}
