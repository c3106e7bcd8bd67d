//! `trust.toml`.

use jiff::civil::Date;

use super::scalar::{Citation, Id};
use super::tables;
use crate::diagnostic::At;

tables! {
    /// Whose statements on vulnerabilities the maker believes, and of what. Without an entry an issuer's word has no effect.
    struct TrustFile "trust.toml" {
        /// Somebody whose statements are believed.
        issuer: optional Vec<At<TrustedIssuer>>,
    }

    /// Somebody whose statements are believed.
    struct TrustedIssuer "a trusted issuer" {
        /// The maker's own name for the entry.
        id: required Id,
        /// The issuer's name, exactly as its documents give it.
        name: required String,
        /// The address under which the issuer gives out names. Where it is stated, documents must give the same one.
        namespace: optional String,
        /// The components of which it is believed: package URLs without a version, or names as they stand in the SBOM.
        components: optional Vec<At<String>>,
        /// Whether it is believed of the device as a whole and of all that is in it.
        whole_device: optional bool,
        /// The first day on which it is believed.
        from: optional Date,
        /// The last day on which it is believed.
        until: required Date,
        /// Why it is believed.
        why: required String,
        /// What shows it: a contract, an audit.
        evidence: optional Citation,
    }
}
