use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_model::claim::{Claim, ClaimId, Evidence, joint_premise};
use ward_model::digest::Digest;

use super::{Answer, DecideError, Scope, accept_file, decide};

fn claim(name: &str, evidence: Option<(&str, Option<&str>)>) -> Claim {
    Claim {
        id: ClaimId::Control(name.into()),
        statement: format!("{name} works"),
        premise: Digest::of(name.as_bytes()),
        evidence: evidence.map(|(path, bytes)| Evidence {
            path: path.to_owned(),
            place: None,
            digest: bytes.map(|bytes| Digest::of(bytes.as_bytes())),
            reading: Default::default(),
        }),
        file: "system.toml".to_owned(),
    }
}

const ANSWER: Answer<'_> = Answer {
    by: "security lead",
    on: Date::constant(2026, 4, 2),
    expires: Date::constant(2027, 4, 2),
    rationale: "VT-118 passed, \"downgrade\" refused",
    accepted: true,
    scope: Scope { variant: None, site: None },
};

#[test]
fn an_empty_file_gets_its_first_decision() {
    let claims = [claim("b", Some(("evidence/t.xml", Some("t")))), claim("a", Some(("evidence/t.xml", Some("t"))))];
    let text = decide("", &claims.iter().collect::<Vec<_>>(), &ANSWER).unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn comments_and_order_survive() {
    let before = "# Kept by hand.\n\n[[decision]] # the first\nclaims = [ \"control:old\" ] # odd   spacing\noutcome = \"accepted\"\n\n# the end\n";
    let text = decide(before, &[&claim("a", None)], &Answer { accepted: false, ..ANSWER }).unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn line_ends_and_an_open_last_line_stay() {
    let before = "# by hand\r\n[[decision]]\r\nby = 'x'\r\n# no line end";
    let text = decide(before, &[&claim("a", None)], &ANSWER).unwrap();
    assert!(text.starts_with(&format!("{before}\n\n[[decision]]\nclaims")), "{text}");
}

#[test]
fn a_whole_file_is_accepted_at_its_digest() {
    let claims = [claim("a", Some(("evidence/t.xml", Some("t")))), claim("b", Some(("evidence/u.xml", Some("u"))))];
    let claims: Vec<&Claim> = claims.iter().collect();
    let text = accept_file("", ("system.toml", "system.toml"), Digest::of(b"system"), &claims, &ANSWER).unwrap();
    insta::assert_snapshot!(text);
    assert_eq!(
        accept_file("", ("system.toml", "system.toml"), Digest::of(b""), &[], &ANSWER),
        Err(DecideError::NoClaims { file: "system.toml".to_owned() })
    );
    assert!(matches!(
        accept_file("", ("device.toml", "device.toml"), Digest::of(b""), &claims, &ANSWER),
        Err(DecideError::OtherFile { .. })
    ));
}

#[test]
fn an_inline_list_is_continued() {
    let text = decide("decision = [{ claims = [\"x\"] }] # here\n", &[&claim("a", None)], &ANSWER).unwrap();
    assert!(text.starts_with("decision = [{ claims = [\"x\"] }, {"), "{text}");
    assert!(text.ends_with("# here\n"), "{text}");
    assert_eq!(decide("decision = 3\n", &[&claim("a", None)], &ANSWER), Err(DecideError::NotAList));
}

#[test]
fn what_cannot_be_decided_is_refused() {
    let found = claim("a", Some(("evidence/t.xml", Some("t"))));
    let other = claim("b", Some(("evidence/u.xml", Some("u"))));
    let missing = claim("c", Some(("evidence/gone.xml", None)));
    let messages: Vec<String> = [
        decide("", &[], &ANSWER),
        decide("", &[&found, &other], &ANSWER),
        decide("", &[&missing], &ANSWER),
        decide("", &[&missing], &Answer { accepted: false, ..ANSWER }),
        decide("", &[&found], &Answer { by: " ", ..ANSWER }),
        decide("", &[&found], &Answer { rationale: "", ..ANSWER }),
        decide("", &[&found], &Answer { expires: date(2026, 4, 1), ..ANSWER }),
        decide("a = ", &[&found], &ANSWER),
    ]
    .into_iter()
    .map(|result| result.unwrap_err().to_string())
    .collect();
    let said = messages.join("\n");
    insta::assert_snapshot!(said);
}

proptest! {
    /// Whatever stands in the file stays, byte for byte, before what is added; and what is added can be read.
    #[test]
    fn only_something_is_added(comments in proptest::collection::vec("#[ a-z\"\\[\\]=]{0,20}", 0..4), earlier in 0_usize..3, rationale in ".{1,40}") {
        prop_assume!(!rationale.trim().is_empty());
        let mut text = String::new();
        for comment in &comments {
            text.push_str(comment);
            text.push('\n');
        }
        for count in 0..earlier {
            text = decide(&text, &[&claim(&format!("earlier-{count}"), None)], &ANSWER).unwrap();
            text.push_str("# after it\n");
        }
        let new = claim("new", None);
        let after = decide(&text, &[&new], &Answer { rationale: &rationale, ..ANSWER }).unwrap();
        for comment in &comments {
            prop_assert!(after.contains(comment.as_str()));
        }
        prop_assert!(after.starts_with(&text));
        prop_assert_eq!(after.matches("# after it").count(), earlier);
        let table: toml::Table = after.parse().unwrap();
        let decisions = table["decision"].as_array().unwrap();
        prop_assert_eq!(decisions.len(), earlier + 1);
        let last = decisions[earlier].as_table().unwrap();
        prop_assert_eq!(last["rationale"].as_str().unwrap(), rationale);
        prop_assert_eq!(last["premise_sha256"].as_str().unwrap(), joint_premise([&new]).to_string());
    }
}
