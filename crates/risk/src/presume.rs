//! What is not known of an element, and so is taken at its worst.

use ward_model::claim::ElementClaim;
use ward_model::finding::State;
use ward_model::ids::ElementId;
use ward_model::verdict::PresumedBecause;

use crate::context::{Context, Unknowns};

/// Something that is not known of an element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Presumption {
    pub element: ElementId,
    pub because: PresumedBecause,
    /// In words, what is missing.
    pub missing: Vec<String>,
    /// The vulnerabilities that cannot be told.
    pub covers: Vec<String>,
}

/// The claims without which an element is not known to be described completely.
pub(crate) const COMPLETENESS: [ElementClaim; 3] =
    [ElementClaim::InterfacesListed, ElementClaim::SoftwareListed, ElementClaim::FunctionsListed];

/// Everything that is not known, by element and reason.
pub(crate) fn presumptions(context: &Context<'_>) -> Vec<Presumption> {
    if context.unknowns == Unknowns::Best {
        return Vec::new();
    }
    let mut found = Vec::new();
    for element in context.device().elements.keys() {
        let missing: Vec<String> = COMPLETENESS
            .into_iter()
            .filter(|claim| !context.holds_for_element(element, *claim))
            .map(|claim| format!("no decision stands behind {}", claim.word()))
            .collect();
        if !missing.is_empty() {
            found.push(Presumption {
                element: element.clone(),
                because: PresumedBecause::Unmodelled,
                missing,
                covers: Vec::new(),
            });
        }
        let Some(report) = context.report(element) else { continue };
        let partial = context.situation.partial_knowledge.map(str::to_owned);
        let mut unassessed: Vec<String> = report
            .unassessed
            .iter()
            .filter(|unassessed| !context.reviewed(element, &unassessed.component.reference))
            .map(|unassessed| {
                let version = unassessed.component.version.as_deref().unwrap_or("without version");
                format!("{} {version}: {}", unassessed.component.name, unassessed.reason.word())
            })
            .collect();
        unassessed.splice(0..0, partial);
        if !unassessed.is_empty() {
            found.push(Presumption {
                element: element.clone(),
                because: PresumedBecause::Unassessed,
                missing: unassessed,
                covers: Vec::new(),
            });
        }
        let unknown: Vec<_> = report.findings.iter().filter(|finding| finding.state == State::Unknown).collect();
        if !unknown.is_empty() {
            let mut covers: Vec<String> = unknown.iter().map(|finding| finding.vulnerability.id.to_string()).collect();
            covers.sort();
            covers.dedup();
            found.push(Presumption {
                element: element.clone(),
                because: PresumedBecause::UnknownRange,
                missing: unknown
                    .iter()
                    .map(|finding| {
                        let version = finding.component.version.as_deref().unwrap_or("without version");
                        format!("{} in {} {version} cannot be told", finding.vulnerability.id, finding.component.name)
                    })
                    .collect(),
                covers,
            });
        }
    }
    found
}
