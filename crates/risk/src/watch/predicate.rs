//! What does not hold, one by one, as names that a program can compare and in words.

use jiff::civil::Date;
use ward_model::claim::ClaimId;
use ward_model::design::DesignOf;
use ward_model::finding::Finding;
use ward_model::ids::ElementId;
use ward_model::verdict::Place;
use ward_model::watching::{FailedPredicate, LiveBy, PredicateKind, WatchedComponent};

use super::Spoken;
use crate::effects::Effects;
use crate::fact::Fact;
use crate::subject::SubjectKey;

/// Where a subject is.
pub(super) fn place(subject: &SubjectKey) -> Place {
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
    FailedPredicate {
        kind,
        at,
        component: None,
        criterion: None,
        live_by,
        claims: Vec::new(),
        decision: None,
        until: None,
        together: None,
        text,
    }
}

/// That it leads to no harm from where it is.
pub(super) fn harmless(element: &ElementId) -> FailedPredicate {
    let text = format!("what it gives at {element} leads to no harm to a person");
    failing(PredicateKind::NoHarmReached, Place::Element(element.to_string()), LiveBy::Link, text)
}

/// That decisions keep it away, each of which is needed.
pub(super) fn by_decision(at: Place, claims: &[&ClaimId], effects: &Effects) -> FailedPredicate {
    let until = first_end(claims, effects);
    let text = match claims {
        [claim] => format!("the decision on {claim} keeps it away{}", ending(", until ", until)),
        claims => {
            let ends = ending("; the first ends on ", until);
            format!("it takes every decision on {} to keep it away{ends}", named(claims))
        }
    };
    let claims = claims.iter().map(ToString::to_string).collect();
    FailedPredicate { claims, until, ..failing(PredicateKind::DecisionHolds, at, LiveBy::Decision, text) }
}

/// Claims of a decision that is needed whole are listed where there are no more than this: thousands may stand behind one, in as many
/// items.
const LISTED: usize = 20;

/// That one decision keeps it away, by several of the claims that it speaks of and none of them alone.
pub(super) fn by_whole(at: Place, Spoken { number, claims, until }: Spoken<'_>) -> FailedPredicate {
    let ends = ending(", until ", until);
    let text = format!("decision {number} keeps it away by several of its {} claims together{ends}", claims.len());
    let listed = if claims.len() > LISTED { &[] } else { claims };
    let claims = listed.iter().map(ToString::to_string).collect();
    let decision = Some(number);
    FailedPredicate { claims, decision, until, ..failing(PredicateKind::DecisionHolds, at, LiveBy::Decision, text) }
}

/// That several decisions keep it away, and no one of them is needed.
pub(super) fn by_several(at: Place, until: Option<Date>) -> FailedPredicate {
    let ends = ending(", until ", until);
    let text = format!("several decisions keep it away, and no single one of them is needed{ends}");
    FailedPredicate { until, ..failing(PredicateKind::DecisionHolds, at, LiveBy::Decision, text) }
}

/// That decisions say that it is not there.
pub(super) fn not_there(at: Place, until: Option<Date>) -> FailedPredicate {
    let text = format!("by decisions it is not there{}", ending(", until ", until));
    FailedPredicate { until, ..failing(PredicateKind::DecisionHolds, at, LiveBy::Decision, text) }
}

fn ending(before: &str, until: Option<Date>) -> String {
    until.map_or_else(String::new, |day| format!("{before}{day}"))
}

/// That decisions say that nothing is there but what is listed.
pub(super) fn described(element: &ElementId, claims: &[&ClaimId], effects: &Effects) -> FailedPredicate {
    let until = first_end(claims, effects);
    let end = ending(", until ", until);
    let by = if claims.len() == 1 { "decision" } else { "decisions" };
    let text = format!("nothing else is there to lead on, by the {by} on {}{end}", named(claims));
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
pub(super) fn absent(finding: &Finding) -> FailedPredicate {
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
        decision: None,
        until: None,
        together: None,
        text: finding.proof.environment.join("; "),
    }
}

/// That a fact does not come about which a step needs.
pub(super) fn missing(fact: &Fact, words: &str) -> FailedPredicate {
    let (kind, live_by) = match fact {
        Fact::Unguarded(_, fact) => return missing(fact, words),
        Fact::At(_) | Fact::Present(_) | Fact::Plugged(..) => (PredicateKind::PositionNotReachable, LiveBy::Position),
        Fact::Inside(_) | Fact::InsideUnnamed | Fact::InsideSome => (PredicateKind::NetworkNotEntered, LiveBy::Link),
        Fact::Inject(..) => (PredicateKind::LinkNotReachable, LiveBy::Link),
        Fact::Speak(_) => (PredicateKind::SenderNotBelieved, LiveBy::Secret),
        Fact::FalseData(_)
        | Fact::Silenced(_)
        | Fact::Quiet(_)
        | Fact::Uninformed(_)
        | Fact::Misinformed(_)
        | Fact::Misled(_) => (PredicateKind::DataNotFalse, LiveBy::Link),
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
