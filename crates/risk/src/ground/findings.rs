//! Vulnerabilities: every vector that somebody gave becomes steps of its own, never mixed with another's.

use std::collections::BTreeMap;

use ward_model::cvss::{AttackVector, Privileges, Vector};
use ward_model::device::Stage;
use ward_model::finding::State;
use ward_model::ids::{ElementId, LinkId, VulnerabilityId};
use ward_model::scale::{Exploitability, Reach};
use ward_policy::Privilege;

use super::links::secret_of;
use super::{Builder, Cuttable};
use crate::context::{Context, Unknowns};
use crate::fact::{Fact, Nearness};
use crate::program::ReachRule;
use crate::subject::SubjectKey;

/// What reasoning needs of a vulnerability at an element.
#[derive(Debug, Clone, Default)]
pub(super) struct Weakness {
    vectors: Vec<Vector>,
    weaknesses: Vec<u32>,
    exploited: bool,
    demonstrated: bool,
    epss: Option<(u32, u32)>,
    where_found: String,
}

pub(super) fn ground(builder: &mut Builder<'_>) {
    for ((id, element), weakness) in weaknesses(builder.context) {
        steps(builder, &id, &element, &weakness);
    }
}

/// Every vulnerability that an element is known to have, whichever component or finding says so.
fn weaknesses(context: &Context<'_>) -> BTreeMap<(VulnerabilityId, ElementId), Weakness> {
    let mut all: BTreeMap<(VulnerabilityId, ElementId), Weakness> = BTreeMap::new();
    for element in context.device().elements.keys() {
        let found = context.report(element).map_or(&[][..], |report| &report.findings);
        for finding in found.iter().filter(|finding| finding.state == State::Affected) {
            let vulnerability = &finding.vulnerability;
            let weakness = all.entry((vulnerability.id.clone(), element.clone())).or_default();
            weakness.vectors.extend(vulnerability.cvss.iter().map(|cvss| cvss.vector.clone()));
            weakness.weaknesses.extend(&vulnerability.weaknesses);
            weakness.exploited |= vulnerability.kev;
            weakness.epss = weakness.epss.max(vulnerability.epss.as_ref().map(|epss| (epss.score, epss.percentile)));
            if weakness.where_found.is_empty() {
                let version = finding.component.version.as_deref().unwrap_or("of unknown version");
                weakness.where_found = format!("{} {version}", finding.component.name);
            }
        }
    }
    for own in &context.device().own_findings {
        if own.versions.is_empty() || own.versions.contains(&context.version.id) {
            let weakness = all.entry((own.id.clone(), own.element.clone())).or_default();
            weakness.vectors.extend(own.vectors.iter().cloned());
            weakness.weaknesses.extend(&own.weaknesses);
            weakness.exploited |= own.exploited;
            weakness.demonstrated |= own.demonstrated;
            if weakness.where_found.is_empty() {
                weakness.where_found.clone_from(&own.title);
            }
        }
    }
    for weakness in all.values_mut() {
        weakness.vectors.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        weakness.vectors.dedup();
    }
    all
}

fn steps(builder: &mut Builder<'_>, id: &VulnerabilityId, element: &ElementId, weakness: &Weakness) {
    // A vulnerability without any step is a subject all the same: nothing may vanish.
    builder.grounded.steps.entry(SubjectKey::Vulnerability(id.clone(), element.clone())).or_default();
    let code_execution = &builder.context.situation.rulebook.code_execution;
    for vector in &weakness.vectors {
        let demands = vector.demands();
        let impacts = vector.impacts();
        let only_read = impacts.confidentiality && !impacts.integrity && !impacts.availability;
        let runs_code = code_execution.follows_from(&weakness.weaknesses, only_read);
        let everything = impacts.confidentiality && impacts.integrity && impacts.availability;
        let mut gains = Vec::new();
        if runs_code || everything {
            gains.push(Privilege::Execute);
        } else {
            gains.extend(impacts.confidentiality.then_some(Privilege::Read));
            gains.extend(impacts.integrity.then_some(Privilege::Alter));
            gains.extend(impacts.availability.then_some(Privilege::Stop));
        }
        let demand = Demand {
            vector: demands.attack_vector,
            always: demands.complexity.saturating_add(demands.interaction),
            login: match demands.privileges {
                Privileges::None => 0,
                Privileges::Low => 1,
                Privileges::High => 2,
            },
        };
        let by = format!("{id} in {}, {}", weakness.where_found, vector.as_str());
        entries(builder, id, element, weakness, &demand, &gains, &by);
    }
    if weakness.vectors.is_empty() && builder.context.unknowns == Unknowns::Worst {
        let demand = Demand { vector: AttackVector::Network, always: 0, login: 0 };
        let by = format!("{id} in {}, which nobody has scored: taken at its worst", weakness.where_found);
        entries(builder, id, element, weakness, &demand, &[Privilege::Execute], &by);
    }
}

/// What a vector demands of an attacker.
struct Demand {
    vector: AttackVector,
    /// Demands that hold whichever way the attacker comes.
    always: u8,
    /// Demands that hold where a login is really enforced.
    login: u8,
}

fn entries(
    builder: &mut Builder<'_>,
    id: &VulnerabilityId,
    element: &ElementId,
    weakness: &Weakness,
    demand: &Demand,
    gains: &[Privilege],
    by: &str,
) {
    let context = builder.context;
    let cuts = builder.cutting(&Cuttable::Vulnerability { id, at: element });
    let mut ways: Vec<(Fact, u8)> = Vec::new();
    let login_here = if context.local_login(element) { demand.login } else { 0 };
    ways.push((Fact::Present(element.clone()), demand.always.saturating_add(login_here)));
    if demand.vector != AttackVector::Physical {
        // What a link brings is parsed: that satisfies a local vector too.
        let near = if demand.vector == AttackVector::Adjacent { Nearness::Near } else { Nearness::Far };
        for link in context.device().links.values().filter(|link| link.from == *element || link.to == *element) {
            let login = login_on(builder, &link.id, demand.login);
            ways.push((Fact::Inject(link.id.clone(), near), demand.always.saturating_add(login)));
            ways.push((Fact::Speak(link.id.clone()), demand.always));
        }
    }
    for (premise, demands) in ways {
        let class = raised(context, weakness, Exploitability::after_demands(demands));
        for &gain in gains {
            builder.subject_step(
                SubjectKey::Vulnerability(id.clone(), element.clone()),
                vec![premise.clone()],
                Fact::Gain(element.clone(), gain),
                class,
                ReachRule::First(Reach::One),
                by,
                &cuts,
            );
        }
    }
}

/// What demand a login is on a link: none where nobody answers for it, or the secret may be shared.
fn login_on(builder: &Builder<'_>, link: &LinkId, demand: u8) -> u8 {
    let secret = builder.context.device().links.get(link).and_then(|link| secret_of(builder, link));
    if matches!(secret, Some((_, true))) { demand } else { 0 }
}

/// The class after what is known of exploitation. Nothing lowers it; absent evidence raises nothing.
fn raised(context: &Context<'_>, weakness: &Weakness, class: Exploitability) -> Exploitability {
    let raises = &context.policy.raises;
    let likely = weakness
        .epss
        .is_some_and(|(score, percentile)| score >= raises.epss_score || percentile >= raises.epss_percentile);
    let mut class = class;
    if likely {
        class = class.raised_by(raises.epss_by);
    }
    if context.device().lifecycle.stage == Stage::Development {
        class = class.raised_by(raises.before_market_by);
    }
    if weakness.demonstrated {
        class = class.max(raises.demonstrated);
    }
    if weakness.exploited {
        class = class.max(raises.known_exploited);
    }
    class
}
