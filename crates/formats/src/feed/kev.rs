//! CISA's catalogue of known exploited vulnerabilities.

use std::io::Read;

use jiff::civil::Date;
use serde::Deserialize;
use ward_model::digest::Digest;
use ward_model::vulnerability::Exploited;

use super::elements::{Elements, Piece};
use super::{FeedError, SetAside};

/// One whole catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// Its version, as it names itself.
    pub version: Option<String>,
    /// The day it was released.
    pub released: Option<Date>,
    /// The moment it was released, as a stamp; empty where it says none, or a day alone.
    pub moment: String,
    /// The entries, in the order of the file.
    pub entries: Vec<Exploited>,
    /// Entries that could not be read.
    pub set_aside: Vec<SetAside>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "cveID")]
    id: String,
    #[serde(rename = "dateAdded")]
    added: Option<String>,
    #[serde(rename = "knownRansomwareCampaignUse")]
    ransomware: Option<String>,
    #[serde(rename = "vendorProject")]
    vendor: Option<String>,
    product: Option<String>,
}

#[derive(Deserialize)]
struct OnlyId {
    #[serde(rename = "cveID")]
    id: String,
}

/// Reads one catalogue.
///
/// # Errors
/// The bytes cannot be had, the text is no JSON or is cut off, or it is not this catalogue.
pub fn read(source: impl Read) -> Result<Catalogue, FeedError> {
    let mut elements = Elements::new(source, "vulnerabilities");
    let mut catalogue =
        Catalogue { version: None, released: None, moment: String::new(), entries: Vec::new(), set_aside: Vec::new() };
    let mut announced = None;
    let mut place = 0;
    loop {
        match elements.advance()? {
            Piece::Member(name) => match name.as_str() {
                "catalogVersion" => catalogue.version = Some(whole(&elements)?),
                "dateReleased" => {
                    let text = whole::<String, _>(&elements)?;
                    (catalogue.released, catalogue.moment) = (day(&text), super::moment(&text));
                }
                "count" => announced = Some(whole::<u64, _>(&elements)?),
                _ => drop(whole::<serde::de::IgnoredAny, _>(&elements)?),
            },
            Piece::Element => {
                place += 1;
                match entry(elements.value()) {
                    Ok(entry) => catalogue.entries.push(entry),
                    Err(EntryError::Broken(reason)) => return Err(elements.wrong(reason)),
                    Err(EntryError::Unreadable(reason)) => catalogue.set_aside.push(SetAside {
                        id: serde_json::from_slice::<OnlyId>(elements.value()).ok().map(|only| super::name(&only.id)),
                        place,
                        reason,
                        digest: Digest::of(elements.value()),
                        products: Vec::new(),
                        subjects: Vec::new(),
                        last_modified: String::new(),
                    }),
                }
            }
            Piece::End => break,
        }
    }
    if elements.arrays() != 1 || catalogue.version.is_none() && announced.is_none() {
        return Err(FeedError::WrongFeed {
            expected: "a KEV catalogue with one list `vulnerabilities`",
            found: "another JSON object".to_owned(),
        });
    }
    match announced {
        Some(announced) if announced > place => Err(FeedError::Incomplete { announced, held: place }),
        _ => Ok(catalogue),
    }
}

fn whole<'a, T: Deserialize<'a>, R: Read>(elements: &'a Elements<R>) -> Result<T, FeedError> {
    serde_json::from_slice(elements.value()).map_err(|error| elements.wrong(error.to_string()))
}

enum EntryError {
    Broken(String),
    Unreadable(String),
}

fn entry(text: &[u8]) -> Result<Exploited, EntryError> {
    let entry: Entry = serde_json::from_slice(text).map_err(|error| {
        if error.is_data() { EntryError::Unreadable(error.to_string()) } else { EntryError::Broken(error.to_string()) }
    })?;
    if entry.id.trim().is_empty() {
        return Err(EntryError::Unreadable("no identifier".to_owned()));
    }
    // Under a number that is misspelt nobody would find it, and the right one would look as if it were gone.
    if !super::is_cve(super::name(&entry.id).as_str()) {
        return Err(EntryError::Unreadable(format!("`{}` is not a CVE number", entry.id)));
    }
    let added = match &entry.added {
        None => None,
        Some(text) => {
            Some(day(text).ok_or_else(|| EntryError::Unreadable(format!("dateAdded `{text}` is not a date")))?)
        }
    };
    let ransomware = entry.ransomware.is_some_and(|known| known.eq_ignore_ascii_case("known"));
    let words = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(Exploited {
        id: super::name(&entry.id),
        added,
        ransomware,
        vendor: words(entry.vendor),
        product: words(entry.product),
    })
}

/// The day at the start of a date or time.
pub(super) fn day(text: &str) -> Option<Date> {
    match text.as_bytes().get(10) {
        None | Some(b'T' | b' ') => text.get(..10)?.parse().ok(),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{FeedError, read};

    #[test]
    fn reads_a_catalogue_and_sets_bad_entries_aside() -> Result<(), FeedError> {
        let text = r#"{"title":"t","catalogVersion":"2026.08.07","dateReleased":"2026-08-07T16:45:47.0648Z","count":5,"vulnerabilities":[
            {"cveID":"CVE-2026-8037","vendorProject":" Example","product":"Load Balancer","dateAdded":"2026-08-07","knownRansomwareCampaignUse":"Unknown","unheard of":{}},
            {"cveID":"CVE-2017-0144","dateAdded":"2022-02-10","knownRansomwareCampaignUse":"Known"},
            {"cveID":"CVE-2017-0145","dateAdded":"soon"},
            {"cve":"CVE-2017-0146"},
            {"cveID":"CVE-2026-8O37","dateAdded":"2026-08-07"}]}"#;
        let catalogue = read(text.as_bytes())?;
        assert_eq!(catalogue.released.map(|date| date.to_string()).as_deref(), Some("2026-08-07"));
        assert_eq!(catalogue.version.as_deref(), Some("2026.08.07"));
        let plain: Vec<_> = catalogue.entries.iter().map(|entry| (entry.id.as_str(), entry.ransomware)).collect();
        assert_eq!(plain, [("CVE-2026-8037", false), ("CVE-2017-0144", true)]);
        let names = |at: usize| (catalogue.entries[at].vendor.as_deref(), catalogue.entries[at].product.as_deref());
        assert_eq!((names(0), names(1)), ((Some("Example"), Some("Load Balancer")), (None, None)));
        let aside: Vec<_> =
            catalogue.set_aside.iter().map(|entry| (entry.place, entry.id.as_ref().map(|id| id.as_str()))).collect();
        assert_eq!(aside, [(3, Some("CVE-2017-0145")), (4, None), (5, Some("CVE-2026-8O37"))]);
        assert_eq!(catalogue.moment, "2026-08-07T16:45:47.0648");
        Ok(())
    }

    #[test]
    fn what_is_not_a_whole_catalogue_is_refused() {
        let wrong = |text: &str| read(text.as_bytes());
        assert!(matches!(wrong("{}"), Err(FeedError::WrongFeed { .. })));
        assert!(matches!(wrong(r#"{"vulnerabilities":[]}"#), Err(FeedError::WrongFeed { .. })));
        assert!(matches!(
            wrong(r#"{"count":2,"vulnerabilities":[{"cveID":"CVE-1"}]}"#),
            Err(FeedError::Incomplete { announced: 2, held: 1 })
        ));
        assert!(matches!(wrong(r#"{"count":1,"vulnerabilities":[{"cveID":}]}"#), Err(FeedError::Syntax { .. })));
        assert!(matches!(wrong(r#"{"count":1,"vulnerabilities":[{"cveID":"CVE-1"}"#), Err(FeedError::Syntax { .. })));
    }
}
