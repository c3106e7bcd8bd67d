//! What is said by a portfolio, held against scans of single SBOMs.

use std::collections::BTreeMap;

use ward_fleet::{Answers, Portfolio, Reports, Updated};
use ward_match::{Apart, Known, Matcher};
use ward_model::component::Sbom;
use ward_model::finding::{Confidence, ScanReport, State, UnassessedReason};
use ward_model::knowledge::Knowledge;

use crate::world::{TODAY, library};

fn scanned(bytes: &[u8], knowledge: &dyn Knowledge) -> (Sbom, ScanReport) {
    let sbom = ward_formats::sbom::read(bytes).unwrap();
    let library = library();
    let report =
        ward_assess::scan(&sbom, library.aliases(), knowledge, library.expectations(), TODAY, &Default::default())
            .unwrap();
    (sbom, report)
}

type Short = (Vec<(String, State, Confidence)>, Option<(UnassessedReason, Vec<String>)>);

/// What a report says of each component, in short.
fn by_component(report: &ScanReport) -> BTreeMap<&str, Short> {
    let mut all: BTreeMap<&str, Short> = BTreeMap::new();
    for finding in &report.findings {
        let short = (finding.vulnerability.id.to_string(), finding.state, finding.confidence);
        all.entry(finding.component.reference.as_str()).or_default().0.push(short);
    }
    for unassessed in &report.unassessed {
        let undescribed = unassessed.undescribed.iter().map(ToString::to_string).collect();
        all.entry(unassessed.component.reference.as_str()).or_default().1 = Some((unassessed.reason, undescribed));
    }
    all
}

/// The answers for each component of each SBOM, in short, are those of its scan.
pub fn answers_are_those_of_scans(
    answers: &Answers,
    portfolio: &Portfolio,
    files: &[Vec<u8>],
    knowledge: &dyn Knowledge,
) {
    assert_eq!(portfolio.sboms() as usize, files.len());
    let mut pairs = Vec::new();
    for (number, bytes) in (0..).zip(files) {
        let (sbom, report) = scanned(bytes, knowledge);
        let expected = by_component(&report);
        portfolio.pairs_of(number, &mut pairs).unwrap();
        assert_eq!(pairs.len(), sbom.components.len());
        let mut uncovered: BTreeMap<String, usize> = BTreeMap::new();
        for (pair, component) in pairs.iter().zip(&sbom.components) {
            let said = answers.in_sbom(number, *pair).unwrap();
            let name = |number: &u32| answers.vulnerability(*number).unwrap().to_string();
            let found: Vec<_> =
                said.found.iter().map(|found| (name(&found.vulnerability), found.state, found.confidence)).collect();
            let reason = said.reason.map(|reason| (reason, said.undescribed.iter().map(name).collect()));
            let short = expected.get(component.reference.as_str()).cloned().unwrap_or_default();
            assert_eq!((found, reason), short, "{} of SBOM {number}", component.reference);
            if let Some(name) = &said.uncovered {
                *uncovered.entry(name.to_string()).or_default() += 1;
            }
        }
        let without = &report.coverage.ecosystems_without_data;
        let expected: BTreeMap<String, usize> =
            without.iter().map(|one| (one.ecosystem.clone(), one.components)).collect();
        assert_eq!(uncovered, expected);
    }
}

/// The report on each SBOM is that of its scan, whole.
pub fn reports_are_those_of_scans(mut reports: Reports<'_>, files: &[Vec<u8>], knowledge: &dyn Knowledge) {
    for (number, bytes) in (0..).zip(files) {
        let (_, expected) = scanned(bytes, knowledge);
        assert_eq!(reports.report(number).unwrap(), expected, "SBOM {number}");
    }
}

/// What was not matched again has the very same answer, with every word of every proof; but for what is looked up by the name of a
/// vulnerability when a finding is shown.
pub fn nothing_else_changed(portfolio: &Portfolio, updated: &Updated, before: &dyn Knowledge, after: &dyn Knowledge) {
    let library = library();
    let old = Matcher::new(library.aliases(), before).unwrap();
    let new = Matcher::new(library.aliases(), after).unwrap();
    let said = |matcher: &Matcher<'_>, pair: u32| -> (Apart, Option<String>) {
        let recognised = matcher.recognise(portfolio.component(pair).unwrap()).unwrap();
        let mut apart = matcher.judge(&mut Known::default(), (&[], &recognised, &[])).unwrap().apart;
        for finding in &mut apart.findings {
            let shown = std::sync::Arc::make_mut(&mut finding.vulnerability);
            (shown.kev, shown.epss) = (false, None);
        }
        (apart, recognised.uncovered().map(str::to_owned))
    };
    for pair in (0..portfolio.pairs()).filter(|pair| updated.matched.binary_search(pair).is_err()) {
        assert_eq!(said(&old, pair), said(&new, pair), "pair {pair}");
    }
}
