//! All of NVD, KEV and EPSS, where they are at hand.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use jiff::civil::date;
use ward_feeds::{Silent, sync};
use ward_formats::feed::nvd::{Item, Reader};
use ward_knowledge::{Generation, Home};
use ward_model::cpe::ProductKey;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, RecordNumber};
use ward_model::vulnerability::VulnerabilityRecord;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// KEV of August 2025, then KEV of August 2026 with corrections of NVD between: each day is answered as on that day.
#[test]
fn kev_of_two_years_is_known_as_of_each_day() -> TestResult {
    let (old, new) = ("other/kev-2025-08-25.json", "kev/known_exploited_vulnerabilities.json");
    let (Some(old), Some(new)) = (ward_samples::path(old), ward_samples::path(new)) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let mirror = folder.path().join("mirror");
    for name in ["kev", "nvd"] {
        std::fs::create_dir_all(mirror.join(name))?;
    }
    let kev = |from: &Path| std::fs::copy(from, mirror.join("kev/known_exploited_vulnerabilities.json"));
    let nvd = |records: &[(&str, &str, &str, &str)]| -> TestResult {
        let records: Vec<String> = records
            .iter()
            .map(|(id, changed, status, text)| {
                format!(
                    r#"{{"cve":{{"id":"{id}","lastModified":"{changed}T00:00:00.000","vulnStatus":"{status}","descriptions":[{{"lang":"en","value":"{text}"}}]}}}}"#
                )
            })
            .collect();
        let text = format!(r#"{{"format":"NVD_CVE","version":"2.0","vulnerabilities":[{}]}}"#, records.join(","));
        Ok(std::fs::write(mirror.join("nvd/nvdcve-2.0-modified.json"), text)?)
    };
    type Records<'a> = &'a [(&'a str, &'a str, &'a str, &'a str)];
    let days: [(jiff::civil::Date, &Path, Records<'_>); 4] = [
        (date(2025, 8, 25), &old, &[("CVE-2025-0001", "2025-08-01", "Analyzed", "first")]),
        (
            date(2025, 9, 1),
            &old,
            &[
                ("CVE-2025-0001", "2025-08-30", "Modified", "corrected"),
                ("CVE-2025-0002", "2025-08-30", "Received", "added"),
            ],
        ),
        (date(2026, 8, 7), &new, &[("CVE-2025-0002", "2026-08-01", "Rejected", "rejected")]),
        (date(2026, 8, 8), &new, &[("CVE-2025-0002", "2025-08-30", "Received", "added")]),
    ];
    let home = Home::open(folder.path().join("all"));
    let all: Vec<VulnerabilityId> = {
        let mut ids = Vec::new();
        for path in [&old, &new] {
            ids.extend(
                ward_formats::feed::kev::read(std::fs::File::open(path)?)?.entries.into_iter().map(|entry| entry.id),
            );
        }
        ids
    };
    let answers = |home: &Home, day| -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let held = home.as_of(day)?.ok_or("nothing there")?;
        held.verify()?;
        let mut answers = vec![format!("{:?} {:?} {}", held.description(), held.sources(), held.chain())];
        for id in &all {
            answers.push(format!("{:?}", held.exploited(id)?));
        }
        for number in 0..held.record_count() {
            answers.push(format!("{:?}", held.record(ward_model::knowledge::RecordNumber(number))?));
        }
        Ok(answers)
    };
    let mut each = Vec::new();
    for (number, (day, catalogue, records)) in days.iter().enumerate() {
        kev(catalogue)?;
        nvd(records)?;
        sync(&mirror, &[], &home, *day, &mut Silent)?;
        // A home of its own that stops on this day.
        let stopped = Home::open(folder.path().join(format!("stopped {number}")));
        for (day, catalogue, records) in &days[..=number] {
            kev(catalogue)?;
            nvd(records)?;
            sync(&mirror, &[], &stopped, *day, &mut Silent)?;
        }
        each.push(answers(&stopped, *day)?);
    }
    for ((day, ..), wanted) in days.iter().zip(&each) {
        assert_eq!(answers(&home, *day)?, *wanted, "{day}");
    }
    assert!(each.windows(2).all(|pair| pair[0] != pair[1]));
    let exploited = |day| -> Result<usize, Box<dyn std::error::Error>> {
        let held = home.as_of(day)?.ok_or("nothing there")?;
        Ok(held.sources().iter().filter(|source| source.name == "kev").map(|source| source.records as usize).sum())
    };
    assert_eq!((exploited(date(2026, 8, 6))?, exploited(date(2026, 8, 7))?), (1_404, 1_662));
    assert!(matches!(home.as_of(date(2025, 8, 24)), Err(ward_knowledge::HomeError::BeforeFirst { .. })));
    Ok(())
}

/// The folder with real feeds beside the repository, where this run is to use it.
fn data() -> Option<PathBuf> {
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "1" || value == "true");
    if cfg!(debug_assertions) && !ward_samples::large() && !in_ci {
        let why = "it takes long without optimisation; WARD_LARGE=1 runs it all the same";
        let _ = writeln!(std::io::stderr(), "skipped: {why}");
        return None;
    }
    ward_samples::path("")
}

/// The record of NVD with this identifier: other sources may have one under the same, and stand before it.
fn of_nvd(generation: &Generation, id: &VulnerabilityId) -> TestResult<RecordNumber> {
    let mut number = generation.find(id)?.ok_or_else(|| format!("{id} is not found"))?;
    while generation.record(number)?.source != "nvd" {
        number.0 += 1;
    }
    if generation.record(number)?.id != *id {
        return Err(format!("NVD says nothing of {id}").into());
    }
    Ok(number)
}

#[test]
fn everything_is_read_and_found_again() -> TestResult {
    let Some(data) = data() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path().join("one"));
    let received = date(2026, 11, 22);
    let report = sync(&data, &[], &home, received, &mut Silent)?;
    let counts: Vec<_> = report
        .sources
        .iter()
        .map(|source| (source.state.name.as_str(), source.state.records, source.set_aside.len()))
        .filter(|(name, ..)| !["cwe", "eol"].contains(name))
        .collect();
    // What is set aside: parts of five records, CPE names with a colon too many.
    assert_eq!(
        counts,
        [
            ("csaf", 351, 0),
            ("cve5", 44_130, 5),
            ("epss", 313_089, 0),
            ("kev", 1_662, 0),
            ("nvd", 242_548, 0),
            ("osv/almalinux", 5_637, 0),
            ("osv/bitnami", 7_444, 0),
            ("osv/go", 4_291, 0),
            ("osv/oss-fuzz", 4_021, 0),
            ("osv/pypi", 2_661, 0)
        ]
    );
    let files: Vec<_> = report.sources.iter().map(|source| (source.state.name.as_str(), source.files)).collect();
    assert!(
        files.contains(&("csaf", 109)) && files.contains(&("eol", 465)) && files.contains(&("cwe", 1)),
        "{files:?}"
    );
    assert_eq!(report.not_read, ["conformance", "other", "sbom", "schemas", "threat-models"]);

    let generation = home.current()?.ok_or("nothing there")?;
    generation.verify()?;
    // Counted by another program, over the identifiers alone.
    let kev = generation.description().sources.iter().find(|source| source.name == "kev").ok_or("no KEV")?;
    assert!(kev.gaps[0].starts_with("503 of 1662 have no record that is held ("), "{:?}", kev.gaps);
    let path = data.join("nvd/nvdcve-2.0-2014.json.gz");
    let mut compared = 0;
    for item in Reader::new(MultiGzDecoder::new(std::fs::File::open(path)?)) {
        let Item::Record(dated) = item? else { return Err("a record was set aside".into()) };
        let number = of_nvd(&generation, &dated.record.id)?;
        let wanted = VulnerabilityRecord { received: Some(received), ..dated.record };
        assert_eq!(generation.record(number)?, wanted);
        // Its rows in the index are its criteria, in their order.
        for key in wanted
            .configurations
            .iter()
            .flat_map(|all| &all.nodes)
            .flat_map(|node| &node.criteria)
            .filter_map(|one| one.cpe.product_key())
            .take(1)
        {
            let mine = |criterion: &&ward_model::vulnerability::Criterion| {
                criterion.vulnerable && criterion.cpe.product_key().as_ref() == Some(&key)
            };
            let criteria =
                wanted.configurations.iter().flat_map(|all| &all.nodes).flat_map(|node| &node.criteria).filter(mine);
            let rows = generation.candidates(&key)?;
            let rows = rows.iter().filter(|row| row.record == number).map(|row| &row.criterion);
            assert!(criteria.eq(rows), "{} {key}", wanted.id);
        }
        compared += 1;
    }
    assert_eq!(compared, 8_861);

    let openssl: ProductKey = "a:openssl:openssl".parse()?;
    let heartbleed = of_nvd(&generation, &VulnerabilityId::from("CVE-2014-0160"))?;
    assert!(generation.candidates(&openssl)?.iter().any(|candidate| candidate.record == heartbleed));
    assert!(generation.products_named("openssl")?.contains(&openssl));
    assert!(generation.exploited(&VulnerabilityId::from("CVE-2014-0160"))?.is_some());
    drop(generation);

    let again = sync(&data, &[], &Home::open(folder.path().join("two")), received, &mut Silent)?;
    assert_eq!(again.root, report.root);
    Ok(())
}
