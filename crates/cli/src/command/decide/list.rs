//! Claims with what has been decided about them.

use jiff::civil::Date;
use serde::Serialize;
use ward_model::Digest;
use ward_model::claim::{Claim, ClaimId, EvidenceReading};
use ward_model::device::{Decisions, Device};
use ward_risk::Effects;

use crate::failure::{Failure, render::clean};
use crate::ui::Ui;

#[derive(Debug, Serialize)]
struct Answer {
    schema: &'static str,
    device: String,
    as_of: Date,
    claims: Vec<ClaimAnswer>,
}

#[derive(Debug, Serialize)]
struct ClaimAnswer {
    id: ClaimId,
    statement: String,
    file: String,
    evidence: Option<EvidenceAnswer>,
    premise_sha256: Digest,
    state: State,
    until: Option<Date>,
    reasons: Vec<String>,
}

#[derive(Debug, Serialize)]
struct EvidenceAnswer {
    path: String,
    place: Option<String>,
    /// `null`: the file is missing.
    sha256: Option<Digest>,
    /// Whether it supports the claim; `null`: it is of a kind that is not read.
    supports: Option<bool>,
    /// What it says.
    says: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// Nobody has decided.
    Claimed,
    /// A decision gives it effect.
    Decided,
    /// A decision in force says no.
    Rejected,
    /// There are decisions, and none has effect.
    Lapsed,
}

/// Prints the claims, all or the named ones.
pub fn print(
    (device, decisions): (&Device, &Decisions),
    as_of: Date,
    only: Option<&[String]>,
    ui: &Ui,
) -> Result<(), Failure> {
    let (effects, without) = Effects::decided(device, decisions, as_of);
    let shown = |claim: &&Claim| only.is_none_or(|only| only.contains(&claim.id.to_string()));
    let claims: Vec<ClaimAnswer> = device
        .claims
        .values()
        .filter(shown)
        .map(|claim| {
            let id = claim.id.to_string();
            // A decision on a whole file that has no effect is named by the file.
            let mut reasons: Vec<String> = without
                .iter()
                .filter(|one| one.claim == id || one.claim == claim.file)
                .map(|one| match one.number {
                    0 => one.reason.clone(),
                    number => format!("decision {number}: {}", one.reason),
                })
                .collect();
            let rejection = decisions.entered.iter().find(|decision| {
                !decision.accepted && decision.on <= as_of && as_of <= decision.expires && decision.claims.contains(&id)
            });
            let (state, until) = match rejection {
                Some(rejection) => {
                    reasons.push(format!("decision {}: {}", rejection.number, rejection.rationale));
                    (State::Rejected, Some(rejection.expires))
                }
                None if effects.holds(&claim.id) => (State::Decided, effects.until(&claim.id)),
                None if reasons.is_empty() => (State::Claimed, None),
                None => (State::Lapsed, None),
            };
            ClaimAnswer {
                id: claim.id.clone(),
                statement: claim.statement.clone(),
                file: claim.file.clone(),
                evidence: claim.evidence.as_ref().map(|evidence| EvidenceAnswer {
                    path: evidence.path.clone(),
                    place: evidence.place.clone(),
                    sha256: evidence.digest,
                    supports: match &evidence.reading {
                        EvidenceReading::NotRead => None,
                        EvidenceReading::Supports(_) => Some(true),
                        EvidenceReading::Against(_) => Some(false),
                    },
                    says: match &evidence.reading {
                        EvidenceReading::NotRead => None,
                        EvidenceReading::Supports(says) | EvidenceReading::Against(says) => Some(says.clone()),
                    },
                }),
                premise_sha256: claim.premise,
                state,
                until,
                reasons,
            }
        })
        .collect();
    let answer = Answer { schema: "wardround/claims/1", device: device.id.to_string(), as_of, claims };
    if ui.json { ui.print_json(&answer) } else { ui.print(&text(&answer)) }
}

fn text(answer: &Answer) -> String {
    if answer.claims.is_empty() {
        return "the folder claims nothing\n".to_owned();
    }
    let mut out = String::new();
    for claim in &answer.claims {
        let state = match (claim.state, claim.until) {
            (State::Claimed, _) => "claimed; no effect until somebody decides".to_owned(),
            (State::Decided, Some(until)) => format!("decided until {until}"),
            (State::Decided, None) => "decided".to_owned(),
            (State::Rejected, Some(until)) => format!("rejected until {until}"),
            (State::Rejected, None) => "rejected".to_owned(),
            (State::Lapsed, _) => "no effect".to_owned(),
        };
        out.push_str(&format!("{}: {state}\n    {}\n", claim.id, claim.statement));
        match &claim.evidence {
            Some(evidence) if evidence.sha256.is_none() => {
                out.push_str(&format!("    evidence {}: missing\n", evidence.path))
            }
            Some(evidence) => {
                let place = evidence.place.as_deref().map_or_else(String::new, |place| format!("#{place}"));
                out.push_str(&format!("    evidence {}{place}\n", evidence.path));
                match (&evidence.says, evidence.supports) {
                    (Some(says), Some(true)) => out.push_str(&format!("        {says}\n")),
                    (Some(says), _) => out.push_str(&format!("        does not support it: {says}\n")),
                    (None, _) => {}
                }
            }
            None => out.push_str("    no evidence is cited\n"),
        }
        for reason in &claim.reasons {
            out.push_str(&format!("    {reason}\n"));
        }
    }
    clean(&out)
}
