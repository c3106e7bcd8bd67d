//! A mirror into a home, and answers from it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

use std::io::Write as _;
use std::path::Path;

use support::{at, has_keys};

const NVD: &str = r#"{"format":"NVD_CVE","version":"2.0","vulnerabilities":[
{"cve":{"id":"CVE-2020-0001","sourceIdentifier":"x","published":"2020-01-02T00:00:00.000","lastModified":"2020-02-02T00:00:00.000",
 "vulnStatus":"Analyzed","descriptions":[{"lang":"en","value":"A made-up flaw."}],
 "metrics":{"cvssMetricV31":[{"source":"x","type":"Primary","cvssData":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":9.8}}]},
 "configurations":[{"nodes":[{"operator":"OR","negate":false,"cpeMatch":[
   {"vulnerable":true,"criteria":"cpe:2.3:a:acme:drip:*:*:*:*:*:*:*:*","versionEndExcluding":"2.4","matchCriteriaId":"A"}]}]}]}}
]}"#;
const KEV: &str = r#"{"title":"t","catalogVersion":"2020.02.03","dateReleased":"2020-02-03T00:00:00.000Z","count":1,"vulnerabilities":[
{"cveID":"CVE-2020-0001","vendorProject":"Acme","product":"Drip","vulnerabilityName":"n","dateAdded":"2020-02-03","shortDescription":"s",
 "requiredAction":"r","dueDate":"2020-03-03","knownRansomwareCampaignUse":"Unknown","notes":"","cwes":[]}]}"#;
const EPSS: &str =
    "#model_version:v2020,score_date:2020-02-04T00:00:00+0000\ncve,epss,percentile\nCVE-2020-0001,0.50000,0.90000\n";
const SBOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
{"type":"library","bom-ref":"drip","name":"drip","version":"2.3","cpe":"cpe:2.3:a:acme:drip:2.3:*:*:*:*:*:*:*"},
{"type":"library","bom-ref":"fixed","name":"drip","version":"2.4","cpe":"cpe:2.3:a:acme:drip:2.4:*:*:*:*:*:*:*"}]}"#;

fn zipped(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap();
}

fn mirror(folder: &Path) {
    zipped(&folder.join("nvd/nvdcve-2.0-2020.json.gz"), NVD);
    zipped(&folder.join("epss/epss_scores-2020-02-04.csv.gz"), EPSS);
    std::fs::create_dir_all(folder.join("kev")).unwrap();
    std::fs::write(folder.join("kev/known_exploited_vulnerabilities.json"), KEV).unwrap();
    std::fs::create_dir_all(folder.join("sbom")).unwrap();
}

#[test]
fn what_is_synced_is_found() {
    let place = tempfile::tempdir().unwrap();
    let (home, from) = (place.path().join("home"), place.path().join("mirror"));
    mirror(&from);
    let from = from.display().to_string();
    let report = at(&home, &["feeds", "sync", "--from", &from, "--json"]).ends(0).json();
    has_keys(&report, &["schema", "home", "generation", "received", "sources", "not_read", "untouched", "new"]);
    assert_eq!(report["not_read"], serde_json::json!(["sbom"]));
    assert_eq!(report["sources"].as_array().unwrap().len(), 3);

    let sbom = place.path().join("sbom.json");
    std::fs::write(&sbom, SBOM).unwrap();
    let run = at(&home, &["scan", "--json", &sbom.display().to_string()]).ends(0);
    assert!(!run.stderr.contains("seed"), "{}", run.stderr);
    let scan = run.json();
    assert_eq!(scan["knowledge"]["generation"], report["generation"]);
    let findings = scan["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!((&findings[0]["component"]["ref"], &findings[0]["state"]), (&"drip".into(), &"affected".into()));
    assert_eq!((&findings[0]["vulnerability"]["kev"], &findings[0]["fixed_in"][0]), (&true.into(), &"2.4".into()));
    assert_eq!(findings[0]["vulnerability"]["epss"]["date"], "2020-02-04");
    let nvd = scan["knowledge"]["sources"].as_array().unwrap().iter().find(|source| source["name"] == "nvd").unwrap();
    assert_eq!(
        nvd["gaps"],
        serde_json::json!(["no yearly file for 2002 to 2019"]),
        "one yearly file is not all of NVD"
    );

    let again = at(&home, &["feeds", "sync", "--from", &from, "--json"]).ends(0).json();
    assert_eq!(again["generation"], report["generation"], "the same records are the same knowledge");
    let intact = at(&home, &["verify", "--json"]).ends(0).json();
    assert_eq!(intact["generation"], report["generation"]);

    let anchor = intact["anchor"].as_str().unwrap();
    at(&home, &["verify", "--anchor", anchor]).ends(0);
    at(&home, &["verify", "--anchor", &"0".repeat(64)]).ends(3);

    let status = at(&home, &["feeds", "status", "--json"]).ends(0).json();
    has_keys(&status, &["schema", "seed", "generation", "as_of", "received", "stale", "rule", "sources"]);
    assert_eq!((&status["seed"], &status["stale"]), (&false.into(), &true.into()));
    at(&home, &["feeds", "status", "--fail-on", "stale"]).ends(1);
    let run = at(&home, &["scan", "--as-of", "2020-03-01", &sbom.display().to_string()]).ends(2);
    assert!(run.stderr.contains("nothing was known here"), "{}", run.stderr);
}

#[test]
fn a_broken_mirror_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let (home, from) = (place.path().join("home"), place.path().join("mirror"));
    mirror(&from);
    let before = at(&home, &["feeds", "sync", "--from", &from.display().to_string(), "--json"]).ends(0).json();
    let file = from.join("nvd/nvdcve-2.0-2020.json.gz");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let run = at(&home, &["feeds", "sync", "--from", &from.display().to_string()]).ends(2);
    assert!(run.stderr.contains("nvdcve-2.0-2020.json.gz"), "{}", run.stderr);
    let status = at(&home, &["feeds", "status", "--json"]).ends(0).json();
    assert_eq!(status["generation"], before["generation"]);
    at(&home, &["feeds", "sync", "--from", &place.path().join("nowhere").display().to_string()]).ends(2);
    at(&home, &["feeds", "sync", "--from", &home.display().to_string(), "--only", "nvd"]).ends(2);
}

#[test]
fn a_damaged_home_is_noticed() {
    let place = tempfile::tempdir().unwrap();
    let (home, from) = (place.path().join("home"), place.path().join("mirror"));
    mirror(&from);
    let report = at(&home, &["feeds", "sync", "--from", &from.display().to_string(), "--json"]).ends(0).json();
    assert!(report["new"].as_bool().unwrap());
    let file = at(&home, &["verify", "--json"]).ends(0).json()["file"].as_str().unwrap().to_owned();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let hints = |arguments: &[&str]| -> String {
        at(&home, &[arguments, &["--json"]].concat()).ends(3).error()["error"]["hints"].to_string()
    };
    // Whoever follows the advice does not come back to it.
    let looked = hints(&["verify"]);
    assert!(looked.contains("`ward feeds sync`, which builds upon the latest whole state"), "{looked}");
    let synced = hints(&["feeds", "sync", "--from", &from.display().to_string()]);
    assert!(synced.contains("move the folder `knowledge` of this home away and keep it"), "{synced}");
    assert!(!synced.contains("ward feeds sync"), "{synced}");
    std::fs::rename(home.join("knowledge"), place.path().join("kept")).unwrap();
    at(&home, &["feeds", "sync", "--from", &from.display().to_string()]).ends(0);
}

/// Whoever puts back a file takes the one that the headline names.
#[test]
fn the_file_that_is_damaged_is_the_one_that_is_named() {
    let place = tempfile::tempdir().unwrap();
    let (home, from) = (place.path().join("home"), place.path().join("mirror"));
    mirror(&from);
    let from_text = from.display().to_string();
    at(&home, &["feeds", "sync", "--from", &from_text]).ends(0);
    let kev = KEV.replace("CVE-2020-0001", "CVE-2020-0002");
    std::fs::write(from.join("kev/known_exploited_vulnerabilities.json"), kev).unwrap();
    at(&home, &["feeds", "sync", "--from", &from_text]).ends(0);
    let files = at(&home, &["verify", "--json"]).ends(0).json()["files"].clone();
    let files: Vec<&str> = files.as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    assert_eq!(files.len(), 2);
    for file in &files {
        let name = file.rsplit('/').next().unwrap();
        let whole = std::fs::read(file).unwrap();
        // In the header, among the blocks, in the directory.
        for place in [40, 200, whole.len() / 4, whole.len() / 2, whole.len() - 40] {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            std::fs::write(file, bytes).unwrap();
            let error = at(&home, &["verify", "--json"]).ends(3).error()["error"].clone();
            let said = error.to_string();
            assert!(said.contains(name), "byte {place} of {name}: {said}");
            let other = files.iter().find(|other| *other != file).unwrap().rsplit('/').next().unwrap();
            assert!(!said.contains(other), "byte {place} of {name}: {said}");
        }
        std::fs::write(file, whole).unwrap();
    }
    at(&home, &["verify"]).ends(0);
}

/// A yearly file of NVD with so many records.
fn many(count: usize) -> String {
    let record = |number: usize| {
        format!(
            r#"{{"cve":{{"id":"CVE-2020-{number:04}","published":"2020-01-02T00:00:00.000","lastModified":"2020-02-02T00:00:00.000",
            "vulnStatus":"Analyzed","descriptions":[{{"lang":"en","value":"A made-up flaw."}}]}}}}"#
        )
    };
    let records: Vec<String> = (1..=count).map(record).collect();
    format!(r#"{{"format":"NVD_CVE","version":"2.0","vulnerabilities":[{}]}}"#, records.join(","))
}

#[test]
fn a_mirror_that_shrank_is_told_by_every_command_until_somebody_accepts_it() {
    let place = tempfile::tempdir().unwrap();
    let (home, from) = (place.path().join("home"), place.path().join("mirror"));
    mirror(&from);
    let file = from.join("nvd/nvdcve-2.0-2020.json.gz");
    zipped(&file, &many(60));
    let sbom = place.path().join("sbom.json");
    std::fs::write(&sbom, SBOM).unwrap();
    let (from, sbom) = (from.display().to_string(), sbom.display().to_string());
    let run = at(&home, &["feeds", "sync", "--from", &from]).ends(0);
    assert!(!run.stdout.contains("SHRUNK"), "{}", run.stdout);
    zipped(&file, &many(20));
    let run = at(&home, &["feeds", "sync", "--from", &from]).ends(0);
    assert!(run.stdout.contains("SHRUNK     nvd 2020: 20 records came where there were 60"), "{}", run.stdout);
    assert!(run.stderr.contains("nvd SHRANK"), "{}", run.stderr);

    let told = |home: &Path| -> usize {
        let status = at(home, &["feeds", "status", "--json"]).ends(0).json();
        let sources = status["sources"].as_array().unwrap().clone();
        let nvd = sources.iter().find(|source| source["name"] == "nvd").unwrap();
        nvd["shrunk"].as_array().unwrap().len()
    };
    assert_eq!(told(&home), 1);
    at(&home, &["feeds", "status", "--fail-on", "stale", "--as-of", "2100-01-01"]).ends(1);
    let scan = at(&home, &["scan", "--json", &sbom]).ends(0).json();
    assert_eq!(scan["coverage"]["stale"], true);
    let says = |notes: &serde_json::Value| {
        notes.as_array().unwrap().iter().any(|note| note.to_string().contains("nvd shrank"))
    };
    assert!(says(&scan["notes"]), "{:#}", scan["notes"]);
    let table = at(&home, &["scan", &sbom]).ends(0);
    assert!(table.stdout.contains("nvd shrank"), "{}", table.stdout);

    at(&home, &["feeds", "sync", "--from", &from, "--accept-shrunk", "nvdx"]).ends(2);
    assert_eq!(told(&home), 1);
    at(&home, &["feeds", "sync", "--from", &from, "--accept-shrunk", "nvd"]).ends(0);
    assert_eq!(told(&home), 0);
}

/// What a sync brought may be old: it says so itself.
#[test]
fn a_sync_says_what_is_stale_and_nothing_is_fresh_that_is_amiss() {
    let place = tempfile::tempdir().unwrap();
    let (home, from) = (place.path().join("home"), place.path().join("mirror"));
    mirror(&from);
    let names = from.display().to_string();
    let run = at(&home, &["feeds", "sync", "--from", &names]).ends(0);
    assert!(run.stdout.starts_with("taken, received "), "{}", run.stdout);
    assert!(
        run.stdout.contains("stale      3 of 3 sources (epss, kev, nvd): `ward feeds status` says why"),
        "{}",
        run.stdout
    );
    let json = at(&home, &["feeds", "sync", "--from", &names, "--json"]).ends(0).json();
    assert_eq!(json["stale_sources"], serde_json::json!(["epss", "kev", "nvd"]));

    // Of today, but for a year that is months old.
    let status = at(&home, &["feeds", "status", "--json"]).ends(0).json();
    let today = status["as_of"].as_str().unwrap();
    let year = |year: &str, made: &str| {
        let text = NVD.replacen('{', &format!("{{\"timestamp\":\"{made}T00:00:00.000\","), 1);
        let text = text.replace("CVE-2020-0001", &format!("CVE-{year}-0001")).replace("2020-02-02", today);
        zipped(&from.join(format!("nvd/nvdcve-2.0-{year}.json.gz")), &text);
    };
    year("2020", today);
    year("2021", "2020-03-01");
    at(&home, &["feeds", "sync", "--from", &names, "--only", "nvd"]).ends(0);
    let status = at(&home, &["feeds", "status"]).ends(0);
    let line = status.stdout.lines().find(|line| line.starts_with("nvd ")).unwrap();
    assert!(line.contains("stale, GAP") && line.contains(" 0 days"), "{line}");
    let json = at(&home, &["feeds", "status", "--json"]).ends(0).json();
    let nvd = json["sources"].as_array().unwrap().iter().find(|source| source["name"] == "nvd").unwrap();
    assert_eq!((&nvd["state"], &nvd["stale"]), (&"stale".into(), &true.into()));
    let sbom = place.path().join("sbom.json");
    std::fs::write(&sbom, SBOM).unwrap();
    let scan = at(&home, &["scan", &sbom.display().to_string()]).ends(0);
    assert!(scan.stdout.contains(", stale, GAP)") && !scan.stdout.contains("fresh"), "{}", scan.stdout);
}

#[test]
fn only_a_list_that_came_can_be_accepted() {
    let place = tempfile::tempdir().unwrap();
    let (home, from) = (place.path().join("home"), place.path().join("mirror"));
    mirror(&from);
    let file = from.join("kev/known_exploited_vulnerabilities.json");
    let names = from.display().to_string();
    at(&home, &["feeds", "sync", "--from", &names]).ends(0);
    std::fs::write(&file, r#"{"dateReleased":"2020-03-01T00:00:00Z","count":0,"vulnerabilities":[]}"#).unwrap();
    let run = at(&home, &["feeds", "sync", "--from", &names]).ends(0);
    assert!(run.stdout.contains("SHRUNK     kev none came of 1 record,"), "{}", run.stdout);
    let accept = |only: &str| at(&home, &["feeds", "sync", "--from", &names, "--only", only, "--accept-shrunk", "kev"]);
    let refused = accept("nvd").ends(2);
    assert!(
        refused.stderr.contains("fewer entries of kev cannot be accepted: no list of it came"),
        "{}",
        refused.stderr
    );
    accept("kev").ends(0);
}

#[test]
fn an_address_without_its_beginning_is_asked_for_it() {
    let place = tempfile::tempdir().unwrap();
    for name in ["127.0.0.1:8000/x", "localhost:8000", "mirror.example/feeds"] {
        let run = at(place.path(), &["feeds", "sync", "--from", name]).ends(2);
        assert!(run.stderr.contains("begins with `http://` or `https://`"), "{}", run.stderr);
    }
    let run = at(place.path(), &["feeds", "sync", "--from", "no-folder"]).ends(2);
    assert!(!run.stderr.contains("http"), "{}", run.stderr);
}

#[test]
fn what_is_exploited_and_described_by_no_record_is_told() {
    let place = tempfile::tempdir().unwrap();
    let (home, from) = (place.path().join("home"), place.path().join("mirror"));
    mirror(&from);
    let kev = KEV.replace("CVE-2020-0001", "CVE-2020-0002");
    std::fs::write(from.join("kev/known_exploited_vulnerabilities.json"), kev).unwrap();
    let sbom = place.path().join("sbom.json");
    std::fs::write(&sbom, SBOM).unwrap();
    let (from, sbom) = (from.display().to_string(), sbom.display().to_string());
    at(&home, &["feeds", "sync", "--from", &from]).ends(0);
    let scan = at(&home, &["scan", "--json", &sbom]).ends(0).json();
    let unassessed = scan["unassessed"].as_array().unwrap();
    assert_eq!(unassessed.len(), 2, "{unassessed:#?}");
    for one in unassessed {
        assert_eq!(
            (&one["reason"], &one["undescribed"][0]),
            (&"exploited-without-record".into(), &"CVE-2020-0002".into())
        );
    }
    let status = at(&home, &["feeds", "status"]).ends(0);
    assert!(status.stdout.contains("kev: 1 of 1 have no record that is held (CVE-2020-0002)"), "{}", status.stdout);
    let why = at(&home, &["why", "CVE-2020-0002", "fixed", "--sbom", &sbom]).ends(0);
    assert!(
        why.stdout.contains("exploited-without-record") && why.stdout.contains("`Drip` of `Acme`"),
        "{}",
        why.stdout
    );
}
