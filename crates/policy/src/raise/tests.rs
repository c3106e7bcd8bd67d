use std::sync::LazyLock;

use jiff::civil::date;
use proptest::prelude::*;
use ward_model::affected::SsvcStatement;
use ward_model::scale::Exploitability;

use super::{Evidence, Raised};
use crate::library::Library;
use crate::policy::Policy;

fn fda() -> &'static Policy {
    static FDA: LazyLock<Policy> = LazyLock::new(|| {
        let library = Library::built_in().unwrap();
        library.select(&["fda-postmarket-2016".to_owned()], date(2026, 11, 27)).unwrap().policies.remove(0)
    });
    &FDA
}

fn stated(exploitation: &str) -> SsvcStatement {
    SsvcStatement {
        asserter: "CISA-ADP".to_owned(),
        role: "CISA Coordinator".to_owned(),
        exploitation: Some(exploitation.to_owned()),
        automatable: None,
        technical_impact: None,
        timestamp: None,
    }
}

fn of(evidence: Evidence) -> Raised {
    fda().raised(&evidence)
}

/// What each kind of evidence does to a step with two demands, which is low (domain: combining into exploitability).
#[test]
fn each_kind_of_evidence_raises_as_the_policy_says() {
    use Exploitability::{High, Low, Medium};
    let none = Evidence::default;
    let reference = || vec!["https://example.org/exploit".to_owned()];
    for (evidence, expected, reasons) in [
        (none(), Low, 0),
        (Evidence { known_exploited: true, ..none() }, High, 1),
        (Evidence { statements: vec![stated("none")], ..none() }, Low, 0),
        (Evidence { statements: vec![stated("poc")], ..none() }, Medium, 1),
        (Evidence { statements: vec![stated("none"), stated("active")], ..none() }, High, 2),
        (Evidence { exploit_references: reference(), ..none() }, Medium, 1),
        (Evidence { exploit_references: reference(), statements: vec![stated("none")], ..none() }, Medium, 1),
        (Evidence { weaponised: true, ..none() }, High, 1),
        (Evidence { demonstrated: true, ..none() }, Medium, 1),
        (Evidence { epss: Some((10_000, 0)), ..none() }, Medium, 1),
        (Evidence { epss: Some((0, 95_000)), ..none() }, Medium, 1),
        (Evidence { epss: Some((9_999, 94_999)), ..none() }, Low, 0),
        (Evidence { before_market: true, ..none() }, Medium, 1),
        (Evidence { before_market: true, epss: Some((10_000, 0)), ..none() }, High, 2),
    ] {
        let raised = of(evidence.clone());
        assert_eq!((raised.class(2), raised.reasons.len()), (expected, reasons), "{evidence:?}");
        assert!(raised.class(0) == High && raised.class(1) >= raised.class(2));
    }
}

#[test]
fn a_reason_says_what_who_and_by_which_clause() {
    let raised = of(Evidence { statements: vec![stated("poc")], epss: Some((12_340, 99_000)), ..Evidence::default() });
    let texts: Vec<_> =
        raised.reasons.iter().map(|reason| (reason.evidence.as_str(), reason.effect.as_str())).collect();
    assert_eq!(
        texts,
        [
            ("an exploit is public: CISA-ADP says so", "the class is raised by 1"),
            ("EPSS score 0.1234, percentile 0.99", "the class is raised by 1"),
        ]
    );
    assert!(raised.reasons.iter().all(|reason| !reason.source.is_empty()));
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let words = prop_oneof![Just("none"), Just("poc"), Just("active"), Just("perhaps")];
    (
        any::<[bool; 4]>(),
        proptest::collection::vec(words.prop_map(stated), 0..3),
        proptest::collection::vec(Just("https://example.org/x".to_owned()), 0..2),
        proptest::option::of((0_u32..=100_000, 0_u32..=100_000)),
    )
        .prop_map(
            |([known_exploited, weaponised, demonstrated, before_market], statements, exploit_references, epss)| {
                Evidence {
                    known_exploited,
                    statements,
                    exploit_references,
                    weaponised,
                    demonstrated,
                    epss,
                    before_market,
                }
            },
        )
}

proptest! {
    /// Whatever is added to the evidence never lowers a class, and no evidence at all lowers none.
    #[test]
    fn more_evidence_never_lowers(some in any_evidence(), more in any_evidence(), demands in 0_u8..4) {
        let policy = fda();
        let mut both = some.clone();
        both.known_exploited |= more.known_exploited;
        both.weaponised |= more.weaponised;
        both.demonstrated |= more.demonstrated;
        both.before_market |= more.before_market;
        both.statements.extend(more.statements);
        both.exploit_references.extend(more.exploit_references);
        both.epss = match (some.epss, more.epss) {
            (Some(a), Some(b)) => Some((a.0.max(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        let (less, class) = (policy.raised(&some).class(demands), policy.raised(&both).class(demands));
        prop_assert!(class >= less && less >= Exploitability::after_demands(demands));
    }
}
