//! Controls that do not hold: fallen, over, held elsewhere, or not what they seem.

use jiff::civil::date;
use ward_model::device::{Cohort, Cut, Medium, Owner, Performer, Zone};
use ward_model::finding::State;
use ward_model::scale::Position;
use ward_model::verdict::{Basis, Outcome};

use super::super::cases::{WORST, judged, of, only, ward};
use super::super::system::System;
use super::{judged_but, mended, shown, turned_by, verdict, worst};

/// A ward behind a firewall that stands outside of it.
fn isolated() -> System {
    let mut system = ward();
    let edge = Zone { id: "edge".into(), name: "edge".into(), owner: Owner::Hospital };
    system.device.zones.insert("edge".into(), edge);
    system.element("firewall").zone = Some("edge".into());
    system.control("isolate", vec![Cut::LinksIntoZone { zone: "net".into(), from: Vec::new() }], "firewall");
    system
}

#[test]
fn a_defeated_firewall() {
    let mut system = isolated();
    assert_eq!(verdict(&mut system, "WR-001@limits").verdict, Outcome::Controlled);
    system.link("admin", "console", "firewall", Medium::Ip).exposed_to = Some(vec![Position::Internet]);
    system.finding("CVE-FW", "firewall", Some(WORST), State::Affected);
    mended(&mut system, "CVE-FW", "console");
    let open = verdict(&mut system, "WR-001@limits");
    assert_eq!(open.verdict, Outcome::Uncontrolled);
    shown(&open, &["the attacker can alter what firewall does", "isolate no longer works"]);
    let claim = mended(&mut system, "CVE-FW", "firewall");
    system.make_claims();
    turned_by(&mut system, "WR-001@limits", &claim);
}

#[test]
fn one_confirmed_hospital_of_many() {
    let mut system = isolated();
    system.control("isolate", Vec::new(), "firewall").performed_by = Performer::Site;
    system.control("lock", vec![Cut::Presence { at: "pump".into() }], "firewall").performed_by = Performer::Site;
    let cohort = |id: &str, units, confirmed: &str| Cohort {
        id: id.into(),
        units: Some(units),
        sites: Some(1),
        confirmed: vec![confirmed.into()],
    };
    // One has confirmed it, another something else, and the rest nothing.
    system.device.versions[0].cohorts = vec![cohort("site-1", 4, "isolate"), cohort("site-2", 3, "lock")];
    let judgement = judged(&mut system, &[]);
    let mut found: Vec<(String, Option<u64>, Outcome, Basis)> = of(&judgement, "WR-001@limits")
        .into_iter()
        .map(|one| (one.units.cohort.to_string(), one.units.count, one.verdict, one.basis))
        .collect();
    found.sort();
    let expected = [
        ("site-1".to_owned(), Some(4), Outcome::Controlled, Basis::Confirmed),
        ("site-2".to_owned(), Some(3), Outcome::Uncontrolled, Basis::Confirmed),
        ("unconfirmed units".to_owned(), Some(3), Outcome::Uncontrolled, Basis::Confirmed),
    ];
    assert_eq!(found, expected);
    // Confirmed everywhere, it still takes a decision that it works.
    system.device.versions[0].cohorts = vec![cohort("everywhere", 10, "isolate")];
    system.make_claims();
    turned_by(&mut system, "WR-001@limits", "control:isolate");
}

#[test]
fn an_expired_interim_control() {
    let mut system = isolated();
    system.make_claims();
    turned_by(&mut system, "WR-001@limits", "control:isolate");
    let until = |day| judged_but(&system, "control:isolate", Some(&|decision| decision.expires = day));
    let lasting = until(date(2026, 11, 22));
    let last_day = worst(&lasting, "WR-001@limits").unwrap();
    assert_eq!((last_day.verdict, last_day.valid_until), (Outcome::Controlled, Some(date(2026, 11, 22))));
    let over = until(date(2026, 11, 21));
    assert_eq!(worst(&over, "WR-001@limits").unwrap().verdict, Outcome::Uncontrolled);
    assert_eq!(over.decisions_without_effect[0].reason, "it expired on 2026-11-21");
    // The clock runs from when it was known, not from when the interim control ended.
    let clock = over.clocks.iter().find(|clock| clock.subject == "WR-001@limits").unwrap();
    assert_eq!(clock.starts, date(2026, 1, 1));
}

/// Controls that contradict each other, or themselves: each must be defeated before its steps can be taken, and what would have to
/// be taken first is no way.
#[test]
fn contradictory_controls_have_an_answer() {
    let mut system = isolated();
    // Two that stand for each other: whoever gets past one is past the other, and nobody gets past either.
    system.control("guard", vec![Cut::Presence { at: "firewall".into() }], "server");
    system.control("watch", vec![Cut::Presence { at: "server".into() }], "firewall");
    assert_eq!(verdict(&mut system, "WR-001@limits").verdict, Outcome::Controlled);
    // The same thing decided and rejected: the rejection counts, and it is said.
    system.make_claims();
    let claims: Vec<_> = system.device.claims.values().collect();
    let mut entered: Vec<_> = claims.iter().map(|claim| super::decision(claim)).collect();
    let isolate = claims.iter().find(|claim| claim.id.to_string() == "control:isolate").unwrap();
    entered.push(ward_model::claim::Decision { accepted: false, number: 2, ..super::decision(isolate) });
    let decisions = ward_model::device::Decisions { entered, digest: ward_model::digest::Digest::of(b"decisions") };
    let judgement = super::super::cases::judged_with(&system, &decisions);
    assert_eq!(only(&judgement, "WR-001@limits").verdict, Outcome::Uncontrolled);
    assert!(judgement.decisions_without_effect.iter().any(|without| {
        without.claim == "control:isolate" && without.reason == "another decision in force rejects the same claim"
    }));
}
