//! What is said, and what cannot be said, in `considerations.toml`.

use ward_model::device::{ConsiderationAnswer, ConsiderationGroup};

use super::{must, whole, with};
use crate::read::read;

#[test]
fn answers_and_reasons_are_kept_with_their_evidence() {
    let reading = must(&whole());
    let said: Vec<_> = reading.considerations.iter().map(|one| (one.group, one.topic.as_str())).collect();
    assert_eq!(
        said,
        [(ConsiderationGroup::Technical, "interfaces"), (ConsiderationGroup::Physical, "location-of-implant")]
    );
    assert_eq!(reading.considerations[0].evidence.as_deref(), Some("evidence/list.csv#interfaces"));
    let reason = ConsiderationAnswer::NotApplicable("it is not implanted".to_owned());
    assert_eq!(reading.considerations[1].answer, reason);
}

#[test]
fn evidence_that_is_missing_is_a_warning() {
    let text = "[[consideration]]\ngroup = \"social\"\ntopic = \"users\"\nanswer = \"nurses\"\nevidence = \"evidence/no.md\"\n";
    let reading = must(&with(whole(), "considerations.toml", text));
    let warned: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
    assert!(
        warned.iter().any(|warning| warning.contains("considerations.toml:5") && warning.contains("evidence/no.md"))
    );
}

#[test]
fn what_cannot_be_said_is_refused_with_its_place() {
    let wrong = r#"
[[consideration]]
group = "techncal"
topic = "interfaces"
answer = "none"
[[consideration]]
group = "social"
topic = "users"
answer = "nurses"
not_applicable = "nobody"
[[consideration]]
group = "social"
topic = "insiders"
[[consideration]]
group = "general"
topic = "support"
answer = "we"
[[consideration]]
group = "general"
topic = "support"
answer = "they"
[[consideration]]
group = "general"
topics = "support"
answer = " "
"#;
    let said = read(&with(whole(), "considerations.toml", wrong)).unwrap_err().to_string();
    insta::assert_snapshot!(said);
}
