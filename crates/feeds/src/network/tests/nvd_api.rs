//! The interface of NVD: pages, windows, and how often it may be asked.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use super::server::{Reply, Request, Server};
use super::world::{NOW, World, plan, reason};
use crate::network::{FetchError, FetchPlan, Nvd, Outcome};

/// What an interface with so many records answers; pages hold two, changes are one record a day.
#[derive(Clone)]
struct Interface {
    records: u64,
    /// What its clock says.
    now: i64,
    fails_from: Option<u64>,
    /// Whether every page holds the records of the first.
    repeats: bool,
}

impl Interface {
    fn answer(&self, request: &Request) -> Reply {
        let field = |name: &str| {
            let query = request.target.split_once('?').unwrap_or_default().1;
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let start: u64 = field("startIndex").unwrap().parse().unwrap();
        assert_eq!(field("resultsPerPage").unwrap(), "2000");
        let time = |name: &str| field(name).map(|text| text.parse::<Timestamp>().unwrap().as_second());
        let total = match (time("lastModStartDate"), time("lastModEndDate")) {
            (Some(from), Some(until)) => {
                assert!(until - from <= 120 * 24 * 60 * 60, "longer than may be asked for");
                u64::try_from((until - from) / (24 * 60 * 60)).unwrap()
            }
            _ => self.records,
        };
        if self.fails_from.is_some_and(|place| start >= place) {
            return Reply::new(403, "");
        }
        let held = total.saturating_sub(start).min(2);
        let all: Vec<String> = (start..start + held)
            .map(|n| if self.repeats { n - start } else { n })
            .map(|n| format!(r#"{{"cve":{{"id":"CVE-2020-{n:04}"}}}}"#))
            .collect();
        let made = Timestamp::from_second(self.now).unwrap().to_string();
        Reply::ok(format!(
            r#"{{"resultsPerPage":{held},"startIndex":{start},"totalResults":{total},"format":"NVD_CVE","version":"2.0",
            "timestamp":"{}","vulnerabilities":[{}]}}"#,
            made.trim_end_matches('Z'),
            all.join(",")
        ))
    }
}

fn start(records: u64) -> (World, Arc<Mutex<Interface>>, Server, FetchPlan) {
    let interface = Arc::new(Mutex::new(Interface { records, now: NOW, fails_from: None, repeats: false }));
    let shared = Arc::clone(&interface);
    let server = Server::start(move |request| shared.lock().unwrap().clone().answer(request));
    let mut plan = plan("nvd-api", &server.at("/cves/2.0"));
    plan.nvd = Nvd::Api;
    (World::new(), interface, server, plan)
}

#[test]
fn everything_once_and_then_windows() {
    let (world, interface, server, plan) = start(5);
    let report = world.fetch_one(&plan);
    assert_eq!((report.outcome, report.new), (Outcome::Whole, 3), "{report:#?}");
    let names: Vec<String> = world.files();
    assert_eq!(
        names,
        ["nvd/nvdcve-2.0-api-00000000.json", "nvd/nvdcve-2.0-api-00000002.json", "nvd/nvdcve-2.0-api-00000004.json"]
    );
    assert_eq!(server.seen().len(), 4, "three pages, and the minutes since the first");

    // Three days later three records changed, on two pages.
    world.clock.go(3 * 24 * 60 * 60);
    interface.lock().unwrap().now = NOW + 3 * 24 * 60 * 60;
    let report = world.fetch_one(&plan);
    assert_eq!((report.outcome, report.new, world.files().len()), (Outcome::Whole, 2, 5), "{:?}", world.files());

    // A year later, in windows that are short enough; the server checks it.
    world.clock.go(365 * 24 * 60 * 60);
    interface.lock().unwrap().now += 365 * 24 * 60 * 60;
    let before = server.seen().len();
    world.fetch(&plan);
    let windows: std::collections::BTreeSet<String> = server.seen()[before..]
        .iter()
        .map(|request| request.target.split("startIndex").next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(windows.len(), 4, "{windows:#?}");
}

#[test]
fn five_requests_in_thirty_seconds_or_fifty_with_a_key() {
    let (world, _, _, plan) = start(24);
    world.fetch(&plan);
    assert_eq!(world.clock.waits(), [30, 30], "12 pages and a window");
    let (world, _, server, plan) = start(24);
    world.fetch(&plan.key("k"));
    assert!(world.clock.waits().is_empty());
    assert!(server.seen().iter().all(|request| request.header("apikey") == Some("k")));
}

#[test]
fn what_was_broken_off_is_gone_on_with() {
    let (world, interface, server, plan) = start(9);
    interface.lock().unwrap().fails_from = Some(4);
    let report = world.fetch_one(&plan);
    assert!(matches!(reason(&report), FetchError::Status { status: 403, .. }), "{report:#?}");
    assert_eq!((report.outcome, report.new), (Outcome::Partly, 2));
    interface.lock().unwrap().fails_from = None;
    // What is new meanwhile comes last; what changed in pages that are held is asked for from when the first page was made.
    interface.lock().unwrap().records = 10;
    interface.lock().unwrap().now = NOW + 5 * 24 * 60 * 60;
    world.clock.go(5 * 24 * 60 * 60);
    let before = server.seen().len();
    assert_eq!(world.fetch_one(&plan).outcome, Outcome::Whole);
    let asked = &server.seen()[before..];
    assert!(asked[0].target.contains("startIndex=4&"), "{asked:#?}");
    let window = asked.iter().find(|request| request.target.contains("lastModStartDate")).unwrap();
    assert!(window.target.contains("lastModStartDate=2026-11-27T20%3A05"), "{window:?}");
}

#[test]
fn pages_that_repeat_records_are_not_all_of_them() {
    let (world, interface, server, plan) = start(6);
    interface.lock().unwrap().repeats = true;
    let report = world.fetch_one(&plan);
    assert!(reason(&report).to_string().contains("2 different ones came of 6"), "{report:#?}");
    // What is there is not whole, and all is asked for again.
    assert_eq!(world.files().len(), 2);
    interface.lock().unwrap().repeats = false;
    assert_eq!(world.fetch_one(&plan).outcome, Outcome::Whole);
    assert_eq!(world.files().len(), 3);

    // Of windows likewise: the next one begins where the last that came whole ended.
    world.clock.go(3 * 24 * 60 * 60);
    interface.lock().unwrap().now += 3 * 24 * 60 * 60;
    interface.lock().unwrap().repeats = true;
    let report = world.fetch_one(&plan);
    assert!(reason(&report).to_string().contains("2 different ones came of 3"), "{report:#?}");
    interface.lock().unwrap().repeats = false;
    let before = server.seen().len();
    assert_eq!(world.fetch_one(&plan).outcome, Outcome::Whole);
    let window = &server.seen()[before];
    assert!(window.target.contains("lastModStartDate=2026-11-27T20%3A05"), "{window:?}");
}

#[test]
fn pages_that_repeat_records_are_counted_where_they_were_broken_off() {
    let (world, interface, _, plan) = start(6);
    interface.lock().unwrap().fails_from = Some(4);
    assert_eq!(world.fetch_one(&plan).outcome, Outcome::Partly);
    interface.lock().unwrap().fails_from = None;
    assert_eq!(world.fetch_one(&plan).outcome, Outcome::Whole);
}

#[test]
fn a_clock_of_the_server_that_is_ahead_skips_nothing() {
    let (world, interface, server, plan) = start(1);
    interface.lock().unwrap().now = NOW + 3 * 24 * 60 * 60;
    world.fetch(&plan);
    world.clock.go(4 * 24 * 60 * 60);
    interface.lock().unwrap().now = NOW + 4 * 24 * 60 * 60;
    let before = server.seen().len();
    assert_eq!(world.fetch_one(&plan).outcome, Outcome::Whole);
    let window = &server.seen()[before];
    assert!(window.target.contains("lastModStartDate=2026-11-27T20%3A05"), "{window:?}");
}

#[test]
fn the_cursor_follows_the_clock_of_the_server() {
    let (world, interface, server, plan) = start(1);
    world.fetch(&plan);
    // Our clock is a day ahead: what changes until then is asked for again when it is there.
    world.clock.go(24 * 60 * 60);
    interface.lock().unwrap().now = NOW + 60;
    world.fetch(&plan);
    let before = server.seen().len();
    world.fetch(&plan);
    assert!(
        server.seen()[before].target.contains("lastModStartDate=2026-11-27T20%3A06"),
        "{:?}",
        server.seen()[before]
    );
    // Our clock is far behind: nothing can be asked for.
    world.clock.go(-30 * 24 * 60 * 60);
    let report = world.fetch_one(&plan);
    assert!(matches!(reason(&report), FetchError::ClockBehind { .. }), "{report:#?}");
}

#[test]
fn pages_that_make_no_sense_are_not_taken() {
    for (body, expected) in [
        (
            r#"{"startIndex":4,"totalResults":9,"timestamp":"2026-11-27T20:15:00.000","vulnerabilities":[{}]}"#,
            "begins at 4",
        ),
        (
            r#"{"startIndex":0,"totalResults":9,"timestamp":"2026-11-27T20:15:00.000","vulnerabilities":[]}"#,
            "9 records are still",
        ),
        (r#"{"startIndex":0,"totalResults":1,"vulnerabilities":[{}]}"#, "when it was made"),
        (r#"{"startIndex":0,"totalResults":1,"vulnerabilities":["#, "cannot be understood"),
    ] {
        let world = World::new();
        let server = Server::start(move |_| Reply::ok(body));
        let mut plan = plan("nvd-api", &server.at("/"));
        plan.nvd = Nvd::Api;
        let report = world.fetch_one(&plan);
        assert!(reason(&report).to_string().contains(expected), "{report:#?}");
        assert!(world.files().is_empty());
    }
}
