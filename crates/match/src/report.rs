//! From an inventory to findings, in two stages: candidate rows by product, then whole records only where a row hits.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::alias::Aliases;
use ward_model::component::Component;
use ward_model::finding::{
    ComponentSummary, Finding, MatchReport, Proof, Unassessed, UnassessedReason, VulnerabilitySummary,
};
use ward_model::knowledge::{Candidate, Knowledge, KnowledgeError, RecordNumber};
use ward_model::vulnerability::VulnerabilityRecord;

use crate::Inventory;
use crate::applicability::{Application, applications, strongest};
use crate::criterion::{Role, touch};
use crate::host::Host;
use crate::identity::Identity;

/// Matches everything in the inventory against everything that is known.
///
/// Findings: affected and unknown ones, and those not affected only because of their surroundings. A record that its feed has
/// withdrawn gives none. Where a version is missing or has no key, a row that needs it gives no finding either: the component
/// is listed as not assessed instead, once, while rows that mean all versions still speak of it.
///
/// # Errors
/// The knowledge could not be read.
pub fn match_inventory(
    inventory: &Inventory<'_>,
    aliases: &Aliases,
    knowledge: &dyn Knowledge,
) -> Result<MatchReport, KnowledgeError> {
    let host = Host::new(inventory, aliases, knowledge)?;
    let mut touched: BTreeMap<RecordNumber, BTreeSet<usize>> = BTreeMap::new();
    let mut report = MatchReport::default();
    // Components of one product share its rows.
    let mut rows = Rows { knowledge, held: BTreeMap::new() };
    for (number, component) in inventory.components.iter().enumerate() {
        let resolution = &host.resolutions[number];
        let mut reason = resolution.reason;
        for identity in &resolution.identities {
            for candidate in rows.of(identity)? {
                let touch = touch(&candidate.criterion, identity, Role::Vulnerable);
                if touch.truth.is_false() {
                    continue;
                }
                reason = first_reason(reason, touch.blocked);
                if touch.blocked.is_none() {
                    touched.entry(candidate.record).or_default().insert(number);
                }
            }
        }
        if reason.is_none() {
            for product in &resolution.products {
                if !knowledge.set_aside_for(product)?.is_empty() {
                    // What is set aside may say anything about it.
                    reason = Some(UnassessedReason::SetAsideRecord);
                    break;
                }
            }
        }
        if let Some(reason) = reason {
            report.unassessed.push(Unassessed { component: ComponentSummary::from(component), reason });
        }
    }
    for (record, components) in touched {
        let record = knowledge.record(record)?;
        if record.withdrawn {
            continue;
        }
        let mut summary = None;
        for number in components {
            let applications = applications(&record, &host, number);
            let Some(best) = strongest(&applications) else { continue };
            let summary = match &summary {
                Some(summary) => summary,
                None => summary.insert(summarise(&record, knowledge)?),
            };
            report.findings.push(finding(&record, summary.clone(), &inventory.components[number], best, &applications));
        }
    }
    report.findings.sort_by(|a, b| {
        (&a.component.reference, &a.vulnerability.id, &a.proof.source).cmp(&(
            &b.component.reference,
            &b.vulnerability.id,
            &b.proof.source,
        ))
    });
    report.unassessed.sort();
    Ok(report)
}

/// The rows of each product, read once.
struct Rows<'k> {
    knowledge: &'k dyn Knowledge,
    held: BTreeMap<ward_model::cpe::ProductKey, Vec<Candidate>>,
}

impl Rows<'_> {
    fn of(&mut self, identity: &Identity) -> Result<&[Candidate], KnowledgeError> {
        if !self.held.contains_key(&identity.product) {
            let rows = self.knowledge.candidates(&identity.product)?;
            self.held.insert(identity.product.clone(), rows);
        }
        Ok(self.held.get(&identity.product).map_or(&[], Vec::as_slice))
    }
}

/// A missing version says more than one without a key, and either is said once.
fn first_reason(held: Option<UnassessedReason>, new: Option<UnassessedReason>) -> Option<UnassessedReason> {
    match (held, new) {
        (Some(UnassessedReason::UnparsableVersion), Some(UnassessedReason::NoVersion)) => new,
        (Some(_), _) => held,
        (None, _) => new,
    }
}

/// What a finding shows of a record.
pub(crate) fn summarise(
    record: &VulnerabilityRecord,
    knowledge: &dyn Knowledge,
) -> Result<VulnerabilitySummary, KnowledgeError> {
    Ok(VulnerabilitySummary::new(record, knowledge.exploited(&record.id)?.is_some(), knowledge.epss(&record.id)?))
}

/// The finding that the strongest application of a record to a component makes.
pub(crate) fn finding(
    record: &VulnerabilityRecord,
    summary: VulnerabilitySummary,
    component: &Component,
    best: &Application<'_>,
    all: &[Application<'_>],
) -> Finding {
    let mut fixed_in: Vec<String> = Vec::new();
    for application in all.iter().filter(|application| application.state == best.state && application.blocked.is_none())
    {
        if let Some(end) = application.criterion.range.as_ref().and_then(|range| range.upper.as_ref())
            && !end.inclusive
            && !fixed_in.contains(&end.version)
        {
            fixed_in.push(end.version.clone());
        }
    }
    Finding {
        vulnerability: summary,
        component: ComponentSummary::from(component),
        state: best.state,
        fixed_in,
        confidence: best.identity.confidence,
        proof: Proof {
            record: record.id.to_string(),
            source: record.source.clone(),
            criterion: best.criterion.cpe.to_string(),
            range: best.criterion.range_text(),
            identity: best.identity.text.clone(),
            environment: best.environment.clone(),
        },
    }
}
