//! The sources beside NVD, KEV and EPSS, in all the forms in which mirrors hold them.

use std::fs;

use jiff::civil::date;
use ward_feeds::{Silent, Source, SyncError, SyncReport, sync};
use ward_knowledge::Home;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;

use super::fixture::{Mirror, TestResult, zipped};

fn cve5(id: &str, description: &str) -> String {
    format!(
        r#"{{"cveMetadata":{{"cveId":"{id}","state":"PUBLISHED","dateUpdated":"2020-01-02T00:00:00Z"}},"containers":{{"cna":{{
        "descriptions":[{{"lang":"en","value":"{description}"}}],"affected":[{{"vendor":"Acme","product":"Pump"}}]}}}}}}"#
    )
    .replace('\n', " ")
}

fn osv(id: &str, ecosystem: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2020-01-02T00:00:00Z","aliases":["CVE-2020-0001"],"affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"n"}},"versions":["1"]}}]}}"#
    )
}

pub fn csaf(id: &str) -> String {
    format!(
        r#"{{"document":{{"category":"csaf_security_advisory","title":"t","publisher":{{"name":"p"}},"tracking":{{"id":"{id}","current_release_date":"2020-01-02T00:00:00Z"}}}},
        "product_tree":{{"full_product_names":[{{"product_id":"P","name":"Acme Pump"}}]}},
        "vulnerabilities":[{{"cve":"CVE-2020-0001","product_status":{{"known_affected":["P"]}}}}]}}"#
    )
}

fn counts(report: &SyncReport) -> Vec<(&str, usize, u64, usize)> {
    let one = |source: &'_ ward_feeds::SourceReport| (source.files, source.state.records, source.set_aside.len());
    report
        .sources
        .iter()
        .map(|source| {
            let (files, records, aside) = one(source);
            (source.state.name.as_str(), files, records, aside)
        })
        .collect()
}

/// Every form of every source once.
pub fn everything() -> Result<Mirror, Box<dyn std::error::Error>> {
    let mirror = Mirror::new()?;
    mirror.any("cve5/cves/2020/0xxx/CVE-2020-0001.json", cve5("CVE-2020-0001", "in the tree").as_bytes())?;
    mirror.any("cve5/cves/2020/0xxx/CVE-2020-0002.json", b"nonsense")?;
    mirror.any("cve5/cves/delta.json", b"{}")?;
    mirror.any("cve5/more.jsonl", format!("{}\nnonsense\n", cve5("CVE-2020-0003", "in a line")).as_bytes())?;
    let frame = ruzstd::encoding::compress_to_vec(
        cve5("CVE-2020-0004", "in a packed line").as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    mirror.any("cve5/packed.jsonl.zst", &frame)?;
    let inner = zipped(&[
        ("cves/2020/0xxx/CVE-2020-0005.json", cve5("CVE-2020-0005", "in an archive").as_bytes()),
        ("cves/deltaLog.json", b"[]"),
    ])?;
    mirror.any("cve5/2020-01-02_all.zip.zip", &zipped(&[("cves.zip", &inner)])?)?;
    let archive = zipped(&[
        ("PYSEC-1.json", osv("PYSEC-1", "PyPI").as_bytes()),
        ("PYSEC-2.JSON", b"{}"),
        ("README.md", b"no record"),
    ])?;
    mirror.any("osv/PyPI/all.zip", &archive)?;
    mirror.any("osv/OSS-Fuzz/OSV-1.json", osv("OSV-1", "OSS-Fuzz").as_bytes())?;
    mirror.any("osv/Empty/README.md", b"nothing here")?;
    mirror.any("csaf/OT/white/2020/icsma-20-001-01.json", csaf("ICSMA-20-001-01").as_bytes())?;
    mirror.any("csaf/OT/white/index.txt", b"2020/icsma-20-001-01.json\n2020/icsma-20-002-01.json\n")?;
    mirror.any("csaf/provider-metadata.json", b"{}")?;
    mirror.any("csaf/feed.json", br#"{"feed":{}}"#)?;
    mirror.any("eol/openssl.json", br#"[{"cycle":"3.0","eol":"2026-09-07"}]"#)?;
    mirror.any("eol/identifiers.json", br#"{"openssl":[{"cpe":"cpe:2.3:a:openssl:openssl"}]}"#)?;
    let list =
        br#"<Weakness_Catalog Version="4.15"><Weaknesses><Weakness ID="79" Name="x"/></Weaknesses></Weakness_Catalog>"#;
    mirror.any("cwe/cwec-4.15.xml.zip", &zipped(&[("cwec_v4.15.xml", list)])?)?;
    mirror.any("cwe/cwec-4.9.xml", b"an older one, which is not read")?;
    Ok(mirror)
}

#[test]
fn every_form_of_every_source_is_read() -> TestResult {
    let mirror = everything()?;
    let home = mirror.home();
    let report = sync(mirror.path(), &[], &home, date(2026, 11, 22), &mut Silent)?;
    assert_eq!(report.not_read, ["osv/Empty"]);
    let found: Vec<_> = counts(&report).into_iter().filter(|(name, ..)| !["eol", "cwe"].contains(name)).collect();
    assert_eq!(found, [("csaf", 2, 1, 1), ("cve5", 5, 4, 2), ("osv/oss-fuzz", 1, 1, 0), ("osv/pypi", 1, 1, 1)]);
    let whole: Vec<_> = report.sources.iter().map(|source| (source.state.name.as_str(), source.files)).collect();
    assert!(whole.contains(&("eol", 2)) && whole.contains(&("cwe", 1)), "{whole:?}");
    let aside: Vec<_> =
        report.sources.iter().flat_map(|source| &source.set_aside).map(|one| (one.file.as_str(), one.place)).collect();
    assert_eq!(
        aside,
        [("OT/white/index.txt", 2), ("cves/2020/0xxx/CVE-2020-0002.json", 2), ("more.jsonl", 2), ("PyPI/all.zip", 2)]
    );
    let generation = home.current()?.ok_or("nothing there")?;
    for (id, source) in [
        ("CVE-2020-0001", "cve5"),
        ("CVE-2020-0003", "cve5"),
        ("CVE-2020-0004", "cve5"),
        ("CVE-2020-0005", "cve5"),
        ("PYSEC-1", "osv/pypi"),
        ("OSV-1", "osv/oss-fuzz"),
        ("ICSMA-20-001-01@p/CVE-2020-0001", "csaf"),
    ] {
        let number = generation.find(&VulnerabilityId::from(id))?.ok_or_else(|| format!("{id} is not found"))?;
        assert_eq!(generation.record(number)?.source, source, "{id}");
    }
    Ok(())
}

#[test]
fn only_what_is_asked_for_is_read() -> TestResult {
    let mirror = everything()?;
    let report = sync(mirror.path(), &[Source::Osv], &mirror.home(), date(2026, 11, 22), &mut Silent)?;
    assert_eq!(counts(&report), [("osv/oss-fuzz", 1, 1, 0), ("osv/pypi", 1, 1, 1)]);
    let report = sync(mirror.path(), &[Source::Cve5], &mirror.home(), date(2026, 11, 23), &mut Silent)?;
    let untouched: Vec<_> = report.untouched.iter().map(|state| state.name.as_str()).collect();
    assert_eq!(untouched, ["osv/oss-fuzz", "osv/pypi"]);
    for source in Source::ALL {
        let empty = Mirror::new()?;
        fs::create_dir(empty.path().join(source.name()))?;
        let refused = sync(empty.path(), &[source], &empty.home(), date(2026, 11, 22), &mut Silent);
        assert!(matches!(refused, Err(SyncError::Absent { .. })), "{source}");
        assert_eq!(source.name().parse(), Ok(source));
    }
    Ok(())
}

#[test]
fn all_sources_give_the_same_bytes_every_time() -> TestResult {
    let mirror = everything()?;
    let roots: Vec<_> = (0..4)
        .map(|round| {
            let home = Home::open(mirror.path().join(format!(".home{round}")));
            sync(mirror.path(), &[], &home, date(2026, 1, 1), &mut Silent).map(|report| report.root)
        })
        .collect::<Result<_, _>>()?;
    assert!(roots.windows(2).all(|pair| pair[0] == pair[1]), "{roots:?}");
    Ok(())
}

#[test]
fn a_broken_archive_fails_the_sync_whole() -> TestResult {
    for name in ["osv/PyPI/all.zip", "cve5/2020-01-02_all.zip.zip", "cve5/packed.jsonl.zst", "cwe/cwec-4.15.xml.zip"] {
        let mirror = everything()?;
        let path = mirror.path().join(name);
        let bytes = fs::read(&path)?;
        fs::write(&path, &bytes[..bytes.len() * 2 / 3])?;
        let refused = sync(mirror.path(), &[], &mirror.home(), date(2026, 11, 22), &mut Silent);
        assert!(matches!(&refused, Err(SyncError::Feed { path, .. }) if path.ends_with(name)), "{name}: {refused:?}");
        assert!(mirror.home().current()?.is_none());
    }
    Ok(())
}

#[test]
fn an_archive_that_unpacks_without_end_is_refused() -> TestResult {
    let mirror = Mirror::new()?;
    let zeros = vec![b' '; 40 << 20];
    let names: Vec<String> = (0..3).map(|number| format!("{number}.json")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), zeros.as_slice())).collect();
    mirror.any("osv/PyPI/all.zip", &zipped(&files)?)?;
    let refused = sync(mirror.path(), &[], &mirror.home(), date(2026, 11, 22), &mut Silent);
    let Err(SyncError::Feed { source, .. }) = refused else { return Err("a bomb was unpacked".into()) };
    let words = std::error::Error::source(&source).map(ToString::to_string).unwrap_or_default();
    assert!(words.contains("unpacks to more than"), "{words}");
    Ok(())
}
