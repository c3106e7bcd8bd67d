//! A small world: knowledge held in memory, and short ways to write components and records.

use std::collections::BTreeSet;

use jiff::civil::date;
use ward_model::Digest;
use ward_model::affected::SubjectKey;
use ward_model::alias::{Alias, Aliases};
use ward_model::component::{Component, ComponentKind};
use ward_model::cpe::{Cpe, ProductKey};
use ward_model::family::{Families, Family, ProductPattern};
use ward_model::finding::{Finding, MatchReport, State};
use ward_model::ids::{ComponentRef, VulnerabilityId};
use ward_model::knowledge::{
    AliasGroup, Candidate, Knowledge, KnowledgeDescription, KnowledgeError, RecordNumber, StatementCandidate,
};
use ward_model::meant::Meant;
use ward_model::purl::Purl;
use ward_model::renamed::{Release, Rename, Renamed, Renames};
use ward_model::vulnerability::{
    Configuration, Criterion, Epss, Exploited, Node, Operator, Undescribed, VulnerabilityRecord,
};
use ward_version::{Bound, Interval};

use crate::{Inventory, match_inventory};

/// Knowledge in memory.
pub(crate) struct World {
    records: Vec<VulnerabilityRecord>,
    /// Products that records name which could not be read.
    pub(crate) set_aside: Vec<ProductKey>,
    /// Packages, and products in words, that such records name.
    pub(crate) set_aside_subjects: Vec<SubjectKey>,
    /// Ecosystems that a source speaks for, with a release where it speaks of that alone.
    pub(crate) covered: Vec<(&'static str, Option<&'static str>)>,
    /// Vulnerabilities that are known to be exploited.
    pub(crate) exploited: Vec<&'static str>,
    /// What is exploited and described by no record.
    pub(crate) undescribed: Vec<Undescribed>,
    description: KnowledgeDescription,
}

impl World {
    pub(crate) fn new(records: Vec<VulnerabilityRecord>) -> Self {
        let description = KnowledgeDescription {
            generation: Digest::of(b"world"),
            as_of: date(2026, 8, 22),
            sources: Vec::new(),
            seed: false,
            limited_to: Vec::new(),
            lost: Vec::new(),
        };
        Self {
            records,
            set_aside: Vec::new(),
            set_aside_subjects: Vec::new(),
            covered: Vec::new(),
            exploited: Vec::new(),
            undescribed: Vec::new(),
            description,
        }
    }

    fn criteria(&self) -> impl Iterator<Item = (RecordNumber, &Criterion)> {
        let standing = (0..).map(RecordNumber).zip(&self.records).filter(|(_, record)| !record.withdrawn);
        standing.flat_map(|(number, record)| {
            record
                .configurations
                .iter()
                .flat_map(|configuration| &configuration.nodes)
                .flat_map(|node| &node.criteria)
                .map(move |criterion| (number, criterion))
        })
    }
}

impl Knowledge for World {
    fn description(&self) -> &KnowledgeDescription {
        &self.description
    }

    fn candidates(&self, product: &ProductKey) -> Result<Vec<Candidate>, KnowledgeError> {
        Ok(self
            .criteria()
            .filter(|(_, criterion)| criterion.vulnerable && criterion.cpe.product_key().as_ref() == Some(product))
            .map(|(record, criterion)| Candidate { record, criterion: criterion.clone() })
            .collect())
    }

    /// As a generation does it, so that whatever is tested here is tested with rows that are ruled out.
    fn candidates_but(
        &self,
        product: &ProductKey,
        ruled_out: &dyn Fn(&Meant<'_>) -> bool,
    ) -> Result<Vec<Candidate>, KnowledgeError> {
        let mut candidates = self.candidates(product)?;
        candidates.retain(|candidate| !ruled_out(&candidate.criterion.meant(&candidate.criterion.keys())));
        Ok(candidates)
    }

    fn names_product(&self, product: &ProductKey) -> Result<bool, KnowledgeError> {
        Ok(self.criteria().any(|(_, criterion)| criterion.cpe.product_key().as_ref() == Some(product)))
    }

    fn products_named(&self, name: &str) -> Result<Vec<ProductKey>, KnowledgeError> {
        let products: BTreeSet<ProductKey> =
            self.criteria().filter_map(|(_, criterion)| criterion.cpe.product_key()).collect();
        Ok(products.into_iter().filter(|product| &*product.product == name).collect())
    }

    fn record(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError> {
        Ok(self.records[number.0 as usize].clone())
    }

    fn find(&self, id: &VulnerabilityId) -> Result<Option<RecordNumber>, KnowledgeError> {
        Ok((0..).map(RecordNumber).zip(&self.records).find(|(_, record)| record.id == *id).map(|(number, _)| number))
    }

    fn set_aside_for(&self, product: &ProductKey) -> Result<Vec<String>, KnowledgeError> {
        Ok(self.set_aside.iter().filter(|known| *known == product).map(|_| "CVE-0".to_owned()).collect())
    }

    fn set_aside_about(&self, subject: &SubjectKey) -> Result<Vec<String>, KnowledgeError> {
        Ok(self.set_aside_subjects.iter().filter(|known| *known == subject).map(|_| "CVE-0".to_owned()).collect())
    }

    fn exploited(&self, id: &VulnerabilityId) -> Result<Option<Exploited>, KnowledgeError> {
        let known = self.exploited.iter().any(|known| *known == id.as_str());
        Ok(known.then(|| Exploited::new(id.clone())))
    }

    fn statements(&self, key: &SubjectKey) -> Result<Vec<StatementCandidate>, KnowledgeError> {
        let records = (0..).map(RecordNumber).zip(&self.records).filter(|(_, record)| !record.withdrawn);
        let products = records.flat_map(|(record, all)| all.affected.iter().map(move |product| (record, product)));
        Ok(products
            .filter(|(_, product)| product.keys().contains(key))
            .map(|(record, product)| StatementCandidate { record, product: product.clone() })
            .collect())
    }

    fn covers(&self, ecosystem: &str, release: Option<&str>) -> Result<bool, KnowledgeError> {
        Ok(self
            .covered
            .iter()
            .any(|(name, of)| *name == ecosystem && (of.is_none() || release.is_none() || *of == release)))
    }

    fn alias_group(&self, id: &VulnerabilityId) -> Result<AliasGroup, KnowledgeError> {
        let reached = |withdrawn: bool| {
            let mut ids = BTreeSet::from([id.clone()]);
            loop {
                let before = ids.len();
                for record in self.records.iter().filter(|record| withdrawn || !record.withdrawn) {
                    let names: Vec<_> = record.aliases.iter().chain([&record.id]).cloned().collect();
                    if names.iter().any(|name| ids.contains(name)) {
                        ids.extend(names);
                    }
                }
                if ids.len() == before {
                    return ids;
                }
            }
        };
        let ids = reached(false);
        let former = reached(true).difference(&ids).cloned().collect();
        Ok(AliasGroup { ids: ids.into_iter().collect(), assertions: Vec::new(), former })
    }

    fn find_all(&self, id: &VulnerabilityId) -> Result<Vec<RecordNumber>, KnowledgeError> {
        let records = (0..).map(RecordNumber).zip(&self.records);
        Ok(records.filter(|(_, record)| record.id == *id).map(|(number, _)| number).collect())
    }

    fn undescribed(&self) -> Result<&[Undescribed], KnowledgeError> {
        Ok(&self.undescribed)
    }

    fn epss(&self, _: &VulnerabilityId) -> Result<Option<Epss>, KnowledgeError> {
        Ok(None)
    }
}

/// A product with versions: `o:linux:linux_kernel`, `>=2.6 <3.1`, `=1.0 rc1`, `*`, `-`.
pub(crate) fn criterion(vulnerable: bool, product: &str, versions: &str) -> Criterion {
    let mut name = format!("cpe:2.3:{product}:*:*:*:*:*:*:*:*");
    let mut range = Interval::default();
    for part in versions.split_whitespace() {
        let bound = |text: &str, inclusive| Some(Bound { version: text.to_owned(), inclusive });
        if part == "-" {
            name = format!("cpe:2.3:{product}:-:*:*:*:*:*:*:*");
        } else if let Some(version) = part.strip_prefix('=') {
            name = format!("cpe:2.3:{product}:{version}:*:*:*:*:*:*:*");
        } else if let Some(version) = part.strip_prefix(">=") {
            range.lower = bound(version, true);
        } else if let Some(version) = part.strip_prefix('>') {
            range.lower = bound(version, false);
        } else if let Some(version) = part.strip_prefix("<=") {
            range.upper = bound(version, true);
        } else if let Some(version) = part.strip_prefix('<') {
            range.upper = bound(version, false);
        }
    }
    let range = (range != Interval::default()).then_some(range);
    Criterion { vulnerable, cpe: Cpe::parse(&name).expect("a CPE name"), range }
}

/// A criterion whose CPE name is written in full.
pub(crate) fn named(vulnerable: bool, cpe: &str, versions: &str) -> Criterion {
    Criterion { cpe: Cpe::parse(cpe).expect("a CPE name"), ..criterion(vulnerable, "a:x:x", versions) }
}

pub(crate) fn any_of(criteria: Vec<Criterion>) -> Node {
    Node { operator: Operator::Or, negate: false, criteria }
}

/// Nodes that must all hold.
pub(crate) fn all_of(nodes: Vec<Node>) -> Configuration {
    Configuration { operator: Operator::And, negate: false, nodes }
}

/// A configuration of one node.
pub(crate) fn only(criteria: Vec<Criterion>) -> Configuration {
    Configuration { operator: Operator::Or, negate: false, nodes: vec![any_of(criteria)] }
}

pub(crate) fn record(id: &str, configurations: Vec<Configuration>) -> VulnerabilityRecord {
    VulnerabilityRecord { configurations, ..VulnerabilityRecord::new(VulnerabilityId::new(id), "nvd") }
}

/// A record about one product.
pub(crate) fn about(id: &str, product: &str, versions: &[&str]) -> VulnerabilityRecord {
    record(id, vec![only(versions.iter().map(|versions| criterion(true, product, versions)).collect())])
}

/// A component with nothing but a name and a version; an empty version is none.
pub(crate) fn plain(name: &str, version: &str) -> Component {
    Component {
        kind: ComponentKind::Library,
        version: (!version.is_empty()).then(|| version.to_owned()),
        ..Component::named(ComponentRef::new(name), name)
    }
}

pub(crate) fn with_cpe(mut component: Component, cpe: &str) -> Component {
    component.cpes.push(Cpe::parse(cpe).expect("a CPE name"));
    component
}

/// A component with the CPE name `product:version`.
pub(crate) fn exact(product: &str, version: &str) -> Component {
    let name = product.rsplit(':').next().unwrap_or(product);
    with_cpe(plain(name, version), &format!("cpe:2.3:{product}:{version}:*:*:*:*:*:*:*"))
}

pub(crate) fn with_purl(mut component: Component, purl: &str) -> Component {
    component.purl = Some(Purl::parse(purl).expect("a package URL"));
    component
}

pub(crate) fn with_supplier(mut component: Component, supplier: &str) -> Component {
    component.supplier = Some(supplier.to_owned());
    component
}

pub(crate) fn alias(name: &str, products: &[&str]) -> Alias {
    Alias {
        name: name.to_owned(),
        purl_type: None,
        namespace: None,
        supplier: None,
        products: products.iter().map(|product| product.parse().expect("a product")).collect(),
        reason: "they are the same".to_owned(),
    }
}

pub(crate) fn scan_with(
    world: &World,
    aliases: &Aliases,
    components: &[Component],
    hardware: &[Cpe],
    complete: bool,
) -> MatchReport {
    match_inventory(&Inventory { components, hardware, complete }, aliases, world).expect("a world in memory answers")
}

pub(crate) fn scan(world: &World, components: &[Component], complete: bool) -> MatchReport {
    scan_with(world, &names(), components, &[], complete)
}

/// What products are called besides, in this world.
pub(crate) fn names() -> Aliases {
    let product = |text: &&str| text.parse::<ProductKey>().expect("a product");
    let pattern =
        |text: &&str| ProductPattern { product: product(&text.trim_end_matches('*')), open: text.ends_with('*') };
    let family = |name: &str, word: &str, general: &[&str], members: &[&str]| Family {
        name: name.to_owned(),
        words: vec![word.to_owned()],
        general: general.iter().map(product).collect(),
        members: members.iter().map(pattern).collect(),
        ..Family::default()
    };
    let windows = Family {
        perhaps: vec![pattern(&"o:microsoft:windows_ce*")],
        vague: true,
        ..family("Windows", "windows", &["o:microsoft:windows"], &["o:microsoft:windows*"])
    };
    let linux = Family {
        perhaps: vec![pattern(&"o:google:android")],
        packages: vec![("deb".to_owned(), None), ("rpm".to_owned(), None), ("apk".to_owned(), None)],
        ..family("Linux", "linux", &["o:linux:linux_kernel"], &["o:debian:debian_linux", "o:canonical:ubuntu*"])
    };
    let unix = Family {
        includes: vec!["Linux".to_owned()],
        ..family("Unix", "unix", &["o:unix:unix"], &["o:freebsd:freebsd"])
    };
    let debian = Family {
        words: Vec::new(),
        packages: vec![("deb".to_owned(), Some("debian".to_owned()))],
        ..family("Debian", "", &["o:debian:debian_linux"], &[])
    };
    let android = family("Android", "android", &["o:google:android"], &[]);
    let families = Families::new(vec![windows, linux, unix, debian, android]);
    Aliases::default().with_families(families).with_renames(renames())
}

fn renames() -> Renames {
    let of = |product: &str, also: &str, what| Rename {
        product: product.parse().expect("a product"),
        also: (!also.is_empty()).then(|| also.parse().expect("a product")),
        what,
        reason: "it was renamed".to_owned(),
    };
    let release = |product: &str, version: &str, also: &str, builds: &str| {
        let (version, update) = match version.strip_prefix("update ") {
            Some(update) => (None, Some(update.to_owned())),
            None => ((!version.is_empty()).then(|| version.to_owned()), None),
        };
        of(product, also, Renamed::Release(Release { version, update, builds: builds.to_owned() }))
    };
    let versions = |product: &str, also: &str, beginning: Option<&str>| {
        of(product, also, Renamed::Versions(beginning.map(str::to_owned)))
    };
    Renames::new(vec![
        release("o:microsoft:windows_10", "-", "o:microsoft:windows_10_1507", "10.0.10240"),
        release("o:microsoft:windows_10", "1607", "o:microsoft:windows_10_1607", "10.0.14393"),
        release("o:microsoft:windows_10", "1809", "o:microsoft:windows_10_1809", "10.0.17763"),
        release("o:microsoft:windows_10", "21h2", "o:microsoft:windows_10_21h2", "10.0.19044"),
        release("o:microsoft:windows", "", "o:microsoft:windows_7", "6.1"),
        release("o:microsoft:windows", "xp", "", "5.1"),
        release("o:microsoft:windows", "", "o:microsoft:windows_10", "10.0"),
        release("o:microsoft:windows", "", "o:microsoft:windows_10_21h2", "10.0.19044"),
        release("o:microsoft:windows", "", "o:microsoft:windows_10_1809", "10.0.17763"),
        release("o:microsoft:windows_server_2016", "-", "", "10.0.14393"),
        release("o:microsoft:windows_server_2016", "1803", "o:microsoft:windows_server_1803", "10.0.17134"),
        release("o:microsoft:windows_server_2008", "-", "", "6.0"),
        release("o:microsoft:windows_server_2008", "r2", "o:microsoft:windows_server_2008_r2", "6.1"),
        release("o:microsoft:windows_server_2008", "update sp2", "o:microsoft:windows_server_2008_sp2", "6.0"),
        versions("o:microsoft:windows_2003_server", "o:microsoft:windows_server_2003", None),
        versions("o:apple:mac_os_x", "o:apple:macos", Some("10")),
    ])
}

/// The state of one vulnerability in one component, where there is a finding.
pub(crate) fn state_of(report: &MatchReport, component: &str, vulnerability: &str) -> Option<State> {
    finding_of(report, component, vulnerability).map(|finding| finding.state)
}

pub(crate) fn finding_of<'r>(report: &'r MatchReport, component: &str, vulnerability: &str) -> Option<&'r Finding> {
    report.findings.iter().find(|finding| {
        finding.component.reference.as_str() == component && finding.vulnerability.id.as_str() == vulnerability
    })
}
