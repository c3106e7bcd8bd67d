//! Which products a component is, and how that is known.
//!
//! In this order: every CPE name of the component (exact); reviewed aliases of its name, its package's name and its source
//! package's name; and only where none of these is known to a feed, the plain name with a vendor that fits. A vendor fits
//! when it stands in the supplier, the namespace or the group, or when it is the product itself and no other vendor has a
//! product of that name. Where an alias speaks, a vendor in the origin is heard too. A name that fits products of several vendors, none of which the origin names, is ambiguous: the
//! component is not assessed. Where one of them is its own vendor, or a distribution keeps the name, it may be each of them,
//! and what is found by that is unknown at best; elsewhere it may still be what an environmental criterion asks for.
//!
//! Files and assets are treated alike: with an identity they are assessed, without one they are listed as without identity.

use std::collections::BTreeSet;

use ward_model::alias::{Aliases, NamedThing};
use ward_model::component::{Component, ComponentKind};
use ward_model::cpe::{Attribute, Cpe, Part, ProductKey};
use ward_model::finding::{Confidence, UnassessedReason};
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::renamed::Renames;
use ward_version::Scheme;

use crate::criterion::is_language;
use crate::names::{is_own_vendor, origin_names, spellings, split_name};
use crate::relation::literal;
use crate::release::{name_release, other_names};
use crate::subject::{Subject, is_covered, subjects};
use crate::version::{Held, is_distribution};

mod bare;

/// One product that a component is, or may be.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) product: ProductKey,
    pub(crate) confidence: Confidence,
    /// How it is known, for the proof.
    pub(crate) text: String,
    pub(crate) version: Held,
    /// Versions that the component gives elsewhere and that have another place in the order.
    pub(crate) contradictions: Vec<Held>,
    /// The CPE name it comes from.
    pub(crate) cpe: Option<Cpe>,
    /// The type of the component's package URL.
    pub(crate) purl_kind: Option<String>,
    /// Why it may be another thing of that name.
    pub(crate) doubt: Option<Doubt>,
    /// Its build, where the version is that of a release: records of the release do not say which builds they mean.
    pub(crate) build: Option<Held>,
    /// It does not say which release of the product it is, and this is one of them.
    pub(crate) perhaps: bool,
    /// Versions of the product that name other releases than the one that it is; `-` for the one without a name.
    pub(crate) other_releases: Vec<Box<str>>,
}

impl Identity {
    /// Whether a version names another release than the one that it is.
    pub(crate) fn is_other_than(&self, release: &str) -> bool {
        self.other_releases.iter().any(|other| **other == *release)
    }
}

/// Why what a component was recognised as may be another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Recognised by the bare name of a language's package, which other things share.
    Package,
    /// Recognised by its plain name, which products of several vendors have.
    Namesakes,
}

/// What was made out about a component.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resolution {
    pub(crate) identities: Vec<Identity>,
    /// Products that its name fits while nothing says which: good for "may be there", never for a finding.
    pub(crate) possible: Vec<Identity>,
    /// Products that it says it is and that no configuration names: a statement may name them.
    pub(crate) unnamed: Vec<Identity>,
    /// By which keys statements about it are looked up.
    pub(crate) subjects: Vec<Subject>,
    /// Whether some source speaks for the ecosystem of its package.
    pub(crate) covered: bool,
    /// Why it cannot be assessed, where there is no identity.
    pub(crate) reason: Option<UnassessedReason>,
    /// Every product that it says it is or may be taken for, known to a feed or not.
    pub(crate) products: BTreeSet<ProductKey>,
    /// Those of them that it is only by another name.
    pub(crate) renamed: BTreeSet<ProductKey>,
    /// Nothing but its name says what it is, and the feeds know products of that name that are not their own vendors.
    pub(crate) undecided: bool,
    /// Whether something says what it is: a CPE name, a package URL, an alias, or a name that fits.
    pub(crate) recognised: bool,
}

/// The CPE names of a hardware list, as identities.
pub(crate) fn of_hardware(cpe: &Cpe) -> Vec<Identity> {
    of_cpe(cpe, &[], None)
}

/// Makes out which products a component is.
pub(crate) fn resolve(
    component: &Component,
    aliases: &Aliases,
    knowledge: &dyn Knowledge,
) -> Result<Resolution, KnowledgeError> {
    let mut resolver = Resolver { facts: Facts::of(component), component, knowledge, found: Resolution::default() };
    let named = resolver.by_cpe()?;
    let aliased = resolver.by_alias(aliases)?;
    if aliased {
        // The name alone may stand for another thing than name and origin together.
        if resolver.origins().next().is_some() {
            resolver.by_name_and_origin()?;
        }
    } else if resolver.found.identities.is_empty() {
        resolver.by_name()?;
    }
    resolver.under_other_names(aliases.renames())?;
    let subjects = subjects(component, &resolver.facts, &resolver.found);
    resolver.found.covered = is_covered(&subjects, &resolver.facts, knowledge)?;
    resolver.found.subjects = subjects;
    let sure = resolver.found.identities.iter().any(|identity| identity.doubt.is_none());
    resolver.found.recognised = named || aliased || component.purl.is_some() || sure;
    // What may be another thing has been looked up, which is not to have been assessed.
    if !sure && !resolver.found.covered {
        resolver.found.reason = Some(resolver.why_not(named || aliased));
    }
    Ok(resolver.found)
}

/// What the component says about itself, taken apart.
pub(crate) struct Facts<'a> {
    pub(crate) kind: Option<&'a str>,
    /// Names to look up, the component's own first; `true` for that of a source package.
    pub(crate) names: Vec<(String, bool)>,
    /// Namespace or group.
    pub(crate) namespace: Option<String>,
    /// The component's own version, then that of its package URL.
    pub(crate) versions: Vec<&'a str>,
    /// The source package that it was built from, where it says so.
    pub(crate) source: Option<String>,
    source_version: Option<String>,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(component: &'a Component) -> Self {
        let purl = component.purl.as_ref();
        let kind = purl.map(|purl| purl.kind.as_str());
        let (group, own) = match purl {
            Some(purl) => (purl.namespace.as_deref().map(str::to_owned), None),
            None => {
                let (group, name) = split_name(&component.name);
                (group.map(str::to_owned), (name != component.name).then(|| name.to_owned()))
            }
        };
        let mut names = vec![(component.name.trim().to_owned(), false)];
        names.extend(own.map(|name| (name, false)));
        if let Some(purl) = purl {
            let (_, name) = split_name(&purl.name);
            names.push((name.to_owned(), false));
            // A Go module's major version stands where its name would.
            if let (Some(namespace), true) = (&purl.namespace, is_major_version(&purl.name)) {
                names.push((split_name(namespace).1.to_owned(), false));
            }
        }
        let (mut source, mut source_version) = (None, None);
        if kind.is_some_and(is_distribution)
            && let Some(text) =
                purl.and_then(|purl| purl.qualifiers.get("upstream").or_else(|| purl.qualifiers.get("origin")))
        {
            let (name, version) = source_package(text);
            source_version = version;
            source = Some(name.clone());
            names.push((name, true));
        }
        let mut seen = BTreeSet::new();
        names.retain(|(name, _)| !name.is_empty() && seen.insert(name.to_lowercase()));
        Self {
            kind,
            names,
            namespace: group.or_else(|| component.group.clone()),
            versions: [component.version.as_deref(), purl.and_then(|purl| purl.version.as_deref())]
                .into_iter()
                .flatten()
                .collect(),
            source,
            source_version,
        }
    }

    /// The version of a source package is another one than that of what is built from it.
    pub(crate) fn versions_of(&self, source: bool) -> Vec<&str> {
        match &self.source_version {
            Some(version) if source => vec![version],
            _ => self.versions.clone(),
        }
    }

    pub(crate) fn is_distribution(&self) -> bool {
        self.kind.is_some_and(is_distribution)
    }
}

fn is_major_version(name: &str) -> bool {
    name.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `openssl`, `gcc-8@8.3.0-6`, `openssl-1.1.1k-5.el8.src.rpm`: the name of a source package, and its version.
fn source_package(text: &str) -> (String, Option<String>) {
    if let Some(stem) = text.strip_suffix(".src.rpm") {
        let mut parts = stem.rsplitn(3, '-');
        if let (Some(release), Some(version), Some(name)) = (parts.next(), parts.next(), parts.next()) {
            return (name.to_owned(), Some(format!("{version}-{release}")));
        }
    }
    match text.split_once('@') {
        Some((name, version)) => (name.to_owned(), Some(version.to_owned())),
        None => (text.to_owned(), None),
    }
}

/// The identities that one CPE name gives: one, or one for each part where it does not say which.
fn of_cpe(cpe: &Cpe, versions: &[&str], purl_kind: Option<&str>) -> Vec<Identity> {
    let Some(key) = cpe.product_key() else { return Vec::new() };
    let parts = match key.part {
        Part::Any => vec![Part::Application, Part::OperatingSystem, Part::Hardware],
        part => vec![part],
    };
    let own = cpe.version.value().map(literal);
    let update = cpe.update.value().map(literal);
    parts
        .into_iter()
        .map(|part| {
            let product = ProductKey { part, ..key.clone() };
            let mut held = Held::of(&product, own.as_deref(), update.as_deref(), purl_kind);
            if !held.has_key() {
                // A version that only the component gives, or gives in a form that can be compared.
                let outer = Held::of(&product, versions.first().copied(), update.as_deref(), purl_kind);
                if own.is_none() || outer.has_key() {
                    held = outer;
                }
            }
            held.not_applicable = cpe.version == Attribute::Na;
            let contradictions = contradictions(&held, &product, versions, purl_kind);
            Identity {
                product,
                confidence: Confidence::Exact,
                text: cpe.to_string(),
                version: held,
                contradictions,
                cpe: Some(cpe.clone()),
                purl_kind: purl_kind.map(str::to_owned),
                doubt: None,
                build: None,
                perhaps: false,
                other_releases: Vec::new(),
            }
        })
        .collect()
}

/// The versions that have another place in the order than the one that is compared.
pub(crate) fn contradictions(
    held: &Held,
    product: &ProductKey,
    versions: &[&str],
    purl_kind: Option<&str>,
) -> Vec<Held> {
    versions
        .iter()
        .filter(|version| !held.is_written(version))
        .flat_map(|version| [Some(Held::of(product, Some(version), None, purl_kind)), of_tag(held.scheme(), version)])
        .flatten()
        .filter(|other| held.contradicts(other))
        .collect()
}

/// What the name of a tag says where it has no place in the order as it stands: `OpenSSL_1_0_1f` and `zlib-1.2.11` name a
/// release behind a word. A commit says nothing.
fn of_tag(scheme: Scheme, text: &str) -> Option<Held> {
    if ward_version::key(scheme, text, None).is_some() {
        return None;
    }
    let behind =
        text.trim().trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches(['-', '_', '.', '/']);
    if behind.len() == text.trim().len() || !behind.contains(['.', '_', '-']) {
        return None;
    }
    let release = if behind.contains('.') { behind.to_owned() } else { behind.replace(['_', '-'], ".") };
    ward_version::key(scheme, &release, None).map(|_| Held::new(scheme, Some(&release), None, None))
}

struct Resolver<'a> {
    facts: Facts<'a>,
    component: &'a Component,
    knowledge: &'a dyn Knowledge,
    found: Resolution,
}

impl Resolver<'_> {
    /// Adds an identity whose product some feed names; the first one of each product stays, being the surest.
    fn add(&mut self, identity: Identity) -> Result<(), KnowledgeError> {
        self.found.products.insert(identity.product.clone());
        let known = |held: &Identity| {
            held.product == identity.product && (identity.confidence != Confidence::Exact || held.cpe == identity.cpe)
        };
        if self.found.identities.iter().chain(&self.found.unnamed).any(known) {
            return Ok(());
        }
        if self.knowledge.names_product(&identity.product)? {
            self.found.identities.push(identity);
        } else {
            self.found.unnamed.push(identity);
        }
        Ok(())
    }

    /// Whether any CPE name says which product it is, known to a feed or not.
    fn by_cpe(&mut self) -> Result<bool, KnowledgeError> {
        let mut any = false;
        for cpe in &self.component.cpes {
            for identity in of_cpe(cpe, &self.facts.versions, self.facts.kind) {
                any = true;
                self.add(identity)?;
            }
        }
        Ok(any)
    }

    /// Under the other names that the feeds have for what it is, known to a feed or not.
    fn under_other_names(&mut self, renames: &Renames) -> Result<(), KnowledgeError> {
        let mut others = Vec::new();
        for identity in self.found.identities.iter_mut().chain(&mut self.found.unnamed) {
            others.extend(other_names(identity, &self.facts.versions, renames));
            name_release(identity, renames);
        }
        for mut identity in others {
            name_release(&mut identity, renames);
            if !self.found.products.contains(&identity.product) {
                self.found.renamed.insert(identity.product.clone());
            }
            self.add(identity)?;
        }
        Ok(())
    }

    /// Whether any alias speaks of it.
    fn by_alias(&mut self, aliases: &Aliases) -> Result<bool, KnowledgeError> {
        let mut any = false;
        let language = self.facts.kind.is_some_and(is_language);
        let names: Vec<_> = self.facts.names.iter().cloned().chain(self.guessed()).collect();
        for (name, source) in names {
            let namespace = self.facts.namespace.clone();
            let thing = NamedThing {
                name: &name,
                purl_type: self.facts.kind,
                namespace: namespace.as_deref(),
                supplier: self.component.supplier.as_deref(),
            };
            let entries: Vec<_> = aliases.lookup(thing).collect();
            for alias in entries {
                // Names of language packages are shared with other things: an entry must say that it means such a package.
                if language && alias.purl_type.is_none() && alias.namespace.is_none() && alias.supplier.is_none() {
                    continue;
                }
                any = true;
                let derived = self.facts.is_distribution();
                for product in &alias.products {
                    let text = if derived {
                        format!("{} is built from {product}: {}", self.shown(), alias.reason)
                    } else {
                        format!("the name `{name}` stands for {product}: {}", alias.reason)
                    };
                    let confidence = if derived { Confidence::Derived } else { Confidence::Alias };
                    let identity = self.identity(product.clone(), confidence, text, source);
                    self.add(identity)?;
                }
            }
        }
        Ok(any)
    }

    /// Products of CPE names that are their own vendor: tools write that where they know no vendor, so that the name is what it says.
    fn guessed(&self) -> impl Iterator<Item = (String, bool)> {
        let products = self.component.cpes.iter().filter_map(Cpe::product_key);
        let own = products.filter(|product| is_own_vendor(&product.vendor, &product.product));
        own.flat_map(|product| {
            let name = literal(&product.product).into_owned();
            spellings(&name).into_iter().chain([name.replace('_', " ")]).map(|name| (name, false)).collect::<Vec<_>>()
        })
    }

    fn identity(&self, product: ProductKey, confidence: Confidence, text: String, source: bool) -> Identity {
        let versions = self.facts.versions_of(source);
        let version = Held::of(&product, versions.first().copied(), None, self.facts.kind);
        Identity {
            contradictions: contradictions(&version, &product, &versions, self.facts.kind),
            version,
            product,
            confidence,
            text,
            cpe: None,
            purl_kind: self.facts.kind.map(str::to_owned),
            doubt: None,
            build: None,
            perhaps: false,
            other_releases: Vec::new(),
        }
    }

    /// Hardware is looked up among hardware, and nothing else is.
    fn part_fits(&self, part: Part) -> bool {
        (part == Part::Hardware) == (self.component.kind == ComponentKind::Hardware)
    }

    /// What the component says about where it comes from.
    fn origins(&self) -> impl Iterator<Item = &str> {
        // The namespace of a distribution's package is the distribution.
        let namespace = self.facts.namespace.as_deref().filter(|_| !self.facts.is_distribution());
        [self.component.supplier.as_deref(), namespace, self.component.group.as_deref()].into_iter().flatten()
    }

    fn origin_fits(&self, vendor: &str) -> bool {
        self.origins().any(|origin| origin_names(origin, vendor))
    }

    fn shown(&self) -> String {
        match &self.component.purl {
            Some(purl) => purl.to_string(),
            None => format!("`{}`", self.component.name),
        }
    }

    fn why_not(&self, named: bool) -> UnassessedReason {
        let doubted = self.found.identities.iter().filter(|identity| identity.doubt == Some(Doubt::Namesakes));
        let vendors: BTreeSet<&str> =
            self.found.possible.iter().chain(doubted).map(|possible| &*possible.product.vendor).collect();
        if named {
            return UnassessedReason::ProductNotInAnyFeed;
        }
        match self.facts.kind {
            // Its package URL says what it is; that things of other kinds have its name too makes it no less so.
            Some(kind) if is_language(kind) => UnassessedReason::NoDataForEcosystem,
            _ if vendors.len() > 1 => UnassessedReason::AmbiguousName,
            Some("generic" | "github" | "gitlab" | "bitbucket" | "sourceforge" | "oci" | "docker") => {
                UnassessedReason::ProductNotInAnyFeed
            }
            Some(kind) if is_distribution(kind) || is_ecosystem(kind) => UnassessedReason::NoDataForEcosystem,
            Some(_) => UnassessedReason::UnknownEcosystem,
            None if !self.component.unreadable_identities.is_empty() => UnassessedReason::UnreadableIdentity,
            None => UnassessedReason::NoIdentity,
        }
    }
}

/// Further types of package URLs whose packages feeds exist for.
fn is_ecosystem(kind: &str) -> bool {
    matches!(
        kind,
        "bitnami"
            | "cocoapods"
            | "conan"
            | "conda"
            | "cpan"
            | "hackage"
            | "huggingface"
            | "julia"
            | "luarocks"
            | "mlflow"
            | "opam"
            | "otp"
            | "vscode-extension"
            | "yocto"
    )
}

#[cfg(test)]
mod tests {
    use super::source_package;

    #[test]
    fn source_packages_are_read_in_the_ways_tools_write_them() {
        let table = [
            ("openssl", "openssl", None),
            ("gcc-8@8.3.0-6", "gcc-8", Some("8.3.0-6")),
            ("openssl-1.1.1k-5.el8.src.rpm", "openssl", Some("1.1.1k-5.el8")),
            ("odd.src.rpm", "odd.src.rpm", None),
        ];
        for (text, name, version) in table {
            assert_eq!(source_package(text), (name.to_owned(), version.map(str::to_owned)), "{text}");
        }
    }
}
