//! Which package of which ecosystem a package URL names, and how the versions of that ecosystem are ordered.
//!
//! Ecosystems are called as OSV calls them, in lower case and without their release. The names of packages take the normal form
//! that the ecosystem itself gives them.

use ward_model::affected::PackageKey;
use ward_model::component::Component;
use ward_model::purl::Purl;
use ward_version::{Scheme, Truth};

/// A package as it is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) key: PackageKey,
    /// The release of the distribution, as OSV writes it; `None` where the component does not say, or where there are none.
    pub(crate) release: Option<String>,
    /// How its versions are ordered; `None` where nobody says.
    pub(crate) scheme: Option<Scheme>,
    /// Whether a distribution builds it, with fixes of its own.
    pub(crate) distribution: bool,
    /// Whether the distribution's advisories name source packages.
    pub(crate) by_source: bool,
}

/// A package manager: the type of its package URLs, its ecosystem, its order of versions.
const MANAGERS: [(&str, &str, Option<Scheme>); 18] = [
    ("pypi", "pypi", Some(Scheme::Pep440)),
    ("npm", "npm", Some(Scheme::Npm)),
    ("golang", "go", Some(Scheme::Go)),
    ("maven", "maven", Some(Scheme::Maven)),
    ("nuget", "nuget", Some(Scheme::Nuget)),
    ("gem", "rubygems", Some(Scheme::Gem)),
    ("cargo", "crates.io", Some(Scheme::Npm)),
    ("composer", "packagist", Some(Scheme::Composer)),
    ("bitnami", "bitnami", Some(Scheme::Npm)),
    ("conan", "conancenter", Some(Scheme::Conan)),
    ("hex", "hex", Some(Scheme::Npm)),
    ("otp", "hex", Some(Scheme::Npm)),
    ("pub", "pub", Some(Scheme::Npm)),
    ("swift", "swifturl", Some(Scheme::Npm)),
    ("cran", "cran", None),
    ("hackage", "hackage", None),
    ("julia", "julia", Some(Scheme::Npm)),
    ("vscode-extension", "vscode", Some(Scheme::Npm)),
];

/// A distribution: the namespaces of its package URLs, its ecosystem, whether its advisories name source packages.
const DISTRIBUTIONS: [(&[&str], &str, bool); 20] = [
    (&["debian"], "debian", true),
    (&["ubuntu"], "ubuntu", true),
    (&["alpine"], "alpine", true),
    (&["wolfi"], "wolfi", true),
    (&["chainguard"], "chainguard", true),
    (&["alpaquita"], "alpaquita", true),
    (&["almalinux", "alma"], "almalinux", false),
    (&["rocky", "rockylinux", "rocky-linux"], "rocky linux", false),
    (&["redhat", "rhel", "red-hat"], "red hat", false),
    (&["fedora"], "fedora", false),
    (&["suse", "sles", "sle"], "suse", false),
    (&["opensuse", "opensuse-leap", "opensuse-tumbleweed"], "opensuse", false),
    (&["mageia"], "mageia", false),
    (&["openeuler"], "openeuler", false),
    (&["photon"], "photon os", false),
    (&["azurelinux", "azure-linux", "mariner"], "azure linux", false),
    (&["amzn", "amazon", "amazonlinux"], "amazon linux", false),
    (&["minimos"], "minimos", true),
    (&["echo"], "echo", true),
    (&["freebsd"], "freebsd", false),
];

/// The packages that a component is: its own, and for a distribution's package the source package that it was built from.
pub(crate) fn packages(component: &Component, source: Option<&str>) -> Vec<Package> {
    let Some(purl) = &component.purl else { return Vec::new() };
    let Some(own) = package(purl) else { return Vec::new() };
    let mut packages = vec![own.clone()];
    if let Some(source) = source
        && own.distribution
        && *own.key.name != *source
    {
        packages.push(Package { key: PackageKey { name: source.into(), ..own.key.clone() }, ..own });
    }
    packages
}

fn package(purl: &Purl) -> Option<Package> {
    if let Some(scheme) = distribution_scheme(&purl.kind) {
        let (named, release) = distro(purl.qualifiers.get("distro").map(String::as_str));
        // Without a namespace the name of the release says whose package it is.
        let whose = purl.namespace.as_deref().map(str::to_lowercase).or(named)?;
        let (_, ecosystem, by_source) = DISTRIBUTIONS.iter().find(|(names, ..)| names.contains(&&*whose))?;
        let release = release.and_then(|release| release_of(ecosystem, &release));
        let key = PackageKey { ecosystem: (*ecosystem).into(), name: purl.name.as_str().into() };
        return Some(Package { key, release, scheme: Some(scheme), distribution: true, by_source: *by_source });
    }
    let (_, ecosystem, scheme) = MANAGERS.iter().find(|(kind, ..)| *kind == purl.kind)?;
    let name = match (&purl.namespace, *ecosystem) {
        (Some(group), "maven") => format!("{group}:{}", purl.name),
        (Some(owner), "vscode") => format!("{owner}.{}", purl.name),
        (Some(space), _) => format!("{space}/{}", purl.name),
        (None, _) => purl.name.clone(),
    };
    let name = match *ecosystem {
        "pypi" => pep503(&name),
        "nuget" | "packagist" => name.to_lowercase(),
        _ => name,
    };
    let key = PackageKey { ecosystem: (*ecosystem).into(), name: name.into() };
    Some(Package { key, release: None, scheme: *scheme, distribution: false, by_source: false })
}

/// How the versions of a distribution's packages of this type are ordered.
fn distribution_scheme(kind: &str) -> Option<Scheme> {
    match kind {
        "deb" => Some(Scheme::Deb),
        "rpm" => Some(Scheme::Rpm),
        "apk" => Some(Scheme::Apk),
        _ => None,
    }
}

/// Runs of `-`, `_` and `.` are one dash, and capital letters mean nothing.
fn pep503(name: &str) -> String {
    let parts: Vec<String> =
        name.split(['-', '_', '.']).filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
    parts.join("-")
}

/// The distribution and the release that the qualifier `distro` names: `debian-12`, `alpine-3.19.1`, `rhel-8.6`, `bookworm`.
pub(crate) fn distro(text: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(text) = text.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()) else {
        return (None, None);
    };
    match text.rsplit_once(['-', ':', '_']) {
        Some((name, release)) if release.starts_with(|c: char| c.is_ascii_digit() || c == 'v') => {
            (Some(name.to_owned()), Some(release.to_owned()))
        }
        _ => (Some(text.clone()), Some(text)),
    }
}

/// Names of releases, with the numbers that advisories use.
const CODE_NAMES: [(&str, &str, &str); 17] = [
    ("debian", "stretch", "9"),
    ("debian", "buster", "10"),
    ("debian", "bullseye", "11"),
    ("debian", "bookworm", "12"),
    ("debian", "trixie", "13"),
    ("debian", "forky", "14"),
    ("ubuntu", "trusty", "14.04"),
    ("ubuntu", "xenial", "16.04"),
    ("ubuntu", "bionic", "18.04"),
    ("ubuntu", "focal", "20.04"),
    ("ubuntu", "jammy", "22.04"),
    ("ubuntu", "noble", "24.04"),
    ("ubuntu", "plucky", "25.04"),
    ("ubuntu", "questing", "25.10"),
    ("ubuntu", "mantic", "23.10"),
    ("ubuntu", "oracular", "24.10"),
    ("ubuntu", "lunar", "23.04"),
];

/// The release in the words of the ecosystem; `None` where the text names none that advisories speak of.
fn release_of(ecosystem: &str, text: &str) -> Option<String> {
    if let Some((.., number)) = CODE_NAMES.iter().find(|(of, name, _)| *of == ecosystem && *name == text) {
        return Some((*number).to_owned());
    }
    let text = text.trim_start_matches('v');
    let mut numbers = text.split('.').map(|part| part.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
    let first = numbers.next().filter(|number| !number.is_empty())?;
    let second = numbers.next().filter(|number| !number.is_empty());
    match ecosystem {
        "alpine" | "alpaquita" => second.map(|second| format!("v{first}.{second}")),
        "ubuntu" | "opensuse" | "openeuler" | "photon os" => second.map(|second| format!("{first}.{second}")),
        "suse" => Some(second.map_or_else(|| first.to_owned(), |second| format!("{first}.{second}"))),
        _ => Some(first.to_owned()),
    }
}

/// Whether what is said of one release is said of the component's. The texts are those of OSV: `8`, `v3.19`, `22.04:LTS`,
/// `enterprise_linux:8::baseos`, `Linux Enterprise Server 15 SP5`, `Leap 15.5`.
pub(crate) fn release_fits(ecosystem: &str, said: Option<&str>, own: Option<&str>) -> Truth {
    let (Some(said), own) = (said, own) else { return Truth::True };
    let said = said.trim().to_lowercase();
    let Some(own) = own else { return Truth::Unknown };
    let same = match ecosystem {
        "ubuntu" => match said.strip_prefix("pro:") {
            // Fixes that only subscribers get: nobody says whether the unit has them.
            Some(rest) if rest.split(':').next() == Some(own) => return Truth::Unknown,
            Some(_) => false,
            None => said.split(':').next() == Some(own),
        },
        "red hat" => match said.strip_prefix("enterprise_linux:") {
            Some(rest) => rest.split([':', '.']).next() == Some(own),
            // Other products of the same maker are built from the same sources for other units.
            None => false,
        },
        "suse" | "opensuse" => {
            let (number, pack) = own.split_once('.').unwrap_or((own, ""));
            let words: Vec<&str> = said.split([' ', ':', '.', '-']).filter(|word| !word.is_empty()).collect();
            let numbers: Vec<&str> = words
                .iter()
                .map(|word| word.trim_start_matches("sp"))
                .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
                .collect();
            let wanted: Vec<&str> =
                [number, pack].into_iter().filter(|part| !part.is_empty() && *part != "0").collect();
            if numbers != wanted {
                false
            } else if words.iter().any(|word| matches!(*word, "server" | "leap")) {
                true
            } else {
                // A module, which the unit may or may not have.
                return Truth::Unknown;
            }
        }
        "alpine" | "alpaquita" => said.trim_start_matches('v') == own.trim_start_matches('v'),
        "debian" | "almalinux" | "rocky linux" | "fedora" | "mageia" => said.split([':', '.']).next() == Some(own),
        _ => said == own || said.split([':', '-']).next() == Some(own),
    };
    same.into()
}

#[cfg(test)]
mod tests {
    use super::{packages, release_fits};
    use crate::tests::world::{plain, with_purl};
    use ward_version::Truth;

    #[test]
    fn package_urls_name_packages_of_ecosystems() {
        let table = [
            ("pkg:pypi/Zope.Interface@5", "pypi:zope-interface", ""),
            ("pkg:npm/%40scope/name@1", "npm:@scope/name", ""),
            ("pkg:golang/github.com/gin-gonic/gin@v1.6.0", "go:github.com/gin-gonic/gin", ""),
            ("pkg:maven/org.apache.logging.log4j/log4j-core@2", "maven:org.apache.logging.log4j:log4j-core", ""),
            ("pkg:nuget/Newtonsoft.Json@13", "nuget:newtonsoft.json", ""),
            ("pkg:gem/rails@7", "rubygems:rails", ""),
            ("pkg:cargo/openssl@0.10", "crates.io:openssl", ""),
            ("pkg:composer/Symfony/Console@6", "packagist:symfony/console", ""),
            ("pkg:bitnami/activemq@5", "bitnami:activemq", ""),
            ("pkg:conan/zlib@1.3", "conancenter:zlib", ""),
            ("pkg:rpm/almalinux/openssl@1?distro=almalinux-8.9", "almalinux:openssl", "8"),
            ("pkg:rpm/redhat/openssl@1?distro=rhel-8.6", "red hat:openssl", "8"),
            ("pkg:rpm/rocky/openssl@1?distro=rocky-9.3", "rocky linux:openssl", "9"),
            ("pkg:rpm/opensuse/openssl@1?distro=opensuse-leap-15.5", "opensuse:openssl", "15.5"),
            ("pkg:deb/debian/openssl@1?distro=debian-12", "debian:openssl", "12"),
            ("pkg:deb/debian/openssl@1?distro=bookworm", "debian:openssl", "12"),
            ("pkg:deb/ubuntu/openssl@1?distro=ubuntu-22.04", "ubuntu:openssl", "22.04"),
            ("pkg:deb/ubuntu/openssl@1?distro=jammy", "ubuntu:openssl", "22.04"),
            ("pkg:apk/alpine/busybox@1?distro=alpine-3.19.1", "alpine:busybox", "v3.19"),
            ("pkg:apk/alpine/busybox@1", "alpine:busybox", ""),
            ("pkg:rpm/openssl@1?distro=almalinux-9", "almalinux:openssl", "9"),
        ];
        for (purl, key, release) in table {
            let found = packages(&with_purl(plain("x", ""), purl), None);
            assert_eq!(found.len(), 1, "{purl}");
            let shown = (found[0].key.to_string(), found[0].release.clone().unwrap_or_default());
            assert_eq!(shown, (key.to_owned(), release.to_owned()), "{purl}");
        }
        for purl in ["pkg:generic/openssl@3", "pkg:github/a/b@1", "pkg:rpm/acme/x@1", "pkg:opkg/x@1"] {
            assert!(packages(&with_purl(plain("x", ""), purl), None).is_empty(), "{purl}");
        }
        let both = packages(&with_purl(plain("x", ""), "pkg:deb/debian/libssl3@3"), Some("openssl"));
        assert_eq!(
            both.iter().map(|package| package.key.to_string()).collect::<Vec<_>>(),
            ["debian:libssl3", "debian:openssl"]
        );
    }

    #[test]
    fn what_is_said_of_a_release_is_said_of_that_release() {
        use Truth::{False, True, Unknown};
        let table = [
            ("almalinux", Some("8"), Some("8"), True),
            ("almalinux", Some("9"), Some("8"), False),
            ("almalinux", Some("8"), None, Unknown),
            ("almalinux", None, Some("8"), True),
            ("alpine", Some("v3.19"), Some("v3.19"), True),
            ("ubuntu", Some("22.04:LTS"), Some("22.04"), True),
            ("ubuntu", Some("Pro:18.04:LTS"), Some("18.04"), Unknown),
            ("ubuntu", Some("Pro:18.04:LTS"), Some("22.04"), False),
            ("red hat", Some("enterprise_linux:8::baseos"), Some("8"), True),
            ("red hat", Some("enterprise_linux:9::appstream"), Some("8"), False),
            ("red hat", Some("rhel_eus:8.6::baseos"), Some("8"), False),
            ("suse", Some("Linux Enterprise Server 15 SP5"), Some("15.5"), True),
            ("suse", Some("Linux Enterprise Module for Basesystem 15 SP5"), Some("15.5"), Unknown),
            ("suse", Some("Linux Enterprise Server 15 SP4"), Some("15.5"), False),
            ("opensuse", Some("Leap 15.5"), Some("15.5"), True),
            ("debian", Some("12"), Some("12"), True),
        ];
        for (ecosystem, said, own, expected) in table {
            assert_eq!(release_fits(ecosystem, said, own), expected, "{ecosystem} {said:?} {own:?}");
        }
    }
}
