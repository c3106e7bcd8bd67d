//! Redirects, and clocks that are wrong.

use super::server::{Reply, Server, Site};
use super::world::{World, kev, plan, reason};
use crate::network::{ClockNote, FetchError, Nvd, Outcome};

#[test]
fn redirects_are_followed() {
    let (world, site) = (World::new(), Site::default());
    site.put("/b/kev.json", kev(2));
    let inner = site.clone();
    let server = Server::start(move |request| match request.path() {
        "/a/kev.json" => Reply::new(302, "").with("Location", "../b/kev.json"),
        _ => inner.answer(request),
    });
    assert_eq!(world.fetch_one(&plan("kev", &server.at("/a/kev.json"))).outcome, Outcome::Whole);
}

#[test]
fn a_circle_of_redirects_is_left() {
    let world = World::new();
    let server = Server::start(|request| match request.path() {
        "/a" => Reply::new(301, "").with("Location", "/b"),
        _ => Reply::new(301, "").with("Location", "/a"),
    });
    let report = world.fetch_one(&plan("kev", &server.at("/a")));
    assert!(matches!(reason(&report), FetchError::Redirects { .. }), "{report:#?}");
    assert_eq!(server.seen().len(), 2);

    let server = Server::start(|request| Reply::new(307, "").with("Location", format!("{}x", request.path())));
    let report = world.fetch_one(&plan("kev", &server.at("/a")));
    assert!(matches!(reason(&report), FetchError::Redirects { .. }), "{report:#?}");
    assert_eq!(server.seen().len(), 6, "five are followed");
}

#[test]
fn redirects_out_of_http_are_not_followed() {
    for target in
        ["file:///etc/passwd", "ftp://a.example/x", "http://", "http://me:secret@127.0.0.1/", "data:text/plain,x"]
    {
        let world = World::new();
        let server = Server::start(move |_| Reply::new(302, "").with("Location", target));
        let report = world.fetch_one(&plan("kev", &server.at("/")));
        assert!(matches!(reason(&report), FetchError::Redirect { .. }), "{target}: {report:#?}");
    }
    let world = World::new();
    let server = Server::start(|_| Reply::new(302, ""));
    assert!(matches!(reason(&world.fetch_one(&plan("kev", &server.at("/")))), FetchError::Redirect { .. }));
}

#[test]
fn a_key_goes_to_the_host_that_it_is_for_alone() {
    let world = World::new();
    let other = Server::start(|_| Reply::new(404, ""));
    let target = other.at("/elsewhere");
    let server = Server::start(move |_| Reply::new(302, "").with("Location", target.as_str()));
    let mut plan = plan("nvd-api", &server.at("/")).key("hidden-key");
    plan.nvd = Nvd::Api;
    let report = world.fetch_one(&plan);
    assert_eq!(server.seen()[0].header("apikey"), Some("hidden-key"));
    assert_eq!(other.seen()[0].header("apikey"), None);
    let state = String::from_utf8(world.read("fetched.json").unwrap()).unwrap();
    assert!(!format!("{report:?}{plan:?}{state}").contains("hidden-key"));
}

#[test]
fn a_clock_that_is_far_away_is_noticed() {
    let world = World::new();
    let server = Server::start(|_| Reply::ok(kev(1)).with("Date", "Fri, 27 Nov 2026 23:15:00 GMT"));
    let report = world.fetch(&plan("kev", &server.at("/")));
    assert_eq!(report.clocks, [ClockNote { host: "127.0.0.1".to_owned(), ahead_seconds: 3 * 60 * 60 }]);
    assert_eq!(report.sources[0].outcome, Outcome::Whole, "it is said, and nothing depends on it");
    let near = Server::start(|_| Reply::ok(kev(1)).with("Date", "Fri, 27 Nov 2026 20:05:00 GMT"));
    assert!(world.fetch(&plan("kev", &near.at("/"))).clocks.is_empty());
}

#[test]
fn a_change_in_the_future_is_not_believed() {
    let world = World::new();
    let server = Server::start(|_| Reply::ok(kev(1)).with("Last-Modified", "Fri, 27 Nov 2099 10:00:00 GMT"));
    let plan = plan("kev", &server.at("/"));
    let report = world.fetch_one(&plan);
    assert!(report.notes.iter().any(|note| note.contains("2099")), "{report:#?}");
    world.fetch(&plan);
    assert!(server.seen()[1].header("if-modified-since").is_none(), "by such a time the file would never be new again");
}
