//! From an inventory to findings, in two stages: rows and statements by product and package, then whole vulnerabilities only where
//! one of them hits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::affected::SubjectKey;
use ward_model::alias::Aliases;
use ward_model::finding::{ComponentSummary, Finding, MatchReport, Unassessed, UnassessedReason};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, KnowledgeError, RecordNumber};

use crate::Inventory;
use crate::host::Host;
use crate::identity::Resolution;
use crate::judge::{First, Judge, Known, first_reason};
use crate::spread::{beside, spread};
use crate::subject::Way;
use crate::twins::distinct;
use crate::undescribed::Exploited;

/// What was made out about a component.
#[derive(Clone)]
pub(crate) struct Answer<F = Finding> {
    pub(crate) reason: Option<UnassessedReason>,
    pub(crate) undescribed: Vec<VulnerabilityId>,
    pub(crate) findings: Vec<F>,
    /// Which records about it name vulnerabilities as those of upstream, where that was asked for.
    pub(crate) advisories: Vec<RecordNumber>,
}

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
    match_knowing(inventory, aliases, knowledge, &Known::default())
}

/// The same, for whoever matches several inventories against one body of knowledge: what is looked up for one of them is kept in
/// `known` for the next. `known` must be of this knowledge; it grows with what is asked for.
///
/// # Errors
/// The knowledge could not be read.
pub fn match_knowing(
    inventory: &Inventory<'_>,
    aliases: &Aliases,
    knowledge: &dyn Knowledge,
    known: &Known,
) -> Result<MatchReport, KnowledgeError> {
    let undescribed = knowledge.undescribed()?;
    let (exploited, host) = beside(|| Exploited::new(undescribed), || Host::new(inventory, aliases, knowledge));
    let host = host?;
    let mut report = MatchReport { uncovered: uncovered(&host, knowledge)?, ..MatchReport::default() };
    // Each component once, however often it is listed.
    let distinct = distinct(&host.twins);
    let answers = spread(
        distinct.len(),
        || Judge::new(knowledge, inventory, &host, known),
        |judge, part| answers(judge, (inventory, knowledge), &exploited, &distinct[part]),
    )?;
    let mut answers: BTreeMap<usize, Answer> = distinct.iter().copied().zip(answers).collect();
    // The last of the twins takes what is there; those before it take copies.
    let mut left: BTreeMap<usize, usize> = BTreeMap::new();
    for twin in &host.twins {
        *left.entry(*twin).or_default() += 1;
    }
    // In the order of what comes out, so that little is left to sort.
    let mut order: Vec<usize> = (0..inventory.components.len()).collect();
    order.sort_by_key(|number| &inventory.components[*number].reference);
    for number in order {
        let (component, twin) = (&inventory.components[number], &host.twins[number]);
        let left = left.entry(*twin).or_default();
        *left -= 1;
        let answer = if *left == 0 { answers.remove(twin) } else { answers.get(twin).cloned() };
        // The first of them has an answer, and it is taken out by the last one only.
        let Some(Answer { reason, undescribed, findings, .. }) = answer else { continue };
        let summary = ComponentSummary::from(component);
        if number == *twin {
            report.findings.extend(findings);
        } else if !findings.is_empty() {
            let summary = Arc::new(summary.clone());
            let of_twin = |finding| Finding { component: Arc::clone(&summary), ..finding };
            report.findings.extend(findings.into_iter().map(of_twin));
        }
        if let Some(reason) = reason {
            report.unassessed.push(Unassessed { component: summary, reason, undescribed });
        }
    }
    put_in_order(&mut report);
    Ok(report)
}

/// Findings by component reference, then vulnerability; what is unassessed by component reference.
pub(crate) fn put_in_order(report: &mut MatchReport) {
    report.findings.sort_by(|a, b| {
        (&a.component.reference, &a.vulnerability.id, &a.proof.source).cmp(&(
            &b.component.reference,
            &b.vulnerability.id,
            &b.proof.source,
        ))
    });
    report.unassessed.sort();
}

/// How many components are packages of which ecosystem (or release of it) that no source speaks for.
fn uncovered(host: &Host, knowledge: &dyn Knowledge) -> Result<BTreeMap<String, usize>, KnowledgeError> {
    let mut known: BTreeMap<(&str, Option<&str>), Option<String>> = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for resolution in host.resolutions.iter().filter(|resolution| !resolution.covered) {
        let Some(key) = package_of(resolution) else { continue };
        let name = match known.get(&key) {
            Some(name) => name.clone(),
            None => {
                let name = uncovered_name(key, knowledge)?;
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

/// The ecosystem and the release of the package that a component is.
pub(crate) fn package_of(resolution: &Resolution) -> Option<(&str, Option<&str>)> {
    resolution.subjects.iter().find_map(|subject| match &subject.way {
        Way::Package { package, .. } => Some((&*package.key.ecosystem, package.release.as_deref())),
        Way::Product { .. } | Way::Project { .. } => None,
    })
}

/// What of an ecosystem and a release of it no source speaks for, by its name.
pub(crate) fn uncovered_name(
    (ecosystem, release): (&str, Option<&str>),
    knowledge: &dyn Knowledge,
) -> Result<Option<String>, KnowledgeError> {
    if knowledge.covers(ecosystem, release)? {
        return Ok(None);
    }
    Ok(Some(match release {
        Some(release) if knowledge.covers(ecosystem, None)? => format!("{ecosystem} {release}"),
        _ => ecosystem.to_owned(),
    }))
}

/// What is said of some components.
pub(crate) fn answers(
    judge: &mut Judge<'_>,
    of: (&Inventory<'_>, &dyn Knowledge),
    exploited: &Exploited,
    components: &[usize],
) -> Result<Vec<Answer>, KnowledgeError> {
    let answers = said(judge, of, exploited, components, false, |judge, number, first, id| {
        judge.judge(number, first, id).map(|judgement| judgement.finding)
    })?;
    Ok(answers.into_iter().map(|(answer, _)| answer).collect())
}

/// The same, with findings as `say` gives them, and what it follows from. Step by step for all of them, and each step in the order in
/// which the records are kept. `advisories`: so are they.
pub(crate) fn said<F>(
    judge: &mut Judge<'_>,
    (inventory, knowledge): (&Inventory<'_>, &dyn Knowledge),
    exploited: &Exploited,
    components: &[usize],
    advisories: bool,
    mut say: impl FnMut(&mut Judge<'_>, usize, &mut First, &VulnerabilityId) -> Result<Option<F>, KnowledgeError>,
) -> Result<Vec<(Answer<F>, First)>, KnowledgeError> {
    let mut firsts = components.iter().map(|number| judge.first(*number)).collect::<Result<Vec<_>, _>>()?;
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
    let mut answers = Vec::with_capacity(components.len());
    for ((number, mut first), vulnerabilities) in components.iter().zip(firsts).zip(vulnerabilities) {
        let resolution = &judge.host.resolutions[*number];
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
        if reason.is_none() {
            // Of products that are known by other names than those of CPE it says no more.
            for subject in resolution.subjects.iter().filter(|of| !matches!(of.key, SubjectKey::Product(_))) {
                if !knowledge.set_aside_about(&subject.key)?.is_empty() {
                    reason = Some(UnassessedReason::SetAsideRecord);
                    break;
                }
            }
        }
        let mut undescribed = Vec::new();
        if let Some(component) = inventory.components.get(*number) {
            // Its parts are listed and assessed one by one; what nobody else knows by its name is the maker's own.
            reason = reason.filter(|reason| !(component.whole && *reason == UnassessedReason::NoIdentity));
            undescribed = exploited.fitting(component, resolution);
        }
        if !undescribed.is_empty() {
            // What speaks of this component under another name describes it well enough.
            let spoken = judge.spoken_of(&first)?;
            undescribed.retain(|id| !spoken.contains(id));
        }
        let unseen = (!undescribed.is_empty()).then_some(UnassessedReason::ExploitedWithoutRecord);
        let reason = reason.or(unseen);
        let mut findings = Vec::new();
        for vulnerability in &vulnerabilities {
            findings.extend(say(judge, *number, &mut first, vulnerability)?);
        }
        let advisories = if advisories { judge.advisories(&mut first)? } else { Vec::new() };
        answers.push((Answer { reason, undescribed, findings, advisories }, first));
    }
    Ok(answers)
}
