//! What touches nothing today, and where the model is not known to be complete.

use jiff::ToSpan;
use ward_model::assessment::{Gap, WatchItem};
use ward_model::claim::{ClaimId, ElementClaim};
use ward_model::finding::{Finding, State};
use ward_model::ids::ElementId;
use ward_model::verdict::{Outcome, Place};
use ward_model::watching::{FailedPredicate, LiveBy, PredicateKind, WatchedComponent};

use crate::context::Situation;
use crate::effects::Effects;
use crate::fact::Fact;
use crate::presume::COMPLETENESS;
use crate::run::{Key, Run, Standing};

/// Vulnerabilities and weaknesses that reach nobody as things stand, with what does not hold.
pub(crate) fn items(run: &Run<'_>, subjects: &[(Key, Standing)]) -> Vec<WatchItem> {
    let context = run.context();
    let review_by = context.situation.as_of.saturating_add(i64::from(context.policy.review_days).days());
    let item = |event: String, element: &ElementId, (failed, live): (String, String), predicates| WatchItem {
        event,
        element: element.clone(),
        fielded_version: context.version.id.clone(),
        failed_predicate: failed,
        becomes_live_if: live,
        review_by,
        predicates,
    };
    let mut items = Vec::new();
    for (key, standing) in subjects {
        let subject = &key.subject;
        let Standing::Judged(judged) = standing else { continue };
        if key.because.is_some() || judged.outcome == Outcome::Uncontrolled || judged.cell.is_some() {
            continue;
        }
        let facts = run.lacking_facts(key).unwrap_or_default();
        let lacking: Vec<&str> = facts.keys().map(String::as_str).collect();
        let words = if lacking.is_empty() {
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
        let predicates = if facts.is_empty() {
            vec![harmless(subject.element())]
        } else {
            facts.iter().map(|(words, fact)| missing(fact, words)).collect()
        };
        items.push(item(subject.subject().id, subject.element(), words, predicates));
    }
    for element in context.device().elements.keys() {
        let found = context.report(element).map_or(&[][..], |report| &report.findings);
        for finding in found.iter().filter(|finding| finding.state == State::NotAffected) {
            let failed = format!("{}: {}", finding.component.name, finding.proof.environment.join("; "));
            let words = (failed, "what is absent from the inventory is added to it".to_owned());
            let event = finding.vulnerability.id.to_string();
            items.push(item(event, element, words, vec![absent(finding)]));
        }
    }
    items
}

/// That it leads to no harm from where it is.
fn harmless(element: &ElementId) -> FailedPredicate {
    FailedPredicate {
        kind: PredicateKind::NoHarmReached,
        at: Some(Place::Element(element.to_string())),
        component: None,
        criterion: None,
        live_by: LiveBy::Link,
        text: format!("what it gives at {element} leads to no harm to a person"),
    }
}

/// That a component is looked at and what the record asks for beside it is not there.
fn absent(finding: &Finding) -> FailedPredicate {
    let component = &finding.component;
    FailedPredicate {
        kind: PredicateKind::ConfigurationAbsent,
        at: None,
        component: Some(WatchedComponent {
            reference: component.reference.clone(),
            name: component.name.clone(),
            version: component.version.clone(),
        }),
        criterion: Some(finding.proof.criterion.clone()),
        live_by: LiveBy::Configuration,
        text: finding.proof.environment.join("; "),
    }
}

/// That a fact does not come about which a step needs.
fn missing(fact: &Fact, words: &str) -> FailedPredicate {
    let (kind, live_by) = match fact {
        Fact::At(_) | Fact::Present(_) | Fact::Plugged(..) => (PredicateKind::PositionNotReachable, LiveBy::Position),
        Fact::Inside(_) | Fact::InsideUnnamed | Fact::InsideSome => (PredicateKind::NetworkNotEntered, LiveBy::Link),
        Fact::Inject(..) => (PredicateKind::LinkNotReachable, LiveBy::Link),
        Fact::Speak(_) => (PredicateKind::SenderNotBelieved, LiveBy::Secret),
        Fact::FalseData(_) | Fact::Silenced(_) | Fact::Misinformed(_) | Fact::Misled(_) => {
            (PredicateKind::DataNotFalse, LiveBy::Link)
        }
        Fact::Gain(..) => (PredicateKind::PrivilegeMissing, LiveBy::Weakness),
        Fact::Know(_) => (PredicateKind::SecretUnknown, LiveBy::Secret),
        Fact::Defeated(_) => (PredicateKind::ControlStands, LiveBy::Control),
        Fact::Swayed(..) | Fact::Mute(..) | Fact::Degraded(..) | Fact::Harmed(..) | Fact::Unrelieved(..) => {
            (PredicateKind::FunctionStands, LiveBy::Function)
        }
    };
    let text = format!("it is not so that {words}");
    FailedPredicate { kind, at: Some(fact.place()), component: None, criterion: None, live_by, text }
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
