//! What the documents of a device say of an element, and what of it counts.

use std::collections::{BTreeMap, BTreeSet};

use crate::component::{Component, Sbom};
use crate::device::{Device, FieldedVersion, Owner};
use crate::digest::Digest;
use crate::finding::VulnerabilitySummary;
use crate::ids::{ElementId, VulnerabilityId};

use super::{
    Bearing, Conclusion, DocumentState, Fit, Justification, Listed, Statement, Status, TrustScope, VexFile, Whole,
};

/// One statement about one component, or about all that an inventory is of.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// The document.
    pub file: &'a VexFile,
    /// The place of the statement in it.
    pub number: usize,
    /// The statement.
    pub statement: &'a Statement,
    /// What it says here.
    pub bearing: Bearing,
    /// Whether its issuer is believed of that.
    pub believed: bool,
    /// Whether the inventory records a change of the component that resolves the vulnerability.
    pub patched: bool,
}

/// Why a statement does not make anything better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NoEffect {
    /// Nobody believes its issuer.
    #[error("nobody believes its issuer of this component")]
    NotBelieved,
    /// Another version of the document takes its place.
    #[error("another version of the same document takes its place")]
    Superseded,
    /// Nobody answers for it yet.
    #[error("the document is a draft")]
    Draft,
    /// It does not name the component in its version.
    #[error("it does not name exactly this component in exactly this version")]
    NotExact,
    /// It says that the component is not there, and it is.
    #[error("it says that the component is not there, and the inventory lists it: one of the two is wrong")]
    Contradicted,
    /// It rests on a change that nobody sees in ours.
    #[error("it rests on a change that the inventory does not record for this component")]
    NotPatched,
    /// It says that something stands before the weakness.
    #[error("it speaks of a control, or of the device around the component, that nobody has verified")]
    Control,
    /// It says nothing of why.
    #[error("it gives no justification")]
    NoReason,
    /// Nobody can tell whether it is the newest.
    #[error("it has no date that can be read")]
    NoDate,
    /// It does not say so.
    #[error("it does not say that the component is not affected")]
    NotCleared,
}

/// Everything that documents say of the components of an inventory.
pub fn heard<'a>(files: &'a [VexFile], listed: &Listed<'_>, components: &[Component]) -> Vec<Heard<'a>> {
    let mut all = Vec::new();
    for file in files {
        for (number, statement) in file.document.statements.iter().enumerate() {
            let bearings = match statement.products.is_empty() {
                true => of_all(file, statement, listed, components),
                false => listed.bearings(statement),
            };
            for mut bearing in bearings {
                bearing.says = said_by(file, statement, bearing.says);
                let component = bearing.component.and_then(|place| components.get(place));
                let believed = file.trusted.as_ref().is_some_and(|by| by.is_believed_of(component, bearing.in_whole));
                let resolves = |id: &String| statement.names().any(|name| name.as_str() == id);
                let mut patches = component.into_iter().flat_map(|component| &component.patches);
                let patched = patches.any(|patch| patch.resolves.iter().any(resolves));
                all.push(Heard { file, number, statement, bearing, believed, patched });
            }
        }
    }
    all
}

/// What a statement says from this issuer's mouth: of what only the maker of a device can know, a supplier of parts knows no more than
/// that something stands before the weakness.
fn said_by(file: &VexFile, statement: &Statement, says: Conclusion) -> Conclusion {
    let knows_device = file.trusted.as_ref().is_some_and(|by| by.is_believed_of(None, true));
    let of_the_whole = statement.justification.is_some_and(Justification::is_of_the_whole);
    if says == Conclusion::NotAffected && of_the_whole && !knows_device { Conclusion::UnverifiedControl } else { says }
}

/// What a statement that names no product says: to the worse it is about all that its issuer is believed of.
fn of_all(file: &VexFile, statement: &Statement, listed: &Listed<'_>, components: &[Component]) -> Vec<Bearing> {
    let says = statement.conclusion();
    let Some(by) = file.trusted.as_ref().filter(|_| is_worse(says)) else { return Vec::new() };
    let bearing =
        |component: Option<usize>| Bearing { component, in_whole: component.is_none(), fit: Fit::Loose, says };
    let mut found = Vec::new();
    if by.is_believed_of(None, true) && listed.is_of_something() {
        found.push(bearing(None));
    }
    // Of everything at once nobody means every component.
    if by.scope != TrustScope::Everything {
        let believed = components.iter().enumerate().filter(|(_, component)| by.is_believed_of(Some(component), false));
        found.extend(believed.map(|(place, _)| bearing(Some(place))));
    }
    found
}

/// Whether a conclusion is to the worse.
const fn is_worse(says: Conclusion) -> bool {
    matches!(says, Conclusion::Affected | Conclusion::UnderInvestigation | Conclusion::UnverifiedControl)
}

/// Calls something with everything that documents say of every element of every fielded version: of what its SBOM lists, and of what
/// it names beside it.
pub fn each_heard(files: &[VexFile], device: &Device, mut each: impl FnMut(&FieldedVersion, &ElementId, &Heard<'_>)) {
    for version in &device.versions {
        for (id, element) in &device.elements {
            let sbom = version.inventories.get(id).map(|sbom| &**sbom);
            if sbom.is_none() && element.hardware.is_empty() {
                continue;
            }
            let listed = sbom.map_or(&[][..], |sbom| &sbom.components);
            let beside = element.hardware.iter().map(Component::beside_sbom);
            let components: Vec<Component> = listed.iter().cloned().chain(beside).collect();
            let serial = sbom.and_then(|sbom| sbom.origin.serial.as_deref());
            let listed = Listed::new(&components, wholes(device, version, id, sbom), serial);
            heard(files, &listed, &components).iter().for_each(|heard| each(version, id, heard));
        }
    }
}

/// The statements of somebody on the trust list that say something to the worse and mean nothing that the device has: what they mean
/// nobody has heard. By document, each with the place of the statement in it.
pub fn unheard(device: &Device) -> BTreeMap<&str, Vec<(usize, &Statement)>> {
    let mut heard: BTreeSet<(Digest, usize)> = BTreeSet::new();
    each_heard(&device.statements, device, |_, _, one| heard.extend([(one.file.digest, one.number)]));
    let mut unheard = BTreeMap::new();
    for file in device.statements.iter().filter(|file| file.trusted.is_some()) {
        let all = file.document.statements.iter().enumerate();
        let open = all.filter(|(number, one)| is_worse(one.conclusion()) && !heard.contains(&(file.digest, *number)));
        let open: Vec<(usize, &Statement)> = open.collect();
        if !open.is_empty() {
            unheard.insert(file.path.as_str(), open);
        }
    }
    unheard
}

/// The names of what the inventory of an element is of: what its SBOM describes and, where the element is the maker's, the device.
pub fn wholes(device: &Device, version: &FieldedVersion, element: &ElementId, sbom: Option<&Sbom>) -> Vec<Whole> {
    let of_maker = device.elements.get(element).is_some_and(|element| element.owner == Owner::Maker);
    let named = |name: &str| Whole { name: name.to_owned(), version: Some(version.id.to_string()), purls: Vec::new() };
    let own = [device.name.as_str(), device.id.as_str()].into_iter().filter(|_| of_maker).map(named);
    own.chain(sbom.and_then(Whole::of)).collect()
}

impl Heard<'_> {
    /// Whether it says, with all that this takes, that the component is not affected or no longer.
    ///
    /// # Errors
    /// What it lacks.
    pub fn clears(&self) -> Result<(), NoEffect> {
        match self.bearing.says {
            Conclusion::NotAffected | Conclusion::Fixed => {}
            Conclusion::UnverifiedControl => return Err(NoEffect::Control),
            Conclusion::Affected | Conclusion::UnderInvestigation => return Err(NoEffect::NotCleared),
        }
        let absent = self.statement.justification == Some(Justification::ComponentNotPresent);
        if !self.believed {
            Err(NoEffect::NotBelieved)
        } else if self.file.superseded.is_some() {
            Err(NoEffect::Superseded)
        } else if self.file.document.state == Some(DocumentState::Draft) {
            Err(NoEffect::Draft)
        } else if self.bearing.fit != Fit::Exact {
            Err(NoEffect::NotExact)
        } else if absent && self.bearing.component.is_some() {
            Err(NoEffect::Contradicted)
        } else if self.statement.status == Status::FixedWithPedigree && !self.patched {
            Err(NoEffect::NotPatched)
        } else if !self.statement.is_justified() {
            Err(NoEffect::NoReason)
        } else if self.file.said_at(self.statement).is_none() {
            Err(NoEffect::NoDate)
        } else {
            Ok(())
        }
    }

    /// The same of something that was found: on a component that the inventory lists, or on the whole.
    ///
    /// # Errors
    /// What it lacks.
    pub fn clears_found(&self, on_listed: bool) -> Result<(), NoEffect> {
        self.clears()?;
        let absent = self.statement.justification == Some(Justification::ComponentNotPresent);
        if absent && on_listed { Err(NoEffect::Contradicted) } else { Ok(()) }
    }

    /// Whether somebody who is believed says that it is, or may be, affected: nothing else outweighs that, but a newer word of the same.
    pub fn warns(&self) -> bool {
        self.believed && is_worse(self.bearing.says)
    }

    /// Whether it is a newer word of the same issuer.
    pub fn is_newer_than(&self, other: &Heard<'_>) -> bool {
        let issuer = |heard: &Self| heard.file.trusted.as_ref().map(|by| by.id.clone());
        let at = |heard: &Heard<'_>| heard.file.said_at(heard.statement);
        let same = issuer(self).is_some() && issuer(self) == other.file.trusted.as_ref().map(|by| by.id.clone());
        same && matches!((at(self), at(other)), (Some(this), Some(other)) if this > other)
    }

    /// Whether it is about a vulnerability so surely that it may clear it: it names it, or, where it names no CVE at all, another
    /// name of it. Advisories on several vulnerabilities are names that these share.
    pub fn surely_means(&self, vulnerability: &VulnerabilitySummary) -> bool {
        let is_cve = |id: &VulnerabilityId| id.as_str().starts_with("CVE-");
        let mut names = self.statement.names();
        if names.any(|id| *id == vulnerability.id) {
            return true;
        }
        let names_cve = self.statement.names().any(is_cve);
        !names_cve && self.statement.names().any(|id| vulnerability.aliases.contains(id))
    }

    /// Whether it may be about a vulnerability.
    pub fn may_mean(&self, vulnerability: &VulnerabilitySummary) -> bool {
        self.statement.names().any(|id| *id == vulnerability.id || vulnerability.aliases.contains(id))
    }

    /// Who says what, and where it stands, in words.
    pub fn words(&self) -> String {
        let document = &self.file.document;
        let issuer = document.issuer.name.as_deref().unwrap_or("nobody who is named");
        let id = document.id.as_deref().map_or_else(String::new, |id| format!(" ({id})"));
        let why = self.statement.justification.map_or_else(String::new, |why| format!(", {}", why.word()));
        let own = self.statement.id.as_deref().map_or_else(String::new, |id| format!(" ({id})"));
        let on = [&self.statement.updated, &self.statement.issued, &document.updated, &document.issued];
        let on = on.into_iter().flatten().next().map_or_else(String::new, |on| format!(" of {on}"));
        format!(
            "{issuer} says `{}{why}` of {}: {}{id}, statement {}{own}{on}",
            self.statement.status.word(),
            self.statement.vulnerability,
            self.file.path,
            self.number + 1
        )
    }
}
