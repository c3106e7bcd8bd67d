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
    let Some(data) = ward_samples::path("") else { return Ok(()) };
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
    let Some(path) = ward_samples::path("").and_then(|data| large(&data)) else { return Ok(()) };
    let mut all = All::default();
    let source = BufReader::new(StreamingDecoder::new(BufReader::new(File::open(path)?))?);
    cve5::lines(source, |item| -> Result<(), FeedError> {
        all.take(item);
        Ok(())
    })?;
    assert_eq!((all.count, all.records.len()), (44_130, 44_130));
    // Five records hold CPE names with a colon too many; what they say besides is read.
    let aside: Vec<_> = all.aside.iter().filter_map(|aside| aside.id.as_ref().map(|id| id.as_str())).collect();
    assert_eq!(aside, ["CVE-2023-33860", "CVE-2023-35006", "CVE-2024-39744", "CVE-2024-39745", "CVE-2024-39746"]);
    assert!(all.aside.iter().all(|aside| aside.reason.starts_with("in part: cpe `cpe:2.3:a:ibm:")));
    assert_eq!(all.records.values().filter(|record| record.withdrawn).count(), 104);
    let count = |of: fn(&VulnerabilityRecord) -> usize| all.records.values().map(of).sum::<usize>();
    assert_eq!((count(|one| one.ssvc.len()), count(|one| one.known_exploited.len())), (44_027, 224));
    let old = all.get("CVE-1999-0006")?;
    let [qpopper] = old.affected.as_slice() else { return Err("what is n/a is no product".into()) };
    assert_eq!((qpopper.asserter.as_str(), qpopper.product.as_deref()), ("CISA-ADP", Some("qpopper")));
    // Identifier, how many products (a package of a distribution counts once for each release), the place of one, who states it, its name, what is stated of its versions, and of the others.
    let (yes, no, open) = (VersionStatus::Affected, VersionStatus::Unaffected, VersionStatus::Unknown);
    for (id, count, place, asserter, product, versions, rest) in [
        ("CVE-2023-44487", 1, 0, "CISA-ADP", "http", "Affected [2.0]", open),
        ("CVE-2024-1086", 2, 0, "Google", "Kernel", "Affected >=3.15 <6.8", no),
        ("CVE-2024-3094", 6, 0, "redhat", "xz", "Affected [5.6.0]; Affected [5.6.1]", no),
        ("CVE-2024-3400", 6, 1, "palo_alto", "Cloud NGFW", "Unaffected *", no),
        ("CVE-2024-6387", 22, 0, "redhat", "OpenSSH", "Affected >=8.5p1 <=9.7p1", no),
        (
            "CVE-2024-23897",
            2,
            0,
            "jenkins",
            "Jenkins",
            "Unaffected >=0 <1.606; Unaffected >=2.442; Unaffected >=2.426.3 <2.427; Unaffected >=2.440.1 <2.441",
            yes,
        ),
        ("CVE-2024-38063", 25, 0, "microsoft", "Windows 10 Version 1809", "Affected >=10.0.0 <10.0.17763.6293", open),
    ] {
        let record = all.get(id)?;
        let one = record.affected.get(place).ok_or_else(|| format!("{id} has no such product"))?;
        let read = (
            record.affected.len(),
            one.asserter.as_str(),
            one.product.as_deref(),
            shown(one).join("; "),
            one.default_status,
        );
        assert_eq!(read, (count, asserter, Some(product), versions.to_owned(), rest), "{id}");
    }
    let php = all.get("CVE-2024-4577")?;
    assert_eq!(shown(&php.affected[0])[..2], ["Affected >=8.1 <8.1.29", "Affected >=8.2 <8.2.20"]);
    let fortinet = all.get("CVE-2024-21762")?;
    assert_eq!(shown(&fortinet.affected[1])[..2], ["Affected >=7.4.0 <=7.4.2", "Affected >=7.2.0 <=7.2.6"]);
    assert_eq!((shown(qpopper), old.weaknesses.as_slice()), (vec!["Affected [2.4]".to_owned()], [121].as_slice()));
    Ok(())
}

#[test]
fn advisories_are_read_whole() -> TestResult {
    let Some(data) = ward_samples::path("") else { return Ok(()) };
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
    // Record, kind of weakness, day, then vendor, product and versions of one product.
    for (id, weakness, day, vendor, product, versions) in [
        (
            "ICSMA-17-215-02@www.cisa.gov/CVE-2015-1635",
            94,
            "2017-08-03",
            "Siemens",
            "Siemens PET/CT Systems Windows 7-Based",
            "Affected *",
        ),
        (
            "ICSMA-18-058-02@www.cisa.gov/CVE-2018-5474",
            20,
            "2018-02-27",
            "Phillips",
            "IntelliSpace Portal 7.0.x",
            "Affected *",
        ),
        (
            "ICSMA-24-254-01@www.cisa.gov/CVE-2024-34463",
            319,
            "2024-09-10",
            "BPL Medical Technologies",
            "Be Well Android Application",
            "Affected <=3.64",
        ),
        (
            "ICSMA-24-254-01@www.cisa.gov/CVE-2024-34463",
            319,
            "2024-09-10",
            "BPL Medical Technologies",
            "PWS-01-BT",
            "Affected *",
        ),
        (
            "ICSMA-24-200-01@www.cisa.gov/CVE-2020-36518",
            787,
            "2024-07-18",
            "Philips",
            "Vue PACS",
            "Affected <12.2.8.410",
        ),
        (
            "ICSMA-17-009-01A@www.cisa.gov/CVE-2017-5149",
            300,
            "2017-02-06",
            "St. Jude Medical",
            "RF models EX1150",
            "Affected <8.2.2",
        ),
        (
            "ICSMA-18-277-01@www.cisa.gov/CVE-2018-17891",
            209,
            "2018-10-04",
            "Carestream",
            "RIS Client Builds",
            "Affected words: <=11.2 on Windows 8.1 with IIS 7.5",
        ),
        (
            "ICSMA-20-196-01@www.cisa.gov/CVE-2019-5024",
            693,
            "2020-10-20",
            "Capsule Technologies",
            "Capsule Technologies SmartLinx Neuron 2",
            "Affected <=9.0.3",
        ),
        (
            "ICSMA-24-058-01@www.cisa.gov/CVE-2024-1453",
            125,
            "2024-02-27",
            "Santesoft",
            "Sante DICOM Viewer Pro",
            "Affected <=14.0.3",
        ),
    ] {
        let record = all.get(id)?;
        assert_eq!(record.weaknesses, [weakness], "{id}");
        assert_eq!(record.modified.map(|day| day.to_string()).as_deref(), Some(day), "{id}");
        let one =
            record.affected.iter().find(|one| one.product.as_deref() == Some(product)).ok_or("no such product")?;
        assert_eq!((one.vendor.as_deref(), shown(one).join("; ")), (Some(vendor), versions.to_owned()), "{id}");
        assert_eq!((record.scores.len(), record.unreadable_vectors.len()), (1, 0), "{id}");
    }
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
    let Some(data) = ward_samples::path("") else { return Ok(()) };
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
