//! A device as it would be with some changes: pure edits of a copy. Nothing is recorded, and no decision is made up: the claims that
//! have effect are handed on beside the copy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::Digest;
use ward_model::claim::{ClaimId, FunctionClaim, LinkClaim};
use ward_model::component::Component;
use ward_model::cpe::Attribute;
use ward_model::device::{Authentication, Control, Cut, Device, OwnFinding, Performer, Secret};
use ward_model::finding::{Finding, State};
use ward_model::hypothesis::{Change, Supposed};
use ward_model::ids::{
    ComponentRef, ControlId, ElementId, FieldedVersionId, FunctionId, LinkId, SecretId, VulnerabilityId,
};
use ward_model::knowledge::KnowledgeError;
use ward_model::purl::Purl;
use ward_risk::{Effects, ElementReports, loss};
use ward_version::{Scheme, VersionOrder, compare, key};

/// The category of controls that are brought to units as an update is.
pub(crate) const BY_UPDATE: &str = "firmware-and-software-updates";

/// What was found, by version and element.
pub(crate) type Reports = BTreeMap<(FieldedVersionId, ElementId), ElementReports>;

/// What was found on an element in a version, nothing taken for listed completely.
pub(crate) fn findings_at<'r>(
    found: &'r Reports,
    version: &FieldedVersionId,
    element: &ElementId,
) -> impl Iterator<Item = &'r Finding> + use<'r> {
    found.get(&(version.clone(), element.clone())).into_iter().flat_map(|reports| &reports.open.findings)
}

/// A change names what the device has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// The change as written.
    pub change: String,
    /// What kind of thing it names.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// The names that there are.
    pub known: Vec<String>,
}

/// Why nothing was assessed.
#[derive(Debug)]
pub enum SupposeError {
    /// A change names what the device has not.
    Unknown(UnknownName),
    /// The knowledge could not be read.
    Knowledge(KnowledgeError),
}

impl From<KnowledgeError> for SupposeError {
    fn from(error: KnowledgeError) -> Self {
        Self::Knowledge(error)
    }
}

impl From<UnknownName> for SupposeError {
    fn from(unknown: UnknownName) -> Self {
        Self::Unknown(unknown)
    }
}

/// The device as it would be.
pub(crate) struct Supposition {
    pub device: Device,
    /// The claims that would have effect.
    pub effects: Effects,
    /// The functions that would stop, each with the elements to which that is due.
    pub lost: BTreeMap<FunctionId, BTreeSet<ElementId>>,
    pub supposed: Vec<Supposed>,
}

/// Makes the changes: controls, then versions, then links, whatever order they are named in.
pub(crate) fn suppose(
    device: &Device,
    decided: &Effects,
    found: &Reports,
    changes: &[Change],
) -> Result<Supposition, UnknownName> {
    let mut changes = changes.to_vec();
    changes.sort_by_key(|change| (matches!(change, Change::Isolate(_)), change.clone()));
    changes.dedup();
    let mut editing = Editing { device: device.clone(), effects: decided.clone(), isolated: BTreeSet::new() };
    let mut supposed = Vec::new();
    for change in changes {
        editing.check(&change, found)?;
        let (effective, effects) = match &change {
            Change::Rely(id) => editing.rely(id),
            Change::Drop(id) => {
                let claim = ClaimId::Control(id.clone());
                let held = editing.effects.holds(&claim);
                editing.effects = editing.effects.without([&claim]);
                let text = if held { "it has no effect" } else { "it had no effect before" };
                (held, vec![text.to_owned()])
            }
            Change::Fix(id) => editing.fix(id, found),
            Change::Update(element, component, version) => editing.update(None, element, component, version),
            Change::Secure(link) => editing.secure(link),
            Change::Isolate(element) => {
                editing.isolated.insert(element.clone());
                let cut: Vec<&str> = editing.device.links_of(element).map(|link| link.id.as_str()).collect();
                let text =
                    if cut.is_empty() { "it has no links".to_owned() } else { format!("cut: {}", cut.join(", ")) };
                (!cut.is_empty(), vec![text])
            }
        };
        supposed.push(Supposed { change, effective, effects });
    }
    let lost = loss::lost(&editing.device, &editing.effects, &editing.isolated);
    for one in &mut supposed {
        if let Change::Isolate(element) = &one.change {
            let due = lost.iter().filter(|(_, due)| due.contains(element));
            one.effects.extend(due.map(|(function, _)| format!("{function} stops for good")));
        }
    }
    editing.fall(&lost, &mut supposed);
    editing.cut_links();
    Ok(Supposition { device: editing.device, effects: editing.effects, lost, supposed })
}

struct Editing {
    device: Device,
    effects: Effects,
    isolated: BTreeSet<ElementId>,
}

impl Editing {
    /// Whether everything that a change names is there.
    fn check(&self, change: &Change, found: &Reports) -> Result<(), UnknownName> {
        fn names<K: ToString>(known: impl Iterator<Item = K>) -> Vec<String> {
            known.map(|name| name.to_string()).collect()
        }
        let device = &self.device;
        let there = match change {
            Change::Rely(id) | Change::Drop(id) => device.controls.contains_key(id),
            Change::Secure(id) => device.links.contains_key(id),
            Change::Isolate(id) => device.elements.contains_key(id),
            Change::Update(..) | Change::Fix(_) => false,
        };
        if there {
            return Ok(());
        }
        let elements = || names(device.elements.keys());
        let (kind, name, known) = match change {
            Change::Rely(id) | Change::Drop(id) => ("control", id.to_string(), names(device.controls.keys())),
            Change::Secure(id) => ("link", id.to_string(), names(device.links.keys())),
            Change::Isolate(id) => ("element", id.to_string(), elements()),
            Change::Update(id, ..) if !device.elements.contains_key(id) => ("element", id.to_string(), elements()),
            Change::Update(element, component, _) => {
                let listed = device.versions.iter().filter_map(|version| version.inventories.get(element));
                let listed = listed.flat_map(|sbom| &sbom.components).map(|one| one.reference.to_string());
                let beside = device.elements.get(element).into_iter().flat_map(|element| &element.hardware);
                let beside = beside.map(|cpe| Component::beside_sbom(cpe).reference.to_string());
                ("component", component.to_string(), listed.chain(beside).collect())
            }
            Change::Fix(id) => {
                let findings = found.values().flat_map(|reports| &reports.open.findings);
                let ids = findings.flat_map(|finding| {
                    std::iter::once(&finding.vulnerability.id).chain(&finding.vulnerability.aliases)
                });
                let own = device.own_findings.iter().map(|own| &own.id);
                ("vulnerability", id.to_string(), names(ids.chain(own)))
            }
        };
        if known.contains(&name) {
            return Ok(());
        }
        let known: BTreeSet<String> = known.into_iter().collect();
        Err(UnknownName { change: change.to_string(), kind, name, known: known.into_iter().collect() })
    }

    fn rely(&mut self, id: &ControlId) -> (bool, Vec<String>) {
        let Some(control) = self.device.controls.get_mut(id) else { return (false, Vec::new()) };
        if control.enforcer.is_none() {
            return (false, vec!["nobody has said what enforces it, so that it has no effect".to_owned()]);
        }
        let mut effects = vec!["its claim is taken as decided, for all units".to_owned()];
        if control.performed_by.must_be_confirmed() {
            effects.push(format!("each {} must still confirm it", control.performed_by));
            // Supposed to be confirmed everywhere.
            control.performed_by = Performer::Maker;
        }
        effects.extend(control.hazard_added.iter().map(|hazard| format!("it trades: {hazard}")));
        effects.extend(added(control).map(|hazard| format!("it adds the hazard {hazard}")));
        self.effects = self.effects.supposing([&ClaimId::Control(id.clone())]);
        (true, effects)
    }

    fn fix(&mut self, id: &VulnerabilityId, found: &Reports) -> (bool, Vec<String>) {
        let mut effects = Vec::new();
        let mut changed = false;
        let mut open = false;
        for ((version, element), reports) in found {
            for finding in reports.open.findings.iter().filter(|finding| is_of(finding, id)) {
                open = true;
                match mended(finding).first() {
                    None => effects.push(format!(
                        "no fixed version of {} is known ({element}, {version}): it stays",
                        finding.component.name
                    )),
                    Some(target) => {
                        let (done, mut text) =
                            self.update(Some(version), element, &finding.component.reference, target);
                        changed |= done;
                        effects.append(&mut text);
                    }
                }
            }
        }
        let (without, others): (Vec<OwnFinding>, Vec<OwnFinding>) =
            std::mem::take(&mut self.device.own_findings).into_iter().partition(|own| own.id == *id);
        self.device.own_findings = others;
        for own in without {
            (open, changed) = (true, true);
            effects.push(format!("a release of {} without it is supposed: to be made, tried and shown", own.element));
            self.release(&own);
        }
        if !open {
            effects.push("no component is affected by it".to_owned());
        }
        effects.sort();
        effects.dedup();
        (changed, effects)
    }

    /// Another release of an element runs there: of what it consists nobody knows, but it is another one than was looked at.
    fn release(&mut self, without: &OwnFinding) {
        let touched = |version: &FieldedVersionId| without.versions.is_empty() || without.versions.contains(version);
        for version in self.device.versions.iter_mut().filter(|version| touched(&version.id)) {
            if let Some(sbom) = version.inventories.get_mut(&without.element) {
                let sbom = Arc::make_mut(sbom);
                let before = sbom.digest;
                let parts = [before.as_bytes().as_slice(), b"without", without.id.as_str().as_bytes()];
                sbom.digest = Digest::of_parts(parts);
            }
        }
    }

    /// Puts a component to another version, in one fielded version or in all that list it; of two versions the later one.
    fn update(
        &mut self,
        only: Option<&FieldedVersionId>,
        element: &ElementId,
        reference: &ComponentRef,
        target: &str,
    ) -> (bool, Vec<String>) {
        let mut effects = Vec::new();
        let mut changed = false;
        for version in self.device.versions.iter_mut().filter(|version| only.is_none_or(|only| version.id == *only)) {
            let Some(sbom) = version.inventories.get_mut(element) else { continue };
            let Some(place) = sbom.components.iter().position(|one| one.reference == *reference) else { continue };
            if !goes_on(&sbom.components[place], target) {
                continue;
            }
            let sbom = Arc::make_mut(sbom);
            let before = sbom.digest;
            sbom.digest =
                Digest::of_parts([before.as_bytes().as_slice(), reference.as_str().as_bytes(), target.as_bytes()]);
            let component = &mut sbom.components[place];
            let was = component.version.clone().unwrap_or_else(|| "no version".to_owned());
            effects.push(format!("{} at {element} in {}: {was} becomes {target}", component.name, version.id));
            set_version(component, target);
            changed = true;
        }
        if let Some(described) = self.device.elements.get_mut(element) {
            for cpe in &mut described.hardware {
                let component = Component::beside_sbom(cpe);
                if component.reference == *reference && goes_on(&component, target) {
                    effects.push(format!("{} beside the SBOM of {element} becomes {target}", component.name));
                    cpe.version = Attribute::Value(target.to_lowercase().into());
                    cpe.update = Attribute::Any;
                    changed = true;
                }
            }
        }
        if changed {
            // Whoever reviewed the component looked at the version before.
            let reviewed = ClaimId::ComponentReviewed(element.clone(), reference.clone());
            self.effects = self.effects.without([&reviewed]);
        } else {
            effects.push(format!("{reference} is not at an earlier version than {target} there"));
        }
        (changed, effects)
    }

    fn secure(&mut self, id: &LinkId) -> (bool, Vec<String>) {
        let Some(link) = self.device.links.get_mut(id) else { return (false, Vec::new()) };
        let mut name = format!("supposed secret of {id}");
        while self.device.secrets.contains_key(&SecretId::new(name.clone())) {
            name.push('+');
        }
        let secret = SecretId::new(name);
        let mechanism = "supposed: a secret of each unit's own".to_owned();
        link.authentication = Some(Authentication { mechanism, secret: Some(secret.clone()) });
        link.anti_replay = Some(true);
        let held_by = vec![link.from.clone(), link.to.clone()];
        let claims = [
            ClaimId::Link(id.clone(), LinkClaim::Authentication),
            ClaimId::Link(id.clone(), LinkClaim::AntiReplay),
            ClaimId::SecretPerUnit(secret.clone()),
        ];
        self.device.secrets.insert(secret.clone(), Secret { id: secret, held_by, per_unit: Some(true), public: false });
        self.effects = self.effects.supposing(&claims);
        (
            true,
            vec![
                "its receiver verifies every sender by a secret of each unit's own, and refuses what it has seen"
                    .to_owned(),
            ],
        )
    }

    /// What falls with an element that is taken off its links: a fallback of which what notices, or takes over, stops; and a control that
    /// the element enforces elsewhere.
    fn fall(&mut self, lost: &BTreeMap<FunctionId, BTreeSet<ElementId>>, supposed: &mut [Supposed]) {
        let device = &self.device;
        let mut fallen: Vec<(ClaimId, BTreeSet<ElementId>, String)> = Vec::new();
        for function in device.functions.values() {
            for fallback in function.effects.iter().filter_map(|effect| effect.fallback.as_ref()) {
                // What notices is told first.
                for helper in fallback.helpers().into_iter().rev() {
                    if let Some(due) = lost.get(helper) {
                        let claim = ClaimId::Function(function.id.clone(), FunctionClaim::Fallback);
                        let text = format!("the fallback of {} counts no more, for {helper} stops", function.id);
                        fallen.push((claim, due.clone(), text));
                    }
                }
            }
        }
        for control in device.controls.values().filter(|control| enforced_elsewhere(device, control)) {
            let Some(enforcer) = control.enforcer.as_ref().map(|enforcer| &enforcer.element) else { continue };
            if self.isolated.contains(enforcer) && device.links_of(enforcer).next().is_some() {
                let text = format!("{} has no effect any more, for {enforcer} enforces it", control.id);
                fallen.push((ClaimId::Control(control.id.clone()), BTreeSet::from([enforcer.clone()]), text));
            }
        }
        fallen.retain(|(claim, ..)| self.effects.holds(claim));
        for one in supposed {
            if let Change::Isolate(element) = &one.change {
                let mut texts: Vec<&String> =
                    fallen.iter().filter(|(_, due, _)| due.contains(element)).map(|(_, _, text)| text).collect();
                texts.dedup();
                one.effects.extend(texts.into_iter().cloned());
            }
        }
        self.effects = self.effects.without(fallen.iter().map(|(claim, ..)| claim));
    }

    fn cut_links(&mut self) {
        let device = &mut self.device;
        let isolated = &self.isolated;
        let gone: BTreeSet<LinkId> = device
            .links
            .values()
            .filter(|link| isolated.contains(&link.from) || isolated.contains(&link.to))
            .map(|link| link.id.clone())
            .collect();
        if gone.is_empty() {
            return;
        }
        device.links.retain(|id, _| !gone.contains(id));
        // A list that names what is gone would say nothing any more, and count as not given.
        for feeding in device.links.values_mut().filter_map(|link| link.fed_by.as_mut()) {
            feeding.retain(|id| !gone.contains(id));
        }
        for feeding in device.functions.values_mut().filter_map(|function| function.fed_by.as_mut()) {
            feeding.retain(|id| !gone.contains(id));
        }
        let of_gone = |claim: &ClaimId| matches!(claim, ClaimId::Link(id, _) if gone.contains(id));
        device.claims.retain(|claim, _| !of_gone(claim));
        let claims: Vec<ClaimId> = self.effects.claims().filter(|claim| of_gone(claim)).cloned().collect();
        self.effects = self.effects.without(&claims);
    }
}

/// Whether an element that enforces a control does so for something else than itself, by what leads there.
pub(crate) fn enforced_elsewhere(device: &Device, control: &Control) -> bool {
    let Some(enforcer) = control.enforcer.as_ref().map(|enforcer| &enforcer.element) else { return false };
    control.cuts.iter().any(|cut| match cut {
        Cut::Step { at, .. } | Cut::Presence { at } | Cut::Vulnerability { at, .. } => at != enforcer,
        // A link of its own is gone with it.
        Cut::Link { link, .. } => {
            device.links.get(link).is_some_and(|link| link.from != *enforcer && link.to != *enforcer)
        }
        Cut::LinksIntoZone { .. } => true,
    })
}

/// The hazards that a control lists, in words.
pub(crate) fn added(control: &Control) -> impl Iterator<Item = String> {
    control.hazards.listed().iter().map(|hazard| format!("{}: {} of {}", hazard.id, hazard.on, hazard.function))
}

/// Whether a control has effect for all units already.
pub(crate) fn relied_on(device: &Device, effects: &Effects, control: &Control) -> bool {
    let confirmed = || {
        device.versions.iter().all(|version| {
            let counted: Option<u64> = version.cohorts.iter().map(|cohort| cohort.units).sum();
            let all_listed = version.units.is_some() && counted == version.units && !version.cohorts.is_empty();
            all_listed && version.cohorts.iter().all(|cohort| cohort.confirmed.contains(&control.id))
        })
    };
    effects.holds(&ClaimId::Control(control.id.clone())) && (!control.performed_by.must_be_confirmed() || confirmed())
}

fn is_of(finding: &Finding, id: &VulnerabilityId) -> bool {
    let names = || std::iter::once(&finding.vulnerability.id).chain(&finding.vulnerability.aliases);
    finding.state != State::NotAffected && names().any(|name| name == id)
}

/// The versions after the present one at which a finding is said to end, the earliest first.
pub(crate) fn mended(finding: &Finding) -> Vec<String> {
    let Some(present) = finding.component.version.as_deref() else { return Vec::new() };
    let scheme = scheme_of_finding(finding);
    let mut later: Vec<String> = finding
        .fixed_in
        .iter()
        .filter(|version| compare(scheme, present, version) == VersionOrder::Less)
        .cloned()
        .collect();
    // By key, and what has none last: an order whatever the texts are.
    later.sort_by_cached_key(|version| {
        let key = key(scheme, version, None).map(|key| (key.class().code(), key.as_bytes().to_vec()));
        (key.is_none(), key, version.clone())
    });
    later.dedup();
    later
}

/// How the versions of the component of a finding are ordered.
pub(crate) fn scheme_of_finding(finding: &Finding) -> Scheme {
    let purl = finding.component.purl.as_deref().and_then(|purl| Purl::parse(purl).ok());
    scheme_of(purl.as_ref())
}

fn scheme_of(purl: Option<&Purl>) -> Scheme {
    purl.and_then(|purl| purl.kind.parse().ok()).unwrap_or(Scheme::Generic)
}

fn goes_on(component: &Component, target: &str) -> bool {
    let scheme = scheme_of(component.purl.as_ref());
    component.version.as_deref().is_none_or(|present| compare(scheme, present, target) != VersionOrder::Greater)
}

/// Another version of a component: nothing that was said of the one before holds for it but its name.
fn set_version(component: &mut Component, target: &str) {
    component.version = Some(target.to_owned());
    if let Some(purl) = &mut component.purl {
        purl.version = Some(target.to_owned());
    }
    for purl in &mut component.other_purls {
        purl.version = Some(target.to_owned());
    }
    for cpe in &mut component.cpes {
        cpe.version = Attribute::Value(target.to_lowercase().into());
        cpe.update = Attribute::Any;
    }
    component.swid = None;
    component.hashes.clear();
    component.patches.clear();
    component.compiled_files = None;
}
