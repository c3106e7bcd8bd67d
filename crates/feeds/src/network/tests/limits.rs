//! What is too slow, too much, or something else than it should be.

use std::time::Duration;

use super::server::{Manner, Reply, Server, Site};
use super::world::{World, gz, kev, plan, reason, scores, zipped};
use crate::network::{Caps, FetchError, Outcome};

#[test]
fn whoever_drips_is_given_up_on() {
    let mut world = World::new();
    world.limits.attempts = 2;
    world.clock.step(Duration::from_secs(2));
    let server = Server::start(|_| Reply::ok(vec![b'{'; 1 << 20]).sent(Manner::Drip));
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(
        matches!(reason(&report), FetchError::Slow { reason, .. } if reason.contains("less than 1024")),
        "{report:#?}"
    );
    assert_eq!(server.seen().len(), 2, "it may have been the line");
}

#[test]
fn whoever_falls_silent_is_given_up_on() {
    let mut world = World::new();
    world.limits.attempts = 1;
    world.limits.silence = Duration::from_millis(50);
    let server = Server::start(|_| Reply::ok(kev(3)).sent(Manner::Stall(10)));
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(matches!(reason(&report), FetchError::Slow { .. }), "{report:#?}");
}

#[test]
fn an_answer_has_an_end() {
    let mut world = World::new();
    world.limits.attempts = 1;
    world.limits.least_bytes_per_second = 0;
    world.clock.step(Duration::from_secs(60 * 60));
    let server = Server::start(|_| Reply::ok(vec![b' '; 1 << 20]).sent(Manner::Drip));
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(matches!(reason(&report), FetchError::Slow { reason, .. } if reason.contains("not done")), "{report:#?}");
}

#[test]
fn more_than_is_taken_is_not_taken() {
    for length in [true, false] {
        let mut world = World::new();
        world.limits.document = Caps { bytes: 100, unpacked: 100 };
        let server = Server::start(move |_| Reply { length, ..Reply::ok(kev(9)) });
        let report = world.fetch_one(&plan("kev", &server.at("/")));
        assert!(matches!(reason(&report), FetchError::TooLarge { most: 100, .. }), "{report:#?}");
        assert_eq!((world.files().len(), server.seen().len()), (0, 1), "it would not get smaller");
    }
}

#[test]
fn what_unpacks_to_too_much_is_not_taken() {
    let mut world = World::new();
    world.limits.document = Caps { bytes: 1 << 20, unpacked: 1 << 20 };
    world.limits.archive = world.limits.document;
    let (site, zeros) = (Site::default(), vec![0; 8 << 20]);
    site.put("/epss.csv.gz", gz(&zeros));
    site.put("/osv/PyPI/all.zip", zipped(&[("a.json", &zeros)]));
    // Each alone is small enough.
    site.put(
        "/osv/Go/all.zip",
        zipped(&[("a.json", &zeros[..1 << 19]), ("b.json", &zeros[..1 << 19]), ("c.json", &zeros[..1])]),
    );
    let server = site.serve();
    let report = world.fetch_one(&plan("epss", &server.at("/epss.csv.gz")));
    assert!(matches!(reason(&report), FetchError::Bomb { .. }), "{report:#?}");
    for ecosystem in ["PyPI", "Go"] {
        let mut plan = plan("osv", &server.at("/osv"));
        plan.ecosystems = vec![ecosystem.to_owned()];
        let report = world.fetch_one(&plan);
        assert!(matches!(reason(&report), FetchError::Bomb { .. }), "{report:#?}");
    }
    assert!(world.files().is_empty(), "{:?}", world.files());
}

#[test]
fn a_login_page_is_no_feed() {
    let world = World::new();
    let page = || Reply::ok("<!DOCTYPE html>\n<html><title>Sign in</title></html>").with("Content-Type", "text/html");
    let server = Server::start(move |_| page());
    for name in ["kev", "epss", "cwe", "osv", "eol", "cve5", "nvd", "nvd-api", "csaf"] {
        let mut plan = plan(name, &server.at("/provider-metadata.json"));
        plan.ecosystems.truncate(1);
        plan.nvd = if name == "nvd-api" { crate::network::Nvd::Api } else { plan.nvd };
        let report = world.fetch_one(&plan);
        assert_eq!(report.outcome, Outcome::Failed, "{name}");
        assert!(
            report.failed.iter().any(|failed| failed.error.to_string().contains("web page")),
            "{name}: {:#?}",
            report.failed
        );
    }
    assert!(world.files().is_empty(), "{:?}", world.files());
}

#[test]
fn packed_files_that_are_broken_are_not_taken() {
    let (world, site) = (World::new(), Site::default());
    let mut packed = gz(scores("2026-11-27", 2000).as_bytes());
    let middle = packed.len() / 2;
    packed[middle] ^= 0x10;
    site.put("/epss.csv.gz", packed);
    let mut archive = zipped(&[("a.json", scores("2026-11-27", 2000).as_bytes())]);
    let middle = archive.len() / 2;
    archive[middle] ^= 0x10;
    site.put("/Go/all.zip", archive);
    let server = site.serve();
    let report = world.fetch_one(&plan("epss", &server.at("/epss.csv.gz")));
    assert!(matches!(reason(&report), FetchError::Content { .. }), "{report:#?}");
    let mut plan = plan("osv", &server.at("/"));
    plan.ecosystems = vec!["Go".to_owned()];
    assert!(matches!(reason(&world.fetch_one(&plan)), FetchError::Content { .. }));
    assert!(world.files().is_empty());
}

#[test]
fn what_was_packed_on_the_way_is_refused() {
    let world = World::new();
    let server = Server::start(|_| Reply::ok(gz(&kev(1))).with("Content-Encoding", "gzip"));
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(reason(&report).to_string().contains("encoded as `gzip`"), "{report:#?}");
    assert_eq!(server.seen()[0].header("accept-encoding"), Some("identity"));
    // Some servers call a file of this kind packed; it is what was asked for.
    let server =
        Server::start(|_| Reply::ok(gz(scores("2026-11-27", 1).as_bytes())).with("Content-Encoding", "x-gzip"));
    assert_eq!(world.fetch_one(&plan("epss", &server.at("/"))).outcome, Outcome::Whole);
}
