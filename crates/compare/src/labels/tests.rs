//! Labels written for what they show, against the records that ship with the program.

use std::collections::BTreeMap;

use ward_model::ids::VulnerabilityId;
use ward_policy::Library;

use super::{Answer, Asker, Cause, Exclusion, Form, LabelError, Packages, Reading, Tally, Verdict, read};

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn label(said: &str, cve: &str, name: &str, version: &str) -> String {
    format!(
        r#"{{"label":"{said}","vulnerability_id":"{cve}","image":{{"exact":"docker.io/x@sha256:0"}},"package":{{"name":"{name}","version":"{version}"}}}}"#
    )
}

#[test]
fn what_cannot_be_asked_is_counted_by_its_reason() -> TestResult {
    let knowledge = ward_knowledge::seed::load()?;
    let lines = [
        label("TP", "CVE-2014-0160", "openssl", "1.0.1f"),
        label("TP", "CVE-2014-0160", "openssl", "1.0.1f"),
        label("FP", "CVE-2014-0160", "openssl", "1.0.1g"),
        label("TP", "CVE-2014-0160", "openssl", "1.0.1c"),
        label("FP", "CVE-2014-0160", "openssl", "1.0.1c"),
        label("??", "CVE-2014-0160", "openssl", "1.0.1e"),
        label("TP", "CVE-1901-0001", "openssl", "1.0.1e"),
        label("TP", "GHSA-xxxx-xxxx-xxxx", "openssl", "1.0.1e"),
        r#"{"label":"FP","vulnerability_id":"CVE-2014-0160","package":null}"#.to_owned(),
        String::new(),
    ];
    let subset = read(lines.join("\n").as_bytes(), &knowledge)?;
    assert_eq!(subset.labels, 9);
    let asked: Vec<_> = subset.questions.iter().map(|one| (one.version.as_str(), one.verdict, one.form)).collect();
    assert_eq!(asked, [("1.0.1f", Verdict::True, Form::Plain), ("1.0.1g", Verdict::False, Form::Plain)]);
    let expected = [
        (Exclusion::Undecided, 1),
        (Exclusion::NoPackage, 1),
        (Exclusion::NoCve, 1),
        (Exclusion::NoRecord, 1),
        (Exclusion::Contradicted, 2),
        (Exclusion::Repeated, 1),
    ];
    assert_eq!(subset.excluded, BTreeMap::from(expected));
    assert_eq!(subset.questions.len() + subset.excluded.values().sum::<usize>(), subset.labels, "none is lost");
    Ok(())
}

#[test]
fn what_is_no_label_is_refused_with_its_line() -> TestResult {
    let knowledge = ward_knowledge::seed::load()?;
    let lines = [label("TP", "CVE-2014-0160", "openssl", "1.0.1f"), "{}".to_owned()];
    assert!(matches!(read(lines.join("\n").as_bytes(), &knowledge), Err(LabelError::Line { line: 2, .. })));
    let odd = label("perhaps", "CVE-2014-0160", "openssl", "1.0.1f");
    assert!(matches!(read(odd.as_bytes(), &knowledge), Err(LabelError::Verdict { line: 1, .. })));
    Ok(())
}

#[test]
fn answers_are_counted_by_what_people_say_and_disagreements_by_cause() -> TestResult {
    let knowledge = ward_knowledge::seed::load()?;
    let library = Library::built_in()?;
    let packages = Packages::built_in()?;
    let lines = [
        label("TP", "CVE-2014-0160", "openssl", "1.0.1f"),
        label("FP", "CVE-2014-0160", "openssl", "1.0.1g"),
        label("FP", "CVE-2014-0160", "openssl", "1.0.1e"),
        label("TP", "CVE-2014-0160", "openssl", "1.0.0"),
        label("TP", "CVE-2014-0160", "openssl", "1.0.1e-2+deb7u4"),
        label("TP", "CVE-2019-12384", "openssl", "1.0.1f"),
        label("TP", "CVE-2019-12384", "jackson-databind", "2.9.8"),
    ];
    let subset = read(lines.join("\n").as_bytes(), &knowledge)?;
    let asker = Asker { aliases: library.aliases(), knowledge: &knowledge, packages: &packages };
    let judged = asker.judge(&subset.questions, Reading::AsPackaged)?;
    let answer = |version: &str, cve: &str| {
        let id = VulnerabilityId::from(cve);
        let one = judged.iter().find(|one| one.question.version == version && one.question.vulnerability == id);
        one.map(|one| (one.answer, one.cause))
    };
    assert_eq!(answer("1.0.1f", "CVE-2014-0160"), Some((Answer::Affected, None)));
    assert_eq!(answer("1.0.1g", "CVE-2014-0160"), Some((Answer::NotAffected, None)));
    assert_eq!(answer("1.0.1e", "CVE-2014-0160"), Some((Answer::Affected, Some(Cause::TakenByAlias))));
    assert_eq!(answer("1.0.0", "CVE-2014-0160"), Some((Answer::NotAffected, Some(Cause::OtherVersions))));
    assert_eq!(answer("1.0.1f", "CVE-2019-12384"), Some((Answer::NotAffected, Some(Cause::OtherProducts))));
    assert_eq!(answer("2.9.8", "CVE-2019-12384"), Some((Answer::Affected, None)));
    assert_eq!(answer("1.0.1e-2+deb7u4", "CVE-2014-0160"), Some((Answer::Unknown, Some(Cause::BackPort))));
    let tally = Tally::of(&judged);
    assert_eq!((tally.upstream.asked(), tally.distribution.asked()), (6, 1));
    assert_eq!(tally.upstream.strict(), ((2, 3), (2, 4)));
    assert_eq!((tally.upstream.denied(), tally.distribution.cautious().1), ((2, 4), (1, 1)));
    // By the bare name alone nothing says whose jackson-databind it is.
    let bare = asker.judge(&subset.questions, Reading::AsLabelled)?;
    let said: Vec<_> = bare.iter().filter(|one| one.question.version == "2.9.8").map(|one| one.cause).collect();
    assert_ne!(said, [None]);
    Ok(())
}
