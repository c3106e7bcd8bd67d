//! Until when somebody supports a product.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One release line of a product, with the days on which support for it ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SupportCycle {
    /// The product, as the source calls it.
    pub product: String,
    /// The release line: the leading part of its versions, for example `3.0` of OpenSSL.
    pub cycle: String,
    /// When the line was first released.
    pub released: Option<Date>,
    /// Until when it is developed further.
    pub active_until: SupportEnd,
    /// Until when it gets security fixes.
    pub security_until: SupportEnd,
    /// Until when somebody sells fixes beyond that.
    pub extended_until: SupportEnd,
    /// The newest version of the line.
    pub latest: Option<String>,
    /// When that came out.
    pub latest_released: Option<Date>,
    /// Whether the source named the line once and does so no more: what stands here is what it said last.
    #[serde(skip)]
    pub said_no_longer: bool,
}

impl SupportCycle {
    /// Whether a version, or another line, is of this line: the line is its leading part, and ends where a part of the version ends. Capitals, blanks around
    /// it and a leading `v` tell no lines apart.
    pub fn holds(&self, version: &str) -> bool {
        let (line, version) = (plain(&self.cycle), plain(version));
        let Some(rest) = version.strip_prefix(line.as_str()) else { return false };
        match (line.chars().next_back(), rest.chars().next()) {
            (None, _) => false,
            (_, None) => true,
            (Some(last), Some(next)) if last.is_ascii_digit() => !next.is_ascii_digit(),
            (Some(_), Some(next)) => !next.is_ascii_alphanumeric(),
        }
    }

    /// How closely it names the versions that it holds: of two lines that hold the same version, the one that says more of it.
    fn closeness(&self) -> usize {
        plain(&self.cycle).len()
    }

    /// Takes the earlier of both ends, and the later of both releases; gives whether the ends of security fixes differ.
    pub fn take_worse(&mut self, other: &Self) -> bool {
        let differ = self.security_until != other.security_until;
        self.end_no_later(other);
        // Whichever came first: the same of both.
        if (other.latest_released, &other.latest) > (self.latest_released, &self.latest) {
            self.latest_released = other.latest_released;
            self.latest.clone_from(&other.latest);
        }
        self.released = self.released.max(other.released);
        differ
    }

    /// Takes the earlier of both ends.
    pub fn end_no_later(&mut self, than: &Self) {
        for (end, other) in self.ends_beside(than) {
            *end = end.worse(other);
        }
    }

    /// Takes those ends of which it says nothing itself.
    pub fn fill_ends(&mut self, from: &Self) {
        for (end, from) in self.ends_beside(from) {
            if *end == SupportEnd::Unknown {
                *end = from;
            }
        }
    }

    /// The line that says most of a version. One that is named twice in other spellings is one line, and has the worse of what is said.
    pub fn closest<'a>(lines: impl Iterator<Item = &'a Self> + Clone, version: &str) -> Option<Self> {
        let holding = lines.filter(|line| line.holds(version));
        let closeness = holding.clone().map(Self::closeness).max()?;
        let mut same = holding.clone().filter(|line| line.closeness() == closeness).cloned();
        let first = same.next()?;
        let mut line = same.fold(first, |mut line, other| {
            line.take_worse(&other);
            line
        });
        // What is not said of a line within another is as it is said of that one.
        let mut around: Vec<&Self> = holding.filter(|line| line.closeness() < closeness).collect();
        around.sort_by_key(|line| std::cmp::Reverse(line.closeness()));
        for outer in around {
            line.fill_ends(outer);
        }
        Some(line)
    }

    /// Whether both are one line, however it is spelled.
    pub fn is_spelled_like(&self, other: &Self) -> bool {
        plain(&self.cycle) == plain(&other.cycle)
    }

    /// Its ends, each with that of another line.
    fn ends_beside(&mut self, other: &Self) -> [(&mut SupportEnd, SupportEnd); 3] {
        [
            (&mut self.active_until, other.active_until),
            (&mut self.security_until, other.security_until),
            (&mut self.extended_until, other.extended_until),
        ]
    }
}

/// The name of a line or a version without what tells none apart.
fn plain(text: &str) -> String {
    text.trim().trim_start_matches(['v', 'V']).trim_start().to_ascii_lowercase()
}

/// The end of a kind of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SupportEnd {
    /// Nothing is said: unknown is not "for ever".
    Unknown,
    /// It has ended, on a day that is not said.
    Ended,
    /// It ends, or ended, on this day.
    On(Date),
    /// It goes on, and no end is announced.
    NotAnnounced,
}

impl SupportEnd {
    /// The earlier of both, as far as either is known.
    fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, one) | (one, Self::Unknown) => one,
            (one, other) => one.min(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cycle: &str) -> SupportCycle {
        SupportCycle {
            product: "openssl".into(),
            cycle: cycle.into(),
            released: None,
            active_until: SupportEnd::Unknown,
            security_until: SupportEnd::Unknown,
            extended_until: SupportEnd::Unknown,
            latest: None,
            latest_released: None,
            said_no_longer: false,
        }
    }

    #[test]
    fn a_version_is_of_the_line_that_it_begins_with() {
        for (cycle, version) in [
            ("1.1.1", "1.1.1f"),
            ("3.0", "3.0.13"),
            ("11", "11"),
            ("v4", "4.2"),
            (" V4 ", "4.2"),
            ("10", "10.0"),
            ("3.0", "3.0-rc1"),
        ] {
            assert!(line(cycle).holds(version), "{version} is of {cycle}");
        }
        for (cycle, version) in
            [("3.1", "3.10"), ("3.0", "3"), ("", "1"), ("v", "1"), ("10-22h2", "10.0.19044"), ("lts", "ltsc")]
        {
            assert!(!line(cycle).holds(version), "{version} is not of {cycle}");
        }
    }

    #[test]
    fn a_line_is_as_close_however_it_is_written() {
        assert_eq!(line("v1.1.1 ").closeness(), line("1.1.1").closeness());
        assert!(line("1.1.1w").closeness() > line("v1.1.1").closeness());
    }

    #[test]
    fn the_closest_line_counts_and_at_its_worst() {
        type Row<'a> = (&'a [(&'a str, i16)], &'a str, Option<i16>);
        let table: [Row<'_>; 7] = [
            (&[("1.1.1", 2023), ("v1.1.1", 2035)], "1.1.1w", Some(2023)),
            (&[("v1.1.1", 2035), ("1.1.1", 2023)], "v1.1.1w", Some(2023)),
            (&[("1.1.1 ", 2035), ("1.1.1", 2023)], "1.1.1w", Some(2023)),
            // A line within another one is another line.
            (&[("11", 2026), ("11-ltsc", 2029)], "11-LTSC", Some(2029)),
            (&[("3", 2035), ("3.0", 2026)], "3.0.13", Some(2026)),
            (&[("3.0", 2026)], "3.1", None),
            // Of which no end is said that of the line around it counts.
            (&[("1.1.1", 2023), ("1.1.1w", 0)], "1.1.1w", Some(2023)),
        ];
        for (lines, version, year) in table {
            let lines: Vec<_> = lines
                .iter()
                .map(|(cycle, year)| SupportCycle {
                    security_until: match year {
                        0 => SupportEnd::Unknown,
                        year => SupportEnd::On(jiff::civil::date(*year, 1, 1)),
                    },
                    ..line(cycle)
                })
                .collect();
            let found = SupportCycle::closest(lines.iter(), version).map(|line| line.security_until);
            assert_eq!(found, year.map(|year| SupportEnd::On(jiff::civil::date(year, 1, 1))), "{version}");
        }
    }
}
