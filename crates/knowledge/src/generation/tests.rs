use std::collections::BTreeSet;
use std::fs;

use jiff::civil::date;
use proptest::prelude::*;
use ward_model::affected::{AffectedProduct, SubjectKey};
use ward_model::cpe::ProductKey;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, RecordNumber};
use ward_model::meant::{Meant, UpdateMeant};
use ward_model::vulnerability::VulnerabilityRecord;
use ward_version::{Key, Scheme, VersionOrder};

use super::Generation;
use crate::memory::{Contents, Memory, criteria};
use crate::testing::{
    TestResult, aside, catalogue, plain, product_key, record, scores, stamp, support, sync, weaknesses,
};
use crate::{Home, OpenError};

/// Ways to rule out rows by the versions that they mean.
const RULED_OUT: [&dyn Fn(&Meant<'_>) -> bool; 3] = [
    &|meant| matches!(meant, Meant::One { update: UpdateMeant::Any, .. } | Meant::Open),
    &|meant| matches!(meant, Meant::Between { lower: None, .. }),
    &|meant| match meant {
        Meant::One { key, .. } => key.compare(key_of("1.5").borrowed()) == VersionOrder::Less,
        Meant::Between { upper: Some(end), .. } => end.inclusive,
        _ => false,
    },
];

fn key_of(version: &str) -> Key {
    ward_version::key(Scheme::Generic, version, None).expect("a version")
}

/// Every question that can be asked about these records, with its answer as text.
pub(crate) fn answers(
    knowledge: &dyn Knowledge,
    records: &[VulnerabilityRecord],
    others: &[ProductKey],
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut products: BTreeSet<ProductKey> = others.iter().cloned().collect();
    products.insert("a:a:b".parse()?);
    let mut subjects: BTreeSet<SubjectKey> = BTreeSet::new();
    let mut ids: BTreeSet<VulnerabilityId> = ["CVE-2000-1", "", "zzz"].into_iter().map(VulnerabilityId::from).collect();
    for record in records {
        products.extend(criteria(record).filter_map(|criterion| criterion.cpe.product_key()));
        subjects.extend(record.affected.iter().flat_map(AffectedProduct::keys));
        ids.insert(record.id.clone());
        ids.extend(record.aliases.iter().cloned());
    }
    subjects.extend(products.iter().cloned().map(SubjectKey::Product));
    let mut all = vec![format!("{:?}", knowledge.description()), format!("{:?}", knowledge.undescribed()?)];
    for product in &products {
        all.push(format!("{product} {:?}", knowledge.candidates(product)?));
        all.push(format!("{product} {:?}", knowledge.names_product(product)?));
        for ruled_out in RULED_OUT {
            let mut left = knowledge.candidates_but(product, ruled_out)?;
            // Who cannot tell leaves all in.
            left.retain(|candidate| !ruled_out(&candidate.criterion.meant(&candidate.criterion.keys())));
            all.push(format!("{product} {left:?}"));
        }
        all.push(format!("{product} {:?}", knowledge.set_aside_for(product)?));
        all.push(format!("{product} {:?}", knowledge.products_named(&product.product)?));
    }
    for id in &ids {
        all.push(format!("{id} {:?} {:?} {:?}", knowledge.find(id)?, knowledge.exploited(id)?, knowledge.epss(id)?));
    }
    for id in &ids {
        all.push(format!("{id} {:?} {:?}", knowledge.find_all(id)?, knowledge.alias_group(id)?));
    }
    for key in &subjects {
        all.push(format!("{key:?} {:?} {:?}", knowledge.statements(key)?, knowledge.support_cycles(key)?));
    }
    for ecosystem in ["pypi", "debian", "deb", "npm"] {
        for release in [None, Some("11"), Some("12"), Some("13")] {
            all.push(format!("{ecosystem} {release:?} {}", knowledge.covers(ecosystem, release)?));
        }
    }
    for number in 0..10 {
        all.push(format!("{number} {:?}", knowledge.weakness_name(number)?));
    }
    for number in 0.. {
        match knowledge.record(RecordNumber(number)) {
            Ok(record) => all.push(format!("{record:?}")),
            Err(error) if error.to_string().contains("there is no record") => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn a_generation_answers_as_memory_does(
        records in prop::collection::vec(record(), 0..12),
        others in prop::collection::vec(product_key(), 0..8),
        exploited in prop::option::of(catalogue()),
        epss in prop::option::of(scores()),
        cut in any::<prop::sample::Index>(),
        odd in 0_u64..3,
        (support, weaknesses) in (prop::option::of(support()), prop::option::of(weaknesses())),
        whole in prop::collection::btree_set(prop_oneof![Just("PyPI"), Just("Debian")], 0..3),
    ) {
        let mut ids: Vec<VulnerabilityRecord> = records.clone();
        // KEV and EPSS are asked about their own identifiers too.
        for id in exploited.iter().flat_map(|all| &all.entries).map(|entry| &entry.id).chain(epss.iter().flat_map(|all| &all.scores).map(|(id, _)| id)) {
            ids.push(plain(id.as_str(), date(2000, 1, 1), ""));
        }
        let check = || -> Result<(Vec<String>, Vec<String>), Box<dyn std::error::Error>> {
            let received = date(2026, 11, 22);
            let folder = tempfile::tempdir()?;
            let home = Home::open(folder.path());
            let mut builder = home.builder(received)?;
            // Two batches, as from two threads, and not in the order of the records.
            let (first, second) = records.split_at(if records.is_empty() { 0 } else { cut.index(records.len()) });
            let mut set_aside = Vec::new();
            for part in [second, first] {
                let mut batch = builder.batch()?;
                for record in part {
                    batch.record(record, &stamp(record))?;
                }
                builder.add(batch);
            }
            let mut batch = builder.batch()?;
            // Some years of NVD, where there is anything of NVD at all.
            let years: BTreeSet<i16> = (2002..2002 + odd as i16 * 3).collect();
            if odd > 0 {
                years.iter().for_each(|year| batch.file("nvd", &format!("nvdcve-2.0-{year}.json.gz")));
            }
            for place in 0..odd {
                set_aside.push(aside("f", place, None));
                batch.set_aside(aside("f", place, None));
            }
            whole.iter().for_each(|name| batch.file("osv", &format!("{name}/all.zip")));
            builder.add(batch);
            if let Some(support) = &support {
                builder.support("s", support.clone());
            }
            if let Some(weaknesses) = &weaknesses {
                builder.weakness_names("w", weaknesses.clone());
            }
            if let Some(catalogue) = &exploited {
                builder.exploited("k", catalogue.clone());
            }
            if let Some(scores) = &epss {
                builder.epss("e", scores.clone());
            }
            builder.publish(&mut |_| {})?;
            let generation = home.current()?.ok_or("nothing was published")?;
            generation.verify()?;

            let dated = records.iter().map(|record| VulnerabilityRecord { received: Some(received), ..record.clone() }).collect();
            let contents = Contents { records: dated, exploited: exploited.clone(), epss: epss.clone(), set_aside, years, ecosystems: whole.iter().map(|name| name.to_lowercase()).collect(), support: support.clone(), weaknesses: weaknesses.clone(), ..Contents::empty(received) };
            let memory = Memory::new(contents)?;
            Ok((answers(&generation, &ids, &others)?, answers(&memory, &ids, &others)?))
        };
        let (generation, memory) = check().map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(generation, memory);
    }
}

fn small_home() -> Result<(tempfile::TempDir, Home, Vec<VulnerabilityRecord>), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let records: Vec<_> = (0..12)
        .map(|number| plain(&format!("CVE-2020-{number:04}"), date(2020, 1, 1), &format!("number {number}")))
        .collect();
    let mut builder = home.builder(date(2026, 1, 1))?;
    let mut batch = builder.batch()?;
    for record in &records {
        batch.record(record, &stamp(record))?;
    }
    batch.set_aside(aside("f", 1, Some("CVE-2020-9999")));
    builder.add(batch);
    builder.exploited(
        "k",
        ward_formats::feed::kev::read(
            &br#"{"count":1,"vulnerabilities":[{"cveID":"CVE-2020-0001","dateAdded":"2021-01-01"}]}"#[..],
        )?,
    );
    builder.epss(
        "e",
        ward_formats::feed::epss::read(
            &b"#model_version:v1,score_date:2026-01-01\ncve,epss,percentile\nCVE-2020-0001,0.5,0.9\n"[..],
        )?,
    );
    builder.publish(&mut |_| {})?;
    Ok((folder, home, records))
}

#[test]
fn every_changed_byte_is_found() -> TestResult {
    let (_folder, home, records) = small_home()?;
    let generation = home.current()?.ok_or("nothing there")?;
    let path = generation.path().to_owned();
    let right = answers(&generation, &records, &[])?;
    drop(generation);
    let bytes = fs::read(&path)?;
    let (mut at_open, mut at_read) = (0, 0);
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        let other = path.with_file_name("changed");
        fs::write(&other, &changed)?;
        match Generation::open(&other, None) {
            Err(_) => at_open += 1,
            Ok(opened) => {
                assert!(opened.verify().is_err(), "byte {place} passes verification");
                // A read either fails or does not touch the place.
                match answers(&Generation::open(&other, None)?, &records, &[]) {
                    Ok(read) => assert!(read == right, "byte {place} changes an answer"),
                    Err(_) => at_read += 1,
                }
            }
        }
    }
    assert!(at_open > 0 && at_read > 0);
    Ok(())
}

#[test]
fn a_file_of_another_length_is_refused() -> TestResult {
    let (_folder, home, _) = small_home()?;
    let path = home.current()?.ok_or("nothing there")?.path().to_owned();
    let bytes = fs::read(&path)?;
    let other = path.with_file_name("changed");
    for length in 0..bytes.len() {
        fs::write(&other, &bytes[..length])?;
        assert!(Generation::open(&other, None).is_err(), "{length} bytes");
    }
    fs::write(&other, &bytes[..bytes.len() - 1])?;
    assert!(matches!(Generation::open(&other, None), Err(OpenError::Length { .. })));
    fs::write(&other, [&bytes[..], b"!"].concat())?;
    assert!(matches!(Generation::open(&other, None), Err(OpenError::Length { .. })));
    fs::write(&other, b"")?;
    assert!(matches!(Generation::open(&other, None), Err(OpenError::NotAGeneration { .. })));
    Ok(())
}

#[test]
fn a_record_may_span_many_blocks_and_many_records_one() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    // Text that does not compress, so that stored blocks are read too.
    let mut noise = 1_u64;
    let mut long = String::new();
    while long.len() < 200_000 {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        long.push(char::from(33 + (noise >> 40) as u8 % 90));
    }
    let records: Vec<_> = ["short", &long, "also short"]
        .iter()
        .zip(1..)
        .map(|(text, number)| plain(&format!("CVE-2020-{number}"), date(2020, 1, 1), text))
        .collect();
    sync(&home, date(2026, 1, 1), &records)?;
    let generation = home.current()?.ok_or("nothing there")?;
    generation.verify()?;
    for (number, record) in (0..).zip(&records) {
        assert_eq!(generation.record(RecordNumber(number))?.description, record.description);
    }
    assert_eq!(generation.candidates(&"a:acme:pump".parse()?)?.len(), 3);
    Ok(())
}

#[test]
fn the_same_inputs_give_the_same_bytes() -> TestResult {
    let (_first_folder, first, _) = small_home()?;
    let (_second_folder, second, _) = small_home()?;
    let read = |home: &Home| -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(fs::read(home.current()?.ok_or("nothing there")?.path())?)
    };
    assert_eq!(read(&first)?, read(&second)?);
    Ok(())
}
