//! When knowledge is stale: one rule for every command.

use jiff::civil::Date;
use serde::Serialize;
use ward_model::knowledge::KnowledgeDescription;

/// The sources that a home should hold.
const WANTED: [&str; 3] = ["nvd", "kev", "epss"];
/// How many days the newest record of a source may be old.
const DAYS: i32 = 7;
/// The rule in words.
pub const RULE: &str = "stale: the newest record of nvd, kev or epss is more than 7 days older than the day asked about, or one of them is missing";

/// How old a source is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// The source.
    pub name: String,
    /// The day of its newest record.
    pub newest: Option<Date>,
    /// How many days before the day asked about that is.
    pub days_old: Option<i32>,
    /// Whether it is stale.
    pub stale: bool,
}

/// Whether the rule speaks of this source.
pub fn is_wanted(name: &str) -> bool {
    WANTED.contains(&name)
}

/// Every source that is held or should be, by name.
pub fn of(knowledge: &KnowledgeDescription, as_of: Date) -> Vec<Freshness> {
    let mut all: Vec<Freshness> = knowledge
        .sources
        .iter()
        .map(|source| {
            let days_old = source.newest.and_then(|newest| as_of.since(newest).ok()).map(|span| span.get_days());
            Freshness {
                name: source.name.clone(),
                newest: source.newest,
                days_old,
                // A source that says no day may be of any age. How old the others may be is not settled: they change when
                // something happens, and some only with a release.
                stale: is_wanted(&source.name) && days_old.is_none_or(|days| days > DAYS),
            }
        })
        .collect();
    for name in WANTED.into_iter().filter(|name| knowledge.sources.iter().all(|source| source.name != *name)) {
        all.push(Freshness { name: name.to_owned(), newest: None, days_old: None, stale: true });
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Whether any source is stale.
pub fn stale(knowledge: &KnowledgeDescription, as_of: Date) -> bool {
    of(knowledge, as_of).iter().any(|source| source.stale)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use ward_model::Digest;
    use ward_model::knowledge::{KnowledgeDescription, SourceDescription};

    use super::{of, stale};

    fn knowledge(sources: &[(&str, Option<Date>)]) -> KnowledgeDescription {
        let source = |(name, newest): &(&str, Option<Date>)| SourceDescription {
            name: (*name).to_owned(),
            newest: *newest,
            records: 1,
            without_product: 0,
            set_aside: 0,
            gaps: Vec::new(),
        };
        KnowledgeDescription {
            generation: Digest::of(b""),
            as_of: date(2026, 11, 22),
            sources: sources.iter().map(source).collect(),
            seed: false,
            limited_to: Vec::new(),
        }
    }

    #[test]
    fn seven_days_are_fresh_and_eight_are_not() {
        let all = |day| knowledge(&[("epss", Some(day)), ("kev", Some(day)), ("nvd", Some(day))]);
        assert!(!stale(&all(date(2026, 11, 15)), date(2026, 11, 22)));
        assert!(stale(&all(date(2026, 11, 14)), date(2026, 11, 22)));
        assert!(stale(&all(date(2025, 11, 22)), date(2026, 11, 22)), "a year is more than seven days");
    }

    #[test]
    fn the_rule_speaks_of_three_sources_only() {
        let day = date(2026, 11, 22);
        let three = [("epss", Some(day)), ("kev", Some(day)), ("nvd", Some(day))];
        let more = [("csaf", Some(date(2024, 1, 1))), ("eol", None), ("osv/pypi", Some(date(2025, 1, 1)))];
        assert!(!stale(&knowledge(&[three.as_slice(), more.as_slice()].concat()), day));
    }

    #[test]
    fn one_stale_or_missing_source_is_enough() {
        let day = date(2026, 11, 22);
        assert!(stale(&knowledge(&[("kev", Some(day)), ("nvd", Some(day))]), day));
        assert!(stale(&knowledge(&[("epss", None), ("kev", Some(day)), ("nvd", Some(day))]), day));
        let names: Vec<_> = of(&knowledge(&[]), day).into_iter().map(|source| source.name).collect();
        assert_eq!(names, ["epss", "kev", "nvd"]);
    }
}
