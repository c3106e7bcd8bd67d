//! Components that somebody looked at by other means: that counts for what could be known then, and for nothing that came after.
#![allow(clippy::expect_used, reason = "a test fails by it")]

use jiff::civil::{Date, date};
use ward_model::verdict::{Outcome, PresumedBecause};
use ward_model::vulnerability::VulnerabilityRecord;

#[path = "support/pump.rs"]
mod pump;
#[path = "support/small.rs"]
mod small;

use pump::{SYSTEM, assessed_as, criterion, record, verdict};

/// The viewer on the pump says nothing of its version.
const SBOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[
    {"type":"application","name":"viewer","bom-ref":"viewer","cpe":"cpe:2.3:a:acme:viewer:*:*:*:*:*:*:*:*"}]}"#;

/// The outcome of what is presumed of the pump because it could not be assessed, and why, where these are known of the viewer.
fn presumed(known: &[(&str, Option<Date>)], reviewed: bool) -> Option<(Outcome, String)> {
    let record = |(id, published): &(&str, Option<Date>)| VulnerabilityRecord {
        published: *published,
        ..record("nvd", id, vec![vec![criterion(true, "a:viewer", Some((None, "2.0")))]])
    };
    let with = "instances_per_site = 1\nreviewed_components = [{ ref = \"viewer\", evidence = \"evidence/e.md\" }]";
    let system = SYSTEM.replacen("instances_per_site = 1", with, 1);
    let but = ["control:viewer-off", "component:pump/viewer"];
    let but = if reviewed { &but[..1] } else { &but[..] };
    let more = [("sbom/pump.cdx.json", SBOM)];
    let assessment = assessed_as(&system, known.iter().map(record).collect(), [&[], &[]], &more, but);
    let verdict = verdict(&assessment, "pump", Some(PresumedBecause::Unassessed))?;
    Some((verdict.verdict, verdict.reasons.join("\n")))
}

/// Decisions are entered on 2026-11-01.
#[test]
fn what_came_to_be_known_after_a_review_is_not_reviewed() {
    let (before, on, after) = (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2));
    let old = ("CVE-2026-0001", Some(before));
    assert_eq!(presumed(&[old], false).map(|(outcome, _)| outcome), Some(Outcome::Uncontrolled), "nobody looked");
    assert_eq!(presumed(&[old, ("CVE-2026-0002", Some(on))], true), None, "all of it could be known");
    let newer = [old, ("CVE-2026-0002", Some(after)), ("CVE-2026-0003", Some(date(2026, 11, 20)))];
    let (outcome, why) = presumed(&newer, true).expect("a presumed verdict");
    assert_eq!(outcome, Outcome::Uncontrolled);
    for part in ["2 vulnerabilities", "reviewed on 2026-11-01", "the newest CVE-2026-0003 of 2026-11-20"] {
        assert!(why.contains(part), "{part}: {why}");
    }
}
