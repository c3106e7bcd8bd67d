//! The device becomes a program: facts, and the derivations between them.
//!
//! A control that has effect adds "it is defeated" to the premises of every step it cuts, and takes nothing away. So controls only
//! cut, and adding anything to a device only adds derivations.

use std::collections::BTreeMap;

use ward_model::device::Cut;
use ward_model::ids::{ControlId, ElementId, LinkId, VulnerabilityId, ZoneId};
use ward_model::scale::{Exploitability, Position, Reach};
use ward_policy::Privilege;

use crate::context::Context;
use crate::fact::{Fact, Nearness};
use crate::program::{Derivation, DerivationId, Program, ReachRule};
use crate::subject::SubjectKey;

mod controls;
mod findings;
mod functions;
mod links;

/// A program, and which of its derivations belong to which subject.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grounded {
    pub program: Program,
    pub steps: BTreeMap<SubjectKey, Vec<DerivationId>>,
}

/// Builds the program of a context. `presumed` elements are taken to be in the attacker's hands.
pub(crate) fn ground(context: &Context<'_>, presumed: &[ElementId]) -> Grounded {
    let mut builder = Builder { context, grounded: Grounded::default(), cuts: active_cuts(context) };
    for position in context.device().positions() {
        builder.derive(
            Vec::new(),
            Fact::At(position),
            Exploitability::High,
            ReachRule::Exactly(Reach::Fleet),
            "where an attacker may stand",
        );
    }
    elements(&mut builder);
    links::ground(&mut builder);
    findings::ground(&mut builder);
    controls::ground(&mut builder);
    functions::ground(&mut builder);
    for element in presumed {
        presume(&mut builder, element);
    }
    builder.grounded
}

/// Takes an element for the attacker's: outright, and for whoever comes near it, so that what leads to it leads on.
fn presume(builder: &mut Builder<'_>, element: &ElementId) {
    let by = "presumed: what is not known is taken at its worst";
    let fact = Fact::Gain(element.clone(), Privilege::Execute);
    let id = builder.derive(Vec::new(), fact.clone(), Exploitability::High, ReachRule::Exactly(Reach::Fleet), by);
    builder.grounded.steps.entry(SubjectKey::Presumed(element.clone())).or_default().push(id);
    let links = builder.context.device().links.values().filter(|link| link.from == *element || link.to == *element);
    let near: Vec<Fact> = links
        .map(|link| Fact::Inject(link.id.clone(), Nearness::Far))
        .chain([Fact::Present(element.clone())])
        .collect();
    for premise in near {
        builder.derive(vec![premise], fact.clone(), Exploitability::High, ReachRule::Exactly(Reach::Fleet), by);
    }
}

/// Touching elements, and what one privilege brings with it.
fn elements(builder: &mut Builder<'_>) {
    for element in builder.context.device().elements.values() {
        let cuts = builder.cutting(&Cuttable::Presence(&element.id));
        for (position, reach) in [(Position::Physical, Reach::One), (Position::Insider, Reach::Site)] {
            builder.step(
                vec![Fact::At(position)],
                Fact::Present(element.id.clone()),
                Exploitability::High,
                ReachRule::Exactly(reach),
                "whoever stands there can touch it",
                &cuts,
            );
        }
        for &privilege in Privilege::ALL {
            for &implied in privilege.implies() {
                builder.derive(
                    vec![Fact::Gain(element.id.clone(), privilege)],
                    Fact::Gain(element.id.clone(), implied),
                    Exploitability::High,
                    ReachRule::First(Reach::One),
                    &format!("{} brings {}", privilege.word(), implied.word()),
                );
            }
        }
    }
}

/// Something that a control may cut.
enum Cuttable<'a> {
    Step { step: &'a str, at: &'a ElementId },
    Message { link: &'a LinkId, zones: [Option<&'a ZoneId>; 2], from: Option<Position> },
    Presence(&'a ElementId),
    Vulnerability { id: &'a VulnerabilityId, at: &'a ElementId },
}

struct Builder<'a> {
    context: &'a Context<'a>,
    grounded: Grounded,
    cuts: Vec<(ControlId, Cut)>,
}

fn active_cuts(context: &Context<'_>) -> Vec<(ControlId, Cut)> {
    context.controls().flat_map(|control| control.cuts.iter().map(|cut| (control.id.clone(), cut.clone()))).collect()
}

impl Builder<'_> {
    /// The controls in effect that cut this.
    fn cutting(&self, what: &Cuttable<'_>) -> Vec<ControlId> {
        let from = |listed: &[Position], from: Option<Position>| {
            listed.is_empty() || from.is_some_and(|position| listed.contains(&position))
        };
        let mut controls: Vec<ControlId> = self
            .cuts
            .iter()
            .filter(|(_, cut)| match (cut, what) {
                (Cut::Step { step, at }, Cuttable::Step { step: taken, at: place }) => step == taken && at == *place,
                (Cut::Link { link, from: listed }, Cuttable::Message { link: used, from: position, .. }) => {
                    link == *used && from(listed, *position)
                }
                (Cut::LinksIntoZone { zone, from: listed }, Cuttable::Message { zones, from: position, .. }) => {
                    zones.iter().flatten().any(|ends| *ends == zone) && from(listed, *position)
                }
                (Cut::Presence { at }, Cuttable::Presence(place)) => at == *place,
                (Cut::Vulnerability { id, at }, Cuttable::Vulnerability { id: used, at: place }) => {
                    id == *used && at == *place
                }
                _ => false,
            })
            .map(|(control, _)| control.clone())
            .collect();
        controls.sort();
        controls.dedup();
        controls
    }

    /// Adds a derivation that nothing cuts.
    fn derive(
        &mut self,
        premises: Vec<Fact>,
        conclusion: Fact,
        class: Exploitability,
        reach: ReachRule,
        by: &str,
    ) -> DerivationId {
        let program = &mut self.grounded.program;
        let premises = premises.into_iter().map(|fact| program.fact(fact)).collect();
        let conclusion = program.fact(conclusion);
        program.derive(Derivation { premises, conclusion, class, reach, by: by.to_owned() })
    }

    /// Adds a derivation that these controls cut: it needs every one of them defeated.
    fn step(
        &mut self,
        mut premises: Vec<Fact>,
        conclusion: Fact,
        class: Exploitability,
        reach: ReachRule,
        by: &str,
        cuts: &[ControlId],
    ) -> DerivationId {
        premises.extend(cuts.iter().cloned().map(Fact::Defeated));
        self.derive(premises, conclusion, class, reach, by)
    }

    /// Adds a derivation that is a subject's own step.
    #[expect(clippy::too_many_arguments, reason = "a step is these things")]
    fn subject_step(
        &mut self,
        subject: SubjectKey,
        premises: Vec<Fact>,
        conclusion: Fact,
        class: Exploitability,
        reach: ReachRule,
        by: &str,
        cuts: &[ControlId],
    ) {
        let id = self.step(premises, conclusion, class, reach, by, cuts);
        self.grounded.steps.entry(subject).or_default().push(id);
    }
}
