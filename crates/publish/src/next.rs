//! What to do next, derived from an assessment: every step names what it is about and, where there is one, the command.
//!
//! Nothing is judged here. A fixed version is a candidate and a claim is a question, and both are said so.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::assessment::{Assessment, FindingAt, Lapse};
use ward_model::claim::{ClaimId, ElementClaim};
use ward_model::device::{Cut, Device};
use ward_model::finding::{ComponentSummary, Finding, State, Unassessed};
use ward_model::ids::{ComponentRef, ElementId, FieldedVersionId, LinkId};
use ward_model::many::SingleAction;
use ward_model::verdict::{Basis, Outcome, Place, SubjectKind, Verdict};

use crate::group::{Group, Part, groups};
use crate::{hazards, words};

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What to do, in one line.
    pub title: String,
    /// Why, and what to mind.
    pub detail: String,
    /// Identifiers of what it is about: vulnerabilities, claims, components, verdicts.
    pub about: Vec<String>,
    /// The command to use, where one exists.
    pub command: Option<String>,
    /// The earliest day on which something that it settles is due.
    pub due: Option<Date>,
}

/// Everything that follows from the assessment, most pressing first.
pub fn steps(assessment: &Assessment, device: &Device) -> Vec<Step> {
    let context = Context::new(assessment, device);
    let groups = groups(&assessment.verdicts);
    let mut steps = clocks(assessment, true);
    if assessment.coverage.knowledge.seed {
        steps.push(Step {
            title: "Bring in the vulnerability feeds".to_owned(),
            detail: "Only the small built-in seed was used. Until the feeds are there, a component without findings is a component \
                     that was hardly looked at."
                .to_owned(),
            about: Vec::new(),
            command: Some("ward feeds sync".to_owned()),
            due: None,
        });
    }
    steps.extend(at_once(assessment));
    steps.extend(context.remedies(&groups));
    steps.extend(clocks(assessment, false));
    steps.extend(hazards::steps(assessment));
    steps.extend(gaps(assessment));
    steps.extend(identify(assessment));
    steps.extend(renew(&groups, &assessment.lapses));
    steps.extend(without_effect(assessment));
    steps
}

/// What is left where single actions are uncontrolled by what they do together, which no remedy of a verdict is about.
fn at_once(assessment: &Assessment) -> Option<Step> {
    let actions: Vec<&SingleAction> =
        assessment.single_actions.iter().filter(|action| crate::many::together(action)).collect();
    let what: BTreeSet<String> = actions.iter().map(|action| crate::many::title(action)).collect();
    let by: BTreeSet<&str> =
        actions.iter().flat_map(|action| &action.shared).map(|shared| shared.text.as_str()).collect();
    let first: Vec<&str> = what.iter().map(String::as_str).collect();
    (!actions.is_empty()).then(|| Step {
        title: format!(
            "Part the people whom {} at once: {}",
            words::count(actions.len(), "single action harms", "single actions harm"),
            some(&first)
        ),
        detail: format!(
            "Uncontrolled: people of several groups come to harm together, and no verdict on a single harm says so. Treatments do not \
             look at it. What joins them: {}.",
            few(&by)
        ),
        about: actions.iter().map(|action| action.id.clone()).collect(),
        command: Some("ward paths DIR --many".to_owned()),
        due: None,
    })
}

/// What can be done about one verdict, in a line each.
pub(crate) fn for_verdict(context: &Context<'_>, verdict: &Verdict) -> Vec<String> {
    let mut lines = Vec::new();
    if verdict.verdict == Outcome::Controlled {
        if let (true, Some(until)) = (verdict.provisional, verdict.valid_until) {
            lines.push(match context.lapses.contains(&until) {
                true => format!("renew or sign the decisions it relies on before they lapse after {until}"),
                false => format!("its policy changes or ends after {until}: judge it by what is in force then"),
            });
        }
        return lines;
    }
    if verdict.basis == Basis::Confirmed && verdict.subject.kind == SubjectKind::Vulnerability {
        for at in context.findings_of(verdict) {
            let component = component(&at.finding.component);
            if at.finding.fixed_in.is_empty() {
                lines.push(format!("no version without it is known for {component}: ask its supplier, or cut the way"));
            } else {
                let fixed = at.finding.fixed_in.join(", ");
                lines.push(format!(
                    "update {component}: the ranges that hit end at {fixed} (a candidate, to be checked)"
                ));
            }
        }
    }
    if verdict.if_claims_hold == Outcome::Controlled {
        let claims: Vec<String> = context.claims_on_the_way(verdict).iter().map(ToString::to_string).collect();
        lines.push(if claims.is_empty() {
            "decide the claims of the folder: it would be controlled if they held".to_owned()
        } else {
            format!("decide what the folder claims on its way: {}", claims.join(", "))
        });
    } else if lines.is_empty() {
        lines.push(match verdict.basis {
            Basis::Confirmed => "change the design, or add a control that cuts the way".to_owned(),
            Basis::Presumed => "close the gap that it is presumed from".to_owned(),
        });
    }
    lines
}

/// What is looked up again and again for one assessment.
pub(crate) struct Context<'a> {
    device: &'a Device,
    findings: BTreeMap<(&'a FieldedVersionId, &'a ElementId, &'a str), Vec<&'a FindingAt>>,
    due: BTreeMap<&'a str, Date>,
    in_effect: BTreeSet<&'a ClaimId>,
    /// The last days of decisions in force.
    lapses: BTreeSet<Date>,
}

impl<'a> Context<'a> {
    /// Indexes the assessment.
    pub fn new(assessment: &'a Assessment, device: &'a Device) -> Self {
        let mut findings: BTreeMap<_, Vec<&FindingAt>> = BTreeMap::new();
        for at in &assessment.findings {
            let key = (&at.fielded_version, &at.element, at.finding.vulnerability.id.as_str());
            findings.entry(key).or_default().push(at);
        }
        let mut due = BTreeMap::new();
        for clock in &assessment.clocks {
            for verdict in &clock.verdicts {
                let day = due.entry(verdict.as_str()).or_insert(clock.due);
                *day = clock.due.min(*day);
            }
        }
        let turned_on = assessment.verdicts.iter().flat_map(|v| &*v.sensitivity).map(|point| &point.claim);
        let in_effect = assessment.lapses.iter().flat_map(|lapse| &lapse.claims).chain(turned_on).collect();
        let lapses = assessment.lapses.iter().map(|lapse| lapse.after).collect();
        Self { device, findings, due, in_effect, lapses }
    }

    /// The findings that a verdict speaks of, except those that say that it is not affected.
    pub fn findings_of(&self, verdict: &Verdict) -> Vec<&'a FindingAt> {
        let key = (&verdict.fielded_version, &verdict.element, verdict.subject.id.as_str());
        let found = self.findings.get(&key).map(Vec::as_slice).unwrap_or_default();
        found.iter().copied().filter(|at| at.finding.state != State::NotAffected).collect()
    }

    /// Claims that have effect by a decision.
    pub fn in_effect(&self) -> &BTreeSet<&'a ClaimId> {
        &self.in_effect
    }

    fn due(&self, verdict: &Verdict) -> Option<Date> {
        self.due.get(verdict.id.as_str()).copied()
    }

    /// Claims about places on the way of a verdict that no decision is known to stand behind: where to look first, not a proof.
    pub fn claims_on_the_way(&self, verdict: &Verdict) -> Vec<&'a ClaimId> {
        let way = Way::of(verdict, self.device);
        self.device
            .claims
            .keys()
            .filter(|claim| !self.in_effect.contains(claim) && way.touches(claim, verdict, self.device))
            .collect()
    }

    /// Patches, decisions and changes, in the order of the worst verdict that each settles.
    fn remedies(&self, groups: &[Group<'_>]) -> Vec<Step> {
        let mut patches: BTreeMap<(&FieldedVersionId, &ElementId, &ComponentRef), Patch<'_>> = BTreeMap::new();
        let mut claims: BTreeMap<&ClaimId, Settles> = BTreeMap::new();
        // Variants, sites and cohorts may need the same of somebody: it is said once.
        let mut changes: BTreeMap<ChangeWords, Settles> = BTreeMap::new();
        for (rank, group) in groups.iter().enumerate() {
            let verdict = group.verdict();
            if verdict.verdict == Outcome::Controlled {
                continue;
            }
            let due = group.verdicts.iter().filter_map(|verdict| self.due(verdict)).min();
            let mut has_remedy = false;
            if verdict.basis == Basis::Confirmed && verdict.subject.kind == SubjectKind::Vulnerability {
                for at in self.findings_of(verdict) {
                    has_remedy = true;
                    let key = (&at.fielded_version, &at.element, &at.finding.component.reference);
                    let patch = patches.entry(key).or_insert_with(|| Patch {
                        component: &at.finding.component,
                        fixed: BTreeMap::new(),
                        open: BTreeSet::new(),
                        settles: Settles::new(rank),
                    });
                    for end in &at.finding.fixed_in {
                        patch.fixed.entry(end).or_default().insert(at.finding.vulnerability.id.as_str());
                    }
                    if at.finding.fixed_in.is_empty() {
                        patch.open.insert(at.finding.vulnerability.id.as_str());
                    }
                    patch.settles.add(&verdict.subject.id, due);
                }
            }
            if verdict.if_claims_hold == Outcome::Controlled {
                for claim in self.claims_on_the_way(verdict) {
                    has_remedy = true;
                    let settles = claims.entry(claim).or_insert_with(|| Settles::new(rank));
                    for verdict in &group.verdicts {
                        settles.add(&verdict.id, due);
                    }
                }
            }
            if !has_remedy && group.part() == Part::Confirmed {
                let settles = changes.entry(self.change(group, due)).or_insert_with(|| Settles::new(rank));
                for verdict in &group.verdicts {
                    settles.add(&verdict.id, due);
                }
            }
        }
        let mut steps: Vec<(usize, Step)> = changes.into_iter().map(|(words, settles)| settles.change(words)).collect();
        steps.extend(patches.into_iter().map(|((version, element, _), patch)| patch.step(version, element)));
        steps.extend(claims.into_iter().map(|(claim, settles)| self.decide(claim, settles)));
        steps.sort_by_key(|(rank, _)| *rank);
        steps.into_iter().map(|(_, step)| step).collect()
    }

    fn change(&self, group: &Group<'_>, due: Option<Date>) -> ChangeWords {
        let verdict = group.verdict();
        let link = verdict.subject.id.rsplit_once('@').map(|(_, link)| LinkId::new(link));
        let link = link.filter(|link| self.device.links.contains_key(link));
        let title = match (verdict.subject.kind, link) {
            (SubjectKind::Weakness, Some(link)) => {
                format!(
                    "{}: change the design of {link}, or add a control that cuts the way over it",
                    verdict.subject.id
                )
            }
            _ => format!("Correct {} in {}, or add a control that cuts the way", verdict.subject.id, verdict.element),
        };
        let detail = match verdict.if_claims_hold {
            Outcome::Controlled => {
                "It would be controlled if everything that the folder claims were true: see which claims are not decided."
            }
            Outcome::Uncontrolled => "No claim in the folder would make it controlled, so no decision can.",
        };
        (verdict.subject.id.clone(), title, detail, due)
    }

    fn decide(&self, claim: &ClaimId, settles: Settles) -> (usize, Step) {
        let evidence = match self.device.claims.get(claim).and_then(|claim| claim.evidence.as_ref()) {
            None => " It cites no evidence.".to_owned(),
            Some(cited) if cited.digest.is_none() => {
                format!(" The evidence that it cites, {}, is not there.", cited.path)
            }
            Some(cited) => format!(" Its evidence is {}.", cited.path),
        };
        let verdicts = words::count(settles.about.len(), "verdict", "verdicts");
        let step = Step {
            title: format!("Decide whether {}", words::claim(claim)),
            detail: format!(
                "It is claimed on the way of {verdicts} that would be controlled if all claims held.{evidence}"
            ),
            about: std::iter::once(claim.to_string()).chain(settles.about).collect(),
            command: Some(format!("ward decide DIR --claim {claim}")),
            due: settles.due,
        };
        (settles.rank, step)
    }
}

/// What a change of the design is about, its title and detail, and the day on which it is due.
type ChangeWords = (String, String, &'static str, Option<Date>);

/// What a step would settle, and how bad the worst of it is.
struct Settles {
    rank: usize,
    about: BTreeSet<String>,
    due: Option<Date>,
}

impl Settles {
    fn new(rank: usize) -> Self {
        Self { rank, about: BTreeSet::new(), due: None }
    }

    fn add(&mut self, about: &str, due: Option<Date>) {
        self.about.insert(about.to_owned());
        self.due = self.due.into_iter().chain(due).min();
    }

    fn change(self, (subject, title, detail, due): ChangeWords) -> (usize, Step) {
        let about = std::iter::once(subject).chain(self.about).collect();
        (self.rank, Step { title, detail: detail.to_owned(), about, command: None, due })
    }
}

struct Patch<'a> {
    component: &'a ComponentSummary,
    /// Vulnerabilities by the version at which a range of theirs ends.
    fixed: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Vulnerabilities for which no range ends.
    open: BTreeSet<&'a str>,
    settles: Settles,
}

impl Patch<'_> {
    fn step(self, version: &FieldedVersionId, element: &ElementId) -> (usize, Step) {
        let name = component(self.component);
        let vulnerabilities = words::count(self.settles.about.len(), "vulnerability", "vulnerabilities");
        let mut detail = format!("It concerns {vulnerabilities}.");
        if !self.fixed.is_empty() {
            let ends: Vec<String> = self.fixed.iter().map(|(end, of)| format!("{end} ({})", few(of))).collect();
            detail.push_str(&format!(
                " The ranges that hit end at {}: candidates for a fix, to be checked with its supplier.",
                ends.join(", ")
            ));
        }
        if !self.open.is_empty() {
            let open = few(&self.open);
            detail.push_str(&format!(
                " No version is known without {open}: ask its supplier, or cut the way with a control."
            ));
        }
        let title = if self.fixed.is_empty() {
            format!("Ask the supplier of {name} in {element}, version {version}, for a fix")
        } else {
            format!("Update {name} in {element}, version {version}")
        };
        let first = self.settles.about.first().cloned().unwrap_or_default();
        let step = Step {
            title,
            detail,
            about: self.settles.about.into_iter().collect(),
            command: Some(format!("ward why {first} {} --sbom FILE", self.component.reference)),
            due: self.settles.due,
        };
        (self.settles.rank, step)
    }
}

/// The first few of some names, and how many more there are.
fn few(names: &BTreeSet<&str>) -> String {
    const FEW: usize = 5;
    let first: Vec<&str> = names.iter().take(FEW).copied().collect();
    match names.len().saturating_sub(FEW) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// The places on the way of a verdict.
#[derive(Default)]
struct Way<'a> {
    elements: BTreeSet<&'a str>,
    links: BTreeSet<&'a str>,
    secrets: BTreeSet<&'a str>,
    functions: BTreeSet<&'a str>,
    controls: BTreeSet<&'a str>,
}

impl<'a> Way<'a> {
    fn of(verdict: &'a Verdict, device: &'a Device) -> Self {
        let mut way = Self::default();
        way.elements.insert(verdict.element.as_str());
        for node in &verdict.witness.nodes {
            match &node.at {
                Place::Element(id) => drop(way.elements.insert(id)),
                Place::Link(id) => drop(way.links.insert(id)),
                Place::Secret(id) => drop(way.secrets.insert(id)),
                Place::Function(id) => drop(way.functions.insert(id)),
                Place::Control(id) => drop(way.controls.insert(id)),
                Place::Position(_) | Place::Harm(_) => {}
            }
        }
        for link in device.links.values().filter(|link| way.links.contains(link.id.as_str())) {
            if let Some(secret) = link.authentication.as_ref().and_then(|by| by.secret.as_ref()) {
                way.secrets.insert(secret.as_str());
            }
        }
        way
    }

    fn touches(&self, claim: &ClaimId, verdict: &Verdict, device: &Device) -> bool {
        match claim {
            ClaimId::Control(id) => {
                self.controls.contains(id.as_str())
                    || device
                        .controls
                        .get(id)
                        .is_some_and(|control| control.cuts.iter().any(|cut| self.is_cut(cut, verdict, device)))
            }
            // Judged apart: no verdict turns with it.
            ClaimId::ControlHazard(..) => false,
            ClaimId::Element(id, ElementClaim::LocalLogin) => self.elements.contains(id.as_str()),
            // That something is all listed lowers what is presumed, never what is derived.
            ClaimId::Element(id, _) => verdict.basis == Basis::Presumed && *id == verdict.element,
            ClaimId::Link(id, _) => self.links.contains(id.as_str()),
            ClaimId::SecretPerUnit(id) | ClaimId::SecretPublic(id) => self.secrets.contains(id.as_str()),
            ClaimId::Function(id, _) => self.functions.contains(id.as_str()),
            ClaimId::FindingVersions(id) => {
                let mut own = device.own_findings.iter().filter(|own| own.id == *id);
                id.as_str() == verdict.subject.id && own.any(|own| !own.versions.contains(&verdict.fielded_version))
            }
            ClaimId::ComponentReviewed(id, _) => verdict.basis == Basis::Presumed && *id == verdict.element,
            ClaimId::Statements(path) => {
                let files = device.statements.iter().filter(|file| file.path == *path);
                let mut statements = files.flat_map(|file| &file.document.statements);
                statements.any(|one| one.names().any(|id| id.as_str() == verdict.subject.id))
            }
            ClaimId::Compiled(id, ..) => *id == verdict.element && verdict.subject.kind == SubjectKind::Vulnerability,
            ClaimId::Rubric(id, vulnerability) => {
                *id == verdict.element && verdict.subject.id == vulnerability.as_str()
            }
            // The step of a rule says what is claimed against it.
            ClaimId::Design(_, property) => verdict
                .witness
                .nodes
                .iter()
                .any(|node| node.by.contains(&format!("that {} is claimed", property.text()))),
        }
    }

    fn is_cut(&self, cut: &Cut, verdict: &Verdict, device: &Device) -> bool {
        match cut {
            Cut::Step { at, .. } | Cut::Presence { at } => self.elements.contains(at.as_str()),
            Cut::Link { link, .. } => self.links.contains(link.as_str()),
            Cut::LinksIntoZone { zone, .. } => device
                .links
                .values()
                .filter(|link| self.links.contains(link.id.as_str()))
                .filter_map(|link| device.elements.get(&link.to))
                .any(|element| element.zone.as_ref() == Some(zone)),
            Cut::Vulnerability { id, at } => id.as_str() == verdict.subject.id && *at == verdict.element,
        }
    }
}

fn clocks(assessment: &Assessment, overdue: bool) -> Vec<Step> {
    crate::group::clocks(&assessment.clocks)
        .into_iter()
        .filter(|group| group.clock.overdue == overdue)
        .map(|group| {
            let clock = group.clock;
            let word = if overdue { "Overdue since" } else { "Due by" };
            let subjects = some(&group.subjects);
            Step {
                title: format!("{word} {}, for {subjects}: {}", clock.due, clock.action),
                detail: format!(
                    "Clock {}; it runs from {} ({}). {}",
                    clock.rule, clock.starts, clock.start_evidence, clock.source
                ),
                about: group.subjects.iter().map(|subject| (*subject).to_owned()).chain(group.verdicts).collect(),
                command: None,
                due: Some(clock.due),
            }
        })
        .collect()
}

/// The first of what something is about, by name, and how many more.
fn some(names: &[&str]) -> String {
    const NAMED: usize = 3;
    let named = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn gaps(assessment: &Assessment) -> Vec<Step> {
    let mut grouped: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for gap in &assessment.gaps {
        let place = match &gap.fielded_version {
            Some(version) => format!("{} in version {version}", gap.element),
            None => gap.element.to_string(),
        };
        grouped.entry((&gap.missing, &gap.closed_by)).or_default().insert(place);
    }
    grouped
        .into_iter()
        .map(|((missing, closed_by), places)| Step {
            title: format!("Close a gap in {}: {missing}", words::count(places.len(), "place", "places")),
            detail: format!("Closed by: {closed_by}"),
            about: places.into_iter().collect(),
            command: Some("ward lint DIR".to_owned()),
            due: None,
        })
        .collect()
}

fn identify(assessment: &Assessment) -> Vec<Step> {
    let mut grouped: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for at in &assessment.unassessed {
        let key = (&at.element, &at.fielded_version, at.what.reason);
        grouped.entry(key).or_default().insert(unassessed(&at.what));
    }
    grouped
        .into_iter()
        .map(|((element, version, reason), components)| {
            let (why, mend) = words::unassessed(reason);
            Step {
                title: format!(
                    "Make {} of {element}, version {version}, assessable",
                    words::count(components.len(), "component", "components")
                ),
                detail: format!("{}: {why}; {mend}.", reason.word()),
                about: components.into_iter().collect(),
                command: None,
                due: None,
            }
        })
        .collect()
}

/// What to renew, by day: what decisions alone keep from being presumed has no verdict that could say until when.
fn renew(groups: &[Group<'_>], lapses: &[Lapse]) -> Vec<Step> {
    let mut grouped: BTreeMap<Date, BTreeSet<String>> =
        lapses.iter().map(|lapse| (lapse.after, BTreeSet::new())).collect();
    for verdict in groups.iter().filter(|group| group.part() == Part::Provisional).flat_map(|group| &group.verdicts) {
        if let Some(until) = verdict.valid_until {
            grouped.entry(until).or_default().insert(verdict.id.clone());
        }
    }
    grouped
        .into_iter()
        .map(|(until, verdicts)| {
            let claims = lapses.iter().find(|lapse| lapse.after == until).map_or(0, |lapse| lapse.claims.len());
            let verdicts_are = words::count(verdicts.len(), "verdict is", "verdicts are");
            let without = match claims {
                0 => String::new(),
                _ => format!(" {} no effect after it.", words::count(claims, "claim has", "claims have")),
            };
            let lapses = lapses.iter().any(|lapse| lapse.after == until);
            Step {
                title: match lapses {
                    true => format!("Renew the decisions that lapse after {until}"),
                    false => format!("Judge anew by the policy that is in force after {until}"),
                },
                detail: format!("{verdicts_are} controlled provisionally, and only until then.{without}"),
                about: verdicts.into_iter().collect(),
                command: None,
                due: Some(until),
            }
        })
        .collect()
}

fn without_effect(assessment: &Assessment) -> Vec<Step> {
    assessment
        .decisions_without_effect
        .iter()
        .map(|decision| Step {
            title: format!("Mend or withdraw decision {}", decision.number),
            detail: format!("It has no effect: {}", decision.reason),
            about: vec![decision.claim.clone()],
            command: None,
            due: None,
        })
        .collect()
}

/// Where sources disagree about a finding: a line for each.
pub(crate) fn conflicts(finding: &Finding) -> impl Iterator<Item = String> {
    let about = format!("{} in {}", finding.vulnerability.id, component(&finding.component));
    finding.conflicts.iter().map(move |conflict| format!("{about}: {conflict}"))
}

/// A component that could not be assessed, with the exploited vulnerabilities that may touch it and that nothing describes.
pub(crate) fn unassessed(what: &Unassessed) -> String {
    let name = component(&what.component);
    match what.undescribed_text() {
        Some(exploited) => format!("{name} [{exploited}]"),
        None => name,
    }
}

/// A component as people name it.
pub(crate) fn component(component: &ComponentSummary) -> String {
    match &component.version {
        Some(version) => format!("{}@{version}", component.name),
        None => component.name.clone(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
