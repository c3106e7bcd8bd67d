//! `decisions.toml`, checked.
//!
//! A decision on something that the folder no longer says has no effect and stays: the file is a history. So a claim or a file
//! that is not there is a warning.

use std::collections::BTreeMap;

use ward_model::claim::{AcceptedFile, Claim, ClaimId, Decision};
use ward_model::device::Device;
use ward_model::digest::Digest;

use super::value;
use crate::diagnostic::{At, Sink};
use crate::nearest::nearest;
use crate::raw::decisions::Decision as Raw;
use crate::raw::scalar::Outcome;
use crate::raw::{items, shorten};

pub(crate) fn decision(number: usize, at: &At<Raw>, said: Option<&Device>, sink: &mut Sink) -> Option<Decision> {
    let raw = &at.value;
    if let Some(device) = said {
        subjects(raw, &device.claims, &device.files, sink);
    }
    let decided = items(&raw.claims).len() + items(&raw.files).len();
    if decided == 0 && raw.claims.is_none() && raw.files.is_none() {
        sink.error(at.place, "missing-key", "a decision needs `claims` or `files`");
    } else if decided == 0 {
        sink.error(at.place, "empty-list", "this decision answers for nothing");
    }
    if let (Some(on), Some(expires)) = (&raw.on, &raw.expires)
        && expires.value < on.value
    {
        sink.error(expires.place, "odd-dates", "the decision expires before it is made")
            .expected(format!("{} or later", on.value));
    }
    if value(&raw.outcome) == Some(Outcome::Accepted) && raw.premise_sha256.is_none() && raw.claims.is_some() {
        sink.warning(at.place, "no-premise", "this decision does not say what was claimed when it was made")
            .expected("premise_sha256, as `ward decide` writes it");
    }
    let accepted_files = items(&raw.files)
        .iter()
        .map(|file| Some(AcceptedFile { path: value(&file.value.path)?.0, digest: value(&file.value.sha256)? }))
        .collect::<Option<Vec<_>>>();
    Some(Decision {
        number,
        claims: items(&raw.claims).iter().map(|claim| claim.value.clone()).collect(),
        files: accepted_files?,
        accepted: value(&raw.outcome)? == Outcome::Accepted,
        by: value(&raw.by)?,
        on: value(&raw.on)?,
        evidence: value(&raw.evidence_sha256),
        premise: value(&raw.premise_sha256),
        expires: value(&raw.expires)?,
        rationale: value(&raw.rationale)?,
    })
}

/// Whether what is decided on is there.
fn subjects(raw: &Raw, claims: &BTreeMap<ClaimId, Claim>, files: &BTreeMap<String, Digest>, sink: &mut Sink) {
    let by_name: BTreeMap<String, &Claim> = claims.iter().map(|(id, claim)| (id.to_string(), claim)).collect();
    for name in items(&raw.claims) {
        if !by_name.contains_key(&name.value) {
            sink.warning(name.place, "unknown-claim", format!("the folder makes no claim `{}`", shorten(&name.value)))
                .did_you_mean(nearest(&name.value, by_name.keys().map(String::as_str)));
        }
    }
    for file in items(&raw.files) {
        if let Some(path) = &file.value.path
            && !files.contains_key(&path.value.0)
        {
            sink.warning(path.place, "unknown-file", format!("no file `{}` was read", shorten(&path.value.0)))
                .did_you_mean(nearest(&path.value.0, files.keys().map(String::as_str)));
        }
    }
}
