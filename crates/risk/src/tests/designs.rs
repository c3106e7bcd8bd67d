//! Designs: what is stated of them never makes better than it should, and what a link that falls silent takes with it.

use proptest::prelude::*;
use ward_model::design::{Design, DesignOf, Designs, Feature, Property};
use ward_model::device::*;
use ward_model::ids::ElementId;
use ward_model::scale::{Position, Severity};
use ward_model::verdict::Outcome;

use super::cases::{judged, of, only};
use super::laws::never_better;
use super::system::{System, rulebook, system};
use crate::effects::Effects;

/// The same with what is stated of one design changed.
fn restated(system: &System, of: &DesignOf, change: impl FnOnce(&mut Design)) -> System {
    let mut system = system.clone();
    let mut designs = Designs::default();
    let mut changed = system.device.designs.of(of).clone();
    change(&mut changed);
    let others = system.device.designs.iter().filter(|(other, _)| *other != of);
    others.for_each(|(other, design)| designs.state(other.clone(), design.clone()));
    designs.state(of.clone(), changed);
    system.device.designs = designs;
    system
}

fn places(system: &System) -> Vec<DesignOf> {
    let device = &system.device;
    let elements = device.elements.keys().cloned().map(DesignOf::Element);
    let links = device.links.keys().cloned().map(DesignOf::Link);
    let secrets = device.secrets.keys().cloned().map(DesignOf::Secret);
    elements.chain(links).chain(secrets).chain(device.functions.keys().cloned().map(DesignOf::Function)).collect()
}

proptest! {
    #![proptest_config(super::system::cases(150))]

    /// Law 3: one more feature, or one property that is stated to lack, never improves a verdict.
    #[test]
    fn a_feature_never_makes_better(
        system in system(),
        picks in any::<u64>(),
        place in any::<prop::sample::Index>(),
        word in any::<prop::sample::Index>(),
    ) {
        let rulebook = rulebook();
        let of = place.get(&places(&system)).clone();
        let features: Vec<Feature> = Feature::of(of.kind()).collect();
        let more = restated(&system, &of, |design| { design.has.insert(*word.get(&features)); });
        let claims = system.claims().into_iter().enumerate().filter(|(place, _)| picks >> (place % 64) & 1 == 1);
        let effects = Effects::of(claims.map(|(_, claim)| claim));
        never_better(&system.outcomes(&rulebook, &effects), &more.outcomes(&rulebook, &effects))?;
    }

    /// Law 2: what is not stated is no better than what is stated to lack. Law 3: nor does a claim make better that nobody has decided.
    #[test]
    fn what_nobody_answers_for_is_lacking(
        system in system(),
        picks in any::<u64>(),
        place in any::<prop::sample::Index>(),
        word in any::<prop::sample::Index>(),
    ) {
        let rulebook = rulebook();
        let of = place.get(&places(&system)).clone();
        let properties: Vec<Property> = Property::of(of.kind()).collect();
        let property = *word.get(&properties);
        let unstated = restated(&system, &of, |design| { design.stated.remove(&property); });
        let claims = unstated.claims().into_iter().enumerate().filter(|(place, _)| picks >> (place % 64) & 1 == 1);
        let effects = Effects::of(claims.map(|(_, claim)| claim));
        let before = unstated.outcomes(&rulebook, &effects);
        for is_so in [false, true] {
            let stated = restated(&system, &of, |design| { design.stated.insert(property, is_so); });
            let after = stated.outcomes(&rulebook, &effects);
            never_better(&before, &after)?;
            never_better(&after, &before)?;
        }
    }
}

fn has(system: &mut System, of: DesignOf, features: &[Feature]) {
    let changed = restated(system, &of, |design| design.has.extend(features));
    system.device.designs = changed.device.designs;
}

/// A monitor sends alarms by radio to a station and to a pager; nurses go where either calls. That nobody comes kills.
fn paged() -> System {
    let mut system = System::empty();
    for (link, to) in [("to-station", "station"), ("to-pager", "pager")] {
        let link = system.link(link, "monitor", to, Medium::Wifi);
        link.exposed_to = Some(vec![Position::Radio]);
        link.carries = Some(vec![Carries::Data]);
        let secret = system.device.secrets.len();
        let secret = format!("key-{secret}");
        link_secret(&mut system, &secret, to);
    }
    system.harm("death", Severity::Catastrophic);
    let both: Vec<ElementId> = vec!["station".into(), "pager".into()];
    system.function("call", RealisedBy::Any(both), &[(HowDegraded::Loss, "death")]);
    system
}

/// Guards the link to an element by a secret of every unit's own, so that nothing but its silence is left.
fn link_secret(system: &mut System, secret: &str, to: &str) {
    let (id, held_by) = (secret.into(), vec!["monitor".into(), to.into()]);
    system.device.secrets.insert(secret.into(), Secret { id, held_by, per_unit: Some(true), public: false });
    for link in system.device.links.values_mut().filter(|link| link.to.as_str() == to) {
        link.authentication = Some(Authentication { mechanism: "mac".into(), secret: Some(secret.into()) });
        link.anti_replay = Some(true);
    }
}

#[test]
fn alarms_that_can_be_jammed_are_lost_where_both_ways_can_be() {
    let mut system = paged();
    assert!(of(&judged(&mut system, &[]), "WR-012@to-station").is_empty(), "no feature, no question");
    has(&mut system, DesignOf::Link("to-station".into()), &[Feature::Alarms]);
    let verdict = only(&judged(&mut system, &[]), "WR-012@to-station").verdict;
    assert_eq!(verdict, Outcome::Controlled, "the pager still calls");
    has(&mut system, DesignOf::Link("to-pager".into()), &[Feature::Alarms]);
    let judgement = judged(&mut system, &[]);
    let verdict = only(&judgement, "WR-012@to-station");
    assert_eq!((verdict.verdict, verdict.undetermined), (Outcome::Uncontrolled, true), "both are jammed");
    // Where nobody answers for one way being enough, one is enough to lose.
    let one = judged(&mut paged_with_one_alarm(), &["function:call.redundancy"]);
    assert_eq!(only(&one, "WR-012@to-station").verdict, Outcome::Uncontrolled);
}

fn paged_with_one_alarm() -> System {
    let mut system = paged();
    has(&mut system, DesignOf::Link("to-station".into()), &[Feature::Alarms]);
    system
}

#[test]
fn a_loss_that_is_not_heard_of_is_not_relieved() {
    let mut system = paged_with_one_alarm();
    system.device.functions.clear();
    system.function("watch", RealisedBy::All(vec!["station".into()]), &[]);
    system.function("by-hand", RealisedBy::People, &[]).fed_by = Some(Vec::new());
    let function = system.function("treat", RealisedBy::All(vec!["monitor".into()]), &[(HowDegraded::Loss, "death")]);
    function.effects[0].onset_seconds = Some(600);
    function.effects[0].fallback = Some(Fallback {
        function: "by-hand".into(),
        detection: "watch".into(),
        detection_seconds: 5,
        switch_over_seconds: 60,
        staff_per_site: 10,
    });
    // The loss itself has to come about: whoever is near drains the battery.
    has(&mut system, DesignOf::Element("monitor".into()), &[Feature::Battery, Feature::SafeMode]);
    let judgement = judged(&mut system, &[]);
    assert_eq!(only(&judgement, "WR-015@monitor").verdict, Outcome::Uncontrolled, "stopped, and nobody hears of it");
    let deaf = restated(&system, &DesignOf::Link("to-station".into()), |design| {
        design.stated.insert(Property::LossNoticed, true);
    });
    let judgement = judged(&mut { deaf }, &[]);
    assert_eq!(only(&judgement, "WR-015@monitor").verdict, Outcome::Controlled, "the silence is noticed");
}
