//! NVD: the `.meta` file beside a feed file, and the envelope of a page of API 2.0.

use std::io::Read;

use serde::Deserialize;
use serde::de::IgnoredAny;
use ward_model::digest::Digest;

use super::{ListingError, text};

/// What a `.meta` file says of the uncompressed text of its feed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Its digest.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// When the feed was last made, as it stands there.
    pub last_modified: Option<String>,
}

/// Reads a `.meta` file.
///
/// # Errors
/// It names no digest.
pub fn meta(bytes: &[u8]) -> Result<Meta, ListingError> {
    const EXPECTED: &str = "the .meta file of an NVD feed";
    let text = text(EXPECTED, bytes)?;
    let field = |wanted: &str| {
        let fields = text.lines().filter_map(|line| line.split_once(':'));
        fields
            .map(|(name, value)| (name.trim(), value.trim()))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    let sha256 = field("sha256").and_then(|digits| digits.parse().ok());
    Ok(Meta {
        sha256: sha256.ok_or_else(|| ListingError::new(EXPECTED, "it announces no sha256 digest"))?,
        size: field("size").and_then(|size| size.parse().ok()),
        last_modified: field("lastModifiedDate").map(str::to_owned),
    })
}

/// What a page of the API says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The place of its first record among all, from 0.
    pub start: u64,
    /// How many records there are on all pages.
    pub total: u64,
    /// How many records it really holds.
    pub held: u64,
    /// When the server made it, by the server's clock; without a zone, which is UTC.
    pub timestamp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    start_index: u64,
    total_results: u64,
    #[serde(default)]
    timestamp: Option<String>,
    vulnerabilities: Vec<IgnoredAny>,
}

/// Reads the envelope of a page, and that it is whole. A feed file is one long page.
///
/// # Errors
/// It is no page of the API, or cut off.
pub fn page(source: impl Read) -> Result<Page, ListingError> {
    let envelope: Envelope =
        serde_json::from_reader(source).map_err(|error| ListingError::new("a page of the NVD API 2.0", error))?;
    Ok(Page {
        start: envelope.start_index,
        total: envelope.total_results,
        held: envelope.vulnerabilities.len() as u64,
        timestamp: envelope.timestamp,
    })
}

#[derive(Deserialize)]
struct Identifiers {
    vulnerabilities: Vec<Identified>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Identified {
    Named { cve: Named },
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// The identifiers of the records on a page of the API, in order; none of one that has none.
///
/// # Errors
/// It is no page of the API, or cut off.
pub fn identifiers(source: impl Read) -> Result<Vec<Option<String>>, ListingError> {
    let page: Identifiers =
        serde_json::from_reader(source).map_err(|error| ListingError::new("a page of the NVD API 2.0", error))?;
    let id = |one| match one {
        Identified::Named { cve } => Some(cve.id),
        Identified::Other(_) => None,
    };
    Ok(page.vulnerabilities.into_iter().map(id).collect())
}
