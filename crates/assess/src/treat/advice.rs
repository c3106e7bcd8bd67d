//! What is advised where there is no treatment, and about what stays presumed.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{ClaimId, FunctionClaim};
use ward_model::device::{ElementKind, Medium, Owner, UpdatePath};
use ward_model::finding::{Finding, State, UnassessedReason};
use ward_model::hypothesis::Change;
use ward_model::ids::{ComponentRef, ElementId, FunctionId};
use ward_model::knowledge::KnowledgeError;
use ward_model::lifecycle::UpdateOf;
use ward_model::treatment::{Untreated, VersionTreatment};
use ward_model::verdict::{Place, PresumedBecause};
use ward_risk::loss;
use ward_risk::open::Open;

use super::{Ended, Search};
use crate::lifecycle::{of_clinics, of_people};
use crate::suppose::{Reports, findings_at, mended};
use crate::words::first_of;

/// Functions that stop, each with the elements to which that is due.
type Losses = BTreeMap<FunctionId, BTreeSet<ElementId>>;

/// How the sentence begins where it is certain that there is no treatment.
const NONE_EXISTS: &str = "no treatment exists: ";

/// Whether it is told as certain that there is no treatment.
pub(crate) fn none_exists(treatment: &VersionTreatment) -> bool {
    treatment.instead.as_ref().is_some_and(|instead| instead.starts_with(NONE_EXISTS))
}

/// Says at the head of what to do instead what to do before it.
pub(super) fn say_first(treatment: &mut VersionTreatment, words: &str) {
    let Some(instead) = &mut treatment.instead else { return };
    let then = instead.strip_prefix(NONE_EXISTS).unwrap_or(instead);
    *instead = format!("{words}; where that does not hold, {then}");
}

/// What is left where there is no treatment.
pub(super) struct Instead {
    /// In one sentence.
    pub headline: String,
    pub advice: Vec<String>,
    /// Whether taking elements off their links would control what is confirmed, at the loss of what then stops.
    pub off_the_network: bool,
}

impl Search<'_> {
    /// What is left where there is no treatment: to give up links and what rests on them, or what has it.
    pub(super) fn instead(&mut self, untreated: &[Untreated]) -> Result<Instead, KnowledgeError> {
        let unknown = self.without_a_version(untreated);
        let replaced = self.replaced(untreated);
        // Of what nobody has said yet that it ends, nobody can say that it does not.
        let replace = if unknown.all {
            let named: Vec<&str> = unknown.components.iter().map(|one| one.name.as_str()).collect();
            format!(
                "no treatment is known, for nobody says which version of {} would do: ask, and where there is none, replace {replaced}",
                first_of(&named, " or of ")
            )
        } else {
            format!("{NONE_EXISTS}replace {replaced}")
        };
        let mut advice = Vec::new();
        let (ended, cost) = self.search(true)?;
        let (headline, off_the_network) = match ended {
            Ended::Treated(set) => {
                let changes = self.changes(&set);
                let written: Vec<String> = changes.iter().map(ToString::to_string).collect();
                let (written, stops) = (written.join(", "), self.stops(&changes).join(", "));
                // What attackers do would end; what stops by it may harm as much.
                let after = self.remaining(&set)?;
                let (what, links) = (self.taken_off(&changes), self.links_of(&changes));
                let off =
                    format!("off {links}: {written} would end what attackers can do at cost {cost}, and stop {stops}");
                match self.harm_of(&after.losses, &changes) {
                    Stopping::Harmless => {
                        advice.push(off);
                        (format!("{replace}, or take {what} off {links} and do without what then stops"), true)
                    }
                    Stopping::Unsaid(words) => {
                        advice.push(format!("{off}. {words}"));
                        (format!("{replace}, or take {what} off {links} if it works without"), true)
                    }
                    Stopping::Harmful(words) => {
                        advice.push(format!("{off}; {words}"));
                        (replace, false)
                    }
                }
            }
            Ended::Impossible(..) => {
                advice.push(self.meanwhile()?);
                (format!("{replace}; even taken off every link it is not controlled"), false)
            }
            Ended::Limit(_) => {
                advice.push(self.meanwhile()?);
                (format!("{replace}; whether it is controlled when taken off its links was not settled"), false)
            }
        };
        advice.extend(unknown.components.into_iter().map(|one| one.advice));
        Ok(Instead { headline, advice, off_the_network })
    }

    /// What would have to be replaced: the device, or what others own and what is untreated there.
    fn replaced(&self, untreated: &[Untreated]) -> String {
        let owned = |one: &Untreated| self.inputs.device.elements.get(&one.element).map(|element| element.owner);
        let others: BTreeMap<&ElementId, Owner> = untreated
            .iter()
            .filter_map(|one| Some((&one.element, owned(one)?)))
            .filter(|(_, owner)| matches!(owner, Owner::Hospital | Owner::ThirdParty))
            .collect();
        if others.is_empty() || untreated.iter().any(|one| !others.contains_key(&one.element)) {
            return self.replaced_of_own(untreated);
        }
        let named: Vec<String> = others.iter().map(|(element, owner)| format!("{element} ({owner})")).collect();
        format!("what the device works with: {}", named.join(", "))
    }

    /// What of the maker's, or of what people have, would have to be replaced. Surgery harms more than most that it would end, which is said of
    /// what is implanted and of nothing else; where it is not known of which device the version speaks, it stays unknown.
    fn replaced_of_own(&self, untreated: &[Untreated]) -> String {
        let device = self.inputs.device;
        let of_clinics: Vec<&str> = of_clinics(device).map(|element| element.id.as_str()).collect();
        let of_people: Vec<&str> = of_people(device).map(|element| element.id.as_str()).collect();
        let both = !of_clinics.is_empty() && !of_people.is_empty();
        match self.of {
            UpdateOf::Clinic if both => {
                let implanted = of_people.iter().any(|id| self.is_implanted(&ElementId::from(*id)));
                let but = if implanted { ", and no implant for this alone" } else { "" };
                return format!("{} (the clinic's){but}", of_clinics.join(" and "));
            }
            UpdateOf::NotSaid if both => {
                return format!(
                    "what cannot be mended, and ask the maker whether that is {} (the clinic's) or {}, for nobody says of which this version \
                     is; nothing that is implanted earlier than a change is due",
                    of_clinics.join(" and "),
                    of_people.join(" and ")
                );
            }
            _ => {}
        }
        let own = |element: &ElementId| {
            let owner = device.elements.get(element).map(|element| element.owner);
            !matches!(owner, Some(Owner::Hospital | Owner::ThirdParty))
        };
        let (implants, others): (BTreeSet<&ElementId>, BTreeSet<&ElementId>) =
            untreated.iter().map(|one| &one.element).filter(|at| own(at)).partition(|at| self.is_implanted(at));
        let named = |elements: &BTreeSet<&ElementId>| {
            elements.iter().map(|element| element.as_str()).collect::<Vec<_>>().join(" and ")
        };
        let kept = "when a change is due, and not earlier for this alone, for it is implanted";
        match (implants.is_empty(), others.is_empty()) {
            (true, _) if both => named(&others),
            (true, _) => "it".to_owned(),
            (false, true) => format!("it {kept}"),
            (false, false) => format!("{}; and {} {kept}", named(&others), named(&implants)),
        }
    }

    fn is_implanted(&self, element: &ElementId) -> bool {
        self.inputs.device.elements.get(element).is_some_and(|element| element.kind == ElementKind::Implant)
    }

    /// What is taken off its links, in words: where a clinic sets up what people have, it is said which of them.
    fn taken_off(&self, changes: &[Change]) -> String {
        let device = self.inputs.device;
        if of_clinics(device).next().is_none() || of_people(device).next().is_none() {
            return "it".to_owned();
        }
        let isolated = isolated(changes);
        isolated.iter().map(|element| element.as_str()).collect::<Vec<_>>().join(" and ")
    }

    /// Of what is untreated, the components of which no fixed version is known: whoever knows one can ask about it.
    fn without_a_version(&self, untreated: &[Untreated]) -> WithoutAVersion {
        let never = self.inputs.device.versions[0].update_path == Some(UpdatePath::None);
        let mut unknown: BTreeMap<(&ElementId, &ComponentRef), (String, BTreeSet<&str>)> = BTreeMap::new();
        let mut bare: BTreeMap<&ElementId, BTreeSet<&str>> = BTreeMap::new();
        let mut all = !untreated.is_empty();
        for one in untreated {
            let owner = self.inputs.device.elements.get(&one.element).map(|element| element.owner);
            if never && owner == Some(Owner::Maker) {
                // No version that anybody knows would reach it.
                all = false;
                continue;
            }
            let findings = findings_at(&self.found, &self.inputs.device.versions[0].id, &one.element);
            let this = findings.filter(|finding| finding.vulnerability.id.as_str() == one.subject);
            let mut none_known = false;
            let this: Vec<&Finding> = this.filter(|finding| finding.state == State::Affected).collect();
            // Hardware has no versions that anybody could bring; of an element it names its models, not all of which these units are.
            let software = this.iter().any(|finding| !is_hardware(finding));
            for finding in this.into_iter().filter(|finding| mended(finding).is_empty()) {
                none_known = true;
                if is_hardware(finding) {
                    if !software {
                        bare.entry(&one.element).or_default().insert(&one.subject);
                    }
                    continue;
                }
                let component = &finding.component;
                let version = component.version.as_deref().unwrap_or("without a version");
                let (_, ids) = unknown
                    .entry((&one.element, &component.reference))
                    .or_insert_with(|| (format!("{} {version}", component.name), BTreeSet::new()));
                ids.insert(&one.subject);
            }
            all &= none_known;
        }
        let told = unknown.into_iter().map(|((element, reference), (name, ids))| {
            let ids: Vec<&str> = ids.into_iter().collect();
            let name = format!("{name} at {element}");
            let advice = format!(
                "no fixed version of {name} is known ({}): ask about one that you know with `--what-if \
                 update:{element}/{reference}@VERSION`, or show that it cannot be used there",
                first_of(&ids, ", ")
            );
            Unmended { name, advice }
        });
        let bare = bare.into_iter().map(|(element, ids)| {
            let ids: Vec<&str> = ids.into_iter().collect();
            let name = format!("what runs on {element}");
            let advice = format!(
                "no fixed version of {name} is known ({}): ask its maker, list what runs there in an SBOM, or show that it cannot be used there",
                first_of(&ids, ", ")
            );
            Unmended { name, advice }
        });
        WithoutAVersion { components: told.chain(bare).collect(), all }
    }

    /// What elements are taken off, in words: a network, or a cable or a wand to hold to them.
    fn links_of(&self, changes: &[Change]) -> &'static str {
        use Medium::{Bluetooth, Cellular, Ip, Radio, Wifi};
        let isolated = isolated(changes);
        let network = self.inputs.device.links.values().any(|link| {
            (isolated.contains(&link.from) || isolated.contains(&link.to))
                && matches!(link.medium, Ip | Wifi | Cellular | Bluetooth | Radio)
        });
        if network { "the network" } else { "its links" }
    }

    /// The functions that stop with changes; those that are essential say so.
    pub(super) fn stops(&self, changes: &[Change]) -> Vec<String> {
        let device = self.inputs.device;
        let named = |id: &FunctionId| {
            let essential = device.functions.get(id).is_some_and(|function| function.essential);
            if essential { format!("{id} (essential)") } else { id.to_string() }
        };
        loss::lost(device, self.effects, &isolated(changes)).keys().map(named).collect()
    }

    /// What comes of the functions that stop with changes and do harm by that.
    fn harm_of(&self, losses: &Losses, changes: &[Change]) -> Stopping {
        if losses.is_empty() {
            return Stopping::Harmless;
        }
        let certain = self.stopping_as_stated(changes);
        if losses.keys().any(|id| certain.contains(id)) {
            return Stopping::Harmful(harms_more(losses));
        }
        Stopping::Unsaid(format!(
            "Nobody has said what {} rests on (`fed_by`), so that it counts as stopped, which harms more than the policy accepts",
            listed(losses)
        ))
    }

    /// The functions that stop with changes by what is said of them: where nobody has said what one rests on, it is taken to go on.
    fn stopping_as_stated(&self, changes: &[Change]) -> BTreeSet<FunctionId> {
        let mut device = self.inputs.device.clone();
        let unsaid = device.functions.values_mut().filter(|function| function.fed_by.is_none());
        let claims: Vec<ClaimId> = unsaid
            .map(|function| {
                function.fed_by = Some(Vec::new());
                ClaimId::Function(function.id.clone(), FunctionClaim::FedBy)
            })
            .collect();
        let effects = self.effects.supposing(&claims);
        loss::lost(&device, &effects, &isolated(changes)).into_keys().collect()
    }

    /// What taking off their links does that have something uncontrolled, and what it leaves, by whom. It is advised only where it leaves
    /// less, and what stops by it is acceptable.
    fn meanwhile(&mut self) -> Result<String, KnowledgeError> {
        let named = |open: &[Open]| -> BTreeSet<(String, ElementId)> {
            open.iter().map(|one| (one.subject.id.clone(), one.element.clone())).collect()
        };
        let before = self.remaining(&[])?;
        let at = |one: &usize| match &self.candidates[*one].change {
            Change::Isolate(element) => before.open.iter().any(|open| open.element == *element),
            _ => false,
        };
        let set: Vec<usize> = (0..self.candidates.len()).filter(at).collect();
        if set.is_empty() {
            return Ok("nothing that is uncontrolled has links to take off".to_owned());
        }
        let after = self.remaining(&set)?;
        let by: BTreeSet<&str> = after
            .open
            .iter()
            .flat_map(|open| &open.witness.nodes)
            .filter(|node| matches!(node.at, Place::Position(_)))
            .map(|node| &*node.fact)
            .collect();
        let by: Vec<&str> = by.into_iter().collect();
        let changes = self.changes(&set);
        let written: Vec<String> = changes.iter().map(ToString::to_string).collect();
        let written = written.join(", ");
        let (was, left) = (named(&before.open).len(), named(&after.open).len());
        let by = if by.is_empty() { "-".to_owned() } else { by.join(", ") };
        let stops = self.stops(&changes);
        let stops = if stops.is_empty() { "nothing".to_owned() } else { stops.join(", ") };
        let leaves = format!("{left} of {was} subjects uncontrolled (by: {by})");
        let links = self.links_of(&changes);
        let no_help = format!("taking it off {links} meanwhile is no help");
        let would = || format!("{no_help}: {written} would leave {leaves}, and stop {stops}");
        Ok(match self.harm_of(&after.losses, &changes) {
            Stopping::Unsaid(words) if left < was => {
                format!("until then take it off {links} if it works without: {written} leaves {leaves}. {words}")
            }
            Stopping::Unsaid(_) => format!("{}; {}", would(), harms_more(&after.losses)),
            Stopping::Harmful(words) => format!("{}; {words}", would()),
            Stopping::Harmless if left >= was => would(),
            Stopping::Harmless => {
                format!("until then take it off {links}: {written} leaves {leaves}, and stops {stops}")
            }
        })
    }
}

/// Whether a finding is at hardware that an element names, and at no program.
fn is_hardware(finding: &Finding) -> bool {
    let cpes = &finding.component.cpes;
    !cpes.is_empty() && cpes.iter().all(|cpe| cpe.starts_with("cpe:2.3:h:"))
}

/// The components of which no fixed version is known.
struct WithoutAVersion {
    components: Vec<Unmended>,
    /// Whether such a version is all that is missing.
    all: bool,
}

/// A component of which no fixed version is known.
struct Unmended {
    /// What and where it is.
    name: String,
    advice: String,
}

/// What comes of what stops with changes, in words.
enum Stopping {
    /// Nothing that the policy does not accept.
    Harmless,
    /// More than it accepts, where nobody has said what rests on what.
    Unsaid(String),
    /// More than it accepts, by what is said.
    Harmful(String),
}

/// Functions by name.
fn listed(losses: &Losses) -> String {
    losses.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn harms_more(losses: &Losses) -> String {
    format!("the loss of {} harms more than the policy accepts", listed(losses))
}

/// The elements that changes take off their links.
fn isolated(changes: &[Change]) -> BTreeSet<ElementId> {
    let isolated = changes.iter().filter_map(|change| if let Change::Isolate(id) = change { Some(id) } else { None });
    isolated.cloned().collect()
}

/// What to do about what is presumed. It is advice: nobody can be told beforehand what the answer will be.
pub(super) fn assessing(
    because: PresumedBecause,
    element: &ElementId,
    found: &Reports,
    partial: Option<&str>,
) -> String {
    match because {
        PresumedBecause::Unmodelled => {
            format!(
                "assess: describe {element} completely, and answer for its interfaces, software and functions being all listed"
            )
        }
        PresumedBecause::Unassessed => {
            let here = found.iter().filter(|((_, at), _)| at == element);
            let unassessed = here.flat_map(|(_, reports)| &reports.open.unassessed);
            let reasons: BTreeSet<UnassessedReason> = unassessed.map(|one| one.reason).collect();
            if let Some(partial) = partial {
                return format!("assess {element} by whole knowledge: {partial}");
            }
            if reasons.is_empty() {
                return format!("assess: supply an SBOM of {element}, or review what no feed covers");
            }
            let asked: BTreeSet<&str> = reasons.into_iter().map(supply).collect();
            let asked: Vec<&str> = asked.into_iter().collect();
            format!("assess: of components of {element}, {}; or review them", asked.join("; "))
        }
        PresumedBecause::UnknownRange => {
            let here = found.iter().filter(|((_, at), _)| at == element);
            let findings = here.flat_map(|(_, reports)| &reports.open.findings);
            let unknown = findings.filter(|finding| finding.state == State::Unknown);
            let components: BTreeSet<&str> = unknown.map(|finding| finding.component.name.as_str()).collect();
            let components: Vec<&str> = components.into_iter().collect();
            format!(
                "assess: look into what names components of {element} and cannot be compared with their versions ({}), and answer for it",
                first_of(&components, ", ")
            )
        }
    }
}

/// What is missing of a component that could not be assessed.
fn supply(reason: UnassessedReason) -> &'static str {
    match reason {
        UnassessedReason::NoIdentity | UnassessedReason::AmbiguousName | UnassessedReason::UnreadableIdentity => {
            "say which products they are: a package URL or a CPE name"
        }
        UnassessedReason::NoVersion | UnassessedReason::UnparsableVersion => "say which versions they are",
        UnassessedReason::UnknownEcosystem
        | UnassessedReason::NoDataForEcosystem
        | UnassessedReason::ProductNotInAnyFeed => "look at what their makers say: no feed at hand speaks of them",
        UnassessedReason::SetAsideRecord => "look at the records that could not be read",
        UnassessedReason::ExploitedWithoutRecord => {
            "take in the records of vulnerabilities that are known to be exploited and not held (`ward feeds status`)"
        }
    }
}
