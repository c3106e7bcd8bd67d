//! What is not known of an element, and so is taken at its worst.

use ward_model::claim::{ClaimId, ElementClaim, Evidence};
use ward_model::device::HowDegraded;
use ward_model::ids::{ComponentRef, ElementId, FunctionId};
use ward_model::verdict::PresumedBecause;

use crate::context::{Context, Unknowns};

/// Something that is not known of an element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Presumption {
    pub element: ElementId,
    pub because: PresumedBecause,
}

/// The claims without which an element is not known to be described completely.
pub(crate) const COMPLETENESS: [ElementClaim; 3] =
    [ElementClaim::InterfacesListed, ElementClaim::SoftwareListed, ElementClaim::FunctionsListed];

/// Everything that is not known, by element and reason.
pub(crate) fn presumptions(context: &Context<'_>) -> Vec<Presumption> {
    if context.unknowns == Unknowns::Best {
        return Vec::new();
    }
    context.device().elements.keys().flat_map(|element| presumptions_of(context, element)).collect()
}

/// What is not known of one element, the unknown read at its worst.
pub(crate) fn presumptions_of(context: &Context<'_>, element: &ElementId) -> Vec<Presumption> {
    let mut found = Vec::new();
    let mut presume = |because| found.push(Presumption { element: element.clone(), because });
    let listed = || COMPLETENESS.into_iter().all(|claim| context.holds_for_element(element, claim));
    if !context.catalogue.unsaid(element).is_empty() || !listed() {
        presume(PresumedBecause::Unmodelled);
    }
    let inventory = context.inventory(element);
    let partial = inventory.given && context.situation.partial_knowledge.is_some();
    if partial
        || no_inventory(context, element).is_some()
        || inventory.unassessed.iter().any(|(component, _)| is_open(context, element, component))
    {
        presume(PresumedBecause::Unassessed);
    }
    if inventory.untold(context.effects).next().is_some() {
        presume(PresumedBecause::UnknownRange);
    }
    found
}

/// Why nothing can count as assessed where an element may run software and nobody has said which.
fn no_inventory(context: &Context<'_>, element: &ElementId) -> Option<&'static str> {
    if context.device().elements.get(element).is_some_and(|element| element.without_software) {
        return None;
    }
    match context.version.inventories.get(element) {
        None => Some("no SBOM says what runs on it in this version"),
        Some(sbom) if sbom.components.is_empty() => Some("its SBOM lists no component"),
        Some(_) => None,
    }
}

/// Whether a component that could not be assessed is open still: nobody has looked at it by other means, or what is exploited may
/// touch it, or what names it has come to be known since, of which no review can have known.
fn is_open(context: &Context<'_>, element: &ElementId, component: &ComponentRef) -> bool {
    context.inventory(element).exploited.contains(component)
        || !context.reviewed(element, component)
        || context.known_since_review(element, component).is_some()
}

/// In words, what no review of a component can have known.
fn since_review(context: &Context<'_>, element: &ElementId, component: &ComponentRef) -> String {
    let Some(since) = context.known_since_review(element, component) else { return String::new() };
    let (count, verb) = if since.count == 1 {
        ("1 vulnerability".to_owned(), "names")
    } else {
        (format!("{} vulnerabilities", since.count), "name")
    };
    let day = since.day.map_or_else(|| "without a day".to_owned(), |day| format!("of {day}"));
    format!(
        "; {count} that {verb} it may have come to be known since it was reviewed on {}, the newest {} {day}",
        since.reviewed, since.newest
    )
}

/// In words, why a claim of completeness has no effect.
fn undecided(context: &Context<'_>, element: &ElementId, claim: ElementClaim) -> String {
    let made = context.device().claims.get(&ClaimId::Element(element.clone(), claim));
    match made.and_then(|made| made.evidence.as_ref()).and_then(Evidence::against) {
        Some(reason) => format!("{} has no effect: {reason}", claim.word()),
        None => format!("no decision stands behind {}", claim.word()),
    }
}

/// In words, what nobody has said of an essential function.
pub(crate) fn unsaid(function: &FunctionId, on: HowDegraded) -> String {
    format!("nobody has said what follows from {on} of {function}, which is essential")
}

/// In words, what is missing.
pub(crate) fn missing(context: &Context<'_>, presumption: &Presumption) -> Vec<String> {
    let element = &presumption.element;
    let inventory = context.inventory(element);
    match presumption.because {
        PresumedBecause::Unmodelled => COMPLETENESS
            .into_iter()
            .filter(|claim| !context.holds_for_element(element, *claim))
            .map(|claim| undecided(context, element, claim))
            .chain(context.catalogue.unsaid(element).iter().map(|(function, on)| unsaid(function, *on)))
            .collect(),
        PresumedBecause::Unassessed => {
            let open = inventory.unassessed.iter().filter(|(component, _)| is_open(context, element, component));
            let partial = context.situation.partial_knowledge.map(str::to_owned);
            let none = no_inventory(context, element).map(str::to_owned);
            none.into_iter()
                .chain(partial)
                .chain(open.map(|(component, text)| format!("{text}{}", since_review(context, element, component))))
                .collect()
        }
        PresumedBecause::UnknownRange => inventory.untold(context.effects).map(|(_, text)| text.to_owned()).collect(),
    }
}
