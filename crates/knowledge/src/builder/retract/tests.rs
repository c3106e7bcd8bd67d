use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_formats::feed::csaf::Document;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::{Remediation, VulnerabilityRecord};

use crate::Home;
use crate::testing::{TestResult, aside, plain, stamp};

fn day(number: i8) -> Date {
    date(2026, 1, number)
}

fn document(publisher: &str, modified: &str, whole: bool) -> Document {
    Document {
        label: format!("ADV-1@{publisher}"),
        former: "ADV-1".to_owned(),
        publisher: publisher.to_owned(),
        last_modified: modified.to_owned(),
        whole,
    }
}

/// The records of one advisory with their version, and whether the document says that these are all.
fn sync(home: &Home, on: Date, modified: Date, names: &[&str], whole: bool) -> TestResult {
    let mut builder = home.builder(on)?;
    let mut batch = builder.batch()?;
    batch.file("csaf", &format!("{on}"));
    for name in names {
        let record = VulnerabilityRecord {
            source: "csaf".to_owned(),
            aliases: vec![(*name).into()],
            ..plain(&format!("ADV-1@p/{name}"), modified, "")
        };
        batch.record(&record, &stamp(&record))?;
    }
    batch.document("csaf", document("p", &modified.to_string(), whole));
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    home.current()?.ok_or("nothing there")?.verify()?;
    Ok(())
}

/// Which of the two are held and not withdrawn.
fn standing(home: &Home, on: Date) -> Result<Vec<&'static str>, Box<dyn std::error::Error>> {
    let held = home.as_of(on)?.ok_or("nothing there")?;
    let mut found = Vec::new();
    for name in ["CVE-2020-1", "CVE-2020-2"] {
        let number = held.find(&VulnerabilityId::new(format!("ADV-1@p/{name}")))?;
        if let Some(number) = number
            && !held.record(number)?.withdrawn
        {
            found.push(name);
        }
    }
    Ok(found)
}

#[test]
fn what_a_newer_version_of_an_advisory_leaves_out_is_withdrawn_and_stays_in_the_history() -> TestResult {
    for limit in [0, u64::MAX] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path()).folding_at(limit);
        sync(&home, day(1), day(1), &["CVE-2020-1", "CVE-2020-2"], true)?;
        sync(&home, day(2), day(2), &["CVE-2020-1"], true)?;
        assert_eq!(standing(&home, day(1))?, ["CVE-2020-1", "CVE-2020-2"]);
        assert_eq!(standing(&home, day(2))?, ["CVE-2020-1"]);
        let held = home.current()?.ok_or("nothing there")?;
        assert_eq!(held.alias_group(&"CVE-2020-2".into())?.assertions, [], "who takes it back asserts nothing by it");
        // An older version, read later, changes nothing.
        sync(&home, day(3), day(1), &["CVE-2020-1"], true)?;
        assert_eq!(standing(&home, day(3))?, ["CVE-2020-1"]);
        // It may come back, and all of it may be taken back.
        sync(&home, day(4), day(4), &["CVE-2020-1", "CVE-2020-2"], true)?;
        assert_eq!(standing(&home, day(4))?, ["CVE-2020-1", "CVE-2020-2"]);
        sync(&home, day(5), day(5), &[], true)?;
        assert_eq!(standing(&home, day(5))?, [""; 0]);
    }
    Ok(())
}

#[test]
fn a_document_that_was_read_in_part_or_is_older_takes_nothing_back() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    sync(&home, day(11), day(5), &["CVE-2020-1", "CVE-2020-2"], true)?;
    sync(&home, day(12), day(6), &["CVE-2020-1"], false)?;
    sync(&home, day(13), day(4), &["CVE-2020-1"], true)?;
    assert_eq!(standing(&home, day(13))?, ["CVE-2020-1", "CVE-2020-2"]);
    // What could not be read is not left out.
    let mut builder = home.builder(day(14))?;
    let mut batch = builder.batch()?;
    batch.file("csaf", "f");
    batch.document("csaf", document("p", "2027", true));
    batch.set_aside(crate::SetAsideRecord { source: "csaf".to_owned(), ..aside("f", 1, Some("ADV-1@p")) });
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    assert_eq!(standing(&home, day(14))?, ["CVE-2020-1", "CVE-2020-2"]);
    Ok(())
}

/// A record of an advisory as a publisher says it.
fn said(id: &str, publisher: &str, cve: &str) -> VulnerabilityRecord {
    VulnerabilityRecord {
        source: "csaf".to_owned(),
        aliases: vec![cve.into()],
        remediations: vec![Remediation {
            asserter: publisher.to_owned(),
            kind: "vendor_fix".to_owned(),
            text: "replace it".to_owned(),
            url: None,
        }],
        ..plain(id, day(1), "")
    }
}

#[test]
fn a_record_under_a_name_that_two_documents_shared_is_replaced_by_that_of_its_own_document() -> TestResult {
    for limit in [0, u64::MAX] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path()).folding_at(limit);
        // As homes were filled once: two publishers, and a document whose number begins as that of another.
        let mut builder = home.builder(day(1))?;
        let mut batch = builder.batch()?;
        for (id, publisher, cve) in [
            ("ADV-1/CVE-2020-1", "p", "CVE-2020-1"),
            ("ADV-1/CVE-2020-2", "q", "CVE-2020-2"),
            ("ADV-1/7/CVE-2020-3", "p", "CVE-2020-3"),
            ("ADV-1/CVE-2020-4", "p", "CVE-2020-4"),
        ] {
            batch.record(&said(id, publisher, cve), "2026-01-01")?;
        }
        builder.add(batch);
        builder.publish(&mut |_| {})?;

        let mut builder = home.builder(day(5))?;
        let mut batch = builder.batch()?;
        batch.record(&said("ADV-1@p/CVE-2020-1", "p", "CVE-2020-1"), "2026-01-01")?;
        batch.document("csaf", document("p", "2026-01-01", true));
        builder.add(batch);
        builder.publish(&mut |_| {})?;

        let held = home.current()?.ok_or("nothing there")?;
        let table = [
            ("ADV-1/CVE-2020-1", true),
            ("ADV-1@p/CVE-2020-1", false),
            ("ADV-1/CVE-2020-2", false),
            ("ADV-1/7/CVE-2020-3", false),
            // The document no longer names it.
            ("ADV-1/CVE-2020-4", true),
        ];
        for (id, withdrawn) in table {
            let record = held.record(held.find(&id.into())?.ok_or(id)?)?;
            assert_eq!((record.withdrawn, record.received), (withdrawn, Some(day(1))), "{id}");
        }
        held.verify()?;
    }
    Ok(())
}

#[test]
fn a_document_read_in_part_takes_its_former_names_along_and_nothing_else() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let mut builder = home.builder(day(1))?;
    let mut batch = builder.batch()?;
    batch.record(&said("ADV-1/CVE-2020-1", "p", "CVE-2020-1"), "2026-01-01")?;
    batch.record(&said("ADV-1/CVE-2020-2", "p", "CVE-2020-2"), "2026-01-01")?;
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    let mut builder = home.builder(day(2))?;
    let mut batch = builder.batch()?;
    batch.record(&said("ADV-1@p/CVE-2020-1", "p", "CVE-2020-1"), "2026-01-01")?;
    batch.document("csaf", document("p", "2026-01-01", false));
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    let held = home.current()?.ok_or("nothing there")?;
    for (id, withdrawn) in [("ADV-1/CVE-2020-1", true), ("ADV-1/CVE-2020-2", false)] {
        assert_eq!(held.record(held.find(&id.into())?.ok_or(id)?)?.withdrawn, withdrawn, "{id}");
    }
    Ok(())
}

#[test]
fn advisories_of_an_earlier_home_are_read_once_more() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let bytes = Digest::of(b"the file");
    for source in ["csaf", "nvd"] {
        let mut builder = home.builder(day(1))?;
        let mut batch = builder.batch()?;
        batch.input(source, "one", 8, bytes);
        builder.add(batch);
        builder.publish(&mut |_| {})?;
        assert!(home.builder(day(2))?.already_read(source, "one", bytes)?, "{source}");
        let held = home.current()?.ok_or("nothing there")?;
        // What an earlier home kept is the digest of the bytes alone.
        let kept = held.input(source, "one")?.ok_or("not kept")?.digest;
        assert_eq!(kept == bytes, source == "nvd");
    }
    Ok(())
}

/// Versions of documents: of which document, of which day, and which records it has.
type Version = (u8, i8, Vec<&'static str>);

/// One sync of these.
fn receive(home: &Home, on: Date, versions: &[Version]) -> Result<Digest, Box<dyn std::error::Error>> {
    let mut builder = home.builder(on)?;
    for (number, modified, names) in versions {
        let mut batch = builder.batch()?;
        batch.file("csaf", &format!("{number} of {modified}"));
        for name in names {
            let said = format!("as of {modified}");
            let record = VulnerabilityRecord {
                source: "csaf".to_owned(),
                aliases: vec![(*name).into()],
                ..plain(&format!("ADV-{number}@p/{name}"), day(*modified), &said)
            };
            batch.record(&record, &stamp(&record))?;
        }
        let label = format!("ADV-{number}@p");
        batch.document(
            "csaf",
            Document { label, former: format!("ADV-{number}"), ..document("p", &day(*modified).to_string(), true) },
        );
        builder.add(batch);
    }
    let published = builder.publish(&mut |_| {})?;
    home.current()?.ok_or("nothing there")?.verify()?;
    Ok(published.description.generation)
}

#[test]
fn what_an_older_version_says_that_comes_later_is_taken_back_already() -> TestResult {
    let versions: [Version; 2] = [(1, 1, vec!["CVE-2020-1", "CVE-2020-2"]), (1, 5, vec!["CVE-2020-1"])];
    let mut generations = Vec::new();
    for order in [vec![&versions[..1], &versions[1..]], vec![&versions[1..], &versions[..1]], vec![&versions[..]]] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        for (number, part) in (0..).zip(&order) {
            receive(&home, day(10 + number), part)?;
        }
        assert_eq!(standing(&home, day(20))?, ["CVE-2020-1"], "{order:?}");
        // A version of which nobody can say that it is older brings it back.
        let held = home.current()?.ok_or("nothing there")?;
        generations.push(held.description().generation);
        let again = receive(&home, day(20), &versions)?;
        assert_eq!(again, held.description().generation, "{order:?}");
    }
    assert!(generations.windows(2).all(|pair| pair[0] == pair[1]), "{generations:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_documents_say_depends_neither_on_order_nor_on_days(
        versions in prop::collection::btree_map((0_u8..2, 1_i8..7), prop::sample::subsequence(vec!["CVE-2020-1", "CVE-2020-2", "CVE-2020-3"], 0..=3), 1..7)
            .prop_map(|versions| versions.into_iter().map(|((number, day), names)| (number, day, names)).collect::<Vec<Version>>())
            .prop_flat_map(|versions| (Just(versions.clone()), Just(versions).prop_shuffle())),
        cuts in prop::collection::vec((0_usize..4, any::<bool>(), 0_i8..3), 7),
    ) {
        let check = || -> TestResult {
            let (in_order, shuffled) = &versions;
            let folder = tempfile::tempdir()?;
            let at_once = receive(&Home::open(folder.path().join("one")), day(10), in_order)?;
            let home = Home::open(folder.path().join("other"));
            let (mut rest, mut on, mut last) = (shuffled.as_slice(), 10, None);
            for (count, folds, after) in &cuts {
                let (now, later) = rest.split_at((*count).min(rest.len()));
                let home = if *folds { home.folding_at(0) } else { home.clone() };
                last = Some(receive(&home, day(on), now)?);
                (rest, on) = (later, on + after);
            }
            let in_turn = if rest.is_empty() { last.ok_or("nothing came")? } else { receive(&home, day(on), rest)? };
            assert_eq!(at_once, in_turn);
            // What stands is what the last version of each document says.
            let mut wanted: BTreeMap<u8, &Version> = BTreeMap::new();
            wanted.extend(in_order.iter().map(|version| (version.0, version)));
            let held = home.current()?.ok_or("nothing there")?;
            for (number, (_, modified, names)) in wanted {
                for name in ["CVE-2020-1", "CVE-2020-2", "CVE-2020-3"] {
                    let found = held.find(&VulnerabilityId::new(format!("ADV-{number}@p/{name}")))?;
                    let said = found.map(|found| held.record(found)).transpose()?.filter(|record| !record.withdrawn);
                    let wanted = names.contains(&name).then(|| format!("as of {modified}"));
                    assert_eq!(said.map(|record| record.description), wanted, "{name}");
                }
            }
            Ok(())
        };
        check().map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}

/// A version of one document, as its publisher might write it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    /// The day; none is said without one.
    day: Option<i8>,
    number: u8,
    /// Of which vulnerabilities it calls the product of that number affected.
    names: Vec<u8>,
    kind: &'static str,
}

impl Written {
    fn text(&self) -> String {
        let released = match self.day {
            Some(day) => format!(r#""current_release_date":"2026-01-{day:02}T00:00:00Z","#),
            None => String::new(),
        };
        let status = if self.kind == "draft" { "draft" } else { "final" };
        // The product of a part that cannot be read stands in the tree.
        let vulnerabilities: Vec<String> = self
            .names
            .iter()
            .map(|name| {
                let torn = if self.kind == "part" { r#","fixed":[7]"# } else { "" };
                format!(
                    r#"{{"cve":"CVE-2020-{name}","product_status":{{"known_affected":["P{}"]{torn}}}}}"#,
                    self.number
                )
            })
            .collect();
        let products: Vec<String> =
            (0..9).map(|number| format!(r#"{{"product_id":"P{number}","name":"Acme Pump {number}"}}"#)).collect();
        let text = format!(
            r#"{{"document":{{"category":"csaf_security_advisory","title":"t","publisher":{{"name":"p","namespace":"https://p.example"}},"tracking":{{"id":"ADV-1",{released}"version":"{}","status":"{status}"}}}},"product_tree":{{"full_product_names":[{}]}},"vulnerabilities":[{}]}}"#,
            self.number,
            products.join(","),
            vulnerabilities.join(",")
        );
        // What cannot be read as an advisory at all, and is one all the same.
        if self.kind == "broken" { text.replace(r#""product_tree":{"#, r#""product_tree":7,"x":{"#) } else { text }
    }
}

/// One sync of these; the identity after it.
fn write_down(home: &Home, on: Date, versions: &[Written]) -> Result<Digest, Box<dyn std::error::Error>> {
    let mut builder = home.builder(on)?;
    for version in versions {
        let mut batch = builder.batch()?;
        let file = format!("p/{:?}-{}-{}-{:?}.json", version.day, version.number, version.kind, version.names);
        batch.file("csaf", &file);
        let advisory = ward_formats::feed::csaf::advisory(version.text().as_bytes(), 1);
        if let Some(document) = advisory.document {
            batch.document("csaf", document);
        }
        for item in advisory.items {
            match item {
                ward_formats::feed::Item::Record(dated) => batch.dated(&dated)?,
                ward_formats::feed::Item::SetAside(aside) => {
                    batch.set_aside(crate::SetAsideRecord::new("csaf", &file, aside));
                }
            }
        }
        builder.add(batch);
    }
    let published = builder.publish(&mut |_| {})?;
    home.current()?.ok_or("nothing there")?.verify()?;
    Ok(published.description.generation)
}

/// The names that call the product of this number affected.
fn affects(home: &Home, number: u8) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let held = home.current()?.ok_or("nothing there")?;
    let mut found = Vec::new();
    for record in held.beginning("ADV-1@p.example/")? {
        let product = format!("Pump {number}");
        if !record.withdrawn && format!("{:?}", record.affected).contains(&product) {
            found.push(record.id.as_str().to_owned());
        }
    }
    Ok(found)
}

#[test]
fn versions_that_say_no_date_or_are_broken_take_back_nothing_that_a_newer_one_names() -> TestResult {
    let of = |day, number, names: &[u8], kind| Written { day, number, names: names.to_vec(), kind };
    let newest = of(Some(9), 3, &[1, 2], "whole");
    for other in [
        of(None, 1, &[1], "whole"),
        of(None, 5, &[1], "whole"),
        of(Some(3), 1, &[1], "whole"),
        of(Some(9), 2, &[1], "whole"),
        of(Some(12), 4, &[1], "part"),
        of(Some(12), 4, &[1], "broken"),
        of(Some(12), 4, &[1], "draft"),
        of(None, 4, &[1], "part"),
    ] {
        let mut generations = Vec::new();
        for order in [vec![&newest, &other], vec![&other, &newest]] {
            let folder = tempfile::tempdir()?;
            let home = Home::open(folder.path());
            for (on, version) in (15..).zip(order) {
                write_down(&home, day(on), std::slice::from_ref(version))?;
            }
            // What could not be read of a status may speak of any product.
            let named: Vec<String> = affects(&home, 3)?.into_iter().filter(|id| !id.contains('~')).collect();
            assert_eq!(named, ["ADV-1@p.example/CVE-2020-1", "ADV-1@p.example/CVE-2020-2"], "{other:?}");
            let held = home.current()?.ok_or("nothing there")?;
            let told = held.set_aside()?.len();
            assert_eq!(told > 0, ["part", "broken", "draft"].contains(&other.kind), "{other:?}");
            generations.push((held.description().generation, told, held.description().sources[0].records));
        }
        assert_eq!(generations[0], generations[1], "{other:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn versions_of_any_kind_say_the_same_in_any_order(
        versions in prop::collection::btree_map(
            (prop::option::weighted(0.8, 1_i8..6), 1_u8..6),
            (prop::sample::subsequence(vec![1_u8, 2, 3], 0..=3), prop::sample::select(vec!["whole", "whole", "part", "broken", "draft"])),
            1..6,
        ).prop_map(|versions| {
            let written = |((day, number), (mut names, kind)): (_, (Vec<u8>, _))| {
                // One that names nothing has no part that could not be read.
                if kind == "part" && names.is_empty() {
                    names.push(1);
                }
                Written { day, number, names, kind }
            };
            versions.into_iter().map(written).collect::<Vec<Written>>()
        }).prop_flat_map(|versions| (Just(versions.clone()), Just(versions).prop_shuffle())),
        cuts in prop::collection::vec((0_usize..4, any::<bool>(), 0_i8..3), 6),
    ) {
        let check = || -> TestResult {
            let (in_order, shuffled) = &versions;
            let folder = tempfile::tempdir()?;
            let one = Home::open(folder.path().join("one"));
            write_down(&one, day(10), in_order)?;
            let home = Home::open(folder.path().join("other"));
            let (mut rest, mut on) = (shuffled.as_slice(), 10);
            for (count, folds, after) in &cuts {
                let (now, later) = rest.split_at((*count).min(rest.len()));
                let home = if *folds { home.folding_at(0) } else { home.clone() };
                write_down(&home, day(on), now)?;
                (rest, on) = (later, on + after);
            }
            write_down(&home, day(on), rest)?;
            let of = |home: &Home| -> Result<_, Box<dyn std::error::Error>> {
                let held = home.current()?.ok_or("nothing there")?;
                let mut all = held.beginning("ADV-1@p.example/")?;
                all.iter_mut().for_each(|record| record.received = None);
                let counts = held.sources().iter().map(|of| (of.records, of.without_product, of.set_aside, of.newest));
                Ok((all, held.set_aside()?, counts.collect::<Vec<_>>(), held.description().generation))
            };
            let (a, b) = (of(&one)?, of(&home)?);
            assert_eq!(a.0, b.0);
            assert_eq!(a.1, b.1);
            assert_eq!((a.2, a.3), (b.2, b.3));
            // The newest that can be dated and was read whole is held as it says; one that names nothing is not whole (decision 79).
            let is_whole = |of: &&Written| of.day.is_some() && of.kind == "whole" && !of.names.is_empty();
            let newest = in_order.iter().filter(is_whole).max_by_key(|of| (of.day, of.number));
            if let Some(newest) = newest {
                let held: Vec<String> = affects(&home, newest.number)?.into_iter().filter(|id| !id.contains('~')).collect();
                let wanted: Vec<String> = newest.names.iter().map(|name| format!("ADV-1@p.example/CVE-2020-{name}")).collect();
                assert_eq!(held, wanted);
            }
            Ok(())
        };
        check().map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}
