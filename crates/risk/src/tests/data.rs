//! False data: who can send them, who is taken in, and which functions rest on them.

use ward_model::device::*;
use ward_model::finding::State;
use ward_model::ids::{FunctionId, LinkId};
use ward_model::scale::{Position, Severity, Threat};
use ward_model::verdict::Outcome;

use super::cases::{judged, of, only};
use super::system::System;

/// A sensor, a gateway that passes on what it measures, and a monitor by which somebody doses.
fn chain() -> System {
    let mut system = System::empty();
    for id in ["sensor", "gateway", "monitor"] {
        system.element(id).kind = ElementKind::BedsideDevice;
    }
    system.harm("death", Severity::Catastrophic);
    system.function("show", RealisedBy::All(vec!["monitor".into()]), &[(HowDegraded::Alteration, "death")]);
    for (id, from, to) in [("measures", "sensor", "gateway"), ("shows", "gateway", "monitor")] {
        system
            .device
            .secrets
            .insert(id.into(), Secret { id: id.into(), held_by: Vec::new(), per_unit: Some(true), public: false });
        let link = system.link(id, from, to, Medium::Bluetooth);
        link.exposed_to = Some(vec![Position::Radio]);
        link.carries = Some(vec![Carries::Data]);
        link.authentication = Some(Authentication { mechanism: "mac".into(), secret: Some(id.into()) });
        link.anti_replay = Some(true);
    }
    system
}

fn link<'a>(system: &'a mut System, id: &str) -> &'a mut Link {
    system.device.links.get_mut(&LinkId::from(id)).unwrap()
}

fn function<'a>(system: &'a mut System, id: &str) -> &'a mut Function {
    system.device.functions.get_mut(&FunctionId::from(id)).unwrap()
}

#[test]
fn guarded_data_harm_nobody() {
    let judgement = judged(&mut chain(), &[]);
    assert!(
        judgement.verdicts.iter().all(|verdict| verdict.verdict == Outcome::Controlled),
        "{:#?}",
        judgement.verdicts
    );
}

/// A wrong reading is a way to harm like any other, and gives no hold of the monitor.
#[test]
fn whoever_is_taken_for_the_sensor_is_believed() {
    let mut system = chain();
    link(&mut system, "shows").authentication = None;
    let judgement = judged(&mut system, &[]);
    let verdict = only(&judgement, "WR-006@shows");
    assert_eq!((verdict.verdict, verdict.privacy), (Outcome::Uncontrolled, false));
    assert_eq!(verdict.threats, [Threat::Alteration]);
    let facts: Vec<&str> = verdict.witness.nodes.iter().map(|node| &*node.fact).collect();
    assert!(facts.iter().any(|fact| fact.contains("false data")), "{facts:?}");
    assert!(!facts.iter().any(|fact| fact.contains("can alter") || fact.contains("run code")), "{facts:?}");
}

/// Captured data, and a key that other units hold, do the same.
#[test]
fn old_data_and_a_shared_key_are_believed() {
    let mut system = chain();
    link(&mut system, "shows").anti_replay = None;
    assert_eq!(only(&judged(&mut system, &[]), "WR-007@shows").verdict, Outcome::Uncontrolled);
    let mut system = chain();
    system.device.secrets.get_mut(&"shows".into()).unwrap().per_unit = Some(false);
    assert_eq!(only(&judged(&mut system, &[]), "WR-008@shows").verdict, Outcome::Uncontrolled);
}

/// What a gateway is told wrong, it passes on, whoever guards the link behind it.
#[test]
fn false_data_are_passed_on() {
    let mut system = chain();
    link(&mut system, "measures").authentication = None;
    assert_eq!(only(&judged(&mut system, &[]), "WR-006@measures").verdict, Outcome::Uncontrolled);
    // Unless what it sends comes from elsewhere, and somebody answers for that.
    link(&mut system, "shows").fed_by = Some(Vec::new());
    assert_eq!(only(&judged(&mut system, &[]), "WR-006@measures").verdict, Outcome::Controlled);
    assert_eq!(only(&judged(&mut system, &["link:shows.fed_by"]), "WR-006@measures").verdict, Outcome::Uncontrolled);
}

/// Whoever alters the sender says what it pleases.
#[test]
fn an_altered_sender_is_believed() {
    let mut system = chain();
    system.finding("CVE-1", "sensor", Some("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-1").verdict, Outcome::Uncontrolled);
}

/// A function may rest on some links and not on others; nothing else speaks of it.
#[test]
fn a_function_rests_on_the_links_that_feed_it() {
    let mut system = chain();
    let clock = system.link("clock", "tower", "monitor", Medium::Radio);
    clock.exposed_to = Some(vec![Position::Radio]);
    assert_eq!(only(&judged(&mut system, &[]), "WR-006@clock").verdict, Outcome::Uncontrolled);
    function(&mut system, "show").fed_by = Some(vec!["shows".into()]);
    assert_eq!(only(&judged(&mut system, &[]), "WR-006@clock").verdict, Outcome::Controlled);
    let undecided = judged(&mut system, &["function:show.fed_by"]);
    assert_eq!(only(&undecided, "WR-006@clock").verdict, Outcome::Uncontrolled);
}

/// A check at the receiver cuts what is false, and falls with what enforces it.
#[test]
fn a_control_cuts_false_data() {
    let mut system = chain();
    link(&mut system, "shows").authentication = None;
    system.control("plausible", vec![Cut::Step { step: "accept-data".into(), at: "monitor".into() }], "monitor");
    assert_eq!(only(&judged(&mut system, &[]), "WR-006@shows").verdict, Outcome::Controlled);
    assert_eq!(only(&judged(&mut system, &["control:plausible"]), "WR-006@shows").verdict, Outcome::Uncontrolled);
}

/// Votes are altered by as many as it takes, whether altered or told wrong.
#[test]
fn a_vote_is_swayed_by_false_data() {
    let system = |told: &[&str]| {
        let mut system = System::empty();
        system.harm("death", Severity::Catastrophic);
        let of: Vec<_> = ["a", "b", "c"].map(Into::into).to_vec();
        for id in ["a", "b", "c"] {
            system.element(id);
        }
        let voted = RealisedBy::Voted { of, required: 2 };
        system.function("vote", voted, &[(HowDegraded::Alteration, "death")]);
        for id in told {
            system.link(&format!("to-{id}"), "sender", id, Medium::Radio).exposed_to = Some(vec![Position::Radio]);
        }
        judged(&mut system, &[]).verdicts.iter().map(|verdict| verdict.verdict).max().unwrap()
    };
    assert_eq!(system(&["a"]), Outcome::Controlled);
    assert_eq!(system(&["a", "c"]), Outcome::Uncontrolled);
}

/// What should notice a loss can be told that all is well.
#[test]
fn a_detection_can_be_silenced() {
    let system = |authentication: bool| {
        let mut system = System::empty();
        system.harm("stop", Severity::Critical);
        system.element("pump");
        system.function("alarm", RealisedBy::All(vec!["station".into()]), &[]);
        system.function("by-hand", RealisedBy::People, &[]);
        system.function("infuse", RealisedBy::All(vec!["pump".into()]), &[(HowDegraded::Loss, "stop")]);
        let effect = &mut function(&mut system, "infuse").effects[0];
        effect.onset_seconds = Some(600);
        effect.fallback = Some(Fallback {
            function: "by-hand".into(),
            detection: "alarm".into(),
            detection_seconds: 1,
            switch_over_seconds: 1,
            staff_per_site: 10,
        });
        let link = system.link("alive", "pump", "station", Medium::Radio);
        link.exposed_to = Some(vec![Position::Radio]);
        link.anti_replay = Some(true);
        if authentication {
            let key = Secret { id: "k".into(), held_by: Vec::new(), per_unit: Some(true), public: false };
            link.authentication = Some(Authentication { mechanism: "mac".into(), secret: Some("k".into()) });
            system.device.secrets.insert("k".into(), key);
        }
        system.finding("CVE-STOP", "pump", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), State::Affected);
        let judgement = judged(&mut system, &[]);
        of(&judgement, "CVE-STOP")[0].verdict
    };
    assert_eq!(system(true), Outcome::Controlled);
    assert_eq!(system(false), Outcome::Uncontrolled);
}

/// So can what should take over be told what is false.
#[test]
fn a_fallback_can_be_misled() {
    let system = |authentication: bool| {
        let mut system = System::empty();
        system.harm("stop", Severity::Critical);
        system.element("pump");
        system.element("station");
        system.function("alarm", RealisedBy::All(vec!["station".into()]), &[]).fed_by = Some(Vec::new());
        system.function("spare", RealisedBy::All(vec!["second".into()]), &[]);
        system.function("infuse", RealisedBy::All(vec!["pump".into()]), &[(HowDegraded::Loss, "stop")]);
        let effect = &mut function(&mut system, "infuse").effects[0];
        effect.onset_seconds = Some(600);
        effect.fallback = Some(Fallback {
            function: "spare".into(),
            detection: "alarm".into(),
            detection_seconds: 1,
            switch_over_seconds: 1,
            staff_per_site: 10,
        });
        let link = system.link("glucose", "sensor", "second", Medium::Radio);
        link.exposed_to = Some(vec![Position::Radio]);
        link.anti_replay = Some(true);
        if authentication {
            let key = Secret { id: "k".into(), held_by: Vec::new(), per_unit: Some(true), public: false };
            link.authentication = Some(Authentication { mechanism: "mac".into(), secret: Some("k".into()) });
            system.device.secrets.insert("k".into(), key);
        }
        system.finding("CVE-STOP", "pump", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), State::Affected);
        of(&judged(&mut system, &[]), "CVE-STOP")[0].verdict
    };
    assert_eq!(system(true), Outcome::Controlled);
    assert_eq!(system(false), Outcome::Uncontrolled);
}

/// An old program that was once genuine has the weaknesses that it had.
#[test]
fn captured_code_is_installed_again() {
    let mut system = chain();
    let link = link(&mut system, "shows");
    link.carries = Some(vec![Carries::Code]);
    link.anti_replay = Some(false);
    assert_eq!(only(&judged(&mut system, &[]), "WR-009@shows").verdict, Outcome::Uncontrolled);
    let signed = Cut::Step { step: "install-code".into(), at: "monitor".into() };
    system.control("signed", vec![signed], "gateway");
    assert_eq!(
        only(&judged(&mut system, &[]), "WR-009@shows").verdict,
        Outcome::Uncontrolled,
        "a signature has no date"
    );
    let newer = Cut::Step { step: "replay-code".into(), at: "monitor".into() };
    system.control("never-older", vec![newer], "gateway");
    assert_eq!(only(&judged(&mut system, &[]), "WR-009@shows").verdict, Outcome::Controlled);
}

/// Whoever doses by a false reading, and commands it, is no less wrong for being the rightful sender.
#[test]
fn commands_that_rest_on_false_data_are_obeyed() {
    let system = |carries: &[Carries], fed_by: Option<Vec<LinkId>>, rests_on: Option<Vec<LinkId>>| {
        let mut system = chain();
        link(&mut system, "measures").authentication = None;
        let commands = link(&mut system, "shows");
        commands.carries = Some(carries.to_vec());
        commands.fed_by = fed_by;
        function(&mut system, "show").fed_by = rests_on;
        system
    };
    for carries in [&[Carries::Command][..], &[Carries::Command, Carries::Data]] {
        // Which data the function rests on says nothing of what it is commanded.
        for rests_on in [None, Some(Vec::new())] {
            let judgement = judged(&mut system(carries, None, rests_on), &[]);
            let verdict = only(&judgement, "WR-006@measures");
            assert_eq!(verdict.verdict, Outcome::Uncontrolled);
            assert_eq!(verdict.threats, [Threat::Alteration]);
        }
    }
    // Unless the commands rest on something else, and somebody answers for that; or what is commanded is checked.
    let mut elsewhere = system(&[Carries::Command], Some(Vec::new()), None);
    assert_eq!(only(&judged(&mut elsewhere, &[]), "WR-006@measures").verdict, Outcome::Controlled);
    assert_eq!(only(&judged(&mut elsewhere, &["link:shows.fed_by"]), "WR-006@measures").verdict, Outcome::Uncontrolled);
    let mut checked = system(&[Carries::Command], None, None);
    checked.control("limits", vec![Cut::Step { step: "accept-data".into(), at: "monitor".into() }], "monitor");
    assert_eq!(only(&judged(&mut checked, &[]), "WR-006@measures").verdict, Outcome::Controlled);
    assert_eq!(only(&judged(&mut checked, &["control:limits"]), "WR-006@measures").verdict, Outcome::Uncontrolled);
}

/// People are misled by what they are shown: a diagnosis, an order, a dose given by hand.
#[test]
fn people_act_on_what_they_are_shown() {
    let system = |fed_by: Option<Vec<LinkId>>| {
        let mut system = chain();
        let function = function(&mut system, "show");
        function.realised_by = RealisedBy::People;
        function.fed_by = fed_by;
        link(&mut system, "shows").authentication = None;
        system
    };
    for fed_by in [None, Some(vec!["shows".into()])] {
        assert_eq!(only(&judged(&mut system(fed_by), &[]), "WR-006@shows").verdict, Outcome::Uncontrolled);
    }
    let mut elsewhere = system(Some(vec!["measures".into()]));
    assert_eq!(only(&judged(&mut elsewhere, &[]), "WR-006@shows").verdict, Outcome::Controlled);
    assert_eq!(only(&judged(&mut elsewhere, &["function:show.fed_by"]), "WR-006@shows").verdict, Outcome::Uncontrolled);
    // Whoever alters what shows it shows what it pleases; whoever stops it shows nothing.
    for (vector, on) in [("I:H/A:N", HowDegraded::Alteration), ("I:N/A:H", HowDegraded::Loss)] {
        let mut system = system(Some(vec!["shows".into()]));
        function(&mut system, "show").effects[0].on = on;
        let vector = format!("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/{vector}");
        system.finding("CVE-1", "monitor", Some(&vector), State::Affected);
        assert_eq!(only(&judged(&mut system, &[]), "CVE-1").verdict, Outcome::Uncontrolled, "{on}");
    }
}

/// Who names a link further up, or one that does not arrive, has not said what arrives: it narrows nothing.
#[test]
fn what_does_not_arrive_feeds_nothing() {
    for (of_link, of_function) in [(None, Some("measures")), (Some("clock"), None)] {
        let mut system = chain();
        link(&mut system, "measures").authentication = None;
        system.link("clock", "tower", "other", Medium::Radio).exposed_to = Some(vec![Position::Radio]);
        link(&mut system, "shows").fed_by = of_link.map(|id| vec![id.into()]);
        function(&mut system, "show").fed_by = of_function.map(|id| vec![id.into()]);
        let verdict = only(&judged(&mut system, &[]), "WR-006@measures").verdict;
        assert_eq!(verdict, Outcome::Uncontrolled, "{of_link:?} {of_function:?}");
    }
}
