//! Vulnerability feeds: NVD API 2.0, CVE list 5, OSV, CSAF, CISA KEV, EPSS; support dates; the names of weaknesses.
//!
//! Readers take bytes as they come and hand over one record after the other. A record that cannot be read is handed over too,
//! as [`SetAside`], with its name and the reason: nothing is dropped or thinned silently. A file that is not whole is an error.
//! What is deliberately absent: files, compression, and any opinion on which of two records is the newer one.

use std::io;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use ward_model::affected::SubjectKey;
use ward_model::cpe::ProductKey;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::VulnerabilityRecord;

pub mod csaf;
pub mod cve5;
pub mod cwe;
pub mod eol;
pub mod epss;
pub mod kev;
pub mod nvd;
pub mod osv;

mod affected;
mod elements;
mod lenient;
mod packages;
mod version_text;

/// Behind the name of a record of a version that did not come whole: it stands beside what whole versions say, and takes nothing back, until
/// a whole one comes that is no older.
pub const IN_PART: &str = "~in-part";
/// Behind the name of a record of a version that does not say, so that it can be believed, of when it is: it stands beside what dated
/// versions say, and takes nothing back.
pub const UNDATED: &str = "~undated";

/// More than any single record has: a longer one is refused and not collected.
pub const LONGEST_RECORD: usize = 64 << 20;

/// What one element of a feed gave. An element of which a part could not be read gives both.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A record.
    Record(Box<Dated>),
    /// An element that could not be read, or a part of one.
    SetAside(SetAside),
}

/// A record with the moment of its last change, which tells two versions of it apart more finely than a day can.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// The record.
    pub record: VulnerabilityRecord,
    /// The moment as [`stamp`] writes it; empty where none can be read.
    pub last_modified: String,
    /// Where the record is withdrawn and says on which day: that day. Nobody has withdrawn anything on a day that is to come.
    pub withdrawn_on: Option<Date>,
}

/// The name in a text: without blanks around it, and that of a CVE in capital letters, as every other source writes it.
fn name(text: &str) -> VulnerabilityId {
    let text = text.trim();
    match text.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("cve-") => VulnerabilityId::new(text.to_ascii_uppercase()),
        _ => VulnerabilityId::new(text),
    }
}

/// The day at the start of a date or time. Feeds write a day before the age of computers where they know none.
fn day(text: &str) -> Option<Date> {
    kev::day(text).filter(|day| day.year() >= 1970)
}

/// The moment that a text names, in one form, whose texts sort like the moments: in UTC, without a word about the zone. A text that
/// names no zone means UTC; a day means the beginning of the day. Empty where it names none, or a time of day that cannot be read: that
/// could be any moment of the day, and no version of it is known to be the earlier.
#[must_use]
pub fn stamp(text: &str) -> String {
    let text = text.trim();
    let Some(date) = day(text) else { return String::new() };
    if text.len() == 10 {
        return date.to_datetime(jiff::civil::Time::midnight()).to_string();
    }
    let text = shortened(text);
    let moment = match (text.parse::<Timestamp>(), text.parse::<DateTime>()) {
        (Ok(moment), _) => TimeZone::UTC.to_datetime(moment),
        (_, Ok(moment)) => moment,
        _ => return String::new(),
    };
    moment.to_string()
}

/// A fraction of a second may have any number of digits; those behind the ninth tell no two moments apart here.
fn shortened(text: &str) -> String {
    let Some((before, rest)) = text.split_once(['.', ',']) else { return text.to_owned() };
    let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (fraction, rest) = rest.split_at(digits);
    format!("{before}.{}{rest}", &fraction[..digits.min(9)])
}

/// The moment that a text names with its time of day, as [`stamp`] writes it. Empty where it names a day alone: that could be any moment
/// of it.
fn moment(text: &str) -> String {
    let text = text.trim();
    if text.len() > 10 { stamp(text) } else { String::new() }
}

/// Whether a text is the number of a CVE.
fn is_cve(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(year, number)| year.len() == 4 && !number.is_empty() && digits(year) && digits(number))
}

/// Gives a record the name of one that did not come whole, and its own among the others.
fn in_part(record: &mut VulnerabilityRecord) {
    record.aliases.insert(0, std::mem::replace(&mut record.id, VulnerabilityId::new("")));
    record.id = VulnerabilityId::new(format!("{}{IN_PART}", record.aliases[0]));
}

/// Gives a record that name where it stands and names a product that cannot be read: an earlier version may have named that.
fn stand_in_part(record: &mut VulnerabilityRecord, unread: &lenient::Unread) {
    if !record.withdrawn && unread.lacks_a_name() {
        in_part(record);
    }
}

/// The stamp in a text that may be none.
fn stamp_of(text: Option<&str>) -> String {
    text.map(stamp).unwrap_or_default()
}

/// A record that could not be read, kept so that somebody can see it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetAside {
    /// Its identifier, where at least that could be read.
    pub id: Option<VulnerabilityId>,
    /// Its place among the records of its file, from 1.
    pub place: u64,
    /// Why it could not be read.
    pub reason: String,
    /// The digest of its bytes, so that the same record is the same whatever the reason reads like.
    pub digest: Digest,
    /// The products that it names, as far as they can be read, in order: what it says of them is not known.
    pub products: Vec<ProductKey>,
    /// The packages, and the products in words, that it names, in order.
    pub subjects: Vec<SubjectKey>,
    /// When it was last changed, as in [`Dated::last_modified`]: it is replaced by what is no older.
    pub last_modified: String,
}

/// Why a feed file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The bytes could not be had, or their compression is broken.
    #[error("cannot be read")]
    Io(#[from] io::Error),
    /// The text is not what the format says.
    #[error("{reason} (byte {offset})")]
    Syntax {
        /// Where, counted from 0 in the uncompressed text.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// It is well formed and is not this feed.
    #[error("expected {expected}, found {found}")]
    WrongFeed {
        /// What the reader is for.
        expected: &'static str,
        /// What the file says that it is.
        found: String,
    },
    /// It ends early, or announces more than it holds.
    #[error("incomplete: announces {announced} records and holds {held}")]
    Incomplete {
        /// How many it announces.
        announced: u64,
        /// How many it holds.
        held: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::{name, stamp};

    #[test]
    fn a_cve_is_written_in_capital_letters() {
        let table = [
            (" cve-2026-0001", "CVE-2026-0001"),
            ("CVE-2026-0002 ", "CVE-2026-0002"),
            ("GHSA-ab-cd", "GHSA-ab-cd"),
            ("é", "é"),
        ];
        for (text, wanted) in table {
            assert_eq!(name(text).as_str(), wanted);
        }
    }

    #[test]
    fn stamps_sort_like_the_moments_that_they_name() {
        let table = [
            ("2026-03-12T01:00:00+09:00", "2026-03-11T16:00:00"),
            ("2026-03-11T20:00:00Z", "2026-03-11T20:00:00"),
            ("2026-03-11T20:00:00.000Z", "2026-03-11T20:00:00"),
            ("2026-03-11T20:00:00.340", "2026-03-11T20:00:00.34"),
            ("2026-03-11T20:00:00.34", "2026-03-11T20:00:00.34"),
            ("2026-03-11T15:00:01-05:00", "2026-03-11T20:00:01"),
            ("2026-03-12", "2026-03-12T00:00:00"),
            ("2026-03-13T00:00:00.123456789123Z", "2026-03-13T00:00:00.123456789"),
            ("2026-03-13Tnoon", ""),
            ("2026-03-13T24:00:00Z", ""),
            ("2026-03-13T12:00:00 Z", ""),
            ("2026-03-13T12:00:00 UTC", ""),
            ("2026-03-13 or so", ""),
            ("yesterday", ""),
            ("0001-01-01T00:00:00Z", ""),
            ("", ""),
        ];
        for (text, wanted) in table {
            assert_eq!(stamp(text), wanted, "{text}");
            assert_eq!(stamp(wanted), wanted, "{text}");
        }
        let named: Vec<&str> = table.iter().map(|(_, wanted)| *wanted).take(8).collect();
        assert!(named[0] < named[1] && named[1] == named[2] && named[2] < named[3] && named[3] == named[4]);
        assert!(named[4] < named[5] && named[5] < named[6] && named[6] < named[7]);
    }
}
