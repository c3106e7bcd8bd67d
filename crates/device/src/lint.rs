//! What a folder that can be read leaves open, or contradicts: pure, and never a reason not to read it.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{Claim, ClaimId, ElementClaim, EvidenceReading};
use ward_model::device::{AddedHazard, AddedHazards, ConsiderationGroup, Cut, Owner, RealisedBy, UpdatePath};
use ward_model::ids::{ElementId, FunctionId, LinkId};
use ward_model::scale::Axis;

use crate::check::Kind;
use crate::diagnostic::{Diagnostic, Location, Severity, sort};
use crate::read::{CONSIDERATIONS, DEVICE, FIELDED, Reading, SYSTEM, USE_CASES, VARIANTS};
use crate::record::LINK_RECORD;
use crate::use_cases;

/// The fields of a link that FDA premarket guidance Appendix 2.B asks for and that a folder can state.
pub const LINK_FIELDS: &[&str] =
    &["medium", "protocol", "exposed_to", "carries", "authentication", "encryption", "integrity", "anti_replay"];

/// What follows where no SBOM is named.
const NO_SBOM: &str = "what it runs is unknown and presumed; `sbom = \"none\"` states that it runs no software at all";

/// How much of a link is stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCompleteness {
    /// The link.
    pub link: LinkId,
    /// The fields that are stated, in the order of [`LINK_FIELDS`].
    pub stated: Vec<&'static str>,
    /// The fields that are not.
    pub missing: Vec<&'static str>,
    /// The fields of [`LINK_RECORD`] that are not: documents ask for them, and nothing is reasoned from them.
    pub unrecorded: Vec<&'static str>,
}

impl LinkCompleteness {
    /// Stated fields and all fields.
    pub fn score(&self) -> (usize, usize) {
        (self.stated.len(), LINK_FIELDS.len())
    }
}

/// How much of every link is stated, by link. That a field is stated does not make it good.
pub fn completeness(reading: &Reading) -> Vec<LinkCompleteness> {
    let none = BTreeSet::new();
    let score = |link: &LinkId| {
        let said = reading.about.stated.get(link).unwrap_or(&none);
        let (stated, missing) = LINK_FIELDS.iter().copied().partition(|field| said.contains(field));
        let record = reading.records.links.get(link);
        let is_recorded = |field: &&&str| record.is_some_and(|record| record.contains_key(**field));
        let unrecorded = LINK_RECORD.iter().filter(|field| !is_recorded(field)).copied().collect();
        LinkCompleteness { link: link.clone(), stated, missing, unrecorded }
    };
    reading.device.links.keys().map(score).collect()
}

/// Everything that is open or odd in a folder, sorted by file and line. The warnings of reading it are not repeated.
pub fn lint(reading: &Reading) -> Vec<Diagnostic> {
    let mut lint = Lint { reading, found: Vec::new() };
    lint.links();
    lint.elements();
    lint.functions();
    lint.detections();
    lint.feeds();
    lint.harms();
    lint.unused();
    lint.signers();
    lint.controls();
    lint.claims();
    lint.evidence();
    lint.inventories();
    lint.lifecycle();
    lint.considerations();
    lint.use_cases();
    lint.found.extend(crate::statements::lint(&reading.device));
    let mut found = said_once(lint.found);
    sort(&mut found);
    found
}

/// Without what is said of a variant and of the family alike.
fn said_once(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let common = |diagnostic: &Diagnostic| {
        let (_, rest) = diagnostic.message.strip_prefix("in the variant `")?.split_once("`: ")?;
        Some(rest.to_owned())
    };
    let key = |diagnostic: &Diagnostic, message: &str| {
        (diagnostic.file.clone(), diagnostic.line, diagnostic.column, diagnostic.code, message.to_owned())
    };
    let said: BTreeSet<_> =
        found.iter().filter(|one| common(one).is_none()).map(|one| key(one, &one.message)).collect();
    found.into_iter().filter(|one| common(one).is_none_or(|rest| !said.contains(&key(one, &rest)))).collect()
}

struct Lint<'a> {
    reading: &'a Reading,
    found: Vec<Diagnostic>,
}

impl<'a> Lint<'a> {
    fn warn(&mut self, kind: Kind, name: &str, code: &'static str, message: String, help: impl Into<String>) {
        let place = self.reading.about.places.get(&(kind, name.to_owned())).cloned();
        let place = place.unwrap_or_else(|| Location::start_of(SYSTEM));
        self.found.push(place.diagnostic(Severity::Warning, code, message).helping(help));
    }

    fn links(&mut self) {
        for link in completeness(self.reading) {
            if !link.missing.is_empty() {
                let (stated, all) = link.score();
                let message = format!("the link `{}` states {stated} of {all} fields", link.link);
                let help = format!("not stated: {}", link.missing.join(", "));
                self.warn(Kind::Link, link.link.as_str(), "link-incomplete", message, help);
            }
        }
    }

    fn elements(&mut self) {
        let device = &self.reading.device;
        for (id, element) in &device.elements {
            let missing: Vec<&str> =
                [ElementClaim::InterfacesListed, ElementClaim::SoftwareListed, ElementClaim::FunctionsListed]
                    .into_iter()
                    .filter(|claim| !device.claims.contains_key(&ClaimId::Element(id.clone(), *claim)))
                    .map(ElementClaim::word)
                    .collect();
            if !missing.is_empty() {
                let message = format!("nothing claims that all of `{id}` is listed: {}", missing.join(", "));
                let help = "until someone claims and decides it, what is not listed is presumed";
                self.warn(Kind::Element, id.as_str(), "not-claimed-complete", message, help);
            }
            let networked = element.kind.is_networked() || device.links_of(id).any(|link| link.medium.routed());
            if element.zone.is_none() && networked {
                let message = format!("nothing says in which network `{id}` stands: it counts as inside every zone");
                self.warn(Kind::Element, id.as_str(), "no-zone", message, "zone = \"...\"");
            }
            if self.reading.about.without_sbom.contains(id.as_str()) {
                let message = format!("`{id}` has no SBOM");
                self.warn(Kind::Element, id.as_str(), "no-sbom", message, NO_SBOM);
            }
        }
    }

    fn functions(&mut self) {
        let helpers: BTreeSet<&str> = self
            .reading
            .device
            .functions
            .values()
            .flat_map(|function| &function.effects)
            .filter_map(|effect| effect.fallback.as_ref())
            .flat_map(|fallback| fallback.helpers().map(FunctionId::as_str))
            .collect();
        for (id, function) in &self.reading.device.functions {
            if function.effects.is_empty() && !helpers.contains(id.as_str()) {
                let message = format!("the function `{id}` has no effect: nothing follows when it is lost or altered");
                self.warn(Kind::Function, id.as_str(), "no-effect", message, "add [[function.effect]]");
            }
            for on in self.reading.device.undescribed_degradations(function) {
                let message = format!(
                    "nothing says what follows for people from {on} of `{id}`, which is essential: its elements are not described completely"
                );
                let help = format!(
                    "add [[function.effect]] with on = \"{on}\"; where it harms nobody, with a harm of severity negligible"
                );
                self.warn(Kind::Function, id.as_str(), "undescribed-degradation", message, help);
            }
            if !function.effects.is_empty() && function.realised_by == RealisedBy::People {
                let message = format!("people alone realise the function `{id}`, so nothing here leads to its effects");
                self.warn(Kind::Function, id.as_str(), "never-reached", message, "name the elements they need for it");
            }
            if !function.effects.is_empty() && function.persons.is_none() {
                let message = format!("nothing says who depends on the function `{id}`");
                self.warn(
                    Kind::Function,
                    id.as_str(),
                    "no-persons",
                    message,
                    "persons = { group = \"...\", at_once_per_instance = 1 }",
                );
            }
        }
    }

    /// Detections that hear nothing of what they are to notice: no link leads to them, by whatever way.
    fn detections(&mut self) {
        let device = &self.reading.device;
        let mut found = Vec::new();
        for function in device.functions.values() {
            let mut reached: BTreeSet<&ElementId> = function.realised_by.elements().iter().collect();
            let mut next: Vec<&ElementId> = reached.iter().copied().collect();
            while let Some(from) = next.pop() {
                let told = device.links.values().filter(|link| link.from == *from).map(|link| &link.to);
                next.extend(told.filter(|to| reached.insert(to)));
            }
            let detections = function.effects.iter().filter_map(|effect| effect.fallback.as_ref());
            let detections: BTreeSet<_> = detections.map(|fallback| &fallback.detection).collect();
            for detection in detections.into_iter().filter_map(|id| device.functions.get(id)) {
                let elements = detection.realised_by.elements();
                // People see for themselves.
                if !reached.is_empty() && !elements.is_empty() && !elements.iter().any(|one| reached.contains(one)) {
                    found.push((function.id.as_str(), &detection.id));
                }
            }
        }
        for (id, detection) in found {
            let message =
                format!("no link leads from what realises `{id}` to `{detection}`, which is to notice its loss");
            let help = "add the links by which it hears, or name what really notices";
            self.warn(Kind::Function, id, "hears-nothing", message, help);
        }
    }

    /// Links that are said to feed what they do not reach.
    fn feeds(&mut self) {
        let device = &self.reading.device;
        let mut found = Vec::new();
        let ends_at = |link: &LinkId, elements: &[ElementId]| {
            device.links.get(link).is_some_and(|link| elements.contains(&link.to))
        };
        // What people act on may be shown to them by whichever element.
        for function in device.functions.values().filter(|function| function.realised_by != RealisedBy::People) {
            for link in function.fed_by.iter().flatten() {
                if !ends_at(link, function.realised_by.elements()) {
                    found.push((
                        Kind::Function,
                        function.id.as_str(),
                        link,
                        "no element that realises it receives on it",
                    ));
                }
            }
        }
        for link in device.links.values() {
            for other in link.fed_by.iter().flatten() {
                if !ends_at(other, std::slice::from_ref(&link.from)) {
                    found.push((Kind::Link, link.id.as_str(), other, "its sender does not receive on it"));
                }
            }
        }
        for (kind, id, link, why) in found {
            let message = format!("`{link}` cannot feed the {} `{id}`: {why}", kind.noun());
            self.warn(kind, id, "feeds-nothing", message, "check the ends of the links, or take it out of `fed_by`");
        }
    }

    fn harms(&mut self) {
        let device = &self.reading.device;
        let led_to: BTreeSet<&str> = device
            .functions
            .values()
            .flat_map(|function| &function.effects)
            .map(|effect| effect.harm.as_str())
            .collect();
        for (id, harm) in &device.harms {
            if !led_to.contains(id.as_str()) {
                let message = format!("nothing leads to the harm `{id}`");
                self.warn(Kind::Harm, id.as_str(), "unused", message, "name it in a [[function.effect]], or remove it");
            }
            if harm.axis == Axis::Person && self.reading.about.unstated_severity.contains(id.as_str()) {
                let message = format!("the harm `{id}` has no severity: it counts as catastrophic");
                self.warn(Kind::Harm, id.as_str(), "no-severity", message, "state `severity`");
            }
        }
    }

    /// Where a key is public, something is checked with it, and nobody is named who signs with it, neither by a link nor as a holder that does not
    /// check: whatever ships code counts as one that may. Where nothing does, nobody is asked.
    fn signers(&mut self) {
        let device = &self.reading.device;
        if !device.elements.values().any(|element| device.ships_code(element)) {
            return;
        }
        for (id, secret) in device.secrets.iter().filter(|(_, secret)| secret.public) {
            let enforcers = device.controls.values().filter_map(|control| control.enforcer.as_ref());
            let checks: BTreeSet<&ElementId> =
                enforcers.filter(|by| by.secret.as_ref() == Some(id)).map(|by| &by.element).collect();
            let mut by = device.links.values().filter_map(|link| link.authentication.as_ref());
            let signs = by.any(|by| by.secret.as_ref() == Some(id))
                || secret.held_by.iter().any(|holder| !checks.contains(holder));
            if !checks.is_empty() && !signs {
                let message = format!("nobody is named who signs with the private half of `{id}`");
                let help =
                    "name in `held_by` the element that signs; until then whatever ships code counts as one that may";
                self.warn(Kind::Secret, id.as_str(), "no-signer", message, help);
            }
        }
    }

    fn unused(&mut self) {
        let device = &self.reading.device;
        let zones = device.elements.values().filter_map(|element| element.zone.as_ref()).map(|zone| zone.as_str());
        let authenticated =
            device.links.values().filter_map(|link| link.authentication.as_ref()).filter_map(|by| by.secret.as_ref());
        let enforced = device
            .controls
            .values()
            .filter_map(|control| control.enforcer.as_ref())
            .filter_map(|by| by.secret.as_ref());
        let secrets = authenticated.chain(enforced).map(|secret| secret.as_str());
        let groups =
            device.functions.values().filter_map(|function| function.persons.as_ref()).map(|group| group.as_str());
        let elements: BTreeSet<&ElementId> = device
            .links
            .values()
            .flat_map(|link| [&link.from, &link.to])
            .chain(device.functions.values().flat_map(|function| function.realised_by.elements()))
            // Whoever alters it has defeated the control: that is what it is in the model for.
            .chain(device.controls.values().filter_map(|control| control.enforcer.as_ref()).map(|by| &by.element))
            .collect();
        let mut used: BTreeMap<Kind, BTreeSet<&str>> = BTreeMap::new();
        used.insert(Kind::Zone, zones.collect());
        used.insert(Kind::Secret, secrets.collect());
        used.insert(Kind::PersonGroup, groups.collect());
        used.insert(Kind::Element, elements.into_iter().map(ElementId::as_str).collect());
        let all: [(Kind, Vec<&str>); 4] = [
            (Kind::Zone, device.zones.keys().map(|id| id.as_str()).collect()),
            (Kind::Secret, device.secrets.keys().map(|id| id.as_str()).collect()),
            (Kind::PersonGroup, device.person_groups.keys().map(|id| id.as_str()).collect()),
            (Kind::Element, device.elements.keys().map(|id| id.as_str()).collect()),
        ];
        for (kind, names) in all {
            for name in names {
                if !used.get(&kind).is_some_and(|used| used.contains(name)) {
                    let message = format!("nothing uses the {} `{name}`", kind.noun());
                    let help = match kind {
                        Kind::Element => "add the links it has and the functions it takes part in",
                        _ => "name it where it matters, or remove it",
                    };
                    self.warn(kind, name, "unused", message, help);
                }
            }
        }
    }

    fn controls(&mut self) {
        let device = &self.reading.device;
        let mut found = Vec::new();
        for (id, control) in &device.controls {
            if control.enforcer.is_none() {
                let message = format!("nothing enforces the control `{id}`, so it has no effect");
                found.push((id, "no-enforcer", message, "enforcer = { element = \"...\" }"));
            }
            match &control.hazards {
                AddedHazards::Unsaid => {
                    let said = control.hazard_added.is_some();
                    let (code, message) = if said {
                        let message = format!(
                            "the hazard that the control `{id}` adds stands in words alone, so it is not judged"
                        );
                        ("hazard-in-words", message)
                    } else {
                        (
                            "no-hazard-said",
                            format!("nothing says which hazard the control `{id}` adds, nor that it adds none"),
                        )
                    };
                    found.push((
                        id,
                        code,
                        message,
                        "add [[control.hazard]] with a function, or hazard_added = \"none\"",
                    ));
                }
                AddedHazards::None => {}
                AddedHazards::Listed(hazards) => {
                    for AddedHazard { id: hazard, function, on, how_often, .. } in hazards {
                        let effects = device.functions.get(function).map_or(&[][..], |function| &function.effects);
                        if !effects.iter().any(|effect| effect.on == *on) {
                            let message = format!(
                                "the hazard `{hazard}` of the control `{id}` leads to no harm: `{function}` has no effect on {on}"
                            );
                            found.push((id, "hazard-without-harm", message, "add [[function.effect]] to the function"));
                        }
                        if how_often.is_none() {
                            let message = format!(
                                "nothing says how often the hazard `{hazard}` of the control `{id}` comes about"
                            );
                            found.push((id, "no-how-often", message, "how_often = \"certain\", or what it is"));
                        }
                    }
                }
            }
            let confirmed =
                device.versions.iter().flat_map(|version| &version.cohorts).any(|cohort| cohort.confirmed.contains(id));
            if control.performed_by.must_be_confirmed() && !confirmed {
                let message = format!("no site or user has confirmed the control `{id}`");
                found.push((id, "not-confirmed", message, "name it under `confirmed` of a cohort in fielded.toml"));
            }
            for cut in &control.cuts {
                let Cut::LinksIntoZone { zone, .. } = cut else { continue };
                let inside =
                    |end: &ElementId| device.elements.get(end).is_some_and(|end| end.zone.as_ref() == Some(zone));
                if !device.links.values().any(|link| inside(&link.from) || inside(&link.to)) {
                    let message = format!("the control `{id}` cuts links into `{zone}`, and no link ends there");
                    found.push((id, "unused", message, "check the zones of the elements"));
                }
            }
        }
        for (id, code, message, help) in found {
            self.warn(Kind::Control, id.as_str(), code, message, help);
        }
        for (id, function) in &device.functions {
            if let RealisedBy::Any(elements) | RealisedBy::Voted { of: elements, .. } = &function.realised_by
                && elements.len() == 1
            {
                let message = format!("one element is no redundancy for the function `{id}`");
                self.warn(Kind::Function, id.as_str(), "no-redundancy", message, "write `all`");
            }
        }
    }

    /// Groups of considerations of which nothing is said.
    fn considerations(&mut self) {
        let said: BTreeSet<ConsiderationGroup> = self.reading.considerations.iter().map(|one| one.group).collect();
        let empty: Vec<&str> =
            ConsiderationGroup::ALL.iter().filter(|group| !said.contains(group)).map(|group| group.word()).collect();
        if !empty.is_empty() {
            let message = format!("nothing is said of these groups of considerations: {}", empty.join(", "));
            let found = Location::start_of(CONSIDERATIONS).diagnostic(Severity::Warning, "not-considered", message);
            self.found.push(found.helping("answer their topics, or say why they do not apply"));
        }
    }

    /// States of which nobody has said what follows in them, and harms that follow in none.
    fn use_cases(&mut self) {
        for way in use_cases::progress(&self.reading.device, &self.reading.use_cases) {
            let (function, on) = (&way.function, way.on.word());
            let at = Location::start_of(USE_CASES);
            if let Some(first) = way.open.first() {
                let all = way.open.len() + way.harmful + way.harmless;
                let message =
                    format!("{on} of `{function}`: nothing says what follows in {} of {all} states", way.open.len());
                let found = at.clone().diagnostic(Severity::Warning, "state-open", message);
                self.found.push(found.helping(format!("the first is {}", use_cases::words(first))));
            }
            if !way.unplaced.is_empty() {
                let message = format!("{on} of `{function}`: in no state follows {}", way.unplaced.join(", "));
                let found = at.diagnostic(Severity::Warning, "harm-without-state", message);
                self.found
                    .push(found.helping("an effect counts whatever the state; name the states in a [[use_case]]"));
            }
        }
    }

    /// Claims whose evidence does not support them, and evidence of which only the bytes are known.
    fn evidence(&mut self) {
        let mut unread: BTreeSet<&str> = BTreeSet::new();
        for (claim, place, at) in self.all_claims() {
            let Some(evidence) = claim.evidence.as_ref().filter(|evidence| evidence.digest.is_some()) else { continue };
            match &evidence.reading {
                EvidenceReading::Supports(_) => {}
                EvidenceReading::NotRead => drop(unread.insert(&evidence.path)),
                EvidenceReading::Against(reason) => {
                    let message =
                        format!("{at}`{}` does not support the claim `{}`: {reason}", evidence.path, claim.id);
                    // What is common is said once.
                    let same = |other: &Diagnostic| message.ends_with(&other.message) && other.line == place.line;
                    if !self.found.iter().any(same) {
                        let found = place.diagnostic(Severity::Error, "evidence-against", message);
                        self.found.push(found.helping("no decision gives the claim effect while it cites this"));
                    }
                }
            }
        }
        for path in unread {
            let message = "what this evidence says is not read: only its bytes are bound to decisions";
            let found = Location::start_of(path).diagnostic(Severity::Warning, "evidence-not-read", message);
            self.found.push(found.helping("test reports (JUnit XML), lists (CSV) and workbooks (XLSX) are read"));
        }
    }

    /// Claims of a complete inventory that the inventory itself contradicts.
    fn inventories(&mut self) {
        let device = &self.reading.device;
        for (id, claim) in &device.claims {
            let ClaimId::Element(element, ElementClaim::SoftwareListed) = id else { continue };
            let incomplete = device.versions.iter().find_map(|version| {
                version.inventories.get(element)?.incomplete.as_ref().map(|word| (&version.id, word))
            });
            let Some((version, word)) = incomplete else { continue };
            let place = self.reading.about.claim_places.get(id).cloned();
            let place = place.unwrap_or_else(|| Location::start_of(&claim.file));
            let message = format!(
                "the claim `{id}` has no effect: the SBOM in version {version} says that something is left out (`{word}`)"
            );
            self.found.push(place.diagnostic(Severity::Error, "contradicted", message));
        }
    }

    /// What the life of a worn or implanted device needs said: it outlives its parts, and nobody can go and mend it.
    fn lifecycle(&mut self) {
        let device = &self.reading.device;
        let worn: Vec<_> = device.elements.values().filter(|element| element.kind.is_worn()).collect();
        if let Some(element) = worn.first()
            && device.lifecycle.service_life_years.is_none()
        {
            let message = format!("no service life is declared, and `{}` is in or on a body", element.id);
            let found = Location::start_of(DEVICE).diagnostic(Severity::Warning, "no-service-life", message);
            self.found.push(found.helping("lifecycle = { ..., service_life_years = ... }"));
        }
        for element in worn.into_iter().filter(|element| element.owner == Owner::Maker) {
            for version in &device.versions {
                let Some(sbom) = version.inventories.get(&element.id) else { continue };
                let counted = sbom.components.iter().filter(|component| !component.whole);
                let (all, without) = counted.fold((0, 0), |(all, without): (usize, usize), component| {
                    (all + 1, without + usize::from(component.support.ends_on.is_none()))
                });
                if without > 0 {
                    let message = format!(
                        "of {without} of {all} components of `{}` in version {} no SBOM says until when they are supported",
                        element.id, version.id
                    );
                    let help = "`ward lifecycle` asks the feed of support dates, too";
                    self.warn(Kind::Element, element.id.as_str(), "no-support-date", message, help);
                }
            }
        }
        for version in device.versions.iter().filter(|version| version.update_path == Some(UpdatePath::None)) {
            if version.life.given_up_without_update.is_empty() {
                let message =
                    format!("version {} cannot be updated, and nothing says what protection costs instead", version.id);
                let found = Location::start_of(FIELDED).diagnostic(Severity::Warning, "nothing-given-up", message);
                self.found.push(found.helping("given_up_without_update = [\"remote-monitoring\", ...]"));
            }
        }
    }

    /// Claims that nobody has decided, or that show nothing. Of a variant or a site, what its own file claims.
    fn claims(&mut self) {
        let reading = self.reading;
        for (claim, place, at) in self.all_claims() {
            let name = claim.id.to_string();
            let common = at.is_empty();
            let own = claim.file == VARIANTS || claim.file.starts_with("sites/");
            if !common && (!own || reading.device.claims.get(&claim.id).is_some_and(|known| known.file == claim.file)) {
                continue;
            }
            let each = reading.configurations.each.iter().flat_map(|one| &one.decisions.entered);
            let mut decisions = reading.decisions.entered.iter().chain(each);
            let decided = decisions.any(|decision| {
                decision.claims.contains(&name) || decision.files.iter().any(|file| file.path == claim.file)
            });
            if !decided {
                let message = format!("{at}nobody has decided on the claim `{name}`, so it has no effect");
                let found = place.clone().diagnostic(Severity::Warning, "not-decided", message);
                self.found.push(found.helping(format!("it says: {}", claim.statement)));
            }
            if claim.evidence.is_none() {
                let message = format!("{at}the claim `{name}` cites no evidence");
                self.found.push(place.diagnostic(Severity::Warning, "no-evidence", message));
            }
        }
    }

    /// Every claim with its place, and with where it is made if that is not the folder as it stands.
    fn all_claims(&self) -> Vec<(&'a Claim, Location, String)> {
        let reading = self.reading;
        let place = |claim: &Claim, places: Option<&BTreeMap<ClaimId, Location>>| {
            let known = places.and_then(|places| places.get(&claim.id)).cloned();
            known.unwrap_or_else(|| Location::start_of(&claim.file))
        };
        let common = reading.device.claims.values();
        let mut all: Vec<(&Claim, Location, String)> =
            common.map(|claim| (claim, place(claim, Some(&reading.about.claim_places)), String::new())).collect();
        for (number, one) in reading.configurations.each.iter().enumerate().skip(1) {
            let places = reading.about.of_configurations.get(number - 1);
            let variant = one.variant.as_ref().map_or_else(String::new, |id| format!("in the variant `{id}`: "));
            let site = one.site.as_ref().map_or_else(String::new, |id| format!("at the site `{id}`: "));
            let at = format!("{variant}{site}");
            all.extend(one.device.claims.values().map(|claim| (claim, place(claim, places), at.clone())));
        }
        all
    }
}

#[cfg(test)]
pub(crate) mod tests;
