//! What the statements of others, and lists of compiled files, show for the claims that rest on them; and what is odd about them.

use std::collections::BTreeSet;

use ward_model::claim::{ClaimId, EvidenceReading};
use ward_model::component::{CompiledFiles, Component, Sbom};
use ward_model::device::compiled::Lists;
use ward_model::device::{CompiledComponent, Device, FieldedVersion};
use ward_model::ids::{ComponentRef, ElementId};
use ward_model::vex::{DocumentState, Heard, NoEffect, VexFile, each_heard, unheard};

use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::raw::shorten;

/// Calls something with everything that a document says of an element of a fielded version.
fn each_of(file: &VexFile, device: &Device, mut each: impl FnMut(&ElementId, &Heard<'_>)) {
    each_heard(std::slice::from_ref(file), device, |_, element, heard| each(element, heard));
}

/// How a product is named so that it can be told what is meant.
const NAMES: &str = "products are named by package URL, CPE name, or name and version";
/// How many statements are named in one message.
const NAMED: usize = 10;

fn file<'d>(path: &str, device: &'d Device) -> Option<&'d VexFile> {
    device.statements.iter().find(|file| file.path == path)
}

/// The elements of which a document says, so that it counts, that something on them is not affected.
pub(crate) fn cleared(path: &str, device: &Device) -> BTreeSet<ElementId> {
    let mut elements = BTreeSet::new();
    if let Some(file) = file(path, device) {
        each_of(file, device, |element, heard| {
            if heard.clears().is_ok() {
                elements.insert(element.clone());
            }
        });
    }
    elements
}

/// What a document shows: how many of its statements would count.
pub(crate) fn reading(path: &str, device: &Device) -> EvidenceReading {
    let (mut counting, mut reasons) = (BTreeSet::new(), BTreeSet::new());
    if let Some(file) = file(path, device) {
        each_of(file, device, |_, heard| match heard.clears() {
            Ok(()) => drop(counting.insert(heard.number)),
            Err(reason) => drop(reasons.insert(reason)),
        });
    }
    if !counting.is_empty() {
        return EvidenceReading::Supports(format!("{} of its statements count", counting.len()));
    }
    EvidenceReading::Against(match reasons.into_iter().next() {
        Some(reason) => format!("none of its statements counts: {reason}"),
        None => "it speaks of nothing that the device has".to_owned(),
    })
}

/// The claim in words.
pub(crate) fn statement(path: &str, device: &Device) -> String {
    let by = file(path, device).and_then(|file| file.trusted.as_ref());
    let by = by.map_or_else(|| "its issuer".to_owned(), |by| format!("{} (`{}`)", by.name, by.id));
    format!("where {by} says in {path} that components are not affected, or no longer, it is so on this device")
}

/// What a version of a component was compiled from.
pub(crate) fn lists_of<'d>(claim: &'d ClaimId, device: &'d Device) -> impl Iterator<Item = &'d CompiledComponent> {
    device.compiled.iter().filter(move |one| one.claim() == *claim)
}

/// The fielded versions whose inventory has the component that lists are of, each with the SBOM that it stands in.
fn built<'d>(lists: &'d CompiledComponent, device: &'d Device) -> Vec<(&'d FieldedVersion, &'d Sbom, &'d Component)> {
    let is_it = |found: &&Component| {
        found.reference == lists.component && found.version.as_deref() == Some(lists.version.as_str())
    };
    let of = device.versions.iter().filter(|version| lists.is_of(&version.id)).filter_map(|version| {
        let sbom = &**version.inventories.get(&lists.element)?;
        Some((version, sbom, sbom.components.iter().find(is_it)?))
    });
    of.collect()
}

/// The claim that lists are whole, in words: with the fielded versions that they are of.
pub(crate) fn lists_statement(
    claim: &ClaimId,
    element: &ElementId,
    component: &ComponentRef,
    device: &Device,
) -> String {
    let lists = lists_of(claim, device).next();
    let version = lists.map_or("", |lists| lists.version.as_str());
    let built = lists.map(|lists| built(lists, device)).unwrap_or_default();
    let versions: BTreeSet<&str> = built.iter().map(|(version, ..)| version.id.as_str()).collect();
    let versions = versions.into_iter().collect::<Vec<_>>().join(", ");
    format!(
        "the lists of the files of {component} {version} on {element} are whole: of its source, and of all that was compiled in, as \
         it is built in the fielded versions: {versions}"
    )
}

/// What lists of compiled files show: whether they can be what they are said to be, in every fielded version that they are of.
pub(crate) fn of_lists(claim: &ClaimId, device: &Device) -> EvidenceReading {
    let Some(lists) = lists_of(claim, device).next() else {
        return EvidenceReading::Against("it cannot be read".to_owned());
    };
    let built = built(lists, device);
    let Some((_, _, found)) = built.first() else {
        let (element, component, version) = (&lists.element, &lists.component, &lists.version);
        return EvidenceReading::Against(format!("no SBOM of {element} has {component} in version {version}"));
    };
    // Builds that differ may differ in what they compile.
    let sboms: BTreeSet<_> = built.iter().map(|(_, sbom, _)| sbom.digest).collect();
    if lists.files.is_some() && lists.fielded.is_empty() && sboms.len() > 1 {
        let versions: Vec<&str> = built.iter().map(|(version, ..)| version.id.as_str()).collect();
        return EvidenceReading::Against(format!(
            "the fielded versions {} have other SBOMs each: name with `fielded` those that were built so",
            versions.join(", ")
        ));
    }
    for (version, _, found) in &built {
        if let Some((one, other)) = found.several_versions() {
            return EvidenceReading::Against(format!(
                "the SBOM gives the component the versions {one} and {other} (fielded version {})",
                version.id
            ));
        }
        if let Err(error) = Lists::new(&lists.sources.files, compiled(lists, found)) {
            return EvidenceReading::Against(format!("{error} (fielded version {})", version.id));
        }
    }
    EvidenceReading::Supports(format!(
        "{} files of the source, {} of what was compiled",
        lists.sources.files.paths.len(),
        compiled(lists, found).map_or(0, |list| list.paths.len())
    ))
}

/// What was compiled in: by a list of the folder, else by the SBOM.
fn compiled<'d>(lists: &'d CompiledComponent, found: &'d Component) -> Option<&'d CompiledFiles> {
    lists.files.as_ref().map(|list| &list.files).or(found.compiled_files.as_deref())
}

/// What is odd about the documents of a folder, each by itself.
pub(crate) fn lint(device: &Device) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let unheard = unheard(device);
    for file in &device.statements {
        let mut warn = |code, message: String, help: &str| {
            let place = Location::start_of(&file.path);
            found.push(place.diagnostic(Severity::Warning, code, message).helping(help));
        };
        let issuer = file.document.issuer.name.as_deref().unwrap_or("nobody who is named");
        match &file.trusted {
            None => warn(
                "not-trusted",
                format!("the trust list has no issuer `{}`: these statements have no effect", shorten(issuer)),
                "[[issuer]] in trust.toml, with the components of which it is believed",
            ),
            Some(by) => {
                let late = file.whole_since().zip(by.until).filter(|(since, until)| since > until);
                if let Some((since, until)) = late {
                    let message = format!("this was said on {since}, and `{}` is believed until {until}", by.id);
                    warn("not-trusted", message, "look again at whether the issuer is to be believed");
                }
            }
        }
        let mut bears = false;
        let mut wrong: BTreeSet<String> = BTreeSet::new();
        each_of(file, device, |element, heard| {
            bears = true;
            if heard.clears() == Err(NoEffect::Contradicted) {
                let (number, id) = (heard.number + 1, &heard.statement.vulnerability);
                wrong.insert(format!(
                    "statement {number} ({id}) says that a component is not there, and the SBOM of {element} lists it"
                ));
            }
        });
        if !bears {
            warn("names-nothing", "this speaks of nothing that the device has".to_owned(), NAMES);
        } else if let Some(open) = unheard.get(file.path.as_str()) {
            let shown: Vec<String> = open
                .iter()
                .take(NAMED)
                .map(|(number, one)| format!("{} ({})", number + 1, shorten(one.vulnerability.as_str())))
                .collect();
            let more = if open.len() > NAMED { ", ..." } else { "" };
            let message = format!(
                "{} of its statements say something to the worse, of nothing that the device has: {}{more}",
                open.len(),
                shown.join(", ")
            );
            warn("names-nothing", message, NAMES);
        }
        if file.trusted.is_some() {
            match file.document.state {
                Some(DocumentState::Draft) => {
                    let message =
                        "this is a draft, or does not say that it is none: it makes nothing better".to_owned();
                    warn("not-final", message, "ask its issuer for a final one");
                }
                Some(DocumentState::Interim) => {
                    let message = "this is an interim document: its issuer may change it soon".to_owned();
                    warn("not-final", message, "look for a final one");
                }
                Some(DocumentState::Final) | None => {}
            }
        }
        if let Some(reason) = &file.superseded {
            let message = format!("this makes nothing better: {reason}");
            warn(
                "superseded",
                message,
                "keep the newest version of a document; what the others say to the worse counts",
            );
        }
        for remark in &file.document.remarks {
            warn("odd-statements", shorten(remark), "it was read all the same");
        }
        found.extend(wrong.into_iter().map(|message| {
            let found = Location::start_of(&file.path).diagnostic(Severity::Error, "contradicted", message);
            found.helping("one of the two is wrong: correct the SBOM, or ask the issuer")
        }));
    }
    found
}
