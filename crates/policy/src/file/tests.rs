use super::{policy, share, weaknesses};
use crate::error::PolicyError;

const FDA: &str = include_str!("../../../../policies/fda-postmarket-2016.toml");

#[test]
fn a_matrix_that_is_better_for_worse_input_is_refused() {
    let weakened = FDA.replace(
        "high = { negligible = \"controlled\", minor = \"uncontrolled\"",
        "high = { negligible = \"uncontrolled\", minor = \"controlled\"",
    );
    assert_ne!(weakened, FDA);
    let draft = policy("p.toml", &weakened).unwrap();
    let Err(PolicyError::NotMonotone { better, worse, .. }) = draft.on(draft.period.from, None) else {
        panic!("accepted")
    };
    assert_eq!((better.as_str(), worse.as_str()), ("high/negligible", "high/minor"));
}

#[test]
fn unknown_keys_and_cells_are_refused_with_their_place() {
    let error = policy("p.toml", &FDA.replace("version = \"1\"", "versoin = \"1\"")).unwrap_err().to_string();
    assert!(error.contains("versoin") && error.contains("line 8"), "{error}");
    assert!(policy("p.toml", &FDA.replace("low/critical", "low/fatal")).is_err());
    assert!(policy("p.toml", &FDA.replace("to = \"catastrophic\"", "to = \"minor\"")).is_err());
    for (from, to, said) in [
        ("evidence = \"epss\"", "evidence = \"eppss\"", "is no kind of evidence"),
        ("score_at_least = \"0.1\"\npercentile_at_least = \"0.95\"\n", "", "belong to `epss`, which needs one"),
        ("evidence = \"before-market\"\nby = 1", "evidence = \"before-market\"", "raises nothing"),
        ("when = \"reportable-event\"", "when = \"someday\"", "not from `someday`"),
        ("working_days = 10", "working_days = 10\ndays = 10", "and not both"),
        ("days = 14", "working_days = 14", "is counted in days"),
    ] {
        assert!(FDA.contains(from), "{from}");
        let error = policy("p.toml", &FDA.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_rule_may_not_stand_twice() {
    let rules = include_str!("../../../../rules/weaknesses.toml");
    assert!(weaknesses(&[("w.toml", rules)]).is_ok());
    assert!(weaknesses(&[("w.toml", &rules.replace("WR-002", "WR-001"))]).is_err());
    let under_other_names = rules.replace("WR-0", "XX-0");
    let error = weaknesses(&[("w.toml", rules), ("x.toml", &under_other_names)]).unwrap_err().to_string();
    assert!(error.contains("`XX-001` finds the same as `WR-001`"), "{error}");
}

#[test]
fn a_rule_that_says_what_it_cannot_is_refused() {
    const RULE: &str = include_str!("../../../../rules/weaknesses/availability.toml");
    let first = RULE.split("[[rule]]").nth(1).map(|rule| format!("[[rule]]{rule}")).unwrap();
    let read = |text: &str| weaknesses(&[("w.toml", text)]).map_err(|error| error.to_string());
    assert_eq!(read(&first).unwrap().len(), 1);
    for (from, to, said) in [
        ("link = {", "secret = {", "unknown field"),
        ("link = {", "element = { kind = [\"implant\"] }\nlink = {", "exactly one of"),
        ("\"bluetooth\"", "\"bluetoot\"", "`bluetoot` is no medium"),
        ("\"bluetooth\"", "\"radio\"", "stands twice"),
        ("lacks = \"wake_ups_limited\"", "lacks = \"tamper_noticed\"", "no property of the kind `link`"),
        ("lacks = \"wake_ups_limited\"", "", "nothing could remove it"),
        ("by = [\"near-message\"]", "by = [\"touch\"]", "nobody comes by the way `touch`"),
        ("by = [\"near-message\"]", "by = []", "a rule has ways"),
        ("by = [\"near-message\"]", "by = [\"near-message\"]\nreach = \"one\"", "belongs to a way that is a position"),
        ("gives = \"stop\"", "gives = \"loss\"", "does not come of"),
        ("gives = \"stop\"", "gives = \"silence\"", "features are listed"),
        ("gives = \"stop\"", "gives = \"stopp\"", "is no gain"),
        ("step = \"drain-battery\"", "step = \"drain\"", "is no step"),
        ("cwe = [920, 400]", "cwe = []", "at least one CWE"),
    ] {
        assert!(first.contains(from), "{from}");
        let error = read(&first.replace(from, to)).unwrap_err();
        assert!(error.contains(said), "{from} to {to}: {error}");
    }
}

#[test]
fn shares_are_exact() {
    assert_eq!(share("p", "0.1"), Ok(10_000));
    assert_eq!(share("p", "1"), Ok(100_000));
    assert_eq!(share("p", "0.00001"), Ok(1));
    for wrong in ["1.1", "0.000001", "-0.1", "x", "0.x"] {
        assert!(share("p", wrong).is_err(), "{wrong}");
    }
}
