//! Enforcers that keep each other safe.

use ward_model::device::*;
use ward_model::finding::State;
use ward_model::scale::Position;
use ward_model::verdict::Outcome;

use super::cases::{WORST, guarded, judged, of, only};
use super::system::System;

/// A pump that obeys whoever speaks to it from the internet, and walls; nobody comes near any of them.
fn open_to_the_internet(walls: &[&str]) -> System {
    let mut system = guarded();
    system.device.links.clear();
    let link = system.link("limits", "server", "pump", Medium::Ip);
    (link.authentication, link.exposed_to) = (None, Some(vec![Position::Internet]));
    let rooms = ["server", "pump"].iter().chain(walls).map(|at| Cut::Presence { at: (*at).into() });
    system.control("rooms", rooms.collect(), "doors");
    system
}

/// Of two or three walls of which each stands behind another none stands in front.
#[test]
fn walls_that_guard_each_other_guard_nobody() {
    let verdict = |walls: &[&str], guarded_by: fn(&str) -> String| {
        let mut system = open_to_the_internet(walls);
        for wall in walls {
            system.element(wall).zone = Some(format!("behind-{}", guarded_by(wall)).as_str().into());
            let link = system.link(&format!("setting-up-{wall}"), "desk", wall, Medium::Ip);
            link.exposed_to = Some(vec![Position::Internet]);
            let zone = format!("behind-{wall}");
            let kept = Zone { id: zone.as_str().into(), name: zone.clone(), owner: Owner::Hospital };
            system.device.zones.insert(kept.id.clone(), kept);
            let cuts = ["net", &zone].map(|zone| Cut::LinksIntoZone { zone: zone.into(), from: Vec::new() });
            system.control(&format!("closed-by-{wall}"), cuts.to_vec(), wall);
            system.finding("CVE-FW", wall, Some(WORST), State::Affected);
        }
        of(&judged(&mut system, &[]), "CVE-FW").iter().map(|verdict| verdict.verdict).max().unwrap()
    };
    let next = |of: &str| match of {
        "1" => "2".to_owned(),
        "2" => "3".to_owned(),
        _ => "1".to_owned(),
    };
    let (both, open) = (|of: &str| if of == "1" { "2" } else { "1" }.to_owned(), |_: &str| "nobody".to_owned());
    assert_eq!(verdict(&["1"], open), Outcome::Uncontrolled);
    assert_eq!(verdict(&["1", "2"], both), Outcome::Uncontrolled, "each stands behind the other");
    assert_eq!(verdict(&["1", "2", "3"], next), Outcome::Uncontrolled, "each stands behind the next");
    let behind = |of: &str| if of == "1" { "2" } else { "nobody" }.to_owned();
    assert_eq!(verdict(&["1", "2"], behind), Outcome::Uncontrolled, "the first one in front");
}

/// The same of what closes the port by which another is set up.
#[test]
fn walls_that_close_each_others_ports_guard_nobody() {
    let verdict = |closes: [(&str, &str); 2], outgoing: bool| {
        let walls = ["1", "2"];
        let mut system = open_to_the_internet(&walls);
        for wall in walls {
            system.element(wall);
            let (from, to) = if outgoing { (wall, "desk") } else { ("desk", wall) };
            let link = system.link(&format!("port-{wall}"), from, to, Medium::Ip);
            link.exposed_to = Some(vec![Position::Internet]);
            system.finding(&format!("CVE-{wall}"), wall, Some(WORST), State::Affected);
        }
        for (wall, link) in closes {
            let cuts = [link, "limits"].map(|link| Cut::Link { link: link.into(), from: Vec::new() });
            system.control(&format!("closed-by-{wall}"), cuts.to_vec(), wall);
        }
        let judgement = judged(&mut system, &[]);
        walls.map(|wall| only(&judgement, &format!("CVE-{wall}")).verdict)
    };
    for outgoing in [false, true] {
        let others = verdict([("1", "port-2"), ("2", "port-1")], outgoing);
        assert_eq!(others, [Outcome::Uncontrolled; 2], "each closes the other's port");
        let own = verdict([("1", "port-1"), ("2", "port-2")], outgoing);
        assert_eq!(own, [Outcome::Controlled; 2], "each closes its own");
    }
}

/// The same where the port is one of a module in the box of the other wall; what stands in a box of its own is no part of it.
#[test]
fn walls_that_close_ports_of_each_others_boxes_guard_nobody() {
    let verdict = |medium: Medium, closes: &[(&str, &str)]| {
        let walls = ["1", "2", "module-1", "module-2"];
        let mut system = open_to_the_internet(&walls);
        for wall in ["1", "2"] {
            let module = format!("module-{wall}");
            system.element(wall);
            system.element(&module);
            let inside = system.link(&format!("bus-{wall}"), &module, wall, medium);
            (inside.exposed_to, inside.carries) = (Some(Vec::new()), Some(vec![Carries::Command]));
            inside.authentication = None;
            let port = system.link(&format!("port-{wall}"), "desk", &module, Medium::Ip);
            (port.exposed_to, port.carries) = (Some(vec![Position::Internet]), Some(vec![Carries::Data]));
            system.finding(&format!("CVE-{wall}"), &module, Some(WORST), State::Affected);
        }
        for (wall, link) in closes {
            let cuts = [*link, "limits"].map(|link| Cut::Link { link: link.into(), from: Vec::new() });
            system.control(&format!("closed-by-{wall}"), cuts.to_vec(), wall);
        }
        let judgement = judged(&mut system, &[]);
        ["CVE-1", "CVE-2"].map(|cve| only(&judgement, cve).verdict)
    };
    use Outcome::{Controlled, Uncontrolled};
    assert_eq!(verdict(Medium::InternalBus, &[("1", "port-1"), ("2", "port-2")]), [Controlled; 2], "its own box's");
    assert_eq!(verdict(Medium::InternalBus, &[("1", "port-2"), ("2", "port-1")]), [Uncontrolled; 2], "the other's");
    assert_eq!(verdict(Medium::InternalBus, &[("1", "port-2")]), [Uncontrolled; 2], "one of them is open");
    assert_eq!(
        verdict(Medium::Ip, &[("1", "port-2"), ("2", "port-1")]),
        [Controlled; 2],
        "what sets walls up is told apart"
    );
}

/// Of three walls two keep a third one safe, which keeps both of them safe. One of these also stands behind a fourth, which falls to nobody
/// but is kept safe by the third: with it they stand, and without it none of them does.
#[test]
fn rings_within_larger_rings_are_told_apart() {
    let verdict = |fourth: bool| {
        let walls = ["1", "2", "3", "4"];
        let mut system = open_to_the_internet(&walls);
        for wall in walls {
            system.element(wall);
            let port = system.link(&format!("port-{wall}"), "desk", wall, Medium::Ip);
            (port.exposed_to, port.carries) = (Some(vec![Position::Internet]), Some(vec![Carries::Data]));
        }
        for wall in ["1", "2", "3"] {
            system.finding(&format!("CVE-{wall}"), wall, Some(WORST), State::Affected);
        }
        let closed = |ids: &[&str]| -> Vec<Cut> {
            ids.iter().map(|id| Cut::Link { link: (*id).into(), from: Vec::new() }).collect()
        };
        system.control("by-1", closed(&["port-3", "limits"]), "1");
        system.control("by-2", closed(&["port-3", "limits"]), "2");
        // The fourth stands in the larger ring in any case; what it keeps off is another way to the first.
        system.control("by-3", closed(&["port-1", "port-2", "port-4", "limits"]), "3");
        system.control("by-4", closed(if fourth { &["port-1"] } else { &["bench"] }), "4");
        let bench = system.link("bench", "desk", "1", Medium::Ip);
        (bench.exposed_to, bench.carries) = (Some(Vec::new()), Some(vec![Carries::Data]));
        let judgement = judged(&mut system, &[]);
        ["CVE-1", "CVE-2", "CVE-3"].map(|cve| only(&judgement, cve).verdict)
    };
    use Outcome::{Controlled, Uncontrolled};
    assert_eq!(verdict(true), [Controlled, Controlled, Controlled], "the fourth keeps the first, and that the third");
    assert_eq!(verdict(false), [Uncontrolled; 3], "the fourth keeps off nothing that is open");
}

/// One of two that nobody can bring down stands by itself, and keeps the other one safe. Nor does a rule more make anything worse.
#[test]
fn who_stands_by_himself_keeps_others_safe() {
    let verdict = |weak: &[&str], ring: bool| {
        let walls = ["1", "2"];
        let mut system = open_to_the_internet(&walls);
        for wall in walls {
            let link = system.link(&format!("port-{wall}"), "desk", wall, Medium::Ip);
            (link.exposed_to, link.carries) = (Some(vec![Position::Internet]), Some(vec![Carries::Data]));
        }
        for wall in weak {
            system.finding(&format!("CVE-{wall}"), wall, Some(WORST), State::Affected);
        }
        let closed = |id: &str| Cut::Link { link: id.into(), from: Vec::new() };
        system.control("outer", vec![closed("port-2"), closed("limits")], "1");
        system.control(
            "inner",
            if ring { vec![closed("port-1"), closed("limits")] } else { vec![closed("limits")] },
            "2",
        );
        let judgement = judged(&mut system, &[]);
        weak.iter().map(|wall| only(&judgement, &format!("CVE-{wall}")).verdict).collect::<Vec<_>>()
    };
    use Outcome::{Controlled, Uncontrolled};
    for ring in [false, true] {
        assert_eq!(verdict(&["2"], ring), [Controlled], "the outer one stands, {ring}");
        assert_eq!(verdict(&["1", "2"], ring), [Uncontrolled; 2], "both can be brought down, {ring}");
    }
    assert_eq!(verdict(&["1"], true), [Controlled], "the inner one stands");
    assert_eq!(verdict(&["1"], false), [Controlled], "and cuts what it cuts");
}

/// Two that stand in the network that both guard, each with a port that it closes itself, by one control: nobody gets at either.
#[test]
fn a_port_that_one_closes_for_itself_is_closed() {
    let verdict = |own_ports: bool| {
        let walls = ["1", "2"];
        let mut system = open_to_the_internet(&walls);
        for wall in walls {
            let port = format!("port-{wall}");
            system.link(&port, "desk", wall, Medium::Ip).exposed_to = Some(vec![Position::Internet]);
            system.element(wall).zone = Some("net".into());
            let mut cuts = vec![Cut::LinksIntoZone { zone: "net".into(), from: Vec::new() }];
            if own_ports {
                cuts.push(Cut::Link { link: port.as_str().into(), from: Vec::new() });
            }
            system.control(&format!("kept-by-{wall}"), cuts, wall);
            system.finding("CVE-FW", wall, Some(WORST), State::Affected);
        }
        of(&judged(&mut system, &[]), "CVE-FW").iter().map(|verdict| verdict.verdict).max().unwrap()
    };
    assert_eq!(verdict(true), Outcome::Controlled);
    assert_eq!(verdict(false), Outcome::Uncontrolled, "each keeps the other's port closed");
}

/// Two doors, the lock of each behind the other one: as long as both are locked nobody comes to either.
#[test]
fn doors_lock_each_other() {
    let mut system = guarded();
    system.device.links.clear();
    for (lock, behind) in [("1", "2"), ("2", "1")] {
        system.element(lock);
        let closed = ["pump", "server", behind].map(|at| Cut::Presence { at: at.into() });
        system.control(&format!("door-{lock}"), closed.to_vec(), lock);
        system.finding("CVE-LOCK", lock, Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), State::Affected);
    }
    let judgement = judged(&mut system, &[]);
    assert!(of(&judgement, "CVE-LOCK").iter().all(|verdict| verdict.verdict == Outcome::Controlled));
}
