//! Which release lines of a product a component belongs to, and so what the feeds say of its support.
//!
//! A component is recognised by its CPE names and its package. By its name alone it may be another thing: then only a bad answer
//! counts. The packages of a distribution are supported by it and with its release, whatever upstream does.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::affected::{SubjectKey, plain_name};
use ward_model::component::Component;
use ward_model::cpe::Attribute;
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::support::SupportCycle;

use crate::package::{distro, packages};

/// A release line that a component belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line.
    pub cycle: SupportCycle,
    /// By what the component was recognised as of this product.
    pub by: String,
    /// Whether that was its name alone.
    pub by_name: bool,
    /// The other lines of the product, newest first.
    pub others: Vec<SupportCycle>,
}

/// Answers already given, by key: components share products.
#[derive(Debug, Default)]
pub struct Shelf(BTreeMap<SubjectKey, Vec<SupportCycle>>);

impl Shelf {
    fn cycles(&mut self, key: &SubjectKey, knowledge: &dyn Knowledge) -> Result<&[SupportCycle], KnowledgeError> {
        if !self.0.contains_key(key) {
            let found = knowledge.support_cycles(key)?;
            self.0.insert(key.clone(), found);
        }
        Ok(self.0.get(key).map_or(&[], Vec::as_slice))
    }
}

/// The distributions whose name in package URLs is not that of their product.
const RELEASES: [(&str, &str); 6] = [
    ("alpine", "alpine_linux"),
    ("redhat", "rhel"),
    ("rocky", "rocky_linux"),
    ("alma", "almalinux"),
    ("amzn", "amazon_linux"),
    ("sles", "sles"),
];

/// The release lines that a component belongs to, by product. Where a product has no line for its version, it has none here.
///
/// # Errors
/// The knowledge could not be read.
pub fn lines(component: &Component, knowledge: &dyn Knowledge, shelf: &mut Shelf) -> Result<Vec<Line>, KnowledgeError> {
    let mut asked: Vec<(SubjectKey, Vec<String>, String, bool)> = Vec::new();
    let own: Vec<String> =
        [component.version.as_deref(), component.purl.as_ref().and_then(|purl| purl.version.as_deref())]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect();
    let built_by_distribution =
        component.purl.as_ref().is_some_and(|purl| matches!(&*purl.kind, "deb" | "rpm" | "apk"));
    if let Some(purl) = component.purl.as_ref().filter(|_| built_by_distribution) {
        let (named, release) = distro(purl.qualifiers.get("distro").map(String::as_str));
        let whose = purl.namespace.as_deref().map(str::to_lowercase).or(named);
        if let (Some(whose), Some(release)) = (whose, release) {
            let product =
                RELEASES.iter().find(|(name, _)| *name == whose).map_or(whose.as_str(), |(_, product)| product);
            let key = SubjectKey::Named { vendor: "".into(), product: plain_name(product).into() };
            let by = format!("a package of {whose} {release}");
            asked.push((key, vec![release], by, false));
        }
    } else {
        for cpe in &component.cpes {
            let Some(product) = cpe.product_key() else { continue };
            let mut versions = own.clone();
            if let Attribute::Value(version) = &cpe.version {
                versions.insert(0, version.to_string());
            }
            asked.push((SubjectKey::Product(product), versions, format!("by {cpe}"), false));
        }
        for package in packages(component, None) {
            let by = format!("by the package {}", package.key);
            asked.push((SubjectKey::Package(package.key), own.clone(), by, false));
        }
        let name = plain_name(&component.name);
        if !name.is_empty() {
            let key = SubjectKey::Named { vendor: "".into(), product: name.as_str().into() };
            asked.push((key, own, format!("by the name `{name}` alone"), true));
        }
    }
    let mut lines: Vec<Line> = Vec::new();
    for (key, versions, by, by_name) in asked {
        let cycles = shelf.cycles(&key, knowledge)?;
        let products: BTreeSet<&str> = cycles.iter().map(|cycle| cycle.product.as_str()).collect();
        for product in products {
            if lines.iter().any(|line| line.cycle.product == product) {
                continue;
            }
            let of_product = || cycles.iter().filter(|cycle| cycle.product == product);
            if let Some(cycle) = versions.iter().find_map(|version| SupportCycle::closest(of_product(), version)) {
                let others = of_product().filter(|other| !other.is_spelled_like(&cycle)).cloned().collect();
                lines.push(Line { cycle, by: by.clone(), by_name, others });
            }
        }
    }
    Ok(lines)
}
