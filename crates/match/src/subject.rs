//! By which keys the statements about a component are looked up, and what each way of finding one is worth.

use std::collections::BTreeSet;

use ward_model::affected::{PackageKey, SubjectKey, plain_name};
use ward_model::component::Component;
use ward_model::cpe::{Part, ProductKey};
use ward_model::finding::Confidence;
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_version::{Scheme, VersionOrder, compare};

use crate::criterion::is_language;
use crate::identity::{Facts, Identity, Resolution, contradictions};
use crate::package::{Package, packages};
use crate::relation::literal;
use crate::statement::{Native, Spelling};
use crate::version::Held;

/// The ecosystem whose projects are known by their plain names alone.
const OSS_FUZZ: &str = "oss-fuzz";

/// Products that the makers of records call otherwise in words than in CPE names. The kernel's own CVE records say `Linux Linux`.
const IN_WORDS: [((&str, &str), &str, &str); 1] = [(("linux", "linux_kernel"), "linux", "linux")];

/// A key with what is known about the component under it.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) key: SubjectKey,
    pub(crate) confidence: Confidence,
    /// How it is known, for the proof.
    pub(crate) text: String,
    pub(crate) way: Way,
}

/// As what a component is found.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// As a package: its versions are those of the ecosystem.
    Package {
        package: Package,
        /// The version that is asked about, then others that the component gives and that differ.
        versions: Vec<String>,
    },
    /// As a product: its versions are those of upstream.
    Product {
        identity: Box<Identity>,
        /// Found by a name alone, which other things may have too.
        weak: bool,
    },
    /// As a project whose versions are tags.
    Project { identity: Box<Identity> },
}

impl Subject {
    /// How its versions are ordered where a record does not say.
    pub(crate) fn native(&self) -> Native {
        match &self.way {
            Way::Package { package, .. } => Native::Ecosystem(package.scheme),
            Way::Product { identity, .. } | Way::Project { identity } => Native::Product(identity.version.scheme()),
        }
    }

    /// The version that is compared, as people write it.
    pub(crate) fn version(&self) -> String {
        match &self.way {
            Way::Package { versions, .. } => {
                versions.first().map_or("no version".to_owned(), |version| format!("version {version}"))
            }
            Way::Product { identity, .. } | Way::Project { identity } => identity.version.shown(),
        }
    }

    pub(crate) fn spelling(&self) -> Spelling {
        match &self.way {
            Way::Package { .. } => Spelling::Registry,
            Way::Product { .. } => Spelling::Free,
            Way::Project { .. } => Spelling::Tags,
        }
    }
}

/// Every key of a component, the surest first.
pub(crate) fn subjects(component: &Component, facts: &Facts<'_>, found: &Resolution) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (place, package) in packages(component, facts.source.as_deref()).into_iter().enumerate() {
        let of_source = place > 0;
        let purl = component.purl.as_ref().map(ToString::to_string).unwrap_or_default();
        let (confidence, text) = if of_source {
            (Confidence::Derived, format!("{purl} is built from the source package {}", package.key))
        } else {
            (Confidence::Exact, purl)
        };
        let epoch = component.purl.as_ref().and_then(|purl| purl.qualifiers.get("epoch")).map(String::as_str);
        let versions = versions(&facts.versions_of(of_source), &package, epoch);
        let key = SubjectKey::Package(package.key.clone());
        subjects.push(Subject { key, confidence, text, way: Way::Package { package, versions } });
    }
    let language = facts.kind.is_some_and(is_language);
    for identity in found.identities.iter().chain(&found.unnamed) {
        subjects.push(Subject {
            key: SubjectKey::Product(identity.product.clone()),
            confidence: identity.confidence,
            text: identity.text.clone(),
            way: Way::Product { identity: Box::new(identity.clone()), weak: identity.doubt.is_some() },
        });
    }
    if !language {
        projects(component, facts, &mut subjects);
    }
    named(component, facts, found, &mut subjects);
    let mut seen = BTreeSet::new();
    subjects
        .retain(|subject| seen.insert(subject.key.clone()) || matches!(subject.way, Way::Product { weak: false, .. }));
    subjects
}

/// The versions under which a package is asked about: what its package URL says first. The epoch of an RPM stands beside the
/// version there.
fn versions(given: &[&str], package: &Package, epoch: Option<&str>) -> Vec<String> {
    let scheme = package.scheme.unwrap_or(Scheme::Generic);
    let mut versions: Vec<String> = Vec::new();
    for version in given.iter().rev() {
        let version = match (&*package.key.ecosystem, epoch) {
            // The number of a build behind a dash is no pre-release.
            ("bitnami", _) => version
                .rsplit_once('-')
                .filter(|(_, build)| !build.is_empty() && build.bytes().all(|byte| byte.is_ascii_digit()))
                .map_or(*version, |(version, _)| version)
                .to_owned(),
            (_, Some(epoch)) if scheme == Scheme::Rpm && !version.contains(':') => format!("{epoch}:{version}"),
            _ => (*version).to_owned(),
        };
        let differs = |held: &String| {
            *held != version && matches!(compare(scheme, held, &version), VersionOrder::Less | VersionOrder::Greater)
        };
        if versions.is_empty() || versions.iter().all(differs) {
            versions.push(version);
        }
    }
    versions
}

/// Projects of OSS-Fuzz with the component's name: libraries of C and C++, mostly.
fn projects(component: &Component, facts: &Facts<'_>, subjects: &mut Vec<Subject>) {
    for (name, source) in &facts.names {
        let plain = plain_name(name);
        let identity = identity_of("", &plain, component, facts, *source);
        subjects.push(Subject {
            key: SubjectKey::Package(PackageKey { ecosystem: OSS_FUZZ.into(), name: plain.as_str().into() }),
            confidence: Confidence::Name,
            text: format!("the name `{name}` is that of a project of OSS-Fuzz"),
            way: Way::Project { identity: Box::new(identity) },
        });
    }
}

/// Vendor and product in words: those of the CPE names, and those of name and supplier.
fn named(component: &Component, facts: &Facts<'_>, found: &Resolution, subjects: &mut Vec<Subject>) {
    let mut push = |vendor: &str, product: &str, identity: Identity, weak: bool, confidence: Confidence| {
        let text = if vendor.is_empty() {
            format!("the record names `{product}` without a vendor, and the component has that name")
        } else {
            format!("the record names `{product}` of `{vendor}` in words: {}", identity.text)
        };
        let key = SubjectKey::Named { vendor: vendor.into(), product: product.into() };
        let way = Way::Product { identity: Box::new(identity), weak };
        subjects.push(Subject { key, confidence, text, way });
    };
    for identity in found.identities.iter().chain(&found.unnamed) {
        let vendor = plain_name(&literal(&identity.product.vendor));
        let product = plain_name(&literal(&identity.product.product));
        push(&vendor, &product, identity.clone(), identity.doubt.is_some(), Confidence::Name);
        for (_, vendor, product) in IN_WORDS.iter().filter(|(known, ..)| *known == (&*vendor, &*product)) {
            let weak = identity.doubt.is_some();
            push(vendor, product, identity.clone(), weak, identity.confidence.max(Confidence::Alias));
        }
    }
    let language = facts.kind.is_some_and(is_language);
    let namespace = facts.namespace.as_deref().filter(|_| !facts.is_distribution());
    let origins: Vec<String> = [component.supplier.as_deref(), namespace, component.group.as_deref()]
        .into_iter()
        .flatten()
        .map(plain_name)
        .filter(|origin| !origin.is_empty())
        .collect();
    for (name, source) in &facts.names {
        let product = plain_name(name);
        if product.is_empty() {
            continue;
        }
        for origin in &origins {
            push(origin, &product, identity_of(origin, &product, component, facts, *source), false, Confidence::Name);
        }
        // The same name of a package of a language and of a product say little of each other.
        if !language {
            push(
                &product,
                &product,
                identity_of(&product, &product, component, facts, *source),
                // That a product is its own vendor says nothing where others have one of that name.
                found.undecided,
                Confidence::Name,
            );
            push("", &product, identity_of("", &product, component, facts, *source), true, Confidence::Name);
        }
    }
}

/// The component as a product of that name.
fn identity_of(vendor: &str, product: &str, component: &Component, facts: &Facts<'_>, source: bool) -> Identity {
    let product = ProductKey { part: Part::Application, vendor: vendor.into(), product: product.into() };
    let given = facts.versions_of(source);
    let version = Held::of(&product, given.first().copied(), None, facts.kind);
    Identity {
        contradictions: contradictions(&version, &product, &given, facts.kind),
        version,
        product,
        confidence: Confidence::Name,
        text: match &component.supplier {
            Some(supplier) => format!("`{}` of `{supplier}`", component.name),
            None => format!("`{}`", component.name),
        },
        cpe: None,
        purl_kind: facts.kind.map(str::to_owned),
        doubt: None,
        build: None,
        perhaps: false,
        other_releases: Vec::new(),
    }
}

/// Whether silence about the component's package means that nothing is known of it: a source speaks for its ecosystem and
/// release, and where advisories name source packages, the component says which source package it is from.
pub(crate) fn is_covered(
    subjects: &[Subject],
    facts: &Facts<'_>,
    knowledge: &dyn Knowledge,
) -> Result<bool, KnowledgeError> {
    let source = facts.source.is_some();
    for subject in subjects {
        let Way::Package { package, .. } = &subject.way else { continue };
        if !knowledge.covers(&package.key.ecosystem, package.release.as_deref())? {
            continue;
        }
        if !package.distribution {
            return Ok(true);
        }
        // A release that nobody names may be one that no advisory speaks of.
        let known_source = !package.by_source || source || !knowledge.statements(&subject.key)?.is_empty();
        if package.release.is_some() && known_source {
            return Ok(true);
        }
    }
    Ok(false)
}
