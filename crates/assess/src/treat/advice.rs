//! What is advised where there is no treatment, and about what stays presumed.

use std::collections::BTreeSet;

use ward_model::hypothesis::Change;
use ward_model::ids::{ElementId, FunctionId};
use ward_model::knowledge::KnowledgeError;
use ward_model::verdict::{Place, PresumedBecause};
use ward_risk::loss;
use ward_risk::open::Open;

use super::{Ended, Search};

impl Search<'_> {
    /// What is left where there is no treatment: to give up links and what rests on them, or the device.
    pub(super) fn instead(&mut self) -> Result<Vec<String>, KnowledgeError> {
        let device = self.inputs.device;
        let replace = "no treatment exists: replace it";
        let (ended, cost) = self.search(true)?;
        let Ended::Treated(set) = ended else {
            return Ok(vec![format!("{replace}; even taken off every link it is not controlled"), self.meanwhile()?]);
        };
        let changes = self.changes(&set);
        let lost = loss::lost(device, self.effects, &isolated(&changes));
        let named = |id: &FunctionId| {
            let function = device.functions.get(id);
            let essential = function.is_some_and(|function| function.essential);
            if essential { format!("{id} (essential)") } else { id.to_string() }
        };
        let stops: Vec<String> = lost.keys().map(named).collect();
        let written: Vec<String> = changes.iter().map(ToString::to_string).collect();
        Ok(vec![
            format!("{replace}, or take it off the network and do without what then stops"),
            format!(
                "off the network: {} would control what is confirmed at cost {cost}, and stop {}",
                written.join(", "),
                stops.join(", ")
            ),
        ])
    }

    /// What taking off their links does that have something uncontrolled, and what it leaves, by whom.
    fn meanwhile(&mut self) -> Result<String, KnowledgeError> {
        let named = |open: &[Open]| -> BTreeSet<(String, ElementId)> {
            open.iter().map(|one| (one.subject.id.clone(), one.element.clone())).collect()
        };
        let before = self.remaining(&[])?;
        let at = |one: &usize| match &self.candidates[*one].change {
            Change::Isolate(element) => before.open.iter().any(|open| open.element == *element),
            _ => false,
        };
        let set: Vec<usize> = (0..self.candidates.len()).filter(at).collect();
        let after = self.remaining(&set)?;
        let by: BTreeSet<&str> = after
            .open
            .iter()
            .flat_map(|open| &open.witness.nodes)
            .filter(|node| matches!(node.at, Place::Position(_)))
            .map(|node| &*node.fact)
            .collect();
        let by: Vec<&str> = by.into_iter().collect();
        let changes = self.changes(&set);
        let lost = loss::lost(self.inputs.device, self.effects, &isolated(&changes));
        let stops: Vec<String> = lost.keys().map(ToString::to_string).collect();
        let written: Vec<String> = changes.iter().map(ToString::to_string).collect();
        if written.is_empty() {
            return Ok("nothing that is uncontrolled has links to take off".to_owned());
        }
        let (was, left) = (named(&before.open).len(), named(&after.open).len());
        let by = if by.is_empty() { "-".to_owned() } else { by.join(", ") };
        let stops = if stops.is_empty() { "nothing".to_owned() } else { stops.join(", ") };
        Ok(format!(
            "until then take it off the network: {} leaves {left} of {was} subjects uncontrolled (by: {by}), and stops {stops}",
            written.join(", ")
        ))
    }
}

/// The elements that changes take off their links.
fn isolated(changes: &[Change]) -> BTreeSet<ElementId> {
    let isolated = changes.iter().filter_map(|change| if let Change::Isolate(id) = change { Some(id) } else { None });
    isolated.cloned().collect()
}

/// What to do about what is presumed. It is advice: nobody can be told beforehand what the answer will be.
pub(super) fn assessing(because: PresumedBecause, element: &ElementId) -> String {
    match because {
        PresumedBecause::Unmodelled => {
            format!(
                "assess: describe {element} completely, and answer for its interfaces, software and functions being all listed"
            )
        }
        PresumedBecause::Unassessed => {
            format!("assess: supply an SBOM of {element} with identities and versions, or review what no feed covers")
        }
        PresumedBecause::UnknownRange => format!("assess: supply the exact versions of the components of {element}"),
    }
}
