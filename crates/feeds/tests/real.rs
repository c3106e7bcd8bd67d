//! The feeds beside NVD, as they really are, where they are at hand: how much there is, what was set aside, and well-known records
//! against what their files say.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use ruzstd::decoding::StreamingDecoder;
use ward_formats::feed::{FeedError, Item, SetAside, csaf, cve5, cwe, eol, osv};
use ward_model::affected::{AffectedProduct, RangeEvent, SubjectKey, VersionStatement, VersionStatus};
use ward_model::support::SupportEnd;
use ward_model::vulnerability::VulnerabilityRecord;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if folder.is_dir() {
        return Some(folder);
    }
    let _ = writeln!(std::io::stderr(), "skipped: there is no ../shared/data");
    None
}

/// Records by identifier, and what was set aside.
#[derive(Default)]
struct All {
    records: BTreeMap<String, VulnerabilityRecord>,
    aside: Vec<SetAside>,
    count: usize,
}

impl All {
    fn take(&mut self, item: Item) {
        match item {
            Item::Record(dated) => {
                self.count += 1;
                self.records.insert(dated.record.id.to_string(), dated.record);
            }
            Item::SetAside(aside) => self.aside.push(aside),
        }
    }

    fn get(&self, id: &str) -> TestResult<&VulnerabilityRecord> {
        Ok(self.records.get(id).ok_or_else(|| format!("{id} is not there"))?)
    }
}

fn archive(path: &Path, ecosystem: &str) -> TestResult<All> {
    let mut zip = zip::ZipArchive::new(BufReader::new(File::open(path)?))?;
    let mut all = All::default();
    let source = osv::source_of(ecosystem);
    for index in 0..zip.len() {
        let mut text = Vec::new();
        zip.by_index(index)?.read_to_end(&mut text)?;
        osv::record(&source, &text, index as u64 + 1).into_iter().for_each(|item| all.take(item));
    }
    Ok(all)
}

fn shown(product: &AffectedProduct) -> Vec<String> {
    let words = product.versions.iter().map(|statement| match statement {
        VersionStatement::Listed { versions, status } => format!("{status:?} [{}]", versions.join(" ")),
        VersionStatement::Range { interval, status, .. } => format!("{status:?} {interval}"),
        VersionStatement::Prose { text, status } => format!("{status:?} words: {text}"),
        VersionStatement::Events { events, .. } => {
            let words = events.iter().map(|event| match event {
                RangeEvent::Introduced(at) => format!("+{at}"),
                RangeEvent::Fixed(at) => format!("-{at}"),
                RangeEvent::LastAffected(at) => format!("={at}"),
                RangeEvent::Limit(at) => format!("|{at}"),
            });
            words.collect::<Vec<_>>().join(" ")
        }
    });
    words.collect()
}

#[test]
fn osv_is_read_whole() -> TestResult {
    let Some(data) = data() else { return Ok(()) };
    let mut all = BTreeMap::new();
    for (ecosystem, records, withdrawn) in [
        ("OSS-Fuzz", 4_021, 24),
        ("Go", 4_291, 17),
        ("PyPI", 2_661, 10),
        ("Bitnami", 7_444, 0),
        ("AlmaLinux", 5_637, 0),
    ] {
        let read = archive(&data.join("osv").join(ecosystem).join("all.zip"), ecosystem)?;
        assert_eq!((read.count, read.records.len()), (records, records), "{ecosystem}");
        assert_eq!(read.aside, [], "{ecosystem}");
        assert_eq!(read.records.values().filter(|record| record.withdrawn).count(), withdrawn, "{ecosystem}");
        let package = ecosystem.to_lowercase();
        let mine = |record: &VulnerabilityRecord| {
            record.affected.iter().any(|one| one.package.as_ref().is_some_and(|key| *key.ecosystem == *package))
        };
        // Seven records of OSS-Fuzz speak of packages of PyPI.
        let others = if ecosystem == "OSS-Fuzz" { 7 } else { 0 };
        assert_eq!(read.records.values().filter(|record| !mine(record)).count(), others, "{ecosystem}");
        all.insert(ecosystem, read);
    }
    let affected: usize = all["AlmaLinux"].records.values().map(|record| record.affected.len()).sum();
    assert_eq!(affected, 69_160);
    let kernel = all["AlmaLinux"].get("ALSA-2026:A010")?;
    assert_eq!((kernel.aliases.len(), kernel.related.len(), kernel.affected.len()), (0, 2, 2));
    assert_eq!(kernel.affected[0].release.as_deref(), Some("10"));
    assert_eq!(shown(&kernel.affected[0]), ["+0 -6.12.0-124.56.5.el10_1"]);
    let answer = all["Go"].get("GO-2026-6249")?;
    assert_eq!((answer.modified, answer.published), (None, None), "the year one is no date");
    assert_eq!(shown(&answer.affected[0]), ["+0"]);
    let zookeeper = all["Bitnami"].get("BIT-zookeeper-2026-24308")?;
    assert_eq!(
        zookeeper.affected[0].cpes[0].product_key().map(|key| key.to_string()).as_deref(),
        Some("a:apache:zookeeper")
    );
    assert_eq!(shown(&zookeeper.affected[0]), ["+3.8.0 -3.8.6 +3.9.0 -3.9.5"]);
    assert_eq!((zookeeper.scores.len(), zookeeper.affected[0].default_status), (1, VersionStatus::Unaffected));
    let openslides = all["PyPI"].get("PYSEC-2024-99")?;
    assert_eq!(openslides.aliases[0].as_str(), "CVE-2024-22892");
    assert_eq!(openslides.affected[0].versions.len(), 2, "a list and a range");
    let dwg = all["OSS-Fuzz"].get("OSV-2026-995")?;
    assert_eq!(
        (dwg.affected[0].product.as_deref(), dwg.affected[0].default_status),
        (Some("libredwg"), VersionStatus::Unknown)
    );
    let unreadable: usize =
        all.values().flat_map(|one| one.records.values()).map(|one| one.unreadable_vectors.len()).sum();
    assert_eq!(unreadable, 0);
    Ok(())
}

/// Too long without optimisation.
fn large(data: &Path) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| value == "1" || value == "true");
    if cfg!(debug_assertions) && !set("WARD_LARGE") && !set("CI") {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: it takes long without optimisation; WARD_LARGE=1 runs it all the same"
        );
        return None;
    }
    Some(data.join("cve5/cve5-vulnrichment.jsonl.zst"))
}

#[test]
fn the_cve_list_is_read_whole() -> TestResult {
    let Some(path) = data().and_then(|data| large(&data)) else { return Ok(()) };
    let mut all = All::default();
    let source = BufReader::new(StreamingDecoder::new(BufReader::new(File::open(path)?))?);
    cve5::lines(source, |item| -> Result<(), FeedError> {
        all.take(item);
        Ok(())
    })?;
    assert_eq!((all.count, all.records.len()), (44_130, 44_130));
    assert_eq!(all.aside.iter().map(|aside| &aside.reason).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(all.records.values().filter(|record| record.withdrawn).count(), 104);
    let count = |of: fn(&VulnerabilityRecord) -> usize| all.records.values().map(of).sum::<usize>();
    assert_eq!((count(|one| one.ssvc.len()), count(|one| one.known_exploited.len())), (44_027, 224));
    let old = all.get("CVE-1999-0006")?;
    let [qpopper] = old.affected.as_slice() else { return Err("what is n/a is no product".into()) };
    assert_eq!((qpopper.asserter.as_str(), qpopper.product.as_deref()), ("CISA-ADP", Some("qpopper")));
    assert_eq!((shown(qpopper), old.weaknesses.as_slice()), (vec!["Affected [2.4]".to_owned()], [121].as_slice()));
    Ok(())
}

#[test]
fn advisories_are_read_whole() -> TestResult {
    let Some(data) = data() else { return Ok(()) };
    let folder = data.join("csaf/OT/white");
    let index = fs::read_to_string(folder.join("index.txt"))?;
    let mut all = All::default();
    let mut files = 0;
    for name in index.lines().filter(|line| !line.is_empty()) {
        files += 1;
        csaf::advisory(&fs::read(folder.join(name))?, files).items.into_iter().for_each(|item| all.take(item));
    }
    assert_eq!((files, all.count, all.records.len(), all.aside.len()), (109, 351, 351, 0));
    assert!(all.records.values().all(|record| record.aliases.len() == 1 && !record.affected.is_empty()));
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for statement in all.records.values().flat_map(|record| &record.affected).flat_map(|one| &one.versions) {
        let kind = match statement {
            VersionStatement::Listed { versions, .. } => {
                *kinds.entry("versions").or_default() += versions.len();
                continue;
            }
            VersionStatement::Range { .. } => "ranges",
            VersionStatement::Prose { .. } => "words",
            VersionStatement::Events { .. } => "events",
        };
        *kinds.entry(kind).or_default() += 1;
    }
    assert_eq!(kinds, BTreeMap::from([("ranges", 720), ("versions", 232), ("words", 291)]));
    Ok(())
}

#[test]
fn support_dates_and_weakness_names_are_read_whole() -> TestResult {
    let Some(data) = data() else { return Ok(()) };
    let mut catalogue = eol::SupportCatalogue::default();
    let mut paths: Vec<PathBuf> =
        fs::read_dir(data.join("eol"))?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort_unstable();
    for (place, path) in (1..).zip(&paths) {
        let text = fs::read(path)?;
        match path.file_stem().and_then(|stem| stem.to_str()) {
            Some("identifiers") => catalogue.add_identifiers(&text, place),
            Some(product) => catalogue.add_product(product, &text, place),
            None => return Err("a file without a name".into()),
        }
    }
    assert_eq!((paths.len(), catalogue.cycles.len(), catalogue.set_aside.as_slice()), (465, 8_321, [].as_slice()));
    let line = |product: &str, cycle: &str| {
        let found = catalogue.cycles.iter().find(|one| one.product == product && one.cycle == cycle);
        found.ok_or_else(|| format!("{product} {cycle} is not there"))
    };
    let openssl = line("openssl", "3.0")?;
    assert_eq!(openssl.security_until, SupportEnd::On("2026-09-07".parse()?));
    assert_eq!((openssl.extended_until, openssl.latest.as_deref()), (SupportEnd::NotAnnounced, Some("3.0.21")));
    assert_eq!(line("openssl", "1.1.1")?.security_until, SupportEnd::On("2023-09-11".parse()?));
    let keys = catalogue.keys.get("openssl").ok_or("no keys")?;
    assert!(keys.contains(&SubjectKey::Product("a:openssl:openssl".parse()?)), "{keys:?}");

    let mut zip = zip::ZipArchive::new(BufReader::new(File::open(data.join("cwe/cwec-4.15.xml.zip"))?))?;
    let list = cwe::read(BufReader::new(zip.by_index(0)?))?;
    assert_eq!((list.version.as_deref(), list.set_aside.len()), (Some("4.15"), 0));
    assert_eq!(list.names.get(&306).map(String::as_str), Some("Missing Authentication for Critical Function"));
    assert_eq!(list.names.get(&1004).map(String::as_str), Some("Sensitive Cookie Without 'HttpOnly' Flag"));
    assert_eq!(list.names.len(), 1_427);
    Ok(())
}
