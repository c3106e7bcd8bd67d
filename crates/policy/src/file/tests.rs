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
    let Err(PolicyError::NotMonotone { better, worse, .. }) = policy("p.toml", &weakened) else { panic!("accepted") };
    assert_eq!((better.as_str(), worse.as_str()), ("high/negligible", "high/minor"));
}

#[test]
fn unknown_keys_and_cells_are_refused_with_their_place() {
    let error = policy("p.toml", &FDA.replace("version = \"1\"", "versoin = \"1\"")).unwrap_err().to_string();
    assert!(error.contains("versoin") && error.contains("line 8"), "{error}");
    assert!(policy("p.toml", &FDA.replace("low/critical", "low/fatal")).is_err());
    assert!(policy("p.toml", &FDA.replace("to = \"catastrophic\"", "to = \"minor\"")).is_err());
}

#[test]
fn a_rule_may_not_stand_twice() {
    let rules = include_str!("../../../../rules/weaknesses.toml");
    assert!(weaknesses("w.toml", rules).is_ok());
    assert!(weaknesses("w.toml", &rules.replace("WR-002", "WR-001")).is_err());
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
