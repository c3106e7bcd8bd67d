//! `considerations.toml`.

use super::scalar::{Citation, Id};
use super::tables;
use crate::diagnostic::At;
use ward_model::device::ConsiderationGroup;

tables! {
    /// What the maker has considered, in five groups. Nothing is reasoned from it; a group without an answer is a gap.
    struct ConsiderationsFile "considerations.toml" {
        /// One thing that was considered.
        consideration: optional Vec<At<Consideration>>,
    }

    /// One thing that was considered: with an answer, or with the reason why it does not apply.
    struct Consideration "a consideration" {
        /// The group: `general`, `technical`, `environmental`, `physical` or `social`.
        group: required ConsiderationGroup,
        /// What it is about: a topic of the catalogue in `rules/considerations.toml`, or one of your own.
        topic: required Id,
        /// What came of it.
        answer: optional String,
        /// Why it does not apply to this device.
        not_applicable: optional String,
        /// What shows it.
        evidence: optional Citation,
    }
}
