//! The rows of the tables on the page of an assessment that are texts and nothing else.

use std::collections::BTreeSet;

use ward_model::assessment::Assessment;
use ward_model::coverage::SourceCoverage;

use crate::lifecycle;
use crate::many;
use crate::next;
use crate::words::{self, clean};

pub(super) fn single_actions(assessment: &Assessment) -> Vec<Vec<String>> {
    let rows = many::rows(assessment);
    rows.iter()
        .map(|row| {
            let action = row.action;
            let cells = [
                many::title(action),
                row.versions.join(", "),
                words::persons(action.persons_at_once),
                many::worst(action),
                many::shared(action),
                many::staff(action),
                action.verdict.to_string(),
            ];
            cells.iter().map(|cell| clean(cell)).collect()
        })
        .collect()
}

/// What no support covers, by version.
pub(super) fn life_gaps(assessment: &Assessment) -> Vec<Vec<String>> {
    let rows = assessment.lifecycle.iter().flat_map(|version| {
        let row = |gap| [vec![lifecycle::title(version)], lifecycle::gap_row(gap)].concat();
        version.gaps.iter().map(row)
    });
    rows.collect()
}

/// Why the stages are what they are, where something is to be said.
pub(super) fn life_notes(assessment: &Assessment) -> Vec<String> {
    let notes = assessment.lifecycle.iter().flat_map(|version| {
        let title = lifecycle::title(version);
        let contradictions = version.contradictions.iter().map(|one| format!("contradiction: {one}"));
        let all: Vec<String> = contradictions.chain(version.reasons.iter().cloned()).collect();
        all.into_iter().map(move |one| format!("{title}: {one}"))
    });
    notes.collect()
}

pub(super) fn watch_list(assessment: &Assessment) -> Vec<Vec<String>> {
    assessment
        .watch_list
        .iter()
        .map(|item| {
            let place = format!("{}, version {}", item.element, item.fielded_version);
            let review = item.review_by.to_string();
            [&*item.event, &place, &item.failed_predicate, &item.becomes_live_if, &review].map(clean).to_vec()
        })
        .collect()
}

pub(super) fn inventories(assessment: &Assessment) -> Vec<Vec<String>> {
    assessment
        .coverage
        .inventories
        .iter()
        .map(|of| {
            let (listed, assessed) = match of.components {
                Some(listed) => (words::number(listed as u64), words::number(of.assessed as u64)),
                None => ("no inventory".to_owned(), "-".to_owned()),
            };
            vec![clean(of.element.as_str()), clean(of.fielded_version.as_str()), listed, assessed]
        })
        .collect()
}

pub(super) fn sources(assessment: &Assessment) -> Vec<Vec<String>> {
    let row = |source: &SourceCoverage| {
        vec![
            clean(&source.name),
            source.words(),
            source.newest.map_or_else(|| "-".to_owned(), |day| day.to_string()),
            source.expected.map_or_else(|| "-".to_owned(), |expected| expected.to_string()),
            words::number(source.records),
            words::number(source.without_product),
            words::number(source.set_aside),
        ]
    };
    assessment.coverage.feeds.sources.iter().map(row).collect()
}

/// Where sources disagree about a finding; versions that share an inventory say it once.
pub(super) fn conflicts(assessment: &Assessment) -> Vec<String> {
    let findings = assessment.findings.iter();
    let lines: BTreeSet<String> =
        findings.flat_map(|at| next::conflicts(&at.finding)).map(|line| clean(&line)).collect();
    lines.into_iter().collect()
}

pub(super) fn gaps(assessment: &Assessment) -> Vec<Vec<String>> {
    assessment
        .gaps
        .iter()
        .map(|gap| {
            let version = gap.fielded_version.as_ref().map_or_else(|| "all".to_owned(), ToString::to_string);
            [gap.element.as_str(), &version, &gap.missing, &gap.closed_by].map(clean).to_vec()
        })
        .collect()
}

pub(super) fn without_effect(assessment: &Assessment) -> Vec<Vec<String>> {
    let row = |decision: &ward_model::assessment::DecisionWithoutEffect| {
        vec![decision.number.to_string(), clean(&decision.claim), clean(&decision.reason)]
    };
    assessment.decisions_without_effect.iter().map(row).collect()
}
