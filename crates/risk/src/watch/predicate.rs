//! What does not hold, one by one, as names that a program can compare and in words.

use std::sync::{Arc, Mutex, PoisonError};

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
use crate::program::FactId;
use crate::subject::SubjectKey;
use crate::vocabulary::Table;

/// Where a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum At<'a> {
    /// At something that has a design.
    Design(&'a DesignOf),
    /// At an element.
    Element(&'a ElementId),
}

impl<'a> At<'a> {
    pub fn of(subject: &'a SubjectKey) -> Self {
        match subject {
            SubjectKey::Weakness(_, of, _) => Self::Design(of),
            SubjectKey::Vulnerability(_, id) | SubjectKey::Presumed(id) => Self::Element(id),
        }
    }

    fn place(self) -> Place {
        match self {
            Self::Design(DesignOf::Link(id)) => Place::Link(id.to_string()),
            Self::Design(DesignOf::Secret(id)) => Place::Secret(id.to_string()),
            Self::Design(DesignOf::Function(id)) => Place::Function(id.to_string()),
            Self::Design(DesignOf::Element(id)) | Self::Element(id) => Place::Element(id.to_string()),
        }
    }
}

/// What is said, before it is put into words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Saying<'a> {
    Harmless(&'a ElementId),
    ByDecision(At<'a>, Vec<&'a ClaimId>),
    ByWhole(At<'a>, usize),
    BySeveral(At<'a>, Option<Date>),
    NotThere(At<'a>, Option<Date>),
    Described(&'a ElementId, Vec<&'a ClaimId>),
    Missing(FactId),
}

/// What is said, of the set with this number if of any.
type OfSet<'a> = (Saying<'a>, Option<usize>);

/// Predicates of one reading, shared by all items that say the same: whatever is at an element needs the same decisions on it. Items are
/// worked out on all processors: who says something first puts it into words, and they are the same whoever that is.
pub(crate) struct Predicates<'a> {
    effects: &'a Effects,
    said: Mutex<Table<OfSet<'a>, Arc<FailedPredicate>>>,
}

impl<'a> Predicates<'a> {
    pub fn new(effects: &'a Effects) -> Self {
        Self { effects, said: Mutex::default() }
    }

    /// The one copy of a predicate, of the set with this number.
    fn keep(
        &self,
        saying: Saying<'a>,
        together: Option<usize>,
        words: impl FnOnce() -> FailedPredicate,
    ) -> Arc<FailedPredicate> {
        let key = (saying, together);
        let said = || self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(predicate) = said().get(&key) {
            return Arc::clone(predicate);
        }
        // Nobody waits while it is put into words.
        let predicate = Arc::new(FailedPredicate { together, ..words() });
        Arc::clone(said().entry(key).or_insert(predicate))
    }

    /// That it leads to no harm from where it is.
    pub(super) fn harmless(&self, element: &'a ElementId, together: Option<usize>) -> Arc<FailedPredicate> {
        self.keep(Saying::Harmless(element), together, || harmless(element))
    }

    /// That decisions keep it away, each of which is needed.
    pub(super) fn by_decision(&self, at: At<'a>, claims: &[&'a ClaimId]) -> Arc<FailedPredicate> {
        let words = || by_decision(at.place(), claims, self.effects);
        self.keep(Saying::ByDecision(at, claims.to_vec()), None, words)
    }

    /// That one decision keeps it away, by several of the claims that it speaks of and none of them alone.
    pub(super) fn by_whole(&self, at: At<'a>, decision: Spoken<'_>) -> Arc<FailedPredicate> {
        self.keep(Saying::ByWhole(at, decision.number), None, || by_whole(at.place(), decision))
    }

    /// That several decisions keep it away, and no one of them is needed.
    pub(super) fn by_several(&self, at: At<'a>, until: Option<Date>) -> Arc<FailedPredicate> {
        self.keep(Saying::BySeveral(at, until), None, || by_several(at.place(), until))
    }

    /// That decisions say that it is not there.
    pub(super) fn not_there(&self, at: At<'a>, until: Option<Date>, together: Option<usize>) -> Arc<FailedPredicate> {
        self.keep(Saying::NotThere(at, until), together, || not_there(at.place(), until))
    }

    /// That decisions say that nothing is there but what is listed.
    pub(super) fn described(&self, element: &'a ElementId, claims: &[&'a ClaimId]) -> Arc<FailedPredicate> {
        let words = || described(element, claims, self.effects);
        self.keep(Saying::Described(element, claims.to_vec()), None, words)
    }

    /// That a fact does not come about which a step needs.
    pub(super) fn missing(
        &self,
        (id, fact, words): (FactId, &Fact, &str),
        together: Option<usize>,
    ) -> Arc<FailedPredicate> {
        self.keep(Saying::Missing(id), together, || missing(fact, words))
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
        text: text.into(),
    }
}

fn harmless(element: &ElementId) -> FailedPredicate {
    let text = format!("what it gives at {element} leads to no harm to a person");
    failing(PredicateKind::NoHarmReached, Place::Element(element.to_string()), LiveBy::Link, text)
}

fn by_decision(at: Place, claims: &[&ClaimId], effects: &Effects) -> FailedPredicate {
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

fn by_whole(at: Place, Spoken { number, claims, until }: Spoken<'_>) -> FailedPredicate {
    let ends = ending(", until ", until);
    let text = format!("decision {number} keeps it away by several of its {} claims together{ends}", claims.len());
    let listed = if claims.len() > LISTED { &[] } else { claims };
    let claims = listed.iter().map(ToString::to_string).collect();
    let decision = Some(number);
    FailedPredicate { claims, decision, until, ..failing(PredicateKind::DecisionHolds, at, LiveBy::Decision, text) }
}

fn by_several(at: Place, until: Option<Date>) -> FailedPredicate {
    let ends = ending(", until ", until);
    let text = format!("several decisions keep it away, and no single one of them is needed{ends}");
    FailedPredicate { until, ..failing(PredicateKind::DecisionHolds, at, LiveBy::Decision, text) }
}

fn not_there(at: Place, until: Option<Date>) -> FailedPredicate {
    let text = format!("by decisions it is not there{}", ending(", until ", until));
    FailedPredicate { until, ..failing(PredicateKind::DecisionHolds, at, LiveBy::Decision, text) }
}

fn ending(before: &str, until: Option<Date>) -> String {
    until.map_or_else(String::new, |day| format!("{before}{day}"))
}

fn described(element: &ElementId, claims: &[&ClaimId], effects: &Effects) -> FailedPredicate {
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
pub(super) fn absent(finding: &Finding, together: Option<usize>) -> FailedPredicate {
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
        together,
        text: finding.proof.environment.join("; ").into(),
    }
}

fn missing(fact: &Fact, words: &str) -> FailedPredicate {
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
        | Fact::Unaware(_)
        | Fact::Misinformed(_)
        | Fact::Misled(_) => (PredicateKind::DataNotFalse, LiveBy::Link),
        Fact::Gain(..) => (PredicateKind::PrivilegeMissing, LiveBy::Weakness),
        Fact::Know(_) => (PredicateKind::SecretUnknown, LiveBy::Secret),
        Fact::Defeated(_) => (PredicateKind::ControlStands, LiveBy::Control),
        Fact::Swayed(..)
        | Fact::Mute(..)
        | Fact::Idle(..)
        | Fact::Helpless(..)
        | Fact::Degraded(..)
        | Fact::Harmed(..)
        | Fact::Unrelieved(..) => (PredicateKind::FunctionStands, LiveBy::Function),
    };
    let text = format!("it is not so that {words}");
    failing(kind, fact.place(), live_by, text)
}
