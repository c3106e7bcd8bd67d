//! What became live: events that touched nothing in one assessment and reach harm in a later one, with what changed between.

use std::collections::BTreeSet;

use ward_model::Assessment;
use ward_model::ids::{ElementId, FieldedVersionId};
use ward_model::verdict::{Place, Verdict};

/// An event of the watch-list that is live now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BecameLive {
    /// The vulnerability or weakness.
    pub event: String,
    /// Where.
    pub element: ElementId,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// What did not hold before.
    pub failed_predicate: String,
    /// What was named then as what would make it live.
    pub becomes_live_if: String,
    /// The places on its way to harm on which no way to harm went before: what changed stands there, or is found there.
    pub new_on_the_way: Vec<Place>,
    /// The facts by which it reaches harm now, in their order.
    pub by: Vec<String>,
    /// The verdict that it has now.
    pub verdict: String,
}

/// What became live between two assessments of a device, in the order of the earlier watch-list. An event counts once for every
/// verdict that reaches a harm, whether or not that is controlled: it touches something now.
pub fn became_live(before: &Assessment, after: &Assessment) -> Vec<BecameLive> {
    let walked: BTreeSet<&Place> =
        before.verdicts.iter().flat_map(|verdict| &verdict.witness.nodes).map(|node| &node.at).collect();
    let mut live = Vec::new();
    for item in &before.watch_list {
        let is_it = |verdict: &&Verdict| {
            verdict.subject.id == item.event
                && verdict.element == item.element
                && verdict.fielded_version == item.fielded_version
                && verdict.presumed_because.is_none()
                && verdict.harm.is_some()
        };
        for verdict in after.verdicts.iter().filter(is_it) {
            let nodes = &verdict.witness.nodes;
            let new: BTreeSet<&Place> = nodes.iter().map(|node| &node.at).filter(|at| !walked.contains(at)).collect();
            live.push(BecameLive {
                event: item.event.clone(),
                element: item.element.clone(),
                fielded_version: item.fielded_version.clone(),
                failed_predicate: item.failed_predicate.clone(),
                becomes_live_if: item.becomes_live_if.clone(),
                new_on_the_way: new.into_iter().cloned().collect(),
                by: nodes.iter().map(|node| format!("{} ({})", node.fact, node.by)).collect(),
                verdict: verdict.id.clone(),
            });
        }
    }
    live
}
