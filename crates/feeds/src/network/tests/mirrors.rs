//! A mirror at an address; and what is fetched is what a sync reads.

use jiff::civil::date;
use ward_knowledge::Home;

use super::server::{Reply, Server, Site};
use super::world::{World, gz, kev, meta, nvd, reason, scores, sha256, zipped};
use crate::network::{FetchError, FetchPlan, Outcome};
use crate::{Silent, sync};

fn put(site: &Site) {
    let text = nvd(3);
    site.put("/m/nvd/nvdcve-2.0-2020.json.gz", gz(text.as_bytes()));
    site.put("/m/nvd/nvdcve-2.0-2020.meta", meta(&text));
    site.put("/m/kev/known_exploited_vulnerabilities.json", kev(2));
    site.put("/m/epss/epss_scores-2026-11-25.csv.gz", gz(scores("2026-11-25", 2).as_bytes()));
    site.put("/m/osv/Go/all.zip", zipped(&[("GO-1.json", b"{}")]));
    site.put("/m/csaf/index.txt", "2024/a.json\n");
    site.put("/m/csaf/2024/a.json", "{}");
}

fn plan(address: &str, only: &[&str]) -> FetchPlan {
    let names: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
    let mut plan = FetchPlan::mirror(address).unwrap().only(&names).unwrap();
    plan.ecosystems = vec!["Go".to_owned()];
    plan
}

/// Lists all files, as `sha256sum` does.
fn list(site: &Site) {
    let files = site.0.lock().unwrap().clone();
    let lines = files.iter().filter_map(|(path, bytes)| {
        let name = path.strip_prefix("/m/").filter(|name| *name != "SHA256SUMS")?;
        Some(format!("{}  ./{name}\n", sha256(bytes)))
    });
    site.put("/m/SHA256SUMS", lines.collect::<String>());
}

#[test]
fn files_whose_names_are_known_are_found() {
    let (world, site) = (World::new(), Site::default());
    put(&site);
    let server = site.serve();
    let report = world.fetch(&plan(&server.at("/m"), &["nvd", "kev", "epss", "osv", "csaf"]));
    assert!(report.sources.iter().all(|source| source.outcome == Outcome::Whole), "{report:#?}");
    assert_eq!(
        world.files(),
        [
            "csaf/2024/a.json",
            "epss/epss_scores-2026-11-25.csv.gz",
            "kev/known_exploited_vulnerabilities.json",
            "nvd/nvdcve-2.0-2020.json.gz",
            "nvd/nvdcve-2.0-2020.meta",
            "osv/Go/all.zip",
        ]
    );
    assert!(report.sources[0].notes[0].contains("2019, 2021"), "{report:#?}");
    let report = world.fetch_one(&plan(&server.at("/m"), &["eol"]));
    assert!(reason(&report).to_string().contains("SHA256SUMS"), "{report:#?}");
}

#[test]
fn without_meta_files_nvd_is_taken_as_it_is() {
    let (world, site) = (World::new(), Site::default());
    put(&site);
    site.remove("/m/nvd/nvdcve-2.0-2020.meta");
    let plan = plan(&site.serve().at("/m/"), &["nvd"]);
    assert_eq!(world.fetch_one(&plan).new, 1);
    assert_eq!(world.fetch_one(&plan).unchanged, 1);
}

#[test]
fn a_list_names_every_file() {
    let (world, site) = (World::new(), Site::default());
    put(&site);
    site.put("/m/eol/go.json", "[]");
    site.put("/m/cve5/tree.jsonl.zst", "not looked into");
    list(&site);
    let server = site.serve();
    let all = plan(&server.at("/m"), &["nvd", "kev", "epss", "osv", "csaf", "eol", "cve5"]);
    let report = world.fetch(&all);
    assert!(report.sources.iter().all(|source| source.outcome == Outcome::Whole), "{report:#?}");
    assert_eq!(world.files().len(), 9);
    let asked = server.seen().len();
    let report = world.fetch(&all);
    assert!(report.sources.iter().all(|source| source.new == 0 && source.outcome == Outcome::Whole), "{report:#?}");
    assert_eq!(server.seen().len(), asked + 1, "only the list is asked for, and once for all");
    let report = world.fetch_one(&plan(&server.at("/m"), &["cwe"]));
    assert!(matches!(reason(&report), FetchError::Missing { .. }));
}

#[test]
fn a_list_that_does_not_come_is_asked_for_once() {
    let world = World::new();
    let server = Server::start(|_| Reply::new(403, ""));
    let report = world.fetch(&plan(&server.at("/m"), &["nvd", "kev", "epss", "osv"]));
    assert!(report.sources.iter().all(|source| source.outcome == Outcome::Failed), "{report:#?}");
    assert_eq!(server.seen().len(), 1, "{:#?}", server.seen());
    let told: Vec<bool> = report.sources.iter().map(|source| source.was_not_asked()).collect();
    assert_eq!(told, [false, true, true, true]);
    let other = world.fetch(&plan(&server.at("/m"), &["kev"]));
    assert!(matches!(other.sources[0].failed[0].error, FetchError::Status { .. }), "in each fetch: {other:#?}");
}

#[test]
fn a_mirror_may_lack_a_source_that_nobody_names_and_that_it_never_had() {
    for with_list in [true, false] {
        let (world, site) = (World::new(), Site::default());
        put(&site);
        if with_list {
            site.put("/m/eol/go.json", "[]");
            list(&site);
        }
        let server = site.serve();
        let all = plan(&server.at("/m"), &[]);
        let report = world.fetch(&all);
        let of = |name: &str| report.sources.iter().find(|source| source.name == name).unwrap();
        assert_eq!(report.stale().count(), 0, "{report:#?}");
        assert_eq!((of("cve5").outcome, of("cve5").whole), (Outcome::Absent, None), "{report:#?}");
        assert_eq!((of("kev").outcome, of("eol").outcome == Outcome::Whole), (Outcome::Whole, with_list));
        assert!(of("cwe").notes[0].contains("SHA256SUMS"), "{report:#?}");
        if with_list {
            site.remove("/m/eol/go.json");
            list(&site);
            let report = world.fetch(&all);
            assert_eq!(report.stale().map(|source| source.name).collect::<Vec<_>>(), ["eol"], "it was there");
        }
    }
}

#[test]
fn what_a_list_names_no_more_is_told_once_and_does_not_count_as_come() {
    let (world, site) = (World::new(), Site::default());
    put(&site);
    for number in 0..20 {
        site.put(&format!("/m/csaf/2024/{number}.json"), format!(r#"{{"number":{number}}}"#));
    }
    list(&site);
    let server = site.serve();
    let plan = plan(&server.at("/m"), &["nvd", "csaf"]);
    world.fetch(&plan);
    assert_eq!(world.folder().unlisted().count(), 0);
    for number in 0..20 {
        site.remove(&format!("/m/csaf/2024/{number}.json"));
    }
    site.remove("/m/nvd/nvdcve-2.0-2020.json.gz");
    list(&site);
    let report = world.fetch(&plan);
    let shrunk: Vec<_> = report.sources.iter().flat_map(|source| &source.shrunk).collect();
    assert_eq!(shrunk.len(), 2, "{report:#?}");
    assert_eq!((shrunk[1].what, shrunk[1].before, shrunk[1].now), ("listed files", 22, 2), "{report:#?}");
    assert_eq!(world.folder().unlisted().count(), 21);
    assert!(world.read("csaf/2024/3.json").is_some(), "it is kept");
    assert!(world.fetch(&plan).sources.iter().all(|source| source.shrunk.is_empty()));

    site.put("/m/csaf/2024/3.json", r#"{"number":3}"#);
    list(&site);
    let report = world.fetch(&plan);
    assert!(report.sources.iter().all(|source| source.new == 0), "it is held: {report:#?}");
    assert_eq!(world.folder().unlisted().count(), 20);
}

#[test]
fn a_file_that_is_not_the_listed_one_is_not_taken_nor_what_describes_it() {
    let (world, site) = (World::new(), Site::default());
    put(&site);
    list(&site);
    let plan = plan(&site.serve().at("/m"), &["nvd"]);
    world.fetch(&plan);
    let before = world.read("nvd/nvdcve-2.0-2020.meta");
    let text = nvd(4);
    site.put("/m/nvd/nvdcve-2.0-2020.json.gz", gz(text.as_bytes()));
    site.put("/m/nvd/nvdcve-2.0-2020.meta", meta(&text));
    list(&site);
    site.put("/m/nvd/nvdcve-2.0-2020.json.gz", gz(nvd(5).as_bytes()));
    let report = world.fetch_one(&plan);
    assert!(matches!(reason(&report), FetchError::Announced { what: "SHA-256", .. }), "{report:#?}");
    assert_eq!(world.read("nvd/nvdcve-2.0-2020.meta"), before);
    site.put("/m/SHA256SUMS", format!("{}  nvd/../../x\n", sha256(b"")));
    assert!(matches!(reason(&world.fetch_one(&plan)), FetchError::Missing { .. }));
}

#[test]
fn what_is_fetched_is_what_a_sync_reads() {
    let (world, site) = (World::new(), Site::default());
    put(&site);
    let plan = plan(&site.serve().at("/m"), &["nvd", "kev", "epss"]);
    world.fetch(&plan);
    let home = Home::open(world.path("../home"));
    let report = sync(&world.path(""), &[], &home, date(2026, 11, 27), &mut Silent).unwrap();
    let counts: Vec<(String, u64)> =
        report.sources.iter().map(|source| (source.state.name.clone(), source.state.records)).collect();
    assert_eq!(counts, [("epss".to_owned(), 2), ("kev".to_owned(), 2), ("nvd".to_owned(), 3)]);
    assert!(report.not_read.is_empty(), "{:?}", report.not_read);
}
