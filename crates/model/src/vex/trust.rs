//! Whom the maker believes, and of what: the trust list, and the documents that it is asked about.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Issuer, Statement, Status, VexDocument};
use crate::component::Component;
use crate::digest::Digest;
use crate::purl::Purl;

/// A document of statements as it was given, and who on the trust list has issued it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VexFile {
    /// Its path or name.
    pub path: String,
    /// Digest of its bytes.
    pub digest: Digest,
    /// What it says.
    pub document: Arc<VexDocument>,
    /// Its issuer, where the trust list names one. Statements of anybody else have no effect.
    pub trusted: Option<TrustedIssuer>,
}

impl VexFile {
    /// Since when a statement is said: its own last change, or that of its document.
    pub fn said_at(&self, statement: &Statement) -> Option<Timestamp> {
        let VexDocument { issued, updated, .. } = &*self.document;
        let own = [&statement.updated, &statement.issued];
        // A date that cannot be read is none: which statement is the newest must not rest on a guess.
        own.into_iter().chain([updated, issued]).find_map(Option::as_deref).and_then(moment)
    }

    /// The day on which all of it had been said.
    pub fn whole_since(&self) -> Option<Date> {
        let all = self.document.statements.iter().map(|statement| self.said_at(statement));
        let last = all.chain([self.document.updated.as_deref().or(self.document.issued.as_deref()).and_then(moment)]);
        last.flatten().max().map(|moment| moment.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// Whether anything in it could say of a component that it is not affected.
    pub fn clears_anything(&self) -> bool {
        self.document.statements.iter().any(|statement| {
            matches!(
                statement.status,
                Status::NotAffected | Status::FalsePositive | Status::Fixed | Status::FixedWithPedigree
            )
        })
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let day = || text.parse::<Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    // A day would be read as a moment with a time that nobody has given.
    if text.contains(['T', 't', ' ']) { text.parse().ok() } else { day().map(|zoned| zoned.timestamp()) }
}

/// Somebody whose statements the maker believes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// The maker's own name for the entry.
    pub id: String,
    /// The issuer's name, as documents give it.
    pub name: String,
    /// The address under which the issuer gives out names; a document must give the same one where it is known.
    pub namespace: Option<String>,
    /// What the issuer is believed of.
    pub scope: TrustScope,
    /// The first day on which it is.
    pub from: Option<Date>,
    /// The last day on which it is.
    pub until: Option<Date>,
    /// Why.
    pub why: String,
}

/// What an issuer is believed of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustScope {
    /// Everything: whoever asks has said so of this one question.
    Everything,
    /// What is named.
    Named {
        /// Whether it is believed of the device as a whole, and of what is in it.
        whole_device: bool,
        /// Components, by package or by name.
        components: Vec<TrustedFor>,
    },
}

/// A component, whatever its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustedFor {
    /// Every version of a package, by its package URL without a version.
    Package(Purl),
    /// What stands in the SBOM under exactly this name.
    Name(String),
}

impl TrustedFor {
    /// As it is written.
    pub fn text(&self) -> String {
        match self {
            Self::Package(purl) => purl.to_string(),
            Self::Name(name) => name.clone(),
        }
    }

    fn is(&self, component: &Component) -> bool {
        match self {
            Self::Name(name) => component.name == *name,
            Self::Package(package) => {
                component.purl.iter().chain(&component.other_purls).any(|purl| purl.is_release_of(package))
            }
        }
    }
}

impl TrustedIssuer {
    /// Whether a document says that it is by this issuer.
    pub fn has_issued(&self, issuer: &Issuer) -> bool {
        issuer.name.as_deref() == Some(self.name.as_str())
            && (self.namespace.is_none() || self.namespace == issuer.namespace)
    }

    /// Whether the issuer is believed of a component (`None`: the device as a whole); `in_device`: as part of the device.
    pub fn is_believed_of(&self, component: Option<&Component>, in_device: bool) -> bool {
        match &self.scope {
            TrustScope::Everything => true,
            TrustScope::Named { whole_device: true, .. } if in_device || component.is_none() => true,
            TrustScope::Named { components, .. } => {
                component.is_some_and(|component| components.iter().any(|named| named.is(component)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_are_compared_and_not_guessed() {
        assert!(moment("2026-01-01") < moment("2026-01-01T00:00:01Z"));
        assert_eq!(moment("2026-01-01T02:00:00+02:00"), moment("2026-01-01"));
        for unreadable in ["", "yesterday", "2026", "01/02/2026", "2026-01-01T10:00:00"] {
            assert_eq!(moment(unreadable), None, "{unreadable}");
        }
    }
}
