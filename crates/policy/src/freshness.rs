//! How fresh each source can be expected to be, and whether it is.

use jiff::civil::Date;
use serde::Deserialize;
use ward_model::coverage::{
    Expected, Freshness, KnowledgeCoverage, Shrinkage, SourceCoverage, UncoveredEcosystem, latest_meant,
};
use ward_model::knowledge::{KnowledgeDescription, SourceDescription};

use crate::error::PolicyError;
use crate::file::parse;
use crate::period::{InForce, Period};

/// What is expected of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectations {
    /// By name.
    entries: Vec<Entry>,
    /// From when on fewer records are far fewer, with the time in which that is so.
    far_fewer: Vec<(Period, Shrinkage)>,
    /// How many days the yearly files of a source may lie apart, with the time in which that is so.
    days_apart: Vec<(Period, u16)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: String,
    period: Period,
    expected: Expected,
    required: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    shrinkage: Vec<ShrinkageTable>,
    #[serde(default)]
    yearly_files: Vec<YearlyFilesTable>,
    source: Vec<SourceTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShrinkageTable {
    in_force: InForce,
    fewer_by_at_least: u64,
    below_percent: u8,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearlyFilesTable {
    in_force: InForce,
    days_apart: u16,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    name: String,
    in_force: InForce,
    newest_within_days: Option<u16>,
    received_within_days: Option<u16>,
    #[serde(default)]
    required: bool,
    reason: String,
}

/// Reads a file of expectations.
pub(crate) fn expectations(file: &str, text: &str) -> Result<Expectations, PolicyError> {
    let table: File = parse(file, text)?;
    let malformed = |message: String| PolicyError::malformed(file, message);
    let mut entries: Vec<Entry> = Vec::with_capacity(table.source.len());
    for source in table.source {
        let name = source.name;
        let expected = Expected {
            newest_within_days: source.newest_within_days,
            received_within_days: source.received_within_days,
        };
        if expected == Expected::default() || source.reason.trim().is_empty() {
            return Err(malformed(format!("`{name}` needs a number of days and a reason")));
        }
        let period = source.in_force.period(file)?;
        if entries.iter().any(|other| other.name == name && other.period.overlaps(&period)) {
            return Err(malformed(format!("two entries for `{name}` are in force on the same day")));
        }
        entries.push(Entry { name, period, expected, required: source.required });
    }
    let mut far_fewer: Vec<(Period, Shrinkage)> = Vec::new();
    for table in table.shrinkage {
        let rule = Shrinkage::new(table.fewer_by_at_least, table.below_percent)
            .filter(|_| !table.reason.trim().is_empty())
            .ok_or_else(|| malformed("`shrinkage` needs a number, 1 to 100 of 100, and a reason".to_owned()))?;
        let period = table.in_force.period(file)?;
        if far_fewer.iter().any(|(other, _)| other.overlaps(&period)) {
            return Err(malformed("two entries of `shrinkage` are in force on the same day".to_owned()));
        }
        far_fewer.push((period, rule));
    }
    let mut days_apart: Vec<(Period, u16)> = Vec::new();
    for table in table.yearly_files {
        let period = table.in_force.period(file)?;
        if table.reason.trim().is_empty() {
            return Err(malformed("`yearly_files` needs a reason".to_owned()));
        }
        if days_apart.iter().any(|(other, _)| other.overlaps(&period)) {
            return Err(malformed("two entries of `yearly_files` are in force on the same day".to_owned()));
        }
        days_apart.push((period, table.days_apart));
    }
    entries.sort_by(|a, b| (&a.name, a.period).cmp(&(&b.name, b.period)));
    Ok(Expectations { entries, far_fewer, days_apart })
}

impl Expectations {
    /// From when on fewer records of a source than once came are far fewer. On a day of which nothing is said, any that lacks is told.
    pub fn far_fewer(&self, day: Date) -> Shrinkage {
        self.far_fewer.iter().find(|(period, _)| period.holds(day)).map(|(_, rule)| *rule).unwrap_or_default()
    }

    /// How many days the yearly files of a source may lie apart. On a day of which nothing is said, none.
    pub fn days_apart(&self, day: Date) -> u16 {
        self.days_apart.iter().find(|(period, _)| period.holds(day)).map_or(0, |(_, days)| *days)
    }

    fn on(&self, day: Date) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.period.holds(day))
    }

    /// The entry with the longest name that this source is, or stands below.
    fn of(&self, source: &str, day: Date) -> Option<&Entry> {
        let fits = |entry: &&Entry| {
            source.strip_prefix(entry.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.on(day).filter(fits).max_by_key(|entry| entry.name.len())
    }

    /// How fresh and complete the sources are on a day. `without_data` are the ecosystems of the inventory that none speaks for.
    pub fn coverage(
        &self,
        knowledge: &KnowledgeDescription,
        as_of: Date,
        without_data: Vec<UncoveredEcosystem>,
    ) -> KnowledgeCoverage {
        let mut sources: Vec<SourceCoverage> = Vec::new();
        for source in &knowledge.sources {
            sources.push(self.judge(source, as_of));
            // Each provider ages by itself: a fresh one must not stand for another.
            for part in &source.providers {
                let provider = SourceDescription {
                    newest: part.newest,
                    // What comes no more was not received when the others were.
                    received: part.received.or(source.received),
                    records: part.records,
                    ..SourceDescription::new(&format!("{}/{}", source.name, part.name))
                };
                sources.push(self.judge(&provider, as_of));
            }
        }
        let lacking = self.on(as_of).filter(|entry| entry.required);
        for entry in lacking.filter(|entry| knowledge.sources.iter().all(|source| source.name != entry.name)) {
            let mut missing = self.judge(&SourceDescription::new(&entry.name), as_of);
            missing.state = Freshness::Missing;
            sources.push(missing);
        }
        for source in &mut sources {
            // What is new is not fresh where less of it came than should, and nobody knows what came with receipts that were lost.
            source.state = match source.state {
                Freshness::Fresh if source.is_thinner() => Freshness::Stale,
                Freshness::Fresh if !knowledge.lost.is_empty() => Freshness::Unknown,
                state => state,
            };
        }
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        let stale = sources.iter().any(SourceCoverage::is_stale) || !knowledge.lost.is_empty();
        KnowledgeCoverage { as_of, stale, sources, ecosystems_without_data: without_data }
    }

    fn judge(&self, source: &SourceDescription, as_of: Date) -> SourceCoverage {
        let latest = latest_meant(as_of);
        let past = |day: Option<Date>| day.filter(|day| *day <= latest);
        let newest = past(source.newest).max(past(source.released));
        let age =
            |day: Option<Date>| past(day).and_then(|day| as_of.since(day).ok()).map(|span| span.get_days().max(0));
        let expected = self.of(&source.name, as_of).map(|entry| entry.expected);
        let state = match expected {
            None => Freshness::Unknown,
            Some(expected) => {
                let limits =
                    [(expected.newest_within_days, age(newest)), (expected.received_within_days, age(source.received))];
                let judged = limits.into_iter().filter_map(|(limit, days)| {
                    let limit = i32::from(limit?);
                    Some(days.map_or(Freshness::Unknown, |days| {
                        if days > limit { Freshness::Stale } else { Freshness::Fresh }
                    }))
                });
                // Stale is known; what is not known is no freshness either.
                judged.fold(Freshness::Fresh, |worst, one| match (worst, one) {
                    (Freshness::Stale, _) | (_, Freshness::Stale) => Freshness::Stale,
                    (Freshness::Unknown, _) | (_, Freshness::Unknown) => Freshness::Unknown,
                    _ => Freshness::Fresh,
                })
            }
        };
        SourceCoverage {
            name: source.name.clone(),
            state,
            newest,
            days_old: age(newest),
            received: source.received,
            expected,
            records: source.records,
            without_product: source.without_product,
            set_aside: source.set_aside,
            shrunk: source.shrunk.clone(),
            gaps: source.gaps.clone(),
            unseen: source.unseen.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use ward_model::Digest;
    use ward_model::coverage::{Freshness, LostReceipts, PartDescription, ShrunkPart};
    use ward_model::knowledge::{KnowledgeDescription, SourceDescription};

    use super::expectations;
    use crate::Library;

    fn held(sources: Vec<SourceDescription>) -> KnowledgeDescription {
        KnowledgeDescription {
            generation: Digest::of(b""),
            as_of: date(2026, 11, 22),
            sources,
            seed: false,
            limited_to: Vec::new(),
            lost: Vec::new(),
        }
    }

    fn source(name: &str, newest: Option<Date>, received: Option<Date>) -> SourceDescription {
        SourceDescription { newest, received, ..SourceDescription::new(name) }
    }

    const DAY: Date = date(2026, 11, 22);

    fn states(sources: Vec<SourceDescription>) -> Vec<(String, Freshness)> {
        let library = Library::built_in().unwrap();
        let coverage = library.expectations().coverage(&held(sources), DAY, Vec::new());
        let any = coverage.sources.iter().any(|source| source.is_stale());
        assert_eq!(coverage.stale, any);
        coverage.sources.into_iter().map(|source| (source.name, source.state)).collect()
    }

    fn three(day: Date) -> Vec<SourceDescription> {
        ["epss", "kev", "nvd"].map(|name| source(name, Some(day), Some(DAY))).to_vec()
    }

    #[test]
    fn seven_days_are_fresh_and_eight_are_not() {
        assert!(states(three(date(2026, 11, 15))).iter().all(|(_, state)| *state == Freshness::Fresh));
        assert!(states(three(date(2026, 11, 14))).iter().all(|(_, state)| *state == Freshness::Stale));
        assert!(
            states(three(date(2025, 11, 22))).iter().all(|(_, state)| *state == Freshness::Stale),
            "a year is more"
        );
    }

    #[test]
    fn what_is_missing_or_says_no_day_is_not_fresh() {
        let all = states(vec![source("nvd", None, Some(DAY))]);
        let expected = [("epss", Freshness::Missing), ("kev", Freshness::Missing), ("nvd", Freshness::Unknown)];
        assert_eq!(all, expected.map(|(name, state)| (name.to_owned(), state)));
    }

    #[test]
    fn a_day_that_lies_ahead_is_no_freshness() {
        let all = states(three(date(2062, 1, 1)));
        assert!(all.iter().all(|(_, state)| *state == Freshness::Unknown), "{all:?}");
        // Where it was written it may have been a day later.
        assert!(states(three(date(2026, 11, 23))).iter().all(|(_, state)| *state == Freshness::Fresh));
        let mut sources = three(DAY);
        sources[1] = SourceDescription { released: Some(date(2062, 1, 1)), ..sources[1].clone() };
        sources[2] = source("nvd", Some(DAY), Some(date(2062, 1, 1)));
        let library = Library::built_in().unwrap();
        let coverage = library.expectations().coverage(&held(sources), DAY, Vec::new());
        let days: Vec<_> = coverage.sources.iter().map(|source| source.days_old).collect();
        assert_eq!(days, [Some(0), Some(0), Some(0)]);
    }

    #[test]
    fn every_source_is_judged_by_its_own_entry() {
        let day = |month, day| Some(date(2026, month, day));
        let table = [
            ("cve5", day(11, 15), day(11, 22), Freshness::Fresh),
            ("cve5", day(11, 14), day(11, 22), Freshness::Stale),
            ("osv/pypi", day(11, 8), day(11, 22), Freshness::Fresh),
            ("osv/pypi", day(11, 7), day(11, 22), Freshness::Stale),
            ("osv/pypi", day(11, 22), day(11, 7), Freshness::Stale),
            ("osv/hackage", day(10, 23), day(11, 22), Freshness::Fresh),
            ("osv/hackage", day(10, 22), day(11, 22), Freshness::Stale),
            ("eol", None, day(11, 1), Freshness::Fresh),
            ("eol", None, day(9, 1), Freshness::Stale),
            ("eol", None, None, Freshness::Unknown),
            ("cwe", None, day(1, 1), Freshness::Fresh),
            ("osvx", day(11, 22), day(11, 22), Freshness::Unknown),
            ("unheard of", day(11, 22), day(11, 22), Freshness::Unknown),
        ];
        for (name, newest, received, expected) in table {
            let mut sources = three(DAY);
            sources.push(source(name, newest, received));
            let found = states(sources).into_iter().find(|(found, _)| found == name).unwrap();
            assert_eq!(found.1, expected, "{name} {newest:?} {received:?}");
        }
    }

    #[test]
    fn a_release_is_as_good_as_a_record_and_a_fresh_provider_stands_for_no_other() {
        let mut sources = three(DAY);
        sources[1] = SourceDescription { released: Some(DAY), ..source("kev", Some(date(2026, 1, 1)), Some(DAY)) };
        let part = |name: &str, newest| PartDescription {
            name: name.to_owned(),
            newest,
            records: 1,
            received: (name == "d.example").then(|| date(2026, 1, 1)),
        };
        sources.push(SourceDescription {
            providers: vec![
                part("a.example", Some(DAY)),
                part("b.example", Some(date(2026, 1, 1))),
                part("c.example", None),
                part("d.example", Some(DAY)),
            ],
            ..source("csaf", Some(DAY), Some(DAY))
        });
        let states = states(sources);
        let of = |name: &str| states.iter().find(|(found, _)| found == name).unwrap().1;
        assert_eq!(of("kev"), Freshness::Fresh);
        assert_eq!((of("csaf"), of("csaf/a.example")), (Freshness::Fresh, Freshness::Fresh));
        assert_eq!((of("csaf/b.example"), of("csaf/c.example")), (Freshness::Stale, Freshness::Unknown));
        assert_eq!(of("csaf/d.example"), Freshness::Stale, "it came last long ago");
    }

    #[test]
    fn what_shrank_is_not_fresh() {
        let library = Library::built_in().unwrap();
        let mut sources = three(DAY);
        assert!(!library.expectations().coverage(&held(sources.clone()), DAY, Vec::new()).stale);
        let whole = sources.clone();
        sources[2].shrunk = vec![ShrunkPart { part: None, most: 100, now: 1, since: DAY, last_came: None }];
        let coverage = library.expectations().coverage(&held(sources.clone()), DAY, Vec::new());
        assert!(coverage.stale);
        let states: Vec<_> = coverage.sources.iter().map(|source| source.words()).collect();
        assert_eq!(states, ["fresh", "fresh", "stale, SHRUNK"]);
        // Any of them may have come with what was lost.
        let (after, found) = (date(2026, 11, 1), DAY);
        let lost = LostReceipts { after, receipts: Some(1), days: vec![DAY], found, accepted: None };
        let coverage =
            library.expectations().coverage(&KnowledgeDescription { lost: vec![lost], ..held(whole) }, DAY, Vec::new());
        assert!(coverage.stale && coverage.sources.iter().all(|source| source.state == Freshness::Unknown));
    }

    #[test]
    fn files_that_say_nothing_or_too_much_are_refused() {
        let entry = |name: &str, from: &str, rest: &str| {
            format!("[[source]]\nname = \"{name}\"\nin_force = {{ from = {from} }}\nreason = \"r\"\n{rest}\n")
        };
        let good = entry("a", "2026-01-01", "newest_within_days = 1");
        assert!(expectations("f", &good).is_ok());
        for bad in [
            entry("a", "2026-01-01", ""),
            entry("a", "2026-01-01", "newest_within_days = -1"),
            entry("a", "2026-01-01", "newest_within_days = 1\nodd = 1"),
            good.clone() + &entry("a", "2027-01-01", "newest_within_days = 2"),
            good.replace("reason = \"r\"", "reason = \" \""),
        ] {
            assert!(expectations("f", &bad).is_err(), "{bad}");
        }
        let years = |from: &str, days: &str| {
            format!("[[yearly_files]]\nin_force = {{ from = {from} }}\ndays_apart = {days}\nreason = \"r\"\n")
        };
        let once = years("2026-01-01", "3") + &good;
        let said = expectations("f", &once).unwrap();
        assert_eq!((said.days_apart(DAY), said.days_apart(date(2025, 12, 31))), (3, 0));
        for bad in [
            years("2026-01-01", "-1") + &good,
            years("2026-01-01", "1") + &years("2026-02-01", "2") + &good,
            once.replacen("reason = \"r\"", "reason = \"\"", 1),
        ] {
            assert!(expectations("f", &bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn far_fewer_is_many_and_a_large_share() {
        let rule = Library::built_in().unwrap().expectations().far_fewer(DAY);
        for (most, now, expected) in [
            (100, 90, true),
            (100, 91, false),
            (1_000, 950, false),
            (1_000, 949, true),
            (9, 0, false),
            (10, 0, true),
            (0, 5, false),
            (u64::MAX, u64::MAX / 2, true),
        ] {
            assert_eq!(rule.is_far_fewer(most, now), expected, "{most} {now}");
        }
    }

    #[test]
    fn where_nothing_is_said_any_that_lacks_is_far_fewer() {
        let table = |from: &str, least: &str, percent: &str| {
            format!(
                "[[shrinkage]]\nin_force = {{ from = {from} }}\nfewer_by_at_least = {least}\nbelow_percent = {percent}\n\
                 reason = \"r\"\n"
            )
        };
        let none = "source = []\n";
        let read = |text: &str| expectations("f", &(none.to_owned() + text));
        let said = read(&table("2026-01-01", "2", "100")).unwrap();
        assert!(!said.far_fewer(DAY).is_far_fewer(100, 99));
        assert!(said.far_fewer(date(2025, 12, 31)).is_far_fewer(100, 99));
        assert!(!said.far_fewer(date(2025, 12, 31)).is_far_fewer(100, 100));
        for (least, percent) in [("0", "95"), ("-1", "95"), ("1", "0"), ("1", "101")] {
            assert!(read(&table("2026-01-01", least, percent)).is_err(), "{least} {percent}");
        }
        let twice = table("2026-01-01", "2", "90") + &table("2027-01-01", "2", "90");
        assert!(read(&twice).is_err());
    }
}
