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

/// The folder with real feeds beside the repository, where this run is to use it.
fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| value == "1" || value == "true");
    let why = if !folder.is_dir() {
        "there is no ../shared/data"
    } else if cfg!(debug_assertions) && !set("WARD_LARGE") && !set("CI") {
        "it takes long without optimisation; WARD_LARGE=1 runs it all the same"
    } else {
        return Some(folder);
    };
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
    None
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
