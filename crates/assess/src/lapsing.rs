//! Which decisions lose their effect when changes are made in the folder: what they rest on is then another one.

use std::collections::BTreeSet;

use ward_model::claim::{Claim, ClaimId};
use ward_model::device::Device;
use ward_model::digest::Digest;
use ward_model::hypothesis::Change;
use ward_model::ids::ControlId;
use ward_risk::Effects;

use crate::Inputs;

/// The claims that have effect and have none any more once the changes stand in the folder, until somebody decides again. `supposed` is
/// the device with the changes. That a control is decided changes nothing else; where it is confirmed, whoever decided it looked at others
/// who had confirmed it.
pub(crate) fn to_decide_again(
    inputs: &Inputs<'_>,
    effects: &Effects,
    supposed: &Device,
    changes: &[Change],
) -> Vec<ClaimId> {
    let device = inputs.device;
    let to_confirm =
        |id: &&ControlId| device.controls.get(*id).is_some_and(|control| control.performed_by.must_be_confirmed());
    let relied = changes.iter().filter_map(|change| if let Change::Rely(id) = change { Some(id) } else { None });
    let confirmed: BTreeSet<ClaimId> = relied.filter(to_confirm).cloned().map(ClaimId::Control).collect();
    if confirmed.is_empty() && changes.iter().all(|change| matches!(change, Change::Rely(_) | Change::Drop(_))) {
        return Vec::new();
    }
    // That everybody has confirmed it is supposed by saying that nobody has to: nobody writes that into the folder.
    let mut supposed = supposed.clone();
    for (id, control) in &mut supposed.controls {
        if let Some(before) = device.controls.get(id) {
            control.performed_by = before.performed_by;
        }
    }
    let supposed = &supposed;
    let held: Vec<&ClaimId> = device.claims.keys().filter(|id| effects.holds(id)).collect();
    let (was, is) = ((inputs.rest_on)(device, &held), (inputs.rest_on)(supposed, &held));
    let differ = held.iter().zip(was.iter().zip(&is)).filter(|(_, (was, is))| was != is);
    let mut differ: BTreeSet<&ClaimId> = differ.map(|(id, _)| *id).collect();
    differ.extend(held.iter().filter(|id| confirmed.contains(*id)));
    // A claim about what is gone is gone with it; the file in which it stood is another one.
    let gone = |claim: &&Claim| !supposed.claims.contains_key(&claim.id);
    let edited = device.claims.values().filter(|claim| gone(claim) || about_a_link(&claim.id, changes));
    let edited: BTreeSet<&str> = edited.map(|claim| claim.file.as_str()).collect();
    differ.extend(device.claims.values().filter(gone).map(|claim| &claim.id));
    if differ.is_empty() && edited.is_empty() {
        return Vec::new();
    }
    // Decisions are judged as they will be: bound to what was there, and there is something else.
    let mut changed = device.clone();
    for id in differ {
        if let Some(claim) = changed.claims.get_mut(id) {
            claim.premise = Digest::of(b"another one");
        }
    }
    for file in edited {
        if let Some(file) = changed.files.get_mut(file) {
            *file = Digest::of(b"another one");
        }
    }
    let (left, _) = Effects::decided(&changed, inputs.decisions, inputs.as_of);
    let again = held.into_iter().filter(|id| !left.holds(id) && supposed.claims.contains_key(*id));
    again.cloned().collect()
}

/// Whether a claim speaks of a link that a change describes anew.
fn about_a_link(id: &ClaimId, changes: &[Change]) -> bool {
    let ClaimId::Link(link, _) = id else { return false };
    changes.iter().any(|change| matches!(change, Change::Secure(secured) if secured == link))
}
