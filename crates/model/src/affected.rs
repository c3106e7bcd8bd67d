//! What a feed says of the versions of a product where it does not speak in CPE configurations: OSV, CVE 5, CSAF, and NVD's
//! `affected`.
//!
//! Statements are kept as they were made. Which version they cover is decided in `match`; a statement that nobody can evaluate
//! is kept as [`VersionStatement::Prose`] and makes the answer unknown, never *not affected*.

use std::fmt;

use serde::{Deserialize, Serialize};
use ward_version::Interval;

use crate::cpe::{Cpe, ProductKey};

/// One product that a record speaks of, and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AffectedProduct {
    /// Who says so, where a record has several voices: the name of the CNA or ADP; otherwise the source of the record.
    pub asserter: String,
    /// The package, where it is one of an ecosystem.
    pub package: Option<PackageKey>,
    /// For a package of a distribution: the release that is meant, as written (`8`, `v3.19`); `None` means all.
    pub release: Option<String>,
    /// Vendor as written.
    pub vendor: Option<String>,
    /// Product as written.
    pub product: Option<String>,
    /// CPE names that the record gives for it. They name the product; the versions are those of `versions`.
    pub cpes: Vec<Cpe>,
    /// What holds for a version that no statement covers.
    pub default_status: VersionStatus,
    /// Statements about versions, in the order of the record.
    pub versions: Vec<VersionStatement>,
    /// Platforms that the statement is limited to, as written; empty means all.
    pub platforms: Vec<String>,
    /// Source files that hold the weakness, as written: evidence for *code not present*.
    pub program_files: Vec<String>,
}

/// A package by its ecosystem and its name there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PackageKey {
    /// The ecosystem as OSV names it, in lower case and without release: `pypi`, `go`, `almalinux`, `oss-fuzz`.
    pub ecosystem: Box<str>,
    /// The name in the ecosystem's own normal form: `org.apache:name` for Maven, PEP 503 for `PyPI`, `@scope/name` for npm.
    pub name: Box<str>,
}

impl fmt::Display for PackageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.ecosystem, self.name)
    }
}

/// Whether a version is affected, as a record states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VersionStatus {
    /// It is.
    Affected,
    /// It is not.
    Unaffected,
    /// The record does not say.
    Unknown,
}

/// One statement about versions of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum VersionStatement {
    /// These versions, each by itself.
    Listed {
        /// As written.
        versions: Vec<String>,
        /// What holds for them.
        status: VersionStatus,
    },
    /// A range with one status, which may change inside it (CVE 5).
    Range {
        /// How the versions are ordered.
        order: VersionOrderKind,
        /// The versions meant.
        interval: Interval,
        /// What holds at its beginning.
        status: VersionStatus,
        /// Where inside it the status changes, in the order of the record.
        changes: Vec<StatusChange>,
    },
    /// A range as a set of events, to be sorted by its order before it is read (OSV).
    Events {
        /// How the versions are ordered.
        order: VersionOrderKind,
        /// The events, in the order of the record.
        events: Vec<RangeEvent>,
    },
    /// Words that state versions and that nobody can evaluate.
    Prose {
        /// As written.
        text: String,
        /// What is said to hold for them.
        status: VersionStatus,
    },
}

/// From this version on another status holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// The version.
    pub at: String,
    /// The status from there on.
    pub status: VersionStatus,
}

/// By what the versions of a range are ordered, as the record says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VersionOrderKind {
    /// Semantic Versioning.
    Semver,
    /// The rules of the package's ecosystem.
    Ecosystem,
    /// Commits: they have no order here.
    Git,
    /// A named scheme (`python`, `rpm`, `maven`, `custom`), or nothing at all: to be inferred with less confidence, or unknown.
    Named(String),
}

/// An event in an OSV range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RangeEvent {
    /// From this version on it is there; `0` is before every version.
    Introduced(String),
    /// From this version on it is gone.
    Fixed(String),
    /// This is the last version that has it.
    LastAffected(String),
    /// Versions from this one on are not spoken of.
    Limit(String),
}

/// A decision of a stakeholder about how urgent a vulnerability is, as a feed carries it (SSVC).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SsvcStatement {
    /// Who says so.
    pub asserter: String,
    /// In which role, as written.
    pub role: String,
    /// `none`, `poc` or `active`, as written.
    pub exploitation: Option<String>,
    /// `yes` or `no`, as written.
    pub automatable: Option<String>,
    /// `partial` or `total`, as written.
    pub technical_impact: Option<String>,
    /// The day it was made, as written.
    pub timestamp: Option<String>,
}

/// By what a statement is looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKey {
    /// A package of an ecosystem.
    Package(PackageKey),
    /// A product by its CPE names.
    Product(ProductKey),
    /// Vendor and product as words, each in the form that [`plain_name`] gives; the vendor may be empty.
    Named {
        /// The vendor.
        vendor: Box<str>,
        /// The product.
        product: Box<str>,
    },
}

/// A name as it is compared: lower case, every run of blanks and underscores one underscore, none at the ends.
#[must_use]
pub fn plain_name(name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| c.is_whitespace() || c == '_').filter(|word| !word.is_empty()).collect();
    words.join("_")
}

impl AffectedProduct {
    /// Every key that it is found by, in order, without repetition.
    #[must_use]
    pub fn keys(&self) -> Vec<SubjectKey> {
        let mut keys: Vec<SubjectKey> = self.package.iter().cloned().map(SubjectKey::Package).collect();
        keys.extend(self.cpes.iter().filter_map(Cpe::product_key).map(SubjectKey::Product));
        if let Some(product) = self.product.as_deref().map(plain_name).filter(|name| !is_placeholder(name)) {
            let vendor = self.vendor.as_deref().map(plain_name).filter(|name| !is_placeholder(name));
            keys.push(SubjectKey::Named { vendor: vendor.unwrap_or_default().into(), product: product.into() });
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// What is written where nobody has filled in a name.
fn is_placeholder(name: &str) -> bool {
    matches!(name, "" | "n/a" | "na" | "-" | "*" | "unknown" | "unspecified" | "none" | "not_applicable")
}

#[cfg(test)]
mod tests {
    use super::{AffectedProduct, PackageKey, SubjectKey, VersionStatus, plain_name};

    #[test]
    fn names_are_compared_without_case_and_gaps() {
        assert_eq!(plain_name("  CMS8000  Patient_Monitor "), "cms8000_patient_monitor");
        assert_eq!(plain_name(""), "");
    }

    #[test]
    fn a_product_is_found_by_all_its_names_and_by_no_placeholder() {
        let mut product = AffectedProduct {
            asserter: "cna".to_owned(),
            package: Some(PackageKey { ecosystem: "pypi".into(), name: "trac".into() }),
            release: None,
            vendor: Some("n/a".to_owned()),
            product: Some("Trac".to_owned()),
            cpes: Vec::new(),
            default_status: VersionStatus::Unknown,
            versions: Vec::new(),
            platforms: Vec::new(),
            program_files: Vec::new(),
        };
        let named = SubjectKey::Named { vendor: "".into(), product: "trac".into() };
        assert_eq!(product.keys().len(), 2);
        assert_eq!(product.keys().last(), Some(&named));
        product.product = Some("N/A".to_owned());
        assert_eq!(product.keys().len(), 1);
    }
}
