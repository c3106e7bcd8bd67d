//! Why a component is affected by a vulnerability, is not, or cannot be told: also where nothing was found.

use serde::Serialize;
use ward_model::alias::Aliases;
use ward_model::finding::{ComponentSummary, Finding, State, UnassessedReason};
use ward_model::ids::{ComponentRef, VulnerabilityId};
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::vulnerability::VulnerabilityRecord;

use crate::Inventory;
use crate::applicability::{applications, strongest};
use crate::criterion::{Role, same_product, touch};
use crate::host::Host;
use crate::identity::{Identity, Resolution};
use crate::report::{finding, summarise};

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
    let found =
        knowledge.find(vulnerability)?.ok_or_else(|| ExplainError::UnknownVulnerability(vulnerability.clone()))?;
    let record = knowledge.record(found)?;
    let host = Host::new(inventory, aliases, knowledge)?;
    let resolution = &host.resolutions[number];
    let component = &inventory.components[number];
    let mut explanation = Explanation {
        vulnerability: record.id.clone(),
        component: ComponentSummary::from(component),
        state: State::NotAffected,
        finding: None,
        unassessed: None,
        identities: resolution.identities.iter().map(shown).collect(),
        reasons: Vec::new(),
    };
    if record.withdrawn {
        explanation.reasons.push(format!("{} was withdrawn by its feed ({})", record.id, record.source));
        return Ok(explanation);
    }
    let applications = applications(&record, &host, number);
    if let Some(best) = strongest(&applications) {
        let finding = finding(&record, summarise(&record, knowledge)?, component, best, &applications);
        explanation.state = finding.state;
        explanation.reasons.push(format!("{} names it: {}", finding.proof.criterion, finding.proof.range));
        explanation.reasons.push(format!(
            "{} is what it means: {}",
            best.identity.version.shown(),
            finding.proof.identity
        ));
        explanation.reasons.extend(finding.proof.environment.iter().cloned());
        explanation.finding = Some(finding);
        return Ok(explanation);
    }
    explanation.unassessed =
        resolution.reason.or_else(|| applications.iter().find_map(|application| application.blocked));
    if explanation.unassessed.is_some() {
        explanation.state = State::Unknown;
    }
    explanation.reasons = absence(&record, resolution, explanation.unassessed);
    if record.configurations.is_empty() {
        explanation.state = State::Unknown;
    }
    Ok(explanation)
}

fn shown(identity: &Identity) -> String {
    format!("{} with {}: {}", identity.product, identity.version.shown(), identity.text)
}

/// Why nothing was found.
fn absence(record: &VulnerabilityRecord, resolution: &Resolution, unassessed: Option<UnassessedReason>) -> Vec<String> {
    let mut reasons = Vec::new();
    if record.configurations.is_empty() {
        reasons.push(format!("{} names no product, so that nothing can be matched with it: unknown", record.id));
        return reasons;
    }
    if let Some(reason) = unassessed {
        reasons.push(format!("the component could not be assessed: {}", reason.word()));
        for possible in &resolution.possible {
            reasons.push(possible.text.clone());
        }
    }
    let criteria: Vec<_> = record
        .configurations
        .iter()
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
            if touch.truth.is_false() {
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
    if !named {
        let mut products: Vec<String> =
            criteria.iter().filter_map(|criterion| criterion.cpe.product_key()).map(|key| key.to_string()).collect();
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
