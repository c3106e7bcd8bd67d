//! What statements of others (VEX) and lists of compiled files say about findings.
//!
//! To the worse a statement of somebody who is believed counts at once. To the better it is a claim: it counts where a decision
//! accepts it, and while nobody who is believed says worse, but what the same issuer has taken back since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_match::{Known, program_files, summary};
use ward_model::claim::ClaimId;
use ward_model::component::{Component, Sbom};
use ward_model::device::compiled::Lists;
use ward_model::device::{CompiledComponent, Device, FieldedVersion};
use ward_model::finding::{ComponentSummary, Confidence, Finding, MatchReport, Proof, State};
use ward_model::ids::{ComponentRef, ElementId, VulnerabilityId};
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::vex::{Conclusion, Fit, Heard, Listed, NoEffect, VexFile, Whole, heard, unheard, wholes};
use ward_risk::{Effects, ElementReports, FindingAnswers, is_answered};

/// How many vulnerabilities one note names.
const SHOWN: usize = 10;
/// The source of a finding that a statement alone makes.
const SOURCE: &str = "vex";

/// Everything that is said of one inventory, by the names of vulnerabilities.
pub(crate) struct Hearing<'a> {
    components: &'a [Component],
    heard: Vec<Heard<'a>>,
    by_name: BTreeMap<&'a VulnerabilityId, Vec<usize>>,
    /// What is shown where a statement is about the inventory as a whole.
    whole: ComponentSummary,
}

impl<'a> Hearing<'a> {
    pub(crate) fn new(
        files: &'a [VexFile],
        components: &'a [Component],
        wholes: Vec<Whole>,
        sbom: Option<&Sbom>,
    ) -> Self {
        let whole = whole(&wholes, sbom);
        let listed = Listed::new(components, wholes, sbom.and_then(|sbom| sbom.origin.serial.as_deref()));
        let heard = heard(files, &listed, components);
        let mut by_name: BTreeMap<&VulnerabilityId, Vec<usize>> = BTreeMap::new();
        for (place, one) in heard.iter().enumerate() {
            for name in one.statement.names() {
                by_name.entry(name).or_default().push(place);
            }
        }
        Self { components, heard, by_name, whole }
    }

    /// Everything that may be about a finding, each statement once.
    fn on(&self, finding: &Finding) -> Vec<&Heard<'a>> {
        self.places_on(finding).into_iter().filter_map(|place| self.heard.get(place)).collect()
    }

    /// The same by its places.
    fn places_on(&self, finding: &Finding) -> Vec<usize> {
        let names = std::iter::once(&finding.vulnerability.id).chain(&finding.vulnerability.aliases);
        let places: BTreeSet<usize> = names.filter_map(|name| self.by_name.get(name)).flatten().copied().collect();
        let about = |heard: &&Heard<'_>| match heard.bearing.component {
            Some(place) => {
                self.components.get(place).is_some_and(|component| component.reference == finding.component.reference)
            }
            None => true,
        };
        places.into_iter().filter(|place| self.heard.get(*place).is_some_and(|heard| about(&heard))).collect()
    }

    /// Whether a statement takes a finding away.
    fn clears(&self, heard: &Heard<'_>, finding: &Finding) -> Result<(), NoEffect> {
        let listed = self.components.iter().any(|component| component.reference == finding.component.reference);
        heard.clears_found(listed)
    }

    /// What would have to be accepted for a finding to be none: of each group one statement. Nothing where no statement says so.
    fn groups<'h>(&self, on: &[&'h Heard<'a>], finding: &Finding) -> Vec<Vec<&'h Heard<'a>>> {
        let clearing: Vec<&Heard<'a>> = on
            .iter()
            .copied()
            .filter(|heard| self.clears(heard, finding).is_ok() && heard.surely_means(&finding.vulnerability))
            .collect();
        if clearing.is_empty() {
            return Vec::new();
        }
        let worse = on.iter().filter(|heard| heard.warns());
        let taken_back = worse.map(|worse| clearing.iter().copied().filter(|one| one.is_newer_than(worse)).collect());
        std::iter::once(clearing.clone()).chain(taken_back).collect()
    }

    /// Takes what is said to the worse into what was found, and says at every finding what is said of it. `deciding` says of a
    /// document that may count what makes it so.
    pub(crate) fn worsen(
        &self,
        report: &mut MatchReport,
        deciding: &dyn Fn(&VexFile) -> String,
        knowledge: &dyn Knowledge,
        known: &Known,
    ) -> Result<(), KnowledgeError> {
        if self.heard.is_empty() {
            return Ok(());
        }
        let mut spoken_of: BTreeSet<usize> = BTreeSet::new();
        for finding in &mut report.findings {
            for place in self.places_on(finding) {
                let Some(heard) = self.heard.get(place) else { continue };
                // What shares no more than an advisory with it is a finding of its own.
                if heard.surely_means(&finding.vulnerability) {
                    spoken_of.insert(place);
                }
                finding.state = worse(finding.state, worst_state(heard));
                say(finding, self.noted(heard, finding, deciding));
            }
        }
        let mut made: BTreeMap<(ComponentRef, VulnerabilityId), Finding> = BTreeMap::new();
        for (place, heard) in self.heard.iter().enumerate() {
            let Some(state) = worst_state(heard).filter(|_| !spoken_of.contains(&place)) else { continue };
            let id = common_name(heard);
            let component = match heard.bearing.component.and_then(|place| self.components.get(place)) {
                Some(component) => ComponentSummary::from(component),
                None => self.whole.clone(),
            };
            let key = (component.reference.clone(), id.clone());
            let finding = match made.entry(key) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    let vulnerability = Arc::new(summary(&id, knowledge, known)?);
                    entry.insert(stated(heard, vulnerability, component, state))
                }
            };
            finding.state = worse(finding.state, Some(state));
            say(finding, self.noted(heard, finding, deciding));
        }
        if !made.is_empty() {
            let mut made: Vec<Finding> = made.into_values().collect();
            // What is said to the better of them stands there too.
            for finding in &mut made {
                for heard in self.on(finding) {
                    let note = self.noted(heard, finding, deciding);
                    if !finding.proof.environment.contains(&note) {
                        say(finding, note);
                    }
                }
            }
            report.findings.extend(made);
            let order = |finding: &Finding| {
                (finding.component.reference.clone(), finding.vulnerability.id.clone(), finding.proof.source.clone())
            };
            report.findings.sort_by_cached_key(order);
        }
        Ok(())
    }

    /// What is said, and whether and why it counts.
    fn noted(&self, heard: &Heard<'_>, finding: &Finding, deciding: &dyn Fn(&VexFile) -> String) -> String {
        let effect = match self.clears(heard, finding) {
            Ok(()) if heard.surely_means(&finding.vulnerability) => deciding(heard.file),
            Ok(()) => "no effect: it names another vulnerability, or an advisory on several".to_owned(),
            Err(NoEffect::NotCleared) => match worst_state(heard) {
                Some(State::Affected) => "it counts: affected".to_owned(),
                Some(_) => "it counts: not known".to_owned(),
                None => format!("no effect: {}", NoEffect::NotBelieved),
            },
            Err(reason) => format!("no effect: {reason}"),
        };
        format!("{}; {effect}", heard.words())
    }

    /// Marks what statements alone say is no finding, for whoever has said himself whom he believes.
    pub(crate) fn clear(&self, report: &mut MatchReport) {
        for finding in &mut report.findings {
            let on = self.on(finding);
            let groups = self.groups(&on, finding);
            if !groups.is_empty() && groups.iter().all(|group| !group.is_empty()) {
                finding.state = State::NotAffected;
            }
        }
    }
}

/// What an inventory is of, as a finding about all of it shows it.
fn whole(wholes: &[Whole], sbom: Option<&Sbom>) -> ComponentSummary {
    let (name, version) =
        wholes.last().map_or(("the device", None), |whole| (whole.name.as_str(), whole.version.clone()));
    let described = sbom.and_then(|sbom| sbom.described.clone());
    ComponentSummary {
        reference: described.unwrap_or_else(|| ComponentRef::from("the-whole")),
        name: name.to_owned(),
        version,
        purl: None,
        cpes: Vec::new(),
    }
}

/// The name under which findings are counted: a CVE where one is named.
fn common_name(heard: &Heard<'_>) -> VulnerabilityId {
    let cve = heard.statement.names().find(|id| id.as_str().starts_with("CVE-"));
    cve.unwrap_or(&heard.statement.vulnerability).clone()
}

/// What a statement makes of a finding by itself.
fn worst_state(heard: &Heard<'_>) -> Option<State> {
    match heard.bearing.says {
        Conclusion::Affected if heard.believed => Some(State::Affected),
        Conclusion::UnderInvestigation if heard.believed => Some(State::Unknown),
        _ => None,
    }
}

fn worse(state: State, said: Option<State>) -> State {
    match (state, said) {
        (State::Affected, _) | (_, Some(State::Affected)) => State::Affected,
        (State::Unknown, _) | (_, Some(State::Unknown)) => State::Unknown,
        (State::NotAffected, _) => State::NotAffected,
    }
}

fn say(finding: &mut Finding, note: String) {
    Arc::make_mut(&mut finding.proof).environment.push(note);
}

/// A finding that a statement alone makes.
fn stated(
    heard: &Heard<'_>,
    vulnerability: Arc<ward_model::finding::VulnerabilitySummary>,
    component: ComponentSummary,
    state: State,
) -> Finding {
    let fit = match heard.bearing.fit {
        Fit::Exact => "it names this version",
        Fit::Unversioned => "it names no version",
        Fit::Loose => "it may mean this version",
    };
    let version = component.version.as_deref().unwrap_or("without version");
    let proof = Proof {
        record: heard.file.document.id.clone().unwrap_or_else(|| heard.file.path.clone()),
        source: SOURCE.to_owned(),
        criterion: format!("statement {} in {}", heard.number + 1, heard.file.path),
        range: fit.to_owned(),
        identity: format!("{} {version}", component.name),
        environment: Vec::new(),
        voices: Vec::new(),
    };
    let confidence = if heard.bearing.fit == Fit::Exact { Confidence::Exact } else { Confidence::Derived };
    Finding {
        vulnerability,
        component: Arc::new(component),
        state,
        fixed_in: Vec::new(),
        confidence,
        proof: Arc::new(proof),
        conflicts: Vec::new(),
    }
}

/// Takes what is said about an element into what was found on it.
pub(crate) fn answer(
    (device, version, element): (&Device, &FieldedVersion, &ElementId),
    components: &[Component],
    reports: &mut ElementReports,
    (knowledge, known): (&dyn Knowledge, &Known),
) -> Result<(), KnowledgeError> {
    let sbom = version.inventories.get(element).map(|sbom| &**sbom);
    let mut answers = FindingAnswers::new();
    let mut compiled: Vec<(ComponentRef, ClaimId, Lists<'_>)> = Vec::new();
    let of_this = |lists: &&CompiledComponent| lists.element == *element && lists.is_of(&version.id);
    for lists in device.compiled.iter().filter(of_this) {
        let is_it = |component: &&Component| {
            component.reference == lists.component && component.version.as_deref() == Some(lists.version.as_str())
        };
        let Some(component) = components.iter().find(is_it) else { continue };
        let files = lists.files.as_ref().map(|list| &list.files).or(component.compiled_files.as_deref());
        let claim = lists.claim();
        if let Ok(lists) = Lists::new(&lists.sources.files, files) {
            compiled.push((component.reference.clone(), claim, lists));
        }
    }
    if device.statements.is_empty() && compiled.is_empty() {
        return Ok(());
    }
    let hearing = Hearing::new(&device.statements, components, wholes(device, version, element, sbom), sbom);
    let deciding = |file: &VexFile| format!("it counts where `{}` is decided", ClaimId::Statements(file.path.clone()));
    let mut files: BTreeMap<VulnerabilityId, BTreeSet<String>> = BTreeMap::new();
    for report in [&mut reports.open, &mut reports.complete] {
        hearing.worsen(report, &deciding, knowledge, known)?;
        for finding in report.findings.iter_mut().filter(|finding| finding.state != State::NotAffected) {
            let on = hearing.on(finding);
            let mut groups: Vec<Vec<ClaimId>> = hearing
                .groups(&on, finding)
                .into_iter()
                .map(|group| group.into_iter().map(|heard| ClaimId::Statements(heard.file.path.clone())).collect())
                .collect();
            let warned = on.iter().any(|heard| heard.warns());
            let (reference, id) = (finding.component.reference.clone(), finding.vulnerability.id.clone());
            for (_, claim, lists) in compiled.iter().filter(|(of, ..)| *of == reference) {
                if !files.contains_key(&id) {
                    files.insert(id.clone(), program_files(&id, knowledge)?);
                }
                let Some(vulnerable) = files.get(&id) else { continue };
                match lists.lack(vulnerable) {
                    Ok(()) => {
                        let listed: Vec<&str> = vulnerable.iter().map(String::as_str).collect();
                        say(
                            finding,
                            format!(
                                "none of the files that it is in was compiled in ({}); it counts where `{claim}` is decided",
                                listed.join(", ")
                            ),
                        );
                        match groups.first_mut() {
                            Some(first) => first.push(claim.clone()),
                            None if warned => groups.push(Vec::new()),
                            None => groups.push(vec![claim.clone()]),
                        }
                    }
                    Err(reason) => say(finding, format!("that its code is not compiled in is not shown: {reason}")),
                }
            }
            if !groups.is_empty() {
                answers.insert((reference, id), groups);
            }
        }
    }
    reports.answers = answers;
    Ok(())
}

/// Marks the findings that claims in effect say are none.
pub(crate) fn settle(report: &mut MatchReport, answers: &FindingAnswers, effects: &Effects) {
    if answers.is_empty() {
        return;
    }
    for finding in &mut report.findings {
        let key = (finding.component.reference.clone(), finding.vulnerability.id.clone());
        let Some(groups) = answers.get(&key).filter(|groups| is_answered(groups, effects)) else { continue };
        let holding: BTreeSet<&ClaimId> = groups.iter().flatten().filter(|claim| effects.holds(claim)).collect();
        let holding: Vec<String> = holding
            .into_iter()
            .map(|claim| match effects.until(claim) {
                Some(day) => format!("`{claim}`, which is decided until {day}"),
                None => format!("`{claim}`"),
            })
            .collect();
        finding.state = State::NotAffected;
        say(finding, format!("not affected by {}", holding.join(" and ")));
    }
}

/// What is said that has no effect, document by document: because nobody believes who says it, or because it fits nothing.
pub(crate) fn remarks(device: &Device) -> Vec<String> {
    let foreign = device.statements.iter().filter(|file| file.trusted.is_none());
    let remark = |file: &VexFile| {
        let statements = &file.document.statements;
        let affected = statements.iter().filter(|one| one.conclusion() == Conclusion::Affected).count();
        let issuer = file.document.issuer.name.as_deref().unwrap_or("nobody who is named");
        format!(
            "{}: the trust list has no issuer `{issuer}`; {} statements have no effect, {affected} of them say affected",
            file.path,
            statements.len()
        )
    };
    let fits_nothing = unheard(device).into_iter().map(|(path, open)| {
        let ids: BTreeSet<&str> = open.iter().map(|(_, statement)| statement.vulnerability.as_str()).collect();
        let shown: Vec<&str> = ids.iter().copied().take(SHOWN).collect();
        let more = if ids.len() > SHOWN { ", ..." } else { "" };
        format!(
            "{path}: {} statements to the worse fit nothing that the device has, and were not heard ({}{more})",
            open.len(),
            shown.join(", ")
        )
    });
    foreign.map(remark).chain(fits_nothing).collect()
}
