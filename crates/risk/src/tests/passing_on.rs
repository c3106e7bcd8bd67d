//! What goes on from one element to others: silence as false data do, to as many as are told; and what nobody keeps from himself.

use ward_model::device::*;
use ward_model::finding::State;
use ward_model::ids::{FunctionId, LinkId};
use ward_model::scale::{Exploitability, Persons, Position};
use ward_model::verdict::Outcome;

use super::cases::{WORST, guarded, judged, only};
use super::system::System;

const STOP: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
const READ: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";

/// A pump that doses by what a server tells it, where nobody but the server is believed, and something on the server that stops it.
fn told(fed_by: Option<&[&str]>) -> System {
    let mut system = guarded();
    system.link("limits", "server", "pump", Medium::Ip).exposed_to = Some(Vec::new());
    system.link("service", "bench", "server", Medium::Ip).exposed_to = Some(vec![Position::HospitalNetwork]);
    system.function("dose", RealisedBy::All(vec!["pump".into()]), &[(HowDegraded::Loss, "death")]);
    rests_on(&mut system, "dose", fed_by);
    system.control(
        "room",
        vec![Cut::Presence { at: "server".into() }, Cut::Presence { at: "pump".into() }],
        "firewall",
    );
    system.finding("CVE-SRV", "server", Some(STOP), State::Affected);
    system
}

fn rests_on(system: &mut System, function: &str, links: Option<&[&str]>) {
    let links = links.map(|links| links.iter().map(|link| LinkId::from(*link)).collect());
    system.device.functions.get_mut(&FunctionId::from(function)).unwrap().fed_by = links;
}

#[test]
fn a_function_stops_with_whoever_tells_it_what_it_rests_on() {
    let verdict = |fed_by| only(&judged(&mut told(fed_by), &[]), "CVE-SRV").verdict;
    assert_eq!(verdict(Some(&["limits"])), Outcome::Uncontrolled, "it rests on what the server says");
    assert_eq!(verdict(None), Outcome::Uncontrolled, "nobody says what it rests on");
    assert_eq!(verdict(Some(&[])), Outcome::Controlled, "it rests on nothing that it is told");
    // That it rests on nothing counts only where somebody answers for it.
    let unanswered = only(&judged(&mut told(Some(&[])), &["function:dose.fed_by"]), "CVE-SRV").verdict;
    assert_eq!(unanswered, Outcome::Uncontrolled);
}

/// A spare pump takes over where the first one stops, unless what stops the first one stops the spare too. Whoever notices that
/// the first one has stopped may do so by hearing nothing.
#[test]
fn what_takes_over_does_not_stop_by_the_same_silence() {
    let verdict = |spare_by: Option<&[&str]>, notices_by: Option<&[&str]>| {
        let mut system = told(Some(&["limits"]));
        for id in ["spare", "alarm"] {
            system.element(id);
            let link = system.link(&format!("{id}-limits"), "server", id, Medium::Ip);
            (link.exposed_to, link.carries) = (Some(Vec::new()), Some(vec![Carries::Data]));
            // What it says is its own, so that it is silence alone that is asked about.
            link.fed_by = Some(Vec::new());
            system.control(&format!("{id}-room"), vec![Cut::Presence { at: id.into() }], "firewall");
            system.function(&format!("{id}-works"), RealisedBy::All(vec![id.into()]), &[]);
        }
        rests_on(&mut system, "spare-works", spare_by);
        rests_on(&mut system, "alarm-works", notices_by);
        let dose = system.device.functions.get_mut(&FunctionId::from("dose")).unwrap();
        dose.effects[0].onset_seconds = Some(600);
        dose.effects[0].fallback = Some(Fallback {
            function: "spare-works".into(),
            detection: "alarm-works".into(),
            detection_seconds: 5,
            switch_over_seconds: 5,
            staff_per_site: 1000,
        });
        only(&judged(&mut system, &[]), "CVE-SRV").verdict
    };
    assert_eq!(verdict(Some(&[]), Some(&[])), Outcome::Controlled, "it rests on nothing that it is told");
    assert_eq!(verdict(Some(&["spare-limits"]), Some(&[])), Outcome::Uncontrolled, "the server tells both");
    assert_eq!(verdict(None, Some(&[])), Outcome::Uncontrolled, "nobody says what the spare rests on");
    assert_eq!(verdict(Some(&[]), Some(&["alarm-limits"])), Outcome::Controlled, "hearing nothing is how it notices");
}

/// A gateway that is told nothing has nothing to pass on, unless what it passes on comes from elsewhere.
#[test]
fn silence_is_passed_on() {
    let verdict = |fed_by: Option<&[&str]>| {
        let mut system = told(Some(&["limits"]));
        let orders = system.link("orders", "records", "server", Medium::Ip);
        (orders.exposed_to, orders.carries) = (Some(Vec::new()), Some(vec![Carries::Data]));
        let fed_by = fed_by.map(|links| links.iter().map(|link| LinkId::from(*link)).collect());
        system.link("limits", "server", "pump", Medium::Ip).fed_by = fed_by;
        system.link("web", "bench", "records", Medium::Ip).exposed_to = Some(vec![Position::HospitalNetwork]);
        system.finding("CVE-REC", "records", Some(STOP), State::Affected);
        only(&judged(&mut system, &[]), "CVE-REC").verdict
    };
    assert_eq!(verdict(Some(&["orders"])), Outcome::Uncontrolled);
    assert_eq!(verdict(None), Outcome::Uncontrolled);
    assert_eq!(verdict(Some(&[])), Outcome::Controlled);
}

/// One server tells three hundred pumps what it was told.
#[test]
fn what_one_passes_on_reaches_all_that_it_tells() {
    let persons = |senders: u64| {
        let mut system = guarded();
        system.element("server").instances_per_site = Some(senders);
        let limits = system.link("limits", "server", "pump", Medium::Ip);
        (limits.exposed_to, limits.carries) = (Some(Vec::new()), Some(vec![Carries::Data]));
        let orders = system.link("orders", "stick", "server", Medium::Usb);
        (orders.exposed_to, orders.carries) = (Some(vec![Position::Physical]), Some(vec![Carries::Data]));
        orders.authentication = None;
        let rooms = ["server", "pump", "stick"].map(|at| Cut::Presence { at: at.into() });
        system.control("rooms", rooms.to_vec(), "firewall");
        let judgement = judged(&mut system, &[]);
        let weak = judgement.verdicts.iter().filter(|verdict| verdict.subject.id.ends_with("@orders"));
        weak.map(|verdict| verdict.persons_at_once).max().unwrap()
    };
    assert_eq!(persons(1), Persons::Count(300));
    assert_eq!(persons(300), Persons::Count(1), "each tells one");
}

/// Every pump has a key of its own, and the server has them all.
#[test]
fn who_reads_where_all_keys_are_kept_has_all() {
    let mut system = guarded();
    system.element("server").instances_per_site = Some(1);
    system.link("service", "bench", "server", Medium::Ip).exposed_to = Some(vec![Position::HospitalNetwork]);
    let rooms = ["server", "pump"].map(|at| Cut::Presence { at: at.into() });
    system.control("rooms", rooms.to_vec(), "firewall");
    system.finding("CVE-SRV", "server", Some(READ), State::Affected);
    let judgement = judged(&mut system, &[]);
    let verdict = only(&judgement, "CVE-SRV");
    assert_eq!(
        (verdict.verdict, verdict.persons_at_once),
        (Outcome::Uncontrolled, Persons::Count(300)),
        "{verdict:#?}"
    );
}

/// What stands at the edge of its own network is reached before it keeps anything out.
#[test]
fn a_wall_does_not_guard_itself() {
    let verdict = |zone: &str| {
        let mut system = guarded();
        system.element("firewall").zone = Some(zone.into());
        let edge = Zone { id: "edge".into(), name: "edge".into(), owner: Owner::Hospital };
        system.device.zones.insert("edge".into(), edge);
        system.link("limits", "server", "pump", Medium::Ip).authentication = None;
        system.link("setting-up", "desk", "firewall", Medium::Ip).exposed_to = Some(vec![Position::HospitalNetwork]);
        let rooms = ["server", "pump", "firewall"].map(|at| Cut::Presence { at: at.into() });
        system.control("rooms", rooms.to_vec(), "doors");
        system.control("wall", vec![Cut::LinksIntoZone { zone: "net".into(), from: Vec::new() }], "firewall");
        system.finding("CVE-FW", "firewall", Some(WORST), State::Affected);
        only(&judged(&mut system, &[]), "CVE-FW").verdict
    };
    assert_eq!(verdict("edge"), Outcome::Uncontrolled);
    assert_eq!(verdict("net"), Outcome::Uncontrolled, "it stands in the network that it guards");
}

/// The server asks who speaks to it. That keeps nobody from a pump that asks nobody.
#[test]
fn a_login_counts_at_the_end_that_asks_for_it() {
    const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H";
    let class = |from: &str, to: &str| {
        let mut system = guarded();
        system.device.links.clear();
        let link = system.link("vitals", from, to, Medium::Ip);
        link.authentication = Some(Authentication { mechanism: "mac".into(), secret: Some("key".into()) });
        (link.anti_replay, link.exposed_to) = (Some(true), Some(vec![Position::HospitalNetwork]));
        let rooms = ["server", "pump"].map(|at| Cut::Presence { at: at.into() });
        system.control("rooms", rooms.to_vec(), "firewall");
        system.finding("CVE-PUMP", "pump", Some(HIGH), State::Affected);
        only(&judged(&mut system, &[]), "CVE-PUMP").exploitability
    };
    assert_eq!(class("server", "pump"), Exploitability::Low);
    assert_eq!(class("pump", "server"), Exploitability::High);
}
