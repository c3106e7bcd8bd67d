//! How fresh and how complete the sources of a body of knowledge are, as judged on one day.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use serde::{Serialize, Serializer};

/// A part of a source of which far fewer records came than there once were, or none at all. What is held of it is kept, and no longer
/// looked after.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShrunkPart {
    /// The part: a year, a provider; `None` where the source has no parts.
    pub part: Option<String>,
    /// How many records came of it when there were most.
    pub most: u64,
    /// How many came the last time.
    pub now: u64,
    /// Since when, by the day of the sync that found it.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub since: Date,
    /// The last day on which anything of it came, where it comes no more.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub last_came: Option<Date>,
}

/// Changes of a source that nobody looked at: what says what changed reaches back some days, and what came before it was older.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnseenChanges {
    /// Up to when changes were seen: a day, of which all were, or a moment in UTC; `None` where no file shows that any were.
    #[serde(serialize_with = "last")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub after: Option<DateTime>,
    /// From when on changes were seen again: a day or a moment in UTC.
    #[serde(serialize_with = "first")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub before: DateTime,
    /// The parts that did not come anew since: years, or runs of them.
    pub parts: Vec<String>,
}

/// A moment as people read it: a day where it begins one.
fn moment(moment: DateTime) -> String {
    match moment.time() == Time::midnight() {
        true => moment.date().to_string(),
        false => moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}

/// The last moment before which all is seen; where that ends a day, the day.
fn last_seen(after: DateTime) -> String {
    match after.date().yesterday() {
        Ok(day) if after.time() == Time::midnight() => day.to_string(),
        _ => moment(after),
    }
}

fn last<S: Serializer>(after: &Option<DateTime>, serializer: S) -> Result<S::Ok, S::Error> {
    after.map(last_seen).serialize(serializer)
}

fn first<S: Serializer>(before: &DateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment(*before))
}

impl fmt::Display for UnseenChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = moment(self.before);
        match self.after {
            Some(after) => write!(f, "what changed after {} and before {before} was never seen", last_seen(after))?,
            None => write!(f, "no file shows that what changed before {before} was seen")?,
        }
        if !self.parts.is_empty() {
            write!(f, ", of {}", self.parts.join(", "))?;
        }
        Ok(())
    }
}

/// Receipts that a home lost: what it held was damaged, and it went on from an earlier whole state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LostReceipts {
    /// The day of the last receipt before them, which is left.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub after: Date,
    /// How many there are; `None` where that is not known either.
    pub receipts: Option<u32>,
    /// Their days, as far as the damaged file still tells them.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub days: Vec<Date>,
    /// When it was found.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub found: Date,
    /// When somebody accepted it.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub accepted: Option<Date>,
}

impl LostReceipts {
    /// Whether any of them may have been held on a day.
    pub fn touch(&self, day: Date) -> bool {
        let all_known = self.receipts.is_some_and(|receipts| receipts as usize == self.days.len());
        !all_known || self.days.iter().any(|of| *of <= day)
    }
}

impl fmt::Display for LostReceipts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.receipts {
            Some(1) => write!(f, "1 receipt")?,
            Some(receipts) => write!(f, "{receipts} receipts")?,
            None => write!(f, "it is not known how many receipts")?,
        }
        write!(f, " after that of {}", self.after)?;
        if !self.days.is_empty() {
            let days: Vec<String> = self.days.iter().map(ToString::to_string).collect();
            write!(f, " (of {})", days.join(", "))?;
        }
        write!(f, ", found damaged on {}", self.found)
    }
}

/// The last day that can be meant by a date that was received on this day: where it was written it may have been a day later. A later
/// one is a slip of whoever wrote it, and makes nothing fresh.
pub fn latest_meant(received: Date) -> Date {
    received.tomorrow().unwrap_or(received)
}

/// From when on fewer records of a part than once came are far fewer.
///
/// What is not said is the strictest: any that lacks is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shrinkage {
    /// So many have to lack: records are joined and taken back every day.
    least: u64,
    /// And there must be less than this part of those that came when there were most, in hundredths.
    percent: u8,
}

impl Default for Shrinkage {
    fn default() -> Self {
        Self { least: 1, percent: 100 }
    }
}

impl Shrinkage {
    /// At least `least` fewer, and less than `percent` of 100. `None` where that would tell of nothing, or of what grew.
    pub fn new(least: u64, percent: u8) -> Option<Self> {
        (least > 0 && (1..=100).contains(&percent)).then_some(Self { least, percent })
    }

    /// Whether so many are far fewer than there were.
    pub fn is_far_fewer(self, most: u64, now: u64) -> bool {
        most.saturating_sub(now) >= self.least && u128::from(now) * 100 < u128::from(most) * u128::from(self.percent)
    }
}

impl fmt::Display for ShrunkPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(part) = &self.part {
            write!(f, "{part}: ")?;
        }
        if self.now == 0 {
            let noun = if self.most == 1 { "record" } else { "records" };
            write!(f, "none came of {} {noun}, since {}", self.most, self.since)?;
        } else {
            write!(f, "{} records came where there were {}, since {}", self.now, self.most, self.since)?;
        }
        self.last_came.map_or(Ok(()), |day| write!(f, ", received last on {day}"))
    }
}

/// So many parts that shrank are named in a sentence.
const PARTS_NAMED: usize = 20;

/// What is known of one part of a source whose parts age by themselves: a provider of advisories.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartDescription {
    /// The part.
    pub name: String,
    /// The newest date inside its records.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub newest: Option<Date>,
    /// How many records came of it the last time.
    pub records: u64,
    /// The last day on which it came, where that is known.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub received: Option<Date>,
}

/// Whether a source is as fresh as it can be expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// It is.
    Fresh,
    /// It is older.
    Stale,
    /// It says no day, or nobody has said what to expect of it.
    Unknown,
    /// It should be held and is not.
    Missing,
}

impl Freshness {
    /// The word used in text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::Missing => "missing",
        }
    }
}

/// What is expected of a source, in days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Expected {
    /// How old its newest date may be.
    pub newest_within_days: Option<u16>,
    /// How long ago it may have been received.
    pub received_within_days: Option<u16>,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.newest_within_days, self.received_within_days) {
            (Some(newest), Some(received)) => write!(f, "{newest} days, received in {received}"),
            (Some(newest), None) => write!(f, "{newest} days"),
            (None, Some(received)) => write!(f, "received in {received} days"),
            (None, None) => f.write_str("nothing"),
        }
    }
}

/// How fresh and complete one source is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceCoverage {
    /// The source; a provider of advisories stands behind `csaf/`.
    pub name: String,
    /// Whether it is as fresh as expected.
    pub state: Freshness,
    /// The newest date that it says of itself or of a record.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub newest: Option<Date>,
    /// How many days before the day asked about that is.
    pub days_old: Option<i32>,
    /// When it was last received.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub received: Option<Date>,
    /// What is expected of it; `None` where nobody has said.
    pub expected: Option<Expected>,
    /// How many records.
    pub records: u64,
    /// How many of them name no product.
    pub without_product: u64,
    /// How many could not be read and were set aside.
    pub set_aside: u64,
    /// The parts of which far fewer records came than there once were.
    pub shrunk: Vec<ShrunkPart>,
    /// What was never received, in words.
    pub gaps: Vec<String>,
    /// The changes that nobody looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub unseen: Option<UnseenChanges>,
}

impl SourceCoverage {
    /// Whether something is amiss: it is not known to be fresh, or it shrank, or changes of it were not seen.
    pub fn is_stale(&self) -> bool {
        self.state != Freshness::Fresh || self.is_thinner()
    }

    /// Whether less came of it than is expected, however new that is.
    pub fn is_thinner(&self) -> bool {
        !self.shrunk.is_empty() || self.unseen.is_some()
    }

    /// Its state in words, the same wherever it is shown: never fresh where something is amiss.
    pub fn words(&self) -> String {
        let state = match self.state {
            Freshness::Fresh if self.is_thinner() => Freshness::Stale,
            state => state,
        };
        let shrunk = if self.shrunk.is_empty() { "" } else { ", SHRUNK" };
        let gap = if self.unseen.is_none() { "" } else { ", GAP" };
        format!("{}{shrunk}{gap}", state.word())
    }
}

/// Packages of one ecosystem that no source speaks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UncoveredEcosystem {
    /// The ecosystem, with its release where only that is not spoken for.
    pub ecosystem: String,
    /// How many components are packages of it.
    pub components: usize,
}

/// How fresh and complete the knowledge behind an answer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KnowledgeCoverage {
    /// The day asked about.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub as_of: Date,
    /// Whether any source is not known to be fresh, or shrank, or receipts were lost.
    pub stale: bool,
    /// The sources, by name: those held, and those that should be.
    pub sources: Vec<SourceCoverage>,
    /// The ecosystems of the inventory that no source speaks for.
    pub ecosystems_without_data: Vec<UncoveredEcosystem>,
}

impl KnowledgeCoverage {
    /// What is amiss, in words, a sentence for each kind; none where all is as expected.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let of = |state: Freshness, words: &dyn Fn(&SourceCoverage) -> String| -> Vec<String> {
            self.sources.iter().filter(|source| source.state == state).map(words).collect()
        };
        let stale = of(Freshness::Stale, &|source| {
            let newest = source.newest.map_or_else(String::new, |day| format!(", newest {day}"));
            let expected = source.expected.map_or_else(String::new, |expected| format!(", expected: {expected}"));
            // What is said of it beside its age.
            let words = source.words();
            let amiss = words.strip_prefix(Freshness::Stale.word()).unwrap_or_default();
            format!("{}{newest}{expected}{amiss}", source.name)
        });
        let name = |source: &SourceCoverage| source.name.clone();
        for (what, sources) in [
            ("stale", stale),
            ("how fresh they are is not known", of(Freshness::Unknown, &name)),
            ("expected and not held", of(Freshness::Missing, &name)),
        ] {
            if !sources.is_empty() {
                notes.push(format!("sources on {}: {what}: {}", self.as_of, sources.join("; ")));
            }
        }
        for source in &self.sources {
            let mut parts: Vec<String> = source.shrunk.iter().take(PARTS_NAMED).map(ToString::to_string).collect();
            if let Some(more @ 1..) = source.shrunk.len().checked_sub(PARTS_NAMED) {
                parts.push(format!("and {more} more"));
            }
            if !parts.is_empty() {
                notes.push(format!(
                    "{} shrank: what it no longer brings is kept as it was and may be out of date ({})",
                    source.name,
                    parts.join("; ")
                ));
            }
            if let Some(unseen) = &source.unseen {
                notes.push(format!(
                    "{}: {unseen}; whole files of since then close the gap, or `--accept-shrunk {}` where it is none",
                    source.name, source.name
                ));
            }
        }
        let without = &self.ecosystems_without_data;
        if !without.is_empty() {
            let words = |one: &UncoveredEcosystem| {
                let noun = if one.components == 1 { "component" } else { "components" };
                format!("{} ({} {noun})", one.ecosystem, one.components)
            };
            let each: Vec<String> = without.iter().map(words).collect();
            notes.push(format!("no source speaks for these ecosystems of the inventory: {}", each.join(", ")));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{
        Expected, Freshness, KnowledgeCoverage, ShrunkPart, SourceCoverage, UncoveredEcosystem, UnseenChanges,
    };

    fn source(name: &str, state: Freshness) -> SourceCoverage {
        SourceCoverage {
            name: name.to_owned(),
            state,
            newest: Some(date(2026, 1, 1)),
            days_old: Some(9),
            received: None,
            expected: Some(Expected { newest_within_days: Some(7), received_within_days: None }),
            records: 1,
            without_product: 0,
            set_aside: 0,
            shrunk: Vec::new(),
            gaps: Vec::new(),
            unseen: None,
        }
    }

    #[test]
    fn what_is_amiss_is_said_and_nothing_else() {
        let coverage = |sources| KnowledgeCoverage {
            as_of: date(2026, 1, 10),
            stale: true,
            sources,
            ecosystems_without_data: Vec::new(),
        };
        assert_eq!(coverage(vec![source("nvd", Freshness::Fresh)]).notes(), [""; 0]);
        let mut shrunk = source("nvd", Freshness::Stale);
        assert!(shrunk.is_stale());
        assert_eq!((shrunk.words(), source("nvd", Freshness::Fresh).words()), ("stale".to_owned(), "fresh".to_owned()));
        shrunk.state = Freshness::Fresh;
        assert!(!shrunk.is_stale());
        // Up to the end of a day means that day.
        let (after, before) = (date(2026, 1, 3).at(0, 0, 0, 0), date(2026, 1, 5).at(0, 0, 0, 0));
        let mut unseen = UnseenChanges { after: Some(after), before, parts: vec!["2002 to 2026".to_owned()] };
        shrunk.unseen = Some(unseen.clone());
        assert!(shrunk.is_stale());
        assert_eq!(shrunk.words(), "stale, GAP");
        assert_eq!(
            coverage(vec![shrunk.clone()]).notes(),
            [
                "nvd: what changed after 2026-01-02 and before 2026-01-05 was never seen, of 2002 to 2026; whole files of since then close the gap, or `--accept-shrunk nvd` where it is none"
            ]
        );
        unseen.parts.clear();
        unseen.after = Some(date(2026, 1, 5).at(1, 0, 0, 0));
        unseen.before = date(2026, 1, 5).at(23, 0, 0, 1);
        let words = "what changed after 2026-01-05T01:00:00Z and before 2026-01-05T23:00:00Z was never seen";
        assert_eq!(unseen.to_string(), words);
        unseen.after = None;
        unseen.before = before;
        assert_eq!(unseen.to_string(), "no file shows that what changed before 2026-01-05 was seen");
        shrunk.unseen = None;
        let part = |part: &str, now, last_came| ShrunkPart {
            part: Some(part.to_owned()),
            most: 90,
            now,
            since: date(2026, 1, 2),
            last_came,
        };
        shrunk.shrunk = vec![part("2014", 40, None), part("2015", 0, Some(date(2026, 1, 1)))];
        assert!(shrunk.is_stale());
        assert_eq!(shrunk.words(), "stale, SHRUNK");
        let unknown = SourceCoverage { state: Freshness::Unknown, unseen: Some(unseen.clone()), ..shrunk.clone() };
        assert_eq!(unknown.words(), "unknown, SHRUNK, GAP");
        let both = SourceCoverage { state: Freshness::Stale, ..unknown };
        let said = coverage(vec![both]).notes().first().cloned();
        let words = "sources on 2026-01-10: stale: nvd, newest 2026-01-01, expected: 7 days, SHRUNK, GAP";
        assert_eq!(said.as_deref(), Some(words));
        let one = shrunk.shrunk[0].clone();
        let many = SourceCoverage { shrunk: vec![one; 23], ..shrunk.clone() };
        let said = coverage(vec![many]).notes();
        assert!(said[0].ends_with("; and 3 more)") && said[0].matches("2014").count() == 20, "{said:?}");
        let mut all = coverage(vec![shrunk, source("osv/go", Freshness::Stale), source("kev", Freshness::Missing)]);
        all.ecosystems_without_data = vec![UncoveredEcosystem { ecosystem: "npm".to_owned(), components: 3 }];
        assert_eq!(
            all.notes(),
            [
                "sources on 2026-01-10: stale: osv/go, newest 2026-01-01, expected: 7 days",
                "sources on 2026-01-10: expected and not held: kev",
                "nvd shrank: what it no longer brings is kept as it was and may be out of date (2014: 40 records came where there were 90, since 2026-01-02; 2015: none came of 90 records, since 2026-01-02, received last on 2026-01-01)",
                "no source speaks for these ecosystems of the inventory: npm (3 components)"
            ]
        );
    }
}
