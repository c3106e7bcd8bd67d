//! Names of packages, in the form in which the whole program knows them.

use ward_model::affected::PackageKey;
use ward_model::purl::Purl;

/// The ecosystems that OSV defines (`Ecosystem` of its schema 1.7.5, 2026), in small letters. In any other one nothing is looked for, so
/// that a name that is misspelt hides a package.
const ECOSYSTEMS: [&str; 49] = [
    "almalinux",
    "alpaquita",
    "alpine",
    "android",
    "azure linux",
    "bellsoft hardened containers",
    "bioconductor",
    "bitnami",
    "chainguard",
    "cleanstart",
    "conancenter",
    "cran",
    "crates.io",
    "debian",
    "docker hardened images",
    "echo",
    "freebsd",
    "ghc",
    "git",
    "github actions",
    "go",
    "hackage",
    "hex",
    "julia",
    "kubernetes",
    "linux",
    "mageia",
    "maven",
    "minimos",
    "npm",
    "nuget",
    "opam",
    "openeuler",
    "opensuse",
    "oss-fuzz",
    "packagist",
    "photon os",
    "pub",
    "pypi",
    "red hat",
    "rocky linux",
    "root",
    "rubygems",
    "suse",
    "swifturl",
    "tuxcare",
    "ubuntu",
    "vscode",
    "wolfi",
];

/// The types of package URLs that their specification lists (its `types`, 2026), and those that publishers of advisories use besides.
const TYPES: [&str; 47] = [
    "alpm",
    "apk",
    "bazel",
    "bitbucket",
    "bitnami",
    "brew",
    "cargo",
    "chrome-extension",
    "cocoapods",
    "composer",
    "conan",
    "conda",
    "cpan",
    "cran",
    "deb",
    "docker",
    "ebuild",
    "gem",
    "generic",
    "git",
    "github",
    "gitlab",
    "golang",
    "hackage",
    "hex",
    "huggingface",
    "julia",
    "koji",
    "luarocks",
    "maven",
    "mlflow",
    "npm",
    "nuget",
    "oci",
    "opam",
    "opkg",
    "otp",
    "pub",
    "pypi",
    "qpkg",
    "rpm",
    "rpmmod",
    "swid",
    "swift",
    "vcpkg",
    "vscode-extension",
    "yocto",
];

/// Whether package URLs of this type are known.
pub(super) fn is_type(kind: &str) -> bool {
    TYPES.contains(&kind)
}

/// The name of an ecosystem in small letters, and the release of it that is named.
pub(super) fn ecosystem(text: &str) -> (String, Option<&str>) {
    let (name, release) = text.split_once(':').map_or((text, ""), |(name, release)| (name, release.trim()));
    (name.trim().to_lowercase(), (!release.is_empty()).then_some(release))
}

/// Whether OSV defines an ecosystem of this name.
pub(super) fn is_known(name: &str) -> bool {
    ECOSYSTEMS.contains(&name)
}

/// The package that this name means in an ecosystem as OSV spells it, and the release of the ecosystem where one is named.
pub(super) fn package(ecosystem: &str, name: &str) -> Option<(PackageKey, Option<String>)> {
    let (ecosystem, release) = self::ecosystem(ecosystem);
    let name = name.trim();
    if ecosystem.is_empty() || name.is_empty() {
        return None;
    }
    let name = match ecosystem.as_str() {
        "pypi" => pep503(name),
        // Both are compared without case where they are kept.
        "nuget" | "packagist" => name.to_lowercase(),
        _ => name.to_owned(),
    };
    Some((PackageKey { ecosystem: ecosystem.into(), name: name.into() }, release.map(str::to_owned)))
}

/// The package that a package URL names, where its type is one of the ecosystems that OSV knows.
pub(super) fn of_purl(purl: &Purl) -> Option<PackageKey> {
    let ecosystem = match purl.kind.as_str() {
        "pypi" => "pypi",
        "npm" => "npm",
        "maven" => "maven",
        "golang" => "go",
        "cargo" => "crates.io",
        "gem" => "rubygems",
        "nuget" => "nuget",
        "composer" => "packagist",
        "hex" => "hex",
        "pub" => "pub",
        _ => return None,
    };
    let name = match (&purl.namespace, ecosystem) {
        (Some(group), "maven") => format!("{group}:{}", purl.name),
        (Some(space), _) => format!("{space}/{}", purl.name),
        (None, _) => purl.name.clone(),
    };
    package(ecosystem, &name).map(|(key, _)| key)
}

/// The package of a collection on the web, as CVE 5 names it.
pub(super) fn of_collection(url: &str, name: &str) -> Option<PackageKey> {
    let address = url.trim().to_ascii_lowercase();
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let host = address.split('/').next()?.trim_start_matches("www.");
    let name = name.trim();
    let ecosystem = match host {
        "pypi.org" | "pypi.python.org" => "pypi",
        "npmjs.com" => "npm",
        host if host.split('.').skip(1).eq(["npmjs", "org"]) => "npm",
        "repo.maven.apache.org"
        | "mvnrepository.com"
        | "repo1.maven.org"
        | "search.maven.org"
        | "central.sonatype.com" => {
            let (group, artifact) = name.split_once([':', '/'])?;
            return package("maven", &format!("{group}:{artifact}")).map(|(key, _)| key);
        }
        "pkg.go.dev" => "go",
        "crates.io" => "crates.io",
        "rubygems.org" => "rubygems",
        "packagist.org" => "packagist",
        "nuget.org" => "nuget",
        "hex.pm" => "hex",
        "pub.dev" => "pub",
        _ => return None,
    };
    package(ecosystem, name).map(|(key, _)| key)
}

/// Whether the packages of this collection are parts of an operating system, so that the product named beside one is the system.
pub(super) fn is_distribution(url: &str) -> bool {
    let address = url.trim().to_ascii_lowercase();
    [
        "access.redhat.com",
        "catalog.redhat.com",
        "packages.fedoraproject.org",
        "repos.fedorapeople.org",
        "gitee.com",
        "launchpad.net",
    ]
    .iter()
    .any(|host| address.split("://").nth(1).is_some_and(|rest| rest.starts_with(host)))
}

fn pep503(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            letter => normal.extend(letter.to_lowercase()),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use ward_model::purl::Purl;

    use super::{of_collection, of_purl, package};

    #[test]
    fn names_have_one_form_wherever_they_come_from() {
        let shown = |ecosystem: &str, name: &str| {
            package(ecosystem, name).map(|(key, release)| (key.to_string(), release.unwrap_or_default()))
        };
        let plain = |key: &str, release: &str| Some((key.to_owned(), release.to_owned()));
        assert_eq!(shown("PyPI", "Zope.Interface__X"), plain("pypi:zope-interface-x", ""));
        assert_eq!(shown("AlmaLinux:8", "kernel-doc"), plain("almalinux:kernel-doc", "8"));
        assert_eq!(shown("Alpine:v3.19", "busybox"), plain("alpine:busybox", "v3.19"));
        assert_eq!(shown("npm", "@Scope/Name"), plain("npm:@Scope/Name", ""));
        assert_eq!(shown("", "x"), None);
        assert_eq!(shown("PyPI", " "), None);
    }

    #[test]
    fn package_urls_and_collections_give_the_same_keys() -> Result<(), Box<dyn std::error::Error>> {
        for (purl, collection, name, wanted) in [
            ("pkg:pypi/Django@4", "https://pypi.org/project", "django", "pypi:django"),
            (
                "pkg:maven/org.apache.logging.log4j/log4j-core",
                "https://repo.maven.apache.org/maven2/",
                "org.apache.logging.log4j/log4j-core",
                "maven:org.apache.logging.log4j:log4j-core",
            ),
            ("pkg:npm/%40scope/name", "https://www.npmjs.com/package/x", "@scope/name", "npm:@scope/name"),
            ("pkg:golang/github.com/a/b", "https://pkg.go.dev", "github.com/a/b", "go:github.com/a/b"),
        ] {
            assert_eq!(of_purl(&Purl::parse(purl)?).map(|key| key.to_string()).as_deref(), Some(wanted));
            assert_eq!(of_collection(collection, name).map(|key| key.to_string()).as_deref(), Some(wanted));
        }
        assert_eq!(of_collection("https://wordpress.org/plugins", "x"), None);
        assert_eq!(of_collection("https://repo.maven.apache.org/maven2", "no-group"), None);
        Ok(())
    }
}
