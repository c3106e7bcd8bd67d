//! The architecture as a picture: zones, elements and links, and how a derivation runs through them.
//!
//! Positions are computed here, from integers alone: the same device gives the same bytes. Deliberately absent: fonts and scripts.

use std::collections::BTreeSet;

use ward_model::claim::{ClaimId, LinkClaim};
use ward_model::device::{Device, Link};
use ward_model::verdict::Witness;

mod draw;
mod grid;
mod icon;
mod layout;
mod measure;

/// The architecture of a device, with a derivation drawn on it where one is given.
pub fn architecture(device: &Device, witness: Option<&Witness>) -> String {
    draw::picture(device, witness, &BTreeSet::new())
}

/// The same where it is known which claims a decision stands behind.
pub(crate) fn architecture_decided(device: &Device, witness: Option<&Witness>, decided: &BTreeSet<&ClaimId>) -> String {
    draw::picture(device, witness, decided)
}

/// How sure the receiver of a link is of who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// It does not verify it, or nobody has said.
    Unverified,
    /// The folder claims that it does; no decision is known to stand behind it.
    Claimed,
    /// A decision stands behind the claim.
    Decided,
}

/// How sure the receiver of a link is of who sends.
pub(crate) fn sender(link: &Link, decided: &BTreeSet<&ClaimId>) -> Sender {
    match &link.authentication {
        None => Sender::Unverified,
        Some(_) if decided.contains(&ClaimId::Link(link.id.clone(), LinkClaim::Authentication)) => Sender::Decided,
        Some(_) => Sender::Claimed,
    }
}

/// The same in words.
pub(crate) fn sender_words(link: &Link, decided: &BTreeSet<&ClaimId>) -> String {
    let mechanism = link.authentication.as_ref().map_or("", |by| by.mechanism.as_str());
    match sender(link, decided) {
        Sender::Unverified => "no authentication".to_owned(),
        Sender::Claimed => format!("claimed: {mechanism}"),
        Sender::Decided => mechanism.to_owned(),
    }
}

#[cfg(test)]
mod tests;
