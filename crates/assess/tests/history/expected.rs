//! What a case is expected to come to: `expected.toml`, which no assessment reads.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;
use toml::value::Datetime;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Which case, by its number in the guidance or the advisory.
    pub case: String,
    /// The public documents that the facts are from.
    pub source: Vec<String>,
    /// What the folder assumes and no public document says.
    pub assumed: String,
    /// The day on which the records were received.
    received: Option<Datetime>,
    /// The files of records, in `records/`.
    #[serde(default)]
    pub records: Vec<String>,
    /// The days asked about.
    #[serde(deserialize_with = "days")]
    pub as_of: Vec<Date>,
    /// What must come out.
    #[serde(default)]
    pub row: Vec<Row>,
    /// What comes out and should not, with the reason.
    #[serde(default)]
    pub not_yet: Vec<NotYet>,
    /// What turns without one decision.
    #[serde(default)]
    pub flip: Vec<Flip>,
    /// What is due, on the first of the days.
    #[serde(default)]
    pub clock: Vec<Due>,
    /// What is expected once there are clocks for it: reports and other duties. Read by people.
    #[serde(default)]
    pub later: Vec<String>,
}

/// Verdicts that must come out, all alike.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Vulnerabilities, weaknesses as `RULE@LINK`, or elements of which something is not known.
    pub subjects: Vec<String>,
    /// Where; wherever they are judged, if none is listed.
    #[serde(default)]
    pub elements: Vec<String>,
    /// Fielded versions; all where none is listed.
    #[serde(default)]
    pub versions: Vec<String>,
    /// Groups of units; all where none is listed.
    #[serde(default)]
    pub cohorts: Vec<String>,
    /// Days asked about; all of the file where none is listed.
    #[serde(default, deserialize_with = "days")]
    pub as_of: Vec<Date>,
    pub verdict: String,
    /// `confirmed`, or what is not known where it is presumed.
    #[serde(default = "confirmed")]
    pub basis: Vec<String>,
    #[serde(default)]
    pub provisional: bool,
    #[serde(default)]
    pub privacy: bool,
    /// The worst harm, where one is reached.
    pub harm: Option<String>,
    /// Whether several people are harmed at once.
    pub several: Option<bool>,
    /// The last day of effect.
    valid_until: Option<Datetime>,
    /// Subjects that it speaks for, because nobody can tell what they would lead to.
    #[serde(default)]
    pub covers: Vec<String>,
    /// Why, for people.
    pub reason: String,
    /// What makes it so. Controlled: claims of which each alone turns it. Uncontrolled: places and names on its derivation.
    #[serde(default)]
    pub because: Vec<String>,
}

/// A verdict that comes out wrong as yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotYet {
    pub should_be: String,
    pub row: Row,
}

/// What turns when one decision is taken back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flip {
    pub without: String,
    pub as_of: Option<Datetime>,
    /// The verdicts that turn, and no others.
    pub turns: Vec<Turn>,
}

/// A clock that runs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    pub subjects: Vec<String>,
    pub rule: String,
    starts: Datetime,
    due: Datetime,
}

impl Due {
    pub fn days(&self) -> (Date, Date) {
        (day(self.starts), day(self.due))
    }
}

/// Verdicts that turn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    pub subjects: Vec<String>,
    #[serde(default = "confirmed")]
    pub basis: Vec<String>,
    #[serde(default)]
    pub elements: Vec<String>,
    #[serde(default)]
    pub versions: Vec<String>,
    #[serde(default)]
    pub cohorts: Vec<String>,
}

impl Expected {
    /// Every day on which something is expected.
    pub fn days(&self) -> BTreeSet<Date> {
        let own = self.row.iter().chain(self.not_yet.iter().map(|not_yet| &not_yet.row));
        self.as_of.iter().chain(own.flat_map(|row| &row.as_of)).copied().collect()
    }

    pub fn received(&self) -> Option<Date> {
        self.received.map(day)
    }

    /// The rows of one day, each with the outcome that it should have and has not yet.
    pub fn rows_on(&self, day: Date) -> impl Iterator<Item = (&Row, Option<&str>)> {
        let own = self.row.iter().map(|row| (row, None));
        let not_yet = self.not_yet.iter().map(|not_yet| (&not_yet.row, Some(not_yet.should_be.as_str())));
        let asked =
            move |row: &Row| if row.as_of.is_empty() { self.as_of.contains(&day) } else { row.as_of.contains(&day) };
        own.chain(not_yet).filter(move |(row, _)| asked(row))
    }
}

impl Row {
    pub fn valid_until(&self) -> Option<Date> {
        self.valid_until.map(day)
    }
}

fn confirmed() -> Vec<String> {
    vec!["confirmed".to_owned()]
}

/// A day of TOML.
pub fn day(written: Datetime) -> Date {
    written.to_string().parse().expect("a day without a time")
}

fn days<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Date>, D::Error> {
    Ok(Vec::<Datetime>::deserialize(deserializer)?.into_iter().map(day).collect())
}
