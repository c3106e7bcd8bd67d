//! `vulnerabilities.toml`.

use jiff::civil::Date;
use ward_model::cvss::Vector;
use ward_model::rubric::Answers;

use super::scalar::{Citation, Id};
use super::{OneOrMany, tables};
use crate::diagnostic::At;

tables! {
    /// What the maker knows by itself.
    struct VulnerabilitiesFile "vulnerabilities.toml" {
        /// A vulnerability that the maker found or was told of.
        finding: optional Vec<At<Finding>>,
        /// Since when something has been known.
        known: optional Vec<At<Known>>,
        /// What the questions of the rubric for medical devices are answered, for a vulnerability on an element.
        rubric: optional Vec<At<Rubric>>,
    }

    /// A vulnerability that the maker found or was told of, whether or not a feed holds it.
    struct Finding "a finding" {
        /// The maker's number.
        id: required Id,
        /// What it is.
        title: required String,
        /// The element that has it.
        element: required Id,
        /// The fielded versions that have it. Left out: all (a claim when fewer).
        versions: optional Vec<At<String>>,
        /// What shows that no other version has it.
        evidence: optional Citation,
        /// CWE numbers.
        cwe: optional OneOrMany<u32>,
        /// Its CVSS vector. Without one everything is assumed.
        vector: optional Vector,
        /// Several CVSS vectors, where people disagree: the worst is used.
        vectors: optional Vec<At<Vector>>,
        /// The day on which the maker first knew.
        known_since: required Date,
        /// Where it comes from.
        source: required String,
        /// Whether somebody has carried it out in a test.
        demonstrated: optional bool,
        /// Whether it is known to be exploited.
        exploited: optional bool,
    }

    /// Since when something has been known.
    struct Known "a known date" {
        /// A vulnerability, or a weakness as `RULE@LINK`.
        subject: required String,
        /// The earliest day on which the maker knew.
        since: required Date,
        /// From where.
        source: required String,
    }

    /// What the questions of the rubric are answered, for a vulnerability on an element: in every fielded version.
    struct Rubric "a rubric" {
        /// The vulnerability, by the name that its finding has.
        vulnerability: required Id,
        /// The element.
        element: required Id,
        /// The answers, such as `XAVN:N/XAVP:Y/XCS:N`. A metric without an answer stays as the vector has it.
        answers: required Answers,
        /// The file that shows it, with `#place` after it if need be.
        evidence: optional Citation,
    }
}
