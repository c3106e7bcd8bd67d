//! The feed files of NVD.

use super::server::{Reply, Server, Site};
use super::world::{World, gz, meta, nvd, plan, reason};
use crate::network::{FetchError, FetchPlan, NoProgress, Outcome, Shrunk, fetch};

fn put(site: &Site, part: &str, records: usize) {
    let text = nvd(records);
    site.put(&format!("/nvd/nvdcve-2.0-{part}.meta"), meta(&text));
    site.put(&format!("/nvd/nvdcve-2.0-{part}.json.gz"), gz(text.as_bytes()));
}

/// Every year, and what changed.
fn all(site: &Site) {
    for year in 2002..=2026 {
        put(site, &year.to_string(), 1);
    }
    put(site, "modified", 1);
}

fn world() -> (World, Site, Server, FetchPlan) {
    let (world, site) = (World::new(), Site::default());
    all(&site);
    let server = site.serve();
    let plan = plan("nvd", &server.at("/nvd/"));
    (world, site, server, plan)
}

#[test]
fn all_years_once_and_then_what_changed() {
    let (world, site, server, plan) = world();
    let report = world.fetch_one(&plan);
    assert_eq!((report.outcome, report.new), (Outcome::Whole, 26), "{report:#?}");
    assert_eq!(world.files().len(), 52, "each has its .meta beside it");
    assert_eq!(server.seen().len(), 52);

    // The next day only what changed is looked at.
    world.clock.go(24 * 60 * 60);
    put(&site, "modified", 2);
    put(&site, "2020", 2);
    let report = world.fetch_one(&plan);
    assert_eq!((report.new, report.unchanged, server.seen().len()), (1, 0, 54));
    // After a week the years are compared again, by their digests.
    world.clock.go(6 * 24 * 60 * 60);
    let report = world.fetch_one(&plan);
    assert_eq!((report.new, report.unchanged, server.seen().len()), (1, 25, 54 + 26 + 1));
    assert_eq!(world.read("nvd/nvdcve-2.0-2020.meta"), site.get("/nvd/nvdcve-2.0-2020.meta"));
}

#[test]
fn years_that_were_compared_are_as_new_as_that() {
    let (world, site, server, plan) = world();
    let fetched = |plan: &FetchPlan| {
        let (plan, mut folder) = (FetchPlan { limits: world.limits.clone(), ..plan.clone() }, world.folder());
        fetch(&plan, &mut folder, &world.clock, &mut NoProgress).unwrap();
        folder.compared().map(|moment| moment.to_string())
    };
    // They are made anew once a day.
    assert_eq!(fetched(&plan).as_deref(), Some("2026-11-26T20:15:00Z"));
    // For a week the file of changes is enough.
    world.clock.go(6 * 24 * 60 * 60);
    assert_eq!(fetched(&plan).as_deref(), Some("2026-11-26T20:15:00Z"));
    world.clock.go(2 * 24 * 60 * 60);
    let before = server.seen().len();
    assert_eq!(fetched(&plan).as_deref(), Some("2026-12-04T20:15:00Z"));
    assert!(server.seen().len() > before + 25);
    // What somebody else has was compared with nobody else's; the same bytes need not be fetched again.
    let other = site.serve();
    let elsewhere = super::world::plan("nvd", &other.at("/nvd/"));
    for _ in 0..2 {
        assert_eq!(fetched(&elsewhere).as_deref(), Some("2026-12-04T20:15:00Z"));
    }
    assert_eq!(other.seen().len(), 26 + 1, "once");
    // Where a year does not come, nothing is said.
    world.clock.go(8 * 24 * 60 * 60);
    site.put("/nvd/nvdcve-2.0-2020.meta", "no digest");
    assert_eq!(fetched(&elsewhere), None);
}

#[test]
fn a_year_that_shrank_is_noticed_and_changes_may_be_fewer() {
    let (world, site, _, plan) = world();
    put(&site, "2020", 9);
    put(&site, "modified", 9);
    world.fetch(&plan);
    put(&site, "2020", 4);
    put(&site, "modified", 4);
    world.clock.go(8 * 24 * 60 * 60);
    let report = world.fetch_one(&plan);
    let expected = Shrunk { name: "nvd/nvdcve-2.0-2020.json.gz".to_owned(), what: "entries", before: 9, now: 4 };
    assert_eq!((report.new, report.shrunk), (2, vec![expected]));
}

#[test]
fn what_changed_does_not_stand_for_a_year_that_is_gone() {
    let (world, _, _, plan) = world();
    world.fetch(&plan);
    std::fs::remove_file(world.path("nvd/nvdcve-2.0-2011.json.gz")).unwrap();
    let report = world.fetch_one(&plan);
    assert_eq!((report.new, report.unchanged), (1, 25));
    assert!(world.read("nvd/nvdcve-2.0-2011.json.gz").is_some());
}

#[test]
fn a_clock_that_jumped_makes_nothing_look_fresh() {
    let (world, _, server, plan) = world();
    world.fetch(&plan);
    world.clock.go(-400 * 24 * 60 * 60);
    let asked = server.seen().len();
    world.fetch(&plan);
    assert!(server.seen().len() > asked + 20, "the years are compared although they were, as it seems, in the future");
}

#[test]
fn a_file_with_another_digest_is_not_taken() {
    let (world, site, _, plan) = world();
    world.fetch(&plan);
    let (before, before_meta) = (world.read("nvd/nvdcve-2.0-2020.json.gz"), world.read("nvd/nvdcve-2.0-2020.meta"));
    site.put("/nvd/nvdcve-2.0-2020.meta", meta(&nvd(3)));
    site.put("/nvd/nvdcve-2.0-2020.json.gz", gz(nvd(2).as_bytes()));
    world.clock.go(8 * 24 * 60 * 60);
    let report = world.fetch_one(&plan);
    assert!(matches!(reason(&report), FetchError::Announced { .. }), "{report:#?}");
    assert_eq!((report.outcome, &report.failed[0].name), (Outcome::Partly, &"nvd/nvdcve-2.0-2020.json.gz".to_owned()));
    assert_eq!(
        (world.read("nvd/nvdcve-2.0-2020.json.gz"), world.read("nvd/nvdcve-2.0-2020.meta")),
        (before, before_meta)
    );
    // Of the same length, so that only the digest tells.
    site.put("/nvd/nvdcve-2.0-2020.meta", meta(&nvd(2).replace("CVE-2020-0001", "CVE-2020-1000")));
    let report = world.fetch_one(&plan);
    assert!(matches!(reason(&report), FetchError::Announced { what: "its digest", .. }), "{report:#?}");
}

#[test]
fn a_file_that_is_made_anew_meanwhile_is_asked_for_again() {
    let (world, site) = (World::new(), Site::default());
    all(&site);
    let inner = site.clone();
    // Whoever asks for the digest of this year for the first time gets one that is over.
    let first = std::sync::atomic::AtomicBool::new(true);
    let server = Server::start(move |request| {
        let old =
            request.path() == "/nvd/nvdcve-2.0-2020.meta" && first.swap(false, std::sync::atomic::Ordering::Relaxed);
        if old { Reply::ok(meta(&nvd(7))) } else { inner.answer(request) }
    });
    assert_eq!(world.fetch_one(&plan("nvd", &server.at("/nvd/"))).outcome, Outcome::Whole);
}

#[test]
fn a_year_that_has_just_begun_may_have_no_file() {
    let (world, site, _, plan) = world();
    site.remove("/nvd/nvdcve-2.0-2026.meta");
    let report = world.fetch_one(&plan);
    assert_eq!(report.outcome, Outcome::Whole, "{report:#?}");
    assert!(report.notes.iter().any(|note| note.contains("2026")));
    site.remove("/nvd/nvdcve-2.0-2013.meta");
    world.clock.go(8 * 24 * 60 * 60);
    assert_eq!(world.fetch_one(&plan).outcome, Outcome::Partly, "any other one is missed");
}
