//! What the terminal shows, as snapshots.

#[path = "support/lvp.rs"]
mod lvp;

use ward_model::finding::State;
use ward_publish::text::{self, TextOptions};

const PLAIN: TextOptions = TextOptions { width: 100, colour: false, verbose: false };

#[test]
fn assessment_by_default() {
    insta::assert_snapshot!(text::assessment(&lvp::assessment(), &lvp::device(), &PLAIN));
}

#[test]
fn assessment_in_full_on_a_narrow_terminal() {
    let options = TextOptions { width: 72, verbose: true, ..PLAIN };
    insta::assert_snapshot!(text::assessment(&lvp::assessment(), &lvp::device(), &options));
}

#[test]
fn scan_by_default() {
    insta::assert_snapshot!(text::scan(&lvp::scan(), &TextOptions { width: 140, ..PLAIN }));
}

#[test]
fn unknown_findings_of_one_reason_share_a_row_and_what_is_affected_or_exploited_does_not() {
    let mut scan = lvp::scan();
    let first = lvp::finding("OSV-2020-100", "unknown", State::Unknown);
    let numbered = |number: u32| {
        let mut finding = first.clone();
        finding.vulnerability_mut().id = format!("OSV-2020-{number}").as_str().into();
        finding
    };
    scan.findings = (100..120).map(numbered).collect();
    scan.findings[7].state = State::Affected;
    scan.findings[9].vulnerability_mut().kev = true;
    let text = text::scan(&scan, &TextOptions { width: 140, ..PLAIN });
    assert!(text.contains("OSV-2020-100 and 17 more"), "{text}");
    assert!(text.contains("Unknown         19 findings"), "{text}");
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("unknown  ")).count();
    assert_eq!(rows(&text), 3, "{text}");
    assert!(text.contains("OSV-2020-107 ") && text.contains("OSV-2020-109 "), "{text}");
    let all = text::scan(&scan, &TextOptions { width: 140, verbose: true, ..PLAIN });
    assert_eq!(rows(&all), 20, "{all}");
}

#[test]
fn colour_adds_nothing_but_colour() {
    let coloured = text::assessment(&lvp::assessment(), &lvp::device(), &TextOptions { colour: true, ..PLAIN });
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_ne!(plain, coloured);
    let trim = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&plain), trim(&text::assessment(&lvp::assessment(), &lvp::device(), &PLAIN)));
}

#[test]
fn a_name_cannot_write_to_the_terminal() {
    let mut assessment = lvp::assessment();
    assessment.device.name = "pump\u{1b}]0;evil\u{7}".into();
    assert!(!text::assessment(&assessment, &lvp::device(), &PLAIN).contains('\u{1b}'));
}

#[test]
fn hundreds_of_verdicts_stay_readable() {
    let mut assessment = lvp::assessment();
    let first = assessment.verdicts[0].clone();
    for number in 0..400 {
        let mut verdict = first.clone();
        verdict.subject.id = format!("CVE-2026-{number:04}");
        verdict.id = format!("v{number}");
        assessment.verdicts.push(verdict);
    }
    let text = text::assessment(&assessment, &lvp::device(), &PLAIN);
    assert!(text.lines().count() < 250, "{} lines", text.lines().count());
    assert!(text.contains("-v"));
    let all = text::assessment(&assessment, &lvp::device(), &TextOptions { verbose: true, ..PLAIN });
    assert!(all.contains("CVE-2026-0399"));
}
