//! Releases of the CVE list version 5, as the host of its repository describes them.

use jiff::civil::{Date, DateTime, Time};
use serde::Deserialize;

use super::{Checksum, ListingError, json};

/// One release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its name, such as `cve_2026-11-27_1800Z`.
    pub tag: String,
    /// Its files.
    pub assets: Vec<Asset>,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Its length in bytes.
    pub bytes: Option<u64>,
    /// Its digest, where the host says it.
    pub checksum: Option<Checksum>,
}

/// What a file of a release holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// Every record, as of the beginning of the day.
    Everything,
    /// What changed since the beginning of the day, so far.
    ChangesSoFar,
    /// What changed in the whole day.
    ChangesOfDay,
}

impl Asset {
    /// As [`kind`], of its name.
    pub fn kind(&self) -> Option<(&str, Holds)> {
        kind(&self.name)
    }
}

/// Which day a file of a release speaks of, as `YYYY-MM-DD`, and what it holds, by its name. Files of other kinds are none of these.
#[must_use]
pub fn kind(name: &str) -> Option<(&str, Holds)> {
    let (day, rest) = name.split_at_checked(10)?;
    let is_day = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !is_day || !rest.ends_with(".zip") {
        return None;
    }
    let holds = if rest.starts_with("_all_CVEs_at_midnight") {
        Holds::Everything
    } else if rest.starts_with("_delta_CVEs_at_end_of_day") {
        Holds::ChangesOfDay
    } else if rest.starts_with("_delta_CVEs_at_") {
        Holds::ChangesSoFar
    } else {
        return None;
    };
    Some((day, holds))
}

/// From when to when a file of a release names what changed, by its name; of one with every record both are the moment of which it is.
#[must_use]
pub fn span(name: &str) -> Option<(Holds, DateTime, DateTime)> {
    let (day, holds) = kind(name)?;
    let day: Date = day.parse().ok()?;
    let begin = day.to_datetime(Time::midnight());
    let end = match holds {
        Holds::Everything => begin,
        Holds::ChangesOfDay => day.tomorrow().ok()?.to_datetime(Time::midnight()),
        // `_delta_CVEs_at_1800Z`; of one that does not say the hour it is not known how much of the day it saw.
        Holds::ChangesSoFar => {
            let hour = name.split("_at_").nth(1).and_then(|rest| rest.split_once('Z')).map(|(digits, _)| digits);
            let part = |range: std::ops::Range<usize>| hour?.get(range)?.parse::<i8>().ok();
            let time = || Time::new(part(0..2)?, part(2..4)?, 0, 0).ok();
            day.to_datetime(time().unwrap_or(Time::midnight()))
        }
    };
    Some((holds, begin, end))
}

#[derive(Deserialize)]
struct RawRelease {
    tag_name: String,
    assets: Vec<RawAsset>,
}

#[derive(Deserialize)]
struct RawAsset {
    name: String,
    browser_download_url: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    digest: Option<String>,
}

/// Reads the description of one release.
///
/// # Errors
/// It is something else.
pub fn release(bytes: &[u8]) -> Result<Release, ListingError> {
    let raw: RawRelease = json("the description of a release", bytes)?;
    let asset = |raw: RawAsset| Asset {
        // Another digest than those we know is as good as none.
        checksum: raw
            .digest
            .as_deref()
            .and_then(|digest| digest.split_once(':'))
            .and_then(|(_, hex)| Checksum::from_hex(hex)),
        name: raw.name,
        address: raw.browser_download_url,
        bytes: raw.size,
    };
    Ok(Release { tag: raw.tag_name, assets: raw.assets.into_iter().map(asset).collect() })
}
