//! Controls that cut one vulnerability, enforced by the element that has it: a patch.

use ward_model::device::{Cut, HowDegraded, RealisedBy};
use ward_model::finding::State;
use ward_model::scale::Severity;
use ward_model::verdict::Outcome;

use super::system::{System, rulebook};
use crate::effects::Effects;
use crate::run::Key;
use crate::subject::SubjectKey;

const ALTERS: Option<&str> = Some("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N");

fn implant() -> System {
    let mut system = System::empty();
    system.element("implant");
    system.harm("death", Severity::Catastrophic);
    system.function("pace", RealisedBy::All(vec!["implant".into()]), &[(HowDegraded::Alteration, "death")]);
    system.finding("CVE-1", "implant", ALTERS, State::Affected);
    system
}

/// How a vulnerability comes out where everything claimed has effect.
fn comes_out(system: &System, id: &str) -> Outcome {
    let subject = SubjectKey::Vulnerability(id.into(), "implant".into());
    system.outcomes(&rulebook(), &Effects::of(system.claims())).outcome(&Key { subject, because: None })
}

fn patch(system: &mut System, id: &str) {
    let cuts = vec![Cut::Vulnerability { id: id.into(), at: "implant".into() }];
    system.control(&format!("patch-{id}"), cuts, "implant");
}

/// Nothing but what it mends could undo the patch.
#[test]
fn what_a_patch_cuts_does_not_undo_it() {
    let mut system = implant();
    assert_eq!(comes_out(&system, "CVE-1"), Outcome::Uncontrolled);
    patch(&mut system, "CVE-1");
    assert_eq!(comes_out(&system, "CVE-1"), Outcome::Controlled);
}

/// Of two vulnerabilities of one kind, the one that nobody patched undoes the patch of the other.
#[test]
fn one_of_two_alike_that_is_open_undoes_the_patch_of_the_other() {
    let mut system = implant();
    system.finding("CVE-2", "implant", ALTERS, State::Affected);
    patch(&mut system, "CVE-1");
    assert_eq!(comes_out(&system, "CVE-2"), Outcome::Uncontrolled);
    assert_eq!(comes_out(&system, "CVE-1"), Outcome::Uncontrolled);
    patch(&mut system, "CVE-2");
    assert_eq!(comes_out(&system, "CVE-2"), Outcome::Controlled);
    assert_eq!(comes_out(&system, "CVE-1"), Outcome::Controlled);
}
