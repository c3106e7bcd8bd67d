//! Whom the maker believes, and of what: the trust list, and the documents that it is asked about.

use std::cmp::Ordering;
use std::collections::BTreeMap;
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
    /// Why another version of the same document stands in its place, where one may: see [`supersede`].
    pub superseded: Option<String>,
}

/// Finds documents of which another version is there, too. What the newest does not say any more is taken back, so that the others say
/// nothing to the better; where it cannot be told which one is the newest, none of them does. To the worse all of them count.
pub fn supersede(files: &mut [VexFile]) {
    let mut versions: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (place, file) in files.iter().enumerate() {
        let issuer = file.trusted.as_ref().map(|by| by.id.clone());
        if let Some(key) = issuer.zip(file.document.id.clone()) {
            versions.entry(key).or_default().push(place);
        }
    }
    for places in versions.into_values().filter(|places| places.len() > 1) {
        for &place in &places {
            let Some(this) = files.get(place) else { continue };
            let others = places.iter().filter(|other| **other != place).filter_map(|other| files.get(*other));
            let reason =
                others.filter(|other| other.digest != this.digest).find_map(|other| match this.is_newer(other) {
                    Some(true) => None,
                    Some(false) => Some(format!("{} is a newer version of it", other.path)),
                    None => Some(format!(
                        "{} has the same identifier, and it cannot be told which is the newer one",
                        other.path
                    )),
                });
            if let Some(file) = files.get_mut(place) {
                file.superseded = reason;
            }
        }
    }
}

impl VexFile {
    /// Since when a statement is said: its own last change, or that of its document.
    pub fn said_at(&self, statement: &Statement) -> Option<Timestamp> {
        let VexDocument { issued, updated, .. } = &*self.document;
        let own = [&statement.updated, &statement.issued];
        // A date that cannot be read is none: which statement is the newest must not rest on a guess.
        own.into_iter().chain([updated, issued]).find_map(Option::as_deref).and_then(moment)
    }

    /// Whether it is a newer version of a document than another one: by number, and not against the dates. `None`: it cannot be told.
    fn is_newer(&self, other: &Self) -> Option<bool> {
        let numbers = |file: &Self| {
            let parts = file.document.version.as_deref()?.trim().split('.').map(|part| part.parse::<u64>().ok());
            let mut parts = parts.collect::<Option<Vec<u64>>>()?;
            while parts.last() == Some(&0) {
                parts.pop();
            }
            Some(parts)
        };
        let date = |file: &Self| {
            let VexDocument { issued, updated, .. } = &*file.document;
            updated.as_deref().or(issued.as_deref()).and_then(moment)
        };
        let order = numbers(self)?.cmp(&numbers(other)?);
        let dates = date(self).zip(date(other)).map_or(order, |(this, other)| this.cmp(&other));
        match order {
            Ordering::Greater => (dates != Ordering::Less).then_some(true),
            Ordering::Less => (dates != Ordering::Greater).then_some(false),
            Ordering::Equal => None,
        }
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
mod tests;
