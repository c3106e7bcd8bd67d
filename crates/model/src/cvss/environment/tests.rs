use proptest::prelude::*;

use super::{Recovery, ResponseEffort, Safety, Setting, Urgency, ValueDensity};
use crate::cvss::{CvssVersion, Vector};
use crate::device::UpdatePath;
use crate::scale::{Persons, Severity};

const WORST_V4: &str = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H";

fn vector(text: &str) -> Vector {
    Vector::parse(text).unwrap()
}

fn environmental(text: &str) -> String {
    vector(text).scores().environmental.unwrap().to_string()
}

/// Scores of published calculators.
#[test]
fn environmental_scores_are_the_published_ones() {
    let v3 = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:H";
    let one = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    for (text, expected) in [
        (format!("{v3}/IR:H/AR:H/MAV:A/MAC:H/MPR:H/MS:U/MC:H/MI:H/MA:H"), "6.4"),
        // What is not defined has no effect.
        (format!("{v3}/E:X/RL:X/RC:X/CR:X/IR:H/AR:H/MAV:A/MAC:H/MPR:H/MUI:X/MS:U/MC:H/MI:H/MA:H"), "6.4"),
        (format!("{one}/MAV:P/MVC:N"), "5.2"),
        (format!("{one}/CR:L/IR:L/AR:L"), "8.9"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:H/SI:H/SA:H/MSI:S".to_owned(), "9.1"),
        (format!("{WORST_V4}/E:A/CR:H/IR:H/AR:H/MSI:S/MSA:S"), "10.0"),
    ] {
        assert_eq!(environmental(&text), expected, "{text}");
    }
}

#[test]
fn what_a_vector_states_is_shown() {
    let text = format!("{WORST_V4}/CR:X/AR:H/MSI:S/MSA:S/S:P/AU:Y/R:I/V:C/RE:H/U:Amber");
    let stated = vector(&text);
    let environment: Vec<_> = stated.environment().into_iter().collect();
    assert_eq!(environment, [("AR", "H".to_owned()), ("MSA", "S".to_owned()), ("MSI", "S".to_owned())]);
    let supplemental = stated.supplemental().unwrap();
    assert_eq!(supplemental.safety, Some(Safety::Present));
    assert_eq!(supplemental.automatable, Some(true));
    assert_eq!(supplemental.recovery, Some(Recovery::Irrecoverable));
    assert_eq!(supplemental.value_density, Some(ValueDensity::Concentrated));
    assert_eq!(supplemental.response_effort, Some(ResponseEffort::High));
    assert_eq!(supplemental.urgency, Some(Urgency::Amber));
    assert_eq!(vector(WORST_V4).supplemental(), None);
    // In version 3, S is the scope.
    assert_eq!(vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H").supplemental(), None);
    let two = vector("AV:N/AC:L/Au:N/C:C/I:C/A:C/CDP:H/TD:ND/CR:M");
    assert_eq!(two.environment().into_keys().collect::<Vec<_>>(), ["CDP", "CR"]);
}

/// Safety is a value of the modified metrics of subsequent systems, and of no other.
#[test]
fn safety_stands_only_where_it_may() {
    for wrong in ["SI:S", "MSC:S", "MVI:S", "MVA:S"] {
        let text = match wrong.strip_prefix('M') {
            Some(_) => format!("{WORST_V4}/{wrong}"),
            None => WORST_V4.replace("SI:H", wrong),
        };
        assert!(Vector::parse(&text).is_err(), "{text}");
    }
}

fn setting(altered: Option<Severity>, stopped: Option<Severity>) -> Setting {
    Setting { altered, stopped, persons: Persons::Count(1), update_path: None }
}

/// Severity and the safety of people (domain: CVSS 4.0 for devices).
#[test]
fn a_setting_implies_what_happens_to_the_patient() {
    let base = "CVSS:4.0/AV:A/AC:H/AT:N/PR:N/UI:N/VC:N/VI:H/VA:H/SC:N/SI:N/SA:N";
    let of = |setting: Setting| vector(base).in_setting(&setting).to_string();
    assert_eq!(of(setting(None, None)), base);
    assert_eq!(of(setting(Some(Severity::Minor), None)), format!("{base}/S:N"));
    assert_eq!(of(setting(Some(Severity::Minor), Some(Severity::Serious))), format!("{base}/MSA:S/S:P"));
    let implant = Setting {
        persons: Persons::Many,
        update_path: Some(UpdatePath::Surgery),
        ..setting(Some(Severity::Catastrophic), Some(Severity::Critical))
    };
    assert_eq!(of(implant), format!("{base}/MSI:S/MSA:S/S:P/R:I/V:C"));
    let three = "CVSS:3.1/AV:A/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N";
    let answered = vector(three).in_setting(&setting(Some(Severity::Serious), None));
    assert_eq!(answered.to_string(), format!("{three}/IR:H/MI:H"));
    assert_eq!(vector("AV:N/AC:L/Au:N/C:C/I:C/A:C").in_setting(&implant).to_string(), "AV:N/AC:L/Au:N/C:C/I:C/A:C");
}

#[test]
fn what_is_stated_and_worse_is_kept() {
    let stated = format!("{WORST_V4}/MSI:S/MSA:N/S:P");
    let mild = vector(&stated).in_setting(&setting(Some(Severity::Minor), Some(Severity::Serious)));
    assert_eq!(mild.to_string(), format!("{WORST_V4}/MSI:S/MSA:S/S:P"));
}

/// The equations of version 3.1 for the environmental score, written down a second time.
fn by_the_equations(text: &str) -> f64 {
    let stated = |name: &str| {
        text.split('/').find_map(|item| {
            item.split_once(':').filter(|(key, value)| *key == name && *value != "X").map(|(_, value)| value)
        })
    };
    let modified = |name: &str| stated(&format!("M{name}")).or_else(|| stated(name)).unwrap();
    let impact = |name: &str| match modified(name) {
        "H" => 0.56,
        "L" => 0.22,
        _ => 0.0,
    };
    let requirement = |name: &str| match stated(name) {
        Some("H") => 1.5,
        Some("L") => 0.5,
        _ => 1.0,
    };
    let changed = modified("S") == "C";
    let missing: f64 = [("C", "CR"), ("I", "IR"), ("A", "AR")]
        .into_iter()
        .map(|(name, need)| 1.0 - impact(name) * requirement(need))
        .product();
    let sub = (1.0 - missing).min(0.915);
    let impact = if changed { 7.52 * (sub - 0.029) - 3.25 * (sub * 0.9731 - 0.02).powi(13) } else { 6.42 * sub };
    let vector = match modified("AV") {
        "N" => 0.85,
        "A" => 0.62,
        "L" => 0.55,
        _ => 0.2,
    };
    let complexity = if modified("AC") == "L" { 0.77 } else { 0.44 };
    let privileges = match (modified("PR"), changed) {
        ("N", _) => 0.85,
        ("L", false) => 0.62,
        ("L", true) => 0.68,
        (_, false) => 0.27,
        (_, true) => 0.5,
    };
    let interaction = if modified("UI") == "N" { 0.85 } else { 0.62 };
    let exploitability = 8.22 * vector * complexity * privileges * interaction;
    let maturity = match stated("E") {
        Some("U") => 0.91,
        Some("P") => 0.94,
        Some("F") => 0.97,
        _ => 1.0,
    };
    if impact <= 0.0 {
        return 0.0;
    }
    let sum = if changed { 1.08 * (impact + exploitability) } else { impact + exploitability };
    roundup(roundup(sum.min(10.0)) * maturity)
}

/// The rounding that the appendix of version 3.1 gives.
fn roundup(value: f64) -> f64 {
    let whole = (value * 100_000.0).round() as i64;
    if whole % 10_000 == 0 { whole as f64 / 100_000.0 } else { ((whole / 10_000) as f64 + 1.0) / 10.0 }
}

fn any_v31() -> impl Strategy<Value = String> {
    let pick = |values: &'static [&'static str]| proptest::sample::select(values);
    let base =
        (pick(&["N", "A", "L", "P"]), pick(&["L", "H"]), pick(&["N", "L", "H"]), pick(&["N", "R"]), pick(&["U", "C"]));
    let impacts = [pick(&["N", "L", "H"]), pick(&["N", "L", "H"]), pick(&["N", "L", "H"])];
    let needs = [pick(&["X", "L", "M", "H"]), pick(&["X", "L", "M", "H"]), pick(&["X", "L", "M", "H"])];
    let modified = (
        pick(&["X", "N", "A", "L", "P"]),
        pick(&["X", "L", "H"]),
        pick(&["X", "N", "L", "H"]),
        pick(&["X", "N", "R"]),
        pick(&["X", "U", "C"]),
        [pick(&["X", "N", "L", "H"]), pick(&["X", "N", "L", "H"]), pick(&["X", "N", "L", "H"])],
    );
    (base, impacts, needs, modified, pick(&["X", "U", "P", "F", "H"])).prop_map(
        |((av, ac, pr, ui, s), [c, i, a], [cr, ir, ar], (mav, mac, mpr, mui, ms, [mc, mi, ma]), e)| {
            format!(
                "CVSS:3.1/AV:{av}/AC:{ac}/PR:{pr}/UI:{ui}/S:{s}/C:{c}/I:{i}/A:{a}/E:{e}/CR:{cr}/IR:{ir}/AR:{ar}/MAV:{mav}/MAC:{mac}/MPR:{mpr}/MUI:{mui}/MS:{ms}/MC:{mc}/MI:{mi}/MA:{ma}"
            )
        },
    )
}

fn any_v4() -> impl Strategy<Value = String> {
    let metrics: Vec<(&str, &[&str])> = vec![
        ("AV", &["N", "A", "L", "P"]),
        ("AC", &["L", "H"]),
        ("AT", &["N", "P"]),
        ("PR", &["N", "L", "H"]),
        ("UI", &["N", "P", "A"]),
        ("VC", &["H", "L", "N"]),
        ("VI", &["H", "L", "N"]),
        ("VA", &["H", "L", "N"]),
        ("SC", &["H", "L", "N"]),
        ("SI", &["H", "L", "N"]),
        ("SA", &["H", "L", "N"]),
        ("E", &["X", "A", "P", "U"]),
        ("CR", &["X", "H", "M", "L"]),
        ("IR", &["X", "H", "M", "L"]),
        ("AR", &["X", "H", "M", "L"]),
        ("MAV", &["X", "N", "A", "L", "P"]),
        ("MVI", &["X", "H", "L", "N"]),
        ("MSI", &["X", "S", "H", "L", "N"]),
        ("MSA", &["X", "S", "H", "L", "N"]),
    ];
    let values: Vec<_> = metrics
        .into_iter()
        .map(|(name, values)| proptest::sample::select(values).prop_map(move |value| format!("{name}:{value}")))
        .collect();
    values.prop_map(|metrics| format!("CVSS:4.0/{}", metrics.join("/")))
}

fn any_setting() -> impl Strategy<Value = Setting> {
    let severity = || proptest::option::of(proptest::sample::select(Severity::ALL));
    (severity(), severity(), any::<bool>()).prop_map(|(altered, stopped, several)| Setting {
        persons: if several { Persons::Many } else { Persons::Count(1) },
        ..setting(altered, stopped)
    })
}

proptest! {
    #[test]
    fn version_31_agrees_with_its_equations(text in any_v31()) {
        let score = vector(&text).scores().environmental.unwrap();
        prop_assert_eq!(i64::from(score.tenths()), (by_the_equations(&text) * 10.0).round() as i64, "{}", text);
    }

    /// Supplemental metrics inform: no score changes by them.
    #[test]
    fn supplemental_metrics_change_no_score(text in any_v4(), safety in any::<bool>()) {
        let with = format!("{text}/S:{}/AU:Y/R:I/V:C/RE:H/U:Red", if safety { "P" } else { "N" });
        prop_assert_eq!(vector(&with).scores(), vector(&text).scores());
        prop_assert_eq!(Vector::parse(vector(&with).as_str()).unwrap(), vector(&with));
    }

    /// What happens to people never makes a score better.
    #[test]
    fn a_setting_never_lowers_a_score(text in prop_oneof![any_v31(), any_v4()], setting in any_setting()) {
        let before = vector(&text);
        let after = before.in_setting(&setting);
        prop_assert!(after.scores().overall >= before.scores().overall, "{} {}", before, after);
        prop_assert_eq!(after.in_setting(&setting), after.clone());
        prop_assert_eq!(after.version() == CvssVersion::V4, before.version() == CvssVersion::V4);
    }
}
