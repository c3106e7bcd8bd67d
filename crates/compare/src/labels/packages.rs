//! Of which type a package is whose label does not say so: a reviewed table.

use std::collections::BTreeSet;

use serde::Deserialize;

/// The table as it is written.
const TABLE: &str = include_str!("../../data/packages.toml");

/// Types and namespaces by name and version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packages {
    package: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    namespace: Option<String>,
    names: Vec<String>,
    versions: Option<BTreeSet<String>>,
    /// Why; read by people.
    #[serde(rename = "reason")]
    _reason: String,
}

impl Packages {
    /// The table that is part of this room.
    ///
    /// # Errors
    /// It is not what it should be.
    pub fn built_in() -> Result<Self, toml::de::Error> {
        toml::from_str(TABLE)
    }

    /// The type and the namespace of the package; the first entry that fits counts.
    pub fn of(&self, name: &str, version: &str) -> Option<(&str, Option<&str>)> {
        let fits = |entry: &&Entry| {
            entry.names.iter().any(|pattern| is_named(pattern, name))
                && entry.versions.as_ref().is_none_or(|versions| versions.contains(version))
        };
        self.package.iter().find(fits).map(|entry| (entry.kind.as_str(), entry.namespace.as_deref()))
    }
}

/// A star in a pattern stands for any text.
fn is_named(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => {
            name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        }
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::Packages;

    #[test]
    fn the_table_tells_packages_of_one_name_apart() {
        let packages = Packages::built_in().unwrap();
        let table = [
            ("jetty-io", "9.4.38.v20210224", Some(("maven", Some("org.eclipse.jetty")))),
            ("geronimo-stax-api_1.2_spec", "1.2", Some(("maven", Some("org.apache.geronimo.specs")))),
            ("geronimo-crypto", "2.2.1", None),
            ("mysql", "1.17.3", Some(("maven", Some("org.testcontainers")))),
            ("mysql", "2.18.1", Some(("npm", None))),
            ("docker", "0.4.0", Some(("gem", None))),
            ("docker", "6.0.0", Some(("pypi", None))),
            ("docker", "1.0.0", Some(("npm", None))),
            ("docker", "20.10.7", None),
            ("tar", "1.34", None),
        ];
        for (name, version, expected) in table {
            assert_eq!(packages.of(name, version), expected, "{name} {version}");
        }
    }
}
