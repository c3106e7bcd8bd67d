//! What the single types demand beyond the common grammar.

use super::{Purl, PurlError};

/// Types in which capital letters mean nothing in the namespace.
const LOWER_NAMESPACE: [&str; 15] = [
    "alpm",
    "apk",
    "bitbucket",
    "brew",
    "composer",
    "deb",
    "github",
    "gitlab",
    "hex",
    "luarocks",
    "oci",
    "qpkg",
    "rpm",
    "vscode-extension",
    "yocto",
];

/// Types in which capital letters mean nothing in the name.
const LOWER_NAME: [&str; 17] = [
    "alpm",
    "apk",
    "bitbucket",
    "bitnami",
    "brew",
    "chrome-extension",
    "composer",
    "deb",
    "github",
    "gitlab",
    "hex",
    "luarocks",
    "oci",
    "otp",
    "pub",
    "pypi",
    "vscode-extension",
];

/// Types in which capital letters mean nothing in the version.
const LOWER_VERSION: [&str; 4] = ["huggingface", "oci", "pypi", "vscode-extension"];

/// Whether the name is a path of several segments: only `git`, whose namespace is the host.
pub(super) fn name_is_path(kind: &str) -> bool {
    kind == "git"
}

/// Brings the parts into the one form of the type.
pub(super) fn normalise(purl: &mut Purl) {
    let kind = purl.kind.as_str();
    match kind {
        // The scope of a package, or the path of a module, that was encoded into the name.
        "npm" | "golang" if purl.namespace.is_none() => {
            if let Some((namespace, name)) = purl.name.rsplit_once('/')
                && (kind == "golang" || namespace.starts_with('@'))
                && !name.is_empty()
                && !namespace.split('/').any(str::is_empty)
            {
                purl.namespace = Some(namespace.to_owned());
                purl.name = name.to_owned();
            }
        }
        // The host is the namespace, the rest of the path the name.
        "git" => {
            let whole = format!("{}/{}", purl.namespace.as_deref().unwrap_or(""), purl.name);
            let segments: Vec<&str> = whole.split('/').filter(|segment| !segment.is_empty()).collect();
            let (host, path) = match segments.as_slice() {
                [host, path @ ..] if !path.is_empty() => (Some((*host).to_owned()), path.join("/")),
                rest => (None, rest.join("/")),
            };
            purl.namespace = host;
            purl.name = path;
        }
        "pypi" => purl.name = purl.name.replace('_', "-"),
        "pub" => {
            purl.name = purl.name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        }
        // Databricks ignores capital letters in model names, Azure ML does not.
        "mlflow" if purl.qualifiers.get("repository_url").is_some_and(|url| url.contains("databricks")) => {
            purl.name = purl.name.to_lowercase();
        }
        _ => {}
    }
    let kind = purl.kind.as_str();
    if LOWER_NAMESPACE.contains(&kind) {
        purl.namespace = purl.namespace.take().map(|text| text.to_lowercase());
    }
    if LOWER_NAME.contains(&kind) {
        purl.name = purl.name.to_lowercase();
    }
    if LOWER_VERSION.contains(&kind) {
        purl.version = purl.version.take().map(|text| text.to_lowercase());
    }
}

/// Refuses what the type forbids. Only rules whose breach makes the identity doubtful: tools often leave out the
/// distribution of a `deb` or the owner of a `composer` package, and name and version still say much.
pub(super) fn check(purl: &Purl) -> Result<(), PurlError> {
    let rule = match purl.kind.as_str() {
        "swift" | "vscode-extension" if purl.namespace.is_none() => "needs a namespace",
        "otp" | "vcpkg" if purl.namespace.is_some() => "has no namespace",
        "cpan" if purl.name.contains("::") => "names a distribution (`A-B`), not a module (`A::B`)",
        "julia" if !purl.qualifiers.contains_key("uuid") => "needs the qualifier `uuid`",
        "swid" if !purl.qualifiers.contains_key("tag_id") => "needs the qualifier `tag_id`",
        "chrome-extension" if !is_extension_id(&purl.name) => "names 32 letters from a to p",
        "chrome-extension" if !purl.version.as_deref().is_none_or(is_four_numbers) => {
            "has one to four numbers as version"
        }
        _ => return Ok(()),
    };
    Err(PurlError::Rule { kind: purl.kind.clone(), rule })
}

fn is_extension_id(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|b| (b'a'..=b'p').contains(&b))
}

fn is_four_numbers(version: &str) -> bool {
    let parts: Vec<&str> = version.split('.').collect();
    parts.len() <= 4 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
