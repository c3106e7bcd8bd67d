//! How complete an SBOM is: the minimum elements of NTIA, what FDA asks of support, and how well its components can be identified.
//!
//! Counts and places, and no judgement of the product: an SBOM that lacks nothing may list nothing that is true.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use ward_version::{Scheme, key};

use super::{Component, Sbom};
use crate::ids::ComponentRef;

/// How complete an SBOM is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quality {
    /// Of all that the minimum elements ask for, how much is there: in percent, rounded down.
    pub score: usize,
    /// The minimum elements of NTIA.
    pub minimum_elements: Vec<Measure>,
    /// What FDA's premarket guidance asks beside them: how each component is supported, and until when.
    pub support: Vec<Measure>,
    /// How well the components can be identified and their versions be compared.
    pub identity: Vec<Measure>,
}

/// One thing that is asked for, and where it is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measure {
    /// A word for it that does not change.
    pub code: &'static str,
    /// What is asked for.
    pub what: &'static str,
    /// Where it is there.
    pub present: usize,
    /// Where it should be.
    pub of: usize,
    /// The components that lack it; for what is asked of the document once, empty.
    pub missing: Vec<ComponentRef>,
}

impl Measure {
    fn document(code: &'static str, what: &'static str, present: bool) -> Self {
        Self { code, what, present: usize::from(present), of: 1, missing: Vec::new() }
    }

    fn components<'c>(
        code: &'static str,
        what: &'static str,
        components: impl Iterator<Item = &'c Component>,
        has: impl Fn(&Component) -> bool,
    ) -> Self {
        let mut measure = Self { code, what, present: 0, of: 0, missing: Vec::new() };
        for component in components {
            measure.of += 1;
            if has(component) {
                measure.present += 1;
            } else {
                measure.missing.push(component.reference.clone());
            }
        }
        measure
    }

    /// Whether nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.present == self.of
    }
}

/// Types of package URLs that name a package of a known repository or distribution. `generic` names none: it is a name and a version.
const RESOLVABLE: &[&str] = &[
    "alpm",
    "apk",
    "bitbucket",
    "bitnami",
    "cargo",
    "cocoapods",
    "composer",
    "conan",
    "conda",
    "cpan",
    "cran",
    "deb",
    "docker",
    "gem",
    "github",
    "golang",
    "hackage",
    "hex",
    "huggingface",
    "luarocks",
    "maven",
    "npm",
    "nuget",
    "oci",
    "opkg",
    "pub",
    "pypi",
    "rpm",
    "swift",
    "yocto",
];

impl Quality {
    /// Measures an SBOM.
    pub fn of(sbom: &Sbom) -> Self {
        let all = || sbom.components.iter();
        let related = related(sbom);
        let minimum_elements = vec![
            Measure::document("author", "author of the SBOM", !sbom.origin.authors.is_empty()),
            Measure::document(
                "timestamp",
                "time at which it was made",
                sbom.origin.created.as_deref().is_some_and(is_time),
            ),
            // Who makes or publishes a component is not who supplies it, and is often all that is known.
            Measure::components("supplier", "supplier of the component", all(), |component| {
                component.supplier.is_some()
            }),
            Measure::components("name", "name of the component", all(), |component| !component.name.is_empty()),
            Measure::components("version", "version of the component", all(), |component| component.version.is_some()),
            Measure::components(
                "identifier",
                "another identifier: package URL, CPE name or SWID tag",
                all(),
                |component| component.purl.is_some() || !component.cpes.is_empty() || component.swid.is_some(),
            ),
            Measure::components("dependency", "relationship to another component", all(), |component| {
                related.contains(&component.reference)
            }),
        ];
        let support = vec![
            Measure::components("support-level", "level of support", all(), |component| {
                component.support.level.is_some()
            }),
            Measure::components("end-of-support", "end of support, as a date", all(), |component| {
                component.support.ends_on.is_some()
            }),
        ];
        let with_purl = || sbom.components.iter().filter(|component| component.purl.is_some());
        let with_version = || sbom.components.iter().filter(|component| component.version.is_some());
        let mut seen: BTreeMap<(String, &str, Option<&str>), usize> = BTreeMap::new();
        for component in &sbom.components {
            *seen.entry(identity(component)).or_default() += 1;
        }
        let identity = vec![
            Measure::components("readable", "identifiers that can be read", all(), |component| {
                component.unreadable_identities.is_empty()
            }),
            Measure::components(
                "resolvable",
                "package URL of a type that can be looked up",
                with_purl(),
                |component| component.purl.as_ref().is_some_and(|purl| RESOLVABLE.contains(&purl.kind.as_str())),
            ),
            Measure::components(
                "comparable",
                "version that can be compared with others",
                with_version(),
                is_comparable,
            ),
            Measure::components("single", "listed once", all(), |component| seen.get(&identity(component)) == Some(&1)),
        ];
        let (present, of) =
            minimum_elements.iter().fold((0, 0), |(present, of), measure| (present + measure.present, of + measure.of));
        let score = (present * 100).checked_div(of).unwrap_or(0);
        Self { score, minimum_elements, support, identity }
    }

    /// Every measure.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        self.minimum_elements.iter().chain(&self.support).chain(&self.identity)
    }
}

/// What a component is, for finding it twice.
fn identity(component: &Component) -> (String, &str, Option<&str>) {
    let purl = component.purl.as_ref().map_or_else(String::new, ToString::to_string);
    // Files in different places may be called the same.
    let place = if component.kind == super::ComponentKind::File { component.reference.as_str() } else { "" };
    (
        format!("{purl} {} {place}", component.group.as_deref().unwrap_or("")),
        &component.name,
        component.version.as_deref(),
    )
}

/// Components that stand in a relationship, or of which it is said that they need nothing.
fn related(sbom: &Sbom) -> BTreeSet<ComponentRef> {
    let mut related: BTreeSet<ComponentRef> = BTreeSet::new();
    for (from, on) in &sbom.dependencies {
        related.insert(from.clone());
        related.extend(on.iter().cloned());
    }
    for component in &sbom.components {
        if let Some(parent) = &component.parent {
            related.insert(parent.clone());
            related.insert(component.reference.clone());
        }
    }
    related
}

fn is_comparable(component: &Component) -> bool {
    let scheme = match component.purl.as_ref().map(|purl| purl.kind.as_str()) {
        Some("npm") => Scheme::Npm,
        Some("pypi") => Scheme::Pep440,
        Some("deb") => Scheme::Deb,
        Some("rpm") => Scheme::Rpm,
        Some("cargo" | "golang" | "hex" | "pub" | "swift") => Scheme::Semver,
        _ => Scheme::Generic,
    };
    component.version.as_deref().is_some_and(|version| {
        let bare = version.strip_prefix('v').filter(|_| scheme == Scheme::Semver).unwrap_or(version);
        key(scheme, bare, None).is_some() || key(Scheme::Generic, version, None).is_some()
    })
}

fn is_time(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok() || text.parse::<Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::Quality;
    use crate::component::{Component, Sbom, SbomFormat};
    use crate::digest::Digest;
    use crate::ids::ComponentRef;

    #[test]
    fn what_is_missing_is_named() {
        let mut sbom = Sbom::empty(SbomFormat::Spdx, "2.3", Digest::of(b""));
        assert_eq!(Quality::of(&sbom).score, 0);
        let whole = Component {
            version: Some("1.0".to_owned()),
            supplier: Some("S".to_owned()),
            swid: Some("t".to_owned()),
            ..Component::named(ComponentRef::new("whole"), "a")
        };
        let odd = Component {
            version: Some("~~~".to_owned()),
            unreadable_identities: vec!["x".to_owned()],
            purl: crate::purl::Purl::parse("pkg:generic/b@1").ok(),
            ..Component::named(ComponentRef::new("odd"), "b")
        };
        let twin = Component { reference: ComponentRef::new("twin"), ..whole.clone() };
        sbom.components = vec![whole, odd, twin];
        sbom.dependencies.entry(ComponentRef::new("whole")).or_default();
        sbom.origin.authors.push("A".to_owned());
        sbom.origin.created = Some("yesterday".to_owned());
        let quality = Quality::of(&sbom);
        let missing: Vec<String> = quality
            .measures()
            .map(|measure| {
                let names: Vec<&str> = measure.missing.iter().map(ComponentRef::as_str).collect();
                format!("{} {}/{} {}", measure.code, measure.present, measure.of, names.join(","))
            })
            .collect();
        assert_eq!(
            missing,
            [
                "author 1/1 ",
                "timestamp 0/1 ",
                "supplier 2/3 odd",
                "name 3/3 ",
                "version 3/3 ",
                "identifier 3/3 ",
                "dependency 1/3 odd,twin",
                "support-level 0/3 whole,odd,twin",
                "end-of-support 0/3 whole,odd,twin",
                "readable 2/3 odd",
                "resolvable 0/1 odd",
                "comparable 2/3 odd",
                "single 1/3 whole,twin",
            ]
        );
        assert_eq!(quality.score, 76);
    }
}
