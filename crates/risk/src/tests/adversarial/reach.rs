//! Ways in that are overlooked: ports, keys, parsers, people.

use ward_model::device::{Carries, Cut, Medium, Performer};
use ward_model::finding::State;
use ward_model::scale::{Exploitability, Position};
use ward_model::verdict::Outcome;

use super::super::cases::guarded;
use super::{facts, mended, shown, turned_by, verdict};

#[test]
fn an_unlocked_port() {
    let mut system = guarded();
    system.element("cabinet");
    system.finding("CVE-PORT", "pump", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), State::Affected);
    // The server's cabinet is locked: that closes no port of the pump.
    system.control("server-cabinet", vec![Cut::Presence { at: "server".into() }], "cabinet");
    assert_eq!(verdict(&mut system, "CVE-PORT").verdict, Outcome::Uncontrolled);
    system.control("cabinet", vec![Cut::Presence { at: "pump".into() }], "cabinet");
    system.make_claims();
    let open = turned_by(&mut system, "CVE-PORT", "control:cabinet");
    assert_eq!(open.exploitability, Exploitability::High);
    shown(&open, &["the attacker can touch pump", "the attacker can alter what pump does"]);
    // A lock that sites must turn is turned where they say so.
    system.control("cabinet", Vec::new(), "cabinet").performed_by = Performer::Site;
    assert_eq!(verdict(&mut system, "CVE-PORT").verdict, Outcome::Uncontrolled);
}

#[test]
fn an_extracted_key() {
    let mut system = guarded();
    let open = turned_by(&mut system, "WR-004@limits", "secret:key.per_unit");
    shown(&open, &["an attacker owns a unit of the same kind", "the attacker knows key"]);
    // Taking one apart costs nothing at the victim.
    assert_eq!(open.exploitability, Exploitability::High);
    // Another secret's being per unit says nothing of this one.
    let mut system = guarded();
    let key = system.device.secrets.values().next().cloned().unwrap();
    system.device.secrets.insert("other".into(), ward_model::device::Secret { id: "other".into(), ..key });
    system.device.secrets.get_mut(&"key".into()).unwrap().per_unit = Some(false);
    assert_eq!(verdict(&mut system, "WR-004@limits").verdict, Outcome::Uncontrolled);
}

#[test]
fn a_local_parser_fed_by_the_network() {
    let mut system = guarded();
    system.element("cabinet");
    system.finding("CVE-PARSE", "pump", Some("CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), State::Affected);
    // Nobody can touch the pump: what is local is fed by the link all the same.
    system.control("cabinet", vec![Cut::Presence { at: "pump".into() }], "cabinet");
    mended(&mut system, "CVE-PARSE", "server");
    mended(&mut system, "CVE-OTHER", "pump");
    let open = verdict(&mut system, "CVE-PARSE");
    assert_eq!((open.verdict, open.exploitability), (Outcome::Uncontrolled, Exploitability::High));
    shown(&open, &["the attacker can put messages on limits"]);
    assert!(!facts(&open).iter().any(|fact| fact.contains("touch")), "{open:#?}");
    let claim = mended(&mut system, "CVE-PARSE", "pump");
    system.make_claims();
    turned_by(&mut system, "CVE-PARSE", &claim);
}

#[test]
fn a_secret_that_is_read() {
    let mut system = guarded();
    // Only a read of the server, by hand; what it reads opens the pump's link.
    system.finding("CVE-READ", "server", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"), State::Affected);
    let answers = "XCS:N".parse::<ward_model::rubric::Answers>().unwrap();
    // An answer about another vulnerability of the server, and about this one elsewhere.
    system.device.rubrics.insert(("server".into(), "CVE-OTHER".into()), answers.clone());
    system.device.rubrics.insert(("pump".into(), "CVE-READ".into()), answers.clone());
    let open = verdict(&mut system, "CVE-READ");
    assert_eq!(open.verdict, Outcome::Uncontrolled);
    shown(
        &open,
        &["the attacker can read what server keeps", "the attacker knows key", "taken for the rightful sender's"],
    );
    system.device.rubrics.insert(("server".into(), "CVE-READ".into()), answers);
    system.make_claims();
    turned_by(&mut system, "CVE-READ", "rubric:server/CVE-READ");
}

#[test]
fn a_deceived_service_engineer() {
    let mut system = guarded();
    let link = system.link("service", "laptop", "pump", Medium::Usb);
    link.carries = Some(vec![Carries::Code]);
    link.exposed_to = Some(vec![Position::Deception]);
    // What checks commands checks no code, and what checks the server's code not the pump's.
    system.control("limits-checked", vec![Cut::Step { step: "send-command".into(), at: "pump".into() }], "pump");
    system.control("server-signed", vec![Cut::Step { step: "install-code".into(), at: "server".into() }], "server");
    let open = verdict(&mut system, "WR-002@service");
    assert_eq!(open.verdict, Outcome::Uncontrolled);
    shown(&open, &["an attacker deceives a person with access", "the attacker can run code on pump"]);
    system.control("signed", vec![Cut::Step { step: "install-code".into(), at: "pump".into() }], "pump");
    system.make_claims();
    turned_by(&mut system, "WR-002@service", "control:signed");
}
