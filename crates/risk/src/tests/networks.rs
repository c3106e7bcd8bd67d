//! Who is inside which network, what enters a zone, and where a link is exposed.

use ward_model::device::*;
use ward_model::finding::State;
use ward_model::ids::LinkId;
use ward_model::scale::Position;
use ward_model::verdict::Outcome;

use super::cases::{WORST, guarded, judged, of, only, ward};
use super::system::System;

const STOP: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";

/// A ward whose own command link nobody outside reaches, and a hospital computer that everybody does.
fn beside(computer: Option<&str>, pump: Option<&str>, server: Option<&str>) -> System {
    let mut system = ward();
    system.link("limits", "server", "pump", Medium::Ip).exposed_to = Some(Vec::new());
    system.element("pump").zone = pump.map(Into::into);
    system.element("server").zone = server.map(Into::into);
    system.element("computer").zone = computer.map(Into::into);
    system.element("mail");
    system.link("mail", "mail", "computer", Medium::Ip).exposed_to = Some(vec![Position::Internet]);
    system.element("mail").zone = Some("outside".into());
    for zone in ["outside", "office"] {
        let zone = Zone { id: zone.into(), name: zone.into(), owner: Owner::Hospital };
        system.device.zones.insert(zone.id.clone(), zone);
    }
    system.finding("CVE-PC", "computer", Some(WORST), State::Affected);
    system
}

/// Of an element without a zone nobody has said that it is not in the ward's network.
#[test]
fn an_element_without_a_zone_may_stand_in_any() {
    let net = Some("net");
    let verdict = |mut system: System| only(&judged(&mut system, &[]), "CVE-PC").verdict;
    assert_eq!(verdict(beside(net, net, net)), Outcome::Uncontrolled);
    assert_eq!(verdict(beside(Some("office"), net, net)), Outcome::Controlled);
    assert_eq!(verdict(beside(None, net, net)), Outcome::Uncontrolled, "the computer may stand in the ward");
    assert_eq!(verdict(beside(Some("office"), None, net)), Outcome::Uncontrolled, "the pump may stand in the office");
    assert_eq!(verdict(beside(None, None, None)), Outcome::Uncontrolled, "they may stand in one network");
}

/// A server is in a network whether or not a link says so.
#[test]
fn a_server_is_networked_whatever_its_links() {
    let mut system = beside(Some("office"), Some("net"), Some("net"));
    system.device.links.remove(&LinkId::from("mail"));
    system.element("computer").kind = ElementKind::Server;
    let link = system.link("stick", "mail", "computer", Medium::Usb);
    link.exposed_to = Some(vec![Position::Deception]);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-PC").verdict, Outcome::Controlled);
    system.element("computer").zone = None;
    assert_eq!(only(&judged(&mut system, &[]), "CVE-PC").verdict, Outcome::Uncontrolled);
    system.element("computer").zone = Some("net".into());
    assert_eq!(only(&judged(&mut system, &[]), "CVE-PC").verdict, Outcome::Uncontrolled);
}

/// Whoever holds a computer of another network of the hospital's comes from the hospital's network: to say whom a wall keeps out is no
/// worse than to say nothing.
#[test]
fn who_is_in_another_network_of_the_hospital_comes_from_there() {
    let verdict = |from: Vec<Position>, owner: Owner| {
        let mut system = ward();
        system.link("limits", "server", "pump", Medium::Ip).exposed_to = Some(Vec::new());
        for (zone, owner) in [("office", owner), ("outside", Owner::Hospital)] {
            let zone = Zone { id: zone.into(), name: zone.into(), owner };
            system.device.zones.insert(zone.id.clone(), zone);
        }
        // What the computer says reaches the ward's link only through the wall.
        let link = system.link("across", "computer", "pump", Medium::Ip);
        (link.exposed_to, link.carries) = (Some(Vec::new()), Some(vec![Carries::Command]));
        system.element("computer").zone = Some("office".into());
        system.element("mail").zone = Some("outside".into());
        system.element("firewall").zone = Some("outside".into());
        system.control("wall", vec![Cut::LinksIntoZone { zone: "net".into(), from }], "firewall");
        system.finding("CVE-OFFICE", "reception", Some(WORST), State::Affected);
        system.element("reception").zone = Some("office".into());
        let desk = system.link("desk", "mail", "reception", Medium::Ip);
        (desk.exposed_to, desk.carries) = (Some(vec![Position::Internet]), Some(Vec::new()));
        only(&judged(&mut system, &[]), "CVE-OFFICE").verdict
    };
    use Position::{HospitalNetwork, Internet};
    assert_eq!(verdict(Vec::new(), Owner::Hospital), Outcome::Controlled, "whoever comes from elsewhere");
    assert_eq!(verdict(vec![Internet, HospitalNetwork], Owner::Hospital), Outcome::Controlled);
    assert_eq!(verdict(vec![Internet], Owner::Hospital), Outcome::Uncontrolled, "the hospital's may pass");
    assert_eq!(verdict(vec![Internet, HospitalNetwork], Owner::ThirdParty), Outcome::Uncontrolled, "somebody else's");
}

/// A wall around the server's network keeps nobody in the pump's network from the pump.
#[test]
fn only_what_enters_a_zone_is_cut() {
    let system = |walled: &str| {
        let mut system = ward();
        let zone = Zone { id: "servers".into(), name: "servers".into(), owner: Owner::Hospital };
        system.device.zones.insert("servers".into(), zone);
        system.element("server").zone = Some("servers".into());
        system.element("firewall").zone = Some("servers".into());
        system.control("wall", vec![Cut::LinksIntoZone { zone: walled.into(), from: Vec::new() }], "firewall");
        system
    };
    assert_eq!(only(&judged(&mut system("net"), &[]), "WR-001@limits").verdict, Outcome::Controlled);
    assert_eq!(only(&judged(&mut system("servers"), &[]), "WR-001@limits").verdict, Outcome::Uncontrolled);
    // What arrives at the server does enter its network.
    let arriving = |walled: &str| {
        let mut system = guarded();
        system.link("limits", "server", "pump", Medium::Ip).exposed_to = Some(Vec::new());
        let zone = Zone { id: "servers".into(), name: "servers".into(), owner: Owner::Hospital };
        system.device.zones.insert("servers".into(), zone);
        system.element("server").zone = Some("servers".into());
        system.link("query", "server", "viewer", Medium::Ip).exposed_to = Some(vec![Position::HospitalNetwork]);
        system.element("viewer").zone = Some("net".into());
        system.function("log", RealisedBy::All(vec!["server".into()]), &[(HowDegraded::Loss, "death")]);
        system.finding("CVE-SRV", "server", Some(STOP), State::Affected);
        system.control("room", vec![Cut::Presence { at: "server".into() }], "firewall");
        system.control("wall", vec![Cut::LinksIntoZone { zone: walled.into(), from: Vec::new() }], "firewall");
        only(&judged(&mut system, &[]), "CVE-SRV").verdict
    };
    assert_eq!(arriving("servers"), Outcome::Controlled);
    assert_eq!(arriving("net"), Outcome::Uncontrolled);
}

/// Whoever gets at a socket of the zone, works there or joins its radio is inside already: a wall keeps them out only where somebody has
/// said so of just them.
#[test]
fn a_wall_against_everybody_keeps_out_nobody_inside() {
    let outcome = |medium: Medium, position: Position, from: &[Position]| {
        let mut system = guarded();
        let link = system.link("limits", "server", "pump", medium);
        (link.authentication, link.exposed_to) = (None, Some(vec![position]));
        system.element("firewall").zone = Some("edge".into());
        let edge = Zone { id: "edge".into(), name: "edge".into(), owner: Owner::Hospital };
        system.device.zones.insert("edge".into(), edge);
        system.control("wall", vec![Cut::LinksIntoZone { zone: "net".into(), from: from.to_vec() }], "firewall");
        only(&judged(&mut system, &[]), "WR-001@limits").verdict
    };
    for position in [Position::Internet, Position::HospitalNetwork] {
        assert_eq!(outcome(Medium::Ip, position, &[]), Outcome::Controlled, "{position}");
    }
    for (medium, position) in
        [(Medium::Ip, Position::Physical), (Medium::Ip, Position::Insider), (Medium::Wifi, Position::Radio)]
    {
        assert_eq!(outcome(medium, position, &[]), Outcome::Uncontrolled, "{position}");
        assert_eq!(outcome(medium, position, &[position]), Outcome::Controlled, "{position}");
    }
}

/// Who holds something inside a network does not enter it.
#[test]
fn a_wall_does_not_stand_inside() {
    let mut system = beside(Some("net"), Some("net"), Some("net"));
    system.control("wall", vec![Cut::LinksIntoZone { zone: "net".into(), from: Vec::new() }], "firewall");
    // The computer can be touched, whatever the wall keeps out.
    assert_eq!(only(&judged(&mut system, &[]), "CVE-PC").verdict, Outcome::Uncontrolled);
    let mut system = beside(Some("office"), Some("net"), Some("net"));
    system.control("wall", vec![Cut::LinksIntoZone { zone: "net".into(), from: Vec::new() }], "firewall");
    system.element("server").zone = Some("office".into());
    assert_eq!(only(&judged(&mut system, &[]), "CVE-PC").verdict, Outcome::Controlled, "it comes from outside");
}

/// That a link is exposed somewhere is a fact, whatever the environments say.
#[test]
fn a_stated_exposure_counts_outside_the_environments() {
    let mut system = guarded();
    let link = system.link("home", "hub", "pump", Medium::Ip);
    link.carries = Some(vec![Carries::Command]);
    link.exposed_to = Some(vec![Position::HomeNetwork]);
    let judgement = judged(&mut system, &[]);
    assert_eq!(only(&judgement, "WR-001@home").verdict, Outcome::Uncontrolled);
    assert!(!of(&judgement, "WR-001@limits").is_empty());
}

/// What guards the edge of a network closes no port, no radio and no modem.
#[test]
fn a_firewall_closes_what_comes_in_by_the_network() {
    let outcome = |medium: Medium, position: Position| {
        let mut system = guarded();
        system.device.links.clear();
        system.element("pump").zone = Some("z".into());
        system
            .device
            .zones
            .insert("z".into(), Zone { id: "z".into(), name: "z".into(), owner: ward_model::device::Owner::Hospital });
        system.element("wall");
        let link = system.link("way", "outside", "pump", medium);
        link.carries = Some(vec![Carries::Command]);
        link.exposed_to = Some(vec![position]);
        system.control("firewall", vec![Cut::LinksIntoZone { zone: "z".into(), from: Vec::new() }], "wall");
        only(&judged(&mut system, &[]), "WR-001@way").verdict
    };
    assert_eq!(outcome(Medium::Ip, Position::HospitalNetwork), Outcome::Controlled);
    for (medium, position) in [
        (Medium::Usb, Position::Physical),
        (Medium::Serial, Position::Physical),
        (Medium::Bluetooth, Position::Radio),
        (Medium::Cellular, Position::Internet),
    ] {
        assert_eq!(outcome(medium, position), Outcome::Uncontrolled, "{medium}");
    }
}

/// Who is on the way of what is routed has heard it, wherever that is.
#[test]
fn what_was_sent_over_the_internet_can_be_sent_again() {
    let outcome = |medium: Medium, position: Position| {
        let mut system = guarded();
        let link = system.device.links.get_mut(&"limits".into()).unwrap();
        (link.medium, link.exposed_to, link.anti_replay) = (medium, Some(vec![position]), Some(false));
        only(&judged(&mut system, &[]), "WR-003@limits").verdict
    };
    assert_eq!(outcome(Medium::Ip, Position::Internet), Outcome::Uncontrolled);
    assert_eq!(outcome(Medium::Cellular, Position::Internet), Outcome::Uncontrolled);
}
