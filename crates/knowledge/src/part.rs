//! Parts of sources, and whether they shrink: a yearly file of NVD, an ecosystem, a provider of advisories.
//!
//! A record that does not come again is kept. That saves the record and hides that its source has lost it: nobody corrects it any
//! more, and what should have come with it does not come either. So of each part it is kept how many records came when there were
//! most, until somebody says that fewer are right.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ward_formats::feed::{csaf, cve5};
use ward_model::coverage::{PartDescription, Shrinkage, ShrunkPart};

use crate::fact::{self, Held, Kind};
use crate::source::{NVD, WHOLE, is_osv, year_of};

/// What is known of how many records come of a part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// How many came when there were most, or since somebody accepted fewer.
    pub(crate) most: u64,
    /// How many came the last time.
    pub(crate) now: u64,
    /// The newest date inside its records.
    pub(crate) newest: Option<Date>,
    /// Since when there are far fewer.
    pub(crate) since: Option<Date>,
    /// When somebody last accepted fewer, and how many there had been.
    pub(crate) accepted: Option<(Date, u64)>,
    /// The last day on which anything of it came.
    pub(crate) received: Option<Date>,
}

/// As it was kept before the day was.
#[derive(Deserialize)]
struct Earlier {
    most: u64,
    now: u64,
    newest: Option<Date>,
    since: Option<Date>,
    accepted: Option<(Date, u64)>,
}

impl From<Earlier> for Part {
    fn from(Earlier { most, now, newest, since, accepted }: Earlier) -> Self {
        Self { most, now, newest, since, accepted, received: None }
    }
}

impl Part {
    /// Takes note that so many came on this day.
    pub(crate) fn came(&mut self, now: u64, day: Date, far_fewer: Shrinkage) {
        self.now = now;
        self.received = Some(day);
        self.most = self.most.max(now);
        // One that has become empty is cut short, however few records it had.
        let emptied = now == 0 && self.most > 0;
        self.since = (emptied || far_fewer.is_far_fewer(self.most, now)).then(|| self.since.unwrap_or(day));
    }

    /// Takes note that nothing came of it on this day, while others like it did. However few they were, nobody looks after them now.
    pub(crate) fn vanished(&mut self, day: Date) {
        if self.most > 0 {
            self.now = 0;
            self.since = self.since.or(Some(day));
        }
    }

    /// Somebody says that what came the last time is all there should be.
    pub(crate) fn accept(&mut self, day: Date) {
        if self.since.take().is_some() {
            self.accepted = Some((day, self.most));
            self.most = self.now;
        }
    }
}

/// The part that a file belongs to; empty where its source has no parts. `None` for files that hold what has changed: there is now
/// more and now less of that.
pub(crate) fn of_file(source: &str, file: &str) -> Option<String> {
    if source == NVD {
        let is_page =
            |page: &str| page.split('.').next().is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()));
        return match (year_of(file), file.strip_prefix("nvdcve-2.0-api-")) {
            (Some(year), _) => Some(year.to_string()),
            (None, Some(page)) if is_page(page) => Some("api".to_owned()),
            _ => None,
        };
    }
    if source == cve5::SOURCE {
        if file.contains("delta") {
            return None;
        }
        let mut folders = file.split('/').rev().skip(1);
        return Some(match folders.find(|folder| folder.len() == 4 && folder.bytes().all(|b| b.is_ascii_digit())) {
            Some(year) => year.to_owned(),
            None => String::new(),
        });
    }
    if source == csaf::SOURCE {
        return Some(provider(file).to_owned());
    }
    (is_osv(source) || WHOLE.contains(&source)).then(String::new)
}

/// Which parts of a source come with each other, so that one that does not come with the others is missed: the years, or the pages of
/// everything; the tree, or the archives; all providers.
pub(crate) fn company<'a>(source: &str, name: &'a str) -> &'a str {
    let is_year = name.len() == 4 && name.bytes().all(|byte| byte.is_ascii_digit());
    match source {
        csaf::SOURCE => "",
        _ if is_year => "year",
        _ => name,
    }
}

/// The folder of a provider of advisories.
fn provider(file: &str) -> &str {
    file.split_once('/').map_or("", |(first, _)| first)
}

/// The key of a part.
pub(crate) fn key(source: &str, part: &str) -> Box<[u8]> {
    fact::key(Kind::Coverage, [source, "\0", part].concat().as_bytes())
}

/// What is known of a part, as a fact.
pub(crate) fn to_fact(source: &str, name: &str, part: &Part) -> Result<Held, postcard::Error> {
    Ok((key(source, name), postcard::to_stdvec(part)?.into()))
}

/// The source, the name and what is known of a part.
pub(crate) fn from_fact((key, value): &Held) -> Result<(String, String, Part), String> {
    let text = std::str::from_utf8(key.get(1..).unwrap_or_default()).map_err(|_| "not UTF-8".to_owned())?;
    let (source, name) = text.split_once('\0').ok_or("names no part")?;
    let part = match postcard::from_bytes(value) {
        Err(postcard::Error::DeserializeUnexpectedEnd) => postcard::from_bytes::<Earlier>(value).map(Part::from),
        other => other,
    };
    Ok((source.to_owned(), name.to_owned(), part.map_err(|error| error.to_string())?))
}

/// The parts of a source that shrank, by name.
pub(crate) fn shrunk(parts: &[(String, String, Part)], source: &str) -> Vec<ShrunkPart> {
    let of = |(_, name, part): &(String, String, Part)| {
        let name = Some(name.clone()).filter(|name| !name.is_empty());
        let last_came = part.received.filter(|_| part.now == 0);
        part.since.map(|since| ShrunkPart { part: name, most: part.most, now: part.now, since, last_came })
    };
    parts.iter().filter(|(of, ..)| of == source).filter_map(of).collect()
}

/// The parts that age by themselves: the providers of advisories.
pub(crate) fn providers(parts: &[(String, String, Part)], source: &str) -> Vec<PartDescription> {
    let named = parts.iter().filter(|(of, name, _)| of == source && of == csaf::SOURCE && !name.is_empty());
    // One that is gone, rightly as somebody says, is waited for no more.
    let awaited = named.filter(|(_, _, part)| part.most > 0 || part.accepted.is_none());
    awaited
        .map(|(_, name, part)| PartDescription {
            name: name.clone(),
            newest: part.newest,
            records: part.now,
            received: part.received,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use ward_model::coverage::Shrinkage;

    use super::{Part, company, from_fact, of_file, to_fact};

    #[test]
    fn files_belong_to_parts() {
        let table = [
            ("nvd", "nvdcve-2.0-2014.json.gz", Some("2014")),
            ("nvd", "nvdcve-2.0-modified.json.gz", None),
            ("nvd", "nvdcve-2.0-api-00002000.json", Some("api")),
            ("nvd", "nvdcve-2.0-api-20260101T000000-20260102T000000-000000.json", None),
            ("cve5", "cves/2024/1xxx/CVE-2024-1001.json", Some("2024")),
            ("cve5", "2026-08-22_all_CVEs_at_midnight.zip.zip", Some("")),
            ("cve5", "2026-08-22_delta_CVEs_at_end_of_day.zip", None),
            ("osv/pypi", "PyPI/all.zip", Some("")),
            ("csaf", "OT/white/2023/icsma-23-194-01.json", Some("OT")),
            ("csaf", "one.json", Some("")),
            ("kev", "known_exploited_vulnerabilities.json", Some("")),
            ("other", "x", None),
        ];
        for (source, file, part) in table {
            assert_eq!(of_file(source, file).as_deref(), part, "{source} {file}");
        }
    }

    #[test]
    fn a_part_is_shrunk_until_it_grows_again_or_somebody_accepts_it() -> Result<(), Box<dyn std::error::Error>> {
        let day = |day| date(2026, 1, day);
        let mut part = Part::default();
        let rule = Shrinkage::new(10, 95).ok_or("no rule")?;
        part.came(100, day(1), rule);
        assert_eq!(part.since, None);
        part.came(50, day(2), rule);
        part.came(60, day(3), rule);
        assert_eq!((part.most, part.now, part.since), (100, 60, Some(day(2))));
        part.came(96, day(4), rule);
        assert_eq!(part.since, None);
        // Growth by little steps does not make it forget how many there were.
        part.came(94, day(5), rule);
        assert_eq!((part.most, part.since), (100, None));
        part.came(40, day(6), rule);
        part.accept(day(7));
        assert_eq!((part.most, part.since, part.accepted), (40, None, Some((day(7), 100))));
        part.accept(day(8));
        assert_eq!(part.accepted, Some((day(7), 100)), "there was nothing to accept");
        part.came(20, day(9), rule);
        assert_eq!(part.since, Some(day(9)));
        assert_eq!(from_fact(&to_fact("osv/pypi", "", &part)?)?, ("osv/pypi".to_owned(), String::new(), part));
        Ok(())
    }

    #[test]
    fn what_was_kept_before_the_day_was_is_read() -> Result<(), Box<dyn std::error::Error>> {
        let day = Some(date(2026, 1, 2));
        let (key, _) = to_fact("nvd", "2014", &Part::default())?;
        let earlier = postcard::to_stdvec(&(7_u64, 3_u64, day, day, Some((date(2026, 1, 1), 9_u64))))?;
        let (_, _, part) = from_fact(&(key, earlier.into()))?;
        let accepted = Some((date(2026, 1, 1), 9));
        assert_eq!(part, Part { most: 7, now: 3, newest: day, since: day, accepted, received: None });
        Ok(())
    }

    #[test]
    fn parts_are_missed_by_those_that_come_with_them() {
        assert_eq!(company("nvd", "2014"), company("nvd", "2015"));
        assert_ne!(company("nvd", "2014"), company("nvd", "api"));
        assert_eq!(company("csaf", "a.example"), company("csaf", ""));
        // Who goes over from the tree to the archive of all of it, or back, lacks nothing.
        assert_eq!(company("cve5", "2014"), company("cve5", "2015"));
        assert_ne!(company("cve5", "2014"), company("cve5", ""));
    }
}
