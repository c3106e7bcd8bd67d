//! Random knowledge about few products, and random SBOMs that hold them.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Value, json};
use ward_formats::feed::kev::Catalogue;
use ward_knowledge::{Contents, Memory, SetAsideRecord};
use ward_model::affected::{
    AffectedProduct, PackageKey, RangeEvent, SubjectKey, VersionOrderKind, VersionStatement, VersionStatus,
};
use ward_model::cpe::ProductKey;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Configuration, Criterion, Exploited, Node, Operator, VulnerabilityRecord};
use ward_policy::Library;
use ward_version::{Bound, Interval};

/// The day asked about.
pub const TODAY: Date = date(2026, 11, 28);

/// Policies and aliases as they ship.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::built_in().unwrap())
}

/// Products, with systems of families, a firmware and its hardware among them.
const PRODUCTS: [&str; 9] = [
    "a:acme:alpha",
    "a:other:alpha",
    "a:beta:beta",
    "o:linux:linux_kernel",
    "o:microsoft:windows",
    "o:microsoft:windows_10_21h2",
    "o:debian:debian_linux",
    "o:acme:board_firmware",
    "h:acme:board",
];
const VERSIONS: [&str; 6] = ["*", "-", "1", "2", "<2", ">=1 <3"];
const IDS: [&str; 8] = [
    "CVE-2020-0001",
    "CVE-2020-0002",
    "CVE-2020-0003",
    "CVE-2020-0004",
    "GHSA-aaaa-aaaa-aaaa",
    "GHSA-bbbb-bbbb-bbbb",
    "DSA-1-1",
    "PYSEC-2020-1",
];
const PACKAGES: [(&str, &str); 5] =
    [("npm", "alpha"), ("pypi", "beta"), ("debian", "alpha"), ("go", "example.org/beta"), ("oss-fuzz", "beta")];
const PLATFORMS: [&str; 4] = ["Windows", "Linux", "x86", "all"];

/// What the world said.
#[derive(Debug, Clone)]
pub struct Told {
    pub records: Vec<VulnerabilityRecord>,
    pub aside: Vec<SubjectKey>,
    exploited: Vec<Exploited>,
    ecosystems: BTreeSet<String>,
}

impl Told {
    /// These records and nothing else.
    pub fn of(records: Vec<VulnerabilityRecord>) -> Self {
        Self { records, aside: Vec::new(), exploited: Vec::new(), ecosystems: BTreeSet::new() }
    }

    /// As knowledge.
    pub fn held(&self) -> Memory {
        let mut contents = Contents::empty(date(2026, 11, 20));
        contents.records = self.records.clone();
        let entries = self.exploited.clone();
        contents.exploited =
            Some(Catalogue { version: None, released: None, moment: String::new(), entries, set_aside: Vec::new() });
        let aside = |(place, subject): (u64, &SubjectKey)| SetAsideRecord {
            source: "nvd".to_owned(),
            file: "file".to_owned(),
            place,
            id: None,
            reason: "odd".to_owned(),
            digest: Digest::of(format!("{subject:?}").as_bytes()),
            products: match subject {
                SubjectKey::Product(product) => vec![product.clone()],
                _ => Vec::new(),
            },
            subjects: Some(subject.clone()).filter(|of| !matches!(of, SubjectKey::Product(_))).into_iter().collect(),
            stamp: String::new(),
        };
        contents.set_aside = (1..).zip(&self.aside).map(aside).collect();
        contents.ecosystems = self.ecosystems.clone();
        Memory::new(contents).unwrap()
    }

    /// Corrects one of the records.
    pub fn correct(&mut self, which: prop::sample::Index, correction: &Correction) {
        let Some(count) = std::num::NonZero::new(self.records.len()) else { return };
        let record = &mut self.records[which.index(count.get())];
        match correction {
            Correction::Words => record.description.push_str(" more"),
            Correction::Withdrawal => record.withdrawn = !record.withdrawn,
            Correction::Configurations(other) => record.configurations = other.clone(),
            Correction::Negation => record.configurations.iter_mut().for_each(|all| all.negate = !all.negate),
            Correction::Statements(other) => record.affected = other.clone(),
            Correction::Versions => record.affected.iter_mut().for_each(|product| product.versions.clear()),
            Correction::Aliases(ids) => record.aliases = others(ids, &record.id),
            Correction::Upstream(ids) => record.upstream = others(ids, &record.id),
        }
    }

    /// Takes over most of what was said before, so that few things change.
    pub fn keep_some_of(&mut self, before: &Told, which: u32) {
        let kept = |bit: usize| which >> (bit % 32) & 1 == 1;
        let old = before.records.iter().enumerate().filter(|(number, _)| kept(*number));
        for (_, record) in old {
            self.records.retain(|own| (&own.id, &own.source) != (&record.id, &record.source));
            self.records.push(record.clone());
        }
        if kept(20) {
            self.exploited = before.exploited.clone();
        }
        if kept(21) {
            self.ecosystems = before.ecosystems.clone();
        }
        if kept(22) {
            self.aside = before.aside.clone();
        }
    }
}

/// How a record becomes another one.
#[derive(Debug, Clone)]
pub enum Correction {
    Words,
    Withdrawal,
    Configurations(Vec<Configuration>),
    Negation,
    Statements(Vec<AffectedProduct>),
    Versions,
    Aliases(Vec<&'static str>),
    Upstream(Vec<&'static str>),
}

pub fn correction() -> impl Strategy<Value = Correction> {
    let ids = || prop::collection::vec(prop::sample::select(&IDS[..]), 0..3);
    prop_oneof![
        Just(Correction::Words),
        Just(Correction::Withdrawal),
        prop::collection::vec(configuration(), 0..3).prop_map(Correction::Configurations),
        Just(Correction::Negation),
        prop::collection::vec(affected(), 0..3).prop_map(Correction::Statements),
        Just(Correction::Versions),
        ids().prop_map(Correction::Aliases),
        ids().prop_map(Correction::Upstream),
    ]
}

fn others(ids: &[&str], own: &VulnerabilityId) -> Vec<VulnerabilityId> {
    ids.iter().map(|id| VulnerabilityId::from(*id)).filter(|id| id != own).collect()
}

fn product() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&PRODUCTS[..])
}

fn criterion() -> impl Strategy<Value = Criterion> {
    (any::<bool>(), product(), prop::sample::select(&VERSIONS[..])).prop_map(|(vulnerable, product, versions)| {
        let bound = |version: &str, inclusive| Some(Bound { version: version.to_owned(), inclusive });
        let (version, range) = match versions {
            "<2" => ("*", Some(Interval { lower: None, upper: bound("2", false) })),
            ">=1 <3" => ("*", Some(Interval { lower: bound("1", true), upper: bound("3", false) })),
            exact => (exact, None),
        };
        let cpe = format!("cpe:2.3:{product}:{version}:*:*:*:*:*:*:*").parse().unwrap();
        Criterion { vulnerable, cpe, range }
    })
}

fn configuration() -> impl Strategy<Value = Configuration> {
    let operator = || prop::sample::select(vec![Operator::And, Operator::Or]);
    let negate = || prop::sample::select(vec![false, false, false, true]);
    let node = (operator(), negate(), prop::collection::vec(criterion(), 1..4))
        .prop_map(|(operator, negate, criteria)| Node { operator, negate, criteria });
    (operator(), negate(), prop::collection::vec(node, 1..3)).prop_map(|(operator, negate, nodes)| Configuration {
        operator,
        negate,
        nodes,
    })
}

fn affected() -> impl Strategy<Value = AffectedProduct> {
    let versions = prop::collection::vec(
        prop_oneof![
            Just(VersionStatement::Events {
                order: VersionOrderKind::Ecosystem,
                events: vec![RangeEvent::Introduced("0".to_owned()), RangeEvent::Fixed("2".to_owned())],
            }),
            Just(VersionStatement::Listed { versions: vec!["1".to_owned()], status: VersionStatus::Affected }),
            Just(VersionStatement::Prose { text: "some".to_owned(), status: VersionStatus::Affected }),
        ],
        0..2,
    );
    let status = prop::sample::select(vec![VersionStatus::Unknown, VersionStatus::Unaffected, VersionStatus::Affected]);
    let platforms = prop::collection::vec(prop::sample::select(&PLATFORMS[..]), 0..2);
    (any::<bool>(), prop::sample::select(&PACKAGES[..]), product(), any::<[bool; 2]>(), versions, status, platforms)
        .prop_map(|(package, (ecosystem, name), product, [with_cpe, vendor], versions, default_status, platforms)| {
            let [_, maker, called] = product.splitn(3, ':').collect::<Vec<_>>().try_into().unwrap();
            let cpe = format!("cpe:2.3:{product}:*:*:*:*:*:*:*:*").parse().unwrap();
            AffectedProduct {
                asserter: "somebody".to_owned(),
                package: package.then(|| PackageKey { ecosystem: ecosystem.into(), name: name.into() }),
                release: None,
                vendor: (!package && vendor).then(|| maker.to_owned()),
                product: (!package).then(|| called.to_owned()),
                cpes: if !package && with_cpe { vec![cpe] } else { Vec::new() },
                default_status,
                versions,
                platforms: platforms.into_iter().map(str::to_owned).collect(),
                program_files: Vec::new(),
            }
        })
}

fn record() -> impl Strategy<Value = VulnerabilityRecord> {
    let id = || prop::sample::select(&IDS[..]);
    let ids = move || prop::collection::vec(id(), 0..2);
    let source = prop::sample::select(vec!["nvd", "cve5", "osv/npm", "osv/debian"]);
    let configurations = prop::collection::vec(configuration(), 0..3);
    let affected = prop::collection::vec(affected(), 0..3);
    let withdrawn = prop::sample::select(vec![false, false, false, false, true]);
    (id(), source, ids(), ids(), configurations, affected, withdrawn, 0..3_u8).prop_map(
        |(id, source, aliases, upstream, configurations, affected, withdrawn, word)| {
            let of = |ids: Vec<&str>| {
                ids.into_iter().filter(|other| *other != id).map(VulnerabilityId::from).collect::<Vec<_>>()
            };
            VulnerabilityRecord {
                aliases: of(aliases),
                upstream: of(upstream),
                configurations,
                affected,
                withdrawn,
                description: format!("words {word}"),
                ..VulnerabilityRecord::new(VulnerabilityId::from(id), source)
            }
        },
    )
}

/// Anything the world may say.
pub fn told() -> impl Strategy<Value = Told> {
    let records = prop::collection::vec(record(), 1..7).prop_map(|mut records| {
        let mut seen = BTreeSet::new();
        records.retain(|record| seen.insert((record.id.clone(), record.source.clone())));
        records
    });
    let words = prop::sample::select(vec![Some("Acme"), Some("Microsoft"), Some("Multiple"), None]);
    let name = prop::sample::select(vec![Some("Alpha"), Some("Windows"), Some("Multiple Products"), None]);
    let exploited = (prop::sample::select(&IDS[..4]), words, name).prop_map(|(id, vendor, product)| Exploited {
        vendor: vendor.map(str::to_owned),
        product: product.map(str::to_owned),
        ..Exploited::new(VulnerabilityId::from(id))
    });
    let exploited = prop::collection::vec(exploited, 0..2);
    let key = |product: &str| {
        format!("cpe:2.3:{product}:*:*:*:*:*:*:*:*").parse::<ward_model::cpe::Cpe>().unwrap().product_key().unwrap()
    };
    let package = |(ecosystem, name): (&str, &str)| {
        SubjectKey::Package(PackageKey { ecosystem: ecosystem.into(), name: name.into() })
    };
    let words = move |product: &str| {
        let ProductKey { vendor, product, .. } = key(product);
        SubjectKey::Named { vendor, product }
    };
    let subject = prop_oneof![
        2 => product().prop_map(move |product| SubjectKey::Product(key(product))),
        1 => product().prop_map(words),
        1 => prop::sample::select(&PACKAGES[..]).prop_map(package),
    ];
    let aside = prop::collection::vec(subject, 0..2);
    let ecosystems = prop::collection::btree_set(prop::sample::select(vec!["npm", "debian", "pypi"]), 0..3);
    (records, aside, exploited, ecosystems).prop_map(|(records, aside, exploited, ecosystems)| Told {
        records,
        aside,
        exploited,
        ecosystems: ecosystems.into_iter().map(str::to_owned).collect(),
    })
}

fn component() -> impl Strategy<Value = Value> {
    let version = || prop::sample::select(vec!["1", "2", "2.1-3", "odd words", ""]);
    let kind = prop::sample::select(vec!["library", "application", "operating-system", "device", "file", "data"]);
    let by_cpe = (product(), version()).prop_map(|(product, version)| {
        let escaped = version.replace('-', "\\-").replace(' ', "_");
        let version_in_name = if version.is_empty() { "*" } else { &escaped };
        json!({ "name": product.rsplit(':').next(), "version": version, "cpe": format!("cpe:2.3:{product}:{version_in_name}:*:*:*:*:*:*:*") })
    });
    let by_purl = (
        prop::sample::select(vec![
            "npm/alpha",
            "pypi/beta",
            "deb/debian/alpha",
            "deb/debian/zlib",
            "golang/example.org/beta",
            "nuget/Alpha",
            "generic/beta",
            "conan/beta",
            "rpm/redhat/beta",
        ]),
        version(),
    )
        .prop_map(|(purl, version)| {
            let at = if version.is_empty() { String::new() } else { format!("@{}", version.replace(' ', "%20")) };
            json!({ "name": purl.rsplit('/').next(), "version": version, "purl": format!("pkg:{purl}{at}") })
        });
    let names = prop::sample::select(vec!["alpha", "beta", "Acme Alpha", "windows", "Linux", "linux_kernel", "board"]);
    let maker = prop::sample::select(vec!["Acme", "Microsoft", ""]);
    let by_name = (names, version(), maker)
        .prop_map(|(name, version, maker)| json!({ "name": name, "version": version, "supplier": { "name": maker } }));
    let odd = any::<[bool; 2]>();
    (prop_oneof![3 => by_cpe, 2 => by_purl, 1 => by_name], kind, odd).prop_map(
        |(mut component, kind, [odd, licence])| {
            component["type"] = kind.into();
            if odd {
                component["cpe"] = "cpe:/nothing".into();
            }
            if licence {
                component["licenses"] = json!([{ "license": { "id": "MIT" } }]);
            }
            component
        },
    )
}

/// SBOMs that have components in common, some of them more than once in one.
pub fn sboms() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let pool = prop::collection::vec(component(), 1..9);
    let picks = prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..9), 1..5);
    (pool, picks).prop_map(|(pool, picks)| {
        let one = |picks: Vec<prop::sample::Index>| {
            let components: Vec<Value> = picks
                .iter()
                .enumerate()
                .map(|(place, pick)| {
                    let mut component = pick.get(&pool).clone();
                    // Some references are package URLs, some are made by the reader.
                    match (place % 3, component["purl"].as_str().map(str::to_owned)) {
                        (0, Some(purl)) => component["bom-ref"] = format!("{purl}#{place}").into(),
                        (1, _) => component["bom-ref"] = format!("ref{}", 7 * place % 5).into(),
                        _ => {}
                    }
                    component
                })
                .collect();
            let whole =
                json!({ "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components });
            whole.to_string().into_bytes()
        };
        picks.into_iter().map(one).collect()
    })
}
