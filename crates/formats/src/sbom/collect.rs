//! What both readers need: unique references, identities, remarks that do not repeat themselves.

use std::collections::BTreeSet;

use ward_model::component::Component;
use ward_model::cpe::Cpe;
use ward_model::ids::ComponentRef;
use ward_model::purl::Purl;
use ward_version::{Scheme, VersionOrder, compare};

/// Remarks in the order in which they first came up, each with a count and one example.
#[derive(Default)]
pub(super) struct Remarks(Vec<(String, usize, String)>);

impl Remarks {
    /// Remembers that `what` was seen at `example`.
    pub(super) fn add(&mut self, what: impl Into<String>, example: &str) {
        let what = what.into();
        match self.0.iter_mut().find(|(known, ..)| *known == what) {
            Some((_, count, _)) => *count += 1,
            None => self.0.push((what, 1, example.to_owned())),
        }
    }

    pub(super) fn into_texts(self) -> Vec<String> {
        self.0
            .into_iter()
            .map(|(what, count, example)| match (count, example.is_empty()) {
                (1, true) => what,
                (1, false) => format!("{what}: `{example}`"),
                (count, true) => format!("{what}, {count} times"),
                (count, false) => format!("{what}, {count} times, first at `{example}`"),
            })
            .collect()
    }
}

/// Hands out references that are unique in one SBOM.
#[derive(Default)]
pub(super) struct References(BTreeSet<String>);

impl References {
    /// The reference as given, or with a number behind it where it was handed out before.
    pub(super) fn unique(&mut self, wanted: String, remarks: &mut Remarks, given: bool) -> ComponentRef {
        if self.0.insert(wanted.clone()) {
            return ComponentRef::new(wanted);
        }
        if given {
            remarks.add("a component reference is used twice; the later one was renamed", &wanted);
        }
        // Ends: each step tries a text that is longer than all handed out so far at the latest.
        let mut number = 2_usize;
        loop {
            let candidate = format!("{wanted}#{number}");
            if self.0.insert(candidate.clone()) {
                return ComponentRef::new(candidate);
            }
            number += 1;
        }
    }
}

/// The text, unless it is one of the ways to say that there is none.
pub(super) fn meaningful(text: &str) -> Option<&str> {
    let text = text.trim();
    let none = ["", "NOASSERTION", "NONE", "UNKNOWN", "N/A", "NULL", "UNDEFINED"];
    (!none.iter().any(|word| text.eq_ignore_ascii_case(word))).then_some(text)
}

/// Adds a CPE name to a component: once, and where it cannot be read as an unreadable identity.
pub(super) fn add_cpe(component: &mut Component, text: &str) {
    let Some(text) = meaningful(text) else { return };
    match Cpe::parse(text) {
        Ok(cpe) => {
            if !component.cpes.contains(&cpe) {
                component.cpes.push(cpe);
            }
        }
        Err(error) => add_unreadable(component, format!("{text}: {error}")),
    }
}

/// Sets the package URL of a component. A second, different one is remarked upon: a component holds one.
pub(super) fn add_purl(component: &mut Component, text: &str, remarks: &mut Remarks) {
    let Some(text) = meaningful(text) else { return };
    match Purl::parse(text) {
        Ok(purl) => match &component.purl {
            None => component.purl = Some(purl),
            Some(held) if same_package(held, &purl) => {}
            Some(_) => {
                remarks.add("a component has several package URLs; the first is used", component.reference.as_str())
            }
        },
        Err(error) => add_unreadable(component, format!("{text}: {error}")),
    }
}

/// Qualifiers such as the repository it came from make no other package of it.
fn same_package(a: &Purl, b: &Purl) -> bool {
    (&a.kind, &a.namespace, &a.name, &a.version) == (&b.kind, &b.namespace, &b.name, &b.version)
}

fn add_unreadable(component: &mut Component, text: String) {
    if !component.unreadable_identities.contains(&text) {
        component.unreadable_identities.push(text);
    }
}

/// An inventory of nothing: it may be the right one, and more often it is one that a tool could not fill.
pub(super) const NO_COMPONENT: &str = "lists no component";

/// Remarks upon a component whose version, package URL and CPE names do not mean the same version.
///
/// The matcher judges for each product by its own scheme; this is for whoever made the SBOM.
pub(super) fn remark_contradiction(component: &Component, remarks: &mut Remarks) {
    let purl = component.purl.as_ref();
    let scheme = match purl.map(|purl| purl.kind.as_str()) {
        Some("deb") => Scheme::Deb,
        Some("rpm") => Scheme::Rpm,
        _ => Scheme::Generic,
    };
    // A release of a distribution is often left out of CPE names, and a word for "released" of either.
    let bare = |text: &str| {
        let text = if scheme == Scheme::Generic { text } else { ward_version::upstream(scheme, text) };
        let text = text.replace('\\', "");
        let end = text
            .rfind(['.', '-', '_'])
            .filter(|end| ["release", "final", "ga"].iter().any(|word| text[end + 1..].eq_ignore_ascii_case(word)));
        end.map_or_else(|| text.clone(), |end| text[..end].to_owned())
    };
    let mut versions: Vec<String> = component.version.as_deref().map(bare).into_iter().collect();
    versions.extend(purl.and_then(|purl| purl.version.as_deref()).map(bare));
    for cpe in &component.cpes {
        if let Some(version) = cpe.version.value() {
            // An update may stand in the version elsewhere, or be left out there.
            let whole = cpe.update.value().map(|update| bare(&format!("{version}{update}")));
            let apart = cpe.update.value().map(|update| bare(&format!("{version}-{update}")));
            let fits = |written: &Option<String>| {
                written.as_ref().is_some_and(|written| versions.first().is_some_and(|first| first == written))
            };
            if !fits(&whole) && !fits(&apart) {
                versions.push(bare(version));
            }
        }
    }
    let Some((first, others)) = versions.split_first() else { return };
    let differ =
        |other: &&String| matches!(compare(Scheme::Generic, first, other), VersionOrder::Less | VersionOrder::Greater);
    if let Some(other) = others.iter().find(differ) {
        remarks.add(
            "a component gives versions that contradict each other; what hits one of them counts as possible",
            &format!("{}: {first}, {other}", component.reference),
        );
    }
}
