//! `decisions.toml`.

use jiff::civil::Date;
use ward_model::digest::Digest;

use super::scalar::{FilePath, Id, Outcome};
use super::tables;
use crate::diagnostic::At;

tables! {
    /// What people have decided. `ward decide` writes it; comments and order survive.
    struct DecisionsFile "decisions.toml" {
        /// Someone's answer for named claims or whole files.
        decision: optional Vec<At<Decision>>,
    }

    /// Someone's answer for named claims or whole files.
    struct Decision "a decision" {
        /// The claims it answers for, such as `control:signed-firmware`.
        claims: optional Vec<At<String>>,
        /// Whole files it answers for, each at its digest.
        files: optional Vec<At<AcceptedFile>>,
        /// The variants for which it is made. Left out: for what the family has in common, and for every variant whose claims say the same.
        variants: optional Vec<At<Id>>,
        /// The sites, laid over the maker's model, for which it is made. Left out: for all, as far as their claims say the same.
        sites: optional Vec<At<Id>>,
        /// Whether they were accepted.
        outcome: required Outcome,
        /// Who answers.
        by: required String,
        /// On what day.
        on: required Date,
        /// Digest of the evidence that was looked at.
        evidence_sha256: optional Digest,
        /// Digest of what was claimed when it was looked at. Without it the decision has no hold on what the claims said.
        premise_sha256: optional Digest,
        /// The last day on which it has effect.
        expires: required Date,
        /// Why.
        rationale: required String,
    }

    /// A whole file at its digest.
    struct AcceptedFile "an accepted file" {
        /// Its path in the folder.
        path: required FilePath,
        /// Its digest when it was accepted.
        sha256: required Digest,
    }
}
