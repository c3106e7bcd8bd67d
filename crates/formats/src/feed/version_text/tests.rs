use proptest::prelude::*;
use ward_model::affected::{VersionOrderKind, VersionStatement, VersionStatus};

use super::understand;

fn shown(text: &str) -> String {
    let order = VersionOrderKind::Named(String::new());
    let statements = understand(text, &order, VersionStatus::Affected);
    let words: Vec<String> = statements
        .iter()
        .map(|statement| match statement {
            VersionStatement::Listed { versions, .. } => format!("[{}]", versions.join(" / ")),
            VersionStatement::Range { interval, .. } => interval.to_string(),
            VersionStatement::Prose { .. } => "?".to_owned(),
            VersionStatement::Events { .. } => "events".to_owned(),
        })
        .collect();
    words.join(" || ")
}

#[test]
fn what_is_certain_is_understood() {
    for (text, wanted) in [
        ("1.0.13", "[1.0.13]"),
        ("1.1.3 Build 10", "[1.1.3 Build 10]"),
        ("A10 | A11", "[A10 / A11]"),
        ("3.0|3.1", "[3.0 / 3.1]"),
        ("10.5, 11.1, 11.5", "[10.5 / 11.1 / 11.5]"),
        ("12.2(33)SXI", "[12.2(33)SXI]"),
        ("= 1.2", "[1.2]"),
        ("vers:all/*", "*"),
        ("All versions", "*"),
        ("<= 1.0.51", "<=1.0.51"),
        ("<12.2.8.410", "<12.2.8.410"),
        ("<= v22D28", "<=v22D28"),
        (">= 1.3.4 | < 1.5.3", ">=1.3.4 <1.5.3"),
        (">= 1.0.0  | <= 1.3.1", ">=1.0.0 <=1.3.1"),
        (">= 2018-1 | <= 2021-1", ">=2018-1 <=2021-1"),
        (">= 8.0, < 8.2, >= 9.0, < 9.1", ">=8.0 <8.2 || >=9.0 <9.1"),
        (">= 4.0.1", ">=4.0.1"),
        ("> 4.0.1", ">4.0.1"),
        ("<= 12.2.x.x", "<12.3"),
        ("4.X | 5.X", ">=4 <5 || >=5 <6"),
        ("2.3.6 and  below", "<=2.3.6"),
        ("8.0.26 and prior", "<=8.0.26"),
        ("5.7.18 and earlier versions", "<=5.7.18"),
        ("7.0 or later", ">=7.0"),
        ("All versions < V4.1.4", "<V4.1.4"),
        ("All versions prior to 23.08.07", "<23.08.07"),
        ("before version 88", "<88"),
        ("1.0.0 to 1.3.7", ">=1.0.0 <=1.3.7"),
        ("from 1.0 before 1.2", ">=1.0 <1.2"),
        ("5.0.0.0 \u{2013} v5.3.4.4, v5.4.0.0 \u{2013} v5.6.0.20", ">=5.0.0.0 <=v5.3.4.4 || >=v5.4.0.0 <=v5.6.0.20"),
        ("vers:pypi/>=1.0|<2.0", ">=1.0 <2.0"),
        ("vers:generic/<1.0|>=2.0|<3.0|5.0", "[5.0] || <1.0 || >=2.0 <3.0"),
    ] {
        assert_eq!(shown(text), wanted, "{text}");
    }
}

#[test]
fn everything_else_stays_words() {
    for text in [
        "",
        "n/a",
        "< august 28",
        "<May 2018",
        "<8/30/2024",
        "distributed  < april 1, 2018",
        "<= S4 A.07.107",
        "<= U61 |<= L81",
        "<=N",
        "A.01 <= C.0x | 4.0",
        "<= 2.01 (end-of-life Nov 2017)",
        "v6.x (with Wireless Battery Modules v9 | v11 | >= v20D29 | <= v20D32)",
        "6.x model 35700BAX",
        "Rev B-M",
        "2nd Edition",
        "CR-IR 357",
        "Version A, Firmware A.03.09",
        "053L000091 (global) / 054U000091 (U.S.)",
        "Windows 10 Professional Operating System U.S. release",
        "< 2.0 | > 1.0",
        ">= 3.0, < 2.0",
        ">= 1.0, 1.5",
        "1.0-2.0",
        "7-9",
        "!= 1.0",
        "vers:unheard-of/1.0",
        "vers:generic/!=1.0",
        "Upgrade to the latest version.",
    ] {
        assert_eq!(shown(text), "?", "{text}");
    }
}

#[test]
fn what_may_mean_less_never_clears_a_version() {
    let order = VersionOrderKind::Named(String::new());
    let cleared = understand("up to 2.0", &order, VersionStatus::Unaffected);
    assert!(matches!(cleared.as_slice(), [VersionStatement::Prose { .. }]));
    assert_eq!(shown("up to 2.0"), "<=2.0");
}

proptest! {
    #[test]
    fn no_text_makes_it_fall_over(text in r"([<>=|,;*xX vV0-9a-z.\-\u{2013}]|and |prior|to |vers:){0,12}") {
        let order = VersionOrderKind::Named(String::new());
        let statements = understand(&text, &order, VersionStatus::Affected);
        prop_assert!(!statements.is_empty());
    }
}
