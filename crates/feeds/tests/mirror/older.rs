//! Whatever brings a source, it is not taken back behind what the home received of it.

use std::fs;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use ward_feeds::bundle::key::Signatory;
use ward_feeds::bundle::{pack::pack, unpack::unpack};
use ward_feeds::{Contents, Fewer, Silent, Source, SyncReport, sync_contents};
use ward_knowledge::Home;
use ward_model::affected::SubjectKey;
use ward_model::cpe::Cpe;
use ward_model::knowledge::Knowledge;
use ward_model::support::SupportEnd;

use super::fixture::{Mirror, TestResult, cve, zipped};

type Any<T> = Result<T, Box<dyn std::error::Error>>;

fn day(number: i8) -> Date {
    date(2026, 1, number)
}

const NAMES: &str = r#"{"pump":[{"cpe":"cpe:2.3:a:acme:pump"}],"drip":[{"cpe":"cpe:2.3:a:acme:drip"}]}"#;

/// A mirror with support dates of two products, of which each has one line.
fn support(pump: &str, drip: &str) -> Any<Mirror> {
    let mirror = Mirror::new()?;
    mirror.any("eol/identifiers.json", NAMES.as_bytes())?;
    mirror.any("eol/pump.json", format!("[{pump}]").as_bytes())?;
    mirror.any("eol/drip.json", format!("[{drip}]").as_bytes())?;
    Ok(mirror)
}

fn line(eol: &str, latest: &str) -> String {
    format!(r#"{{"cycle":"1","eol":{eol},"latest":"1.{latest}","latestReleaseDate":"{latest}"}}"#)
}

/// What is held of a product's only line, and when its source was received.
fn held(home: &Home, product: &str) -> Any<(SupportEnd, Option<Date>)> {
    let held = home.current()?.ok_or("nothing there")?;
    held.verify()?;
    let key = Cpe::parse(&format!("cpe:2.3:a:acme:{product}"))?.product_key().ok_or("no key")?;
    let lines = held.support_cycles(&SubjectKey::Product(key))?;
    let eol = held.description().sources.iter().find(|source| source.name == "eol").ok_or("no source")?;
    Ok((lines.first().ok_or("no line")?.security_until, eol.received))
}

fn folder(mirror: &Mirror, home: &Home, on: Date) -> Any<SyncReport> {
    Ok(sync_contents(&Contents::of_folder(mirror.path()), &[], Fewer::default(), home, on, &mut Silent)?)
}

/// A bundle of a mirror, made at the moment of a day, and taken on another day.
fn bundle(mirror: &Mirror, made: &str, home: &Home, on: Date) -> Any<SyncReport> {
    let (place, key) = (tempfile::tempdir()?, Signatory::from_random([7; 32]));
    let file = place.path().join("bundle");
    pack(mirror.path(), &file, &key, made.parse::<Timestamp>()?, None)?;
    let into = place.path().join("unpacked");
    fs::create_dir(&into)?;
    let head = unpack(&file, &[key.trusted()], &into)?;
    Ok(sync_contents(&Contents::of_bundle(&into, &head), &[], Fewer::default(), home, on, &mut Silent)?)
}

/// The sources of which nothing was taken, with both moments.
fn behind(report: &SyncReport) -> Vec<String> {
    let behind = report.sources.iter().filter_map(|of| Some((&of.state.name, of.changes.behind.as_ref()?)));
    behind.map(|(name, behind)| format!("{name}: {} < {}", behind.came, behind.held)).collect()
}

#[test]
fn an_older_bundle_does_not_bring_back_older_support_dates() -> TestResult {
    let ended = SupportEnd::On(date(2026, 1, 1));
    // The days of releases say nothing: what the newer one says is a correction.
    let older = support(&line("false", "2025-12-01"), &line("false", "2025-12-01"))?;
    let newer = support(&line("\"2026-01-01\"", "2025-12-01"), &line("false", "2025-12-01"))?;
    let home = newer.home();
    folder(&newer, &home, day(20))?;
    let report = bundle(&older, "2026-01-10T12:00:00Z", &home, day(25))?;
    assert_eq!(behind(&report), ["eol: received 2026-01-10T12:00:00Z < received 2026-01-20T23:59:59Z"]);
    assert_eq!(held(&home, "pump")?, (ended, Some(day(20))), "nor is it received anew");
    // Nor after a bundle that came later, of whatever mirror.
    let other = newer.home();
    bundle(&newer, "2026-01-20T12:00:00Z", &other, day(21))?;
    let report = bundle(&older, "2026-01-20T11:00:00Z", &other, day(25))?;
    assert_eq!(behind(&report), ["eol: received 2026-01-20T11:00:00Z < received 2026-01-20T23:59:59Z"]);
    // What was made after that is taken; but of the same releases the earlier end holds, and that is told.
    let report = bundle(&older, "2026-01-22T12:00:00Z", &home, day(25))?;
    assert_eq!((behind(&report), held(&home, "pump")?), (vec![], (ended, Some(day(22)))));
    assert!(report.sources[0].set_aside[0].reason.contains("the earlier end holds"));
    Ok(())
}

#[test]
fn support_dates_that_name_earlier_releases_are_older_wherever_they_come_from() -> TestResult {
    let ended = SupportEnd::On(date(2026, 1, 1));
    let older = support(&line("false", "2025-11-01"), &line("false", "2025-12-01"))?;
    let newer = support(&line("\"2026-01-01\"", "2025-12-01"), &line("false", "2025-12-01"))?;
    let home = newer.home();
    folder(&newer, &home, day(20))?;
    let told = ["eol: pump of 2025-11-01 < pump of 2025-12-01"];
    assert_eq!(behind(&folder(&older, &home, day(21))?), told);
    assert_eq!(behind(&bundle(&older, "2026-01-22T12:00:00Z", &home, day(23))?), told);
    assert_eq!(held(&home, "pump")?, (ended, Some(day(20))));
    // One product that was left behind, in a list that is newer.
    let torn = support(&line("false", "2025-11-01"), &line("\"2026-02-02\"", "2026-01-02"))?;
    let report = folder(&torn, &home, day(24))?;
    assert_eq!((behind(&report), held(&home, "pump")?.0), (vec![], ended));
    assert_eq!(held(&home, "drip")?, (SupportEnd::On(date(2026, 2, 2)), Some(day(24))));
    let reasons: Vec<&str> = report.sources[0].set_aside.iter().map(|aside| aside.reason.as_str()).collect();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].contains("of 2025-11-01, and what is held is of 2025-12-01"), "{reasons:?}");
    // A bundle that says newer things alone is newer, whenever this home looked at an old folder.
    let newest = support(&line("\"2026-03-03\"", "2026-01-15"), &line("\"2026-02-02\"", "2026-01-02"))?;
    assert_eq!(behind(&bundle(&newest, "2026-01-16T12:00:00Z", &home, day(25))?), [""; 0]);
    assert_eq!(held(&home, "pump")?.0, SupportEnd::On(date(2026, 3, 3)));
    // Somebody may say that the older one is right.
    let accepted = ["eol".to_owned()];
    let fewer = Fewer { accepted: &accepted, ..Fewer::default() };
    sync_contents(&Contents::of_folder(older.path()), &[], fewer, &home, day(26), &mut Silent)?;
    assert_eq!(held(&home, "pump")?.0, SupportEnd::NotAnnounced);
    Ok(())
}

/// A mirror of every source, of one day or of a later one.
fn of_all(later: bool) -> Any<Mirror> {
    let (on, version) = if later { ("2026-01-19", "4.18") } else { ("2026-01-09", "4.9") };
    let mirror = support(&line("false", on), &line("false", "2025-12-01"))?;
    mirror.nvd_made("2026", on, &[cve("CVE-2026-0001", on, on)])?;
    mirror.kev(on, &["CVE-2026-0001"])?;
    mirror.epss(on, &[("CVE-2026-0001", if later { "0.5" } else { "0.1" }, "0.9")])?;
    let weaknesses = format!(
        r#"<Weakness_Catalog Version="{version}"><Weaknesses><Weakness ID="79" Name="as of {on}"/></Weaknesses></Weakness_Catalog>"#
    );
    mirror.any(&format!("cwe/cwec-{version}.xml"), weaknesses.as_bytes())?;
    let osv = format!(
        r#"{{"id":"PYSEC-2026-1","modified":"{on}T00:00:00Z","summary":"{on}","affected":[{{"package":{{"ecosystem":"PyPI","name":"drip"}},"versions":["1"]}}]}}"#
    );
    mirror.any("osv/PyPI/all.zip", &zipped(&[("PYSEC-2026-1.json", osv.as_bytes())])?)?;
    let listed = format!(
        r#"{{"dataType":"CVE_RECORD","cveMetadata":{{"cveId":"CVE-2026-0001","state":"PUBLISHED","dateUpdated":"{on}T00:00:00Z"}},"containers":{{"cna":{{"providerMetadata":{{"orgId":"o","shortName":"o"}},"descriptions":[{{"lang":"en","value":"{on}"}}],"affected":[{{"vendor":"Acme","product":"Drip","versions":[{{"version":"1","status":"affected"}}]}}]}}}}}}"#
    );
    mirror.any("cve5/cves/2026/0xxx/CVE-2026-0001.json", listed.as_bytes())?;
    let advisory = super::sources::csaf("ICSMA-26-001-01").replace("2020-01-02", on);
    mirror.any("csaf/OT/white/2026/1.json", advisory.as_bytes())?;
    Ok(mirror)
}

#[test]
fn no_source_goes_back_by_an_older_mirror_or_bundle() -> TestResult {
    for from_a_bundle in [false, true] {
        let (older, newer) = (of_all(false)?, of_all(true)?);
        let home = newer.home();
        let first = folder(&newer, &home, day(20))?;
        assert_eq!(Source::ALL.len(), first.sources.len());
        let report = match from_a_bundle {
            false => folder(&older, &home, day(21))?,
            true => bundle(&older, "2026-01-10T12:00:00Z", &home, day(22))?,
        };
        assert_eq!(report.knowledge.generation, first.knowledge.generation, "by a bundle: {from_a_bundle}");
        let told: Vec<String> = report
            .sources
            .iter()
            .filter(|of| of.changes.behind.is_none() && of.changes.older == 0)
            .map(|of| of.state.name.clone())
            .collect();
        assert_eq!(told, [""; 0], "each is told");
        let by_receipt = behind(&report).iter().filter(|of| of.contains("received 2026-01-10")).count();
        assert_eq!(by_receipt > 0, from_a_bundle, "{:?}", behind(&report));
    }
    Ok(())
}
