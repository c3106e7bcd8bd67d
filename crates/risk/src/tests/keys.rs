//! Who holds a key, and what follows when it is read.

use ward_model::device::*;
use ward_model::finding::State;
use ward_model::ids::SecretId;
use ward_model::scale::Position;
use ward_model::verdict::Outcome;

use super::cases::{WORST, guarded, judged, only};
use super::system::System;

const READ_BY_HAND: &str = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";

fn secret(system: &mut System, id: &str, held_by: &[&str], per_unit: bool, public: bool) {
    let held_by = held_by.iter().map(|id| (*id).into()).collect();
    system.device.secrets.insert(id.into(), Secret { id: id.into(), held_by, per_unit: Some(per_unit), public });
}

/// A port for code that a control guards, resting on a key at the pump.
fn port(key: (&[&str], bool, bool)) -> System {
    let mut system = guarded();
    let link = system.link("port", "tool", "pump", Medium::Usb);
    link.carries = Some(vec![Carries::Code]);
    link.exposed_to = Some(vec![Position::Physical]);
    secret(&mut system, "k", key.0, key.1, key.2);
    let cut = Cut::Step { step: "install-code".into(), at: "pump".into() };
    system.control("signed", vec![cut], "pump").enforcer.as_mut().unwrap().secret = Some("k".into());
    system
}

/// What checks with a key has it, whatever the folder says of who holds it: one pump that is taken apart opens all.
#[test]
fn the_enforcer_of_a_control_holds_the_key_that_it_rests_on() {
    let mut system = port((&["updater"], false, false));
    system.element("updater").kind = ElementKind::UpdateServer;
    assert_eq!(only(&judged(&mut system, &[]), "WR-002@port").verdict, Outcome::Uncontrolled, "from a specimen");
    let mut system = port((&["updater"], true, false));
    system.element("updater").kind = ElementKind::UpdateServer;
    assert_eq!(only(&judged(&mut system, &[]), "WR-002@port").verdict, Outcome::Controlled);
    system.finding("CVE-READ", "pump", Some(READ_BY_HAND), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "WR-002@port").verdict, Outcome::Uncontrolled, "read at the enforcer");
}

/// Whoever verifies with a public key learns nothing by it; whoever sends with it holds the private half.
#[test]
fn the_sender_holds_the_private_half_of_a_public_key() {
    let system = |kind: ElementKind, reads: Option<&str>| {
        let mut system = guarded();
        system.element("server").kind = kind;
        let key = system.device.secrets.get_mut(&SecretId::from("key")).unwrap();
        (key.per_unit, key.public) = (Some(false), true);
        key.held_by = vec!["pump".into()];
        if let Some(element) = reads {
            system.finding("CVE-READ", element, Some(READ_BY_HAND), State::Affected);
        }
        system
    };
    let verdict = |mut system: System| only(&judged(&mut system, &[]), "WR-004@limits").verdict;
    assert_eq!(verdict(system(ElementKind::UpdateServer, None)), Outcome::Controlled);
    assert_eq!(verdict(system(ElementKind::UpdateServer, Some("pump"))), Outcome::Controlled, "it verifies only");
    assert_eq!(verdict(system(ElementKind::UpdateServer, Some("server"))), Outcome::Uncontrolled, "it signs");
    assert_eq!(verdict(system(ElementKind::ServiceTool, None)), Outcome::Uncontrolled, "one like it can be stolen");
}

/// A key that only a control rests on is signed with by whoever is said to hold a copy and does not verify.
#[test]
fn whoever_holds_the_signing_half_signs() {
    let verdict = |held_by: &[&str], kind: ElementKind, reads: Option<&str>| {
        let mut system = port((held_by, false, true));
        system.element("updates").kind = kind;
        system.element("signer").kind = ElementKind::CloudService;
        if let Some(element) = reads {
            system.link("net", "vendor", element, Medium::Ip).exposed_to = Some(vec![Position::Internet]);
            system.finding("CVE-READ", element, Some(READ_BY_HAND), State::Affected);
        }
        only(&judged(&mut system, &[]), "WR-002@port").verdict
    };
    let server = ElementKind::UpdateServer;
    assert_eq!(verdict(&["pump", "updates"], server, None), Outcome::Controlled);
    assert_eq!(verdict(&["pump", "updates"], server, Some("updates")), Outcome::Uncontrolled, "it signs");
    assert_eq!(verdict(&["pump", "signer"], server, Some("updates")), Outcome::Controlled, "it has no copy");
    assert_eq!(verdict(&["pump"], server, Some("updates")), Outcome::Uncontrolled, "nobody says who signs");
    assert_eq!(verdict(&["pump"], server, None), Outcome::Controlled, "nobody says who signs, and nobody breaks in");
    assert_eq!(
        verdict(&["pump", "updates"], ElementKind::ServiceTool, None),
        Outcome::Uncontrolled,
        "it can be stolen"
    );
}

/// Nobody says who signs: whatever ships what is signed may, whatever it is called, but not what stands with people or is the hospital's.
#[test]
fn who_ships_what_is_signed_may_sign_it() {
    let verdict = |kind: ElementKind, owner: Owner, carries: Option<Vec<Carries>>, found: bool| {
        let mut system = port((&[], false, true));
        let relay = system.element("relay");
        (relay.kind, relay.owner) = (kind, owner);
        let update = system.link("ships", "relay", "desk", Medium::Ip);
        (update.carries, update.exposed_to) = (carries, Some(Vec::new()));
        system.link("net", "vendor", "relay", Medium::Ip).exposed_to = Some(vec![Position::Internet]);
        if found {
            system.finding("CVE-SHIPS", "relay", Some(WORST), State::Affected);
        }
        only(&judged(&mut system, &[]), "WR-002@port").verdict
    };
    use ElementKind::{BedsideDevice, CloudService, Server};
    let code = || Some(vec![Carries::Code]);
    for kind in [Server, CloudService] {
        assert_eq!(verdict(kind, Owner::Maker, code(), true), Outcome::Uncontrolled, "{kind:?}");
        assert_eq!(verdict(kind, Owner::Maker, code(), false), Outcome::Controlled, "nobody breaks in: {kind:?}");
    }
    assert_eq!(verdict(Server, Owner::Maker, None, true), Outcome::Uncontrolled, "nobody says what it sends");
    assert_eq!(verdict(Server, Owner::Maker, Some(vec![Carries::Data]), true), Outcome::Controlled, "it ships nothing");
    assert_eq!(verdict(Server, Owner::Hospital, code(), true), Outcome::Controlled, "the hospital passes it on");
    assert_eq!(verdict(BedsideDevice, Owner::Maker, code(), true), Outcome::Controlled, "it is with people");
}

/// Whoever alters what signs has what he likes signed, though he never sees the key.
#[test]
fn what_signs_need_not_be_read() {
    let altered = |vector: &str| {
        let mut system = port((&["pump", "updates"], false, true));
        system.element("updates").kind = ElementKind::UpdateServer;
        system.link("net", "vendor", "updates", Medium::Ip).exposed_to = Some(vec![Position::Internet]);
        system.finding("CVE-SIGNS", "updates", Some(vector), State::Affected);
        only(&judged(&mut system, &[]), "WR-002@port").verdict
    };
    assert_eq!(altered("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), Outcome::Uncontrolled);
    assert_eq!(altered("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), Outcome::Controlled);
}

/// That a key is public is believed of nobody's word, and takes nothing away before it is decided: who signs is known without it.
#[test]
fn a_key_that_is_not_known_to_be_public_has_signers_and_holders() {
    const ALTERED: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N";
    let verdict = |finding: Option<(&str, &str)>| {
        let mut system = port((&["updates"], true, true));
        system.element("updates").kind = ElementKind::UpdateServer;
        if let Some((element, vector)) = finding {
            system.link("net", "vendor", element, Medium::Ip).exposed_to = Some(vec![Position::Internet]);
            system.finding("CVE-KEY", element, Some(vector), State::Affected);
        }
        only(&judged(&mut system, &["secret:k.public"]), "WR-002@port").verdict
    };
    assert_eq!(verdict(None), Outcome::Controlled);
    assert_eq!(verdict(Some(("updates", ALTERED))), Outcome::Uncontrolled, "it may sign");
    assert_eq!(verdict(Some(("pump", READ_BY_HAND))), Outcome::Uncontrolled, "it may be no public key");
}

/// A vulnerability that needs a hand at a port is used by whatever is plugged into the port, too.
#[test]
fn what_is_plugged_in_reaches_what_needs_touch() {
    let system = |medium: Medium| {
        let mut system = guarded();
        system.element("tool").kind = ElementKind::ServiceTool;
        let link = system.link("port", "tool", "pump", medium);
        link.exposed_to = Some(Vec::new());
        link.carries = Some(vec![Carries::Data]);
        let link = system.link("update", "vendor", "tool", Medium::Ip);
        link.exposed_to = Some(vec![Position::Internet]);
        system.finding("CVE-TOOL", "tool", Some(WORST), State::Affected);
        let touch = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N";
        system.finding("CVE-PORT", "pump", Some(touch), State::Affected);
        system.control("locked", vec![Cut::Presence { at: "pump".into() }], "vendor");
        system
    };
    for medium in [Medium::Usb, Medium::Serial, Medium::Debug, Medium::RemovableMedia, Medium::InternalBus] {
        let judgement = judged(&mut system(medium), &[]);
        assert_eq!(only(&judgement, "CVE-PORT").verdict, Outcome::Uncontrolled, "{medium}");
    }
    assert_eq!(only(&judged(&mut system(Medium::Bluetooth), &[]), "CVE-PORT").verdict, Outcome::Controlled);
}
