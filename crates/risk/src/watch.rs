//! What touches nothing today, and where the model is not known to be complete.

use jiff::ToSpan;
use ward_model::assessment::{Gap, WatchItem};
use ward_model::claim::{ClaimId, ElementClaim};
use ward_model::finding::State;
use ward_model::verdict::Outcome;

use crate::context::Situation;
use crate::effects::Effects;
use crate::presume::COMPLETENESS;
use crate::run::{Key, Run, Standing};

/// Vulnerabilities and weaknesses that reach nobody as things stand, with what does not hold.
pub(crate) fn items(run: &Run<'_>, subjects: &[(Key, Standing)]) -> Vec<WatchItem> {
    let context = run.context();
    let review_by = context.situation.as_of.saturating_add(i64::from(context.policy.review_days).days());
    let item = |event: String, element: &ward_model::ids::ElementId, failed: String, live: String| WatchItem {
        event,
        element: element.clone(),
        fielded_version: context.version.id.clone(),
        failed_predicate: failed,
        becomes_live_if: live,
        review_by,
    };
    let mut items = Vec::new();
    for (key, standing) in subjects {
        let subject = &key.subject;
        let Standing::Judged(judged) = standing else { continue };
        if key.because.is_some() || judged.outcome == Outcome::Uncontrolled || judged.cell.is_some() {
            continue;
        }
        let lacking = run.lacking(key).unwrap_or_default();
        let (failed, live) = if lacking.is_empty() {
            (
                "its steps lead to no harm to a person".to_owned(),
                format!("a function that can harm, or a link onward, is added to {}", subject.element()),
            )
        } else {
            (
                format!("it is not so that {}", lacking.join("; or that ")),
                format!("one of these comes about: {}", lacking.join("; ")),
            )
        };
        items.push(item(subject.subject().id, subject.element(), failed, live));
    }
    for element in context.device().elements.keys() {
        let found = context.report(element).map_or(&[][..], |report| &report.findings);
        for finding in found.iter().filter(|finding| finding.state == State::NotAffected) {
            items.push(item(
                finding.vulnerability.id.to_string(),
                element,
                format!("{}: {}", finding.component.name, finding.proof.environment.join("; ")),
                "what is absent from the inventory is added to it".to_owned(),
            ));
        }
    }
    items
}

/// Every element that is not known to be described completely, with what is missing.
pub(crate) fn gaps(situation: Situation<'_>, decided: &Effects) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for element in situation.device.elements.values() {
        for claim in COMPLETENESS {
            let id = ClaimId::Element(element.id.clone(), claim);
            if decided.holds(&id) {
                continue;
            }
            let claimed = situation.device.claims.contains_key(&id);
            gaps.push(Gap {
                element: element.id.clone(),
                fielded_version: None,
                missing: match claim {
                    ElementClaim::InterfacesListed => "nobody answers for its interfaces being listed completely",
                    ElementClaim::SoftwareListed => "nobody answers for its software being listed completely",
                    ElementClaim::FunctionsListed => "nobody answers for its functions being listed completely",
                    ElementClaim::LocalLogin => "nobody answers for its login",
                }
                .to_owned(),
                closed_by: if claimed {
                    format!("`ward decide DIR --claim {id}` after looking at its evidence")
                } else {
                    format!(
                        "claims = {{ {} = \"evidence/…\" }} on the element in system.toml, and a decision",
                        claim.word()
                    )
                },
            });
        }
        for version in &situation.device.versions {
            if !element.without_software && !version.inventories.contains_key(&element.id) {
                gaps.push(Gap {
                    element: element.id.clone(),
                    fielded_version: Some(version.id.clone()),
                    missing: "it has no SBOM".to_owned(),
                    closed_by: "sbom = \"sbom/…\" on the element in system.toml".to_owned(),
                });
            }
        }
    }
    gaps.sort();
    gaps
}
