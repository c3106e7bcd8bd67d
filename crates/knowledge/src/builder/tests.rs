use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_formats::feed::{epss, kev};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::testing::{TestResult, aside, plain, record, stamp, sync};
use crate::{Changes, Generation, Home, Published};

const DAY_1: Date = date(2026, 1, 1);
const DAY_2: Date = date(2026, 2, 2);
const DAY_3: Date = date(2026, 3, 3);

fn home() -> Result<(tempfile::TempDir, Home), std::io::Error> {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    Ok((folder, home))
}

fn current(home: &Home) -> Result<Generation, Box<dyn std::error::Error>> {
    let generation = home.current()?.ok_or("nothing there")?;
    generation.verify()?;
    Ok(generation)
}

fn changes<'a>(published: &'a Published, source: &str) -> Option<&'a Changes> {
    published.sources.iter().find(|(state, _)| state.name == source).map(|(_, changes)| changes)
}

#[test]
fn the_day_of_receipt_is_that_of_the_first_version() -> TestResult {
    let (_folder, home) = home()?;
    let same = plain("CVE-2020-1", date(2020, 1, 1), "the same");
    sync(&home, DAY_1, &[same.clone(), plain("CVE-2020-2", date(2020, 1, 1), "before")])?;
    let published = sync(
        &home,
        DAY_2,
        &[same, plain("CVE-2020-2", date(2020, 1, 2), "after"), plain("CVE-2020-3", date(2020, 1, 1), "new")],
    )?;
    assert_eq!(changes(&published, "nvd"), Some(&Changes { added: 1, changed: 1, unchanged: 1, ..Changes::default() }));
    let generation = current(&home)?;
    let days = |id: &str| -> Result<_, Box<dyn std::error::Error>> {
        let number = generation.find(&VulnerabilityId::from(id))?.ok_or("not found")?;
        Ok((generation.record(number)?.received, generation.version_received(number)?))
    };
    assert_eq!(days("CVE-2020-1")?, (Some(DAY_1), Some(DAY_1)));
    // Whoever had the first version knew of the vulnerability from then on, whatever was corrected later.
    assert_eq!(days("CVE-2020-2")?, (Some(DAY_1), Some(DAY_2)));
    assert_eq!(days("CVE-2020-3")?, (Some(DAY_2), Some(DAY_2)));
    assert_eq!(generation.description().as_of, DAY_2);
    Ok(())
}

#[test]
fn identity_is_what_the_sources_said_and_not_when() -> TestResult {
    let (_a, first) = home()?;
    let (_b, second) = home()?;
    let one = plain("CVE-2020-1", date(2020, 1, 1), "one");
    let two = plain("CVE-2020-2", date(2020, 1, 1), "two");
    let at_once = sync(&first, DAY_1, &[one.clone(), two.clone()])?;
    sync(&second, DAY_2, std::slice::from_ref(&two))?;
    let in_turn = sync(&second, DAY_3, &[two, one.clone()])?;
    assert_eq!(at_once.description.generation, in_turn.description.generation);
    assert_ne!(at_once.root, in_turn.root);
    let changed = sync(&second, DAY_3, &[plain("CVE-2020-1", date(2020, 1, 1), "one!")])?;
    assert_ne!(changed.description.generation, in_turn.description.generation);
    let (_c, third) = home()?;
    let alone = sync(&third, DAY_3, &[one])?;
    assert_ne!(alone.description.generation, in_turn.description.generation);
    Ok(())
}

#[test]
fn nothing_is_lost_when_less_comes_and_nothing_goes_back() -> TestResult {
    let (_folder, home) = home()?;
    sync(
        &home,
        DAY_1,
        &[plain("CVE-2020-1", date(2020, 5, 5), "kept"), plain("CVE-2020-2", date(2020, 5, 5), "newer")],
    )?;
    let published = sync(
        &home,
        DAY_2,
        &[plain("CVE-2020-2", date(2020, 4, 4), "older"), plain("CVE-2020-3", date(2020, 1, 1), "new")],
    )?;
    assert_eq!(changes(&published, "nvd"), Some(&Changes { added: 1, absent: 1, older: 1, ..Changes::default() }));
    let generation = current(&home)?;
    let texts: Vec<_> = (0..3)
        .map(|number| generation.record(ward_model::knowledge::RecordNumber(number)).map(|record| record.description))
        .collect::<Result<_, _>>()?;
    assert_eq!(texts, ["kept", "newer", "new"]);
    assert_eq!(generation.candidates(&"a:acme:pump".parse()?)?.len(), 3);
    Ok(())
}

#[test]
fn of_versions_in_one_sync_the_latest_counts_in_whatever_order() -> TestResult {
    let early = plain("CVE-2020-1", date(2020, 5, 5), "early");
    let late = plain("CVE-2020-1", date(2020, 5, 5), "late");
    let mut seen = Vec::new();
    for order in
        [[(&early, "2020-05-05T01"), (&late, "2020-05-05T02")], [(&late, "2020-05-05T02"), (&early, "2020-05-05T01")]]
    {
        let (_folder, home) = home()?;
        let mut builder = home.builder(DAY_1)?;
        for (record, stamp) in order {
            let mut batch = builder.batch()?;
            batch.record(record, stamp)?;
            builder.add(batch);
        }
        seen.push(builder.publish(&mut |_| {})?.root);
        let generation = current(&home)?;
        assert_eq!(generation.record_count(), 1);
        assert_eq!(generation.record(ward_model::knowledge::RecordNumber(0))?.description, "late");
    }
    assert_eq!(seen[0], seen[1]);
    Ok(())
}

#[test]
fn sources_that_do_not_come_stay_and_older_ones_do_not_replace() -> TestResult {
    let (_folder, home) = home()?;
    sync(&home, DAY_1, &[plain("CVE-2020-1", date(2020, 1, 1), "one")])?;
    let catalogue = |day: &str, id: &str| {
        kev::read(
            format!(r#"{{"catalogVersion":"{day}","dateReleased":"{day}","vulnerabilities":[{{"cveID":"{id}"}}]}}"#)
                .as_bytes(),
        )
    };
    let scores = |day: &str, score: &str| {
        epss::read(
            format!("#model_version:v1,score_date:{day}\ncve,epss,percentile\nCVE-2020-1,{score},0.5\n").as_bytes(),
        )
    };
    let mut builder = home.builder(DAY_2)?;
    builder.exploited("k", catalogue("2026-02-01", "CVE-2020-1")?);
    builder.epss("e", scores("2026-02-01", "0.2")?);
    let published = builder.publish(&mut |_| {})?;
    assert_eq!(changes(&published, "kev"), Some(&Changes { added: 1, came: Some(1), ..Changes::default() }));
    assert_eq!(changes(&published, "nvd"), Some(&Changes::default()));
    assert_eq!(published.set_aside.len(), 0);

    let mut builder = home.builder(DAY_3)?;
    builder.exploited("k", catalogue("2026-01-01", "CVE-2020-2")?);
    builder.epss("e", scores("2026-01-01", "0.1")?);
    let published = builder.publish(&mut |_| {})?;
    assert!(changes(&published, "kev").is_some_and(|changes| changes.older_as_a_whole));
    assert!(changes(&published, "epss").is_some_and(|changes| changes.older_as_a_whole));
    assert_eq!(published.set_aside.len(), 0);
    let id = VulnerabilityId::from("CVE-2020-1");
    let generation = current(&home)?;
    assert!(generation.exploited(&id)?.is_some());
    assert_eq!(generation.epss(&id)?.map(|epss| epss.score), Some(20_000));
    assert!(generation.find(&id)?.is_some());

    let mut builder = home.builder(DAY_3)?;
    builder.exploited("k", catalogue("2026-03-01", "CVE-2020-2")?);
    builder.epss("e", scores("2026-03-01", "0.1")?);
    let published = builder.publish(&mut |_| {})?;
    assert_eq!(
        changes(&published, "kev"),
        Some(&Changes { added: 1, removed: 1, came: Some(1), ..Changes::default() })
    );
    assert_eq!(changes(&published, "epss"), Some(&Changes { changed: 1, came: Some(1), ..Changes::default() }));
    let generation = current(&home)?;
    assert!(generation.exploited(&id)?.is_none());
    assert_eq!(generation.epss(&id)?.map(|epss| (epss.score, epss.date)), Some((10_000, date(2026, 3, 1))));
    let names: Vec<_> = generation
        .sources()
        .iter()
        .map(|state| (state.name.as_str(), state.received, state.records, state.set_aside))
        .collect();
    assert_eq!(names, [("epss", Some(DAY_3), 1, 0), ("kev", Some(DAY_3), 1, 0), ("nvd", Some(DAY_1), 1, 0)]);
    Ok(())
}

#[test]
fn what_was_set_aside_stays_until_it_is_read_again() -> TestResult {
    let (_folder, home) = home()?;
    let publish = |day: Date,
                   file: &str,
                   asides: &[(u64, Option<&str>)],
                   records: &[&str]|
     -> Result<Vec<(String, u64)>, Box<dyn std::error::Error>> {
        let mut builder = home.builder(day)?;
        let mut batch = builder.batch()?;
        batch.file("nvd", file);
        for (place, id) in asides {
            batch.set_aside(aside(file, *place, *id));
        }
        for id in records {
            let record = plain(id, date(2020, 1, 1), "read");
            batch.record(&record, &stamp(&record))?;
        }
        builder.add(batch);
        let published = builder.publish(&mut |_| {})?;
        assert_eq!(published.set_aside, current(&home)?.set_aside()?);
        Ok(published.set_aside.into_iter().map(|record| (record.file, record.place)).collect())
    };
    let pairs =
        |list: &[(&str, u64)]| list.iter().map(|(file, place)| ((*file).to_owned(), *place)).collect::<Vec<_>>();
    assert_eq!(
        publish(DAY_1, "a", &[(1, Some("CVE-2020-1")), (2, None), (3, Some("CVE-2020-3"))], &[])?,
        pairs(&[("a", 1), ("a", 2), ("a", 3)])
    );
    // Another file brings one of them in a form that can be read.
    assert_eq!(publish(DAY_2, "b", &[(1, None)], &["CVE-2020-1"])?, pairs(&[("a", 2), ("a", 3), ("b", 1)]));
    // The file itself comes again: what it holds now counts.
    assert_eq!(publish(DAY_2, "a", &[(3, Some("CVE-2020-3"))], &[])?, pairs(&[("a", 3), ("b", 1)]));
    Ok(())
}

#[test]
fn coverage_counts_what_no_matcher_can_find() -> TestResult {
    let (_folder, home) = home()?;
    let mut bare = plain("CVE-2020-2", date(2021, 1, 1), "no product");
    bare.configurations.clear();
    let mut environment = plain("CVE-2020-3", date(2020, 1, 1), "environment only");
    environment.configurations[0].nodes[0].criteria[0].vulnerable = false;
    environment.configurations[0].nodes[0].criteria[0].cpe = "cpe:2.3:h:acme:board:-:*:*:*:*:*:*:*".parse()?;
    sync(&home, DAY_1, &[plain("CVE-2020-1", date(2020, 1, 1), "one"), bare, environment])?;
    let generation = current(&home)?;
    let source = &generation.description().sources[0];
    assert_eq!((source.records, source.without_product, source.newest), (3, 2, Some(date(2021, 1, 1))));
    let board = "h:acme:board".parse()?;
    assert!(generation.names_product(&board)? && generation.candidates(&board)?.is_empty());
    assert_eq!(generation.products_named("board")?, [board]);
    Ok(())
}

#[test]
fn what_is_missing_of_nvd_is_known_over_all_syncs() -> TestResult {
    let (_folder, home) = home()?;
    let publish = |files: &[&str], modified: Date| -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let mut builder = home.builder(DAY_1)?;
        let mut batch = builder.batch()?;
        files.iter().for_each(|file| batch.file("nvd", file));
        let record = plain("CVE-2004-1", modified, &modified.to_string());
        batch.record(&record, &stamp(&record))?;
        builder.add(batch);
        builder.publish(&mut |_| {})?;
        let description = current(&home)?.description().clone();
        let nvd = description.sources.into_iter().find(|source| source.name == "nvd");
        Ok(nvd.ok_or("no NVD")?.gaps)
    };
    let recent = date(2006, 1, 1);
    assert_eq!(publish(&["nvdcve-2.0-modified.json.gz"], recent)?, ["no yearly file"]);
    assert_eq!(
        publish(&["nvdcve-2.0-2004.json.gz", "nvdcve-2.0-2006.json"], recent)?,
        ["no yearly file for 2002 to 2003", "no yearly file for 2005"]
    );
    // What was read once counts for good; a later record than the last file shows that a file is missing behind it.
    let files = ["nvdcve-2.0-2002.json.gz", "nvdcve-2.0-2003.json.gz", "nvdcve-2.0-2005.json.gz"];
    assert_eq!(publish(&files, date(2007, 1, 1))?, ["no yearly file for 2007"]);
    assert!(publish(&["nvdcve-2.0-2007.json.gz"], date(2007, 1, 1))?.is_empty());
    assert!(publish(&["nvdcve-2.0-recent.json.gz"], date(2007, 2, 1))?.is_empty());
    assert!(current(&home)?.description().partial().is_none());
    Ok(())
}

#[test]
fn a_record_set_aside_is_known_by_its_products() -> TestResult {
    let (_folder, home) = home()?;
    let mut builder = home.builder(DAY_1)?;
    let mut batch = builder.batch()?;
    batch.file("nvd", "f");
    batch.set_aside(aside("f", 1, Some("CVE-2020-7")));
    batch.set_aside(aside("f", 2, None));
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    sync(&home, DAY_2, &[plain("CVE-2020-1", date(2020, 1, 1), "one")])?;
    let generation = current(&home)?;
    assert_eq!(generation.set_aside_for(&"a:a:b".parse()?)?, ["CVE-2020-7", "record 2 of f"]);
    assert!(generation.set_aside_for(&"a:acme:pump".parse()?)?.is_empty());
    sync(&home, DAY_3, &[plain("CVE-2020-7", date(2020, 1, 1), "read")])?;
    assert_eq!(current(&home)?.set_aside_for(&"a:a:b".parse()?)?, ["record 2 of f"]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// One version of each record, so that no two of them have equal stamps.
    #[test]
    fn aliases_are_the_same_in_whatever_order_and_in_how_many_syncs_records_arrive(
        (records, shuffled) in prop::collection::vec(record(), 1..8).prop_flat_map(|records| {
            let one: BTreeMap<_, _> = records.into_iter().map(|one| ((one.id.clone(), one.source.clone()), one)).collect();
            let records: Vec<VulnerabilityRecord> = one.into_values().collect();
            (Just(records.clone()), Just(records).prop_shuffle())
        }),
        cut in any::<prop::sample::Index>(),
    ) {
        let check = || -> TestResult {
            let ((_one, whole), (_two, parts)) = (home()?, home()?);
            sync(&whole, DAY_1, &records)?;
            let (first, second) = shuffled.split_at(cut.index(shuffled.len()));
            sync(&parts, DAY_1, first)?;
            sync(&parts, DAY_2, second)?;
            let (whole, parts) = (current(&whole)?, current(&parts)?);
            for id in records.iter().flat_map(|one| one.aliases.iter().chain([&one.id])) {
                assert_eq!(whole.alias_group(id)?, parts.alias_group(id)?, "{id}");
            }
            assert_eq!(whole.description().generation, parts.description().generation);
            Ok(())
        };
        check().map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}
