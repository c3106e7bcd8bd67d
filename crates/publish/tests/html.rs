//! The page of an assessment: whole, closed to the outside, and the same each time.

#[path = "support/lvp.rs"]
mod lvp;

use std::collections::BTreeSet;

use ward_model::assessment::Assessment;
use ward_model::device::Configurations;
use ward_publish::pictures::Subject;
use ward_publish::svg::PolicyMatrix;
use ward_publish::{html, svg};

fn page() -> String {
    page_of(&lvp::assessment())
}

fn page_of(assessment: &Assessment) -> String {
    let matrices = [PolicyMatrix {
        policy: lvp::assessment().verdicts[0].policy.clone(),
        cells: lvp::matrix_cells(),
        controlled: "controlled risk".into(),
        uncontrolled: "uncontrolled risk".into(),
    }];
    let (device, configurations) = (lvp::device(), Configurations::default());
    html::assessment(&Subject { assessment, device: &device, configurations: &configurations, matrices: &matrices })
}

/// The text between each pair of marks.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> Vec<&'a str> {
    text.split(start).skip(1).filter_map(|rest| rest.split_once(end)).map(|(inside, _)| inside).collect()
}

#[test]
fn page_of_the_pump() {
    insta::assert_snapshot!(page());
}

#[test]
fn picture_of_the_pump() {
    insta::assert_snapshot!(svg::architecture(&lvp::device(), None));
}

#[test]
fn picture_of_a_path() {
    insta::assert_snapshot!(svg::architecture(&lvp::device(), Some(&lvp::assessment().verdicts[2].witness)));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    assert_eq!(page(), page());
}

#[test]
fn nothing_is_fetched_or_run() {
    let page = page();
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    for forbidden in
        ["<script", "javascript:", "<link", "<img", "@import", "url(", " src=", " style=", " onload=", "<iframe"]
    {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    // The name of the SVG language is the only address on the page.
    for address in between(&page, "http", "\"") {
        assert!(address == "-equiv=" || address == "://www.w3.org/2000/svg", "{address}");
    }
}

#[test]
fn every_reference_has_its_place_and_every_place_is_one() {
    let page = page();
    let mut places = BTreeSet::new();
    for id in between(&page, " id=\"", "\"") {
        assert!(places.insert(id), "{id} stands twice");
    }
    for target in between(&page, "href=\"#", "\"").into_iter().chain(between(&page, "aria-labelledby=\"", "\"")) {
        assert!(places.contains(target), "{target} leads nowhere");
    }
}

#[test]
fn every_opened_element_is_closed_in_order() {
    let page = page();
    let body = page.split_once("<body>").unwrap().1;
    let mut open = Vec::new();
    for tag in between(body, "<", ">") {
        let name = tag.split([' ', '\n', '/']).find(|part| !part.is_empty()).unwrap();
        if tag.starts_with('/') {
            if open.is_empty() {
                assert_eq!(name, "body");
                break;
            }
            assert_eq!(open.pop(), Some(name), "near {tag}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn every_table_has_column_heads_and_every_picture_a_title() {
    let page = page();
    for table in between(&page, "<table", "</table>") {
        assert!(table.contains("<thead><tr><th scope=\"col\">"), "{table}");
    }
    for picture in between(&page, "<svg", "</svg>") {
        assert!(picture.contains("role=\"img\"") && picture.contains("<title>") && picture.contains("<desc>"));
    }
}

#[test]
fn what_comes_from_outside_is_text() {
    let mut assessment = lvp::assessment();
    assessment.device.name = "<script>alert(1)</script>".into();
    assessment.verdicts[0].reasons = vec!["<b>&\u{1b}[0m".into()];
    std::sync::Arc::make_mut(&mut assessment.findings[0].finding.vulnerability).description = "\"><img src=x>".into();
    let page = page_of(&assessment);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>") && !page.contains('\u{1b}'));
}

#[test]
fn everything_that_must_be_said_is_said() {
    let (assessment, page) = (lvp::assessment(), page());
    for verdict in &assessment.verdicts {
        assert!(page.contains(&verdict.id), "{}", verdict.id);
    }
    for digest in
        [assessment.inputs.device, assessment.inputs.knowledge, assessment.inputs.rules, assessment.inputs.decisions]
    {
        assert!(page.contains(&digest.to_string()));
    }
    for said in [
        "ward feeds sync",
        "built-in seed",
        "undetermined",
        "Privacy only",
        "Watch list",
        "no authentication",
        "ward decide DIR",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

/// Relative luminance contrast (WCAG 2) of every colour that text has on the page, against white and the shades behind it.
#[test]
fn text_has_contrast() {
    let channel = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |hex: &str| {
        let part = |at: usize| channel(u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    };
    for text in ["1c2733", "4a5866", "0b4f8a"] {
        for ground in ["ffffff", "f4f6f8", "eef4fa", "f3f5ee", "f8f2ee", "f3f1f6", "fdf6e3"] {
            let (dark, light) = (luminance(text), luminance(ground));
            assert!((light + 0.05) / (dark + 0.05) >= 4.5, "{text} on {ground}");
            assert!(page().contains(&format!("#{text}")));
        }
    }
}

#[test]
fn an_assessment_with_nothing_to_judge_does_not_comfort() {
    let mut assessment = lvp::assessment();
    assessment.verdicts.clear();
    assessment.single_actions.clear();
    assessment.summary = ward_model::assessment::Summary::default();
    assert!(page_of(&assessment).contains("There was nothing to judge"));
}
