//! One file over a bad line: cut, refused, asked to wait, gone on with.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::server::{Manner, Reply, Request, Server, Site};
use super::world::{NOW, World, kev, plan, reason, whole};
use crate::network::{FetchError, Outcome};

const NAME: &str = "kev/known_exploited_vulnerabilities.json";

/// Answers with one reply after the other; the last one again and again.
fn in_turn(replies: Vec<Reply>) -> Server {
    let next = AtomicUsize::new(0);
    Server::start(move |_| {
        let place = next.fetch_add(1, Ordering::Relaxed).min(replies.len() - 1);
        replies[place].clone()
    })
}

#[test]
fn what_comes_is_kept_and_asked_for_on_condition() {
    let (world, site) = (World::new(), Site::default());
    site.put("/kev.json", kev(3));
    let server = site.serve();
    let plan = plan("kev", &server.at("/kev.json"));
    let report = world.fetch_one(&plan);
    assert_eq!((report.outcome, report.new, report.unchanged), (Outcome::Whole, 1, 0), "{report:#?}");
    assert_eq!((world.read(NAME), world.files()), (Some(kev(3)), vec![NAME.to_owned()]));
    assert_eq!(report.whole.map(|time| time.as_second()), Some(NOW));

    let report = world.fetch_one(&plan);
    assert_eq!((report.outcome, report.new, report.unchanged, report.bytes), (Outcome::Whole, 0, 1, 0));
    assert!(server.seen()[1].header("if-none-match").is_some());

    let agent = server.seen()[0].header("user-agent").map(str::to_owned);
    assert_eq!(agent.as_deref(), Some(concat!("wardround/", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn the_time_of_change_is_a_condition_too() {
    let world = World::new();
    let server = Server::start(|request| match request.header("if-modified-since") {
        Some("Fri, 27 Nov 2026 10:00:00 GMT") => Reply::new(304, ""),
        _ => Reply::ok(kev(1)).with("Last-Modified", "Fri, 27 Nov 2026 10:00:00 GMT"),
    });
    let plan = plan("kev", &server.at("/"));
    world.fetch(&plan);
    assert_eq!(world.fetch_one(&plan).unchanged, 1);
}

#[test]
fn the_same_bytes_are_no_news_even_if_nobody_says_so() {
    let world = World::new();
    let server = in_turn(vec![Reply::ok(kev(1))]);
    let plan = plan("kev", &server.at("/"));
    assert_eq!(world.fetch_one(&plan).new, 1);
    let report = world.fetch_one(&plan);
    assert_eq!((report.new, report.unchanged), (0, 1));
}

#[test]
fn a_file_that_was_damaged_is_fetched_again() {
    let (world, site) = (World::new(), Site::default());
    site.put("/kev.json", kev(3));
    let plan = plan("kev", &site.serve().at("/kev.json"));
    world.fetch(&plan);
    let mut bytes = kev(3);
    bytes[40] ^= 1;
    std::fs::write(world.path(NAME), bytes).unwrap();
    assert_eq!(world.fetch_one(&plan).new, 1);
    assert_eq!(world.read(NAME), Some(kev(3)));
}

#[test]
fn an_answer_unchanged_that_nobody_asked_for_is_none() {
    let world = World::new();
    let server = in_turn(vec![Reply::new(304, "")]);
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(matches!(reason(&report), FetchError::Status { status: 304, .. }));
}

#[test]
fn a_cut_answer_is_asked_for_again() {
    let world = World::new();
    let server = in_turn(vec![Reply::ok(kev(3)).sent(Manner::Cut(50)), Reply::ok(kev(3))]);
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert_eq!((report.outcome, world.read(NAME)), (Outcome::Whole, Some(kev(3))), "{report:#?}");
    assert_eq!(world.clock.waits(), [2]);
    assert!(server.seen()[1].header("range").is_none(), "without a tag nothing is gone on with");
}

#[test]
fn an_answer_that_is_always_cut_leaves_what_was_held() {
    let (world, site) = (World::new(), Site::default());
    site.put("/kev.json", kev(3));
    let cut = Arc::new(Mutex::new(false));
    let (flag, inner) = (Arc::clone(&cut), site.clone());
    let server = Server::start(move |request| {
        let reply = inner.answer(request);
        if *flag.lock().unwrap() { Reply { headers: Vec::new(), ..reply }.sent(Manner::Cut(20)) } else { reply }
    });
    let plan = plan("kev", &server.at("/kev.json"));
    world.fetch(&plan);
    *cut.lock().unwrap() = true;
    site.put("/kev.json", kev(9));
    world.clock.go(60);
    let report = world.fetch_one(&plan);
    assert!(matches!(reason(&report), FetchError::Truncated { received: 20, expected: Some(_), .. }), "{report:#?}");
    assert_eq!((report.outcome, report.whole.map(|time| time.as_second())), (Outcome::Failed, Some(NOW)));
    assert_eq!(
        (world.read(NAME), world.files()),
        (Some(kev(3)), vec![NAME.to_owned()]),
        "the old one whole, and no part"
    );
    assert_eq!(world.clock.waits(), [2, 4, 8]);
    assert_eq!(server.seen().len(), 5);
}

/// Cuts what a site answers, until it is told not to.
fn cutting(site: &Site, at: usize) -> (Server, Arc<Mutex<bool>>) {
    let cut = Arc::new(Mutex::new(true));
    let (flag, inner) = (Arc::clone(&cut), site.clone());
    let server = Server::start(move |request: &Request| {
        let reply = inner.answer(request);
        let at = at.min(reply.body.len());
        if *flag.lock().unwrap() { reply.sent(Manner::Cut(at)) } else { reply }
    });
    (server, cut)
}

#[test]
fn what_was_cut_is_gone_on_with() {
    let (world, site) = (World::new(), Site::default());
    site.put("/kev.json", kev(3));
    let length = kev(3).len();
    let (server, _) = cutting(&site, length / 3 + 1);
    let report = world.fetch_one(&plan("kev", &server.at("/kev.json")));
    assert_eq!((report.outcome, world.read(NAME)), (Outcome::Whole, Some(kev(3))), "{report:#?}");
    let seen = server.seen();
    assert_eq!(seen[1].header("range"), Some(format!("bytes={}-", length / 3 + 1).as_str()));
    assert!(seen[1].header("if-range").is_some() && seen[0].header("range").is_none());
    assert_eq!(seen.len(), 3);
}

#[test]
fn what_was_cut_is_gone_on_with_in_the_next_run() {
    let (world, site) = (World::new(), Site::default());
    site.put("/kev.json", kev(30));
    let (server, cut) = cutting(&site, 10);
    let plan = plan("kev", &server.at("/kev.json"));
    let report = world.fetch_one(&plan);
    assert!(matches!(reason(&report), FetchError::Truncated { received: 40, .. }), "{report:#?}");
    assert_eq!(world.read(NAME), None);
    *cut.lock().unwrap() = false;
    assert_eq!(world.fetch_one(&plan).outcome, Outcome::Whole);
    assert_eq!(server.seen()[4].header("range"), Some("bytes=40-"));
    assert_eq!((world.read(NAME), world.files()), (Some(kev(30)), vec![NAME.to_owned()]));
}

#[test]
fn what_changed_meanwhile_is_begun_again() {
    let (world, site) = (World::new(), Site::default());
    site.put("/kev.json", kev(30));
    let (server, cut) = cutting(&site, 10);
    let plan = plan("kev", &server.at("/kev.json"));
    world.fetch(&plan);
    *cut.lock().unwrap() = false;
    site.put("/kev.json", kev(31));
    assert_eq!(world.fetch_one(&plan).outcome, Outcome::Whole);
    assert_eq!(world.read(NAME), Some(kev(31)), "the two halves of two files make no file");
}

#[test]
fn another_part_than_was_asked_for_is_not_taken() {
    let world = World::new();
    let server = Server::start(|request| match request.header("range") {
        Some(_) => Reply::new(206, &kev(3)[5..])
            .with("ETag", "\"a\"")
            .with("Content-Range", format!("bytes 5-{0}/{1}", kev(3).len() - 1, kev(3).len())),
        None => Reply::ok(kev(3)).with("ETag", "\"a\"").sent(Manner::Cut(10)),
    });
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(matches!(reason(&report), FetchError::Truncated { .. }), "{report:#?}");
    assert_eq!(world.read(NAME), None);
}

#[test]
fn a_part_that_there_is_no_more_of_is_begun_again() {
    let world = World::new();
    let whole = AtomicUsize::new(0);
    let server = Server::start(move |request| match request.header("range") {
        Some(_) => Reply::new(416, ""),
        None if whole.fetch_add(1, Ordering::Relaxed) == 0 => {
            Reply::ok(kev(3)).with("ETag", "\"a\"").sent(Manner::Cut(10))
        }
        None => Reply::ok(kev(3)).with("ETag", "\"b\""),
    });
    assert_eq!(world.fetch_one(&plan("kev", &server.at("/"))).outcome, Outcome::Whole);
    assert_eq!(world.read(NAME), Some(kev(3)));
}

#[test]
fn whoever_asks_to_wait_is_waited_for() {
    let world = World::new();
    let late = Reply::new(429, "")
        .with("Date", "Fri, 27 Nov 2026 20:15:00 GMT")
        .with("Retry-After", "Fri, 27 Nov 2026 20:16:10 GMT");
    let server =
        in_turn(vec![Reply::new(429, "").with("Retry-After", "7"), late, Reply::new(503, ""), Reply::ok(kev(1))]);
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert_eq!(report.outcome, Outcome::Whole, "{report:#?}");
    assert_eq!(world.clock.waits(), [7, 70, 8]);
}

#[test]
fn nobody_is_waited_for_all_day() {
    let world = World::new();
    let server = in_turn(vec![Reply::new(429, "").with("Retry-After", "86400")]);
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(matches!(reason(&report), FetchError::Busy { asked, .. } if asked.as_secs() == 86_400), "{report:#?}");
    assert_eq!((world.clock.waits().len(), server.seen().len()), (0, 1));
}

#[test]
fn a_server_that_stumbles_once_is_forgiven() {
    let world = World::new();
    let server = in_turn(vec![Reply::new(500, "oops"), Reply::ok(kev(1))]);
    assert_eq!(world.fetch_one(&plan("kev", &server.at("/"))).outcome, Outcome::Whole);
    let server = in_turn(vec![Reply::new(500, "oops")]);
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(matches!(reason(&report), FetchError::Status { status: 500, .. }));
    assert_eq!(server.seen().len(), 4);
}

#[test]
fn what_is_not_there_is_not_asked_for_twice() {
    let world = World::new();
    let server = in_turn(vec![Reply::new(404, "")]);
    let report = world.fetch_one(&plan("kev", &server.at("/")));
    assert!(matches!(reason(&report), FetchError::Status { status: 404, .. }));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn nobody_answers() {
    let world = World::new();
    // A port that was free a moment ago and that nobody listens at.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let report = world.fetch_one(&plan("kev", &format!("http://127.0.0.1:{free}/")));
    assert!(matches!(reason(&report), FetchError::Connection { .. }), "{}", whole(reason(&report)));
    assert_eq!(world.clock.waits(), [2, 4, 8]);
}
