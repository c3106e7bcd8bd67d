//! The pure assessment: what `match` finds and what `risk` concludes, put together.
//!
//! `assess` is a function of its inputs and of the engine that ran it: no clock, network, randomness or order of a hash table.
//! The same inputs give the same bytes.

mod configurations;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

mod lapsing;
pub mod lifecycle;
mod since;
mod statements;
mod suppose;
mod treat;
mod words;

use jiff::civil::Date;
pub use ward_match::Known;
use ward_match::{Inventory, match_knowing, uncompared};
use ward_model::alias::Aliases;
use ward_model::assessment::{
    Assessment, Coverage, DeviceSummary, FindingAt, Inputs as InputDigests, InventoryCoverage, MultiPatient, SCHEMA,
    Summary, UnassessedAt,
};
use ward_model::claim::{ClaimId, ElementClaim, Evidence};
use ward_model::component::{Component, Sbom};
use ward_model::coverage::{KnowledgeCoverage, UncoveredEcosystem};
use ward_model::cpe::{Cpe, Part};
use ward_model::device::{Decisions, Device};
use ward_model::digest::Digest;
use ward_model::finding::{MatchReport, SCAN_SCHEMA, SbomSummary, ScanReport};
use ward_model::hypothesis::{Change, Supposed};
use ward_model::ids::{ComponentRef, ControlId, ElementId, FieldedVersionId};
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::many::{HarmAtOnce, SingleAction};
use ward_model::verdict::{Basis, Outcome, Verdict};
use ward_model::vex::{VexFile, Whole};
use ward_policy::{Expectations, Rulebook};
use ward_risk::hazards::{self, hazards};
use ward_risk::{Effects, ElementReports, Judgement, Situation, Told, judge_telling, loss};

pub use configurations::{assess_configurations, what_if_configurations};
pub use since::{became_live, since};
pub use suppose::{SupposeError, UnknownName};
pub use treat::{Limits, Progress, Treating, treat, treat_configurations, treat_telling};

use statements::Hearing;
use suppose::{Reports, Supposition};

/// Everything that an assessment follows from.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The device.
    pub device: &'a Device,
    /// What people have decided.
    pub decisions: &'a Decisions,
    /// What the world says.
    pub knowledge: &'a dyn Knowledge,
    /// Policies, rules and aliases.
    pub rulebook: &'a Rulebook,
    /// The day asked about.
    pub as_of: Date,
    /// The engine's name and version.
    pub engine: &'a str,
    /// What of the premises of claims stands in the model: the reader of folders knows what a decision is bound to.
    pub rest_on: RestOn,
}

/// Of some claims about a device, a digest of what each rests on in the model, in their order.
pub type RestOn = fn(&Device, &[&ClaimId]) -> Vec<Digest>;

/// Assesses a device.
///
/// # Errors
/// The knowledge could not be read; nothing is concluded from a part of it.
pub fn assess(inputs: &Inputs<'_>) -> Result<Assessment, KnowledgeError> {
    let (effects, without) = Effects::decided(inputs.device, inputs.decisions, inputs.as_of);
    let reports = reports(inputs)?;
    let partial = inputs.knowledge.description().partial();
    let judgement = judge_telling(inputs.situation(&reports, partial.as_deref()), &effects, Told::Actions);
    let confirmed = judgement
        .verdicts
        .iter()
        .filter(|verdict| verdict.verdict == Outcome::Uncontrolled && verdict.basis == Basis::Confirmed);
    let named =
        |verdict: &Verdict| (verdict.fielded_version.clone(), verdict.element.clone(), verdict.subject.id.clone());
    let uncontrolled = confirmed.map(named).collect();
    let lifecycle = lifecycle::section(inputs, &reports, &effects, &uncontrolled)?;
    let judgement = Judgement { decisions_without_effect: without, ..judgement };
    let control_hazards = hazards(inputs.device, inputs.rulebook, &effects, hazards::Supposed::default());
    Ok(Assessment { lifecycle, control_hazards, ..conclude(inputs, reports, &effects, judgement, Vec::new())? })
}

/// Assesses a device as it would be with these changes. Nothing of it is so: the answer says what it supposes.
///
/// # Errors
/// A change names what the device has not, or the knowledge could not be read.
pub fn what_if(inputs: &Inputs<'_>, changes: &[Change]) -> Result<Assessment, SupposeError> {
    let (decided, without) = Effects::decided(inputs.device, inputs.decisions, inputs.as_of);
    let found = reports(inputs)?;
    let Supposition { device, effects, lost, mut supposed } =
        suppose::suppose(inputs.device, &decided, &found, changes)?;
    let rejected = ward_risk::rejected(inputs.device, inputs.decisions, inputs.as_of);
    for one in &mut supposed {
        if let Change::Rely(control) = &one.change {
            let claim = ClaimId::Control(control.clone());
            let against = ward_risk::spoken_against(inputs.device, &rejected, &claim);
            let lacking = || ward_risk::not_shown(inputs.device, &claim);
            one.effects.extend(against.or_else(lacking).map(|reason| format!("{reason}: as it is, it has no effect")));
        }
    }
    let decide_again = lapsing::to_decide_again(inputs, &decided, &device, changes);
    // Controls and links change nothing of what is found: only where something else runs is it matched again.
    let same = matched(&device).eq(matched(inputs.device));
    let inputs = &Inputs { device: &device, ..*inputs };
    let reports = if same { found } else { reports(inputs)? };
    let partial = inputs.knowledge.description().partial();
    let mut judgement = judge_telling(inputs.situation(&reports, partial.as_deref()), &effects, Told::Actions);
    judgement.decisions_without_effect = without;
    // What stops by design comes first: whoever asks supposed it.
    judgement.verdicts.splice(0..0, loss::verdicts(inputs.situation(&reports, partial.as_deref()), &lost));
    let dropped =
        changes.iter().filter_map(|change| if let Change::Drop(id) = change { Some(id.clone()) } else { None });
    let dropped: BTreeSet<ControlId> = dropped.collect();
    let apart = hazards::Supposed { dropped: Some(&dropped), lost: Some(&lost) };
    let control_hazards = hazards(inputs.device, inputs.rulebook, &effects, apart);
    Ok(Assessment { control_hazards, decide_again, ..conclude(inputs, reports, &effects, judgement, supposed)? })
}

impl Inputs<'_> {
    fn situation<'b>(
        &'b self,
        reports: &'b BTreeMap<(FieldedVersionId, ElementId), ElementReports>,
        partial: Option<&'b str>,
    ) -> Situation<'b> {
        Situation {
            device: self.device,
            reports,
            rulebook: self.rulebook,
            decisions: self.decisions,
            as_of: self.as_of,
            partial_knowledge: partial,
        }
    }
}

fn conclude(
    inputs: &Inputs<'_>,
    reports: BTreeMap<(FieldedVersionId, ElementId), ElementReports>,
    effects: &Effects,
    mut judgement: Judgement,
    supposed: Vec<Supposed>,
) -> Result<Assessment, KnowledgeError> {
    let device = inputs.device;
    explain_evidence(device, &mut judgement);
    let (receipts, coverage) = (receipts(&reports), coverage(inputs, &reports)?);
    let mut findings = Vec::new();
    let mut unassessed = Vec::new();
    for ((fielded_version, element), reports) in reports {
        let complete = effects.holds(&ClaimId::Element(element.clone(), ElementClaim::SoftwareListed));
        let mut report = if complete { reports.complete } else { reports.open };
        statements::settle(&mut report, &reports.answers, effects);
        findings.extend(report.findings.into_iter().map(|finding| FindingAt {
            fielded_version: fielded_version.clone(),
            element: element.clone(),
            finding,
        }));
        unassessed.extend(report.unassessed.into_iter().map(|what| UnassessedAt {
            fielded_version: fielded_version.clone(),
            element: element.clone(),
            what,
        }));
    }
    Ok(Assessment {
        schema: SCHEMA,
        supposed,
        decide_again: Vec::new(),
        device: DeviceSummary { id: device.id.clone(), name: device.name.clone() },
        inputs: digests(inputs, receipts),
        summary: summary(&judgement.verdicts),
        multi_patient: multi_patient(&judgement.verdicts, &judgement.single_actions),
        single_actions: judgement.single_actions,
        watch_list: judgement.watch_list,
        clocks: judgement.clocks,
        coverage,
        unassessed,
        gaps: judgement.gaps,
        findings,
        lapses: judgement.lapses,
        decisions_without_effect: judgement.decisions_without_effect,
        verdicts: judgement.verdicts,
        control_hazards: Vec::new(),
        lifecycle: Vec::new(),
        since: None,
    })
}

/// What goes into an assessment, by digests.
fn digests(inputs: &Inputs<'_>, receipts: Digest) -> InputDigests {
    InputDigests {
        device: inputs.device.digest,
        knowledge: inputs.knowledge.description().generation,
        receipts,
        policies: inputs.rulebook.policies.iter().map(|policy| policy.id.clone()).collect(),
        rules: inputs.rulebook.digest,
        decisions: inputs.decisions.digest,
        as_of: inputs.as_of,
        engine: inputs.engine.to_owned(),
        model: since::parts(inputs.device),
    }
}

/// Says of what would be controlled if all claims held, which of them somebody has accepted on evidence that does not support them.
fn explain_evidence(device: &Device, judgement: &mut Judgement) {
    let reasons = device.claims.values().filter_map(|claim| {
        let name = claim.id.to_string();
        let reason = claim.evidence.as_ref().and_then(Evidence::against)?;
        let accepted = judgement.decisions_without_effect.iter().any(|decision| decision.claim == name);
        accepted.then(|| format!("`{name}` has no effect: {reason}"))
    });
    let reasons: Vec<String> = reasons.collect();
    let concerned = |verdict: &&mut Verdict| {
        verdict.verdict == Outcome::Uncontrolled
            && verdict.basis == Basis::Confirmed
            && verdict.if_claims_hold == Outcome::Controlled
    };
    for verdict in judgement.verdicts.iter_mut().filter(concerned) {
        verdict.reasons.extend(reasons.iter().map(|reason| reason.as_str().into()));
    }
}

/// Scans a bare SBOM: one element of which nothing is claimed. What is looked up for it is kept in `known`, which must be of this
/// knowledge.
///
/// # Errors
/// The knowledge could not be read.
pub fn scan(
    sbom: &Sbom,
    aliases: &Aliases,
    knowledge: &dyn Knowledge,
    expectations: &Expectations,
    as_of: Date,
    known: &Known,
) -> Result<ScanReport, KnowledgeError> {
    scan_hearing(sbom, (aliases, expectations), knowledge, as_of, known, &[])
}

/// The same, with documents of statements: those of trusted issuers mark findings, all others are shown beside them. Whom to trust is
/// said by whoever asks.
///
/// # Errors
/// The knowledge could not be read.
pub fn scan_hearing(
    sbom: &Sbom,
    (aliases, expectations): (&Aliases, &Expectations),
    knowledge: &dyn Knowledge,
    as_of: Date,
    known: &Known,
    files: &[VexFile],
) -> Result<ScanReport, KnowledgeError> {
    let inventory = Inventory { components: &sbom.components, hardware: &[], complete: false };
    let mut report = match_knowing(&inventory, aliases, knowledge, known)?;
    hear(sbom, &mut report, files, knowledge, as_of, known)?;
    Ok(scan_report(SbomSummary::from(sbom), report, knowledge, expectations, as_of))
}

/// Takes what documents say into what was found in an SBOM. What had not been said on the day asked about is left out.
///
/// # Errors
/// The knowledge could not be read.
pub fn hear(
    sbom: &Sbom,
    report: &mut MatchReport,
    files: &[VexFile],
    knowledge: &dyn Knowledge,
    as_of: Date,
    known: &Known,
) -> Result<(), KnowledgeError> {
    if files.is_empty() {
        return Ok(());
    }
    let said: Vec<VexFile> =
        files.iter().filter(|file| file.whole_since().is_none_or(|since| since <= as_of)).cloned().collect();
    let hearing = Hearing::new(&said, &sbom.components, Whole::of(sbom).into_iter().collect(), Some(sbom));
    let deciding = |_: &VexFile| "it counts: its issuer is believed by whoever asked".to_owned();
    hearing.worsen(report, &deciding, knowledge, known)?;
    hearing.clear(report);
    Ok(())
}

/// The answer for a bare SBOM of which everything has been matched.
pub fn scan_report(
    sbom: SbomSummary,
    report: MatchReport,
    knowledge: &dyn Knowledge,
    expectations: &Expectations,
    as_of: Date,
) -> ScanReport {
    let coverage = expectations.coverage(knowledge.description(), as_of, uncovered(&report.uncovered));
    ScanReport {
        schema: SCAN_SCHEMA,
        sbom,
        knowledge: knowledge.description().clone(),
        notes: knowledge.description().notes(&coverage),
        coverage,
        findings: report.findings,
        unassessed: report.unassessed,
    }
}

fn uncovered(ecosystems: &BTreeMap<String, usize>) -> Vec<UncoveredEcosystem> {
    let one = |(ecosystem, components): (&String, &usize)| UncoveredEcosystem {
        ecosystem: ecosystem.clone(),
        components: *components,
    };
    ecosystems.iter().map(one).collect()
}

/// What is matched for each element in each fielded version: all that [`reports`] takes from the device and that a hypothesis can
/// change. Statements of others and lists of compiled files it cannot.
fn matched(device: &Device) -> impl Iterator<Item = (&FieldedVersionId, &ElementId, Option<Digest>, &[Cpe], bool)> {
    device.versions.iter().flat_map(|version| {
        device.elements.values().map(|element| {
            let sbom = version.inventories.get(&element.id).map(|sbom| sbom.digest);
            (&version.id, &element.id, sbom, element.hardware.as_slice(), claims_inventory(device, &element.id))
        })
    })
}

/// Whether somebody claims that the whole inventory of an element is listed.
fn claims_inventory(device: &Device, element: &ElementId) -> bool {
    device.claims.contains_key(&ClaimId::Element(element.clone(), ElementClaim::SoftwareListed))
}

/// The components of an element of which somebody claims that they were looked at by other means.
fn reviewed<'d>(device: &'d Device, element: &ElementId) -> BTreeSet<&'d ComponentRef> {
    let reviewed = device.claims.keys().filter_map(|claim| match claim {
        ClaimId::ComponentReviewed(of, component) if of == element => Some(component),
        _ => None,
    });
    reviewed.collect()
}

/// What is found on every element of every fielded version, read both ways where somebody claims that the inventory is complete.
fn reports(inputs: &Inputs<'_>) -> Result<Reports, KnowledgeError> {
    // Elements often have the same components, and every inventory is read both ways.
    reports_of(inputs, &Known::default(), None)
}

/// The same of one element alone, where one is named. What is looked up is kept in `looked_up`, which must be of this knowledge.
fn reports_of(inputs: &Inputs<'_>, looked_up: &Known, only: Option<&ElementId>) -> Result<Reports, KnowledgeError> {
    let device = inputs.device;
    let mut reports = BTreeMap::new();
    // Versions often share the inventory of an element that is not the maker's: match it once.
    let mut known: BTreeMap<(ElementId, Digest), ElementReports> = BTreeMap::new();
    for version in &device.versions {
        for element in device.elements.values().filter(|element| only.is_none_or(|only| element.id == *only)) {
            let sbom = version.inventories.get(&element.id);
            if sbom.is_none() && element.hardware.is_empty() {
                continue;
            }
            let digest = sbom.map_or(Digest::of(b""), |sbom| sbom.digest);
            let found = match known.get(&(element.id.clone(), digest)) {
                Some(found) => found.clone(),
                None => {
                    let components = listed(sbom.map(|sbom| &**sbom), &element.hardware, inputs.knowledge)?;
                    let inventory =
                        |complete: bool| Inventory { components: &components, hardware: &element.hardware, complete };
                    let read = |complete: bool| {
                        match_knowing(&inventory(complete), &inputs.rulebook.aliases, inputs.knowledge, looked_up)
                    };
                    let open = read(false)?;
                    let complete = if claims_inventory(device, &element.id) { read(true)? } else { open.clone() };
                    let reviewed = reviewed(device, &element.id);
                    let uncompared = match reviewed.is_empty() {
                        true => BTreeMap::new(),
                        false => {
                            let known = (inputs.knowledge, looked_up);
                            uncompared(&inventory(false), &inputs.rulebook.aliases, known, &reviewed)?
                        }
                    };
                    let found = ElementReports { open, complete, uncompared, ..ElementReports::default() };
                    known.insert((element.id.clone(), digest), found.clone());
                    found
                }
            };
            let found = match device.statements.is_empty() && device.compiled.is_empty() {
                true => found,
                // What is said may be of one version of the device.
                false => {
                    let mut found = found;
                    let components = listed(sbom.map(|sbom| &**sbom), &element.hardware, inputs.knowledge)?;
                    let known = (inputs.knowledge, looked_up);
                    statements::answer((device, version, &element.id), &components, &mut found, known)?;
                    found
                }
            };
            reports.insert((version.id.clone(), element.id.clone()), found);
        }
    }
    Ok(reports)
}

/// Everything that is looked up for an element: what its SBOM lists, and what it names beside it.
fn listed<'a>(
    sbom: Option<&'a Sbom>,
    hardware: &[Cpe],
    knowledge: &dyn Knowledge,
) -> Result<Cow<'a, [Component]>, KnowledgeError> {
    let components = sbom.map_or(&[][..], |sbom| &sbom.components);
    let named = beside(hardware, knowledge)?;
    Ok(if named.is_empty() { Cow::Borrowed(components) } else { Cow::Owned([components.to_vec(), named].concat()) })
}

/// The programs, operating systems and hardware that an element names beside its SBOM.
///
/// Hardware of which no feed speaks is left out. By itself it runs nothing: what runs on it has to stand in the inventory, which
/// is what `software_listed` answers for.
fn beside(hardware: &[Cpe], knowledge: &dyn Knowledge) -> Result<Vec<Component>, KnowledgeError> {
    let mut named = Vec::new();
    for cpe in hardware {
        let spoken_of = || cpe.product_key().map_or(Ok(false), |key| knowledge.names_product(&key));
        if cpe.part != Part::Hardware || spoken_of()? {
            named.push(Component::beside_sbom(cpe));
        }
    }
    Ok(named)
}

/// A digest over when the records that were found were received.
fn receipts(reports: &BTreeMap<(FieldedVersionId, ElementId), ElementReports>) -> Digest {
    let findings = reports.values().flat_map(|reports| &reports.open.findings);
    let days: BTreeSet<String> = findings
        .map(|finding| {
            let day = finding.vulnerability.received.map_or_else(|| "unknown".to_owned(), |day| day.to_string());
            format!("{} {day}", finding.vulnerability.id)
        })
        .collect();
    Digest::of_parts(days.iter().map(String::as_bytes))
}

fn summary(verdicts: &[Verdict]) -> Summary {
    let mut summary = Summary::default();
    for verdict in verdicts {
        match (verdict.verdict, verdict.basis, verdict.provisional) {
            (Outcome::Uncontrolled, Basis::Confirmed, _) => summary.uncontrolled.confirmed += 1,
            (Outcome::Uncontrolled, Basis::Presumed, _) => summary.uncontrolled.presumed += 1,
            (Outcome::Controlled, _, true) => summary.controlled.provisional += 1,
            (Outcome::Controlled, _, false) => summary.controlled.confirmed += 1,
        }
        summary.undetermined += usize::from(verdict.undetermined);
    }
    summary
}

/// Uncontrolled harm that one attacker action brings on several people at once, by version and harm. Presumed verdicts are left
/// out: they reach everybody by definition.
fn multi_patient(verdicts: &[Verdict], actions: &[SingleAction]) -> Vec<MultiPatient> {
    let mut views: BTreeMap<(FieldedVersionId, ward_model::ids::HarmId), MultiPatient> = BTreeMap::new();
    for verdict in verdicts {
        if verdict.basis == Basis::Presumed {
            continue;
        }
        for harm in verdict.harms.iter().filter(|harm| harm.persons_at_once.several()) {
            let view =
                views.entry((verdict.fielded_version.clone(), harm.id.clone())).or_insert_with(|| MultiPatient {
                    harm: harm.id.clone(),
                    fielded_version: verdict.fielded_version.clone(),
                    persons_at_once: harm.persons_at_once,
                    escalated_severity: harm.escalated_severity,
                    verdicts: Vec::new(),
                    actions: Vec::new(),
                });
            view.persons_at_once = view.persons_at_once.max(harm.persons_at_once);
            view.escalated_severity = view.escalated_severity.max(harm.escalated_severity);
            view.verdicts.push(verdict.id.clone());
        }
    }
    for ((version, harm), view) in &mut views {
        let leads = |action: &&SingleAction| {
            let several = |reached: &HarmAtOnce| reached.harm == *harm && reached.persons_at_once.several();
            action.fielded_version == *version && action.harms.iter().any(several)
        };
        view.actions = actions.iter().filter(leads).map(|action| action.id.clone()).collect();
    }
    views.into_values().collect()
}

fn coverage(
    inputs: &Inputs<'_>,
    reports: &BTreeMap<(FieldedVersionId, ElementId), ElementReports>,
) -> Result<Coverage, KnowledgeError> {
    let knowledge = inputs.knowledge.description().clone();
    let mut inventories = Vec::new();
    for version in &inputs.device.versions {
        for (element, described) in &inputs.device.elements {
            let sbom = version.inventories.get(element);
            let listed =
                sbom.map_or(0, |sbom| sbom.components.len()) + beside(&described.hardware, inputs.knowledge)?.len();
            let components = (sbom.is_some() || listed > 0).then_some(listed);
            let unassessed =
                reports.get(&(version.id.clone(), element.clone())).map_or(0, |reports| reports.open.unassessed.len());
            inventories.push(InventoryCoverage {
                fielded_version: version.id.clone(),
                element: element.clone(),
                components,
                assessed: components.unwrap_or(0).saturating_sub(unassessed),
            });
        }
    }
    let mut ecosystems: BTreeMap<String, usize> = BTreeMap::new();
    for (ecosystem, components) in reports.values().flat_map(|reports| &reports.open.uncovered) {
        // Versions share inventories: the most of any says how many there are.
        let most = ecosystems.entry(ecosystem.clone()).or_default();
        *most = (*most).max(*components);
    }
    let feeds = inputs.rulebook.expectations.coverage(&knowledge, inputs.as_of, uncovered(&ecosystems));
    let mut notes = notes(inputs, &feeds);
    notes.extend(known_of_nothing(inputs.device, reports));
    Ok(Coverage { notes, feeds, knowledge, inventories })
}

/// The vulnerabilities of which the folder says since when they have been known, and of which nothing that was found is called so: a slip of
/// the pen moves no clock, and nobody would be told.
fn known_of_nothing(device: &Device, reports: &BTreeMap<(FieldedVersionId, ElementId), ElementReports>) -> Vec<String> {
    let mut found: BTreeSet<&str> = device.own_findings.iter().map(|own| own.id.as_str()).collect();
    for finding in reports.values().flat_map(|reports| reports.open.findings.iter().chain(&reports.complete.findings)) {
        found.insert(finding.vulnerability.id.as_str());
        found.extend(finding.vulnerability.aliases.iter().map(|alias| alias.as_str()));
    }
    let named = device.known_since.iter().map(|known| known.subject.as_str());
    let lost = named.filter(|subject| !subject.contains('@') && !found.contains(subject));
    let lost: BTreeSet<&str> = lost.collect();
    lost.into_iter()
        .map(|subject| {
            format!("`[[known]]` says since when {subject} has been known, and nothing that was found here is called so: it moves no clock")
        })
        .collect()
}

/// What was not looked at, in words.
fn notes(inputs: &Inputs<'_>, feeds: &KnowledgeCoverage) -> Vec<String> {
    let mut notes = inputs.knowledge.description().notes(feeds);
    notes.extend(inputs.rulebook.policies.iter().flat_map(ward_policy::Policy::remarks));
    notes.extend(statements::remarks(inputs.device));
    for version in &inputs.device.versions {
        for (element, sbom) in &version.inventories {
            notes.extend(sbom.remarks.iter().map(|remark| format!("SBOM of {element} in {}: {remark}", version.id)));
        }
    }
    notes.push(format!(
        "{} rules look for weaknesses that need no vulnerability record; weaknesses that no rule describes were not looked for",
        inputs.rulebook.rules.len()
    ));
    notes.push(
        "insiders are taken to stand at any element, suppliers on every link that may carry code; links denied or jammed \
         from outside, commands that do not arrive, and listening to what is sent in the clear are not yet steps of \
         their own"
            .to_owned(),
    );
    notes
}
