//! CSAF providers: `provider-metadata.json`, ROLIE feeds, `index.txt` and `changes.csv` (CSAF 2.0, section 7.1).

use serde::Deserialize;

use super::{ListingError, json, text};

/// What a provider says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its name.
    pub name: String,
    /// Where its documents are listed.
    pub distributions: Vec<Distribution>,
    /// The keys that it signs with.
    pub keys: Vec<Key>,
}

/// One way to the documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distribution {
    /// A folder with `index.txt` and `changes.csv`.
    Folder {
        /// Its address.
        address: String,
        /// The label of the traffic light protocol, where it is said.
        label: Option<String>,
    },
    /// A ROLIE feed.
    Feed {
        /// Its address.
        address: String,
        /// The label of the traffic light protocol.
        label: Option<String>,
    },
}

/// A key, by its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Hexadecimal digits.
    pub fingerprint: Option<String>,
    /// Where it is.
    pub address: String,
}

#[derive(Deserialize)]
struct RawProvider {
    publisher: RawPublisher,
    #[serde(default)]
    distributions: Vec<RawDistribution>,
    #[serde(default)]
    public_openpgp_keys: Vec<RawKey>,
}

#[derive(Deserialize)]
struct RawPublisher {
    name: String,
}

#[derive(Deserialize)]
struct RawDistribution {
    #[serde(default)]
    directory_url: Option<String>,
    // Since CSAF 2.1.
    #[serde(default)]
    directory: Option<RawFeed>,
    #[serde(default)]
    rolie: Option<RawRolie>,
}

#[derive(Deserialize)]
struct RawRolie {
    #[serde(default)]
    feeds: Vec<RawFeed>,
}

#[derive(Deserialize)]
struct RawFeed {
    url: String,
    #[serde(default)]
    tlp_label: Option<String>,
}

#[derive(Deserialize)]
struct RawKey {
    #[serde(default)]
    fingerprint: Option<String>,
    url: String,
}

/// Reads `provider-metadata.json`.
///
/// # Errors
/// It is something else.
pub fn provider(bytes: &[u8]) -> Result<Provider, ListingError> {
    let raw: RawProvider = json("the metadata of a CSAF provider", bytes)?;
    let mut distributions = Vec::new();
    for distribution in raw.distributions {
        if let Some(rolie) = distribution.rolie {
            let feed = |feed: RawFeed| Distribution::Feed { address: feed.url, label: feed.tlp_label };
            distributions.extend(rolie.feeds.into_iter().map(feed));
        }
        if let Some(address) = distribution.directory_url {
            distributions.push(Distribution::Folder { address, label: None });
        }
        if let Some(folder) = distribution.directory {
            distributions.push(Distribution::Folder { address: folder.url, label: folder.tlp_label });
        }
    }
    let key = |key: RawKey| Key { fingerprint: key.fingerprint, address: key.url };
    Ok(Provider {
        name: raw.publisher.name,
        distributions,
        keys: raw.public_openpgp_keys.into_iter().map(key).collect(),
    })
}

/// A document in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its address, or its path below the folder of the listing.
    pub address: String,
    /// When it was last changed, as it stands there.
    pub updated: Option<String>,
    /// Addresses of checksums, where the listing names them.
    pub checksums: Vec<String>,
    /// The address of its signature, where the listing names one.
    pub signature: Option<String>,
}

#[derive(Deserialize)]
struct RawRolieFeed {
    feed: RawEntries,
}

#[derive(Deserialize)]
struct RawEntries {
    #[serde(default)]
    entry: Vec<RawEntry>,
}

#[derive(Deserialize)]
struct RawEntry {
    #[serde(default)]
    id: String,
    #[serde(default)]
    updated: Option<String>,
    #[serde(default)]
    link: Vec<RawLink>,
    #[serde(default)]
    content: Option<RawContent>,
}

#[derive(Deserialize)]
struct RawLink {
    #[serde(default)]
    rel: String,
    href: String,
}

#[derive(Deserialize)]
struct RawContent {
    #[serde(default)]
    src: Option<String>,
}

/// Reads a ROLIE feed. An entry that names no document is an error of its own and does not hide the others.
///
/// # Errors
/// It is something else.
pub fn rolie(bytes: &[u8]) -> Result<Vec<Result<Listed, ListingError>>, ListingError> {
    const EXPECTED: &str = "a ROLIE feed";
    let raw: RawRolieFeed = json(EXPECTED, bytes)?;
    let mut listed = Vec::with_capacity(raw.feed.entry.len());
    for entry in raw.feed.entry {
        let related = |relation: &'static str| {
            entry.link.iter().filter(move |link| link.rel == relation).map(|link| link.href.clone())
        };
        let address = related("self").next().or_else(|| entry.content.as_ref().and_then(|content| content.src.clone()));
        let nothing = || ListingError::new(EXPECTED, format!("entry `{}` names no document", entry.id));
        listed.push(address.ok_or_else(nothing).map(|address| Listed {
            address,
            checksums: related("hash").collect(),
            signature: related("signature").next(),
            updated: entry.updated.clone(),
        }));
    }
    Ok(listed)
}

/// Reads `index.txt`: the paths of all documents, one a line.
///
/// # Errors
/// It is no text.
pub fn index(bytes: &[u8]) -> Result<Vec<String>, ListingError> {
    let lines = text("the index of a CSAF folder", bytes)?.lines().map(str::trim);
    Ok(lines.filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// Reads `changes.csv`: a path and the time of its last change in every line.
///
/// # Errors
/// A line holds something else.
pub fn changes(bytes: &[u8]) -> Result<Vec<(String, String)>, ListingError> {
    const EXPECTED: &str = "the changes of a CSAF folder";
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text(EXPECTED, bytes)?.as_bytes());
    let mut changes = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| ListingError::new(EXPECTED, error))?;
        let (Some(path), Some(time), 2) = (record.get(0), record.get(1), record.len()) else {
            return Err(ListingError::new(EXPECTED, format!("line {} has not two fields", changes.len() + 1)));
        };
        changes.push((path.to_owned(), time.to_owned()));
    }
    Ok(changes)
}
