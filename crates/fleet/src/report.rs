//! The answer of `ward scan` for each SBOM of a portfolio. What several of them hold is made out once.

use std::collections::HashMap;

use jiff::civil::Date;
use ward_assess::scan_report;
use ward_match::{Apart, Known, Matcher, Recognised, report_of_parts, spread};
use ward_model::alias::Aliases;
use ward_model::finding::ScanReport;
use ward_model::ids::ComponentRef;
use ward_model::knowledge::Knowledge;
use ward_policy::Expectations;

use crate::answers::{not_among, standing};
use crate::error::FleetError;
use crate::hosts::{Around, Hosts};
use crate::portfolio::Portfolio;
use ward_match::hash::Stable;

/// How many findings are kept for the next SBOM that holds the same.
const MOST_FINDINGS: usize = 30_000;
/// How many components are.
const MOST_COMPONENTS: usize = 50_000;

/// Makes reports of the SBOMs of a portfolio, one after the other. What it keeps of those before is bounded.
pub struct Reports<'a> {
    portfolio: &'a Portfolio,
    knowledge: &'a dyn Knowledge,
    expectations: &'a Expectations,
    as_of: Date,
    matcher: Matcher<'a>,
    alone: HashMap<u32, Alone, Stable>,
    /// What is said of pairs among others.
    among: HashMap<Case, Apart, Stable>,
    findings: usize,
}

/// A pair, and the pairs that it is judged among.
type Case = (u32, Box<[u32]>);

/// A pair by itself.
struct Alone {
    recognised: Recognised,
    around: Around,
    apart: Apart,
}

impl<'a> Reports<'a> {
    /// Reports by this knowledge, for this day.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn new(
        portfolio: &'a Portfolio,
        aliases: &'a Aliases,
        knowledge: &'a dyn Knowledge,
        expectations: &'a Expectations,
        as_of: Date,
    ) -> Result<Self, FleetError> {
        Ok(Self {
            portfolio,
            knowledge,
            expectations,
            as_of,
            matcher: Matcher::new(aliases, knowledge)?,
            alone: HashMap::default(),
            among: HashMap::default(),
            findings: 0,
        })
    }

    /// What a scan of this SBOM alone says.
    ///
    /// # Errors
    /// The portfolio or the knowledge could not be read.
    pub fn report(&mut self, sbom: u32) -> Result<ScanReport, FleetError> {
        if self.findings > MOST_FINDINGS || self.alone.len() > MOST_COMPONENTS {
            self.alone.clear();
            self.among.clear();
            self.findings = 0;
        }
        let mut rows = Vec::new();
        self.portfolio.pairs_of(sbom, &mut rows)?;
        let mut pairs = rows.clone();
        pairs.sort_unstable();
        pairs.dedup();
        self.make_out(&pairs)?;
        let cases = self.cases(&rows, &pairs);
        let all: Vec<&Case> = cases.values().collect();
        self.judge(&all)?;
        let references = self.portfolio.references_of(sbom)?;
        let mut parts = Vec::with_capacity(rows.len());
        for (pair, reference) in rows.iter().zip(references) {
            let alone = self.alone.get(pair).ok_or_else(not_among)?;
            let apart = match cases.get(pair) {
                Some(case) => self.among.get(case).ok_or_else(not_among)?,
                None => &alone.apart,
            };
            parts.push((ComponentRef::new(reference), &alone.recognised, apart));
        }
        let report = report_of_parts(parts.into_iter());
        let entry = self.portfolio.entry(sbom)?;
        Ok(scan_report(entry.summary, report, self.knowledge, self.expectations, self.as_of))
    }

    /// Makes out the pairs that were not met before, and judges each alone.
    fn make_out(&mut self, pairs: &[u32]) -> Result<(), FleetError> {
        let new: Vec<u32> = pairs.iter().copied().filter(|pair| !self.alone.contains_key(pair)).collect();
        let (portfolio, matcher) = (self.portfolio, &self.matcher);
        let alone = spread(new.len(), Known::default, |known, part| {
            let one = |pair: &u32| {
                let recognised = matcher.recognise(portfolio.component(*pair)?)?;
                let answered = matcher.judge(known, (&[], &recognised, &[]))?;
                let around = Around::new(&answered.asked, &matcher.shown(&recognised));
                Ok::<_, FleetError>(Alone { recognised, around, apart: answered.apart })
            };
            new[part].iter().map(one).collect()
        })?;
        for (pair, alone) in new.into_iter().zip(alone) {
            self.findings += alone.apart.findings.len();
            self.alone.insert(pair, alone);
        }
        Ok(())
    }

    /// The pairs of an SBOM that others have to do with, and what each is judged among.
    fn cases(&self, rows: &[u32], pairs: &[u32]) -> HashMap<u32, Case, Stable> {
        let silent = Around::default();
        let around = pairs.iter().map(|pair| self.alone.get(pair).map_or(&silent, |alone| &alone.around));
        let hosts = Hosts::new(around);
        // Here they are numbered by their place in the list.
        let local: Vec<u32> =
            rows.iter().filter_map(|pair| pairs.binary_search(pair).ok()).map(|place| place as u32).collect();
        let mut cases = HashMap::default();
        let of = |local: &u32| pairs[*local as usize];
        hosts.each_dependent(&local, &mut hosts.scratch(), |pair, among| {
            cases.insert(of(&pair), (of(&pair), among.iter().map(of).collect()));
        });
        cases
    }

    /// Judges the cases that were not met before.
    fn judge(&mut self, cases: &[&Case]) -> Result<(), FleetError> {
        let mut new: Vec<&Case> = cases.iter().copied().filter(|case| !self.among.contains_key(*case)).collect();
        new.sort_unstable();
        let (alone, matcher) = (&self.alone, &self.matcher);
        let judged = spread(new.len(), Known::default, |known, part| {
            let one = |(pair, among): &&Case| {
                let (all, own) = standing((*pair, among), |other| alone.get(other).map(|alone| &alone.recognised))?;
                Ok::<_, FleetError>(matcher.judge(known, (&all[..own], all[own], &all[own + 1..]))?.apart)
            };
            new[part].iter().map(one).collect()
        })?;
        for (case, apart) in new.into_iter().zip(judged) {
            self.findings += apart.findings.len();
            self.among.insert(case.clone(), apart);
        }
        Ok(())
    }
}
