//! Why a component is affected by a vulnerability, is not, or cannot be told: also where nothing was found.

use std::collections::BTreeSet;

use serde::Serialize;
use ward_model::affected::SubjectKey;
use ward_model::alias::Aliases;
use ward_model::component::Component;
use ward_model::finding::{ComponentSummary, Finding, State, UnassessedReason, Voice, VoiceState};
use ward_model::ids::{ComponentRef, VulnerabilityId};
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::vulnerability::{Undescribed, VulnerabilityRecord};

use crate::Inventory;
use crate::applicability::is_another_release;
use crate::criterion::{Role, same_product, touch};
use crate::host::Host;
use crate::identity::{Identity, Resolution};
use crate::judge::{First, Judge, Judgement, Known};
use crate::subject::Way;
use crate::undescribed::Exploited;

/// The whole answer about one vulnerability and one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The vulnerability.
    pub vulnerability: VulnerabilityId,
    /// The component.
    pub component: ComponentSummary,
    /// Affected, not affected, or unknown.
    pub state: State,
    /// The finding with its proof, where the matcher reports one.
    pub finding: Option<Finding>,
    /// Why the component could not be assessed for this vulnerability, where it could not.
    pub unassessed: Option<UnassessedReason>,
    /// As which products it was recognised, how, and with which version.
    pub identities: Vec<String>,
    /// In words, step by step, why the state is what it is.
    pub reasons: Vec<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The inventory has no component with this reference.
    #[error("the inventory has no component `{0}`")]
    UnknownComponent(ComponentRef),
    /// The knowledge has no record with this identifier.
    #[error("the knowledge has no record `{0}`")]
    UnknownVulnerability(VulnerabilityId),
    /// The knowledge could not be read.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
}

/// More products or versions of a record than anybody reads in a sentence.
const LISTED: usize = 12;

/// Explains the state of one component with regard to one vulnerability.
///
/// # Errors
/// The component or the record does not exist, or the knowledge could not be read.
pub fn explain(
    inventory: &Inventory<'_>,
    aliases: &Aliases,
    knowledge: &dyn Knowledge,
    component: &ComponentRef,
    vulnerability: &VulnerabilityId,
) -> Result<Explanation, ExplainError> {
    let number = inventory
        .components
        .iter()
        .position(|candidate| candidate.reference == *component)
        .ok_or_else(|| ExplainError::UnknownComponent(component.clone()))?;
    let host = Host::new(inventory, aliases, knowledge)?;
    let resolution = &host.resolutions[number];
    let component = &inventory.components[number];
    let known = Known::default();
    let mut judge = Judge::new(knowledge, inventory, &host, &known);
    let mut first = judge.first(number)?;
    judge.settle(&mut first)?;
    let (asked, judgement) = match worst(&mut judge, knowledge, number, &mut first, vulnerability) {
        Err(ExplainError::UnknownVulnerability(id)) => {
            let undescribed = knowledge.undescribed()?.iter().find(|one| one.id == id);
            let undescribed = undescribed.ok_or(ExplainError::UnknownVulnerability(id))?;
            return Ok(without_record(undescribed, component, resolution));
        }
        other => other?,
    };
    let group = judge.group(&asked)?;
    let mut records = Vec::new();
    for record in group.records.iter().copied() {
        records.push(judge.record(record)?);
    }
    let mut withdrawn = Vec::new();
    for number in group.records.iter().chain(&group.former_records).copied() {
        let record = judge.record(number)?;
        if record.withdrawn {
            let on =
                knowledge.last_received(number)?.map_or_else(String::new, |day| format!(", as was received on {day}"));
            withdrawn.push(format!("{} was withdrawn by its feed ({}){on}", record.id, record.source));
        }
    }
    let mut explanation = Explanation {
        vulnerability: vulnerability.clone(),
        component: ComponentSummary::from(component),
        state: State::NotAffected,
        finding: None,
        unassessed: None,
        identities: recognised(resolution),
        reasons: withdrawn,
    };
    let records: Vec<&VulnerabilityRecord> =
        records.iter().map(|record| &**record).filter(|record| !record.withdrawn).collect();
    if let Some(finding) = judgement.finding {
        explain_finding(&mut explanation, finding, &judgement.version);
        return Ok(explanation);
    }
    if records.is_empty() && !explanation.reasons.is_empty() {
        return Ok(explanation);
    }
    explanation.unassessed = resolution.reason.filter(|_| !first.named).or(judgement.blocked);
    if explanation.unassessed.is_some() {
        explanation.state = State::Unknown;
    }
    let named: Vec<&VulnerabilityRecord> = records.iter().copied().filter(|record| !names_nothing(record)).collect();
    if named.is_empty() {
        explanation.state = State::Unknown;
        explanation.reasons.extend(
            records.iter().take(1).map(|record| {
                format!("{} names no product, so that nothing can be matched with it: unknown", record.id)
            }),
        );
        return Ok(explanation);
    }
    // The record of that name has not been analysed: what others name for it need not be all.
    let own: Vec<&VulnerabilityRecord> = records.iter().copied().filter(|record| record.id == asked).collect();
    if judgement.voices.is_empty() && !own.is_empty() && own.iter().all(|record| names_nothing(record)) {
        explanation.state = State::Unknown;
        explanation.reasons.push(format!(
            "{asked} itself names no product; others name some for it, and nobody says that these are all: unknown"
        ));
    }
    explanation.reasons.extend(absence(&named, resolution, explanation.unassessed));
    for voice in
        judgement.voices.iter().filter(|voice| !voice.criterion.is_empty() && !of_configuration(voice, resolution))
    {
        let who = voice.asserter.as_ref().map(|asserter| format!(" ({asserter})")).unwrap_or_default();
        explanation.reasons.push(format!(
            "{}{who} names {} and means other versions than the component's, {}: {}",
            voice.record, voice.criterion, voice.identity, voice.range
        ));
        explanation.reasons.extend(voice.notes.iter().cloned());
    }
    Ok(explanation)
}

fn recognised(resolution: &Resolution) -> Vec<String> {
    resolution.identities.iter().map(shown).chain(packages(resolution)).collect()
}

/// The vulnerability is known to be exploited, and that is all that is known.
fn without_record(undescribed: &Undescribed, component: &Component, resolution: &Resolution) -> Explanation {
    let one = Exploited::new(std::slice::from_ref(undescribed));
    let fits = !one.fitting(component, resolution).is_empty();
    let whose = match (&undescribed.product, &undescribed.vendor) {
        (Some(product), Some(vendor)) => format!("`{product}` of `{vendor}`"),
        (Some(name), None) | (None, Some(name)) => format!("`{name}`"),
        (None, None) => "no product in particular".to_owned(),
    };
    let id = &undescribed.id;
    let mut reasons = vec![
        format!("{id} is known to be exploited, and no record of it is held: unknown"),
        format!("the list of exploited vulnerabilities names {whose}"),
    ];
    reasons.push(match fits {
        true => "the component may be that by its names".to_owned(),
        false => "the component's names do not fit that".to_owned(),
    });
    Explanation {
        vulnerability: id.clone(),
        component: ComponentSummary::from(component),
        state: State::Unknown,
        finding: None,
        unassessed: fits.then_some(UnassessedReason::ExploitedWithoutRecord),
        identities: recognised(resolution),
        reasons,
    }
}

/// The judgement that counts, where the name asked for means several vulnerabilities.
fn worst(
    judge: &mut Judge<'_>,
    knowledge: &dyn Knowledge,
    component: usize,
    first: &mut First,
    vulnerability: &VulnerabilityId,
) -> Result<(VulnerabilityId, Judgement), ExplainError> {
    let mut numbers = knowledge.find_all(vulnerability)?;
    if numbers.is_empty() {
        let group = knowledge.alias_group(vulnerability)?;
        for alias in group.ids {
            numbers.extend(knowledge.find_all(&alias)?);
        }
        // What only withdrawn records name is known as that.
        for alias in group.former {
            numbers.extend(knowledge.find_all(&alias)?);
        }
    }
    let mut names = BTreeSet::new();
    for number in numbers {
        names.extend(judge.names(number)?.iter().cloned());
    }
    // A record of several vulnerabilities that was found by the name of one of them is asked about that one.
    if names.contains(vulnerability) {
        names = BTreeSet::from([vulnerability.clone()]);
    }
    let mut found: Option<(VulnerabilityId, Judgement)> = None;
    let rank = |judgement: &Judgement| match judgement.finding.as_ref().map(|finding| finding.state) {
        Some(State::Affected) => 0,
        Some(State::Unknown) => 1,
        None => 2,
        Some(State::NotAffected) => 3,
    };
    for name in names {
        let judgement = judge.judge(component, first, &name)?;
        if found.as_ref().is_none_or(|(_, held)| rank(&judgement) < rank(held)) {
            found = Some((name, judgement));
        }
    }
    found.ok_or_else(|| ExplainError::UnknownVulnerability(vulnerability.clone()))
}

fn explain_finding(explanation: &mut Explanation, finding: Finding, version: &str) {
    explanation.state = finding.state;
    let proof = &finding.proof;
    let text = &mut explanation.reasons;
    if finding.vulnerability.id.as_str() != proof.record {
        text.push(format!("{} is {} ({})", proof.record, finding.vulnerability.id, proof.source));
    }
    text.push(format!("{} names it: {}", proof.criterion, proof.range));
    text.push(format!("{version} is what it means: {}", proof.identity));
    text.extend(proof.environment.iter().cloned());
    for voice in &proof.voices {
        let state = match voice.state {
            VoiceState::Affected => "affected",
            VoiceState::Unknown => "unknown",
            VoiceState::NotAffected => "not affected",
            VoiceState::Silent => "nothing about this version",
        };
        let who = voice.asserter.as_ref().map(|asserter| format!(", {asserter}")).unwrap_or_default();
        text.push(format!(
            "{} ({}{who}) says {state}: {} {}",
            voice.record, voice.source, voice.criterion, voice.range
        ));
    }
    text.extend(finding.conflicts.iter().map(ToString::to_string));
    explanation.finding = Some(finding);
}

fn names_nothing(record: &VulnerabilityRecord) -> bool {
    record.configurations.is_empty() && record.affected.is_empty()
}

/// Whether a voice is that of a configuration, which `absence` explains criterion by criterion.
fn of_configuration(voice: &Voice, resolution: &Resolution) -> bool {
    voice.asserter.is_none()
        && resolution
            .identities
            .iter()
            .any(|identity| identity.product.to_string() == voice.criterion && identity.text == voice.identity)
}

fn packages(resolution: &Resolution) -> impl Iterator<Item = String> {
    resolution.subjects.iter().filter_map(|subject| match &subject.way {
        Way::Package { package, versions } => {
            let version = versions.first().map_or("no version".to_owned(), |version| format!("version {version}"));
            let release = package.release.as_ref().map(|release| format!(" in {release}")).unwrap_or_default();
            Some(format!("{}{release} with {version}: {}", package.key, subject.text))
        }
        Way::Product { .. } | Way::Project { .. } => None,
    })
}

fn shown(identity: &Identity) -> String {
    format!("{} with {}: {}", identity.product, identity.version.shown(), identity.text)
}

/// Why nothing was found.
fn absence(
    records: &[&VulnerabilityRecord],
    resolution: &Resolution,
    unassessed: Option<UnassessedReason>,
) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(reason) = unassessed {
        reasons.push(format!("the component could not be assessed: {}", reason.word()));
        for possible in &resolution.possible {
            reasons.push(possible.text.clone());
        }
    }
    let criteria: Vec<_> = records
        .iter()
        .flat_map(|record| &record.configurations)
        .flat_map(|configuration| &configuration.nodes)
        .flat_map(|node| &node.criteria)
        .filter(|criterion| criterion.vulnerable)
        .collect();
    let mut named = false;
    for identity in &resolution.identities {
        let mut outside = Vec::new();
        for criterion in criteria.iter().filter(|criterion| same_product(&criterion.cpe, identity)) {
            named = true;
            let touch = touch(criterion, identity, Role::Vulnerable);
            let other = is_another_release(criteria.iter().copied(), identity, &touch);
            if touch.truth.is_false() || other {
                let text = criterion.range_text();
                if !outside.contains(&text) {
                    outside.push(text);
                }
            } else {
                reasons.extend(touch.notes);
            }
        }
        if !outside.is_empty() {
            reasons.push(format!(
                "the record names {}, and {} is not among the versions or editions that it means: {}",
                identity.product,
                identity.version.shown(),
                listed(outside)
            ));
        }
    }
    let keys: BTreeSet<&SubjectKey> = resolution.subjects.iter().map(|subject| &subject.key).collect();
    named |= records
        .iter()
        .flat_map(|record| &record.affected)
        .any(|product| product.keys().iter().any(|key| keys.contains(key)));
    if !named {
        let mut products: Vec<String> =
            criteria.iter().filter_map(|criterion| criterion.cpe.product_key()).map(|key| key.to_string()).collect();
        products.extend(records.iter().flat_map(|record| &record.affected).filter_map(
            |product| match &product.package {
                Some(package) => Some(package.to_string()),
                None => product.product.clone(),
            },
        ));
        products.sort();
        products.dedup();
        reasons.push(format!(
            "the record names no product that the component was recognised as; it names {}",
            listed(products)
        ));
    }
    reasons
}

fn listed(mut texts: Vec<String>) -> String {
    let more = texts.len().saturating_sub(LISTED);
    texts.truncate(LISTED);
    let text = texts.join(", ");
    if more > 0 { format!("{text} and {more} more") } else { text }
}
