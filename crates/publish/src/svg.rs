//! Pictures: the architecture with a path to harm on it, harm trees, risk matrices, who is hit at once, and the bars of a life.
//!
//! Positions are computed here, from integers alone: the same inputs give the same bytes. Deliberately absent: fonts and scripts,
//! and colour that alone carries a meaning.

use std::collections::BTreeSet;

use ward_model::claim::{ClaimId, LinkClaim};
use ward_model::device::{Device, Link};
use ward_model::verdict::Witness;

mod architecture;
pub(crate) mod bars;
mod draw;
mod fold;
mod grid;
pub(crate) mod harm;
mod icon;
mod layout;
pub(crate) mod matrix;
mod measure;
mod named;
mod pen;
pub(crate) mod several;
mod tree;

pub(crate) use architecture::{path, sheets};
pub use matrix::PolicyMatrix;

/// The architecture of a device in one picture, with a derivation drawn on it where one is given.
pub fn architecture(device: &Device, witness: Option<&Witness>) -> String {
    match witness {
        Some(witness) => path(device, witness, &BTreeSet::new(), None),
        None => architecture::whole(device, &BTreeSet::new()),
    }
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
