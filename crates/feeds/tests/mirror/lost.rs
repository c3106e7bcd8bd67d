//! What sources take back, and what they only lose.

use std::io::Write;

use jiff::civil::{Date, date};
use ward_feeds::{Contents, Fewer, Silent, Source, SyncError, SyncReport, sync, sync_contents};
use ward_knowledge::Home;
use ward_model::affected::{PackageKey, SubjectKey};
use ward_model::coverage::ShrunkPart;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;

use super::fixture::{Mirror, TestResult, cve, zipped};

fn day(number: i8) -> Date {
    date(2026, 1, number)
}

/// What is far fewer is left as strict as it can be.
fn accepting(accepted: &[String]) -> Fewer<'_> {
    Fewer { accepted, ..Fewer::default() }
}

fn shrunk(report: &SyncReport, name: &str) -> Vec<ShrunkPart> {
    report
        .knowledge
        .sources
        .iter()
        .filter(|source| source.name == name)
        .flat_map(|source| source.shrunk.clone())
        .collect()
}

/// Whether the record is held and says that it was withdrawn.
fn withdrawn(home: &Home, on: Date, id: &str) -> Result<bool, Box<dyn std::error::Error>> {
    let held = home.as_of(on)?.ok_or("nothing there")?;
    let number = held.find(&VulnerabilityId::from(id))?.ok_or_else(|| format!("{id} is not held"))?;
    Ok(held.record(number)?.withdrawn)
}

fn cve5(state: &str, updated: &str) -> String {
    format!(
        r#"{{"cveMetadata":{{"cveId":"CVE-2020-0002","state":"{state}","dateUpdated":"{updated}T00:00:00Z"}},"containers":{{"cna":{{
        "descriptions":[{{"lang":"en","value":"d"}}],"affected":[{{"vendor":"Acme","product":"Pump"}}]}}}}}}"#
    )
}

fn osv(modified: &str, withdrawn: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let text = format!(
        r#"{{"id":"PYSEC-1","modified":"{modified}T00:00:00Z",{withdrawn}"affected":[{{"package":{{"ecosystem":"PyPI","name":"n"}},"versions":["1"]}}]}}"#
    );
    zipped(&[("PYSEC-1.json", text.as_bytes())])
}

fn csaf(released: &str, category: &str, cves: &[&str]) -> String {
    let entry = |cve: &&str| format!(r#"{{"cve":"{cve}","product_status":{{"known_affected":["P"]}}}}"#);
    let entries: Vec<String> = cves.iter().map(entry).collect();
    format!(
        r#"{{"document":{{"category":"{category}","title":"t","publisher":{{"name":"p"}},"tracking":{{"id":"ICSMA-20-001-01","current_release_date":"{released}T00:00:00Z"}}}},
        "product_tree":{{"full_product_names":[{{"product_id":"P","name":"Acme Pump"}}]}},"vulnerabilities":[{}]}}"#,
        entries.join(",")
    )
}

#[test]
fn every_source_retracts_in_its_own_way_and_the_history_stays() -> TestResult {
    let mirror = Mirror::new()?;
    let advisory = "csaf/a.example/white/2020/icsma-20-001-01.json";
    mirror.nvd("2020", &[cve("CVE-2020-0001", "2020-01-02", "one")])?;
    mirror.any("cve5/cves/2020/0xxx/CVE-2020-0002.json", cve5("PUBLISHED", "2020-01-02").as_bytes())?;
    mirror.any("osv/PyPI/all.zip", &osv("2020-01-02", "")?)?;
    let all = ["CVE-2020-0003", "CVE-2020-0004"];
    mirror.any(advisory, csaf("2020-01-02", "csaf_security_advisory", &all).as_bytes())?;
    let home = mirror.home();
    sync(mirror.path(), &[], &home, day(1), &mut Silent)?;

    let rejected = cve("CVE-2020-0001", "2020-02-02", "** REJECT **").replace("Analyzed", "Rejected");
    mirror.nvd("2020", &[rejected])?;
    mirror.any("cve5/cves/2020/0xxx/CVE-2020-0002.json", cve5("REJECTED", "2020-02-02").as_bytes())?;
    mirror.any("osv/PyPI/all.zip", &osv("2020-02-02", r#""withdrawn":"2020-02-02T00:00:00Z","#)?)?;
    // The advisory drops one of its two.
    mirror.any(advisory, csaf("2020-02-02", "csaf_security_advisory", &all[..1]).as_bytes())?;
    sync(mirror.path(), &[], &home, day(2), &mut Silent)?;

    let advisories = ["ICSMA-20-001-01@p/CVE-2020-0003", "ICSMA-20-001-01@p/CVE-2020-0004"];
    let ids = ["CVE-2020-0001", "CVE-2020-0002", "PYSEC-1", advisories[0], advisories[1]];
    for (id, gone) in ids.into_iter().zip([true, true, true, false, true]) {
        assert!(!withdrawn(&home, day(1), id)?, "{id}");
        assert_eq!(withdrawn(&home, day(2), id)?, gone, "{id}");
    }

    // Then it is withdrawn as a whole, and names nothing any more.
    mirror.any(advisory, csaf("2020-03-02", "csaf_withdrawn", &[]).as_bytes())?;
    sync(mirror.path(), &[], &home, day(3), &mut Silent)?;
    assert!(withdrawn(&home, day(3), ids[3])?);
    home.current()?.ok_or("nothing there")?.verify()?;
    Ok(())
}

#[test]
fn what_a_mirror_lost_is_kept_and_told_until_it_comes_again() -> TestResult {
    let mirror = Mirror::new()?;
    let records = |count: usize| -> Vec<String> {
        (0..count).map(|number| cve(&format!("CVE-2020-{number:04}"), "2020-01-02", "one")).collect()
    };
    mirror.nvd("2020", &records(40))?;
    mirror.nvd("modified", &records(30))?;
    let home = mirror.home();
    let report = sync(mirror.path(), &[], &home, day(1), &mut Silent)?;
    assert_eq!(shrunk(&report, "nvd"), []);

    // The file of changes holds now more and now less.
    mirror.nvd("2020", &records(20))?;
    mirror.nvd("modified", &records(1))?;
    let report = sync(mirror.path(), &[], &home, day(2), &mut Silent)?;
    let expected = [ShrunkPart { part: Some("2020".to_owned()), most: 40, now: 20, since: day(2), last_came: None }];
    assert_eq!(shrunk(&report, "nvd"), expected);
    assert_eq!(report.sources[0].state.records, 40, "nothing is lost here");
    let report = sync(mirror.path(), &[], &home, day(3), &mut Silent)?;
    assert_eq!(shrunk(&report, "nvd"), expected, "nothing new is no growth");

    let wrong = sync_contents(
        &Contents::of_folder(mirror.path()),
        &[],
        accepting(&["nvdx".to_owned()]),
        &home,
        day(3),
        &mut Silent,
    );
    assert!(matches!(wrong, Err(SyncError::NotHeld { .. })), "{wrong:?}");
    let report = sync_contents(
        &Contents::of_folder(mirror.path()),
        &[],
        accepting(&["nvd".to_owned()]),
        &home,
        day(4),
        &mut Silent,
    )?;
    assert_eq!(shrunk(&report, "nvd"), []);
    let held = home.as_of(day(3))?.ok_or("nothing there")?;
    assert_eq!(held.description().sources[0].shrunk, expected);
    assert!(home.current()?.ok_or("nothing there")?.description().sources[0].shrunk.is_empty());
    Ok(())
}

/// A mirror of one source with so many records.
fn of_source(source: Source, count: usize) -> Result<Mirror, Box<dyn std::error::Error>> {
    let mirror = Mirror::new()?;
    let ids: Vec<String> = (1..=count).map(|number| format!("CVE-2020-{number:04}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    match source {
        Source::Nvd => mirror.nvd("2020", &ids.iter().map(|id| cve(id, "2020-01-02", "one")).collect::<Vec<_>>())?,
        Source::Kev => mirror.kev("2026-01-01", &ids)?,
        Source::Epss => mirror.epss("2026-01-01", &ids.iter().map(|id| (*id, "0.5", "0.9")).collect::<Vec<_>>())?,
        Source::Cve5 => {
            for id in ids {
                let text = cve5("PUBLISHED", "2020-01-02").replace("CVE-2020-0002", id);
                mirror.any(&format!("cve5/cves/2020/0xxx/{id}.json"), text.as_bytes())?;
            }
        }
        Source::Osv => {
            let record = |id: &str| {
                format!(
                    r#"{{"id":"{id}","modified":"2020-01-02T00:00:00Z","affected":[{{"package":{{"ecosystem":"PyPI","name":"n"}},"versions":["1"]}}]}}"#
                )
            };
            let texts: Vec<(String, String)> = ids.iter().map(|id| (format!("{id}.json"), record(id))).collect();
            let files: Vec<(&str, &[u8])> = texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
            mirror.any("osv/PyPI/all.zip", &zipped(&files)?)?;
        }
        Source::Csaf => {
            let text = csaf("2020-01-02", "csaf_security_advisory", &["CVE-2020-0001"]);
            for number in 0..count {
                let text = text.replace("ICSMA-20-001-01", &format!("ICSMA-20-{number:03}-01"));
                mirror.any(&format!("csaf/OT/white/2020/{number}.json"), text.as_bytes())?;
            }
        }
        Source::Eol => {
            for id in ids {
                mirror.any(&format!("eol/{id}.json"), br#"[{"cycle":"1","eol":"2026-09-07"}]"#)?;
            }
        }
        Source::Cwe => {
            let names: String = (1..=count).map(|number| format!(r#"<Weakness ID="{number}" Name="x"/>"#)).collect();
            let text =
                format!(r#"<Weakness_Catalog Version="4.15"><Weaknesses>{names}</Weaknesses></Weakness_Catalog>"#);
            mirror.any("cwe/cwec-4.15.xml", text.as_bytes())?;
        }
    }
    Ok(mirror)
}

#[test]
fn every_source_is_told_when_it_shrinks() -> TestResult {
    for source in Source::ALL {
        let (first, second) = (of_source(source, 20)?, of_source(source, 4)?);
        let home = first.home();
        let report = sync(first.path(), &[], &home, day(1), &mut Silent)?;
        let name = report.knowledge.sources.first().ok_or("nothing came")?.name.clone();
        assert_eq!(shrunk(&report, &name), [], "{source}");
        let found = shrunk(&sync(second.path(), &[], &home, day(2), &mut Silent)?, &name);
        assert_eq!(found.iter().map(|part| (part.most, part.now)).collect::<Vec<_>>(), [(20, 4)], "{source}");
    }
    Ok(())
}

/// What lies in the folder of a feed and is no file of it was meant to be read by somebody: it is named.
#[test]
fn what_is_not_read_is_named() -> TestResult {
    let mirror = super::sources::everything()?;
    mirror.nvd("2004", &[cve("CVE-2004-0001", "2004-01-02", "one")])?;
    mirror.kev("2025-01-01", &["CVE-2004-0001"])?;
    mirror.epss("2025-01-04", &[("CVE-2004-0001", "0.5", "0.9")])?;
    let before = sync(mirror.path(), &[], &mirror.home(), day(1), &mut Silent)?.not_read;
    let deep = "csaf/a/b/c/d/e/f/g/h/i/j.json";
    let meant = [
        "nvd/nvdcve-2.0-2005.json.zip",
        "nvd/extra.json",
        "nvd/old/nvdcve-2.0-2003.json",
        "kev/kev.json",
        "epss/scores.csv",
        "cve5/cves/2024/1xxx/CVE-2024-1001.json.gz",
        "osv/PyPI/PYSEC-1.yaml",
        "csaf/OT/b.json.gz",
        deep,
        "eol/product.toml",
        "cwe/weaknesses.xml",
    ];
    let passed_over = [
        "nvd/nvdcve-2.0-2004.json.zip",
        "nvd/README.md",
        "csaf/OT/white/2021/1.json.sha512",
        "csaf/OT/changes.csv",
        "nvd/nvdcve-2.0-2001.meta",
        "cve5/cves/delta.json",
    ];
    for name in meant.iter().chain(&passed_over) {
        mirror.any(name, b"x")?;
    }
    // Whoever opened it would wait for somebody to write.
    #[cfg(unix)]
    let _socket = std::os::unix::net::UnixListener::bind(mirror.path().join("nvd/nvdcve-2.0-2006.json"))?;
    let mut named = sync(mirror.path(), &[], &mirror.home(), day(1), &mut Silent)?.not_read;
    named.retain(|name| !before.contains(name));
    let mut wanted: Vec<&str> = meant.to_vec();
    #[cfg(unix)]
    wanted.push("nvd/nvdcve-2.0-2006.json (neither a file nor a folder)");
    wanted[2] = "nvd/old/";
    wanted[8] = "csaf/a/b/c/d/e/f/g/h/i/";
    wanted.sort_unstable();
    assert_eq!(named, wanted);
    Ok(())
}

/// So it is inside an archive; what is packed there by itself is read.
#[test]
fn what_is_not_read_of_an_archive_is_named() -> TestResult {
    let mirror = Mirror::new()?;
    let record = r#"{"id":"PYSEC-1","modified":"2026-01-02T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"n"},"versions":["1"]}]}"#;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(record.as_bytes())?;
    let packed = packed.finish()?;
    let others: [(&str, &[u8]); 6] = [
        ("PYSEC-2.yaml", b"x"),
        ("a/PYSEC-3.json.xz", b"x"),
        ("README.md", b"x"),
        (".github/x.yaml", b"x"),
        ("more/", b""),
        ("PYSEC-1.json.gz", &packed),
    ];
    mirror.any("osv/PyPI/all.zip", &zipped(&others)?)?;
    let list = cve5("PUBLISHED", "2026-01-02");
    mirror
        .any("cve5/2026-01-02_all_CVEs_at_midnight.zip", &zipped(&[("cves/CVE-2020-0002.json", list.as_bytes())])?)?;
    let report = sync(mirror.path(), &[], &mirror.home(), day(2), &mut Silent)?;
    let of = |name: &str| report.sources.iter().find(|of| of.state.name == name).ok_or("not there");
    assert_eq!((of("osv/pypi")?.state.records, of("cve5")?.set_aside.len()), (1, 0));
    let reasons: Vec<&str> = of("osv/pypi")?.set_aside.iter().map(|aside| &*aside.reason).collect();
    assert_eq!(reasons, ["not read, as nothing is known that reads it: PYSEC-2.yaml, a/PYSEC-3.json.xz"]);
    Ok(())
}

/// What a part of a record that cannot be read names is not known, whatever it is called.
#[test]
fn a_part_that_cannot_be_read_names_products_in_words_too() -> TestResult {
    let named = |vendor: &str, product: &str| SubjectKey::Named { vendor: vendor.into(), product: product.into() };
    let right = csaf("2020-01-02", "csaf_security_advisory", &["CVE-2020-0001", "CVE-2020-0002"]);
    let entry = right.replace("\"cve\":\"CVE-2020-0002\"", "\"cve\":7");
    let all = right.replace("\"vulnerabilities\":[", "\"vulnerabilities\":7,\"x\":[");
    let list = cve5("PUBLISHED", "2020-01-02");
    let wrong = list.replace(r#""vendor":"Acme""#, r#""vendor":"Acme","platforms":7"#);
    let whole = list.replace(r#""cveId":"CVE-2020-0002""#, r#""cveId":7"#);
    let osv = r#"{"id":7,"affected":[{"package":{"ecosystem":"PyPI","name":"n"}}]}"#;
    let package = SubjectKey::Package(PackageKey { ecosystem: "pypi".into(), name: "n".into() });
    for (file, text, subject) in [
        ("csaf/OT/a.json", entry.as_str(), named("", "acme_pump")),
        ("csaf/OT/a.json", &all, named("", "acme_pump")),
        ("cve5/cves/2020/0xxx/CVE-2020-0002.json", &wrong, named("acme", "pump")),
        ("cve5/cves/2020/0xxx/CVE-2020-0002.json", &whole, named("acme", "pump")),
        ("osv/PyPI/a.json", osv, package),
    ] {
        let mirror = Mirror::new()?;
        mirror.any(file, text.as_bytes())?;
        sync(mirror.path(), &[], &mirror.home(), day(2), &mut Silent)?;
        let held = mirror.home().current()?.ok_or("nothing there")?;
        assert_eq!(held.set_aside_about(&subject)?.len(), 1, "{text}: {:#?}", held.set_aside()?);
        assert_eq!(held.set_aside_about(&named("acme", "other"))?, [""; 0]);
        held.verify()?;
    }
    Ok(())
}

/// The changes of the CVE list are told as those of NVD are.
#[test]
fn changes_that_nobody_saw_are_told() -> TestResult {
    let list = cve5("PUBLISHED", "2026-01-02");
    let of = |name: &str| -> Result<Mirror, Box<dyn std::error::Error>> {
        let mirror = Mirror::new()?;
        let records = zipped(&[("cves/CVE-2020-0002.json", list.as_bytes()), ("x/README.md", name.as_bytes())])?;
        mirror.any(&format!("cve5/{name}"), &records)?;
        Ok(mirror)
    };
    let first = of("2026-01-02_all_CVEs_at_midnight.zip")?;
    let home = first.home();
    let told = |report: &SyncReport| report.knowledge.sources[0].unseen.as_ref().map(ToString::to_string);
    let report = sync(first.path(), &[], &home, day(2), &mut Silent)?;
    assert_eq!(told(&report), None);
    let late = of("2026-01-20_delta_CVEs_at_1200Z.zip")?;
    let gap = "what changed after 2026-01-01 and before 2026-01-20 was never seen";
    // What is found now nobody has accepted; what was told before somebody may.
    let (accepted, late_contents) = (["cve5".to_owned()], Contents::of_folder(late.path()));
    let report = sync_contents(&late_contents, &[], accepting(&accepted), &home, day(20), &mut Silent)?;
    assert_eq!(told(&report).as_deref(), Some(gap));
    let report = sync_contents(&late_contents, &[], accepting(&accepted), &home, day(21), &mut Silent)?;
    assert_eq!(told(&report), None);
    let held = home.as_of(day(20))?.ok_or("nothing there")?;
    assert_eq!(held.description().sources[0].unseen.as_ref().map(ToString::to_string).as_deref(), Some(gap));
    let later = of("2026-02-10_delta_CVEs_at_end_of_day.zip")?;
    let report = sync(later.path(), &[], &home, date(2026, 2, 11), &mut Silent)?;
    assert!(told(&report).is_some_and(|told| told.contains("before 2026-02-10")));
    let whole = of("2026-02-12_all_CVEs_at_midnight.zip")?;
    assert_eq!(told(&sync(whole.path(), &[], &home, date(2026, 2, 12), &mut Silent)?), None);
    home.current()?.ok_or("nothing there")?.verify()?;
    Ok(())
}

/// The day that stands in a list of scores counts, and not that of its name.
#[test]
fn the_newest_scores_are_those_of_the_latest_day_in_them() -> TestResult {
    let mirror = Mirror::new()?;
    mirror.epss("2026-01-04", &[("CVE-2020-1", "0.5", "0.9")])?;
    let text = "#model_version:v1,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2020-1,0.1,0.2\n";
    mirror.any("epss/epss_scores-2026-01-05.csv", text.as_bytes())?;
    let ahead = text.replace("2026-01-01", "2062-01-01");
    mirror.any("epss/epss_scores-2026-01-03.csv", ahead.as_bytes())?;
    let report = sync(mirror.path(), &[], &mirror.home(), date(2026, 1, 6), &mut Silent)?;
    assert_eq!(report.sources[0].state.released, Some(date(2026, 1, 4)));
    Ok(())
}

#[test]
fn several_mirrors_are_read_as_if_they_were_one() -> TestResult {
    let (one, other) = (Mirror::new()?, super::sources::everything()?);
    one.nvd("2020", &[cve("CVE-2020-0001", "2020-01-02", "one")])?;
    one.any("csaf/OT/white/2020/icsma-20-002-01.json", super::sources::csaf("ICSMA-20-002-01").as_bytes())?;
    // Held by both, and the same.
    let same = std::fs::read(other.path().join("csaf/OT/white/2020/icsma-20-001-01.json"))?;
    one.any("csaf/OT/white/2020/icsma-20-001-01.json", &same)?;
    one.any("csaf/README.md", b"one")?;
    other.any("csaf/README.md", b"other")?;
    let both = || Contents::together([one.path(), other.path()].map(Contents::of_folder)).ok_or("none");
    let home = one.home();
    let report = sync_contents(&both()?, &[], Fewer::default(), &home, day(1), &mut Silent)?;
    let names: Vec<&str> = report.sources.iter().map(|source| source.state.name.as_str()).collect();
    assert_eq!(names, ["csaf", "cve5", "cwe", "eol", "nvd", "osv/oss-fuzz", "osv/pypi"]);
    let of = |index: usize, source| report.mirrors[index].files.get(&source).copied();
    assert_eq!((of(0, Source::Nvd), of(1, Source::Nvd), of(0, Source::Csaf)), (Some(1), None, Some(2)));
    assert_eq!((of(1, Source::Cve5), report.mirrors.len()), (Some(5), 2));
    // What the list of one names and the other holds is there.
    let unread = report.sources.iter().find(|of| of.state.name == "csaf").ok_or("no csaf")?;
    assert_eq!(unread.set_aside, []);
    // One after the other gives the same knowledge.
    let turn = other.home();
    sync(other.path(), &[Source::Csaf], &turn, day(1), &mut Silent)?;
    sync(one.path(), &[Source::Csaf], &turn, day(1), &mut Silent)?;
    let alone = sync_contents(
        &both()?,
        &[Source::Csaf],
        Fewer::default(),
        &Home::open(one.path().join("h")),
        day(1),
        &mut Silent,
    )?;
    let records =
        |report: &SyncReport| report.knowledge.sources.iter().find(|of| of.name == "csaf").map(|of| of.records);
    assert_eq!(records(&alone), Some(2));
    // Which counts of two that differ nobody can know.
    one.any("csaf/OT/white/2020/icsma-20-001-01.json", super::sources::csaf("ICSMA-20-009-01").as_bytes())?;
    let refused = sync_contents(&both()?, &[], Fewer::default(), &home, day(2), &mut Silent);
    assert!(
        matches!(&refused, Err(SyncError::Differs { second, .. }) if second.starts_with(other.path())),
        "{refused:?}"
    );
    Ok(())
}

#[test]
fn an_advisory_that_could_not_be_read_was_received_all_the_same() -> TestResult {
    let right = csaf("2020-01-02", "csaf_security_advisory", &["CVE-2020-0001", "CVE-2020-0002"]);
    let whole = right.replace("\"product_tree\":{", "\"product_tree\":7,\"x\":{");
    let in_part = right.replace("\"cve\":\"CVE-2020-0002\"", "\"cve\":7");
    let nameless = right.replace("\"tracking\":{", "\"tracking\":7,\"x\":{");
    for (number, wrong) in [whole, in_part, nameless, "{".to_owned()].into_iter().enumerate() {
        let mirror = Mirror::new()?;
        mirror.any("csaf/OT/a.json", wrong.as_bytes())?;
        let first = sync(mirror.path(), &[], &mirror.home(), day(1), &mut Silent)?;
        assert_eq!(first.sources[0].set_aside.len(), 1, "{number}");
        mirror.any("csaf/OT/a.json", right.replace("2020-01-02", "2020-01-03").as_bytes())?;
        sync(mirror.path(), &[], &mirror.home(), day(5), &mut Silent)?;
        let held = mirror.home().current()?.ok_or("nothing there")?;
        let numbers = (0..held.record_count()).map(ward_model::knowledge::RecordNumber);
        let records = numbers.map(|number| held.record(number)).collect::<Result<Vec<_>, _>>()?;
        // What was read of the version that was torn is taken back by the whole one.
        assert_eq!(records.iter().filter(|record| !record.withdrawn).count(), 2);
        for record in records {
            assert_eq!(record.withdrawn, record.id.as_str().ends_with("~in-part"));
            assert_eq!(record.received, Some(day(1)), "{} of {wrong}", record.id);
        }
    }
    Ok(())
}
