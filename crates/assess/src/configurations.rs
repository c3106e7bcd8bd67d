//! A device of which there are variants, or to which sites have added their surroundings: every configuration is assessed as a device
//! of its own, and what comes out is joined.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::assessment::{Assessment, Clock, DecisionWithoutEffect, Gap, Inputs as InputDigests, Lapse, WatchItem};
use ward_model::claim::ClaimId;
use ward_model::device::configuration::Group;
use ward_model::device::{ALL_UNITS, Configuration, Configurations, VARIANT_NOT_DESCRIBED};
use ward_model::digest::Digest;
use ward_model::hazard::ControlHazard;
use ward_model::hypothesis::{Change, Supposed};
use ward_model::ids::{CohortId, SiteId, VariantId};
use ward_model::knowledge::KnowledgeError;
use ward_model::lifecycle::VersionLifecycle;
use ward_model::many::SingleAction;
use ward_model::verdict::{Outcome, Verdict};
use ward_risk::order_of_actions;

use crate::{Inputs, SupposeError, assess, multi_patient, summary, what_if};

/// One configuration, assessed.
struct Part<'a> {
    configuration: &'a Configuration,
    assessment: Assessment,
    /// What its verdicts are called where they are joined: the first name is that of the part.
    names: BTreeMap<String, Vec<String>>,
}

impl Part<'_> {
    /// Which configuration it is, in words.
    fn label(&self) -> String {
        let variant = self.configuration.variant.as_ref().map(|variant| format!("the variant {variant}"));
        let site = self.configuration.site.as_ref().map(|site| format!("the site {site}"));
        match (variant, site) {
            (Some(variant), Some(site)) => format!("{variant} at {site}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => "what is common".to_owned(),
        }
    }
}

/// Assesses a device in every configuration that its folder describes.
///
/// # Errors
/// The knowledge could not be read.
pub fn assess_configurations(
    inputs: &Inputs<'_>,
    configurations: &Configurations,
) -> Result<Assessment, KnowledgeError> {
    let mut parts = Vec::new();
    for configuration in &configurations.each {
        let of = Inputs { device: &configuration.device, decisions: &configuration.decisions, ..*inputs };
        parts.push(Part { configuration, assessment: assess(&of)?, names: BTreeMap::new() });
    }
    if parts.is_empty() {
        return assess(inputs);
    }
    Ok(together(parts, configurations, inputs.device.digest))
}

/// Assesses a device in every configuration as it would be with these changes. What a change names need not be in all of them: where it
/// is not, nothing is supposed, and the answer says where something is.
///
/// # Errors
/// No configuration has what a change names, or the knowledge could not be read.
pub fn what_if_configurations(
    inputs: &Inputs<'_>,
    configurations: &Configurations,
    changes: &[Change],
) -> Result<Assessment, SupposeError> {
    if configurations.each.is_empty() {
        return what_if(inputs, changes);
    }
    let mut parts = Vec::new();
    let mut unknown = BTreeMap::new();
    let mut known_somewhere: BTreeSet<String> = BTreeSet::new();
    for configuration in &configurations.each {
        let of = Inputs { device: &configuration.device, decisions: &configuration.decisions, ..*inputs };
        let mut known = changes.to_vec();
        let assessment = loop {
            match what_if(&of, &known) {
                Ok(assessment) => break assessment,
                Err(SupposeError::Unknown(name)) => {
                    known.retain(|change| change.to_string() != name.change);
                    unknown.entry(name.change.clone()).or_insert(name);
                }
                Err(error) => return Err(error),
            }
        };
        known_somewhere.extend(known.iter().map(Change::to_string));
        parts.push(Part { configuration, assessment, names: BTreeMap::new() });
    }
    match unknown.into_iter().find(|(change, _)| !known_somewhere.contains(change)) {
        Some((_, name)) => Err(name.into()),
        None => Ok(together(parts, configurations, inputs.device.digest)),
    }
}

/// One assessment of all configurations; there is at least one.
fn together(mut parts: Vec<Part<'_>>, configurations: &Configurations, device: Digest) -> Assessment {
    let mut verdicts = Vec::new();
    for part in &mut parts {
        verdicts.extend(spoken_for(part));
        let configuration = part.configuration;
        let undescribed = configurations.undescribed.iter().filter(|(site, _)| **site == configuration.site);
        let groups: BTreeSet<&Group> =
            configuration.speaks_for.keys().chain(undescribed.flat_map(|(_, groups)| groups)).collect();
        part.assessment.single_actions.retain_mut(|action| is_anybodys(action, &groups));
    }
    for (site, groups) in &configurations.undescribed {
        verdicts.extend(worst(&mut parts, site.as_ref(), groups));
    }
    verdicts.sort_by_cached_key(|verdict: &Verdict| {
        (ward_risk::order(verdict), verdict.units.variant.clone(), verdict.units.site.clone())
    });
    joined(&parts, verdicts, device)
}

/// The verdicts of a configuration on the units that it speaks for.
fn spoken_for(part: &mut Part<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for verdict in &part.assessment.verdicts {
        let speaks_for = &part.configuration.speaks_for;
        let group = (verdict.fielded_version.clone(), verdict.units.cohort.clone());
        let sure = match speaks_for.get(&group) {
            Some(sure) => *sure,
            None if of_any(verdict, speaks_for.keys()) => false,
            None => continue,
        };
        let mut verdict = verdict.clone();
        // How many of a group are of this variant is not known where they may be of another one.
        verdict.units.count = verdict.units.count.filter(|_| sure);
        let (variant, site) = (part.configuration.variant.clone(), part.configuration.site.clone());
        rename(&mut verdict, variant, site, &mut part.names);
        verdicts.push(verdict);
    }
    verdicts
}

/// Whether an action harms people by units that there are, of which it is left to speak: a configuration may be what no unit is.
fn is_anybodys(action: &mut SingleAction, groups: &BTreeSet<&Group>) -> bool {
    let mut of_version = groups.iter().filter(|(version, _)| *version == action.fielded_version).peekable();
    let any = of_version.peek().is_some();
    let there: BTreeSet<&CohortId> = of_version.map(|(_, cohort)| cohort).collect();
    let speaks_of_all = action.cohorts.is_empty();
    action.cohorts.retain(|cohort| there.contains(cohort) || any && cohort.as_str() == ALL_UNITS);
    speaks_of_all && any || !action.cohorts.is_empty()
}

/// Whether a verdict speaks of all units of a version, in whatever groups these stand, and so of any of these groups: what is supposed to
/// stop stops for all.
fn of_any<'g>(verdict: &Verdict, mut groups: impl Iterator<Item = &'g Group>) -> bool {
    verdict.units.cohort.as_str() == ALL_UNITS && groups.any(|(version, _)| *version == verdict.fielded_version)
}

/// Gives a verdict the variant and the site that it speaks of, and a name of its own.
fn rename(
    verdict: &mut Verdict,
    variant: Option<VariantId>,
    site: Option<SiteId>,
    names: &mut BTreeMap<String, Vec<String>>,
) {
    let before = verdict.id.clone();
    if variant.is_some() || site.is_some() {
        let word = |id: Option<&str>| id.unwrap_or_default().to_owned();
        let parts =
            [before.clone(), word(variant.as_ref().map(VariantId::as_str)), word(site.as_ref().map(SiteId::as_str))];
        let digest = Digest::of_parts(parts.iter().map(|part| part.as_bytes())).to_string();
        verdict.id = format!("V-{}", &digest[..12]);
    }
    verdict.units.variant = variant;
    verdict.units.site = site;
    names.entry(before).or_default().push(verdict.id.clone());
}

/// What makes two verdicts of different configurations speak of the same: all that their names are made from.
fn worst(parts: &mut [Part<'_>], site: Option<&SiteId>, groups: &BTreeSet<Group>) -> Vec<Verdict> {
    let mut same: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (number, part) in parts.iter().enumerate() {
        if part.configuration.site.as_ref() != site {
            continue;
        }
        for (place, verdict) in part.assessment.verdicts.iter().enumerate() {
            let group = (verdict.fielded_version.clone(), verdict.units.cohort.clone());
            if groups.contains(&group) || of_any(verdict, groups.iter()) {
                same.entry(verdict.id.clone()).or_default().push((number, place));
            }
        }
    }
    let mut verdicts = Vec::new();
    for found in same.into_values() {
        let of = |(part, place): &(usize, usize)| &parts[*part].assessment.verdicts[*place];
        let Some(first) = found.iter().min_by_key(|found| ward_risk::order(of(found))) else { continue };
        let (from, all) = (first.0, found.iter().map(of).collect::<Vec<_>>());
        let mut verdict = of(first).clone();
        let label = parts[from].label();
        verdict.if_claims_hold = all.iter().map(|one| one.if_claims_hold).max().unwrap_or(verdict.if_claims_hold);
        verdict.privacy = all.iter().any(|one| one.privacy);
        // What is uncontrolled in one of them whatever is not known is so for these units, too.
        let open = |one: &Verdict| one.verdict == Outcome::Uncontrolled;
        verdict.undetermined = open(&verdict) && all.iter().all(|one| !open(one) || one.undetermined);
        if verdict.verdict == Outcome::Controlled {
            // It holds for all of them only as long as for each.
            verdict.provisional = all.iter().any(|one| one.provisional);
            verdict.valid_until = all.iter().filter_map(|one| one.valid_until).min();
            verdict.controls_relied_on = union(all.iter().flat_map(|one| &one.controls_relied_on));
            let mut points: Vec<_> = all.iter().flat_map(|one| &*one.sensitivity).cloned().collect();
            points.sort_by(|a, b| a.claim.cmp(&b.claim));
            points.dedup();
            verdict.sensitivity = points.into();
        }
        verdict.covers = union(all.iter().flat_map(|one| &one.covers));
        verdict.units.count = None;
        let reason = format!(
            "these units may be of a variant that nobody has described: the worst of what is known counts, here that of {label}"
        );
        verdict.reasons.push(reason.into());
        rename(&mut verdict, Some(VariantId::from(VARIANT_NOT_DESCRIBED)), site.cloned(), &mut parts[from].names);
        verdicts.push(verdict);
    }
    verdicts
}

fn union<'a, T: Ord + Clone + 'a>(all: impl Iterator<Item = &'a T>) -> Vec<T> {
    all.cloned().collect::<BTreeSet<T>>().into_iter().collect()
}

/// One assessment of all parts.
fn joined(parts: &[Part<'_>], verdicts: Vec<Verdict>, device: Digest) -> Assessment {
    // The caller has at least one part.
    let mut all = parts[0].assessment.clone();
    all.inputs = of_all(parts.iter().map(|part| &part.assessment.inputs), device).unwrap_or(all.inputs);
    all.summary = summary(&verdicts);
    all.single_actions =
        labelled(parts, |one| &one.single_actions, |action: &mut SingleAction, at| action.text.push_str(at));
    all.single_actions.sort_by(order_of_actions);
    all.multi_patient = multi_patient(&verdicts, &all.single_actions);
    all.clocks = clocks(parts);
    all.watch_list = labelled(
        parts,
        |one| &one.watch_list,
        |item: &mut WatchItem, at| item.failed_predicate = format!("{}{at}", item.failed_predicate).into(),
    );
    all.gaps = labelled(parts, |one| &one.gaps, |gap: &mut Gap, at| gap.missing.push_str(at));
    all.decisions_without_effect = labelled(
        parts,
        |one| &one.decisions_without_effect,
        |decision: &mut DecisionWithoutEffect, at| decision.reason.push_str(at),
    );
    all.control_hazards = labelled(
        parts,
        |one| &one.control_hazards,
        |hazard: &mut ControlHazard, at| hazard.reasons.push(format!("so it is judged{at}")),
    );
    all.unassessed = union(parts.iter().flat_map(|part| &part.assessment.unassessed));
    all.lapses = lapses(parts);
    all.lifecycle = lives(parts);
    let mut seen = BTreeSet::new();
    all.findings = parts.iter().flat_map(|part| &part.assessment.findings).cloned().collect();
    all.findings.retain(|finding| seen.insert(format!("{finding:?}")));
    all.findings.sort_by(|a, b| (&a.fielded_version, &a.element).cmp(&(&b.fielded_version, &b.element)));
    for part in &parts[1..] {
        let coverage = &part.assessment.coverage;
        let new = coverage.inventories.iter().filter(|one| !all.coverage.inventories.contains(one)).cloned();
        let new: Vec<_> = new.collect();
        all.coverage.inventories.extend(new);
        let new = coverage.notes.iter().filter(|note| !all.coverage.notes.contains(note)).cloned();
        let new: Vec<String> = new.collect();
        all.coverage.notes.extend(new);
        for other in &coverage.feeds.ecosystems_without_data {
            let known = &mut all.coverage.feeds.ecosystems_without_data;
            match known.iter_mut().find(|known| known.ecosystem == other.ecosystem) {
                Some(known) => known.components = known.components.max(other.components),
                None => known.push(other.clone()),
            }
        }
        all.coverage.feeds.ecosystems_without_data.sort();
    }
    all.supposed = supposed(parts);
    let again: BTreeSet<_> = parts.iter().flat_map(|part| &part.assessment.decide_again).cloned().collect();
    all.decide_again = again.into_iter().collect();
    all.verdicts = verdicts;
    all
}

/// What went into the answers of several configurations of a device; nothing of none.
pub(crate) fn of_all<'a>(
    parts: impl Iterator<Item = &'a InputDigests> + Clone,
    device: Digest,
) -> Option<InputDigests> {
    let receipts: Vec<String> = parts.clone().map(|part| part.receipts.to_string()).collect();
    let first = parts.clone().next()?.clone();
    Some(InputDigests {
        device,
        receipts: Digest::of_parts(receipts.iter().map(String::as_bytes)),
        model: union(parts.flat_map(|part| &part.model)),
        ..first
    })
}

/// What was supposed in any of the parts, and where it came to what.
fn supposed(parts: &[Part<'_>]) -> Vec<Supposed> {
    const NOTHING: &Vec<String> = &Vec::new();
    let all = parts.iter().flat_map(|part| &part.assessment.supposed);
    let mut changes: Vec<&Change> = Vec::new();
    for one in all.clone() {
        if !changes.contains(&&one.change) {
            changes.push(&one.change);
        }
    }
    let mut supposed = Vec::with_capacity(changes.len());
    for change in changes {
        let effective = all.clone().any(|one| one.change == *change && one.effective);
        let effects = labelled(
            parts,
            |one| one.supposed.iter().find(|one| one.change == *change).map_or(NOTHING, |one| &one.effects),
            |text: &mut String, at| text.push_str(at),
        );
        supposed.push(Supposed { change: change.clone(), effective, effects });
    }
    supposed
}

/// What the parts say, each thing once; with where it is so, where that is not everywhere.
fn labelled<T: Ord + Clone>(
    parts: &[Part<'_>],
    of: impl Fn(&Assessment) -> &Vec<T>,
    mark: impl Fn(&mut T, &str),
) -> Vec<T> {
    let mut where_so: BTreeMap<&T, Vec<usize>> = BTreeMap::new();
    for (number, part) in parts.iter().enumerate() {
        for item in of(&part.assessment) {
            let parts = where_so.entry(item).or_default();
            if parts.last() != Some(&number) {
                parts.push(number);
            }
        }
    }
    let mut all: Vec<T> = Vec::with_capacity(where_so.len());
    for (item, numbers) in where_so {
        let mut item = item.clone();
        if numbers.len() < parts.len() {
            let labels: Vec<String> = numbers.iter().map(|number| parts[*number].label()).collect();
            mark(&mut item, &format!(" (in {})", labels.join(", ")));
        }
        all.push(item);
    }
    all.sort();
    all
}

/// What is due, for the verdicts that are told: each from the earliest day on which any of them was known.
fn clocks(parts: &[Part<'_>]) -> Vec<Clock> {
    let mut clocks: BTreeMap<(String, String, String, String), Clock> = BTreeMap::new();
    for part in parts {
        for clock in &part.assessment.clocks {
            let names = clock.verdicts.iter().filter_map(|id| part.names.get(id)).flatten().cloned();
            let names: Vec<String> = names.collect();
            if names.is_empty() {
                continue;
            }
            let clock = Clock { verdicts: names, ..clock.clone() };
            let key = (clock.rule.clone(), clock.subject.clone(), clock.action.clone(), clock.source.clone());
            match clocks.get_mut(&key) {
                None => drop(clocks.insert(key, clock)),
                Some(known) if clock.starts < known.starts => {
                    let mut verdicts = std::mem::take(&mut known.verdicts);
                    verdicts.extend(clock.verdicts.iter().cloned());
                    *known = Clock { verdicts, ..clock };
                }
                Some(known) => known.verdicts.extend(clock.verdicts),
            }
        }
    }
    let mut clocks: Vec<Clock> = clocks.into_values().collect();
    clocks.sort();
    clocks
}

/// Where the versions stand in their lives, variant by variant, as the maker describes them: a site changes no stage.
fn lives(parts: &[Part<'_>]) -> Vec<VersionLifecycle> {
    let of_maker = parts.iter().filter(|part| part.configuration.site.is_none());
    let lives = of_maker.flat_map(|part| {
        let variant = &part.configuration.variant;
        part.assessment.lifecycle.iter().map(|life| VersionLifecycle { variant: variant.clone(), ..life.clone() })
    });
    lives.collect()
}

/// The last days of decisions in force, in any of the parts.
fn lapses(parts: &[Part<'_>]) -> Vec<Lapse> {
    let mut days: BTreeMap<Date, BTreeSet<ClaimId>> = BTreeMap::new();
    for lapse in parts.iter().flat_map(|part| &part.assessment.lapses) {
        days.entry(lapse.after).or_default().extend(lapse.claims.iter().cloned());
    }
    days.into_iter().map(|(after, claims)| Lapse { after, claims: claims.into_iter().collect() }).collect()
}
