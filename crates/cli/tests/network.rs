//! A sync from the network, which is a server on this machine.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "../../feeds/src/network/tests/server.rs"]
mod server;
#[path = "support/ward.rs"]
mod support;

use std::io::Write as _;
use std::path::Path;

use server::{Reply, Server, Site};
use support::{at, command, has_keys};

fn kev(entries: usize) -> String {
    let all: Vec<String> =
        (1..=entries).map(|n| format!(r#"{{"cveID":"CVE-2020-{n:04}","dateAdded":"2022-01-01"}}"#)).collect();
    format!(
        r#"{{"catalogVersion":"2022.01.01","dateReleased":"2022-01-01T00:00:00Z","count":{entries},"vulnerabilities":[{}]}}"#,
        all.join(",")
    )
}

fn scores() -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let text = "#model_version:v1,score_date:2022-01-02T00:00:00+0000\ncve,epss,percentile\nCVE-2020-0001,0.5,0.9\n";
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// The same answer to everything that is asked of NVD.
fn page() -> Reply {
    let element = r#"{"cve":{"id":"CVE-2020-0001","published":"2020-01-01T00:00:00.000","lastModified":"2020-01-01T00:00:00.000",
        "vulnStatus":"Analyzed","descriptions":[{"lang":"en","value":"d"}]}}"#;
    Reply::ok(format!(
        r#"{{"resultsPerPage":1,"startIndex":0,"totalResults":1,"format":"NVD_CVE","version":"2.0","timestamp":"2020-01-01T00:00:00.000",
        "vulnerabilities":[{element}]}}"#
    ))
}

#[test]
fn a_mirror_at_an_address_is_fetched_and_read() {
    let (place, site) = (tempfile::tempdir().unwrap(), Site::default());
    site.put("/kev/known_exploited_vulnerabilities.json", kev(3));
    site.put("/epss/epss_scores-2022-01-02.csv.gz", scores());
    site.put("/SHA256SUMS", list(&site));
    let from = site.serve().at("/");
    let arguments = ["feeds", "sync", "--from", &from, "--only", "kev,epss", "--json"];
    let report = at(place.path(), &arguments).ends(0).json();
    has_keys(&report, &["network", "sources", "generation"]);
    has_keys(&report["network"], &["from", "mirror", "sources", "clocks"]);
    let keys = ["name", "outcome", "whole", "new", "unchanged", "bytes", "failed", "shrunk", "signatures", "notes"];
    has_keys(&report["network"]["sources"][0], &keys);
    assert_eq!(report["network"]["sources"][0]["outcome"], "whole");
    assert_eq!(report["sources"].as_array().unwrap().len(), 2);
    assert_eq!(report["sources"][1]["records"], 3);

    let again = at(place.path(), &arguments).ends(0).json();
    assert_eq!(
        (&again["network"]["sources"][0]["new"], &again["network"]["sources"][0]["unchanged"]),
        (&0.into(), &1.into())
    );
    assert_eq!(again["generation"], report["generation"]);
}

/// Lists all files, as `sha256sum` does.
fn list(site: &Site) -> String {
    let files = site.0.lock().unwrap().clone();
    let line = |(path, bytes): (&String, &Vec<u8>)| format!("{}  .{path}\n", ward_model::digest::Digest::of(bytes));
    files.iter().map(line).collect()
}

#[test]
fn a_mirror_that_names_fewer_files_is_told_by_every_command() {
    let (place, site) = (tempfile::tempdir().unwrap(), Site::default());
    let advisory = |number: usize| {
        format!(
            r#"{{"document":{{"category":"csaf_security_advisory","title":"t","publisher":{{"name":"p"}},"tracking":{{"id":"A-{number}","current_release_date":"2020-01-02T00:00:00Z"}}}},
            "product_tree":{{"full_product_names":[{{"product_id":"P","name":"Acme Pump"}}]}},
            "vulnerabilities":[{{"cve":"CVE-2020-0001","product_status":{{"known_affected":["P"]}}}}]}}"#
        )
    };
    for number in 0..30 {
        site.put(&format!("/csaf/a.example/2020/{number}.json"), advisory(number));
    }
    site.put("/kev/known_exploited_vulnerabilities.json", kev(3));
    site.put("/SHA256SUMS", list(&site));
    let server = site.serve();
    let arguments = ["feeds", "sync", "--from", &server.at("/"), "--json"];
    let report = at(place.path(), &arguments).ends(0).json();
    assert_eq!(report["shrunk"], serde_json::json!([]));
    let outcomes: Vec<&str> = report["network"]["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "absent").count(), 6, "{outcomes:?}");

    for number in 5..30 {
        site.remove(&format!("/csaf/a.example/2020/{number}.json"));
    }
    site.remove("/SHA256SUMS");
    site.put("/SHA256SUMS", list(&site));
    let report = at(place.path(), &arguments).ends(0).json();
    assert_eq!(report["shrunk"][0]["parts"][0]["now"], 5, "{report:#}");
    let status = at(place.path(), &["feeds", "status", "--json"]).ends(0).json();
    let csaf = status["sources"].as_array().unwrap().iter().find(|source| source["name"] == "csaf").unwrap();
    assert_eq!((&csaf["shrunk"][0]["most"], &csaf["records"]), (&30.into(), &30.into()), "nothing is lost");
    assert_eq!(csaf["stale"], true);
    at(place.path(), &["feeds", "sync", "--from", &server.at("/"), "--accept-shrunk", "csaf"]).ends(0);
    let status = at(place.path(), &["feeds", "status", "--json"]).ends(0).json();
    let csaf = status["sources"].as_array().unwrap().iter().find(|source| source["name"] == "csaf").unwrap();
    assert_eq!(csaf["shrunk"], serde_json::json!([]));
}

#[test]
fn a_source_that_does_not_come_is_named_and_hinders_no_other() {
    let (place, site) = (tempfile::tempdir().unwrap(), Site::default());
    site.put("/kev.json", kev(3));
    site.put("/epss.csv.gz", "<html>please log in</html>");
    let server = site.serve();
    let (kev_at, epss_at) = (format!("kev={}", server.at("/kev.json")), format!("epss={}", server.at("/epss.csv.gz")));
    let arguments = ["feeds", "sync", "--only", "kev,epss", "--at", &kev_at, "--at", &epss_at];
    let run = at(place.path(), &arguments).ends(3);
    assert!(run.stderr.contains("could not be brought up to date: epss (never whole)"), "{}", run.stderr);
    assert!(run.stderr.contains("web page"), "{}", run.stderr);
    assert!(run.stdout.contains("kev     whole"), "{}", run.stdout);
    let status = at(place.path(), &["feeds", "status", "--json"]).ends(0).json();
    assert!(status["sources"].as_array().unwrap().iter().any(|source| source["name"] == "kev"), "{status:#}");

    site.put("/epss.csv.gz", scores());
    at(place.path(), &arguments).ends(0);
    // It came once; now it is gone, and what was held is kept and said to be old.
    site.remove("/epss.csv.gz");
    site.put("/kev.json", kev(2));
    let run = at(place.path(), &[&arguments[..], &["--json"]].concat()).ends(3);
    assert_eq!(run.error()["error"]["code"], "stale");
    assert!(run.error()["error"]["message"].as_str().unwrap().contains("epss (last whole 20"), "{}", run.stderr);
    let report = run.json();
    assert_eq!(report["network"]["sources"][1]["failed"][0]["name"], "epss");
    assert_eq!(report["network"]["sources"][0]["shrunk"][0]["before"], 3);
    assert_eq!(report["sources"].as_array().unwrap().len(), 2, "{report:#}");
}

#[test]
fn nothing_that_comes_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let address = format!("kev={}", Site::default().serve().at("/kev.json"));
    let run = at(place.path(), &["feeds", "sync", "--only", "kev", "--at", &address]).ends(3);
    assert!(run.stderr.contains("the server answers with 404"), "{}", run.stderr);
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    let status = at(place.path(), &["feeds", "status", "--json"]).ends(0).json();
    assert_eq!(status["seed"], true);
}

#[test]
fn offline_asks_nobody() {
    let place = tempfile::tempdir().unwrap();
    for arguments in
        [vec!["feeds", "sync", "--offline"], vec!["feeds", "sync", "--offline", "--from", "http://127.0.0.1:1/"]]
    {
        let run = at(place.path(), &arguments).ends(2);
        assert!(run.stderr.contains("--offline refuses the network"), "{}", run.stderr);
    }
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "nothing is written");
}

#[test]
fn wrong_arguments_ask_nobody() {
    for (arguments, said) in [
        (vec!["--from", "ftp://a.example/"], "expected https://"),
        (vec!["--from", "https://me:hidden@a.example/"], "a user or password"),
        (vec!["--at", "kev"], "expected SOURCE=URL"),
        (vec!["--at", "kex=http://127.0.0.1:1/"], "expected the name of a source"),
        (vec!["--at", "kev=nowhere"], "is no address"),
        (vec!["--only", "npm"], "is no source"),
        (vec!["--csaf", "a b"], "is no address"),
        (vec!["--proxy", "ftp://a.example"], "the proxy is expected as"),
        (vec!["--ca", "nowhere.pem"], "nowhere.pem"),
        (vec!["--from", "http://127.0.0.1:1/", "--at", "kev=http://127.0.0.1:1/"], "cannot be used with"),
    ] {
        let place = tempfile::tempdir().unwrap();
        let run = at(place.path(), &[vec!["feeds", "sync"], arguments].concat()).ends(2);
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert!(!run.stderr.contains("hidden"), "{}", run.stderr);
    }
}

#[test]
fn a_proxy_of_the_environment_is_taken() {
    let place = tempfile::tempdir().unwrap();
    let proxy = Server::start(|_| Reply::new(403, ""));
    let run = |except: &str| {
        command(place.path())
            .args(["feeds", "sync", "--only", "kev", "--at", "kev=https://feeds.example/kev.json"])
            .env("HTTPS_PROXY", proxy.at(""))
            .env("NO_PROXY", except)
            .output()
            .unwrap()
    };
    let output = run("");
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the proxy does not connect"), "{said}");
    assert_eq!((proxy.seen()[0].method.as_str(), proxy.seen()[0].target.as_str()), ("CONNECT", "feeds.example:443"));
}

#[test]
fn the_key_is_sent_and_neither_shown_nor_kept() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(|_| page());
    let output = command(place.path())
        .args([
            "feeds",
            "sync",
            "--only",
            "nvd",
            "--nvd",
            "api",
            "-v",
            "--at",
            &format!("nvd-api={}", server.at("/cves/2.0")),
        ])
        .env("WARD_NVD_API_KEY", "hidden-key")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        !server.seen().is_empty() && server.seen().iter().all(|request| request.header("apikey") == Some("hidden-key"))
    );
    assert!(!format!("{output:?}").contains("hidden-key"));
    search(place.path());
}

fn search(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(10).any(|window| window == b"hidden-key"), "{}", path.display());
        }
    }
}
