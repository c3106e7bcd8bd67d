//! What touches nothing today, and what would make it live.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use ward_model::assessment::WatchItem;
use ward_model::claim::{ClaimId, ElementClaim};
use ward_model::finding::State;
use ward_model::ids::ElementId;
use ward_model::verdict::{Outcome, Verdict};
use ward_model::watching::FailedPredicate;

use crate::effects::Effects;
use crate::presume::COMPLETENESS;
use crate::run::{Key, MissingSet, Run};
use crate::subject::SubjectKey;
use crate::texts::exactly;

mod gaps;
mod predicate;

pub(crate) use gaps::gaps;
pub(crate) use predicate::Predicates;
use predicate::{At, absent};

/// A decision that speaks of several claims.
#[derive(Clone, Copy)]
pub(crate) struct Spoken<'a> {
    /// Its number.
    pub number: usize,
    /// Those of its claims that have effect.
    pub claims: &'a [ClaimId],
    /// The last day on which any of them has.
    pub until: Option<Date>,
}

impl<'a> Spoken<'a> {
    pub fn new(number: usize, claims: &'a [ClaimId], effects: &Effects) -> Self {
        Self { number, claims, until: claims.iter().filter_map(|claim| effects.until(claim)).max() }
    }
}

/// What a subject that reaches nothing owes to decisions. That everything of an element is listed is apart: without that nobody knows
/// what it leads to, with the others it is known to lead to harm or to what is not known.
pub(crate) struct Waiting<'a> {
    key: &'a Key,
    /// The decided claims without any one of which it would not be controlled.
    alone: Vec<&'a ClaimId>,
    /// Those that say that all of an element is listed.
    described: Vec<&'a ClaimId>,
    /// The decisions without which it would not be controlled, although no claim of theirs is needed alone.
    whole: Vec<Spoken<'a>>,
    /// The last day on which it is found controlled.
    valid_until: Option<Date>,
}

impl<'a> Waiting<'a> {
    /// What is told of a subject, if it is controlled and reaches no harm; `whole` says which decisions it takes whole, beside claims
    /// that are needed alone.
    pub fn new(key: &'a Key, verdict: &'a Verdict, whole: impl FnOnce(&[&ClaimId]) -> Vec<Spoken<'a>>) -> Option<Self> {
        if key.because.is_some() || verdict.verdict == Outcome::Uncontrolled || verdict.harm.is_some() {
            return None;
        }
        let claims: Vec<&ClaimId> = verdict.sensitivity.iter().map(|point| &point.claim).collect();
        Some(Self::of(key, claims, whole, verdict.valid_until))
    }

    /// What is told of a subject that arises only without some decisions.
    pub fn of(
        key: &'a Key,
        claims: Vec<&'a ClaimId>,
        whole: impl FnOnce(&[&ClaimId]) -> Vec<Spoken<'a>>,
        valid_until: Option<Date>,
    ) -> Self {
        let whole = whole(&claims);
        let (described, alone) = claims.into_iter().partition(|claim| describes(claim));
        Self { key, alone, described, whole, valid_until }
    }

    /// Whether decisions keep it away, if it comes out like this where nothing is decided but what is listed.
    fn is_held(&self, listed: impl Fn(&Key) -> Outcome) -> bool {
        !self.alone.is_empty() || !self.whole.is_empty() || listed(self.key) == Outcome::Uncontrolled
    }
}

/// Whether a claim says that all of an element is listed.
pub(crate) fn describes(claim: &ClaimId) -> bool {
    matches!(claim, ClaimId::Element(_, what) if COMPLETENESS.contains(what))
}

/// Vulnerabilities and weaknesses that reach nobody as things stand, with what does not hold, and elements of which nothing is presumed
/// by decisions; `listed` says how they come out where nothing is decided but that all of the elements is listed. What does not arise
/// and would lead to no harm if it did is not among them, but for vulnerabilities that decisions say are not there.
pub(crate) fn items<'a, T>(
    (run, predicates): (&Run<'_>, &Predicates<'a>),
    all: &'a [T],
    waiting: impl Fn(&'a T) -> Option<Waiting<'a>>,
    listed: impl Fn(&Key) -> Outcome,
) -> Vec<WatchItem> {
    let each = all.iter().filter_map(waiting).filter_map(|one| match one.key.because {
        Some(_) => Some(presumable((run, predicates), &one)),
        None => item((run, predicates), &one, one.is_held(&listed)),
    });
    each.collect()
}

/// What is said of an item while it is put together.
struct Said<'p, 'a> {
    kept: &'p Predicates<'a>,
    failed: Vec<Arc<str>>,
    live: Vec<String>,
    predicates: Vec<Arc<FailedPredicate>>,
    /// How many sets of predicates that go together there are.
    sets: usize,
}

impl<'p, 'a> Said<'p, 'a> {
    fn new(kept: &'p Predicates<'a>) -> Self {
        Self { kept, failed: Vec::new(), live: Vec::new(), predicates: Vec::new(), sets: 0 }
    }

    /// The number of the next set of predicates that make it live only all together.
    fn next_set(&mut self) -> Option<usize> {
        self.sets += 1;
        Some(self.sets)
    }

    /// What decisions keep away, and what happens when they end.
    fn held(&mut self, waiting: &Waiting<'a>) {
        let (kept, at) = (self.kept, At::of(&waiting.key.subject));
        let mut held = |predicate: Arc<FailedPredicate>, live: String| {
            self.failed.push(Arc::clone(&predicate.text));
            self.live.push(live);
            self.predicates.push(predicate);
        };
        if !waiting.alone.is_empty() {
            let which = if waiting.alone.len() == 1 { "that decision" } else { "one of those decisions" };
            held(kept.by_decision(at, &waiting.alone), format!("{which} ends or is withdrawn"));
        }
        for decision in &waiting.whole {
            held(kept.by_whole(at, *decision), format!("decision {} ends or is withdrawn", decision.number));
        }
        if waiting.alone.is_empty() && waiting.whole.is_empty() {
            let live = "more than one of the decisions that keep it away ends or is withdrawn".to_owned();
            held(kept.by_several(at, waiting.valid_until), live);
        }
    }
}

fn item<'a>((run, predicates): (&Run<'_>, &Predicates<'a>), waiting: &Waiting<'a>, held: bool) -> Option<WatchItem> {
    let key: &'a Key = waiting.key;
    let subject = &key.subject;
    let element = subject.element();
    let sets = run.missing_sets(waiting.key);
    let arises = sets.is_some();
    if !arises && !held && matches!(subject, SubjectKey::Weakness(..)) {
        return None;
    }
    let mut said = Said::new(predicates);
    match sets.as_deref() {
        Some(sets @ [_, ..]) => lacking(run, element, sets, &mut said),
        Some([]) => {
            said.failed.push("its steps lead to no harm to a person".into());
            said.live.push(format!("a function that can harm, or a link onward, is added to {element}"));
            said.predicates.push(predicates.harmless(element, None));
        }
        None if held => {}
        // What is not there and leads to nothing needs both to become live.
        None => {
            let together = said.next_set();
            let gone = predicates.not_there(At::of(subject), waiting.valid_until, together);
            said.failed.push(format!("its steps lead to no harm to a person; {}", gone.text).into());
            said.live.push(format!(
                "those decisions end or are withdrawn, and a function that can harm, or a link onward, is added to {element}"
            ));
            said.predicates.extend([predicates.harmless(element, together), gone]);
        }
    }
    if held {
        said.held(waiting);
    }
    if !waiting.described.is_empty() {
        said.predicates.push(predicates.described(element, &waiting.described));
    }
    Some(watched(run, subject.subject().id, element, said, waiting.valid_until))
}

/// What steps lack to be taken. Where what they give is known to lead on, what they lack is enough; otherwise that is lacking too.
fn lacking<'a>(run: &Run<'_>, element: &'a ElementId, sets: &[MissingSet], said: &mut Said<'_, 'a>) {
    let leads = sets.iter().any(|set| set.leads);
    let words = |set: &MissingSet| {
        let mut facts: Vec<(String, _, _)> =
            set.facts.iter().map(|id| (run.fact(*id).words(), run.fact(*id), *id)).collect();
        facts.sort();
        facts
    };
    let mut told: Vec<Vec<(String, _, _)>> = sets.iter().filter(|set| set.leads == leads).map(words).collect();
    told.sort();
    let joined = |between: &str, each: &str| {
        let sets = told.iter().map(|set| set.iter().map(|(words, ..)| words.as_str()).collect::<Vec<_>>().join(each));
        sets.collect::<Vec<_>>().join(between)
    };
    let failed = format!("it is not so that {}", joined("; or that ", " and that "));
    let live = format!("one of these comes about: {}", joined("; ", " together with "));
    if leads {
        said.failed.push(failed.into());
        said.live.push(live);
    } else {
        said.failed.push(format!("{failed}; and {}", said.kept.harmless(element, None).text).into());
        said.live.push(format!("{live}; and a function that can harm, or a link onward, is added to {element}"));
    }
    for set in &told {
        let several = set.len() + usize::from(!leads) > 1;
        let together = if several { said.next_set() } else { None };
        let facts = set.iter().map(|(words, fact, id)| said.kept.missing((*id, fact, words), together));
        said.predicates.extend(facts);
        said.predicates.extend((!leads).then(|| said.kept.harmless(element, together)));
    }
}

/// An element of which nothing is presumed, by decisions.
fn presumable<'a>((run, predicates): (&Run<'_>, &Predicates<'a>), waiting: &Waiting<'a>) -> WatchItem {
    let key: &'a Key = waiting.key;
    let element = key.subject.element();
    let mut said = Said::new(predicates);
    if !waiting.described.is_empty() {
        let described = predicates.described(element, &waiting.described);
        said.failed.push(Arc::clone(&described.text));
        said.live.push(match waiting.described.len() {
            1 => "that decision ends or is withdrawn".to_owned(),
            _ => "one of those decisions ends or is withdrawn".to_owned(),
        });
        said.predicates.push(described);
    }
    if !waiting.alone.is_empty() || !waiting.whole.is_empty() {
        said.held(waiting);
    }
    if let Some(last) = said.live.last_mut() {
        last.push_str("; then it is not known what it leads to, and it is taken at its worst");
    }
    let until = said.predicates.iter().filter_map(|predicate| predicate.until).min();
    watched(run, element.to_string(), element, said, until)
}

/// What records say of components, and what they ask for beside these that is not there.
pub(crate) fn absences(run: &Run<'_>) -> Vec<WatchItem> {
    let context = run.context();
    let mut items = Vec::new();
    for element in context.device().elements.keys() {
        let found = context.report(element).map_or(&[][..], |report| &report.findings);
        let mut absences = found.iter().filter(|finding| finding.state == State::NotAffected).peekable();
        if absences.peek().is_none() {
            continue;
        }
        // Only of what is listed completely is it known what is not there.
        let software = ClaimId::Element(element.clone(), ElementClaim::SoftwareListed);
        let software: Vec<&ClaimId> =
            Some(&software).filter(|claim| context.effects.holds(claim)).into_iter().collect();
        let leads = run.held_leads(element);
        let predicates = Predicates::new(context.effects);
        for finding in absences {
            let mut said = Said::new(&predicates);
            said.failed.push(format!("{}: {}", finding.component.name, finding.proof.environment.join("; ")).into());
            said.live.push("what is absent from the inventory is added to it".to_owned());
            if leads {
                said.predicates.push(Arc::new(absent(finding, None)));
            } else {
                said.failed.push(Arc::clone(&predicates.harmless(element, None).text));
                said.live.push(format!("a function that can harm, or a link onward, is added to {element}"));
                said.live = vec![said.live.join("; and ")];
                let together = said.next_set();
                said.predicates.extend([Arc::new(absent(finding, together)), predicates.harmless(element, together)]);
            }
            if !software.is_empty() {
                said.predicates.push(predicates.described(element, &software));
            }
            let until = said.predicates.iter().filter_map(|predicate| predicate.until).min();
            items.push(watched(run, finding.vulnerability.id.to_string(), element, said, until));
        }
    }
    items
}

fn watched(
    run: &Run<'_>,
    event: String,
    element: &ElementId,
    Said { failed, live, predicates, .. }: Said<'_, '_>,
    until: Option<Date>,
) -> WatchItem {
    let context = run.context();
    let review_by = context.situation.as_of.saturating_add(i64::from(context.policy.review_days).days());
    // Mostly one thing does not hold, and it is said already.
    let failed_predicate = match &failed[..] {
        [one] => Arc::clone(one),
        all => run.keep(&all.join("; ")),
    };
    WatchItem {
        event,
        element: element.clone(),
        fielded_version: context.version.id.clone(),
        failed_predicate,
        becomes_live_if: run.keep(&live.join("; or ")),
        review_by: until.map_or(review_by, |until| until.min(review_by)),
        predicates: exactly(predicates),
    }
}
