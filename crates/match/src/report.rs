//! From an inventory to findings, in two stages: rows and statements by product and package, then whole vulnerabilities only where
//! one of them hits.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::alias::Aliases;
use ward_model::finding::{ComponentSummary, MatchReport, Unassessed, UnassessedReason};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, KnowledgeError};

use crate::Inventory;
use crate::host::Host;
use crate::judge::{Judge, first_reason};
use crate::subject::Way;
use crate::undescribed::Exploited;

/// Matches everything in the inventory against everything that is known.
///
/// Findings: affected and unknown ones, and those not affected only because of their surroundings or by a distribution's word; one
/// for each vulnerability and component, whatever the number of records. A record that its feed has withdrawn says nothing. Where
/// a version is missing or has no key, what needs it gives no finding either: the component is listed as not assessed instead,
/// once, while records that mean all versions still speak of it. The same holds where something that is known to be exploited may
/// touch it and no record describes that.
///
/// # Errors
/// The knowledge could not be read.
pub fn match_inventory(
    inventory: &Inventory<'_>,
    aliases: &Aliases,
    knowledge: &dyn Knowledge,
) -> Result<MatchReport, KnowledgeError> {
    let host = Host::new(inventory, aliases, knowledge)?;
    let mut judge = Judge::new(knowledge, inventory, &host);
    let mut report = MatchReport::default();
    let exploited = Exploited::new(knowledge.undescribed()?);
    // Step by step for all components, and each step in the order in which the records are kept.
    let mut firsts =
        (0..inventory.components.len()).map(|number| judge.first(number)).collect::<Result<Vec<_>, _>>()?;
    let numbers = firsts.iter().flat_map(|first| first.touched.iter().copied().chain(first.open_records()));
    judge.read_ahead(&numbers.collect())?;
    let mut vulnerabilities: Vec<BTreeSet<VulnerabilityId>> = Vec::with_capacity(firsts.len());
    for first in &mut firsts {
        judge.settle(first)?;
        let mut names = BTreeSet::new();
        for record in &first.touched {
            names.extend(judge.names(*record)?.iter().cloned());
        }
        vulnerabilities.push(names);
    }
    judge.read_groups(&vulnerabilities.iter().flatten().collect())?;
    report.uncovered = uncovered(&host, knowledge)?;
    for (number, (component, mut first)) in inventory.components.iter().zip(firsts).enumerate() {
        let resolution = &host.resolutions[number];
        // What a source names is assessed, whatever else is not known about it.
        let mut reason = resolution.reason.filter(|_| !first.named);
        reason = first_reason(reason, first.blocked);
        if reason.is_none() {
            for product in &resolution.products {
                if !knowledge.set_aside_for(product)?.is_empty() {
                    // What is set aside may say anything about it.
                    reason = Some(UnassessedReason::SetAsideRecord);
                    break;
                }
            }
        }
        let mut undescribed = exploited.fitting(component, resolution);
        if !undescribed.is_empty() {
            // What speaks of this component under another name describes it well enough.
            let spoken = judge.spoken_of(&first)?;
            undescribed.retain(|id| !spoken.contains(id));
        }
        let unseen = (!undescribed.is_empty()).then_some(UnassessedReason::ExploitedWithoutRecord);
        // Its parts are listed and assessed one by one; what nobody else knows by its name is the maker's own.
        let own = component.whole && reason == Some(UnassessedReason::NoIdentity);
        if let Some(reason) = reason.filter(|_| !own).or(unseen) {
            let component = ComponentSummary::from(component);
            report.unassessed.push(Unassessed { component, reason, undescribed });
        }
        for vulnerability in &vulnerabilities[number] {
            report.findings.extend(judge.judge(number, &mut first, vulnerability)?.finding);
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

/// How many components are packages of which ecosystem (or release of it) that no source speaks for.
fn uncovered(host: &Host, knowledge: &dyn Knowledge) -> Result<BTreeMap<String, usize>, KnowledgeError> {
    let mut known: BTreeMap<(&str, Option<&str>), Option<String>> = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for resolution in host.resolutions.iter().filter(|resolution| !resolution.covered) {
        let package = resolution.subjects.iter().find_map(|subject| match &subject.way {
            Way::Package { package, .. } => Some(package),
            Way::Product { .. } | Way::Project { .. } => None,
        });
        let Some(package) = package else { continue };
        let key = (&*package.key.ecosystem, package.release.as_deref());
        let name = match known.get(&key) {
            Some(name) => name.clone(),
            None => {
                let name = match key {
                    (ecosystem, release) if knowledge.covers(ecosystem, release)? => None,
                    (ecosystem, Some(release)) if knowledge.covers(ecosystem, None)? => {
                        Some(format!("{ecosystem} {release}"))
                    }
                    (ecosystem, _) => Some(ecosystem.to_owned()),
                };
                known.insert(key, name.clone());
                name
            }
        };
        if let Some(name) = name {
            *counts.entry(name).or_default() += 1;
        }
    }
    Ok(counts)
}
