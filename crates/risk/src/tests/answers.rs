//! Findings that claims say are none: of each group of claims one must have effect.

use std::sync::Arc;

use ward_model::claim::ClaimId;
use ward_model::finding::State;

use super::system::System;
use crate::answered::{Answered, is_answered};
use crate::context::FindingAnswers;
use crate::effects::Effects;

/// Of each group one claim must have effect, and every finding must be answered.
#[test]
fn everybody_who_warns_has_to_take_it_back() {
    let claim = |name: &str| ClaimId::Statements(name.to_owned());
    let groups = vec![vec![claim("a"), claim("b")], vec![claim("b")]];
    for (held, answered) in [(&[][..], false), (&["a"], false), (&["b"], true), (&["a", "b"], true), (&["c"], false)] {
        let effects = Effects::of(held.iter().map(|name| claim(name)));
        assert_eq!(is_answered(&groups, &effects), answered, "{held:?}");
    }
    assert!(!is_answered(&[], &Effects::none()), "nobody says anything");
    assert!(!is_answered(&[vec![claim("a")], Vec::new()], &Effects::of([claim("a")])), "nobody can take it back");
    let mut system = System::empty();
    let mut found: Vec<_> = ["one", "other"]
        .map(|component| {
            let mut finding = system.finding("CVE-1", "pump", None, State::Affected).clone();
            Arc::make_mut(&mut finding.component).reference = component.into();
            finding
        })
        .into();
    let key = |component: &str| (component.into(), "CVE-1".into());
    let mut answers = FindingAnswers::from([(key("one"), vec![vec![claim("a")]])]);
    assert_eq!(Answered::all(&found, &answers), None, "one component stays open whatever is decided");
    answers.insert(key("other"), vec![vec![claim("b")]]);
    let both = Answered::all(&found, &answers).expect("both are answered");
    assert!(both.holds(&Effects::of([claim("a"), claim("b")])));
    assert!(!both.holds(&Effects::of([claim("a")])));
    found.clear();
    assert_eq!(Answered::all(&found, &answers), None);
}
