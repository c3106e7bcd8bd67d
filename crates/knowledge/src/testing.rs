//! Made-up records for tests, from small pools so that they share products and collide.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_formats::feed::cwe::WeaknessNames;
use ward_formats::feed::eol::SupportCatalogue;
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_model::affected::{
    AffectedProduct, PackageKey, RangeEvent, SubjectKey, VersionOrderKind, VersionStatement, VersionStatus,
};
use ward_model::cpe::{Attribute, Cpe, Part, ProductKey};
use ward_model::cvss::Vector;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::support::{SupportCycle, SupportEnd};
use ward_model::vulnerability::{
    Configuration, Criterion, Epss, Exploited, Node, Operator, ScoredVector, VulnerabilityRecord,
};
use ward_version::{Bound, Interval};

use crate::home::Home;
use crate::source::SetAsideRecord;
use crate::{HomeError, Published};

pub(crate) type TestResult = Result<(), Box<dyn std::error::Error>>;

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[ab]{1,2}", 1 => "[a-cé:_.+~]{1,4}", 1 => Just("linux".to_owned())]
}

pub(crate) fn part() -> impl Strategy<Value = Part> {
    prop_oneof![Just(Part::Application), Just(Part::OperatingSystem), Just(Part::Hardware)]
}

pub(crate) fn product_key() -> impl Strategy<Value = ProductKey> {
    (part(), word(), word()).prop_map(|(part, vendor, product)| ProductKey {
        part,
        vendor: vendor.into(),
        product: product.into(),
    })
}

fn attribute() -> impl Strategy<Value = Attribute> {
    prop_oneof![3 => Just(Attribute::Any), 1 => Just(Attribute::Na), 2 => "[0-9]{1,2}(\\.[0-9])?[a-c]?".prop_map(|text| Attribute::Value(text.into()))]
}

fn rare() -> impl Strategy<Value = Attribute> {
    prop_oneof![8 => Just(Attribute::Any), 1 => attribute()]
}

fn bound() -> impl Strategy<Value = Option<Bound>> {
    prop::option::of(
        ("[0-9](\\.[0-9]{1,2})?", any::<bool>()).prop_map(|(version, inclusive)| Bound { version, inclusive }),
    )
}

pub(crate) fn criterion() -> impl Strategy<Value = Criterion> {
    let vendor_product = prop_oneof![
        9 => (word(), word()).prop_map(|(vendor, product)| (Attribute::Value(vendor.into()), Attribute::Value(product.into()))),
        1 => (Just(Attribute::Na), attribute()),
    ];
    let range = prop::option::of((bound(), bound()).prop_map(|(lower, upper)| Interval { lower, upper }));
    (any::<bool>(), part(), vendor_product, attribute(), rare(), rare(), rare(), range).prop_map(
        |(vulnerable, part, (vendor, product), version, update, target_sw, other, range)| {
            let cpe = Cpe {
                part,
                vendor,
                product,
                version,
                update,
                edition: Attribute::Any,
                language: Attribute::Any,
                sw_edition: Attribute::Any,
                target_sw,
                target_hw: Attribute::Any,
                other,
            };
            Criterion { vulnerable, cpe, range }
        },
    )
}

fn operator() -> impl Strategy<Value = Operator> {
    prop_oneof![Just(Operator::And), Just(Operator::Or)]
}

fn day() -> impl Strategy<Value = Date> {
    (2000_i16..2026, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

pub(crate) fn id() -> impl Strategy<Value = VulnerabilityId> {
    prop_oneof![3 => "CVE-20[01][0-9]-[0-9]{1,3}", 2 => "CVE-2020-[0-9]"].prop_map(VulnerabilityId::new)
}

/// A product with statements, from few names so that they collide.
pub(crate) fn affected() -> impl Strategy<Value = AffectedProduct> {
    let events = "[0-9](\\.[0-9])?".prop_map(|fixed| VersionStatement::Events {
        order: VersionOrderKind::Ecosystem,
        events: vec![RangeEvent::Introduced("0".to_owned()), RangeEvent::Fixed(fixed)],
    });
    let statement = prop_oneof![
        events,
        Just(VersionStatement::Prose { text: "all before the fix".to_owned(), status: VersionStatus::Affected })
    ];
    let package = prop::option::of(
        (prop_oneof![Just("pypi"), Just("debian")], word())
            .prop_map(|(ecosystem, name)| PackageKey { ecosystem: ecosystem.into(), name: name.into() }),
    );
    let release = prop::option::of(prop_oneof![Just("11".to_owned()), Just("12".to_owned())]);
    let names = (prop::option::of(word()), prop::option::of(word()));
    let cpes = prop::collection::vec(criterion().prop_map(|criterion| criterion.cpe), 0..2);
    (package, release, names, cpes, prop::collection::vec(statement, 0..3)).prop_map(
        |(package, release, (vendor, product), cpes, versions)| AffectedProduct {
            asserter: "somebody".to_owned(),
            package,
            release,
            vendor,
            product,
            cpes,
            default_status: VersionStatus::Unknown,
            versions,
            platforms: Vec::new(),
            program_files: Vec::new(),
        },
    )
}

/// Support of a few products.
pub(crate) fn support() -> impl Strategy<Value = SupportCatalogue> {
    let cycle = ("[ab]", "[1-3]\\.0", prop::option::of(day())).prop_map(|(product, cycle, released)| SupportCycle {
        product,
        cycle,
        released,
        active_until: SupportEnd::Unknown,
        security_until: SupportEnd::Ended,
        extended_until: SupportEnd::NotAnnounced,
        latest: None,
        latest_released: None,
        said_no_longer: false,
    });
    let key = product_key().prop_map(SubjectKey::Product);
    let keys = prop::collection::btree_map("[abc]", prop::collection::vec(key, 0..3), 0..3);
    (prop::collection::vec(cycle, 0..5), keys).prop_map(|(mut cycles, keys)| {
        cycles.sort_by(|a, b| a.product.cmp(&b.product));
        let identified = keys.keys().cloned().collect();
        SupportCatalogue { cycles, keys, identified, ..SupportCatalogue::default() }
    })
}

/// Names of a few weaknesses.
pub(crate) fn weaknesses() -> impl Strategy<Value = WeaknessNames> {
    prop::collection::btree_map(1_u32..9, "[a-c]{1,3}", 0..4).prop_map(|names: BTreeMap<u32, String>| WeaknessNames {
        version: None,
        names,
        set_aside: Vec::new(),
    })
}

pub(crate) fn record() -> impl Strategy<Value = VulnerabilityRecord> {
    let node = (operator(), any::<bool>(), prop::collection::vec(criterion(), 0..4))
        .prop_map(|(operator, negate, criteria)| Node { operator, negate, criteria });
    let configuration = (operator(), any::<bool>(), prop::collection::vec(node, 0..3))
        .prop_map(|(operator, negate, nodes)| Configuration { operator, negate, nodes });
    const VECTORS: [&str; 2] = ["AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"];
    let score = prop::sample::select(&VECTORS)
        .prop_filter_map("a vector", |text| Vector::parse(text).ok())
        .prop_map(|vector| ScoredVector { vector, source: "somebody".to_owned() });
    let source = prop_oneof![3 => Just("nvd"), 1 => Just("other"), 2 => Just("osv")];
    (
        // What says no moment stands beside what does: other tests are about that.
        (id(), source, prop::option::of(day()), day().prop_map(Some), any::<bool>()),
        (".{0,40}", prop::collection::vec(score, 0..2), prop::collection::btree_set(1_u32..2000, 0..3)),
        (
            prop::collection::vec(configuration, 0..3),
            prop::collection::vec(affected(), 0..3),
            prop::collection::vec(id(), 0..3),
        ),
    )
        .prop_map(
            |(
                (id, source, published, modified, withdrawn),
                (description, scores, weaknesses),
                (configurations, affected, aliases),
            )| {
                VulnerabilityRecord {
                    affected,
                    upstream: aliases.iter().rev().take(1).cloned().collect(),
                    aliases,
                    published,
                    modified,
                    withdrawn,
                    description,
                    scores,
                    weaknesses: weaknesses.into_iter().collect(),
                    configurations,
                    ..VulnerabilityRecord::new(id, source)
                }
            },
        )
}

pub(crate) fn catalogue() -> impl Strategy<Value = Catalogue> {
    let name = || prop::option::of(prop_oneof![Just("Acme".to_owned()), Just("Pump".to_owned())]);
    let entry = (id(), prop::option::of(day()), any::<bool>(), name(), name())
        .prop_map(|(id, added, ransomware, vendor, product)| Exploited { id, added, ransomware, vendor, product });
    prop::collection::vec(entry, 1..6).prop_map(|entries| Catalogue {
        version: Some("1".to_owned()),
        released: Some(date(2026, 1, 1)),
        moment: String::new(),
        entries,
        set_aside: Vec::new(),
    })
}

pub(crate) fn scores() -> impl Strategy<Value = Scores> {
    let score = (id(), 0_u32..=100_000, 0_u32..=100_000)
        .prop_map(|(id, score, percentile)| (id, Epss { score, percentile, date: date(2026, 1, 2) }));
    prop::collection::vec(score, 1..12).prop_map(|scores| Scores {
        model_version: "1".to_owned(),
        date: date(2026, 1, 2),
        moment: String::new(),
        scores,
        set_aside: Vec::new(),
    })
}

/// A record without much in it, for tests that are about something else.
pub(crate) fn plain(id: &str, modified: Date, description: &str) -> VulnerabilityRecord {
    VulnerabilityRecord {
        modified: Some(modified),
        description: description.to_owned(),
        configurations: vec![Configuration {
            operator: Operator::Or,
            negate: false,
            nodes: vec![Node {
                operator: Operator::Or,
                negate: false,
                criteria: Cpe::parse("cpe:2.3:a:acme:pump:1.0:*:*:*:*:*:*:*")
                    .map(|cpe| Criterion { vulnerable: true, cpe, range: None })
                    .into_iter()
                    .collect(),
            }],
        }],
        ..VulnerabilityRecord::new(VulnerabilityId::from(id), "nvd")
    }
}

/// A record that could not be read.
pub(crate) fn aside(file: &str, place: u64, id: Option<&str>) -> SetAsideRecord {
    SetAsideRecord {
        source: "nvd".to_owned(),
        file: file.to_owned(),
        place,
        id: id.map(VulnerabilityId::from),
        reason: "odd".to_owned(),
        digest: Digest::of(format!("{file} {place}").as_bytes()),
        products: vec![ProductKey { part: Part::Application, vendor: "a".into(), product: "b".into() }],
        subjects: vec![SubjectKey::Named { vendor: "".into(), product: "b\0é".into() }],
        stamp: String::new(),
    }
}

/// Publishes these records as one file of NVD.
pub(crate) fn sync(home: &Home, received: Date, records: &[VulnerabilityRecord]) -> Result<Published, HomeError> {
    let mut builder = home.builder(received)?;
    let mut batch = builder.batch()?;
    batch.file("nvd", "one");
    for record in records {
        batch.record(record, &stamp(record))?;
    }
    builder.add(batch);
    builder.publish(&mut |_| {})
}

/// A stamp that sorts as the days of change do.
pub(crate) fn stamp(record: &VulnerabilityRecord) -> String {
    record.modified.map(|day| day.to_string()).unwrap_or_default()
}
