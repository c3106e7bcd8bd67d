//! `trust.toml` and the statements under `vex/`, checked; and the lists of what components were compiled from.

use std::collections::BTreeMap;

use ward_model::claim::ClaimId;
use ward_model::device::CompiledComponent;
use ward_model::ids::{ElementId, FieldedVersionId};
use ward_model::purl::Purl;
use ward_model::vex::{TrustScope, TrustedFor, TrustedIssuer, VexFile, supersede};

use super::{Kind, Names, Pending, duplicate, not_empty, value};
use crate::diagnostic::{At, Place, Sink};
use crate::load::Loader;
use crate::raw::scalar::Citation;
use crate::raw::trust::TrustFile;
use crate::raw::{items, shorten, system, trust};

/// The folder in which statements of others stand.
pub(crate) const VEX: &str = "vex";

/// An entry of the trust list, and where it stands.
type Entry = (TrustedIssuer, Place);

/// The fielded versions of which there is a list already, and where it stands.
type Builds = Vec<(Vec<FieldedVersionId>, Place)>;

/// The trust list.
pub(crate) fn issuers(file: Option<&TrustFile>, loader: &mut Loader<'_>, sink: &mut Sink) -> Vec<Entry> {
    let tables = file.map_or(&[][..], |file| items(&file.issuer));
    let mut ids: BTreeMap<String, Place> = BTreeMap::new();
    let mut names: BTreeMap<(String, Option<String>), Place> = BTreeMap::new();
    let mut entries = Vec::new();
    for at in tables {
        loader.evidence_for(at.value.evidence.as_ref(), "it is believed all the same, and nothing shows why", sink);
        let Some(issuer) = issuer(at, sink) else { continue };
        if let Some(first) = ids.insert(issuer.id.clone(), at.place) {
            duplicate("trusted issuer", &issuer.id, at.place, first, sink);
        }
        // Of two entries for one issuer it could not be told which one says what it is believed of.
        let is = (issuer.name.clone(), issuer.namespace.clone());
        if let Some(first) = names.insert(is, at.place) {
            duplicate("trusted issuer", &issuer.name, at.place, first, sink);
        }
        entries.push((issuer, at.place));
    }
    entries
}

fn issuer(at: &At<trust::TrustedIssuer>, sink: &mut Sink) -> Option<TrustedIssuer> {
    let raw = &at.value;
    not_empty(&raw.components, "name what the issuer is believed of", sink);
    let whole_device = value(&raw.whole_device).unwrap_or(false);
    if raw.components.is_none() && !whole_device {
        sink.error(at.place, "missing-key", "nothing says what this issuer is believed of")
            .expected("`components`, or `whole_device = true`");
    }
    let components = items(&raw.components).iter().map(|named| believed_of(named, sink)).collect::<Option<Vec<_>>>();
    if let (Some(from), Some(until)) = (&raw.from, &raw.until)
        && from.value > until.value
    {
        sink.error(until.place, "odd-dates", format!("this day is before `from`, {}", from.value));
    }
    Some(TrustedIssuer {
        id: value(&raw.id)?.0,
        name: value(&raw.name)?,
        namespace: value(&raw.namespace),
        scope: TrustScope::Named { whole_device, components: components? },
        from: value(&raw.from),
        until: Some(value(&raw.until)?),
        why: value(&raw.why)?,
    })
}

fn believed_of(named: &At<String>, sink: &mut Sink) -> Option<TrustedFor> {
    const EXPECTED: &str = "a package URL without a version, or a name as it stands in the SBOM";
    let text = named.value.as_str();
    if !text.starts_with("pkg:") {
        return Some(TrustedFor::Name(text.to_owned()));
    }
    match Purl::parse(text) {
        Ok(purl) if purl.version.is_none() => Some(TrustedFor::Package(purl)),
        Ok(_) => {
            sink.error(named.place, "bad-purl", format!("`{}` names one version", shorten(text))).expected(EXPECTED);
            None
        }
        Err(error) => {
            let message = format!("`{}` is not a package URL: {error}", shorten(text));
            sink.error(named.place, "bad-purl", message).expected(EXPECTED);
            None
        }
    }
}

/// Every document under `vex/`, each with the entry of the trust list for its issuer. What could say of components of the device that
/// they are not affected, and is by a trusted issuer, is a claim.
pub(crate) fn statements(
    issuers: &[Entry],
    loader: &mut Loader<'_>,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Vec<VexFile> {
    let mut files = Vec::new();
    for name in loader.list(VEX) {
        if name.starts_with('.') || name.ends_with('/') {
            continue;
        }
        let path = format!("{VEX}/{name}");
        let Some((digest, document)) = loader.statements(&path, sink) else { continue };
        let trusted = issuers.iter().find(|(issuer, _)| issuer.has_issued(&document.issuer));
        let trusted_by = trusted.map(|(issuer, _)| issuer.clone());
        let file = VexFile { path, digest, document, trusted: trusted_by, superseded: None };
        if let Some((_, place)) = trusted.filter(|_| file.clears_anything()) {
            let citation = Citation { path: file.path.clone(), place: None };
            pending.push(Pending {
                id: ClaimId::Statements(file.path.clone()),
                evidence: Some(At { value: citation, place: *place }),
                place: *place,
            });
        }
        files.push(file);
    }
    supersede(&mut files);
    files
}

/// What components of an element were compiled from.
pub(crate) fn compiled(
    raw: &system::Element,
    names: &Names,
    loader: &mut Loader<'_>,
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Vec<CompiledComponent> {
    let Some(element) = raw.id.as_ref().map(|id| ElementId::from(id.value.0.as_str())) else { return Vec::new() };
    let mut found: Vec<CompiledComponent> = Vec::new();
    let mut taken: BTreeMap<(String, String), Builds> = BTreeMap::new();
    for at in items(&raw.compiled) {
        let raw = &at.value;
        let sources = raw.sources.as_ref().and_then(|path| loader.file_list(path, sink));
        let files = raw.files.as_ref().map(|path| loader.file_list(path, sink));
        let (Some(component), Some(version)) = (&raw.component, &raw.version) else { continue };
        not_empty(&raw.fielded, "left out, it is of all that have the component", sink);
        let fielded = names.resolve_all::<_, FieldedVersionId>(Kind::Version, items(&raw.fielded), sink);
        let (Some(sources), Some(fielded)) = (sources, fielded) else { continue };
        // Of two lists of one build it could not be told which one is whole.
        let earlier = taken.entry((component.value.clone(), version.value.clone())).or_default();
        let meets = |(other, _): &&(Vec<FieldedVersionId>, Place)| {
            other.is_empty() || fielded.is_empty() || other.iter().any(|version| fielded.contains(version))
        };
        if let Some((_, first)) = earlier.iter().find(meets) {
            duplicate(
                "list of compiled files",
                &format!("{}@{}", component.value, version.value),
                at.place,
                *first,
                sink,
            );
            continue;
        }
        earlier.push((fielded.clone(), at.place));
        // A list that could not be read has been reported; without it nothing stands in its place.
        if matches!(files, Some(None)) {
            continue;
        }
        let compiled = CompiledComponent {
            element: element.clone(),
            component: component.value.as_str().into(),
            version: version.value.clone(),
            fielded,
            sources,
            files: files.flatten(),
        };
        let cited = raw.files.as_ref().or(raw.sources.as_ref());
        pending.push(Pending {
            id: compiled.claim(),
            evidence: cited
                .map(|path| At { value: Citation { path: path.value.0.clone(), place: None }, place: path.place }),
            place: component.place,
        });
        found.push(compiled);
    }
    found
}
