//! What sources take back, and what they only lose.

use jiff::civil::{Date, date};
use ward_feeds::{Fewer, Silent, SyncError, SyncReport, sync, sync_accepting};
use ward_knowledge::Home;
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
    let expected = [ShrunkPart { part: Some("2020".to_owned()), most: 40, now: 20, since: day(2) }];
    assert_eq!(shrunk(&report, "nvd"), expected);
    assert_eq!(report.sources[0].state.records, 40, "nothing is lost here");
    let report = sync(mirror.path(), &[], &home, day(3), &mut Silent)?;
    assert_eq!(shrunk(&report, "nvd"), expected, "nothing new is no growth");

    let wrong = sync_accepting(mirror.path(), &[], accepting(&["nvdx".to_owned()]), &home, day(3), &mut Silent);
    assert!(matches!(wrong, Err(SyncError::NotHeld { .. })), "{wrong:?}");
    let report = sync_accepting(mirror.path(), &[], accepting(&["nvd".to_owned()]), &home, day(4), &mut Silent)?;
    assert_eq!(shrunk(&report, "nvd"), []);
    let held = home.as_of(day(3))?.ok_or("nothing there")?;
    assert_eq!(held.description().sources[0].shrunk, expected);
    assert!(home.current()?.ok_or("nothing there")?.description().sources[0].shrunk.is_empty());
    Ok(())
}
