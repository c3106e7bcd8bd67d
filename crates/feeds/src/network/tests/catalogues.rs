//! KEV, EPSS, CWE, OSV and endoflife.date.

use super::server::{Reply, Server, Site};
use super::world::{World, gz, kev, plan, reason, scores, zipped};
use crate::network::{FetchError, Outcome, Shrunk};

#[test]
fn a_catalogue_that_shrank_is_noticed() {
    let (world, site) = (World::new(), Site::default());
    site.put("/kev.json", kev(30));
    let plan = plan("kev", &site.serve().at("/kev.json"));
    assert!(world.fetch_one(&plan).shrunk.is_empty());
    site.put("/kev.json", kev(20));
    let expected =
        Shrunk { name: "kev/known_exploited_vulnerabilities.json".to_owned(), what: "entries", before: 30, now: 20 };
    assert_eq!(world.fetch_one(&plan).shrunk, [expected]);
    assert!(world.fetch_one(&plan).shrunk.is_empty(), "it is told once");
    site.put("/kev.json", kev(21));
    assert!(world.fetch_one(&plan).shrunk.is_empty());
}

#[test]
fn another_catalogue_is_none() {
    let world = World::new();
    let server = Server::start(|_| Reply::ok(r#"{"title":"something else"}"#));
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(matches!(reason(&report), FetchError::Content { expected: "CISA's KEV catalogue", .. }), "{report:#?}");
    assert!(world.files().is_empty());
}

#[test]
fn scores_are_named_after_their_day_and_only_the_newest_are_kept() {
    let (world, site) = (World::new(), Site::default());
    site.put("/epss_scores-2026-11-26.csv.gz", gz(scores("2026-11-26", 3).as_bytes()));
    site.put("/epss_scores-2026-11-27.csv.gz", gz(scores("2026-11-27", 2).as_bytes()));
    let day = std::sync::Arc::new(std::sync::Mutex::new("2026-11-26"));
    let (today, inner) = (std::sync::Arc::clone(&day), site.clone());
    let server = Server::start(move |request| match request.path() {
        "/epss_scores-current.csv.gz" => {
            Reply::new(302, "").with("Location", format!("/epss_scores-{}.csv.gz", today.lock().unwrap()))
        }
        _ => inner.answer(request),
    });
    let plan = plan("epss", &server.at("/epss_scores-current.csv.gz"));
    world.fetch(&plan);
    assert_eq!(world.files(), ["epss/epss_scores-2026-11-26.csv.gz"]);
    assert_eq!(world.fetch_one(&plan).unchanged, 1);
    *day.lock().unwrap() = "2026-11-27";
    let report = world.fetch_one(&plan);
    assert_eq!(world.files(), ["epss/epss_scores-2026-11-27.csv.gz"]);
    assert_eq!((report.new, report.shrunk.len()), (1, 1), "three scores yesterday and two today");
    // A file that says another day in its name than inside would be taken for it.
    *day.lock().unwrap() = "2026-11-28";
    site.put("/epss_scores-2026-11-28.csv.gz", gz(scores("2026-11-27", 4).as_bytes()));
    world.fetch(&plan);
    assert_eq!(world.files(), ["epss/epss_scores-2026-11-27.csv.gz"]);
}

#[test]
fn scores_of_a_cut_file_are_not_taken() {
    let (world, site) = (World::new(), Site::default());
    let text = scores("2026-11-27", 3);
    site.put("/epss.csv.gz", gz(&text.as_bytes()[..text.len() - 2]));
    let report = world.fetch_one(&plan("epss", &site.serve().at("/epss.csv.gz")));
    assert!(matches!(reason(&report), FetchError::Content { .. }), "{report:#?}");
}

#[test]
fn the_list_of_cwe_is_named_after_its_version() {
    let (world, site) = (World::new(), Site::default());
    site.put("/cwec_latest.xml.zip", zipped(&[("cwec_v4.15.xml", b"<x/>")]));
    let plan = plan("cwe", &site.serve().at("/cwec_latest.xml.zip"));
    world.fetch(&plan);
    assert_eq!(world.files(), ["cwe/cwec-4.15.xml.zip"]);
    site.put("/cwec_latest.xml.zip", zipped(&[("cwec_v4.16.xml", b"<x/>")]));
    world.fetch(&plan);
    assert_eq!(world.files(), ["cwe/cwec-4.16.xml.zip"]);
    site.put("/cwec_latest.xml.zip", zipped(&[("../../cwec_v1.xml", b"<x/>")]));
    assert!(matches!(reason(&world.fetch_one(&plan)), FetchError::Content { .. }));
    assert_eq!(world.files(), ["cwe/cwec-4.16.xml.zip"]);
}

#[test]
fn every_ecosystem_is_an_archive() {
    let (world, site) = (World::new(), Site::default());
    site.put("/osv/Rocky%20Linux/all.zip", zipped(&[("RLSA-1.json", b"{}"), ("RLSA-2.json", b"{}")]));
    site.put("/osv/Go/all.zip", zipped(&[("GO-1.json", b"{}")]));
    let mut plan = plan("osv", &site.serve().at("/osv/"));
    plan.ecosystems = ["Go", "Nowhere", "Rocky Linux", "../kev"].map(str::to_owned).to_vec();
    let report = world.fetch_one(&plan);
    assert_eq!(world.files(), ["osv/Go/all.zip", "osv/Rocky Linux/all.zip"]);
    assert_eq!((report.outcome, report.new, report.failed.len()), (Outcome::Partly, 2, 2), "{report:#?}");
    assert!(report.whole.is_none(), "it never was whole");
    site.put("/osv/Rocky%20Linux/all.zip", zipped(&[("RLSA-2.json", b"{\"a\":1}")]));
    plan.ecosystems = ["Go", "Rocky Linux"].map(str::to_owned).to_vec();
    let report = world.fetch_one(&plan);
    assert_eq!((report.outcome, report.new, report.unchanged), (Outcome::Whole, 1, 1));
    assert_eq!((report.shrunk[0].what, report.shrunk[0].before, report.shrunk[0].now), ("entries", 2, 1));
}

#[test]
fn a_host_that_is_down_is_left_after_a_while() {
    let mut world = World::new();
    world.limits.attempts = 1;
    let server = Server::start(|_| Reply::new(503, ""));
    let mut plan = plan("osv", &server.at("/"));
    plan.ecosystems = (0..50).map(|n| format!("E{n}")).collect();
    let report = world.fetch_one(&plan);
    assert_eq!((server.seen().len(), report.failed.len()), (5, 6));
    assert!(matches!(report.failed[5].error, FetchError::GaveUp { failed: 5, left: 45 }), "{report:#?}");
}

#[test]
fn support_dates_come_with_the_identifiers_of_their_products() {
    let (world, site) = (World::new(), Site::default());
    site.put("/api/all.json", r#"["go","alpine-linux"]"#);
    site.put("/api/go.json", "[]");
    site.put("/api/alpine-linux.json", r#"[{"cycle":"3.20"}]"#);
    site.put(
        "/api/v1/products/full",
        r#"{"result":[{"name":"go","identifiers":[{"id":"cpe:/a:golang:go","type":"cpe"}]}]}"#,
    );
    let plan = plan("eol", &site.serve().at("/api"));
    let report = world.fetch_one(&plan);
    assert_eq!(report.outcome, Outcome::Whole, "{report:#?}");
    assert_eq!(world.files(), ["eol/alpine-linux.json", "eol/go.json", "eol/identifiers.json"]);
    assert_eq!(
        world.read("eol/identifiers.json").as_deref(),
        Some(br#"{"go":[{"cpe":"cpe:/a:golang:go"}]}"#.as_slice())
    );
    let report = world.fetch_one(&plan);
    assert_eq!((report.new, report.unchanged), (0, 3));
    // Another product is no other identifiers.
    site.put(
        "/api/v1/products/full",
        r#"{"result":[{"name":"x"},{"name":"go","identifiers":[{"id":"cpe:/a:golang:go","type":"cpe"}]}]}"#,
    );
    site.put("/api/all.json", r#"["go","alpine-linux","../x","identifiers"]"#);
    let report = world.fetch_one(&plan);
    assert_eq!((report.outcome, report.unchanged, report.failed.len()), (Outcome::Partly, 3, 2), "{report:#?}");
}
