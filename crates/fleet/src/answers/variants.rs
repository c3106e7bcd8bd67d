//! Pairs that are judged among others: each different case once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ward_match::spread;

use super::said::Case;
use crate::error::FleetError;
use crate::hosts::Hosts;
use crate::portfolio::Portfolio;
use ward_match::hash::Stable;

/// How many SBOMs are one piece of work.
const PIECE: usize = 16;
const BATCH: usize = PIECE * 512;

/// A pair and what it is judged among.
type Key = (u32, Box<[u32]>);

/// Every case, and in which SBOM which of them holds.
#[derive(Default)]
pub(super) struct Variants {
    numbers: HashMap<Key, u32, Stable>,
    keys: Vec<Key>,
    said: Vec<Option<Arc<Case>>>,
    /// For each SBOM pair and variant, by pair.
    sboms: Vec<Box<[(u32, u32)]>>,
}

impl Variants {
    /// What holds for a pair in an SBOM, where that is another thing than elsewhere.
    pub(super) fn of(&self, sbom: u32, pair: u32) -> Option<&Case> {
        let own = self.sboms.get(sbom as usize)?;
        let place = own.binary_search_by_key(&pair, |(pair, _)| *pair).ok()?;
        self.said(own.get(place)?.1)
    }

    /// Every case of every SBOM: SBOM, pair, what holds.
    pub(super) fn each(&self) -> impl Iterator<Item = (u32, u32, &Case)> {
        (0..).zip(&self.sboms).flat_map(move |(sbom, own)| {
            own.iter().filter_map(move |(pair, variant)| Some((sbom, *pair, self.said(*variant)?)))
        })
    }

    pub(super) fn count(&self) -> (usize, usize) {
        (self.sboms.iter().map(|own| own.len()).sum(), self.keys.len())
    }

    /// A pair, and what it is judged among.
    pub(super) fn key(&self, number: u32) -> (u32, &[u32]) {
        let (pair, among) = &self.keys[number as usize];
        (*pair, among)
    }

    /// What is said in a case, where it has been judged.
    pub(super) fn said(&self, number: u32) -> Option<&Case> {
        self.shared(number).map(|said| &**said)
    }

    /// The same, shared with others that are answered alike.
    pub(super) fn shared(&self, number: u32) -> Option<&Arc<Case>> {
        self.said.get(number as usize)?.as_ref()
    }

    /// Says something in a case. Returns whether that is another thing than before.
    pub(super) fn set(&mut self, number: u32, said: Arc<Case>) -> bool {
        let before = self.said[number as usize].replace(said);
        before != self.said[number as usize]
    }

    /// The cases that have to do with any of these pairs, which are sorted.
    pub(super) fn touching(&self, pairs: &[u32]) -> Vec<u32> {
        let touches = |pair: &u32| pairs.binary_search(pair).is_ok();
        let numbered = (0..).zip(&self.keys);
        numbered.filter(|(_, (_, among))| among.iter().any(touches)).map(|(number, _)| number).collect()
    }

    /// For each SBOM pair and case, by pair.
    pub(super) fn by_sbom(&self) -> &[Box<[(u32, u32)]>] {
        &self.sboms
    }

    /// A case with what is said in it.
    pub(super) fn add(&mut self, pair: u32, among: Box<[u32]>, said: Arc<Case>) {
        let number = self.number((pair, among));
        self.said[number as usize] = Some(said);
    }

    /// The cases of the next SBOM; `None` where there is no such case.
    pub(super) fn add_sbom(&mut self, cases: &[u32]) -> Option<()> {
        let of = |case: &u32| Some((self.keys.get(*case as usize)?.0, *case));
        let mut own: Vec<(u32, u32)> = cases.iter().map(of).collect::<Option<_>>()?;
        own.sort_unstable();
        self.sboms.push(own.into());
        Some(())
    }

    /// The cases of each of these pairs, which are sorted.
    pub(super) fn of_pairs(&self, pairs: &[u32]) -> BTreeMap<u32, Vec<u32>> {
        let mut cases: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (number, (pair, _)) in (0..).zip(&self.keys) {
            if pairs.binary_search(pair).is_ok() {
                cases.entry(*pair).or_default().push(number);
            }
        }
        cases
    }

    /// Looks through SBOMs for pairs that others have to do with. Returns the cases that were not known before.
    pub(super) fn look_through(
        &mut self,
        sboms: &[u32],
        portfolio: &Portfolio,
        hosts: &Hosts,
    ) -> Result<Vec<u32>, FleetError> {
        self.sboms.resize_with(portfolio.sboms() as usize, Box::default);
        let known = self.keys.len() as u32;
        for batch in sboms.chunks(BATCH) {
            let pieces: Vec<&[u32]> = batch.chunks(PIECE).collect();
            let found = spread(
                pieces.len(),
                || (hosts.scratch(), Vec::new()),
                |(scratch, pairs), part| {
                    let mut all = Vec::with_capacity(part.len());
                    for piece in &pieces[part] {
                        let mut of_piece: Vec<Vec<Key>> = Vec::with_capacity(piece.len());
                        for sbom in *piece {
                            portfolio.pairs_of(*sbom, pairs)?;
                            let mut cases = Vec::new();
                            hosts.each_dependent(pairs, scratch, |pair, among| cases.push((pair, among.into())));
                            of_piece.push(cases);
                        }
                        all.push(of_piece);
                    }
                    Ok::<_, FleetError>(all)
                },
            )?;
            for (sbom, cases) in batch.iter().zip(found.into_iter().flatten()) {
                let mut own: Vec<(u32, u32)> = cases.into_iter().map(|case| (case.0, self.number(case))).collect();
                own.sort_unstable();
                self.sboms[*sbom as usize] = own.into();
            }
        }
        Ok((known..self.keys.len() as u32).collect())
    }

    fn number(&mut self, key: Key) -> u32 {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        // They are fewer than rows that fit into memory, at 16 bytes and more each.
        let number = self.keys.len() as u32;
        self.keys.push(key.clone());
        self.said.push(None);
        self.numbers.insert(key, number);
        number
    }
}
