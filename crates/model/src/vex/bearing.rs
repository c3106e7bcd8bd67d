//! Which components of an inventory a statement speaks of, and how exactly.
//!
//! What makes something better must name the component and its version exactly; what makes it worse need not. So a statement that
//! leaves the version open, gives a range, or agrees in one identity and not in another, fits *loosely*.

use std::collections::{BTreeMap, BTreeSet};

use ward_version::Truth;
use ward_version::vers::Vers;

use super::{Conclusion, Identity, Statement, VersionScope};
use crate::component::{Component, Sbom};
use crate::cpe::{Attribute, Cpe, ProductKey};
use crate::purl::Purl;

/// How exactly a statement names something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// It may mean it: a range, another spelling, identities that disagree.
    Loose,
    /// It names the product, and leaves the version open.
    Unversioned,
    /// Product and version are the same.
    Exact,
}

/// What a statement says of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bearing {
    /// The component, by its place in the inventory; `None`: all that the inventory is of, as a whole.
    pub component: Option<usize>,
    /// Whether it is named as a part of that whole.
    pub in_whole: bool,
    /// How exactly.
    pub fit: Fit,
    /// What is said.
    pub says: Conclusion,
}

/// What an inventory is of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whole {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Its package URLs.
    pub purls: Vec<Purl>,
}

impl Whole {
    /// What an SBOM says that it describes.
    pub fn of(sbom: &Sbom) -> Option<Self> {
        let described = sbom.described.as_ref();
        let component = sbom.components.iter().find(|component| Some(&component.reference) == described);
        let purls = component.into_iter().flat_map(|component| component.purl.iter().chain(&component.other_purls));
        Some(Self { name: sbom.name.clone()?, version: sbom.version.clone(), purls: purls.cloned().collect() })
    }
}

/// An inventory, ready to be asked what a statement means in it.
#[derive(Debug)]
pub struct Listed<'a> {
    components: &'a [Component],
    wholes: Vec<Whole>,
    serial: Option<&'a str>,
    by_name: BTreeMap<&'a str, Vec<usize>>,
    by_package: BTreeMap<(&'a str, Option<&'a str>, &'a str), Vec<usize>>,
    by_product: BTreeMap<ProductKey, Vec<usize>>,
    by_reference: BTreeMap<&'a str, usize>,
    by_hash: BTreeMap<(String, &'a str), Vec<usize>>,
}

/// An identity with what can be read of it.
struct Named<'i> {
    written: &'i Identity,
    purls: Vec<Purl>,
    cpes: Vec<Cpe>,
    hashes: Vec<(String, String)>,
}

/// What is said of one thing: how exactly it is named, and the status of its own that its version has. Several where a list of versions
/// says several things of it.
type Said<'i> = (Fit, Option<&'i str>);

/// What two versions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Versions {
    Other,
    Open,
    Same,
}

impl<'a> Listed<'a> {
    /// Indexes an inventory. `wholes` are the names of what it is of; `serial` is the identifier of its SBOM.
    pub fn new(components: &'a [Component], wholes: Vec<Whole>, serial: Option<&'a str>) -> Self {
        let mut listed = Self {
            components,
            wholes,
            serial,
            by_name: BTreeMap::new(),
            by_package: BTreeMap::new(),
            by_product: BTreeMap::new(),
            by_reference: BTreeMap::new(),
            by_hash: BTreeMap::new(),
        };
        for (place, component) in components.iter().enumerate() {
            listed.by_name.entry(&component.name).or_default().push(place);
            listed.by_reference.entry(component.reference.as_str()).or_insert(place);
            for purl in component.purl.iter().chain(&component.other_purls) {
                let key = (purl.kind.as_str(), purl.namespace.as_deref(), purl.name.as_str());
                listed.by_package.entry(key).or_default().push(place);
            }
            for key in component.cpes.iter().filter_map(Cpe::product_key) {
                listed.by_product.entry(key).or_default().push(place);
            }
            for hash in &component.hashes {
                listed.by_hash.entry((algorithm(&hash.algorithm), &hash.value)).or_default().push(place);
            }
        }
        listed
    }

    /// Whether it is known what the inventory is of.
    pub fn is_of_something(&self) -> bool {
        !self.wholes.is_empty()
    }

    /// Everything that a statement says here, without repetition. One that names no product says nothing.
    pub fn bearings(&self, statement: &Statement) -> Vec<Bearing> {
        let mut found = BTreeSet::new();
        let conclusion = statement.conclusion();
        for product in &statement.products {
            let named = Named::new(&product.identity);
            let of_whole: Vec<Said<'_>> = self.wholes.iter().flat_map(|whole| whole.fit(&named)).collect();
            let as_whole = of_whole.iter().map(|(fit, _)| *fit).max();
            if product.components.is_empty() {
                for (place, said) in self.fits(&named) {
                    let worst = worst(conclusion, &said);
                    let bearing = |(fit, says)| Bearing { component: Some(place), in_whole: false, fit, says };
                    found.extend(worst.map(bearing));
                }
                let worst = worst(conclusion, &of_whole);
                found.extend(worst.map(|(fit, says)| Bearing { component: None, in_whole: true, fit, says }));
                continue;
            }
            let general = named.names_nothing();
            let around: Vec<(usize, Fit)> = match general || as_whole.is_some() {
                true => Vec::new(),
                false => {
                    let best = |said: Vec<Said<'_>>| said.into_iter().map(|(fit, _)| fit).max();
                    self.fits(&named).into_iter().filter_map(|(place, said)| Some((place, best(said)?))).collect()
                }
            };
            for part in &product.components {
                for (place, said) in self.fits(&Named::new(part)) {
                    let Some((fit, says)) = worst(conclusion, &said) else { continue };
                    let fit = match as_whole {
                        // The version of the whole says which version of the part is meant.
                        Some(Fit::Exact) if fit >= Fit::Unversioned => Some(Fit::Exact),
                        Some(_) => Some(Fit::Loose),
                        None if general => Some(fit),
                        None => around.iter().filter(|(outer, _)| self.is_in(place, *outer)).map(|(_, fit)| *fit).max(),
                    };
                    let Some(fit) = fit else { continue };
                    found.insert(Bearing { component: Some(place), in_whole: as_whole.is_some(), fit, says });
                }
            }
        }
        found.into_iter().collect()
    }

    /// Whether a component is nested in another.
    fn is_in(&self, place: usize, outer: usize) -> bool {
        let parent = |place: usize| {
            let parent = self.components.get(place)?.parent.as_ref()?;
            self.by_reference.get(parent.as_str()).copied()
        };
        let mut at = parent(place);
        // References may go in circles.
        for _ in 0..self.components.len() {
            match at {
                Some(found) if found == outer => return true,
                Some(found) => at = parent(found),
                None => return false,
            }
        }
        false
    }

    /// The components that an identity names, and what it says of their versions.
    fn fits<'i>(&self, named: &Named<'i>) -> Vec<(usize, Vec<Said<'i>>)> {
        let mut places: BTreeSet<usize> = BTreeSet::new();
        for purl in &named.purls {
            let key = (purl.kind.as_str(), purl.namespace.as_deref(), purl.name.as_str());
            places.extend(self.by_package.get(&key).into_iter().flatten());
        }
        for key in named.cpes.iter().filter_map(Cpe::product_key) {
            places.extend(self.by_product.get(&key).into_iter().flatten());
        }
        for (algorithm, value) in &named.hashes {
            places.extend(self.by_hash.get(&(algorithm.clone(), value.as_str())).into_iter().flatten());
        }
        if let Some(name) = &named.written.name {
            places.extend(self.by_name.get(name.as_str()).into_iter().flatten());
        }
        let linked = self.linked(named.written);
        places.extend(linked);
        let mut fits: BTreeMap<usize, Vec<Said<'i>>> = BTreeMap::new();
        for place in places {
            let Some(component) = self.components.get(place) else { continue };
            fits.insert(place, fit(named, component, linked == Some(place)));
        }
        for (name, version) in named.plainly() {
            let referred = self.by_reference.get(name.as_str()).filter(|_| version.is_none());
            for &place in self.by_name.get(name.as_str()).into_iter().flatten().chain(referred) {
                let Some(component) = self.components.get(place).filter(|component| !named.compares(component)) else {
                    continue;
                };
                let own = versions(component);
                let loosely = graded(compared(version.as_deref(), &own), false, &named.written.versions, &own);
                let held = fits.entry(place).or_default();
                if held.is_empty() {
                    *held = loosely;
                }
            }
        }
        fits.retain(|_, said| !said.is_empty());
        fits.into_iter().collect()
    }

    /// The component that a link into this very SBOM leads to.
    fn linked(&self, identity: &Identity) -> Option<usize> {
        let link = identity.reference.as_deref()?.strip_prefix("urn:cdx:")?;
        let (document, reference) = link.split_once('#')?;
        let (serial, _) = document.split_once('/')?;
        let own = self.serial?;
        let own = own.strip_prefix("urn:uuid:").unwrap_or(own);
        (own == serial).then(|| self.by_reference.get(reference).copied()).flatten()
    }
}

impl<'i> Named<'i> {
    fn new(written: &'i Identity) -> Self {
        // The address of a product is often its package URL.
        let reference = || written.reference.iter();
        let hashes = written.hashes.iter().map(|(name, value)| (algorithm(name), value.to_ascii_lowercase()));
        Self {
            written,
            purls: written.purls.iter().chain(reference()).filter_map(|text| Purl::parse(text).ok()).collect(),
            cpes: written.cpes.iter().chain(reference()).filter_map(|text| Cpe::parse(text).ok()).collect(),
            hashes: hashes.collect(),
        }
    }

    /// Whether there is nothing by which it could be told what is meant.
    fn names_nothing(&self) -> bool {
        *self.written == Identity::default()
    }

    /// Whether some of what is written cannot be read: what it says besides is not known.
    fn is_unread(&self) -> bool {
        let is_url = |text: &&String| Purl::parse(text).is_err();
        let is_name = |text: &&String| Cpe::parse(text).is_err();
        self.written.purls.iter().any(|text| is_url(&text)) || self.written.cpes.iter().any(|text| is_name(&text))
    }

    /// Whether it says more than can be compared with something of these versions that has no name of the same kind.
    fn says_more(&self, own: &[Option<&str>], has_purl: bool, has_cpe: bool) -> bool {
        let is_own = |version: &str| own.iter().flatten().any(|own| own.trim() == version);
        let purl = |purl: &Purl| {
            let other = purl.version.as_deref().is_some_and(|version| !is_own(version));
            other || !purl.qualifiers.is_empty() || purl.subpath.is_some()
        };
        let cpe = |cpe: &Cpe| {
            let version = match (&cpe.version, &cpe.update) {
                (Attribute::Value(version), Attribute::Value(update)) => is_own(&format!("{version}{update}")),
                (Attribute::Value(version), _) => is_own(version),
                (_, update) => !matches!(update, Attribute::Value(_)),
            };
            let rest = [&cpe.edition, &cpe.language, &cpe.sw_edition, &cpe.target_sw, &cpe.target_hw, &cpe.other];
            !version || rest.into_iter().any(|attribute| matches!(attribute, Attribute::Value(_)))
        };
        (!has_purl && self.purls.iter().any(purl)) || (!has_cpe && self.cpes.iter().any(cpe))
    }

    /// Whether any of its identities can be compared with one of a component: then these say whether it is meant.
    fn compares(&self, component: &Component) -> bool {
        let same = |(name, _): &(String, String)| component.hashes.iter().any(|own| algorithm(&own.algorithm) == *name);
        (!self.purls.is_empty() && component.purl.is_some())
            || (!self.cpes.is_empty() && !component.cpes.is_empty())
            || self.hashes.iter().any(same)
    }

    /// Names and versions that it may mean, where its identities cannot be compared: what stands in them, or how somebody wrote it who
    /// knows no names for machines. They are heard to the worse.
    fn plainly(&self) -> Vec<(String, Option<String>)> {
        let value = |attribute: &Attribute| match attribute {
            Attribute::Value(value) if !crate::cpe::has_wildcard(value) => Some(value.to_string()),
            _ => None,
        };
        let by_purl =
            self.purls.iter().map(|purl| (purl.name.to_string(), purl.version.as_ref().map(ToString::to_string)));
        let by_cpe = self.cpes.iter().filter_map(|cpe| Some((value(&cpe.product)?, value(&cpe.version))));
        let mut names: Vec<(String, Option<String>)> = by_purl.chain(by_cpe).collect();
        if !names.is_empty() {
            names.extend(self.written.name.clone().map(|name| (name, self.written.version.clone())));
        }
        let bare = names.is_empty() && self.written.name.is_none() && self.hashes.is_empty();
        if let Some(text) = self.written.reference.as_deref().filter(|text| bare && text.len() <= LONGEST_NAME) {
            let text = text.trim();
            names.push((text.to_owned(), None));
            let split = |(at, separator): (usize, &str)| {
                (text[..at].to_owned(), Some(text[at + separator.len()..].trim_start_matches(['v', 'V']).to_owned()))
            };
            names.extend(text.match_indices([' ', '@', ':', '/', '_', '-']).map(split));
        }
        names
    }
}

/// A longer reference is no name with a version.
const LONGEST_NAME: usize = 200;

/// An algorithm in one spelling.
fn algorithm(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

impl Whole {
    fn fit<'i>(&self, named: &Named<'i>) -> Vec<Said<'i>> {
        let ours = self.version.as_deref();
        let name = named.written.name.as_deref();
        let spelt = ours.map(|version| format!("{} {version}", self.name));
        let stated = named.written.version.as_deref();
        let by_purl = self.purls.iter().filter_map(|own| {
            let (versions, sure) = named.purls.iter().filter_map(|purl| package(purl, own)).max()?;
            Some((if versions == Versions::Open { compared(stated, &[ours]) } else { versions }, sure))
        });
        let by_name = match name {
            Some(name) if name == self.name => Some((compared(stated, &[ours]), true)),
            Some(name) if Some(name) == spelt.as_deref() => Some((compared(stated.or(ours), &[ours]), true)),
            _ => None,
        };
        let plain = named.plainly().into_iter().filter(|(name, _)| *name == self.name);
        let plain = plain.map(|(_, version)| (compared(version.as_deref(), &[ours]), false));
        let plain = plain.filter(|(versions, _)| *versions != Versions::Other);
        let mut all: Vec<(Versions, bool)> = by_purl.chain(by_name).collect();
        if all.is_empty() {
            all.extend(plain);
        }
        let agree = all.iter().all(|(versions, sure)| *sure && *versions != Versions::Other);
        let Some(best) = all.into_iter().map(|(versions, _)| versions).max() else { return Vec::new() };
        let narrowed = !named.written.narrowed.is_empty()
            || named.is_unread()
            || named.says_more(&[ours], !self.purls.is_empty(), false);
        graded(best, agree && !narrowed, &named.written.versions, &[ours])
    }
}

/// What a component's version is called.
fn versions(component: &Component) -> [Option<&str>; 2] {
    [component.version.as_deref(), component.purl.as_ref().and_then(|purl| purl.version.as_deref())]
}

/// How exactly an identity names a component, and what its list of versions says of this one.
fn fit<'i>(named: &Named<'i>, component: &Component, linked: bool) -> Vec<Said<'i>> {
    let purls = || component.purl.iter().chain(&component.other_purls);
    let own = versions(component);
    // What can be compared: nothing where the two are said to be different things.
    let mut compares: Vec<Option<(Versions, bool)>> = Vec::new();
    if !named.purls.is_empty() && component.purl.is_some() {
        let pairs = named.purls.iter().flat_map(|purl| purls().filter_map(|own| package(purl, own)));
        compares.push(pairs.max());
    }
    if !named.cpes.is_empty() && !component.cpes.is_empty() {
        let pairs = named.cpes.iter().flat_map(|cpe| component.cpes.iter().filter_map(|own| product(cpe, own)));
        compares.push(pairs.max());
    }
    if named.purls.is_empty() && named.cpes.is_empty() {
        let is_named = named.written.name.as_deref() == Some(component.name.as_str());
        if named.written.name.is_some() && !linked {
            compares.push(is_named.then_some((Versions::Open, true)));
        }
    }
    for (algorithm, value) in &named.hashes {
        let own = component.hashes.iter().filter(|own| self::algorithm(&own.algorithm) == *algorithm);
        compares.extend(own.map(|own| (own.value == *value).then_some((Versions::Same, true))));
    }
    let agreeing: Vec<Versions> = compares.iter().flatten().map(|(versions, _)| *versions).collect();
    let sure = compares.iter().all(|one| one.is_some_and(|(_, sure)| sure));
    // What a statement says of one version clears nothing where the component may be another.
    let whole = sure && !linked && !narrows(named, component) && component.several_versions().is_none();
    if agreeing.is_empty() && !linked {
        return Vec::new();
    }
    let versions = match (agreeing.iter().min(), agreeing.iter().max()) {
        (Some(Versions::Other), Some(Versions::Other)) => return Vec::new(),
        (Some(Versions::Other), _) => return graded(Versions::Open, false, &named.written.versions, &own),
        (_, Some(Versions::Same)) => Versions::Same,
        _ => compared(named.written.version.as_deref(), &own),
    };
    graded(versions, whole, &named.written.versions, &own)
}

/// Whether an identity says more than a component is seen to be: it is narrower, or cannot be compared whole.
fn narrows(named: &Named<'_>, component: &Component) -> bool {
    let narrowed = &named.written.narrowed;
    if !narrowed.is_empty() {
        let own = component.narrowing();
        if narrowed.iter().any(|word| !own.contains(word)) {
            return true;
        }
    }
    named.is_unread() || named.says_more(&versions(component), component.purl.is_some(), !component.cpes.is_empty())
}

/// The versions of two package URLs of one package, and whether it is surely the same one; nothing where they are of different ones.
fn package(stated: &Purl, own: &Purl) -> Option<(Versions, bool)> {
    let same = stated.kind == own.kind && stated.namespace == own.namespace && stated.name == own.name;
    let values = stated.qualifiers.iter().map(|(key, value)| (Some(value), own.qualifiers.get(key)));
    let inside = stated.subpath.as_ref().map(|path| (Some(path), own.subpath.as_ref()));
    let all: Vec<_> = values.chain(inside).collect();
    // Of what ours does not say it cannot be told.
    let possible = all.iter().all(|(stated, own)| own.is_none() || stated == own);
    let sure = all.iter().all(|(stated, own)| stated == own);
    (same && possible).then(|| (compared(stated.version.as_deref(), &[own.version.as_deref()]), sure))
}

/// The versions of two CPE names of one product, and whether it is surely the same one; nothing where they are of different ones.
fn product(stated: &Cpe, own: &Cpe) -> Option<(Versions, bool)> {
    if stated.product_key()? != own.product_key()? {
        return None;
    }
    let rest = [
        (&stated.edition, &own.edition),
        (&stated.language, &own.language),
        (&stated.sw_edition, &own.sw_edition),
        (&stated.target_sw, &own.target_sw),
        (&stated.target_hw, &own.target_hw),
        (&stated.other, &own.other),
    ];
    let possible = |(stated, own): &(&Attribute, &Attribute)| {
        **stated == Attribute::Any || **own == Attribute::Any || stated == own
    };
    let sure = |(stated, own): &(&Attribute, &Attribute)| **stated == Attribute::Any || stated == own;
    let versions = match (&stated.version, &own.version) {
        // A pattern is no version.
        (Attribute::Value(text), _) if crate::cpe::has_wildcard(text) => Versions::Open,
        (Attribute::Any, _) | (_, Attribute::Any) => Versions::Open,
        // Without its update a version may be any release of that number.
        (stated_version, own_version) if stated_version == own_version => match (&stated.update, &own.update) {
            (stated, own) if stated == own => Versions::Same,
            (Attribute::Value(_), Attribute::Value(_)) => Versions::Other,
            _ => Versions::Open,
        },
        _ => Versions::Other,
    };
    rest.iter().all(possible).then(|| (versions, rest.iter().all(sure)))
}

/// A version that is stated, and what ours is called. One that we do not know may be any.
fn compared(stated: Option<&str>, own: &[Option<&str>]) -> Versions {
    let Some(stated) = stated.map(str::trim) else { return Versions::Open };
    if own.iter().flatten().any(|own| own.trim() == stated) {
        Versions::Same
    } else if own.iter().all(Option::is_none) {
        Versions::Open
    } else {
        Versions::Other
    }
}

/// What versions and the list of versions that are spoken of come to: everything in the list that holds, or may hold.
fn graded<'i>(versions: Versions, whole: bool, scopes: &'i [VersionScope], own: &[Option<&str>]) -> Vec<Said<'i>> {
    let loose = |fit: Fit| if whole { fit } else { Fit::Loose };
    if versions == Versions::Other {
        return Vec::new();
    }
    if scopes.is_empty() {
        return vec![(loose(if versions == Versions::Same { Fit::Exact } else { Fit::Unversioned }), None)];
    }
    let own: Vec<&str> = own.iter().flatten().map(|own| own.trim()).collect();
    let said = |scope: &'i VersionScope| {
        let status = scope.status.as_deref();
        if !scope.range {
            let exact = own.contains(&scope.text.trim()).then_some((loose(Fit::Exact), status));
            return exact.or_else(|| own.is_empty().then_some((Fit::Loose, status)));
        }
        let may_hold = match Vers::parse(&scope.text) {
            Ok(range) => own.is_empty() || own.iter().any(|own| range.contains(own) != Truth::False),
            Err(_) => true,
        };
        may_hold.then_some((Fit::Loose, status))
    };
    scopes.iter().filter_map(said).collect()
}

/// The worst of what is said, and how exactly that is said: a list may contradict itself.
fn worst(conclusion: Conclusion, said: &[Said<'_>]) -> Option<(Fit, Conclusion)> {
    let all = || said.iter().filter_map(|(fit, status)| Some((*fit, scoped(conclusion, *status)?)));
    let worst = all().map(|(_, says)| says).min()?;
    all().filter(|(_, says)| *says == worst).max()
}

/// What a statement says of a version of which its list says something of its own.
fn scoped(conclusion: Conclusion, status: Option<&str>) -> Option<Conclusion> {
    match status {
        None => Some(conclusion),
        Some("affected") => Some(Conclusion::Affected),
        // That a version is not meant by a statement on others gives no reason why it is not affected.
        Some("unaffected") => matches!(conclusion, Conclusion::NotAffected | Conclusion::Fixed).then_some(conclusion),
        Some(_) => Some(Conclusion::UnderInvestigation),
    }
}

#[cfg(test)]
mod tests;
