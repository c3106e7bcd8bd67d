use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_model::device::{Owner, Stage};
use ward_model::ids::ElementId;
use ward_model::lifecycle::Reached;
use ward_policy::{Library, LifecycleRules};

use super::{Life, Reach, standing};
use crate::lifecycle::support::{Part, Until};

const DAY: Date = date(2026, 11, 28);

fn rules() -> LifecycleRules {
    Library::built_in().unwrap().select(&["fda-postmarket-2016".to_owned()], DAY).unwrap().lifecycle
}

fn part(element: &str, until: Until) -> Part {
    Part {
        element: element.into(),
        owner: Owner::Maker,
        component: Some("part".into()),
        name: "part".to_owned(),
        version: Some("1".to_owned()),
        until,
        sources: Vec::new(),
        newer: Vec::new(),
    }
}

fn life(declared: Stage) -> Life {
    Life { declared, units: Some(1), last_manufactured: None, end_of_life: None, end_of_support: None }
}

fn range(life: &Life, parts: &[Part], reach: Reach) -> [Stage; 2] {
    let parts: Vec<&Part> = parts.iter().collect();
    let mut all = |set: &BTreeSet<ElementId>| set.iter().map(|element| (element.clone(), reach)).collect();
    standing(life, &parts, &rules(), DAY, &mut all).range
}

#[test]
fn dates_and_losses_make_the_stage() {
    use Reached::{Controlled, Uncontrolled};
    use Stage::{Development, EndOfSupport, LimitedSupport, Support};
    let ended = || [part("pump", Until::Ended(None))];
    let open = (Uncontrolled, Uncontrolled);
    assert_eq!(range(&life(Support), &[], open), [Support; 2]);
    assert_eq!(range(&life(Support), &[part("pump", Until::Open)], open), [Support; 2]);
    assert_eq!(range(&life(Support), &ended(), (Controlled, Controlled)), [Support; 2]);
    assert_eq!(range(&life(Support), &ended(), (Uncontrolled, Controlled)), [LimitedSupport; 2]);
    assert_eq!(range(&life(Support), &ended(), open), [EndOfSupport; 2]);
    assert_eq!(range(&life(LimitedSupport), &ended(), (Uncontrolled, Controlled)), [LimitedSupport; 2]);
    assert_eq!(range(&life(LimitedSupport), &ended(), open), [EndOfSupport; 2]);
    // From the day of its end on there is no support; the day before there is.
    assert_eq!(range(&life(Support), &[part("pump", Until::On(DAY))], open), [EndOfSupport; 2]);
    assert_eq!(range(&life(Support), &[part("pump", Until::On(DAY.tomorrow().unwrap()))], open), [Support; 2]);
    let sold = Life { end_of_life: Some(DAY), ..life(Support) };
    assert_eq!(range(&sold, &[], open), [LimitedSupport; 2]);
    assert_eq!(range(&Life { end_of_support: Some(DAY), ..sold }, &[], open), [EndOfSupport; 2]);
    // What is declared and in the field is no development.
    assert_eq!(range(&life(Development), &[], open), [Support; 2]);
    assert_eq!(range(&Life { units: Some(0), ..life(Development) }, &[], open), [Development; 2]);
    // Units that nobody has counted are not none, and what was made was made for somebody.
    let uncounted = Life { units: None, ..life(Development) };
    assert_eq!(range(&uncounted, &[], open), [Development, Support]);
    assert_eq!(range(&uncounted, &ended(), open), [Development, EndOfSupport]);
    for units in [None, Some(0)] {
        let made = Life { units, last_manufactured: Some(DAY), ..life(Development) };
        assert_eq!(range(&made, &[], open), [Support; 2]);
        assert_eq!(range(&made, &ended(), open), [EndOfSupport; 2]);
    }
    let to_be_made = Life { last_manufactured: Some(DAY.tomorrow().unwrap()), ..uncounted };
    assert_eq!(range(&to_be_made, &[], open), [Development, Support]);
}

#[test]
fn what_is_not_known_is_a_range() {
    use Reached::{Controlled, Uncontrolled, Unknown};
    use Stage::{EndOfSupport, LimitedSupport, Support};
    let unknown = [part("pump", Until::Unknown("nobody says".to_owned()))];
    assert_eq!(range(&life(Support), &unknown, (Uncontrolled, Uncontrolled)), [Support, EndOfSupport]);
    assert_eq!(range(&life(Support), &unknown, (Uncontrolled, Controlled)), [Support, LimitedSupport]);
    // A part whose loss reaches nobody changes nothing, known or not.
    assert_eq!(range(&life(Support), &unknown, (Controlled, Controlled)), [Support; 2]);
    let ended = [part("pump", Until::Ended(None))];
    assert_eq!(range(&life(Support), &ended, (Unknown, Unknown)), [Support, EndOfSupport]);
}

fn until() -> impl Strategy<Value = Until> {
    prop_oneof![
        Just(Until::Open),
        Just(Until::Ended(None)),
        Just(Until::Unknown("nobody says".to_owned())),
        (-400_i32..400).prop_map(|days| Until::On(DAY.checked_add(jiff::Span::new().days(days)).unwrap())),
    ]
}

fn reached() -> impl Strategy<Value = Reached> {
    prop_oneof![Just(Reached::Controlled), Just(Reached::Unknown), Just(Reached::Uncontrolled)]
}

fn any_life() -> impl Strategy<Value = Life> {
    let day =
        || prop::option::of((-400_i32..400).prop_map(|days| DAY.checked_add(jiff::Span::new().days(days)).unwrap()));
    (prop::sample::select(Stage::ALL), prop::option::of(0_u64..3), day(), day(), day()).prop_map(
        |(declared, units, last_manufactured, end_of_life, end_of_support)| Life {
            declared,
            units,
            last_manufactured,
            end_of_life,
            end_of_support,
        },
    )
}

/// Parts at three elements, each with how far its loss reaches: never farther with controls than without.
fn any_parts() -> impl Strategy<Value = (Vec<Part>, BTreeMap<ElementId, Reach>)> {
    let parts = prop::collection::vec((0_usize..3, until()), 0..6);
    let reach = prop::collection::vec((reached(), reached()), 3);
    (parts, reach).prop_map(|(parts, reach)| {
        let name = |place: usize| format!("e{place}");
        let parts = parts.into_iter().map(|(place, until)| part(&name(place), until)).collect();
        let reach = reach.into_iter().enumerate();
        let reach = reach.map(|(place, (one, other))| (name(place).as_str().into(), (one.max(other), one.min(other))));
        (parts, reach.collect())
    })
}

fn judged(life: &Life, parts: &[Part], reach: &BTreeMap<ElementId, Reach>, day: Date) -> [Stage; 2] {
    let parts: Vec<&Part> = parts.iter().collect();
    let mut asked = |set: &BTreeSet<ElementId>| {
        set.iter().filter_map(|element| Some((element.clone(), *reach.get(element)?))).collect()
    };
    standing(life, &parts, &rules(), day, &mut asked).range
}

proptest! {
    #[test]
    fn units_that_nobody_has_counted_are_any_number(
        (life, (parts, reach)) in (any_life(), any_parts()),
        units in 0_u64..3,
    ) {
        let of = |units| judged(&Life { units, ..life.clone() }, &parts, &reach, DAY);
        let (uncounted, counted) = (of(None), of(Some(units)));
        prop_assert!(uncounted[0] <= counted[0] && counted[1] <= uncounted[1], "{uncounted:?} {counted:?}");
    }

    #[test]
    fn losing_support_never_improves_a_stage(
        (life, (parts, reach)) in (any_life(), any_parts()),
        place in 0_usize..6,
    ) {
        let before = judged(&life, &parts, &reach, DAY);
        prop_assert!(before[0] <= before[1]);
        let mut lost = parts.clone();
        if let Some(part) = lost.get_mut(place) {
            part.until = Until::Ended(None);
        }
        let after = judged(&life, &lost, &reach, DAY);
        prop_assert!(before[0] <= after[0] && before[1] <= after[1], "{before:?} {after:?}");
    }

    #[test]
    fn unknown_is_never_better_than_the_worst_that_is_known(
        (life, (parts, reach)) in (any_life(), any_parts()),
        place in 0_usize..6,
        known in until(),
    ) {
        let with = |until: &Until| {
            let mut parts = parts.clone();
            if let Some(part) = parts.get_mut(place) {
                part.until = until.clone();
            }
            judged(&life, &parts, &reach, DAY)
        };
        let unknown = with(&Until::Unknown("nobody says".to_owned()));
        let known = with(&known);
        prop_assert!(unknown[1] >= known[1], "{unknown:?} {known:?}");
        prop_assert!(unknown[0] <= known[0], "{unknown:?} {known:?}");
    }

    #[test]
    fn time_never_improves_a_stage((life, (parts, reach)) in (any_life(), any_parts()), days in 0_i32..800) {
        let later = DAY.checked_add(jiff::Span::new().days(days)).unwrap();
        let (now, then) = (judged(&life, &parts, &reach, DAY), judged(&life, &parts, &reach, later));
        prop_assert!(now[0] <= then[0] && now[1] <= then[1], "{now:?} {then:?}");
    }

    #[test]
    fn a_farther_reach_never_improves_a_stage(
        (life, (parts, reach)) in (any_life(), any_parts()),
        place in 0_usize..3,
    ) {
        let mut farther = reach.clone();
        farther.insert(format!("e{place}").as_str().into(), (Reached::Uncontrolled, Reached::Uncontrolled));
        let (before, after) = (judged(&life, &parts, &reach, DAY), judged(&life, &parts, &farther, DAY));
        prop_assert!(before[0] <= after[0] && before[1] <= after[1], "{before:?} {after:?}");
    }
}
