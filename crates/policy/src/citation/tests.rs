use jiff::civil::{Date, date};

use super::{Citations, Document};
use crate::error::PolicyError;
use crate::library::Library;

const FDA: &str = include_str!("../../../../policies/citations/fda-premarket.toml");

fn cite(document: &str, topic: &str, on: Date) -> String {
    Citations::built_in().unwrap().cite(document, topic, on).unwrap().to_string()
}

/// The citations of the premarket guidance by edition (domain: FDA 2026 against 2025).
#[test]
fn the_edition_in_force_is_cited() {
    for (topic, before, since) in [
        ("design-and-development", "21 CFR 820.30 ", "ISO 13485:2016, 7.3 "),
        ("risk-management", "21 CFR 820.30(g)", "ISO 13485:2016, 7.1 with 7.3.7"),
        ("purchasing", "21 CFR 820.50", "ISO 13485:2016, 7.4"),
        ("design-history-file", "21 CFR 820.30(j)", "ISO 13485:2016, 7.3.10"),
        ("device-master-record", "21 CFR 820.181", "ISO 13485:2016, 4.2.3"),
        ("production-processes", "21 CFR 820.70", "ISO 13485:2016, 7.5"),
        ("corrective-and-preventive-action", "21 CFR 820.100", "ISO 13485:2016, 8.5"),
    ] {
        for day in [date(2023, 9, 27), date(2025, 6, 26), date(2025, 6, 27), date(2026, 2, 2)] {
            assert!(cite("fda-premarket", topic, day).starts_with(before), "{topic} on {day}");
        }
        assert!(cite("fda-premarket", topic, date(2026, 2, 3)).starts_with(since), "{topic}");
    }
    assert_eq!(
        cite("fda-premarket", "purchasing", date(2026, 2, 2)),
        "21 CFR 820.50 [FDA premarket cybersecurity guidance, edition of 27 June 2025]"
    );
}

#[test]
fn what_is_not_there_is_said() {
    let citations = Citations::built_in().unwrap();
    let refused = |document: &str, topic: &str, on| citations.cite(document, topic, on).unwrap_err().to_string();
    assert!(refused("fda-premarket", "purchasing", date(2023, 9, 26)).contains("is not in force on 2023-09-26"));
    assert!(
        refused("fda-premarket", "cyber-devices", date(2024, 1, 1))
            .contains("no topic `cyber-devices in fda-premarket 2023-09-27`")
    );
    assert!(refused("fda", "purchasing", date(2026, 1, 1)).contains("no document `fda`; known: eu-ivdr"));
}

/// A proposal is listed and cited on no day; a clause from memory is never printed without saying so.
#[test]
fn neither_a_proposal_nor_a_memory_is_printed_as_law() {
    let citations = Citations::built_in().unwrap();
    let mdr = citations.document("eu-mdr").unwrap();
    assert_eq!(mdr.proposed().map(|edition| edition.id.as_str()).collect::<Vec<_>>(), ["com-2025-1023"]);
    assert!(mdr.topics().contains("exploited-vulnerabilities-report"));
    assert!(citations.cite("eu-mdr", "exploited-vulnerabilities-report", date(2026, 11, 27)).is_err());
    assert_eq!(
        cite("eu-mdr", "information-security", date(2026, 11, 27)),
        "Annex I, 17.2 [Regulation (EU) 2017/745 on medical devices]"
    );
    assert_eq!(
        cite("iso-14971", "risk-control", date(2026, 11, 27)),
        "7.1 and 7.2 [ISO 14971:2019] (not compared with the text yet)"
    );
}

/// The same policies under two editions of the guidance differ in what they cite, and in nothing else.
#[test]
fn two_editions_differ_in_citations_only() {
    let library = Library::built_in().unwrap();
    let citations = Citations::built_in().unwrap();
    let names: Vec<String> = library.policy_names().map(str::to_owned).collect();
    let (older, newer) = (date(2026, 2, 2), date(2026, 2, 3));
    assert_eq!(library.select(&names, older), library.select(&names, newer));
    let rulebook = library.select(&names, newer).unwrap();
    let cited = |on| {
        let documents = rulebook.policies.iter().flat_map(|policy| &policy.cites);
        citations.of(documents, on).unwrap()
    };
    let (before, after) = (cited(older), cited(newer));
    let topics = |of: &[super::Citation]| {
        of.iter().map(|citation| (citation.document.clone(), citation.topic.clone())).collect::<Vec<_>>()
    };
    assert_eq!(topics(&before), topics(&after));
    let moved = before.iter().zip(&after).filter(|(before, after)| before.clause != after.clause).count();
    assert_eq!(moved, 7);
    assert!(before.iter().zip(&after).all(|(before, after)| before == after || before.document == "fda-premarket"));
}

#[test]
fn every_document_that_a_policy_names_is_there() {
    let library = Library::built_in().unwrap();
    let names: Vec<String> = library.policy_names().map(str::to_owned).collect();
    let rulebook = library.select(&names, date(2026, 11, 27)).unwrap();
    let citations = Citations::built_in().unwrap();
    for policy in &rulebook.policies {
        assert!(citations.of(&policy.cites, date(2026, 11, 27)).is_ok(), "{}", policy.id);
    }
}

#[test]
fn editions_that_exclude_each_other_are_refused() {
    let refused = |from: &str, to: &str| {
        assert!(FDA.contains(from), "{from}");
        match Document::read("c.toml", &FDA.replacen(from, to, 1)) {
            Err(PolicyError::Malformed { message, .. }) => message,
            other => panic!("{other:?}"),
        }
    };
    assert!(refused("to = 2025-06-26", "to = 2025-06-27").contains("exclude each other"));
    assert!(refused("id = \"2025-06-27\"", "id = \"2023-09-27\"").contains("exclude each other"));
    assert!(refused("in_force = { from = 2023-09-27, to = 2025-06-26 }", "").contains("or `proposed`"));
    assert!(refused("editions = [\"2026-02-03\"]", "editions = [\"2026-02-04\"]").contains("no edition `2026-02-04`"));
    assert!(refused("topic = \"purchasing\"", "topic = \"risk-management\"").contains("cited twice"));
}
