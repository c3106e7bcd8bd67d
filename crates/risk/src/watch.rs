//! What touches nothing today, and where the model is not known to be complete.

use jiff::ToSpan;
use jiff::civil::Date;
use ward_model::assessment::{Gap, WatchItem};
use ward_model::claim::{ClaimId, ElementClaim};
use ward_model::design::DesignOf;
use ward_model::finding::{Finding, State};
use ward_model::ids::ElementId;
use ward_model::verdict::{Outcome, Place, Verdict};
use ward_model::watching::{FailedPredicate, LiveBy, PredicateKind, WatchedComponent};

use crate::context::Situation;
use crate::effects::Effects;
use crate::fact::Fact;
use crate::presume::COMPLETENESS;
use crate::run::{Key, Run};
use crate::subject::SubjectKey;

/// What a subject that reaches nothing owes to decisions. That everything of an element is listed is apart: without that nobody knows
/// what it leads to, with the others it is known to lead to harm or to what is not known.
pub(crate) struct Waiting<'a> {
    key: &'a Key,
    /// The decided claims without any one of which it would not be controlled.
    alone: Vec<&'a ClaimId>,
    /// Those that say that all of an element is listed.
    described: Vec<&'a ClaimId>,
    /// The last day on which it is found controlled.
    valid_until: Option<Date>,
}

impl<'a> Waiting<'a> {
    /// What is told of a subject, if it is controlled and reaches no harm.
    pub fn new(key: &'a Key, verdict: &'a Verdict) -> Option<Self> {
        if key.because.is_some() || verdict.verdict == Outcome::Uncontrolled || verdict.harm.is_some() {
            return None;
        }
        let claims = verdict.sensitivity.iter().map(|point| &point.claim);
        let (described, alone) = claims.partition(|claim| describes(claim));
        Some(Self { key, alone, described, valid_until: verdict.valid_until })
    }

    /// Whether decisions keep it away, if it comes out like this where nothing is decided but what is listed.
    fn is_held(&self, listed: impl Fn(&Key) -> Outcome) -> bool {
        !self.alone.is_empty() || listed(self.key) == Outcome::Uncontrolled
    }
}

/// Whether a claim says that all of an element is listed.
pub(crate) fn describes(claim: &ClaimId) -> bool {
    matches!(claim, ClaimId::Element(_, what) if COMPLETENESS.contains(what))
}

/// Vulnerabilities and weaknesses that reach nobody as things stand, with what does not hold; `listed` says how they come out where
/// nothing is decided but that all of the elements is listed. What does not arise and would lead to no harm if it did is not among
/// them, but for vulnerabilities that decisions say are not there.
pub(crate) fn items(run: &Run<'_>, waiting: &[Waiting<'_>], listed: impl Fn(&Key) -> Outcome) -> Vec<WatchItem> {
    waiting.iter().filter_map(|one| item(run, one, one.is_held(&listed))).collect()
}

fn item(run: &Run<'_>, waiting: &Waiting<'_>, held: bool) -> Option<WatchItem> {
    let subject = &waiting.key.subject;
    let facts = run.lacking_facts(waiting.key);
    let arises = facts.is_some();
    if !arises && !held && matches!(subject, SubjectKey::Weakness(..)) {
        return None;
    }
    let effects = run.context().effects;
    let facts = facts.unwrap_or_default();
    let lacking: Vec<&str> = facts.keys().map(String::as_str).collect();
    let (mut failed, mut live, mut predicates) = (Vec::new(), Vec::new(), Vec::new());
    if !lacking.is_empty() {
        failed.push(format!("it is not so that {}", lacking.join("; or that ")));
        live.push(format!("one of these comes about: {}", lacking.join("; ")));
        predicates.extend(facts.iter().map(|(words, fact)| missing(fact, words)));
    } else if arises || !held {
        failed.push("its steps lead to no harm to a person".to_owned());
        live.push(format!("a function that can harm, or a link onward, is added to {}", subject.element()));
        predicates.push(harmless(subject.element()));
    }
    if held || !arises {
        let held = by_decision(place(subject), &waiting.alone, waiting.valid_until, effects);
        failed.push(held.text.clone());
        live.push(match &waiting.alone[..] {
            [] => "those decisions end or are withdrawn".to_owned(),
            [_] => "that decision ends or is withdrawn".to_owned(),
            _ => "one of those decisions ends or is withdrawn".to_owned(),
        });
        predicates.push(held);
    }
    if !waiting.described.is_empty() {
        predicates.push(described(subject.element(), &waiting.described, effects));
    }
    // What is not there and leads to nothing needs both to become live.
    let live = live.join(if arises || held { "; or " } else { ", and " });
    Some(watched(
        run,
        subject.subject().id,
        subject.element(),
        (failed.join("; "), live),
        predicates,
        waiting.valid_until,
    ))
}

/// What records say of components, and what they ask for beside these that is not there.
pub(crate) fn absences(run: &Run<'_>) -> Vec<WatchItem> {
    let context = run.context();
    let mut items = Vec::new();
    for element in context.device().elements.keys() {
        let found = context.report(element).map_or(&[][..], |report| &report.findings);
        // Only of what is listed completely is it known what is not there.
        let software = ClaimId::Element(element.clone(), ElementClaim::SoftwareListed);
        let software: Vec<&ClaimId> =
            Some(&software).filter(|claim| context.effects.holds(claim)).into_iter().collect();
        for finding in found.iter().filter(|finding| finding.state == State::NotAffected) {
            let failed = format!("{}: {}", finding.component.name, finding.proof.environment.join("; "));
            let words = (failed, "what is absent from the inventory is added to it".to_owned());
            let mut predicates = vec![absent(finding)];
            if !software.is_empty() {
                predicates.push(described(element, &software, context.effects));
            }
            let until = predicates.iter().filter_map(|predicate| predicate.until).min();
            items.push(watched(run, finding.vulnerability.id.to_string(), element, words, predicates, until));
        }
    }
    items
}

fn watched(
    run: &Run<'_>,
    event: String,
    element: &ElementId,
    (failed_predicate, becomes_live_if): (String, String),
    predicates: Vec<FailedPredicate>,
    until: Option<Date>,
) -> WatchItem {
    let context = run.context();
    let review_by = context.situation.as_of.saturating_add(i64::from(context.policy.review_days).days());
    WatchItem {
        event,
        element: element.clone(),
        fielded_version: context.version.id.clone(),
        failed_predicate,
        becomes_live_if,
        review_by: until.map_or(review_by, |until| until.min(review_by)),
        predicates,
    }
}

/// Where a subject is.
fn place(subject: &SubjectKey) -> Place {
    match subject {
        SubjectKey::Weakness(_, DesignOf::Link(id), _) => Place::Link(id.to_string()),
        SubjectKey::Weakness(_, DesignOf::Secret(id), _) => Place::Secret(id.to_string()),
        SubjectKey::Weakness(_, DesignOf::Function(id), _) => Place::Function(id.to_string()),
        SubjectKey::Weakness(_, DesignOf::Element(id), _) => Place::Element(id.to_string()),
        SubjectKey::Vulnerability(_, id) | SubjectKey::Presumed(id) => Place::Element(id.to_string()),
    }
}

/// A predicate about a place, with nothing else.
fn failing(kind: PredicateKind, at: Place, live_by: LiveBy, text: String) -> FailedPredicate {
    let at = Some(at);
    FailedPredicate { kind, at, component: None, criterion: None, live_by, claims: Vec::new(), until: None, text }
}

/// That it leads to no harm from where it is.
fn harmless(element: &ElementId) -> FailedPredicate {
    let text = format!("what it gives at {element} leads to no harm to a person");
    failing(PredicateKind::NoHarmReached, Place::Element(element.to_string()), LiveBy::Link, text)
}

/// That decisions keep it away.
fn by_decision(at: Place, claims: &[&ClaimId], valid_until: Option<Date>, effects: &Effects) -> FailedPredicate {
    let until = if claims.is_empty() { valid_until } else { first_end(claims, effects) };
    let ends = |before: &str| until.map_or_else(String::new, |day| format!("{before}{day}"));
    let text = match claims {
        [] => format!("several decisions together keep it away{}", ends(", until ")),
        [claim] => format!("the decision on {claim} keeps it away{}", ends(", until ")),
        claims => {
            format!("it takes every decision on {} to keep it away{}", named(claims), ends("; the first ends on "))
        }
    };
    let claims = claims.iter().map(ToString::to_string).collect();
    FailedPredicate { claims, until, ..failing(PredicateKind::DecisionHolds, at, LiveBy::Decision, text) }
}

/// That decisions say that nothing is there but what is listed.
fn described(element: &ElementId, claims: &[&ClaimId], effects: &Effects) -> FailedPredicate {
    let until = first_end(claims, effects);
    let end = until.map_or_else(String::new, |day| format!(", until {day}"));
    let text = format!("nothing else is there to lead on, by the decisions on {}{end}", named(claims));
    let at = Place::Element(element.to_string());
    let claims = claims.iter().map(ToString::to_string).collect();
    FailedPredicate { claims, until, ..failing(PredicateKind::DescribedCompletely, at, LiveBy::Decision, text) }
}

/// The first of the last days of these claims.
fn first_end(claims: &[&ClaimId], effects: &Effects) -> Option<Date> {
    claims.iter().filter_map(|claim| effects.until(claim)).min()
}

/// How many claims are named in words where there are more.
const NAMED: usize = 3;

fn named(claims: &[&ClaimId]) -> String {
    let first: Vec<String> = claims.iter().take(NAMED).map(ToString::to_string).collect();
    match claims.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
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
        claims: Vec::new(),
        until: None,
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
        Fact::FalseData(_) | Fact::Silenced(_) | Fact::Quiet(_) | Fact::Uninformed(_) | Fact::Misinformed(_) | Fact::Misled(_) => {
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
    failing(kind, fact.place(), live_by, text)
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
