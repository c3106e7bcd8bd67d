//! An event of the watch-list becomes live when what it lacks is added, and says why.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use ward_assess::{became_live, since};
use ward_model::Assessment;
use ward_model::device::Device;
use ward_model::since::{CauseKind, Earlier};
use ward_model::verdict::{Outcome, Place};
use ward_model::watching::{LiveBy, PredicateKind};

#[path = "support/sealed.rs"]
mod sealed;
#[path = "support/small.rs"]
mod small;

use sealed::{SYSTEM, folder, record};
use small::{TODAY, assessed_with};

const LINK: &str = r#"
[[link]]
id = "orders"
from = "server"
to = "pump"
medium = "ip"
exposed_to = ["hospital-network"]
carries = ["data"]
authentication = "none"
claims = { exposed_to = "evidence/e.md", carries = "evidence/e.md" }
"#;

fn assessed(system: &str) -> (Assessment, Device) {
    let reading = folder(system);
    // Only over a network.
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    (assessed_with(&reading.device, &reading.decisions, record(vector)), reading.device)
}

#[test]
fn an_event_becomes_live_when_its_missing_link_is_added_and_says_why() {
    let (before, bare) = assessed(SYSTEM);
    let waiting: Vec<&str> = before.watch_list.iter().map(|item| item.event.as_str()).collect();
    assert_eq!(waiting, ["CVE-2026-0001"], "{:#?}", before.verdicts);
    let item = &before.watch_list[0];
    assert!(!item.failed_predicate.is_empty() && !item.becomes_live_if.is_empty());
    assert!(item.review_by > TODAY);
    let kinds: Vec<(PredicateKind, LiveBy)> = item.predicates.iter().map(|one| (one.kind, one.live_by)).collect();
    assert!(!kinds.is_empty() && !kinds.contains(&(PredicateKind::NoHarmReached, LiveBy::Link)), "{item:#?}");
    assert!(
        item.predicates
            .iter()
            .all(|one| item.failed_predicate.contains(one.text.trim_start_matches("it is not so that ")))
    );
    // As it comes back from its JSON.
    let earlier: Earlier = serde_json::from_str(&serde_json::to_string(&before).expect("JSON")).expect("an answer");
    assert_eq!(became_live(&earlier, &before, &bare), Vec::new());
    let same = since(&earlier, &before, &bare);
    assert!(same.inputs_changed.is_empty() && same.left_the_list.is_empty() && same.turned.is_empty(), "{same:#?}");
    let (after, linked) = assessed(&format!("{SYSTEM}{LINK}"));
    assert!(after.watch_list.iter().all(|item| item.event != "CVE-2026-0001"));
    let live = became_live(&earlier, &after, &linked);
    assert_eq!(live.len(), 1, "{live:#?}");
    assert_eq!(live[0].item, *item);
    assert!(live[0].new_on_the_way.contains(&Place::Link("orders".to_owned())), "{live:#?}");
    assert!(live[0].by.iter().any(|fact| fact.contains("orders")), "{live:#?}");
    let added = |cause: &ward_model::since::Cause| {
        cause.kind == CauseKind::Added && cause.at == Some(Place::Link("orders".to_owned()))
    };
    assert!(live[0].causes.iter().any(added), "{live:#?}");
    let found = since(&earlier, &after, &linked);
    assert_eq!(found.became_live, live);
    let turned = found.turned.iter().find(|one| one.subject == "CVE-2026-0001").expect("it turned");
    assert_eq!((turned.before, turned.now), (Some(Outcome::Controlled), Some(Outcome::Uncontrolled)));
    assert!(turned.causes.iter().any(added), "{turned:#?}");
    // And back: what became live goes with its link.
    let back = since(&Earlier::from(&after), &before, &bare);
    let turned = back.turned.iter().find(|one| one.subject == "CVE-2026-0001").expect("it turned back");
    assert_eq!((turned.before, turned.now), (Some(Outcome::Uncontrolled), Some(Outcome::Controlled)));
    assert!(turned.causes.iter().any(|cause| cause.kind == CauseKind::Removed), "{turned:#?}");
}
