//! Claims that took effect between two answers, and claims that lost it, each with the reason.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::assessment::Assessment;
use ward_model::device::Device;
use ward_model::since::{Cause, CauseKind, Earlier};
use ward_model::verdict::Place;

use crate::words::first_of;

/// The claims that changed, as they are written, each with how.
pub(super) struct ClaimsChanged {
    changed: BTreeMap<String, How>,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// It has effect since.
    Accepted,
    /// It has none any more, for this reason.
    Lost(String),
}

impl ClaimsChanged {
    pub fn new(before: &Earlier, after: &Assessment, device: &Device) -> Self {
        let held: BTreeMap<&str, _> = before
            .lapses
            .iter()
            .flat_map(|lapse| lapse.claims.iter().map(move |claim| (claim.as_str(), lapse.after)))
            .collect();
        let holding: BTreeSet<String> =
            after.lapses.iter().flat_map(|lapse| &lapse.claims).map(ToString::to_string).collect();
        let mut changed: BTreeMap<String, How> = holding
            .iter()
            .filter(|claim| !held.contains_key(claim.as_str()))
            .map(|claim| (claim.clone(), How::Accepted))
            .collect();
        let files: BTreeMap<String, &str> =
            device.claims.values().map(|claim| (claim.id.to_string(), claim.file.as_str())).collect();
        let without: BTreeMap<&str, &str> =
            after.decisions_without_effect.iter().map(|one| (one.claim.as_str(), one.reason.as_str())).collect();
        for (claim, until) in held.into_iter().filter(|(claim, _)| !holding.contains(*claim)) {
            // A decision on a whole file is told by the file.
            let reason = || without.get(claim).or_else(|| without.get(files.get(claim)?));
            let reason = if until < after.inputs.as_of {
                format!("the decision held until {until}")
            } else if !files.contains_key(claim) {
                "the folder does not claim it any more".to_owned()
            } else if let Some(reason) = reason() {
                (*reason).to_owned()
            } else {
                "the decision was withdrawn".to_owned()
            };
            changed.insert(claim.to_owned(), How::Lost(reason));
        }
        Self { changed }
    }

    /// The changes of the claims that are asked about, those of one reason together.
    pub fn told(&self, asked: impl Fn(&str) -> bool) -> Vec<Cause> {
        let mut alike: BTreeMap<&How, Vec<&str>> = BTreeMap::new();
        for (claim, how) in self.changed.iter().filter(|(claim, _)| asked(claim)) {
            alike.entry(how).or_default().push(claim);
        }
        let told = alike.into_iter().map(|(how, claims)| {
            let named = first_of(&claims, ", ");
            let verb = if claims.len() == 1 { "has" } else { "have" };
            let text = match how {
                How::Accepted => format!("{named} {verb} effect by a decision since"),
                How::Lost(reason) => format!("{named} {verb} no effect any more: {reason}"),
            };
            let at = if let [claim] = claims[..] { place(claim) } else { None };
            Cause { kind: CauseKind::Decision, at, text }
        });
        told.collect()
    }

    /// The changes of claims about these places, and of these claims.
    pub fn about(&self, places: &BTreeSet<Place>, claims: &BTreeSet<String>) -> Vec<Cause> {
        if self.changed.is_empty() {
            return Vec::new();
        }
        self.told(|claim| claims.contains(claim) || place(claim).is_some_and(|at| places.contains(&at)))
    }
}

/// Of what in the model a claim speaks, by how it is written.
fn place(claim: &str) -> Option<Place> {
    let (kind, rest) = claim.split_once(':')?;
    let thing = || rest.rsplit_once('.').map(|(thing, _)| thing.to_owned());
    Some(match kind {
        "control" => Place::Control(rest.to_owned()),
        "element" => Place::Element(thing()?),
        "link" => Place::Link(thing()?),
        "secret" => Place::Secret(thing()?),
        "function" => Place::Function(thing()?),
        "component" | "rubric" | "compiled" => Place::Element(rest.split_once('/')?.0.to_owned()),
        _ => return None,
    })
}
